"""The pages of the documentation, and a reader who types along.

A comment in the line before a fenced block says what is not plain about it:

    <!-- exit 1 -->              the commands end with this exit code
    <!-- not run: the reason --> they cannot run in a test
    <!-- fresh -->               from here on in a fresh directory
    <!-- file: NAME -->          the block is written to this file
    <!-- prints -->              the block is what the commands before it have printed; times, sizes and
                                 directories differ, and a line with … alone stands for any lines
"""

import re
import shutil
import textwrap
from collections import namedtuple

import support

Block = namedtuple("Block", "line comment language text")
BLOCK = re.compile(r"(?:^ *<!-- (?P<comment>[^\n]*) -->\n)?^(?P<indent> *)```(?P<language>\w*)\n"
                   r"(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
SHELL = {"sh", "bash", "shell", "console"}
EXAMPLE_ID = "20261121T023558Z-001"


def pages():
    """Every page of the documentation, by its path in the project."""
    found = [*support.PROJECT.glob("*.md"), *(support.PROJECT / "docs").rglob("*.md")]
    return sorted(str(page.relative_to(support.PROJECT)) for page in found)


def text_of(page):
    return (support.PROJECT / page).read_text()


def blocks(page):
    """Every fenced block of a page, in its order."""
    source = text_of(page)
    found = [Block(source[:match.start("text")].count("\n"), match["comment"] or "",
                   match["language"], textwrap.dedent(match["text"]))
             for match in BLOCK.finditer(source)]
    assert 2 * len(found) == len(re.findall(r"^ *```", source, re.MULTILINE)), page
    return found


def prose(page):
    """A page without its blocks."""
    return BLOCK.sub("", text_of(page))


def plain(printed):
    """Without what differs from run to run: directories, times, the space that is free, ids of backups,
    and sums."""
    printed = re.sub(r"/(?:[\w.-]+/)+", "/DIR/", printed)
    printed = re.sub(r"\b\d{8}T\d{6}Z-(\d{3})\b", r"ID-\1", printed)
    printed = re.sub(r"\b[0-9a-f]{12}…", "SUM…", printed)
    printed = re.sub(r"\b\d+(\.\d+)? (ms|s)\b", "TIME", printed)
    return re.sub(r"\b[\d.]+ [KMGT]iB free", "SIZE free", printed)


def pattern_of(printed):
    return "".join(r"(?:.*\n)*?" if line == "…" else re.escape(line) + r"\n"
                   for line in plain(printed).splitlines())


class Reader(support.Case):
    """Types along in a directory of his own, where `baseline` is the real program."""

    def setUp(self):
        super().setUp()
        self.path = self.path_with_program()
        self.printed = ""

    def write(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def start_with_the_bot(self):
        """A fresh directory with what most pages speak of: an old database, a migration, a suite."""
        self.start_with_nothing()
        for name in "pinball_bot.db", "app.db":
            self.legacy(name).chmod(0o640)
        migrations = self.dir / "migrations"
        migrations.mkdir()
        shutil.copyfile(support.MIGRATION, migrations / "1a2b_baseline.sql")
        self.write("checks/own.yaml",
                   "version: 1\nchecks: [{name: it can be read, query: SELECT 1, value: 1}]\n")

    def start_with_nothing(self):
        support.remove(self.dir)
        self.dir.mkdir()

    def oldest_backup(self):
        ids = sorted(path.name for path in self.dir.glob("*.backups/2*Z-*"))
        return ids[0] if ids else EXAMPLE_ID

    def run_commands(self, commands):
        return self.command("bash", "-euo", "pipefail", "-c",
                            commands.replace(EXAMPLE_ID, self.oldest_backup()),
                            env={"PATH": self.path})

    def follow(self, page, start):
        """Reads a page from top to bottom and does what it says; how many commands of the program
        were run. `start` makes a fresh directory."""
        start()
        ran = 0
        for block in blocks(page):
            with self.subTest(page=page, line=block.line):
                ran += self._follow(block, f"{page}:{block.line}\n{block.text}\n", start)
        return ran

    def _follow(self, block, where, start):
        kind, _, detail = block.comment.partition(" ")
        if kind == "file:":
            self.write(detail, block.text)
        elif kind == "prints":
            self.assertRegex(plain(self.printed), rf"\A{pattern_of(block.text)}\Z", where)
        elif block.language in SHELL and kind != "not":
            if kind == "fresh":
                start()
            done = self.run_commands(block.text)
            self.assertEqual(done.returncode, int(detail) if kind == "exit" else 0,
                             where + done.stdout + done.stderr)
            self.printed = done.stdout
            return len(re.findall(r"\bbaseline [a-z-]", block.text))
        return 0
