#include "config/file_keys.hpp"

#include <nlohmann/json.hpp>

#include "yaml/key_schema.hpp"

namespace baseline {
namespace {

using yaml::Key;
using yaml::KeyType;

constexpr Key kBackupsKeys[] = {
    {"directory", KeyType::path, "where the backups are kept; beside the database unless said"},
    {"strategy", KeyType::choice, "how the old database is kept: as --backup", false, kBackupWords},
    {"seal", KeyType::choice, "when a backup gets its SHA-256: as --seal", false, kSealWords},
    {"also", KeyType::paths, "directories on other disks for a second copy of each backup"},
    {"keep", KeyType::number, "how many backups a deploy leaves when it has succeeded"},
    {"keep_days", KeyType::number, "how many days a deploy leaves a backup"},
};
std::span<const Key> backups_keys() { return kBackupsKeys; }

constexpr Key kHookKeys[] = {
    {"command", KeyType::argv, "the words of the command, the program first; there is no shell",
     true},
    {"timeout", KeyType::duration, "how long it may take, 2m unless said"},
};
std::span<const Key> hook_keys() { return kHookKeys; }

constexpr Key kApplicationKeys[] = {
    {"stop",
     KeyType::hook,
     "stops the application; it is run before the old database is frozen",
     false,
     {},
     hook_keys},
    {"start",
     KeyType::hook,
     "starts the application; it is run when the new database is live",
     false,
     {},
     hook_keys},
    {"revert",
     KeyType::hook,
     "puts the application's old version back; a rollback runs it before it starts it",
     false,
     {},
     hook_keys},
};
std::span<const Key> application_keys() { return kApplicationKeys; }

constexpr Key kReplacesKeys[] = {
    {"tables", KeyType::texts, "names of tables, one of which the old database has"},
    {"revisions", KeyType::texts, "revisions, at one of which the old database is"},
};
std::span<const Key> replaces_keys() { return kReplacesKeys; }

constexpr Key kRunKeys[] = {
    {"on_start", KeyType::choice, "what baseline run does before it becomes the command", false,
     kOnStartWords},
    {"wait", KeyType::duration, "how long baseline run waits for another one, 60s unless said"},
};
std::span<const Key> run_keys() { return kRunKeys; }

constexpr Key kAnnouncementKeys[] = {
    {"template", KeyType::path, "the text of the notice to the users"},
    {"send", KeyType::argv, "the command that sends it, the message on its stdin"},
};
std::span<const Key> announcement_keys() { return kAnnouncementKeys; }

constexpr Key kKeys[] = {
    {"version", KeyType::version, "the version of this file's language", true},
    {"database", KeyType::path, "the database file"},
    {"migration", KeyType::path, "the baseline migration, REVISION_slug.sql"},
    {"replaces",
     KeyType::section,
     "which database may be replaced: one that has any of these, or a table of the migration",
     false,
     {},
     replaces_keys},
    {"checks", KeyType::paths, "suites of checks, or directories of them"},
    {"environment", KeyType::variables,
     "variables of the environment that suites may read: before 'vars', behind --var"},
    {"vars", KeyType::values,
     "values for the vars of the suites: before the suites', behind the environment's"},
    {"strict", KeyType::truth, "warnings of checks fail a run, too"},
    {"allow_commands", KeyType::truth, "checks may run the commands that the suites name"},
    {"backups",
     KeyType::section,
     "where backups are kept, how and how long",
     false,
     {},
     backups_keys},
    {"engine", KeyType::choice, "how the new database takes the old one's place", false,
     kEngineWords},
    {"on_failure", KeyType::choice, "what a failed check on the live database does", false,
     kOnFailureWords},
    {"wait", KeyType::duration, "how long to wait for another run, or for the application"},
    {"format", KeyType::choice, "what stdout carries", false, kFormatWords},
    {"application",
     KeyType::section,
     "how the application is stopped and started",
     false,
     {},
     application_keys},
    {"run", KeyType::section, "the startup gate, baseline run", false, {}, run_keys},
    {"announcement", KeyType::section, "the notice to the users", false, {}, announcement_keys},
};

}  // namespace

std::span<const Key> config_keys() { return kKeys; }

std::string config_json_schema() {
  nlohmann::ordered_json json = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                                 {"title", "The configuration of baseline, version 1"}};
  json.update(yaml::object_of("where a database and its backups are, and how it is replaced",
                              config_keys()));
  yaml::add_common_definitions(json["definitions"]);
  return json.dump(2) + "\n";
}

}  // namespace baseline
