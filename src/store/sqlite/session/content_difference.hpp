#pragma once

#include "store/engine.hpp"
#include "store/session.hpp"

namespace baseline::sqlite {

/// What differs in the schema (docs/checks.md, kind schema), the rows, user_version and
/// application_id of two databases. Both must be from apply_migration().
Difference content_difference(Session& a, Session& b);

}  // namespace baseline::sqlite
