#include "store/journal.hpp"

#include <fstream>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::journal_test {
namespace {

TEST_CASE("a journal gives back its records, whatever its end was torn to", "[journal]") {
  const TempDir dir;
  const Directory directory = Directory::open(dir.path());
  Journal journal(real_file_system(), directory, "journal", "journal.new");
  CHECK(journal.read().empty());
  journal.start(R"({"phase":"prepare"})");
  journal.append(R"({"phase":"swap","n":1})");
  const std::vector<std::string> both = journal.read();
  REQUIRE(both.size() == 2);
  CHECK(both[1] == R"({"phase":"swap","n":1})");

  const std::string whole = bytes_of(dir.path() / "journal");
  const std::size_t first = whole.find('\n') + 1;
  // Every truncation within the second line leaves the first.
  for (std::size_t length = first; length < whole.size(); ++length) {
    INFO(length);
    std::filesystem::resize_file(dir.path() / "journal", length);
    CHECK(journal.read() == std::vector<std::string>{both[0]});
    // What is appended afterwards can be read again.
    journal.append(R"({"phase":"swap","n":2})");
    REQUIRE(journal.read().size() == 2);
    CHECK(journal.read()[1] == R"({"phase":"swap","n":2})");
  }
  journal.remove();
  CHECK(files_in(dir.path()).empty());
}

TEST_CASE("every flipped bit of a record is noticed", "[journal]") {
  const TempDir dir;
  const Directory directory = Directory::open(dir.path());
  Journal journal(real_file_system(), directory, "journal", "journal.new");
  journal.start(R"({"phase":"prepare","id":"20261121T023558Z-001"})");
  const std::string whole = bytes_of(dir.path() / "journal");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 4);
    std::ofstream(dir.path() / "journal", std::ios::binary) << damaged;
    INFO(i);
    try {
      journal.read();
      FAIL("it was read");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::needs_person);
    }
  }
}

}  // namespace
}  // namespace baseline::journal_test
