"""kill -9: whenever it comes, the database is the old or the new one, and the next command puts the
rest in order. tests/crash/ stops at every single step; here the real program is really killed."""

import os
import signal
import unittest

import support
from support import query, sha256

STARTED = r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
JOURNAL = ".app.db.baseline-journal"
CANDIDATE = ".app.db.baseline-candidate"


class KillCase(support.Case):
    old_sha256 = None  # the same in each test

    def setUp(self):
        super().setUp()
        self.database = self.big(mebibytes=150)
        KillCase.old_sha256 = KillCase.old_sha256 or sha256(self.database)
        self.old = KillCase.old_sha256
        self.inode = self.database.stat().st_ino

    def killed(self, *words, when, what):
        """Kills a run as soon as something can be seen from outside."""
        process = self.start(*words, "-d", self.database)
        self.until(when, what, process)
        process.kill()
        process.communicate()
        self.assertEqual(process.returncode, -signal.SIGKILL, "it had ended before")
        self.assertTrue((self.dir / JOURNAL).exists(), "it had ended before")

    def killed_while_copying(self):
        def copied():
            return any(part.stat().st_size
                       for part in self.dir.glob("app.db.backups/.partial-*/app.db"))
        self.killed("deploy", "--backup", "copy", when=copied, what="it copies")

    def killed_while_sealing(self):
        self.killed("deploy", when=lambda: self.database.stat().st_ino != self.inode,
                    what="the new database is live")

    def status(self):
        with self.unchanged():
            return self.json("status", "-d", self.database)

    def tidy(self):
        self.assertEqual(sorted(os.listdir(self.dir)),
                         [".app.db.baseline-lock", "app.db", "app.db.backups"])
        self.assertEqual(list(self.dir.glob("app.db.backups/.partial-*")), [])
        self.assertIsNone(self.status()["interrupted"])


class BeforeTheSwap(KillCase):
    def test_the_old_database_is_live(self):
        self.killed_while_copying()
        self.assertEqual(sha256(self.database), self.old)
        self.assertEqual(self.database.stat().st_ino, self.inode)

    def test_when_the_candidate_is_there(self):
        self.killed("deploy", "--backup", "copy", when=(self.dir / CANDIDATE).exists,
                    what="the candidate is there")
        self.assertEqual(sha256(self.database), self.old)
        self.succeeds("recover", "-d", self.database)
        self.assertEqual(sha256(self.database), self.old)
        self.tidy()

    def test_status_reports_it(self):
        self.killed_while_copying()
        interrupted = self.status()["interrupted"]
        self.assertEqual((interrupted["command"], interrupted["position"]),
                         ("deploy", "old database live"))
        self.assertRegex(interrupted["started"], f"^{STARTED}$")
        with self.unchanged():
            self.assertRegex(self.succeeds("status", "-d", self.database),
                             f"  interrupted  a deploy started {STARTED} was cut off: the old"
                             " database is live; baseline recover will undo it\n")

    def test_recover_undoes_it_and_says_so(self):
        self.killed_while_copying()
        self.assertRegex(self.succeeds("recover", "-d", self.database),
                         f"^recovered: the deploy of {STARTED} was undone; {self.database} is the"
                         " old database\n$")
        self.assertEqual(sha256(self.database), self.old)
        self.assertEqual(self.backups(self.database), [])
        self.tidy()

    def test_recover_in_json(self):
        self.killed_while_copying()
        document = self.json("recover", "-d", self.database)
        self.assertEqual((document["command"], document["recovered"]["command"],
                          document["recovered"]["outcome"], document["recovered"]["backup"]),
                         ("recover", "deploy", "undone", None))

    def test_the_next_deploy_goes_through(self):
        self.killed_while_copying()
        done = self.baseline("deploy", "-d", self.database)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, rf"note: an interrupted deploy of {STARTED} was undone: the"
                                      " old database is live\n")
        self.assert_at_baseline(self.database)
        self.assertEqual(sha256(self.only_backup(self.database) / "app.db"), self.old)
        self.tidy()

    def test_the_history_tells_of_the_recovery(self):
        self.killed_while_copying()
        self.succeeds("recover", "-d", self.database)
        self.assertEqual([(line["command"], line["outcome"]) for line in
                          self.json("history", "-d", self.database)["lines"]],
                         [("recover", "undid the deploy")])

    def test_what_only_looks_recovers_nothing(self):
        self.killed_while_copying()
        for words in ["status"], ["plan"], ["history"], ["backups", "list"]:
            with self.subTest(words), self.unchanged():
                self.baseline(*words, "-d", self.database)

    def test_the_list_of_backups_tells_what_is_unfinished(self):
        self.killed_while_copying()
        listed = self.json("backups", "list", "-d", self.database)
        self.assertEqual((listed["backups"], len(listed["unfinished"])), ([], 1))
        self.assertRegex(self.succeeds("backups", "list", "-d", self.database),
                         r"\d{8}T\d{6}Z-001-[0-9a-f]{8} +unfinished: a run was cut off, or is under way\n")


class AfterTheSwap(KillCase):
    def test_the_new_database_is_live_and_the_old_one_beside_it(self):
        self.killed_while_sealing()
        self.assert_at_baseline(self.database)
        self.assertEqual(sha256(self.dir / CANDIDATE), self.old)

    def test_status_reports_it(self):
        self.killed_while_sealing()
        interrupted = self.status()["interrupted"]
        self.assertEqual((interrupted["command"], interrupted["position"]),
                         ("deploy", "new database live"))

    def test_recover_finishes_it_and_says_so(self):
        self.killed_while_sealing()
        out = self.succeeds("recover", "-d", self.database)
        backup = self.only_backup(self.database)
        self.assertRegex(out, f"^recovered: the deploy of {STARTED} was finished; {self.database}"
                              f" is the new database\n  backup       {backup}\n"
                              f"               moved, sha256 {self.old[:12]}…\n$")
        self.assert_at_baseline(self.database)
        self.assertEqual(sha256(backup / "app.db"), self.old)
        sums = self.command("sha256sum", "-c", "SHA256SUMS", cwd=backup)
        self.assertEqual(sums.returncode, 0, sums.stderr)
        self.tidy()

    def test_the_next_deploy_finishes_it(self):
        self.killed_while_sealing()
        self.assertEqual(self.succeeds("deploy", "-d", self.database),
                         "already at baseline 9275fe03c648; nothing to do\n")
        self.assertEqual(sha256(self.only_backup(self.database) / "app.db"), self.old)
        self.tidy()

    def test_the_next_rollback_finishes_it_and_goes_back(self):
        self.killed_while_sealing()
        self.succeeds("rollback", "-d", self.database)
        self.assertEqual(sha256(self.database), self.old)
        self.tidy()

    def test_rows_that_the_application_has_added_since_stay(self):
        self.killed_while_sealing()
        query(self.database, "INSERT INTO channel_configs (channel_id, guild_id) VALUES (1, 2)")
        self.succeeds("recover", "-d", self.database)
        self.assertEqual(query(self.database, "SELECT channel_id FROM channel_configs"), [(1,)])

    def test_a_recovery_that_is_killed_is_taken_up_again(self):
        self.killed_while_sealing()
        process = self.start("recover", "-d", self.database)
        self.until(lambda: list(self.dir.glob("app.db.backups/.partial-*")), "it files", process)
        process.kill()
        process.communicate()
        self.succeeds("recover", "-d", self.database)
        self.assertEqual(sha256(self.only_backup(self.database) / "app.db"), self.old)
        self.tidy()

    def test_by_an_ordinary_user_when_the_old_file_was_sealed_already(self):
        """Killed between the chmod to 0400 and the rename: its owner has to get at it again."""
        self.killed_while_sealing()
        run = self.ordinary_user()
        (self.dir / CANDIDATE).chmod(0o400)
        done = run("recover", "-d", self.database)
        self.assertEqual(done.returncode, 0, done.stderr)
        backup = self.only_backup(self.database) / "app.db"
        self.assertEqual(sha256(backup), self.old)
        self.assertEqual(oct(backup.stat().st_mode & 0o7777), "0o400")
        self.succeeds("rollback", "-d", self.database)
        self.assertEqual(oct(self.database.stat().st_mode & 0o7777), "0o644")

    def test_a_rollback(self):
        self.succeeds("deploy", "-d", self.database)
        new = self.database.stat().st_ino
        self.killed("rollback", when=lambda: self.database.stat().st_ino != new,
                    what="the old database is back")
        self.succeeds("recover", "-d", self.database)
        self.assertEqual(sha256(self.database), self.old)
        self.assertEqual(len(self.backups(self.database)), 2)
        self.tidy()


class Undecidable(support.Case):
    """Exit 6: a person has to look. Nothing is changed."""

    def test_a_journal_that_cannot_be_read(self):
        database = self.legacy()
        (self.dir / JOURNAL).write_bytes(b"no journal of ours")
        for words in ["deploy"], ["rollback"], ["recover"]:
            with self.subTest(words):
                self.refuses(6, f"baseline: error: the journal {self.dir}/{JOURNAL} of {support.own_names()}"
                                " cannot be read,"
                                " and no crash of baseline leaves it so\n"
                                "  hint: compare the live database with the candidate beside it and"
                                " the newest backup, then remove the journal\n",
                             *words, "-d", database, leaves=[support.lock_of(database)])

    def test_a_candidate_without_a_journal(self):
        database = self.legacy()
        (self.dir / CANDIDATE).write_bytes(b"perhaps the only copy of something")
        self.refuses(6, f"baseline: error: {self.dir}/{CANDIDATE} exists, but no journal that tells"
                        " what it is\n"
                        "  hint: it may be a whole database: look at it with sqlite3, then move it"
                        " away\n",
                     "deploy", "-d", database, leaves=[support.lock_of(database)])


class NothingToRecover(support.Case):
    def test_makes_no_file(self):
        for database in self.legacy(), self.dir / "missing.db":
            with self.subTest(database), self.unchanged():
                self.assertEqual(self.succeeds("recover", "-d", database),
                                 f"nothing to recover at {database}\n")

    def test_in_json(self):
        with self.unchanged():
            self.assertIsNone(self.json("recover", "-d", self.dir / "app.db")["recovered"])

    def test_after_a_whole_run(self):
        database = self.fresh()
        with self.unchanged():
            self.assertEqual(self.succeeds("recover", "-d", database),
                             f"nothing to recover at {database}\n")


if __name__ == "__main__":
    unittest.main()
