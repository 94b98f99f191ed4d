#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/session.hpp"
#include "store/sqlite/db/guard.hpp"
#include "store/sqlite/db/own_statements.hpp"
#include "store/sqlite/db/statements.hpp"
#include "store/sqlite/schema/schema_cache.hpp"
#include "store/sqlite/session/workshop.hpp"

namespace baseline::sqlite {

/// The Session of SQLite; see store/session.hpp for what each operation promises.
class SqliteSession final : public Session {
 public:
  enum class Role {
    live,     ///< others may use it: scratch() clones its schema only
    sealed,   ///< a candidate, a backup or a reference: nobody writes it, scratch() copies it
    scratch,  ///< private, may be written
  };

  /// `becomes_wal`: the file that is made of it will be in WAL mode.
  SqliteSession(SQLite::Database database, Role role, bool becomes_wal = false);

  void begin_reading() override;
  void end_reading() noexcept override;
  CompileOutcome compile(std::string_view sql) override;
  QueryOutcome query(std::string_view sql, const Bindings& bindings,
                     const RunLimits& limits) override;
  std::optional<SqlFailure> scan(std::string_view sql, const Bindings& bindings,
                                 const RunLimits& limits, const RowVisitor& visit) override;
  std::optional<TableInfo> table(std::string_view name) override;
  ExecuteOutcome execute(std::string_view sql, const Bindings& bindings,
                         const RunLimits& limits) override;
  Rejection reject(std::string_view sql, const Bindings& bindings, const ConstraintRef& by,
                   const RunLimits& limits) override;
  CostOutcome measure(std::string_view sql, const Bindings& bindings, const RunLimits& limits,
                      unsigned timed_runs) override;
  std::vector<std::string> index_names() override;
  void begin(bool foreign_keys) override;
  bool rollback() override;
  std::unique_ptr<Session> scratch() override;
  void note_touched(Touched* touched) override { guard_.note_touched(touched); }
  void save(const std::filesystem::path& file) override;
  std::vector<ConstraintInfo> constraints() override;
  std::vector<std::size_t> resolve(const ConstraintRef& by) override;
  Schema schema() override;
  std::vector<TableModel> tables() override;
  FileSettings file_settings() override;
  std::optional<std::string> revision() override;
  std::vector<TableRows> count_rows(std::chrono::milliseconds budget) override;
  std::optional<std::string> integrity_problem(Depth depth) override;

  SQLite::Database& database() { return database_; }
  bool becomes_wal() const { return becomes_wal_; }

 private:
  /// Steps through one read-only statement until `visit` says false. `columns` is told first.
  using Columns = std::function<void(sqlite3_stmt*)>;
  std::optional<SqlFailure> step_through(std::string_view sql, const Bindings& bindings,
                                         const RunLimits& limits, bool any_length,
                                         const Columns& columns,
                                         const std::function<bool(sqlite3_stmt*)>& visit);

  /// The tables that have been read, to be read but once; emptied whenever the schema may have
  /// become another one.
  struct KnownTables {
    std::int64_t version = 0;  ///< PRAGMA schema_version, which SQLite counts up
    std::map<std::string, std::optional<TableInfo>, std::less<>> by_name;  ///< as it was asked for
  };
  KnownTables& known_tables();
  std::optional<TableInfo> read_table(std::string_view name);

  bool is_in_transaction();
  /// What only a scratch copy has use for.
  Workshop workshop();
  StatementCache* cache() { return role_ == Role::scratch ? &statements_ : nullptr; }

  SQLite::Database database_;
  Guard guard_;  // after the database: it must go first
  SchemaCache schema_{database_, guard_};
  StatementCache statements_{guard_};
  OwnStatements own_{database_, guard_};
  std::optional<bool> foreign_keys_;  // as begin() set it
  KnownTables known_tables_;
  Role role_;
  bool becomes_wal_;
};

}  // namespace baseline::sqlite
