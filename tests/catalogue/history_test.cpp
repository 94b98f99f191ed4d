#include "catalogue/history.hpp"

#include <fstream>
#include <iterator>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace baseline::history_test {
namespace {

HistoryLine line_of(const std::string& command) {
  HistoryLine line;
  line.when = "2026-11-21T02:35:58Z";
  line.run = "20261121T023558Z-001-9f31c2aa";
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

  const History history = read_history(Catalogue(real_file_system(), dir.path()));
  REQUIRE(history.lines.size() == 2);
  CHECK(history.unreadable == 1);
  CHECK(history.lines[0].command == "deploy");
  CHECK(history.lines[0].database == "/srv/\xff.db");
  CHECK(history.lines[0].unavailable_us == 1234);
  CHECK(history.lines[1].command == "recover");
}

TEST_CASE("what a line tells comes back", "[history]") {
  const TempDir dir;
  HistoryLine line = line_of("recover");
  line.kind = RunKind::rollback;
  line.replaced = true;
  line.migration = std::string(64, 'a');
  line.sha256 = std::string(64, 'b');
  append_history(real_file_system(), Directory::open(dir.path()), line);
  const HistoryLine back = read_history(Catalogue(real_file_system(), dir.path())).lines.at(0);
  CHECK(back.kind == RunKind::rollback);
  CHECK(back.replaced);
  CHECK(back.migration == line.migration);
  CHECK(back.sha256 == line.sha256);
}

// Release 0.1.0 (commit 8ce21e8) wrote what came of a run for people only.
TEST_CASE("lines of earlier releases are understood", "[history]") {
  struct Words {
    const char* command;
    const char* outcome;
    RunKind kind;
    bool replaced;
  };
  const Words words[] = {{"deploy", "done", RunKind::deploy, true},
                         {"deploy", "kept despite failed checks", RunKind::deploy, true},
                         {"deploy", "checks failed; swapped back", RunKind::deploy, false},
                         {"rollback", "done", RunKind::rollback, true},
                         {"rollback", "kept despite failed checks", RunKind::rollback, true},
                         {"rollback", "checks failed; swapped back", RunKind::rollback, false},
                         {"recover", "finished the deploy", RunKind::deploy, true},
                         {"recover", "undid the deploy", RunKind::deploy, false},
                         {"recover", "finished the rollback", RunKind::rollback, true},
                         {"recover", "undid the rollback", RunKind::rollback, false}};
  const TempDir dir;
  std::ofstream out(dir.path() / "history.jsonl");
  for (const Words& one : words) {
    out << R"({"when":"2026-11-21T05:18:01Z","run":"20261121T051801Z-001-9f31c2aa","command":")"
        << one.command << R"(","outcome":")" << one.outcome
        << R"(","database":"/srv/app.db","from":"","to":"b","backup":"","source":"","user":"root",)"
        << R"("host":"vm","unavailable_us":null})" << '\n';
  }
  out.close();
  const History history = read_history(Catalogue(real_file_system(), dir.path()));
  REQUIRE(history.lines.size() == std::size(words));
  for (std::size_t i = 0; i < history.lines.size(); ++i) {
    CAPTURE(words[i].command, words[i].outcome);
    CHECK(history.lines[i].kind == words[i].kind);
    CHECK(history.lines[i].replaced == words[i].replaced);
    CHECK(history.lines[i].migration.empty());
  }
}

TEST_CASE("no catalogue, no history", "[history]") {
  CHECK(read_history(Catalogue(real_file_system(), "/nowhere/at/all")).lines.empty());
}

}  // namespace
}  // namespace baseline::history_test
