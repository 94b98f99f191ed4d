"""How the tests read each kind of report: xmllint and junitparser, prove and TAP::Parser, promtool,
jsonschema, and what GitHub's runner does."""

import json
import re
import subprocess

import junitparser

import schemas
import support

XSD = support.PROJECT / "tests/data/junit.xsd"
ENDINGS = {"junit": "xml", "tap": "tap", "json": "json", "prometheus": "prom", "github": "txt"}
UNFINISHED = "the run has not ended: it is under way, or it was cut off"


class ReportCase(support.Case):
    """How each kind is read. Every reader demands first that the format is sound."""

    def file(self, name, text):
        path = self.dir / name
        path.write_text(text)
        return path

    def failing_rename(self, what, error, *args):
        """The words before a command that let its last renaming with `what` in it fail. Where that
        is shows a run with these arguments: strace counts each system call for itself, and what
        the C library makes of renameat2() differs."""
        trace = self._scratch / "trace"
        self.command("strace", "-f", "-o", trace, "-e", "trace=?renameat,renameat2",
                     support.BINARY, *args)
        calls = [(line.split()[1].split("(")[0], line) for line in trace.read_text().splitlines()
                 if " renameat" in line]
        last = max(index for index, (_, line) in enumerate(calls) if what in line)
        name = calls[last][0]
        number = sum(call == name for call, _ in calls[:last + 1])
        return ["strace", "-f", "-o", "/dev/null", "-e", f"trace={name}",
                "-e", f"inject={name}:error={error}:when={number}"]

    def options(self):
        """All kinds at once; the files are report.xml, report.tap, …"""
        return [word for kind, end in ENDINGS.items()
                for word in ("--report", f"{kind}={self.dir}/report.{end}")]

    def junit(self, path=None):
        """{(class, name): (verdict, message)}, through junitparser."""
        path = path or self.dir / "report.xml"
        lint = subprocess.run(["xmllint", "--noout", "--schema", XSD, path], capture_output=True,
                              text=True)
        self.assertEqual(lint.returncode, 0, lint.stderr)
        document = junitparser.JUnitXml.fromfile(str(path))
        cases = [case for suite in document for case in suite]
        found = {}
        for case in cases:
            verdict, = case.result or [None]
            kind = type(verdict).__name__.lower() if verdict is not None else "passed"
            message = verdict.message if verdict is not None else ""
            found[case.classname, case.name] = kind, message
            if kind in ("failure", "error"):
                self.assertIn(message, verdict.text)
        # What a consumer adds up is what the file says.
        kinds = [kind for kind, _ in found.values()]
        said = document.tests, document.failures, document.errors, document.skipped
        self.assertEqual(said, (len(cases), kinds.count("failure"), kinds.count("error"),
                                kinds.count("skipped")))
        for suite in document:
            said = suite.tests, suite.failures, suite.errors, suite.skipped
            suite.update_statistics()
            self.assertEqual((suite.tests, suite.failures, suite.errors, suite.skipped), said)
        return found

    def tap(self, path=None):
        """{title: (verdict, YAML block)} and why it bailed out, through TAP::Parser; prove has to
        come to the same."""
        path = path or self.dir / "report.tap"
        program = r"""
            use strict; use warnings; use TAP::Parser; use JSON::PP;
            open my $in, '<:raw', $ARGV[0] or die $!;
            my $parser = TAP::Parser->new({tap => do { local $/; <$in> }});
            my (@tests, $bail);
            while (my $r = $parser->next) {
              push @tests, [$r->description, $r->directive || ($r->is_ok ? 'ok' : 'not ok'), undef]
                if $r->is_test;
              $tests[-1][2] = $r->data if $r->is_yaml;
              $bail = $r->explanation if $r->is_bailout;
            }
            print JSON::PP->new->latin1->encode({tests => \@tests, bail => $bail,
              errors => [$parser->parse_errors], planned => $parser->tests_planned,
              skip_all => $parser->skip_all});"""
        done = subprocess.run(["perl", "-e", program, path], capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        read = json.loads(done.stdout)
        self.assertEqual(read["errors"], [])
        self.assertEqual(read["planned"], len(read["tests"]))
        tests = {self.unescaped(title): (verdict, block) for title, verdict, block in read["tests"]}
        self.assertEqual(len(tests), len(read["tests"]))
        prove = subprocess.run(["prove", "-e", "cat", path], capture_output=True)
        good = not read["bail"] and all(verdict != "not ok" for verdict, _ in tests.values())
        self.assertEqual(prove.returncode == 0, good, prove.stdout + prove.stderr)
        return tests, read["bail"], read["skip_all"]

    @staticmethod
    def unescaped(title):
        return re.sub(r"\\(.)", r"\1", title.removeprefix("- "))

    def prometheus(self, path=None):
        """{series: value}; promtool has nothing to say."""
        path = path or self.dir / "report.prom"
        text = path.read_bytes()
        lint = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
        self.assertEqual((lint.returncode, lint.stdout, lint.stderr), (0, b"", b""))
        samples = [line.rsplit(" ", 1) for line in text.decode().split("\n")
                   if line and not line.startswith("#")]
        self.assertEqual(len(dict(samples)), len(samples), "a series is there twice")
        return {series: float(value) for series, value in samples}

    def json_report(self, path=None):
        document = json.loads((path or self.dir / "report.json").read_bytes().decode("utf-8"))
        self.assertEqual(schemas.problems(document, "check-report"), [])
        for phase in document["phases"]:
            statuses = [result["status"] for result in phase["results"]]
            self.assertEqual(phase["summary"], {status: statuses.count(status)
                                                for status in phase["summary"]})
        return document

    def github(self, path=None):
        """[(level, properties, message)], unescaped as the runner of GitHub Actions does."""
        annotations = []
        for line in (path or self.dir / "report.txt").read_text().split("\n")[:-1]:
            match = re.fullmatch(r"::(error|warning) ([^:]*)::([^\r\n]*)", line)
            self.assertIsNotNone(match, line)
            level, properties, message = match.groups()
            self.assertEqual(re.findall(r"%(?!25|0D|0A)", message), [])
            properties = dict(pair.split("=", 1) for pair in properties.split(","))
            annotations.append((level, {key: self.plain(value) for key, value in properties.items()},
                                self.plain(message)))
        return annotations

    @staticmethod
    def plain(text):
        for escape, char in ("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%"):
            text = text.replace(escape, char)
        return text

    def all_tell(self, code, kind, message, command="deploy", database=None, results=0):
        """All five say that the run ended with this exit code, without a verdict."""
        junit = self.junit()
        self.assertEqual(junit.pop(("baseline", command)), ("error", message))
        self.assertEqual(len(junit), results)
        tests, bail, _ = self.tap()
        self.assertEqual(bail, message)
        self.assertEqual(tests[f"baseline {command}"][0], "not ok")
        document = self.json_report()
        self.assertEqual((document["exit_code"], document["error"]["kind"],
                          document["error"]["message"]), (code, kind, message))
        labels = f'command="{command}",database="{database or ""}"'
        self.assertEqual(self.prometheus()[f"baseline_run_exit_code{{{labels}}}"], code)
        level, properties, text = self.github()[0]
        self.assertEqual((level, properties["title"], text.split("\n")[0]),
                         ("error", f"baseline {command}", message))
