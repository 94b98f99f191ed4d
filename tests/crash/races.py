#!/usr/bin/python3
"""Many runs on one database at once, and programs that open it all the time meanwhile.

    races.py [--binary FILE] [--deploys N] [--rounds N] [--mixed SECONDS] [--openers SECONDS]

- N deploys at once: one replaces the database, all others end with exit code 3 and name its pid and
  its command. The winner waits within its checks until all others have ended, so that each of them
  meets it.
- deploy, rollback and status against each other: each ends with 0, or 3; the database is whole.
- processes that open, read and close the database without a break, while it is replaced: what each of
  them reads is the whole old or the whole new database, or SQLite says that it is locked.

The counts are printed as one JSON document; the exit code is 1 when anything was wrong.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from holders import Place, Run, PROJECT  # noqa: E402

SUITE = """
version: 1
checks:
  - {name: there are tables, query: SELECT count(*) > 0 FROM sqlite_schema, value: 1}
  - name: the gate
    when: before
    timeout: 500s
    command: [sh, -c, 'while [ ! -e %s ]; do sleep 0.02; done']
"""

OPENER = """
import sqlite3, sys, time
end = time.monotonic() + float(sys.argv[2])
rounds = locked = 0
while time.monotonic() < end:
    connection = None
    try:
        connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
        connection.execute("BEGIN")
        rows, = connection.execute("SELECT count(*) FROM channel_configs").fetchone()
        stamp, = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if (stamp, rows) not in (("5c8e4212f5ed", 24), ("9275fe03c648", 0)):
            print("wrong", stamp, rows, flush=True)
        rounds += 1
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            print("wrong", error, flush=True)
        locked += 1
    finally:
        if connection is not None:
            connection.close()
    time.sleep(float(sys.argv[3]))
print("rounds", rounds, locked)
"""


class Races(Run):
    def __init__(self, binary):
        super().__init__(binary)
        self.counts = {"rounds": 0, "deploys": 0, "winners": 0, "told_by_whom": 0, "mixed_runs": 0,
                       "mixed_done": 0, "mixed_in_use": 0, "opened": 0, "opened_locked": 0,
                       "opener_runs": 0, "opener_runs_done": 0, "violations": 0}

    def start(self, *words):
        return subprocess.Popen([self.binary, *words], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
                                env={"PATH": os.environ["PATH"]})

    def deploys_at_once(self, number, engine):
        place = Place("DELETE")
        gate, suite = place.directory / "gate", place.directory / "gate.yaml"
        suite.write_text(SUITE % gate)
        runs = [self.start("deploy", "-d", str(place.database), "--checks", str(suite),
                           "--allow-commands", "--engine", engine) for _ in range(number)]
        waiting, ended = list(runs), []
        while len(waiting) > 1:
            ended += [run for run in waiting if run.poll() is not None]
            waiting = [run for run in waiting if run.poll() is None]
            time.sleep(0.01)
        gate.touch()
        winner = waiting[0] if waiting else None
        self.expect(winner is not None, "all of the deploys ended before the gate was opened")
        for run in runs:
            out, err = run.communicate(timeout=600)
            self.counts["deploys"] += 1
            if run is winner:
                self.expect(run.returncode == 0, "the winner ends with", run.returncode, err)
                self.counts["winners"] += run.returncode == 0
                continue
            told = winner and re.search(rf"in use by pid {winner.pid} on \S+ \(baseline deploy, ", err)
            self.counts["told_by_whom"] += bool(told)
            self.expect(run.returncode == 3 and told, "a loser:", run.returncode, out, err)
        self.counts["rounds"] += 1
        self.expect(len(list(place.directory.glob("app.db.backups/2*"))) == 1, "not one backup")
        place.remove()

    def mixed(self, seconds, engine):
        place = Place("WAL")
        chance = random.Random(4)
        words = [["deploy", "--again"], ["rollback"], ["status"], ["recover"], ["backups", "list"],
                 ["plan"], ["verify"]]
        self.command("deploy", "-d", str(place.database))
        end, runs = time.monotonic() + seconds, []
        while time.monotonic() < end or runs:
            if time.monotonic() < end and len(runs) < 6:
                chosen = chance.choice(words)
                more = ["--engine", engine] if chosen[0] in ("deploy", "rollback", "plan") else []
                runs.append((chosen, self.start(*chosen, "-d", str(place.database), *more)))
            for chosen, run in [one for one in runs if one[1].poll() is not None]:
                runs.remove((chosen, run))
                _, err = run.communicate()
                self.counts["mixed_runs"] += 1
                self.counts["mixed_done"] += run.returncode == 0
                self.counts["mixed_in_use"] += run.returncode == 3
                # 1: a verify of the old database.
                right = (0, 1, 3) if chosen == ["verify"] else (0, 3)
                self.expect(run.returncode in right, chosen, run.returncode, err)
            time.sleep(0.005)
        self.expect(self.command("recover", "-d", str(place.database)).returncode == 0, "recover")
        place.rows()  # fails when any of them is damaged
        place.remove()

    def openers(self, seconds, engine):
        place = Place("DELETE")
        argv = ["/usr/bin/python3", "-c", OPENER, str(place.database), str(seconds)]
        openers = [subprocess.Popen([*argv, pause], stdout=subprocess.PIPE, text=True)
                   for pause in ("0.002", "0.01", "0.05")]
        words = 0
        while any(opener.poll() is None for opener in openers):
            chosen = [["deploy", "--again"], ["rollback"]][words % 2]
            done = self.command(*chosen, "-d", str(place.database), "--engine", engine, "--wait",
                                "1s")
            self.counts["opener_runs"] += 1
            self.counts["opener_runs_done"] += done.returncode == 0
            # 6: an opener had the new one when the old one was to come back.
            self.expect(done.returncode in (0, 2, 3, 6), chosen, done.returncode, done.stderr)
            words += done.returncode == 0
        self.command("recover", "-d", str(place.database))
        for opener in openers:
            for line in opener.communicate()[0].splitlines():
                if not line.startswith("rounds "):
                    self.expect(False, "an opener:", line)
                    continue
                self.counts["opened"] += int(line.split()[1])
                self.counts["opened_locked"] += int(line.split()[2])
        place.rows()
        place.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", default=os.environ.get(
        "BASELINE_BINARY", str(PROJECT / "build/debug/baseline")))
    parser.add_argument("--deploys", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--mixed", type=float, default=20, metavar="SECONDS")
    parser.add_argument("--openers", type=float, default=20, metavar="SECONDS")
    options = parser.parse_args()
    races = Races(str(Path(options.binary).resolve()))
    for number in range(options.rounds):
        races.deploys_at_once(options.deploys, ("swap", "in-place")[number % 2])
    for engine in "swap", "in-place":
        if options.mixed > 0:
            races.mixed(options.mixed / 2, engine)
        if options.openers > 0:
            races.openers(options.openers / 2, engine)
    print(json.dumps({**races.counts, "problems": races.problems[:20]}, indent=1))
    return 1 if races.counts["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
