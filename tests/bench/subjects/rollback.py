"""Going back, against what somebody would type."""

import json

import page
import samples
from measure import Contender, interleaved, paired_ratio, run, run_all

TITLE = "Rollback"

TEXT = """\
After a `deploy` (move), so that the new database is live and the old one is in the catalogue. By hand is
`sha256sum -c SHA256SUMS`, `cp`, `sync FILE`, `mv`: the backup proven, then copied beside the database and
renamed into place; all of it is counted, though only the `mv` is the window then.
"""


def measure(bench):
    parts = [TEXT]
    for sample in bench.samples():
        contenders = contenders_for(bench, sample)
        interleaved(contenders, bench.runs, warm_up=False, tell=bench.tell)
        sample.restore()
        by_hand = contenders[-1]
        rows = [[one.name, page.spread(one.window()) if one is not by_hand else "–",
                 page.spread(one.wall()), page.ratio(paired_ratio(one, by_hand)),
                 page.size(max(result.memory for result in one.results)),
                 page.size(one.spread(lambda result: result.written).median)]
                for one in contenders]
        parts.append(f"### {samples.shown(sample.size)}\n\n" + page.table(
            ["", "window", "whole process", "in times of by hand", "peak memory", "written"],
            rows) + "\n")
    return "\n".join(parts)


def contenders_for(bench, sample):
    def deployed():
        sample.restore()
        run(bench.binary, "deploy", "--database", sample.database)
        return next(sample.backups.glob("*-001"))

    def rollback(*options):
        def once():
            deployed()
            figures = run(bench.binary, "rollback", "--database", sample.database, "--format",
                          "json", *options)
            figures.extra["window"] = json.loads(figures.output)["unavailable_ms"] / 1e3
            return figures
        return once

    def by_hand():
        backup = deployed()
        new = sample.directory / "new.db"
        check = run("sha256sum", "--status", "-c", "SHA256SUMS", cwd=backup)
        return check + run_all([("cp", backup / "app.db", new), ("sync", new),
                                ("mv", new, sample.database)])

    return [Contender("`rollback`", rollback()), Contender("`rollback --move`", rollback("--move")),
            Contender("by hand", by_hand)]
