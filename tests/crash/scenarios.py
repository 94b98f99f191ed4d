"""What is cut off: the commands that change something, each with what there is before and what there
must be at every instant and at the end."""

import json
import os
import shutil
import sqlite3
from dataclasses import dataclass, field
from typing import Callable

import content
from place import JOURNAL, remove

PASSING = """version: 1
checks:
  - {name: the new table is empty, query: SELECT count(*) FROM new_things, value: 0}
"""
FAILING = PASSING + """  - {name: never true, when: after, query: SELECT 1, value: 2}
"""


@dataclass
class Scenario:
    name: str
    arrange: Callable
    words: Callable  # of the place: the command
    code: int = 0
    before: str = "old"  # what is live before …
    after: str = "new"  # … and when it has come to its end
    kept: list = field(default_factory=list)  # contents that must be somewhere at every instant
    next: Callable = None  # the command after the recovery; the same again unless said
    in_place: bool = False
    exact: bool = True  # the file of `before` is kept bit for bit: SQLite has nothing to bring in
    unsynced: bool = False  # the application did not sync what it wrote: only for the model
    copied: bool = False  # the place was copied: no file has the inode that the journal tells
    kinds: tuple = ()  # of what is done with it, only these; all when there are none

    @property
    def command(self):
        """The first word of its name."""
        return self.name.split(",")[0].split()[0].replace("first", "deploy")

    def __post_init__(self):
        if not self.kept and self.before != "missing":
            self.kept = [self.before]


def _input(place, name, text):
    path = place.input / name
    if not path.exists():
        path.write_text(text)
    return path


def deploy(place, *more, passing=True):
    migration = _input(place, "new1_small.sql", content.SQL["new"])
    suite = _input(place, "passing.yaml", PASSING) if passing else _input(place, "failing.yaml",
                                                                          FAILING)
    return ["deploy", "-d", place.database, "-m", migration, "--checks", suite, "--yes", "-q", *more]


def rollback(place, *more):
    return ["rollback", "-d", place.database, "--yes", "-q", *more]


IN_PLACE = ("--engine", "in-place")


def in_place_again(place):
    return deploy(place, "--again", *IN_PLACE)


def recover(place):
    """It names the second copies, as whoever made them would: what only a record names is not touched."""
    also = place.root / "also"
    return ["recover", "-d", place.database, *(("--also", also) if also.exists() else ())]


def backups(place, *words):
    return ["backups", *words, "-d", place.database, "-q"]


def done(place, words):
    run = place.run(words)
    if run.code != 0:
        raise RuntimeError(f"{words} ended with {run.code}: {run.stderr}")


def _old(place):
    content.make(place.database, "old")


def _old_in_wal_mode(place):
    content.make(place.database, "old", "journal_mode = WAL")


def _crashed_writer(place, act):
    """Another process writes and is gone without closing."""
    child = os.fork()
    if child == 0:
        act(place.database)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        raise RuntimeError("the writer failed")


def _crashed_wal(place):
    def write(database):
        connection = sqlite3.connect(database, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.executescript(content.SQL["old"])
        os._exit(0)
    _crashed_writer(place, write)
    assert os.path.getsize(f"{place.database}-wal") > 0


def _hot_journal(place):
    _old(place)

    def write(database):
        connection = sqlite3.connect(database, isolation_level=None)
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.execute("UPDATE old_things SET name = name || 'x'")
        connection.execute("CREATE TABLE spill AS SELECT zeroblob(100000)")
        os._exit(0)
    _crashed_writer(place, write)
    assert os.path.getsize(f"{place.database}-journal") > 0


def _garbage(place):
    place.database.write_bytes(content.GARBAGE)
    (place.root / "app.db-wal").write_bytes(b"what lies beside an unreadable database is its own")


def _deployed(place, old=_old):
    old(place)
    done(place, deploy(place))


def _cut(place, words, *, before=None, after=None):
    """Ends a command just before or after the last of its changes that this is true of."""
    template = place.base / "before-cut"
    remove(template)
    shutil.copytree(place.root, template)
    record = place.base / "record"
    place.traced(words, "--only", "changes", "--record", record)
    wanted = before or after
    numbers = [line["n"] for line in map(json.loads, record.read_text().splitlines())
               if wanted(line)]
    remove(place.root)
    template.rename(place.root)
    at = numbers[-1] + (1 if after else 0)
    run = place.traced(words, "--only", "changes", "--kill", at)
    if not run.killed:
        raise RuntimeError(f"{words} was not cut off")


def _cut_after_the_exchange(place):
    _old(place)
    _cut(place, deploy(place), after=lambda line: line["op"] == "exchange")
    assert content.label_of(place.database) == "new"


def _cut_in_the_transaction(place, passing=True):
    """Some of the pages are in the live database, and SQLite's journal has those they replace."""
    _old(place)
    _cut(place, deploy(place, *IN_PLACE, passing=passing),
         before=lambda line: line["op"] == "write" and line["path"] == str(place.database))
    assert (place.root / "app.db-journal").read_bytes()[:1] != b"\0"


def _cut_in_the_transaction_back(place):
    _cut_in_the_transaction(place, passing=False)
    assert b"reverting" in (place.root / JOURNAL).read_bytes()
    assert content.label_of(place.database) == "new"


def _cut_in_the_copy(place):
    _old(place)
    _cut(place, deploy(place, "--backup", "copy"),
         after=lambda line: line["op"] == "write" and line["path"].endswith("/app.db"))
    assert list(place.catalogue.glob(".partial-*/app.db"))


def _cut_while_reverting(place):
    _old(place)
    _cut(place, deploy(place, passing=False), before=lambda line: line["op"] == "exchange")
    assert b"reverting" in (place.root / JOURNAL).read_bytes()
    assert content.label_of(place.database) == "new"


def _several_backups(place):
    content.make(place.database, "older")
    done(place, deploy(place))
    place.database.unlink()
    _old(place)
    done(place, deploy(place, "--again"))


def _export(place):
    entry, = place.catalogue.glob("2*Z-*")
    return backups(place, "export", entry.name, place.root / "exported.db", "--force")


def _also(place):
    _old(place)
    (place.root / "also").mkdir()


def _large(place):
    """More than is copied without a second thread."""
    _also(place)
    connection = sqlite3.connect(place.database, isolation_level=None)
    connection.execute(f"CREATE TABLE padding AS SELECT zeroblob({9 << 20})")
    connection.execute("DROP TABLE padding")
    connection.close()
    assert place.database.stat().st_size > 9 << 20


def _elsewhere(place):
    content.make(place.root / "elsewhere.db", "old")
    content.make(place.database, "older")


def again(place):
    return deploy(place, "--again")


LATER = ("--seal", "later")


def _deployed_unsealed(place):
    _old(place)
    done(place, deploy(place, *LATER))
    assert list(place.catalogue.glob(".unsealed-*/app.db"))


SCENARIOS = [
    Scenario("deploy, move", _old, deploy, next=again),
    Scenario("deploy over what was never synced", _old, deploy, next=again, unsynced=True),
    Scenario("deploy, copy", _old, lambda place: deploy(place, "--backup", "copy"), next=again),
    Scenario("deploy whose after checks fail", _old,
             lambda place: deploy(place, passing=False), code=1, after="old", next=again),
    Scenario("deploy, copy, whose after checks fail", _old,
             lambda place: deploy(place, "--backup", "copy", passing=False), code=1, after="old",
             next=again),
    Scenario("first install", lambda place: None, deploy, before="missing", next=again),
    Scenario("rollback", _deployed, rollback, before="new", after="old", kept=["new", "old"], next=again),
    Scenario("rollback --move", _deployed, lambda place: rollback(place, "--move"), before="new",
             after="old", kept=["new", "old"], next=again),
    Scenario("rollback to a database in WAL mode", lambda place: _deployed(place, _old_in_wal_mode),
             rollback, before="new", after="old", kept=["new", "old"], next=again),
    Scenario("rollback --from a file", _elsewhere,
             lambda place: rollback(place, "--from", place.root / "elsewhere.db"), before="older",
             after="old", next=again),
    Scenario("deploy over a crashed WAL", _crashed_wal, deploy, next=again, exact=False),
    Scenario("deploy over a hot journal", _hot_journal, deploy, next=again, exact=False),
    Scenario("deploy over an unreadable database", _garbage,
             lambda place: deploy(place, "--old-unreadable", "backup"), before="garbage",
             next=lambda place: deploy(place, "--again", "--old-unreadable", "backup")),
    Scenario("deploy over an unreadable database, whose after checks fail", _garbage,
             lambda place: deploy(place, "--old-unreadable", "backup", passing=False), code=1,
             before="garbage", after="garbage",
             next=lambda place: deploy(place, "--again", "--old-unreadable", "backup")),
    Scenario("recovery that finishes", _cut_after_the_exchange, recover, before="new", after="new",
             kept=["new", "old"], next=again, exact=False),
    Scenario("recovery that undoes a copy", _cut_in_the_copy, recover, after="old", next=again),
    Scenario("recovery that swaps back", _cut_while_reverting, recover, before="new", after="old",
             kept=["old"], next=again, exact=False),
    Scenario("recovery that finishes, on a copied volume", _cut_after_the_exchange, recover,
             before="new", after="new", kept=["new", "old"], next=again, exact=False, copied=True),
    Scenario("recovery that undoes, on a copied volume", _cut_in_the_copy, recover, after="old",
             next=again, copied=True),
    Scenario("recovery that swaps back, on a copied volume", _cut_while_reverting, recover,
             before="new", after="old", kept=["old"], next=again, exact=False, copied=True),
    # What a deploy or a rollback in place gives back is the content, not the bytes.
    Scenario("deploy in place", _old, lambda place: deploy(place, *IN_PLACE), next=in_place_again,
             in_place=True),
    Scenario("deploy in place, whose after checks fail", _old,
             lambda place: deploy(place, *IN_PLACE, passing=False), code=1, after="old",
             next=in_place_again, exact=False),
    Scenario("deploy in place over a crashed WAL", _crashed_wal,
             lambda place: deploy(place, *IN_PLACE), next=in_place_again, exact=False),
    Scenario("deploy in place over a crashed WAL, whose after checks fail", _crashed_wal,
             lambda place: deploy(place, *IN_PLACE, passing=False), code=1, after="old",
             next=in_place_again, exact=False),
    Scenario("rollback in place", _deployed, lambda place: rollback(place, *IN_PLACE), before="new",
             after="old", kept=["new", "old"], next=in_place_again, in_place=True),
    Scenario("recovery in place, within the transaction", _cut_in_the_transaction, recover,
             after="old", next=in_place_again, exact=False),
    Scenario("recovery in place that puts back", _cut_in_the_transaction_back, recover,
             before="new", after="old", kept=["old"], next=in_place_again, exact=False),
    Scenario("backups create", _old, lambda place: backups(place, "create"), after="old",
             next=again),
    Scenario("backups prune", _several_backups,
             lambda place: backups(place, "prune", "--keep", "1", "--yes"), before="new",
             after="new", kept=["old"], next=again, exact=False),
    Scenario("backups export", _deployed, _export, before="new", after="new", kept=["old"],
             next=again),
    Scenario("deploy --also", _also,
             lambda place: deploy(place, "--also", place.root / "also"), next=again),
    Scenario("deploy that seals later", _old, lambda place: deploy(place, *LATER), next=again),
    Scenario("rollback from what is not sealed, that seals later", _deployed_unsealed,
             lambda place: rollback(place, *LATER), before="new", after="old", kept=["new", "old"],
             next=again),
    Scenario("backups verify that seals", _deployed_unsealed,
             lambda place: backups(place, "verify"), before="new", after="new", kept=["old"],
             next=again),
    Scenario("deploy --also, of a large database, by a thread", _large,
             lambda place: deploy(place, "--also", place.root / "also"), next=again,
             kinds=("memory",)),
]


def named(name):
    """The scenario of this name. Raises KeyError."""
    return {scenario.name: scenario for scenario in SCENARIOS}[name]
