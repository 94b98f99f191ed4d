#pragma once

#include <string>

#include "store/engine.hpp"

namespace baseline {

/// What `baseline --version` prints, for people or as the JSON document of docs/json.md: enough to
/// get the same program and the same SQLite again.
std::string version_text(const EngineFacts& engine, bool json);

}  // namespace baseline
