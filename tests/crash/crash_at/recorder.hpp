#pragma once

#include <sys/types.h>

#include <cstdint>
#include <fstream>
#include <string>

/// One system call of the traced program, as it was when it was entered.
struct Call {
  pid_t pid = 0;
  long number = -1;
  std::uint64_t arguments[6] = {};
};

/// The absolute paths that the call names, as far as the table knows: none, one or two. A path of a
/// descriptor is what /proc tells.
struct Paths {
  std::string first;
  std::string second;
};
Paths paths_of(const Call& call);

/// Writes what changes files below a directory as lines of JSON, in the order in which it happened:
/// the record from which the model of a power cut is made (tests/crash/power_loss.py).
class Recorder {
 public:
  /// `below`: an absolute path; what is elsewhere is not recorded.
  Recorder(const std::string& file, std::string below);

  /// Remembers what has to be known before the call is done.
  void entered(const Call& call, const Paths& paths);
  /// Writes the line, if the call has changed something. `n`: its number in the run.
  void left(const Call& call, const Paths& paths, std::int64_t result, std::uint64_t n);

 private:
  bool is_below(const std::string& path) const;

  std::ofstream out_;
  std::string below_;
  bool existed_ = false;
};
