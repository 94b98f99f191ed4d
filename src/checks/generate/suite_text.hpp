#pragma once

#include <string>
#include <vector>

#include "checks/generate/generated_check.hpp"

namespace baseline::generate {

/// The value as a scalar of a list or map in one line: null, -1, 0.5, 'a'. Not for blobs.
std::string yaml_value(const Value& value);

/// The checks of one table, or of one subject.
struct Section {
  std::string title;
  std::vector<GeneratedCheck> checks;
};

/// A suite as a person would write it.
struct SuiteText {
  std::vector<std::string> head;  ///< lines of the comment at the top
  bool has_rows = false;          ///< whether it makes rows, so that `foreign_keys` is needed
  std::vector<GeneratedFixture> fixtures;
  std::vector<Section> sections;

  std::string str() const;

 private:
  std::vector<GeneratedFixture> used_fixtures() const;
};

}  // namespace baseline::generate
