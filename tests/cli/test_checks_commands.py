"""`baseline checks list` and `lint`: what would run, what is doubtful, what is not tested. They run
nothing and need no database."""

import unittest

import support

MIGRATION = """CREATE TABLE alembic_version (version_num TEXT NOT NULL);
INSERT INTO alembic_version VALUES ('1a2b');
CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, CONSTRAINT small CHECK (a < 10));
"""

SUITE = """version: 1
foreign_keys: off
vars: {limit: 5}
fixtures:
  idle: DELETE FROM t
checks:
  - name: a is small, and this name is so long that it takes more than one line of 80 columns
    rejects: INSERT INTO t (a) VALUES (:a)
    by: small
    cases: [{a: 10}, {a: 11}]
    tags: [quick, rules]
  - name: nothing is there yet
    when: before
    query: SELECT * FROM t
    rows: 0
    severity: warn
  - name: somebody came
    when: after
    query: SELECT * FROM t
    rows: {ge: 1}
    skip: the application is not written yet
"""


class ChecksCommands(support.Case):
    def setUp(self):
        super().setUp()
        (self.dir / "1a2b_test.sql").write_text(MIGRATION)
        (self.dir / "s.yaml").write_text(SUITE)
        self.inputs = ["-m", "1a2b_test.sql", "--checks", "s.yaml"]

    def test_list(self):
        with self.unchanged():
            self.assertEqual(self.succeeds("checks", "list", *self.inputs), """\
s.yaml
  line  kind     phase   cases  name
     7  rejects  both        2  a is small, and this name is so long that it
                                takes more than one line of 80 columns
                                tags: quick, rules
    12  query    before         nothing is there yet
                                a failure is a warning
    17  query    -              somebody came
                                skipped: the application is not written yet

before    2 checks, 3 results
after     1 check, 2 results
skipped   1 check
""")

    def test_list_with_a_selection(self):
        self.assertEqual(self.succeeds("checks", "list", *self.inputs, "--tag", "rules",
                                       "--var", "limit=7"), """\
s.yaml
  line  kind     phase   cases  name
     7  rejects  both        2  a is small, and this name is so long that it
                                takes more than one line of 80 columns
                                tags: quick, rules
    12  query    -              nothing is there yet
                                left out: it has no tag that --tag wants
                                a failure is a warning
    17  query    -              somebody came
                                left out: it has no tag that --tag wants

before    1 check, 2 results
after     1 check, 2 results
left out  2 checks
""")
        self.refuses(2, "baseline: error: no check has the tag 'rule'\n"
                        "  hint: did you mean 'rules'?\n",
                     "checks", "list", *self.inputs, "--tag", "rule")

    def test_list_as_json(self):
        document = self.json("checks", "list", *self.inputs, "--skip-tag", "quick")
        self.assertEqual(document["command"], "checks list")
        self.assertEqual(document["totals"], {
            "before": {"checks": 1, "results": 1}, "after": {"checks": 0, "results": 0},
            "verify_only": 0, "skipped": 1, "left_out": 1})
        first, second, third = document["checks"]
        self.assertEqual(first, {
            "suite": "s", "kind": "rejects", "severity": "error", "tags": ["quick", "rules"],
            "name": "a is small, and this name is so long that it takes more than one line of 80 "
                    "columns",
            "cases": 2, "before": True, "after": True, "verify_only": False, "runs": False,
            "skip_reason": None, "left_out": "--skip-tag quick", "file": "s.yaml", "line": 7,
            "column": 5})
        self.assertEqual((second["runs"], second["before"], second["after"]), (True, True, False))
        self.assertEqual(third["skip_reason"], "the application is not written yet")

    def test_the_list_is_what_runs(self):
        """Per phase as many results as verify and plan have."""
        listed = self.json("checks", "list")["totals"]
        database = self.fresh()
        after = self.json("verify", "--database", database)["after"]["results"]
        before = self.json("plan", "--database", database, "--again")["before"]["results"]
        self.assertEqual((listed["before"]["results"], listed["after"]["results"]),
                         (len(before), len(after)))

    LINT = """\
s.yaml:3:8: warning: nothing uses the var 'limit'
s.yaml:5:3: warning: no check uses the fixture 'idle'
s.yaml:21:11: warning: 'somebody came' is skipped: the application is not written yet
no check makes these reject anything:
  NOT NULL alembic_version.version_num
  PRIMARY KEY t (id)
  NOT NULL t.a

coverage  1 of 4 constraints tested (1 of 1 named)
weaker    1 check only warns, 1 runs only before the swap, 1 is skipped
lint      3 warnings in 3 checks
"""

    def test_lint(self):
        with self.unchanged():
            self.assertEqual(self.succeeds("checks", "lint", *self.inputs), self.LINT)

    def test_strict_lint_fails_on_warnings_and_on_untested_constraints(self):
        done = self.baseline("checks", "lint", *self.inputs, "--strict")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, self.LINT, ""))
        (self.dir / "s.yaml").write_text(
            "version: 1\nchecks: [{name: x, query: SELECT * FROM t, rows: 0}]\n")
        done = self.baseline("checks", "lint", *self.inputs, "--strict")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no warnings in 1 check\n", done.stdout)
        (self.dir / "1a2b_test.sql").write_text(
            "CREATE TABLE alembic_version (version_num TEXT);\n"
            "INSERT INTO alembic_version VALUES ('1a2b');\nCREATE TABLE t (a);\n")
        self.assertEqual(self.succeeds("checks", "lint", *self.inputs, "--strict"), """\
coverage  the baseline declares no constraints
lint      no warnings in 1 check
""")
        (self.dir / "s.yaml").write_text(
            "version: 1\nchecks: [{name: x, query: SELECT 1, rows: 1}]\n")
        self.assertEqual(self.baseline("checks", "lint", *self.inputs, "--strict").returncode, 1)

    def test_lint_as_json(self):
        document = self.json("checks", "lint", *self.inputs, "--strict", code=1)
        self.assertEqual(document["checks"], 3)
        self.assertEqual(len(document["warnings"]), 3)
        self.assertEqual(document["coverage"]["named_tested"], 1)
        self.assertEqual(document["coverage"]["untested"][1],
                         {"table": "t", "name": None, "constraint": "PRIMARY KEY t (id)"})

    def test_lint_shows_all_errors(self):
        (self.dir / "s.yaml").write_text(SUITE + "  - name: x\n  - {name: y, query: SELECT b FROM t}\n")
        done = self.baseline("checks", "lint", *self.inputs)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, r"s\.yaml:22:5: error: check has no kind; .*\n"
                                      r"s\.yaml:23:22: error: query asserts nothing; .*\n"
                                      r"s\.yaml:23:29: error: SQL: no such column: b\n"
                                      r"baseline: error: the suites have 3 errors\n")

    def test_a_warning_of_the_loader_is_said_once(self):
        (self.dir / "s.yaml").write_text(
            "version: 1\nchecks: [{name: x, when: after, query: SELECT * FROM made, rows: 0}]\n")
        done = self.baseline("checks", "lint", *self.inputs)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.stdout.count("no such table: made"), 1)

    def test_the_built_in_suites_are_clean_and_complete(self):
        self.assertRegex(self.succeeds("checks", "lint", "--strict"),
                         r"coverage  (\d+) of \1 constraints tested .*\n"
                         r"weaker    1 check only warns, 2 run only before the swap\n"
                         r"lint      no warnings in \d+ checks\n$")

    def test_what_the_group_needs(self):
        done = self.baseline("checks")
        self.assertEqual(done.returncode, 2)
        self.refuses(2, "baseline: error: unknown command 'lnit'\n  hint: did you mean 'lint'?\n",
                     "checks", "lnit")
        self.assertIn("json-schema", self.succeeds("checks", "--help"))


if __name__ == "__main__":
    unittest.main()
