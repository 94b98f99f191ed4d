#pragma once

#include <string>

namespace baseline {

/// Which constraint a `rejects` check names (docs/checks.md, "by").
struct ConstraintRef {
  enum class Kind { name, not_null, unique, primary_key, foreign_key, check, trigger, type };
  Kind kind = Kind::name;
  std::string text;  ///< as written: valid_latitude, t.c, t(a, b), t, a > 0, or a regex (trigger)
};

}  // namespace baseline
