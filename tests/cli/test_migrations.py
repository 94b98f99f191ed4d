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


class WayBack(MigrationCase):
    """A file that also has the statements that undo it: these are left out."""

    TOOLS = {"goose": ("-- +goose Up", "-- +goose Down"),
             "dbmate": ("-- migrate:up", "-- migrate:down"),
             "sql-migrate": ("-- +migrate Up", "-- +migrate Down"),
             "rambler": ("-- rambler up", "-- rambler down"),
             "MyBatis": ("-- // channels", "-- //@UNDO"),
             "shmig": ("-- ====  UP  ====", "-- ==== DOWN ===="),
             "Play": ("# --- !Ups", "# --- !Downs"),
             "tern": ("", "---- create above / drop below ----"),
             "node-sqlite": ("-- Up", "-- Down"),
             "Mojo": ("-- 1 up", "-- 1 down")}

    def suite(self):
        path = self.dir / "suite.yaml"
        path.write_text("version: 1\nchecks:\n  - {name: exact, schema: baseline}\n")
        return path

    def test_of_each_tool_only_the_way_there_is_taken(self):
        for tool, (up, down) in self.TOOLS.items():
            with self.subTest(tool):
                database = self.legacy(f"{tool}.db")
                path = self.migration(f"{up}\n{GOOD}{down}\nDROP TABLE channels;\n", f"1a_{tool}.sql")
                words = ["-d", database, "-m", path, "--checks", self.suite()]
                said = f"what {path} has behind '{down}' (line 3) undoes it, and is not applied"
                self.assertIn(said, self.succeeds("plan", *words))
                self.assertIn(said, self.json("plan", *words)["warnings"])
                self.assertIn(said, self.succeeds("deploy", *words))
                self.assertEqual(query(database, "SELECT name FROM sqlite_schema"), [("channels",)])
                self.succeeds("verify", *words)

    def test_statements_with_semicolons_in_them(self):
        path = self.migration(
            "-- +goose Up\n-- +goose StatementBegin\n" + GOOD +
            "CREATE TRIGGER t AFTER INSERT ON channels BEGIN SELECT 1; SELECT 2; END;\n"
            "-- +goose StatementEnd\n-- +goose Down\n-- +goose StatementBegin\nDROP TABLE channels;\n"
            "-- +goose StatementEnd\n")
        self.succeeds("deploy", "-d", self.database, "-m", path, "--checks", self.suite())
        self.assertEqual(query(self.database, "SELECT name FROM sqlite_schema ORDER BY 1"),
                         [("channels",), ("t",)])

    def test_places_stay(self):
        path = self.migration("-- 1 up\n" + GOOD + "-- 1 down\nDROP TABLE channels;\n"
                              "-- 2 up\n  CREATE TABEL seen (id INTEGER);\n-- 2 down\n")
        self.refused(path, f'{path}:6:10: near "TABEL": syntax error')

    def test_what_goose_would_fill_in(self):
        path = self.migration("-- +goose Up\n-- +goose ENVSUB ON\n" + GOOD)
        self.refused(path, f"{path}:2:1: goose would fill in variables here, and baseline does not",
                     "write their values, and remove the line")

    def test_a_dropped_table_of_a_file_without_parts(self):
        """Neither runs to an empty database."""
        hint = "give the statements that make the tables, without those that drop them again"
        for sql in (GOOD + "-- and back\nDROP TABLE channels;\n", "SELECT 1;\n",
                    "PRAGMA user_version = 1;\n", "CREATE VIEW v AS SELECT 1;\n"):
            with self.subTest(sql):
                path = self.migration(sql)
                self.refused(path, f"{path} leaves no table", hint)

    def test_init_and_generate_take_the_same_part(self):
        path = self.migration("-- migrate:up\n" + GOOD + "-- migrate:down\nDROP TABLE channels;\n")
        self.succeeds("init", "-m", path, "-o", "new")
        self.succeeds("checks", "lint", "--config", "new/baseline.yaml", env={"DATABASE_PATH": "a.db"})
        self.succeeds("checks", "generate", "-m", path, "-o", "suites")
        self.succeeds("checks", "mutate", "-m", path, "--checks", "suites")


class Broken(MigrationCase):
    """What SQLite makes without a word, and no statement can use."""

    HINT = ("make what it names, correct the name, or leave the object out: the application would"
            " fail on it")
    PERSON = "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, code TEXT);\n"

    def broken(self, sql, place, message):
        path = self.migration(self.PERSON + sql)
        self.refused(path, f"{path}:{place}: {message}", self.HINT)

    def taken(self, path):
        (self.dir / "own.yaml").write_text("version: 1\nchecks: [{name: it, query: SELECT 1, value: 1}]\n")
        self.succeeds("plan", "-d", self.dir / "new.db", "-m", path, "--checks", "own.yaml")

    def test_a_trigger_into_a_missing_table(self):
        for event in "AFTER DELETE", "BEFORE INSERT", "AFTER UPDATE", "AFTER UPDATE OF name":
            with self.subTest(event):
                start = f"CREATE TRIGGER gone {event} ON person BEGIN INSERT INTO "
                self.broken(start + "audit VALUES (1); END;\n", f"2:{len(start) + 1}",
                            "trigger gone: no such table: audit")

    def test_a_trigger_that_reads_a_missing_column(self):
        self.broken("CREATE TRIGGER t AFTER INSERT ON person WHEN NEW.nme = '' BEGIN SELECT 1; END;\n",
                    "2:50", "trigger t: no such column: NEW.nme; did you mean 'name'?")

    def test_the_one_of_several_triggers_that_is_broken(self):
        self.broken("CREATE TABLE log (x);\n"
                    "CREATE TRIGGER good AFTER INSERT ON person BEGIN INSERT INTO log VALUES (1); END;\n"
                    "CREATE TRIGGER bad AFTER INSERT ON person BEGIN INSERT INTO log VALUES (1, 2); END;\n"
                    "CREATE TRIGGER late AFTER INSERT ON log BEGIN SELECT 1; END;\n", "4:1",
                    "trigger bad: table log has 1 columns but 2 values were supplied")

    def test_one_that_is_hidden_behind_a_function_of_the_application(self):
        self.broken("CREATE TRIGGER a AFTER INSERT ON person BEGIN SELECT shout(NEW.name); END;\n"
                    "CREATE TRIGGER b AFTER INSERT ON person BEGIN DELETE FROM audit; END;\n", "3:59",
                    "trigger b: no such table: audit")

    def test_a_trigger_on_a_view(self):
        self.broken("CREATE VIEW names AS SELECT name FROM person;\n"
                    "CREATE TRIGGER t INSTEAD OF INSERT ON names BEGIN DELETE FROM persno; END;\n",
                    "3:63", "trigger t: no such table: persno; did you mean 'person'?")

    def test_a_trigger_that_waits_for_a_missing_column(self):
        """SQLite takes any name, and never fires it."""
        for event, view in ("AFTER UPDATE OF name, nme", ""), ("INSTEAD OF UPDATE OF \"nme\"", "v"):
            with self.subTest(event):
                more = "CREATE VIEW v AS SELECT name FROM person; " if view else ""
                start = f"{more}CREATE TRIGGER t {event}"
                self.broken(f"{start} ON {view or 'person'} BEGIN SELECT 1; END;\n",
                            f"2:{len(start.removesuffix(chr(34)).removesuffix('nme')) + (not view)}",
                            f"trigger t: {view or 'person'} has no column nme")

    def test_a_trigger_that_waits_for_what_is_there(self):
        path = self.migration(
            self.PERSON + "CREATE TRIGGER update_of AFTER UPDATE OF rowid, Name, [code] ON person BEGIN"
            " UPDATE person SET code = 1 WHERE id = NEW.id; END;\n")
        self.succeeds("init", "-m", path, "-o", "new")

    def test_a_trigger_on_a_view_that_only_the_application_can_read(self):
        start = "CREATE VIEW v AS SELECT id, {} AS m FROM person;\n"
        trigger = ("CREATE TRIGGER t INSTEAD OF UPDATE OF m ON v BEGIN"
                   " UPDATE person SET name = NEW.m WHERE id = NEW.id; END;\n")
        path = self.migration(self.PERSON + start.format("shout(name)") + trigger)
        self.taken(path)
        self.broken(start.format("nme") + trigger, "2:29", "view v: no such column: nme; did you mean"
                    " 'name'?")

    def test_a_virtual_table_that_never_tells_its_rows(self):
        path = self.migration("CREATE TABLE t (x); CREATE VIRTUAL TABLE g USING fts4(content='', x);")
        self.taken(path)

    def test_a_virtual_table_of_what_is_missing(self):
        text = "CREATE VIRTUAL TABLE found USING "
        for using, word, message in (
                ("fts5(name, content='persno')", "persno",
                 "no such table: persno; did you mean 'person'?"),
                ("fts5(surname, content='person')", "surname", "no such column: T.surname"),
                ("fts5(name, content='person', content_rowid='uuid')", "uuid",
                 "no such column: T.uuid; did you mean 'id'?"),
                ("fts5vocab('found_by', 'row')", None, "no such fts5 table: main.found_by")):
            with self.subTest(using):
                column = 1
                if word:  # where its quote is, if it has one
                    column = (text + using).index(word) + (f"'{word}'" not in using)
                self.broken(text + using + ";\n", f"2:{column}", f"virtual table found: {message}")

    def test_a_virtual_table_of_what_is_there(self):
        path = self.migration(
            self.PERSON + "CREATE VIRTUAL TABLE a USING fts5(name, content='person', content_rowid='id');"
            "CREATE VIRTUAL TABLE b USING fts5(name, content='');"
            "CREATE VIRTUAL TABLE c USING rtree(id, x, y);"
            "CREATE VIRTUAL TABLE d USING fts5vocab('a', 'row');"
            "CREATE VIRTUAL TABLE e USING fts5(name); INSERT INTO e VALUES ('x');\n")
        self.succeeds("init", "-m", path, "-o", "new")

    def test_a_view_of_a_missing_column(self):
        self.broken("CREATE VIEW names AS\n  SELECT id, surname FROM person;\n", "3:14",
                    "view names: no such column: surname")

    def test_a_view_of_a_dropped_table(self):
        self.broken("CREATE TABLE a (x);\nCREATE VIEW v AS SELECT x FROM a;\nDROP TABLE a;\n", "3:32",
                    "view v: no such table: a")

    def test_a_view_of_a_misspelt_column_in_double_quotes(self):
        """SQLite would take it for a text."""
        path = self.migration(self.PERSON + 'CREATE VIEW names AS SELECT "nmae" FROM "person";\n')
        done = self.baseline("plan", "-d", self.database, "-m", path)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        # SQLite 3.46 says more about it.
        self.assertRegex(done.stderr, f"^baseline: error: {path}:2:29: view names: no such column:"
                                      " .*nmae.*did you mean 'name'")

    def test_a_foreign_key_to_a_missing_table(self):
        self.broken("CREATE TABLE badge (id INTEGER PRIMARY KEY,\n"
                    "  person_id INT NOT NULL REFERENCES person__old (id));\n", "3:37",
                    "foreign key of badge: no such table: person__old")

    def test_a_foreign_key_to_a_table_that_was_renamed(self):
        self.broken("CREATE TABLE draft (p REFERENCES persons);\nALTER TABLE draft RENAME TO badge;\n",
                    "3:1", "foreign key of badge: no such table: persons; did you mean 'person'?")

    def test_a_foreign_key_to_a_missing_column(self):
        self.broken("CREATE TABLE badge (p REFERENCES person (uuid));\n", "2:42",
                    "foreign key of badge: person has no column uuid")

    def test_a_foreign_key_to_what_is_no_key(self):
        message = ("foreign key of badge: the columns of person that it refers to are neither its"
                   " PRIMARY KEY nor UNIQUE")
        self.broken("CREATE TABLE badge (p REFERENCES person (name));\n", "2:34", message)
        self.broken("CREATE UNIQUE INDEX some ON person (name) WHERE code = 1;\n"
                    "CREATE TABLE badge (p REFERENCES person (name));\n", "3:34", message)
        self.broken("CREATE TABLE badge (p, q, FOREIGN KEY (p, q) REFERENCES person);\n", "2:57", message)

    def test_a_foreign_key_to_a_view(self):
        self.broken("CREATE VIEW v AS SELECT * FROM person;\nCREATE TABLE badge (p REFERENCES v (id));\n",
                    "3:34", "foreign key of badge: v is a view, and no table")

    def test_an_index_of_what_is_missing(self):
        """SQLite itself refuses these."""
        path = self.migration(self.PERSON + "CREATE INDEX i ON person (lower(nmae));\n")
        self.refused(path, f"{path}:2:33: no such column: nmae; did you mean 'name'?")

    def test_all_of_them_at_once(self):
        path = self.migration(self.PERSON + "CREATE TABLE badge (p REFERENCES nobody);\n"
                              "CREATE VIEW v AS SELECT surname FROM person;\n"
                              "CREATE TRIGGER t AFTER DELETE ON person BEGIN DELETE FROM audit; END;\n")
        stderr = (f"{path}:2:34: error: foreign key of badge: no such table: nobody\n"
                  f"{path}:3:25: error: view v: no such column: surname\n"
                  f"{path}:4:59: error: trigger t: no such table: audit\n"
                  f"baseline: error: {path} makes 3 objects that lead to nothing\n"
                  f"  hint: {self.HINT}\n")
        for words in ["plan"], ["deploy", "--yes"]:
            self.refuses(2, stderr, *words, "-d", self.database, "-m", path)
        for words in ["checks", "lint", "-m", path], ["init", "-m", path, "-o", "new"]:
            self.refuses(2, stderr, *words)

    def test_what_only_the_application_has_is_not_missing(self):
        path = self.migration(self.PERSON +
                              "CREATE VIEW a AS SELECT shout(name) FROM person;\n"
                              "CREATE VIEW b AS SELECT name FROM person ORDER BY name COLLATE loud;\n"
                              "CREATE TRIGGER c AFTER INSERT ON person BEGIN SELECT shout(NEW.name); END;\n"
                              "CREATE TABLE node (id INTEGER PRIMARY KEY, up REFERENCES node);\n"
                              "CREATE UNIQUE INDEX k ON person (name, code);\n"
                              "CREATE TABLE badge (n, c, p REFERENCES person,"
                              " FOREIGN KEY (c, n) REFERENCES person (code, name));\n"
                              "CREATE VIEW d AS SELECT * FROM badge;\n"
                              "CREATE TRIGGER e INSTEAD OF DELETE ON d BEGIN SELECT OLD.n; END;\n")
        (self.dir / "suite.yaml").write_text("version: 1\nchecks:\n  - {name: exact, schema: baseline}\n")
        self.succeeds("deploy", "-d", self.database, "-m", path, "--checks", "suite.yaml")


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
