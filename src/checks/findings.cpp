#include "checks/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.hpp"

namespace baseline {

Verdict verdict_on(const std::vector<Finding>& findings, std::size_t asserted) {
  Verdict verdict;
  if (findings.empty()) return verdict;
  verdict.status = Status::fail;
  if (findings.size() == 1) {
    verdict.expected = findings.front().expected;
    verdict.got = findings.front().got;
    return verdict;
  }
  std::vector<std::string> expected;
  std::vector<std::string> got;
  std::ranges::transform(findings, std::back_inserter(expected), &Finding::expected);
  std::ranges::transform(findings, std::back_inserter(got), &Finding::got);
  verdict.expected = join(expected, "; ");
  verdict.got = fmt::format("{} of {} assertions do not hold", findings.size(), asserted);
  verdict.why = join(got, "\n");
  return verdict;
}

}  // namespace baseline
