"""What `--backup copy` costs beside the copy itself."""

import os

import page
import samples
from measure import Contender, interleaved, paired_ratio, run, run_all

TITLE = "`deploy --backup copy`, against copying alone"

TEXT = """\
The backup as a second, independent file: read once, hashed, written, synced, and read back from the
disk and compared. `cp` and `sync FILE` do the first half of that; `sha256sum` of the copy after it was
dropped from the page cache is what proving it costs by hand.
"""


def measure(bench):
    parts = [TEXT]
    for sample in bench.samples():
        contenders = contenders_for(bench, sample)
        interleaved(contenders, bench.runs, warm_up=False, tell=bench.tell)
        sample.restore()
        rows = [[one.name, page.spread(one.wall()),
                 page.ratio(paired_ratio(one, contenders[0])),
                 page.spread(one.spread(lambda result: result.processor)),
                 page.size(max(result.memory for result in one.results))] for one in contenders]
        parts.append(f"### {samples.shown(sample.size)}\n\n" + page.table(
            ["", "whole process", "in times of `cp`, `sync`", "of it processor", "peak memory"],
            rows) + "\n")
    return "\n".join(parts)


def contenders_for(bench, sample):
    copy = sample.directory / "copy.db"

    def restored(action):
        def once():
            sample.restore()
            return action()
        return once

    def copied():
        return run_all([("cp", sample.database, copy), ("sync", copy)])

    def proven():
        figures = copied()
        with open(copy, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return figures + run("sha256sum", copy)

    def hashed():
        return run("sha256sum", sample.database)

    def deployed():
        return run(bench.binary, "deploy", "--database", sample.database, "--backup", "copy")

    return [Contender("`cp`, `sync`", restored(copied)),
            Contender("`cp`, `sync`, `sha256sum` from the disk", restored(proven)),
            Contender("`sha256sum` from the page cache", restored(hashed)),
            Contender("`deploy --backup copy`", restored(deployed))]
