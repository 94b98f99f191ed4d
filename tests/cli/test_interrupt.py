"""Ctrl-C and SIGTERM before the swap: everything is undone, and the exit code says so."""

import json
import os
import select
import signal
import subprocess
import unittest

import support
from support import sha256

UNDONE = "baseline: interrupted; the old database is in place\n"
LOCK = ".app.db.baseline-lock"


class Signals(support.Case):
    def in_the_middle_of_a_copy(self, *words):
        """A run that is stopped while it writes a long copy."""
        self.database = self.dir / "app.db"
        process = self.start(*words, "-d", self.database)
        self.until(lambda: self.copied() > 0, "the copy has begun", process)
        process.send_signal(signal.SIGSTOP)
        self.assertLess(self.copied(), self.size, "the copy was too quick to be interrupted")
        return process

    def copied(self):
        parts = list(self.dir.glob("app.db.backups/.partial-*/app.db"))
        return parts[0].stat().st_size if parts else 0

    def interrupted(self, process, number):
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out, err), (128 + number, "", UNDONE))

    def test_during_a_long_copy(self):
        for number in signal.SIGINT, signal.SIGTERM:
            with self.subTest(number):
                self.size = self.big().stat().st_size
                with self.unchanged(LOCK, "app.db.backups"):
                    process = self.in_the_middle_of_a_copy("deploy", "--backup", "copy")
                    self.interrupted(process, number)
                self.assertEqual(os.listdir(self.dir / "app.db.backups"), [])
                (self.dir / "app.db").unlink()

    def test_the_next_run_goes_through(self):
        database = self.big()
        self.size = database.stat().st_size
        before = sha256(database)
        self.interrupted(self.in_the_middle_of_a_copy("deploy", "--backup", "copy"), signal.SIGINT)
        self.assertIn("nothing to recover", self.succeeds("recover", "-d", database))
        self.succeeds("deploy", "-d", database)
        self.assert_at_baseline(database)
        self.assertEqual(sha256(self.only_backup(database) / "app.db"), before)

    def test_during_a_long_rollback(self):
        """The candidate is a copy of a large backup."""
        database = self.big()
        size = database.stat().st_size
        self.succeeds("deploy", "-d", database)
        candidate = self.dir / ".app.db.baseline-candidate"
        with self.unchanged(LOCK):
            process = self.start("rollback", "-d", database)
            self.until(lambda: candidate.exists() and candidate.stat().st_size > 0, "it copies",
                       process)
            process.send_signal(signal.SIGSTOP)
            self.assertLess(candidate.stat().st_size, size)
            self.interrupted(process, signal.SIGINT)

    def test_in_json(self):
        self.size = self.big().stat().st_size
        process = self.in_the_middle_of_a_copy("deploy", "--backup", "copy", "--format", "json")
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(json.loads(out)["exit_code"], 143)

    def test_while_it_waits_for_the_application(self):
        database = self.legacy()
        for number in signal.SIGINT, signal.SIGTERM:
            with self.subTest(number), support.Holder(database), self.unchanged(LOCK):
                process = self.start("deploy", "-d", database, "--wait", "60s")
                self.until(lambda: any(path.endswith(LOCK)
                                       for path in support.open_files(process.pid)),
                           "it waits", process)
                process.send_signal(number)
                out, err = process.communicate(timeout=60)
                self.assertEqual((process.returncode, out, err), (128 + number, "", UNDONE))

    def test_while_it_waits_for_another_run(self):
        database = self.legacy()
        first = self.terminal("deploy", "-d", database)
        first.read_until("Go on? [y/N] ")
        with self.unchanged():
            second = self.start("deploy", "-d", database, "--wait", "60s")
            self.until(lambda: any(path.endswith(LOCK)
                                   for path in support.open_files(second.pid)), "it waits", second)
            second.send_signal(signal.SIGINT)
            out, err = second.communicate(timeout=60)
            self.assertEqual((second.returncode, out, err), (130, "", UNDONE))
        first.type("n\n")
        first.finish()

    def test_what_the_parent_ignores_stays_ignored(self):
        """nohup: the run goes on when the terminal goes away."""
        self.size = self.big().stat().st_size
        database = self.dir / "app.db"
        process = self.start("deploy", "-d", database, "--backup", "copy",
                             preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        self.until(lambda: self.copied() > 0, "the copy has begun", process)
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)


class Prompt(support.Case):
    """In a terminal the operator sees what leaves, and is asked once."""

    def asked(self, *words):
        terminal = self.terminal(*words, "-d", "app.db")
        terminal.read_until("Go on? [y/N] ")
        return terminal

    def test_shows_what_leaves(self):
        database = self.legacy()
        terminal = self.asked("deploy")
        self.assertEqual([" ".join(line.split()) for line in terminal.text.splitlines()[1:]],
                         [str(database),
                          "leaves 668 KiB, 9 733 rows in 4 tables, revision 5c8e4212f5ed",
                          "alembic_version 1 row", "channel_configs 24 rows",
                          "monitoring_targets 108 rows", "seen_submissions 9 600 rows",
                          "It is kept as a backup.",
                          "comes an empty database at baseline 9275fe03c648",
                          "Go on? [y/N]"])

    def test_yes(self):
        database = self.legacy()
        for answer in "y\n", "yes\n", "Y\n", " YES \n":
            with self.subTest(answer):
                terminal = self.asked("deploy")
                terminal.type(answer)
                self.assertEqual(terminal.finish(), 0, terminal.text)
                self.assert_at_baseline(database)
                self.succeeds("rollback", "-d", database, "--yes")

    def test_no(self):
        self.legacy()
        # The last two: only Enter, and the end of the input (Ctrl-D).
        for answer in "n\n", "no\n", "perhaps\n", "\n", "\x04":
            with self.subTest(answer), self.unchanged(LOCK):
                terminal = self.asked("deploy")
                terminal.type(answer)
                self.assertEqual(terminal.finish(), 130, terminal.text)

    def test_ctrl_c(self):
        self.legacy()
        with self.unchanged(LOCK):
            terminal = self.asked("deploy")
            terminal.type("\x03")
            self.assertEqual(terminal.finish(), 130, terminal.text)

    def test_rollback_asks_too(self):
        database = self.legacy()
        before = sha256(database)
        self.succeeds("deploy", "-d", database)
        with self.unchanged(LOCK):
            terminal = self.asked("rollback")
            self.assertIn("It is kept as a backup.", terminal.text)
            self.assertIn(f"  comes        the backup {self.only_backup(database).name}\n",
                          terminal.text)
            terminal.type("n\n")
            self.assertEqual(terminal.finish(), 130, terminal.text)
        terminal = self.asked("rollback")
        terminal.type("y\n")
        self.assertEqual(terminal.finish(), 0, terminal.text)
        self.assertEqual(sha256(database), before)

    def test_is_not_put_with_yes(self):
        database = self.legacy()
        terminal = self.terminal("deploy", "-d", "app.db", "--yes")
        self.assertEqual(terminal.finish(), 0, terminal.text)
        self.assertNotIn("Go on?", terminal.text)
        self.assert_at_baseline(database)

    def test_a_new_database_is_asked_for(self):
        for answer, code in ("n\n", 130), ("y\n", 0):
            with self.subTest(answer):
                terminal = self.terminal("deploy", "-d", "app.db")
                terminal.read_until(f"no database at {self.dir}/app.db; make a new one? [y/N] ")
                terminal.type(answer)
                self.assertEqual(terminal.finish(), code, terminal.text)
                self.assertEqual((self.dir / "app.db").exists(), code == 0)

    def test_a_mistyped_name(self):
        """The database that was probably meant is named."""
        self.legacy("pinball_bot.db")
        meant = (f"warning: {self.dir}/pinbal_bot.db does not exist; did you mean pinball_bot.db,"
                 " which lies beside it?\n")
        terminal = self.terminal("deploy", "-d", "pinbal_bot.db")
        terminal.read_until(meant)
        terminal.read_until("make a new one? [y/N] ")
        terminal.type("\n")
        self.assertEqual(terminal.finish(), 130, terminal.text)
        self.assertIn(meant, self.succeeds("plan", "-d", "pinbal_bot.db"))

    def test_goes_to_the_terminal_wherever_the_output_goes(self):
        database = self.legacy()
        terminal = self.terminal_of("/bin/sh", "-c", 'exec "$@" >out 2>log', "sh",
                                    str(support.BINARY), "deploy", "-d", "app.db")
        terminal.read_until("Go on? [y/N] ")
        terminal.type("y\n")
        self.assertEqual(terminal.finish(), 0, terminal.text)
        self.assert_at_baseline(database)
        self.assertIn("deployed: ", (self.dir / "out").read_text())
        self.assertEqual((self.dir / "log").read_text(), support.READY)

    def test_is_not_put_where_stdin_is_no_terminal(self):
        database = self.legacy()
        terminal = self.terminal_of("/bin/sh", "-c", 'exec "$@" </dev/null', "sh",
                                    str(support.BINARY), "deploy", "-d", "app.db")
        self.assertEqual(terminal.finish(), 0, terminal.text)
        self.assertNotIn("Go on?", terminal.text)
        self.assert_at_baseline(database)

    def test_a_terminal_without_a_session(self):
        """A container's: it is nobody's controlling terminal."""
        database = self.legacy()
        terminal = self.terminal_of("/usr/bin/setsid", "-w", str(support.BINARY), "deploy", "-d",
                                    "app.db")
        terminal.read_until("Go on? [y/N] ")
        terminal.type("y\n")
        self.assertEqual(terminal.finish(), 0, terminal.text)
        self.assert_at_baseline(database)

    def test_a_terminal_whose_other_side_goes_away(self):
        self.legacy()
        with self.unchanged(LOCK):
            master, slave = os.openpty()
            process = subprocess.Popen([support.BINARY, "deploy", "-d", "app.db"], cwd=self.dir,
                                       env=self.environment(), stdin=slave, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, start_new_session=True, text=True)
            self.addCleanup(support.end, process)
            os.close(slave)
            self.assertIn("Go on? [y/N] ", self.read_until(master, "[y/N] "))
            os.close(master)
            out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out, err), (130, "not confirmed; nothing was changed\n", ""))

    def test_a_terminal_at_which_nobody_answers(self):
        """docker run -t: the wait ends. Here the kernel says at once that its time is over."""
        self.legacy()
        if not os.path.exists("/usr/bin/strace"):
            self.skipTest("needs strace(1)")
        with self.unchanged(LOCK):
            terminal = self.terminal_of("/usr/bin/strace", "-f", "-o", "/dev/null", "-e", "trace=ppoll",
                                        "-e", "inject=ppoll:retval=0:when=2+", str(support.BINARY),
                                        "deploy", "-d", "app.db")
            self.assertEqual(terminal.finish(), 4, terminal.text)
        self.assertIn("baseline: error: nobody answered on the terminal within 60s\n"
                      "  hint: where nobody can answer, add --yes; nothing was changed\n",
                      terminal.text)
        self.succeeds("deploy", "-d", "app.db")  # the lock is free

    def test_in_the_background(self):
        """To read there would stop the process with the lock in its hands."""
        self.legacy()
        with self.unchanged(LOCK, "code"):
            terminal = self.terminal_of(
                "/bin/bash", "-c", 'set -m; "$@" & wait $!; echo "ended: $?"', "bash",
                str(support.BINARY), "deploy", "-d", "app.db")
            terminal.read_until("ended: 4\n")
            self.assertEqual(terminal.finish(), 0)
        self.assertIn("baseline: error: in the background nothing can be asked on the terminal\n",
                      terminal.text)

    def read_until(self, fd, wanted):
        text = ""
        while wanted not in text:
            self.assertTrue(select.select([fd], [], [], 60)[0], f"waited in vain: {text!r}")
            text += os.read(fd, 65536).decode()
        return text

    def test_is_not_put_by_a_dry_run(self):
        self.legacy()
        with self.unchanged():
            terminal = self.terminal("plan", "-d", "app.db")
            self.assertEqual(terminal.finish(), 0, terminal.text)
        self.assertNotIn("Go on?", terminal.text)


if __name__ == "__main__":
    unittest.main()
