#pragma once

#include <string>
#include <vector>

#include "os/file_system.hpp"

namespace baseline {

/// The journal of a run: lines of JSON, each with its checksum, beside the database. It exists only
/// while a run is under way or was cut off (docs/file-formats.md).
///
/// The first line appears whole or not at all (written aside, synced, renamed); later lines are
/// appended and synced, and a torn last line is as good as not written. So no crash of ours leaves
/// an unreadable journal: one that is, is somebody else's doing.
class Journal {
 public:
  /// `directory` and `files` must outlive the journal. Neither reads nor writes yet.
  Journal(FileSystem& files, const Directory& directory, std::string name, std::string temporary);

  /// Which it is, and whose, for people.
  std::string shown() const;

  /// The records, oldest first; empty when there is no journal. Throws Error{needs_person} when the
  /// first line cannot be read.
  std::vector<std::string> read() const;

  /// Makes the journal with its first record. The name is durable once the caller has synced the
  /// directory.
  void start(const std::string& record);
  /// Appends a record, durable when this returns.
  void append(const std::string& record);
  /// Appends a record that a power cut may take: it is for other processes of this machine.
  void note(const std::string& record);
  /// Removes the journal, and a temporary one that a crash left.
  void remove();

 private:
  File write_last(const std::string& record);

  FileSystem& files_;
  const Directory& directory_;
  std::string name_;
  std::string temporary_;
};

}  // namespace baseline
