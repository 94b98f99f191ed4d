"""The help texts, word for word: tests/golden/help/ has one file for each command, as it is printed
into a pipe. After a change, BASELINE_GOLDEN=write writes them anew; read the difference."""

import os
import re
import unittest

import support

GOLDEN = support.PROJECT / "tests/golden/help"
PROGRAM = "baseline.txt"


def commands_in(text):
    """The commands that a help text lists."""
    return re.findall(r"(?m)^  ([a-z][a-z-]*)  +\S", text.partition("\nExit codes:")[0])


class Texts(support.Case):
    def pages(self):
        """{file: words} of every help text that can be reached from that of the program."""
        found = {PROGRAM: []}
        for command in commands_in(self.succeeds("--help")):
            found[f"{command}.txt"] = [command]
            for part in commands_in(self.succeeds("help", command)):
                found[f"{command}-{part}.txt"] = [command, part]
        return found

    def test_are_the_golden_ones(self):
        pages = self.pages()
        self.assertGreater(len(pages), 20)
        if os.environ.get("BASELINE_GOLDEN") == "write":
            for path in GOLDEN.glob("*.txt"):
                path.unlink()
            GOLDEN.mkdir(exist_ok=True)
            for name, words in pages.items():
                (GOLDEN / name).write_text(self.succeeds(*words, "--help"))
        self.assertEqual({path.name for path in GOLDEN.iterdir()}, set(pages))
        for name, words in pages.items():
            with self.subTest(name):
                text = self.succeeds(*words, "--help")
                self.assertEqual(text, (GOLDEN / name).read_text())
                self.assertEqual(text, self.succeeds(*words, "-h"))
                if words != ["help"]:
                    self.assertEqual(text, self.succeeds("help", *words))

    def test_are_laid_out_well(self):
        for name, words in self.pages().items():
            with self.subTest(name):
                text = self.succeeds(*words, "--help")
                self.assertEqual([line for line in text.split("\n") if len(line) > 80], [])
                self.assertNotIn("\n\n\n", text)
                self.assertNotRegex(text, r"(?m) $")
                self.assertRegex(text, r"\A[A-Z](.|\n(?!\n))+\.\n\nUsage: baseline ")
                self.assertRegex(text, r"[^\n]\n\Z")

    def test_the_program_lists_first_what_matters_first(self):
        self.assertEqual(commands_in(self.succeeds())[:3],
                         ["deploy", "verify", "rollback"])

    def test_every_variable_of_the_settings_is_named(self):
        source = (support.PROJECT / "src/config/settings.cpp").read_text()
        known = set(re.findall(r'"(BASELINE_[A-Z_]+|DATABASE_PATH)"', source))
        texts = [self.succeeds(*words, "--help") for words in self.pages().values()]
        told = set(re.findall(r"\[env: (\w+)\]", "".join(texts)))
        self.assertGreater(len(known), 10)
        self.assertEqual(told, known | {"NO_COLOR"})


class Width(support.Case):
    def widest(self, columns, *words, **variables):
        terminal = support.Terminal(
            ["/bin/sh", "-c", f'stty cols {columns}; exec "$0" "$@"', str(support.BINARY), *words],
            self.environment({"TERM": "xterm", "NO_COLOR": "1", **variables}), self.dir)
        self.addCleanup(terminal.close)
        self.assertEqual(terminal.finish(), 0)
        return max(map(len, terminal.text.split("\n")))

    def test_is_that_of_the_terminal(self):
        self.assertLessEqual(self.widest(70, "checks", "generate", "--help"), 70)
        self.assertIn(self.widest(90, "deploy", "--help"), range(81, 91))

    def test_is_readable_on_a_wide_one(self):
        self.assertIn(self.widest(250, "deploy", "--help"), range(91, 101))

    def test_headings_are_strong_on_a_terminal(self):
        terminal = self.terminal("--help", env={"TERM": "xterm"})
        self.assertEqual(terminal.finish(), 0)
        self.assertIn("\x1b[1mUsage:\x1b[0m baseline", terminal.text)


class Meant(support.Case):
    def hint(self, *words):
        done = self.baseline(*words)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        return re.search(r"\n  hint: (.*)\n\Z", done.stderr)[1]

    def test_a_command(self):
        for typed, meant in [("deploi", "deploy"), ("roll", "rollback"), ("restore", "rollback"),
                             ("lint", "checks lint"), ("backup", "backups"),
                             ("version", "--version"), ("hlep", "help")]:
            with self.subTest(typed):
                self.assertEqual(self.hint(typed), f"did you mean '{meant}'?")
        self.assertEqual(self.hint("backups", "exprot"), "did you mean 'export'?")
        self.assertEqual(self.hint("help", "backups", "exprot"), "did you mean 'export'?")

    def test_an_option(self):
        self.assertEqual(self.hint("deploy", "--databse=app.db"), "did you mean '--database'?")
        self.assertEqual(self.hint("deploy", "--only", "x"),
                         "'--only' is an option of plan, verify, checks list and checks mutate")
        self.assertEqual(self.hint("deploy", "--xyzzy"), "see baseline deploy --help")

    def test_a_group_of_commands(self):
        self.refuses(2, "baseline: error: backups needs a command\n"
                        "  hint: name list, verify, prune, export or create; "
                        "see baseline backups --help\n", "backups")

    def test_an_option_before_the_command(self):
        self.assertIn("the command comes first", self.hint("--database", "app.db", "deploy"))


if __name__ == "__main__":
    unittest.main()
