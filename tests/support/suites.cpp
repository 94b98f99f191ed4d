#include "support/suites.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

using namespace baseline;

const char* const kShop = R"(
CREATE TABLE shop (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE item (
  id INTEGER PRIMARY KEY, shop_id INTEGER NOT NULL REFERENCES shop (id), code TEXT NOT NULL,
  price REAL, stock INTEGER CHECK (stock >= 0),
  CONSTRAINT valid_price CHECK (price IS NULL OR price > 0),
  CONSTRAINT fair_price CHECK (price IS NULL OR price < 1000),
  CONSTRAINT unique_code UNIQUE (shop_id, code));
CREATE TRIGGER no_rename BEFORE UPDATE OF name ON shop BEGIN SELECT RAISE(ABORT, 'shops keep their names'); END;
)";

std::unique_ptr<Session> database_of(const std::string& sql) {
  return sqlite::apply_migration({"test", "test.sql", sql});
}

LoadedSuites load_texts(const std::vector<std::string>& texts, const std::string& schema) {
  std::vector<SuiteSource> sources;
  for (const std::string& text : texts) {
    sources.push_back({fmt::format("s{}.yaml", sources.size() + 1), text});
  }
  auto reference = database_of(schema);
  Suites suites = Suites::load(sources, *reference, sqlite::apply_migration);
  return {std::move(reference), std::move(suites)};
}

std::string load_errors(const std::vector<std::string>& texts, const std::string& schema) {
  try {
    load_texts(texts, schema);
  } catch (const Error& error) {
    if (error.problems().empty()) return error.what();
    return join(lines_of(error.problems(), "error"), "\n");
  }
  return "no error";
}

std::string suite_of(const std::string& checks) {
  return "version: 1\nforeign_keys: off\nchecks:\n" + checks;
}

std::vector<CheckResult> results_of(const std::string& checks, const std::string& subject,
                                    Phase phase) {
  const LoadedSuites loaded = load_texts({suite_of(checks)});
  const auto database = database_of(subject);
  const RunOptions options{{}, false, "baseline verify --database app.db"};
  return run_suites(loaded.suites, phase, *database, *loaded.reference, options, nullptr, nullptr)
      .results;
}

std::string summary_of(const std::vector<CheckResult>& results) {
  std::vector<std::string> lines;
  for (const CheckResult& result : results) {
    std::string line(to_string(result.status));
    if (!result.got.empty()) {
      line += fmt::format(": expected {}, got {}", result.expected, result.got);
    }
    if (!result.why.empty()) line += " | " + result.why;
    if (!result.note.empty()) line += " | " + result.note;
    lines.push_back(line);
  }
  return join(lines, "\n");
}
