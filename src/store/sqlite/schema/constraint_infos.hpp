#pragma once

#include <SQLiteCpp/Database.h>

#include <cstddef>
#include <vector>

#include "store/session.hpp"
#include "store/sqlite/schema/constraints.hpp"

namespace baseline::sqlite {

/// read_constraints() as the seam tells of them, in the same order. Throws SQLite::Exception.
std::vector<ConstraintInfo> constraint_infos(SQLite::Database& database);

/// Which of `all` the reference names, as indexes.
std::vector<std::size_t> resolved(const std::vector<Constraint>& all, const ConstraintRef& by);

}  // namespace baseline::sqlite
