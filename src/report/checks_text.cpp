#include "report/checks_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "checks/runner.hpp"
#include "report/columns.hpp"
#include "report/human.hpp"
#include "report/layout.hpp"

namespace baseline {

namespace {

// A suite in a line: what passed need not be told check by check.
std::string text_by_suite(const SuiteReport& report) {
  struct Suite {
    std::size_t passed = 0;
    std::size_t all = 0;
    std::chrono::nanoseconds took{};
  };
  std::vector<std::pair<std::string, Suite>> suites;
  std::size_t widest = 0;
  for (const CheckResult& result : report.results) {
    if (result.status == Status::skip) continue;
    const std::string name = printable(result.check->suite);
    auto found = std::ranges::find(suites, name, [](const auto& suite) { return suite.first; });
    if (found == suites.end()) found = suites.insert(found, {name, {}});
    found->second.passed += result.status == Status::pass ? 1 : 0;
    ++found->second.all;
    found->second.took += result.worked();
    widest = std::max(widest, columns_of(name));
  }
  std::string text;
  for (const auto& [name, suite] : suites) {
    text += labelled("", fmt::format("{}  {:>4} of {:<4}  {:>8}", padded(name, widest),
                                     suite.passed, suite.all, human_report::duration(suite.took)));
  }
  return text;
}

// Those that did not pass. What failed tells more than what could not be evaluated because of it.
std::vector<const CheckResult*> not_passed(const SuiteReport& report) {
  std::vector<const CheckResult*> out;
  for (const Status status : {Status::fail, Status::error, Status::warn}) {
    for (const CheckResult& result : report.results) {
      if (result.status == status) out.push_back(&result);
    }
  }
  return out;
}

// Those in no suite, which `checks list` does not count either: the file is whole.
std::size_t own_passes(const SuiteReport& report) {
  return static_cast<std::size_t>(std::ranges::count_if(report.results, [](const CheckResult& one) {
    return one.status == Status::pass && one.check->file.empty();
  }));
}

// What a summary of passes would hide.
std::string remarks_text(const SuiteReport& report, const Style& style) {
  std::vector<std::string> lines;
  if (const std::size_t count = report.judged_nothing(); count > 0) {
    lines.push_back(fmt::format("{} of them judged 0 values: there were none", count));
  }
  lines.push_back(concessions_text(report.concessions));
  std::string text;
  for (const std::string& line : lines) {
    if (!line.empty()) text += labelled("", style(Tone::faint, line));
  }
  return text;
}

// "FAIL", "ERROR" or "WARN" at the start of a block.
std::string painted(const std::string& block, const CheckResult& result, const Style& style) {
  const std::size_t label = block.find(' ');
  return style(result.status == Status::warn ? Tone::caution : Tone::bad, block.substr(0, label)) +
         block.substr(label);
}

// The first ones are opened, the others are named, a line a check: a page of blocks hides what
// matters.
std::string failures(const SuiteReport& report, const Style& style) {
  constexpr std::size_t kOpened = 5;
  const std::vector<const CheckResult*> all = not_passed(report);
  const std::size_t opened = style.verbose() ? all.size() : std::min(all.size(), kOpened);
  std::string text;
  for (std::size_t i = 0; i < opened; ++i)
    text += painted(failure_block(*all[i]), *all[i], style) + "\n";
  for (std::size_t i = opened; i < all.size();) {
    CheckResult named = *all[i];
    std::size_t cases = 0;
    while (i < all.size() && all[i]->check->name == named.check->name &&
           all[i]->status == named.status) {
      ++cases;
      ++i;
    }
    if (cases > 1) named.case_label = counted(cases, "case");
    const std::string block = failure_block(named);
    const std::string line = block.substr(0, block.find('\n'));
    text +=
        painted(style.columns() == 0 ? line : fitted(line, style.columns()), named, style) + "\n";
  }
  if (opened == all.size()) return text;
  return text + fmt::format("      {} not opened here: -v opens all\n\n",
                            counted(all.size() - opened, "result is", "results are"));
}

}  // namespace

std::string concessions_text(const Concessions& concessions) {
  struct Concession {
    std::size_t count;
    std::string_view one;
    std::string_view several;
  };
  const Concession kinds[] = {
      {concessions.warn, "only warns", "only warn"},
      {concessions.before, "runs only before the swap", "run only before the swap"},
      {concessions.after, "runs only after the swap", "run only after the swap"},
      {concessions.wait, "may wait", "may wait"},
      {concessions.skip, "is skipped", "are skipped"},
  };
  std::vector<std::string> parts;
  for (const Concession& part : kinds) {
    if (part.count == 0) continue;
    const std::string subject =
        parts.empty() ? counted(part.count, "check") : fmt::format("{}", part.count);
    parts.push_back(fmt::format("{} {}", subject, part.count == 1 ? part.one : part.several));
  }
  return join(parts, ", ");
}

std::string checks_text(const SuiteReport& report, const Style& style) {
  const std::string text = failures(report, style);
  struct Tally {
    Status status;
    std::string_view word;
    Tone tone;
  };
  const std::size_t deferred = report.deferred();
  const std::size_t own = own_passes(report);
  constexpr Tally kParts[] = {{Status::pass, "passed", Tone::good},
                              {Status::fail, "failed", Tone::bad},
                              {Status::error, "could not be evaluated", Tone::bad},
                              {Status::warn, "with a warning", Tone::caution},
                              {Status::skip, "skipped", Tone::faint}};
  std::vector<std::string> parts;
  for (const Tally& part : kParts) {
    const std::size_t all = report.count(part.status);
    const std::size_t count = part.status == Status::skip   ? all - deferred
                              : part.status == Status::pass ? all - own
                                                            : all;
    if (count == 0) continue;
    const bool fails = part.status == Status::warn && report.strict;
    parts.push_back(style(fails ? Tone::bad : part.tone,
                          fmt::format("{} {}{}", count, part.word, fails ? " (strict)" : "")));
  }
  if (own > 0) parts.push_back(fmt::format("{} of baseline's own passed", own));
  if (deferred > 0) {
    parts.push_back(style(Tone::faint, fmt::format("{} for baseline verify", deferred)));
  }
  return text +
         fmt::format("checks {:<7} {} ({})\n", to_string(report.phase), join(parts, ", "),
                     human_report::duration(report.took)) +
         remarks_text(report, style) + (style.verbose() ? text_by_suite(report) : "");
}

}  // namespace baseline
