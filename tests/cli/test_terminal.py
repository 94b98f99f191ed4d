"""What people see in a terminal, and that nothing of it gets into files and pipes.

The screens in tests/golden/terminal/ are what pyte, a terminal in Python, shows after the program has
run in it, without times and ids. After a change of the texts, look at what

    BASELINE_UPDATE_GOLDEN=1 BASELINE_BINARY=… python3 -m unittest test_terminal.Screens

makes of them."""

import os
import re
import unittest

import support
from support import query

try:
    import screens
except ImportError:
    screens = None

GOLDEN = support.PROJECT / "tests/golden/terminal"
COLUMNS = 160  # the temporary directory must not make a line wrap
STEPS = ["look at the database", "build the candidate", "check the candidate",
         "freeze the old database", "swap", "check the live database", "seal the backup"]


class Case(support.Case):
    def slow_copy(self):
        """A deploy in a terminal that copies for some seconds."""
        self.big("app.db", 24)
        return self.slow_terminal("deploy", "-d", "app.db", "-y", "--backup", "copy", delay=20_000)


@unittest.skipUnless(screens, "needs python3-pyte")
class Screens(Case):
    def see(self, name, code, *args, answer=None):
        """The program ends with this code, and the screen is the golden one."""
        terminal = self.terminal(*args, env={"TERM": "xterm"}, columns=COLUMNS)
        if answer:
            terminal.read_until("Go on? [y/N] ")
            terminal.type(answer)
        self.assertEqual(terminal.finish(), code, terminal.text)
        screen = screens.steady(screens.shown(terminal.text, COLUMNS), self.dir)
        path = GOLDEN / f"{name}.txt"
        if os.environ.get("BASELINE_UPDATE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(screen)
        self.assertEqual(screen, path.read_text())

    def suite(self, text):
        (self.dir / "own.yaml").write_text(f"version: 1\nchecks: [{text}]\n")
        return "own.yaml"

    def test_deploy_and_rollback(self):
        self.legacy("pinball_bot.db")
        self.see("plan", 0, "plan", "-d", "pinball_bot.db")
        self.see("deploy", 0, "deploy", "-d", "pinball_bot.db", answer="y\n")
        self.see("verify", 0, "verify", "-d", "pinball_bot.db")
        self.see("status", 0, "status", "-d", "pinball_bot.db")
        self.see("rollback", 0, "rollback", "-d", "pinball_bot.db", answer="y\n")

    def test_a_check_that_fails_before_the_swap(self):
        self.legacy("pinball_bot.db")
        suite = self.suite("{name: a channel is there, when: before,"
                           " query: SELECT count(*) FROM channel_configs, value: 1}")
        self.see("deploy_failed_before", 1, "deploy", "-d", "pinball_bot.db", "--checks", suite, "-y")

    def test_a_check_that_fails_after_the_swap(self):
        self.legacy("pinball_bot.db")
        suite = self.suite("{name: a channel is there, when: after,"
                           " query: SELECT count(*) FROM channel_configs, value: 1}")
        self.see("deploy_failed_after", 1, "deploy", "-d", "pinball_bot.db", "--checks", suite, "-y")

    def test_many_checks_that_fail(self):
        """The first are opened, the others named."""
        self.fresh("pinball_bot.db")
        suite = self.suite(", ".join(f"{{name: check {n}, query: SELECT {n}, value: 0}}"
                                     for n in range(1, 7)) +
                           ", {name: of cases, cases: [{x: 1}, {x: 2}], query: 'SELECT :x', value: 3}")
        self.see("verify_failed", 1, "verify", "-d", "pinball_bot.db", "--checks", suite)

    def test_an_error(self):
        database = self.legacy("pinball_bot.db")
        self.see("error", 2, "rollback", "-d", database)

    def test_nothing_is_left_of_the_bar(self):
        terminal = self.slow_copy()
        terminal.read_until("copy the old database  █")
        self.assertEqual(terminal.finish(), 0)
        screen = screens.shown(terminal.text)
        self.assertNotIn("█", screen)
        self.assertEqual(re.findall(r"^  ✓  .{8}  (.*)$", screen, re.MULTILINE),
                         [*STEPS[:4], "copy the old database", *STEPS[4:]])

    def test_ctrl_c_in_a_long_copy(self):
        terminal = self.slow_copy()
        terminal.read_until("copy the old database  ")
        terminal.type("\x03")
        self.assertEqual(terminal.finish(), 130, terminal.text)
        lines = screens.shown(terminal.text).splitlines()
        self.assertEqual(lines[-1], "baseline: interrupted; the old database is in place")
        self.assertEqual(lines[-2], "")
        self.assertRegex(lines[-3], "^  ✗  .{8}  copy the old database$")


class Bar(Case):
    """Each state of the changing line, one after the other."""

    def states(self, text):
        return [line for line in re.split(r"\r|\n", text) if "copy the old database  " in line]

    def test_says_how_far_and_how_long(self):
        terminal = self.slow_copy()
        self.assertEqual(terminal.finish(), 0)
        self.assertRegex(self.states(terminal.text)[0],
                         r"^  copy the old database  █*░+ +[\d.]+ MiB of \d+ MiB +[\d.]+ MiB/s +\d+ s left"
                         r"\x1b\[K$")

    def test_a_terminal_that_gets_narrower(self):
        """What was drawn is wrapped there: all of its lines go, and what comes is shorter."""
        terminal = self.slow_copy()
        terminal.read_until("copy the old database  ")
        terminal.resize(40)
        self.assertEqual(terminal.finish(), 0)
        _, _, after = terminal.text.partition("\r\x1b[1A\x1b[J")
        states = self.states(after)
        self.assertTrue(states, terminal.text)
        for state in states:
            self.assertLess(len(state.removesuffix("\x1b[K")), 40)

    def test_nobody_waits_for_a_terminal_that_stands_still(self):
        """Ctrl-S must not keep the database out of use."""
        database = self.legacy()
        terminal = self.terminal("deploy", "-d", "app.db", env={"TERM": "xterm"})
        terminal.read_until("Go on? [y/N] ")
        terminal.type("\x13")
        terminal.type("y\n")
        self.until(lambda: (self.dir / "app.db.backups/history.jsonl").exists()
                   and not (self.dir / ".app.db.baseline-journal").exists(), "the deploy is done")
        self.assert_at_baseline(database)
        self.assertNotIn("swap", terminal.text)
        terminal.type("\x11")
        self.assertEqual(terminal.finish(), 0)
        for step in STEPS:
            self.assertIn(f"  {step}\n", terminal.text)


class Elsewhere(support.Case):
    """Not a terminal, or not one that can do much."""

    def test_no_escapes_in_pipes(self):
        database = self.legacy()
        out = ""
        for words in (["plan"], ["deploy", "-v"], ["verify", "-v"], ["status"], ["rollback", "-v"],
                      ["history"], ["backups", "list"], ["backups", "verify", "-v"],
                      ["backups", "create", "-v"], ["recover"], ["verify"], ["checks", "list"],
                      ["checks", "lint"], ["deploi"]):
            options = [] if words[0] in ("checks", "deploi") else ["-d", database]
            done = self.baseline(*words, *options, env={"TERM": "xterm"})
            out += done.stdout + done.stderr
        self.assertIn("FAIL  schema", out)
        self.assertNotIn("\x1b", out)
        self.assertNotIn("\r", out)

    def test_no_bar_in_a_pipe(self):
        big = self.big("big.db", 24)
        done = self.command("strace", "-f", "-o", "/dev/null", "-e", "trace=pread64", "-e",
                            "inject=pread64:delay_enter=6000", support.BINARY, "deploy",
                            "-d", big, "--backup", "copy", env={"TERM": "xterm"})
        self.assertEqual((done.returncode, done.stderr), (0, support.READY))

    def test_a_terminal_that_can_only_write_lines(self):
        for name in "dumb", "":
            with self.subTest(name):
                self.legacy()
                terminal = self.terminal("deploy", "-d", "app.db", "-y", "--again",
                                         env={"TERM": name})
                self.assertEqual(terminal.finish(), 0)
                self.assertNotIn("\x1b", terminal.text)
                self.assertNotIn("\r", terminal.text)
                self.assertIn("  swap\n", terminal.text)

    def test_no_color(self):
        self.legacy()
        terminal = self.terminal("deploy", "-d", "app.db", "-y",
                                 env={"TERM": "xterm", "NO_COLOR": "1"})
        self.assertEqual(terminal.finish(), 0)
        self.assertIn("\x1b[K", terminal.text)  # it is a terminal all the same
        self.assertNotRegex(terminal.text, r"\x1b\[[\d;]*m")

    def test_one_stream_in_a_file(self):
        """What goes to the file is plain, what goes to the terminal is not."""
        for number, stream in (2, "stdout"), (1, "stderr"):
            with self.subTest(stream):
                self.legacy()
                terminal = self.terminal_of("/bin/sh", "-c", f"exec '{support.BINARY}' deploy -d"
                                            f" app.db -y -v --again {number}>file",
                                            env={"TERM": "xterm"})
                self.assertEqual(terminal.finish(), 0)
                text = (self.dir / "file").read_text()
                self.assertNotIn("\x1b", text)
                self.assertIn("  swap\n" if number == 2 else "deployed: ", text)
                self.assertIn("\x1b[32m", terminal.text)
                self.assertIn("deployed:" if number == 2 else "  swap\n", terminal.text)

    def test_quiet(self):
        self.legacy()
        terminal = self.terminal("deploy", "-d", "app.db", "-y", "-q", env={"TERM": "xterm"})
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual(terminal.text, "")

    def test_the_command_of_a_gate_gets_a_clean_line(self):
        self.fresh()
        terminal = self.terminal("run", "-d", "app.db", "--", "echo", "started",
                                 env={"TERM": "xterm"})
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual(terminal.text, "started\n")


class Ascii(support.Case):
    def outputs(self, env):
        """Of a database of its own: a second deploy of the same would be refused."""
        self.places = getattr(self, "places", 0) + 1
        database = self.legacy(f"app{self.places}.db")
        suite = self.dir / "own.yaml"
        suite.write_text("version: 1\nchecks: [{name: three, query: SELECT 1, value: 3}]\n")
        for args in (["deploy", "-v"], ["history"], ["status"], ["backups", "list"],
                     ["verify", "--checks", suite], ["checks", "mutate", "--checks", suite],
                     ["deploy", "--again", "-v", "--checks", suite]):
            options = [] if args[0] == "checks" else ["-d", database]
            done = self.baseline(*args, *options, env=env)
            yield done.stdout + done.stderr
        yield self.succeeds("--help", env=env)

    def test_where_the_locale_is_not_utf8(self):
        for env in ({"LANG": "C"}, {"LANG": ""}, {"LC_ALL": "POSIX"}, {"LC_ALL": "C"},
                    {"LC_ALL": "de_DE.ISO-8859-1"}, {"LC_CTYPE": "C"}):
            with self.subTest(env):
                out = "".join(self.outputs(env))
                self.assertTrue(out.isascii(), re.findall(r"[^\x00-\x7f]", out))
                for text in "  +  ", "FAIL  own > three", "sha256 8e40adb9728a...":
                    self.assertIn(text, out)

    def test_where_it_is(self):
        """Also where it is not installed: whoever comes by ssh brings his own."""
        for env in {"LANG": "xx_XX.UTF-8"}, {"LC_ALL": "C.utf8", "LANG": "C"}:
            with self.subTest(env):
                out = "".join(self.outputs(env))
                for text in "  ✓  ", "FAIL  own › three", "sha256 8e40adb9728a…":
                    self.assertIn(text, out)

    def test_names_are_left_as_they_are(self):
        database = self.made("CREATE TABLE \"größe\" (x)")
        self.assertIn("größe", self.succeeds("plan", "-d", database, "--replace-any",
                                             env={"LC_ALL": "C"}))

    def test_documents_are_utf8_in_any_case(self):
        self.legacy()
        for args in ["checks", "json-schema"], ["config", "json-schema"], \
                    ["status", "-d", "app.db", "--format", "json"]:
            self.assertEqual(*(re.sub(r"\d+", "", self.succeeds(*args, env=env))
                               for env in ({"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"})))

    def test_every_mark_has_its_ascii(self):
        marks = set()
        for path in (support.PROJECT / "src").rglob("*.cpp"):
            if path.parent.name == "page":
                continue  # HTML says that it is UTF-8
            code = re.sub(r"//.*", "", path.read_text())
            marks |= set(re.findall(r"[^\x00-\x7f]", "".join(re.findall(r'"(?:[^"\\]|\\.)*"', code))))
        known = (support.PROJECT / "src/report/marks.cpp").read_text()
        self.assertEqual([mark for mark in sorted(marks) if f'{{"{mark}", "' not in known], [])


if __name__ == "__main__":
    unittest.main()
