#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/clock.hpp"
#include "os/holders.hpp"
#include "store/file_settings.hpp"
#include "store/intent.hpp"
#include "store/replacement.hpp"
#include "store/schema.hpp"
#include "store/session.hpp"

namespace baseline {

/// What there is to say about a database at rest or in use.
struct DatabaseFacts {
  bool exists = false;
  std::string unreadable;  ///< why the engine cannot read it, or empty
  /// Why the engine cannot even open it, so that only its bytes can be kept and put back; or empty.
  std::string bytes_only;
  std::string complaint;   ///< what the engine finds wrong with what it can read; or empty
  bool unsettled = false;  ///< a crashed writer's work has to be brought in before it can be read
  std::uint64_t size = 0;  ///< bytes
  std::uint64_t wal_size = 0;           ///< bytes of changes that lie beside the file
  std::chrono::nanoseconds modified{};  ///< when the file was last written, since 1970
  std::uint64_t page_count = 0;
  FileSettings settings;  ///< of its file; not set when it cannot be read
  std::int64_t user_version = 0;
  std::int64_t application_id = 0;
  std::optional<std::string> revision;  ///< as stamped by a migration tool
  Schema schema;
  std::vector<TableRows> tables;
  std::string owner;                  ///< "user:group"
  unsigned mode = 0;                  ///< permission bits
  std::vector<Holder> holders;        ///< who has it open, where asked for
  std::vector<std::string> warnings;  ///< what the operator should know about the place
  std::uint64_t space_free = 0;       ///< bytes, for the user who runs this
};

struct LookOptions {
  std::chrono::milliseconds count_rows_for{2000};  ///< 0: do not count
  bool holders = false;
  /// How long to look for a complaint; what takes longer is not found.
  std::chrono::milliseconds complaint_for{0};
};

/// What the user asked for with --engine.
enum class EngineChoice { automatic, swap, in_place };

/// How the new database takes the place of the old one.
enum class Exchange {
  swap,      ///< another file under the same name
  in_place,  ///< new content in the same file, in one transaction of the database engine
};

/// How it would be done here.
struct ExchangePlan {
  Exchange exchange = Exchange::swap;
  std::string why;                        ///< in_place: why not swap
  std::vector<std::string> consequences;  ///< in_place: what is different then
};

/// What the user asked for with --backup.
enum class BackupChoice { automatic, move, copy };

struct BackupPlan {
  BackupStrategy strategy = BackupStrategy::move;
  std::string why;
  std::uint64_t space_needed = 0;  ///< bytes that the backup takes on its filesystem
  std::uint64_t space_free = 0;    ///< bytes that are free there
  std::string passing = {};  ///< why the backup would be gone before the database, if it would
};

/// What a command that was cut off has left.
struct Leftover {
  std::filesystem::path path;
  std::string what;           ///< "a backup that was being made"
  std::string why_kept = {};  ///< why `recover` does not remove it, or empty
};

/// Who runs, for the lock and the journal.
struct RunIdentity {
  std::string command;
  std::string started;  ///< RFC 3339
};

/// A file that is to be kept: its name, and its bytes as often as they are asked for.
struct KeptFile {
  std::string name;
  std::function<void(const std::function<void(std::string_view bytes)>& take)> give;
};
/// Makes files durable that belong together, before it returns. Throws Error{io}.
using KeepFiles = std::function<void(const std::vector<KeptFile>& files)>;

/// What a database engine must offer the pipeline for one database (what needs none: Engine).
/// SQLite is the first; a database server would be the second, with a candidate database beside the
/// live one. tests/store/conformance.hpp says in code what an engine must keep.
class Store {
 public:
  virtual ~Store() = default;

  /// The engine and its version: "SQLite 3.40.1".
  virtual std::string engine() const = 0;
  /// Where the database is, for people and records: for SQLite the resolved path.
  virtual std::string location() const = 0;
  /// The catalogue of backups to use unless the user names another.
  virtual std::filesystem::path default_catalogue() const = 0;

  /// Whose files beside the database, and among its backups, are obeyed.
  virtual Owners owners() const = 0;

  /// Where the engine keeps what its database has to bring in from files beside it, when it cannot
  /// prove that they are its own. To be called before anything else, or nothing is kept.
  virtual void keep_with(KeepFiles keep) = 0;

  virtual bool exists() = 0;

  /// Looks without changing anything. A database that cannot be read is a fact, not an error.
  virtual DatabaseFacts look(const LookOptions& options) = 0;

  /// How the database can be replaced where it is; what hold() and plan_backup() do follows from
  /// the last answer. Throws Error{refused} when it cannot be done safely.
  virtual ExchangePlan plan_exchange() = 0;

  /// An interrupted run, as far as can be told without the lock. Changes nothing.
  virtual std::optional<Interruption> interruption() = 0;
  /// What Replacement::note_admission() has noted. Opens nothing but the journal, so it may be
  /// asked while a run is under way.
  virtual std::optional<Admission> admission() = 0;
  /// What runs leave beside the database while they are under way, or when they are cut off.
  virtual std::vector<Leftover> leftovers() = 0;
  /// Who holds the lock at this moment: "pid 4242 on host: deploy since …", or nothing.
  virtual std::optional<std::string> running() = 0;

  /// The live database, read-only.
  virtual std::unique_ptr<Session> open_live() = 0;
  /// A finished backup or any other database file that nobody can be writing, read-only; nothing
  /// appears beside it. Throws Error{refused} when the engine cannot read it.
  virtual std::unique_ptr<Session> open_backup(const std::filesystem::path& file) = 0;
  /// The facts of such a file. That it cannot be read is a fact, too.
  virtual DatabaseFacts look_at(const std::filesystem::path& file, const LookOptions& options) = 0;
  /// Copies the live database, which may be in use, into the directory of a backup: as of one
  /// moment, durable and hashed, with neither readers nor writers kept waiting for long. Waits for
  /// locks until the deadline. Throws Error{in_use}, Error{refused}, Error{io}.
  virtual Payload back_up(const Directory& entry, const Deadline& deadline,
                          const OnProgress& on_progress) = 0;

  /// How the old database would be kept. Throws Error{refused} when what was asked for is
  /// impossible.
  virtual BackupPlan plan_backup(BackupChoice choice, const std::filesystem::path& catalogue) = 0;

  /// Takes the lock that keeps other runs out until the Replacement is destroyed, and looks at what
  /// an interrupted run left. While an earlier Replacement of this store lives, the two share the
  /// lock. Throws Error{in_use} naming the other run once the deadline passed.
  virtual std::unique_ptr<Replacement> hold(const RunIdentity& identity,
                                            const Deadline& deadline) = 0;
};

}  // namespace baseline
