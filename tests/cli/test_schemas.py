"""The schemas of docs/schemas/ are sound, and the pages tell in words what they hold. That they are what
the program prints is in test_json_output.py."""

import json
import re
import unittest

import jsonschema

import pages
import schemas
import support

PAGE = "docs/json.md"
# Commands whose document is told where the command is.
PAGES = {"checks-generate": "docs/generate.md", "checks-mutate": "docs/mutate.md",
         "check-report": "docs/reports.md"}


def maps(schema):
    """Each map of a schema, at any depth."""
    if isinstance(schema, dict):
        yield schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for value in schema:
            yield from maps(value)


def objects(schema):
    """Each object of a schema that has properties, at any depth."""
    return (one for one in maps(schema)
            if isinstance(one.get("properties"), dict) and "type" in one)


def enumerations(schema):
    return (word for one in maps(schema) for word in one.get("enum", []) if isinstance(word, str))


def section(name):
    """What the page says about a command; for `common` all of it."""
    page = pages.prose(PAGES.get(name, PAGE))
    if name == "common":
        return page
    if name in PAGES:
        return page[page.index("## JSON"):]
    parts = re.split(r"^## (.*)$", page, flags=re.MULTILINE)
    for heading, text in zip(parts[1::2], parts[2::2]):
        if name.replace("-", " ") in heading.lstrip("-").lower().split(", "):
            return text
    raise AssertionError(f"{PAGE} has no section for {name}")


class Schemas(unittest.TestCase):
    SHARED = {"version", "tool", "command", "exit_code"}

    def all(self):
        return [(name, schemas.load(name)) for name in [*schemas.names(), "common"]]

    def test_they_are_of_draft_7_and_their_references_lead_somewhere(self):
        for name, schema in self.all():
            jsonschema.Draft7Validator.check_schema(schema)
            for file, definition in re.findall(r'"\$ref": "([\w.-]*)#/definitions/(\w+)"',
                                               json.dumps(schema)):
                target = schemas.load(file.split(".")[0]) if file else schema
                self.assertIn(definition, target["definitions"], name)

    def test_no_object_may_have_what_is_not_described(self):
        for name, schema in self.all():
            for one in objects(schema):
                self.assertIs(one["additionalProperties"], False, f"{name}: {one}")
                self.assertEqual(set(one["required"]), set(one["properties"]), name)

    def test_a_key_more_or_less_is_found(self):
        good = {"version": 1, "tool": "baseline 0.1.0", "command": "history", "exit_code": 0,
                "directory": "/a", "unreadable_lines": 0, "lines": [], "unsealed": []}
        self.assertEqual(schemas.problems(good, "history"), [])
        for bad in {**good, "more": 1}, {**good, "version": 2}, {**good, "exit_code": 1}, \
                {key: value for key, value in good.items() if key != "lines"}:
            self.assertEqual(len(schemas.problems(bad, "history")), 1, bad)

    def test_every_command_has_one(self):
        sources = "".join(path.read_text() for path in [*(support.PROJECT / "src/report").glob("*.cpp"),
                                                        support.PROJECT / "src/cli/report.cpp"])
        commands = re.findall(r'header\("([\w -]+)"', sources) + \
            re.findall(r'\{"command", "([\w -]+)"\}', sources)
        self.assertGreater(len(commands), 12)
        wanted = {command.replace(" ", "-") for command in commands}
        self.assertEqual(wanted | {"deploy", "plan", "rollback", "error", "check-report"},
                         set(schemas.names()))

    def test_every_property_is_told_in_words(self):
        for name, schema in self.all():
            text = section(name)
            told = set(re.findall(r"`([a-z_0-9]+)`", text))
            for one in objects(schema):
                self.assertEqual(set(one["properties"]) - told - self.SHARED, set(), name)

    def test_every_word_is_told(self):
        for name, schema in self.all():
            text = section(name)
            if name != "common":
                text += section("results") + section("the-application")
            told = set(re.findall(r"`([^`]+)`", text))
            self.assertEqual(set(enumerations(schema)) - told, set(), name)

    def test_every_key_that_is_told_is_there(self):
        """Keys are the first column of the tables."""
        known = {key for _, schema in self.all() for one in objects(schema)
                 for key in one["properties"]}
        for page in {PAGE, *PAGES.values()}:
            text = pages.text_of(page).split("## JSON\n")[-1]
            text = text.split("\n## Prometheus")[0]
            for row in re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE):
                keys = re.findall(r"`([a-z_0-9]+)`", row)
                self.assertEqual(set(keys) - known, set(), page)

    def test_every_one_is_linked(self):
        text = "".join(pages.text_of(page) for page in {PAGE, *PAGES.values()})
        for name, _ in self.all():
            self.assertIn(f"schemas/{name}.schema.json)", text)


if __name__ == "__main__":
    unittest.main()
