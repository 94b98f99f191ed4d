#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "checks/generate/generate.hpp"

namespace baseline {
namespace {

// The part of a file name before the first '_': letters, digits, '.' and '-'.
bool is_revision(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.';
  });
}

}  // namespace

Migration migration_of(Session& database, const std::string& source, std::int64_t user_version,
                       std::int64_t application_id) {
  const Schema schema = database.schema();
  Migration out;
  out.sql =
      fmt::format("-- The schema of {}, without its rows. Written by 'baseline checks generate'.\n",
                  printable(source));
  const auto add = [&](const SchemaObject& object) { out.sql += "\n" + object.definition + ";\n"; };
  // Tables in the order in which they were made, then what needs them.
  for (const TableModel& table : database.tables()) {
    for (const SchemaObject& object : schema.objects) {
      if (object.kind == "table" && object.name == table.name) add(object);
    }
  }
  for (const SchemaObject& object : schema.objects) {
    if (object.kind != "table") add(object);
  }
  if (user_version != 0) out.sql += fmt::format("\nPRAGMA user_version = {};\n", user_version);
  if (application_id != 0)
    out.sql += fmt::format("\nPRAGMA application_id = {};\n", application_id);
  const std::optional<std::string> revision = database.revision();
  if (revision) {
    const QueryOutcome stamps =
        database.query("SELECT version_num FROM alembic_version ORDER BY version_num", {}, {});
    out.sql += "\n";
    for (const auto& row : stamps.rows) {
      out.sql += fmt::format("INSERT INTO alembic_version (version_num) VALUES ({});\n",
                             sql_literal(row.front()));
    }
  }
  out.revision = revision && is_revision(*revision) ? *revision : "1";
  out.file = out.revision + "_schema.sql";
  return out;
}

}  // namespace baseline
