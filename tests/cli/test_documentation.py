"""The documentation says what is so: its commands run as it tells, and its links lead somewhere.

Every page is followed from top to bottom by a reader (pages.py), but for those that test_manual.py reads.
"""

import re
import unittest

import pages
import support

# Their blocks need each other's parts: test_manual.py.
ELSEWHERE = {"docs/checks.md", "docs/checks-recipes.md"}
# All others speak of an old database of the bot.
FROM_NOTHING = {"docs/checks-tutorial.md", "docs/getting-started.md"}
# At least so many commands of the program are run; a page that is not here may have none.
COMMANDS = {"README.md": 10, "DEPLOYMENT.md": 30, "docs/checks-tutorial.md": 7,
            "docs/getting-started.md": 11, "docs/how-to/new-application.md": 8,
            "docs/how-to/ci.md": 8, "docs/how-to/huge-database.md": 6, "docs/generate.md": 2, "docs/reports.md": 4}


class Commands(pages.Reader):
    def test_every_page(self):
        ran = {}
        for page in pages.pages():
            if page not in ELSEWHERE:
                start = self.start_with_nothing if page in FROM_NOTHING else self.start_with_the_bot
                ran[page] = self.follow(page, start)
        for page, least in COMMANDS.items():
            self.assertGreaterEqual(ran[page], least, page)


class Blocks(unittest.TestCase):
    COMMENTS = {"sh": r"|fresh|exit \d+|not run: .{8,}", "console": r"not run: .{8,}",
                "": r"|prints", "yaml": r"|file: \S+|whole file|fragment|needs: .+"}

    def test_what_cannot_run_says_why_and_no_other_comment_is_there(self):
        for page in pages.pages():
            for block in pages.blocks(page):
                with self.subTest(page=page, line=block.line):
                    self.assertNotIn(block.language, {"bash", "shell"}, "write sh")
                    self.assertRegex(block.comment,
                                     f"^({self.COMMENTS.get(block.language, r'|file: [^ ]+')})$")

    def test_commands_are_in_blocks_that_are_run(self):
        """A block without a language is what a program prints, or a file."""
        for page in pages.pages():
            for block in pages.blocks(page):
                if block.language not in pages.SHELL:
                    self.assertNotRegex(block.text, r"(?m)^baseline \w",
                                        f"{page}:{block.line}: a command? write sh")


class Help(support.Case):
    """What is named in a line, and in blocks that cannot run, is there at least."""

    CALL = re.compile(r"(?:^|[|(;&=] ?|-- )(?:/usr/bin/)?baseline ((?:[a-z]|--[a-z])[^|;&>#)]*)")
    OPTION = re.compile(r"(?<![\w-])(--?[a-z][\w-]*)")

    def setUp(self):
        super().setUp()
        self.known = {}

    def options(self, words):
        """The options of a command; None when there is no such command."""
        if words not in self.known:
            done = self.baseline(*words, "--help")
            self.known[words] = (set(self.OPTION.findall(done.stdout)) if done.returncode == 0
                                 else None)
        return self.known[words]

    def lines(self, page):
        yield from re.findall(r"`((?:/usr/bin/)?baseline [^`\n]+)`", pages.prose(page))
        for block in pages.blocks(page):
            if block.comment.startswith("not run"):
                yield from block.text.replace("\\\n", " ").splitlines()

    def test_every_command_and_option_that_is_named_is_one(self):
        seen = 0
        for page in pages.pages():
            for line in self.lines(page):
                for call in self.CALL.findall(line):
                    call = call.split(" -- ")[0]
                    words = re.match(r"(?:[a-z]+(?:-[a-z]+)*(?: |$)){0,2}", call)[0].split()
                    if not words and "--version" in call:
                        continue
                    with self.subTest(page=page, line=line):
                        pair = tuple(words[:2]) if words[:1] in (["backups"], ["checks"], ["config"]) \
                            else tuple(words[:1]) if words[:1] != ["help"] else tuple(words[1:])
                        known = self.options(pair)
                        self.assertIsNotNone(known, "no such command")
                        self.assertEqual(set(self.OPTION.findall(call)) - known, set())
                        seen += 1
        self.assertGreater(seen, 50)

    @staticmethod
    def commands():
        """Every command of the program, as its words."""
        table = (support.PROJECT / "src/cli/options.cpp").read_text()
        rows = re.findall(r'\{Command::\w+, "([\w-]+)", (?:nullptr|"(\w+)"),', table)
        return [tuple(f"{parent} {name}".split()) for name, parent in rows]

    def test_the_reference_has_every_command(self):
        self.assertGreater(len(self.commands()), 15)
        for words in self.commands():
            self.assertIn(f"\n| `baseline {' '.join(words)}` |", pages.text_of("docs/reference.md"))

    def test_the_configuration_has_every_option(self):
        told = set(self.OPTION.findall(pages.text_of("docs/configuration.md")))
        for words in self.commands():
            missing = {option for option in self.options(words) if option.startswith("--")}
            self.assertEqual(missing - told - {"--help", "--version"}, set(), words)


class Figures(unittest.TestCase):
    def test_those_of_the_readme_are_measured(self):
        text = pages.text_of("README.md").split("## Instead of doing it by hand")[1].split("\n## ")[0]
        figures = re.findall(r"[\d.]+ m?s\b", text)
        self.assertGreater(len(figures), 2)
        measured = pages.text_of("docs/performance.md")
        self.assertEqual([figure for figure in figures if f" {figure} " not in measured], [])


class Links(unittest.TestCase):
    @staticmethod
    def anchors(page):
        """The names of the headings, as GitHub makes them."""
        found = set()
        for heading in re.findall(r"^#+ (.*)$", pages.prose(page), re.MULTILINE):
            text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
            found.add(re.sub(r"[^\w -]", "", text).replace(" ", "-"))
        return found

    def test_every_link_leads_to_a_file_and_a_heading(self):
        seen = 0
        for page in pages.pages():
            for link in re.findall(r"\]\(([^)\s]+)\)", pages.prose(page)):
                if re.match(r"[a-z]+:", link):
                    continue
                with self.subTest(page=page, link=link):
                    path, _, anchor = link.partition("#")
                    target = ((support.PROJECT / page).parent / path).resolve() if path \
                        else support.PROJECT / page
                    self.assertTrue(target.exists())
                    if anchor and target.suffix == ".md":
                        name = str(target.relative_to(support.PROJECT))
                        self.assertIn(anchor, self.anchors(name))
                seen += 1
        self.assertGreater(seen, 100)

    def test_the_map_leads_to_every_page(self):
        linked = set(re.findall(r"\]\(([^)#]+)[)#]", pages.text_of("docs/README.md")))
        found = {((support.PROJECT / "docs") / link).resolve() for link in linked}
        for page in pages.pages():
            if page not in ("docs/README.md", "README.md"):
                self.assertIn((support.PROJECT / page).resolve(), found, page)


if __name__ == "__main__":
    unittest.main()
