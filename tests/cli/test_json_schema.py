"""`checks json-schema`: what editors are told about suites is what the loader does."""

import json
import re
import unittest

import jsonschema
import yaml

import support

FILE = support.PROJECT / "checks/baseline-checks-1.schema.json"
MODELINE = "# yaml-language-server: $schema=./baseline-checks-1.schema.json"


class Core(yaml.SafeLoader):
    """YAML 1.2 core, as the loader and editors read it: `on` is a text."""


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in [
        ("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
        ("bool", r"^(true|True|TRUE|false|False|FALSE)$", list("tTfF")),
        ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
        ("float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", list("-+.0123456789"))]:
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)


def parse(text):
    return yaml.load(text, Loader=Core)


MIGRATION = """
    CREATE TABLE alembic_version (version_num TEXT NOT NULL);
    INSERT INTO alembic_version VALUES ('1a2b');
    CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, CONSTRAINT small CHECK (a < 10));
"""

HEAD = "version: 1\nforeign_keys: off\nvars: {five: 5}\nfixtures: {one: 'INSERT INTO t VALUES (1, 1)'}\n"


def with_check(keys):
    return f"{HEAD}checks:\n  - {{name: x, {keys}}}\n"


QUERY = "query: SELECT a FROM t"
REJECTS = "rejects: 'INSERT INTO t (a) VALUES (99)'"

RIGHT = [with_check(keys) for keys in [
    "schema: baseline",
    "schema: baseline, ignore: [x_*, 7]",
    f"{QUERY}, value: 5", f"{QUERY}, value: null", f"{QUERY}, value: true", f"{QUERY}, value: a",
    f"{QUERY}, rows: 0", f"{QUERY}, rows: {{ge: 1, lt: 5}}", f"{QUERY}, rows: {{in: [0, 1]}}",
    f"{QUERY}, rows: {{not: 0}}", f"{QUERY}, rows: {{not: {{le: 5}}}}",
    f"{QUERY}, result: [[1]]", f"{QUERY}, result: [[a], [null]]", f"{QUERY}, value: 1, rows: 1",
    f"{QUERY}, value: {{ge: a, matches: ^a, contains: b, type: text, not: null, in: [a, 1]}}",
    f"{QUERY}, value: {{not: {{not: {{lt: 1.5}}}}}}",
    f"{QUERY}, rows: 0, when: before, severity: warn, tags: [a, 1], hint: h, timeout: 500ms",
    f"{QUERY}, rows: 0, skip: not yet, timeout: 5m",
    f"{QUERY}, rows: 1, given: one, foreign_keys: on", f"{QUERY}, rows: 1, given: [one]",
    f"{QUERY} WHERE a = :n, rows: 0, cases: [{{n: 1}}, {{n: null}}]",
    f"{QUERY} WHERE a = :five, rows: 0",
    "accepts: DELETE FROM t", "accepts: DELETE FROM t, given: one, foreign_keys: on",
    f"{REJECTS}, by: small", f"{REJECTS}, by: {{not_null: t.a}}",
    f"{REJECTS}, by: {{unique: 't(a, id)'}}", f"{REJECTS}, by: {{primary_key: t}}",
    f"{REJECTS}, by: {{foreign_key: t(a)}}, foreign_keys: on",
    f"{REJECTS}, by: {{check: a < 10}}", f"{REJECTS}, by: {{trigger: '^no'}}",
    f"{REJECTS}, by: {{type: t.a}}",
    "command: [a]", "command: [a], exit: 3", "command: [a], exit: {in: [0, 1]}",
    "command: [a], stdout: '5'", "command: [a], stdout: {matches: a}",
    "command: [a], stderr: {not: {contains: a}}", "command: [a], stdout: {in: [a, b]}",
]] + [
    "version: 1\nchecks: [{name: x, query: SELECT a FROM t, rows: 0}]\n",
    "version: 1\nchecks: [{name: x, accepts: DELETE FROM t, foreign_keys: on}]\n",
]

WRONG = [with_check(keys) for keys in [
    "", "hint: no kind", "schema: 5", "schema: baseline, given: one", "schema: baseline, ignore: []",
    "schema: baseline, ignore: x", "schema: baseline, ignore: [null]", "schema: baseline, ignore: [true]",
    f"{QUERY}, schema: baseline, rows: 0", f"{QUERY}", f"{QUERY}, by: small, rows: 0",
    "query: 5, rows: 0", "query: '', rows: 0", f"{QUERY}, rows: 0, severty: warn",
    f"{QUERY}, rows: -1", f"{QUERY}, rows: none", f"{QUERY}, rows: 1.5", f"{QUERY}, rows: {{gt: a}}",
    f"{QUERY}, rows: {{matches: a}}", f"{QUERY}, rows: {{}}", f"{QUERY}, rows: {{in: []}}",
    f"{QUERY}, value: {{}}", f"{QUERY}, value: []", f"{QUERY}, value: {{gte: 5}}",
    f"{QUERY}, value: {{in: 5}}", f"{QUERY}, value: {{in: []}}", f"{QUERY}, value: {{in: [[1]]}}",
    f"{QUERY}, value: {{type: int}}", f"{QUERY}, value: {{matches: 5}}", f"{QUERY}, value: {{lt: [1]}}",
    f"{QUERY}, value: {{lt: null}}", f"{QUERY}, value: {{not: {{}}}}",
    f"{QUERY}, result: []", f"{QUERY}, result: [1]", f"{QUERY}, result: [[]]", f"{QUERY}, result: 1",
    f"{QUERY}, result: [[[1]]]",
    f"{QUERY}, rows: 0, when: later", f"{QUERY}, rows: 0, when: true", f"{QUERY}, rows: 0, severity: info",
    f"{QUERY}, rows: 0, tags: []", f"{QUERY}, rows: 0, tags: a", f"{QUERY}, rows: 0, tags: [[a]]",
    f"{QUERY}, rows: 0, skip: true", f"{QUERY}, rows: 0, skip: ''", f"{QUERY}, rows: 0, hint: 5",
    f"{QUERY}, rows: 0, timeout: 30", f"{QUERY}, rows: 0, timeout: 30 s", f"{QUERY}, rows: 0, timeout: 1d",
    f"{QUERY}, rows: 1, given: []", f"{QUERY}, rows: 1, given: {{a: 1}}", f"{QUERY}, rows: 1, given: [one, one]",
    f"{QUERY}, rows: 1, given: one, foreign_keys: true",
    f"{QUERY} WHERE a = :n, rows: 0, cases: []", f"{QUERY} WHERE a = :n, rows: 0, cases: {{n: 1}}",
    f"{QUERY} WHERE a = :n, rows: 0, cases: [{{}}]", f"{QUERY} WHERE a = :n, rows: 0, cases: [{{n: [1]}}]",
    f"{QUERY} WHERE a = :n, rows: 0, cases: [{{n: 1}}, {{n: 1}}]",
    f"{QUERY} WHERE a = :n AND id = :m, rows: 0, cases: [{{n: 1, m: 2}}, {{m: 2, n: 1}}]",
    "accepts: 5", "accepts: [DELETE FROM t]",
    f"{REJECTS}", f"{REJECTS}, by: 5", f"{REJECTS}, by: [small]", f"{REJECTS}, by: {{}}",
    f"{REJECTS}, by: {{not_nul: t.a}}", f"{REJECTS}, by: {{not_null: t.a, type: t.a}}",
    f"{REJECTS}, by: {{not_null: a}}", f"{REJECTS}, by: {{not_null: .a}}", f"{REJECTS}, by: {{unique: t}}",
    f"{REJECTS}, by: {{check: 5}}", f"{REJECTS}, by: small, rows: 0",
    "command: a", "command: [a], exit: '0'", "command: [a], exit: {matches: a}",
    "command: [a], stdout: 5", "command: [a], stdout: {lt: 5}", "command: [a], stdout: {in: [a, 5]}",
    "command: [a], stdout: {type: text}", "command: [a], stderr: {not: {contains: 5}}",
]] + [
    "", "[1]", "5", "version: 1\n", "version: 1\nchecks: []\n", "version: 1\nchecks: {a: 1}\n",
    "version: 1\nchecks: [5]\n",
    "checks: [{name: x, schema: baseline}]\n", "version: 2\nchecks: [{name: x, schema: baseline}]\n",
    "version: '1'\nchecks: [{name: x, schema: baseline}]\n",
    "version: 1\nchecks: [{schema: baseline}]\n", "version: 1\nchecks: [{name: 7, schema: baseline}]\n",
    "version: 1\ncheck: [{name: x, schema: baseline}]\n",
    "version: 1\nforeign_keys: yes\nchecks: [{name: x, schema: baseline}]\n",
    "version: 1\nvars: [a]\nchecks: [{name: x, schema: baseline}]\n",
    "version: 1\nvars: {a b: 1}\nchecks: [{name: x, schema: baseline}]\n",
    "version: 1\nvars: {a: [1]}\nchecks: [{name: x, schema: baseline}]\n",
    "version: 1\nfixtures: {a: 1}\nchecks: [{name: x, schema: baseline}]\n",
    "version: 1\nfixtures: [a]\nchecks: [{name: x, schema: baseline}]\n",
    "version: 1\nchecks: [{name: x, accepts: DELETE FROM t}]\n",
]


class JsonSchema(support.Case):
    def setUp(self):
        super().setUp()
        self.text = self.succeeds("checks", "json-schema")
        self.schema = json.loads(self.text)
        self.validator = jsonschema.Draft7Validator(self.schema)

    def test_the_file_in_the_repository_is_that_of_this_program(self):
        self.assertEqual(FILE.read_text(), self.text,
                         "the language has changed: run\n  baseline checks json-schema > "
                         "checks/baseline-checks-1.schema.json\nand commit the file")

    def test_it_is_a_schema_of_draft_7_and_all_its_references_lead_somewhere(self):
        jsonschema.Draft7Validator.check_schema(self.schema)
        self.assertEqual(self.schema["$schema"], "http://json-schema.org/draft-07/schema#")
        references = set(re.findall(r'"\$ref": "#/definitions/([^"]+)"', self.text))
        self.assertEqual(references - set(self.schema["definitions"]), set())

    def test_it_knows_each_kind_that_the_loader_knows(self):
        (self.dir / "s.yaml").write_text("version: 1\nchecks: [{name: x}]\n")
        done = self.baseline("checks", "lint", "--checks", "s.yaml")
        kinds = re.search("check has no kind; add one of (.*)", done.stderr)[1].split(", ")
        self.assertEqual([f"{kind}-check" for kind in kinds],
                         [name for name in self.schema["definitions"] if name.endswith("-check")])

    def test_each_property_explains_itself(self):
        for name, definition in self.schema["definitions"].items():
            for key, value in definition.get("properties", {}).items():
                with self.subTest(definition=name, key=key):
                    self.assertIn("description", value)

    def test_the_suites_are_valid_and_name_it_to_editors(self):
        suites = sorted((support.PROJECT / "checks").glob("*.yaml"))
        self.assertGreater(len(suites), 1)
        for path in suites:
            with self.subTest(suite=path.name):
                text = path.read_text()
                self.assertEqual(text.splitlines()[0], MODELINE)
                self.validator.validate(parse(text))

    def test_the_loader_and_the_schema_agree(self):
        migration = self.dir / "1a2b_test.sql"
        migration.write_text(MIGRATION)
        suite = self.dir / "s.yaml"
        for wanted, texts in [(0, RIGHT), (2, WRONG)]:
            for text in texts:
                with self.subTest(text=text):
                    suite.write_text(text)
                    done = self.baseline("checks", "lint", "-m", migration, "--checks", suite)
                    self.assertEqual(done.returncode, wanted, done.stderr)
                    errors = [error.message for error in self.validator.iter_errors(parse(text))]
                    self.assertEqual(errors == [], wanted == 0, errors)

    def test_an_error_names_the_key_and_nothing_else(self):
        """The kind decides what is looked for; an editor underlines what is wrong and no more."""
        def errors(keys):
            return [error.message for error in
                    self.validator.iter_errors(parse(with_check(keys)))]
        self.assertEqual(errors("schema: baseline, given: one"),
                         ["Additional properties are not allowed ('given' was unexpected)"])
        self.assertEqual(errors(REJECTS), ["'by' is a required property"])
        self.assertEqual(errors(f"{QUERY}, rows: 0, timeout: 30"), ["30 is not of type 'string'"])


if __name__ == "__main__":
    unittest.main()
