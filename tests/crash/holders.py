#!/usr/bin/python3
"""Processes that have the database open while it is replaced, in every way that there is.

    holders.py [--binary FILE] [--sample N] [--writer SECONDS]

The matrix: {DELETE, WAL} x {open, read, cursor, BEGIN, IMMEDIATE} x {same user, other user, other
namespace, mmap} x {before, during, after} x {swap, in-place}. In each cell a holder (Python's
sqlite3, as the application would be) meets a deploy, and then writes one row. `before` and `after`
(a rollback then) must end with exit code 3 and every bit as it was; `during` with 0 or 3. Then an
application that writes all the time meets deploys and rollbacks, as many as fit.

Whatever comes of it: a row whose commit was acknowledged is in the live database or in a backup.
The counts are printed as one JSON document; the exit code is 1 when anything was lost or wrong.
With --sample only each N-th cell is tried. Cells that need what the machine cannot do are skipped,
counted, and the reasons are told.
"""

import argparse
import hashlib
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests/cli"))

import machine  # noqa: E402

NOBODY = machine.NOBODY
NEEDS = {"other user": "another user", "other namespace": "process namespace"}

HOLDER = """
import os, sqlite3, sys
path, state, mmap = sys.argv[1:4]
def say(word):
    print(word, flush=True)
def hear():
    return sys.stdin.readline().strip()
say("ready"); hear()
try:
    connection = sqlite3.connect(path, timeout=20, isolation_level=None)
    if mmap == "mmap":
        connection.execute("PRAGMA mmap_size = 1073741824")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    if state == "read":
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    if state == "cursor":
        cursor = connection.execute("SELECT channel_id FROM channel_configs UNION ALL SELECT 1")
        cursor.fetchone()
    if state == "BEGIN":
        connection.execute("BEGIN"); connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    if state == "IMMEDIATE":
        connection.execute("BEGIN IMMEDIATE")
    say("there")
except sqlite3.Error as error:
    say("kept out: " + str(error)); sys.exit()
number = hear()
try:
    if state == "cursor":
        cursor.close()
    connection.execute("INSERT INTO channel_configs (channel_id, guild_id) VALUES (?, 1)", (number,))
    if connection.in_transaction:
        connection.execute("COMMIT")
    say("acknowledged")
except sqlite3.Error as error:
    say("rejected: " + str(error))
hear()
connection.close()
"""

WRITER = """
import sqlite3, sys, time
path, first = sys.argv[1], int(sys.argv[2])
number, end = first, time.monotonic() + float(sys.argv[3])
while time.monotonic() < end:
    try:
        connection = sqlite3.connect(path, timeout=0.2, isolation_level=None)
        for _ in range(5):
            number -= 1
            connection.execute("INSERT INTO channel_configs (channel_id, guild_id) VALUES (?, 1)",
                               (number,))
            print(number, flush=True)
    except sqlite3.Error:
        pass
    finally:
        connection.close()
    time.sleep(0.03)
"""


class Place:
    """A directory with an old database, as its owner and his group may use it."""

    def __init__(self, journal_mode):
        self.directory = Path(tempfile.mkdtemp(prefix="baseline-holders-"))
        self.database = self.directory / "app.db"
        shutil.copyfile(PROJECT / "tests/data/legacy.db", self.database)
        connection = sqlite3.connect(self.database)
        connection.execute(f"PRAGMA journal_mode = {journal_mode}")
        connection.close()
        if not machine.cannot("files of others"):
            # The other user is of the group.
            for path, mode in (self.directory, 0o775), (self.database, 0o664):
                os.chown(path, 0, NOBODY)
                path.chmod(mode)

    def digest(self):
        return hashlib.sha256(self.database.read_bytes()).hexdigest()

    def rows(self):
        """The channels in the live database and in all backups."""
        found = set()
        for path in [self.database, *self.directory.glob("app.db.backups/2*/app.db")]:
            copy = self.directory / "copy.db"
            shutil.copyfile(path, copy)
            for suffix in ("-wal",) if Path(f"{path}-wal").exists() else ():
                shutil.copyfile(f"{path}{suffix}", f"{copy}{suffix}")
            connection = sqlite3.connect(copy)
            if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise AssertionError(f"{path} is damaged")
            found |= {number for number, in connection.execute("SELECT channel_id FROM"
                                                               " channel_configs")}
            connection.close()
            for suffix in "", "-wal", "-shm":
                Path(f"{copy}{suffix}").unlink(missing_ok=True)
        return found

    def remove(self):
        shutil.rmtree(self.directory)


class Holder:
    def __init__(self, database, state, who):
        argv = ["/usr/bin/python3", "-c", HOLDER, str(database), state, who]
        options = {}
        if who == "other user":
            options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        if who == "other namespace":
            argv = ["unshare", "-m", "-p", "-f", "--mount-proc", *argv]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, **options)
        self.hears("ready")

    def hears(self, word):
        line = self.process.stdout.readline().strip()
        if not line.startswith(word):
            raise AssertionError(f"the holder says {line!r}, not {word!r}")

    def say(self, word):
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def come(self):
        self.say("come")

    def answer(self):
        return self.process.stdout.readline().strip()

    def write(self, number):
        """Whether the row was acknowledged."""
        self.say(number)
        return self.answer() == "acknowledged"

    def go(self):
        self.process.communicate("go\n", timeout=60)


class Run:
    def __init__(self, binary):
        self.binary = binary
        self.counts = {"cells": 0, "skipped": 0, "acknowledged": 0, "lost": 0, "violations": 0,
                       "deploys_refused": 0, "deploys_done": 0, "writer_rows": 0,
                       "writer_deploys": 0, "writer_deploys_done": 0}
        self.problems = []
        self.reasons = set()

    def command(self, *words):
        return subprocess.run([self.binary, *words], capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]})

    def expect(self, right, *what):
        if not right:
            self.counts["violations"] += 1
            self.problems.append(" ".join(map(str, what)))

    def note(self, done):
        self.counts["deploys_done" if done.returncode == 0 else "deploys_refused"] += 1

    def settle(self, place, acknowledged, cell):
        lost = acknowledged - place.rows()
        self.counts["acknowledged"] += len(acknowledged)
        self.counts["lost"] += len(lost)
        if lost:
            self.problems.append(f"{cell}: lost {sorted(lost)[:5]}")

    def cell(self, journal_mode, state, who, when, engine):
        cell = (journal_mode, state, who, when, engine)
        if why := machine.cannot(NEEDS[who]) if who in NEEDS else "":
            self.counts["skipped"] += 1
            self.reasons.add(why)
            return
        self.counts["cells"] += 1
        place = Place(journal_mode)
        options = ["-d", str(place.database), "--engine", engine]
        try:
            if when == "after":
                self.expect(self.command("deploy", *options).returncode == 0, cell, "first deploy")
            holder = Holder(place.database, state, who)
            acknowledged = set()
            if when == "during":
                acknowledged |= self.during(place, holder, options, cell)
            else:
                holder.come()
                holder.hears("there")
                before = place.digest()
                done = self.command("rollback" if when == "after" else "deploy", *options)
                self.note(done)
                self.expect(done.returncode == 3, cell, done.returncode, done.stderr)
                self.expect(place.digest() == before, cell, "the database has changed")
                if holder.write(77):
                    acknowledged.add(77)
            holder.go()
            self.expect(self.command("recover", *options[:2]).returncode == 0, cell, "recover")
            self.settle(place, acknowledged, cell)
        finally:
            place.remove()

    def during(self, place, holder, options, cell):
        """It comes when the run has written its journal."""
        journal = place.directory / ".app.db.baseline-journal"
        process = subprocess.Popen([self.binary, "deploy", *options], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
                                   env={"PATH": os.environ["PATH"]})
        while not journal.exists() and process.poll() is None:
            time.sleep(0.0005)
        holder.come()
        acknowledged = set()
        answer = holder.answer()
        if answer == "there" and holder.write(88):
            acknowledged.add(88)
        out, err = process.communicate(timeout=120)
        done = subprocess.CompletedProcess([], process.returncode, out, err)
        self.note(done)
        self.expect(done.returncode in (0, 3, 6), cell, done.returncode, err)
        return acknowledged

    def writer(self, journal_mode, engine, seconds):
        """An application that writes all the time, and opens the database anew now and then."""
        place = Place(journal_mode)
        options = ["-d", str(place.database), "--engine", engine, "--wait", "2s"]
        try:
            process = subprocess.Popen(["/usr/bin/python3", "-c", WRITER, str(place.database),
                                        "-1000", str(seconds)], stdout=subprocess.PIPE, text=True)
            words = itertools.cycle([["deploy", "--again"], ["rollback"]])
            while process.poll() is None:
                done = self.command(*next(words), *options)
                self.counts["writer_deploys"] += 1
                self.counts["writer_deploys_done"] += done.returncode == 0
                # 2: a rollback before the first deploy. 6: the writer had the new one when the old
                # one was to come back.
                self.expect(done.returncode in (0, 2, 3, 6), "writer", journal_mode, engine,
                            done.returncode, done.stderr)
                if done.returncode == 6:
                    self.command("recover", *options[:2], "--wait", "2s")
            acknowledged = {int(line) for line in process.communicate()[0].split()}
            self.counts["writer_rows"] += len(acknowledged)
            self.expect(self.command("recover", *options[:2]).returncode == 0, "writer: recover")
            self.settle(place, acknowledged, ("writer", journal_mode, engine))
        finally:
            place.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", default=os.environ.get(
        "BASELINE_BINARY", str(PROJECT / "build/debug/baseline")))
    parser.add_argument("--sample", type=int, default=1, metavar="N")
    parser.add_argument("--writer", type=float, default=10, metavar="SECONDS")
    options = parser.parse_args()
    run = Run(str(Path(options.binary).resolve()))
    matrix = itertools.product(("DELETE", "WAL"), ("open", "read", "cursor", "BEGIN", "IMMEDIATE"),
                               ("same user", "other user", "other namespace", "mmap"),
                               ("before", "during", "after"), ("swap", "in-place"))
    for cell in list(matrix)[::options.sample]:
        try:
            run.cell(*cell)
        except (AssertionError, subprocess.TimeoutExpired, sqlite3.Error) as error:
            run.expect(False, cell, repr(error))
    if options.writer > 0:
        for journal_mode, engine in itertools.product(("DELETE", "WAL"), ("swap", "in-place")):
            run.writer(journal_mode, engine, options.writer / 4)
    print(json.dumps({**run.counts, "problems": run.problems,
                      "skipped_because": sorted(run.reasons)}, indent=1))
    return 1 if run.counts["lost"] or run.counts["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
