#!/usr/bin/python3
"""Another user's files beside a database: whatever he puts there, nothing outside changes.

    adversary.py [--binary FILE] [--sample N] [--races SECONDS] [--only TEXT]

The table: each plant (plants.py) x each command x {root, other user, same directory, sticky}. `root`:
root's command on a database in the adversary's own directory. `other user`: the command of somebody
else there. `same directory`: both may write to it, by a group that is not that of the database.
`sticky`: as in /tmp. After each command nothing outside the directory has changed, nothing of it was
shown, the command has ended by itself; and where the file is of nobody who is obeyed, `deploy` has
ended with exit code 4 and names it and its owner. Then the races: a process of the adversary exchanges
two names as fast as it can while root's commands run, for so many seconds each.

The counts are printed as one JSON document; the exit code is 1 when anything was wrong, 77 where no
files can be given to other users. With --sample only each N-th cell is tried.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import plants

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests/cli"))

import machine  # noqa: E402

ADVERSARY, VICTIM, SHARED = 54321, 54322, 54323
SECRET = "s3cr3t-of-somebody-else"
NESTED_ENOUGH = 60  # more than the records of runs that are kept

COMMANDS = [
    "status", "plan", "deploy --yes", "rollback --yes", "recover", "verify", "run -- true", "history",
    "backups list", "backups verify", "backups create", "backups prune --keep 1 --yes", "report -o {home}/r",
]
NEEDS_MIGRATION = {"status", "plan", "deploy", "verify", "run"}
SETTINGS = ["root", "other user", "same directory", "sticky"]


def as_user(user, act):
    """Does it in a child that is this user for good."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups([SHARED])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            act()
            code = 0
        except OSError as error:
            print(error, file=sys.stderr)
        finally:
            os._exit(code)
    if os.waitpid(child, 0)[1] != 0:
        raise RuntimeError(f"user {user} could not do that")


def state(directory):
    """All that somebody could want to change there."""
    def of(path):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        return (status.st_ino, status.st_mode, status.st_uid, status.st_gid, status.st_nlink,
                status.st_mtime_ns if not path.is_dir() else 0, content)
    return {str(path): of(path) for path in [directory, *sorted(directory.rglob("*"))]}


def make_outside(directory, owner):
    """What the adversary is after; it looks as he would like it to."""
    directory.mkdir(mode=0o700)
    (directory / "secret").write_text(SECRET)
    (directory / "app.db-wal").write_text(SECRET)
    for i in range(NESTED_ENOUGH):
        (directory / f"20261121T0518{i:02}Z-001-9f31c2aa.json").write_text(SECRET)
    for name in (plants.ID, ".partial-x", f".partial-removed-{plants.ID}"):
        (directory / name).mkdir()
        (directory / name / "manifest.json").write_text(SECRET)
    for path in [directory, *directory.rglob("*")]:
        os.chown(path, owner, owner)


class Cell:
    """One directory with a database, and one outside it."""

    def __init__(self, home, setting):
        self.home = home
        self.setting = setting
        self.acting = 0 if setting == "root" else VICTIM
        owner = ADVERSARY if setting in ("root", "other user") else VICTIM
        os.chmod(home, 0o755)
        self.tools = home / "tools"
        self.tools.mkdir()
        (self.tools / "1a_new.sql").write_text(
            "CREATE TABLE new_things (id INTEGER PRIMARY KEY, size INTEGER NOT NULL);\n")
        (self.tools / "suite.yaml").write_text("version: 1\nchecks:\n  - {name: exact, schema: baseline}\n")
        user = home / "home"
        user.mkdir()
        os.chown(user, self.acting, self.acting)
        directory = home / "place"
        directory.mkdir()
        self.place = plants.Place(directory / "app.db", home / "outside")
        make_outside(self.place.outside, self.acting)
        with sqlite3.connect(self.place.database) as database:
            database.execute("CREATE TABLE old_things (name TEXT)")
        database.close()
        os.chown(self.place.database, owner, owner)
        os.chown(directory, *{"same directory": (VICTIM, SHARED), "sticky": (0, 0)}.get(
            setting, (owner, owner)))
        os.chmod(directory, {"same directory": 0o770, "sticky": 0o1777}.get(setting, 0o755))
        self.before = state(self.place.outside)

    def run(self, binary, command):
        words = command.format(home=self.home / "home").split()
        options = ["-d", str(self.place.database)]
        if words[0] in NEEDS_MIGRATION:
            options += ["-m", str(self.tools / "1a_new.sql"), "--checks", str(self.tools / "suite.yaml")]
        at = words.index("--") if "--" in words else len(words)
        user = self.acting
        return subprocess.run(
            [str(binary), *words[:at], *options, *words[at:]], stdin=subprocess.DEVNULL, cwd="/",
            capture_output=True, text=True, errors="replace", timeout=60, user=user, group=user,
            extra_groups=[SHARED] if user else [],
            env={"PATH": os.environ["PATH"], "HOME": str(self.home / "home"), "LANG": "C.UTF-8"})

    def faults(self, done):
        """What is wrong after a command."""
        told = done.stdout + done.stderr
        if done.returncode < 0 or done.returncode > 7:
            yield f"it ended with {done.returncode}: {told[-300:]}"
        if SECRET in told:
            yield f"it shows what is outside: {told[-300:]}"
        now = state(self.place.outside)
        for path in sorted({*now, *self.before}):
            if now.get(path) != self.before.get(path):
                yield f"{path} was changed"


def try_cell(binary, setting, plant, command):
    with tempfile.TemporaryDirectory(prefix="baseline-trust-") as made:
        cell = Cell(Path(made), setting)
        as_user(ADVERSARY, lambda: plants.PLANTS[plant](cell.place))
        try:
            done = cell.run(binary, command)
        except subprocess.TimeoutExpired:
            return ["it does not end"]
        faults = list(cell.faults(done))
        if command == "deploy --yes" and setting in ("same directory", "sticky"):
            told = done.stderr
            if done.returncode != 4:
                faults.append(f"exit code {done.returncode}: {told[-300:]}")
            if str(cell.place.database.parent) not in told or not re.search(
                    rf":{SHARED}\b|\b{ADVERSARY}:", told):
                faults.append(f"it does not name the file and its owner: {told[-300:]}")
        return faults


# What is exchanged for what, and the command that meets it. The first is made by the adversary; the
# second is a link that leads outside.
def _directory(path):
    path.mkdir(parents=True)


RACES = {
    "an entry that is being removed": (lambda place: place.catalogue / f".partial-removed-{plants.ID}",
                                       _directory, "", "backups prune --keep 1 --yes"),
    "the catalogue": (lambda place: place.catalogue, _directory, "", "backups create"),
    "the records of runs": (lambda place: place.catalogue / "runs", _directory, "", "deploy --yes --again"),
    "an entry that is verified": (lambda place: place.catalogue / plants.ID, _directory, plants.ID,
                                  "backups verify"),
    "the journal": (lambda place: place.beside("journal"), lambda path: path.write_text(""), "secret",
                    "recover"),
    "the lock": (lambda place: place.beside("lock"), lambda path: path.write_text(""), "secret",
                 "backups prune --keep 1 --yes"),
    "the candidate": (lambda place: place.beside("candidate"), lambda path: path.write_text(""), "secret",
                      "deploy --yes --again"),
}


def race(binary, name, seconds):
    where, make, to, command = RACES[name]
    faults, runs = [], 0
    with tempfile.TemporaryDirectory(prefix="baseline-trust-") as made:
        cell = Cell(Path(made), "root")
        one, other, end = where(cell.place), cell.home / "place/.other", cell.home / "place/.end"

        def arrange():
            one.parent.mkdir(exist_ok=True)
            make(one)
            other.symlink_to(cell.place.outside / to)
        as_user(ADVERSARY, arrange)
        flipper = os.fork()
        if flipper == 0:
            try:
                os.setgroups([])
                os.setresgid(ADVERSARY, ADVERSARY, ADVERSARY)
                os.setresuid(ADVERSARY, ADVERSARY, ADVERSARY)
                plants.flip(one, other, end)
            finally:
                os._exit(0)
        try:
            until = time.monotonic() + seconds
            while not faults and (runs == 0 or time.monotonic() < until):
                runs += 1
                faults = list(cell.faults(cell.run(binary, command)))
        except subprocess.TimeoutExpired:
            faults = ["it does not end"]
        finally:
            end.touch()
            os.waitpid(flipper, 0)
    return faults, runs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=os.environ.get(
        "BASELINE_BINARY", PROJECT / "build/debug/baseline"), type=Path)
    parser.add_argument("--sample", type=int, default=1)
    parser.add_argument("--races", type=float, default=0.3)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    reason = (machine.cannot("another user") or machine.cannot("files of others")
              if os.geteuid() == 0 else "only root can be two other users")
    if reason:
        print(f"skipped: {reason}")
        return 77
    counts, wrong = collections.Counter(), []
    cells = [(setting, plant, command) for setting in SETTINGS for plant in plants.PLANTS
             for command in COMMANDS]
    cells = [cell for cell in cells[::options.sample] if options.only in " | ".join(cell)]
    with tempfile.TemporaryDirectory(prefix="baseline-trust-") as made:
        os.chmod(made, 0o755)
        # The program may be where only root can go.
        binary = Path(shutil.copy(options.binary, made))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for cell, faults in zip(cells, pool.map(lambda cell: try_cell(binary, *cell), cells)):
                counts[cell[0]] += 1
                wrong += [f"{' | '.join(cell)}: {fault}" for fault in faults]
        for name in RACES if options.races else ():
            if options.only not in name:
                continue
            faults, runs = race(binary, name, options.races)
            counts["runs in races"] += runs
            wrong += [f"race, {name}: {fault}" for fault in faults]
    print(json.dumps({**counts, "wrong": wrong}, indent=2))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
