#pragma once

#include <string>
#include <vector>

namespace baseline {

/// Which database may be replaced: one that has any of these (docs/configuration.md, `replaces`).
struct Replaces {
  std::vector<std::string> tables;
  std::vector<std::string> revisions;
  std::string source;  ///< "baseline.yaml:5:1", "built in"; empty: nothing says which, so any may
};

}  // namespace baseline
