#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "os/file.hpp"

namespace baseline {

/// Reads a file back from the disk in a thread of its own while it is still being written from
/// front to end: piece by piece it waits until the disk has what was written, drops it from the
/// page cache, reads and hashes it.
class ReadBack {
 public:
  /// What is handed to the disk at a time, in bytes.
  static constexpr std::uint64_t kPiece = 8U << 20U;

  /// `file` must outlive the object.
  explicit ReadBack(const File& file);
  /// Gives up, when finish() was not called.
  ~ReadBack();
  ReadBack(const ReadBack&) = delete;
  ReadBack& operator=(const ReadBack&) = delete;

  /// The file is written up to `end`.
  void written_to(std::uint64_t end);

  /// Everything is written: waits for the rest, calling `idle` now and then, which may throw to
  /// stop. Returns the SHA-256 of what was read, in hex. Throws Error{io}.
  std::string finish(const std::function<void()>& idle);

 private:
  void run();
  std::string hash_pieces();

  const File& file_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t written_ = 0;
  bool complete_ = false;  ///< nothing more will be written
  bool give_up_ = false;
  bool done_ = false;
  std::string sha256_;
  std::exception_ptr failure_;
  std::thread thread_;  // the last one: it uses the others
};

}  // namespace baseline
