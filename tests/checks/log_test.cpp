#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"
#include "support/temp_dir.hpp"

namespace baseline::log_test {
namespace {

namespace fs = std::filesystem;

/// A log with a check on it. The record is what a deploy would have made.
class Log {
 public:
  const fs::path& path() const { return path_; }

  void write(const std::string& text) const { std::ofstream(path_, std::ios::app) << text; }
  void record() { recorded_ = {*log_position(path_.native())}; }
  void rotate(const std::string& name = "app.log.1") const {
    fs::rename(path_, dir_.path() / name);
  }

  std::vector<CheckResult> results(const std::string& keys) const {
    const auto reference = database_of(kShop);
    const std::string suite = fmt::format(
        "version: 1\nvars: {{LOG_OF_TEST: {}}}\nchecks:\n"
        "  - name: x\n    log: ${{LOG_OF_TEST}}\n{}",
        path_.string(), keys);
    const Suites suites = Suites::load({{"s1.yaml", suite}}, *reference, sqlite::apply_migration);
    CHECK(suites.logs() == std::vector<std::string>{path_.native()});
    RunOptions options;
    options.application_runs = true;
    options.surroundings.logs = recorded_;
    return run_suites(suites, Phase::after, *reference, *reference, options, nullptr, nullptr)
        .results;
  }
  // As a failure names it: as written, and where that leads.
  std::string shown() const { return fmt::format("${{LOG_OF_TEST}} ({})", path_.string()); }
  std::string outcome(const std::string& keys) const { return summary_of(results(keys)); }

 private:
  TempDir dir_;
  fs::path path_ = dir_.path() / "app.log";
  std::vector<LogPosition> recorded_;
};

const char* const kReady = "    expect: ['Bot is ready!']\n";
const char* const kNoErrors = "    forbid: [Traceback, 'no such (table|column)']\n";
const char* const kNoRecord = " | no deploy has recorded where it ended; read from its start";
const char* const kReplaced = " | it was cut off or replaced since the deploy; read from its start";

TEST_CASE("errors of a log check", "[checks][load]") {
  const auto error = [](const std::string& keys) {
    return load_errors({suite_of("  - {name: x, " + keys + "}\n")});
  };
  CHECK(error("log: a.log") ==
        "s1.yaml:4:20: error: log asserts nothing; add 'expect' or 'forbid'");
  CHECK(error("log: a.log, expect: ready") ==
        "s1.yaml:4:35: error: 'expect' must be a non-empty list of regexes; got text");
  CHECK(error("log: a.log, forbid: []") ==
        "s1.yaml:4:35: error: 'forbid' must be a non-empty list of regexes; got an empty list");
  CHECK(error("log: a.log, expect: ['(']") ==
        "s1.yaml:4:36: error: 'expect' is no regular expression: missing ): (");
  CHECK(error("log: a.log, expect: [5]") ==
        "s1.yaml:4:36: error: 'expect' must be text; got a number");
  CHECK(error("log: '${NOT_SET_IN_TEST}', expect: [a]") ==
        "s1.yaml:4:21: error: ${NOT_SET_IN_TEST} is not set: give it in 'vars', or pass it on with "
        "'environment: [NOT_SET_IN_TEST]' in baseline.yaml");
  CHECK(error("log: [a], expect: [a]") == "s1.yaml:4:20: error: 'log' must be text; got a list");
  for (const char* const when : {"before", "both"}) {
    CHECK(error(fmt::format("log: a.log, expect: [a], when: {}", when)) ==
          "s1.yaml:4:46: error: a log is read after the deploy, by baseline verify; leave 'when' "
          "out");
  }
  CHECK(error("log: a.log, expect: [a], when: after") == "no error");
  CHECK(load_errors({"version: 1\nvars: {EMPTY: ''}\nchecks:\n"
                     "  - {name: x, log: '${EMPTY}', expect: [a]}\n"}) ==
        "s1.yaml:4:20: error: 'log' is no path: ${EMPTY} is empty");
}

TEST_CASE("a log passes when all that is expected is there and nothing forbidden",
          "[checks][failure]") {
  Log log;
  log.write("no such table: old\nBot is ready!\n");
  log.record();
  CHECK(log.outcome(kReady) ==
        "fail: expected a line that matches 'Bot is ready!', got not found "
        "in 0 lines from byte 33 on: 'Bot is ready!'");
  log.write("starting\nno such tabl");
  CHECK(log.outcome(std::string(kReady) + kNoErrors) ==
        "fail: expected a line that matches 'Bot is ready!', got not found in 2 lines from byte "
        "33 on: 'Bot is ready!' | the last lines are:\nstarting\nno such tabl");
  log.write("oid\nBot is ready!\n");
  CHECK(log.outcome(std::string(kReady) + kNoErrors) == "pass");
  CHECK(log.outcome("    expect: ['^Bot', never, 'nor this']\n")
            .starts_with("fail: expected lines that match 'never', 'nor this', got not found in 3 "
                         "lines from byte 33 on: 'never', 'nor this' | the last lines are:\n"));
}

TEST_CASE("a forbidden line is shown with its number in the file", "[checks][failure]") {
  Log log;
  for (int i = 0; i < 810; ++i) log.write("old no such column: x\n");
  log.record();
  log.write("fine\nsqlite3: no such column: geo\nBot is ready!\nTraceback\n");
  CHECK(log.outcome(std::string(kReady) + kNoErrors) ==
        "fail: expected no line that matches 'no such (table|column)', got line 812 matches "
        "forbidden 'no such (table|column)': sqlite3: no such column: geo");
  CHECK(log.results(kNoErrors)[0].sql == log.shown());
}

TEST_CASE("a last line without its end counts, and again when it has grown", "[checks][failure]") {
  Log log;
  log.record();  // missing
  log.write("Bot is ready!");
  CHECK(log.outcome(kReady) == "pass");
  log.write(" Traceback");
  CHECK(log.outcome(kNoErrors) ==
        "fail: expected no line that matches 'Traceback', got line 1 matches forbidden "
        "'Traceback': Bot is ready! Traceback");
}

TEST_CASE("without a record the whole log is read, and said to be", "[checks][failure]") {
  Log log;
  log.write("no such table: old\n");
  CHECK(log.outcome(kNoErrors) ==
        std::string("fail: expected no line that matches 'no such (table|column)', got line 1 "
                    "matches forbidden 'no such (table|column)': no such table: old") +
            kNoRecord);
}

TEST_CASE("after a rotation the rest of the old file and all of the new one are read",
          "[checks][failure]") {
  Log log;
  log.write("no such table: old\n");
  log.record();
  log.write("Bot is ready!\n");
  log.rotate();
  log.write("later\n");
  CHECK(log.outcome(std::string(kReady) + kNoErrors) == "pass");
  log.write("no such table: new\n");
  CHECK(log.outcome(std::string(kReady) + kNoErrors) ==
        "fail: expected no line that matches 'no such (table|column)', got line 2 matches "
        "forbidden 'no such (table|column)': no such table: new");
  CHECK(log.outcome("    expect: [never]\n")
            .starts_with("fail: expected a line that matches 'never', got not found in 3 lines "
                         "from byte 19 of the rotated file on: 'never'"));
}

TEST_CASE("a forbidden line of the rotated file is told from one of the new", "[checks][failure]") {
  Log log;
  log.write("old\n");
  log.record();
  log.write("Traceback\n");
  log.rotate();
  log.write("fine\n");
  CHECK(log.outcome(kNoErrors) ==
        "fail: expected no line that matches 'Traceback', got line 2 of the rotated file matches "
        "forbidden 'Traceback': Traceback");
}

TEST_CASE("a log that was replaced or cut off is read from its start", "[checks][failure]") {
  Log log;
  log.write("a line from before the deploy\n");
  log.record();
  SECTION("another file") {
    log.rotate("../gone");
    fs::remove(log.path().parent_path().parent_path() / "gone");
    log.write("Bot is ready!\n");
  }
  SECTION("cut off") {
    fs::resize_file(log.path(), 0);
    log.write("Bot is ready!\n");
  }
  SECTION("cut off, and longer than before") {
    fs::resize_file(log.path(), 0);
    log.write("Bot is ready!\nand so many lines that it is longer than it was\n");
  }
  CHECK(log.outcome(kReady) == std::string("pass") + kReplaced);
}

TEST_CASE("a log that cannot be read is an error, one that is missing may come",
          "[checks][failure]") {
  const Log log;
  CHECK(log.outcome(kReady) == "fail: expected a line that matches 'Bot is ready!', got " +
                                   log.shown() + " does not exist");
  SECTION("a directory") {
    fs::create_directory(log.path());
    CHECK(log.outcome(kReady) ==
          "error: expected a line that matches 'Bot is ready!', got cannot read " + log.shown() +
              ": it is a directory");
  }
  SECTION("a FIFO that nobody writes to") {
    REQUIRE(::mkfifo(log.path().c_str(), 0600) == 0);
    const int opened = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    REQUIRE(::inotify_add_watch(opened, log.path().c_str(), IN_OPEN) >= 0);
    CHECK(log.outcome(kReady) ==
          "error: expected a line that matches 'Bot is ready!', got cannot read " + log.shown() +
              ": it is no regular file");
    // Not even for a moment: somebody who waits for a reader would take us for one.
    std::array<char, 4096> events{};
    CHECK(::read(opened, events.data(), events.size()) == -1);
    ::close(opened);
  }
  SECTION("a device") {
    fs::create_symlink("/dev/zero", log.path());
    CHECK(log.outcome(kNoErrors) ==
          "error: expected no line that matches 'Traceback', 'no such (table|column)', got cannot "
          "read " +
              log.shown() + ": it is no regular file");
  }
  SECTION("a loop of links") {
    fs::create_symlink(log.path(), log.path());
    CHECK(log.outcome(kReady) ==
          "error: expected a line that matches 'Bot is ready!', got cannot read " + log.shown() +
              ": Too many levels of symbolic links");
  }
}

TEST_CASE("a line that is not UTF-8 is searched as well", "[checks][failure]") {
  Log log;
  log.write("caf\xe9 no such\x80 x: table\n");
  CHECK(log.outcome("    forbid: ['no such.*table']\n")
            .starts_with("fail: expected no line that matches 'no such.*table', got line 1"));
  CHECK(log.outcome("    expect: ['^caf. no']\n") == std::string("pass") + kNoRecord);
}

TEST_CASE("what lies across a cut of a long line is found", "[checks][failure]") {
  Log log;
  log.record();
  log.write(std::string(65'530, 'x') + "Traceback" + std::string(100'000, 'y') + "\n");
  CHECK(log.outcome(kNoErrors).starts_with(
      "fail: expected no line that matches 'Traceback', got line 1 matches "
      "forbidden 'Traceback': xxx"));
}

TEST_CASE("a forbidden line ends waiting at once", "[checks][wait]") {
  Log log;
  log.record();
  log.write("Traceback\n");
  const auto results = log.results(std::string(kReady) + kNoErrors + "    wait: 1h\n");
  CHECK(results[0].status == Status::fail);
  CHECK(results[0].attempts == 1);
}

TEST_CASE("reading a log stops when its time is over", "[checks][failure]") {
  Log log;
  log.write("start\n");
  log.record();
  fs::resize_file(log.path(), std::uint64_t{1} << 40U);  // a sparse TiB, which takes a while
  CHECK(log.outcome(std::string(kReady) + "    timeout: 50ms\n") ==
        "error: expected a line that matches 'Bot is ready!', got took longer than 50ms to read "
        "and was stopped");
}

TEST_CASE("a path counts from the suite's directory", "[checks][load]") {
  const auto reference = database_of(kShop);
  const Suites suites = Suites::load({{"/srv/checks/s1.yaml",
                                       "version: 1\nchecks:\n"
                                       "  - {name: b, log: ../logs/./app.log, forbid: [x]}\n"
                                       "  - {name: a, log: /var/log/app.log, forbid: [x]}\n"
                                       "  - {name: c, log: /srv/logs/app.log, forbid: [x]}\n"}},
                                     *reference, sqlite::apply_migration);
  CHECK(suites.logs() == std::vector<std::string>{"/srv/logs/app.log", "/var/log/app.log"});
}

}  // namespace
}  // namespace baseline::log_test
