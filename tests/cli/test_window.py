"""The whole maintenance window with one baseline.yaml: a real application is stopped, gets its new
database, is started and judged, and comes back on the old one when that goes wrong."""

import json
import os
import re
import shutil
import signal
import sys
import unittest
import xml.etree.ElementTree
from pathlib import Path

import support

BOT = Path(__file__).with_name("bot.py")

CHECKS = """\
version: 1
checks:
  - name: the bot says that it is ready
    log: ../bot.log
    expect: ["ready"]
    forbid: ["ERROR"]
    wait: 20s
  - name: its health endpoint answers
    command: [PYTHON, -B, BOT, health]
    stdout: {contains: '"version": "new"'}
    timeout: 20s
"""


def example():
    """The configuration that DEPLOYMENT.md shows."""
    page = (support.PROJECT / "DEPLOYMENT.md").read_text()
    block, = re.findall(r"```yaml\n(version: 1\ndatabase: .*?)```", page, re.DOTALL)
    return block


class Window(support.Case):
    def setUp(self):
        super().setUp()
        self.legacy()
        self.bot_file = self.dir / "bot.py"
        shutil.copyfile(BOT, self.bot_file)
        (self.dir / "VERSION").write_text("old\n")
        self.suites = self.dir / "checks"
        shutil.copytree(support.PROJECT / "checks", self.suites,
                        ignore=shutil.ignore_patterns("*.json", "operations.yaml"))
        (self.suites / "bot.yaml").write_text(
            CHECKS.replace("PYTHON", sys.executable).replace("BOT", str(self.bot_file)))
        self.configure()
        self.addCleanup(self.bot, "stop")

    def configure(self, stop=("stop",), start=("start",), more=""):
        """The example of the manual, with the bot of the tests in the place of the service."""
        def words(*argv):
            return "[" + ", ".join(json.dumps(str(word)) for word in argv) + "]"
        bot = [sys.executable, "-B", self.bot_file]
        text = example()
        for old, new in [
                ("/srv/dispinmap/pinball_bot.db", "app.db"),
                ("[systemctl, stop, dispinmap]", words(*bot, *stop)),
                ("[systemctl, start, dispinmap]", words(*bot, *start)),
                ("[git, -C, /srv/dispinmap, checkout, v1.4.2]",
                 words("sh", "-c", "echo old > VERSION")),
                ("[curl, --fail, --data, '@-', \"${NOTICE_URL}\"]", "[cat]")]:
            self.assertIn(old, text)
            text = text.replace(old, new)
        (self.dir / "baseline.yaml").write_text(text + more)

    def bot(self, *words):
        done = self.command(sys.executable, "-B", self.bot_file, *words)
        return done

    def health(self):
        done = self.bot("health")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def upgrade(self):
        """The new version of the application is put in place before the window."""
        (self.dir / "VERSION").write_text("new\n")

    def test_the_whole_process_is_three_commands(self):
        self.assertEqual(self.bot("start").returncode, 0)
        plan = self.json("plan")
        self.assertEqual((plan["action"], plan["outcome"]), ("deploy", "would do"))
        self.assertEqual([hook["hook"] for hook in plan["plan"]["hooks"]], ["stop", "start"])
        self.assertEqual(self.health()["channel_configs"], 24)

        self.upgrade()
        deployed = self.json("deploy")
        self.assertEqual(deployed["application"]["running"], True)
        self.assertGreater(deployed["application"]["stopped_ms"], deployed["unavailable_ms"])
        results = {f"{r['suite']}/{r['name']}": r["status"] for r in deployed["after"]["results"]}
        self.assertEqual(results["bot/the bot says that it is ready"], "pass")
        self.assertEqual(results["bot/its health endpoint answers"], "pass")
        self.assertEqual(results["baseline/application.start"], "pass")
        self.assertNotIn("skip", results.values())
        self.assertEqual(self.health(), {"version": "new", "channel_configs": 0,
                                         "monitoring_targets": 0, "seen_submissions": 0})
        self.assertEqual(self.bot("watch", 7).returncode, 0)
        self.assertIn("passes its checks", self.succeeds("verify"))
        self.assertIn("nothing to do", self.succeeds("deploy"))
        self.assertEqual(self.health()["channel_configs"], 1)

        rolled_back = self.json("rollback")
        self.assertEqual([hook["hook"] for hook in rolled_back["application"]["hooks"]],
                         ["stop", "revert", "start"])
        self.assertEqual(self.health(), {"version": "old", "channel_configs": 24,
                                         "monitoring_targets": 108, "seen_submissions": 9600})

    def test_one_that_does_not_start_is_back_on_the_old_database(self):
        # Nobody has put the new version in place: it refuses to run on the new database.
        self.assertEqual(self.bot("start").returncode, 0)
        done = self.baseline("deploy", "--report", "junit=report.xml")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        suites = xml.etree.ElementTree.parse(self.dir / "report.xml").getroot()
        failed, = [case.get("name") for case in suites.iter("testcase")
                   if case.find("failure") is not None]
        self.assertEqual(failed, "application.start")
        self.assertIn("baseline › application.start", done.stdout)
        self.assertIn("cannot find revision 9275fe03c648", done.stdout)
        self.assertIn("the old one is back", done.stdout)
        self.assertEqual(self.health()["channel_configs"], 24)

    def test_what_it_wrote_before_it_was_found_bad_is_kept(self):
        self.assertEqual(self.bot("start").returncode, 0)
        self.upgrade()
        (self.dir / "BROKEN").touch()
        document = self.json("deploy", code=1)
        self.assertEqual(document["failed_backup"]["reason"], "failed-deploy")
        kept = Path(document["failed_backup"]["directory"]) / "app.db"
        self.assertEqual(support.query(kept, "SELECT channel_id FROM channel_configs"), [(13,)])
        self.assertEqual(support.query(self.dir / "app.db", "SELECT count(*) FROM channel_configs"),
                         [(24,)])
        # The new version does not run on the old database: that is said, and not hidden.
        self.assertFalse(document["application"]["running"])
        self.assertIn("the application is not running", document["warnings"][0])

    def test_keep_leaves_the_new_database_and_what_was_started(self):
        self.assertEqual(self.bot("start").returncode, 0)
        self.upgrade()
        (self.dir / "BROKEN").touch()
        document = self.json("deploy", "--on-failure", "keep", code=1)
        self.assertTrue(document["application"]["running"])
        self.assertEqual(self.health()["channel_configs"], 1)

    def test_one_that_cannot_be_stopped_goes_on(self):
        self.assertEqual(self.bot("start").returncode, 0)
        before = support.sha256(self.dir / "app.db")
        for stop, said in [(("-c", "import sys; print('no way'); sys.exit(5)"), "exit 5"),
                           (("-c", "import signal; signal.pause()"), "still running after 300ms")]:
            with self.subTest(said):
                bot = [sys.executable, *stop]
                self.configure()
                text = re.sub(r"stop: .*", lambda _: "stop: {command: "
                              + json.dumps([str(word) for word in bot]) + ", timeout: 300ms}",
                              (self.dir / "baseline.yaml").read_text(), count=1)
                (self.dir / "baseline.yaml").write_text(text)
                done = self.baseline("deploy")
                self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
                self.assertIn("could not be stopped: " + said, done.stderr)
                self.assertIn("the application was started again", done.stderr)
                self.assertEqual(support.sha256(self.dir / "app.db"), before)
                self.assertEqual(self.health()["channel_configs"], 24)

    def test_an_old_version_that_cannot_be_put_back_undoes_the_rollback(self):
        self.assertEqual(self.bot("start").returncode, 0)
        self.upgrade()
        self.succeeds("deploy")
        text = (self.dir / "baseline.yaml").read_text()
        (self.dir / "baseline.yaml").write_text(re.sub(r"revert: .*", "revert: ['false']", text))
        done = self.baseline("rollback")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("old version could not be put back", done.stdout)
        self.assertEqual(self.health(), {"version": "new", "channel_configs": 0,
                                         "monitoring_targets": 0, "seen_submissions": 0})

    def test_killed_in_a_hook_it_says_so_and_starts_the_application_when_asked(self):
        self.upgrade()
        for hook, live in [("stop", 24), ("start", 0)]:
            with self.subTest(hook):
                shutil.rmtree(self.dir / "app.db.backups", ignore_errors=True)
                self.legacy()
                (self.dir / "bot.log").unlink(missing_ok=True)
                self.configure()
                text = (self.dir / "baseline.yaml").read_text()
                (self.dir / "baseline.yaml").write_text(
                    re.sub(rf"{hook}: .*", f"{hook}: [sh, -c, 'touch here; exec sleep 600']", text,
                           count=1))
                (self.dir / "here").unlink(missing_ok=True)
                process = self.start("deploy")
                self.until(lambda: (self.dir / "here").exists(), f"the {hook}", process)
                process.send_signal(signal.SIGKILL)
                process.wait(timeout=30)
                self.configure()
                status = self.json("status")
                self.assertIn(status["interrupted"]["application"], ["stopping", "stopped"])
                self.assertIn("baseline recover --start", self.succeeds("status"))
                if hook == "stop":
                    (self.dir / "VERSION").write_text("old\n")
                else:
                    (self.dir / "VERSION").write_text("new\n")
                document = self.json("recover", "--start")
                self.assertEqual(document["recovered"]["outcome"],
                                 "undone" if hook == "stop" else "finished")
                self.assertTrue(document["application"]["running"])
                self.assertEqual(self.health()["channel_configs"], live)
                self.bot("stop")

    def test_interrupted_while_it_stops_the_application_starts_it_again(self):
        self.assertEqual(self.bot("start").returncode, 0)
        text = (self.dir / "baseline.yaml").read_text()
        stop = f"{sys.executable} -B bot.py stop; touch here; exec sleep 600"
        (self.dir / "baseline.yaml").write_text(
            re.sub(r"stop: .*", lambda _: f"stop: [sh, -c, {json.dumps(stop)}]", text, count=1))
        process = self.start("deploy")
        self.until(lambda: (self.dir / "here").exists(), "the stop", process)
        process.terminate()
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143)
        self.assertEqual(self.health()["channel_configs"], 24)

    def hooks(self, **hooks):
        lines = "".join(f"  {name}: [sh, -c, {json.dumps(what)}]\n" for name, what in hooks.items())
        (self.dir / "baseline.yaml").write_text(
            f"version: 1\ndatabase: app.db\napplication:\n{lines}")

    def test_one_without_a_start_is_to_be_started_by_hand(self):
        self.hooks(stop="exit 0")
        done = self.baseline("deploy")
        self.assertEqual((done.returncode, done.stderr.count("start the application now")), (0, 1))
        self.assertIn("stopped for this run; start it by hand", done.stdout)
        self.assertNotIn("NOT RUNNING", done.stdout)

    def test_after_a_stop_that_failed_nobody_knows(self):
        self.hooks(stop="exit 5")
        done = self.baseline("deploy")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("the application may not be running: its stop failed, and no command that"
                      " starts it is configured", done.stderr)
        self.assertNotIn("it was stopped", done.stderr)

    def test_what_was_put_back_was_never_ready(self):
        self.hooks(stop="exit 0", start="exit 5")
        document = self.json("deploy", code=1)
        self.assertTrue(document["swapped_back"])
        self.assertIsNone(document["ready_at"])

    def test_a_word_is_one_argument_whatever_it_holds(self):
        words = ["--option", "; touch bad", "$(touch bad)", "`touch bad`", "a b", "*", "$$X", ""]
        seen = self.dir / "seen"
        program = f"import json, sys; json.dump(sys.argv[1:], open({str(seen)!r}, 'w'))"
        hook = json.dumps([sys.executable, "-c", program, *words, "${TRICK}"])
        (self.dir / "baseline.yaml").write_text(
            f"version: 1\ndatabase: app.db\napplication: {{stop: {hook}}}\n")
        self.succeeds("deploy", env={"TRICK": "x'; touch bad; --start"})
        self.assertEqual(json.loads(seen.read_text()),
                         [*(word.replace("$$", "$") for word in words), "x'; touch bad; --start"])
        self.assertFalse((self.dir / "bad").exists())

    def test_a_secret_is_never_shown(self):
        hook = json.dumps(["sh", "-c", "echo I got \"$1\" >&2; exit 1", "x", "${TOKEN}"])
        (self.dir / "baseline.yaml").write_text(
            f"version: 1\ndatabase: app.db\napplication: {{stop: {hook}}}\n"
            "announcement: {send: [curl, --header, 'X-Key: s3cret-literal']}\n")
        env = {"TOKEN": "s3cret-of-the-environment"}
        for words in (["deploy"], ["status", "-v"], ["plan"], ["status", "--format", "json"],
                      ["deploy", "--format", "json", "--report", "junit=report.xml"]):
            done = self.baseline(*words, env=env)
            self.assertNotIn("s3cret", done.stdout + done.stderr, words)
        for path in self.dir.rglob("*"):
            if path.is_file() and path.name != "baseline.yaml":
                self.assertNotIn(b"s3cret", path.read_bytes(), path)


class Plan(support.Case):
    """What a pipeline can branch on."""

    def test_the_exit_code_and_the_action_tell_what_deploy_would_do(self):
        database = self.legacy()
        with self.unchanged(support.lock_of(database)):
            self.assertEqual(self.json("plan", "-d", database)["action"], "deploy")
            with support.Holder(database):
                document = self.json("plan", "-d", database, "--report",
                                     f"json={self._scratch / 'report.json'}", code=3)
                report = json.loads((self._scratch / "report.json").read_text())
                self.assertEqual(report["error"]["kind"], "in use")
                self.assertEqual(document["outcome"], "in use")
                self.assertNotEqual(document["old"]["holders"], [])
            suite = self._scratch / "never.yaml"
            suite.write_text("version: 1\nchecks: [{name: never, query: SELECT 1, value: 2}]\n")
            self.assertEqual(self.json("plan", "-d", database, "--checks", suite,
                                       code=1)["outcome"], "checks failed")
        os.link(database, self.dir / "other")
        self.json("plan", "-d", database, "--engine", "swap", code=4)
        (self.dir / "other").unlink()
        self.succeeds("deploy", "-d", database)
        self.assertEqual(self.json("plan", "-d", database)["action"], "nothing")


class Configuration(support.Case):
    def test_the_file_is_found_named_or_left_out(self):
        database = self.legacy()
        other = self.dir / "etc"
        other.mkdir()
        (other / "other.yaml").write_text("version: 1\ndatabase: ../app.db\nwait: 3s\n")
        self.assertIn("no database was given", self.baseline("status").stderr)
        settings = {line["name"]: line for line in
                    self.json("status", "--config", "etc/other.yaml")["settings"]}
        self.assertEqual(settings["wait"]["source"], "etc/other.yaml:3:7")
        self.assertEqual(settings["config"]["source"], "--config")
        self.succeeds("status", env={"BASELINE_CONFIG": "etc/other.yaml"})
        (self.dir / "baseline.yaml").write_text("version: 1\ndatabase: app.db\nformat: json\n")
        self.assertTrue(json.loads(self.succeeds("status"))["facts"]["exists"])
        self.assertIn(f"{database}: not at", self.succeeds("status", "--format", "human"))

    def test_a_wrong_one_touches_nothing_and_tells_all(self):
        self.legacy()
        (self.dir / "baseline.yaml").write_text("version: 1\ndatabase: app.db\nwaits: 3s\nwait: 3\n")
        self.refuses(2, "baseline.yaml:3:1: error: unknown key 'waits' in a configuration; did you "
                        "mean 'wait'?\n"
                        "baseline.yaml:4:7: error: 'wait' must be a duration like 500ms, 30s or 5m; "
                        "got 3 (no unit)\n"
                        "baseline: error: baseline.yaml has 2 errors\n"
                        "  hint: correct it; nothing was touched\n", "deploy")

    def test_one_that_anybody_may_write_is_not_taken_by_itself(self):
        self.legacy()
        file = self.dir / "baseline.yaml"
        file.write_text("version: 1\ndatabase: app.db\n")
        file.chmod(0o666)
        done = self.baseline("status")
        self.assertEqual(done.returncode, 4)
        self.assertIn("may be written by anybody", done.stderr)
        self.succeeds("status", "--config", "baseline.yaml")

    def test_vars_come_before_the_suites_and_behind_the_environment(self):
        self.legacy()
        (self.dir / "suite.yaml").write_text(
            "version: 1\nvars: {x: 1}\nchecks: [{name: x, query: 'SELECT :x', value: 2}]\n")
        (self.dir / "baseline.yaml").write_text(
            "version: 1\ndatabase: app.db\nchecks: suite.yaml\nvars: {x: 2}\n")
        self.succeeds("plan")
        self.assertEqual(self.baseline("plan", "--var", "x=4").returncode, 1)
        unseen = self.baseline("plan", env={"x": "3"})
        self.assertEqual(unseen.returncode, 0)
        self.assertIn("warning: suite.yaml:2:8: the environment has another 'x', which suites do not"
                      " see; 'environment: [x]' in baseline.yaml passes it on\n", unseen.stderr)
        self.assertNotIn("warning", self.baseline("plan", env={"x": "2"}).stderr)
        with open(self.dir / "baseline.yaml", "a") as config:
            config.write("environment: [x]\n")
        self.assertEqual(self.baseline("plan", env={"x": "3"}).returncode, 1)

    def test_the_schema_for_editors_takes_what_the_loader_takes(self):
        import jsonschema
        import yaml
        schema = json.loads(self.succeeds("config", "json-schema"))
        validator = jsonschema.Draft7Validator(schema)
        validator.check_schema(schema)
        example_text = yaml.safe_load(example())
        self.assertEqual(list(validator.iter_errors(example_text)), [])
        for wrong in [{"version": 2}, {"version": 1, "databse": "x"}, {"version": 1, "wait": 30},
                      {"version": 1, "backups": {"keep": 0}}, {"version": 1, "on_failure": "no"},
                      {"version": 1, "application": {"stop": "systemctl stop x"}},
                      {"version": 1, "application": {"stop": {"timeout": "3s"}}}, {}]:
            self.assertNotEqual(list(validator.iter_errors(wrong)), [], wrong)


if __name__ == "__main__":
    unittest.main()
