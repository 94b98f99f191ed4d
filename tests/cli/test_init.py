"""baseline init: what an application needs to be deployed, from what it has."""

import re
import shlex
import shutil
import sqlite3
import unittest

import support

SHOP = """\
-- A shop.
CREATE TABLE item (id INTEGER PRIMARY KEY, stock INTEGER NOT NULL CHECK (stock >= 0));
"""
FIXTURES = support.PROJECT / "tests/data/bookkeeping"

# Each tool's tables, and the revision that its newest migration gives.
TOOLS = {
    "alembic": (["alembic_version"], "1a2b3c4d5e6f", ["Alembic: 1 row"]),
    "django": (["django_migrations"], "3", ["Django: 3 rows"]),
    "rails": (["schema_migrations", "ar_internal_metadata"], "20240102030405", ["Rails: 4 rows"]),
    "golang_migrate": (["schema_migrations"], "7", ["golang-migrate: 1 row"]),
    "flyway": (["flyway_schema_history"], "1.10", ["Flyway: 3 rows"]),
    "prisma": (["_prisma_migrations"], "20240103030405", ["Prisma: 2 rows"]),
    "knex": (["knex_migrations", "knex_migrations_lock"], "20240103030405", ["Knex: 3 rows"]),
    "sqlx": (["_sqlx_migrations"], "20240103030405", ["sqlx: 2 rows"]),
}


def all_rows(database, table):
    """Every value with the class that SQLite stores it in."""
    columns = [row[1] for row in support.query(database, f"PRAGMA table_info({table})")]
    values = ", ".join(f'"{column}", typeof("{column}")' for column in columns)
    return sorted(support.query(database, f"SELECT {values} FROM {table}"), key=repr)


class InitCase(support.Case):
    def options(self, directory, database):
        """What baseline.yaml says, as options."""
        migration, = (directory / "baseline").iterdir()
        return ["-d", database, "-m", migration, "--checks", directory / "checks"]


class Bookkeeping(InitCase):
    def test_the_migrator_finds_itself_up_to_date(self):
        for tool, (tables, revision, records) in TOOLS.items():
            with self.subTest(tool=tool):
                old = self.made((FIXTURES / f"{tool}.sql").read_text(), f"{tool}.db")
                made = self.dir / tool
                with self.unchanged(*[f"{tool}", *[f"{tool}/{name}" for name in [
                        "baseline.yaml", "baseline", f"baseline/{revision}_baseline.sql", "checks",
                        "checks/schema.yaml", "checks/constraints.yaml", "checks/schema.sql"]]]):
                    document = self.json("init", "--database", old, "-o", made)
                self.assertEqual(document["tools"], records)
                self.assertEqual(document["revision"], revision)
                self.assertTrue((made / f"baseline/{revision}_baseline.sql").exists())

                new = self.dir / f"{tool}-new.db"
                options = self.options(made, new)
                self.succeeds("checks", "lint", *options[2:])
                self.succeeds("deploy", *options)
                for table in tables:
                    before = all_rows(old, table)
                    if table == "knex_migrations_lock":
                        before = [(1, "integer", 0, "integer")]
                    self.assertEqual(all_rows(new, table), before)
                self.assertEqual(support.query(new, "SELECT count(*) FROM sqlite_master"),
                                 support.query(old, "SELECT count(*) FROM sqlite_master"))
                # A copy of the old one becomes it, too, and loses its own rows only.
                copy = shutil.copy(old, self.dir / f"{tool}-copy.db")
                self.succeeds("deploy", *self.options(made, copy), "--again")
                self.assertEqual(all_rows(copy, tables[0]), all_rows(new, tables[0]))
                self.succeeds("verify", *self.options(made, old))

    # Of other tools: tables as they make them, with one record each.
    MORE = {
        "goose": "CREATE TABLE goose_db_version(id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER"
                 " NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP);"
                 "INSERT INTO goose_db_version VALUES(1,20260101,1,'2026');",
        "Drizzle": "CREATE TABLE __drizzle_migrations(id INTEGER PRIMARY KEY, hash text NOT NULL,"
                   " created_at numeric); INSERT INTO __drizzle_migrations VALUES(1,'ab',1);",
        "EF Core": "CREATE TABLE __EFMigrationsHistory(MigrationId TEXT NOT NULL PRIMARY KEY,"
                   " ProductVersion TEXT NOT NULL);"
                   "INSERT INTO __EFMigrationsHistory VALUES('20260101_A','9');",
        "TypeORM": "CREATE TABLE migrations(id integer PRIMARY KEY AUTOINCREMENT NOT NULL, timestamp"
                   " bigint NOT NULL, name varchar NOT NULL); INSERT INTO migrations VALUES(1,1,'A1');",
        "Laravel": "CREATE TABLE migrations(id integer primary key autoincrement not null, migration"
                   " varchar not null, batch integer not null); INSERT INTO migrations VALUES(1,'a',1);",
        "Liquibase": "CREATE TABLE DATABASECHANGELOG(ID VARCHAR(255) NOT NULL, AUTHOR VARCHAR(255) NOT"
                     " NULL, FILENAME VARCHAR(255) NOT NULL, DATEEXECUTED TEXT);"
                     "INSERT INTO DATABASECHANGELOG VALUES('1','a','f','2026');",
    }

    def test_the_records_of_every_tool_that_is_known_are_kept(self):
        """Of those whose tables are not in tests/data, a table with the columns that tell it is enough."""
        source = (support.PROJECT / "src/store/migration_tools.cpp").read_text()
        source = source[source.index("kToolTables[]"):source.index("kCompanionTables[]")]
        known = re.findall(r'\{"([\w -]+)",\s+"(\w+)",\s+"([\w, ]+)"', source)
        self.assertGreater(len(known), 30)
        for number, (tool, table, columns) in enumerate(known):
            with self.subTest(tool=tool):
                names = columns.split(", ")
                if tool == "Prisma":
                    names += ["finished_at", "rolled_back_at"]
                if tool == "Flyway":
                    names += ["installed_rank"]
                sql = self.MORE.get(tool) or (
                    f"CREATE TABLE {table} ({', '.join(names)});"
                    f"INSERT INTO {table} VALUES ({', '.join('1' for _ in names)});")
                self.made("CREATE TABLE item (id INTEGER PRIMARY KEY);" + sql, f"{number}.db")
                document = self.json("init", "--database", f"{number}.db", "-o", f"o{number}")
                self.assertEqual(document["tools"], [f"{tool}: 1 row"])
                self.assertFalse([one for one in document["doubts"] if "looks like" in one])

    def test_what_is_left_out_is_told(self):
        self.made("CREATE TABLE item (id INTEGER PRIMARY KEY);"
                  "CREATE TABLE schema_changes (change_id INTEGER PRIMARY KEY, schema_version INTEGER);"
                  "INSERT INTO schema_changes VALUES (1, 43);"
                  "CREATE TABLE _alembic_tmp_item (id INTEGER PRIMARY KEY);"
                  "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER);")
        out = self.succeeds("init", "--database", "app.db")
        self.assertIn("  look at      schema_changes: it looks like records of a migration tool; add its "
                      "rows to the migration if the application needs them\n"
                      "               _alembic_tmp_item: a migration of Alembic's was cut off and left it"
                      "; it is not in the migration\n",
                      out.replace("               schema_changes", "  look at      schema_changes"))
        sql = (self.dir / "baseline/1_baseline.sql").read_text()
        self.assertIn("CREATE TABLE schema_changes", sql)
        self.assertNotIn("_alembic_tmp_", sql)
        self.assertNotIn("_litestream_", sql)

    def test_a_failed_migration_is_told(self):
        old = self.made((FIXTURES / "sqlx.sql").read_text())
        out = self.succeeds("init", "--database", old)
        self.assertIn("  look at      sqlx: a migration has failed\n", out)

    def test_a_table_of_the_same_name_is_not_taken_for_records(self):
        old = self.made("CREATE TABLE schema_migrations (number INTEGER);"
                        "INSERT INTO schema_migrations VALUES (1);"
                        "CREATE VIEW alembic_version AS SELECT 'x' AS version_num;")
        document = self.json("init", "--database", old)
        self.assertEqual((document["tools"], document["revision"]), ([], "1"))
        self.assertNotIn("INSERT", (self.dir / "baseline/1_baseline.sql").read_text())


class FromADatabase(InitCase):
    def test_human(self):
        self.made((FIXTURES / "alembic.sql").read_text())
        out = self.succeeds("init", "--database", "app.db")
        self.assertEqual(out, """\
  wrote        baseline.yaml
               baseline/1a2b3c4d5e6f_baseline.sql
               checks/schema.yaml
               checks/constraints.yaml
               checks/schema.sql
  revision     1a2b3c4d5e6f
  records      Alembic: 1 row
  checks       23 checks over 2 tables
  not proven   a NULL in the key is replaced by a new number
                 constraints/items.id is never NULL
  next         baseline checks lint
               baseline verify
               baseline plan
""")
        self.assertEqual((self.dir / "baseline.yaml").read_text(), """\
# How baseline replaces the database of this application; docs/configuration.md explains
# the keys.
version: 1
database: app.db
migration: baseline/1a2b3c4d5e6f_baseline.sql
# A deploy replaces only a database that has one of these, or a table of the migration.
replaces:
  tables: [items]
  revisions: [1a2b3c4d5e6f]
checks: checks
# A deploy that has succeeded removes the backups that are neither among the newest 10 nor
# younger than 30 days.
backups: {keep: 10, keep_days: 30}
""")
        self.assertEqual((self.dir / "baseline/1a2b3c4d5e6f_baseline.sql").read_text(), """\
-- The schema of app.db, without its rows. Written by baseline.

CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc \
PRIMARY KEY (version_num));

CREATE TABLE items (id INTEGER NOT NULL, name VARCHAR NOT NULL, PRIMARY KEY (id));

-- Alembic's records: to it the new database is as migrated as the old.
INSERT INTO alembic_version (version_num) VALUES ('1a2b3c4d5e6f');
""")

    def test_the_next_commands_can_be_typed(self):
        for tool in TOOLS:
            with self.subTest(tool=tool):
                place = self.dir / tool
                place.mkdir()
                self.made((FIXTURES / f"{tool}.sql").read_text(), f"{tool}/app.db")
                out = self.succeeds("init", "--database", "app.db", cwd=place)
                commands = re.findall(r"(?m)^(?:  next| {6}) {9}baseline (.*)$", out)
                self.assertEqual(len(commands), 3, out)
                for command in commands:
                    self.succeeds(*shlex.split(command), cwd=place)
                document = self.json("deploy", "--again", cwd=place)
                self.assertEqual(document["outcome"], "done")
                self.succeeds("verify", cwd=place)

    def test_the_same_database_gives_the_same_bytes(self):
        self.made((FIXTURES / "rails.sql").read_text())
        for name in ["one", "two"]:
            self.succeeds("init", "--database", "app.db", "-o", name)
        self.assertEqual(support.listing(self.dir / "one"), support.listing(self.dir / "two"))

    def test_the_legacy_database_in_use(self):
        database = self.legacy()
        with support.Holder(database, "reading"), self.unchanged(
                "deployment", *[f"deployment/{name}" for name in [
                    "baseline.yaml", "baseline", "baseline/5c8e4212f5ed_baseline.sql", "checks",
                    "checks/schema.yaml", "checks/constraints.yaml", "checks/schema.sql"]]):
            self.succeeds("init", "--database", database, "-o", "deployment")
        text = (self.dir / "deployment/baseline.yaml").read_text()
        self.assertIn(f"\ndatabase: {database}\n", text)  # it is not below the directory
        self.succeeds("verify", *self.options(self.dir / "deployment", database))

    def test_a_name_that_yaml_would_misread(self):
        self.made(SHOP, "a: b #c.db")
        self.succeeds("init", "--database", "a: b #c.db")
        self.assertIn("\ndatabase: 'a: b #c.db'\n", (self.dir / "baseline.yaml").read_text())
        self.made(SHOP, "${HOME}.db")
        done = self.baseline("init", "--database", "${HOME}.db", "-o", "other")
        self.assertEqual(done.returncode, 2)
        self.assertFalse((self.dir / "other").exists())


class FromAMigration(InitCase):
    def test_it_is_taken_as_it_is(self):
        (self.dir / "1a2b_shop.sql").write_text(SHOP)
        out = self.succeeds("init", "--migration", "1a2b_shop.sql", "-o", "new/deployment")
        made = self.dir / "new/deployment"
        self.assertEqual((made / "baseline/1a2b_shop.sql").read_text(), SHOP)
        self.assertIn("\ndatabase: ${DATABASE_PATH}\nmigration: baseline/1a2b_shop.sql\n",
                      (made / "baseline.yaml").read_text())
        self.assertTrue(out.endswith("""\
  next         cd new/deployment && baseline checks lint
               export DATABASE_PATH=…
               baseline plan
"""), out)
        self.succeeds("deploy", *self.options(made, self.dir / "app.db"))

    def test_the_first_command_needs_no_database(self):
        """One that needs it says which variable is not set."""
        (self.dir / "1a2b_shop.sql").write_text(SHOP)
        self.succeeds("init", "--migration", "1a2b_shop.sql")
        self.succeeds("checks", "lint", "--strict")
        self.refuses(2, "baseline.yaml:4:11: error: ${DATABASE_PATH} is not set in the environment\n"
                        "baseline: error: baseline.yaml names no database\n"
                        "  hint: set the variable, or name the database with --database PATH\n", "plan")
        self.succeeds("plan", "--database", "app.db")

    def test_it_may_be_in_its_place_already(self):
        (self.dir / "baseline").mkdir()
        (self.dir / "baseline/1a2b_shop.sql").write_text(SHOP)
        out = self.succeeds("init", "--migration", "baseline/1a2b_shop.sql")
        self.assertNotIn("1a2b_shop.sql\n", out)
        self.assertTrue((self.dir / "baseline.yaml").exists())

    def test_a_migration_that_does_not_apply(self):
        (self.dir / "1a2b_shop.sql").write_text("CREATE TABLE t (")
        with self.unchanged():
            self.assertEqual(self.baseline("init", "-m", "1a2b_shop.sql").returncode, 2)


class Refusals(InitCase):
    def test_what_only_the_application_can_make_is_named(self):
        connection = sqlite3.connect(self.dir / "app.db")
        connection.create_collation("de", lambda a, b: (a > b) - (a < b))
        connection.executescript("CREATE TABLE shelf (id INTEGER PRIMARY KEY);"
                                 "CREATE TABLE book (title TEXT COLLATE de UNIQUE);")
        connection.close()
        for words in (["init"], ["checks", "generate"]):
            self.refuses(2, """\
baseline: error: table book of app.db cannot be made again: no such collation sequence: de
  hint: baseline has the functions, collations and modules of SQLite only; write a migration without \
it, and run baseline init --migration FILE
""", *words, "--database", "app.db", "-o", "out")
        self.assertFalse((self.dir / "out").exists())

    def test_a_module_that_only_the_application_has(self):
        self.made("CREATE TABLE book (id INTEGER PRIMARY KEY); PRAGMA writable_schema = ON;"
                  "INSERT INTO sqlite_schema VALUES ('table', 'near', 'near', 0,"
                  " 'CREATE VIRTUAL TABLE near USING somevec(e float[4])');"
                  "PRAGMA writable_schema = OFF;")
        done = self.baseline("init", "--database", "app.db")
        self.assertEqual(done.returncode, 2)
        self.assertIn("table near of app.db cannot be made again: no such module: somevec", done.stderr)

    def test_what_the_sqlite3_shell_shows_gets_a_hint(self):
        for sql, hint in {
                "CREATE TABLE sqlite_sequence (name, seq);": "SQLite makes this table by itself",
                "CREATE VIRTUAL TABLE f USING fts5(a); CREATE TABLE 'f_data' (id);":
                    "SQLite makes this table by itself",
                "CREATE TABLE f_data (id); CREATE VIRTUAL TABLE f USING fts5(a);":
                    "the virtual table makes it by itself",
                "PRAGMA writable_schema = ON;": "write the CREATE VIRTUAL TABLE",
                "VACUUM;": "remove it: a new database has no room to give back",
                "CREATE TABLE u (a)\nGO\n": "end the statement with a semicolon; GO is no SQL"}.items():
            with self.subTest(sql=sql):
                (self.dir / "1_a.sql").write_text("CREATE TABLE t (a);\n" + sql)
                done = self.baseline("init", "--migration", "1_a.sql", "-o", "out")
                self.assertEqual(done.returncode, 2)
                self.assertIn(hint, done.stderr)

    def test_nothing_is_written_over(self):
        self.made(SHOP)
        (self.dir / "checks").mkdir()
        for name in ["baseline.yaml", "baseline/1_baseline.sql", "checks/constraints.yaml"]:
            with self.subTest(name=name):
                path = self.dir / name
                path.parent.mkdir(exist_ok=True)
                path.symlink_to("nowhere")
                self.refuses(2, f"baseline: error: {self.dir}/{name} is there already\n"
                                "  hint: name a new directory with -o, and compare\n",
                             "init", "-d", "app.db", "-o", self.dir)
                path.unlink()

    def test_it_needs_one_source(self):
        self.refuses(2, """\
baseline: error: there is nothing to start from
  hint: name the application's database with --database, or its SQL with --migration
""", "init", env={"DATABASE_PATH": "app.db", "BASELINE_MIGRATION": "x.sql"})
        self.refuses(2, """\
baseline: error: --database and --migration both name a schema
  hint: give one of them
""", "init", "-d", "a", "-m", "b")
        done = self.baseline("init", "--database", "no.db")
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(list(self.dir.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
