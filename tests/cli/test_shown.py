"""What is shown, and what is not: nothing of somebody else's reaches a terminal, a log or a reader of
reports as anything but text, and no value of the environment is shown."""

import json
import os
import re
import resource
import subprocess
import unittest

import nasty
import support

REPORTS = {"junit": "xml", "tap": "tap", "json": "json", "prometheus": "prom", "github": "txt",
           "html": "html"}


def quoted(text):
    """In double quotes for YAML, or as what it stands for where YAML cannot have it."""
    return json.dumps(text.decode(errors="backslashreplace").replace("\n", " "))


def sql(text):
    return f"CAST(x'{text.hex()}' AS TEXT)"


class Nasty(support.Case):
    """Each of the texts through each way in, into each format."""

    def runs(self, *args, reports=True, env=None):
        """One run for people and one as JSON, with a report of each kind: nothing of what they
        print is raw. The exit codes."""
        codes = []
        words = [word for kind, end in REPORTS.items() if reports
                 for word in ("--report", f"{kind}={self.home}/report.{end}")]
        for form in "human", "json":
            done = subprocess.run([support.BINARY, *args, "--format", form, *words],
                                  env=self.environment(env), cwd=self.dir, timeout=120,
                                  stdin=subprocess.DEVNULL, capture_output=True)
            codes.append(done.returncode)
            for name in "stdout", "stderr":
                self.clean(getattr(done, name), f"{name} of {args[0]}, {form}")
            if form == "json":
                json.loads(done.stdout)
        for kind, end in REPORTS.items() if reports else ():
            path = self.home / f"report.{end}"
            if path.exists():
                self.clean(path.read_bytes(), kind, github=kind == "github", html=kind == "html")
                path.unlink()
        return codes

    def clean(self, output, what, **options):
        self.assertEqual(nasty.problems(output, **options), [], f"{what}, '{self.text}'")

    def each(self, but=()):
        for self.text, text in nasty.TEXTS.items():
            if self.text not in but:
                yield text

    def test_values_and_names_of_checks(self):
        database = self.fresh()
        for text in self.each():
            suite = self.home / "suite.yaml"
            label = json.dumps(text.decode(errors="ignore").replace("\n", " ")[:200])
            suite.write_text(f"""version: 1
checks:
  - {{name: value, query: "SELECT {sql(text)}", value: no, hint: {quoted(text)}}}
  - {{name: rows, query: "SELECT {sql(text)}, 1", rows: 0}}
  - {{name: message, query: "SELECT json_extract('{{}}', {sql(text)})", value: no}}
  - {{name: skipped, query: SELECT 1, value: 1, skip: {quoted(text[:2000])}}}
  - {{name: {label}, query: SELECT 1, value: 2, tags: [{label}]}}
""")
            codes = self.runs("verify", "-d", database, "--checks", suite)
            self.assertIn(codes, ([1, 1], [2, 2]))  # 2: a suite cannot have such a name
            self.runs("checks", "list", "--checks", suite, reports=False)
            self.runs("checks", "lint", "--checks", suite, reports=False)

    def test_names_in_a_schema(self):
        for number, text in enumerate(self.each(but=["not UTF-8"])):  # Python cannot make one
            database = self.dir / f"{number}.db"
            name = text.decode().replace('"', '""')[:10_000]
            self.made(f'CREATE TABLE "{name}" ("{name}1", CONSTRAINT "{name}2" CHECK ("{name}1" > 0))',
                      database.name)
            for words in (["status", "-d", database], ["verify", "-d", database],
                          ["plan", "-d", database], ["backups", "create", "-d", database],
                          ["backups", "list", "-d", database],
                          ["deploy", "-d", database, "--yes", "--replace-any"],
                          ["verify", "-d", database], ["history", "-d", database],
                          ["rollback", "-d", database, "--yes"]):
                self.runs(*words, reports=words[0] in ("deploy", "verify", "rollback"))
            for name in "manifest.json", "history.jsonl", "baseline-record":
                for path in self.dir.glob(f"{number}.db.backups/**/{name}"):
                    self.clean(path.read_bytes(), path)

    def test_messages_of_sqlite(self):
        """A schema that SQLite cannot read names its objects in the message."""
        for number, text in enumerate(self.each(but=["not UTF-8"])):
            database = self.dir / f"{number}.db"
            name = text.decode().replace('"', '""')[:10_000]
            self.made(f'CREATE TABLE "{name}" (x); PRAGMA writable_schema = 1;'
                      "UPDATE sqlite_master SET rootpage = 99999", database.name)
            for words in (["status"], ["verify"], ["backups", "create"], ["plan"],
                          ["announce", "--live"], ["init", "-o", self.home / f"i{number}"],
                          ["checks", "generate", "-o", self.home / f"g{number}"]):
                self.runs(*words, "-d", database, reports=words[0] == "verify")

    def test_a_message_that_is_no_utf8(self):
        self.text = "not UTF-8"
        database = self.made("CREATE TABLE NAME (x)")
        content = database.read_bytes()
        database.write_bytes(content.replace(b"NAME", b"\xff\x9b\xc0\x1b"))
        for words in ["status"], ["plan"], ["verify"], ["backups", "create"]:
            self.runs(*words, "-d", database, reports=words[0] == "verify")

    def test_paths(self):
        for text in self.each(but=["long"]):
            directory = os.path.join(os.fsencode(self.dir), text.replace(b"/", b"_"))
            os.mkdir(directory)
            database = os.path.join(directory, b"app.db")
            for words in (["plan"], ["deploy", "--yes"], ["status"], ["status", "-v"], ["verify"],
                          ["history"], ["backups", "list"], ["backups", "verify"],
                          ["rollback", "--yes"], ["recover"]):
                self.runs(*words, "-d", database,
                          reports=words[0] in ("deploy", "verify", "rollback"))
            missing = os.path.join(directory, b"none.yaml")
            self.runs("verify", "-d", database, "--checks", missing)
            self.runs("plan", "-d", database, "-m", missing)
            self.runs("status", "--config", missing, reports=False)

    def test_output_of_commands(self):
        for text in self.each():
            database = self.legacy()
            said = self.home / "said"
            said.write_bytes(text)
            config = self.dir / "baseline.yaml"
            config.write_text(f"version: 1\napplication:\n  stop: ['true']\n"
                              f"  start: [sh, -c, 'cat {said}; cat {said} >&2; exit 3']\n")
            self.runs("deploy", "-d", database, "--yes")
            config.write_text(f"version: 1\napplication:\n  stop: [sh, -c, 'cat {said}; exit 3']\n")
            self.runs("deploy", "-d", database, "--yes")
            config.unlink()
            suite = self.home / "suite.yaml"
            suite.write_text(f"version: 1\nchecks:\n  - {{name: a, command: [cat, {said}], exit: 1}}\n"
                             f"  - {{name: b, command: [cat, {said}], stdout: no}}\n"
                             f"  - {{name: c, log: {said}, forbid: [.]}}\n")
            self.assertEqual(self.runs("verify", "-d", self.fresh("new.db"), "--checks", suite,
                                       "--allow-commands"), [1, 1])
            (self.dir / "new.db").unlink()

    def test_words_of_the_command_line(self):
        for text in self.each(but=["long"]):
            for words in ([text], ["deploy", b"--" + text], ["deploy", b"--wait=" + text],
                          ["deploy", b"--report=" + text], ["backups", text],
                          ["rollback", b"--to=" + text], ["verify", b"--only=" + text],
                          ["verify", b"--var=" + text]):
                self.runs(*words, reports=False)

    def test_a_terminal_gets_our_colours_only(self):
        name = "\x1b[32mdeployed\x1b[0m\x1b[2J"
        sound = self.made(f'CREATE TABLE "{name}" (x)')
        broken = self.made(f'CREATE TABLE "{name}" (x); PRAGMA writable_schema = 1;'
                           "UPDATE sqlite_master SET rootpage = 99999", "broken.db")
        for words in ["status", "-d", sound], ["plan", "-d", sound], ["backups", "create", "-d", broken]:
            terminal = self.terminal(*words, env={"TERM": "xterm"})
            terminal.finish()
            self.assertIn("deployed", terminal.text)
            self.assertNotIn("\x1b[2J", terminal.text)
            self.assertNotIn("\x1b[32mdeployed", terminal.text)


class Environment(support.Case):
    """What came from the environment."""

    SECRET = "it's-a s3cret\u00e9"

    def shown_by(self, *args, code, env):
        """All that a run leaves for people to read: what it prints, its reports, the history and
        the records."""
        words = [word for kind, end in REPORTS.items()
                 for word in ("--report", f"{kind}={self.home}/report.{end}")]
        done = self.baseline(*args, *words, env=env)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        text = done.stdout + done.stderr
        for path in [*self.home.glob("report.*"), *self.dir.rglob("history.jsonl"),
                     *self.dir.rglob("runs/*")]:
            text += path.read_text()
        return text

    def nowhere(self, secret, text):
        for form in (secret, secret.replace("'", "''"), json.dumps(secret)[1:-1], secret[:-1],
                     secret[1:], secret.encode().hex()):
            self.assertNotIn(form, text)

    def test_it_is_in_no_result(self):
        database = self.fresh()
        secret = self.SECRET
        (self.dir / "suite.yaml").write_text("""version: 1
vars: {TOKEN: x, OTHER: x}
checks:
  - {name: bound, query: 'SELECT :TOKEN', value: no}
  - {name: cut, query: "SELECT printf('%.190c', 'a') || :TOKEN || :OTHER", value: no}
  - {name: rows, query: "SELECT 1, 'a' || :TOKEN", rows: 0}
  - {name: set, query: "SELECT :TOKEN UNION SELECT :OTHER", result: [[1]]}
  - {name: message, query: "SELECT json_extract('{}', :TOKEN)", value: no}
  - {name: command, command: [sh, -c, 'echo "$1"; echo "$1" >&2; exit 3', sh, '${TOKEN}']}
  - {name: output, command: [printf, '%s', 'a${TOKEN}'], stdout: no}
""")
        (self.dir / "baseline.yaml").write_text(
            "version: 1\nchecks: suite.yaml\nallow_commands: true\n"
            "environment: [TOKEN]\nvars: {OTHER: '${HIDDEN}'}\n")
        env = {"TOKEN": secret, "HIDDEN": "another-" + secret}
        for words in ["verify", "-d", database], ["verify", "-d", database, "--format", "json"]:
            text = self.shown_by(*words, code=1, env=env)
            self.nowhere(secret, text)
            self.assertIn("${TOKEN}", text)
            self.assertIn("${HIDDEN}", text)
        self.nowhere(secret, self.succeeds("status", "-v", "-d", database, env=env))

    def test_it_is_in_no_error_of_a_suite(self):
        database = self.fresh()
        (self.dir / "suite.yaml").write_text(
            "version: 1\nchecks:\n  - {name: a, schema: '${TOKEN}.sql'}\n")
        (self.dir / "baseline.yaml").write_text(
            "version: 1\nchecks: suite.yaml\nenvironment: [TOKEN]\n")
        text = self.shown_by("verify", "-d", database, code=2, env={"TOKEN": "s3cret-of-mine"})
        self.assertIn("suite.yaml:3:23: error: cannot read ${TOKEN}.sql", text)
        self.nowhere("s3cret-of-mine", text)

    def test_it_is_in_no_output_of_a_hook(self):
        """Cut after it was concealed, and the longest first."""
        secret = "s3cret-of-mine"
        (self.dir / "baseline.yaml").write_text(
            "version: 1\napplication:\n"
            "  stop: [sh, -c, 'head -c 65530 /dev/zero | tr \"\\0\" x; echo; echo \"$1$2\";"
            " head -c 65525 /dev/zero | tr \"\\0\" y; exit 3', sh, '${LONG}', '${SHORT}']\n")
        text = self.shown_by("deploy", "-d", self.legacy(), "--yes", code=4,
                             env={"LONG": secret, "SHORT": secret[:6]})
        self.nowhere(secret, text)
        self.assertNotIn(secret[6:], text)
        self.assertNotIn("mine", text)

    def test_a_suite_reads_only_what_is_passed_on(self):
        database = self.fresh()
        suite = self.dir / "suite.yaml"
        suite.write_text("version: 1\nchecks:\n  - {name: a, command: ['true', '${TOKEN}']}\n")
        words = ["verify", "-d", database, "--checks", suite, "--allow-commands"]
        done = self.baseline(*words, env={"TOKEN": "s3cret"})
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr.split("\n")[0],
                         f"{suite}:3:34: error: ${{TOKEN}} is not set: give it in 'vars', or pass it on"
                         " with 'environment: [TOKEN]' in baseline.yaml")
        config = self.dir / "baseline.yaml"
        config.write_text("version: 1\nenvironment: [TOKEN]\n")
        self.assertEqual(self.baseline(*words, env={"TOKEN": "s3cret"}).returncode, 0)
        # One that is not set is as if nothing were said.
        self.assertEqual(self.baseline(*words).returncode, 2)
        self.assertIn("environment     TOKEN (not set)",
                      re.sub(" +", " ", self.succeeds("status", "-v", "-d", database)).replace(
                          "environment ", "environment     "))

    def test_a_var_that_the_environment_would_have_set_is_pointed_out(self):
        suite = self.dir / "suite.yaml"
        suite.write_text("version: 1\nvars: {PORT: 1}\nchecks:\n"
                         "  - {name: a, query: 'SELECT :PORT', value: 1}\n")
        done = self.baseline("verify", "-d", self.fresh(), "--checks", suite, env={"PORT": "2"})
        self.assertEqual(done.returncode, 0)
        self.assertIn(f"warning: {suite}:2:8: the environment has another 'PORT', which suites do not"
                      " see; 'environment: [PORT]' in baseline.yaml passes it on", done.stderr)

    def test_a_name_that_is_none(self):
        (self.dir / "baseline.yaml").write_text("version: 1\nenvironment: [A, 'B C', 5]\n")
        self.refuses(2, "baseline.yaml:2:18: error: 'B C' is no name of a variable: letters, digits and"
                        " _ only\nbaseline.yaml:2:25: error: '5' is no name of a variable: letters,"
                        " digits and _ only\nbaseline: error: baseline.yaml has 2 errors\n"
                        "  hint: correct it; nothing was touched\n", "status")


class Shortage(support.Case):
    def test_descriptors_that_ran_out_are_nobodys_fault(self):
        """Exit code 5 and the limit to raise; never that a file or a backup cannot be used."""
        database = self.legacy()
        self.succeeds("deploy", "-d", database, "--yes")
        suite = self.dir / "suite.yaml"
        suite.write_text("version: 1\nchecks:\n  - {name: a, query: SELECT 1, value: 1}\n")
        migration = support.MIGRATION
        for words in (["status"], ["verify", "--checks", suite], ["plan", "-m", migration, "--again"],
                      ["backups", "list"], ["backups", "verify"], ["backups", "create"],
                      ["rollback", "--yes", "--dry-run"], ["history"]):
            for limit in range(4, 20):
                with self.subTest(words[0], limit=limit):
                    done = self.limited(limit, *words, "-d", database)
                    if "error while loading shared libraries" in done.stderr:
                        continue  # the loader's
                    if done.returncode not in (0, 1):
                        self.assertEqual(done.returncode, 5, done.stderr)
                        self.assertRegex(done.stderr, "Too many open files")

    def limited(self, descriptors, *args):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
        return subprocess.run([support.BINARY, *map(str, args)], env=self.environment(), cwd=self.dir,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              preexec_fn=limit, timeout=60)


class Hints(support.Case):
    """Every option that a message names is one of some command; with its command in the text, of that."""

    COMMAND = re.compile(r"baseline ((?:[a-z]+(?:-[a-z]+)?)(?: (?:list|verify|create|export|prune|lint|generate"
                         r"|mutate|json-schema))?)((?: [^;\"`]*)?)")
    OPTION = re.compile(r"(?<![\w'-])--[a-z][a-z-]+")
    # Options of other programs, which we start or name.
    FOREIGN = {"--runtime", "--chat", "--option", "--reference", "--user"}

    def help_of(self, *words):
        done = self.baseline(*words, "--help")
        return set(self.OPTION.findall(done.stdout)) if done.returncode == 0 else None

    def commands(self, *words):
        """All commands, as the help texts list them."""
        listed = self.succeeds(*words, "--help").partition("\nOptions:")[0]
        for name in re.findall(r"(?m)^  ([a-z][a-z-]*)  ", listed):
            yield (*words, name)
            if name in ("backups", "checks", "config"):
                yield from self.commands(name)

    def test_options_in_messages_exist(self):
        known = {}
        for words in self.commands():
            known[" ".join(words)] = self.help_of(*words) or set()
        self.assertGreater(len(known), 15)
        everywhere = set().union(*known.values()) | self.FOREIGN | set(self.OPTION.findall(
            self.succeeds("--help")))
        seen = 0
        for path in sorted((support.PROJECT / "src").rglob("*.cpp")):
            source = re.sub(r'"\s*\n\s*"', "", path.read_text())
            for text in re.findall(r'"((?:[^"\\\n]|\\.)*)"', source):
                for option in self.OPTION.findall(text):
                    seen += 1
                    self.assertIn(option, everywhere, f"{path.name}: {text}")
                for command, rest in self.COMMAND.findall(text):
                    for words in (command, command.split()[0]):
                        if words in known:
                            missing = set(self.OPTION.findall(rest)) - known[words]
                            self.assertEqual(missing, set(), f"{path.name}: {text}")
                            break
        self.assertGreater(seen, 50)


if __name__ == "__main__":
    unittest.main()
