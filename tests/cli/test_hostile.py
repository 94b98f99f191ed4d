"""Hostile suites: each ends in an error within its limits of time and memory, and nothing in the
database's directory changes, not even a time stamp.

The limits are the program's own (docs/checks.md, "Isolation"): they are not set from outside. What
is measured is the largest memory that the process had at any time, as the kernel counted it.
"""

import os
import re
import resource
import subprocess
import tempfile
import unittest

import support

MOST_MEMORY_KIB = 300 << 10

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"


def check(keys, head="foreign_keys: off\n"):
    return f"version: 1\n{head}checks:\n  - {{name: hostile, {keys}}}\n"


class Hostile(support.Case):
    def setUp(self):
        super().setUp()
        self.database = self.fresh()
        # What the application has in it must be there afterwards, byte by byte.
        support.query(self.database,
                      "INSERT INTO channel_configs (channel_id, guild_id) VALUES (1, 2)")

    def verify(self, text):
        """Runs the suite on the live database: exit code, output and peak memory in KiB."""
        suite = self.home / "hostile.yaml"
        suite.write_bytes(text if isinstance(text, bytes) else text.encode())
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen(
                [support.BINARY, "verify", "-d", self.database, "--checks", suite],
                env=self.environment(), cwd=self.dir, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output)
            self.addCleanup(support.end, process)
            # As subprocess has no wait with the usage; the timeout of the test guards it.
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            return process.returncode, output.read(), usage.ru_maxrss

    def ends(self, text, code, pattern):
        before = support.state(self.dir)
        got, output, memory = self.verify(text)
        self.assertEqual(support.state(self.dir), before)
        self.assertEqual(got, code, output[-2000:])
        self.assertRegex(output, pattern)
        self.assertLess(memory, MOST_MEMORY_KIB, output[-2000:])

    def test_the_measure_sees_memory(self):
        """The kernel's count for a child is that of the child, and it is in KiB."""
        _, _, quiet = self.verify(check("query: SELECT 1, value: 1"))
        _, _, loud = self.verify(check("query: SELECT randomblob(16000000), value: 1"))
        self.assertGreater(loud, quiet + (12 << 10))

    def test_yaml_bomb(self):
        levels = "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n"
                         for a, b in zip("abcdefgh", "bcdefghi"))
        self.ends(f"a: &a [x, x]\n{levels}version: 1\nchecks: *i\n", 2,
                  r":2:8: error: alias '\*a' names a map or list; an alias may only name a scalar\n")

    def test_bomb_of_texts(self):
        many = ", ".join(["*a"] * 1000)
        self.ends(f"a: &a {'x' * 500000}\nb: [{many}]\n", 2,
                  r":2:13: error: aliases repeat more than 1 MiB of text\n")

    def test_deep_nesting(self):
        for opening in "[", "{a: ", "- ", "? ", "&a [":
            with self.subTest(opening):
                self.ends("version: 1\nchecks: " + opening * 100 + "\n", 2, r"hostile\.yaml:\d+:\d+: error: ")
        self.ends("version: 1\nchecks: " + "[" * 100 + "]" * 100 + "\n", 2,
                  r":2:24: error: nested deeper than 16 levels\n")

    def test_large_file(self):
        self.ends("version: 1\n" + "# comment\n" * 220000, 2,
                  r"^baseline: error: cannot read .*/hostile\.yaml: larger than 1\.0 MiB\n$")

    def test_many_checks_in_the_largest_file(self):
        """As many errors as fit into 1 MiB: memory and time stay in proportion."""
        self.ends("version: 1\nchecks:\n" + "  - x\n" * 174000, 2, r"the suites have 174 ?000 errors\n")

    def test_bytes_that_are_no_text(self):
        self.ends(b"version: 1\nchecks: \x00\xff\x04\n", 2, r":2:\d+: error: ")

    def test_sql_without_end(self):
        insert = (f"{ENDLESS} INSERT INTO channel_configs (channel_id, guild_id) "
                  "SELECT i, i FROM n WHERE i < 0")
        tables = ", ".join(f"(VALUES (1), (2)) a{i}" for i in range(60))
        for keys in [f"query: '{ENDLESS} SELECT count(*) FROM n', value: 1",
                     f"query: 'SELECT count(*) FROM {tables}', value: 1",
                     f"accepts: '{insert}'",
                     f"rejects: '{insert}', by: valid_radius"]:
            with self.subTest(keys[:60]):
                self.ends(check(keys + ", timeout: 300ms"), 1, r"took longer than \d+ms")

    def test_a_schema_from_a_file_has_bounds(self):
        """It runs while the suites are read, and once filled the disk."""
        for name, sql, words in [
                ("time", f"{ENDLESS} INSERT INTO t SELECT i FROM n WHERE i < 0",
                 r"took longer than 300ms and was stopped"),
                ("rows", f"{ENDLESS} INSERT INTO t SELECT zeroblob(1000000) FROM n",
                 r"makes a database of more than 64 MiB|took longer than"),
                ("a sort", f"{ENDLESS} INSERT INTO t SELECT randomblob(1000000) AS b FROM n ORDER BY b",
                 "out of memory|took longer than"),
                ("patterns", "INSERT INTO t SELECT " + " OR ".join(
                    f"hex(zeroblob(1000000)) LIKE '%{'0' * 900}{i}%'" for i in range(40)),
                 "took longer than|a value is larger than"),
                ("a value", "INSERT INTO t VALUES (zeroblob(17000000))",
                 "a value is larger than 16 MiB, .*")]:
            with self.subTest(name):
                (self.home / "made.sql").write_text(f"CREATE TABLE t (a);\n{sql};\n")
                self.ends(check("schema: ./made.sql, timeout: 300ms"), 2,
                          rf"hostile.yaml:4:\d+: error: {self.home}/[.]/made.sql:2:1: ({words})")

    def test_more_rows_than_anybody_reads(self):
        self.ends(check(f"query: '{ENDLESS} SELECT i FROM n', rows: 0"), 1,
                  r"got +more than 10 000; first: \(1\), \(2\)")

    def test_sql_that_eats_memory(self):
        for name, keys, words in [
                ("a blob", "query: 'SELECT length(randomblob(1000000000))', value: 1",
                 "a value is larger than 16 MiB"),
                ("a text", "query: 'SELECT length(hex(zeroblob(16000000)))', value: 1",
                 "a value is larger than 16 MiB"),
                ("a sum of texts", f"query: '{ENDLESS} SELECT group_concat(randomblob(100000)) FROM n',"
                                   " value: 1", "a value is larger than 16 MiB|took longer than"),
                ("a result", f"query: '{ENDLESS} SELECT randomblob(1000000) FROM n', rows: 0",
                 "the result is larger than 64 MiB"),
                ("a sort", f"query: '{ENDLESS} SELECT randomblob(1000000) AS b FROM n ORDER BY b', rows: 0",
                 "out of memory|took longer than"),
                ("a table", f"accepts: '{ENDLESS} INSERT INTO seen_submissions (channel_id, "
                            "submission_id) SELECT randomblob(1000000), i FROM n'",
                 "out of memory|took longer than")]:
            with self.subTest(name):
                self.ends(check(keys + ", timeout: 2s"), 1, words)

    def test_regular_expressions_meant_to_explode(self):
        long = "printf('%.15000000c', 'a')"
        self.ends(check(f"query: \"SELECT {long}\", value: {{matches: '^(a|a)*(a*)*b$'}}"), 1,
                  r"expected +text that matches")
        self.ends(check("query: SELECT 1, value: {matches: '((a{1000}){1000}){1000}'}"), 2,
                  r":4:\d+: error: 'matches' is no regular expression: ")
        self.ends(check("query: SELECT 1, value: {matches: '(((((a{30}){30}){30}){30}){30})'}"), 2,
                  r":4:\d+: error: 'matches' is no regular expression: ")
        self.ends(check(f"query: SELECT 1, value: {{matches: '{'(' * 100000}'}}"), 2,
                  r":4:\d+: error: 'matches' is no regular expression: ")

    def test_sql_that_leaves_its_place(self):
        outside = self.dir / "outside.db"
        read_only = "query must be one read-only statement"
        changes_rows = ["DELETE FROM channel_configs", "DROP TABLE seen_submissions",
                        "CREATE TEMP TABLE x (a)"]
        denied = {
            f"ATTACH '{outside}' AS o": "ATTACH is not allowed here",
            "DETACH main": "DETACH is not allowed here",
            "PRAGMA writable_schema = ON": "PRAGMA writable_schema is not allowed here",
            "PRAGMA journal_mode = WAL": "PRAGMA journal_mode is not allowed here",
            "PRAGMA user_version = 7": "PRAGMA user_version is not allowed here",
            "SELECT load_extension('x')": "load_extension",
            "COMMIT": "COMMIT is not allowed here",
            "SAVEPOINT s": "SAVEPOINT is not allowed here",
            "UPDATE sqlite_schema SET sql = ''": "sqlite_(schema|master)",
        }
        for sql in [*changes_rows, f"VACUUM INTO '{outside}'"]:
            with self.subTest(sql):
                self.ends(check(f'query: "{sql}", rows: 0'), 2, read_only)
        for sql, words in denied.items():
            for kind in "query: {}, rows: 0", "accepts: {}", "rejects: {}, by: valid_radius":
                with self.subTest(sql, kind=kind):
                    self.ends(check(kind.format(f'"{sql}"')), 2, words)
        # What compiles and is stopped when it runs.
        self.ends(check("query: SELECT * FROM pragma_database_list, rows: 0"), 1,
                  "PRAGMA database_list is not allowed here")
        self.ends(check(f"accepts: \"VACUUM INTO '{outside}'\""), 1, "VACUUM|ATTACH|not allowed")
        self.assertFalse(outside.exists())

    def test_sql_that_writes_changes_the_copy_only(self):
        text = check("accepts: 'DELETE FROM channel_configs; DROP TABLE monitoring_targets; "
                     "INSERT OR ROLLBACK INTO channel_configs (channel_id, guild_id) VALUES (5, 5)'")
        before = support.state(self.dir)
        self.assertEqual(self.verify(text)[0], 0)
        self.assertEqual(support.state(self.dir), before)

    def test_cases_without_number(self):
        """Each case is a run of its own; a suite cannot ask for more of them than fit into 1 MiB."""
        cases = ", ".join(f"{{n: {i}}}" for i in range(20000))
        self.ends(check(f"query: 'SELECT :n < 0', value: 1, cases: [{cases}]"), 1,
                  r"20000 failed")


if __name__ == "__main__":
    unittest.main()
