#pragma once

namespace baseline {

/// Makes SIGINT, SIGTERM and SIGHUP ask the run to stop instead of ending the process, and SIGPIPE
/// harmless. Called once by main.
void watch_signals();

/// Waits until a descriptor can be read from or is at its end. False: a watched signal has come.
bool wait_for_input(int descriptor);

/// The first signal that asked to stop, or 0.
int pending_signal();

/// Whether a signal asked to stop and stopping is still possible.
bool stop_requested();

/// Throws Interrupted if stop_requested(). Called between steps and in long loops, where everything
/// done so far can be undone.
void stop_if_interrupted();

/// From here to the end of its life a signal comes too late: the new database is live, and the run
/// is finished. The signal is remembered.
class TooLateToStop {
 public:
  TooLateToStop();
  ~TooLateToStop();
  TooLateToStop(const TooLateToStop&) = delete;
  TooLateToStop& operator=(const TooLateToStop&) = delete;
};

}  // namespace baseline
