#include "catalogue/seal.hpp"

#include <fstream>

#include "catalogue/catalogue.hpp"
#include "os/sha256.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::seal_test {
namespace {

namespace fs = std::filesystem;

const char* const kId = "20261121T023558Z-001";
const char* const kContent = "what the database was";

Catalogue sealed_in(const fs::path& directory) {
  Catalogue catalogue(real_file_system(), directory);
  Manifest manifest;
  manifest.id = kId;
  manifest.reason = "deploy";
  manifest.when = "2026-11-21T02:35:58Z";
  manifest.run = "20261121T023558Z-001-9f31c2aa";
  manifest.database = "/srv/app.db";
  manifest.payload = {
      "app.db",      std::string_view(kContent).size(), sha256_hex(kContent), true, 0640,
      {"app.db-wal"}};
  manifest.unreadable = "file is not a database";
  const Directory entry = catalogue.open_unfinished(manifest.run);
  std::ofstream(entry / "app.db") << kContent;
  std::ofstream(entry / "app.db-wal") << "its companion";
  catalogue.commit(manifest);
  return catalogue;
}

// What is wrong with the entry, as `backups verify` would find it.
std::vector<std::string> found_in(const Catalogue& catalogue) {
  const CatalogueEntry entry = catalogue.look_at(kId);
  if (!entry.damage.empty()) return {entry.damage};
  return seal_problems(Directory::open(entry.directory), *entry.manifest, nullptr);
}

void write(const fs::path& file, const std::string& bytes) {
  fs::permissions(file, fs::perms::owner_all);
  std::ofstream(file, std::ios::binary) << bytes;
}

TEST_CASE("a flipped bit anywhere in a backup is found", "[catalogue]") {
  const TempDir dir;
  const Catalogue catalogue = sealed_in(dir.path() / "backups");
  const fs::path entry = catalogue.directory() / kId;
  REQUIRE(found_in(catalogue).empty());
  REQUIRE(files_in(entry).size() == 4);
  for (const std::string& name : files_in(entry)) {
    const std::string whole = bytes_of(entry / name);
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      std::string damaged = whole;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      write(entry / name, damaged);
      INFO(name << ", bit " << bit);
      REQUIRE_FALSE(found_in(catalogue).empty());
    }
    write(entry / name, whole);
    REQUIRE(found_in(catalogue).empty());
  }
}

TEST_CASE("what is wrong with a backup is named", "[catalogue]") {
  const TempDir dir;
  const auto found = [&](const std::function<void(const fs::path&)>& harm) {
    fs::remove_all(dir.path() / "backups");
    const Catalogue catalogue = sealed_in(dir.path() / "backups");
    harm(catalogue.directory() / kId);
    const auto problems = found_in(catalogue);
    REQUIRE(problems.size() == 1);
    return problems.front();
  };
  CHECK(found([](const fs::path& entry) { write(entry / "app.db", "What the database was"); }) ==
        "its database file was changed: the SHA-256 is not the sealed one");
  CHECK(found([](const fs::path& entry) { write(entry / "app.db-wal", "another"); }) ==
        "its app.db-wal was changed");
  CHECK(found([](const fs::path& entry) { fs::remove(entry / "app.db-wal"); }) ==
        "its app.db-wal was removed");
  CHECK(found([](const fs::path& entry) { fs::remove(entry / "SHA256SUMS"); }) ==
        "its SHA256SUMS is missing");
  CHECK(found([](const fs::path& entry) {
          write(entry / "manifest.json", bytes_of(entry / "manifest.json") + " ");
        }) == "its manifest.json (or SHA256SUMS) was changed");
  CHECK(found([](const fs::path& entry) {
          write(entry / "SHA256SUMS", bytes_of(entry / "SHA256SUMS") + "\n");
        }) == "its SHA256SUMS was changed");
}

TEST_CASE("the record of a backup survives the disk, and a flipped bit in it is found",
          "[catalogue]") {
  const TempDir dir;
  const Directory entry = Directory::open(dir.path());
  CHECK_FALSE(read_record(entry).unreadable);
  EntryRecord record;
  record.verified = "2026-11-21T02:35:58Z";
  record.checked = "2026-11-22T02:35:58Z";
  record.damage = "its database file is missing";
  record.copies = {{"/mnt/\xff", "", "No space left on device"}};
  write_record(real_file_system(), entry, record);
  const EntryRecord back = read_record(entry);
  CHECK(back.verified == record.verified);
  CHECK(back.checked == record.checked);
  CHECK(back.damage == record.damage);
  REQUIRE(back.copies.size() == 1);
  CHECK(back.copies[0].directory == "/mnt/\xff");
  CHECK(back.copies[0].problem == "No space left on device");

  const std::string whole = bytes_of(dir.path() / "baseline-record");
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    write(dir.path() / "baseline-record", damaged);
    INFO(bit);
    REQUIRE(read_record(entry).unreadable);
  }
}

}  // namespace
}  // namespace baseline::seal_test
