#include "report/report_file.hpp"

#include <fstream>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/hooked_file_system.hpp"
#include "support/sample_run.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::report_file_test {
namespace {

const ReportKind& kind(std::string_view name) {
  for (const ReportKind& one : report_kinds()) {
    if (one.name == name) return one;
  }
  throw std::runtime_error("no such kind");
}

// Throws an io error at every change of the disk while `on`.
struct BrokenDisk {
  bool on = false;
  HookedFileSystem files{[this](const std::string& operation, const std::string&) {
    if (on) throw Error(ErrorCode::io, "cannot " + operation + " anything");
  }};
};

TEST_CASE("a report says from the start that the run has not ended, and then what became of it",
          "[report]") {
  const TempDir dir;
  const CheckRun run = refused_run();
  ReportFile file(real_file_system(), kind("tap"), dir.path() / "report");
  CHECK(files_in(dir.path()).empty());
  file.start(run);
  CHECK(bytes_of(dir.path() / "report") == tap_report(unfinished(run)));
  file.write(run);
  CHECK(bytes_of(dir.path() / "report") == tap_report(run));
  CHECK(files_in(dir.path()) == std::vector<std::string>{"report"});
}

TEST_CASE("the start of a Prometheus report leaves what is there", "[report]") {
  const TempDir dir;
  BrokenDisk disk;
  disk.files.has_unnamed = GENERATE(true, false);
  std::ofstream(dir.path() / "a.prom") << "of the run before";
  ReportFile file(disk.files, kind("prometheus"), dir.path() / "a.prom");
  file.start(refused_run());
  CHECK(bytes_of(dir.path() / "a.prom") == "of the run before");
  CHECK(files_in(dir.path()) == std::vector<std::string>{"a.prom"});
}

TEST_CASE("what cannot be written is told at the start as wrong usage", "[report]") {
  const std::string name = GENERATE("junit", "prometheus");
  const bool has_unnamed = GENERATE(true, false);
  CAPTURE(name, has_unnamed);
  const TempDir dir;
  BrokenDisk disk;
  disk.files.has_unnamed = has_unnamed;
  ReportFile file(disk.files, kind(name), dir.path() / "report");
  disk.on = true;
  try {
    file.start(refused_run());
    FAIL("it was started");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(std::string(error.what()) ==
          "cannot write the report " + (dir.path() / "report").string() + ": cannot " +
              (has_unnamed ? "create-unnamed" : "unlink") + " anything");
  }
  CHECK_FALSE(file.started());
  CHECK(files_in(dir.path()).empty());
}

TEST_CASE("a report that fails at the end leaves the one that says so", "[report]") {
  const TempDir dir;
  BrokenDisk disk;
  const CheckRun run = refused_run();
  ReportFile file(disk.files, kind("junit"), dir.path() / "report");
  file.start(run);
  disk.on = true;
  CHECK_THROWS_AS(file.write(run), Error);
  CHECK(bytes_of(dir.path() / "report") == junit_report(unfinished(run)));
}

TEST_CASE("one file has one path, however it is named", "[report]") {
  const TempDir dir;
  std::filesystem::create_directory(dir.path() / "real");
  std::filesystem::create_directory_symlink("real", dir.path() / "link");
  const auto path_of = [&](const std::string& name) {
    return ReportFile(real_file_system(), kind("tap"), dir.path() / name).path();
  };
  CHECK(path_of("link/a") == path_of("real/a"));
  CHECK(path_of("real/../real/./a") == path_of("real/a"));
  CHECK(path_of("a") != path_of("real/a"));
}

}  // namespace
}  // namespace baseline::report_file_test
