#pragma once

#include <poll.h>

#include <chrono>
#include <optional>
#include <span>

namespace baseline {

/// Makes SIGINT, SIGTERM and SIGHUP ask the run to stop instead of ending the process, and SIGPIPE
/// and SIGXFSZ (a file larger than `ulimit -f`) harmless. Called once by main.
void watch_signals();

/// Makes all signals as they were before watch_signals(), for exec(). Throws Interrupted when one
/// has asked to stop.
void restore_signals();

/// Waits until one of the descriptors is ready as its `events` say, and fills in `revents`. Returns
/// how many are ready: 0 when the time is over, without which it waits for ever, or when
/// stop_requested(). A negative descriptor is passed over; with none at all this is a sleep that a
/// signal ends.
int wait_for_any(std::span<struct pollfd> descriptors,
                 std::optional<std::chrono::milliseconds> timeout);

/// Waits until a descriptor can be read from or is at its end. False: a watched signal has come.
bool wait_for_input(int descriptor);

/// The first signal that asked to stop, or 0.
int pending_signal();

/// Whether a signal asked to stop and stopping is still possible.
bool stop_requested();

/// Throws Interrupted if stop_requested(). Called between steps and in long loops, where everything
/// done so far can be undone.
void stop_if_interrupted();

/// Whether a signal to which nothing has reacted for a second ends the process as kill -9 would:
/// SQLite compiles views that are nested in each other for hours, and asks nobody meanwhile. At
/// first it does; from here to the end of its life as `allowed` says. After a TooLateToStop it
/// never does again.
class SuddenEnd {
 public:
  explicit SuddenEnd(bool allowed);
  ~SuddenEnd();
  SuddenEnd(const SuddenEnd&) = delete;
  SuddenEnd& operator=(const SuddenEnd&) = delete;

 private:
  bool before_;
};

/// From here to the end of its life a signal comes too late: the new database is live, and the run
/// is finished. The signal is remembered.
class TooLateToStop {
 public:
  TooLateToStop();
  ~TooLateToStop();
  TooLateToStop(const TooLateToStop&) = delete;
  TooLateToStop& operator=(const TooLateToStop&) = delete;

 private:
  bool before_;
};

}  // namespace baseline
