#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "config/config_file.hpp"

/// An environment with these variables and no other.
inline baseline::Environment environment_of(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return {};
    return found->second;
  };
}
