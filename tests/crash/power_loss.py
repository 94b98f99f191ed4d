"""Power cuts, in a model (disk.py): what a run told the disk is recorded; then for every point of
it, what a cut there may leave is written into a directory, and the real program recovers it."""

import hashlib
import os
import random

import content
import journal
import kills
import scenarios
from disk import Disk, Mode, Name, Size, Write
from place import JOURNAL, inodes, remove

RANDOM = 6  # so many random choices of each kind at each point


def ways(disk, events, seed):
    """What may be kept of the unsafe: (name, keeps)."""
    last = max((change.at for change in disk.changes
                if isinstance(change, Write) and change.at < events), default=None)
    yield "nothing", lambda change, sector: False
    yield "all", lambda change, sector: True
    yield "metadata", lambda change, sector: not isinstance(change, Write)
    yield "metadata but sizes", lambda change, sector: isinstance(change, (Name, Mode))
    yield "data", lambda change, sector: isinstance(change, (Write, Size))
    yield "names", lambda change, sector: isinstance(change, Name)
    if last is not None:
        yield "torn", lambda change, sector: (not isinstance(change, Write) or change.at != last
                                              or sector % 2 == 0)
        yield "torn at the end", lambda change, sector: (
            not isinstance(change, Write) or change.at != last or sector == change.offset // 512)
    for i in range(RANDOM):
        yield f"random {i}", _random(f"{seed} {events} {i}", None)
        yield f"in order, random {i}", _random(f"{seed} {events} in order {i}", events)


def _random(seed, ordered):
    """With `ordered` names come to the disk in the order in which they were made."""
    dice = random.Random(seed)
    until = dice.randrange(ordered + 1) if ordered is not None else None
    share = dice.choice((0.2, 0.5, 0.8))

    def keeps(change, _):
        if until is not None and isinstance(change, Name):
            return change.at < until
        return dice.random() < share
    return keeps


def _write(place, disk, image):
    remove(place.root)
    place.root.mkdir()
    made = {}
    for path, what in image.items():
        target = place.root / path
        if what is None:
            target.mkdir()
            continue
        file, data, mode = what
        if file in made:
            os.link(made[file], target)
            continue
        target.write_bytes(data)
        target.chmod(mode)
        made[file] = target
    journal.renumber(place.root / JOURNAL,
                     {disk.number[file]: path.stat().st_ino for file, path in made.items()})


def _digest(image):
    return hashlib.sha256(repr(sorted((path, what and (what[0], hashlib.sha256(what[1]).digest(),
                                                       what[2]))
                                      for path, what in image.items())).encode()).digest()


def states(place, scenario, most, _):
    """All different states of the scenario, or about `most` of them, evenly spread."""
    tally = kills.Tally(scenario.name, "model")
    looker = kills.begun(place, scenario)
    disk = Disk(place.root)
    if scenario.unsynced:
        disk.doubt(place.database)
    record = place.base / "record"
    run = place.traced(scenario.words(place), "--record", record)
    if run.code != scenario.code:
        tally.add("recorded", [f"ended with {run.code}: {run.stderr}"])
        return tally
    disk.play(record)
    lines = _history(place)
    # The recorded run as it was, or the model is wrong.
    _compare(place, disk, tally)
    seen = set()
    wanted = []
    for events in range(disk.events + 1):
        for way, keeps in ways(disk, events, scenario.name):
            image = disk.after_cut(events, keeps)
            digest = _digest(image)
            if digest not in seen or events == disk.events:
                seen.add(digest)
                wanted.append((events, way, image))
    if most:
        step = max(1, len(wanted) // most)
        wanted = wanted[step // 2::step]
    for events, way, image in wanted:
        tally.done += 1
        _write(place, disk, image)
        where = f"power cut after {events} of {disk.events} changes, kept: {way}"
        problems = looker.at_any_instant(place)
        recovery = place.run(scenarios.recover(place))
        problems += looker.when_recovered(place, recovery)
        if events == disk.events:
            problems += _undone(place, scenario, lines)
            problems += looker.when_gone_on(place, place.run(scenario.next(place)))
        tally.add(where, problems)
    return tally


def _history(place):
    path = place.catalogue / "history.jsonl"
    return len(path.read_bytes().splitlines()) if path.exists() else 0


def _undone(place, scenario, lines):
    """After a cut that came when the run had ended."""
    live = content.label_of(place.database)
    if live != scenario.after:
        yield f"the run had ended, and then {live} is live"
    if _history(place) < lines:
        yield "the run had ended, and then its line is not in the history"


def _compare(place, disk, tally):
    image = disk.after_cut(disk.events, lambda change, sector: True)
    there = {name: (place.root / name).read_bytes() for name in inodes(place.root).values()}
    modelled = {path: what[1] for path, what in image.items() if what is not None}
    for name in sorted(there.keys() | modelled.keys()):
        if there.get(name) != modelled.get(name) and not name.endswith("-shm"):
            tally.add("recorded", [f"the model has another {name} than the disk"])
