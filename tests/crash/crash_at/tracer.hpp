#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What to do to the traced program, and when.
struct Plan {
  std::vector<std::string> command;

  /// Which system calls are counted, from 1.
  enum class Count { all, changes, files } count = Count::all;
  /// An absolute path: only calls that name something below it are counted. Empty: all are.
  std::string below;

  std::uint64_t kill_at = 0;  ///< before this call; 0: never

  std::uint64_t fail_at = 0;  ///< this call fails; 0: none
  bool fail_on = false;       ///< and all after it
  int error = 0;              ///< with this errno; 0: it is cut short (writes and reads)

  std::string record;  ///< the file for what changes files; empty: none
};

struct Ending {
  std::uint64_t calls = 0;  ///< as many were counted
  bool killed = false;      ///< by us, before the last of them
  std::optional<int> code;  ///< it ended by itself with this
  int signal = 0;           ///< or because of this
  std::string last;         ///< the call that it was killed before, or that was made to fail
};

/// Runs the program with its children and threads. The end of the first process is the end of all.
/// Throws std::runtime_error where processes cannot be traced.
Ending trace(const Plan& plan);
