"""The manual of the check language is true: what it shows is run.

docs/checks-tutorial.md is typed along from top to bottom, as its reader would. A comment in the line
before a block says what is not plain:

    <!-- file: NAME -->   the block is written to this file
    <!-- exit 1 -->       the commands of the block end with this exit code
    <!-- prints -->       the block is what the commands before it have printed; times, sizes and
                          directories differ, and a line with … alone stands for any lines

Each YAML block of docs/checks-recipes.md and docs/checks.md is a list of checks, or with
<!-- whole file --> a suite. They run on the tutorial's schema, and pass.
"""

import http.server
import re
import textwrap
import threading
import unittest

import support

DOCS = support.PROJECT / "docs"
BLOCK = re.compile(r"(?:^<!-- (?P<comment>[^\n]*) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
                   re.MULTILINE | re.DOTALL)

# What a recipe says that it needs, and the tutorial's schema does not have.
NEEDS = {
    "the table alembic_version":
        "CREATE TABLE alembic_version (version_num TEXT NOT NULL);"
        "INSERT INTO alembic_version VALUES ('9275fe03c648');",
    "the trigger keep_paid":
        "CREATE TRIGGER keep_paid BEFORE UPDATE OF total_cents ON orders WHEN old.state = 'paid' "
        "BEGIN SELECT RAISE(ABORT, 'paid orders do not change'); END;",
}


def blocks(page):
    """(line, comment, language, text) of every fenced block of a page."""
    source = (DOCS / page).read_text()
    found = [(source[:match.start("text")].count("\n"), match["comment"] or "", match["language"],
              match["text"]) for match in BLOCK.finditer(source)]
    assert 2 * len(found) == len(re.findall(r"^ *```", source, re.MULTILINE)), page
    return found


def plain(printed):
    """Without what differs from run to run: directories, times, and the space that is free."""
    printed = re.sub(r"/(?:[\w.-]+/)+", "/DIR/", printed)
    printed = re.sub(r"\b\d+(\.\d+)? (ms|s)\b", "TIME", printed)
    return re.sub(r"\b[\d.]+ [KMGT]iB free", "SIZE free", printed)


def pattern_of(printed):
    return "".join(r"(?:.*\n)*?" if line == "…" else re.escape(line) + r"\n"
                   for line in plain(printed).splitlines())


class Manual(support.Case):
    def setUp(self):
        super().setUp()
        programs = self._scratch / "bin"
        programs.mkdir()
        (programs / "baseline").symlink_to(support.BINARY)
        self.path = f"{programs}:{self.environment()['PATH']}"

    def write(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run_commands(self, commands):
        return self.command("bash", "-euo", "pipefail", "-c", commands, env={"PATH": self.path})


class Tutorial(Manual):
    def test_from_top_to_bottom(self):
        done, printed = None, 0
        for line, comment, language, text in blocks("checks-tutorial.md"):
            with self.subTest(line=line):
                if comment.startswith("file: "):
                    self.write(comment.removeprefix("file: "), text)
                elif language == "sh":
                    done = self.run_commands(text)
                    wanted = int(comment.removeprefix("exit ") or 0)
                    self.assertEqual(done.returncode, wanted, done.stdout + done.stderr)
                else:
                    self.assertEqual((comment, language), ("prints", ""))
                    self.assertRegex(plain(done.stdout), rf"\A{pattern_of(text)}\Z", text)
                    printed += 1
        self.assertGreater(printed, 3)


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


class Recipes(Manual):
    def setUp(self):
        super().setUp()
        self.sql = next(text for _, comment, _, text in blocks("checks-tutorial.md")
                        if comment == "file: 1a_orders.sql")
        self.write("models.sql", self.sql)
        server = http.server.HTTPServer(("127.0.0.1", 0), Health)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.write("shop/check.py", "print('all is well: ' 'all well')\n")
        self.outside = {"SHOP_LOG": str(self.write("shop.log", "listening on port 8080\n")),
                        "PORT": str(server.server_address[1]),
                        "DATABASE": str(self.dir / "shop.db")}
        fixtures = next(text for _, comment, language, text in reversed(blocks("checks-recipes.md"))
                        if language == "yaml" and comment == "whole file")
        self.head = fixtures[:fixtures.index("checks:\n")]

    def suite_of(self, comment, text):
        if comment == "whole file":
            return text
        return f"{self.head}checks:\n{textwrap.indent(text, '  ')}"

    def run_block(self, comment, text):
        """Runs the checks of a block on a fresh database, before the swap and afterwards."""
        migration = self.write("1a_orders.sql",
                               self.sql + NEEDS.get(comment.removeprefix("needs: "), ""))
        trivial = self.write("trivial.yaml",
                             "version: 1\nchecks: [{name: a, query: SELECT 1, value: 1}]\n")
        suite = self.write("own.yaml", self.suite_of(comment, text))
        self.write("shop.db", "").unlink()
        self.succeeds("deploy", "-d", "shop.db", "-m", migration, "--checks", trivial)
        ran = 0
        for command, phase, database in [("plan", "before", "none.db"),
                                         ("verify", "after", "shop.db")]:
            done = self.baseline(command, "-d", database, "-m", migration, "--checks", suite,
                                 "--allow-commands", env=self.outside)
            if done.returncode == 2 and re.search("no check r[au]n", done.stderr):
                continue
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            ran += 1
            self.assertRegex(done.stdout, rf"checks {phase} +\d+ passed \(")
        self.assertGreater(ran, 0)

    def run_page(self, page):
        ran = 0
        for line, comment, language, text in blocks(page):
            if language != "yaml":
                continue
            with self.subTest(page=page, line=line):
                self.run_block(comment, text)
            ran += 1
        return ran

    def test_recipes(self):
        self.assertGreater(self.run_page("checks-recipes.md"), 15)

    def test_commands_of_the_recipes(self):
        suite = next(text for _, comment, language, text in reversed(blocks("checks-recipes.md"))
                     if language == "yaml" and comment == "whole file")
        self.write("checks/shop.yaml", suite)
        self.write("1a_orders.sql", self.sql)
        for line, _, language, text in blocks("checks-recipes.md"):
            if language != "sh":
                continue
            for command in text.splitlines():
                with self.subTest(line=line, command=command):
                    done = self.run_commands(command)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Errors(unittest.TestCase):
    """docs/checks-errors.md has every message with which the loader refuses a suite."""

    LITERAL = r'"(?:[^"\\]|\\.)*"'
    # Parts of other messages.
    PARTS = {"a number or text", "a text or number", "a whole number", "text",
             "the suites have …"}

    def messages(self):
        """The first text of each call that reports an error, with … for what differs."""
        sources = [*(support.PROJECT / "src/checks").rglob("*.cpp"),
                   *(support.PROJECT / "src/yaml").glob("*.cpp")]
        call = re.compile(r"\b(?:error|add)\(\s*(?:[\w.:>-]+(?:\([^()\"]*\))?,\s*)?(?:fmt::format\(\s*)?"
                          rf"({self.LITERAL}(?:\s*{self.LITERAL})*)")
        for source in sources:
            for found in call.finditer(source.read_text()):
                text = "".join(part[1:-1] for part in re.findall(self.LITERAL, found[1]))
                text = text.replace('\\"', '"')
                if "fmt::format" in found[0]:
                    text = re.sub(r"\{\{|\}\}|\{[^{}]*\}",
                                  lambda m: {"{{": "{", "}}": "}"}.get(m[0], "…"), text)
                yield source.name, text

    def test_every_message_has_its_line(self):
        page = (DOCS / "checks-errors.md").read_text()
        found = [(name, text) for name, text in self.messages() if text not in self.PARTS]
        self.assertGreater(len(found), 50)
        for name, text in found:
            with self.subTest(source=name):
                # A suggestion comes behind a message.
                self.assertIn(text.rstrip("… "), page)


if __name__ == "__main__":
    unittest.main()
