#include "store/migration_tools.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace baseline {
namespace {

constexpr ToolTable kToolTables[] = {
    {"alembic_version", "version_num"},
    {"django_migrations", "app, name"},
    {"schema_migrations", "version, dirty"},  // golang-migrate
    {"schema_migrations", "version"},         // Rails, dbmate
    {"flyway_schema_history", "version, script, success"},
    {"_prisma_migrations", "migration_name"},
    {"knex_migrations", "name"},
    {"_sqlx_migrations", "version, success"},
    {"goose_db_version", "version_id, is_applied"},
    {"gorp_migrations", "id"},  // sql-migrate
    {"__drizzle_migrations", "hash"},
    {"DATABASECHANGELOG", "id, author, filename"},
    {"__EFMigrationsHistory", "MigrationId"},
    {"VersionInfo", "Version"},  // FluentMigrator
    {"__diesel_schema_migrations", "version"},
    {"seaql_migrations", "version"},
    {"migrations", "timestamp, name"},  // TypeORM
    {"migrations", "migration"},        // Laravel
    {"SequelizeMeta", "name"},
    {"refinery_schema_history", "version, checksum"},
    {"_migrations", "file"},  // PocketBase
    {"room_master_table", "identity_hash"},
    {"atlas_schema_revisions", "version"},
};

// Beside these, what the tools above keep for their own purposes.
constexpr std::string_view kOtherTables[] = {"ar_internal_metadata", "knex_migrations_lock",
                                             "DATABASECHANGELOGLOCK"};

}  // namespace

std::span<const ToolTable> tool_tables() { return kToolTables; }

bool is_tool_table(std::string_view name) {
  const auto is_it = [&](std::string_view known) { return same_name(known, name); };
  return is_litestream_table(name) || std::ranges::any_of(kToolTables, is_it, &ToolTable::name) ||
         std::ranges::any_of(kOtherTables, is_it);
}

bool is_litestream_table(std::string_view name) { return name.starts_with("_litestream_"); }

}  // namespace baseline
