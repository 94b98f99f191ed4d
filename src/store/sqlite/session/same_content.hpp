#pragma once

#include "store/session.hpp"

namespace baseline::sqlite {

/// Whether two databases have the same schema (docs/checks.md, kind schema), rows, user_version and
/// application_id. Both must be from apply_migration().
bool same_content(Session& a, Session& b);

}  // namespace baseline::sqlite
