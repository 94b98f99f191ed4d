"""The documentation says what is so: its commands run as it tells.

Every ```sh block of a page is run with bash (-eu) in the page's own directory, where `baseline` is
the real program and the database that the page speaks of is a copy of the legacy one. A comment in
the line before a block tells what is not plain:

    <!-- exit 1 -->              the block ends with this exit code
    <!-- not run: the reason --> it cannot run in a test
    <!-- fresh -->               from here on in a fresh directory

A backup's id is another one in every run: the example's is replaced by that of the oldest backup.
"""

import re
import shutil
import textwrap
import unittest

import support

DATABASE = "pinball_bot.db"
PAGES = ["README.md", "DEPLOYMENT.md", "docs/migration.md", "docs/mutate.md",
         "docs/reports.md", "docs/containers.md", "docs/announcement.md", "docs/init.md"]
EXAMPLE_ID = "20261121T023558Z-001"
BLOCK = re.compile(r"(?:^ *<!-- (?P<comment>[^\n]*) -->\n)?^ *```sh\n(?P<text>.*?)^ *```$",
                   re.MULTILINE | re.DOTALL)


def blocks(page):
    """(line, comment, commands) of every ```sh block."""
    text = (support.PROJECT / page).read_text()
    return [(text[:match.start("text")].count("\n"), match["comment"] or "",
             textwrap.dedent(match["text"]))
            for match in BLOCK.finditer(text)]


class Commands(support.Case):
    def setUp(self):
        super().setUp()
        programs = self._scratch / "bin"
        programs.mkdir()
        (programs / "baseline").symlink_to(support.BINARY)
        self.path = f"{programs}:{self.environment()['PATH']}"
        self.start()

    def start(self):
        support.remove(self.dir)
        self.dir.mkdir()
        self.legacy(DATABASE).chmod(0o640)
        migrations = self.dir / "migrations"
        migrations.mkdir()
        shutil.copyfile(support.MIGRATION, migrations / "1a2b_baseline.sql")
        checks = self.dir / "checks"
        checks.mkdir()
        (checks / "own.yaml").write_text(
            "version: 1\nchecks: [{name: it can be read, query: SELECT 1, value: 1}]\n")

    def oldest_backup(self):
        ids = sorted(path.name for path in (self.dir / f"{DATABASE}.backups").glob("2*Z-*"))
        return ids[0] if ids else EXAMPLE_ID

    def run_page(self, page):
        ran = 0
        for line, comment, commands in blocks(page):
            if comment.startswith("not run: "):
                continue
            if comment == "fresh":
                self.start()
            wanted = int(comment.removeprefix("exit ")) if comment.startswith("exit ") else 0
            commands = commands.replace(EXAMPLE_ID, self.oldest_backup())
            done = self.command("bash", "-euo", "pipefail", "-c", commands,
                                env={"PATH": self.path})
            with self.subTest(page=page, line=line):
                self.assertEqual(done.returncode, wanted,
                                 f"{page}:{line}\n{commands}\n{done.stdout}{done.stderr}")
            ran += commands.count("baseline ")
        return ran

    def test_readme(self):
        self.assertGreater(self.run_page("README.md"), 3)

    def test_deployment(self):
        self.assertGreater(self.run_page("DEPLOYMENT.md"), 20)

    def test_migration(self):
        self.assertGreater(self.run_page("docs/migration.md"), 0)

    def test_reports(self):
        self.assertGreater(self.run_page("docs/reports.md"), 2)

    def test_containers(self):
        self.assertGreater(self.run_page("docs/containers.md"), 3)

    def test_mutate(self):
        self.assertGreater(self.run_page("docs/mutate.md"), 1)

    def test_announcement(self):
        self.assertGreater(self.run_page("docs/announcement.md"), 2)

    def test_init(self):
        self.assertGreater(self.run_page("docs/init.md"), 1)

    def test_a_comment_is_one_of_the_known(self):
        for page in PAGES:
            for line, comment, _ in blocks(page):
                with self.subTest(page=page, line=line):
                    self.assertRegex(comment, r"^(|fresh|exit \d+|not run: .+)$")


    def test_no_block_is_overlooked(self):
        for page in PAGES:
            text = (support.PROJECT / page).read_text()
            self.assertEqual(len(blocks(page)), text.count("```sh\n"), page)


class Links(unittest.TestCase):
    def test_every_link_leads_to_a_file(self):
        pages = [*support.PROJECT.glob("*.md"), *(support.PROJECT / "docs").glob("*.md")]
        for page in pages:
            for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
                with self.subTest(page=page.name, link=link):
                    target = (page.parent / link).resolve()
                    self.assertTrue(target.exists())


if __name__ == "__main__":
    unittest.main()
