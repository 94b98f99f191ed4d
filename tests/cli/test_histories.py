"""What a second command does after a first one, and a third: every row of the tables below is a
state, a command, its exit code, what it did and what is live then.

The database has one table, whose name tells whose it is, and its number of rows: `a2` is the old
database of the application with its two rows. `deploy b` deploys a migration that makes a table b.
The steps of a state are explained at the methods `do_…`."""

import json
import shutil
import sqlite3
import unittest

import support
from support import query

SUITE = """version: 1
checks:
  - name: it can be read
    query: SELECT 1
    value: 1
"""
FAILS = """  - name: it fails
    when: {when}
    query: SELECT 1
    value: 2
"""

# State; command; exit code; what it did, as its JSON has it, or - for an error; what is live.
ROLLBACKS = """
deploy b                                    | rollback              | 0 | rollback | a2
deploy b, deploy c                          | rollback              | 0 | rollback | b0
deploy b, deploy c, rollback                | rollback              | 0 | nothing  | b0
deploy b, deploy c, rollback, rollback      | rollback              | 0 | nothing  | b0
deploy b, rollback, write, deploy b         | rollback              | 0 | rollback | a3
deploy b, rollback, write                   | rollback              | 0 | nothing  | a3
deploy b, fail c after                      | rollback              | 0 | nothing  | b0
deploy b, fail c before                     | rollback              | 0 | nothing  | b0
deploy b, wrong c                           | rollback              | 0 | nothing  | b0
deploy b, refused b                         | rollback              | 0 | nothing  | b0
deploy b, in use c                          | rollback              | 0 | nothing  | b0
deploy b, fail c after, rollback            | rollback              | 0 | nothing  | b0
deploy b, fail c after, fail d before       | rollback --to 1       | 0 | rollback | a2
deploy b, fail c after, deploy c            | rollback              | 0 | rollback | b0
fail b after                                | rollback              | 0 | nothing  | a2
fail b before                               | rollback              | 2 | -        | a2
deploy b, keep c                            | rollback              | 0 | rollback | b0
remove, deploy b                            | rollback              | 4 | -        | b0
remove, deploy b, deploy c                  | rollback              | 0 | rollback | b0
remove, deploy b, fail c after              | rollback              | 0 | nothing  | b0
deploy b, forget                            | rollback              | 0 | rollback | a2
deploy b, deploy c, rollback, forget        | rollback              | 0 | nothing  | b0
deploy b, forget, fail c before             | rollback              | 0 | nothing  | b0
deploy b, forget last                       | rollback              | 0 | rollback | a2
deploy b, deploy c, forget last             | rollback              | 0 | rollback | b0
deploy b, lose                              | rollback              | 2 | -        | b0
deploy b, kill c early                      | rollback              | 0 | nothing  | b0
deploy b, kill c early, recover             | rollback              | 0 | nothing  | b0
deploy b, kill c late                       | rollback              | 0 | rollback | b0
deploy b, kill c late, recover              | rollback              | 0 | rollback | b0
deploy b, kill rollback early               | rollback              | 0 | rollback | a2
deploy b, kill rollback late                | rollback              | 0 | nothing  | a2
deploy b, restore 1                         | rollback              | 0 | rollback | a2
deploy b, remove                            | rollback              | 0 | rollback | a2
deploy b, rollback, remove                  | rollback              | 0 | rollback | a2
deploy b, rollback, write                   | rollback --to 1       | 0 | nothing  | a3
deploy b, rollback --to 1, write            | rollback --to 1       | 0 | nothing  | a3
deploy b, rollback --to 1, write            | rollback              | 0 | nothing  | a3
deploy b, rollback --to 1, write            | rollback --to 1 --again | 0 | rollback | a2
deploy b, rollback, write                   | rollback --again      | 0 | rollback | a2
deploy b, rollback                          | rollback --to 2       | 0 | rollback | b0
deploy b, rollback, rollback --to 2         | rollback --to 2       | 0 | nothing  | b0
deploy b, rollback, rollback --to 2         | rollback --to 1       | 0 | rollback | a2
deploy b, rollback, fail c before           | rollback --to 1       | 0 | nothing  | a2
deploy b, rollback, deploy b                | rollback --to 1       | 0 | rollback | a2
deploy b, rollback --move, write            | rollback --move       | 0 | nothing  | a3
deploy b, rollback --to 1 --move, write     | rollback --to 1 --move | 0 | nothing | a3
deploy b, rollback --to 1 --move            | rollback --to 1 --again | 4 | -      | a2
deploy b, export 1, rollback --from x, write | rollback --from x    | 0 | nothing  | a3
deploy b, export 1, rollback, write         | rollback --from x     | 0 | nothing  | a3
deploy b, export 1, rollback --from x, write | rollback --to 1      | 0 | nothing  | a3
deploy b, export 1, rollback --from x, write | rollback             | 0 | nothing  | a3
deploy b, export 1, rollback --from x, write | rollback --from x --again | 0 | rollback | a2
deploy b, export 1, rollback --from x       | rollback --again      | 2 | -        | a2
deploy b, pack 1, rollback --from x, write  | rollback --from x     | 0 | nothing  | a3
deploy b, move away                         | rollback              | 0 | rollback | a2
"""

DEPLOYS = """
deploy b, write                             | deploy b              | 0 | nothing  | b1
deploy b, write, drift                      | deploy b              | 4 | -        | b1
deploy b, write, drift                      | deploy b --again      | 0 | deploy   | b0
deploy b, write, drift                      | deploy c              | 0 | deploy   | c0
deploy b, write, drift                      | deploy renamed        | 4 | -        | b1
deploy b, write, drift                      | deploy edited         | 4 | -        | b1
deploy b, write, litestream                 | deploy b              | 0 | nothing  | b1
deploy b, write, drift, lose                | deploy b              | 4 | -        | b1
deploy b, write, drift, move away           | deploy b              | 4 | -        | b1
deploy b, write, drift, forget              | deploy b              | 4 | -        | b1
deploy b, rollback                          | deploy b              | 0 | deploy   | b0
deploy b, rollback, write, drift            | deploy b              | 0 | deploy   | b0
deploy b, write, drift, deploy c, rollback  | deploy b              | 4 | -        | b1
deploy b, write, drift, deploy c, rollback  | deploy renamed        | 4 | -        | b1
deploy b, write, drift, deploy c, rollback --move | deploy b        | 4 | -        | b1
deploy b, restore 1                         | deploy b              | 4 | -        | a2
deploy b, restore 1                         | deploy c              | 0 | deploy   | c0
keep b, write, drift                        | deploy b              | 4 | -        | b1
fail b after, drift                         | deploy b              | 0 | deploy   | b0
deploy b, fail c after, write, drift        | deploy b              | 4 | -        | b1
remove, deploy b, write, drift              | deploy b              | 4 | -        | b1
remove, deploy b, write, drift, remove      | deploy b              | 0 | deploy   | b0
deploy b, kill c late, recover, write, drift | deploy c             | 4 | -        | c1
deploy b, kill c early, recover, write, drift | deploy c            | 0 | deploy   | c0
deploy s, write                             | deploy s              | 0 | nothing  | s1
deploy s, write, drift                      | deploy s              | 4 | -        | s1
deploy s, write, drift, lose                | deploy s              | 4 | -        | s1
deploy s, write, migrate                    | deploy s              | 4 | -        | s1
deploy s, write, migrate, lose              | deploy s              | 0 | deploy   | s0
deploy n, write                             | deploy n              | 0 | nothing  | n1
deploy n, write, number                     | deploy n              | 4 | -        | n1
deploy n, write, number, lose               | deploy n              | 4 | -        | n1
"""


def rows(table):
    for line in table.strip().splitlines():
        state, command, code, did, live = (cell.strip() for cell in line.split("|"))
        yield state, command, int(code), did, live


class Histories(support.Case):
    def setUp(self):
        super().setUp()
        self.database = self.made("CREATE TABLE a (x); INSERT INTO a VALUES (1), (2)")
        self.migrations = {}
        for word, name, sql in [
                ("b", "b_x.sql", "CREATE TABLE b (x);"),
                ("renamed", "b2_x.sql", "CREATE TABLE b (x);"),
                ("edited", "b_y.sql", "CREATE TABLE bb (x);"),
                ("c", "c_x.sql", "CREATE TABLE c (x);"),
                ("d", "d_x.sql", "CREATE TABLE d (x);"),
                ("s", "s_x.sql", "CREATE TABLE s (x);"
                 "CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('s');"),
                ("n", "n_x.sql", "CREATE TABLE n (x); PRAGMA user_version = 12;"),
                ("broken", "c_broken.sql", "CREATE TABLE (;")]:
            self.migrations[word] = self.dir / name
            self.migrations[word].write_text(sql)
        self.suite("good", "")
        self.suite("before", FAILS.format(when="before"))
        self.suite("after", FAILS.format(when="after"))

    def suite(self, name, more):
        (self.dir / f"{name}.yaml").write_text(SUITE + more)

    def live(self):
        if not self.database.exists():
            return "none"
        (name,), = query(self.database, "SELECT name FROM sqlite_schema WHERE type = 'table' AND"
                                        " name NOT IN ('alembic_version', '_litestream_seq')")
        (count,), = query(self.database, f"SELECT count(*) FROM {name}")
        return f"{name}{count}"

    def catalogue(self):
        return self.dir / "app.db.backups"

    def words_of(self, command):
        """The words of a command of the tables, as the program wants them."""
        words = command.split()
        if words[0] == "deploy":
            return ["deploy", "-d", self.database, "-m", self.migrations[words[1]], "--checks",
                    "good.yaml", *words[2:]]
        ids = [entry.name for entry in self.backups(self.database)] if "--to" in words else []
        return ["rollback", "-d", self.database,
                *(ids[int(word) - 1] if word.isdigit() else word for word in words[1:])]

    def deploys(self, word, suite, code, *more):
        done = self.baseline("deploy", "-d", self.database, "-m", self.migrations[word],
                             "--checks", f"{suite}.yaml", *more)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)

    def do(self, step):
        first, *rest = step.split()
        if first in ("deploy", "rollback"):
            self.succeeds(*self.words_of(step))
        else:
            getattr(self, f"do_{first}")(*rest)

    def do_fail(self, word, when):
        """A check fails, before the swap or after it."""
        self.deploys(word, when, 1)

    def do_keep(self, word):
        """A check fails, and the new database stays all the same."""
        self.deploys(word, "after", 1, "--on-failure", "keep")

    def do_wrong(self, _):
        """The migration does not compile."""
        self.deploys("broken", "good", 2)

    def do_refused(self, _):
        """It was deployed already, and has drifted."""
        self.do_drift()
        self.deploys("b", "good", 4)
        query(self.database, "DROP INDEX drift")

    def do_in(self, _, word):
        """The application uses the database."""
        with support.Holder(self.database, "read"):
            self.deploys(word, "good", 3)

    def do_kill(self, *words):
        """The run is killed before the swap, or when it files the old database."""
        inject = "fsync:signal=KILL:when=4" if words[-1] == "early" else "renameat2:signal=KILL:when=2"
        command = ["rollback", "-d", self.database] if words[0] == "rollback" else \
            self.words_of(f"deploy {words[0]}")
        done = self.command("strace", "-f", "-o", "/dev/null", "-e", f"trace={inject.split(':')[0]}",
                            "-e", f"inject={inject}", support.BINARY, *command)
        self.assertEqual(done.returncode, -9, done.stdout + done.stderr)
        self.assertTrue((self.dir / ".app.db.baseline-journal").exists())

    def do_recover(self):
        self.succeeds("recover", "-d", self.database)

    def do_write(self):
        """A user adds a row."""
        query(self.database, f"INSERT INTO {self.live()[0]} VALUES (7)")

    def do_drift(self):
        query(self.database, f"CREATE INDEX drift ON {self.live()[0]} (x)")

    def do_migrate(self):
        """The application moves its stamp on."""
        query(self.database, "UPDATE alembic_version SET version_num = 's2'")

    def do_number(self):
        query(self.database, "PRAGMA user_version = 13")

    def do_litestream(self):
        query(self.database, "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)")

    def do_remove(self):
        self.database.unlink()

    def do_lose(self):
        """As a copy of the database in a continuous integration: there are no records beside it."""
        support.remove(self.catalogue())

    def do_forget(self, last=None):
        """The history is lost, or its last line is torn."""
        path = self.catalogue() / "history.jsonl"
        if last is None:
            path.unlink()
            return
        text = path.read_bytes()
        path.write_bytes(text[:text[:-1].rfind(b"\n") + 20])

    def do_restore(self, number):
        """Somebody has put a backup back with cp."""
        entry = self.backups(self.database)[int(number) - 1]
        self.database.write_bytes((entry / "app.db").read_bytes())

    def do_export(self, number, *more):
        entry = self.backups(self.database)[int(number) - 1]
        self.succeeds("backups", "export", "-d", self.database, entry.name, "x", *more)

    def do_pack(self, number):
        self.do_export(number, "--zstd")

    def do_move(self, _):
        """The directory gets another name; the records beside the database are still its own."""
        moved = self._scratch / "moved"
        self.dir.rename(moved)
        self.dir = moved
        self.database = moved / "app.db"
        self.migrations = {word: moved / path.name for word, path in self.migrations.items()}

    def check(self, table):
        for state, command, code, did, live in rows(table):
            with self.subTest(f"{state} | {command}"):
                self.doCleanups()
                self.setUp()
                for step in filter(None, state.split(", ")):
                    self.do(step)
                self.judge(command, code, did, live)
        self.doCleanups()
        self.setUp()

    def judge(self, command, code, did, live):
        words = self.words_of(command)
        with_plan = [*words, "--dry-run"]
        killed = (self.dir / ".app.db.baseline-journal").exists()
        before = support.listing(self.dir)
        planned = self.baseline(*with_plan, "--format", "json")
        self.assertEqual(support.listing(self.dir), before, "a dry run has changed something")
        done = self.baseline(*words, "--format", "json")
        self.assertEqual((done.returncode, self.live()), (code, live), done.stdout + done.stderr)
        self.assertEqual(json.loads(done.stdout).get("action", "-"), did, done.stdout)
        if not killed:  # a dry run recovers nothing
            self.assertEqual(planned.returncode, code, "plan and run disagree: " + planned.stderr)
            self.assertEqual(json.loads(planned.stdout).get("action", "-"), did, planned.stdout)

    def test_rollback(self):
        self.check(ROLLBACKS)

    def test_deploy(self):
        self.check(DEPLOYS)


class Failures(support.Case):
    def test_the_record_of_the_run_before_stays(self):
        """A first installation and a failure in the same second: each has a key of its own."""
        for number in range(5):  # one of the pairs is within a second
            database = self.fresh(f"{number}.db")
            done = self.baseline("deploy", "-d", database, "--checks", "none.yaml")
            self.assertEqual(done.returncode, 2, done.stderr)
            runs = [line["run"] for line in self.json("history", "-d", database)["lines"]]
            codes = [self.json("report", "-d", database, run)["run"]["exit_code"] for run in runs]
            self.assertEqual((len(set(runs)), codes), (2, [0, 2]), runs)


class OldRecords(support.Case):
    """What release 0.1.0 (commit 8ce21e8) wrote: its catalogue after these five runs on an
    application's database a. Its history tells only people what came of a run."""

    # Of the history so many lines; what a rollback does; what is live then.
    LINES = [
        (1, 0, "rollback", "a"),  # deploy b
        (2, 0, "rollback", "b"),  # deploy c
        (3, 0, "nothing", "c"),   # deploy d: checks failed, swapped back
        (4, 0, "nothing", "b"),   # rollback
        (5, 0, "rollback", "b"),  # deploy e, cut off, finished by recover
        (0, 0, "rollback", "b"),  # all lost: the newest backup decides
    ]

    def state_after(self, lines):
        """The database and its catalogue as they were after so many runs."""
        sample = support.PROJECT / "tests/data/catalogue-0.1.0"
        place = self.dir / f"after-{lines}"
        shutil.copytree(sample, place)
        history = place / "app.db.backups/history.jsonl"
        history.write_text("".join(history.read_text().splitlines(True)[:lines]))
        entries = self.backups(place / "app.db")
        # What a later run has filed is live still.
        live = {1: 1, 2: 2, 3: 2, 4: 3}.get(lines)
        if live is not None:
            (place / "app.db").write_bytes((entries[live] / "app.db").read_bytes())
            for entry in entries[live:]:
                support.remove(entry)
        return place / "app.db"

    def table_of(self, database):
        (name,), = query(database, "SELECT name FROM sqlite_schema")
        return name

    def test_a_rollback_knows_what_was_done(self):
        for lines, code, did, live in self.LINES:
            with self.subTest(lines):
                database = self.state_after(lines)
                document = self.json("rollback", "-d", database, code=code)
                self.assertEqual((document["action"], self.table_of(database)), (did, live))

    def test_a_deploy_knows_what_was_deployed(self):
        """The last run was a deploy of revision e."""
        database = self.state_after(5)
        (self.dir / "e_again.sql").write_text("CREATE TABLE e (x, y);")
        (self.dir / "good.yaml").write_text(SUITE)
        words = ["deploy", "-d", database, "--checks", "good.yaml", "-m", "e_again.sql"]
        done = self.baseline(*words)
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertIn("the deploy of 2026-11-30T17:54:21Z put baseline e at", done.stderr)
        self.succeeds(*words, "--again")

    def test_the_backups_are_whole(self):
        database = self.state_after(5)
        self.assertIn("verified: 4 backups", self.succeeds("backups", "verify", "-d", database))
        self.assertEqual(len(self.json("history", "-d", database)["lines"]), 5)
        self.json("backups", "list", "-d", database)


if __name__ == "__main__":
    unittest.main()
