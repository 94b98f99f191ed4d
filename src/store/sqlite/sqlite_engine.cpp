#include "store/sqlite/sqlite_engine.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <string_view>

#include "base/text.hpp"
#include "store/file_settings.hpp"
#include "store/sqlite/mutate/mutants.hpp"
#include "store/sqlite/session/content_difference.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "store/sqlite/sql/up_part.hpp"

namespace baseline::sqlite {

namespace {

// Of some fifty options those that change which databases can be opened, what SQL means, or what
// is durable.
bool matters(std::string_view option) {
  constexpr std::string_view kPrefixes[] = {"DEFAULT_AUTOVACUUM",
                                            "DEFAULT_PAGE_SIZE",
                                            "DEFAULT_SYNCHRONOUS",
                                            "DEFAULT_WAL_SYNCHRONOUS",
                                            "DQS",
                                            "ENABLE_FTS",
                                            "ENABLE_GEOPOLY",
                                            "ENABLE_ICU",
                                            "ENABLE_RTREE",
                                            "OMIT_",
                                            "SECURE_DELETE",
                                            "THREADSAFE",
                                            "USE_URI"};
  for (const std::string_view prefix : kPrefixes) {
    if (option.substr(0, prefix.size()) == prefix) return true;
  }
  return false;
}

using CurrentTime = int (*)(sqlite3_vfs*, sqlite3_int64*);

CurrentTime real_time = nullptr;  // while another one is told
sqlite3_int64 time_held = 0;

int tell_held_time(sqlite3_vfs* /*vfs*/, sqlite3_int64* time) {
  *time = time_held;
  return SQLITE_OK;
}

int times_later = 0;

int tell_later_time(sqlite3_vfs* vfs, sqlite3_int64* time) {
  using std::chrono::days, std::chrono::hours, std::chrono::minutes, std::chrono::seconds;
  constexpr std::chrono::milliseconds kLater =
      days(365 + 45) + hours(7) + minutes(13) + seconds(17);
  const int code = real_time(vfs, time);
  *time += times_later * kLater.count();
  return code;
}

}  // namespace

EngineFacts SqliteEngine::facts() const {
  EngineFacts facts{"SQLite", sqlite3_libversion(), sqlite3_sourceid(), {}};
  for (int i = 0;; ++i) {
    const char* const option = sqlite3_compileoption_get(i);
    if (option == nullptr) return facts;
    if (matters(option)) facts.options.emplace_back(option);
  }
}

std::unique_ptr<Session> SqliteEngine::apply(const Migration& migration) const {
  return apply_migration(migration);
}

std::string SqliteEngine::left_out(const Migration& migration) const {
  const auto part = up_part(migration.sql);
  if (!part || part->marker.empty()) return {};
  return fmt::format("'{}' (line {})", printable(part->marker), part->line);
}

std::unique_ptr<Session> SqliteEngine::adapted(Session& reference, const Migration& migration,
                                               const FileSettings& old) const {
  return sqlite::adapted(reference, migration, old);
}

std::unique_ptr<Session> SqliteEngine::deployed(Session& reference) const {
  return live_copy(reference);
}

std::vector<Mutant> SqliteEngine::mutants(const Migration& migration) const {
  return mutants_of(migration);
}

void SqliteEngine::set_clock(SqlClock clock) const {
  sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  if (real_time == nullptr) real_time = vfs->xCurrentTimeInt64;
  real_time(vfs, &time_held);
  switch (clock) {
    case SqlClock::real:
      vfs->xCurrentTimeInt64 = real_time;
      break;
    case SqlClock::held:
      vfs->xCurrentTimeInt64 = tell_held_time;
      break;
    case SqlClock::later:
      times_later = times_later % 1'000 + 1;  // SQL knows years up to 9999
      vfs->xCurrentTimeInt64 = tell_later_time;
      break;
  }
}

Difference SqliteEngine::difference(Session& a, Session& b) const {
  return content_difference(a, b);
}

}  // namespace baseline::sqlite
