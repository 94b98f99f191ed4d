#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/generate/bookkeeping.hpp"
#include "checks/generate/generate.hpp"
#include "store/migration_tools.hpp"
#include "store/schema.hpp"
#include "store/table_model.hpp"

namespace baseline {

namespace {

std::vector<SchemaObject> objects_in_order(Session& database) {
  const Schema schema = database.schema();
  std::vector<SchemaObject> out;
  const auto add = [&](const SchemaObject& object) {
    const auto is_left_out = [](std::string_view name) {
      return is_litestream_table(name) || is_alembic_leftover(name);
    };
    if (!is_left_out(object.name) && !is_left_out(object.table)) out.push_back(object);
  };
  // Tables in the order in which they were made, then what needs them.
  for (const TableModel& table : database.tables()) {
    for (const SchemaObject& object : schema.objects) {
      if (object.kind == "table" && object.name == table.name) add(object);
    }
  }
  for (const SchemaObject& object : schema.objects) {
    if (object.kind != "table") add(object);
  }
  return out;
}

}  // namespace

std::string definitions_of(Session& database) {
  std::string out;
  for (const SchemaObject& object : objects_in_order(database)) {
    out += "\n" + object.definition + ";\n";
  }
  return out;
}

void require_makeable(Session& database, const Migration& migration, const std::string& source,
                      const ApplyMigration& apply) {
  try {
    apply(migration);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::usage) throw;
    // The first object with which the same happens.
    std::string sql;
    for (const SchemaObject& object : objects_in_order(database)) {
      sql += object.definition + ";\n";
      try {
        apply({migration.revision, "", sql});
      } catch (const Error& cause) {
        if (!std::string_view(error.what()).ends_with(cause.what())) continue;
        throw Error(
            ErrorCode::usage,
            fmt::format("{} {} of {} cannot be made again: {}", object.kind, printable(object.name),
                        printable(source), cause.what()),
            error.hint().empty()
                ? "baseline has the functions, collations and modules of SQLite only; write a "
                  "migration without it, and run baseline init --migration FILE"
                : error.hint() +
                      "; correct it in a migration, and run baseline init --migration FILE");
      }
    }
    throw;
  }
}

Migration migration_of(Session& database, const std::string& source, std::int64_t user_version,
                       std::int64_t application_id) {
  const Schema schema = database.schema();
  if (std::ranges::none_of(schema.objects, [](const auto& one) { return one.kind == "table"; })) {
    throw Error(ErrorCode::usage, fmt::format("{} has no table", printable(source)),
                "there is nothing to write a migration or a suite for");
  }
  Migration out;
  out.sql = fmt::format("-- The schema of {}, without its rows. Written by baseline.\n",
                        printable(source));
  out.sql += definitions_of(database);
  if (user_version != 0) out.sql += fmt::format("\nPRAGMA user_version = {};\n", user_version);
  if (application_id != 0)
    out.sql += fmt::format("\nPRAGMA application_id = {};\n", application_id);
  for (const Bookkeeping& bookkeeping : bookkeeping_of(database)) {
    if (bookkeeping.inserts.empty()) continue;
    out.sql += fmt::format("\n-- {}'s records: to it the new database is as migrated as the old.\n",
                           bookkeeping.tool);
    for (const std::string& insert : bookkeeping.inserts) out.sql += insert + ";\n";
    if (out.revision.empty()) out.revision = bookkeeping.revision;
  }
  if (out.revision.empty()) out.revision = "1";
  out.file = out.revision + "_schema.sql";
  return out;
}

}  // namespace baseline
