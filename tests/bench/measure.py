"""Runs commands and keeps the figures: each command by itself, several in turns."""

import os
import statistics
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

TIMED = None  # the program of timed.c; bench.py sets it


class Failed(Exception):
    """A command of a measurement did not do what it should."""


@dataclass
class Figures:
    """What one command, or a sequence of them, took. Seconds and bytes."""

    wall: float = 0.0
    processor: float = 0.0
    memory: int = 0
    written: int = 0
    output: str = ""
    extra: dict = field(default_factory=dict)

    def __add__(self, other):
        """One after the other."""
        return Figures(self.wall + other.wall, self.processor + other.processor,
                       max(self.memory, other.memory), self.written + other.written,
                       self.output + other.output, {**self.extra, **other.extra})


def run(*argv, env=None, cwd=None, codes=(0,)):
    """Runs one command to its end. Raises Failed with its output when the exit code is another."""
    words = [str(word) for word in argv]
    with tempfile.NamedTemporaryFile("r", prefix="timed-") as report:
        done = subprocess.run([TIMED, report.name, *words], cwd=cwd, stdin=subprocess.DEVNULL,
                              env={**os.environ, **(env or {})}, capture_output=True, text=True)
        line = report.read().split()
    if done.returncode != 0 or int(line[5]) not in codes:
        raise Failed(f"{' '.join(words)}: exit code {line[5] if line else '?'}\n"
                     f"{done.stdout}{done.stderr}")
    wall, user, system, resident, blocks = (int(word) for word in line[:5])
    return Figures(wall / 1e9, (user + system) / 1e6, resident * 1024, blocks * 512, done.stdout)


def run_all(commands, env=None, cwd=None):
    """Runs commands one after the other, and adds up."""
    total = Figures()
    for command in commands:
        total = total + run(*command, env=env, cwd=cwd)
    return total


SYNCS = "fsync,fdatasync,sync,syncfs,msync"


def syncs_of(commands, env=None, cwd=None):
    """How often the commands call a sync, counted by strace in a run of its own; None without it."""
    count = 0
    for command in commands:
        with tempfile.NamedTemporaryFile("r", prefix="strace-") as log:
            words = ["strace", "--seccomp-bpf", "-f", "-qq", "-e", f"trace={SYNCS}", "-e",
                     "signal=none", "-o", log.name, *(str(word) for word in command)]
            try:
                done = subprocess.run(words, cwd=cwd, stdin=subprocess.DEVNULL,
                                      env={**os.environ, **(env or {})}, capture_output=True)
            except FileNotFoundError:
                return None
            if done.returncode != 0:
                raise Failed(f"{' '.join(words)}\n{done.stderr.decode(errors='replace')}")
            count += sum(1 for line in log if "resumed>" not in line and "sync" in line)
    return count


@dataclass(frozen=True)
class Spread:
    """The median of many figures, and the middle half of them."""

    low: float
    median: float
    high: float

    @staticmethod
    def of(values):
        values = sorted(values)
        if len(values) == 1:
            return Spread(values[0], values[0], values[0])
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
        return Spread(low, statistics.median(values), high)


@dataclass
class Contender:
    """One of those that are compared. `once` does one whole run, with what has to be put in place
    before and cleared away after it, and returns its Figures."""

    name: str
    once: object
    results: list = field(default_factory=list)

    def spread(self, figure):
        return Spread.of([figure(result) for result in self.results])

    def wall(self):
        return self.spread(lambda result: result.wall)

    def window(self):
        return self.spread(lambda result: result.extra["window"])


def interleaved(contenders, runs, warm_up=True, tell=lambda text: None):
    """Runs all contenders in turns, the order reversed every other time, so that what else the
    machine does hits all of them. The first round warms up and does not count."""
    for turn in range(-1 if warm_up else 0, runs):
        order = contenders if turn % 2 == 0 else contenders[::-1]
        for contender in order:
            figures = contender.once()
            if turn >= 0:
                contender.results.append(figures)
        tell(f"  round {turn + 1} of {runs}")


def paired_ratio(one, other, figure=lambda result: result.wall):
    """The spread of one / other, each pair from the same round."""
    return Spread.of([figure(a) / figure(b) for a, b in zip(one.results, other.results)])


def remove(*paths):
    """Removes files and directories, read-only ones too; a missing one is none."""
    for path in map(Path, paths):
        if path.is_dir() and not path.is_symlink():
            for child in path.iterdir():
                remove(child)
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
