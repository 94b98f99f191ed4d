"""scripts/manual: a page for every command, made from its help, that man and mandoc take."""

import re
import subprocess
import unittest

import support
import test_help


class Pages(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = support.tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.made.cleanup)
        cls.directory = support.Path(cls.made.name)
        subprocess.run([support.PROJECT / "scripts/manual", support.BINARY, cls.directory],
                       check=True)
        cls.pages = sorted(cls.directory.iterdir())

    def rendered(self, name):
        done = subprocess.run(["mandoc", "-Tascii", self.directory / name], check=True,
                              capture_output=True, text=True)
        return re.sub(".\b", "", done.stdout)

    def test_every_command_has_one(self):
        names = {page.name for page in self.pages}
        commands = test_help.commands_in(self.succeeds("--help"))
        self.assertGreater(len(commands), 7)
        for command in commands:
            self.assertIn(f"baseline-{command}.1", names)
        self.assertLessEqual({"baseline.1", "baseline-backups-list.1", "baseline-checks.5",
                              "baseline.yaml.5"}, names)

    def test_nothing_in_them_is_doubtful(self):
        done = subprocess.run(["mandoc", "-Tlint", "-Wall", *self.pages], capture_output=True,
                              text=True)
        self.assertEqual(done.stdout + done.stderr, "")

    def test_every_option_of_the_help_is_there(self):
        page = self.rendered("baseline-deploy.1")
        for option in re.findall(r"(?m)^  (?:-\w, )?(--[\w-]+)", self.succeeds("deploy", "--help")):
            self.assertRegex(page, rf"(?m)^ +(-\w, )?{option}\b")
        self.assertRegex(page, r"DATABASE_PATH\n +the same as --database\n")
        self.assertIn("baseline deploy --database app.db --wait 30s --yes", page)

    def test_a_row_of_a_table_is_an_entry_that_80_columns_can_show(self):
        for name in ("baseline.yaml.5", "baseline-checks.5"):
            self.assertNotIn("\n.TS", (self.directory / name).read_text())
        page = self.rendered("baseline.yaml.5")
        self.assertRegex(page, r"\n +--on-start verify, deploy or skip\n\n? +Variable: "
                               r"BASELINE_ON_START. Default: verify. +Commands: run\n")

    def test_a_line_of_text_is_no_macro(self):
        page = self.rendered("baseline-checks.5")
        self.assertIn("'ignore'", page.replace("‘", "'").replace("’", "'"))


if __name__ == "__main__":
    unittest.main()
