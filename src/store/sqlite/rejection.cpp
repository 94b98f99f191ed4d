#include "store/sqlite/rejection.hpp"

#include "store/sqlite/errors.hpp"

namespace baseline::sqlite {

Rejection judge_rejection(SQLite::Database&, Guard&, std::string_view, const Bindings&,
                          const ConstraintRef&, const RunLimits&) {
  return {};
}

}  // namespace baseline::sqlite
