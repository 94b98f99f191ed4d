"""baseline checks generate: suites for a schema that has none."""

import json
import sqlite3
import unittest

import support

SHOP = """
CREATE TABLE shop (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  shop_id INTEGER NOT NULL REFERENCES shop (id),
  stock INTEGER NOT NULL DEFAULT 0 CONSTRAINT valid_stock CHECK (stock >= 0)
);
"""


class GenerateCase(support.Case):
    def setUp(self):
        super().setUp()
        self.migration = self.dir / "1a2b_shop.sql"
        self.migration.write_text(SHOP)
        self.checks = self.dir / "checks"

    def generate(self, *args):
        return self.succeeds("checks", "generate", *args)


class FromAMigration(GenerateCase):
    def test_writes_suites_that_pass_before_and_after(self):
        out = self.generate("-m", self.migration, "-o", self.checks)
        self.assertEqual(out, f"""\
  wrote        {self.checks}/schema.yaml
               {self.checks}/constraints.yaml
               {self.checks}/schema.sql
  checks       29 checks over 2 tables
  covered      10 of 10 that can reject a row
  next         baseline plan --migration {self.migration} --checks {self.checks}
""")
        database = self.dir / "app.db"
        options = ["-d", database, "-m", self.migration, "--checks", self.checks]
        self.assertIn("checks before", self.succeeds("plan", *options))
        self.succeeds("deploy", *options, "--yes")
        self.assertIn("checks after", self.succeeds("verify", *options))

    def test_a_full_row_tells_what_it_lacks(self):
        """A hostile name is no way out of the comment."""
        self.migration.write_text('CREATE TABLE t (id INTEGER PRIMARY KEY, c TEXT, '
                                  'n TEXT DEFAULT NULL CHECK (n IS NULL), '
                                  '"a\n b" TEXT CHECK ("a\n b" IS NULL OR c IS NULL))')
        self.generate("-m", self.migration, "-o", self.checks)
        self.assertIn("  # Without n, a\\x0a b: no value was found that fits the rest of the row.\n"
                      "  - name: t accepts a full row\n"
                      "    accepts: INSERT INTO t (id, c) VALUES (9007199254740993, 'a')\n",
                      (self.checks / "constraints.yaml").read_text())
        self.succeeds("checks", "lint", "-m", self.migration, "--checks", self.checks)

    def test_the_same_schema_gives_the_same_bytes(self):
        for name in ["one", "two"]:
            self.generate("-m", self.migration, "-o", self.dir / name)
        self.assertEqual(support.listing(self.dir / "one"), support.listing(self.dir / "two"))

    def test_a_constraint_that_goes_is_missed(self):
        self.generate("-m", self.migration, "-o", self.checks)
        weaker = self.dir / "1a2b_weaker.sql"
        weaker.write_text(SHOP.replace("CONSTRAINT valid_stock CHECK (stock >= 0)", ""))
        done = self.baseline("plan", "-d", self.dir / "app.db", "-m", weaker,
                             "--checks", self.checks)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("no constraint 'valid_stock' in this database", done.stdout)

    def test_without_a_source_it_is_the_built_in_baseline(self):
        out = self.generate("-o", self.checks)
        self.assertIn("  not proven   a NULL in the key is replaced by a new number\n", out)
        self.assertTrue(out.endswith(f"  next         baseline plan --checks {self.checks}\n"), out)
        self.succeeds("plan", "-d", self.dir / "app.db", "--checks", self.checks)

    def test_the_environment_names_the_migration_but_no_database(self):
        out = self.succeeds("checks", "generate", "-o", self.checks, env={
            "BASELINE_MIGRATION": str(self.migration), "DATABASE_PATH": str(self.dir / "no.db")})
        self.assertIn("over 2 tables", out)

    def test_json(self):
        document = self.json("checks", "generate", "-m", self.migration, "-o", self.checks)
        self.assertEqual({**document, "tool": None}, {
            "version": 1, "tool": None, "command": "checks generate", "exit_code": 0,
            "source": "1a2b_shop.sql",
            "files": [f"{self.checks}/schema.yaml", f"{self.checks}/constraints.yaml",
                      f"{self.checks}/schema.sql"],
            "tables": 2, "checks": 29, "constraints": 10, "covered": 10, "skipped": []})

    def test_json_says_what_is_skipped(self):
        self.migration.write_text("CREATE TABLE t (a INTEGER CHECK (a = a OR a IS NULL))")
        document = self.json("checks", "generate", "-m", self.migration, "-o", self.checks)
        self.assertEqual(document["skipped"], [{
            "check": "constraints/t obeys a = a OR a IS NULL",
            "reason": "no row that violates it was found; write one that does"}])


class FromADatabase(GenerateCase):
    def database(self):
        return self.made(SHOP + "INSERT INTO shop VALUES (1, 'old'); PRAGMA user_version = 7;")

    def test_writes_a_migration_beside_the_suites(self):
        database = self.database()
        with self.unchanged(*self.written()):
            out = self.generate("-d", database, "-o", self.checks)
        migration = self.checks / "1_schema.sql"
        self.assertIn(f"          {migration}\n", out)
        command = f"baseline verify --database {database} --migration {migration} --checks {self.checks}"
        self.assertTrue(out.endswith(f"  next         {command}\n"), out)
        self.succeeds(*command.split()[1:])
        self.assertIn("PRAGMA user_version = 7;", migration.read_text())
        self.assertNotIn("INSERT", migration.read_text())

    def written(self):
        return ["checks", "checks/1_schema.sql", "checks/schema.yaml", "checks/constraints.yaml",
                "checks/schema.sql"]

    def test_the_stamp_is_the_revision(self):
        self.generate("-d", self.legacy_at("8d1c"), "-o", self.checks)
        self.assertTrue((self.checks / "8d1c_schema.sql").exists())
        self.assertIn("  - [8d1c]\n", (self.checks / "schema.yaml").read_text())

    def legacy_at(self, revision):
        return self.made("CREATE TABLE alembic_version (version_num TEXT PRIMARY KEY);"
                         f"INSERT INTO alembic_version VALUES ('{revision}');")

    def test_a_database_in_use_is_not_changed(self):
        database = self.database()
        support.query(database, "PRAGMA journal_mode = WAL")
        with support.Holder(database, "writing") as application:
            application.execute("INSERT INTO shop VALUES (2, 'not committed')")
            with self.unchanged(*self.written(), "app.db-shm"):
                self.generate("-d", database, "-o", self.checks)
            application.execute("COMMIT")
        self.assertEqual(support.query(database, "SELECT count(*) FROM shop"), [(2,)])

    def test_a_wal_that_a_crash_left_is_read(self):
        database = self.database()
        connection = sqlite3.connect(database, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE in_the_wal (a INTEGER NOT NULL)")
        self.addCleanup(connection.close)
        self.generate("-d", database, "-o", self.checks)
        self.assertIn("in_the_wal.a is never NULL", (self.checks / "constraints.yaml").read_text())


class Refused(GenerateCase):
    def test_files_that_are_there_are_never_written_over(self):
        self.checks.mkdir()
        (self.checks / "constraints.yaml").write_text("mine\n")
        self.refuses(2, f"baseline: error: {self.checks}/constraints.yaml is there already\n"
                        "  hint: name a new directory with -o, and compare\n",
                     "checks", "generate", "-m", self.migration, "-o", self.checks)
        (self.checks / "schema.yaml").symlink_to("nowhere")
        self.refuses(2, f"baseline: error: {self.checks}/schema.yaml, "
                        f"{self.checks}/constraints.yaml are there already\n"
                        "  hint: name a new directory with -o, and compare\n",
                     "checks", "generate", "-m", self.migration, "-o", self.checks)

    def test_other_files_may_be_there(self):
        self.checks.mkdir()
        (self.checks / "own.yaml").write_text("mine\n")
        self.generate("-m", self.migration, "-o", self.checks)

    def test_directories_above_are_made_too(self):
        self.generate("-m", self.migration, "-o", self.dir / "a/b/c")
        self.assertEqual(sorted(p.name for p in (self.dir / "a/b/c").iterdir()),
                         ["constraints.yaml", "schema.sql", "schema.yaml"])

    def test_two_sources(self):
        self.refuses(2, "baseline: error: --database and --migration both name a schema\n"
                        "  hint: give one of them: the suites are written for it\n",
                     "checks", "generate", "-m", self.migration, "-d", self.dir / "app.db",
                     "-o", self.checks)

    def test_no_directory(self):
        done = self.baseline("checks", "generate", "-m", self.migration)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--output is required", done.stderr)

    def test_a_migration_that_cannot_be_applied(self):
        self.migration.write_text("CREATE TABLE t (a);\nCREATE TABEL u (a);\n")
        done = self.baseline("checks", "generate", "-m", self.migration, "-o", self.checks)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{self.migration}:2:8: near \"TABEL\": syntax error", done.stderr)
        self.assertFalse(self.checks.exists())

    def test_a_migration_without_tables(self):
        self.migration.write_text("PRAGMA user_version = 1;\n")
        self.refuses(2, f"baseline: error: {self.migration} leaves no table\n"
                        "  hint: give the statements that make the tables, without those that drop"
                        " them again\n",
                     "checks", "generate", "-m", self.migration, "-o", self.checks)

    def test_a_database_without_tables(self):
        database = self.made("PRAGMA user_version = 1;")
        for words in ["checks", "generate"], ["init"]:
            self.refuses(2, "baseline: error: app.db has no table\n"
                            "  hint: there is nothing to write a migration or a suite for\n",
                         *words, "-d", database, "-o", self.checks)

    def test_no_database(self):
        done = self.baseline("checks", "generate", "-d", self.dir / "no.db", "-o", self.checks)
        self.assertEqual(done.returncode, 5)
        self.assertIn("no.db: No such file or directory", done.stderr)
        self.assertEqual(json.dumps(support.listing(self.dir), sort_keys=True),
                         json.dumps({"1a2b_shop.sql": support.listing(self.dir)["1a2b_shop.sql"]}))

    def test_no_database_but_a_text(self):
        text = self.dir / "text.db"
        text.write_text("no database")
        done = self.baseline("checks", "generate", "-d", text, "-o", self.checks)
        self.assertEqual(done.returncode, 4)
        self.assertIn("file is not a database", done.stderr)

    def test_a_directory_that_is_a_file(self):
        self.checks.write_text("")
        done = self.baseline("checks", "generate", "-m", self.migration, "-o", self.checks)
        self.assertEqual((done.returncode, self.checks.read_text()), (5, ""), done.stderr)


if __name__ == "__main__":
    unittest.main()
