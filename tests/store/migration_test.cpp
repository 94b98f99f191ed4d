#include "store/migration.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace baseline::migration_test {
namespace {

namespace fs = std::filesystem;

std::string complaint(const fs::path& path) {
  try {
    load_migration(path);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return std::string(error.what()) + " | " + error.hint();
  }
  return "it loaded";
}

TEST_CASE("a migration is its revision, its file and its SQL", "[migration]") {
  const TempDir directory;
  const fs::path path = directory.path() / "9275fe03c648_initial_baseline.sql";
  std::ofstream(path, std::ios::binary) << "SELECT 'ä';\r\n";
  const Migration migration = load_migration(path);
  CHECK(migration.revision == "9275fe03c648");
  CHECK(migration.file == path.string());
  CHECK(migration.sql == "SELECT 'ä';\r\n");
}

TEST_CASE("the built-in migration has the revision of its file name", "[migration]") {
  CHECK(builtin_migration().revision == "9275fe03c648");
  CHECK(builtin_migration().file == "built-in 9275fe03c648_initial_baseline.sql");
  CHECK_THAT(builtin_migration().sql, ContainsSubstring("CREATE TABLE channel_configs"));
}

TEST_CASE("a file that is no migration is refused before it is read as SQL", "[migration]") {
  const TempDir directory;
  const std::string base = directory.path().string() + "/";
  const auto with = [&](const std::string& name, const std::string& content) {
    std::ofstream(base + name, std::ios::binary) << content;
    return complaint(base + name);
  };
  const std::string give =
      " | give the path of a migration, or none to use the one that is built in";
  const std::string name =
      " | name it REVISION_slug.sql, for example 9275fe03c648_initial_baseline.sql";
  CHECK(complaint(base + "1_none.sql") ==
        "cannot read migration " + base + "1_none.sql: No such file or directory" + give);
  fs::create_directory(base + "1_dir.sql");
  CHECK(complaint(base + "1_dir.sql") ==
        "cannot read migration " + base + "1_dir.sql: not a regular file" + give);
  for (const char* wrong : {"baseline.sql", "_x.sql", "1_x.txt", "a b_x.sql"}) {
    CHECK(with(wrong, "SELECT 1") ==
          "migration " + base + wrong + ": the file name gives no revision" + name);
  }
  CHECK(with("1_latin.sql", "SELECT 1;\n-- \xE4\n") ==
        "migration " + base + "1_latin.sql is not UTF-8 (line 2) | save it as UTF-8");
  std::ofstream(base + "1_big.sql").close();
  fs::resize_file(base + "1_big.sql", (std::uintmax_t{16} << 20) + 1);
  CHECK(complaint(base + "1_big.sql") ==
        "cannot read migration " + base + "1_big.sql: larger than 16 MiB" + give);
}

}  // namespace
}  // namespace baseline::migration_test
