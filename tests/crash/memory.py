"""Memory that runs out from the exchange on: once at each place of the program that allocates or
starts a thread, or for good. What the exit code says is live then, and a recovery puts the rest in
order."""

import os
import re
from pathlib import Path

import content
import kills
import scenarios
from place import BINARY, JOURNAL, CannotTrace

LIBRARY = Path(os.environ.get("FAIL_MEMORY", BINARY.parent / "tests/crash/libfail_memory.so"))
# What is left of the memory, in KiB, where it runs out for good.
LEFT = (0, 64, 192, 384, 768, 1536, 3072, 6144, 12288)
OLD = (1, 2, 3, 4, 5)


def concerns(scenario):
    """Whether something goes live in it, and it is not a recovery, which may be begun again."""
    return scenario.command in ("deploy", "rollback") and not scenario.unsynced


def several(place, scenario, most, seen):
    """All places, or `most` of them."""
    tally = kills.Tally(scenario.name, "memory")
    if not LIBRARY.exists():
        raise CannotTrace(f"there is no {LIBRARY}: the program is linked statically, or sanitized")
    since = "transaction" if "in place" in scenario.name else "exchange"
    record = place.base / "allocations"
    record.unlink(missing_ok=True)
    place.begin(scenario)
    _run(place, scenario, since, "RECORD", record)
    numbers = [int(line) for line in record.read_text().split()]
    if not numbers:
        tally.add("without a fault", ["nothing was allocated after the exchange"])
        return tally
    left = LEFT
    if most:
        numbers = [numbers[i * len(numbers) // most] for i in range(most)]
        left = LEFT[len(scenario.name) % 3::3]
    for number in numbers:
        _one(place, scenario, since, "AT", number, tally, seen)
    for kibibytes in left:
        _one(place, scenario, since, "LEFT", kibibytes, tally, seen)
    return tally


def _run(place, scenario, since, what, value):
    return place.run(scenario.words(place), {"LD_PRELOAD": str(LIBRARY), "FAIL_MEMORY_FROM": since,
                                             f"FAIL_MEMORY_{what}": str(value)})


def _one(place, scenario, since, what, value, tally, seen):
    looker = kills.begun(place, scenario)
    run = _run(place, scenario, since, what, value)
    tally.done += 1
    # What comes back in place is the content.
    looker.exact = looker.exact and not (since == "transaction" and run.code != 0)
    problems = _lies(place, scenario, run)
    problems += looker.at_any_instant(place)
    if seen.is_new(scenario, place):
        recovery = place.run(scenarios.recover(place))
        problems += looker.when_recovered(place, recovery)
    tally.add(f"{what} {value} since the {since} (ended with {run.code})", problems)


def _lies(place, scenario, run):
    """Whether the exit code tells what is live (docs/exit-codes.md), and what is still to be done."""
    live = content.label_of(place.database)
    told = run.stdout + run.stderr
    problems = []
    # nlohmann/json allocates in its destructors: what fails there ends the program, as a kill does.
    if run.code == 6 and "no memory where the program cannot do without" in told:
        return [] if "baseline recover" in told else [f"ended with 6, and says {told!r}"]
    if run.code not in (0, *OLD, 6):
        return [f"ended with {run.code}: {told}"]
    if run.code == 0 and (scenario.code, scenario.after) != (0, live):
        problems.append(f"ended with 0, and {live} is live: {told}")
    if run.code in OLD and live != scenario.before:
        problems.append(f"ended with {run.code}, and {live} is live: {told}")
    if not re.search("baseline: (error|warning): |nothing was|were undone|is in place", told) \
            and run.code not in (0, 1):
        problems.append(f"ended with {run.code}, and says {told!r}")
    if (place.root / JOURNAL).exists() and not re.search("baseline recover|could not be told", told):
        problems.append(f"ended with {run.code}, leaves a journal and does not say so: {told!r}")
    return problems
