#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace baseline {

/// How much of each output stream of a child is kept: its end.
inline constexpr std::size_t kKeptOutput = std::size_t{64} << 10U;
/// How long a child that was told to end has for it.
inline constexpr std::chrono::seconds kGraceTime{2};

/// A program to run, without a shell.
struct ChildSpec {
  std::vector<std::string> argv;         ///< the program first: a path, or a name to find in PATH
  std::vector<std::string> environment;  ///< "NAME=VALUE"; all that the child gets
  std::filesystem::path directory;       ///< where it runs, and a relative path counts from
  std::chrono::milliseconds timeout{10'000};
  std::string input = {};  ///< what it reads on stdin; empty: /dev/null
  /// It may leave something running: when it exits with 0, what it started is let alone.
  bool detaches = false;
};

/// What a child wrote to one of its streams.
struct ChildOutput {
  std::string kept;        ///< the last kKeptOutput bytes
  std::uint64_t size = 0;  ///< of all that it wrote

  bool whole() const { return size == kept.size(); }
};

/// What became of a child.
struct ChildOutcome {
  enum class End {
    exited,       ///< code: its exit code
    signalled,    ///< code: the signal that killed it
    timed_out,    ///< was killed
    not_started,  ///< code: errno
  };
  End end = End::exited;
  int code = 0;
  ChildOutput out;
  ChildOutput err;
  bool all_ended = true;  ///< false: something that it started could not be killed
};

/// Runs a program to its end and returns what became of it.
///
/// The child leads a session and process group of its own, so no terminal reaches it. Its stdin is
/// /dev/null or a file in memory that holds `input`, all other descriptors of this process are
/// closed in it, and its signals are at their defaults and not blocked. When it takes longer than
/// its timeout the group gets SIGTERM, and SIGKILL after kGraceTime.
///
/// However it ends (unless it `detaches`), nothing that it started goes on: what is left of the
/// group is killed at once, which no fork() can escape. Those that left the group (setsid, daemons)
/// become our children when their parents die (PR_SET_CHILD_SUBREAPER) and are killed until there
/// is none, for 2 s at most. Out of reach is what runs under another user (sudo), and what another
/// service started for it (systemd-run, docker, at). When this process is killed itself, the kernel
/// kills the child, but not what that had started.
///
/// While it runs, every new child of this process is taken for one of its descendants. So this is
/// for a program with one thread; when it has children already, only the group is killed.
///
/// Throws Interrupted when a signal asks to stop: all is killed without delay. Throws Error{io}
/// when the system has no descriptors or processes left.
ChildOutcome run_child(const ChildSpec& spec);

/// "SIGSEGV", or "signal 40" where there is no name.
std::string signal_name(int signal);

}  // namespace baseline
