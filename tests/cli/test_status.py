"""The commands that only look: status, history, backups list. They change nothing, whatever there
is to look at, not even by making SQLite's -wal or -shm."""

import json
import os
import shutil
import unittest

import support
from support import Holder, query


class StatusCase(support.Case):
    def status(self, database, **options):
        with self.unchanged():
            return self.json("status", "-d", database, **options)

    def human(self, database, *args):
        with self.unchanged():
            return self.succeeds("status", "-d", database, *args)


class Status(StatusCase):
    def test_of_a_missing_database(self):
        database = self.dir / "app.db"
        self.assertEqual(self.human(database), f"{database}: missing\n"
                                               f"  backups      0 in {database}.backups\n"
                                               f"  next         baseline plan --database {database}"
                                               " tells what a deploy would do\n")
        self.assertEqual(self.status(database)["facts"], {"exists": False})

    def test_of_a_database_at_the_baseline(self):
        database = self.fresh()
        out = self.human(database)
        self.assertTrue(out.startswith(f"{database}: at baseline 9275fe03c648\n"), out)
        self.assertNotIn("drift", out)
        self.assertRegex(out, r"\n  last         2\d{3}-\S+Z deploy: done\n")
        status = self.status(database)
        self.assertEqual((status["baseline"]["at_baseline"], status["drift"], status["running"],
                          status["interrupted"]), (True, [], None, None))
        self.assertEqual(status["last"]["outcome"], "done")

    def test_of_an_old_database(self):
        database = self.legacy()
        out = self.human(database)
        self.assertTrue(out.startswith(f"{database}: not at baseline 9275fe03c648\n"), out)
        self.assertIn("    + monitoring_targets: column target_name VARCHAR NOT NULL\n", out)
        self.assertIn("    - monitoring_targets: column display_name VARCHAR NOT NULL\n", out)
        status = self.status(database)
        self.assertFalse(status["baseline"]["at_baseline"])
        facts = status["facts"]
        self.assertEqual((facts["revision"], facts["size"], facts["mode"], facts["journal_mode"],
                          facts["holders"]), ("5c8e4212f5ed", 684032, "0644", "delete", []))
        self.assertIn({"name": "seen_submissions", "rows": 9600}, facts["tables"])
        self.assertEqual(status["backups"], {"directory": f"{database}.backups", "count": 0,
                                             "newest": None, "unsealed": []})

    def test_of_a_database_that_has_drifted(self):
        database = self.fresh()
        query(database, "CREATE INDEX extra ON seen_submissions (seen_at)")
        status = self.status(database)
        self.assertFalse(status["baseline"]["at_baseline"])
        self.assertEqual([(one["side"], one["object"]) for one in status["drift"]],
                         [("+", "index extra")])
        self.assertIn("  drift        1 difference (- is missing, + is not in the"
                      " baseline)\n               + index extra\n", self.human(database))

    def test_of_no_database(self):
        database = self.dir / "app.db"
        database.write_bytes(b"no database " * 100)
        self.assertIn("file is not a database", self.human(database))
        self.assertIn("file is not a database", self.status(database)["facts"]["unreadable"])

    def test_of_an_empty_file(self):
        database = self.dir / "app.db"
        database.touch()
        self.assertEqual(self.status(database)["facts"]["tables"], [])

    def test_the_exit_code_tells_when_asked(self):
        def code(database):
            with self.unchanged():
                done = self.baseline("status", "-d", database, "--exit-code", "--format", "json")
            self.assertEqual(json.loads(done.stdout)["exit_code"], done.returncode)
            return done.returncode

        database = self.fresh()
        self.assertEqual(code(database), 0)
        (self.dir / ".app.db.baseline-journal").write_bytes(b"no journal of ours")
        self.assertEqual(code(database), 6)
        (self.dir / ".app.db.baseline-journal").unlink()
        query(database, "CREATE INDEX extra ON seen_submissions (seen_at)")
        self.assertEqual(code(database), 1)
        self.assertEqual(code(self.legacy("old.db")), 1)
        self.assertEqual(code(self.dir / "missing.db"), 1)
        self.human(self.dir / "missing.db")  # succeeds: nobody asked

    def test_names_who_has_it_open(self):
        for journal_mode in "DELETE", "WAL":
            database = self.legacy(f"{journal_mode}.db")
            query(database, f"PRAGMA journal_mode = {journal_mode}")
            with self.subTest(journal_mode), Holder(database, "read") as application:
                holder, = self.json("status", "-d", database)["facts"]["holders"]
                self.assertEqual(holder["pid"], application.pid)
                self.assertIn("python3", holder["command"])

    def test_says_where_each_setting_came_from(self):
        database = self.legacy()
        done = self.baseline("status", "-v", env={
            "DATABASE_PATH": str(database), "BASELINE_WAIT": "5s", "BASELINE_BACKUP": "copy"})
        settings = dict(line.strip().split(maxsplit=1)
                        for line in done.stdout.split("settings\n")[1].splitlines())
        self.assertEqual(settings["database"], f"{database}  (DATABASE_PATH)")
        self.assertEqual(settings["wait"], "5000ms  (BASELINE_WAIT)")
        self.assertEqual(settings["backup"], "copy  (BASELINE_BACKUP)")
        self.assertEqual(settings["migration"], "built in  (built in)")

    def test_by_a_user_who_may_only_read(self):
        database = self.legacy()
        run = self.ordinary_user()
        database.chmod(0o444)
        self.dir.chmod(0o555)
        with self.unchanged():
            done = run("status", "-d", database)
            self.assertEqual(done.returncode, 0, done.stderr)


class LooksOnly(StatusCase):
    """Every command that looks, at every kind of database, leaves no trace."""

    def kinds(self):
        yield "an old one", self.legacy("legacy.db")
        yield "one at the baseline", self.fresh("fresh.db")
        wal = self.legacy("wal.db")
        query(wal, "PRAGMA journal_mode = WAL")
        yield "one in WAL mode", wal
        crashed = self.legacy("crashed.db")
        with Holder(crashed) as application:
            application.execute("PRAGMA journal_mode = WAL")
            application.execute("UPDATE channel_configs SET poll_rate_minutes = 77")
            application.kill()
        bare = self.legacy("bare.db")
        shutil.copyfile(crashed, bare)
        shutil.copyfile(f"{crashed}-wal", f"{bare}-wal")
        yield "one whose -wal has no -shm", bare
        yield "one with the -wal of a killed writer", crashed
        hot = self.legacy("hot.db")
        with Holder(hot) as application:
            application.execute("PRAGMA cache_size = 1")
            application.execute("BEGIN IMMEDIATE")
            application.execute("UPDATE seen_submissions SET submission_id = -submission_id")
            application.kill()
        yield "one with a hot journal", hot
        (self.dir / "none.db").write_bytes(b"none " * 200)
        yield "none", self.dir / "none.db"
        yield "a missing one", self.dir / "missing.db"

    def test_leave_no_trace(self):
        for kind, database in self.kinds():
            for words in (["status"], ["verify"], ["plan"], ["rollback", "--dry-run"], ["history"],
                          ["backups", "list"], ["recover"]):
                with self.subTest(kind, command=words):
                    before = sorted(os.listdir(self.dir))
                    # The -shm of a killed writer is an index of its -wal, which every reader may
                    # build again; the data and the list of files stay as they are.
                    with self.unchanged("crashed.db-shm"):
                        done = self.baseline(*words, "-d", database)
                    self.assertLess(done.returncode, 6, done.stderr)
                    self.assertEqual(sorted(os.listdir(self.dir)), before)

    def test_a_backup_of_a_wal_database_gets_no_companions(self):
        database = self.legacy()
        query(database, "PRAGMA journal_mode = WAL")
        self.succeeds("deploy", "-d", database)
        with self.unchanged():
            self.succeeds("backups", "list", "-d", database)
            self.succeeds("rollback", "--dry-run", "-d", database)

    def test_while_the_application_writes(self):
        for journal_mode in "DELETE", "WAL":
            database = self.fresh(f"{journal_mode}.db")
            query(database, f"PRAGMA journal_mode = {journal_mode}")
            with self.subTest(journal_mode), Holder(database, "writing") as application:
                application.execute("INSERT INTO channel_configs (channel_id, guild_id)"
                                    " VALUES (1, 2)")
                before = support.sha256(database), database.stat().st_mtime_ns
                for words in "status", "verify":
                    self.succeeds(words, "-d", database)
                self.assertEqual((support.sha256(database), database.stat().st_mtime_ns), before)
                application.execute("COMMIT")
            self.assertEqual(query(database, "SELECT count(*) FROM channel_configs"), [(1,)])

    def test_the_wal_is_read_too(self):
        """What the application has committed counts, although it is not in the file yet."""
        database = self.legacy()
        with Holder(database) as application:
            application.execute("PRAGMA journal_mode = WAL")
            application.execute("DELETE FROM seen_submissions")
            tables = self.json("status", "-d", database)["facts"]["tables"]
            self.assertIn({"name": "seen_submissions", "rows": 0}, tables)
            application.kill()
        (self.dir / "app.db-shm").unlink()
        tables = self.status(database)["facts"]["tables"]
        self.assertIn({"name": "seen_submissions", "rows": 0}, tables)


class Backups(support.Case):
    def test_none(self):
        database = self.legacy()
        with self.unchanged():
            self.assertEqual(self.succeeds("backups", "list", "-d", database),
                             f"no backups in {database}.backups\n")
            self.assertEqual(self.succeeds("history", "-d", database),
                             "no deploy or rollback yet\n")

    def test_of_several_databases(self):
        one, two = self.legacy("one.db"), self.legacy("two.db")
        shared = self.dir / "shared"
        self.succeeds("deploy", "-d", one, "--backups", shared)
        self.assertNotIn("DATABASE", self.succeeds("history", "-d", one, "--backups", shared))
        for _ in range(2):
            self.succeeds("deploy", "-d", two, "--backups", shared, "--again")
        out = self.succeeds("status", "-d", one, "--backups", shared)
        self.assertIn(f"1 in {shared}, and 2 of other databases\n", out)
        backups = self.json("status", "-d", one, "--backups", shared)["backups"]
        self.assertEqual((backups["count"], backups["newest"][-3:]), (1, "001"))
        head, *rows = self.succeeds("history", "-d", one, "--backups", shared).splitlines()
        self.assertTrue(head.endswith("DATABASE"), head)
        self.assertEqual([row.split()[-1] for row in rows], [str(one), str(two), str(two)])

    def test_several(self):
        database = self.legacy()
        self.succeeds("deploy", "-d", database)
        self.succeeds("deploy", "-d", database, "--again", "--backup", "copy")
        first, second = self.backups(database)
        with self.unchanged():
            out = self.succeeds("backups", "list", "-d", database)
        ages = r"\d+[sm]"
        self.assertRegex(out, rf"^ID +AGE REASON REVISION +SIZE +ROWS KEPT STATE\n"
                              rf"{first.name} +{ages} deploy 5c8e4212f5ed 668 KiB 9 733 move sealed\n"
                              rf"{second.name} +{ages} deploy 9275fe03c648  40 KiB     1 copy sealed\n$")

    def test_damaged_ones_are_listed_as_such(self):
        database = self.legacy()
        for _ in range(3):
            self.succeeds("deploy", "-d", database, "--again")
        first, second, third = self.backups(database)
        (first / "manifest.json").unlink()
        (second / "app.db").chmod(0o600)
        os.truncate(second / "app.db", 5)
        with self.unchanged():
            out = self.succeeds("backups", "list", "-d", database)
            listed = self.json("backups", "list", "-d", database)["backups"]
        self.assertRegex(out, rf"{first.name} +\? .*DAMAGED\n")
        self.assertRegex(out, rf"{second.name} .*DAMAGED\n")
        self.assertIn(f"\n{first.name} DAMAGED: its manifest is missing\n"
                      f"{second.name} DAMAGED: its database file has 5 bytes, but the"
                      " manifest says 40960\n", out)
        self.assertRegex(out, rf"{third.name} .* sealed\n")
        self.assertEqual([one["damage"] for one in listed],
                         ["its manifest is missing",
                          "its database file has 5 bytes, but the manifest says 40960", None])

    def test_what_is_not_ours_is_left_out(self):
        database = self.legacy()
        self.succeeds("deploy", "-d", database)
        catalogue = self.dir / "app.db.backups"
        (catalogue / "notes.txt").write_text("do not delete")
        (catalogue / "old").mkdir()
        self.assertEqual(len(self.json("backups", "list", "-d", database)["backups"]), 1)

    def test_the_order_is_that_of_the_runs_whatever_the_clock_says(self):
        """The clock was set back: the number decides, not the time."""
        database = self.legacy()
        for _ in range(2):
            self.succeeds("deploy", "-d", database, "--again")
        first = self.backups(database)[0]
        late = first.with_name("29991231T235959Z-001")
        first.rename(late)
        manifest = late / "manifest.json"
        manifest.chmod(0o600)
        manifest.write_text(manifest.read_text().replace(first.name, late.name))
        listed = self.json("backups", "list", "-d", database)["backups"]
        self.assertEqual([one["id"][-3:] for one in listed], ["001", "002"])
        self.succeeds("rollback", "-d", database)
        self.assertEqual(self.json("history", "-d", database)["lines"][-1]["source"][-3:], "002")

    def test_a_torn_last_line_of_the_history(self):
        database = self.fresh()
        with open(self.dir / "app.db.backups/history.jsonl", "a") as history:
            history.write('{"when": "2026-')
        self.assertIn("1 line could not be read (a power cut may tear the last line)\n",
                      self.succeeds("history", "-d", database))
        self.succeeds("deploy", "-d", database, "--again")
        document = self.json("history", "-d", database)
        self.assertEqual((len(document["lines"]), document["unreadable_lines"]), (2, 1))


if __name__ == "__main__":
    unittest.main()
