"""What an adversary may put beside somebody's database. Each plant is made by the adversary's own user,
in the directory that he shares with the database."""

import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

ID = "20261121T051801Z-001"
RUN = f"{ID}-9f31c2aa"
NO_DIGEST = "0" * 64


@dataclass
class Place:
    """`database` in a directory of which the adversary has a part; `outside` is what he is after."""
    database: Path
    outside: Path

    def beside(self, suffix):
        return self.database.parent / f".{self.database.name}.baseline-{suffix}"

    @property
    def catalogue(self):
        return Path(f"{self.database}.backups")


def line(record):
    text = json.dumps(record, separators=(",", ":"))
    return f"{hashlib.sha256(text.encode()).hexdigest()[:16]} {text}\n"


def manifest(place, **changes):
    return {"version": 1, "id": ID, "reason": "deploy", "when": "2026-11-21T05:18:01Z", "run": RUN,
            "host": "h", "user": "u", "tool": "t", "engine": "SQLite", "database": str(place.database),
            "file": place.database.name, "size": 1, "sha256": NO_DIGEST, "strategy": "move",
            "page_size": 4096, "page_count": 1, "tables": [], "schema_digest": "", "revision": None,
            "user_version": 0, "application_id": 0, "owner": "u:u", "mode": "0644", "companions": [],
            "unreadable": None, "complaint": None, "restored": None, **changes}


def intent(place, **changes):
    return {"command": "deploy", "started": "2026-11-21T05:17:08Z", "host": "h", "pid": 1,
            "revision": "", "run": RUN, "backup_id": "", "catalogue": str(place.catalogue),
            "strategy": "move", "manifest": "", "also": [], "source_id": "", "source_consumed": False,
            **changes}


def journal(place, *more, **changes):
    records = [{"phase": "prepare", "version": 1, "intent": intent(place, **changes)}, *more]
    place.beside("journal").write_text("".join(map(line, records)))


def entry(place, record=None, name=ID, **changes):
    """A backup, sealed as far as its texts go; its data is one byte."""
    directory = place.catalogue / name
    directory.mkdir(parents=True)
    (directory / place.database.name).write_bytes(b"x")
    digest = hashlib.sha256(b"x").hexdigest()
    known = {"sha256": digest, **changes}
    text = json.dumps(manifest(place, **known))
    (directory / "manifest.json").write_text(text)
    sums = (f"{digest}  {place.database.name}\n"
            f"{hashlib.sha256(text.encode()).hexdigest()}  manifest.json\n")
    (directory / "SHA256SUMS").write_text(sums)
    if record is not None:
        (directory / "baseline-record").write_text(line(record))


def unsealed(place, **changes):
    """One that has yet to be sealed: its name is that of its run."""
    entry(place, sha256=None, modified_ns=0, **changes)
    (place.catalogue / ID / "SHA256SUMS").unlink()
    (place.catalogue / ID).rename(place.catalogue / f".unsealed-{RUN}")


def record(*directories):
    return {"version": 1, "verified": "", "checked": "", "damage": "", "copies": [
        {"directory": str(directory), "made": "2026-11-21T05:18:01Z", "problem": ""}
        for directory in directories]}


def swapped(place):
    """The record after which the new database is live, as far as it tells."""
    return {"phase": "swap", "new_inode": os.stat(place.database).st_ino, "old_inode": 1,
            "new_size": 1, "new_sha256": NO_DIGEST}


def from_outside_to(place):
    return "/".join([".."] * len(place.database.parents)) + str(place.outside)


def catalogue_link(place):
    place.catalogue.symlink_to(place.outside)


def in_catalogue(name):
    def plant(place):
        place.catalogue.mkdir()
        (place.catalogue / name).symlink_to(place.outside)
    return plant


def link(suffix, to="secret"):
    return lambda place: place.beside(suffix).symlink_to(place.outside / to)


def fifo(suffix):
    return lambda place: os.mkfifo(place.beside(suffix))


def partial_that_leads_out(place):
    place.catalogue.mkdir()
    (place.catalogue / ".partial-x").mkdir()
    journal(place, run="x" + from_outside_to(place))


def history(text):
    def plant(place):
        place.catalogue.mkdir()
        (place.catalogue / "history.jsonl").write_text(text)
    return plant


def history_line(**changes):
    return json.dumps({"when": "2026-11-21T05:18:01Z", "run": RUN, "command": "deploy", "outcome": "done",
                       "database": "/", "from": "", "to": "", "backup": ID, "source": "", "user": "u",
                       "host": "h", "kind": "deploy", "replaced": True, "migration": "", "sha256": "",
                       "unavailable_us": None, **changes}) + "\n"


def text_of_secret(name):
    def plant(place):
        place.catalogue.mkdir()
        (place.catalogue / name).symlink_to(place.outside / "secret")
    return plant


def old_lock(place):
    place.beside("lock").write_text('{"pid":1,"host":"h","command":"deploy","started":"s"}\n')


HUGE = 2 ** 64 - 1

# Name → what makes it. Those before the first of the catalogue lie beside the database.
PLANTS: dict[str, Callable[[Place], None]] = {
    "the lock is a link": link("lock"),
    "the lock is a FIFO": fifo("lock"),
    "the lock is the adversary's": old_lock,
    "the journal is a link": link("journal"),
    "the journal is a FIFO": fifo("journal"),
    "the journal's run leads out": partial_that_leads_out,
    "the journal's catalogue is outside": lambda place: journal(
        place, swapped(place), catalogue=str(place.outside), backup_id=ID,
        manifest=json.dumps(manifest(place))),
    "the journal's copies are outside": lambda place: journal(
        place, swapped(place), also=[str(place.outside)], backup_id=ID,
        manifest=json.dumps(manifest(place))),
    "the journal's manifest leads out": lambda place: journal(
        place, swapped(place), backup_id=ID,
        manifest=json.dumps(manifest(place, id="x" + from_outside_to(place)))),
    "the journal's numbers are huge": lambda place: journal(
        place, {"phase": "swap", "new_inode": HUGE, "old_inode": HUGE, "new_size": HUGE,
                "new_sha256": NO_DIGEST}, pid=HUGE),
    "the journal is nested": lambda place: place.beside("journal").write_text(
        (lambda text: f"{hashlib.sha256(text.encode()).hexdigest()[:16]} {text}\n")(
            '{"phase":"prepare","version":1,"intent":' + "[" * 400_000 + "]" * 400_000 + "}")),
    "the journal that is made is a link": link("journal.new"),
    "the candidate is a link": link("candidate"),
    "the candidate is a FIFO": fifo("candidate"),
    "the file that is put back is a link": link("restoring"),
    "the catalogue is a link": catalogue_link,
    "the catalogue is the adversary's": lambda place: entry(place),
    "an entry is a link": in_catalogue(ID),
    "an entry to be removed is a link": in_catalogue(f".partial-removed-{ID}"),
    "an unfinished entry is a link": in_catalogue(f".partial-{RUN}-manual"),
    "an unsealed entry is a link": in_catalogue(f".unsealed-{RUN}"),
    "an unsealed entry's id leads out": lambda place: unsealed(
        place, id="x" + from_outside_to(place)),
    "an unsealed entry's file leads out": lambda place: unsealed(place, file="../../outside/secret"),
    "the data of an unsealed entry is a link": lambda place: (
        unsealed(place), (place.catalogue / f".unsealed-{RUN}" / place.database.name).unlink(),
        (place.catalogue / f".unsealed-{RUN}" / place.database.name).symlink_to(
            place.outside / "secret")),
    "the records of runs are a link": in_catalogue("runs"),
    "what was brought in is a link": in_catalogue("brought-in"),
    "the history is a link": text_of_secret("history.jsonl"),
    "the history is nested": history("[" * 400_000 + "\n"),
    "the history's run leads out": history(history_line(run="../../../../../etc/passwd")),
    "the manifest is a link": lambda place: (
        entry(place), (place.catalogue / ID / "manifest.json").unlink(),
        (place.catalogue / ID / "manifest.json").symlink_to(place.outside / "secret")),
    "the manifest's run leads out": lambda place: entry(place, run="x" + from_outside_to(place)),
    "the manifest's file leads out": lambda place: entry(place, file="../../outside/secret"),
    "the manifest's companions lead out": lambda place: entry(
        place, companions=["../../outside/secret"]),
    "the manifest's companion is the list": lambda place: entry(place, companions=["SHA256SUMS"]),
    "the manifest's numbers are huge": lambda place: entry(
        place, size=HUGE, page_size=HUGE, page_count=HUGE, user_version=HUGE),
    "the manifest is nested": lambda place: (entry(place), (
        place.catalogue / ID / "manifest.json").write_text("[" * 400_000)),
    "the data of a backup is a link": lambda place: (
        entry(place), (place.catalogue / ID / place.database.name).unlink(),
        (place.catalogue / ID / place.database.name).symlink_to(place.outside / "secret")),
    "the record's copies are outside": lambda place: entry(place, record(place.outside)),
    "the record is a link": lambda place: (entry(place), (
        place.catalogue / ID / "baseline-record").symlink_to(place.outside / "secret")),
}

BESIDE = list(PLANTS)[:list(PLANTS).index("the catalogue is a link")]


def flip(one, other, until):
    """Exchanges two names as fast as it goes, until that file is there."""
    import ctypes
    exchange = ctypes.CDLL(None, use_errno=True).renameat2
    names = [os.fsencode(path) for path in (one, other)]
    while not os.path.exists(until):
        for _ in range(200):
            exchange(-100, names[0], -100, names[1], 2)
        time.sleep(0)
