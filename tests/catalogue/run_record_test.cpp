#include "catalogue/run_record.hpp"

#include <fmt/format.h>

#include <fstream>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/hooked_file_system.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::run_record_test {
namespace {

TEST_CASE("a record of a run is found again by its key", "[catalogue]") {
  const TempDir dir;
  Catalogue catalogue(real_file_system(), dir.path());
  CHECK_FALSE(read_run_record(catalogue, "20261121T023558Z-001-9f31c2aa"));
  keep_run_record(real_file_system(), catalogue, "20261121T023558Z-001-9f31c2aa", "{}");
  CHECK(read_run_record(catalogue, "20261121T023558Z-001-9f31c2aa") == "{}");
  CHECK_FALSE(read_run_record(catalogue, "20261121T023558Z-002-9f31c2aa"));
  CHECK(files_in(dir.path() / "runs") ==
        std::vector<std::string>{"20261121T023558Z-001-9f31c2aa.json"});
}

TEST_CASE("a key leads to nothing outside the records", "[catalogue]") {
  const TempDir dir;
  Catalogue catalogue(real_file_system(), dir.path());
  keep_run_record(real_file_system(), catalogue, "a", "{}");
  for (const std::string run : {"", ".", "..", "../runs/a", "runs/b", "a"}) {
    INFO(run);
    CHECK_FALSE(read_run_record(catalogue, run));
  }
}

std::string key_of(std::size_t number) {
  return fmt::format("20261121T023558Z-{:04}-9f31c2aa", number);
}

TEST_CASE("the oldest records go, and what a killed process left with them", "[catalogue]") {
  const TempDir dir;
  Catalogue catalogue(real_file_system(), dir.path());
  keep_run_record(real_file_system(), catalogue, key_of(0), "{}");
  const auto runs = dir.path() / "runs";
  std::filesystem::rename(runs / (key_of(0) + ".json"), runs / (key_of(0) + ".json.new"));
  std::ofstream(runs / "0000-mine") << "nothing of ours";
  for (std::size_t i = 1; i <= kMostRunRecords + 2; ++i) {
    keep_run_record(real_file_system(), catalogue, key_of(i), "{}");
  }
  const auto left = files_in(runs);
  REQUIRE(left.size() == kMostRunRecords + 1);
  CHECK(left[0] == "0000-mine");
  CHECK(left[1] == key_of(3) + ".json");
}

TEST_CASE("no record is kept, or removed, through a link", "[catalogue]") {
  const TempDir dir;
  const TempDir elsewhere;
  std::ofstream(elsewhere.path() / (key_of(1) + ".json")) << "not ours";
  std::filesystem::create_directory_symlink(elsewhere.path(), dir.path() / "runs");
  Catalogue catalogue(real_file_system(), dir.path());
  CHECK_THROWS_AS(keep_run_record(real_file_system(), catalogue, key_of(2), "{}"), Error);
  CHECK_FALSE(read_run_record(catalogue, key_of(1)));
  CHECK(files_in(elsewhere.path()) == std::vector<std::string>{key_of(1) + ".json"});
}

TEST_CASE("a record appears whole or not at all, without a sync", "[catalogue]") {
  const TempDir dir;
  Catalogue catalogue(real_file_system(), dir.path());
  std::string broken;
  std::string trace;
  HookedFileSystem files([&](const std::string& operation, const std::string&) {
    trace += operation + " ";
    if (operation == broken) throw Error(ErrorCode::io, "cannot " + operation);
  });
  for (const std::string operation : {"write", "rename"}) {
    broken = operation;
    CHECK_THROWS_AS(keep_run_record(files, catalogue, "a", "{}"), Error);
    CHECK(files_in(dir.path() / "runs").empty());
  }
  broken.clear();
  trace.clear();
  keep_run_record(files, catalogue, "a", "{}");
  CHECK(trace.find("sync") == std::string::npos);
}

}  // namespace
}  // namespace baseline::run_record_test
