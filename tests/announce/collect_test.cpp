#include "announce/collect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/migration.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "support/catch.hpp"

namespace baseline::collect_test {
namespace {

constexpr std::string_view kLegacy =
    "CREATE TABLE monitoring_targets (id INTEGER PRIMARY KEY, channel_id BIGINT, target_type "
    "VARCHAR, target_name VARCHAR, location_id INTEGER);\n";

std::unique_ptr<Session> database_of(const std::string& sql) {
  return sqlite::apply_migration({"1", "old.sql", sql});
}

std::string target(const std::string& type, const std::string& name) {
  return fmt::format(
      "INSERT INTO monitoring_targets (channel_id, target_type, target_name) VALUES (1, {}, {});\n",
      sql_literal(type), sql_literal(name));
}

// Texts that are nearly coordinates, many of them at the bounds and near one another.
std::vector<std::string> areas(unsigned seed) {
  std::mt19937 random(seed);
  const auto one_of = [&](const std::vector<std::string>& texts) {
    return texts[random() % texts.size()];
  };
  const std::vector<std::string> numbers = {"0",
                                            "-0",
                                            "-0.0",
                                            "90",
                                            "-90",
                                            "90.00001",
                                            "-90.00001",
                                            "180",
                                            "-180",
                                            "180.01",
                                            "-180.01",
                                            "47.6",
                                            "47.60",
                                            "47.6004",
                                            "47.6006",
                                            "4.76e1",
                                            "1e-7",
                                            "1e400",
                                            "-1e400",
                                            "nan",
                                            "",
                                            " 5 ",
                                            "5.",
                                            ".5",
                                            "0x10",
                                            "+5",
                                            "1_0",
                                            "\"5\"",
                                            "null",
                                            "[]",
                                            "{}",
                                            "true",
                                            "9999999999999999999",
                                            "47.123456789012345",
                                            "5e-324",
                                            "89.9999999999999999"};
  const std::vector<std::string> radii = {"",     ",1",   ",100",   ",0",   ",101", ",-5", ",25",
                                          ",2.5", ",1e1", ",\"5\"", ",5,5", ",",    ", 7", ",null"};
  std::vector<std::string> out;
  out.reserve(1'500);
  for (int i = 0; i < 1'500; ++i)
    out.push_back(one_of(numbers) + "," + one_of(numbers) + one_of(radii));
  return out;
}

// "!add geographic LAT LON [RADIUS]" as the statement that the bot runs.
std::string insert_for(const std::string& command) {
  std::vector<std::string> words;
  for (std::size_t start = 0; start <= command.size();) {
    const std::size_t end = std::min(command.find(' ', start), command.size());
    words.push_back(command.substr(start, end - start));
    start = end + 1;
  }
  REQUIRE(words.size() >= 4);
  REQUIRE(words[1] == "geographic");
  constexpr const char* kDefault = "25";
  return fmt::format(
      "INSERT INTO monitoring_targets (channel_id, target_type, display_name, latitude, longitude, "
      "radius_miles) VALUES (1, 'geographic', 'x', {}, {}, {})",
      words[2], words[3], words.size() > 4 ? words[4] : kDefault);
}

TEST_CASE("the baseline accepts every command for an area", "[announce]") {
  const unsigned seed = GENERATE(1U, 2U, 3U);
  CAPTURE(seed);
  std::string sql(kLegacy);
  for (const std::string& area : areas(seed)) sql += target("latlong", area);
  const auto old = database_of(sql);
  const std::vector<Recipient> found = collect(load_announcement({}, {}), *old, [] {});
  REQUIRE(found.size() == 1);
  CHECK(found.front().offers.size() > 20);
  CHECK(found.front().losses.size() > 100);

  const auto baseline = sqlite::apply_migration(builtin_migration())->scratch();
  baseline->begin(true);
  REQUIRE_FALSE(
      baseline->execute("INSERT INTO channel_configs (channel_id, guild_id) VALUES (1, 1)", {}, {})
          .failure);
  for (const Offer& offer : found.front().offers) {
    const ExecuteOutcome outcome = baseline->execute(insert_for(offer.command), {}, {});
    INFO(offer.command << " from " << offer.about);
    INFO((outcome.failure ? outcome.failure->message : ""));
    CHECK_FALSE(outcome.failure);
  }
}

TEST_CASE("recipients come in the order of their numbers", "[announce]") {
  const ParsedNoticePlan parsed = parse_announcement(
      "a.yaml",
      "version: 1\nnotice: n\nheadings: {commands: c, lost: l}\nentries:\n"
      "  - query: SELECT id AS recipient FROM t\n    command: x\n    about: y\n");
  const auto database =
      database_of("CREATE TABLE t (id); INSERT INTO t VALUES (10), ('b'), (9), ('-5'), ('a')");
  std::string ids;
  for (const Recipient& one : collect(parsed.announcement, *database, [] {})) ids += one.id + " ";
  CHECK(ids == "-5 9 10 a b ");
}

TEST_CASE("an optional value at the end leaves no blank", "[announce]") {
  const auto old = database_of(std::string(kLegacy) + target("latlong", "1,2"));
  CHECK(collect(load_announcement({}, {}), *old, [] {}).front().offers.front().command ==
        "!add geographic 1 2");
}

}  // namespace
}  // namespace baseline::collect_test
