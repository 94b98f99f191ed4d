"""What the program says and where: results on stdout, everything else on stderr, errors as one
sentence with a hint, and with --format json exactly one document."""

import datetime
import json
import os
import socket
import re
import sqlite3
import subprocess
import unittest

import support

COMMANDS = [["deploy"], ["plan"], ["verify"], ["rollback"], ["status"], ["recover"], ["history"],
            ["backups"], ["backups", "list"], ["checks"], ["checks", "mutate"]]


class Help(support.Case):
    """What the texts are: test_help.py."""

    def test_changes_nothing(self):
        for words in COMMANDS:
            with self.subTest(words), self.unchanged():
                done = self.baseline(*words, "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_of_the_program_names_every_exit_code(self):
        codes = self.succeeds("--help").partition("\nExit codes:")[2]
        self.assertEqual(re.findall(r"(?m)^  ([\d, ]+?)  ", codes),
                         [*"0123456", "130, 143"])

    def test_is_what_one_gets_without_a_command(self):
        self.assertEqual(self.succeeds(), self.succeeds("--help"))

    def test_version(self):
        out = self.succeeds("--version")
        release = re.search(r"project\(baseline VERSION ([0-9.]+)",
                            (support.PROJECT / "CMakeLists.txt").read_text())[1]
        self.assertRegex(out, rf"\Abaseline {re.escape(release)}( \(commit [0-9a-f]{{12}}\+?\))?\n"
                              rf"SQLite [0-9.]+ \(.+\)\n(  [A-Z0-9_=]+\n)+"
                              r"(inside\n(  \S+ \S+\n)+)?"
                              r"(of the system, when it was built\n(  \S+ \S+\n)+)?\Z")
        document = json.loads(self.succeeds("--version", "--format", "json"))
        self.assertEqual(document["release"], release)
        self.assertEqual(document["command"], "version")
        self.assertIn(f"(commit {document['commit']})" if document["commit"] else release, out)
        for part in document["parts"]:
            self.assertIn(f"  {part['name']} {part['version']}\n", out)
        for name in "sqlite3", "openssl", "glibc":
            self.assertIn(name, [part["name"] for part in document["parts"]])
        engine = document["engine"]
        with sqlite3.connect(":memory:") as memory:
            compiled = {row[0] for row in memory.execute("PRAGMA compile_options")}
        self.assertIn("THREADSAFE=1", engine["options"])
        if engine["version"] == sqlite3.sqlite_version:  # Python's SQLite is the same library
            self.assertLessEqual(set(engine["options"]), compiled)


class Usage(support.Case):
    def test_unknown_command(self):
        self.refuses(2, "baseline: error: unknown command 'deploi'\n"
                        "  hint: did you mean 'deploy'?\n", "deploi")
        self.refuses(2, "baseline: error: unknown command 'lst'\n"
                        "  hint: did you mean 'list'?\n", "backups", "lst")
        self.refuses(2, "baseline: error: unknown command 'xyzzy'\n"
                        "  hint: baseline --help lists the commands\n", "xyzzy")

    def test_unknown_option(self):
        self.refuses(2, "baseline: error: unknown option '--databse'\n"
                        "  hint: did you mean '--database'?\n", "deploy", "--databse", "app.db")

    def test_a_word_too_many(self):
        self.refuses(2, "baseline: error: unknown argument 'app.db'\n"
                        "  hint: see baseline deploy --help\n", "deploy", "app.db")

    def test_a_value_that_is_missing(self):
        for command, option, kind in (("deploy", "--database", "PATH"), ("deploy", "--wait", "DURATION"),
                                      ("verify", "--only", "GLOB")):
            self.refuses(2, f"baseline: error: {option} needs a value: {kind}\n"
                            f"  hint: see baseline {command} --help\n", command, option)

    def test_an_option_twice(self):
        self.refuses(2, "baseline: error: --database may be given only once\n"
                        "  hint: see baseline deploy --help\n", "deploy", "-d", "a", "-d", "b")

    def test_options_that_exclude_each_other(self):
        done = self.baseline("rollback", "-d", "a", "--to", "b", "--from", "c")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, "^baseline: error: --(to|from) and --(to|from) cannot be given"
                                      " together\n")

    def test_a_value_for_a_flag(self):
        for value in "3", "false", "no":
            self.refuses(2, "baseline: error: --yes takes no value\n"
                            "  hint: see baseline deploy --help\n",
                         "deploy", "-d", "a", f"--yes={value}")

    def test_words_that_are_not_known(self):
        self.refuses(2, "baseline: error: --format must be one of human, json; got 'jsn'\n"
                        "  hint: did you mean 'json'?\n",
                     "status", "-d", "app.db", "--format", "jsn")
        self.refuses(2, "baseline: error: BASELINE_FORMAT must be one of human, json; got 'xml'\n",
                     "status", "-d", "app.db", env={"BASELINE_FORMAT": "xml"})
        self.refuses(2, "baseline: error: --on-failure must be one of rollback, keep; got 'kep'\n"
                        "  hint: did you mean 'keep'?\n",
                     "deploy", "-d", "app.db", "--on-failure", "kep")

    def test_control_characters_in_an_argument_do_not_reach_the_terminal(self):
        done = self.baseline("deploy", "\x1b[2J")
        self.assertEqual(done.returncode, 2)
        self.assertNotIn("\x1b", done.stderr)


class Json(support.Case):
    def test_every_command(self):
        database = self.legacy()
        self.json("plan", "-d", database)
        for words in ["deploy"], ["verify"], ["status"], ["rollback", "--dry-run"], ["rollback"], \
                     ["recover"], ["history"], ["backups", "list"], ["backups", "create"], \
                     ["backups", "verify"]:
            with self.subTest(words):
                document = self.json(*words, "-d", database)
                self.assertEqual((document["version"], document["exit_code"]), (1, 0))
                self.assertEqual(document["command"], " ".join(words).replace(" --dry-run", ""))
                self.assertRegex(document["tool"], "^baseline ")

    def test_errors_are_one_document_too(self):
        database = self.dir / "app.db"
        broken = self.dir / "1_x.sql"
        broken.write_text("CREATE TABEL t;")
        for code, words in [
                (2, ["deploy"]), (2, ["deploi"]), (2, ["deploy", "--wrong"]),
                (2, ["deploy", "-d", database, "-m", broken]),
                (2, ["rollback", "-d", database]), (5, ["verify", "-d", database]),
                (2, ["status", "-d", self.dir])]:
            with self.subTest(words):
                document = self.json(*words, code=code)
                self.assertEqual((document["version"], document["exit_code"]), (1, code))
                self.assertTrue(document["error"]["message"])
                self.assertLessEqual({"message", "hint"}, set(document["error"]))

    def test_the_error_is_told_to_people_as_well(self):
        done = self.baseline("deploy", "--format", "json")
        self.assertIn("baseline: error: no database was given\n", done.stderr)

    def test_a_name_that_is_not_utf8(self):
        name = os.fsdecode(b"caf\xe9.db")
        document = self.json("deploy", "-d", name)
        self.assertTrue(document["database"].endswith(r"/caf\xe9.db"), document["database"])
        self.json("status", "-d", name)
        self.json("history", "-d", name)
        self.json("backups", "list", "-d", name)

    def test_the_steps_go_to_stderr(self):
        done = self.baseline("deploy", "-d", "app.db", "--format", "json", "-v")
        self.assertEqual(json.loads(done.stdout)["outcome"], "done")
        self.assertIn("  swap\n", done.stderr)


class Colour(support.Case):
    def test_only_on_a_terminal(self):
        self.assertNotIn("\x1b", self.succeeds("status", "-d", self.legacy()))

    def test_on_a_terminal(self):
        terminal = self.terminal("status", "-d", self.legacy(), env={"TERM": "xterm"})
        self.assertEqual(terminal.finish(), 0)
        self.assertIn("\x1b[", terminal.text)

    def test_not_with_no_color(self):
        terminal = self.terminal("status", "-d", self.legacy(),
                                 env={"TERM": "xterm", "NO_COLOR": "1"})
        self.assertEqual(terminal.finish(), 0)
        self.assertNotIn("\x1b[", terminal.text)

    def test_as_one_likes(self):
        database = self.legacy()
        self.assertIn("\x1b[", self.succeeds("status", "-d", database, "--color", "always"))
        terminal = self.terminal("status", "-d", database, "--color", "never",
                                 env={"TERM": "xterm"})
        self.assertEqual(terminal.finish(), 0)
        self.assertNotIn("\x1b[", terminal.text)


class Streams(support.Case):
    def test_nothing_but_the_result_on_stdout(self):
        done = self.baseline("deploy", "-d", self.legacy(), "-v")
        self.assertIn("  swap\n", done.stderr)
        self.assertNotIn("  swap\n", done.stdout)

    def test_quiet(self):
        database = self.legacy()
        for command in (["deploy"], ["rollback", "--yes"]):
            done = self.baseline(*command, "-d", database, "-q")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        id = self.backups(database)[0].name
        for command in (["recover"], ["backups", "create"], ["backups", "verify"],
                        ["backups", "export", id, "out.db"], ["backups", "prune", "--keep", "9"]):
            done = self.baseline(*command, "-d", database, "-q")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""), command)
        # What it was asked for is shown.
        self.assertIn(id, self.succeeds("backups", "list", "-d", database, "-q"))
        file = self.backups(database)[0] / "app.db"
        file.chmod(0o600)
        file.write_bytes(file.read_bytes()[:-1] + b"x")
        done = self.baseline("backups", "verify", "-d", database, "-q")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{id}  DAMAGED", done.stdout)
        database = self.legacy("another.db")
        self.assertIn("deployed:", self.baseline("deploy", "-d", database, "-n", "-q").stdout +
                      self.baseline("deploy", "-d", database).stdout)

    def test_the_time_to_start_the_application_is_told_before_the_backup_is_sealed(self):
        database = self.legacy()
        for command in (["deploy", "--yes"], ["rollback", "--yes"]):
            done = self.baseline(*command, "-d", database, "-v", "--format", "json")
            self.assertIn(support.READY, done.stderr)
            self.assertLess(done.stderr.index(support.READY), done.stderr.index("seal the backup"))
            self.assertRegex(json.loads(done.stdout)["ready_at"], "^20.*Z$")
        # There, nobody waits for it.
        self.assertNotIn(support.READY, self.baseline("deploy", "-d", "new.db", "--yes").stderr)
        gate = self.baseline("run", "-d", self.legacy("other.db"), "--on-start", "deploy",
                             "--wipe-old", "--", "true")
        self.assertEqual((gate.returncode, "start the application" in gate.stderr), (0, False))

    def test_closed_descriptors(self):
        """A daemon may start it so. What it opens must not become its stdout."""
        database = self.legacy()
        done = self.command("sh", "-c", f'exec "{support.BINARY}" deploy -d app.db <&- >&- 2>&-')
        self.assertEqual(done.returncode, 0)
        self.assert_at_baseline(database)

    def test_a_reader_that_has_gone(self):
        """The database is replaced all the same, and the exit code says so."""
        database = self.legacy()
        reader, writer = os.pipe()
        os.close(reader)
        try:
            done = subprocess.run([support.BINARY, "deploy", "-d", str(database)], stdout=writer,
                                  stderr=subprocess.PIPE, env=self.environment(), timeout=60)
        finally:
            os.close(writer)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_at_baseline(database)

    LOST = "baseline: warning: the result could not be written to stdout\n"

    def behind_a_full_disk(self, *args):
        if not os.path.exists("/dev/full"):
            self.skipTest("there is no /dev/full")
        with open("/dev/full", "w") as full:
            done = subprocess.run([support.BINARY, *map(str, args)], stdout=full,
                                  stderr=subprocess.PIPE, env=self.environment(), text=True,
                                  timeout=60)
        return done.returncode, re.sub("^note: .*\n", "", done.stderr, flags=re.MULTILINE)

    def test_a_full_disk_behind_stdout(self):
        """What was done is done, and the code tells of it."""
        database = self.legacy()
        self.assertEqual(self.behind_a_full_disk("deploy", "-d", database), (0, self.LOST))
        self.assert_at_baseline(database)
        for args in ("backups", "create", "-d", database), ("backups", "verify", "-d", database), \
                ("checks", "generate", "-o", self.dir / "suites"):
            self.assertEqual(self.behind_a_full_disk(*args), (0, self.LOST), args)

    def test_a_socket_whose_reader_went_away(self):
        """As that of a unit of systemd, when its journal is restarted."""
        for args in ("status", "-d", self.fresh()), ("checks", "json-schema"):
            reader, writer = socket.socketpair()
            reader.close()
            with writer:
                done = subprocess.run([support.BINARY, *map(str, args)], stdout=writer,
                                      stderr=subprocess.PIPE, env=self.environment(), timeout=60)
            self.assertEqual((done.returncode, done.stderr), (0, b""), args)

    def test_a_full_disk_behind_what_only_tells(self):
        """A script must not go on with half a list."""
        database = self.fresh()
        asked = ("status", "-d", database), ("history", "-d", database), ("plan", "-d", database), \
            ("verify", "-d", database), ("backups", "list", "-d", database), \
            ("backups", "prune", "--keep", "1", "--dry-run", "-d", database), \
            ("checks", "list"), ("checks", "json-schema"), ("report", "-d", database, "-o", "-")
        for args in asked:
            self.assertEqual(self.behind_a_full_disk(*args), (5, self.LOST), args)

    def test_times_are_utc(self):
        """The time zone of the tests is an odd one, 12:45 ahead."""
        database = self.fresh()
        when = self.json("history", "-d", database)["lines"][0]["when"]
        told = datetime.datetime.strptime(when, "%Y-%m-%dT%H:%M:%SZ")
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        self.assertLess(abs(now - told), datetime.timedelta(hours=1))


if __name__ == "__main__":
    unittest.main()
