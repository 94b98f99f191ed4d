#include "store/sqlite/session/run.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "store/sqlite/db/errors.hpp"

namespace baseline::sqlite {

int run_to_end(const Statement& statement, const Bindings& bindings) {
  bind(statement.handle.get(), bindings);
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement.handle.get());
  return code;
}

SqlFailure explained(SchemaCache& schema, Guard& guard, const StatementReader& reader,
                     const Statement& statement, int code, const RunLimits& limits) {
  SqlFailure failure = reader.run_failure(statement, code);
  if (guard.timed_out()) {
    failure.kind = SqlFailure::Kind::timeout;
    failure.message =
        fmt::format("took longer than {} and was stopped", short_duration(limits.timeout));
  }
  if (failure.kind == SqlFailure::Kind::constraint) {
    const Guard::Pause pause(guard);
    failure.rejected_by =
        translated([&] { return describe_rejection(schema.constraints(), code, failure.message); });
  }
  return failure;
}

bool has_deferred_violations(sqlite3* database) {
  int current = 0;
  int highest = 0;
  sqlite3_db_status(database, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0);
  return current != 0;
}

}  // namespace baseline::sqlite
