"""What scripts/bench rests on: the arithmetic, the old databases that it puts back, and the
observer. No figure is judged here."""

import json
import sys
import unittest

import support

sys.path.insert(0, str(support.PROJECT / "tests/bench"))

import measure  # noqa: E402
import page  # noqa: E402
from observer import Observer, window_seen  # noqa: E402
from samples import PAGE, WAL_PAGES, Sample, parse_size  # noqa: E402


class Arithmetic(unittest.TestCase):
    def test_the_spread_is_the_median_and_the_middle_half(self):
        self.assertEqual(measure.Spread.of([9, 1, 5, 3, 7]), measure.Spread(3, 5, 7))
        self.assertEqual(measure.Spread.of([4]), measure.Spread(4, 4, 4))

    def test_contenders_run_in_turns_and_the_first_round_does_not_count(self):
        order = []
        def contender(name, wall):
            return measure.Contender(
                name, lambda: order.append(name) or measure.Figures(wall=wall))
        one, other = contender("one", 6.0), contender("other", 2.0)
        measure.interleaved([one, other], 2)
        self.assertEqual(order, ["other", "one", "one", "other", "other", "one"])
        self.assertEqual([len(one.results), len(other.results)], [2, 2])
        self.assertEqual(measure.paired_ratio(one, other).median, 3.0)

    def test_figures_read_well(self):
        self.assertEqual([page.seconds(value) for value in (0.0123, 1.234, 12.3)],
                         ["12.3 ms", "1.23 s", "12 s"])
        self.assertEqual(page.size(1536 << 10), "1.5 MiB")
        self.assertEqual(parse_size("4G"), 4 << 30)


class Samples(support.Case):
    def setUp(self):
        super().setUp()
        self.sample = Sample(self.dir, support.PROJECT / "tests/data/legacy.db", 1 << 20)
        self.sample.make()

    def names(self):
        return sorted(path.name for path in self.sample.directory.iterdir())

    def rows(self):
        return support.query(self.sample.database, "SELECT count(*) FROM archive")[0][0]

    def test_has_its_size_and_no_hole(self):
        status = self.sample.database.stat()
        self.assertGreaterEqual(status.st_size, 1 << 20)
        self.assertGreaterEqual(status.st_blocks * 512, status.st_size)

    def test_comes_back_after_every_strategy(self):
        rows = self.rows()
        for strategy in "move", "copy":
            with self.subTest(strategy):
                self.succeeds("deploy", "-d", self.sample.database, "--backup", strategy)
                self.assertNotEqual(self.names(), ["app.db"])
                self.sample.restore()
                self.assertEqual(self.names(), ["app.db"])
                self.assertEqual(self.rows(), rows)

    def test_comes_back_with_its_full_wal(self):
        self.sample.to_wal_mode()
        for _ in range(2):
            self.assertEqual(self.names(), ["app.db", "app.db-wal"])
            self.assertGreaterEqual((self.sample.directory / "app.db-wal").stat().st_size,
                                    WAL_PAGES * PAGE)
            self.succeeds("deploy", "-d", self.sample.database)
            self.sample.restore()
        self.sample.to_rollback_mode()
        self.assertEqual(self.names(), ["app.db"])

    def test_the_observer_sees_the_window_that_the_tool_tells(self):
        with Observer(self.sample.directory) as seen:
            told = json.loads(self.succeeds("deploy", "-d", self.sample.database, "--format",
                                            "json"))
        self.assertGreater(told["unavailable_ms"], 0)
        self.assertGreater(window_seen(seen.events, "app.db"), 0)


if __name__ == "__main__":
    unittest.main()
