"""Nobody loses what was written: while another process has the database open, it is not replaced.

In rollback mode an idle connection is invisible to SQLite's own locks, and a database that is
renamed under an open application takes its next writes along without an error. So being open is
enough to be in the way.
"""

import os
import sqlite3
import sys
import threading
import unittest
from pathlib import Path

import support
from support import Holder, query, sha256

HINT = "  hint: stop the application, or let baseline wait for it with --wait 30s\n"
LEAVES = [".app.db.baseline-lock"]


def in_use_by(database, pid):
    """What the program says. The command is cut off after 100 bytes."""
    command = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ")
    shown = command[:100].decode().replace("\n", "\\x0a") + ("…" if len(command) > 100 else "")
    return (f"baseline: error: {database} is in use by pid {pid} ({shown}); nothing was changed\n"
            + HINT)


class InUse(support.Case):
    JOURNAL_MODES = "DELETE", "WAL"

    def old(self, journal_mode):
        database = self.legacy()
        query(database, f"PRAGMA journal_mode = {journal_mode}")
        return database

    def test_by_another_process_in_any_state(self):
        for journal_mode in self.JOURNAL_MODES:
            for state in Holder.MODES:
                database = self.old(journal_mode)
                with self.subTest(journal_mode=journal_mode, state=state), \
                        Holder(database, state) as application:
                    if state == "alone" and journal_mode != "WAL":
                        continue  # The next test: nobody can even look.
                    self.refuses(3, in_use_by(database, application.pid),
                                 "deploy", "-d", database, "--yes", leaves=LEAVES)
                for name in os.listdir(self.dir):
                    (self.dir / name).unlink()

    def test_when_it_lets_nobody_in(self):
        database = self.legacy()
        with Holder(database, "alone"), self.unchanged(*LEAVES):
            done = self.baseline("deploy", "-d", database)
            self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)

    def test_rollback_is_refused_alike(self):
        database = self.legacy()
        self.succeeds("deploy", "-d", database)
        for state in "idle", "read", "reading", "writing":
            with self.subTest(state), Holder(database, state) as application:
                self.refuses(3, in_use_by(database, application.pid), "rollback", "-d", database,
                             leaves=LEAVES)

    def test_a_process_that_only_has_the_file_open(self):
        """A backup program, say: what it reads must not change its identity in the middle."""
        database = self.legacy()
        with open(database, "rb"):
            self.refuses(3, in_use_by(database, os.getpid()), "deploy", "-d", database,
                         leaves=LEAVES)

    def test_a_process_that_has_it_open_under_another_name(self):
        database = self.legacy()
        alias = self.dir / "alias.db"
        alias.symlink_to(database)
        with Holder(alias) as application:
            self.refuses(3, in_use_by(database, application.pid), "deploy", "-d", database,
                         leaves=LEAVES)

    def test_in_json(self):
        database = self.legacy()
        with Holder(database) as application:
            document = self.json("deploy", "-d", database, code=3)
        self.assertEqual(document["exit_code"], 3)
        self.assertIn(f"is in use by pid {application.pid} (", document["error"]["message"])

    def test_by_another_user_whose_processes_cannot_be_seen(self):
        self.needs("another user")
        database = self.legacy()
        nobody = self.ordinary_user()
        with Holder(database):  # as root
            done = nobody("deploy", "-d", database)
        self.assertEqual((done.returncode, done.stderr),
                         (3, f"baseline: error: {database} is in use: another process has it open"
                             " (not visible from here: other user or container); nothing was"
                             " changed\n" + HINT))


class Waiting(support.Case):
    """--wait: the deploy goes through when the application lets go."""

    def waits(self, database, *options):
        process = self.start("deploy", "-d", database, "--wait", "60s", "--yes", *options)
        self.until(lambda: (self.dir / ".app.db.baseline-lock").exists(), "it takes the lock",
                   process)
        return process

    def finish(self, process):
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        return out

    def test_for_an_idle_application(self):
        database = self.legacy()
        with Holder(database) as application:
            process = self.waits(database)
            self.assertIsNone(process.poll())
            application.release()
        self.finish(process)
        self.assert_at_baseline(database)

    def test_for_a_writer_whose_last_rows_are_in_the_backup(self):
        for journal_mode in "DELETE", "WAL":
            with self.subTest(journal_mode):
                database = self.legacy()
                with Holder(database) as application:
                    application.execute(f"PRAGMA journal_mode = {journal_mode}")
                    application.execute("PRAGMA busy_timeout = 30000")
                    process = self.waits(database)
                    application.execute("UPDATE channel_configs SET poll_rate_minutes = 77")
                    application.release()
                self.finish(process)
                backup = self.only_backup(database) / "app.db"
                copy = self.dir / "copy.db"
                copy.write_bytes(backup.read_bytes())
                self.assertEqual(query(copy, "SELECT DISTINCT poll_rate_minutes"
                                             " FROM channel_configs"), [(77,)])
                self.command("rm", "-rf", *os.listdir(self.dir), ".app.db.baseline-lock")

    def test_for_another_run(self):
        database = self.legacy()
        first = self.terminal("deploy", "-d", database)
        first.read_until("Go on? [y/N] ")
        second = self.start("deploy", "-d", database, "--wait", "60s")
        self.until(lambda: any(path.endswith("baseline-lock")
                               for path in support.open_files(second.pid)), "it opens the lock",
                   second)
        first.type("y\n")
        self.assertEqual(first.finish(), 0, first.text)
        self.assertEqual(self.finish(second), "already at baseline 9275fe03c648; nothing to do\n")

    def test_in_vain(self):
        database = self.legacy()
        with Holder(database) as application:
            self.refuses(3, in_use_by(database, application.pid),
                         "deploy", "-d", database, "--wait", "200ms", leaves=LEAVES)

    def test_the_words_for_how_long(self):
        for text in "10", "-1s", "1.5s", "10 s", "soon", "99999999999999999999s":
            with self.subTest(text):
                self.refuses(2, f"baseline: error: --wait must be a duration like 500ms, 30s or 5m;"
                                f" got '{text}'\n",
                             "deploy", "-d", self.dir / "app.db", f"--wait={text}")
        self.refuses(2, "baseline: error: BASELINE_WAIT must be a duration like 500ms, 30s or 5m;"
                        " got 'soon'\n",
                     "deploy", "-d", self.dir / "app.db", env={"BASELINE_WAIT": "soon"})


class Busy(support.Case):
    """An application that goes on writing, and opens the database for each of its writes. Whatever
    the deploys that meet it come to: a row that was acknowledged is in the live database or in a
    backup."""

    def test_no_acknowledged_row_is_lost(self):
        for journal_mode in "DELETE", "WAL":
            with self.subTest(journal_mode):
                self.check(journal_mode)

    def check(self, journal_mode):
        database = self.legacy(f"{journal_mode}.db")
        query(database, f"PRAGMA journal_mode = {journal_mode}")
        acknowledged, stop = [], threading.Event()

        def write():
            number = 0
            while not stop.wait(0.005):  # Without a break nobody would ever get in between.
                number -= 1
                try:
                    query(database, "INSERT INTO channel_configs (channel_id, guild_id)"
                                    " VALUES (?, 1)", number)
                    acknowledged.append(number)
                except sqlite3.OperationalError:
                    pass  # Not acknowledged: the application would try again.

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(15):
                done = self.baseline("deploy", "-d", database, "--again")
                # 6: the writer had the new database when the old one was to come back. 1: a check
                # read the new one while the writer brought a WAL into it, and the old one came back.
                self.assertIn(done.returncode, (0, 1, 3, 6), done.stdout + done.stderr)
        finally:
            stop.set()
            writer.join()
        self.succeeds("recover", "-d", database)

        catalogue = Path(f"{database}.backups")
        kept = set()
        for entry in [self.dir] + (self.backups(database) if catalogue.exists() else []):
            copy = self.dir / "copy.db"
            copy.write_bytes((entry / database.name).read_bytes())
            kept |= {number for number, in query(copy, "SELECT channel_id FROM channel_configs")}
            self.assertEqual(query(copy, "PRAGMA integrity_check"), [("ok",)])
        self.assertTrue(acknowledged)
        self.assertEqual(set(acknowledged) - kept, set())


class Runs(support.Case):
    def test_twenty_others_are_told_who_is_at_it(self):
        database = self.legacy()
        first = self.terminal("deploy", "-d", database)
        first.read_until("Go on? [y/N] ")
        before = support.state(self.dir)
        others = [self.start(*words, "-d", database)
                  for words in [["deploy", "--yes"], ["rollback"], ["deploy", "--again"],
                                ["recover"]] * 5]
        for other in others:
            out, err = other.communicate(timeout=60)
            self.assertEqual((other.returncode, out), (3, ""), err)
            self.assertRegex(err, rf"^baseline: error: cannot lock {database}: in use by pid"
                                  rf" {first.pid} on \S+ \(baseline deploy, since 2\d+-.*Z\)\n"
                                  "  hint: wait until it has finished, or let baseline wait for it"
                                  " with --wait 30s\n$")
        self.assertEqual(support.state(self.dir), before)
        first.type("y\n")
        self.assertEqual(first.finish(), 0, first.text)
        self.assert_at_baseline(database)
        self.assertEqual(len(self.backups(database)), 1)

    def test_of_twenty_at_once_one_replaces_the_database(self):
        database = self.legacy()
        before = sha256(database)
        runs = [self.start("deploy", "-d", database, "--wait", "60s") for _ in range(20)]
        outcomes = []
        for run in runs:
            out, err = run.communicate(timeout=120)
            self.assertEqual(run.returncode, 0, err)
            outcomes.append("nothing to do" in out)
        self.assertEqual(sorted(outcomes), [False] + [True] * 19)
        self.assertEqual(sha256(self.only_backup(database) / "app.db"), before)

    def test_a_lock_file_without_a_run_is_in_nobodys_way(self):
        database = self.legacy()
        (self.dir / ".app.db.baseline-lock").write_text('{"pid": 1, "host": "elsewhere"}')
        self.succeeds("deploy", "-d", database)

    def test_status_tells_of_the_run(self):
        database = self.legacy()
        first = self.terminal("deploy", "-d", database)
        first.read_until("Go on? [y/N] ")
        with self.unchanged():
            status = self.json("status", "-d", database)
        self.assertRegex(status["running"], rf"^pid {first.pid} on ")
        self.assertIsNone(status["interrupted"])
        first.type("n\n")
        self.assertEqual(first.finish(), 130)


if __name__ == "__main__":
    unittest.main()
