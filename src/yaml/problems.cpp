#include "yaml/problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace baseline::yaml {

std::string located(const std::string& file, Place place, const char* severity,
                    const std::string& message) {
  return fmt::format("{}:{}:{}: {}: {}", printable(file), place.line, place.column, severity,
                     printable(message));
}

void Problems::add(Place place, const std::string& message) {
  entries_.push_back({place, located(file_, place, "error", message)});
}

void Problems::add_line(Place place, std::string line) {
  entries_.push_back({place, std::move(line)});
}

std::vector<std::string> Problems::lines() const {
  std::vector<Entry> sorted = entries_;
  std::ranges::stable_sort(sorted,
                           [](const Entry& a, const Entry& b) { return a.place < b.place; });
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (Entry& entry : sorted) {
    // The same SQL may be read twice through an alias; once is enough for a person.
    if (seen.insert(entry.line).second) out.push_back(std::move(entry.line));
  }
  return out;
}

}  // namespace baseline::yaml
