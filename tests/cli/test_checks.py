"""The checks around a deploy: before the swap, after it, and later by `baseline verify`."""

import os
import re
import shlex
import unittest

import support
from support import Holder, query, sha256

SQL = support.MIGRATION.read_text(encoding="utf-8")

FAILS_AFTER = """version: 1
checks:
  - name: somebody is there
    when: after
    query: SELECT count(*) FROM channel_configs
    value: 1
    hint: the hint of the suite
"""

WRITES_NOTHING = """version: 1
foreign_keys: off
fixtures:
  channel: INSERT INTO channel_configs (channel_id, guild_id) VALUES (-1, -2)
checks:
  - name: a channel can be added
    given: channel
    accepts: INSERT INTO seen_submissions (channel_id, submission_id) VALUES (-1, 1)
"""


class ChecksCase(support.Case):
    def file(self, name, text):
        path = self.dir / name
        path.write_text(text)
        return path


class BeforeTheSwap(ChecksCase):
    """A migration that lacks what the suites want costs nothing: the live file is not touched."""

    def setUp(self):
        super().setUp()
        self.database = self.legacy()
        lines = SQL.splitlines(keepends=True)
        self.assertEqual(sum("CONSTRAINT valid_latitude" in line for line in lines), 1)
        self.migration = self.file("9275fe03c648_broken.sql", "".join(
            line for line in lines if "CONSTRAINT valid_latitude" not in line))

    def broken(self, *words):
        with self.unchanged(support.lock_of(self.database)):
            done = self.baseline(*words, "-d", self.database, "-m", self.migration)
            self.assertEqual((done.returncode, done.stderr), (1, ""), done.stdout)
        return done.stdout

    def test_a_constraint_that_was_dropped(self):
        out = self.broken("deploy")
        suite = (support.PROJECT / "checks/constraints.yaml").read_text().splitlines()
        line = suite.index("  - name: latitude out of range") + 1
        self.assertIn(f"FAIL  constraints › latitude out of range [lat='north', lon=0, radius=25]"
                      f"   checks/constraints.yaml:{line}:5\n"
                      "      expected  rejection by valid_latitude\n"
                      "      got       no constraint 'valid_latitude' in this database; has:"
                      " target_data_check, ", out)
        self.assertRegex(out, r"\n      sql       INSERT INTO monitoring_targets \(.*\) VALUES"
                              r" \(-1, 'geographic', 'x', 90.000001, 0, 25\)\n")
        self.assertRegex(out, r"\nchecks before  \d+ passed, 3 failed(, 1 of baseline's own passed)? \([\d.]+ m?s\)\n"
                              r"               \d+ of them judged 0 values: there were none\n"
                              r"               1 check only warns, 2 run only before the swap\n"
                              f"failed: checks failed before the swap; {self.database} was not"
                              " touched\n"
                              f"  next         mend what failed, then: baseline deploy --database"
                              f" {self.database} --migration {self.migration}\n$")

    def test_nothing_is_left_behind(self):
        self.broken("deploy")
        self.assertEqual(sorted(os.listdir(self.dir)),
                         [".app.db.baseline-lock", "9275fe03c648_broken.sql", "app.db"])

    def test_a_plan_tells_it_beforehand(self):
        self.assertIn("FAIL  constraints › latitude out of range", self.broken("plan"))

    def test_where_there_is_no_database_none_is_made(self):
        done = self.baseline("deploy", "-d", "new.db", "-m", self.migration)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertFalse((self.dir / "new.db").exists())

    def test_the_command_to_run_it_again_works(self):
        rerun = re.search(r"rerun     (baseline .*)\n", self.broken("deploy"))[1]
        done = self.command(support.BINARY, *shlex.split(rerun)[1:])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("checks before  3 failed", done.stdout)

    def test_in_json(self):
        document = self.json("deploy", "-d", self.database, "-m", self.migration, code=1)
        self.assertEqual((document["outcome"], document["after"], document["backup"],
                          document["swapped_back"]), ("checks failed", None, None, False))
        self.assertEqual(document["before"]["summary"]["fail"], 3)
        failed = [one for one in document["before"]["results"] if one["status"] == "fail"]
        self.assertEqual({(one["suite"], one["name"], one["file"]) for one in failed},
                         {("constraints", "latitude out of range", "checks/constraints.yaml")})
        self.assertEqual(failed[0]["expected"], "rejection by valid_latitude")

    def test_each_constraint_is_missed(self):
        """Whichever named constraint is dropped from the baseline: the suites find it."""
        names = re.findall(r"    CONSTRAINT (\w+) (?:CHECK|UNIQUE)", SQL)
        self.assertEqual(len(names), 8)
        for name in names:
            with self.subTest(name):
                start = SQL.index(f"    CONSTRAINT {name} ")
                end = re.compile(r",?\n(?=    (?:CONSTRAINT|PRIMARY|FOREIGN)|\);)").search(SQL, start)
                sql = SQL[:start] + SQL[end.end():]
                self.migration.write_text(re.sub(r",\n\);", "\n);", sql))
                done = self.baseline("deploy", "-d", self.database, "-m", self.migration)
                # A cost check names the constraint whose index it uses: then the suites do not load.
                self.assertIn(done.returncode, [1, 2], done.stdout + done.stderr)
                self.assertIn(name, done.stdout + done.stderr)


class AfterTheSwap(ChecksCase):
    def setUp(self):
        super().setUp()
        self.database = self.legacy()
        self.suite = self.file("after.yaml", FAILS_AFTER)

    def test_a_failure_brings_the_old_database_back(self):
        with self.unchanged(support.lock_of(self.database), "app.db.backups",
                            "app.db.backups/history.jsonl", "app.db.backups/runs/"):
            done = self.baseline("deploy", "-d", self.database, "--checks", self.suite)
        self.assertEqual((done.returncode, done.stderr), (1, ""), done.stdout)
        self.assertIn(f"FAIL  after › somebody is there   {self.suite}:3:5\n", done.stdout)
        self.assertIn("      expected  1\n      got       0\n", done.stdout)
        self.assertIn("      hint      the hint of the suite\n", done.stdout)
        self.assertRegex(done.stdout,
                         "\nfailed: checks failed on the new database; the old one is back at"
                         rf" {self.database}\nunavailable for [\d.]+ m?s ")
        self.assertEqual(self.backups(self.database), [])

    def test_the_history_tells(self):
        self.baseline("deploy", "-d", self.database, "--checks", self.suite)
        self.assertEqual([line["outcome"] for line in
                          self.json("history", "-d", self.database)["lines"]],
                         ["checks failed; swapped back"])

    def test_in_json(self):
        document = self.json("deploy", "-d", self.database, "--checks", self.suite, code=1)
        self.assertEqual((document["swapped_back"], document["outcome"], document["backup"],
                          document["after"]["summary"]["fail"]), (True, "checks failed", None, 1))

    def test_the_new_one_is_kept_when_asked_for(self):
        before = sha256(self.database)
        done = self.baseline("deploy", "-d", self.database, "--checks", self.suite,
                             "--on-failure", "keep")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(f"failed: checks failed, and the new database was kept at {self.database}\n",
                      done.stdout)
        self.assert_at_baseline(self.database)
        self.assertEqual(sha256(self.only_backup(self.database) / "app.db"), before)
        self.succeeds("rollback", "-d", self.database)
        self.assertEqual(sha256(self.database), before)

    def test_where_there_was_no_database_none_stays(self):
        done = self.baseline("deploy", "-d", "new.db", "--checks", self.suite)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(sorted(name for name in os.listdir(self.dir) if "new.db" in name),
                         [".new.db.baseline-lock", "new.db.backups"])

    def test_with_a_copy_as_the_backup_nothing_of_it_stays(self):
        with self.unchanged(support.lock_of(self.database), "app.db.backups",
                            "app.db.backups/history.jsonl", "app.db.backups/runs/"):
            done = self.baseline("deploy", "-d", self.database, "--checks", self.suite,
                                 "--backup", "copy")
            self.assertEqual(done.returncode, 1, done.stderr)


class Verify(ChecksCase):
    def test_a_fresh_database_passes(self):
        database = self.fresh()
        with self.unchanged():
            out = self.succeeds("verify", "-d", database)
        self.assertRegex(out, r"^checks after   \d+ passed \([\d.]+ m?s\)\n"
                              r"               10 of them judged 0 values: there were none\n"
                              r"               1 check only warns, 2 run only before the swap\n"
                              f"verified: {database} passes its checks\n$")

    def test_the_sums_of_a_deploy_are_those_of_the_list(self):
        listed = self.succeeds("checks", "list")
        out = self.succeeds("deploy", "-d", "counted.db")
        for phase in ("before", "after"):
            results = re.search(rf"\n{phase} +\d+ checks, (\d+) results\n", listed)[1]
            self.assertRegex(out, rf"checks {phase} +{results} passed, 1 of baseline's own passed \(")

    def test_after_a_deploy_over_an_old_database(self):
        database = self.legacy()
        self.succeeds("deploy", "-d", database)
        self.succeeds("verify", "-d", database)

    def test_a_database_in_use_passes(self):
        database = self.fresh()
        query(database, "INSERT INTO channel_configs (channel_id, guild_id) VALUES (1, 2)")
        query(database, "INSERT INTO seen_submissions (channel_id, submission_id) VALUES (1, 3)")
        self.succeeds("verify", "-d", database)

    def test_an_old_database_does_not(self):
        database = self.legacy()
        with self.unchanged():
            done = self.baseline("verify", "-d", database)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("FAIL  schema › schema is exactly the baseline", done.stdout)
        self.assertTrue(done.stdout.endswith(
            f"failed: {database} does not pass its checks; nothing was changed\n"
            "  revision     5c8e4212f5ed: not baseline 9275fe03c648, whose checks these are\n"),
            done.stdout)

    def test_a_database_that_has_drifted_does_not(self):
        database = self.fresh()
        query(database, "CREATE TABLE extra (x)")
        done = self.baseline("verify", "-d", database)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("+ table extra", done.stdout)

    def test_changes_nothing_and_keeps_nobody_out_while_the_application_writes(self):
        for journal_mode in "DELETE", "WAL":
            with self.subTest(journal_mode):
                database = self.fresh(f"{journal_mode}.db")
                query(database, f"PRAGMA journal_mode = {journal_mode}")
                with Holder(database, "writing") as application:
                    application.execute("INSERT INTO channel_configs (channel_id, guild_id)"
                                        " VALUES (1, 2)")
                    before = sha256(database), database.stat().st_mtime_ns
                    self.succeeds("verify", "-d", database)
                    self.assertEqual((sha256(database), database.stat().st_mtime_ns), before)
                    application.execute("COMMIT")
                self.assertEqual(query(database, "SELECT count(*) FROM channel_configs"), [(1,)])

    def test_what_a_check_writes_stays_out_of_the_database(self):
        database = self.fresh()
        suite = self.file("writes.yaml", WRITES_NOTHING)
        with self.unchanged():
            self.succeeds("verify", "-d", database, "--checks", suite)

    def test_a_missing_database(self):
        self.refuses(5, f"baseline: error: {self.dir}/app.db does not exist\n"
                        "  hint: baseline deploy creates it\n",
                     "verify", "-d", self.dir / "app.db")

    def test_no_database(self):
        database = self.file("app.db", "no database " * 100)
        self.refuses(4, f"baseline: error: SQLite cannot read {database}: file is not a database\n",
                     "verify", "-d", database)

    def test_some_checks_only(self):
        database = self.fresh()
        document = self.json("verify", "-d", database, "--only", "constraints/*latitude*",
                             "--only", "schema/file*")
        self.assertEqual({one["name"] for one in document["after"]["results"]},
                         {"latitude out of range", "file is intact"})

    def test_none_that_matches(self):
        self.refuses(2, "baseline: error: no check matches 'nothing/at-all'\n"
                        "  hint: names are SUITE/CHECK and may hold * and ?\n",
                     "verify", "-d", self.fresh(), "--only", "nothing/at-all")


class Suites(ChecksCase):
    """A suite with errors: exit 2, all of them in one go, each with its place, and no file touched."""

    BAD = """version: 1
vers: 2
foreign_keys: off
fixtures:
  channel: INSERT INTO channel_configs (channel_id, guild_id) VALUES (-1, -2)
checks:
  - name: asserts nothing
    query: SELECT 1
  - name: no by
    rejects: INSERT INTO channel_configs (channel_id) VALUES (1)
  - name: unknown fixture
    given: chanel
    accepts: INSERT INTO seen_submissions (channel_id, submission_id) VALUES (-1, 1)
  - name: bad duration
    query: SELECT 1
    value: 1
    timeout: 5
  - name: does not compile
    query: SELECT nowhere FROM channel_configs
    value: 1
  - name: duplicate key
    query: SELECT 1
    value: 1
    value: 2
"""
    ERRORS = [
        "2:1: error: unknown key 'vers' in a suite; did you mean 'vars'?",
        "8:12: error: query asserts nothing; add 'value', 'rows' or 'result'",
        "10:14: error: 'by' is missing: name the constraint that must reject",
        "12:12: error: unknown fixture 'chanel'; did you mean 'channel'?",
        "17:14: error: 'timeout' must be a duration like 500ms, 30s or 5m; got 5 (no unit)",
        "19:19: error: SQL: no such column: nowhere",
        "24:5: error: duplicate key 'value' (first at 23:5); YAML would keep only one"]

    def test_all_errors_in_one_go(self):
        database = self.legacy()
        suite = self.file("bad.yaml", self.BAD)
        stderr = "".join(f"{suite}:{error}\n" for error in self.ERRORS) + (
            "baseline: error: the suites have 7 errors\n"
            "  hint: correct them; nothing was touched\n")
        for words in "deploy", "plan", "verify":
            with self.subTest(words):
                self.refuses(2, stderr, words, "-d", database, "--checks", suite)

    def test_in_json(self):
        suite = self.file("bad.yaml", self.BAD)
        error = self.json("plan", "-d", "app.db", "--checks", suite, code=2)["error"]
        self.assertEqual(error["problems"], [f"{suite}:{text}" for text in self.ERRORS])

    def test_no_checks(self):
        suite = self.file("none.yaml", "version: 1\nchecks: []\n")
        self.refuses(2, f"{suite}:2:9: error: 'checks' must be a non-empty list of checks; got an"
                        " empty list\n"
                        "baseline: error: the suites have 1 error\n"
                        "  hint: correct them; nothing was touched\n",
                     "deploy", "-d", self.legacy(), "--checks", suite)

    def test_no_suite(self):
        database = self.legacy()
        (self.dir / "checks").mkdir()
        self.refuses(2, f"baseline: error: {self.dir}/checks holds no suite\n"
                        "  hint: put *.yaml files there, or name a file\n",
                     "deploy", "-d", database, "--checks", self.dir / "checks")
        done = self.baseline("deploy", "-d", database, "--checks", self.dir / "missing.yaml")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn(f"cannot read {self.dir}/missing.yaml: No such file or directory", done.stderr)

    def test_a_directory_of_them(self):
        (self.dir / "checks").mkdir()
        self.file("checks/a.yaml", FAILS_AFTER)
        self.file("checks/b.yaml", WRITES_NOTHING)
        document = self.json("verify", "-d", self.fresh(), "--checks", self.dir / "checks", code=1)
        self.assertEqual([(one["suite"], one["status"]) for one in document["after"]["results"]],
                         [("a", "fail"), ("b", "pass")])

    def test_hostile_sql_stays_where_it_is(self):
        other = self.dir / "other.db"
        for sql in (f"ATTACH '{other}' AS o", f"VACUUM INTO '{other}'", "PRAGMA journal_mode = WAL",
                    "COMMIT", "DETACH main", "SELECT load_extension('x')"):
            with self.subTest(sql):
                suite = self.file("hostile.yaml", "version: 1\nforeign_keys: off\nchecks:\n"
                                                  f'  - name: hostile\n    accepts: "{sql}"\n')
                database = self.fresh()
                with self.unchanged():
                    done = self.baseline("verify", "-d", database, "--checks", suite)
                    self.assertIn(done.returncode, (1, 2), done.stdout)
                self.assertFalse(other.exists())


if __name__ == "__main__":
    unittest.main()
