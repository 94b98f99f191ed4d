"""A sample of tests/crash/holders.py and races.py, which try the whole: every way to have the database
open meanwhile, and many runs at once. What was acknowledged is never lost."""

import json
import subprocess
import sys
import unittest

import support

SCRIPTS = support.PROJECT / "tests/crash"


class Samples(support.Case):
    def counts(self, script, *options):
        done = subprocess.run([sys.executable, "-B", SCRIPTS / script, "--binary", support.BINARY,
                               *map(str, options)], capture_output=True, text=True, timeout=280)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def test_holders(self):
        counts = self.counts("holders.py", "--sample", 13, "--writer", 4)
        self.assertEqual((counts["lost"], counts["violations"], counts["problems"]), (0, 0, []))
        self.assertEqual(counts["cells"] + counts["skipped"], 19)
        self.assertGreater(counts["acknowledged"], 10)
        for reason in counts["skipped_because"]:
            with self.subTest(reason):
                self.skipTest(reason)

    def test_races(self):
        counts = self.counts("races.py", "--deploys", 10, "--rounds", 2, "--mixed", 2, "--openers", 2)
        self.assertEqual((counts["violations"], counts["problems"]), (0, []))
        self.assertEqual((counts["winners"], counts["told_by_whom"]), (2, 18))


if __name__ == "__main__":
    unittest.main()
