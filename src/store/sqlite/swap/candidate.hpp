#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "os/attributes.hpp"
#include "os/file_system.hpp"
#include "os/zstd.hpp"
#include "store/replacement.hpp"
#include "store/sqlite/swap/swap_record.hpp"
#include "store/sqlite/swap/target.hpp"

namespace baseline::sqlite {

/// The new database while it is built: a file of ours beside the live one (D3 to D5), the same for
/// both engines. What is built is whole and durable when the call returns; the record says what it
/// is, for the journal.
class Candidate {
 public:
  /// Whether the file gets owner, mode and attributes of the live one, whose place it takes, or
  /// stays private, because only its content goes there.
  enum class Belongs { to_live, to_us };

  /// `files` and `target` must outlive the object.
  Candidate(FileSystem& files, const Target& target, Belongs belongs);

  const std::string& name() const { return name_; }
  std::filesystem::path path() const { return target_.directory / name_; }

  /// Throws Error{needs_person} when something has its name already: it may be somebody's database.
  /// From then on is_foreign().
  void require_free();
  /// Makes the empty file. Throws Error{io}, and is_foreign(), when it could not be made: somebody
  /// may have been faster.
  void make();
  bool is_foreign() const { return foreign_; }
  /// Throws Error{in_use} when its name has become another file's since it was made or linked.
  void require_own() const;
  /// The file that make() or take_backup() gave the name to; 0 where an earlier run did.
  ino_t inode() const { return inode_; }
  /// Removes one that is empty: a crash before the journal was durable leaves such a file.
  void remove_empty();

  /// As in store/replacement.hpp: stage(), stage_backup(), stage_bytes().
  SwapRecord write(Session& migrated);
  SwapRecord take_backup(const Directory& entry, const Payload& payload, bool consume,
                         const OnProgress& on_progress);
  SwapRecord take_bytes(const std::function<void(const TakeBytes& take)>& give);

  /// Whether `file`, which is or was the candidate, holds what was built.
  static bool is_as_built(const File& file, const SwapRecord& built);

 private:
  FileAttributes attributes_for(const File& file) const;
  SwapRecord built(const File& file, std::string sha256) const;
  File open_own();
  [[noreturn]] void throw_replaced() const;

  FileSystem& files_;
  const Target& target_;
  std::string name_;
  Belongs belongs_;
  std::optional<FileAttributes> fallback_attributes_;  ///< when there is no old file to take after
  bool foreign_ = false;
  ino_t inode_ = 0;
};

}  // namespace baseline::sqlite
