"""--report KIND=FILE: each kind is read by a real consumer (xmllint and junitparser, prove and
TAP::Parser, promtool, jsonschema), and no file ever looks like success when the run was none."""

import json
import os
import re
import signal
import unittest

import pages
import schemas
import support
from report_readers import ENDINGS, UNFINISHED, ReportCase
from support import Holder

GOLDEN = support.PROJECT / "tests/golden"



def version():
    """Of the program, as the pages write it."""
    return re.search(r"VERSION (\d+\.\d+\.\d+)", (support.PROJECT / "CMakeLists.txt").read_text())[1]


ALL_STATUSES = r"""version: 1
foreign_keys: off
checks:
  - name: passes
    query: SELECT 1
    value: 1
  - name: fails
    query: SELECT 1
    value: 2
    hint: one is not two
  - name: cannot be evaluated
    timeout: 50ms
    query: WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n
    value: 1
  - name: warns
    query: SELECT 1
    value: 2
    severity: warn
  - name: is skipped
    query: SELECT 1
    value: 1
    skip: "see issue #12"
"""

# What a name and a database can hold. The second name would be a directive of TAP.
NAME = "<script>\"&'</script> ]]> \\ 100% a:b,c {d=\"e\"} \u2028 ä"
TODO = "trust me # TODO some day"
HOSTILE = f"""version: 1
checks:
  - name: {json.dumps(NAME)}
    query: SELECT char(27) || '[31m' || char(1) || char(8232) || CAST(x'ff' AS TEXT) || '<b>%"&' || :x
    value: "]]> # TODO \\\\"
    cases: [{{x: "[1]"}}]
  - name: {json.dumps(TODO)}
    query: SELECT 1
    value: 2
"""

ENDLESS = """version: 1
checks:
  - name: takes a while
    timeout: %s
    query: WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n
    value: 1
"""


class Consumers(ReportCase):
    def setUp(self):
        super().setUp()
        self.database = self.fresh()

    def verify(self, suite, *args, code=1):
        done = self.baseline("verify", "-d", self.database, "--checks", suite, *self.options(), *args)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_all_statuses(self):
        suite = self.file("all.yaml", ALL_STATUSES)
        self.verify(suite)
        stopped = "expected 1, got took longer than 50ms and was stopped"
        self.assertEqual(self.junit(), {
            ("after.all", "passes"): ("passed", ""),
            ("after.all", "fails"): ("failure", "expected 2, got 1"),
            ("after.all", "cannot be evaluated"): ("error", stopped),
            ("after.all", "warns"): ("skipped", "warning: expected 2, got 1"),
            ("after.all", "is skipped"): ("skipped", "see issue #12")})
        tests, bail, _ = self.tap()
        self.assertEqual({title: verdict for title, (verdict, _) in tests.items()}, {
            "after: all/passes": "ok", "after: all/fails": "not ok",
            "after: all/cannot be evaluated": "not ok", "after: all/warns": "TODO",
            "after: all/is skipped": "SKIP"})
        self.assertIsNone(bail)
        block = tests["after: all/fails"][1]
        self.assertEqual((block["at"], block["expected"], block["got"], block["hint"]),
                         (f"{suite}:7:5", "2", "1", "one is not two"))
        document = self.json_report()
        self.assertEqual(document["summary"],
                         {"pass": 1, "fail": 1, "error": 1, "warn": 1, "skip": 1})
        series = self.prometheus()
        run = f'command="verify",database="{self.database}"'
        of = lambda check, severity="error": series.get(
            f'baseline_check_status{{{run},suite="all",check="{check}",case="",'
            f'severity="{severity}",phase="after"}}')
        self.assertEqual([of("passes"), of("fails"), of("cannot be evaluated"),
                          of("warns", "warn"), of("is skipped")], [1, 0, 0, 0, None])
        for status in document["summary"]:
            self.assertEqual(
                series[f'baseline_checks{{{run},status="{status}",phase="after"}}'], 1)
        self.assertEqual(series[f"baseline_run_exit_code{{{run}}}"], 1)
        self.assertEqual([(level, at["file"], at["line"], at["col"], at["title"])
                          for level, at, _ in self.github()],
                         [("error", str(suite), "7", "5", "after: all/fails"),
                          ("error", str(suite), "11", "5", "after: all/cannot be evaluated"),
                          ("warning", str(suite), "15", "5", "after: all/warns")])

    def test_a_strict_run_whose_warning_fails(self):
        suite = self.file("warns.yaml", "version: 1\nchecks:\n  - name: warns\n"
                                        "    query: SELECT 1\n    value: 2\n    severity: warn\n")
        self.verify(suite, code=0)
        self.assertEqual(self.junit()["after.warns", "warns"][0], "skipped")
        self.assertEqual(self.tap()[0]["after: warns/warns"][0], "TODO")
        self.verify(suite, "--strict", code=1)
        self.assertEqual(self.junit()["after.warns", "warns"][0], "failure")
        self.assertEqual(self.tap()[0]["after: warns/warns"][0], "not ok")
        self.assertEqual([level for level, _, _ in self.github()], ["error"])
        self.assertEqual(self.json_report()["exit_code"], 1)

    def test_texts_that_try_to_break_out(self):
        self.verify(self.file("hostile.yaml", HOSTILE))
        got = r"""'\x1b[31m\x01""" + r"""\xe2\x80\xa8\xff<b>%"&[1]'"""
        message = "expected ']]> # TODO \\', got " + got
        shown = NAME.replace("\u2028", r"\xe2\x80\xa8")
        self.assertEqual(self.junit(), {
            ("after.hostile", shown + " [x='[1]']"): ("failure", message),
            ("after.hostile", TODO): ("failure", "expected 2, got 1")})
        document = self.json_report()
        first, todo = document["phases"][0]["results"]
        self.assertEqual((first["name"], todo["name"]), (NAME, TODO))
        self.assertEqual(first["got"], got)
        series = [name for name in self.prometheus() if name.startswith("baseline_check_status")]
        escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
        self.assertEqual([f'check="{escaped}"' in name for name in series], [True, False])
        self.assertEqual([at["title"] for _, at, _ in self.github()],
                         [f"after: hostile/{shown} [x='[1]']", f"after: hostile/{TODO}"])
        self.assertEqual(self.github()[0][2].split("\n")[0], message)

    def test_a_name_is_no_directive_of_tap(self):
        suite = self.file("todo.yaml", f"version: 1\nchecks:\n  - name: {json.dumps(TODO)}\n"
                                       "    query: SELECT 1\n    value: 2\n")
        self.verify(suite)
        self.assertEqual([verdict for verdict, _ in self.tap()[0].values()], ["not ok"])

    def test_the_golden_files(self):
        """Those that the unit tests compare the renderers with."""
        for kind, read in {"junit": self.junit, "tap": self.tap, "json": self.json_report,
                           "prometheus": self.prometheus, "github": self.github}.items():
            for name in "all_statuses", "refused", "nothing_to_do":
                with self.subTest(kind=kind, name=name):
                    read(GOLDEN / f"report_{kind}_{name}.{ENDINGS[kind]}")
        self.assertEqual(len(self.junit(GOLDEN / "report_junit_hostile.xml")), 5)
        self.assertEqual(len(self.prometheus(GOLDEN / "report_prometheus_hostile.prom")), 11)
        self.json_report(GOLDEN / "report_json_hostile.json")
        self.assertEqual(len(self.github(GOLDEN / "report_github_hostile.txt")), 5)

    def test_the_page_shows_what_the_golden_files_have(self):
        golden = {kind: GOLDEN / f"report_{kind}_all_statuses.{end}" for kind, end in ENDINGS.items()}
        golden["json"] = GOLDEN / "report_json_refused.json"
        examples = {block.language: block.text for block in pages.blocks("docs/reports.md")}
        for language, kind in {"xml": "junit", "tap": "tap", "json": "json",
                               "prometheus": "prometheus", "text": "github"}.items():
            text = examples[language].replace(f"baseline {version()}", "baseline VERSION")
            pattern = "".join(r"(?:.*\n)*?" if line == "…" else re.escape(line) + r"\n"
                              for line in text.splitlines())
            self.assertRegex(golden[kind].read_text(), rf"(?m)^{pattern}", kind)
        told = set(re.findall(r"`(baseline_\w+)`", pages.text_of("docs/reports.md")))
        self.assertEqual(told, {line.split("{")[0] for line in golden["prometheus"].read_text()
                                .splitlines() if not line.startswith("#")})

    def test_the_schema_refuses(self):
        """What it lets through would prove nothing."""
        good = json.loads((GOLDEN / "report_json_refused.json").read_text())
        self.assertEqual(schemas.problems(good, "check-report"), [])
        for change in (lambda d: d.pop("error"), lambda d: d.update(exit_code=0),
                       lambda d: d.update(error=None), lambda d: d.update(outcome="done"),
                       lambda d: d["phases"][0]["results"][0].update(status="passed"),
                       lambda d: d["phases"][0]["results"][0].update(status="skip")):
            bad = json.loads(json.dumps(good))
            change(bad)
            self.assertNotEqual(schemas.problems(bad, "check-report"), [])

    def test_only_times_vary(self):
        suite = self.file("all.yaml", ALL_STATUSES)

        def texts():
            self.verify(suite)
            text = "".join((self.dir / f"report.{end}").read_text() for end in ENDINGS.values())
            text = re.sub(r'(time="|timestamp="|duration_ms"?: |started": "|_seconds\{.*\} )'
                          r'[0-9.eTZ:+-]+', r"\1", text)
            return text
        self.assertEqual(texts(), texts())


class Deploy(ReportCase):
    def deploy(self, *args, code=0):
        done = self.baseline("deploy", "-d", "app.db", *self.options(), *args)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_both_phases_are_in_every_report(self):
        self.legacy()
        self.deploy()
        document = self.json_report()
        self.assertEqual([phase["phase"] for phase in document["phases"]], ["before", "after"])
        self.assertEqual((document["command"], document["outcome"], document["exit_code"],
                          document["database"]), ("deploy", "done", 0, str(self.dir / "app.db")))
        results = [(phase["phase"], result["suite"], result["name"], result["case"])
                   for phase in document["phases"] for result in phase["results"]]
        self.assertGreater(len(results), 50)
        names = [name + (f" [{case}]" if case else "") for _, _, name, case in results]
        self.assertEqual(sorted(self.junit()), sorted(
            (f"{phase}.{suite}", name)
            for (phase, suite, _, _), name in zip(results, names)))
        self.assertEqual(list(self.tap()[0]), [f"{phase}: {suite}/{name}" for
                                               (phase, suite, _, _), name in zip(results, names)])
        series = self.prometheus()
        self.assertEqual(sum(name.startswith("baseline_check_status") for name in series),
                         len(results))
        self.assertEqual(self.github(), [])

    def test_the_results_are_those_of_the_format_json(self):
        document = self.json("deploy", "-d", self.legacy(), *self.options())
        self.assertEqual(self.json_report()["phases"], [document["before"], document["after"]])

    def test_a_plan(self):
        self.legacy()
        self.succeeds("plan", "-d", "app.db", *self.options())
        document = self.json_report()
        self.assertEqual((document["command"], document["outcome"],
                          [phase["phase"] for phase in document["phases"]]),
                         ("plan", "would do", ["before"]))
        self.assertEqual({name.split(".")[0] for name, _ in self.junit()}, {"before"})

    def test_nothing_to_do_is_a_skipped_testcase(self):
        self.fresh()
        self.deploy()
        text = f"already at baseline {support.REVISION}; nothing to do"
        self.assertEqual(self.junit(), {("baseline", "deploy"): ("skipped", text)})
        self.assertEqual(self.tap(), ({}, None, text))
        document = self.json_report()
        self.assertEqual((document["outcome"], document["phases"]), ("nothing to do", []))
        self.assertEqual(len(self.prometheus()), 3)
        self.assertEqual(self.github(), [])

    def test_checks_that_fail_after_the_swap(self):
        self.legacy()
        suite = self.file("after.yaml", "version: 1\nchecks:\n  - name: nobody home\n"
                                        "    when: after\n    query: SELECT 1\n    value: 2\n")
        self.deploy("--checks", suite, code=1)
        junit = self.junit()
        self.assertEqual(junit["after.after", "nobody home"], ("failure", "expected 2, got 1"))
        self.assertEqual([case for case, (kind, _) in junit.items() if kind != "passed"],
                         [("after.after", "nobody home")])
        self.assertEqual(self.json_report()["outcome"], "checks failed")

    def test_a_database_in_use(self):
        database = self.legacy()
        with Holder(database, "reading"):
            done = self.deploy(code=3)
        message = re.match(r"baseline: error: (.*)\n", done.stderr)[1]
        self.all_tell(3, "in use", message, database=database)
        self.assertIn("hint: ", self.github()[0][2])

    def test_an_error_after_the_first_phase_keeps_its_results(self):
        # The exchange fails, as on a filesystem that cannot.
        database = self.legacy()
        # A run finds out which renaming that is; --again, for that run had put the baseline there.
        deploy = "deploy", "-d", database, "--again", *self.options()
        inject = self.failing_rename("RENAME_EXCHANGE", "EIO", *deploy)
        self.legacy()
        done = self.command(*inject, support.BINARY, *deploy)
        self.assertEqual(done.returncode, 5, done.stderr)
        document = self.json_report()
        self.assertEqual([phase["phase"] for phase in document["phases"]], ["before"])
        count = len(document["phases"][0]["results"])
        self.assertGreater(count, 20)
        self.assertIn("baseline", {result["suite"] for result in document["phases"][0]["results"]})
        self.all_tell(5, "I/O", document["error"]["message"], database=database, results=count)

    def test_suites_with_errors(self):
        database = self.legacy()
        suite = self.file("bad.yaml", "version: 1\nchecks: []\n")
        self.deploy("--checks", suite, code=2)
        self.all_tell(2, "usage", "the suites have 1 error", database=database)
        problem = (f"{suite}:2:9: error: 'checks' must be a non-empty list of checks; got an empty"
                   " list")
        self.assertEqual(self.json_report()["error"]["problems"], [problem])
        title = "baseline deploy"
        self.assertEqual(self.github(), [
            ("error", {"title": title},
             "the suites have 1 error\nhint: correct them; nothing was touched"),
            ("error", {"file": str(suite), "line": "2", "col": "9", "title": title},
             problem.split(": error: ")[1])])

    def test_no_database_was_named(self):
        done = self.baseline("verify", *self.options())
        self.assertEqual(done.returncode, 2)
        self.all_tell(2, "usage", "no database was given", command="verify")

    def test_one_who_says_no(self):
        self.legacy()
        terminal = self.terminal("deploy", "-d", "app.db", *self.options())
        terminal.read_until("Go on? [y/N] ")
        terminal.type("n\n")
        self.assertEqual(terminal.finish(), 130)
        self.all_tell(130, "declined", "not confirmed; nothing was changed",
                      database=self.dir / "app.db")


class CutOff(ReportCase):
    """What an earlier run left is never taken for the result of one that did not end."""

    def started(self, timeout):
        self.database = self.fresh()
        self.succeeds("verify", "-d", self.database, *self.options())
        self.before = self.prometheus()
        suite = self.file("endless.yaml", ENDLESS % timeout)
        process = self.start("verify", "-d", self.database, "--checks", suite, *self.options())
        text = self.dir / "report.txt"
        self.until(lambda: UNFINISHED in text.read_text(), "the reports were begun", process)
        return process

    def test_a_run_that_is_killed(self):
        process = self.started("60s")
        process.kill()
        process.wait()
        self.assertEqual(self.junit(), {("baseline", "verify"): ("error", UNFINISHED)})
        self.assertEqual(self.tap()[1], UNFINISHED)
        document = self.json_report()
        self.assertEqual((document["outcome"], document["exit_code"]), ("unfinished", None))
        self.assertEqual(self.github()[0][2].split("\n")[0], UNFINISHED)
        # Its time stamp tells.
        self.assertEqual(self.prometheus(), self.before)

    def test_a_run_that_is_interrupted(self):
        process = self.started("1s")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143)
        self.all_tell(143, "interrupted", "interrupted; nothing was changed", command="verify",
                      database=self.database)


class Stdout(ReportCase):
    def test_a_report_on_stdout_moves_the_text_to_stderr(self):
        database = self.fresh()
        text = self.succeeds("verify", "-d", database).split("(")[0]
        readers = {"junit": self.junit, "tap": self.tap, "json": self.json_report,
                   "prometheus": self.prometheus, "github": self.github}
        for kind, read in readers.items():
            with self.subTest(kind):
                done = self.baseline("verify", "-d", database, "--report", f"{kind}=-")
                self.assertEqual(done.returncode, 0)
                self.assertTrue(done.stderr.startswith(text), done.stderr)
                read(self.file("stdout", done.stdout))
                self.assertEqual(os.listdir(self.dir).count("-"), 0)

    def test_errors_too(self):
        done = self.baseline("verify", "-d", "none.db", "--report", "junit=-")
        self.assertEqual(done.returncode, 5)
        self.assertEqual(done.stderr, f"baseline: error: {self.dir}/none.db does not exist\n"
                                      "  hint: baseline deploy creates it\n")
        self.assertEqual(self.junit(self.file("stdout", done.stdout))["baseline", "verify"],
                         ("error", f"{self.dir}/none.db does not exist"))

    def test_with_files_beside_it(self):
        done = self.baseline("verify", "-d", self.fresh(), "--report", "github=-", *self.options())
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertGreater(len(self.junit()), 20)

    def test_with_format_json_and_a_file(self):
        self.json("verify", "-d", self.fresh(), "--report", f"tap={self.dir}/report.tap")
        self.assertGreater(len(self.tap()[0]), 20)


class Usage(ReportCase):
    """Wrong places are told before anything is touched."""

    def wrong(self, message, hint, *reports, command="deploy", **options):
        words = [word for report in reports for word in ("--report", report)]
        text = f"baseline: error: {message}\n" + (f"  hint: {hint}\n" if hint else "")
        self.refuses(2, text, command, "-d", "app.db", *words, **options)

    def setUp(self):
        super().setUp()
        self.legacy()
        (self.dir / "there").mkdir()

    def test_the_value(self):
        self.wrong("--report must be KIND=FILE; got 'junit'", "for example --report junit=report.xml",
                   "junit")
        self.wrong("--report knows no kind 'juint'", "did you mean 'junit'?", "juint=a.xml")
        self.wrong("--report knows no kind 'pdf'",
                   "kinds are junit, tap, json, prometheus, github, html", "pdf=a.pdf")
        self.wrong("--report knows no kind '\\x1b'",
                   "kinds are junit, tap, json, prometheus, github, html", "\x1b=a")
        self.wrong("--report tap= names no file", "name a file, or - for stdout", "tap=")

    def test_stdout_twice(self):
        self.wrong("--report tap=- and --report github=- both want stdout",
                   "give one of them a file", "tap=-", "github=-")
        for words, env in ((("--format", "json"), {}), ((), {"BASELINE_FORMAT": "json"})):
            done = self.baseline("verify", "-d", "app.db", "--report", "tap=-", *words, env=env)
            self.assertEqual(done.returncode, 2)
            self.assertEqual(done.stderr, "baseline: error: --report tap=- and --format json both"
                                          " want stdout\n  hint: give the report a file\n")
            self.assertEqual(json.loads(done.stdout)["exit_code"], 2)

    def test_one_file_twice(self):
        message = "two reports cannot be one file: "
        hint = "give each a file of its own"
        self.wrong(message + "a", hint, "tap=a", "junit=a")
        self.wrong(message + "there/../a", hint, "tap=a", "junit=there/../a")
        (self.dir / "link").symlink_to("there")
        self.wrong(message + "link/a", hint, "tap=there/a", "tap=link/a")

    def test_places_where_none_can_be(self):
        self.wrong(f"cannot write the report none/a.xml: {self.dir}/none: No such file or directory",
                   "make the directory first", "junit=none/a.xml")
        self.wrong("cannot write the report app.db/a.xml: cannot open the directory"
                   f" {self.dir}/app.db: Not a directory", None, "junit=app.db/a.xml")
        self.wrong("cannot write the report there: it is a directory", None, "junit=there")
        self.wrong("cannot write the report there/: it is a directory", None, "junit=there/")
        self.wrong("cannot write the report .: it is a directory", None, "junit=.")
        hint = "to write to stdout: --report junit=-"
        for path in "/dev/stdout", "/dev/null", "link", "fifo":
            if path == "link":
                (self.dir / path).symlink_to("report.xml")
            if path == "fifo":
                os.mkfifo(self.dir / path)
            self.wrong(f"cannot write the report {path}: it is not a regular file", hint,
                       f"junit={path}")

    def test_the_files_of_the_run_itself(self):
        hint = "give the report a place of its own"
        names = ["app.db", "app.db-wal", "app.db-shm", "app.db-journal", ".app.db.baseline-lock",
                 ".app.db.baseline-journal", ".app.db.baseline-candidate"]
        for name in names:
            self.wrong(f"cannot write the report there/../{name}: the run itself needs"
                       f" {self.dir}/{name}", hint, f"json=there/../{name}")
        (self.dir / "app.db.backups").mkdir()
        (self.dir / "own").mkdir()
        self.wrong(f"cannot write the report app.db.backups/a: the run itself needs"
                   f" {self.dir}/app.db.backups", hint, "json=app.db.backups/a")
        self.wrong(f"cannot write the report own/a: the run itself needs {self.dir}/own", hint,
                   "json=own/a", env={"BASELINE_BACKUPS": "own/"})
        suite = self.file("suite.yaml", ALL_STATUSES)
        self.wrong(f"cannot write the report suite.yaml: the run itself needs {suite}", hint,
                   "json=suite.yaml", env={"BASELINE_CHECKS": "suite.yaml"})

    def test_nor_a_database_that_is_yet_to_be_made(self):
        self.refuses(2, "baseline: error: cannot write the report new.db: the run itself needs"
                        f" {self.dir}/new.db\n  hint: give the report a place of its own\n",
                     "deploy", "-d", "new.db", "--report", "json=new.db")

    def test_a_link_to_the_database_does_not_help(self):
        (self.dir / "link.db").symlink_to("app.db")
        self.refuses(2, "baseline: error: cannot write the report app.db: the run itself needs"
                        f" {self.dir}/app.db\n  hint: give the report a place of its own\n",
                     "verify", "-d", "link.db", "--report", "json=app.db")

    def test_a_directory_that_may_not_be_written_to(self):
        run = self.ordinary_user()
        (self.dir / "there").chmod(0o555)
        for kind in "junit", "prometheus":
            with self.unchanged():
                done = run("deploy", "-d", "app.db", "--report", f"{kind}=there/a")
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertRegex(done.stderr, r"^baseline: error: cannot write the report there/a: cannot"
                                          r" create \S+/there/\.baseline-report-\d+:"
                                          r" Permission denied\n$")

    def test_the_reports_that_can_be_written_tell_of_the_one_that_cannot(self):
        run = self.ordinary_user()
        (self.dir / "there").chmod(0o555)
        done = run("deploy", "-d", "app.db", "--report", f"junit={self.dir}/report.xml",
                   "--report", "tap=there/a")
        self.assertEqual(done.returncode, 2)
        kind, message = self.junit()["baseline", "deploy"]
        self.assertEqual((kind, message.split(":")[0]), ("error", "cannot write the report there/a"))

    def test_a_wrong_command_line_writes_none(self):
        """It is not known what was meant."""
        self.refuses(2, "baseline: error: unknown option '--wiat'\n  hint: did you mean '--wait'?\n",
                     "deploy", "-d", "app.db", "--report", "tap=a", "--wiat", "3s")
        self.refuses(2, "baseline: error: --wait must be a duration like 500ms, 30s or 5m; got '3'\n",
                     "deploy", "-d", "app.db", "--report", "tap=a", "--wait", "3")

    def test_commands_without_checks_have_none(self):
        for words in ["status"], ["report"], ["recover"], ["history"], ["backups", "list"]:
            done = self.baseline(*words, "-d", "app.db", "--report", "tap=a")
            self.assertEqual(done.returncode, 2)
            self.assertIn("unknown option '--report", done.stderr)

    def test_a_file_with_an_equals_sign(self):
        self.succeeds("plan", "-d", "app.db", "--report=tap=there/a=b.tap")
        self.assertGreater(len(self.tap(self.dir / "there/a=b.tap")[0]), 20)

    def test_an_old_report_is_replaced_and_its_directory_left_clean(self):
        (self.dir / "there/a").write_text("of the run before")
        self.succeeds("plan", "-d", "app.db", "--report", "tap=there/a")
        self.assertEqual(os.listdir(self.dir / "there"), ["a"])
        self.assertGreater(len(self.tap(self.dir / "there/a")[0]), 20)


class LateFailure(ReportCase):
    """A report that cannot be written when the run is over hides neither verdict nor code."""

    def broken(self, command, database, *options):
        """Runs with the last renaming of the report failing; its file is 'a'. A run before finds
        out which renaming that is."""
        words = command, "-d", database, "--report", "junit=a", *options
        content = database.read_bytes()
        inject = self.failing_rename('"a"', "ENOSPC", *words)
        database.write_bytes(content)
        return self.command(*inject, support.BINARY, *words)

    def assert_warned(self, done, command="verify"):
        self.assertRegex(done.stderr.replace(support.READY, ""),
                         r"^baseline: warning: a report was not written: cannot rename"
                         rf" {self.dir}/\.baseline-report-\d+ to {self.dir}/a: No space"
                         r" left on device\n$")
        self.assertEqual(self.junit(self.dir / "a"),
                         {("baseline", command): ("error", UNFINISHED)})
        self.assertEqual([name for name in os.listdir(self.dir) if "report" in name], [])

    def test_a_verification_was_not_what_was_asked_for(self):
        database = self.fresh()
        done = self.broken("verify", database)
        self.assertEqual(done.returncode, 5)
        self.assertIn(f"verified: {database} passes its checks\n", done.stdout)
        self.assert_warned(done)

    def test_nor_is_a_plan(self):
        done = self.broken("plan", self.legacy())
        self.assertEqual(done.returncode, 5)
        self.assertIn("nothing was changed\n", done.stdout)
        self.assert_warned(done, "plan")

    def test_checks_that_failed_are_what_counts(self):
        done = self.broken("verify", self.legacy())
        self.assertEqual(done.returncode, 1)
        self.assertIn("does not pass its checks", done.stdout)
        self.assert_warned(done)

    def test_a_deploy_did_what_it_did(self):
        database = self.legacy()
        done = self.broken("deploy", database, "--again")
        self.assertEqual(done.returncode, 0)
        self.assertIn(f"deployed: {database} is at baseline", done.stdout)
        self.assert_at_baseline(database)
        self.assert_warned(done, "deploy")


class Documentation(ReportCase):
    def test_the_examples_are_what_the_program_writes(self):
        """Each line of an example is a line of the golden files, in that order; '…' stands for what
        is left out."""
        page = (support.PROJECT / "docs/reports.md").read_text()
        for fence, kind in (("xml", "junit"), ("tap", "tap"), ("json", "json"),
                            ("prometheus", "prometheus"), ("text", "github")):
            blocks = re.findall(rf"```{fence}\n(.*?)```", page, re.DOTALL)
            self.assertGreater(len(blocks), 0, fence)
            golden = [path.read_text().replace("baseline VERSION", "baseline 0.1.0").splitlines()
                      for path in GOLDEN.glob(f"report_{kind}_*.{ENDINGS[kind]}")]
            for block in blocks:
                with self.subTest(block=block):
                    self.assertTrue(any(self.told_in(block, lines) for lines in golden))

    @staticmethod
    def told_in(block, lines):
        rest = iter(lines)
        return all(line in rest for line in block.splitlines() if line.strip() != "…")


if __name__ == "__main__":
    unittest.main()
