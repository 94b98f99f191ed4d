"""kill -9 before any system call, and before any change that the recovery makes."""

from dataclasses import dataclass, field

import content
import scenarios
from invariants import Looker


@dataclass
class Tally:
    """What was done, and what was found wrong."""
    scenario: str
    kind: str
    done: int = 0
    problems: list = field(default_factory=list)

    def add(self, where, problems):
        self.problems += [f"{self.scenario}, {where}: {problem}" for problem in problems]


def begun(place, scenario):
    place.begin(scenario)
    return Looker(scenario, place)


def whole(place, scenario):
    """The scenario without any crash: how many system calls it makes, and how many of them change
    something. A scenario that does not do what it says proves nothing."""
    tally = Tally(scenario.name, "whole")
    looker = begun(place, scenario)
    run = place.killed(scenario.words(place), 10 ** 9)
    tally.done = run.calls
    live = content.label_of(place.database)
    if (run.code, live) != (scenario.code, scenario.after):
        tally.add("without a crash", [f"ended with {run.code}, {live} is live: {run.stderr}"])
    tally.add("without a crash", looker.at_any_instant(place))
    place.begin(scenario)
    changes = place.traced(scenario.words(place), "--only", "changes").calls
    return tally, changes


def _put_in_order(place, scenario, looker, tally, where):
    recovery = place.run(scenarios.recover(place))
    tally.add(f"{where}, after recover", looker.when_recovered(place, recovery))
    again = place.run(scenarios.recover(place))
    if not again.stdout.startswith("nothing to recover") or again.code != 0:
        tally.add(f"{where}, after recover", ["a second recover finds something to do"])


def once(place, scenario, at, seen):
    """One kill before any call, and, where what it left is not in `seen`, the recovery and the next
    command. None when the run came to its end before."""
    tally = Tally(scenario.name, "kill")
    looker = begun(place, scenario)
    run = place.killed(scenario.words(place), at)
    if not run.killed:
        return None
    where = f"killed before call {at} ({run.last})"
    tally.done = 1
    tally.add(where, looker.at_any_instant(place))
    if seen.is_new(scenario, place):
        _put_in_order(place, scenario, looker, tally, where)
        following = place.run(scenario.next(place))
        tally.add(f"{where}, then {scenario.name} again", looker.when_gone_on(place, following))
    return tally


def twice(place, scenario, first, seconds, seen):
    """A kill, and for each of `seconds` one in the recovery from what it left; both count only the
    calls that change something, for the others leave the same on the disk. Ends with the second
    that does not come before the end of the recovery."""
    total = Tally(scenario.name, "double kill")
    looker = begun(place, scenario)
    run = place.traced(scenario.words(place), "--only", "changes", "--kill", first)
    if not run.killed:
        return total
    place.keep()
    for count, second in enumerate(seconds):
        if count:
            place.restore(scenario)
        recovery = place.traced(scenarios.recover(place), "--only", "changes", "--kill", second)
        if not recovery.killed:
            break
        where = (f"killed before change {first} ({run.last}),"
                 f" recovery before {second} ({recovery.last})")
        total.done += 1
        total.add(where, looker.at_any_instant(place))
        if seen.is_new(scenario, place):
            _put_in_order(place, scenario, looker, total, where)
    return total
