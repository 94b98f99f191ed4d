#include <fstream>
#include <iterator>

#include "base/error.hpp"
#include "os/sha256.hpp"
#include "support/catch.hpp"
#include "support/image_of.hpp"
#include "support/suites.hpp"
#include "support/temp_dir.hpp"

namespace baseline::isolation_test {
namespace {

std::string sha256_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  Sha256 sha;
  sha.update(std::string(std::istreambuf_iterator<char>(in), {}));
  return sha.hex();
}

TEST_CASE("no check can change the live database", "[checks][isolation]") {
  const TempDir dir;
  const std::filesystem::path path = dir.path() / "app.db";
  const auto origin = database_of(std::string(kShop) + "INSERT INTO shop VALUES (1, 'kept');");
  std::ofstream(path, std::ios::binary) << image_of(*origin);
  const std::string before = sha256_of(path);
  const auto written = std::filesystem::last_write_time(path);

  const std::string hostile =
      "version: 1\nforeign_keys: off\nfixtures: {gone: DELETE FROM shop}\nchecks:\n"
      "  - {name: a, accepts: 'DROP TABLE item; DROP TABLE shop; CREATE TABLE mine (a)'}\n"
      "  - {name: b, accepts: \"INSERT INTO shop VALUES (2, 'x'); UPDATE shop SET id = 9\"}\n"
      "  - {name: c, given: gone, query: SELECT count(*) FROM shop, value: 0}\n"
      "  - {name: d, rejects: \"INSERT OR ROLLBACK INTO shop VALUES (1, NULL)\", by: {not_null: "
      "shop.name}}\n"
      "  - {name: e, query: SELECT name FROM shop, value: kept}\n";
  const LoadedSuites loaded = load_texts({hostile});
  {
    const auto live = sqlite::open_live(path);
    const SuiteReport report =
        run_suites(loaded.suites, Phase::after, *live, *loaded.reference, {}, nullptr, nullptr);
    CHECK(summary_of(report.results) == "pass\npass\npass\npass\npass");
  }
  CHECK(sha256_of(path) == before);
  CHECK(std::filesystem::last_write_time(path) == written);
}

TEST_CASE("after the swap, what writes sees the schema without the users' rows",
          "[checks][isolation]") {
  const TempDir dir;
  const std::filesystem::path path = dir.path() / "app.db";
  const auto origin = database_of(std::string(kShop) + "INSERT INTO shop VALUES (1, 'kept');");
  std::ofstream(path, std::ios::binary) << image_of(*origin);
  const std::string suite =
      "version: 1\nforeign_keys: off\nfixtures: {two: \"INSERT INTO shop VALUES (2, 'b')\"}\n"
      "checks:\n  - {name: a, query: SELECT id FROM shop, value: 1}\n"
      "  - {name: b, given: two, query: SELECT id FROM shop, value: 2}\n";
  const LoadedSuites loaded = load_texts({suite});
  const auto live = sqlite::open_live(path);
  CHECK(summary_of(
            run_suites(loaded.suites, Phase::after, *live, *loaded.reference, {}, nullptr, nullptr)
                .results) == "pass\npass");
  // A candidate is copied with its rows.
  CHECK(summary_of(run_suites(loaded.suites, Phase::before, *origin, *loaded.reference, {}, nullptr,
                              nullptr)
                       .results) ==
        "pass\nfail: expected 2, got 2 rows; first: (1), (2); 'value' needs one row of one column");
}

TEST_CASE("schema takes an SQL file beside the suite", "[checks][schema]") {
  const TempDir dir;
  std::ofstream(dir.path() / "models.sql") << "CREATE TABLE shop (id INTEGER PRIMARY KEY);";
  std::ofstream(dir.path() / "broken.sql") << "CREATE TABLE shop (id;";
  const auto reference = database_of(kShop);
  const auto load = [&](const std::string& value) {
    const std::string text = suite_of("  - {name: x, schema: " + value + "}\n");
    SuiteOptions options;
    options.environment = {{"MODELS_OF_TEST", dir.path().string()}};
    return Suites::load({{(dir.path() / "s.yaml").string(), text}}, *reference,
                        sqlite::apply_migration, options);
  };
  const auto same = database_of("create table shop (id integer primary key);");
  for (const std::string value : {"models.sql", "'${MODELS_OF_TEST}/models.sql'"}) {
    const Suites suites = load(value);
    CHECK(summary_of(
              run_suites(suites, Phase::before, *same, *reference, {}, nullptr, nullptr).results) ==
          "pass");
    const auto failed =
        run_suites(suites, Phase::before, *reference, *reference, {}, nullptr, nullptr).results;
    REQUIRE(failed.size() == 1);
    CHECK_THAT(failed[0].got, ContainsSubstring("schema differs from "));
    CHECK_THAT(failed[0].why, ContainsSubstring("+ table item   not in "));
  }
  CHECK_THROWS_WITH(load("broken.sql"), ContainsSubstring("the suites have "));
  std::ofstream(dir.path() / "empty.sql") << "SELECT 1;";
  try {
    load("empty.sql");
    FAIL("a reference without a schema was taken");
  } catch (const Error& error) {
    CHECK(lines_of(error.problems(), "error") ==
          std::vector<std::string>{(dir.path() / "s.yaml").string() +
                                   ":4:23: error: empty.sql makes nothing to compare with"});
  }
}

}  // namespace
}  // namespace baseline::isolation_test
