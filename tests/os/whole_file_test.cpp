#include "os/whole_file.hpp"

#include <array>
#include <fstream>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/hooked_file_system.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::whole_file_test {
namespace {

// The file has no name until it is complete, where the filesystem can do that.
constexpr std::array kUnnamedOrNamed{true, false};

TEST_CASE("a file is replaced in this order", "[whole_file]") {
  for (const bool unnamed : kUnnamedOrNamed) {
    const TempDir dir;
    std::string trace;
    HookedFileSystem files([&](const std::string& operation, const std::string& path) {
      trace += operation + " " + std::filesystem::path(path).filename().string() + "\n";
    });
    files.has_unnamed = unnamed;
    write_whole(files, Directory::open(dir.path()), "report", "new", "text");
    CHECK(trace == (unnamed ? "create-unnamed new\nwrite new\nsync new\nunlink new\n"
                              "link-unnamed new\nrename report\n"
                            : "unlink new\ncreate new\nwrite new\nsync new\nrename report\n"));
    CHECK(bytes_of(dir.path() / "report") == "text");
    CHECK(files_in(dir.path()) == std::vector<std::string>{"report"});
  }
}

TEST_CASE("whichever step fails, the file is the old one or the new one, and nothing else is there",
          "[whole_file]") {
  for (const bool unnamed : kUnnamedOrNamed) {
    const int steps = unnamed ? 6 : 5;
    for (int failing = 1; failing <= 2 * steps; ++failing) {
      const bool was_there = failing > steps;
      INFO(unnamed << " " << failing);
      const TempDir dir;
      if (was_there) std::ofstream(dir.path() / "report") << "the old one, longer than the new";
      int step = 0;
      HookedFileSystem files([&](const std::string& operation, const std::string& path) {
        if (++step != (failing - 1) % steps + 1) return;
        throw Error(ErrorCode::io, "cannot " + operation + " " + path);
      });
      files.has_unnamed = unnamed;
      CHECK_THROWS_AS(
          write_whole(files, Directory::open(dir.path()), "report", "new", "the new one"), Error);
      const std::vector<std::string> wanted =
          was_there ? std::vector<std::string>{"report"} : std::vector<std::string>{};
      CHECK(files_in(dir.path()) == wanted);
      if (was_there) CHECK(bytes_of(dir.path() / "report") == "the old one, longer than the new");
    }
  }
}

TEST_CASE("the cause is told even when the temporary file cannot be removed", "[whole_file]") {
  const TempDir dir;
  int unlinks = 0;
  HookedFileSystem files([&](const std::string& operation, const std::string&) {
    if (operation == "write") throw Error(ErrorCode::io, "the disk is full");
    if (operation == "unlink" && ++unlinks == 2) throw Error(ErrorCode::io, "not even that");
  });
  files.has_unnamed = false;
  try {
    write_whole(files, Directory::open(dir.path()), "report", "new", "text");
    FAIL("it was written");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == "the disk is full");
  }
}

TEST_CASE("what a killed process left does not stand in the way", "[whole_file]") {
  const TempDir dir;
  std::ofstream(dir.path() / "new") << "half of a rep";
  write_whole(real_file_system(), Directory::open(dir.path()), "report", "new", "text");
  CHECK(bytes_of(dir.path() / "report") == "text");
  CHECK(files_in(dir.path()) == std::vector<std::string>{"report"});
}

}  // namespace
}  // namespace baseline::whole_file_test
