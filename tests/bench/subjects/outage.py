"""How long users are without the application: from its stop to its start, with what is done between
them by deploy and by hand. To stop and to start it takes no time here: that is the application's."""

import json
import subprocess
import tempfile
import time

import page
import plot
import rivals
import samples
from bench import MIGRATION, PROJECT
from measure import Contender, Failed, Figures, interleaved

TITLE = "From the stop of the application to its start"

TEXT = """\
The application is down from the first command after its stop to the moment it may be started. The
window of the database is a part of that. `deploy` is given in four ways: the application is started by
its `start` command (`application.stopped_ms` of `--format json`), it is started by somebody who reads
`start the application now`, and it is started when the command has ended, which includes sealing the
backup, unless `--seal later` puts that off. By hand is `cp -p`, `sync FILE`, `rm`, and `alembic upgrade
head` with `alembic current`, or `dbmate up`, to the end of the last command.
"""
READY = "note: start the application now"
HOOKS, TOLD, ENDED, LATER = ("`deploy`, `start` command", "`deploy`, started when it says so",
                             "`deploy`, started when it has ended",
                             "`deploy --seal later`, started when it has ended")
WINDOW = "`deploy`, window of the database"


def measure_once(bench, sample, hooks, seal):
    """One deploy: when it said that the application may start, and what it tells itself."""
    argv = [str(word) for word in (bench.binary.resolve(), "deploy", "--yes", "--format", "json",
                                    "--seal", seal)]
    if hooks:
        config = sample.directory / "baseline.yaml"
        config.write_text("version: 1\ndatabase: app.db\n"
                          "application: {stop: ['true'], start: ['true']}\n", encoding="utf-8")
    else:
        argv += ["--database", str(sample.database)]
    start, ready = time.perf_counter(), None
    # The document is larger than what a pipe takes.
    with tempfile.TemporaryFile("w+") as document, subprocess.Popen(
            argv, cwd=sample.directory, stdin=subprocess.DEVNULL, text=True, stdout=document,
            stderr=subprocess.PIPE) as process:
        said = []
        for line in process.stderr:
            said.append(line)
            if line.startswith(READY):
                ready = time.perf_counter() - start
        process.wait()
        whole = time.perf_counter() - start
        document.seek(0)
        output = document.read()
    if process.returncode != 0 or (ready is None) != hooks:
        raise Failed(f"{' '.join(argv)}: exit code {process.returncode}\n{''.join(said)}")
    told = json.loads(output)
    outage = told["application"]["stopped_ms"] / 1e3 if hooks else ready
    return Figures(wall=whole, extra={"outage": outage, "window": told["unavailable_ms"] / 1e3})


def contenders_for(bench, sample, dbmate):
    def deploy(hooks, seal="now"):
        def once():
            sample.restore()
            return measure_once(bench, sample, hooks, seal)
        return once

    def by_hand(commands):
        def once():
            sample.restore()
            figures = rivals.run_by_hand(sample, commands)
            figures.extra["outage"] = figures.wall
            return figures
        return once

    found = [Contender(HOOKS, deploy(True)), Contender(TOLD, deploy(False)),
             Contender(LATER, deploy(False, "later")), Contender("by hand, Alembic", by_hand(rivals.upgrade()))]
    if not dbmate.missing:
        found.append(Contender("by hand, dbmate", by_hand([dbmate.up(sample.database)])))
    return found


def measure_all(bench):
    """{name: [(size, Spread)]}, and why dbmate is not among them."""
    dbmate = rivals.Dbmate(PROJECT / "build/bench/dbmate", MIGRATION)
    found = {}
    for sample in bench.samples():
        contenders = contenders_for(bench, sample, dbmate)
        interleaved(contenders, bench.runs, warm_up=False, tell=bench.tell)
        sample.restore()
        hooks, told, later, *by_hand = contenders
        def outage(one):
            return one.name, one.spread(lambda result: result.extra["outage"])
        rows = [(WINDOW, told.window()), outage(hooks), outage(told), (ENDED, told.wall()),
                (LATER, later.wall()), *map(outage, by_hand)]
        for name, spread in rows:
            found.setdefault(name, []).append((sample.size, spread))
    return found, dbmate.missing


def measure(bench):
    found, missing = measure_all(bench)
    description = "; ".join(
        f"{name}: " + ", ".join(f"{page.seconds(spread.median)} at {samples.shown(size)}"
                                for size, spread in line) for name, line in found.items())
    (bench.pictures / "outage.svg").write_text(plot.svg(TITLE, description.replace("`", ""), {
        name.replace("`", ""): [(size, spread.median) for size, spread in line]
        for name, line in found.items()}), encoding="utf-8")
    sizes = [samples.shown(size) for size, _ in next(iter(found.values()))]
    rows = [[name, *(page.spread(spread) for _, spread in line)] for name, line in found.items()]
    parts = [TEXT, page.table(["", *sizes], rows), ""]
    if missing:
        parts.append(f"dbmate was left out: {missing}.\n")
    return "\n".join([*parts, "![The window of the database and the outage of the application over the "
                               "size of the old database](images/outage.svg)"])
