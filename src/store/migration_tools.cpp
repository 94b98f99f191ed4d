#include "store/migration_tools.hpp"

#include <algorithm>
#include <string>

#include "base/text.hpp"

namespace baseline {
namespace {

constexpr ToolTable kToolTables[] = {
    {"Alembic", "alembic_version", "version_num"},
    {"Django", "django_migrations", "app, name", "SELECT count(*) FROM django_migrations"},
    {"golang-migrate",
     "schema_migrations",
     "version, dirty",
     {},
     "dirty",
     "it is marked dirty: a migration was cut off"},
    {"Rails", "schema_migrations", "version"},
    {"Flyway", "flyway_schema_history", "version, script, success",
     "SELECT version FROM flyway_schema_history WHERE version IS NOT NULL "
     "ORDER BY installed_rank DESC LIMIT 1",
     "NOT success", "a migration has failed"},
    {"Prisma", "_prisma_migrations", "migration_name",
     "SELECT max(migration_name) FROM _prisma_migrations WHERE finished_at IS NOT NULL",
     "finished_at IS NULL AND rolled_back_at IS NULL", "a migration has not finished"},
    {"Knex", "knex_migrations", "name"},
    {"sqlx", "_sqlx_migrations", "version, success", {}, "NOT success", "a migration has failed"},
    {"goose", "goose_db_version", "version_id, is_applied"},
    {"sql-migrate", "gorp_migrations", "id"},
    {"Drizzle", "__drizzle_migrations", "hash", "SELECT count(*) FROM __drizzle_migrations"},
    {"Liquibase", "DATABASECHANGELOG", "id, author, filename",
     "SELECT count(*) FROM DATABASECHANGELOG"},
    {"EF Core", "__EFMigrationsHistory", "MigrationId"},
    {"FluentMigrator", "VersionInfo", "Version"},
    {"Diesel", "__diesel_schema_migrations", "version"},
    {"SeaORM", "seaql_migrations", "version"},
    {"TypeORM", "migrations", "timestamp, name"},
    {"Laravel", "migrations", "migration", "SELECT count(*) FROM migrations"},
    {"db-migrate", "migrations", "name, run_on"},
    {"Sequelize", "SequelizeMeta", "name"},
    {"refinery", "refinery_schema_history", "version, checksum"},
    {"PocketBase", "_migrations", "file"},
    {"Room", "room_master_table", "identity_hash"},
    {"Atlas", "atlas_schema_revisions", "version"},
    {"Phinx", "phinxlog", "version, migration_name"},
    {"Doctrine", "doctrine_migration_versions", "version",
     "SELECT count(*) FROM doctrine_migration_versions"},
    {"MikroORM", "mikro_orm_migrations", "name"},
    {"Kysely", "kysely_migration", "name"},
    {"Bun", "bun_migrations", "name"},
    {"D1", "d1_migrations", "name"},
    {"Aerich", "aerich", "version, app", "SELECT count(*) FROM aerich"},
    {"Peewee", "migratehistory", "name"},
    {"yoyo", "_yoyo_migration", "migration_id", "SELECT count(*) FROM _yoyo_migration"},
    {"DbUp", "SchemaVersions", "ScriptName", "SELECT count(*) FROM SchemaVersions"},
    {"Play", "play_evolutions", "id, hash"},
};

constexpr CompanionTable kCompanionTables[] = {
    {"ar_internal_metadata", "schema_migrations", {}},
    {"knex_migrations_lock", "knex_migrations", "is_locked"},
    {"DATABASECHANGELOGLOCK", "DATABASECHANGELOG", "LOCKED"},
    {"kysely_migration_lock", "kysely_migration", "is_locked"},
    {"android_metadata", "room_master_table", {}},
};

}  // namespace

std::span<const ToolTable> tool_tables() { return kToolTables; }

std::span<const CompanionTable> companion_tables() { return kCompanionTables; }

bool is_tool_table(std::string_view name) {
  const auto is_it = [&](std::string_view known) { return same_name(known, name); };
  return is_litestream_table(name) || std::ranges::any_of(kToolTables, is_it, &ToolTable::name) ||
         std::ranges::any_of(kCompanionTables, is_it, &CompanionTable::name);
}

bool is_like_tool_table(std::string_view name) {
  constexpr std::string_view kParts[] = {"migration",      "schema_version", "schema_change",
                                         "schema_history", "schemaversion",  "schemahistory",
                                         "changelog"};
  constexpr std::string_view kNames[] = {"version", "versions", "db_version", "schema_info"};
  const std::string lower = to_lower(name);
  return std::ranges::find(kNames, lower) != std::end(kNames) ||
         std::ranges::any_of(
             kParts, [&](std::string_view part) { return lower.find(part) != std::string::npos; });
}

bool is_litestream_table(std::string_view name) { return name.starts_with("_litestream_"); }

bool is_alembic_leftover(std::string_view name) { return name.starts_with("_alembic_tmp_"); }

}  // namespace baseline
