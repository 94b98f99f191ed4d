// A crash at every step of what changes the catalogue of backups without touching the database: the
// process ends before its N-th change to the disk. Whatever was done by then, each entry is whole
// or called `.partial-*`, and the next call of the command leaves nothing of it behind.
#include <fstream>
#include <functional>

#include "base/names.hpp"
#include "catalogue/seal.hpp"
#include "os/zstd.hpp"
#include "pipeline/create_backup.hpp"
#include "pipeline/export_backup.hpp"
#include "pipeline/prune.hpp"
#include "pipeline/verify_backups.hpp"
#include "support/catch.hpp"
#include "support/crash.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::catalogue_crash_test {
namespace {

namespace fs = std::filesystem;

struct Scenario {
  const char* name;
  std::function<void(Workbench& bench)> arrange;
  std::function<void(Workbench& bench)> act;
  /// What a finished run leaves: the number of entries.
  std::size_t entries = 0;
};

fs::path exported(Workbench& bench) {
  return fs::path(bench.store().location()).parent_path() / "exported";
}

void export_first(Workbench& bench, bool zstd) {
  ExportRequest request;
  request.id = bench.catalogue().entries().front().id;
  request.file = exported(bench);
  request.zstd = zstd;
  request.force = true;
  export_backup(request, bench.context());
}

// What an export leaves under the name that was asked for: nothing, what was there, or all of it.
void check_exported(const fs::path& directory) {
  const fs::path file = directory / "exported";
  if (!fs::exists(file) || bytes_of(file) == "something else") return;
  const Directory opened = Directory::open(directory);
  if (is_packed(*opened.open_file("exported", false))) {
    CHECK_NOTHROW(unpack(
        *opened.open_file("exported", false), [](std::string_view) {}, nullptr));
  } else {
    CHECK(content(file) == "old");
  }
}

void deploy_again(Workbench& bench) {
  bench.deploy([](DeployRequest& request) { request.again = true; });
}

void deploy_unsealed(Workbench& bench) {
  bench.deploy([](DeployRequest& request) {
    request.again = true;
    request.sealing = Sealing::later;
  });
}

fs::path also_of(Workbench& bench) {
  return fs::path(bench.store().location()).parent_path() / "also";
}

PruneRequest keep_one() {
  PruneRequest request;
  request.keep.newest = 1;
  return request;
}

std::vector<Scenario> all_scenarios() {
  const auto create = [](Workbench& bench) {
    create_backup(std::chrono::milliseconds(0), bench.context());
  };
  return {
      {"create, the first", [](Workbench&) {}, create, 1},
      {"prune",
       [](Workbench& bench) {
         for (int i = 0; i < 4; ++i) deploy_again(bench);
       },
       [](Workbench& bench) { prune(keep_one(), bench.context()); }, 1},
      {"deploy that prunes by itself",
       [](Workbench& bench) {
         for (int i = 0; i < 3; ++i) deploy_again(bench);
       },
       [](Workbench& bench) {
         bench.deploy([](DeployRequest& request) {
           request.again = true;
           request.keep.newest = 1;
         });
       },
       1},
      {"deploy with a second copy", [](Workbench&) {},
       [](Workbench& bench) {
         const fs::path also = also_of(bench);
         fs::create_directory(also);
         bench.set_also({also});
         bench.deploy([&](DeployRequest& request) {
           request.again = true;
           request.backup = BackupChoice::copy;
         });
       },
       1},
      {"verify that makes a second copy",
       [](Workbench& bench) {
         bench.set_also({also_of(bench)});
         bench.deploy();
         fs::create_directory(also_of(bench));
       },
       [](Workbench& bench) {
         bench.set_also({also_of(bench)});
         verify_backups({}, bench.context());
       },
       1},
      {"export, packed", [](Workbench& bench) { bench.deploy(); },
       [](Workbench& bench) { export_first(bench, true); }, 1},
      {"export over a file",
       [](Workbench& bench) {
         bench.deploy();
         std::ofstream(exported(bench)) << "something else";
       },
       [](Workbench& bench) { export_first(bench, false); }, 1},
      {"verify that seals and makes a second copy",
       [](Workbench& bench) {
         bench.set_also({also_of(bench)});
         deploy_unsealed(bench);
         fs::create_directory(also_of(bench));
       },
       [](Workbench& bench) {
         bench.set_also({also_of(bench)});
         verify_backups({}, bench.context());
       },
       1},
      {"create, one more", [](Workbench& bench) { bench.deploy(); }, create, 2},
  };
}

// Runs in a child that ends before its step `crash_at` (from 1; 0: never). True: it came to its
// end.
bool survives(const fs::path& database, int crash_at, const std::function<void(Workbench&)>& act) {
  return ::survives(crash_at, [&](FileSystem& files) {
    Workbench bench(files, database);
    act(bench);
  });
}

std::size_t check_whole(const fs::path& directory) {
  const Catalogue catalogue(real_file_system(), directory);
  for (const CatalogueEntry& entry : catalogue.entries()) {
    INFO(entry.id << ": " << entry.damage);
    REQUIRE(entry.damage.empty());
    CHECK_FALSE(entry.record.unreadable);
    if (entry.unsealed) {
      const std::string kept = content(entry.directory / "app.db");
      CHECK((kept == "old" || kept == "new"));
      continue;
    }
    CHECK(seal_problems(Directory::open(entry.directory), *entry.manifest, nullptr).empty());
  }
  if (!fs::exists(directory)) return 0;
  for (const auto& file : fs::directory_iterator(directory)) {
    const std::string name = file.path().filename();
    INFO(name);
    CHECK((names::sequence_of(name) || name.rfind(".partial-", 0) == 0 ||
           name.rfind(".unsealed-", 0) == 0 || name == "history.jsonl"));
  }
  return catalogue.entries().size();
}

// Second copies are whole entries of their own; `all`: every backup has one, for every
// run of these scenarios asks for it.
void check_copies(const fs::path& directory, bool all) {
  if (!fs::exists(directory / "also")) return;
  check_whole(directory / "also");
  if (!all) return;
  const Catalogue copies(real_file_system(), directory / "also");
  CHECK(copies.unfinished().empty());
  const Catalogue catalogue(real_file_system(), directory / "app.db.backups");
  for (const CatalogueEntry& entry : catalogue.entries()) {
    REQUIRE(entry.record.copies.size() == 1);
    CHECK_FALSE(entry.record.copies.front().made.empty());
    CHECK(copies.find_run(entry.manifest->run));
  }
}

TEST_CASE("a crash in a command on backups leaves each of them whole or partial", "[crash]") {
  for (const Scenario& scenario : all_scenarios()) {
    bool survived = false;
    int steps = 0;
    for (int step = 1; !survived; ++step) {
      INFO(scenario.name << ", crash before step " << step);
      const TempDir dir;
      const fs::path database = dir.path() / "app.db";
      make_old(database);
      REQUIRE(survives(database, 0, scenario.arrange));
      const std::string live = content(database);
      survived = survives(database, step, scenario.act);
      check_whole(database.native() + ".backups");
      CHECK((content(database) == live || content(database) == "new"));
      check_exported(dir.path());
      check_copies(dir.path(), false);
      if (survived) CHECK(check_whole(database.native() + ".backups") == scenario.entries);
      // The next one tidies up.
      REQUIRE(survives(database, 0, scenario.act));
      check_whole(database.native() + ".backups");
      CHECK(Catalogue(real_file_system(), database.native() + ".backups").unfinished().empty());
      CHECK_FALSE(fs::exists(dir.path() / ".exported.baseline-export"));
      // What was asked for is not forgotten, whenever the crash came.
      REQUIRE(survives(database, 0, [](Workbench& bench) {
        bench.set_also({also_of(bench)});
        bench.recover();
        verify_backups({}, bench.context());
      }));
      check_copies(dir.path(), true);
      const Catalogue after(real_file_system(), database.native() + ".backups");
      CHECK(unsealed_ids(after.entries()).empty());
      steps = step;
    }
    INFO(scenario.name);
    CHECK(steps > 3);
  }
}

}  // namespace
}  // namespace baseline::catalogue_crash_test
