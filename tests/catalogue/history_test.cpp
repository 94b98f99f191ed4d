#include "catalogue/history.hpp"

#include <fstream>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace baseline::history_test {
namespace {

HistoryLine line_of(const std::string& command) {
  HistoryLine line;
  line.when = "2026-11-21T02:35:58Z";
  line.command = command;
  line.outcome = "done";
  line.database = "/srv/\xff.db";
  line.unavailable_us = 1234;
  return line;
}

TEST_CASE("a torn last line is counted, and the next line stands by itself", "[history]") {
  const TempDir dir;
  const Directory catalogue = Directory::open(dir.path());
  append_history(real_file_system(), catalogue, line_of("deploy"));
  const auto whole = std::filesystem::file_size(dir.path() / "history.jsonl");
  append_history(real_file_system(), catalogue, line_of("rollback"));
  std::filesystem::resize_file(dir.path() / "history.jsonl", whole + 20);
  append_history(real_file_system(), catalogue, line_of("recover"));

  const History history = read_history(dir.path());
  REQUIRE(history.lines.size() == 2);
  CHECK(history.unreadable == 1);
  CHECK(history.lines[0].command == "deploy");
  CHECK(history.lines[0].database == "/srv/\xff.db");
  CHECK(history.lines[0].unavailable_us == 1234);
  CHECK(history.lines[1].command == "recover");
}

TEST_CASE("no catalogue, no history", "[history]") {
  CHECK(read_history("/nowhere/at/all").lines.empty());
}

}  // namespace
}  // namespace baseline::history_test
