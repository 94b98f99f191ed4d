"""The built-in baseline is what the application's own Alembic migration makes, to the last column.

Three parties are compared: the SQL file in baseline/, the models (models.py), and the database that
a real `alembic upgrade head` makes (alembic_project/). Alembic's autogenerate does not look at its
own table or at CHECK constraints, and SQLAlchemy 1.4 does not see a CHECK that spans lines;
`description` does.
"""

import re
import sqlite3
import sys
import unittest

import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateTable

import models
import support

ALEMBIC_INI = support.PROJECT / "tests/cli/alembic_project/alembic.ini"
SQL = support.MIGRATION.read_text(encoding="utf-8")

# The order is part of the contract: the first check that a row breaks is the one that is reported.
CHECKS = ["target_data_check", "valid_target_type", "valid_latitude", "valid_longitude",
          "valid_radius"]


def created(table):
    """The statement that makes it."""
    statement = str(CreateTable(table).compile(dialect=sqlite_dialect.dialect())).strip()
    lines = [line.rstrip().replace("\t", "    ") for line in statement.splitlines()]
    return "\n".join(lines) + ";\n"


def alembic_table():
    connection = sqlalchemy.create_engine("sqlite://", poolclass=NullPool).connect()
    try:
        return MigrationContext.configure(connection)._version
    finally:
        connection.close()


class AlembicCase(support.Case):
    def alembic(self, database, *args):
        done = self.command(sys.executable, "-m", "alembic", "-c", ALEMBIC_INI, *args,
                            env={"DATABASE_PATH": str(database), "PYTHONDONTWRITEBYTECODE": "1"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.strip()

    def from_sql(self, sql=SQL, name="sql.db"):
        """The database that the SQL file makes, with nothing but SQLite."""
        path = self.dir / name
        connection = sqlite3.connect(path)
        connection.executescript(sql)
        connection.close()
        return path

    def from_alembic(self):
        """The database that the application's migration makes."""
        path = self.dir / "alembic.db"
        self.alembic(path, "upgrade", "head")
        return path

    def from_models(self):
        """The database that the models make without any migration; it has no stamp."""
        path = self.dir / "models.db"
        models.Base.metadata.create_all(engine(path))
        return path


class Baseline(AlembicCase):
    def test_alembic_recognises_the_stamp(self):
        self.assertEqual(self.alembic(self.from_sql(), "current"), "9275fe03c648 (head)")

    def test_an_upgrade_of_the_application_changes_no_byte(self):
        database = self.from_sql()
        before = support.listing(self.dir)
        self.alembic(database, "upgrade", "head")
        self.assertEqual(support.listing(self.dir), before)

    def test_autogenerate_finds_no_difference_from_the_models(self):
        self.assertEqual(autogenerate(self.from_sql()), [])

    def test_is_described_like_the_database_of_a_real_upgrade(self):
        self.assertEqual(description(self.from_sql()), description(self.from_alembic()))

    def test_is_described_like_the_models(self):
        baseline = description(self.from_sql())
        self.assertIsNotNone(baseline.pop("alembic_version"))
        self.assertEqual(baseline, description(self.from_models()))

    def test_the_suites_compare_it_with_what_the_models_declare(self):
        """checks/models.sql is written from the models, and from nothing else."""
        tables = [*models.Base.metadata.sorted_tables, alembic_table()]
        text = (support.PROJECT / "checks/models.sql").read_text(encoding="utf-8")
        self.assertEqual(text[text.index("CREATE"):], "\n".join(map(created, tables)))

    def test_the_checks_have_the_names_and_the_order_of_the_contract(self):
        self.assertEqual([name for name, _ in description(self.from_sql())
                          ["monitoring_targets"]["checks"]], CHECKS)

    def test_sqlalchemy_reads_the_same_checks_from_both(self):
        def checks(path):
            return sqlalchemy.inspect(engine(path)).get_check_constraints("monitoring_targets")

        self.assertTrue(checks(self.from_sql()))
        self.assertEqual(checks(self.from_sql(name="again.db")), checks(self.from_alembic()))

    def test_has_the_stamp_of_a_real_upgrade(self):
        self.assertEqual(stamp(self.from_sql()), stamp(self.from_alembic()))

    def test_nothing_is_there_but_the_four_tables(self):
        connection = sqlite3.connect(self.from_sql())
        rows = connection.execute("SELECT type, name FROM sqlite_schema WHERE sql IS NOT NULL"
                                  " ORDER BY name").fetchall()
        connection.close()
        self.assertEqual(rows, [("table", "alembic_version"), ("table", "channel_configs"),
                                ("table", "monitoring_targets"), ("table", "seen_submissions")])


class Deployed(AlembicCase):
    def test_what_the_program_makes_is_what_alembic_makes(self):
        database = self.legacy()
        done = self.baseline("deploy", "--database", database, "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.alembic(database, "current"), "9275fe03c648 (head)")
        self.assertEqual(autogenerate(database), [])
        self.assertEqual(description(database), description(self.from_alembic()))


class Teeth(AlembicCase):
    """Every mistake that could be made in the SQL file is found: by Alembic where it looks, and by
    `description` or the stamp in any case."""

    # (what, the text that is replaced, its replacement, whether autogenerate must find it too)
    MISTAKES = [
        ("a unique key is gone",
         "    CONSTRAINT unique_location UNIQUE (channel_id, location_id),\n", "", True),
        ("a unique key has a column less",
         "UNIQUE (channel_id, latitude, longitude)", "UNIQUE (channel_id, latitude)", True),
        ("a unique key is too many",
         "    is_active BOOLEAN,", "    is_active BOOLEAN UNIQUE,", False),
        ("a unique key has another name",
         "CONSTRAINT unique_channel_submission", "CONSTRAINT unique_submission", True),
        ("a column has another type", "latitude FLOAT", "latitude VARCHAR", True),
        ("a key has a narrower type", "guild_id BIGINT", "guild_id INTEGER", True),
        ("a column has another length", "display_name VARCHAR", "display_name VARCHAR(80)", False),
        ("a column may be null", "target_type VARCHAR NOT NULL", "target_type VARCHAR", True),
        ("a column may not be null", "radius_miles INTEGER", "radius_miles INTEGER NOT NULL", True),
        ("a column is gone", "    last_poll_at DATETIME,\n", "", True),
        ("a column is too many", "is_active BOOLEAN,", "is_active BOOLEAN, extra TEXT,", True),
        ("a column has another name", "last_checked_at", "checked_at", True),
        ("a default is gone",
         "seen_at DATETIME DEFAULT CURRENT_TIMESTAMP", "seen_at DATETIME", True),
        ("a default is too many",
         "is_active BOOLEAN", "is_active BOOLEAN DEFAULT 1", True),
        ("a foreign key is gone",
         ",\n    FOREIGN KEY (channel_id) REFERENCES channel_configs (channel_id)\n);\n\n-- A",
         "\n);\n\n-- A", True),
        ("a foreign key deletes",
         "REFERENCES channel_configs (channel_id)\n);\n\n-- Alembic",
         "REFERENCES channel_configs (channel_id) ON DELETE CASCADE\n);\n\n-- Alembic", True),
        ("an index is too many", "-- Alembic's stamp",
         "CREATE INDEX extra ON seen_submissions (seen_at);\n-- Alembic's stamp", True),
        ("a table is too many", "-- Alembic's stamp",
         "CREATE TABLE extra (id INTEGER);\n-- Alembic's stamp", True),
        ("a check is gone",
         "    CONSTRAINT valid_target_type CHECK (target_type IN ('location', 'geographic')),\n",
         "", False),
        ("a check that spans lines lets more pass",
         "longitude IS NOT NULL AND radius_miles IS NOT NULL", "longitude IS NOT NULL", False),
        ("a check has another bound", "radius_miles <= 100", "radius_miles <= 1000", False),
        ("a check has another name", "CONSTRAINT valid_radius", "CONSTRAINT radius_check", False),
        ("a check is too many", "guild_id BIGINT NOT NULL",
         "guild_id BIGINT NOT NULL CHECK (guild_id > 0)", False),
        ("the primary key is gone", "    PRIMARY KEY (channel_id)\n", "    CHECK (1)\n", False),
        ("an identity is never used again",
         "    id INTEGER NOT NULL,\n    channel_id BIGINT NOT NULL,\n"
         "    submission_id BIGINT NOT NULL,\n    seen_at DATETIME DEFAULT CURRENT_TIMESTAMP,\n"
         "    PRIMARY KEY (id),",
         "    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,\n    channel_id BIGINT NOT NULL,\n"
         "    submission_id BIGINT NOT NULL,\n    seen_at DATETIME DEFAULT CURRENT_TIMESTAMP,",
         False),
        ("a column ignores case", "target_type VARCHAR NOT NULL",
         "target_type VARCHAR NOT NULL COLLATE NOCASE", False),
        ("the stamp's table has another key",
         "CONSTRAINT alembic_version_pkc PRIMARY KEY", "PRIMARY KEY", False),
        ("the stamp is gone",
         "INSERT INTO alembic_version (version_num) VALUES ('9275fe03c648');\n", "", False),
        ("the stamp is another", "VALUES ('9275fe03c648')", "VALUES ('c89aa1e6a04d')", False),
    ]

    def test_every_mistake_is_found(self):
        right = self.from_alembic()
        for number, (what, old, new, alembic_looks) in enumerate(self.MISTAKES):
            with self.subTest(what):
                self.assertEqual(SQL.count(old), 1, "the SQL file no longer has the text to change")
                wrong = self.from_sql(SQL.replace(old, new), f"{number}.db")
                self.assertNotEqual((description(wrong), stamp(wrong)),
                                    (description(right), stamp(right)))
                if alembic_looks:
                    self.assertNotEqual(autogenerate(wrong), [])

    def test_checks_in_another_order_are_found(self):
        first = "    CONSTRAINT valid_latitude CHECK (latitude IS NULL OR" \
                " (latitude >= -90 AND latitude <= 90)),\n"
        self.assertEqual(SQL.count(first), 1)
        moved = SQL.replace(first, "").replace("    CONSTRAINT unique_geographic",
                                               first + "    CONSTRAINT unique_geographic")
        self.assertNotEqual(description(self.from_sql(moved)), description(self.from_alembic()))

    def test_without_the_stamp_the_application_would_not_start(self):
        database = self.from_sql(SQL[:SQL.index("-- Alembic's stamp")])
        with self.assertRaisesRegex(AssertionError, "table channel_configs already exists"):
            self.alembic(database, "upgrade", "head")


def engine(path):
    """Connections are closed at once, so that no file of the test stays open."""
    return sqlalchemy.create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)


def autogenerate(path):
    """What `alembic revision --autogenerate` would put into a new migration."""
    with engine(path).connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": defaults_differ})
        return compare_metadata(context, models.Base.metadata)


def defaults_differ(_context, _column, _model, found, _clause, wanted):
    """Alembic 1.8 puts brackets around an expression that it finds in SQLite, but takes them off
    the one in the models: with `compare_server_default=True` it reports CURRENT_TIMESTAMP as
    changed even in the database that it has just made itself."""
    def bare(default):
        return default and re.sub(r"^\((.*)\)$", r"\1", default)
    return bare(found) != bare(wanted)


def stamp(path):
    with engine(path).connect() as connection:
        return MigrationContext.configure(connection).get_current_heads()


def description(path):
    """Every table with all that the application could notice, as {table: {aspect: value}}. The
    order of keys does not matter to anybody; the order of columns and checks does."""
    inspector = sqlalchemy.inspect(engine(path))
    return {
        table: {
            "columns": columns_of(path, table),
            "primary key": inspector.get_pk_constraint(table),
            "unique keys": in_order(inspector.get_unique_constraints(table)),
            "foreign keys": in_order(inspector.get_foreign_keys(table)),
            "indexes": in_order(inspector.get_indexes(table)),
            "checks": checks_of(definition(path, table)),
            "words": words_of(definition(path, table)),
        }
        for table in sorted(inspector.get_table_names())
    }


def in_order(items):
    return sorted(items, key=repr)


def columns_of(path, table):
    connection = sqlite3.connect(path)
    rows = connection.execute('SELECT name, type, "notnull", dflt_value, pk, hidden'
                              " FROM pragma_table_xinfo(?) ORDER BY cid", (table,)).fetchall()
    connection.close()
    return [(name, declared.upper(), *rest) for name, declared, *rest in rows]


def definition(path, table):
    """The text of CREATE TABLE, with all white space alike and none around brackets and commas."""
    connection = sqlite3.connect(path)
    (text,), = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,))
    connection.close()
    return re.sub(r" ?([(),]) ?", r"\1", " ".join(text.split()))


def checks_of(text):
    """The CHECK constraints of a definition, as [(name or None, expression)] in their order."""
    found = []
    for match in re.finditer(r"(?:CONSTRAINT (\w+) )?\bCHECK\(", text):
        depth, end = 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        found.append((match[1], text[match.end():end - 1]))
    return found


def words_of(text):
    """How often a definition says what no inspector tells."""
    return {word: len(re.findall(rf"\b{word}\b", text, re.IGNORECASE))
            for word in ("AUTOINCREMENT", "COLLATE", "STRICT", "ROWID", "GENERATED", "CONFLICT",
                         "DEFERRABLE")}


if __name__ == "__main__":
    unittest.main()
