#pragma once

#include <string>

namespace baseline {

/// A setting as text, with where its value came from.
struct SettingLine {
  std::string name;
  std::string value;
  std::string source;
};

}  // namespace baseline
