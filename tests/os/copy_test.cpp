#include "os/copy.hpp"

#include <linux/magic.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "os/read_back.hpp"
#include "os/sha256.hpp"
#include "support/catch.hpp"
#include "support/hooked_file_system.hpp"
#include "support/temp_dir.hpp"

using namespace baseline;

namespace {

// No two blocks are the same, and the last one is not whole.
std::string large_text() {
  std::string text(3 * ReadBack::kPiece + 5'000, '\0');
  std::uint32_t state = 1;
  for (char& c : text) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24U);
  }
  return text;
}

// The source with its text, and an empty target.
struct Files {
  Files(const std::filesystem::path& place, const std::string& text)
      : directory(Directory::open(place)),
        source(real_file_system().create(directory, "source", 0600)),
        target(real_file_system().create(directory, "target", 0600)) {
    real_file_system().write(source, text, 0);
  }
  Directory directory;
  File source;
  File target;
};

}  // namespace

TEST_CASE("a large file is copied, proven and told of as it comes", "[copy]") {
  const std::string text = large_text();
  const TempDir dir;
  const Files files(dir.path(), text);
  std::uint64_t last = 0;
  const std::string sha256 = copy_proven(real_file_system(), files.source, files.target,
                                         [&](std::uint64_t done, std::uint64_t total) {
                                           CHECK(done >= last);
                                           CHECK(total == text.size());
                                           last = done;
                                         });
  CHECK(sha256 == sha256_hex(text));
  CHECK(last == text.size());
  CHECK(files.directory.read_text("target", text.size()) == text);
  CHECK(hash_file(files.target, nullptr) == sha256);
}

TEST_CASE("a copy that is not what was written is found", "[copy]") {
  const bool large = GENERATE(false, true);
  const TempDir dir;
  const Files files(dir.path(), large ? large_text() : "a small text");
  // Somebody spoils the first byte as soon as it is written, as a bad disk would.
  bool spoilt = false;
  HookedFileSystem spoiling([&](const std::string& operation, const std::string&) {
    if (spoilt || (operation != "write" && operation != "sync")) return;
    char first = 0;
    if (::pread(files.target.fd(), &first, 1, 0) != 1) return;
    first = static_cast<char>(~first);
    spoilt = ::pwrite(files.target.fd(), &first, 1, 0) == 1;
  });
  CHECK_THROWS_WITH(copy_proven(spoiling, files.source, files.target, nullptr),
                    ContainsSubstring("reads back differently"));
  CHECK(spoilt);
}

TEST_CASE("a copy can be stopped, and a failed write is told", "[copy]") {
  const TempDir dir;
  const Files files(dir.path(), large_text());
  int calls = 0;
  CHECK_THROWS_AS(copy_proven(real_file_system(), files.source, files.target,
                              [&](std::uint64_t, std::uint64_t) {
                                if (++calls == 12) throw Interrupted(2);
                              }),
                  Interrupted);
  int writes = 0;
  HookedFileSystem failing([&](const std::string& operation, const std::string&) {
    if (operation == "write" && ++writes == 15) throw Error(ErrorCode::io, "the disk is full");
  });
  CHECK_THROWS_WITH(copy_proven(failing, files.source, files.target, nullptr), "the disk is full");
}

// How many pages of the file are in the page cache.
std::size_t resident(const File& file) {
  const auto size = static_cast<std::size_t>(file.status().st_size);
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* const map = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.fd(), 0);
  REQUIRE(map != MAP_FAILED);
  std::vector<unsigned char> pages((size + page - 1) / page);
  REQUIRE(::mincore(map, size, pages.data()) == 0);
  ::munmap(map, size);
  return static_cast<std::size_t>(
      std::ranges::count_if(pages, [](unsigned char one) { return (one & 1U) != 0; }));
}

TEST_CASE("a large file that was read is not left in the page cache", "[copy]") {
  const std::string text = large_text();
  // Not where TempDir is, which may be in memory.
  std::string name = (std::filesystem::temp_directory_path() / "baseline-test-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  const Files files(name, text);
  real_file_system().sync(files.source);
  const std::size_t before = resident(files.source);
  CHECK(hash_file(files.source, nullptr) == sha256_hex(text));
  struct statfs place {};
  REQUIRE(::statfs(name.c_str(), &place) == 0);
  const std::size_t after = resident(files.source);
  std::filesystem::remove_all(name);
  if (place.f_type == TMPFS_MAGIC) return;  // the page cache is all that it has
  CHECK(after < before / 10);
}
