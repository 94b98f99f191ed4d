#include "store/sqlite/swap/companion_pages.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

#include "store/sqlite/swap/replaced_pages.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::sqlite {
namespace {

namespace fs = std::filesystem;

const int kMake = SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;

/// A database file and what lies beside it.
struct LeftFiles {
  std::string database;
  std::string companion;
};

void write_file(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

// Each case writes and looks in one directory.
class CompanionBench {
 public:
  explicit CompanionBench(std::string suffix) : suffix_(std::move(suffix)) {}

  // The files of a database in the middle of what `act` does with it.
  LeftFiles left(const std::string& before, const std::vector<std::string>& statements) {
    const fs::path path = dir_.path() / "made.db";
    for (const char* end : {"", "-wal", "-journal", "-shm"}) fs::remove(path.native() + end);
    SQLite::Database database(path.native(), kMake);
    database.exec(before);
    for (const std::string& statement : statements) database.exec(statement);
    return {bytes_of(path), bytes_of(path.native() + suffix_)};
  }

  // What SQLite makes of it.
  std::string brought_in(const LeftFiles& left) {
    const fs::path path = dir_.path() / "app.db";
    for (const char* end : {"-wal", "-journal", "-shm"}) fs::remove(path.native() + end);
    write_file(path, left.database);
    write_file(path.native() + suffix_, left.companion);
    try {
      SQLite::Database database(path.native(), SQLite::OPEN_READWRITE);
      database.execAndGet("SELECT count(*) FROM sqlite_schema");
    } catch (const SQLite::Exception&) {
      // It brings in what then turns out to be damaged.
    }
    return bytes_of(path);
  }

  CompanionPages read(const LeftFiles& left) {
    const File file = companion(left);
    return suffix_ == "-wal" ? read_wal(file) : read_journal(file).played;
  }

  LeftJournal journal(const LeftFiles& left) { return read_journal(companion(left)); }

  // What we say that SQLite makes of it.
  std::string predicted(const LeftFiles& left) {
    const CompanionPages pages = read(left);
    std::string bytes = left.database;
    if (pages.page_size == 0 || (suffix_ == "-wal" && pages.empty())) return bytes;
    bytes.resize(std::size_t{pages.page_count} * pages.page_size);
    for (const CompanionPages::Page& page : pages.pages) {
      bytes.replace(std::size_t{page.number - 1} * pages.page_size, pages.page_size,
                    left.companion.substr(page.offset, pages.page_size));
    }
    return bytes;
  }

  File companion(const LeftFiles& left) {
    write_file(dir_.path() / "companion", left.companion);
    return *Directory::open(dir_.path()).open_file("companion", false);
  }
  File database(const LeftFiles& left) {
    write_file(dir_.path() / "database", left.database);
    return *Directory::open(dir_.path()).open_file("database", false);
  }

 private:
  TempDir dir_;
  std::string suffix_;
};

const std::string kRows =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) ";

LeftFiles left_wal(CompanionBench& bench, int page_size = 512) {
  return bench.left("PRAGMA page_size = " + std::to_string(page_size) +
                        "; PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t " + kRows +
                        "SELECT i || hex(zeroblob(40)) FROM n; PRAGMA wal_checkpoint(TRUNCATE)",
                    {"UPDATE t SET a = 'short' WHERE rowid < 4", "DELETE FROM t WHERE rowid > 18",
                     "BEGIN; UPDATE t SET a = 'never'"});
}

LeftFiles hot_journal(CompanionBench& bench, int page_size = 512) {
  return bench.left("PRAGMA page_size = " + std::to_string(page_size) +
                        "; CREATE TABLE t (a); INSERT INTO t " + kRows +
                        "SELECT i || hex(zeroblob(60)) FROM n",
                    {"PRAGMA cache_size = 1", "BEGIN", "CREATE TABLE u (a)",
                     "UPDATE t SET a = a || 'x'", "UPDATE t SET a = a || 'y'"});
}

TEST_CASE("a -wal is read as SQLite reads it", "[companions]") {
  CompanionBench bench("-wal");
  for (const int page_size : {512, 1024, 4096, 65536}) {
    const LeftFiles left = left_wal(bench, page_size);
    CHECK(bench.read(left).page_size == static_cast<std::uint32_t>(page_size));
    CHECK(bench.brought_in(left) != left.database);
    CHECK(bench.predicted(left) == bench.brought_in(left));
  }
}

TEST_CASE("a -journal is read as SQLite rolls it back", "[companions]") {
  CompanionBench bench("-journal");
  for (const int page_size : {512, 1024, 4096, 65536}) {
    const LeftFiles left = hot_journal(bench, page_size);
    const LeftJournal journal = bench.journal(left);
    CHECK(journal.played.page_size == static_cast<std::uint32_t>(page_size));
    CHECK((page_size != 512 || journal.played.first()));
    CHECK(journal.super_journal.empty());
    CHECK(bench.predicted(left) == bench.brought_in(left));
    if (page_size == 512) CHECK(bench.brought_in(left) != left.database);
  }
}

TEST_CASE("a companion that is cut off anywhere is read as SQLite reads it", "[companions]") {
  const auto [suffix, make] =
      GENERATE(std::pair("-wal", &left_wal), std::pair("-journal", &hot_journal));
  CompanionBench bench(suffix);
  const LeftFiles whole = make(bench, 512);
  for (std::size_t size = 0; size < whole.companion.size(); size += size < 64 ? 1 : 37) {
    const LeftFiles left{whole.database, whole.companion.substr(0, size)};
    INFO(suffix << " of " << size << " bytes");
    REQUIRE(bench.predicted(left) == bench.brought_in(left));
  }
}

TEST_CASE("a companion with any byte changed is read as SQLite reads it", "[companions]") {
  const auto [suffix, make] =
      GENERATE(std::pair("-wal", &left_wal), std::pair("-journal", &hot_journal));
  CompanionBench bench(suffix);
  const LeftFiles whole = make(bench, 512);
  const std::size_t end = std::min<std::size_t>(whole.companion.size(), 3000);
  for (std::size_t at = 0; at < end; ++at) {
    // The size that a rollback gives the file, which may be some terabytes then.
    if (std::string_view(suffix) == "-journal" && at >= 16 && at < 20) continue;
    LeftFiles left = whole;
    left.companion[at] = static_cast<char>(left.companion[at] ^ 0x15);
    INFO(suffix << ", byte " << at);
    REQUIRE(bench.predicted(left) == bench.brought_in(left));
  }
}

TEST_CASE("what is no companion brings nothing", "[companions]") {
  for (const char* suffix : {"-wal", "-journal"}) {
    CompanionBench bench(suffix);
    for (const std::string& bytes :
         {std::string(), std::string(1, 'x'), std::string(5000, 'x'), std::string(5000, '\0'),
          std::string("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7") + std::string(20, '\xff'),
          std::string("\x37\x7f\x06\x82") + std::string(5000, '\xff')}) {
      CHECK(bench.read({{}, bytes}).page_size == 0);
      CHECK(bench.read({{}, bytes}).empty());
    }
  }
}

TEST_CASE("a journal that was not synced yet is dead", "[companions]") {
  CompanionBench bench("-journal");
  // Nothing has come to the file: SQLite writes the magic when it syncs the journal.
  const LeftFiles left =
      bench.left("CREATE TABLE t (a)", {"BEGIN", "CREATE TABLE u (a)", "INSERT INTO u VALUES (1)"});
  CHECK(left.companion.size() > 4096);
  CHECK(bench.read(left).page_size == 0);
  CHECK(bench.predicted(left) == bench.brought_in(left));
}

TEST_CASE("the name of the super-journal is read when it checks out", "[companions]") {
  CompanionBench bench("-journal");
  LeftFiles left = hot_journal(bench);
  const std::string name = "/var/lib/app/\xc3\xa4.db-mj0123456";
  std::uint32_t sum = 0;
  for (const char byte : name) sum += static_cast<std::uint32_t>(byte);
  const auto number = [](std::uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
    return bytes;
  };
  const std::string tail = name + number(static_cast<std::uint32_t>(name.size())) + number(sum) +
                           "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
  left.companion += number(0x40000000 / 512 + 1) + tail;
  CHECK(bench.journal(left).super_journal == name);
  for (std::size_t at = left.companion.size() - tail.size(); at < left.companion.size(); ++at) {
    LeftFiles changed = left;
    changed.companion[at] = static_cast<char>(changed.companion[at] ^ 0x15);
    INFO(at);
    CHECK(bench.journal(changed).super_journal.empty());
  }
}

TEST_CASE("what was replaced gives the file back", "[companions]") {
  const auto [suffix, make] =
      GENERATE(std::pair("-wal", &left_wal), std::pair("-journal", &hot_journal));
  CompanionBench bench(suffix);
  const LeftFiles left = make(bench, 1024);
  const ReplacedPages replaced =
      replaced_pages(bench.database(left), bench.companion(left), bench.read(left));
  CHECK(replaced.any);
  LeftFiles after{bench.brought_in(left), {}};
  give_undo_journal(bench.database(left), replaced,
                    [&](std::string_view bytes) { after.companion += bytes; });
  CHECK(CompanionBench("-journal").brought_in(after) == left.database);
}

TEST_CASE("what is in the file already replaces nothing", "[companions]") {
  CompanionBench bench("-wal");
  const LeftFiles left = left_wal(bench);
  const LeftFiles again{bench.brought_in(left), left.companion};
  CHECK_FALSE(replaced_pages(bench.database(again), bench.companion(again), bench.read(again)).any);
}

}  // namespace
}  // namespace baseline::sqlite
