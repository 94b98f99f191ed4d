#pragma once

#include <span>
#include <string_view>

#include "yaml/keys.hpp"

namespace baseline {

// docs/checks.md must list every key of a suite (tests/checks/reference_test.cpp).
using yaml::Key;
using yaml::KeyType;
using yaml::kOnOff;
using yaml::names_of;

/// In the order of When and of Severity.
inline constexpr std::string_view kWhenWords[] = {"before", "after", "both"};
inline constexpr std::string_view kSeverityWords[] = {"error", "warn"};

/// The keys of a suite file.
std::span<const Key> file_keys();

/// The keys that every check has, whatever its kind.
std::span<const Key> common_keys();

}  // namespace baseline
