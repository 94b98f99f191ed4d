#include "report/checks_text.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "checks/runner.hpp"
#include "report/human.hpp"

namespace baseline {

std::string checks_text(const SuiteReport& report, const Style& style) {
  std::string text;
  for (const CheckResult& result : report.results) {
    if (result.status == Status::pass || result.status == Status::skip) continue;
    text += failure_block(result) + "\n";
  }
  struct Part {
    Status status;
    std::string_view word;
    Tone tone;
  };
  const std::size_t deferred = report.deferred();
  constexpr Part kParts[] = {{Status::pass, "passed", Tone::good},
                             {Status::fail, "failed", Tone::bad},
                             {Status::error, "could not be evaluated", Tone::bad},
                             {Status::warn, "with a warning", Tone::caution},
                             {Status::skip, "skipped", Tone::faint}};
  std::vector<std::string> parts;
  for (const Part& part : kParts) {
    const std::size_t all = report.count(part.status);
    const std::size_t count = part.status == Status::skip ? all - deferred : all;
    if (count == 0) continue;
    const bool fails = part.status == Status::warn && report.strict;
    parts.push_back(style(fails ? Tone::bad : part.tone,
                          fmt::format("{} {}{}", count, part.word, fails ? " (strict)" : "")));
  }
  if (deferred > 0) {
    parts.push_back(style(Tone::faint, fmt::format("{} for baseline verify", deferred)));
  }
  return text + fmt::format("checks {:<7} {} ({})\n", to_string(report.phase), join(parts, ", "),
                            human_report::duration(report.took));
}

}  // namespace baseline
