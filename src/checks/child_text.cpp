#include "checks/child_text.hpp"

#include <fmt/format.h>

#include <string_view>
#include <system_error>

#include "base/concealed.hpp"
#include "base/text.hpp"

namespace baseline {
namespace {

constexpr std::size_t kShownOutputLines = 20;

std::string_view last_lines(std::string_view text, std::size_t count) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::size_t start = text.size();
  for (std::size_t i = 0; i < count && start != std::string_view::npos && start > 0; ++i) {
    start = text.rfind('\n', start - 1);
  }
  return start == std::string_view::npos || start == 0 ? text : text.substr(start + 1);
}

}  // namespace

std::string described_end(const ChildOutcome& outcome, const std::string& program,
                          std::chrono::milliseconds timeout) {
  switch (outcome.end) {
    case ChildOutcome::End::not_started:
      return fmt::format("cannot run {}: {}", program,
                         std::generic_category().message(outcome.code));
    case ChildOutcome::End::timed_out:
      return fmt::format("still running after {}; killed", short_duration(timeout));
    case ChildOutcome::End::signalled:
      return "killed by " + signal_name(outcome.code);
    case ChildOutcome::End::exited:
      break;
  }
  return fmt::format("exit {}", outcome.code);
}

std::string shown_output(const ChildOutcome& outcome) {
  const std::string all_out = concealed(outcome.out.kept, !outcome.out.whole());
  const std::string all_err = concealed(outcome.err.kept, !outcome.err.whole());
  const std::string_view out = trimmed(all_out);
  const std::string_view err = trimmed(all_err);
  if (out.empty() || err.empty()) {
    return std::string(last_lines(out.empty() ? err : out, kShownOutputLines));
  }
  return fmt::format("stderr:\n{}\nstdout:\n{}", last_lines(err, kShownOutputLines / 2),
                     last_lines(out, kShownOutputLines / 2));
}

std::string command_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + shell_quoted(word);
  return line;
}

}  // namespace baseline
