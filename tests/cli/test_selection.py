"""Which checks run, with what values, and how strictly: --only, --tag, --skip-tag, --var, --strict."""

import unittest

import support

SUITE = """version: 1
vars: {LEAST: 0, WORD: a}
checks:
  - name: at least
    tags: [quick, 2024]
    query: SELECT count(*) >= :LEAST FROM channel_configs
    value: 1
  - name: a warning
    tags: [slow]
    severity: warn
    query: SELECT 1
    value: 2
  - name: at last
    query: SELECT :WORD
    value: a
"""


class Selection(support.Case):
    def setUp(self):
        super().setUp()
        self.database = self.dir / "app.db"
        self.succeeds("deploy", "-d", self.database)
        self.suite = self.dir / "own.yaml"
        self.suite.write_text(SUITE)
        self.inputs = ["-d", self.database, "--checks", self.suite]

    def names(self, *options, code=0, **more):
        document = self.json("verify", *self.inputs, *options, code=code, **more)
        return [one["name"] for one in document["after"]["results"]
                if one["suite"] != "baseline"]

    def wrong(self, message, hint, *options):
        self.refuses(2, f"baseline: error: {message}\n  hint: {hint}\n",
                     "verify", *self.inputs, *options)

    def test_what_runs(self):
        self.assertEqual(self.names(), ["at least", "a warning", "at last"])
        self.assertEqual(self.names("--only", "own/at l*st"), ["at least", "at last"])
        self.assertEqual(self.names("--tag", "quick", "--tag", "slow"), ["at least", "a warning"])
        self.assertEqual(self.names("--tag", "2024"), ["at least"])
        self.assertEqual(self.names("--skip-tag", "slow"), ["at least", "at last"])
        self.assertEqual(self.names("--only", "*/a*", "--tag", "slow"), ["a warning"])

    def test_what_fits_nothing(self):
        self.wrong("no check matches 'own/at most'", "did you mean 'own/at last'?",
                   "--only", "own/at most")
        self.wrong("no check has the tag 'quik'", "did you mean 'quick'?", "--tag", "quik")
        self.wrong("no check has the tag 'nightly'", "there are: 2024, quick, slow",
                   "--skip-tag", "nightly")
        self.wrong("--only, --tag and --skip-tag together leave no check to run",
                   "baseline checks list shows what each of them takes",
                   "--tag", "slow", "--skip-tag", "slow")

    def test_deploy_runs_all_of_its_checks(self):
        for option in ["--only", "--tag", "--skip-tag"]:
            done = self.baseline("deploy", *self.inputs, option, "slow")
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(f"unknown option '{option}'", done.stderr)

    def test_values(self):
        (self.dir / "baseline.yaml").write_text("version: 1\nenvironment: [LEAST]\n")
        self.assertEqual(self.names("--var", "LEAST=1", code=1), self.names())
        self.assertEqual(self.names(code=1, env={"LEAST": "1"}), self.names())
        self.assertEqual(self.names("--var", "LEAST=0", env={"LEAST": "1"}), self.names())
        self.assertEqual(self.names("--var", "WORD=a=b", code=1), self.names())

    def test_values_that_are_wrong(self):
        self.wrong("no suite has a var 'LAEST'", "did you mean 'LEAST'?", "--var", "LAEST=1")
        self.wrong("--var 'LEAST' is not NAME=VALUE", "write for example --var PORT=8080",
                   "--var", "LEAST")
        self.refuses(2, "baseline: error: --var gives 'LEAST' twice\n",
                     "verify", *self.inputs, "--var", "LEAST=1", "--var", "LEAST=2")

    def test_strict(self):
        self.assertEqual(self.names("--strict", code=1), self.names())
        self.assertEqual(self.names("--strict", "--skip-tag", "slow"), ["at least", "at last"])
        database = self.legacy("old.db")
        before = support.sha256(database)
        done = self.baseline("deploy", "-d", database, "--checks", self.suite, "--strict")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(support.sha256(database), before)
        self.assertRegex(done.stdout, r"checks before  \d passed, 1 with a warning \(strict\)")

    def test_the_command_to_run_it_again_has_the_same_values(self):
        done = self.baseline("verify", *self.inputs, "--var", "WORD=b c", "--strict")
        self.assertIn("--var 'WORD=b c' --strict --only 'own/at last'\n", done.stdout)


if __name__ == "__main__":
    unittest.main()
