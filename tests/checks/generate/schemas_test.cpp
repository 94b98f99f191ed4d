// Suites for schemas that the generator has never seen, in the style of well-known applications
// (tests/data/schemas/): all that is written holds, nothing is left out in silence, and each
// constraint that is taken away is missed.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/generate/generate.hpp"
#include "checks/runner.hpp"
#include "store/schema.hpp"
#include "store/sqlite/sqlite_engine.hpp"
#include "store/table_model.hpp"
#include "support/catch.hpp"
#include "support/image_of.hpp"
#include "support/suites.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::schemas_test {
namespace {

const sqlite::SqliteEngine kEngine;

std::string schema_file(const std::string& name) {
  return bytes_of(fmt::format("{}/schemas/{}.sql", TEST_DATA_DIR, name));
}

GeneratedSuites generated(const std::string& sql) {
  return generate_suites({"1", "1_schema.sql", sql}, "1_schema.sql", kEngine, nullptr);
}

Suites load(const GeneratedSuites& suites, Session& reference) {
  const TempDir dir;
  std::vector<SuiteSource> sources;
  for (const GeneratedFile& file : suites.files) {
    const auto path = dir.path() / file.name;
    std::ofstream(path, std::ios::binary) << file.text;
    if (path.extension() == ".yaml") sources.push_back({path.string(), file.text});
  }
  return Suites::load(sources, reference, sqlite::apply_migration);
}

std::string not_passed(const SuiteReport& report) {
  std::string out;
  for (const CheckResult& result : report.results) {
    if (result.status != Status::pass && result.status != Status::skip) {
      out += failure_block(result);
    }
  }
  return out;
}

// Everything that the schema itself says can reject a row.
std::size_t constraints_of(Session& database) {
  std::size_t count = 0;
  for (const TableModel& table : database.tables()) {
    count += table.constraints.size();
    for (const TriggerModel& trigger : table.triggers) {
      count += trigger.messages.size() + (trigger.has_other_messages ? 1 : 0);
    }
  }
  return count;
}

std::string reasons(const GeneratedSuites& suites) {
  std::vector<std::string> out;
  for (const SkippedCheck& check : suites.skipped) {
    out.push_back(check.path.substr(check.path.find('/') + 1) + ": " + check.reason);
  }
  return join(out, "\n");
}

struct Expectation {
  std::string schema;
  std::size_t constraints;
  std::size_t skipped;
};

TEST_CASE("generated suites hold in both phases and leave nothing out in silence", "[generate]") {
  const auto expected = GENERATE(values<Expectation>({{"browser", 54, 0},
                                                      {"forge", 88, 3},
                                                      {"messenger", 60, 2},
                                                      {"geo", 61, 1},
                                                      {"shop", 99, 4},
                                                      {"feeds", 37, 9},
                                                      {"odd", 20, 0}}));
  CAPTURE(expected.schema);
  const std::string sql = schema_file(expected.schema);
  const auto reference = database_of(sql);
  const GeneratedSuites suites = generated(sql);
  CAPTURE(reasons(suites));
  CHECK(suites.constraints == constraints_of(*reference));
  CHECK(suites.constraints == expected.constraints);
  CHECK(suites.skipped.size() == expected.skipped);
  CHECK(suites.covered + suites.skipped.size() == suites.constraints);

  const Suites loaded = load(suites, *reference);
  CHECK(loaded.warnings().empty());
  const auto run = [&](Phase phase, Session& subject) {
    const SuiteReport report = run_suites(loaded, phase, subject, *reference, {}, nullptr, nullptr);
    CHECK(not_passed(report).empty());
    CHECK(report.count(Status::pass) > suites.covered);
  };
  run(Phase::before, *reference);
  const TempDir dir;
  std::ofstream(dir.path() / "app.db", std::ios::binary) << image_of(*reference);
  const auto live = sqlite::open_live(dir.path() / "app.db");
  run(Phase::after, *live);
}

TEST_CASE("the suites hold as well where the application enforces foreign keys", "[generate]") {
  const std::string schema = GENERATE("browser", "forge", "messenger", "geo", "shop", "feeds");
  CAPTURE(schema);
  const std::string sql = schema_file(schema);
  const auto reference = database_of(sql);
  GeneratedSuites suites = generated(sql);
  for (GeneratedFile& file : suites.files) {
    const std::size_t at = file.text.find("\nforeign_keys: off\n");
    if (at != std::string::npos) file.text.replace(at, 19, "\nforeign_keys: on\n");
  }
  const Suites loaded = load(suites, *reference);
  CHECK(not_passed(run_suites(loaded, Phase::before, *reference, *reference, {}, nullptr, nullptr))
            .empty());
}

TEST_CASE("what comes from the clock or from chance is not written down", "[generate]") {
  const std::string sql = R"(
    CREATE TABLE s (k TEXT PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
                    u REAL DEFAULT (julianday('now')), r TEXT DEFAULT (hex(randomblob(8))));
    INSERT INTO s (k) VALUES ('a'), ('b');
    CREATE TABLE sess (id INTEGER PRIMARY KEY, u TEXT, exp TEXT, year TEXT);
    CREATE TRIGGER tr AFTER INSERT ON sess BEGIN
      UPDATE sess SET exp = datetime('now', '+30 days'), year = strftime('%Y', 'now')
      WHERE id = NEW.id;
    END;
    CREATE VIEW live AS SELECT id, u, strftime('%s', 'now') AS n, time('now') AS t FROM sess;
    CREATE VIEW newest AS SELECT max(r) AS r FROM s;
    CREATE TABLE coin (id INTEGER PRIMARY KEY, side INT DEFAULT (random() % 2));
    INSERT INTO coin (id) VALUES (1), (2), (3);
    CREATE VIEW early AS SELECT k, strftime('%H', 'now') < '14' AS early FROM s;)";
  const GeneratedSuites suites = generated(sql);
  for (int i = 0; i < 5; ++i) {
    const SqlTime time(kEngine, i == 0 ? SqlClock::real : SqlClock::later);
    const auto reference = database_of(sql);
    const Suites loaded = load(suites, *reference);
    const SuiteReport report =
        run_suites(loaded, Phase::before, *reference, *reference, {}, nullptr, nullptr);
    CHECK(not_passed(report).empty());
  }
  CHECK(suites.files.front().text.find("SELECT k, typeof(at), typeof(u), typeof(r) FROM s") !=
        std::string::npos);
}

TEST_CASE("what a trigger on a view does is shown", "[generate]") {
  const GeneratedSuites suites = generated(
      "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT); CREATE VIEW v AS SELECT id, b FROM a;\n"
      "CREATE TRIGGER ti INSTEAD OF INSERT ON v BEGIN INSERT INTO a (b) VALUES (NEW.b); END;\n"
      "CREATE TRIGGER tu INSTEAD OF UPDATE ON v BEGIN UPDATE a SET b = NEW.b WHERE id = OLD.id; "
      "END;\n"
      "CREATE TRIGGER td INSTEAD OF DELETE ON v BEGIN DELETE FROM a WHERE id = OLD.id; END;");
  for (const std::string_view name : {"ti", "tu", "td"}) {
    INFO(name);
    CHECK(suites.files.at(1).text.find(fmt::format("trigger {} changes a", name)) !=
          std::string::npos);
  }
}

TEST_CASE("the same schema gives the same bytes", "[generate]") {
  const std::string schema = GENERATE("browser", "messenger", "shop");
  const GeneratedSuites first = generated(schema_file(schema));
  const GeneratedSuites second = generated(schema_file(schema));
  REQUIRE(first.files.size() == second.files.size());
  for (std::size_t i = 0; i < first.files.size(); ++i) {
    CHECK(first.files[i].text == second.files[i].text);
  }
}

TEST_CASE("the built-in baseline is covered but for what can never reject", "[generate]") {
  const auto reference = sqlite::apply_migration(builtin_migration());
  const GeneratedSuites suites = generate_suites(builtin_migration(), "the bot", kEngine, nullptr);
  CHECK(reasons(suites) ==
        "monitoring_targets.id is never NULL: a NULL in the key is replaced by a new number\n"
        "seen_submissions.id is never NULL: a NULL in the key is replaced by a new number");
  const Suites loaded = load(suites, *reference);
  for (const Phase phase : {Phase::before, Phase::after}) {
    CHECK(not_passed(run_suites(loaded, phase, *reference, *reference, {}, nullptr, nullptr))
              .empty());
  }
}

struct Change {
  std::string schema;
  std::string from;
  std::string to;
  std::string noticed_by;  ///< the name of a check
};

// The changed schema is its own baseline, so the check `schema` sees nothing: what fails is what
// shows the intent. Each part of a schema is taken away or bent once.
TEST_CASE("whatever is taken out of a schema is missed by a check", "[generate]") {
  const auto change = GENERATE(values<Change>({
      // NOT NULL, CHECK and its bounds
      {"browser", "host TEXT NOT NULL", "host TEXT", "moz_origins.host is never NULL"},
      {"browser", "CHECK (visit_count >= 0)", "", "moz_places obeys visit_count >= 0"},
      {"browser", "length(guid) = 12 AND guid NOT", "guid NOT", "moz_places obeys valid_guid"},
      {"browser", "BETWEEN 1 AND 9", "BETWEEN 1 AND 10", "moz_historyvisits obeys visit_type"},
      {"browser", "BETWEEN 1 AND 9", "BETWEEN 2 AND 9", "moz_historyvisits accepts"},
      {"browser", "CONSTRAINT not_its_own_parent CHECK (parent <> id)", "CHECK (1)",
       "moz_bookmarks obeys not_its_own_parent"},
      {"forge", "'organization', 'bot'", "'bot'", "user accepts the edges of email, type"},
      {"forge", "CHECK (number > 0)", "", "issue obeys number > 0"},
      {"forge", "(state = 'closed') = (closed_at IS NOT NULL)", "1", "issue obeys ck_issue_closed"},
      {"forge", "length(sha256) = 64 AND ", "", "artifact obeys"},
      {"shop", "CHECK (domain <> 'example.com')", "", "customer obeys domain <> 'example.com'"},
      {"shop", "CHECK (total <= 1000000)", "", "order_line obeys total <= 1000000"},
      {"shop", "flags & ~7 = 0", "flags & ~15 = 0", "coupon obeys flags & ~7 = 0"},
      // keys
      {"browser", "CREATE UNIQUE INDEX moz_places_guid", "CREATE INDEX moz_places_guid",
       "moz_places has one row per guid"},
      {"browser", " WHERE url_hash <> 0", "", "moz_places may repeat what"},
      {"browser", "(url_hash, url) WHERE", "(url) WHERE",
       "moz_places tells rows apart by each of url_hash, url"},
      {"browser", "UNIQUE (prefix, host)", "UNIQUE (prefix)", "moz_origins tells rows apart by"},
      {"forge", "UNIQUE (team_id, user_id)", "CHECK (1)",
       "member has one row per team_id, user_id"},
      {"forge", "PRIMARY KEY (repository_id, issue_number, label)",
       "PRIMARY KEY (repository_id, issue_number)", "issue_label tells rows apart by each of"},
      {"geo", "CONSTRAINT \"one value: per key\" UNIQUE (\"table\", \"on\", \"key\")", "CHECK (1)",
       "tag has one row per table, on, key"},
      {"shop", "STORED UNIQUE", "STORED", "customer has one row per email_lower"},
      // foreign keys
      {"browser", " REFERENCES moz_origins (id) ON DELETE SET NULL", "",
       "moz_places.origin_id needs its moz_origins"},
      {"browser", "REFERENCES moz_places (id) ON DELETE CASCADE", "REFERENCES moz_places (id)",
       "moz_places rows can be deleted, and moz_historyvisits.place_id goes with them"},
      {"forge", "REFERENCES user (id) ON DELETE RESTRICT", "REFERENCES user (id) ON DELETE CASCADE",
       "user rows that repository.owner_id refers to cannot be deleted"},
      // types, defaults, computed columns, triggers
      {"shop", "stock INTEGER NOT NULL DEFAULT 0", "stock ANY NOT NULL DEFAULT 0",
       "product.stock takes INTEGER only"},
      {"shop", "digits INT NOT NULL DEFAULT 2", "digits INT NOT NULL DEFAULT 3",
       "currency fills in what is left out"},
      {"shop", "AS (quantity * cents)", "AS (quantity + cents)",
       "order_line fills in what is left out"},
      {"forge", "DEFAULT 'main' NOT NULL", "NOT NULL DEFAULT 'master'",
       "repository fills in what is left out"},
      {"browser", "WHEN NEW.guid <> OLD.guid", "WHEN 0",
       "moz_places obeys trigger moz_places_guid"},
      {"messenger", "'mark the messages instead'", "'no'", "view unread obeys trigger"},
      {"feeds", "BEFORE DELETE ON log", "BEFORE DELETE ON setting",
       "log obeys trigger log_is_kept"},
      // what triggers do, what views show, what goes with a parent, what columns make of values
      {"../ecosystems/notes", "note_count = note_count + 1", "note_count = note_count + 2",
       "trigger note_added changes notebook"},
      {"../ecosystems/notes", "VALUES ('delete', old.id, old.title, old.body);\n  UPDATE",
       "SELECT 'delete', old.id, old.title, old.body WHERE 0;\n  UPDATE",
       "trigger note_removed keeps note_fts in step"},
      {"../ecosystems/notes", "WHERE n.locked = 0", "WHERE n.locked >= 0",
       "view recent when note.locked is 1"},
      {"../ecosystems/notes", "b.title AS notebook", "n.title AS notebook",
       "view recent when notebook.title is 'b'"},
      {"../ecosystems/notes", "'attach to an open note'", "'no'",
       "attachment obeys trigger attachment_needs_open_note"},
      {"../ecosystems/notes", "lower(title));", "title);",
       "note is unique whatever the case in note_title"},
      {"../ecosystems/notes", "ON UPDATE CASCADE", "ON UPDATE SET NULL",
       "note_tag.tag follows its tag"},
      {"../ecosystems/rails", "(\"assignee_id\") REFERENCES \"users\" (\"id\") ON DELETE SET NULL",
       "(\"assignee_id\") REFERENCES \"users\" (\"id\") ON DELETE CASCADE",
       "users rows can be deleted, and tasks.assignee_id lets them go"},
      {"../ecosystems/rails", "COLLATE NOCASE, \"name\"", ", \"name\"",
       "users compares texts as its collations say"},
      {"../ecosystems/rails", "\"name\" varchar, \"role\"", "\"name\" numeric, \"role\"",
       "users stores values as its types say"},
      {"../ecosystems/laravel", "'2026-01-01 00:00:00' WHERE", "NULL WHERE",
       "trigger bookings_touch changes bookings"},
      {"../ecosystems/laravel", "\"notes\" text,", "\"notes\" text UNIQUE CHECK (id < 9),",
       "bookings accepts a full row"},
  }));
  CAPTURE(change.schema, change.from, change.to);
  const std::string sql = schema_file(change.schema);
  const std::size_t at = sql.find(change.from);
  REQUIRE(at != std::string::npos);
  std::string changed = sql;
  changed.replace(at, change.from.size(), change.to);

  static std::map<std::string, GeneratedSuites> known;  // making them is what takes the time
  if (!known.contains(change.schema)) known.emplace(change.schema, generated(sql));
  const GeneratedSuites& suites = known.at(change.schema);
  const auto constraints =
      std::ranges::find(suites.files, "constraints.yaml", &GeneratedFile::name);
  const auto reference = database_of(changed);
  const Suites loaded =
      Suites::load({{constraints->name, constraints->text}}, *reference, sqlite::apply_migration);
  const std::string failures =
      not_passed(run_suites(loaded, Phase::before, *reference, *reference, {}, nullptr, nullptr));
  CHECK_THAT(failures, ContainsSubstring(change.noticed_by));
}

// Only a database that does not enforce them can hold such rows.
TEST_CASE("two tables that cannot be without each other have rows where foreign keys are off",
          "[generate]") {
  const std::string sql =
      "CREATE TABLE hen (id INTEGER PRIMARY KEY, egg INTEGER NOT NULL REFERENCES egg (id), n INT "
      "DEFAULT 3);"
      "CREATE TABLE egg (id INTEGER PRIMARY KEY, hen INTEGER NOT NULL REFERENCES hen (id));";
  const auto reference = database_of(sql);
  GeneratedSuites suites = generated(sql);
  CHECK(suites.skipped.empty());
  GeneratedFile& file = *std::ranges::find(suites.files, "constraints.yaml", &GeneratedFile::name);
  file.text.replace(file.text.find("\nforeign_keys: off\n"), 19, "\nforeign_keys: on\n");
  const Suites loaded = load(suites, *reference);
  CHECK(not_passed(run_suites(loaded, Phase::before, *reference, *reference, {}, nullptr, nullptr))
            .empty());
}

TEST_CASE("a schema without tables, and one that cannot be made, are errors", "[generate]") {
  CHECK_THROWS_WITH(generated("CREATE VIEW v AS SELECT 1; DROP VIEW v;"),
                    "1_schema.sql leaves no table");
  CHECK_THROWS_AS(generated("CREATE TABEL t (a)"), Error);
}

TEST_CASE("a schema makes a migration that makes the same schema", "[generate]") {
  const std::string name = GENERATE("browser", "forge", "messenger", "geo", "shop", "feeds", "odd");
  CAPTURE(name);
  const auto database =
      database_of(schema_file(name) + ";PRAGMA user_version = 7; PRAGMA application_id = 8;");
  const Migration migration = migration_of(*database, "app.db", 7, 8);
  const auto again = sqlite::apply_migration(migration);
  CHECK(differences(database->schema(), again->schema(), {}).empty());
  CHECK(differences(again->schema(), database->schema(), {}).empty());
  CHECK(again->revision() == database->revision());
  CHECK(migration.file == (name == "forge" ? "7c1f0e2a9b3d_schema.sql" : "1_schema.sql"));
  CHECK(sql_literal(again->query("PRAGMA user_version", {}, {}).rows.front().front()) == "7");
  CHECK(sql_literal(again->query("PRAGMA application_id", {}, {}).rows.front().front()) == "8");
}

// The whole of what a person gets to read.
TEST_CASE("the suites of a small schema", "[generate][golden]") {
  const GeneratedSuites suites = generate_suites(
      {"1", "1_shop.sql", bytes_of(fmt::format("{}/schemas/small.sql", TEST_DATA_DIR))},
      "1_shop.sql", kEngine, nullptr);
  REQUIRE(suites.files.size() == 3);
  for (const GeneratedFile& file : suites.files) {
    CAPTURE(file.name);
    CHECK(file.text == bytes_of(fmt::format("{}/generated_{}", TEST_GOLDEN_DIR, file.name)));
  }
}

}  // namespace
}  // namespace baseline::schemas_test
