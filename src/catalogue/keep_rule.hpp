#pragma once

#include <cstdint>
#include <optional>

namespace baseline {

/// Which backups a person wants to keep: those that one of the two asks for.
struct KeepRule {
  std::optional<std::uint64_t> newest;  ///< so many, of those that can be used
  std::optional<std::uint64_t> days;    ///< all that are not older

  bool says_anything() const { return newest || days; }
};

}  // namespace baseline
