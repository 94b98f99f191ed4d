"""`baseline checks mutate`: what the suites would not notice if the migration itself were wrong."""

import json
import re
import signal
import unittest

import support

MIGRATION = """CREATE TABLE item (
  -- caf\u00e9
  price INT NOT NULL CONSTRAINT positive CHECK (price > 0)
);
CREATE TABLE other (a);
"""

SUITE = """version: 1
foreign_keys: off
checks:
  - name: a price is above zero
    rejects: INSERT INTO item VALUES (0)
    by: positive
"""

TEXT = """SURVIVED {0}:3   price INT NOT NULL CONSTRAINT positive CHECK (price > 0)
      change    NOT NULL of item.price: dropped
      notice    'rejects' of a row that this would let in

SURVIVED {0}:3   price INT NOT NULL CONSTRAINT positive CHECK (price > 0)
      change    CHECK positive of item: > 0 becomes > 1
      notice    'accepts' at the edge, and 'rejects' one step beyond it

"""


class MutateCase(support.Case):
    def setUp(self):
        super().setUp()
        self.migration = self.file("1a2b_baseline.sql", MIGRATION)
        self.suite = self.file("item.yaml", SUITE)

    def file(self, name, text):
        path = self.dir / name
        path.write_text(text, encoding="utf-8")
        return path

    def words(self, *more):
        return ["checks", "mutate", "-m", self.migration, "--checks", self.suite, *more]


class Text(MutateCase):
    def test_survivors_with_their_line(self):
        with self.unchanged():
            out = self.succeeds(*self.words())
        blocks = [block for block in out.split("\n\n") if "item.price: dropped" in block
                  or "becomes > 1" in block]
        self.assertEqual("\n\n".join(blocks[:2]) + "\n\n", TEXT.format(self.migration))
        self.assertRegex(out, r"(?m)^  CHECK +4 of +9$")
        self.assertRegex(out, r"(?m)^killed 8 of 43 mutants \(18\.6 %\) in ")
        self.assertNotIn("killer", out)

    def test_the_killed_ones_too(self):
        out = self.succeeds(*self.words("-v"))
        self.assertEqual(out.count("SURVIVED"), 35)
        self.assertIn(f"killed   {self.migration}:3   CHECK positive of item: dropped\n"
                      "      killer    item/a price is above zero\n", out)
        self.assertRegex(out, r"(?m)^\d+ more could not be applied, 0 meant the same$")

    def test_a_share_can_be_demanded(self):
        self.succeeds(*self.words("--min", "18"))
        done = self.baseline(*self.words("--min", "19"))
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertTrue(done.stdout.endswith("\nless than the 19 % that --min demands\n"))
        for wrong in "101", "-1", "many", "nan":
            done = self.baseline(*self.words("--min", wrong))
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)

    def test_only_some_checks(self):
        self.suite.write_text(SUITE + "  - name: a price is known\n"
                                      "    rejects: INSERT INTO item VALUES (NULL)\n"
                                      "    by: {not_null: item.price}\n")
        self.assertIn("killed 11 of 43", self.succeeds(*self.words()))
        self.assertIn("killed 8 of 43", self.succeeds(*self.words("--only", "*zero")))
        self.refuses(2, "baseline: error: no check matches 'x'\n"
                        "  hint: names are SUITE/CHECK and may hold * and ?\n",
                     *self.words("--only", "x"))

    def test_the_built_in_suites(self):
        out = self.succeeds("checks", "mutate", "--min", "100")
        self.assertNotIn("SURVIVED", out)
        self.assertRegex(out, r"(?m)^killed (\d+) of \1 mutants \(100\.0 %\) in ")

    def test_a_sample(self):
        """The same each time, from the whole of the migration."""
        one = self.succeeds(*self.words("-v", "--sample", "9"))
        self.assertEqual(re.sub(r" in .*", "", one),
                         re.sub(r" in .*", "", self.succeeds(*self.words("-v", "--sample", "9", "-j", "1"))))
        self.assertRegex(one, r"(?m)^a sample of 9 from \d+ changes$")
        document = self.json(*self.words("--sample", "9"))
        tried = len(document["mutants"]) + document["not_applied"] + document["equivalent"]
        self.assertEqual((tried, document["sample"], document["untried"]), (9, 9, 0))
        self.assertNotIn("a sample", self.succeeds(*self.words("--sample", "9999")))
        for option in "--sample", "--jobs":
            for wrong in "0", "-1", "many", "1.5":
                self.assertEqual(self.baseline(*self.words(option, wrong)).returncode, 2)

    def test_control_characters_stay_in_the_migration(self):
        self.migration.write_text("CREATE TABLE \"a\x1b[31m\" (b);\nCREATE TABLE c (d)")
        self.suite.write_text("version: 1\nchecks: [{name: x, query: SELECT 1, value: 1}]\n")
        for form in "human", "json":
            self.assertNotIn("\x1b", self.succeeds(*self.words("--format", form)))


class Json(MutateCase):
    def test_all_mutants(self):
        document = self.json(*self.words("--min", "10"))
        self.assertEqual(document["command"], "checks mutate")
        self.assertEqual((document["migration"], document["revision"]),
                         (str(self.migration), "1a2b"))
        self.assertEqual((document["killed"], document["survived"], document["share"]),
                         (8, 35, 18.6))
        self.assertEqual((document["equivalent"], document["min"], document["sample"],
                          document["untried"]), (0, 10, None, 0))
        self.assertEqual(document["changes"], 43 + document["not_applied"])
        self.assertEqual((document["left_out"], document["unfit"]), ([], []))
        self.assertIn({"kind": "CHECK", "killed": 4, "mutants": 9}, document["kinds"])
        lines = [mutant["line"] for mutant in document["mutants"]]
        self.assertEqual((lines, set(lines)), (sorted(lines), {1, 3, 4, 5}))
        self.assertIn({
            "status": "killed", "line": 3,
            "sql": "price INT NOT NULL CONSTRAINT positive CHECK (price > 0)", "kind": "CHECK",
            "effect": "laxer", "element": "CHECK positive of item", "change": "dropped",
            "killer": "item/a price is above zero"}, document["mutants"])
        self.assertEqual(self.json(*self.words("--min", "50"), code=1)["exit_code"], 1)

    def test_every_key_is_described(self):
        document = self.json(*self.words())
        self.suite.write_text(SUITE.replace("(0)", "(1)"))
        page = (support.PROJECT / "docs/mutate.md").read_text()
        page += (support.PROJECT / "docs/json.md").read_text()
        named = set(re.findall(r"`([a-z_0-9]+)`", page))
        for part in [document, *document["mutants"], *document["kinds"],
                     *self.json(*self.words(), code=1)["unfit"]]:
            self.assertEqual(set(part) - named, set())


class WrongInput(MutateCase):
    def test_a_suite_that_does_not_pass_as_it_is(self):
        self.suite.write_text(SUITE.replace("(0)", "(1)"))
        done = self.baseline(*self.words())
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn("FAIL  item › a price is above zero", done.stdout)
        self.assertTrue(done.stdout.endswith(
            f"a check does not pass on {self.migration} as it is; no mutant was made\n"))
        document = self.json(*self.words(), code=1)
        self.assertEqual([check["name"] for check in document["unfit"]], ["a price is above zero"])
        self.assertEqual(document["mutants"], [])

    def test_a_suite_that_does_not_load(self):
        self.suite.write_text(SUITE.replace("item VALUES", "itm VALUES"))
        done = self.baseline(*self.words())
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn(f"{self.suite}:5:14: error: SQL: no such table: itm;", done.stderr)

    def test_a_migration_that_does_not_apply(self):
        self.migration.write_text("CREATE TABLE item (price INT;")
        done = self.baseline(*self.words())
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn(f"{self.migration}:1:29: ", done.stderr)

    def test_the_built_in_suites_are_not_for_another_migration(self):
        done = self.baseline("checks", "mutate", "-m", self.migration)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("error: the built-in checks do not fit ", done.stderr)

    def test_no_database_is_asked_for(self):
        done = self.baseline(*self.words("--database", "x.db"))
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("unknown option '--database'", done.stderr)


class CtrlC(MutateCase):
    """Checks that count for ever, with much time to do it."""

    def interrupted(self, last, *more):
        self.migration.write_text(
            "CREATE TABLE t (a);\nCREATE VIEW numbers AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 "
            f"FROM n WHERE id < {last}) SELECT id FROM n;\n")
        self.suite.write_text("""version: 1
checks:
  - name: they begin at one
    query: SELECT min(id) FROM numbers
    value: 1
    when: before
    timeout: 600s
""")
        process = self.start(*self.words(*more))
        self.until(lambda: self.has_run_for(process, 1.0), "the endless check runs", process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        return out, err

    def test_on_the_migration_as_it_is(self):
        self.assertEqual(self.interrupted(2**62),
                         ("", "baseline: interrupted; nothing was changed\n"))

    def test_on_a_mutant(self):
        """One that counts down from one. What the others came to is not lost."""
        out, _ = self.interrupted(9, "-j", "1")
        self.assertRegex(out, r"(?m)^killed \d+ of \d+ mutants? ")
        self.assertRegex(out, r"(?m)^interrupted; \d+ changes were not tried$")

    def test_in_processes_of_their_own(self):
        """They end with the one that started them, and the document is whole."""
        out, _ = self.interrupted(9, "-j", "2", "--format", "json")
        document = json.loads(out)
        self.assertEqual(document["exit_code"], 130)
        self.assertGreater(document["untried"], 0)
        tried = len(document["mutants"]) + document["not_applied"] + document["equivalent"]
        self.assertEqual(tried + document["untried"], document["changes"])

    def has_run_for(self, process, seconds):
        """CPU seconds: all else ends within a few milliseconds."""
        ticks = 0
        for pid in [process.pid, *self.children(process.pid)]:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / 100 >= seconds

    def children(self, pid):
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            return children.read().split()


if __name__ == "__main__":
    unittest.main()
