#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "os/clock.hpp"
#include "os/copy.hpp"
#include "os/file.hpp"
#include "store/intent.hpp"
#include "store/session.hpp"

namespace baseline {

/// The data of one backup, as the catalogue hands it to an engine and back.
struct Payload {
  std::string name;                     ///< in the entry's directory
  std::uint64_t size = 0;               ///< bytes
  std::string sha256;                   ///< hex; empty: the file is not sealed yet
  bool moved = false;                   ///< the old database itself, not a copy
  unsigned mode = 0600;                 ///< permission bits that the database had
  std::vector<std::string> companions;  ///< further files of an unreadable database
  /// When the file was last written before it was filed, since 1970. Without a SHA-256 this proves
  /// that nothing was written to it later.
  std::optional<std::chrono::nanoseconds> modified = {};
};

/// When a backup is read for its SHA-256.
enum class Sealing {
  now,    ///< when it is filed
  later,  ///< once the run has ended; a copy has its SHA-256 in any case
};

struct DatabaseFacts;

/// One replacement of the live database by a new one, under the lock. The calls come in this order:
///
///   require_unused · [settle] · prepare · stage · open_candidate · announce · bring_in_log ·
///   freeze · [copy_old] · swap · open_live · (swap_back · discard | admit_users · file_old or
///   discard_old) · finish
///
/// note_application() and note_admission() may come anywhere between prepare and finish.
/// At every instant the live database is the whole old or the whole new one, and the old data is
/// under a name that the journal or the catalogue knows. Destroying the object at any point
/// releases the lock and leaves the rest to recovery, as a crash would.
class Replacement {
 public:
  virtual ~Replacement() = default;

  /// What an earlier run left; nothing when all is in order. When its position is `swapped` the
  /// object is where that run was after swap(); otherwise discard() undoes it.
  virtual const std::optional<Interruption>& interruption() const = 0;

  /// When nothing was interrupted: removes what a crash may leave before the intent is durable. Not
  /// a candidate with content: that is somebody's data, and prepare() refuses.
  virtual void tidy() = 0;

  /// Throws Error{in_use} naming the processes that have the database open, once the deadline
  /// passed; Error{refused} when absence cannot be proven here.
  virtual void require_unused(const Deadline& deadline) = 0;

  /// Brings in what a crashed writer left beside the database, so that it can be looked at. Throws
  /// as freeze().
  virtual void settle(const Deadline& deadline) = 0;

  /// Makes the intent durable. From here on a crash leaves a journal.
  virtual void prepare(const Intent& intent) = 0;

  /// Builds the candidate from a migration that was applied in private, whole and durable.
  virtual void stage(Session& migrated) = 0;
  /// Builds it from a backup, proving its size and SHA-256 on the way. With `consume` the backup
  /// itself becomes the candidate: it is read once, and nothing is written. Throws Error{refused}
  /// when they do not agree. Its companions, if it has any, go live with it at swap().
  virtual void stage_backup(const Directory& entry, const Payload& payload, bool consume,
                            const OnProgress& on_progress) = 0;

  /// Builds it from bytes that come from anywhere: `give` is called once, and hands them over. What
  /// they are is for the caller to judge.
  virtual void stage_bytes(
      const std::function<void(const std::function<void(std::string_view bytes)>& take)>& give) = 0;

  /// SHA-256 of the file that was built as the candidate, by this run or by the interrupted one, in
  /// hex; empty as long as there is none.
  virtual std::string built_sha256() const = 0;

  /// The candidate, read-only, from where it will go live.
  virtual std::unique_ptr<Session> open_candidate() = 0;

  /// Makes durable what a recovery needs to know once the swap has begun.
  virtual void announce() = 0;

  /// Brings in what a writer left in a log beside the old database, as whoever uses it would:
  /// nobody is kept out meanwhile, and freeze() has less to do in the window. Where that does not
  /// work, freeze() says so. Throws Error{io} when the disk does not take it.
  virtual void bring_in_log() = 0;

  /// Makes the old database complete in itself and proves that nobody uses it; from here on anybody
  /// who comes is noticed. Throws Error{in_use}, Error{refused} when it cannot be read (unless
  /// `as_found`: then its bytes are taken as they are), Error{io}.
  virtual void freeze(const Deadline& deadline, bool as_found) = 0;

  /// After freeze(): whether somebody has written to the old database since it was looked at.
  virtual bool old_was_written_since(const DatabaseFacts& look) const = 0;

  /// After freeze(as_found): puts what lies beside the unreadable database and belongs to it (for
  /// SQLite -wal, -shm, -journal) into the directory of its backup, so that it cannot be taken for
  /// the new database's. Returns the names. discard() puts it back.
  virtual std::vector<std::string> set_companions_aside(const Directory& entry) = 0;

  /// Copies the frozen database into the directory of a backup, durable, and reads it back.
  virtual Payload copy_old(const Directory& entry, const OnProgress& on_progress) = 0;

  /// Makes the candidate live in one atomic step. Throws Error{in_use} when somebody opened the old
  /// database meanwhile; then the old one is live.
  virtual void swap() = 0;

  /// After a swap() that was cut off: puts the companions of the backup that went live, from the
  /// directory where they are sealed, beside it, as swap() would have. False: somebody has written
  /// to the live database, to which they do not belong any more.
  virtual bool place_companions(const Directory& entry, const Payload& payload) = 0;

  /// After swap(): the live database, read-only, before anybody else may have written to it.
  virtual std::unique_ptr<Session> open_live() = 0;
  /// Makes durable what becomes of the application: before it is stopped, when it has stopped (with
  /// where its logs end now), when it was started. A recovery tells it.
  virtual void note_application(ApplicationState state, const std::vector<LogPosition>& logs) = 0;

  /// Lets the gate know, without a sync, that the application may use what is live now: the new
  /// database (`replaced`), or the old one once all is undone. It holds until announce_swap_back().
  virtual void note_admission(bool replaced) = 0;

  /// Makes it durable that the new database was found bad, before anything is done about it: from
  /// here on a recovery puts the old one back. swap_back() does it by itself.
  virtual void announce_swap_back() = 0;

  /// Whether still nobody has come for the old database since freeze().
  virtual bool old_is_untouched() const = 0;

  /// Makes the old database live again; the new one, with what was written to it, is the candidate
  /// again. `kept`: where copy_old() put the old one, wherever that is filed by now. Throws
  /// Error{needs_person} when somebody uses the new one.
  virtual void swap_back(const Deadline& deadline, const std::optional<Directory>& kept) = 0;

  /// The new database has been judged good: whoever waits for it may go on. The window ends.
  /// Never throws.
  virtual void admit_users() = 0;

  /// Whether the candidate still holds what stage() built. Where it was live, for however short a
  /// moment, it may not: then it is somebody's data. Throws Error{in_use} while somebody may still
  /// be writing to it.
  virtual bool candidate_is_as_built() = 0;
  /// After swap_back(): files the former candidate, as file_old() does for the old database.
  virtual Payload file_candidate(const Directory& entry, const OnProgress& on_progress) = 0;

  /// After swap(): puts the old database into the directory of a backup (moving it where the
  /// strategy says so and nobody has it open, else copying), durable and hashed. Does nothing
  /// twice: what an interrupted call left is continued. The file may be opened afterwards. With
  /// Sealing::later a file that was moved is not hashed.
  virtual Payload file_old(const Directory& entry, Sealing sealing,
                           const OnProgress& on_progress) = 0;

  /// Removes the old database, of which the catalogue has a copy.
  virtual void discard_old() = 0;

  /// Undoes the run as far as the database is concerned: puts companions back from `entry`, the
  /// unfinished backup of this run if there is one, and removes the candidate. The journal stays
  /// until finish(), so that the catalogue can tidy up in between.
  virtual void discard(const std::optional<Directory>& entry) = 0;

  /// Ends the run: removes the journal.
  virtual void finish() = 0;
};

}  // namespace baseline
