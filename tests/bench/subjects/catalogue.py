"""Commands that look at a catalogue of many backups."""

import json
import shutil

import page
from measure import Contender, interleaved, remove, run

TITLE = "A catalogue of 200 backups"

ENTRIES = 200

TEXT = f"""\
One entry of a small database, {ENTRIES} times, each with its own id, manifest and checksums.
"""


def measure(bench):
    place = bench.scratch("catalogue")
    database = place / "app.db"
    run("cp", bench.legacy, database)
    run(bench.binary, "deploy", "--database", database)
    fill(place / "app.db.backups")
    words = {"`backups list`": ("backups", "list"), "`status`": ("status",),
             "`backups list --format json`": ("backups", "list", "--format", "json")}
    contenders = [
        Contender(name, lambda given=given: run(bench.binary, *given, "--database", database))
        for name, given in words.items()]
    interleaved(contenders, bench.runs, tell=bench.tell)
    found = json.loads(contenders[-1].results[-1].output)["backups"]
    assert len(found) == ENTRIES, f"{len(found)} entries are listed"
    remove(place)
    rows = [[one.name, page.spread(one.wall()),
             page.size(max(result.memory for result in one.results))] for one in contenders]
    return TEXT + "\n" + page.table(["", "whole process", "peak memory"], rows)


def fill(catalogue):
    first = next(catalogue.glob("*-001"))
    time = first.name.rsplit("-", 1)[0]
    for number in range(2, ENTRIES + 1):
        entry = catalogue / f"{time}-{number:03}"
        shutil.copytree(first, entry)
        manifest = entry / "manifest.json"
        manifest.chmod(0o600)
        content = json.loads(manifest.read_text(encoding="utf-8"))
        content["id"] = entry.name
        content["run"] = f"{entry.name}-00000000"
        manifest.write_text(json.dumps(content), encoding="utf-8")
