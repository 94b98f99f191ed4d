#include <fmt/format.h>

#include <filesystem>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/generate/generate.hpp"
#include "cli/commands.hpp"
#include "cli/workplace.hpp"
#include "os/signals.hpp"
#include "report/generated.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kDirectoryMode = 0777;  // less the umask, as for any file that people edit
constexpr mode_t kFileMode = 0666;

/// The schema that the suites are for.
struct Source {
  Migration migration;
  std::string name;      ///< for people
  bool is_new = false;   ///< the migration is written beside the suites
  std::string database;  ///< option for the next command
};

Source source_of(const Invocation& invocation) {
  const Settings& settings = invocation.settings;
  // DATABASE_PATH is set where this program deploys; only who types --database means this one.
  if (settings.database.origin != Origin::option) {
    Source out;
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
  Source out;
  out.name = settings.database.value.filename().string();
  out.migration = migration_of(*live, out.name, facts.user_version, facts.application_id);
  out.is_new = true;
  out.database = " --database " + shell_quoted(settings.database.value.string());
  return out;
}

// The directory, made with those above it when it is missing.
Directory open_or_make(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(fs::status(path, error))) {
    const Directory parent = open_or_make(path.parent_path());
    real_file_system().make_directory(parent, path.filename().string(), kDirectoryMode);
  }
  return Directory::open(path);
}

// Never writes over a file: somebody may have made it their own.
void demand_none_exists(const fs::path& directory, const std::vector<GeneratedFile>& files) {
  std::vector<std::string> found;
  for (const GeneratedFile& file : files) {
    std::error_code error;
    if (fs::symlink_status(directory / file.name, error).type() != fs::file_type::not_found) {
      found.push_back(printable((directory / file.name).string()));
    }
  }
  if (found.empty()) return;
  throw Error(
      ErrorCode::usage,
      fmt::format("{} {} there already", join(found, ", "), found.size() == 1 ? "is" : "are"),
      "name a new directory with -o, and compare");
}

void write_files(const fs::path& path, const std::vector<GeneratedFile>& files) {
  const fs::path absolute = fs::absolute(path).lexically_normal();
  const Directory directory =
      open_or_make(absolute.has_filename() ? absolute : absolute.parent_path());
  FileSystem& system = real_file_system();
  std::vector<std::string> written;
  try {
    for (const GeneratedFile& file : files) {
      const File made = system.create(directory, file.name, kFileMode);
      written.push_back(file.name);
      system.write(made, file.text, 0);
      system.sync(made);
    }
  } catch (const Error&) {
    // Half a suite would pass for a whole one.
    for (const std::string& name : written) system.unlink(directory, name);
    throw;
  }
}

}  // namespace

CommandResult run_checks_generate(const Invocation& invocation) {
  const fs::path directory = invocation.options.output;
  const Source source = source_of(invocation);
  const auto engine = open_engine();
  const auto apply = [&](const Migration& migration) { return engine->apply(migration); };
  GenerateReport report{generate_suites(source.migration, source.name, apply, stop_if_interrupted),
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
  demand_none_exists(directory, files);
  stop_if_interrupted();
  write_files(directory, files);
  for (const GeneratedFile& file : files) report.files.push_back((directory / file.name).string());
  report.next = fmt::format("baseline {}{} --checks {}", source.is_new ? "verify" : "plan",
                            migration, shell_quoted(directory.string()));
  return {invocation.settings.format.value == Format::json ? json_report::of(report)
                                                           : human_report::of(report),
          0};
}

}  // namespace baseline
