#include <fstream>

#include "base/text.hpp"
#include "store/migration.hpp"
#include "support/catch.hpp"
#include "support/image_of.hpp"
#include "support/suites.hpp"
#include "support/temp_dir.hpp"

namespace baseline::builtin_suites_test {
namespace {

std::string failures_of(const SuiteReport& report) {
  std::string out;
  for (const CheckResult& result : report.results) {
    if (result.status != Status::pass) out += failure_block(result);
  }
  return out;
}

const char* const kUsersRows = R"(
INSERT INTO channel_configs (channel_id, guild_id) VALUES (1, 2), (-5, 2);
INSERT INTO monitoring_targets (channel_id, target_type, display_name, location_id) VALUES (1, 'location', 'x', 7);
INSERT INTO seen_submissions (channel_id, submission_id) VALUES (1, 1);
)";

TEST_CASE("the built-in suites pass on the built-in baseline in both phases", "[checks][builtin]") {
  const auto reference = sqlite::apply_migration(builtin_migration());
  const Suites suites = Suites::load(builtin_suites(), *reference, sqlite::apply_migration);
  CHECK(suites.warnings().empty());
  const auto run = [&](Phase phase, Session& subject) {
    return run_suites(suites, phase, subject, *reference, {}, nullptr, nullptr);
  };
  const SuiteReport before = run(Phase::before, *reference);
  CHECK(before.results.size() > 70);
  CHECK(failures_of(before).empty());

  const TempDir dir;
  const auto used = database_of(builtin_migration().sql + kUsersRows);
  std::ofstream(dir.path() / "app.db", std::ios::binary) << image_of(*used);
  const auto live = sqlite::open_live(dir.path() / "app.db");
  CHECK(failures_of(run(Phase::after, *live)).empty());
}

struct Mutation {
  std::string from;
  std::string to;
  std::string names;  ///< what a failure must say
};

// Drops or bends each constraint of the migration. The mutant is its own baseline, so the check
// `schema` sees nothing: what fails is what shows the intent.
TEST_CASE("each constraint that is dropped or bent is named by a failing check",
          "[checks][builtin]") {
  const std::string lat =
      "    CONSTRAINT valid_latitude CHECK (latitude IS NULL OR (latitude >= -90 "
      "AND latitude <= 90)),\n";
  const std::string lon =
      "    CONSTRAINT valid_longitude CHECK (longitude IS NULL OR (longitude >= "
      "-180 AND longitude <= 180)),\n";
  const std::string radius =
      "    CONSTRAINT valid_radius CHECK (radius_miles IS NULL OR "
      "(radius_miles >= 1 AND radius_miles <= 100)),\n";
  const std::string type =
      "    CONSTRAINT valid_target_type CHECK (target_type IN ('location', 'geographic')),\n";
  const Mutation mutations[] = {
      {lat, "", "valid_latitude"},
      {"latitude >= -90", "latitude > -90", "valid_latitude"},
      {"latitude >= -90", "latitude >= -91", "valid_latitude"},
      {"latitude <= 90", "latitude < 90", "valid_latitude"},
      {"latitude <= 90", "latitude <= 91", "valid_latitude"},
      {lon, "", "valid_longitude"},
      {"longitude >= -180", "longitude > -180", "valid_longitude"},
      {"longitude >= -180", "longitude >= -181", "valid_longitude"},
      {"longitude <= 180", "longitude < 180", "valid_longitude"},
      {"longitude <= 180", "longitude <= 181", "valid_longitude"},
      {radius, "", "valid_radius"},
      {"radius_miles >= 1 ", "radius_miles > 1 ", "valid_radius"},
      {"radius_miles >= 1 ", "radius_miles >= 0 ", "valid_radius"},
      {"radius_miles <= 100", "radius_miles < 100", "valid_radius"},
      {"radius_miles <= 100", "radius_miles <= 101", "valid_radius"},
      {type, "", "valid_target_type"},
      {"('location', 'geographic')", "('location', 'geographic', 'city')", "valid_target_type"},
      {"('location', 'geographic')", "('location')", "valid_target_type"},
      {"('location', 'geographic')", "('location', 'geographic', '')", "valid_target_type"},
      {"CONSTRAINT target_data_check CHECK (", "CONSTRAINT target_data_check CHECK (1 OR ",
       "target_data_check"},
      {"'location' AND location_id IS NOT NULL", "'location' AND 1", "target_data_check"},
      {"AND latitude IS NULL AND", "AND", "target_data_check"},
      {" AND longitude IS NULL)", ")", "target_data_check"},
      {"'geographic' AND location_id IS NULL", "'geographic' AND 1", "target_data_check"},
      {"AND latitude IS NOT NULL AND", "AND", "target_data_check"},
      {"AND longitude IS NOT NULL AND", "AND", "target_data_check"},
      {" AND radius_miles IS NOT NULL)", ")", "target_data_check"},
      {"    CONSTRAINT unique_geographic UNIQUE (channel_id, latitude, longitude),\n", "",
       "unique_geographic"},
      {"UNIQUE (channel_id, latitude, longitude)", "UNIQUE (latitude, longitude)",
       "unique_geographic"},
      {"UNIQUE (channel_id, latitude, longitude)", "UNIQUE (channel_id, longitude)",
       "unique_geographic"},
      {"UNIQUE (channel_id, latitude, longitude)", "UNIQUE (channel_id, latitude)",
       "unique_geographic"},
      {"UNIQUE (channel_id, latitude, longitude)",
       "UNIQUE (channel_id, latitude, longitude, radius_miles)", "unique_geographic"},
      {"    CONSTRAINT unique_location UNIQUE (channel_id, location_id),\n", "", "unique_location"},
      {"UNIQUE (channel_id, location_id)", "UNIQUE (location_id)", "unique_location"},
      {"UNIQUE (channel_id, location_id)", "UNIQUE (channel_id)", "unique_location"},
      {"    CONSTRAINT unique_channel_submission UNIQUE (channel_id, submission_id),\n", "",
       "unique_channel_submission"},
      {"UNIQUE (channel_id, submission_id)", "UNIQUE (submission_id)", "unique_channel_submission"},
      {"UNIQUE (channel_id, submission_id)", "UNIQUE (channel_id)", "unique_channel_submission"},
      // The order of the columns shows in what the statements of the bot cost, and nowhere else.
      {"UNIQUE (channel_id, submission_id)", "UNIQUE (submission_id, channel_id)",
       "use of unique_channel_submission"},
      {"UNIQUE (channel_id, location_id)", "UNIQUE (location_id, channel_id)",
       "use of unique_location"},
      {"UNIQUE (channel_id, latitude, longitude)", "UNIQUE (latitude, longitude, channel_id)",
       "use of unique_geographic"},
      {"    version_num VARCHAR(32) NOT NULL,\n    CONSTRAINT alembic_version_pkc PRIMARY KEY "
       "(version_num)\n",
       "    version_num VARCHAR(32) NOT NULL\n", "alembic_version_pkc"},
      {"version_num VARCHAR(32) NOT NULL", "version_num VARCHAR(32)",
       "alembic_version.version_num"},
      {"channel_id BIGINT NOT NULL,\n    guild_id", "channel_id BIGINT,\n    guild_id",
       "channel_configs.channel_id"},
      {"guild_id BIGINT NOT NULL", "guild_id BIGINT", "channel_configs.guild_id"},
      {"channel_id BIGINT NOT NULL,\n    target_type", "channel_id BIGINT,\n    target_type",
       "monitoring_targets.channel_id"},
      {"target_type VARCHAR NOT NULL", "target_type VARCHAR", "monitoring_targets.target_type"},
      {"display_name VARCHAR NOT NULL", "display_name VARCHAR", "monitoring_targets.display_name"},
      {"channel_id BIGINT NOT NULL,\n    submission_id", "channel_id BIGINT,\n    submission_id",
       "seen_submissions.channel_id"},
      {"submission_id BIGINT NOT NULL", "submission_id BIGINT", "seen_submissions.submission_id"},
      {"PRIMARY KEY (channel_id)", "UNIQUE (channel_id)", "PRIMARY KEY channel_configs"},
      {"    PRIMARY KEY (id),\n    CONSTRAINT target", "    CONSTRAINT target",
       "PRIMARY KEY monitoring_targets"},
      {"    PRIMARY KEY (id),\n    CONSTRAINT unique_channel", "    CONSTRAINT unique_channel",
       "PRIMARY KEY seen_submissions"},
      {",\n    FOREIGN KEY (channel_id) REFERENCES channel_configs (channel_id)\n);\n\nCREATE "
       "TABLE "
       "seen",
       "\n);\n\nCREATE TABLE seen", "FOREIGN KEY monitoring_targets(channel_id)"},
      {",\n    FOREIGN KEY (channel_id) REFERENCES channel_configs (channel_id)\n);\n\n-- Alembic",
       "\n);\n\n-- Alembic", "FOREIGN KEY seen_submissions(channel_id)"},
      {"VALUES ('9275fe03c648')", "VALUES ('9275fe03c649')", "9275fe03c648"},
  };
  const Migration original = builtin_migration();
  const auto reference = sqlite::apply_migration(original);
  const Suites suites = Suites::load(builtin_suites(), *reference, sqlite::apply_migration);
  for (const Mutation& mutation : mutations) {
    INFO(mutation.from << " → " << mutation.to);
    Migration mutant = original;
    const std::size_t at = mutant.sql.find(mutation.from);
    REQUIRE(at != std::string::npos);
    mutant.sql.replace(at, mutation.from.size(), mutation.to);
    const auto subject = sqlite::apply_migration(mutant);
    const SuiteReport report =
        run_suites(suites, Phase::before, *subject, *subject, {}, nullptr, nullptr);
    CHECK(report.failed());
    CHECK_THAT(failures_of(report), ContainsSubstring(mutation.names));
  }
}

}  // namespace
}  // namespace baseline::builtin_suites_test
