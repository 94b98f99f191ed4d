"""What must be true of a place at every instant, after the recovery, and after the next command. Each
function returns what is wrong, as sentences; nothing is what it should return."""

import hashlib
import json
import re

import content
import journal
from place import CANDIDATE, JOURNAL, LOCK

ENTRY = re.compile(r"\d{8}T\d{6}Z-\d+$")
SHARED = "-shm"


class Looker:
    """`begun`: the place as it was when the scenario's command began."""

    def __init__(self, scenario, place):
        self.scenario = scenario
        self.exact = scenario.exact  # a file is still the one of `before`, bit for bit
        self.bytes = place.database.read_bytes() if place.database.exists() else None
        self.sha256 = self.bytes and hashlib.sha256(self.bytes).hexdigest()
        self.companions = {}
        for suffix in content.COMPANIONS:
            path = place.root / f"app.db{suffix}"
            if path.exists() and path.stat().st_size:
                self.companions[suffix] = path.read_bytes()

    def at_any_instant(self, place):
        """After a crash, before anything has been put in order."""
        if self.scenario.unsynced:
            # What the application did not sync may be lost without us; but not what is sealed.
            return list(broken_backups(place))
        problems = []
        live = content.label_of(place.database)
        if live not in {self.scenario.before, self.scenario.after, "new"}:
            problems.append(f"the live database is {live}")
        if live == "new" and self.scenario.before != "new":
            problems += self._foreign_companions(place)
        known = list(_known_databases(place))
        labels = {content.label_of(path) for path in known}
        for label in self.scenario.kept:
            if label not in labels:
                problems.append(f"{label} is nowhere; there is {sorted(labels)}")
        if self.exact and self.sha256:
            if self.sha256 not in {content.sha256(path) for path in known}:
                problems.append(f"no file is {self.scenario.before} bit for bit")
        exported = content.label_of(place.root / "exported.db")
        if exported not in ("missing", "old"):
            problems.append(f"the exported file is {exported}")
        if self.scenario.before == "garbage":
            problems += self._lost_companions(place)
        return problems + list(broken_backups(place))

    def when_recovered(self, place, recovery):
        """After `baseline recover`, whose run this is."""
        problems = self.at_any_instant(place)
        if recovery.code != 0:
            problems.append(f"recover ended with {recovery.code}: {recovery.stderr.strip()}")
        return problems + list(_untidy(place, self.scenario))

    def when_gone_on(self, place, run):
        """After the next command, whose run this is."""
        problems = self.at_any_instant(place)
        if run.code != 0:
            problems.append(f"the next command ended with {run.code}: {run.stderr.strip()}")
        elif content.label_of(place.database) != "new":
            problems.append(f"after the next command {content.label_of(place.database)} is live")
        return problems + list(_untidy(place, self.scenario))

    def _foreign_companions(self, place):
        for suffix, old in self.companions.items():
            path = place.root / f"app.db{suffix}"
            if path.exists() and path.read_bytes() == old:
                yield f"the old database's {suffix} lies beside the new one"

    def _lost_companions(self, place):
        for suffix, old in self.companions.items():
            there = [path for path in place.root.rglob(f"app.db{suffix}")
                     if path.read_bytes() == old]
            if not there:
                yield f"the {suffix} of the unreadable database is lost"


def _known_databases(place):
    """The files in which somebody would find a database again: the live one, what the journal
    speaks of, the backups."""
    yield place.database
    records = journal.records(place.root / JOURNAL)
    runs = ()
    if records:
        run = records[0]["intent"]["run"]
        runs = (f".partial-{run}", f".partial-{run}-failed")
        if (place.root / CANDIDATE).exists():
            yield place.root / CANDIDATE
    if not place.catalogue.exists():
        return
    for entry in place.catalogue.iterdir():
        known = ENTRY.match(entry.name) or entry.name.startswith(".unsealed-")
        if (known or entry.name in runs) and (entry / "app.db").exists():
            yield entry / "app.db"


def broken_backups(place):
    """An entry under its final name is whole; anything else is called `.partial-`, or `.unsealed-`
    when it only has to be hashed."""
    catalogues = [place.catalogue, place.root / "also"]
    for catalogue in catalogues:
        if not catalogue.exists():
            continue
        for entry in catalogue.iterdir():
            if ENTRY.match(entry.name):
                for problem in _damage(entry):
                    yield f"the backup {entry.name} {problem}"
            elif entry.name == "history.jsonl":
                yield from _broken_history(entry)
            elif entry.name == "runs":
                yield from _foreign_records(entry)
            elif entry.name.startswith(".unsealed-"):
                if not (entry / "app.db").exists() or not (entry / "manifest.json").exists():
                    yield f"{entry.name} is not complete"
            elif entry.name != "brought-in" and not entry.name.startswith(".partial-"):
                yield f"{entry.name} is in the catalogue"


def _foreign_records(directory):
    """Nothing depends on the records of runs: they are not synced, and a power cut may tear one."""
    for path in directory.iterdir():
        if not path.name.endswith((".json", ".json.new")):
            yield f"{path.name} is among the records of runs"


def _damage(entry):
    try:
        manifest = json.loads((entry / "manifest.json").read_bytes())
    except (OSError, ValueError) as error:
        yield f"has no manifest: {error}"
        return
    if manifest.get("restored"):
        return
    data = entry / "app.db"
    if not data.exists():
        yield "has no data"
        return
    if content.sha256(data) != manifest["sha256"]:
        yield "is not what its SHA-256 says"
    sums = entry / "SHA256SUMS"
    if not sums.exists():
        yield "has no SHA256SUMS"
        return
    for line in sums.read_text().splitlines():
        digest, name = line.split("  ", 1)
        if not (entry / name).exists() or content.sha256(entry / name) != digest:
            yield f"has a {name} that is not the sealed one"


def _broken_history(path):
    lines = path.read_bytes().split(b"\n")
    # The last one may be torn, also when a later one was put below it.
    broken = 0
    for line in lines:
        try:
            if line:
                json.loads(line)
        except ValueError:
            broken += 1
    if broken > 2:
        yield f"{broken} lines of the history cannot be read"


def _used_up_twice(place):
    """A backup whose data went live has none: it would be a second name of the live file."""
    for manifest in place.catalogue.glob("*/manifest.json"):
        entry = manifest.parent
        try:
            restored = json.loads(manifest.read_bytes()).get("restored")
        except ValueError:
            continue  # _damage() speaks of it
        if not ENTRY.match(entry.name) or not restored:
            continue
        for name in ("app.db", "SHA256SUMS"):
            if (entry / name).exists():
                yield f"{name} of {entry.name} is there, which went live"


def _untidy(place, scenario):
    allowed = {LOCK, "app.db", "app.db.backups", "also", "elsewhere.db", "exported.db"}
    live = content.label_of(place.database)
    wal_mode = place.database.exists() and place.database.read_bytes()[18:19] == b"\x02"
    if live == scenario.before:
        # What lay beside it lies there still; and SQLite's own are its own affair.
        allowed |= {"app.db-wal", "app.db-journal", "app.db-shm"}
    if wal_mode:
        allowed |= {"app.db-wal", "app.db-shm"}
    if scenario.name == "backups export":
        # It replaces a file, for an instant from under this name; the next one removes it.
        allowed.add(".exported.db.baseline-export")
    for path in place.root.iterdir():
        if path.name not in allowed:
            yield f"{path.name} is left"
    yield from _used_up_twice(place)
    for entry in place.catalogue.glob(".unsealed-*"):
        yield f"{entry.name} is left"
    for catalogue in (place.catalogue, place.root / "also"):
        for entry in (*catalogue.glob(".partial-*"), *catalogue.glob("brought-in/.partial-*")):
            yield f"{entry.relative_to(place.root)} is left"
    for path in place.root.rglob("*.new"):
        yield f"{path.name} is left"
