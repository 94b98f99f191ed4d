"""What is in a database, as one word: "old", "new", … The content decides, read through SQLite with
what lies beside the file; an integrity_check says `ok` to the wrong database as well."""

import functools
import hashlib
import sqlite3
import tempfile
from pathlib import Path

COMPANIONS = ("-wal", "-journal")

SQL = {
    "old": """
        CREATE TABLE old_things (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
        INSERT INTO alembic_version VALUES ('old1');
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
          INSERT INTO old_things SELECT i, 'thing ' || i FROM n;""",
    "older": """
        CREATE TABLE old_things (id INTEGER PRIMARY KEY, name TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
          INSERT INTO old_things SELECT i, 'older ' || i FROM n;""",
    "new": """
        CREATE TABLE new_things (id INTEGER PRIMARY KEY, size INTEGER NOT NULL);
        CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
        INSERT INTO alembic_version VALUES ('new1');""",
}

GARBAGE = b"this is no database, but somebody may want it back"


def _dump(connection):
    tables = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [(sql, connection.execute(f'SELECT * FROM "{name}"').fetchall()) for name, sql in tables]


@functools.cache
def _known():
    known = []
    for label, script in SQL.items():
        with sqlite3.connect(":memory:") as connection:
            connection.executescript(script)
            known.append((label, _dump(connection)))
    return known


_seen = {}


def label_of(database):
    """"old", "older", "new", "garbage", "missing", or what else it is. Nothing beside the database
    changes: a copy is looked at."""
    database = Path(database)
    parts = []
    for suffix in ("", *COMPANIONS):
        path = Path(f"{database}{suffix}")
        parts.append(path.read_bytes() if path.exists() else None)
    if parts[0] is None:
        return "missing"
    if parts[0] == GARBAGE:
        return "garbage"
    digest = hashlib.sha256(repr([part and hashlib.sha256(part).digest() for part in parts])
                            .encode()).digest()
    if digest not in _seen:
        _seen[digest] = _read(parts)
    return _seen[digest]


def _read(parts):
    with tempfile.TemporaryDirectory(prefix="baseline-look-") as directory:
        copy = Path(directory) / "app.db"
        for suffix, part in zip(("", *COMPANIONS), parts):
            if part is not None:
                Path(f"{copy}{suffix}").write_bytes(part)
        try:
            connection = sqlite3.connect(copy)
            try:
                found = _dump(connection)
            finally:
                connection.close()
        except sqlite3.Error as error:
            return f"unreadable: {error}"
    for label, wanted in _known():
        if found == wanted:
            return label
    return f"something else: {str(found)[:200]}"


def make(database, label, *pragmas):
    """Makes a database with this content."""
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(SQL[label])
    connection.close()


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
