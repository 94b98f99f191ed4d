"""The startup gate: what `baseline run -- CMD` costs over starting CMD alone."""

import page
from measure import Contender, interleaved, remove, run

TITLE = "The startup gate"

TEXT = """\
`baseline run -- true` on a database at the baseline, so that there is nothing to do, beside `true` alone.
With `--on-start skip` the database is not looked at. The times are of `true`, too.
"""

ROUNDS = 10  # a start is short: so many times more runs


def measure(bench):
    place = bench.scratch("run")
    database = place / "app.db"
    run(bench.binary, "deploy", "--database", database)
    gate = (bench.binary, "run", "--database", database)
    words = {"`true`": ("true",),
             "`baseline run --on-start skip -- true`": (*gate, "--on-start", "skip", "--", "true"),
             "`baseline run -- true`": (*gate, "--", "true")}
    contenders = [Contender(name, lambda given=given: run(*given)) for name, given in words.items()]
    interleaved(contenders, bench.runs * ROUNDS, tell=bench.tell)
    remove(place)
    alone = contenders[0].wall().median
    rows = [[one.name, page.spread(one.wall()),
             page.spread(one.spread(lambda result: result.processor)),
             "–" if one is contenders[0] else page.seconds(one.wall().median - alone)]
            for one in contenders]
    return TEXT + "\n" + page.table(["", "whole process", "of it processor", "over `true`"], rows)
