"""The pictures in docs/images/ are those that scripts/pictures draws."""

import importlib.machinery
import importlib.util
import unittest
from xml.etree import ElementTree

import support

SVG = "{http://www.w3.org/2000/svg}"


def drawer():
    loader = importlib.machinery.SourceFileLoader("pictures",
                                                  str(support.PROJECT / "scripts/pictures"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("pictures", loader))
    loader.exec_module(module)
    return module


class Pictures(unittest.TestCase):
    def test_are_those_that_the_script_draws(self):
        for name, draw in drawer().PICTURES.items():
            with self.subTest(name):
                self.assertEqual((support.PROJECT / "docs/images" / name).read_text(), draw())

    def test_can_be_read_aloud(self):
        for name, draw in drawer().PICTURES.items():
            with self.subTest(name):
                picture = ElementTree.fromstring(draw())
                self.assertEqual(picture.get("role"), "img")
                self.assertTrue(picture.findtext(f"{SVG}title"))
                self.assertTrue(picture.findtext(f"{SVG}desc"))

    def test_every_picture_is_shown_somewhere(self):
        pages = "".join(page.read_text() for page in [*support.PROJECT.glob("*.md"),
                                                      *(support.PROJECT / "docs").glob("*.md")])
        for name in drawer().PICTURES:
            self.assertIn(f"images/{name})", pages)


if __name__ == "__main__":
    unittest.main()
