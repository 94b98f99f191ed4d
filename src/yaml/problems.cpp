#include "yaml/problems.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace baseline::yaml {

Problem problem_at(std::string file, Place place, std::string message) {
  return {std::move(file), place.line, place.column, std::move(message)};
}

void Problems::add(Place place, const std::string& message) {
  problems_.push_back(problem_at(file_, place, message));
}

std::vector<Problem> Problems::found() const {
  std::vector<Problem> sorted = problems_;
  std::ranges::stable_sort(
      sorted, {}, [](const Problem& problem) { return std::pair(problem.line, problem.column); });
  std::vector<Problem> out;
  std::set<std::string> seen;
  for (Problem& problem : sorted) {
    // The same SQL may be read twice through an alias; once is enough for a person.
    if (seen.insert(problem.text({})).second) out.push_back(std::move(problem));
  }
  return out;
}

}  // namespace baseline::yaml
