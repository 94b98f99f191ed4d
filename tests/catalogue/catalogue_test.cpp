#include "catalogue/catalogue.hpp"

#include <sys/stat.h>

#include <fstream>

#include "base/error.hpp"
#include "os/sha256.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::catalogue_test {
namespace {

namespace fs = std::filesystem;

const std::string kSha256(64, 'a');

Manifest manifest_for(const std::string& id) {
  Manifest manifest;
  manifest.id = id;
  manifest.reason = "deploy";
  manifest.when = "2026-11-21T02:35:58Z";
  manifest.run = id + "-9f31c2aa";
  manifest.host = "db1";
  manifest.user = "bot";
  manifest.tool = "baseline 0.1.0";
  manifest.engine = "SQLite 3.40.1";
  manifest.database = "/srv/app.db";
  manifest.payload = {"app.db", 5, kSha256, true, 0640, {}};
  manifest.page_size = 4096;
  manifest.page_count = 167;
  manifest.tables = {{"seen", 9600}, {"huge", {}}};
  manifest.schema_digest = std::string(64, 'd');
  manifest.revision = "5c8e4212f5ed";
  manifest.user_version = -1;
  manifest.application_id = 7;
  manifest.owner = "bot:bot";
  return manifest;
}

void file(Catalogue& catalogue, const std::string& id) {
  Manifest manifest = manifest_for(id);
  const Directory entry = catalogue.open_unfinished(manifest.run);
  std::ofstream(entry / "app.db") << "12345";
  catalogue.commit(manifest);
}

TEST_CASE("a manifest survives the disk", "[catalogue]") {
  Manifest manifest = manifest_for("20261121T023558Z-001");
  manifest.database = "/srv/\xff.db";
  manifest.payload.companions = {"app.db-wal"};
  manifest.unreadable = "file is not a database";
  const std::string text = to_json(manifest);
  const Manifest back = manifest_from_json(text, "manifest.json");
  CHECK(to_json(back) == text);
  CHECK(back.database == manifest.database);
  CHECK(back.payload.mode == 0640);
  CHECK(back.tables.at(0).rows == 9600);
  CHECK_FALSE(back.tables.at(1).rows);
}

TEST_CASE("a manifest cannot name a file outside the backup", "[catalogue]") {
  for (const char* name : {"../app.db", "/etc/passwd", "..", ".", "", "a/b"}) {
    Manifest manifest = manifest_for("20261121T023558Z-001");
    manifest.payload.name = name;
    INFO(name);
    try {
      manifest_from_json(to_json(manifest), "manifest.json");
      FAIL("it was accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::refused);
      CHECK(std::string(error.what()) == "manifest.json: manifest names a file outside the backup");
    }
  }
}

TEST_CASE("every truncation of a manifest is damage, never a crash", "[catalogue]") {
  const std::string text = to_json(manifest_for("20261121T023558Z-001"));
  for (std::size_t length = 0; length + 2 < text.size(); ++length) {
    INFO(length);
    CHECK_THROWS_AS(manifest_from_json(text.substr(0, length), "manifest.json"), Error);
  }
}

TEST_CASE("entries are ordered by sequence, never by time", "[catalogue]") {
  const TempDir dir;
  Catalogue catalogue(real_file_system(), dir.path() / "app.db.backups");
  CHECK(catalogue.entries().empty());
  const auto late = std::chrono::system_clock::time_point(std::chrono::hours(400'000));
  const auto early = std::chrono::system_clock::time_point(std::chrono::hours(300'000));
  const std::string first = catalogue.next_id(late);
  file(catalogue, first);
  // The clock jumped back.
  const std::string second = catalogue.next_id(early);
  file(catalogue, second);
  CHECK(first == "20150819T160000Z-001");
  CHECK(second == "20040323T000000Z-002");
  const auto entries = catalogue.entries();
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].id == first);
  CHECK(entries[1].id == second);
  CHECK(catalogue.next_id(early, "20261121T023558Z-041") == "20040323T000000Z-042");
  CHECK(names::sequence_of("20040322T120000Z-1000") == 1000);
  CHECK_FALSE(names::sequence_of("20040322T120000Z-"));
  CHECK_FALSE(names::sequence_of("20040322T120000Z-1x"));
  CHECK_FALSE(names::sequence_of("history.jsonl"));
}

TEST_CASE("the catalogue is private and its files are read-only", "[catalogue]") {
  const TempDir dir;
  Catalogue catalogue(real_file_system(), dir.path() / "app.db.backups");
  file(catalogue, "20261121T023558Z-001");
  const auto mode = [](const fs::path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
  };
  const fs::path entry = catalogue.directory() / "20261121T023558Z-001";
  CHECK(mode(catalogue.directory()) == 0700);
  CHECK(mode(entry) == 0700);
  CHECK(mode(entry / "manifest.json") == 0400);
  CHECK(mode(entry / "SHA256SUMS") == 0400);
  CHECK(bytes_of(entry / "SHA256SUMS") == kSha256 + "  app.db\n" +
                                              sha256_hex(bytes_of(entry / "manifest.json")) +
                                              "  manifest.json\n");
}

TEST_CASE("damage is listed with its reason and refused by find", "[catalogue]") {
  const TempDir dir;
  Catalogue catalogue(real_file_system(), dir.path() / "app.db.backups");
  const std::string id = "20261121T023558Z-001";
  const fs::path entry = catalogue.directory() / id;
  const auto damage = [&](const std::function<void()>& harm) {
    fs::remove_all(catalogue.directory());
    file(catalogue, id);
    REQUIRE(catalogue.find(id).usable());
    fs::permissions(entry / "manifest.json", fs::perms::owner_all);
    harm();
    REQUIRE(catalogue.entries().size() == 1);
    CHECK_FALSE(catalogue.entries().front().usable());
    CHECK_THROWS_AS(catalogue.find(id), Error);
    return catalogue.entries().front().damage;
  };
  CHECK(damage([&] { fs::remove(entry / "app.db"); }) == "its database file is missing");
  CHECK(damage([&] { std::ofstream(entry / "app.db") << "1234"; }) ==
        "its database file has 4 bytes, but the manifest says 5");
  CHECK(damage([&] { fs::remove(entry / "manifest.json"); }) == "its manifest is missing");
  CHECK(damage([&] {
          fs::remove(entry / "app.db");
          fs::create_symlink("/etc/hostname", entry / "app.db");
        }) == "its database file is missing");
  CHECK(damage([&] {
          std::ofstream(entry / "manifest.json") << to_json(manifest_for("20261121T023558Z-002"));
        }) == "its manifest is of 20261121T023558Z-002");
  CHECK_THAT(damage([&] { std::ofstream(entry / "manifest.json") << "{"; }),
             ContainsSubstring("is damaged"));
}

TEST_CASE("an id that another database's run has taken is passed over", "[catalogue]") {
  const TempDir dir;
  Catalogue catalogue(real_file_system(), dir.path() / "shared");
  file(catalogue, "20261121T023558Z-001");
  Manifest second = manifest_for("20261121T023558Z-001");
  second.run = "20261121T023558Z-001-00000000";
  std::ofstream(catalogue.open_unfinished(second.run) / "app.db") << "54321";
  catalogue.commit(second);
  CHECK(second.id == "20261121T023558Z-002");
  REQUIRE(catalogue.entries().size() == 2);
  REQUIRE(catalogue.find_run("20261121T023558Z-001-00000000"));
  CHECK(bytes_of(catalogue.find_run("20261121T023558Z-001-00000000")->directory / "app.db") ==
        "54321");
  CHECK(bytes_of(catalogue.find_run("20261121T023558Z-001-9f31c2aa")->directory / "app.db") ==
        "12345");
}

TEST_CASE("an entry that is removed disappears whole", "[catalogue]") {
  const TempDir dir;
  Catalogue catalogue(real_file_system(), dir.path() / "app.db.backups");
  file(catalogue, "20261121T023558Z-001");
  catalogue.remove(catalogue.find("20261121T023558Z-001"));
  CHECK(catalogue.entries().empty());
  CHECK(catalogue.unfinished().empty());
  CHECK(files_in(dir.path()).empty());
}

}  // namespace
}  // namespace baseline::catalogue_test
