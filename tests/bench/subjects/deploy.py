"""baseline deploy beside the same by hand, on old databases of many sizes."""

import json

import page
import rivals
import samples
from bench import MIGRATION, PROJECT
from measure import Contender, interleaved, paired_ratio, run, run_all, syncs_of
from observer import Observer, window_seen

TITLE = "Replacing an old database"

TEXT = """\
The window is from "the old database is no longer usable" to "the new one is". For `baseline deploy` it
is the tool's own figure (`unavailable_ms` of `--format json`): from the freeze to the end of the
checks on the live database. Below is how it was confirmed from outside. By hand it is from the
beginning of the `cp`, because what the application writes after that is lost, to the end of the last
command. By hand is `cp -p`, `sync FILE`, `rm`, `alembic upgrade head`, `alembic current`; with dbmate
the last two are `dbmate up`. `.backup` and `VACUUM INTO` make a backup and nothing else, so they have no
window. Memory is the largest of one process, bytes written are those of all (what was dirtied in the
page cache). The files were in the page cache, as those of an application that runs are.
"""


def measure(bench):
    dbmate = rivals.Dbmate(PROJECT / "build/bench/dbmate", MIGRATION)
    parts = [TEXT]
    seen, moves = [], {}
    for sample in bench.samples():
        for mode in ("rollback journal", "WAL, full"):
            if mode != "rollback journal":
                sample.to_wal_mode()
            bench.tell(f" {mode}")
            contenders = contenders_for(bench, sample, dbmate)
            interleaved(contenders, bench.runs, warm_up=False, tell=bench.tell)
            parts.append(f"### {samples.shown(sample.size)}, {mode}\n")
            parts.append(figures_of(contenders, sample))
            moves[samples.shown(sample.size), mode] = contenders
            seen.append((samples.shown(sample.size), mode, *confirm(bench, sample)))
        sample.to_rollback_mode()
    if dbmate.missing:
        parts.append(f"dbmate was left out: {dbmate.missing}.\n")
    parts += [summary(moves), confirmation(seen)]
    return "\n".join(parts)


def contenders_for(bench, sample, dbmate):
    deploy = (bench.binary, "deploy", "--database", sample.database, "--format", "json")
    copy = sample.directory / "copy.db"
    upgrade, migrated = rivals.upgrade(), [dbmate.up(sample.database)]

    def baseline(*options):
        def once():
            figures = run(*deploy, *options)
            figures.extra["window"] = json.loads(figures.output)["unavailable_ms"] / 1e3
            return figures
        return once

    found = [
        contender(sample, "`deploy` (move)", baseline(), [deploy], None),
        contender(sample, "`deploy --backup copy`", baseline("--backup", "copy"),
                  [(*deploy, "--backup", "copy")], None),
        contender(sample, "by hand, Alembic", lambda: rivals.run_by_hand(sample, upgrade),
                  *rivals.by_hand(sample, upgrade)),
    ]
    if not dbmate.missing:
        found.append(contender(sample, "by hand, dbmate",
                               lambda: rivals.run_by_hand(sample, migrated),
                               *rivals.by_hand(sample, migrated)))
    for name, words in (("`sqlite3 .backup`, `sync`", f".backup '{copy}'"),
                        ("`VACUUM INTO`, `sync`", f"VACUUM INTO '{copy}'")):
        commands = [("sqlite3", sample.database, words), ("sync", copy)]
        found.append(contender(sample, name, lambda commands=commands: run_all(commands), commands,
                               None))
    return found


def contender(sample, name, once, commands, env):
    def whole():
        sample.restore()
        return once()

    made = Contender(name, whole)
    made.commands, made.env = commands, env
    return made


def figures_of(contenders, sample):
    rows = []
    for one in contenders:
        has_window = "window" in one.results[0].extra
        sample.restore()
        rows.append([one.name, page.spread(one.window()) if has_window else "–",
                     page.spread(one.wall()),
                     page.size(max(result.memory for result in one.results)),
                     page.size(one.spread(lambda result: result.written).median),
                     syncs_of(one.commands, env=one.env)])
    sample.restore()
    return page.table(["", "window", "whole process", "peak memory", "written", "syncs"],
                      rows) + "\n"


def summary(moves):
    """The promises: constant, and how much shorter than by hand in the same rounds."""
    rows, first = [], {}
    for (size, mode), contenders in moves.items():
        move, by_hand = contenders[0], contenders[2]
        first.setdefault(mode, move.window().median)
        shorter = paired_ratio(by_hand, move, lambda result: result.extra["window"])
        rows.append([size, mode, page.spread(move.window()),
                     f"{move.window().median / first[mode]:.2f}",
                     f"{shorter.median:.0f} ({shorter.low:.0f}–{shorter.high:.0f})"])
    return "### The window of `deploy` (move)\n\n" + page.table(
        ["old database", "mode", "window", "in times of the smallest",
         "by hand with Alembic, in times of it"], rows) + "\n"


def confirm(bench, sample):
    """What the tool says of one deploy, and what inotify sees of the same one."""
    sample.restore()
    with Observer(sample.directory) as seen:
        done = run(bench.binary, "deploy", "--database", sample.database, "--format", "json")
    sample.restore()
    own = json.loads(done.output)["unavailable_ms"] / 1e3
    return own, window_seen(seen.events, sample.database.name)


def confirmation(seen):
    text = """\
### The window, seen from outside

An observer (`tests/bench/observer.py`) watched the directory with inotify, which takes no lock and breaks
no lease. Its window is from the first opening of the database after the last line of the journal, and
after the removal of a `-wal` that was brought in, to the last closing after the exchange. One deploy each:

"""
    return text + page.table(["old database", "mode", "the tool says", "the observer saw"],
                             [[size, mode, page.seconds(own), page.seconds(outside)]
                              for size, mode, own, outside in seen]) + "\n"
