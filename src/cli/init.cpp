// baseline init: what an application needs to be deployed with this program, from what it has.
#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/generate/bookkeeping.hpp"
#include "checks/generate/generate.hpp"
#include "cli/commands.hpp"
#include "cli/new_files.hpp"
#include "cli/workplace.hpp"
#include "os/acting_user.hpp"
#include "os/signals.hpp"
#include "pipeline/identity.hpp"
#include "report/initialised.hpp"
#include "store/migration_tools.hpp"
#include "store/schema.hpp"
#include "yaml/writer.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMigrations = "baseline";  // directories in the new one
constexpr std::string_view kChecks = "checks";

/// What is known before anything is written.
struct Draft {
  Migration migration;   ///< its `file` is the name that it gets
  std::string database;  ///< for baseline.yaml
  bool migration_is_there = false;
  std::vector<Bookkeeping> records;
  std::vector<std::string> doubts;   ///< what a person should look at
  std::vector<std::string> tables;   ///< by which the application's database can be told
  std::optional<std::string> stamp;  ///< its revision, where Alembic keeps one
};

// As baseline.yaml writes it: below the directory of that file, or absolute. A symbolic link stays
// one: where it leads may change.
std::string seen_from(const fs::path& directory, const fs::path& given) {
  const fs::path file = fs::absolute(given).lexically_normal();
  const fs::path below = file.lexically_relative(fs::absolute(directory / ".").lexically_normal());
  const bool is_below = !below.empty() && *below.begin() != "..";
  std::string text = is_below ? below.native() : file.native();
  if (text.find("${") != std::string::npos || utf8_prefix(text) != text.size()) {
    throw Error(ErrorCode::usage,
                fmt::format("the path {} cannot stand in baseline.yaml", printable(text)),
                "rename it: baseline.yaml is UTF-8, and ${NAME} in it stands for a variable");
  }
  return text;
}

// What the migration does not have, and what a person would miss in it.
std::vector<std::string> doubts_of(Session& database) {
  std::vector<std::string> out;
  for (const std::string& table : unknown_records(database)) {
    out.push_back(fmt::format(
        "{}: it looks like records of a migration tool; add its rows to the migration if the "
        "application needs them",
        table));
  }
  for (const SchemaObject& object : database.schema().objects) {
    if (object.kind == "table" && is_alembic_leftover(object.name)) {
      out.push_back(fmt::format(
          "{}: a migration of Alembic's was cut off and left it; it is not in the migration",
          object.name));
    }
  }
  return out;
}

Draft from_database(const Invocation& invocation, const fs::path& directory) {
  Workplace workplace(invocation);
  const DatabaseFacts facts = workplace.store().look({std::chrono::milliseconds(0), false});
  const std::unique_ptr<Session> live = workplace.store().open_live();
  const fs::path& path = invocation.settings.database.value;
  Draft out;
  out.migration =
      migration_of(*live, path.filename().string(), facts.user_version, facts.application_id);
  out.migration.file = out.migration.revision + "_baseline.sql";
  const auto engine = open_engine();
  require_makeable(*live, out.migration, path.filename().string(),
                   [&](const Migration& migration) { return engine->apply(migration); });
  out.database = seen_from(directory, path);
  out.records = bookkeeping_of(*live);
  out.doubts = doubts_of(*live);
  out.tables = application_tables(facts.schema);
  out.stamp = facts.revision;
  return out;
}

Draft from_migration(const Invocation& invocation, const fs::path& directory) {
  const fs::path& path = invocation.settings.migration.value;
  Draft out;
  out.migration = load_migration(path);
  out.migration.file = path.filename().native();
  out.database = "${DATABASE_PATH}";
  std::error_code error;
  out.migration_is_there = fs::equivalent(path, directory / kMigrations / path.filename(), error);
  const auto made =
      open_engine()->apply({out.migration.revision, path.native(), out.migration.sql});
  out.records = bookkeeping_of(*made);
  out.tables = application_tables(made->schema());
  out.stamp = made->revision();
  return out;
}

// DATABASE_PATH and BASELINE_MIGRATION are set where this program deploys; only who types the
// option means this one.
Draft draft_of(const Invocation& invocation, const fs::path& directory) {
  const bool database = invocation.settings.database.origin == Origin::option;
  const bool migration = invocation.settings.migration.origin == Origin::option;
  if (database && migration) {
    throw Error(ErrorCode::usage, "--database and --migration both name a schema",
                "give one of them");
  }
  if (!database && !migration) {
    throw Error(ErrorCode::usage, "there is nothing to start from",
                "name the application's database with --database, or its SQL with --migration");
  }
  return database ? from_database(invocation, directory) : from_migration(invocation, directory);
}

// The database that a deploy may replace; any, where there is nothing to tell it by.
std::string replaces_section(const Draft& draft) {
  std::vector<std::string> names;
  for (const std::string& table : draft.tables) {
    if (utf8_prefix(table) != table.size()) continue;
    names.push_back(yaml::scalar(table, yaml::Context::flow));
  }
  if (names.empty()) return {};
  // Branches of Alembic's are several revisions in one text.
  const bool has_stamp = draft.stamp && draft.stamp->find(", ") == std::string::npos;
  return fmt::format(
      "# A deploy replaces only a database that has one of these, or a table of the migration.\n"
      "replaces:\n"
      "  tables: [{}]\n"
      "{}",
      join(names, ", "),
      has_stamp
          ? fmt::format("  revisions: [{}]\n", yaml::scalar(*draft.stamp, yaml::Context::flow))
          : std::string());
}

std::string configuration(const Draft& draft) {
  const auto value = [](const std::string& text) {
    return yaml::scalar(text, yaml::Context::block);
  };
  return fmt::format(
      "# How baseline replaces the database of this application; docs/configuration.md explains\n"
      "# the keys.\n"
      "version: 1\n"
      "database: {}\n"
      "migration: {}\n"
      "{}"
      "checks: {}\n"
      "# A deploy that has succeeded removes the backups that are neither among the newest 10 nor\n"
      "# younger than 30 days.\n"
      "backups: {{keep: 10, keep_days: 30}}\n",
      value(draft.database), value(fmt::format("{}/{}", kMigrations, draft.migration.file)),
      replaces_section(draft), kChecks);
}

std::vector<std::string> next_commands(const Draft& draft, const fs::path& given) {
  const bool here = fs::weakly_canonical(fs::absolute(given)) == fs::current_path();
  const std::string lint = "baseline checks lint";
  const std::string first =
      here ? lint : fmt::format("cd {} && {}", shell_quoted(given.native()), lint);
  // The database that there is passes its own checks; one that is still to come has a path first.
  if (draft.database != "${DATABASE_PATH}") return {first, "baseline verify", "baseline plan"};
  return {first, "export DATABASE_PATH=…", "baseline plan"};
}

}  // namespace

CommandResult run_init(const Invocation& invocation) {
  const fs::path directory = invocation.options.output.empty() ? "." : invocation.options.output;
  const Draft draft = draft_of(invocation, directory);
  const AsStartingUser writes;  // the database is done with
  const auto engine = open_engine();
  const GeneratedSuites suites =
      generate_suites(draft.migration, draft.migration.file, *engine, stop_if_interrupted);
  std::vector<GeneratedFile> files{{"baseline.yaml", configuration(draft)}};
  if (!draft.migration_is_there) {
    files.push_back({fmt::format("{}/{}", kMigrations, draft.migration.file), draft.migration.sql});
  }
  for (const GeneratedFile& file : suites.files) {
    files.push_back({fmt::format("{}/{}", kChecks, file.name), file.text});
  }
  stop_if_interrupted();
  write_new_files(directory, files);

  InitReport report;
  report.source = invocation.settings.database.origin == Origin::option
                      ? invocation.settings.database.value.native()
                      : invocation.settings.migration.value.native();
  report.revision = draft.migration.revision;
  report.doubts = draft.doubts;
  for (const Bookkeeping& records : draft.records) {
    if (records.inserts.empty()) continue;
    report.tools.push_back(records.tool + ": " + counted(records.inserts.size(), "row"));
    if (!records.doubt.empty()) report.doubts.push_back(records.tool + ": " + records.doubt);
  }
  for (const GeneratedFile& file : files)
    report.files.push_back((directory / file.name).lexically_normal().native());
  report.tables = suites.tables;
  report.checks = suites.checks;
  report.skipped = suites.skipped;
  report.next = next_commands(draft, directory);
  return {invocation.settings.format.value == Format::json ? json_report::of(report)
                                                           : human_report::of(report),
          0};
}

}  // namespace baseline
