"""The manual of the check language is true: what it shows is run.

Each YAML block of docs/checks-recipes.md is a list of checks, or with <!-- whole file --> a suite. They
run on the schema of docs/checks-tutorial.md, and pass. Those of docs/checks.md can be loaded, but for
what is marked as a <!-- fragment -->.
"""

import http.server
import re
import textwrap
import threading
import unittest

import pages
import support

TUTORIAL = "docs/checks-tutorial.md"
RECIPES = "docs/checks-recipes.md"

# What a recipe says that it needs, and the tutorial's schema does not have.
NEEDS = {
    "the table alembic_version":
        "CREATE TABLE alembic_version (version_num TEXT NOT NULL);"
        "INSERT INTO alembic_version VALUES ('9275fe03c648');",
    "the trigger keep_paid":
        "CREATE TRIGGER keep_paid BEFORE UPDATE OF total_cents ON orders WHEN old.state = 'paid' "
        "BEGIN SELECT RAISE(ABORT, 'paid orders do not change'); END;",
}


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


class Recipes(pages.Reader):
    def setUp(self):
        super().setUp()
        self.sql = next(block.text for block in pages.blocks(TUTORIAL)
                        if block.comment == "file: 1a_orders.sql")
        self.write("models.sql", self.sql)
        server = http.server.HTTPServer(("127.0.0.1", 0), Health)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.write("shop/check.py", "import os, sys\n"
                   "print('all well' if os.path.getsize(sys.argv[2]) else 'empty')\n")
        self.write("exports/orders.csv", "id,total_cents\n")
        self.outside = {"SHOP_LOG": str(self.write("shop.log", "listening on port 8080\n")),
                        "PORT": str(server.server_address[1])}
        self.write("baseline.yaml",
                   f"version: 1\nenvironment: [BOT_LOG, {', '.join(self.outside)}]\n")
        self.suite = next(block.text for block in reversed(pages.blocks(RECIPES))
                          if block.comment == "whole file")
        self.head = self.suite[:self.suite.index("checks:\n")]

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
            self.assertRegex(done.stdout, rf"checks {phase} +\d+ passed")
        self.assertGreater(ran, 0)

    def run_page(self, page):
        ran = 0
        for block in pages.blocks(page):
            if block.language == "yaml":
                with self.subTest(page=page, line=block.line):
                    self.run_block(block.comment, block.text)
                ran += 1
        return ran

    def test_recipes(self):
        self.assertGreater(self.run_page(RECIPES), 15)

    def test_commands_of_the_recipes(self):
        self.write("checks/shop.yaml", self.suite)
        self.write("1a_orders.sql", self.sql)
        for block in pages.blocks(RECIPES):
            for command in block.text.splitlines() if block.language == "sh" else []:
                with self.subTest(line=block.line, command=command):
                    done = self.run_commands(command)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_reference(self):
        """The examples of the reference fit the built-in migration."""
        found = 0
        for block in pages.blocks("docs/checks.md"):
            if block.language == "yaml" and block.comment != "fragment":
                text = block.text if block.text.startswith("version:") \
                    else f"version: 1\nchecks:\n{textwrap.indent(block.text, '  ')}"
                self.succeeds("checks", "lint", "--checks", self.write("own.yaml", text),
                              env={**self.outside, "BOT_LOG": "bot.log"})
                found += 1
        self.assertGreater(found, 2)


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
        page = pages.text_of("docs/checks-errors.md")
        found = [(name, text) for name, text in self.messages() if text not in self.PARTS]
        self.assertGreater(len(found), 50)
        for name, text in found:
            with self.subTest(source=name):
                # A suggestion comes behind a message.
                self.assertTrue(text.rstrip("… ") in page, f"{text} is not in docs/checks-errors.md")


if __name__ == "__main__":
    unittest.main()
