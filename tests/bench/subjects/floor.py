"""The whole process where there is no old database, against the least that could be done."""

import machine
import page
import rivals
from bench import MIGRATION, PROJECT
from measure import Contender, interleaved, paired_ratio, remove, run, syncs_of

TITLE = "The whole process, on an empty path"

ONE_CHECK = """\
version: 1
checks:
  - name: the database answers
    query: SELECT 1
    value: 1
"""

TEXT = """\
From `exec` to exit, with no database at the path before. `floor` is `tests/bench/floor.c`: the
schema made in memory, written, synced, renamed into place, the directory synced; no lock, no check,
no journal, no history. All of them apply the same schema, but Alembic, whose own migration makes it.
"""


def measure(bench):
    place = bench.scratch("floor")
    database = place / "app.db"
    suite = place.parent / "one-check.yaml"
    suite.write_text(ONE_CHECK, encoding="utf-8")
    dbmate = rivals.Dbmate(PROJECT / "build/bench/dbmate", MIGRATION)

    def contender(name, command, env=None):
        def once():
            for path in place.iterdir():
                remove(path)
            return run(*command, env=env)
        contenders.append(Contender(name, once))
        commands[name] = (command, env)

    contenders, commands = [], {}
    deploy = (bench.binary, "deploy", "--database", database)
    contender("`floor`", (bench.programs / "floor", MIGRATION, place, "app.db"))
    contender("`baseline deploy`, one trivial check", (*deploy, "--checks", suite))
    contender("`baseline deploy`, built-in suites", deploy)
    contender("`sqlite3 app.db < schema`", ("sqlite3", database, f".read {MIGRATION}"))
    if not dbmate.missing:
        contender(f"`dbmate up` ({dbmate.version()})", dbmate.up(database))
    contender(f"`alembic upgrade head` ({machine.version_of(*rivals.alembic('--version'))})",
              rivals.alembic("upgrade", "head"), rivals.alembic_environment(database))
    interleaved(contenders, bench.runs, tell=bench.tell)

    rows = []
    for one in contenders:
        for path in place.iterdir():
            remove(path)
        command, env = commands[one.name]
        rows.append([one.name, page.spread(one.wall()),
                     page.ratio(paired_ratio(one, contenders[0])),
                     page.spread(one.spread(lambda result: result.processor)),
                     page.size(max(result.memory for result in one.results)),
                     syncs_of([command], env=env)])
    if dbmate.missing:
        rows.append(["`dbmate up`", f"skipped: {dbmate.missing}", "", "", "", ""])
    columns = ["", "whole process", "in times of `floor`", "of it processor", "peak memory", "syncs"]
    return TEXT + "\n" + page.table(columns, rows)
