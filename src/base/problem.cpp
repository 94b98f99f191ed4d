#include "base/problem.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace baseline {

std::string Problem::text(std::string_view severity) const {
  if (file.empty()) return printable(message);
  return fmt::format("{}:{}:{}: {}{}{}", printable(file), line, column, severity,
                     severity.empty() ? "" : ": ", printable(message));
}

std::vector<std::string> lines_of(const std::vector<Problem>& problems, std::string_view severity) {
  std::vector<std::string> out;
  out.reserve(problems.size());
  for (const Problem& problem : problems) out.push_back(problem.text(severity));
  return out;
}

}  // namespace baseline
