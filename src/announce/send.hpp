#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "announce/collect.hpp"
#include "announce/ledger.hpp"

namespace baseline {

/// The command that delivers one message, without a shell.
struct SendCommand {
  /// The program first. `{recipient}` in the other words stands for the id. May hold secrets:
  /// nothing of it but the program is ever shown.
  std::vector<std::string> argv;
  std::chrono::milliseconds timeout{30'000};
};

/// What is to be delivered to one recipient.
struct Parcel {
  std::string recipient;
  std::vector<std::string> messages;
};

/// What became of it.
struct Delivery {
  enum class State {
    sent,
    sent_earlier,  ///< by an earlier run, says the ledger
    failed,
    not_tried,  ///< too many failures before it, or an interruption
  };
  std::string recipient;
  State state = State::not_tried;
  std::size_t parts = 0;    ///< messages
  std::size_t arrived = 0;  ///< of them, that were delivered, now or earlier
  std::string problem;      ///< state failed: why, without anything that the command wrote
  std::string output;  ///< state failed: the end of what it wrote, the words of argv blotted out
};

/// What became of all parcels.
struct SendReport {
  std::vector<Delivery> deliveries;
  int signal = 0;  ///< that ended it early, or 0
};

/// Throws Error{usage} when there is no command, or a recipient's id would be an option in it.
void require_sendable(const SendCommand& command, const std::vector<Parcel>& parcels);

/// Runs the command, which require_sendable() has seen, for each message that the ledger does not
/// know to be delivered: the message on stdin; BASELINE_RECIPIENT, BASELINE_PART and BASELINE_PARTS
/// in an environment that is otherwise ours. A message counts as delivered when the command exits
/// 0, and is written into the ledger before the next one is tried. So one that was sent just before
/// a crash may be sent twice; none is lost. After kTooManyFailures in a row the rest is not tried.
///
/// `done` is told of each recipient.
SendReport send_all(const std::vector<Parcel>& parcels, const std::string& source,
                    const SendCommand& command, Ledger& ledger, const Clock& now,
                    const std::function<void(const Delivery&)>& done);

inline constexpr std::size_t kTooManyFailures = 5;

}  // namespace baseline
