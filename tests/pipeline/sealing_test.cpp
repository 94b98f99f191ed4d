// Backups that a run with `--seal later` leaves: found under their id, kept, and sealed by whatever
// needs them; a write to one in between is found.
#include "pipeline/sealing.hpp"

#include <fstream>

#include "base/error.hpp"
#include "catalogue/seal.hpp"
#include "os/directory_lock.hpp"
#include "pipeline/export_backup.hpp"
#include "pipeline/prune.hpp"
#include "pipeline/verify_backups.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::sealing_test {
namespace {

namespace fs = std::filesystem;

struct Unsealed {
  TempDir dir;
  fs::path database = dir.path() / "app.db";
  Workbench bench;

  Unsealed() : bench(real_file_system(), made(database)) { deploy(Sealing::later); }

  static const fs::path& made(const fs::path& database) {
    make_old(database);
    return database;
  }
  ReplaceReport deploy(Sealing sealing, BackupChoice backup = BackupChoice::automatic) {
    return bench.deploy([&](DeployRequest& request) {
      request.again = true;
      request.sealing = sealing;
      request.backup = backup;
    });
  }
  CatalogueEntry entry(std::size_t at = 0) { return bench.catalogue().entries().at(at); }
  fs::path file() { return entry().directory / "app.db"; }
  BackupsVerifyReport verify() { return verify_backups({}, bench.context()); }
  // As somebody would who has found the file.
  void write_late() {
    fs::permissions(file(), fs::perms::owner_read | fs::perms::owner_write);
    run_sql(file(), "INSERT INTO old_things VALUES (424242, 'late')");
  }
};

TEST_CASE("a deploy that seals later leaves a whole backup without a seal", "[sealing]") {
  Unsealed place;
  const CatalogueEntry entry = place.entry();
  CHECK(entry.unsealed);
  CHECK_FALSE(entry.sealed);
  CHECK(entry.usable());
  CHECK(entry.manifest->payload.sha256.empty());
  CHECK(entry.directory.filename() == ".unsealed-" + entry.manifest->run);
  CHECK(content(place.file()) == "old");
  CHECK(place.bench.catalogue().find(entry.id).unsealed);
  // Its id is taken.
  place.deploy(Sealing::later);
  CHECK(place.entry(1).id != entry.id);
  CHECK(names::sequence_of(place.entry(1).id) == 2);
}

TEST_CASE("a copy is sealed at once, also where sealing was put off", "[sealing]") {
  Unsealed place;
  const ReplaceReport report = place.deploy(Sealing::later, BackupChoice::copy);
  CHECK_FALSE(report.backup->manifest.payload.sha256.empty());
  CHECK(place.entry(1).sealed);
}

TEST_CASE("a verification seals what is not sealed yet", "[sealing]") {
  Unsealed place;
  const std::string id = place.entry().id;
  CHECK(place.verify().outcome == Outcome::done);
  const CatalogueEntry sealed = place.entry();
  CHECK(sealed.id == id);
  CHECK(sealed.sealed);
  CHECK_FALSE(sealed.record.verified.empty());
  CHECK(seal_problems(place.bench.catalogue().open_entry(id), *sealed.manifest, nullptr).empty());
  CHECK(place.verify().outcome == Outcome::done);
}

TEST_CASE("a write to a backup that is not sealed yet is told once, and kept", "[sealing]") {
  Unsealed place;
  place.write_late();
  const BackupsVerifyReport report = place.verify();
  CHECK(report.outcome == Outcome::checks_failed);
  REQUIRE(report.backups.at(0).problems.size() == 1);
  CHECK_THAT(report.backups.at(0).problems.front(), ContainsSubstring("was written to after it"));
  CHECK(place.entry().sealed);
  // The manifest tells what is sealed.
  CHECK(place.entry().manifest->tables.back().rows == 201);
  CHECK(place.verify().outcome == Outcome::done);
}

TEST_CASE("a write that does not change the size of the file is told, too", "[sealing]") {
  Unsealed place;
  const auto size = fs::file_size(place.file());
  place.write_late();
  REQUIRE(fs::file_size(place.file()) == size);
  CatalogueEntry entry = place.entry();
  CHECK(seal_entry(entry, place.bench.context(), Deadline(std::chrono::milliseconds(0))));
}

TEST_CASE("a backup is not sealed without the journal that lies beside it", "[sealing]") {
  Unsealed place;
  std::ofstream(place.file().native() + "-wal") << "rows that are not in the file yet";
  CHECK_THROWS_AS(place.verify(), Error);
  CHECK(place.entry().unsealed);
  place.bench.observer.warnings.clear();
  std::vector<std::string> warnings;
  CHECK(seal_all(place.bench.context(), warnings).empty());
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings.front(), ContainsSubstring("is not sealed yet: "));
}

TEST_CASE("two processes do not seal a backup at the same time", "[sealing]") {
  Unsealed place;
  CatalogueEntry entry = place.entry();
  const auto lock = DirectoryLock::acquire(place.bench.catalogue().open_entry(entry.id),
                                           Deadline(std::chrono::milliseconds(0)));
  REQUIRE(lock);
  CHECK_THROWS_WITH(
      seal_entry(entry, place.bench.context(), Deadline(std::chrono::milliseconds(0))),
      ContainsSubstring("another process is at work on the backup"));
  CHECK(place.entry().unsealed);
}

TEST_CASE("a rollback seals the backup that it puts back, a plan does not", "[sealing]") {
  Unsealed place;
  const ReplaceReport plan =
      place.bench.rollback([](RollbackRequest& request) { request.dry_run = true; });
  CHECK(plan.outcome == Outcome::would_do);
  CHECK(place.entry().unsealed);
  const ReplaceReport report =
      place.bench.rollback([](RollbackRequest& request) { request.sealing = Sealing::later; });
  CHECK(report.outcome == Outcome::done);
  CHECK(content(place.database) == "old");
  CHECK(place.entry().sealed);
  CHECK(place.entry(1).unsealed);
}

TEST_CASE("the next deploy seals what earlier ones left", "[sealing]") {
  Unsealed place;
  place.deploy(Sealing::later);
  CHECK(unsealed_ids(place.bench.catalogue().entries()).size() == 2);
  place.deploy(Sealing::now);
  CHECK(unsealed_ids(place.bench.catalogue().entries()).empty());
}

TEST_CASE("an export seals first", "[sealing]") {
  Unsealed place;
  ExportRequest request;
  request.id = place.entry().id;
  request.file = place.dir.path() / "exported.db";
  export_backup(request, place.bench.context());
  CHECK(content(request.file) == "old");
  CHECK(place.entry().sealed);
}

TEST_CASE("pruning keeps what is not sealed, and does not count it", "[sealing]") {
  Unsealed place;
  for (int i = 0; i < 3; ++i) place.deploy(Sealing::now);  // seals the first as well
  place.deploy(Sealing::later);
  const std::string unsealed = place.entry(4).id;
  PruneRequest request;
  request.keep.newest = 1;
  const PruneReport report = prune(request, place.bench.context());
  CHECK(report.removed.size() == 3);
  // The newest that is sealed, and the one that is not.
  REQUIRE(report.kept.size() == 2);
  CHECK(report.kept.at(1).entry.id == unsealed);
  CHECK_THAT(report.kept.at(1).why_kept, ContainsSubstring("not sealed yet"));
}

}  // namespace
}  // namespace baseline::sealing_test
