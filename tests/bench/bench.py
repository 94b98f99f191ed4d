"""What scripts/bench runs: measures the subjects that are asked for and writes the page."""

import argparse
import datetime
import importlib
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import machine
import measure
import page
from samples import Sample, parse_size

PROJECT = Path(__file__).resolve().parents[2]
SUBJECTS = ("deploy", "outage", "floor", "rollback", "copy", "catalogue", "start", "run", "checks")
MIGRATION = PROJECT / "baseline/9275fe03c648_initial_baseline.sql"
LEGACY = PROJECT / "tests/data/legacy.db"


@dataclass
class Bench:
    """What every subject needs: the programs, the place for its files, how often and how large."""

    binary: Path
    programs: Path  # what CMake made of this directory
    data: Path
    runs: int
    sizes: list
    pictures: Path  # where the page finds its pictures

    legacy = LEGACY

    def tell(self, text):
        print(text, file=sys.stderr, flush=True)

    def samples(self):
        """The old databases, one size after the other."""
        for size in self.sizes:
            sample = Sample(self.data, LEGACY, size)
            self.tell(f"old database of {sample.directory.name[4:]}")
            sample.make()
            yield sample

    def scratch(self, name):
        """A fresh directory."""
        directory = self.data / name
        measure.remove(directory)
        directory.mkdir(parents=True)
        return directory


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT")
    parser.add_argument("--sizes", default="1M,100M,1G,4G")
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=PROJECT / "build/bench/data")
    parser.add_argument("--results", type=Path, default=PROJECT / "build/bench/results")
    parser.add_argument("--page", type=Path, default=PROJECT / "docs/performance.md")
    parser.add_argument("--pictures", type=Path, default=PROJECT / "docs/images")
    given = parser.parse_args()
    for name in given.subjects:
        if name not in SUBJECTS:
            parser.error(f"unknown subject '{name}'; there are: {', '.join(SUBJECTS)}")
    return given


def main():
    given = options()
    measure.TIMED = given.programs / "timed"
    given.data.mkdir(parents=True, exist_ok=True)
    bench = Bench(given.binary, given.programs, given.data, given.runs,
                  [parse_size(text) for text in given.sizes.split(",")], given.pictures)
    for name in given.subjects or SUBJECTS:
        subject = importlib.import_module(f"subjects.{name}")
        bench.tell(f"{name}: {subject.TITLE}")
        load = machine.load()
        body = subject.measure(bench)
        print(f"\n{subject.TITLE}\n\n{body.strip()}\n", flush=True)
        command = ["scripts/bench", name, "--sizes", given.sizes, "--runs", str(given.runs)]
        page.save(given.results, name, subject.TITLE, body, {
            **machine.describe(given.data),
            "measured": f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC",
            "load before and after": f"{load} and {machine.load()}",
            "program": machine.version_of(given.binary, "--version"),
            "command": f"`{shlex.join(command)}`",
        })
    page.write(given.results, SUBJECTS, given.page)
    bench.tell(f"wrote {given.page}")


if __name__ == "__main__":
    try:
        main()
    except (measure.Failed, KeyboardInterrupt) as failure:
        sys.exit(f"bench: {failure}")
