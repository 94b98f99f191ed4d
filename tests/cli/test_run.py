"""`baseline run`: the gate before an application's start."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import unittest

import support

# Writes down that it was started, with its pid and what it was given.
APPLICATION = """
import json, os, sys
with open("started", "a") as out:
    out.write(json.dumps({"pid": os.getpid(), "words": sys.argv[1:]}) + "\\n")
"""


class Run(support.Case):
    def app(self, *words):
        return [sys.executable, "-c", APPLICATION, *words]

    def started(self):
        path = self.dir / "started"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def run_gate(self, *options, env=None, command=None):
        return self.baseline("run", *options, "--", *(command or self.app()), env=env)


class Verify(Run):
    def test_at_the_baseline_it_becomes_the_command_and_touches_nothing(self):
        database = self.fresh()
        (self.dir / "started").touch()
        with self.unchanged("started"):
            process = self.start("run", "--database", database, "--",
                                 *self.app("--help", "--", "--format", "json", "a b"))
            out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out, err), (0, "", ""))
        self.assertEqual(self.started(), [{"pid": process.pid, "words": [
            "--help", "--", "--format", "json", "a b"]}])

    def test_another_database_is_refused_with_the_drift(self):
        database = self.legacy()
        with self.unchanged():
            done = self.run_gate("-d", database)
        self.assertEqual((done.returncode, done.stdout), (4, ""))
        self.assertIn("is not at baseline 9275fe03c648: it is at 5c8e4212f5ed, 17 differences",
                      done.stderr)
        self.assertIn("note: + monitoring_targets: column target_name VARCHAR NOT NULL", done.stderr)
        self.assertIn("there is none", self.run_gate("-d", self.dir / "none.db").stderr)
        self.assertEqual(self.started(), [])

    def test_one_that_was_changed_since_is_refused(self):
        database = self.fresh()
        connection = sqlite3.connect(database)
        connection.execute("ALTER TABLE channel_configs ADD COLUMN extra")
        connection.close()
        self.assertEqual(self.run_gate("-d", database).returncode, 4)
        for more in ([], ["--wipe-old"]):
            done = self.run_gate("-d", database, "--on-start", "deploy", *more)
            self.assertEqual(done.returncode, 4, done.stderr)
        self.assertEqual(self.started(), [])

    def test_an_application_that_uses_it_is_no_obstacle(self):
        database = self.fresh()
        for mode in ("idle", "reading", "writing"):
            with self.subTest(mode), support.Holder(database, mode):
                done = self.run_gate("-d", database, env={"BASELINE_ON_START": "deploy"})
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_a_crashed_application_left_is_rolled_back(self):
        database = self.fresh()
        crash = subprocess.run([sys.executable, "-c", """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN")
connection.execute("CREATE TABLE half (x)")
for i in range(2000):
    connection.execute("INSERT INTO half VALUES (zeroblob(500))")
os._exit(0)
""", str(database)])
        self.assertEqual(crash.returncode, 0)
        self.assertTrue((self.dir / "app.db-journal").exists())
        done = self.run_gate("-d", database)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_at_baseline(database)

    def test_an_interrupted_run_is_refused_and_recovered_by_deploy(self):
        database = self.legacy()
        (self.dir / "hold.yaml").write_text(
            "version: 1\nchecks:\n  - {name: hold, when: before, timeout: 60s, "
            "command: [sh, -c, 'touch here; exec sleep 60']}\n")
        process = self.start("deploy", "-d", database, "--checks", "hold.yaml",
                             "--allow-commands")
        self.until(lambda: (self.dir / "here").exists(), "the check", process)
        waiting = self.run_gate("-d", database, "--wait", "100ms")
        self.assertEqual(waiting.returncode, 3, waiting.stderr)
        self.assertIn("another run is under way", waiting.stderr)
        process.kill()
        process.wait(timeout=30)
        done = self.run_gate("-d", database)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("run: baseline recover", done.stderr)
        done = self.run_gate("-d", database, "--on-start", "deploy", "--wipe-old")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.started()), 1)


class Deploy(Run):
    def test_a_missing_or_empty_database_is_made(self):
        for name, make in [("missing.db", None), ("empty.db", b"")]:
            database = self.dir / name
            if make is not None:
                database.write_bytes(make)
            done = self.run_gate("-d", database, "--on-start", "deploy")
            self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
            self.assert_at_baseline(database)
        self.assertEqual(len(self.started()), 2)

    def test_an_old_one_is_wiped_only_when_that_is_said(self):
        database = self.legacy()
        before = support.sha256(database)
        with self.unchanged():
            done = self.run_gate("-d", database, "--on-start", "deploy")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("--wipe-old", done.stderr)
        done = self.run_gate("-d", database, "--on-start", "deploy", "--wipe-old")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_at_baseline(database)
        self.assertEqual(support.sha256(self.only_backup(database) / "app.db"), before)
        # It has what users add from now on, and nothing wipes that.
        connection = sqlite3.connect(database)
        connection.execute("INSERT INTO channel_configs (channel_id, guild_id) VALUES (1, 2)")
        connection.commit()
        connection.close()
        self.assertEqual(
            self.run_gate("-d", database, "--on-start", "deploy", "--wipe-old").returncode, 0)
        self.assertEqual(support.query(database, "SELECT count(*) FROM channel_configs"), [(1,)])

    def test_a_failed_check_keeps_the_application_from_starting(self):
        database = self.legacy()
        suite = self.dir / "never.yaml"
        suite.write_text("version: 1\nchecks: [{name: never, query: SELECT 1, value: 2}]\n")
        before = support.sha256(database)
        done = self.run_gate("-d", database, "--on-start", "deploy", "--wipe-old", "--checks", suite)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("checks failed", done.stderr)
        self.assertEqual(support.sha256(database), before)
        self.assertEqual(self.started(), [])

    def test_of_32_replicas_one_deploys_and_all_start(self):
        database = self.legacy()
        command = [str(support.BINARY), "run", "-d", str(database), "--on-start", "deploy",
                   "--wipe-old", "--", *self.app()]
        replicas = [subprocess.Popen(command, env=self.environment(), cwd=self.dir, text=True,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE) for _ in range(32)]
        for replica in replicas:
            self.addCleanup(support.end, replica)
        failures = [err for replica in replicas
                    for _, err in [replica.communicate(timeout=120)] if replica.returncode != 0]
        self.assertEqual(failures, [])
        self.assertEqual(sorted(one["pid"] for one in self.started()),
                         sorted(replica.pid for replica in replicas))
        lines = self.json("history", "-d", database)["lines"]
        self.assertEqual([line["outcome"] for line in lines], ["done"])
        self.assertEqual(len(self.backups(database)), 1)
        self.assert_at_baseline(database)


class Exec(Run):
    def test_the_exit_code_and_the_signals_are_those_of_the_command(self):
        database = self.fresh()
        self.assertEqual(
            self.run_gate("-d", database, command=["sh", "-c", "exit 41"]).returncode, 41)
        process = self.start("run", "-d", database, "--", "sh", "-c",
                             "trap 'echo got it; exit 9' TERM; touch here; "
                             "while :; do sleep 0.01; done")
        self.until(lambda: (self.dir / "here").exists(), "the command", process)
        process.terminate()
        self.assertEqual(process.communicate(timeout=60)[0], "got it\n")
        self.assertEqual(process.returncode, 9)

    def test_nothing_of_ours_is_left_in_the_command(self):
        """No descriptor, no ignored or blocked signal, no changed umask or directory."""
        database = self.fresh("other.db")
        os.rename(database, self.dir / "app.db")  # no lock file, and an odd place
        program = ("import json, os, signal;"
                   "print(json.dumps({'fds': sorted(os.listdir('/proc/self/fd'))[:-1],"
                   "'ignored': [int(s) for s in signal.valid_signals()"
                   " if signal.getsignal(s) == signal.SIG_IGN],"
                   "'umask': os.umask(0), 'cwd': os.getcwd(),"
                   "'blocked': [int(s) for s in signal.pthread_sigmask(0, [])]}))")
        plain = json.loads(self.command(sys.executable, "-c", program).stdout)
        for start in ("verify", "skip"):
            done = self.run_gate("-d", "app.db", "--on-start", start,
                                 command=[sys.executable, "-c", program])
            self.assertEqual(json.loads(done.stdout), plain)
        done = self.run_gate("-d", "new.db", "--on-start", "deploy",
                             command=[sys.executable, "-c", program])
        self.assertEqual(json.loads(done.stdout), plain)

    def test_a_command_that_cannot_be_run_is_told_before_anything_is_touched(self):
        database = self.legacy()
        (self.dir / "text").write_text("no program")
        for command, code in [("nope-such", 127), ("./nope", 127), ("", 127), ("./text", 126),
                              ("/", 126)]:
            with self.subTest(command), self.unchanged():
                done = self.run_gate("-d", database, "--on-start", "deploy", "--wipe-old",
                                     command=[command])
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn("cannot run " + command, done.stderr)

    def test_it_needs_a_command(self):
        done = self.baseline("run", "-d", self.legacy())
        self.assertEqual(done.returncode, 2)
        self.assertIn("run needs a command", done.stderr)
        self.assertEqual(self.baseline("run", "-d", "app.db", "--").returncode, 2)
        self.assertIn("--on-start", self.succeeds("run", "--help"))

    def test_a_signal_while_it_waits_starts_nothing(self):
        database = self.legacy()
        with support.Holder(database, "reading"):
            process = self.start("run", "-d", database, "--on-start", "deploy", "--wipe-old", "--",
                                 *self.app())
            self.until(lambda: (self.dir / support.lock_of(database)).exists(), "the lock", process)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out), (143, ""))
        self.assertIn("the command was not started", err)
        self.assertEqual(self.started(), [])

    def test_the_hooks_are_not_for_the_gate(self):
        database = self.legacy()
        (self.dir / "baseline.yaml").write_text(
            "version: 1\ndatabase: app.db\nrun: {on_start: deploy}\n"
            "application: {stop: [touch, bad], start: [touch, bad, '${UNSET}']}\n")
        done = self.run_gate("--wipe-old")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_at_baseline(database)
        self.assertFalse((self.dir / "bad").exists())


class Hooks(Run):
    """The application's start is itself a gate, as with `systemctl start` and `ExecStart=baseline
    run`: it must not wait for the run that waits for it."""

    def configure(self, *gate, stop=("true",), before="", more=""):
        start = ["sh", "-c", f"{before} exec \"$@\"", "sh", str(support.BINARY), "run",
                 "--wait", "60s", *gate, "--", *self.app()]
        (self.dir / "baseline.yaml").write_text(
            f"version: 1\ndatabase: app.db\n{more}"
            f"application: {{stop: {json.dumps(stop)}, start: {json.dumps(start)}}}\n")

    def test_the_application_comes_up_on_the_new_database_while_its_deploy_goes_on(self):
        for count, options in enumerate(([], ["--backup", "copy"], ["--engine", "in-place"]), 1):
            with self.subTest(options):
                self.legacy()
                self.configure()
                done = self.baseline("deploy", "--yes", "--again", *options)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(len(self.started()), count)
                self.assert_at_baseline(self.dir / "app.db")

    def test_after_a_rollback_the_old_database_is_what_was_asked_for(self):
        database = self.legacy()
        for options in ([], ["--engine", "in-place"]):
            self.configure()
            self.baseline("deploy", "--yes", *options)
            known = len(self.started())
            done = self.baseline("rollback", "--yes", *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(self.started()), known + 1, done.stderr)
            for gate in ([], ["--on-start", "deploy"], ["--on-start", "deploy", "--wipe-old"]):
                done = self.run_gate(*gate)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("was rolled back and is not at baseline 9275fe03c648", done.stderr)
            self.assertEqual(
                support.query(database, "SELECT version_num FROM alembic_version"), [("5c8e4212f5ed",)])
        # What was asked for is not another database, and not one for another baseline.
        connection = sqlite3.connect(database)
        connection.execute("UPDATE alembic_version SET version_num = 'other'")
        connection.commit()
        connection.close()
        self.assertEqual(self.run_gate().returncode, 4)

    def test_a_baseline_that_came_after_the_rollback_is_judged_anew(self):
        self.legacy()
        self.configure()
        self.baseline("deploy", "--yes")
        self.baseline("rollback", "--yes")
        (self.dir / "next1_tables.sql").write_text("CREATE TABLE channel_configs (id INTEGER PRIMARY KEY);\n")
        (self.dir / "next.yaml").write_text("version: 1\nchecks: [{name: one, query: SELECT 1, value: 1}]\n")
        done = self.run_gate("--migration", "next1_tables.sql", "--checks", "next.yaml")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("is not at baseline next1", done.stderr)

    def test_where_the_old_database_is_back_it_is_judged_at_once(self):
        self.legacy()
        self.configure()
        (self.dir / "bad.yaml").write_text(
            "version: 1\nchecks: [{name: never, when: after, query: SELECT 1, value: 2}]\n")
        done = self.baseline("deploy", "--yes", "--checks", "bad.yaml")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("is not at baseline 9275fe03c648", done.stderr + done.stdout)
        self.assertNotIn("another run is under way", done.stderr + done.stdout)

    def test_a_start_that_fails_is_called_that(self):
        self.legacy()
        (self.dir / "baseline.yaml").write_text(
            "version: 1\ndatabase: app.db\napplication: {stop: ['true'], start: ['false']}\n")
        done = self.baseline("deploy", "--yes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("failed: the application did not start on the new database; the old one is "
                      "back at", done.stdout)
        self.assertRegex(done.stdout, r"\n      command   false\n")
        self.assertIn("the application did not start; swapped back", self.succeeds("history"))
        self.baseline("deploy", "--yes", "--on-failure", "keep")
        self.assertIn("kept, but the application did not start", self.succeeds("history"))
        # Nothing of that is about checks that failed.
        self.assertNotIn("failed", self.succeeds("history"))

    def test_a_crash_after_it_was_let_in_keeps_it_from_nothing(self):
        database = self.legacy()
        for gate in ([], ["--on-start", "deploy"]):
            # The hook's parent is the run.
            self.configure(before="kill -9 $PPID;")
            self.assertEqual(self.baseline("deploy", "--yes", "--again").returncode, -9)
            known = len(self.started())
            done = self.run_gate(*gate)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(self.started()), known + 1)
            left = (self.dir / ".app.db.baseline-journal").exists()
            self.assertEqual(left, not gate)
            self.assertEqual("has to be finished: baseline recover" in done.stderr, left)
            (self.dir / "baseline.yaml").unlink()
            self.assertEqual(self.baseline("recover", "-d", database).returncode, 0)
            self.assert_at_baseline(database)


if __name__ == "__main__":
    unittest.main()
