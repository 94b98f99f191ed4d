"""SIGTERM ends every command soon, whatever SQL of others it is reading."""

import os
import signal
import sqlite3
import unittest

import support
from support import sha256

SUITE = "version: 1\nchecks:\n  - {name: exact, schema: baseline}\n"
ENDLESS = ("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 1099511627776)"
           " SELECT count(*) FROM c")
# Each is twice the one before. SQLite compiles them without asking anybody whether it should go on.
VIEWS = ["CREATE VIEW v0 AS SELECT 1 AS x",
         *(f"CREATE VIEW v{i} AS SELECT a.x FROM v{i - 1} AS a, v{i - 1} AS b" for i in range(1, 41))]
ENDED = {
    "baseline: interrupted; nothing was changed\n",
    "baseline: interrupted; the old database is in place\n",
    "baseline: interrupted; the command was not started\n",
    "baseline: interrupted in the middle of a step; the next run tidies up what is left of it\n",
}


class Deaf(support.Case):
    def setUp(self):
        super().setUp()
        self.database = self.dir / "app.db"
        self.migration("CREATE TABLE city (id INTEGER PRIMARY KEY)")
        self.suite(SUITE)

    def migration(self, sql):
        (self.dir / "2_new.sql").write_text(f"{sql};")

    def suite(self, text):
        (self.dir / "suite.yaml").write_text(text)

    def old(self, *sql):
        with sqlite3.connect(self.database) as connection:
            for statement in ["CREATE TABLE item (n)", *sql]:
                connection.execute(statement)
        connection.close()

    def words(self, *command):
        own = () if command[0] in ("rollback", "recover", "backups", "init") else (
            "-m", "2_new.sql", "--checks", "suite.yaml")
        return *command, "-d", self.database, *own

    def ends(self, *words):
        """SIGTERM comes when the program has been calculating for a while."""
        before = sha256(self.database)
        process = self.start(*words)
        self.until(lambda: self.seconds(process) > 0.3, "it calculates", process)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out), (143, ""), err)
        self.assertIn("\n" + err.splitlines()[-1] + "\n", {f"\n{text}" for text in ENDED})
        self.assertEqual(sha256(self.database), before)

    @staticmethod
    def seconds(process):
        """Of the processor, that it has used."""
        try:
            with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
                return int(file.read().rsplit(") ", 1)[1].split()[11]) / os.sysconf("SC_CLK_TCK")
        except FileNotFoundError:
            return 0


class OldDatabase(Deaf):
    def test_views_in_each_other(self):
        self.old(*VIEWS)
        for command in (["status"], ["plan"], ["deploy", "--yes"], ["verify"],
                        ["backups", "create"], ["init"], ["run", "--", "true"]):
            with self.subTest(command):
                head, *tail = " ".join(command).split(" -- ")
                self.ends(*self.words(*head.split()), *(["--", *tail] if tail else []))
        # The copy that `backups create` was making.
        self.assertIn("recovered: ", self.succeeds("recover", "-d", self.database))
        self.assertEqual(list((self.dir / "app.db.backups").iterdir()), [])

    def test_one_that_is_to_come_back(self):
        self.old(*VIEWS)
        hostile = self.database.rename(self.dir / "hostile.db")
        self.old()
        self.ends("rollback", "--yes", "-d", self.database, "--from", hostile)
        self.succeeds("recover", "-d", self.database)
        self.assertFalse((self.dir / ".app.db.baseline-journal").exists())


class Migration(Deaf):
    def test_a_query_without_an_end(self):
        self.old()
        self.migration(f"CREATE TABLE city AS {ENDLESS}")
        for command in ["plan"], ["deploy", "--yes"], ["verify"]:
            with self.subTest(command):
                self.ends(*self.words(*command))

    def test_views_in_each_other(self):
        self.old()
        self.migration(";".join(["CREATE TABLE city (id)", *VIEWS]))
        for command in ["plan"], ["deploy", "--yes"], ["verify"]:
            with self.subTest(command):
                self.ends(*self.words(*command))


class Suite(Deaf):
    def test_a_query_without_an_end(self):
        self.old()
        self.suite(f"{SUITE}  - {{name: endless, timeout: 10m, query: '{ENDLESS}', value: 1}}\n")
        for command in ["plan"], ["deploy", "--yes"], ["verify"]:
            with self.subTest(command):
                self.ends(*self.words(*command))
        self.assertIn("nothing to recover", self.succeeds("recover", "-d", self.database))

    def test_a_query_that_is_compiled_without_an_end(self):
        self.old()
        parts = ", ".join(["c0 AS (SELECT 1 AS x)",
                           *(f"c{i} AS (SELECT a.x FROM c{i - 1} AS a, c{i - 1} AS b)"
                             for i in range(1, 41))])
        self.suite(f"{SUITE}  - {{name: endless, query: 'WITH {parts} SELECT x FROM c40', value: 1}}\n")
        for command in ["plan"], ["deploy", "--yes"], ["verify"]:
            with self.subTest(command):
                self.ends(*self.words(*command))


if __name__ == "__main__":
    unittest.main()
