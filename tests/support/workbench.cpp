#include "support/workbench.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "catalogue/brought_in.hpp"
#include "pipeline/leftovers.hpp"
#include "pipeline/recover.hpp"
#include "store/file_settings.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "store/sqlite/sqlite_store.hpp"

using namespace baseline;  // NOLINT(google-build-using-namespace): test support

namespace {

SuiteReport verdict(Phase phase, bool passes) {
  SuiteReport report;
  report.phase = phase;
  CheckIdentity judge;
  judge.name = "the judge's word";
  CheckResult result(judge);
  result.status = passes ? Status::pass : Status::fail;
  report.results.push_back(result);
  return report;
}

// All rows of all tables in a fixed order, as one text.
std::string dump(SQLite::Database& database) {
  std::string text;
  SQLite::Statement tables(
      database, "SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  while (tables.executeStep()) {
    text += tables.getColumn(1).getString() + ";";
    SQLite::Statement rows(database, "SELECT * FROM \"" + tables.getColumn(0).getString() + "\"");
    while (rows.executeStep()) {
      for (int i = 0; i < rows.getColumnCount(); ++i) text += rows.getColumn(i).getString() + ",";
      text += ";";
    }
  }
  return text;
}

std::string dump_of(const std::string& sql) {
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE);
  database.exec(sql);
  return dump(database);
}

// A Workbench judges by itself; but a run without a single check is an error.
const SuiteSource kSuite{"small.yaml",
                         "version: 1\n"
                         "checks:\n"
                         "  - {name: there is one table, query: SELECT 1, value: 1}\n"};

const char* const kOldSql =
    "CREATE TABLE old_things (id INTEGER PRIMARY KEY, name TEXT);"
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);"
    "INSERT INTO alembic_version VALUES ('old1');"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
    " INSERT INTO old_things SELECT i, 'thing ' || i FROM n;";

}  // namespace

const Migration& small_migration() {
  static const Migration migration{
      "new1", "new1_small.sql",
      "CREATE TABLE new_things (id INTEGER PRIMARY KEY, size INTEGER NOT NULL);"
      "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);"
      "INSERT INTO alembic_version VALUES ('new1');"};
  return migration;
}

Workbench::Workbench(FileSystem& files, const std::filesystem::path& database,
                     const std::filesystem::path& backups, EngineChoice engine)
    : store_(std::make_unique<sqlite::SqliteStore>(files, database, engine)),
      catalogue_(files, backups.empty() ? store_->default_catalogue() : backups, store_->owners()),
      context_{*store_, catalogue_, files, observer,
               [] { return std::chrono::system_clock::time_point{}; }} {
  store_->keep_with([this](const std::vector<KeptFile>& kept) {
    keep_brought_in(context_.files, catalogue_, store_->location(), context_.now(), kept);
  });
}

ReplaceReport Workbench::deploy(const std::function<void(DeployRequest&)>& adjust) {
  const auto reference = sqlite::apply_migration(small_migration());
  const Suites suites = Suites::load({kSuite}, *reference, nullptr);
  DeployRequest request{small_migration(), *reference, suites, [this](Phase phase, Session&) {
                          return verdict(phase,
                                         phase == Phase::before ? before_passes : after_passes);
                        }};
  request.adapt = [&](const FileSettings& old) {
    return sqlite::adapted(*reference, small_migration(), old);
  };
  if (application_) request.application = *application_;
  if (adjust) adjust(request);
  return baseline::deploy(request, context_);
}

ReplaceReport Workbench::rollback(const std::function<void(RollbackRequest&)>& adjust) {
  RollbackRequest request;
  if (application_) request.application = *application_;
  if (adjust) adjust(request);
  return baseline::rollback(request, context_);
}

std::optional<RecoveryReport> Workbench::recover() {
  const auto replacement =
      store_->hold({"recover", "1970-01-01T00:00:00Z"}, Deadline(std::chrono::milliseconds(0)));
  const Application none;
  ApplicationControl application(application_ ? *application_ : none, context_, "recover");
  remove_leftovers(context_, *replacement);  // as the command
  return baseline::recover(context_, *replacement, Deadline(std::chrono::milliseconds(0)),
                           application);
}

void run_sql(const std::filesystem::path& database, const std::string& sql) {
  SQLite::Database handle(database.native(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  handle.exec(sql);
}

void make_old(const std::filesystem::path& database) { run_sql(database, kOldSql); }

void make_old_with_crashed_wal(const std::filesystem::path& database) {
  const pid_t child = ::fork();
  if (child == 0) {
    SQLite::Database handle(database.native(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    handle.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;");
    handle.exec(kOldSql);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

std::string content(const std::filesystem::path& database) {
  if (!std::filesystem::exists(database)) return "missing";
  // Not through SQLite, which may remove a -wal that lies beside what is no database.
  const std::string bytes = bytes_of(database);
  if (!bytes.empty() && bytes.rfind("SQLite format 3", 0) != 0) {
    return "unreadable: file is not a database";
  }
  static const std::string old_content = dump_of(kOldSql);
  static const std::string new_content = dump_of(small_migration().sql);
  try {
    SQLite::Database handle(database.native(), SQLite::OPEN_READWRITE);
    const std::string found = dump(handle);
    if (found == old_content) return "old";
    if (found == new_content) return "new";
    return found;
  } catch (const SQLite::Exception& error) {
    return std::string("unreadable: ") + error.what();
  }
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();  // by iterators it would be byte by byte, and tests read many files
  return std::move(bytes).str();
}

std::vector<std::string> files_in(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) {
      names.push_back(entry.path().lexically_relative(directory).native());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}
