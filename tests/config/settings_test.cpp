#include "config/settings.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/environment.hpp"

namespace baseline::settings_test {
namespace {

std::string error_of(const RawOptions& options, const Environment& environment) {
  try {
    resolve_settings(options, environment);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.hint().empty() ? error.what() : std::string(error.what()) + " | " + error.hint();
  }
  FAIL("it was accepted");
  return {};
}

TEST_CASE("an option wins over the environment, and that over the default", "[settings]") {
  RawOptions options;
  options.database = "option.db";
  const Settings settings = resolve_settings(
      options, environment_of({{"DATABASE_PATH", "env.db"}, {"BASELINE_BACKUP", "copy"}}));
  CHECK(settings.database.value == "option.db");
  CHECK(settings.database.source == "--database");
  CHECK(settings.backup.value == BackupChoice::copy);
  CHECK(settings.backup.source == "BASELINE_BACKUP");
  CHECK(settings.on_failure.value == OnFailure::rollback);
  CHECK(settings.on_failure.source == "built in");

  const Settings fallback =
      resolve_settings(RawOptions{}, environment_of({{"DATABASE_PATH", "env.db"}}));
  CHECK(fallback.database.value == "env.db");
  CHECK(fallback.database.origin == Origin::environment);
}

TEST_CASE("a bad value names the option or variable that has it", "[settings]") {
  RawOptions wait;
  wait.wait = "30";
  CHECK(error_of(wait, environment_of({})) ==
        "--wait must be a duration like 500ms, 30s or 5m; got '30'");
  CHECK(error_of({}, environment_of({{"BASELINE_BACKUP", "mvoe"}})) ==
        "BASELINE_BACKUP must be one of auto, move, copy; got 'mvoe' | did you mean 'move'?");
  CHECK(error_of({}, environment_of({{"BASELINE_FORMAT", "xml"}})) ==
        "BASELINE_FORMAT must be one of human, json; got 'xml'");
}

TEST_CASE("a command without a database says how to name one", "[settings]") {
  const Settings settings = resolve_settings({}, environment_of({}));
  try {
    require_database(settings);
    FAIL("it was accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(std::string(error.what()) == "no database was given");
    CHECK(error.hint() ==
          "name it with --database PATH, in the environment variable DATABASE_PATH, or as "
          "'database' in "
          "baseline.yaml");
  }
}

}  // namespace
}  // namespace baseline::settings_test
