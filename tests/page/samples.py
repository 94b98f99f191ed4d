"""Usage: samples.py PROGRAM DIRECTORY

Makes real runs of every kind in DIRECTORY and writes their pages there: what browser.mjs looks at."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = "<script>document.title='broken'</script>"

FAILING = """version: 1
checks:
  - name: nobody was left behind
    when: {when}
    tags: [data, quick]
    query: SELECT name FROM sqlite_schema WHERE name LIKE '%config%' AND type = 'table'
    value: nothing
    hint: the migration must not keep the table channel_configs
  - name: every <b>latitude</b> is in range
    when: {when}
    tags: [data]
    query: SELECT :lat BETWEEN -90 AND 90
    value: 1
    cases: [{{lat: 12}}, {{lat: 91}}]
  - name: few tables
    when: {when}
    severity: warn
    query: SELECT count(*) FROM sqlite_schema
    value: {{lt: 3}}
  - name: there is a table for the audit
    when: {when}
    query: SELECT count(*) FROM alembic_version
    value: 1
    skip: the audit comes with release 2.1
"""


class Samples:
    def __init__(self, program, directory):
        self.program, self.directory = Path(program).resolve(), Path(directory)

    def run(self, *args, code=0):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.directory), "LANG": "C.UTF-8"}
        done = subprocess.run([self.program, *map(str, args)], cwd=self.directory, check=False,
                              capture_output=True, text=True, env=environment)
        if done.returncode != code:
            raise SystemExit(f"{args} ended with {done.returncode}:\n{done.stdout}{done.stderr}")

    def place(self, name):
        place = self.directory / name
        place.mkdir()
        shutil.copyfile(ROOT / "tests/data/legacy.db", place / "app.db")
        return place / "app.db"

    def page(self, name):
        return f"html={self.directory / name}.html"

    def write(self):
        database = self.place("srv")
        self.run("plan", "-d", database, "--report", self.page("plan"))
        self.run("deploy", "-d", database, "--yes", "--report", self.page("deploy"))
        self.run("verify", "-d", database, "--report", self.page("verify"))
        self.run("rollback", "-d", database, "--yes", "--report", self.page("rollback"))
        shutil.rmtree(f"{database}.backups/runs")
        self.run("report", "-d", database, "-o", self.directory / "history.html")
        self._failures()
        self._hostile()

    def _failures(self):
        for name, when in (("failed-before", "before"), ("failed-after", "after")):
            suite = self.directory / f"{name}.yaml"
            suite.write_text(FAILING.format(when=when))
            self.run("deploy", "-d", self.place(name), "--yes", "--checks", ROOT / "checks",
                     "--checks", suite, "--report", self.page(name), code=1)
        database = self.place("used")
        with sqlite3.connect(database) as holder:
            holder.execute("BEGIN IMMEDIATE")
            self.run("deploy", "-d", database, "--yes", "--report", self.page("in-use"), code=3)

    def _hostile(self):
        database = self.place("hostile")
        with sqlite3.connect(database) as connection:
            connection.execute(f'CREATE TABLE "{SCRIPT}" ("</td><img src=x onerror=alert(1)>" TEXT)')
            connection.execute(f'INSERT INTO "{SCRIPT}" VALUES (1)')
        connection.close()
        self.run("deploy", "-d", database, "--yes", "--report", self.page("hostile"))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    Samples(sys.argv[1], sys.argv[2]).write()
