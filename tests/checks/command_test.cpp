#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::command_test {
namespace {

// The errors of a suite whose checks start at line 3, with commands allowed or not.
std::string errors_of(const std::vector<std::string>& checks, bool allowed = true) {
  std::vector<SuiteSource> sources;
  for (const std::string& text : checks) {
    const std::string name = "s" + std::to_string(sources.size() + 1) + ".yaml";
    sources.push_back({name, "version: 1\nchecks:\n" + text});
  }
  const auto reference = database_of(kShop);
  try {
    Suites::load(sources, *reference, sqlite::apply_migration, {{}, allowed});
  } catch (const Error& error) {
    std::string out =
        error.problems().empty() ? error.what() : join(lines_of(error.problems(), "error"), "\n");
    for (const std::string& note : error.notes()) out += "\nnote: " + note;
    return out;
  }
  return "no error";
}

struct Place {
  Phase phase = Phase::after;
  std::string database = "/live/app.db";
};

std::vector<CheckResult> run(const std::string& check, const Place& place = {},
                             const std::string& file = "s1.yaml") {
  const auto reference = database_of(kShop);
  const Suites suites = Suites::load({{file, "version: 1\nvars: {WORD: 'a b'}\nchecks:\n" + check}},
                                     *reference, sqlite::apply_migration, {{}, true});
  RunOptions options;
  options.application_runs = true;
  options.surroundings.database = place.database;
  return run_suites(suites, place.phase, *reference, *reference, options, nullptr, nullptr).results;
}

std::string outcome(const std::string& check, const Place& place = {}) {
  return summary_of(run("  - name: x\n" + check, place));
}

std::string sh(const std::string& script, const std::string& more = {}) {
  return "    command: [sh, -c, '" + script + "']\n" + more;
}

TEST_CASE("errors of a command check", "[checks][load]") {
  const auto error = [](const std::string& keys) {
    return errors_of({"  - {name: x, " + keys + "}\n"});
  };
  CHECK(error("command: curl -f x") ==
        "s1.yaml:3:24: error: 'command' must be a non-empty list of words like [curl, -f, URL]; "
        "got text");
  CHECK(error("command: []") ==
        "s1.yaml:3:24: error: 'command' must be a non-empty list of words like [curl, -f, URL]; "
        "got an empty list");
  CHECK(error("command: [curl, [a]]") ==
        "s1.yaml:3:31: error: 'command' must be a list of words; got a list");
  CHECK(error("command: [curl, ]") == "no error");
  CHECK(error("command: ['', a]") ==
        "s1.yaml:3:25: error: the first word of 'command' is the program; got none");
  CHECK(error("command: [curl, '${NOT_SET_IN_TEST}']") ==
        "s1.yaml:3:32: error: ${NOT_SET_IN_TEST} is not set: give it in 'vars', or pass it on with "
        "'environment: [NOT_SET_IN_TEST]' in baseline.yaml");
  CHECK(error("command: [a], exit: {ge: 0}") ==
        "s1.yaml:3:35: error: 'exit' matches every exit code, so it asserts nothing");
  CHECK(error("command: [a], exit: ok") ==
        "s1.yaml:3:35: error: 'exit' is an exit code: compare it with whole numbers from 0");
  CHECK(error("command: [a], stdout: 200") ==
        "s1.yaml:3:37: error: 'stdout' is text: compare it with text, a number in quotes");
  CHECK(error("command: [a], stderr: {not: {type: integer}}") ==
        "s1.yaml:3:37: error: 'stderr' is text: compare it with text, a number in quotes");
  CHECK(error("command: [a], given: b") ==
        "s1.yaml:3:29: error: unknown key 'given' in a command check");
  CHECK(error("command: [a], wait: 30") ==
        "s1.yaml:3:35: error: 'wait' must be a duration like 500ms, 30s or 5m; got 30 (no unit)");
}

TEST_CASE("commands must be allowed, and all that would run are listed at once", "[checks][load]") {
  const std::string command =
      "  - {name: a, command: [true]}\n  - {name: b, query: SELECT 1, value: 1}\n";
  CHECK(errors_of({command, "  - name: c d\n    command: [false]\n"}, false) ==
        "2 checks run commands; allow with --allow-commands: s1.yaml:3:5 (a), s2.yaml:3:5 (c d)");
  CHECK(errors_of({command}, false) ==
        "1 check runs a command; allow with --allow-commands: s1.yaml:3:5 (a)");
  CHECK(errors_of({command + "  - {name: c, query: SELECT 1}\n"}, false) ==
        "s1.yaml:5:22: error: query asserts nothing; add 'value', 'rows' or 'result'\n"
        "note: 1 check runs a command; allow with --allow-commands: s1.yaml:3:5 (a)");
  CHECK(errors_of({command}) == "no error");
}

TEST_CASE("a word may name the database", "[checks][command]") {
  const auto words = [](const std::string& written) {
    return "    command: [sh, -c, 'echo \"$1\" \"$BASELINE_DB\"', sh, '" + written + "']\n";
  };
  CHECK(outcome(words("${BASELINE_DB}-wal ${BASELINE_DB}") +
                "    stdout: '/live/app.db-wal /live/app.db /live/app.db'\n") == "pass");
  CHECK(outcome(words("$${BASELINE_DB}") + "    stdout: '${BASELINE_DB} /live/app.db'\n") ==
        "pass");
  // Before the swap it is the copy, which both name.
  CHECK(outcome("    command: [sh, -c, 'test \"$1\" = \"$BASELINE_DB\" && test -f \"$1\"', sh, "
                "'${BASELINE_DB}']\n    when: before\n",
                {Phase::before, "/live/app.db"}) == "pass");
  // It is shown as it was written.
  const auto results = run("  - name: x\n    command: ['false', '${BASELINE_DB}']\n");
  CHECK(results.at(0).sql == "false '${BASELINE_DB}'");
}

TEST_CASE("a command passes or shows how it ended", "[checks][failure]") {
  CHECK(outcome("    command: [\"true\"]\n") == "pass");
  CHECK(outcome(sh("echo why; exit 22")) == "fail: expected exit 0, got exit 22 | why");
  CHECK(outcome(sh("exit 3", "    exit: {in: [3, 4]}\n")) == "pass");
  CHECK(outcome(sh("exit 5", "    exit: {ge: 1, le: 4}\n")) ==
        "fail: expected exit >= 1 and <= 4, got exit 5");
  CHECK(outcome(sh("kill -SEGV $$$$")) == "fail: expected exit 0, got killed by SIGSEGV");
  CHECK(outcome(sh("echo begun; exec sleep 1000", "    timeout: 100ms\n")) ==
        "fail: expected exit 0, got still running after 100ms; killed | begun");
  CHECK(outcome("    command: [no-such-program]\n") ==
        "error: expected exit 0, got cannot run no-such-program: No such file or directory");
  CHECK(outcome("    command: [/etc/passwd]\n") ==
        "error: expected exit 0, got cannot run /etc/passwd: Permission denied");
}

TEST_CASE("the last lines of what a command wrote are shown", "[checks][failure]") {
  const std::string many = outcome(sh("for i in $(seq 1 30); do echo line $i; done; exit 1"));
  CHECK(many.starts_with("fail: expected exit 0, got exit 1 | line 11\nline 12\n"));
  CHECK(many.ends_with("\nline 30"));
  CHECK(outcome(sh("echo out; echo err >&2; exit 1")) ==
        "fail: expected exit 0, got exit 1 | stderr:\nerr\nstdout:\nout");
}

TEST_CASE("what a command writes is compared as text without its final newline",
          "[checks][failure]") {
  CHECK(outcome(sh("echo 200", "    stdout: '200'\n    stderr: ''\n")) == "pass");
  CHECK(outcome(sh("echo; echo", "    stdout: \"\\n\"\n")) == "pass");
  CHECK(outcome(sh("echo healthy >&2", "    stderr: {contains: heal}\n    stdout: ''\n")) ==
        "pass");
  CHECK(outcome(sh("echo 503", "    stdout: '200'\n")) ==
        "fail: expected stdout '200', got stdout '503' | 503");
  CHECK(outcome(sh("echo x >&2", "    stderr: {not: {matches: '^x$'}}\n")) ==
        "fail: expected stderr not text that matches '^x$', got stderr 'x' | x");
  // What was dropped could have decided.
  CHECK(outcome(sh("head -c 70000 /dev/zero | tr \"\\0\" x; exit 0",
                   "    stdout: {not: {contains: error}}\n"))
            .starts_with("error: expected stdout not text that contains 'error', got 70 000 bytes "
                         "of stdout; only 64 KiB are kept, so it cannot be judged | xxx"));
}

TEST_CASE("words are expanded for the command and not for the report", "[checks][failure]") {
  const auto results =
      run("  - {name: x, command: [printf, '%s|', '${WORD}', '$$HOME', 5], stdout: no}\n");
  CHECK(results[0].got == "stdout 'a b|$HOME|5|'");
  CHECK(results[0].sql == "printf '%s|' '${WORD}' '$$HOME' 5");
}

TEST_CASE("a command sees its environment and nothing else", "[checks][isolation]") {
  ::setenv("SECRET_OF_TEST", "1", 1);
  const std::string path = std::getenv("PATH");
  ::setenv("HOME", "/h", 1);
  ::setenv("LANG", "C.UTF-8", 1);
  const auto results = run("  - {name: x, command: [env], stdout: no}\n");
  ::unsetenv("SECRET_OF_TEST");
  CHECK(results[0].why == "PATH=" + path +
                              "\nHOME=/h\nLANG=C.UTF-8\nBASELINE_DB=/live/app.db\n"
                              "BASELINE_PHASE=after");
}

TEST_CASE("a command runs where its suite is", "[checks][isolation]") {
  const TempDir dir;
  const auto results = run("  - {name: x, command: [/bin/pwd], stdout: no}\n", {},
                           (dir.path() / "s1.yaml").string());
  CHECK(results[0].why == dir.path().string());
}

TEST_CASE("before the swap a command gets a copy of the candidate", "[checks][isolation]") {
  const Place before{Phase::before, "/live/app.db"};
  const TempDir dir;
  const std::string copy = (dir.path() / "copy").string();
  const std::string where = (dir.path() / "where").string();
  const std::string script = "echo $BASELINE_PHASE $BASELINE_DB > " + where + "; cp $BASELINE_DB " +
                             copy + "; echo ruined > $BASELINE_DB";
  CHECK(outcome(sh(script, "    when: both\n"), before) == "pass");
  const SQLite::Database database(copy);
  CHECK(database.tableExists("item"));
  const std::string told = bytes_of(where);
  CHECK(told.starts_with("before /"));
  CHECK(told.ends_with("/app.db\n"));
  const std::filesystem::path directory =
      std::filesystem::path(told.substr(7, told.size() - 8)).parent_path();
  CHECK_FALSE(std::filesystem::exists(directory));
}

TEST_CASE("a command runs after the swap unless it says otherwise", "[checks][runner]") {
  CHECK(run("  - {name: x, command: [\"true\"]}\n", {Phase::before, {}}).empty());
  CHECK(run("  - {name: x, command: [\"true\"], when: before}\n").empty());
}

}  // namespace
}  // namespace baseline::command_test
