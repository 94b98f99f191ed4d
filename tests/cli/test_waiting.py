"""What looks at the running application: logs, commands, and waiting for both."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import unittest
from pathlib import Path

import support

UNDONE = "baseline: interrupted; the old database is in place\n"
UNCHANGED = "baseline: interrupted; nothing was changed\n"

# An application: writes its log and, once a file tells it to, says that it is ready and answers on a
# port of its own choice.
APPLICATION = """
import http.server, os, sys, time
log_path, go, port_file = sys.argv[1:]
def log(line):
    with open(log_path, "a") as out:
        out.write(line + "\\n")
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"healthy")
    def log_message(self, *_):
        pass
log("starting")
while not os.path.exists(go):
    time.sleep(0.01)
server = http.server.HTTPServer(("127.0.0.1", 0), Health)
with open(port_file + ".new", "w") as out:
    out.write(str(server.server_port))
os.rename(port_file + ".new", port_file)
log("Bot is ready! Logged in as pinball")
server.serve_forever()
"""

# Asks the application's endpoint, as curl would, and counts how often.
PROBE = """
import os, sys, urllib.request
port_file, asked = sys.argv[1:]
with open(asked, "a") as out:
    out.write("x")
port = open(port_file).read()
print(urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=3).read().decode())
"""


def alive(pid):
    """Whether there is such a process, be it a zombie."""
    return Path(f"/proc/{pid}").exists()


class Waiting(support.Case):
    def suite(self, checks, name="ops.yaml"):
        path = self.dir / name
        path.write_text("version: 1\nforeign_keys: off\nchecks:\n" + textwrap.indent(
            textwrap.dedent(checks).strip("\n"), "  ") + "\n")
        return path

    def script(self, name, text):
        path = self.dir / name
        path.write_text(text)
        return path

    def verify(self, suite, *more, code=0):
        return self.json("verify", "-d", self.dir / "app.db", "--checks", suite, *more, code=code)

    @staticmethod
    def results(report, phase="after"):
        return {result["name"]: result for result in report[phase]["results"]}


class Application(Waiting):
    """A deploy, an application that takes its time to come up, and verify."""

    def setUp(self):
        super().setUp()
        self.log = self.dir / "bot.log"
        self.go = self.dir / "go"
        self.port = self.dir / "port"
        self.asked = self.dir / "asked"
        probe = self.script("probe.py", PROBE)
        self.checks = self.suite(f"""
            - {{name: one table, query: SELECT 1, value: 1}}
            - name: the bot is ready
              log: bot.log
              expect: ['Bot is ready!']
              forbid: [Traceback, 'no such (table|column)']
              wait: 60s
            - name: the endpoint answers
              command: ["{sys.executable}", "{probe.name}", "{self.port}", "{self.asked}"]
              stdout: healthy
              wait: 60s
            """)
        self.database = self.legacy()

    def deploy(self, **options):
        return self.json("deploy", "-d", self.database, "--checks", self.checks,
                         "--allow-commands", "--yes", **options)

    def start_application(self):
        program = self.script("application.py", APPLICATION)
        process = subprocess.Popen([sys.executable, program, self.log, self.go, self.port])
        self.addCleanup(support.end, process)
        return process

    def test_verify_waits_until_it_is_up(self):
        self.log.write_text("Traceback of the old version\nBot is ready! as it was\n")
        report = self.deploy()
        after = self.results(report)
        self.assertEqual(after["one table"]["status"], "pass")
        for name in "the bot is ready", "the endpoint answers":
            self.assertEqual((after[name]["status"], after[name]["skip_reason"]),
                             ("skip", "needs the running application; baseline verify runs it"))
        self.assertFalse(self.asked.exists(), "the window ran a command")

        self.start_application()
        process = self.start("verify", "-d", self.database, "--checks", self.checks,
                             "--allow-commands", "--format", "json")
        # Each has been tried more than once, and in vain.
        self.until(lambda: self.asked.exists() and len(self.asked.read_text()) > 1,
                   "it tries again", process)
        self.assertIsNone(process.poll())
        self.go.touch()
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, out + err)
        after = self.results(json.loads(out))
        self.assertEqual(list(after), ["one table", "the bot is ready", "the endpoint answers"])
        self.assertEqual({result["status"] for result in after.values()}, {"pass"})
        self.assertEqual(after["one table"]["attempts"], 1)
        self.assertGreater(after["the bot is ready"]["attempts"], 1)
        self.assertGreater(after["the endpoint answers"]["attempts"], 1)

    def test_what_the_log_held_before_the_deploy_is_not_seen(self):
        self.log.write_text("Bot is ready! as it was\nTraceback\n")
        self.deploy()
        self.checks = self.suite("""
            - name: the bot is ready
              log: bot.log
              expect: ['Bot is ready!']
              forbid: [Traceback]
            """)
        failed = self.results(self.verify(self.checks, code=1))["the bot is ready"]
        self.assertEqual(failed["got"],
                         "not found in 0 lines from byte 34 on: 'Bot is ready!'")
        with self.log.open("a") as log:
            log.write("Bot is ready!\n")
        self.verify(self.checks)
        # The log is rotated, and the new file reports an error.
        self.log.rename(self.dir / "bot.log.1")
        self.log.write_text("fine\nTraceback\n")
        failed = self.results(self.verify(self.checks, code=1))["the bot is ready"]
        self.assertEqual(failed["got"], "line 2 matches forbidden 'Traceback': Traceback")

    def test_the_record_is_in_the_history_and_a_rollback_makes_it_anew(self):
        self.log.write_text("one\n")
        self.deploy()
        history = self.dir / "app.db.backups/history.jsonl"
        record, = json.loads(history.read_text().splitlines()[-1])["logs"]
        self.assertEqual((record["path"], record["inode"], record["size"]),
                         (str(self.log), self.log.stat().st_ino, 4))
        self.assertEqual(record["tail_sha256"], support.sha256(self.log))
        with self.log.open("a") as log:
            log.write("two\n")
        self.succeeds("rollback", "-d", self.database, "--yes")
        record, = json.loads(history.read_text().splitlines()[-1])["logs"]
        self.assertEqual(record["size"], 8)
        # Of no use to anybody else.
        self.assertNotIn("logs", self.json("history", "-d", self.database)["lines"][-1])

    def test_backups_elsewhere_have_the_record(self):
        self.log.write_text("Traceback\n")
        elsewhere = self.dir / "elsewhere"
        done = self.baseline("deploy", "-d", self.database, "--checks", self.checks, "--yes",
                             "--allow-commands", "--backups", elsewhere)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"then: baseline verify --database {self.database} --checks {self.checks}"
                      f" --backups {elsewhere} --allow-commands\n"
                      "               2 checks wait for the application\n", done.stdout)
        # The engine's own look at the file is one of the two.
        self.assertIn("1 passed, 1 of baseline's own passed, 2 for baseline verify", done.stdout)
        checks = self.suite("- {name: quiet, log: bot.log, forbid: [Traceback]}")
        self.verify(checks, "--backups", elsewhere)
        self.verify(checks, code=1)

    def test_a_deploy_that_nothing_has_judged_says_so(self):
        self.checks = self.suite("- {name: quiet, log: bot.log, forbid: [Traceback]}")
        report = self.deploy()
        self.assertEqual(report["warnings"],
                         ["no check of the suites has judged the live database yet"])

    def test_the_record_survives_a_crash(self):
        """Recovery writes the line that the killed run could not."""
        self.log.write_text("one\n")
        history = self.dir / "app.db.backups/history.jsonl"
        # The disk is full when the line is written, and has room again afterwards.
        done = self.command("strace", "-f", "-o", "/dev/null", "-P", history, "-e",
                            "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC", support.BINARY,
                            "deploy", "-d", self.database, "--checks", self.checks, "--yes",
                            "--allow-commands")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"cannot write {history}: No space left on device; run: baseline recover",
                      done.stdout)
        self.assertEqual(history.read_text(), "")
        with self.log.open("a") as log:
            log.write("two\n")
        self.succeeds("recover", "-d", self.database)
        line = json.loads(history.read_text())
        self.assertEqual((line["command"], line["logs"][0]["size"]), ("recover", 4))


class Interrupted(Waiting):
    def test_in_the_middle_of_waiting(self):
        self.fresh()
        asked = self.dir / "asked"
        suite = self.suite(f"""
            - name: never
              command: [sh, -c, 'echo x >> {asked}; exit 1']
              wait: 1h
            """)
        process = self.start("verify", "-d", "app.db", "--checks", suite, "--allow-commands")
        self.until(lambda: asked.exists() and len(asked.read_text()) > 2, "it waits", process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out, err), (130, "", UNCHANGED))

    def in_the_middle_of_a_command(self, *words, keys=""):
        pids = self.dir / "pids"
        suite = self.suite(f"""
            - name: takes long
              command:
                - sh
                - -c
                - |
                  sleep 1000 &
                  echo $$$$ $! > {pids}.group
                  trap '' TERM INT HUP
                  setsid sh -c 'cat {pids}.group > {pids}.new; echo $$$$ >> {pids}.new
                    mv {pids}.new {pids}; exec sleep 1000'
              timeout: 1h
              {keys}
            """)
        process = self.start(*words, "-d", "app.db", "--checks", suite, "--allow-commands")
        self.until(pids.exists, "the command runs", process)
        running = pids.read_text().split()
        self.assertEqual(len(running), 3)
        self.assertTrue(all(alive(pid) for pid in running))
        return process, running

    def test_in_the_middle_of_a_command(self):
        self.fresh()
        for number in signal.SIGINT, signal.SIGTERM:
            with self.subTest(number):
                process, running = self.in_the_middle_of_a_command("verify")
                process.send_signal(number)
                out, err = process.communicate(timeout=60)
                self.assertEqual((process.returncode, out, err), (128 + number, "", UNCHANGED))
                self.assertEqual([pid for pid in running if alive(pid)], [])
                (self.dir / "pids").unlink()

    def test_in_the_middle_of_a_command_before_the_swap(self):
        self.legacy()
        with self.unchanged("ops.yaml", "pids", "pids.group", support.lock_of("app.db")):
            process, running = self.in_the_middle_of_a_command("deploy", "--yes",
                                                               keys="when: before")
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
            self.assertEqual((process.returncode, out, err), (130, "", UNDONE))
        self.assertEqual([pid for pid in running if alive(pid)], [])

    def test_a_kill_takes_the_command_along(self):
        """Nobody is left to tidy up, but the kernel ends the command itself."""
        self.fresh()
        process, (leader, *others) = self.in_the_middle_of_a_command("verify")
        process.kill()
        process.wait(timeout=60)
        self.until(lambda: not alive(leader), "the command is gone")
        for pid in others:  # those of the test: whom it had started goes on, as documented
            os.kill(int(pid), signal.SIGKILL)


class Commands(Waiting):
    def test_must_be_allowed(self):
        self.fresh()
        suite = self.suite("""
            - {name: a, command: ["true"]}
            - {name: b, query: SELECT 1, value: 1}
            - {name: c, command: ["true"], when: before}
            """)
        # A deploy that fails is noted, so that a rollback after it undoes nothing.
        noted = "app.db.backups/history.jsonl", "app.db.backups/runs/"
        for words, leaves in (["verify"], ()), (["plan"], ()), (["deploy", "--yes"], noted):
            with self.subTest(words):
                self.refuses(2, "baseline: error: 2 checks run commands; allow with"
                                f" --allow-commands: {suite}:4:5 (a), {suite}:6:5 (c)\n"
                                "  hint: look at what they run, then add it; nothing was touched\n",
                             *words, "-d", "app.db", "--checks", suite, leaves=leaves)
        self.assertEqual([(line["outcome"], line["replaced"]) for line in
                          self.json("history", "-d", "app.db")["lines"]],
                         [("done", True), ("failed; nothing was replaced", False)])
        self.succeeds("verify", "-d", "app.db", "--checks", suite, "--allow-commands")
        # Runs no check.
        self.succeeds("status", "-d", "app.db", "--checks", suite)

    def test_see_the_database_of_their_phase(self):
        database = self.legacy()
        seen = self.dir / "seen"
        # As an application would open it; the copy may even be ruined.
        look = self.script("look.py", f"""
import os, sqlite3
path = os.environ["BASELINE_DB"]
rows = sqlite3.connect(path).execute("SELECT count(*) FROM channel_configs").fetchone()[0]
if os.environ["BASELINE_PHASE"] == "before":
    open(path, "w").close()
print(path == "{database}", os.environ["BASELINE_PHASE"], rows, file=open("{seen}", "a"))
""")
        suite = self.suite(f"""
            - {{name: look, command: ["{sys.executable}", "{look}"], when: both}}
            """)
        options = ["-d", database, "--checks", suite, "--allow-commands"]
        self.succeeds("plan", *options)
        self.succeeds("deploy", *options, "--yes")
        support.query(database, "INSERT INTO channel_configs (channel_id, guild_id) VALUES (1, 2)")
        self.succeeds("verify", *options)
        self.assertEqual(seen.read_text(),
                         "False before 0\nFalse before 0\nTrue after 1\n")
        self.assertEqual(support.query(database, "PRAGMA integrity_check"), [("ok",)])

    def test_leave_no_process_behind_though_the_parent_ignores_the_ends_of_children(self):
        self.fresh()
        pid = self.dir / "pid"
        suite = self.suite(f"""
            - name: daemon
              command: [sh, -c, 'sleep 1000 & echo $! > {pid}']
            """)
        process = self.start("verify", "-d", "app.db", "--checks", suite, "--allow-commands",
                             preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, out + err)
        self.assertFalse(alive(pid.read_text().strip()))

    def test_keep_secrets_out_of_the_report(self):
        self.fresh()
        path = self.dir / "ops.yaml"
        (self.dir / "baseline.yaml").write_text("version: 1\nenvironment: [TOKEN]\n")
        path.write_text("version: 1\nvars: {TOKEN: '', PLACE: app}\nchecks:\n"
                        "  - {name: a, command: [sh, -c, 'exit 4', '${TOKEN}']}\n"
                        "  - {name: b, log: '/no/${TOKEN}/${PLACE}.log', expect: [x]}\n")
        done = self.baseline("verify", "-d", "app.db", "--checks", path, "--allow-commands",
                             env={"TOKEN": "hunter2"})
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("hunter2", done.stdout + done.stderr)
        self.assertIn("command   sh -c 'exit 4' '${TOKEN}'\n", done.stdout)
        # What the suite itself says is no secret.
        self.assertIn("log       /no/${TOKEN}/${PLACE}.log (/no/${TOKEN}/app.log)\n", done.stdout)


class Progress(Waiting):
    def test_in_a_terminal_one_line_says_what_is_waited_for(self):
        self.fresh()
        suite = self.suite("- {name: never, query: SELECT 1, value: 2, wait: 1h}")
        terminal = self.terminal("verify", "-d", "app.db", "--checks", suite,
                                 env={"TERM": "xterm"})
        terminal.read_until("waiting for ops/never")
        terminal.type("\x03")
        self.assertEqual(terminal.finish(), 130)
        self.assertEqual(terminal.text.count("waiting for"), 1)

    def test_nothing_in_a_pipe(self):
        self.fresh()
        suite = self.suite("- {name: never, query: SELECT 1, value: 2, wait: 700ms}")
        done = self.baseline("verify", "-d", "app.db", "--checks", suite)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn("attempts  4\n", done.stdout)


if __name__ == "__main__":
    unittest.main()
