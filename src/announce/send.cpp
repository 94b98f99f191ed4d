#include "announce/send.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/concealed.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "os/child_process.hpp"

namespace baseline {
namespace {

constexpr std::string_view kPlaceholder = "{recipient}";

std::string with_replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
  return text;
}

bool names_a_secret(std::string_view variable) {
  constexpr std::string_view kWords[] = {"token", "secret", "pass", "key", "auth", "credential"};
  const std::string name = to_lower(variable);
  return std::ranges::any_of(
      kWords, [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

// What must not be shown: the words of the command with their parts, and what the environment calls
// a secret.
Concealed secrets_of(const std::vector<std::string>& argv) {
  constexpr std::size_t kShortest = 6;  // less is a word of everybody's
  Concealed out;
  const auto add = [&](std::string_view text) {
    if (text.size() >= kShortest) out.add(text, "***");
  };
  for (std::size_t i = 1; i < argv.size(); ++i) {
    add(argv[i]);
    const std::string_view word = argv[i];
    for (std::size_t start = 0; start < word.size();) {
      const std::size_t end = std::min(word.find_first_of(" =:,;/?&@'\"<>{}", start), word.size());
      add(word.substr(start, end - start));
      start = end + 1;
    }
  }
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos && names_a_secret(text.substr(0, equals))) {
      add(text.substr(equals + 1));
    }
  }
  return out;
}

std::string blotted(const ChildOutcome& outcome, const std::vector<std::string>& argv) {
  const ChildOutput& output = trimmed(outcome.err.kept).empty() ? outcome.out : outcome.err;
  const std::string all =
      concealed(secrets_of(argv).in(output.kept, !output.whole()), !output.whole());
  const std::string_view text = trimmed(all);
  constexpr std::size_t kShown = 1'000;
  if (text.size() <= kShown) return std::string(text);
  const std::size_t line = text.find('\n', text.size() - kShown);
  return line == std::string::npos ? std::string() : std::string(text.substr(line + 1));
}

std::string problem_of(const ChildOutcome& outcome, const SendCommand& command) {
  switch (outcome.end) {
    case ChildOutcome::End::not_started:
      return fmt::format("cannot run {}: {}", concealed(command.argv.front()),
                         std::generic_category().message(outcome.code));
    case ChildOutcome::End::timed_out:
      return fmt::format("still running after {}; killed", short_duration(command.timeout));
    case ChildOutcome::End::signalled:
      return "killed by " + signal_name(outcome.code);
    case ChildOutcome::End::exited:
      break;
  }
  return outcome.code == 0 ? std::string() : fmt::format("exit {}", outcome.code);
}

ChildSpec child_for(const SendCommand& command, const Parcel& parcel, std::size_t part) {
  ChildSpec spec;
  for (const std::string& word : command.argv) {
    spec.argv.push_back(spec.argv.empty() ? word
                                          : with_replaced(word, kPlaceholder, parcel.recipient));
  }
  const std::pair<std::string_view, std::string> own[] = {
      {"BASELINE_RECIPIENT=", parcel.recipient},
      {"BASELINE_PART=", fmt::format("{}", part)},
      {"BASELINE_PARTS=", fmt::format("{}", parcel.messages.size())}};
  // Which of two variables of the same name counts depends on who reads them.
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const bool is_own =
        std::ranges::any_of(own, [&](const auto& one) { return text.starts_with(one.first); });
    if (!is_own) spec.environment.emplace_back(text);
  }
  for (const auto& [name, value] : own) spec.environment.push_back(std::string(name) + value);
  spec.timeout = command.timeout;
  spec.input = parcel.messages[part - 1];
  return spec;
}

/// One run of sending.
class Sender {
 public:
  Sender(const std::string& source, const SendCommand& command, Ledger& ledger, const Clock& now)
      : source_(source), command_(command), ledger_(ledger), now_(now) {}

  Delivery deliver(const Parcel& parcel) {
    Delivery out;
    out.recipient = parcel.recipient;
    out.parts = parcel.messages.size();
    out.arrived = ledger_.parts_delivered(source_, parcel.recipient, out.parts);
    if (out.arrived == out.parts) {
      out.state = Delivery::State::sent_earlier;
      return out;
    }
    if (interrupted_ != 0 || failures_ >= kTooManyFailures) return out;
    try {
      while (out.arrived < out.parts && send_next(parcel, out)) {
      }
    } catch (const Interrupted& interrupted) {
      interrupted_ = interrupted.signal();
      return out;
    }
    out.state = out.arrived == out.parts ? Delivery::State::sent : Delivery::State::failed;
    failures_ = out.state == Delivery::State::sent ? 0 : failures_ + 1;
    return out;
  }

  int signal() const { return interrupted_; }

 private:
  bool send_next(const Parcel& parcel, Delivery& out) {
    const std::size_t part = out.arrived + 1;
    const ChildSpec spec = child_for(command_, parcel, part);
    const ChildOutcome outcome = run_child(spec);
    out.problem = problem_of(outcome, command_);
    if (!out.problem.empty()) {
      out.output = blotted(outcome, spec.argv);
      return false;
    }
    try {
      ledger_.record({source_, parcel.recipient, part, out.parts}, now_());
    } catch (Error& error) {
      error.add_note(
          fmt::format("the message to {} was delivered, and is not recorded", parcel.recipient));
      throw;
    }
    out.arrived = part;
    return true;
  }

  const std::string& source_;
  const SendCommand& command_;
  Ledger& ledger_;
  const Clock& now_;
  std::size_t failures_ = 0;  ///< in a row
  int interrupted_ = 0;
};

}  // namespace

void require_sendable(const SendCommand& command, const std::vector<Parcel>& parcels) {
  if (command.argv.empty() || command.argv.front().empty()) {
    throw Error(ErrorCode::usage, "no command to send with was given",
                "name it last: baseline announce --send -- CMD ARGS…");
  }
  const bool leads =
      std::any_of(command.argv.begin() + 1, command.argv.end(),
                  [](const std::string& word) { return word.starts_with(kPlaceholder); });
  if (!leads) return;
  for (const Parcel& parcel : parcels) {
    if (!parcel.recipient.starts_with('-')) continue;
    throw Error(ErrorCode::usage,
                fmt::format("the recipient {} would be an option of the command", parcel.recipient),
                "write what it is in front of it, as in --chat={recipient}, or read "
                "BASELINE_RECIPIENT");
  }
}

SendReport send_all(const std::vector<Parcel>& parcels, const std::string& source,
                    const SendCommand& command, Ledger& ledger, const Clock& now,
                    const std::function<void(const Delivery&)>& done) {
  Sender sender(source, command, ledger, now);
  SendReport report;
  for (const Parcel& parcel : parcels) {
    report.deliveries.push_back(sender.deliver(parcel));
    done(report.deliveries.back());
  }
  report.signal = sender.signal();
  return report;
}

}  // namespace baseline
