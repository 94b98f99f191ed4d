"""Old databases of a given size. Each is made once, with no hole in it, and put back after a run."""

import os
import shutil
import sqlite3
from pathlib import Path

from measure import remove

UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
PAGE = 4096
WAL_PAGES = 1000  # where SQLite checkpoints by itself: the application left as much as it can


def parse_size(text):
    return int(text[:-1]) * UNITS[text[-1].upper()]


def shown(size):
    for unit in "GMK":
        if size >= UNITS[unit] and size % UNITS[unit] == 0:
            return f"{size // UNITS[unit]} {unit}iB"
    return f"{size} B"


class Sample:
    """`database` in a directory of its own, where runs leave whatever they leave; restore() makes
    it what it was."""

    def __init__(self, data, legacy, size):
        self.size = size
        self.directory = Path(data) / f"old-{shown(size).replace(' ', '')}"
        self.database = self.directory / "app.db"
        self.backups = self.directory / "app.db.backups"
        self._kept_wal = Path(data) / f"{self.directory.name}.wal"
        self._legacy = legacy
        self.wal = False

    def make(self):
        if self.database.exists() and self.database.stat().st_size >= self.size:
            self.restore()
            self.to_rollback_mode()
            return
        remove(self.directory)
        self.directory.mkdir(parents=True)
        shutil.copy(self._legacy, self.database)
        os.chmod(self.database, 0o644)
        connection = sqlite3.connect(self.database, isolation_level=None)
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                                 "CREATE TABLE archive (id INTEGER PRIMARY KEY, body BLOB)")
        # A row nearly fills a page, so that the rows need as many pages as the size has.
        while (left := self.size // PAGE - pages(connection)) > 0:
            connection.execute(
                "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                "INSERT INTO archive (body) SELECT randomblob(4040) FROM n",
                (max(1, min(left, 50_000) - 8),))
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.close()
        sync(self.database)

    def restore(self):
        """Whatever a run has made of it: the old database is where it was, and nothing else is."""
        if not self.is_old(self.database):
            candidates = [path for path in self.directory.rglob("*")
                          if path.is_file() and self.is_old(path)]
            if not candidates:
                raise RuntimeError(f"the old database is gone from {self.directory}")
            os.replace(candidates[0], self.database)
        for path in self.directory.iterdir():
            if path != self.database:
                remove(path)
        os.chmod(self.database, 0o644)
        if self.wal:
            shutil.copy(self._kept_wal, self.directory / "app.db-wal")
            sync(self.directory / "app.db-wal")
        # What is still to be written of the last run must not be part of the next one's time.
        os.sync()

    def is_old(self, path):
        """A large database: what a run keeps beside the backup (the -wal) may be as large."""
        if not path.exists() or path.stat().st_size < min(self.size, 512 << 10):
            return False
        with open(path, "rb") as file:
            return file.read(16) == b"SQLite format 3\0"

    def to_rollback_mode(self):
        self.wal = False
        connection = sqlite3.connect(self.database, isolation_level=None)
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.close()
        self.restore()

    def to_wal_mode(self):
        """In WAL mode, with the -wal of a writer that was killed before its checkpoint."""
        child = os.fork()
        if child == 0:
            try:
                self._write_wal()
            finally:
                os._exit(0)  # with the database open
        os.waitpid(child, 0)
        os.replace(self.directory / "app.db-wal", self._kept_wal)
        self.wal = True
        self.restore()

    def _write_wal(self):
        connection = sqlite3.connect(self.database, isolation_level=None)
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0")
        size = 0
        while size < WAL_PAGES * PAGE:
            # Pages that are there already, so that the file does not grow.
            connection.execute("UPDATE archive SET body = randomblob(4040) WHERE id <= ?",
                               (WAL_PAGES,))
            size = (self.directory / "app.db-wal").stat().st_size

    def files(self):
        """The files that somebody has to copy and remove who does it by hand."""
        beside = self.directory / "app.db-wal"
        return [self.database, beside] if self.wal else [self.database]


def pages(connection):
    return connection.execute("PRAGMA page_count").fetchone()[0]


def sync(path):
    with open(path, "rb") as file:
        os.fsync(file.fileno())
