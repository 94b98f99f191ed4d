#!/usr/bin/python3
"""What `baseline run` costs over starting the command alone, when the database is at the baseline.

    tests/bench/run_gate.py [BINARY] [ROUNDS]

Prints one line of JSON: the median and the least wall-clock time of `true` alone, behind `run
--on-start skip` and behind `run` (verify), in milliseconds, and what the gate adds to the first. The
three are measured in turn, so that a busy machine is busy for all.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def timed(argv, directory):
    start = time.perf_counter()
    subprocess.run(argv, cwd=directory, check=True, stdin=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def main():
    project = Path(__file__).resolve().parents[2]
    binary = Path(sys.argv[1] if len(sys.argv) > 1 else project / "build/release/baseline").resolve()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([binary, "deploy", "--database", "app.db"], cwd=directory, check=True,
                       stdout=subprocess.DEVNULL)
        commands = {"alone": ["/bin/true"],
                    "skip": [binary, "run", "--on-start", "skip", "--", "/bin/true"],
                    "verify": [binary, "run", "--database", "app.db", "--", "/bin/true"]}
        times = {name: [] for name in commands}
        for _ in range(rounds):
            for name, argv in commands.items():
                times[name].append(timed(argv, directory))
    result = {name: {"median_ms": round(statistics.median(values), 3),
                     "min_ms": round(min(values), 3)} for name, values in times.items()}
    for name in ("skip", "verify"):
        result[name]["over_alone_ms"] = round(
            result[name]["median_ms"] - result["alone"]["median_ms"], 3)
    print(json.dumps({"rounds": rounds, "cpus": os.cpu_count(), **result}))


if __name__ == "__main__":
    main()
