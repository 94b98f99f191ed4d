"""The right database: which one a deploy may replace, whose a backup is, and what makes two of them
the same. What a repeated command does is in test_histories.py."""

import re
import shlex
import unittest

import support
from support import query, sha256

SUITE = """version: 1
checks:
  - name: it can be read
    query: SELECT 1
    value: 1
"""
SHOP = "CREATE TABLE customers (x); CREATE TABLE orders (x); INSERT INTO orders VALUES (1), (2);"


class IdentityCase(support.Case):
    def setUp(self):
        super().setUp()
        (self.dir / "good.yaml").write_text(SUITE)

    def migration(self, sql, name="m1_x.sql"):
        (self.dir / name).write_text(sql)
        return ["-m", name, "--checks", "good.yaml"]

    def both(self, code, *words, **options):
        """`plan` and `deploy` end alike; what deploy said on stderr."""
        with self.unchanged():
            planned = self.baseline("plan", *words, **options)
        done = self.baseline("deploy", *words, "--yes", **options)
        self.assertEqual((planned.returncode, done.returncode), (code, code),
                         planned.stderr + done.stdout + done.stderr)
        self.assertEqual(planned.stderr, done.stderr.replace(support.READY, ""))
        return done.stderr


class WithoutStampAndHistory(IdentityCase):
    """Only what is live can tell then whether the migration was deployed there."""

    def city(self):
        return self.migration("CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT NOT NULL);")

    def test_a_table_of_the_old_schema_that_keeps_its_name_is_another_one(self):
        for number, column in enumerate(["name TEXT", "name TEXT NOT NULL COLLATE NOCASE", "pop INT"]):
            with self.subTest(column):
                old = self.made(f"CREATE TABLE city (id INTEGER PRIMARY KEY, {column});",
                                f"old{number}.db")
                self.both(0, "-d", old, *self.city())

    def test_what_was_added_to_the_baseline_since_may_hold_what_is_nowhere_else(self):
        old = self.made("CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT NOT NULL, pop INT);"
                        " CREATE TABLE more (x)")
        stderr = self.both(4, "-d", old, *self.city())
        self.assertIn("has every table of baseline", stderr)


class TheOneThatWasMeant(IdentityCase):
    """`replaces` in the configuration; the built-in migration knows the tables of its own."""

    def configured(self, replaces):
        (self.dir / "m1_x.sql").write_text("CREATE TABLE goods (x);")
        (self.dir / "baseline.yaml").write_text(
            f"version: 1\ndatabase: app.db\nmigration: m1_x.sql\nchecks: good.yaml\n{replaces}")

    def test_the_built_in_baseline_goes_over_no_other_application(self):
        shop = self.made(SHOP, "shop.db")
        old = sha256(shop)
        stderr = self.both(4, "-d", shop)
        self.assertEqual(stderr,
                         f"baseline: error: {shop} is not the database that is to be replaced: it"
                         " has the tables customers, orders; expected was a table channel_configs,"
                         " monitoring_targets, seen_submissions (built in)\n"
                         "  hint: name the application's database with --database, or its migration"
                         " with --migration; --replace-any replaces this one all the same, and its"
                         " data is then in a backup only\n")
        self.assertEqual(sha256(shop), old)
        self.both(0, "-d", shop, "--replace-any")
        self.assert_at_baseline(shop)

    def test_a_table_of_a_migration_tool_tells_no_application(self):
        shop = self.made(SHOP + "CREATE TABLE alembic_version (version_num);"
                         "INSERT INTO alembic_version VALUES ('77');", "shop.db")
        self.assertIn("has the tables customers, orders at revision 77;",
                      self.both(4, "-d", shop))

    def test_the_gate_asks_too(self):
        shop = self.made(SHOP, "shop.db")
        done = self.baseline("run", "-d", shop, "--on-start", "deploy", "--wipe-old", "--", "true")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("is not the database that is to be replaced", done.stderr)

    def test_what_is_accepted(self):
        for what, sql in [
                ("one without tables", ""),
                ("one with tables of tools only",
                 "CREATE TABLE _litestream_seq (x); CREATE TABLE alembic_version (version_num);"),
                ("a listed table", "CREATE TABLE Orders (x); CREATE TABLE other (x);"),
                ("a table of the migration", "CREATE TABLE goods (y); CREATE TABLE other (x);"),
                ("a listed revision", "CREATE TABLE other (x); CREATE TABLE alembic_version"
                 " (version_num); INSERT INTO alembic_version VALUES ('77');")]:
            with self.subTest(what):
                self.doCleanups()
                self.setUp()
                self.configured("replaces: {tables: [orders, carts], revisions: [77]}\n")
                database = self.made(sql)
                # Not twice is another question: these have the migration's table, or no records.
                again = ["--again"] if "goods" in sql else []
                self.both(0, *again)
                self.assertEqual(query(database, "SELECT name FROM sqlite_schema"), [("goods",)])

    def test_what_is_not(self):
        self.configured("replaces: {tables: [orders], revisions: [77]}\n")
        self.made("CREATE TABLE other (x); CREATE TABLE alembic_version (version_num);"
                  "INSERT INTO alembic_version VALUES ('78');")
        self.assertIn("has the tables other at revision 78; expected was a table orders, goods, or"
                      " revision 77 (baseline.yaml:5:11)", self.both(4))

    def test_what_a_run_put_there_is_accepted(self):
        self.configured("replaces: {tables: [orders]}\n")
        database = self.made("CREATE TABLE orders (x)")
        self.both(0)
        query(database, "ALTER TABLE goods RENAME TO wares")
        self.both(0, *self.migration("CREATE TABLE third (x);", "m2_x.sql"))

    def test_without_it_any_database_is_accepted(self):
        self.made(SHOP)
        self.both(0, "-d", "app.db", *self.migration("CREATE TABLE goods (x);"))

    def test_the_configuration_of_a_first_database(self):
        self.made(SHOP, "shop.db")
        self.succeeds("init", "-d", "shop.db", "-o", "made")
        text = (self.dir / "made/baseline.yaml").read_text()
        self.assertIn("replaces:\n  tables: [customers, orders]\n", text)
        other = self.made("CREATE TABLE notes (x)", "other.db")
        stderr = self.both(4, "-c", "made/baseline.yaml", "-d", other)
        self.assertIn("expected was a table customers, orders (made/baseline.yaml:", stderr)

    def test_settings_tell(self):
        self.configured("replaces: {tables: [orders], revisions: [77]}\n")
        self.assertIn("replaces     table orders, revision 77  (baseline.yaml:5:11)\n",
                      self.succeeds("status", "-v"))


class WhoseABackupIs(IdentityCase):
    def setUp(self):
        super().setUp()
        self.database = self.legacy()
        self.succeeds("deploy", "-d", self.database)
        self.live = sha256(self.database)

    def test_a_file_of_another_application(self):
        shop = self.made(SHOP, "shop.db")
        words = ["rollback", "-d", self.database, "--from", shop]
        for more in [["--dry-run"], []]:
            done = self.baseline(*words, *more)
            self.assertEqual(done.returncode, 4, done.stdout)
            self.assertIn(f"{shop} is another application's: no revision, customers (0 rows), orders"
                          " (2 rows); expected was a table channel_configs,", done.stderr)
        self.assertEqual(sha256(self.database), self.live)
        self.succeeds(*words, "--replace-any")
        self.assertEqual(sha256(self.database), sha256(shop))

    def test_a_packed_one_is_refused_before_the_swap(self):
        shop = self.made(SHOP, "shop.db")
        self.succeeds("backups", "create", "-d", shop)
        self.succeeds("backups", "export", "-d", shop, self.only_backup(shop).name, "shop.zst",
                      "--zstd")
        done = self.baseline("rollback", "-d", self.database, "--from", "shop.zst")
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertIn("is another application's", done.stderr)
        self.assertEqual(sha256(self.database), self.live)

    def test_a_plan_shows_what_comes(self):
        entry = self.only_backup(self.database)
        self.succeeds("backups", "export", "-d", self.database, entry.name, "old.db")
        for words, of in [(["--to", entry.name], self.database),
                          (["--from", "old.db"], self.dir / "old.db")]:
            out = self.succeeds("rollback", "-d", self.database, "--dry-run", *words)
            self.assertRegex(out, rf"of {of}: 668 KiB, revision 5c8e4212f5ed\n"
                             r" +alembic_version +1 row\n +channel_configs +24 rows\n")
            document = self.json("rollback", "-d", self.database, "--dry-run", *words)
            content = document["source_content"]
            self.assertEqual((content["database"], content["revision"], len(content["tables"])),
                             (str(of), "5c8e4212f5ed", 4))

    def test_another_databases_backup_in_a_shared_catalogue(self):
        other = self.legacy("other.db")
        self.succeeds("deploy", "-d", other, "--backups", "shared")
        entry = self.only_backup(other, self.dir / "shared")
        words = ["rollback", "-d", self.database, "--backups", "shared", "--to", entry.name]
        done = self.baseline(*words)
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertIn(f"the backup {entry.name} is of {other}, not of {self.database}: revision"
                      " 5c8e4212f5ed, alembic_version (1 row), channel_configs (24 rows),",
                      done.stderr)
        self.assertEqual(sha256(self.database), self.live)
        self.succeeds(*words, "--replace-any")
        self.assertEqual(sha256(self.database), sha256(entry / "other.db"))

    def test_a_list_of_a_shared_catalogue_tells_the_databases(self):
        for name in "one.db", "two.db":
            self.succeeds("deploy", "-d", self.legacy(name), "--backups", "shared")
        out = self.succeeds("backups", "list", "-d", "one.db", "--backups", "shared")
        for name in "one.db", "two.db":
            self.assertIn(f" of {self.dir / name}\n", out)


class AtTheBaseline(IdentityCase):
    """Everything that the migration declares, and nothing that it leaves to the application."""

    DJANGO = ("CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT,"
              " applied TEXT); INSERT INTO django_migrations (app, name, applied) VALUES"
              " ('shop', '0001', datetime('now')), ('shop', '0002', datetime('now'));")

    def deployed(self, sql):
        self.words = ["-d", "app.db", *self.migration("CREATE TABLE goods (x);" + sql)]
        (self.dir / "good.yaml").write_text(
            SUITE + "  - name: schema is exactly the baseline\n    schema: baseline\n")
        self.succeeds("deploy", *self.words)
        return self.dir / "app.db"

    def is_at_baseline(self, expected, difference=""):
        with self.unchanged(".app.db.baseline-lock"):
            status = self.json("status", *self.words)
            self.assertEqual(status["baseline"]["at_baseline"], expected)
            verified = self.baseline("verify", *self.words)
            started = self.baseline("run", *self.words, "--wait", "1s", "--", "echo", "started")
        self.assertEqual((verified.returncode, started.returncode),
                         (0, 0) if expected else (1, 4), verified.stdout + started.stderr)
        self.assertIn(difference, verified.stdout)
        self.assertIn(difference.lstrip("-+ "), started.stdout + started.stderr)
        done = self.json("deploy", *self.words, code=0) if expected else \
            self.baseline("deploy", *self.words)
        if expected:
            self.assertEqual(done["action"], "nothing")
        else:
            self.assertEqual(done.returncode, 4, done.stdout)

    def test_a_number_of_the_application(self):
        for name in "user_version", "application_id":
            with self.subTest(name):
                self.doCleanups()
                self.setUp()
                database = self.deployed(f"PRAGMA {name} = 12;")
                self.is_at_baseline(True)
                query(database, f"PRAGMA {name} = 11")
                self.is_at_baseline(False, f"- {name}: 12")

    def test_one_that_the_migration_does_not_set(self):
        database = self.deployed("")
        query(database, "PRAGMA user_version = 11")
        query(database, "PRAGMA application_id = 5")
        self.is_at_baseline(True)

    def test_records_of_a_migration_tool(self):
        database = self.deployed(self.DJANGO)
        query(database, "UPDATE django_migrations SET applied = '2020'")
        self.is_at_baseline(True)
        query(database, "INSERT INTO django_migrations (app, name) VALUES ('shop', '0003')")
        self.is_at_baseline(False, "+ rows of django_migrations: shop, 0003")
        query(database, "DELETE FROM django_migrations WHERE name <> '0001'")
        self.is_at_baseline(False, "- rows of django_migrations: shop, 0002")

    def test_records_that_the_tool_makes_itself(self):
        database = self.deployed("CREATE TABLE goose_db_version (version_id, is_applied);")
        query(database, "INSERT INTO goose_db_version VALUES (3, 1)")
        self.is_at_baseline(True)

    def test_tables_of_litestream(self):
        database = self.deployed("")
        query(database, "CREATE TABLE _litestream_lock (id INTEGER)")
        query(database, "CREATE INDEX mine ON _litestream_lock (id)")
        self.is_at_baseline(True)

    def test_a_generated_suite_looks_at_them(self):
        self.made("CREATE TABLE item (id INTEGER PRIMARY KEY, n TEXT); PRAGMA user_version = 12;"
                  "PRAGMA application_id = 4242", "shop.db")
        self.succeeds("init", "-d", "shop.db", "-o", "made")
        query(self.dir / "shop.db", "PRAGMA user_version = 11")
        done = self.baseline("verify", "-c", "made/baseline.yaml", "-d", "shop.db")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("- user_version: 12", done.stdout)
        mutated = self.baseline("checks", "mutate", "-c", "made/baseline.yaml")
        self.assertNotRegex(mutated.stdout, r"change +PRAGMA (user_version|application_id)")


class WhatIsSealed(IdentityCase):
    """Row counts are those of the backup, though the application writes until it is stopped."""

    def test_rows_that_are_written_late(self):
        for words in [], ["--backup", "copy"], ["--engine", "in-place"]:
            with self.subTest(words):
                self.doCleanups()
                self.setUp()
                database = self.legacy()
                (self.dir / "baseline.yaml").write_text(
                    "version: 1\ndatabase: app.db\napplication:\n  stop: [sqlite3, app.db, 'INSERT"
                    " INTO channel_configs (channel_id, guild_id) VALUES (1, 2)']\n")
                backup = self.json("deploy", *words)["backup"]
                rows = {table["name"]: table["rows"] for table in backup["tables"]}
                self.assertEqual(rows["channel_configs"], 25)
                entry = self.only_backup(database)
                self.assertEqual(query(entry / "app.db", "SELECT count(*) FROM channel_configs"),
                                 [(25,)])
                self.succeeds("backups", "verify", "-d", database)


class CommandsThatArePrinted(IdentityCase):
    """undo, redo and rerun are typed as they stand, in a bad hour."""

    def type(self, output, label):
        found = re.search(rf"^ +{label} +(baseline .*)$", output, re.M)
        self.assertTrue(found, output)
        return self.command(support.BINARY, *shlex.split(found[1])[1:])

    def test_undo_and_redo(self):
        database = self.legacy()
        old = sha256(database)
        out = self.succeeds("deploy", "-d", database)
        new = sha256(database)
        self.assertIn(f"undo         baseline rollback --database {database} --to"
                      f" {self.only_backup(database).name}\n", out)
        done = self.type(out, "undo")
        self.assertEqual(sha256(database), old)
        again = self.type(out, "undo")
        self.assertIn("nothing to do: the backup", again.stdout)
        self.assertEqual(sha256(database), old)
        for output in done.stdout, again.stdout:
            self.type(output, "redo")
            self.assertEqual(sha256(database), new)
            self.type(out, "undo")
            self.assertEqual(sha256(database), old)

    def test_after_a_failed_deploy(self):
        database = self.legacy()
        old = sha256(database)
        self.succeeds("deploy", "-d", database)
        new = sha256(database)
        self.assertEqual(self.baseline("deploy", "-d", database, "--old").returncode, 2)
        query(database, "CREATE INDEX drift ON channel_configs (guild_id)")
        self.assertEqual(self.baseline("deploy", "-d", database).returncode, 4)
        query(database, "DROP INDEX drift")
        out = self.succeeds("rollback", "-d", database)
        self.assertIn("nothing to do: nothing was replaced by the last deploy, of 2", out)
        self.assertEqual(query(database, "SELECT count(*) FROM channel_configs"), [(0,)])
        self.type(out, "undo")
        self.assertEqual(sha256(database), old)
        self.assertNotEqual(old, new)

    def test_rerun_after_the_old_database_came_back(self):
        database = self.legacy()
        (self.dir / "bad.yaml").write_text(
            SUITE + "  - name: it fails\n    when: after\n    query: SELECT count(*) FROM"
            " channel_configs\n    value: 24\n")
        words = ["-d", "app.db", "--checks", "bad.yaml", "--backup", "copy"]
        out = self.baseline("deploy", *words).stdout
        self.assertIn("rerun     baseline deploy --database app.db --checks bad.yaml --backup copy\n",
                      out)
        # It is the check of the new database that fails again; on the old one it would pass.
        self.assertEqual(self.type(out, "rerun").returncode, 1)
        self.assertEqual(self.baseline("verify", "-d", database, "--checks", "bad.yaml").returncode,
                         0)
        kept = self.baseline("deploy", *words, "--on-failure", "keep").stdout
        self.assertIn("rerun     baseline verify --database app.db", kept)
        self.assertEqual(self.type(kept, "rerun").returncode, 1)


class Numbers(IdentityCase):
    def test_ids_do_not_begin_again(self):
        database = self.legacy()
        last = self.dir / f"app.db.backups/20261121T023558Z-{2**64 - 1}"
        last.mkdir(parents=True)
        done = self.baseline("deploy", "-d", database)
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertIn(f"a backup has the number {2**64 - 1}, after which there is none", done.stderr)
        last.rmdir()
        self.succeeds("deploy", "-d", database)


if __name__ == "__main__":
    unittest.main()
