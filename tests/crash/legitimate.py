#!/usr/bin/python3
"""What SQLite itself leaves beside a database is taken for the database's own.

    legitimate.py [--rounds N] [--seed TEXT] [--jobs N]

In each round an application (SQLite, through Python) changes a database at random: rows, schema,
journal mode, page size, auto_vacuum, VACUUM, checkpoints, backups from it and into it, transactions
over two databases. It is killed before one of its changes to the disk, and sometimes once more while
it recovers. What SQLite makes of a copy of that is what the database holds. Then `baseline` deploys
and rolls back, exchanging the file or in place: it must refuse nothing as foreign, and what the
database held must be in the backup and, after the rollback, live.

The same seed gives the same rounds. The counts are printed as one JSON document; the exit code is 1
when anything was refused or lost, 77 where nothing can be traced.
"""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import place  # noqa: E402

MIGRATION = "CREATE TABLE new_things (id INTEGER PRIMARY KEY, size INTEGER NOT NULL);\n"
SUITE = "version: 1\nchecks:\n  - {name: exact, schema: baseline}\n"
SYSTEM_PYTHON = "/usr/bin/python3"

# argv: the directory, a seed.
APPLICATION = r"""
import os, random, sqlite3, sys
os.chdir(sys.argv[1])
chance = random.Random(sys.argv[2])
PAGES = 512, 1024, 4096, 8192, 65536

def opened(name="app.db"):
    connection = sqlite3.connect(os.path.abspath(name), isolation_level=None, timeout=0)
    connection.execute(f"PRAGMA cache_size = {chance.choice([1, 5, 100])}")
    connection.execute(f"PRAGMA synchronous = {chance.choice(['OFF', 'NORMAL', 'FULL', 'EXTRA'])}")
    if chance.random() < 0.2:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    if chance.random() < 0.5:
        connection.execute(f"PRAGMA wal_autocheckpoint = {chance.choice([0, 3, 1000])}")
    return connection

def rows(connection, schema="main"):
    for _ in range(chance.randint(1, 4)):
        connection.execute(chance.choice([
            f"INSERT INTO {schema}.t(a) SELECT randomblob(abs(random()) % 900) FROM"
            f" (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT"
            f" {chance.randint(1, 60)}) SELECT i FROM n)",
            f"UPDATE {schema}.t SET a = randomblob(length(a)) WHERE id % 3 = {chance.randint(0, 2)}",
            f"DELETE FROM {schema}.t WHERE id % 7 = {chance.randint(0, 6)}"]))

def transaction(connection):
    connection.execute(chance.choice(["BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"]))
    rows(connection)
    connection.execute(chance.choice(["COMMIT", "COMMIT", "ROLLBACK"]))

def schema(connection):
    name = f"x{chance.randint(0, 3)}"
    connection.execute(chance.choice([f"CREATE TABLE IF NOT EXISTS {name} (a UNIQUE, b)",
                                      f"DROP TABLE IF EXISTS {name}",
                                      f"CREATE INDEX IF NOT EXISTS i{name} ON t (a)",
                                      f"DROP INDEX IF EXISTS i{name}"]))

def mode(connection):
    connection.execute("PRAGMA journal_mode = "
                       + chance.choice(["WAL", "WAL", "DELETE", "TRUNCATE", "PERSIST"])).fetchall()

def vacuum(connection):
    if chance.random() < 0.5:
        connection.execute(f"PRAGMA page_size = {chance.choice(PAGES)}")
    if chance.random() < 0.3:
        connection.execute(f"PRAGMA auto_vacuum = {chance.choice([0, 1, 2])}")
    connection.execute("VACUUM")

def checkpoint(connection):
    connection.execute("PRAGMA wal_checkpoint("
                       + chance.choice(["PASSIVE", "FULL", "RESTART", "TRUNCATE"]) + ")").fetchall()

def back_up(connection):
    with sqlite3.connect(chance.choice(["copy1.db", "copy2.db"])) as copy:
        if chance.random() < 0.5:
            copy.execute(f"PRAGMA page_size = {chance.choice(PAGES)}")
        connection.backup(copy, pages=chance.choice([-1, 3]))

def restore(connection):
    name = chance.choice(["copy1.db", "copy2.db"])
    if os.path.exists(name) and os.path.getsize(name):
        with sqlite3.connect(name) as copy:
            if copy.execute("SELECT count(*) FROM sqlite_schema WHERE name = 't'").fetchone()[0]:
                copy.backup(connection, pages=chance.choice([-1, 3]))

def over_two(connection):
    connection.close()
    main, other = chance.choice([("app.db", "second.db"), ("second.db", "app.db")])
    with opened(main) as connection:
        connection.execute("ATTACH ? AS other", (os.path.abspath(other),))
        connection.execute("BEGIN")
        rows(connection, "main")
        rows(connection, "other")
        connection.execute(chance.choice(["COMMIT", "COMMIT", "ROLLBACK"]))
    connection.close()

WAYS = [transaction] * 6 + [schema, mode, mode, vacuum, vacuum, checkpoint, back_up, restore,
                            over_two]
connection = opened()
for _ in range(60):
    try:
        chance.choice(WAYS)(connection)
    except sqlite3.Error:
        pass
    if connection is None or chance.random() < 0.2:
        connection.close()
        connection = opened()
    try:
        connection.execute("ROLLBACK")
    except sqlite3.ProgrammingError:
        connection = opened()
    except sqlite3.Error:
        pass
"""


def content(database):
    """A digest of all that is in a database; the file and what lies beside it are left alone."""
    with tempfile.TemporaryDirectory(prefix="baseline-look-") as directory:
        copy = Path(directory) / "app.db"
        for suffix in "", "-wal", "-journal":
            if Path(f"{database}{suffix}").exists():
                shutil.copyfile(f"{database}{suffix}", f"{copy}{suffix}")
        connection = sqlite3.connect(copy)
        try:
            damage = connection.execute("PRAGMA integrity_check").fetchone()[0]
            digest = hashlib.sha256(damage.encode())
            for name, sql in connection.execute("SELECT name, sql FROM sqlite_schema WHERE type ="
                                                " 'table' ORDER BY name").fetchall():
                digest.update(repr((name, sql)).encode())
                for row in connection.execute(f'SELECT * FROM "{name}" ORDER BY 1'):
                    digest.update(repr(row).encode())
            return digest.hexdigest() if damage == "ok" else f"damaged: {damage}"
        finally:
            connection.close()


class Round:
    """One database, killed application, deploy and rollback."""

    def __init__(self, base, seed):
        self.place = place.Place(base)
        self.seed = seed
        self.chance = random.Random(seed)
        self.counts = collections.Counter(rounds=1)
        self.problems = []
        self.database = self.place.database

    def problem(self, kind, *words):
        self.counts[kind] += 1
        self.problems.append(f"round {self.seed}: {' '.join(map(str, words))}")

    def begin(self):
        place.remove(self.place.root)
        self.place.root.mkdir()
        (self.place.input / "2_new.sql").write_text(MIGRATION)
        (self.place.input / "suite.yaml").write_text(SUITE)
        for name in "app.db", "second.db":
            connection = sqlite3.connect(self.place.root / name, isolation_level=None)
            connection.execute(f"PRAGMA page_size = {self.chance.choice([512, 1024, 4096, 65536])}")
            connection.execute(f"PRAGMA auto_vacuum = {self.chance.choice([0, 0, 1, 2])}")
            connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a)")
            connection.execute("INSERT INTO t(a) VALUES (zeroblob(500)), (zeroblob(2000))")
            connection.execute(f"PRAGMA journal_mode = {self.chance.choice(['DELETE', 'WAL'])}")
            connection.close()

    def kill(self, most):
        report = self.place.base / "report"
        report.unlink(missing_ok=True)
        at = self.chance.randint(1, most)
        done = self.place._run([str(place.CRASH_AT), "--report", str(report), "--only", "changes",
                                "--below", str(self.place.root), "--kill", str(at), "--",
                                SYSTEM_PYTHON, "-S", "-E", "-c", APPLICATION, str(self.place.root),
                                f"{self.seed}/{at}"])
        if done.code == place.SKIPPED:
            raise place.CannotTrace(done.stderr.strip())
        ended = json.loads(report.read_text())
        if not ended["killed"] and ended["code"] != 0:
            raise RuntimeError(f"the application failed: {done.stderr}")
        self.counts["killed"] += ended["killed"]

    def look(self):
        """What the application left."""
        wal, journal = (Path(f"{self.database}{suffix}") for suffix in ("-wal", "-journal"))
        self.counts["left_wal"] += wal.exists() and wal.stat().st_size > 0
        self.counts["left_hot_journal"] += (journal.exists() and journal.stat().st_size > 0
                                            and journal.read_bytes()[:1] != b"\0")

    def command(self, *words):
        done = self.place.run([*words, "-d", self.database])
        if done.code != 0:
            kind = "refused_as_foreign" if "is not of app.db" in done.stderr else "failed"
            self.problem(kind, words, "ended with", done.code, done.stdout, done.stderr)
        return done.code == 0

    def run(self):
        self.begin()
        self.kill(700)
        if self.chance.random() < 0.3:
            self.kill(20)
        self.look()
        holds = content(self.database)
        if holds.startswith("damaged"):
            self.problem("failed", "SQLite itself leaves it", holds)
            return
        inputs = ["-m", self.place.input / "2_new.sql", "--checks", self.place.input / "suite.yaml"]
        engine = ["--engine", self.chance.choice(["swap", "in-place"])]
        if self.chance.random() < 0.3:
            self.command("plan", *inputs, *engine)
        if self.chance.random() < 0.2:
            self.command("backups", "create")
            if content(self.database) != holds:
                self.problem("lost", "a backup of the live database changed it")
        if not self.command("deploy", *inputs, *engine, "--yes"):
            return
        self.counts["kept"] += (self.place.catalogue / "brought-in").exists()
        newest = max((entry for entry in self.place.catalogue.iterdir() if entry.name[:2] == "20"),
                     key=lambda entry: entry.name.rsplit("-", 1)[1])
        if content(newest / "app.db") != holds:
            self.problem("lost", "the backup", newest.name, "holds something else", engine)
        if self.command("rollback", *engine, "--yes") and content(self.database) != holds:
            self.problem("lost", "after the rollback something else is live", engine)


def one(arguments):
    base, seed = arguments
    directory = tempfile.mkdtemp(prefix="round-", dir=base)
    this = Round(directory, seed)
    try:
        this.run()
    except place.CannotTrace as error:
        return None, str(error)
    except Exception as error:  # a worker must tell what became of its round
        this.problem("failed", type(error).__name__, error)
    finally:
        place.remove(Path(directory))
    return this.counts, this.problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--directory", default=place.in_memory(), type=Path)
    options = parser.parse_args()
    base = tempfile.mkdtemp(prefix="baseline-legitimate-", dir=options.directory)
    counts = collections.Counter(rounds=0, killed=0, left_wal=0, left_hot_journal=0, kept=0,
                                 refused_as_foreign=0, lost=0, failed=0)
    problems = []
    try:
        with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
            work = [(base, f"{options.seed}.{number}") for number in range(options.rounds)]
            for done, found in pool.map(one, work, chunksize=1):
                if done is None:
                    print(f"skipped: {found}", file=sys.stderr)
                    return place.SKIPPED
                counts.update(done)
                problems += found
    finally:
        place.remove(Path(base))
    print(json.dumps({**counts, "problems": problems[:20]}, indent=1))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
