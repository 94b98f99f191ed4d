#include <fmt/format.h>

#include <filesystem>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/generate/generate.hpp"
#include "cli/commands.hpp"
#include "cli/new_files.hpp"
#include "cli/workplace.hpp"
#include "os/signals.hpp"
#include "report/generated.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

/// The schema that the suites are for.
struct SchemaSource {
  Migration migration;
  std::string name;      ///< for people
  bool is_new = false;   ///< the migration is written beside the suites
  std::string database;  ///< option for the next command
};

SchemaSource source_of(const Invocation& invocation) {
  const Settings& settings = invocation.settings;
  // DATABASE_PATH is set where this program deploys; only who types --database means this one.
  if (settings.database.origin != Origin::option) {
    SchemaSource out;
    out.migration = settings.migration.value.empty() ? builtin_migration()
                                                     : load_migration(settings.migration.value);
    out.name = fs::path(out.migration.file).filename().string();
    return out;
  }
  if (settings.migration.origin == Origin::option) {
    throw Error(ErrorCode::usage, "--database and --migration both name a schema",
                "give one of them: the suites are written for it");
  }
  Workplace workplace(invocation);
  const DatabaseFacts facts = workplace.store().look({std::chrono::milliseconds(0), false});
  const std::unique_ptr<Session> live = workplace.store().open_live();
  SchemaSource out;
  out.name = settings.database.value.filename().string();
  out.migration = migration_of(*live, out.name, facts.user_version, facts.application_id);
  const auto engine = open_engine();
  require_makeable(*live, out.migration, out.name,
                   [&](const Migration& migration) { return engine->apply(migration); });
  out.is_new = true;
  out.database = " --database " + shell_quoted(settings.database.value.string());
  return out;
}

}  // namespace

CommandResult run_checks_generate(const Invocation& invocation) {
  const fs::path directory = invocation.options.output;
  const SchemaSource source = source_of(invocation);
  const auto engine = open_engine();
  GenerateReport report{
      generate_suites(source.migration, source.name, *engine, stop_if_interrupted),
      source.name,
      {},
      {}};
  std::vector<GeneratedFile> files = report.suites.files;
  std::string migration = typed_options(invocation.settings).checks;
  if (source.is_new) {
    files.push_back({source.migration.file, source.migration.sql});
    migration = source.database + " --migration " +
                shell_quoted((directory / source.migration.file).string());
  }
  stop_if_interrupted();
  write_new_files(directory, files);
  for (const GeneratedFile& file : files) report.files.push_back((directory / file.name).string());
  report.next = fmt::format("baseline {}{} --checks {}", source.is_new ? "verify" : "plan",
                            migration, shell_quoted(directory.string()));
  return {invocation.settings.format.value == Format::json ? json_report::of(report)
                                                           : human_report::of(report),
          0};
}

}  // namespace baseline
