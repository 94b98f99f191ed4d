#include "catalogue/run_record.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/hooked_file_system.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::run_record_test {
namespace {

TEST_CASE("a record of a run is found again by its key", "[catalogue]") {
  const TempDir dir;
  CHECK_FALSE(read_run_record(dir.path(), "20261121T023558Z-001-9f31c2aa"));
  keep_run_record(real_file_system(), dir.path(), "20261121T023558Z-001-9f31c2aa", "{}");
  CHECK(read_run_record(dir.path(), "20261121T023558Z-001-9f31c2aa") == "{}");
  CHECK_FALSE(read_run_record(dir.path(), "20261121T023558Z-002-9f31c2aa"));
  CHECK(files_in(dir.path() / "runs") ==
        std::vector<std::string>{"20261121T023558Z-001-9f31c2aa.json"});
}

TEST_CASE("a key leads to nothing outside the records", "[catalogue]") {
  const TempDir dir;
  keep_run_record(real_file_system(), dir.path(), "a", "{}");
  keep_run_record(real_file_system(), dir.path() / "runs", "b", "{}");
  for (const std::string run : {"", ".", "..", "../runs/a", "runs/b"}) {
    INFO(run);
    CHECK_FALSE(read_run_record(dir.path(), run));
  }
}

TEST_CASE("the oldest records go, and what a killed process left with them", "[catalogue]") {
  const TempDir dir;
  keep_run_record(real_file_system(), dir.path(), "0000", "{}");
  std::filesystem::rename(dir.path() / "runs/0000.json", dir.path() / "runs/0000.json.new");
  for (std::size_t i = 1; i <= kMostRunRecords + 2; ++i) {
    keep_run_record(real_file_system(), dir.path(), fmt::format("{:04}", i), "{}");
  }
  const auto left = files_in(dir.path() / "runs");
  CHECK(left.size() == kMostRunRecords);
  CHECK(left.front() == "0003.json");
}

TEST_CASE("a record appears whole or not at all, without a sync", "[catalogue]") {
  const TempDir dir;
  std::string broken;
  std::string trace;
  HookedFileSystem files([&](const std::string& operation, const std::string&) {
    trace += operation + " ";
    if (operation == broken) throw Error(ErrorCode::io, "cannot " + operation);
  });
  for (const std::string operation : {"write", "rename"}) {
    broken = operation;
    CHECK_THROWS_AS(keep_run_record(files, dir.path(), "a", "{}"), Error);
    CHECK(files_in(dir.path() / "runs").empty());
  }
  broken.clear();
  trace.clear();
  keep_run_record(files, dir.path(), "a", "{}");
  CHECK(trace.find("sync") == std::string::npos);
}

}  // namespace
}  // namespace baseline::run_record_test
