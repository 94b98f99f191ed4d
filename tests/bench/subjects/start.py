"""Commands that change nothing: how long the program itself takes."""

import page
from measure import Contender, interleaved, remove, run

TITLE = "Commands that only look"

TEXT = """\
On a database at the baseline, without backups.
"""


def measure(bench):
    place = bench.scratch("start")
    database = place / "app.db"
    run(bench.binary, "deploy", "--database", database)
    words = {"`--version`": ("--version",), "`--help`": ("--help",),
             "`status`": ("status", "--database", database),
             "`plan`": ("plan", "--database", database),
             "`verify`, built-in suites": ("verify", "--database", database)}
    contenders = [Contender(name, lambda given=given: run(bench.binary, *given))
                  for name, given in words.items()]
    interleaved(contenders, bench.runs, tell=bench.tell)
    remove(place)
    rows = [[one.name, page.spread(one.wall()),
             page.spread(one.spread(lambda result: result.processor)),
             page.size(max(result.memory for result in one.results))] for one in contenders]
    return TEXT + "\n" + page.table(["", "whole process", "of it processor", "peak memory"], rows)
