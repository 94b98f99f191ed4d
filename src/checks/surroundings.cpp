#include "checks/surroundings.hpp"

#include <algorithm>

namespace baseline {

const LogPosition* Surroundings::log(const std::string& path) const {
  const auto found = std::ranges::find(logs, path, &LogPosition::path);
  return found == logs.end() ? nullptr : &*found;
}

}  // namespace baseline
