// What a power cut can make of a rename to another directory: the new name is there, and the old
// one still is (docs/reliability.md, "What the model takes for granted").
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/crash.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::second_name_test {
namespace {

namespace fs = std::filesystem;

TEST_CASE("an old file that is beside the database and in the backup is one file",
          "[second-name]") {
  int found = 0;
  for (int step = 1;; ++step) {
    const TempDir dir;
    const fs::path database = dir.path() / "app.db";
    make_old(database);
    const bool whole =
        survives(step, [&](FileSystem& files) { Workbench(files, database).deploy(); });
    if (whole) break;
    const fs::path aside = dir.path() / ".app.db.baseline-candidate";
    std::vector<fs::path> moved;  // into a backup that has not got its final name
    for (const fs::path file : files_in(dir.path())) {
      const bool partial = file.native().find("/.partial-") != std::string::npos;
      if (partial && file.filename() == "app.db") moved.push_back(dir.path() / file);
    }
    if (moved.size() != 1 || fs::exists(aside)) continue;
    ++found;
    INFO("before change " << step);
    REQUIRE(::link(moved.front().c_str(), aside.c_str()) == 0);
    Workbench bench(real_file_system(), database);
    bench.recover();
    CHECK(content(database) == "new");
    CHECK_FALSE(fs::exists(aside));
    const auto entries = bench.catalogue().entries();
    REQUIRE(entries.size() == 1);
    CHECK(entries.front().manifest);
  }
  CHECK(found > 0);
}

}  // namespace
}  // namespace baseline::second_name_test
