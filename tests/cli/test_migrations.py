"""A migration that cannot be used is found out before anything is touched: exit 2, with the place
in the file, and neither the database nor anything beside it has changed, not even a time."""

import os
import sys
import unittest

import support
from support import query

GOOD = "CREATE TABLE channels (id INTEGER PRIMARY KEY);\n"


# What the child of a small process has had resident at most. Linux counts what its parent had
# before exec(), which would hide what is measured.
MEASURE = """
import os, sys
out, *argv = sys.argv[1:]
child = os.posix_spawn(argv[0], argv, os.environ)
_, status, used = os.wait4(child, 0)
open(out, "w").write(str(used.ru_maxrss * 1024))
sys.exit(os.waitstatus_to_exitcode(status))
"""


class MigrationCase(support.Case):
    def setUp(self):
        super().setUp()
        self.database = self.legacy()

    def migration(self, sql, name="1a2b_first.sql"):
        path = self.dir / name
        path.write_bytes(sql if isinstance(sql, bytes) else sql.encode())
        return path

    def refused(self, path, message, hint=None):
        """deploy, plan, status and verify refuse it alike."""
        stderr = f"baseline: error: {message}\n" + (f"  hint: {hint}\n" if hint else "")
        for words in ["deploy", "--yes"], ["plan"], ["status"], ["verify"]:
            with self.subTest(words):
                self.refuses(2, stderr, *words, "-d", self.database, "--migration", path)
        # Where there is no database, none is made.
        self.refuses(2, stderr, "deploy", "-d", self.dir / "new.db", "-m", path)


class Unusable(MigrationCase):
    TRANSACTION = ("remove it: the migration is applied in one transaction of its own (the output"
                   " of `sqlite3 DB .dump` has BEGIN and COMMIT, for example)")
    OUTSIDE = "remove it: a migration only makes what is inside its one database"

    def test_a_syntax_error(self):
        path = self.migration(GOOD + "CREATE TABEL guilds (id INTEGER);\n")
        self.refused(path, f'{path}:2:8: near "TABEL": syntax error')

    def test_a_statement_that_fails(self):
        path = self.migration(GOOD + "INSERT INTO channels VALUES (1);\n"
                                     "  INSERT INTO channels VALUES (1);\n")
        self.refused(path, f"{path}:3:3: UNIQUE constraint failed: channels.id")

    def test_a_table_that_is_not_there(self):
        path = self.migration("INSERT INTO channels VALUES (1);\n")
        self.refused(path, f"{path}:1:1: no such table: channels")

    def test_no_end(self):
        path = self.migration("CREATE TABLE channels (id INTEGER")
        self.refused(path, f"{path}:1:1: incomplete input")

    def test_its_own_commit(self):
        path = self.migration(GOOD + "COMMIT;\n")
        self.refused(path, f"{path}:2:1: COMMIT is not allowed in a migration", self.TRANSACTION)

    def test_its_own_begin(self):
        path = self.migration("BEGIN TRANSACTION;\n" + GOOD)
        self.refused(path, f"{path}:1:1: BEGIN is not allowed in a migration", self.TRANSACTION)

    def test_its_own_rollback_and_savepoint(self):
        path = self.migration(GOOD + "ROLLBACK;\n")
        self.refused(path, f"{path}:2:1: ROLLBACK is not allowed in a migration", self.TRANSACTION)
        path = self.migration("SAVEPOINT a;\n" + GOOD)
        self.refused(path, f"{path}:1:1: SAVEPOINT is not allowed in a migration",
                     self.TRANSACTION)

    def test_an_insert_that_ends_the_transaction(self):
        path = self.migration(GOOD + "INSERT INTO channels VALUES (1);\n"
                                     "INSERT OR ROLLBACK INTO channels VALUES (1);\n")
        self.refused(path, f"{path}:3:1: UNIQUE constraint failed: channels.id")

    def test_attach(self):
        other = self.dir / "other.db"
        path = self.migration(GOOD + f"ATTACH '{other}' AS other;\n")
        self.refused(path, f"{path}:2:1: ATTACH is not allowed in a migration", self.OUTSIDE)
        self.assertFalse(other.exists())

    def test_vacuum_into(self):
        other = self.dir / "other.db"
        path = self.migration(GOOD + f"VACUUM INTO '{other}';\n")
        done = self.baseline("deploy", "-d", self.database, "-m", path)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertFalse(other.exists())

    def test_what_reaches_outside(self):
        for sql in ("SELECT load_extension('x.so');", "PRAGMA synchronous = OFF;",
                    "PRAGMA writable_schema = ON;", "CREATE TEMP TABLE t (x);", "DETACH main;"):
            with self.subTest(sql):
                path = self.migration(GOOD + sql + "\n")
                with self.unchanged():
                    done = self.baseline("deploy", "-d", self.database, "-m", path)
                    self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                    self.assertRegex(done.stderr, rf"^baseline: error: {path}:2:\d+: .* not "
                                                  r"allowed in a migration\n  hint: remove it")

    def test_commands_of_the_shell(self):
        path = self.migration(".tables\n" + GOOD)
        self.refused(path, f'{path}:1:1: near ".": syntax error',
                     "commands of the sqlite3 shell that start with a dot are not SQL; remove it")

    def test_rows_without_their_parent(self):
        path = self.migration(GOOD + "CREATE TABLE seen (channel INTEGER REFERENCES channels (id));"
                                     "\nINSERT INTO seen VALUES (1);\n")
        done = self.baseline("deploy", "-d", self.database, "-m", path)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stderr, "rows without their parent violate .*\n"
                                      "  hint: insert the parents too, or leave the rows out\n$")

    def test_empty(self):
        path = self.migration("")
        self.refused(path, f"{path} contains no SQL statement",
                     "write the statements that make the new database")

    def test_only_comments(self):
        path = self.migration("-- Nothing yet.\n/* Nor here. */ ;;\n")
        self.refused(path, f"{path} contains no SQL statement",
                     "write the statements that make the new database")

    def test_not_utf8(self):
        path = self.migration(b"-- first\nCREATE TABLE \xff (id INTEGER);\n")
        self.refused(path, f"migration {path} is not UTF-8 (line 2)", "save it as UTF-8")

    def test_a_nul_byte(self):
        """Nothing behind it may be left out in silence."""
        path = self.migration(GOOD.encode() + b"\0\nCREATE TABLE lost (id INTEGER);\n")
        with self.unchanged():
            done = self.baseline("deploy", "-d", self.database, "-m", path)
            self.assertEqual(done.returncode, 2, done.stdout + done.stderr)


class Unreadable(MigrationCase):
    HINT = "give the path of a migration, or none to use the one that is built in"
    NAME = "name it REVISION_slug.sql, for example 9275fe03c648_initial_baseline.sql"

    def test_missing(self):
        path = self.dir / "1a2b_missing.sql"
        self.refused(path, f"cannot read migration {path}: No such file or directory", self.HINT)

    def test_a_directory(self):
        path = self.dir / "1a2b_directory.sql"
        path.mkdir()
        self.refused(path, f"cannot read migration {path}: not a regular file", self.HINT)

    def test_a_fifo(self):
        path = self.dir / "1a2b_fifo.sql"
        os.mkfifo(path)
        self.refused(path, f"cannot read migration {path}: not a regular file", self.HINT)

    def test_a_name_without_a_revision(self):
        for name in "baseline.sql", "_first.sql", "1a2b_first.txt", "1a2b_first", "1a 2b_first.sql":
            with self.subTest(name):
                path = self.migration(GOOD, name)
                self.refused(path, f"migration {path}: the file name gives no revision", self.NAME)

    def test_without_permission(self):
        path = self.migration(GOOD)
        run = self.ordinary_user()
        path.chmod(0)
        done = run("deploy", "-d", self.database, "-m", path)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (2, "", f"baseline: error: cannot read migration {path}: Permission denied\n"
                                 f"  hint: {self.HINT}\n"))


class Usable(MigrationCase):
    def test_of_another_application(self):
        path = self.migration(GOOD + "PRAGMA user_version = 3;\n")
        out = self.succeeds("deploy", "-d", self.database, "-m", path, "--checks", self.checks())
        self.assertIn("is at baseline 1a2b\n", out)
        self.assertEqual(query(self.database, "SELECT name FROM sqlite_schema"), [("channels",)])
        self.assertEqual(query(self.database, "PRAGMA user_version"), [(3,)])

    def test_by_the_environment(self):
        path = self.migration(GOOD)
        out = self.succeeds("deploy", env={
            "DATABASE_PATH": str(self.database), "BASELINE_MIGRATION": str(path),
            "BASELINE_CHECKS": str(self.checks())})
        self.assertIn("is at baseline 1a2b\n", out)

    def test_without_a_stamp_a_second_deploy_goes_by_the_schema(self):
        path = self.migration(GOOD)
        options = ["-d", self.database, "-m", path, "--checks", self.checks()]
        self.succeeds("deploy", *options)
        with self.unchanged(support.lock_of(self.database)):
            self.assertEqual(self.succeeds("deploy", *options),
                             "already at baseline 1a2b; nothing to do\n")

    def test_one_that_seeds_much_data_takes_no_more_memory(self):
        small = self.memory(self.migration(GOOD, "1a2b_small.sql"))
        seeds = ("CREATE TABLE seeds (body);\n"
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 640)\n"
                 "INSERT INTO seeds SELECT randomblob(65536) FROM n;\n")  # 40 MiB
        large = self.memory(self.migration(GOOD + seeds, "2c3d_large.sql"))
        self.assertLess(large - small, 16 << 20)
        self.assertEqual(query(self.database, "SELECT count(*), sum(length(body)) FROM seeds"),
                         [(640, 640 * 65536)])
        self.assertEqual(query(self.database, "PRAGMA integrity_check"), [("ok",)])
        self.assertEqual([name for name in os.listdir(self.dir) if "candidate" in name], [])

    def memory(self, migration):
        """Deploys it, and returns the largest resident set in bytes."""
        figures = self.dir / "figures"
        done = self.command(sys.executable, "-c", MEASURE, figures, support.BINARY,
                            "deploy", "-d", self.database, "-m", migration, "--checks",
                            self.checks())
        self.assertEqual(done.returncode, 0, done.stderr)
        return int(figures.read_text())

    def test_a_byte_order_mark_and_windows_line_ends(self):
        path = self.migration(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
        self.succeeds("deploy", "-d", self.database, "-m", path, "--checks", self.checks())

    def checks(self):
        path = self.dir / "suite.yaml"
        path.write_text("version: 1\nchecks:\n  - name: channels is empty\n"
                        "    query: SELECT count(*) FROM channels\n    value: 0\n")
        return path


if __name__ == "__main__":
    unittest.main()
