"""Usage: run.py MODULE

Runs the tests of a module, as `python3 -m unittest -q` does, and says which were skipped and why.
The exit code is 77 when all were, so that CTest does not call them passed."""

import collections
import sys
import unittest

ALL_SKIPPED = 77


def main(module):
    tests = unittest.defaultTestLoader.loadTestsFromName(module)
    result = unittest.TextTestRunner(verbosity=0).run(tests)
    reasons = collections.Counter(f"{module}: {reason}" for _, reason in result.skipped)
    for reason, count in sorted(reasons.items()):
        print(f"skipped: {reason} ({count} of {result.testsRun} tests)")
    if not result.wasSuccessful():
        return 1
    # A part of a test may be skipped alone (subTest).
    whole = [test for test, _ in result.skipped if isinstance(test, unittest.TestCase)
             and not hasattr(test, "test_case")]
    return ALL_SKIPPED if whole and len(whole) == result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
