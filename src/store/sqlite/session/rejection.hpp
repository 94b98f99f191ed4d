#pragma once

#include <string_view>

#include "store/session.hpp"
#include "store/sqlite/session/workshop.hpp"

namespace baseline::sqlite {

/// Session::reject(): whether the constraint that `by` names rejects the last statement by itself
/// (docs/checks.md, "by"). Throws SQLite::Exception when our own statements fail.
Rejection judge_rejection(const Workshop& workshop, std::string_view sql, const Bindings& bindings,
                          const ConstraintRef& by, const RunLimits& limits);

}  // namespace baseline::sqlite
