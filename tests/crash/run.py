"""scripts/crash, after the build: kills, faults and power cuts, in all scenarios, and the table of
what was done. Without --all it is a sample that is the same each time."""

import argparse
import concurrent.futures
import itertools
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import faults
import figures
import kills
import memory
import place
import power_loss
import scenarios
import states

# The sample: so many kills, first kills of two, model states, places of each fault and allocations
# that fail, of each scenario.
SAMPLE = {"kills": 3, "doubles": 3, "model": 9, "faults": 1, "memory": 7}

_place = None
_seen = None  # of this worker


def _start_worker(directory):
    global _place, _seen
    _seen = {kind: states.Seen() for kind in KINDS}
    _place = place.Place(tempfile.mkdtemp(prefix="worker-", dir=directory))


def _work(task):
    kind, name, numbers = task
    scenario = scenarios.named(name)
    started = time.monotonic()
    try:
        tally = KINDS[kind](_place, scenario, numbers, _seen[kind])
    except Exception as error:  # A worker must tell what became of its task.
        tally = kills.Tally(name, kind)
        tally.problems.append(f"{name}, {kind} {numbers}: {type(error).__name__}: {error}")
    tally.seconds = time.monotonic() - started
    return kind, tally


def _kill(target, scenario, numbers, seen):
    return _sum(scenario, "kill", (kills.once(target, scenario, at, seen) for at in numbers))


def _double(target, scenario, numbers, seen):
    first, begin, stride, most = numbers
    seconds = itertools.islice(itertools.count(begin, stride), most)
    return kills.twice(target, scenario, first, seconds, seen)


def _sum(scenario, kind, tallies):
    total = kills.Tally(scenario.name, kind)
    for tally in tallies:
        if tally is not None:
            total.done += tally.done
            total.problems += tally.problems
    return total


KINDS = {"kills": _kill, "doubles": _double, "model": power_loss.states, "faults": faults.several,
         "memory": memory.several}


def _spread(last, count):
    """`count` numbers from 1 to `last`, evenly; all of them when count is None."""
    if count is None or count >= last:
        return list(range(1, last + 1))
    return sorted({1 + (last - 1) * i // (count - 1) for i in range(count)}) if count > 1 else [1]


def _tasks(kinds, name, calls, changes, sample):
    def wanted(kind):
        return sample[kind] if sample else None
    scenario = scenarios.named(name)
    if scenario.unsynced:
        kinds = {"model"}.intersection(kinds)
    if scenario.kinds:
        kinds = set(scenario.kinds).intersection(kinds)
    if "kills" in kinds:
        # The first third is the loader's: a sample is worth more later.
        numbers = _spread(calls, wanted("kills")) if not sample else [
            calls * 2 // 5 + n for n in _spread(calls * 3 // 5, wanted("kills"))]
        for i in range(0, len(numbers), 20):
            yield "kills", name, numbers[i:i + 20]
    if "doubles" in kinds:
        for first in _spread(changes, wanted("doubles")):
            begin, stride, most = (1 + first % 5, 7, 2) if sample else (1, 1, None)
            yield "doubles", name, (first, begin, stride, most)
    if "model" in kinds:
        yield "model", name, wanted("model")
    if "faults" in kinds:
        for fault in faults.ALL:
            yield "faults", name, (fault, wanted("faults"))
    if "memory" in kinds and memory.concerns(scenario):
        yield "memory", name, wanted("memory")


def chosen(words):
    """The names of the scenarios with one of these words in them; of all when there are no words."""
    return [scenario.name for scenario in scenarios.SCENARIOS
            if not words or any(word in scenario.name for word in words)]


def run(options):
    directory = Path(tempfile.mkdtemp(prefix="baseline-crash-", dir=options.directory))
    names = chosen(options.only)
    table = figures.Table(str(directory))
    try:
        first = place.Place(tempfile.mkdtemp(prefix="worker-", dir=directory))
        tasks = []
        for name in names:
            tally, changes = kills.whole(first, scenarios.named(name))
            table.scenario(name, tally, changes)
            tasks += _tasks(options.kinds, name, tally.done, changes,
                            None if options.all else SAMPLE)
        with concurrent.futures.ProcessPoolExecutor(options.jobs, initializer=_start_worker,
                                                    initargs=(directory,)) as pool:
            for kind, tally in pool.map(_work, tasks, chunksize=1):
                table.add(kind, tally)
                if tally.problems and options.stop:
                    pool.shutdown(cancel_futures=True)
                    break
                if options.verbose:
                    print(f"{kind:8} {tally.scenario}: {tally.done} in {tally.seconds:.1f} s",
                          file=sys.stderr)
    finally:
        place.remove(directory)
    return table


def main():
    parser = argparse.ArgumentParser(prog="crash", description=__doc__)
    parser.add_argument("--all", action="store_true", help="everything, not a sample")
    parser.add_argument("--only", action="append", help="scenarios with this in their name")
    parser.add_argument("--kinds", default=",".join(KINDS),
                        help="what to do, with commas between [%(default)s]")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--directory", default=place.in_memory(), type=Path,
                        help="where the databases are [%(default)s]")
    parser.add_argument("--figures", type=Path, help="also writes the table into this file")
    parser.add_argument("--stop", action="store_true", help="stop at the first problem")
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    options.kinds = options.kinds.split(",")
    if unknown := set(options.kinds) - set(KINDS):
        parser.error(f"there is no kind {sorted(unknown)}")
    if not chosen(options.only):
        parser.error(f"there is no scenario with {' or '.join(options.only)} in its name")
    try:
        table = run(options)
    except place.CannotTrace as error:
        print(f"skipped: {error}", file=sys.stderr)
        sys.exit(place.SKIPPED)
    print(table.text())
    for problem in table.problems[:50]:
        print(f"VIOLATION: {problem}", file=sys.stderr)
    if options.figures and not table.problems:
        table.write(options.figures)
    sys.exit(1 if table.problems else 0)


if __name__ == "__main__":
    main()
