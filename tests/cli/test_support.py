"""The helpers do what they say: a Holder that held nothing would let every test about it pass."""

import sqlite3
import sys
import unittest

import machine
import support


class HolderTest(support.Case):
    def setUp(self):
        super().setUp()
        self.database = self.legacy()

    def can(self, statement):
        """Whether somebody else may do this now."""
        connection = sqlite3.connect(self.database, timeout=0, isolation_level=None)
        try:
            connection.execute(statement).fetchall()
            return True
        except sqlite3.OperationalError as error:
            self.assertEqual(str(error), "database is locked")
            return False
        finally:
            connection.close()

    def test_each_mode_keeps_out_whom_it_says(self):
        #          mode: (others may read, others may begin to write, others may be alone)
        expected = {"idle": (True, True, True),
                    "read": (True, True, True),
                    "reading": (True, True, False),
                    "writing": (True, False, False),
                    "alone": (False, False, False)}
        self.assertEqual(set(expected), set(support.Holder.MODES))
        for mode, allowed in expected.items():
            with self.subTest(mode), support.Holder(self.database, mode):
                self.assertEqual((self.can("SELECT count(*) FROM sqlite_schema"),
                                  self.can("BEGIN IMMEDIATE"),
                                  self.can("BEGIN EXCLUSIVE")), allowed)

    def test_lets_go_on_demand(self):
        with support.Holder(self.database, "alone") as holder:
            holder.release()
            self.assertTrue(self.can("BEGIN EXCLUSIVE"))

    def test_its_process_has_the_file_open_even_when_idle(self):
        with support.Holder(self.database) as holder:
            self.assertIn(str(self.database), support.open_files(holder.pid))

    def test_ends_like_a_crash_when_killed(self):
        with support.Holder(self.database, "writing") as holder:
            holder.execute("DELETE FROM seen_submissions")
            holder.kill()
        self.assertTrue(self.can("BEGIN EXCLUSIVE"))

    def test_says_why_a_statement_failed(self):
        with support.Holder(self.database) as holder:
            with self.assertRaisesRegex(AssertionError, "no such table: nowhere"):
                holder.execute("SELECT * FROM nowhere")


class CaseTest(support.Case):
    def test_a_listing_shows_every_kind_of_change(self):
        database = self.legacy()
        (self.dir / "below").mkdir()
        before = support.listing(self.dir)
        self.assertEqual(support.listing(self.dir), before)

        content = bytearray(database.read_bytes())
        content[-1] ^= 1
        database.write_bytes(content)
        changed = support.listing(self.dir)
        self.assertNotEqual(changed, before)

        (self.dir / "below/link").symlink_to("nowhere")
        self.assertEqual(support.listing(self.dir), {**changed, "below/link": "link to nowhere"})

    def test_a_command_sees_nothing_of_the_testers_environment(self):
        names = {line.split("=")[0] for line in self.command("env").stdout.splitlines()}
        self.assertEqual(names, {"PATH", "HOME", "LANG", "TZ"})

    def test_the_time_zone_of_a_command_is_not_utc(self):
        self.assertEqual(self.command("date", "+%z").stdout.strip(), "+1245")

    def test_read_only_directories_are_removed(self):
        locked = self.dir / "locked"
        locked.mkdir()
        (locked / "file").touch(0o400)
        locked.chmod(0o500)


class Skipped(support.Case):
    """run.py, which CTest starts, says what was skipped and why."""

    MODULE = """
import unittest
class Some(unittest.TestCase):
    def test_that_runs(self):
        with self.subTest("a part"):
            self.skipTest("no such part here")
    def test_that_does_not(self):
        self.skipTest("nothing can be mounted here")
class All(unittest.TestCase):
    def test_that_does_not(self):
        self.skipTest("no moon")
class Failing(unittest.TestCase):
    def test_that_fails(self):
        self.fail()
"""

    def run_tests(self, name):
        (self.dir / "odd.py").write_text(self.MODULE)
        return self.command(sys.executable, "-B", support.PROJECT / "tests/cli/run.py", name,
                            env={"PYTHONPATH": str(self.dir)})

    def test_some(self):
        done = self.run_tests("odd.Some")
        self.assertEqual((done.returncode, done.stdout), (
            0, "skipped: odd.Some: no such part here (1 of 2 tests)\n"
               "skipped: odd.Some: nothing can be mounted here (1 of 2 tests)\n"))

    def test_all(self):
        done = self.run_tests("odd.All")
        self.assertEqual((done.returncode, done.stdout), (
            77, "skipped: odd.All: no moon (1 of 1 tests)\n"))

    def test_a_failure(self):
        self.assertEqual(self.run_tests("odd.Failing").returncode, 1)
        self.assertEqual(self.run_tests("odd").returncode, 1)

    def test_what_is_tried_can_be_tried(self):
        for what in machine.PROBES:
            with self.subTest(what):
                reason = machine.cannot(what)
                self.assertTrue(not reason or reason.startswith(machine.PROBES[what][0]), reason)
        self.assertEqual(machine.cannot("no-such-program"),
                         "no-such-program is not installed: scripts/setup --test")
        with self.assertRaisesRegex(unittest.SkipTest, "^no-such-program is not installed"):
            self.needs("no-such-program")


if __name__ == "__main__":
    unittest.main()
