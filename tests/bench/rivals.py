"""The other ways to a fresh database, as somebody would type them."""

import os
import shutil
import subprocess
from pathlib import Path

from measure import run, run_all

PROJECT = Path(__file__).resolve().parents[2]
ALEMBIC_INI = PROJECT / "tests/cli/alembic_project/alembic.ini"
PYTHON = "/usr/bin/python3"


def alembic(*words):
    return (PYTHON, "-m", "alembic", "-c", ALEMBIC_INI, *words)


def alembic_environment(database):
    return {"DATABASE_PATH": str(database), "PYTHONDONTWRITEBYTECODE": "1"}


def by_hand(sample, migrate):
    """cp, sync, rm, then the commands of `migrate`, and the environment for them. The application
    has to be stopped from the first to the last: what it writes after the cp is lost."""
    aside = sample.directory / "backup"
    files = sample.files()
    commands = [("mkdir", "-p", aside), ("cp", "-p", *files, aside),
                ("sync", *(aside / file.name for file in files)), ("rm", *files), *migrate]
    return commands, alembic_environment(sample.database)


def run_by_hand(sample, migrate):
    commands, environment = by_hand(sample, migrate)
    run(*commands[0])
    figures = run_all(commands[1:], env=environment)
    figures.extra["window"] = figures.wall
    return figures


def upgrade():
    return [alembic("upgrade", "head"), alembic("current")]


class Dbmate:
    """dbmate from its npm package, installed once; `missing` says why there is none."""

    def __init__(self, directory, migration):
        self.missing = ""
        self._directory = Path(directory)
        self._binary = next(self._directory.glob("node_modules/@dbmate/*/bin/dbmate"), None)
        if self._binary is None:
            self._install()
        self._migrations = self._directory / "migrations"
        self._migrations.mkdir(parents=True, exist_ok=True)
        text = Path(migration).read_text(encoding="utf-8")
        (self._migrations / "20240101000000_initial_baseline.sql").write_text(
            f"-- migrate:up\n{text}\n-- migrate:down\n", encoding="utf-8")

    def _install(self):
        if not shutil.which("npm"):
            self.missing = "npm is not installed"
            return
        self._directory.mkdir(parents=True, exist_ok=True)
        try:
            done = subprocess.run(["npm", "install", "--silent", "--no-fund", "--no-audit",
                                   "--prefix", ".", "dbmate"], cwd=self._directory, timeout=120,
                                  capture_output=True, text=True, env=os.environ)
        except subprocess.TimeoutExpired:
            self.missing = "the npm registry did not answer"
            return
        self._binary = next(self._directory.glob("node_modules/@dbmate/*/bin/dbmate"), None)
        if self._binary is None:
            self.missing = f"npm install dbmate failed (exit code {done.returncode})"

    def up(self, database):
        return (self._binary, "--url", f"sqlite:{database}", "--migrations-dir", self._migrations,
                "--no-dump-schema", "up")

    def version(self):
        return run(self._binary, "--version").output.strip()
