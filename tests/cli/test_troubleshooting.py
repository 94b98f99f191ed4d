"""docs/troubleshooting.md has every error message of the program, with its exit code, and no other.

The messages are taken from the sources: the text of each Error, and of what refuses a place or warns.
Those about the content of suites are in docs/checks-errors.md (test_manual.py).
"""

import re
import unittest

import pages
import support

PAGE = "docs/troubleshooting.md"
CODES = {"usage": "2", "in_use": "3", "refused": "4", "io": "5", "needs_person": "6"}
LITERAL = r'"(?:[^"\\]|\\.)*"'
TEXT = rf"{LITERAL}(?:\s*{LITERAL})*"
# The text, or the first of two: a condition has no comma.
CONDITION = rf"(?:{LITERAL}|[^;\",])*?\?\s*"
ERROR = re.compile(rf"ErrorCode::(\w+),\s*(?:{CONDITION})??(?:fmt::format\(\s*)?({TEXT})")
# The second of two messages.
OTHER = re.compile(rf"ErrorCode::(\w+),{CONDITION}fmt::format\((?:{LITERAL}|[^;\"])*?:\s*"
                   rf"fmt::format\(\s*({TEXT})")
# What is handed to an Error elsewhere.
MORE = [("io", re.compile(rf"\*entry\.unread,\s*fmt::format\(\s*({TEXT})")),
        ("refused", re.compile(rf"\brefuse\(fmt::format\(\s*({TEXT})")),
        ("refused", re.compile(rf"return Obstacle\{{\s*fmt::format\(\s*({TEXT})")),
        ("needs_person", re.compile(rf"found\.detail = fmt::format\(\s*({TEXT})"))]
WARNING = re.compile(rf"(?:warnings\.(?:push|emplace)_back|observer\.warning)\(\s*(?:fmt::format\(\s*)?({TEXT})")
# What warn_of_failure() puts before the cause.
FAILED = re.compile(rf"warn_of_failure\(\s*\w+,\s*({LITERAL})")
# Not to be met by themselves: positions, parts, and what names nothing.
NO_MESSAGE = {"…: …", "… '…'"}


def message(literals):
    """As the page has it: … for what differs."""
    text = "".join(part[1:-1] for part in re.findall(LITERAL, literals)).replace('\\"', '"')
    text = re.sub(r"\{\{|\}\}|\{[^{}]*\}", lambda m: {"{{": "{", "}}": "}"}.get(m[0], "…"), text)
    return re.sub(r"…(?: ?…)+", "…", text)


def sources():
    return sorted(path for path in (support.PROJECT / "src").rglob("*.cpp"))


def errors():
    """(message, exit code, file) of every error."""
    for path in sources():
        text = path.read_text()
        found = [*ERROR.findall(text), *OTHER.findall(text)]
        found += [(code, literals) for code, pattern in MORE for literals in pattern.findall(text)]
        for code, literals in found:
            yield message(literals), CODES[code], path.name


def warnings():
    printed = (support.PROJECT / "src/cli/program.cpp").read_text()
    return {message(found) for path in sources()
            if {"pipeline", "sqlite"} & set(path.parts)
            for found in WARNING.findall(path.read_text())} | {
        message(f'{found[:-1]}: {{}}"') for path in sources()
        for found in FAILED.findall(path.read_text())} | {
        message(f'"{found}"') for found in re.findall(r'"baseline: warning: (.+?)\\n"', printed)}


def rows():
    """(message, the other columns) of each row of the tables."""
    for line in pages.text_of(PAGE).splitlines():
        found = re.match(r"\| `([^`]+)` \| (.*) \|$", line)
        if found:
            yield message(f'"{found[1]}"'), found[2].split(" | ")


class Troubleshooting(unittest.TestCase):
    def test_every_error_is_told_with_its_exit_code(self):
        told = {}
        for text, columns in rows():
            told.setdefault(text, set()).update(re.findall(r"\d+", columns[0]))
        found = [(text, code, name) for text, code, name in errors() if text not in NO_MESSAGE]
        self.assertGreater(len(found), 180)
        for text, code, name in found:
            with self.subTest(source=name, message=text):
                self.assertIn(text, told)
                if not text.startswith("cannot run "):  # of the program that it would become
                    self.assertIn(code, told[text])

    def test_every_message_that_is_told_is_in_the_program(self):
        known = {text for text, _, _ in errors()} | warnings()
        known |= {"the application is not running: …",
                  "the application may not be running: its stop failed, …", "the result could not be told: …"}
        page = pages.text_of(PAGE).split("## No message of the program")[0]
        for text, _ in rows():
            if f"| `{text}` |" in page:
                with self.subTest(message=text):
                    self.assertIn(text, known)

    def test_no_message_is_told_twice(self):
        texts = [text for text, _ in rows()]
        self.assertEqual({text for text in texts if texts.count(text) > 1}, set())


if __name__ == "__main__":
    unittest.main()
