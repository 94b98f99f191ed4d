#pragma once

#include <SQLiteCpp/Database.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/session.hpp"
#include "store/sqlite/constraints.hpp"
#include "store/sqlite/guard.hpp"

namespace baseline::sqlite {

/// The Session of SQLite; see store/session.hpp for what each operation promises.
class SqliteSession final : public Session {
 public:
  enum class Role {
    live,     ///< others may use it: scratch() clones its schema only
    sealed,   ///< a candidate, a backup or a reference: nobody writes it, scratch() copies it
    scratch,  ///< private, may be written
  };

  SqliteSession(SQLite::Database database, Role role);

  CompileOutcome compile(std::string_view sql) override;
  QueryOutcome query(std::string_view sql, const Bindings& bindings,
                     const RunLimits& limits) override;
  ExecuteOutcome execute(std::string_view sql, const Bindings& bindings,
                         const RunLimits& limits) override;
  Rejection reject(std::string_view sql, const Bindings& bindings, const ConstraintRef& by,
                   const RunLimits& limits) override;
  void begin(bool foreign_keys) override;
  bool rollback() override;
  std::unique_ptr<Session> scratch() override;
  Schema schema() override;
  std::vector<TableModel> tables() override;
  std::optional<std::string> revision() override;
  std::vector<TableRows> count_rows(std::chrono::milliseconds budget) override;
  std::optional<std::string> integrity_problem(Depth depth) override;

  SQLite::Database& database() { return database_; }

 private:
  SQLite::Database database_;
  Guard guard_;  // after the database: it must go first
  ConstraintCache constraints_{database_};
  Role role_;
};

}  // namespace baseline::sqlite
