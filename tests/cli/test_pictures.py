"""The pictures in docs/images/ are those that scripts/pictures draws, and show what the program prints
today."""

import importlib.machinery
import importlib.util
import re
import unittest
from xml.etree import ElementTree

import support
from support import Path

try:
    import screens
except ImportError:
    screens = None

TIME = re.compile(r"[\d.]+ m?s")  # how long it is decides what stands beside it
SVG = "{http://www.w3.org/2000/svg}"


def drawer():
    loader = importlib.machinery.SourceFileLoader("pictures",
                                                  str(support.PROJECT / "scripts/pictures"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("pictures", loader))
    loader.exec_module(module)
    return module


def words(picture):
    """(line, words) of a picture of a terminal, in its order, and what it is said to show."""
    root = (ElementTree.parse(picture).getroot() if isinstance(picture, Path)
            else ElementTree.fromstring(picture))
    return screens.steady(root.findtext(f"{SVG}desc"), "/srv/bot"), [
        (float(text.get("y")), screens.steady(text.text, "/srv/bot"))
        for text in root.iter(f"{SVG}text") if not TIME.search(text.text)]


PICTURES = sorted(path.name for path in (support.PROJECT / "docs/images").glob("*.svg"))


@unittest.skipUnless(screens, "needs python3-pyte")
class Pictures(unittest.TestCase):
    def test_are_those_that_the_script_draws(self):
        for name, draw in drawer().PICTURES.items():
            with self.subTest(name):
                self.assertEqual((support.PROJECT / "docs/images" / name).read_text(), draw())

    def test_of_the_terminal_show_what_the_program_prints_today(self):
        """Every word at its place, but for times and ids; scripts/pictures draws them anew."""
        pictures = drawer()
        for name, (record, title) in pictures.RECORDINGS.items():
            with self.subTest(name):
                self.assertEqual(words(support.PROJECT / "docs/images" / name),
                                 words(pictures.terminal_picture(record(), title)))

    def test_can_be_read_aloud(self):
        for name in PICTURES:
            with self.subTest(name):
                picture = ElementTree.parse(support.PROJECT / "docs/images" / name).getroot()
                self.assertEqual(picture.get("role"), "img")
                self.assertTrue(picture.findtext(f"{SVG}title"))
                self.assertTrue(picture.findtext(f"{SVG}desc"))

    def test_every_picture_is_shown_somewhere(self):
        pages = "".join(page.read_text() for page in [*support.PROJECT.glob("*.md"),
                                                      *(support.PROJECT / "docs").glob("*.md")])
        for name in PICTURES:
            self.assertIn(f"images/{name})", pages)


if __name__ == "__main__":
    unittest.main()
