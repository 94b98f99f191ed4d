#pragma once

#include <span>
#include <string_view>

namespace baseline {

/// A table in which a migration tool records which of its migrations have run.
struct ToolTable {
  std::string_view name;
  /// The columns that say which and whether, for a SELECT: no times, no authors. A tool that writes
  /// such things anew does not make another database of it.
  std::string_view columns;
};

/// Those that are known. Where tools share a name, the first whose columns are there counts.
std::span<const ToolTable> tool_tables();

/// Whether tools, of migrations or of replication, have tables of this name in any application: it
/// does not tell applications apart.
bool is_tool_table(std::string_view name);

/// Whether Litestream keeps it for itself.
bool is_litestream_table(std::string_view name);

}  // namespace baseline
