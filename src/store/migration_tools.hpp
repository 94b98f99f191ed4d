#pragma once

#include <span>
#include <string_view>

namespace baseline {

/// A table in which a migration tool records which of its migrations have run.
struct ToolTable {
  std::string_view tool;  ///< for people
  std::string_view name;
  /// The columns that say which and whether, for a SELECT: no times, no authors. A tool that writes
  /// such things anew does not make another database of it.
  std::string_view columns;
  /// A query for the newest migration; empty: the largest value of the first column.
  std::string_view newest = {};
  std::string_view doubt = {};  ///< a condition on rows that a person should look at, or empty
  std::string_view doubt_text = {};
};

/// The known ones. Where tools share a name, the first whose columns are there counts.
std::span<const ToolTable> tool_tables();

/// A table that a tool keeps beside its records.
struct CompanionTable {
  std::string_view name;
  std::string_view beside;  ///< the table of records
  std::string_view lock;    ///< its column that says whether a migrator is at work, or empty
};
std::span<const CompanionTable> companion_tables();

/// Whether tools, of migrations or of replication, have tables of this name in any application: it
/// does not tell applications apart.
bool is_tool_table(std::string_view name);

/// Whether the name is like that of a table of records that no known tool has.
bool is_like_tool_table(std::string_view name);

/// Whether Litestream keeps it for itself.
bool is_litestream_table(std::string_view name);

/// Whether Alembic has left it behind: a copy of a table whose migration was cut off.
bool is_alembic_leftover(std::string_view name);

}  // namespace baseline
