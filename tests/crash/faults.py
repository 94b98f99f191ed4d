"""System calls that fail: once, or from one on. What the program says about it must be true, and the
next recovery puts everything in order."""

import json
import re

import content
import kills
import scenarios

# What fails, and which calls are tried: those that change something, or all that name a file.
ALL = ("EIO", "ENOSPC", "EDQUOT", "EACCES", "EINTR", "short", "dead EIO", "dead ENOSPC")
READS_TOO = ("EIO", "EINTR")
OLD = (1, 2, 3, 4, 5)


def several(place, scenario, numbers, seen):
    """All places at which this fault can be, or `most` of them."""
    fault, most = numbers
    tally = kills.Tally(scenario.name, "fault")
    only = "files" if fault in READS_TOO or fault == "short" else "changes"
    place.begin(scenario)
    probe = ["--short", 10 ** 9] if fault == "short" else []
    record = place.base / "record"
    last = place.traced(scenario.words(place), "--only", only, "--record", record, *probe).calls
    stride = max(1, last // most) if most else 1
    chosen = set(range(1 + stride // 2, last + 1, stride))
    if fault == "EIO":
        chosen |= _just_after_the_exchange(record, last) | _around_the_commit(record, last)
    for at in sorted(chosen):
        _one(place, scenario, fault, only, at, tally, seen)
    return tally


def _just_after_the_exchange(record, last):
    """What fails there finds the new database live, and must not say that nothing was changed."""
    lines = map(json.loads, record.read_text().splitlines())
    numbers = [line["n"] for line in lines if line["op"] == "exchange"]
    return {at for n in numbers for at in range(n + 1, n + 5) if at <= last}


def _around_the_commit(record, last):
    """In place SQLite's journal is the commit: the syncs of it, and what follows the last of them."""
    lines = map(json.loads, record.read_text().splitlines())
    numbers = [line["n"] for line in lines
               if "sync" in line["op"] and str(line.get("path", "")).endswith("/app.db-journal")]
    later = range(numbers[-1] + 1, numbers[-1] + 9) if numbers else ()
    return {at for at in (*numbers, *later) if at <= last}


def _one(place, scenario, fault, only, at, tally, seen):
    looker = kills.begun(place, scenario)
    if fault == "short":
        how = ["--short", at]
    elif fault.startswith("dead "):
        how = ["--fail", at, "--error", fault.removeprefix("dead "), "--on"]
    else:
        how = ["--fail", at, "--error", fault]
    run = place.traced(scenario.words(place), "--only", only, *how)
    where = f"{fault} at {at} ({run.last})"
    tally.done += 1
    # A run in place that fails may have put back the content, which is what it promises. Without a
    # lease, which is a call that may fail, it is in place by itself, and says so.
    in_place = scenario.in_place or re.search(r"(?m)^ +engine +in-place:", run.stdout)
    looker.exact = looker.exact and not (in_place and run.code != 0)
    problems = _lies(place, scenario, run)
    problems += looker.at_any_instant(place)
    if seen.is_new(scenario, place):
        recovery = place.run(scenarios.recover(place))
        problems += looker.when_recovered(place, recovery)
    tally.add(where, problems)


def _lies(place, scenario, run):
    """Whether the exit code tells what is live (docs/exit-codes.md)."""
    live = content.label_of(place.database)
    if run.code == 0:
        if scenario.code != 0:
            return [f"ended with 0 instead of {scenario.code}"]
        return [] if live == scenario.after else [f"ended with 0, and {live} is live"]
    problems = []
    if run.code not in (*OLD, 6):
        problems.append(f"ended with {run.code}: {run.stderr}")
    if run.code != 1 and "baseline: error: " not in run.stderr:
        problems.append(f"ended with {run.code} and says {run.stderr!r}")
    is_recovery = scenario.name.startswith("recovery")
    if run.code in OLD and live != scenario.before and not is_recovery:
        problems.append(f"ended with {run.code}, and {live} is live: {run.stderr}")
    return problems
