#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/constraint_ref.hpp"
#include "store/value.hpp"

namespace baseline::generate {

/// One set of values for the parameters of a check, in the order in which they are written.
using CaseValues = std::vector<std::pair<std::string, Value>>;

/// SQL that makes rows, named after their table.
struct GeneratedFixture {
  std::string name;
  std::string sql;
};

/// A check of the suite that is being made.
struct GeneratedCheck {
  enum class Kind { accepts, rejects, query, schema };

  Kind kind = Kind::accepts;
  std::string name;
  std::vector<std::string> given;  ///< fixtures
  std::string sql;                 ///< of kind schema: "baseline"
  ConstraintRef by;                ///< kind rejects
  std::vector<CaseValues> cases;   ///< empty: none
  std::optional<bool> foreign_keys;
  std::vector<std::string> assertions;  ///< kind query: whole lines, "rows: 0"
  std::string when;
  std::string skip;  ///< why it could not be put to the test; then only a comment is written
  std::optional<GeneratedFixture> step;  ///< the last of `given`: what the check is about
  std::string hint;
  std::string remark;      ///< for who reads the suite, a comment; empty: none
  std::string constraint;  ///< what it covers, for people; empty: no constraint
};

}  // namespace baseline::generate
