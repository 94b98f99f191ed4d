#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "os/file.hpp"
#include "os/zstd.hpp"
#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// Throws Error{refused} when a journal lies beside the database file, without which it is not
/// complete. `engine` is for the message.
void require_complete(const std::filesystem::path& file, const std::string& engine);

/// A database file from elsewhere that `rollback --from` makes live: exported, also packed with
/// zstd, copied by hand, restored by another tool. It is read, and never moved or changed.
class BackupFile {
 public:
  /// Looks at the file as closely as can be done without unpacking it anywhere. Throws Error{usage}
  /// when there is no such file or it is the live database, Error{refused} when it is no database
  /// (unless it is the bytes of a backup of the catalogue), does not unpack, or is not complete in
  /// itself.
  BackupFile(const std::filesystem::path& file, const Context& context);

  /// Absolute, symbolic links followed.
  const std::filesystem::path& path() const { return path_; }
  /// Bytes of the database; those that it has when it is unpacked.
  std::uint64_t size() const { return size_; }
  /// What it holds; nothing when it has to be unpacked to tell.
  const std::optional<BackupContent>& content() const { return content_; }
  /// Of the database, unpacked, in hex. All of it is read for this.
  std::string sha256(Observer& observer) const;

  /// What it is can be told only where it is unpacked.
  bool is_packed() const { return packed_; }

  /// Makes it the candidate. Throws Error{refused} when the file changed meanwhile.
  void stage(Replacement& replacement, Observer& observer) const;

 private:
  DatabaseFacts open(const std::filesystem::path& file, const Context& context);
  void require_unchanged() const;
  void read(Step step, Observer& observer, const TakeBytes& take) const;

  std::filesystem::path path_;
  File file_;
  struct stat status_ {};
  bool packed_ = false;
  std::uint64_t size_ = 0;
  std::optional<BackupContent> content_;
};

}  // namespace baseline
