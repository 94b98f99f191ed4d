"""Suites that `checks generate` writes for schemas of well-known ecosystems (tests/data/ecosystems/):
they prove nearly everything, and what they do not prove is told."""

import shutil
import unittest

import support

SCHEMAS = support.PROJECT / "tests/data/ecosystems"
# Of the mutants that each suite must kill, in percent: both files, and behaviour alone.
ALL, BEHAVIOUR = 90, 55
SAMPLE = "150"


class Ecosystems(support.Case):
    def generated(self, schema):
        migration = shutil.copy(schema, self.dir / f"1_{schema.name}")
        checks = self.dir / schema.stem
        document = self.json("checks", "generate", "-m", migration, "-o", checks)
        return document, migration, checks

    def test_five_of_them(self):
        self.assertEqual(sorted(path.stem for path in SCHEMAS.glob("*.sql")),
                         ["django", "laravel", "notes", "prisma", "rails"])

    def test_nine_of_ten_mutants_are_killed_and_lint_is_clean(self):
        for schema in sorted(SCHEMAS.glob("*.sql")):
            with self.subTest(schema=schema.stem):
                document, migration, checks = self.generated(schema)
                self.succeeds("checks", "lint", "--strict", "-m", migration, "--checks", checks)
                self.succeeds("checks", "mutate", "-m", migration, "--checks", checks,
                              "--sample", SAMPLE, "--min", str(ALL))
                self.succeeds("checks", "mutate", "-m", migration, "--checks",
                              checks / "constraints.yaml", "--sample", SAMPLE, "--min",
                              str(BEHAVIOUR))
                # Nothing is left unproven but what can never reject anything.
                self.assertEqual({one["reason"] for one in document["skipped"]} -
                                 {"a NULL in the key is replaced by a new number"}, set())
                database = self.dir / f"{schema.stem}.db"
                options = ["-d", database, "-m", migration, "--checks", checks]
                self.succeeds("deploy", *options)
                self.succeeds("verify", *options)

    def test_what_is_not_proven_is_told_in_the_suite_and_in_the_output(self):
        migration = self.dir / "1_a.sql"
        migration.write_text("CREATE TABLE t (id INTEGER PRIMARY KEY, "
                             "a INTEGER CHECK (a = a OR a IS NULL));")
        out = self.succeeds("checks", "generate", "-m", migration, "-o", self.dir / "checks")
        self.assertIn("  not proven   no row that violates it was found; write one that does\n"
                      "                 constraints/t obeys a = a OR a IS NULL\n", out)
        text = (self.dir / "checks/constraints.yaml").read_text()
        self.assertIn("  # Not proven: t obeys a = a OR a IS NULL: no row that violates it was found;", text)
        self.assertNotIn("skip:", text)
        # It stays visible: only a check of somebody's own can prove it.
        done = self.baseline("checks", "lint", "--strict", "-m", migration, "--checks",
                             self.dir / "checks")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no check makes these reject anything:\n  CHECK (a = a", done.stdout)
        self.assertIn("lint      no warnings", done.stdout)

    def test_rows_of_the_migration_are_compared(self):
        migration = self.dir / "1_a.sql"
        migration.write_text("CREATE TABLE only (id INTEGER PRIMARY KEY CHECK (id = 1), v TEXT NOT NULL);"
                             "INSERT INTO only VALUES (1, 'one');")
        document = self.json("checks", "generate", "-m", migration, "-o", self.dir / "checks")
        self.assertEqual(document["skipped"], [])
        other = self.dir / "1_b.sql"
        other.write_text(migration.read_text().replace("'one'", "'two'"))
        done = self.baseline("plan", "-d", "app.db", "-m", other, "--checks", self.dir / "checks")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("schema/only holds what the migration puts there", done.stdout)

    def test_a_change_that_is_not_in_schema_sql_is_noticed(self):
        migration = self.dir / "1_a.sql"
        migration.write_text("CREATE TABLE t (id INTEGER PRIMARY KEY);")
        self.succeeds("checks", "generate", "-m", migration, "-o", self.dir / "checks")
        migration.write_text("CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TABLE u (a);")
        done = self.baseline("plan", "-d", "app.db", "-m", migration, "--checks", self.dir / "checks")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("schema/baseline declares what schema.sql does", done.stdout)

    def test_times_of_the_clock_are_shown_by_their_type(self):
        """The same suite holds tomorrow."""
        migration = self.dir / "1_a.sql"
        migration.write_text(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, at TEXT);"
            "CREATE TRIGGER touch AFTER UPDATE OF a ON t BEGIN"
            " UPDATE t SET at = datetime('now') WHERE id = new.id; END;")
        self.succeeds("checks", "generate", "-m", migration, "-o", self.dir / "checks")
        text = (self.dir / "checks/constraints.yaml").read_text()
        self.assertIn("SELECT id, a, typeof(at) FROM t", text)


if __name__ == "__main__":
    unittest.main()
