"""A growing list of odd databases: files that an application, an accident or another version of
SQLite leaves, and that a deploy may find in its way.

Each maker is called with the path that the database gets. `ODD` has them by name:

    for odd in ODD:
        odd.make(path)

What is odd about one decides what may become of it:
    consent      SQLite cannot read it: it is taken only with --old-unreadable backup
    bytes_only   SQLite cannot even open it: it can be exchanged, but not replaced in place
    companions   what lies beside it belongs to it, and SQLite cannot bring it in
"""

import os
import sqlite3
import struct
from dataclasses import dataclass
from typing import Callable

@dataclass(frozen=True)
class Odd:
    name: str
    make: Callable
    consent: bool = False
    bytes_only: bool = False
    companions: bool = False


ODD = []


def odd(**what):
    """Adds a maker to the list."""
    def add(maker):
        ODD.append(Odd(maker.__name__.replace("_", " "), maker, **what))
        return maker
    return add


def sql(path, script, setup=None):
    """A database from a script, by a connection that `setup` may add to."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        if setup:
            setup(connection)
        connection.executescript(script)
    finally:
        connection.close()


def patch(path, at, data):
    """Writes bytes into a file."""
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)


def crashed(path, script):
    """Runs SQL on a database in WAL mode, and leaves it as a process does that is killed then."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(f"PRAGMA wal_autocheckpoint = 0; {script}")
    files = [path.with_name(path.name + end) for end in ("", "-wal", "-shm")]
    contents = [file.read_bytes() for file in files]
    connection.close()
    for file, content in zip(files, contents):
        file.write_bytes(content)


def table(path, before="", rows=200):
    """An ordinary database with an index, of some pages."""
    sql(path, f"""{before}
        CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);
        CREATE INDEX by_b ON t (b);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
        INSERT INTO t SELECT i, 'row ' || i FROM n;""")


def rewritten(path, change, script=""):
    """A database whose schema was changed behind SQLite's back."""
    table(path)
    sql(path, f"{script} PRAGMA writable_schema = ON; {change}; PRAGMA writable_schema = OFF;")


# What quick_check or integrity_check complains of.

@odd()
def leaked_pages(path):
    sql(path, "CREATE TABLE t (a); CREATE TABLE junk (a); INSERT INTO junk VALUES (zeroblob(20000));"
              "DROP TABLE junk")
    patch(path, 32, bytes(8))  # the free list is forgotten


@odd()
def wrong_length_of_the_free_list(path):
    sql(path, "CREATE TABLE t (a); CREATE TABLE junk (a); INSERT INTO junk VALUES (zeroblob(20000));"
              "DROP TABLE junk")
    patch(path, 36, struct.pack(">I", 2))


@odd()
def null_in_not_null(path):
    sql(path, "CREATE TABLE t (a INTEGER PRIMARY KEY, b INT); INSERT INTO t (b) VALUES (NULL);"
              "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET"
              " sql = 'CREATE TABLE t (a INTEGER PRIMARY KEY, b INT NOT NULL)'")


@odd()
def rows_that_an_index_misses(path):
    table(path)
    sql(path, """PRAGMA writable_schema = ON;
        CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'by_b';
        DELETE FROM sqlite_schema WHERE name = 'by_b'""")
    sql(path, """INSERT INTO t VALUES (1000, 'not in the index');
        PRAGMA writable_schema = ON;
        INSERT INTO sqlite_schema SELECT * FROM kept""")


@odd()
def duplicates_in_a_unique_index(path):
    table(path)
    sql(path, "INSERT INTO t VALUES (1000, 'row 1'); PRAGMA writable_schema = ON;"
              "UPDATE sqlite_schema SET sql = 'CREATE UNIQUE INDEX by_b ON t (b)'"
              " WHERE name = 'by_b'")


@odd()
def a_check_that_does_not_hold(path):
    rewritten(path, "UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a INTEGER PRIMARY KEY,"
                    " b TEXT CHECK (length(b) > 6))' WHERE name = 't'")


@odd()
def two_tables_in_the_same_pages(path):
    rewritten(path, "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema"
                    " WHERE name = 't') WHERE name = 'u'", "CREATE TABLE u (a, b);")


@odd()
def a_page_that_is_none(path):
    table(path, rows=2000)
    with open(path, "rb") as file:
        pages = len(file.read()) // 4096
    patch(path, 4096 * (pages - 1), b"\xff" * 100)


@odd()
def rows_without_their_parent(path):
    sql(path, "CREATE TABLE p (a INTEGER PRIMARY KEY); CREATE TABLE t (b REFERENCES p (a));"
              "INSERT INTO t VALUES (7)")


# What only the application has.

@odd()
def an_index_by_a_collation_of_the_application(path):
    sql(path, "CREATE TABLE t (a TEXT COLLATE de); CREATE INDEX by_a ON t (a);"
              "INSERT INTO t VALUES ('Ulm'), ('Aue')",
        lambda c: c.create_collation("de", lambda a, b: (a > b) - (a < b)))


@odd()
def an_index_by_a_function_of_the_application(path):
    sql(path, "CREATE TABLE t (a TEXT); CREATE INDEX by_a ON t (fold(a));"
              "INSERT INTO t VALUES ('Ulm'), ('Aue')",
        lambda c: c.create_function("fold", 1, str.casefold, deterministic=True))


@odd()
def a_partial_index_by_a_function_of_the_application(path):
    sql(path, "CREATE TABLE t (a TEXT); CREATE INDEX by_a ON t (a) WHERE fold(a) > 'b';"
              "INSERT INTO t VALUES ('Ulm'), ('Aue')",
        lambda c: c.create_function("fold", 1, str.casefold, deterministic=True))


@odd()
def a_check_by_a_function_of_the_application(path):
    sql(path, "CREATE TABLE t (a TEXT CHECK (valid(a))); INSERT INTO t VALUES ('Ulm')",
        lambda c: c.create_function("valid", 1, lambda a: 1, deterministic=True))


@odd()
def a_column_by_a_function_of_the_application(path):
    sql(path, "CREATE TABLE t (a TEXT, b AS (fold(a)), c AS (fold(a)) STORED);"
              "INSERT INTO t VALUES ('Ulm')",
        lambda c: c.create_function("fold", 1, str.casefold, deterministic=True))


@odd()
def a_view_and_a_trigger_by_a_function_of_the_application(path):
    sql(path, """CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('Ulm');
        CREATE VIEW v AS SELECT fold(a) AS b FROM t;
        CREATE TRIGGER on_t AFTER INSERT ON t BEGIN SELECT fold(new.a); END;
        CREATE TRIGGER on_v INSTEAD OF INSERT ON v BEGIN SELECT fold(new.b); END""",
        lambda c: c.create_function("fold", 1, str.casefold, deterministic=True))


@odd()
def a_view_and_a_trigger_of_what_is_gone(path):
    rewritten(path, "DELETE FROM sqlite_schema WHERE name = 'u'", """
        CREATE TABLE u (a); CREATE VIEW v AS SELECT a FROM u;
        CREATE TRIGGER on_t AFTER INSERT ON t BEGIN INSERT INTO u VALUES (new.a); END;""")


@odd()
def a_virtual_table_of_the_application(path):
    rewritten(path, "INSERT INTO sqlite_schema VALUES ('table', 'v', 'v', 0,"
                    " 'CREATE VIRTUAL TABLE v USING of_the_application(a)')")


# What SQLite itself has, and does not trust in every version.

@odd()
def json_in_a_check(path):
    sql(path, "CREATE TABLE t (a TEXT CHECK (json_valid(a))); INSERT INTO t VALUES ('{}')")


@odd()
def json_in_a_column_and_an_index(path):
    sql(path, "CREATE TABLE t (a TEXT, b AS (a ->> 'b'), c AS (json_extract(a, '$.c')) STORED);"
              "CREATE INDEX by_b ON t (b); CREATE INDEX by_d ON t (json_extract(a, '$.d'));"
              "INSERT INTO t VALUES ('{\"b\": 1, \"c\": 2, \"d\": 3}')")


@odd()
def a_full_text_index(path):
    sql(path, "CREATE VIRTUAL TABLE t USING fts5(a); INSERT INTO t VALUES ('a text')")


# What the file is.

def with_settings(name, before):
    def maker(path):
        table(path, before)
    maker.__name__ = name
    odd()(maker)


with_settings("UTF-16 little endian", "PRAGMA encoding = 'UTF-16le';")
with_settings("UTF-16 big endian", "PRAGMA encoding = 'UTF-16be';")
with_settings("pages of 512 bytes", "PRAGMA page_size = 512;")
with_settings("pages of 64 KiB", "PRAGMA page_size = 65536;")
with_settings("WAL mode", "PRAGMA journal_mode = WAL;")
with_settings("WAL mode and pages of 512 bytes", "PRAGMA page_size = 512; PRAGMA journal_mode = WAL;")
with_settings("automatic vacuum", "PRAGMA auto_vacuum = FULL;")
with_settings("incremental vacuum", "PRAGMA auto_vacuum = INCREMENTAL;")
with_settings("double quotes around texts",
              "CREATE TABLE q (a DEFAULT \"x\", b CHECK (b <> \"y\")); CREATE INDEX i ON q (\"z\");")
with_settings("stamps below zero", "PRAGMA user_version = -1; PRAGMA application_id = -1;")


@odd()
def the_first_schema_format(path):
    table(path)
    patch(path, 44, struct.pack(">I", 1))


@odd()
def an_empty_file(path):
    path.write_bytes(b"")


@odd()
def no_table(path):
    sql(path, "CREATE TABLE t (a); DROP TABLE t; VACUUM")


@odd()
def what_a_crashed_writer_left_in_a_wal(path):
    table(path, "PRAGMA journal_mode = WAL;")
    crashed(path, "UPDATE t SET b = b || ' anew'")


# What SQLite can open, but not read.

@odd(consent=True)
def a_schema_that_does_not_parse(path):
    rewritten(path, "UPDATE sqlite_schema SET sql = 'CREATE TABEL t (a)' WHERE name = 't'")


@odd(consent=True)
def a_schema_that_does_not_parse_in_WAL_mode(path):
    table(path, "PRAGMA journal_mode = WAL;")
    crashed(path, "UPDATE t SET b = 'in the log'; PRAGMA writable_schema = ON;"
                  "UPDATE sqlite_schema SET sql = 'CREATE TABEL t (a)' WHERE name = 't'")


@odd(consent=True)
def a_table_in_no_page(path):
    rewritten(path, "UPDATE sqlite_schema SET rootpage = 10000 WHERE name = 't'")


@odd(consent=True, bytes_only=True)
def a_schema_of_a_newer_format(path):
    table(path)
    patch(path, 44, struct.pack(">I", 9))


@odd(consent=True)
def a_first_page_that_is_none(path):
    table(path)
    patch(path, 100, b"\xff")


# What SQLite cannot open.

@odd(consent=True, bytes_only=True)
def no_database(path):
    path.write_bytes(b"somebody's notes\n" * 300)


@odd(consent=True, bytes_only=True, companions=True)
def an_encrypted_database_with_its_log(path):
    path.write_bytes(bytes(range(7, 250)) * 100)
    path.with_name(path.name + "-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(range(200)) * 30)
    path.with_name(path.name + "-shm").write_bytes(bytes(32768))


@odd(consent=True)
def cut_off_in_the_header(path):
    table(path)
    os.truncate(path, 60)


@odd(consent=True, bytes_only=True)
def cut_off_in_the_first_page(path):
    table(path)
    os.truncate(path, 600)


@odd(consent=True, bytes_only=True)
def a_page_size_that_there_is_not(path):
    table(path)
    patch(path, 16, b"\x03\x00")


@odd(consent=True, bytes_only=True)
def a_file_format_of_the_future(path):
    table(path)
    patch(path, 18, b"\x07\x07")


@odd(bytes_only=True)
def a_file_format_that_may_only_be_read(path):
    table(path)
    patch(path, 18, b"\x03")


@odd()
def cut_off_in_the_data(path):
    table(path, rows=2000)
    os.truncate(path, path.stat().st_size - 3000)
