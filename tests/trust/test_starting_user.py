"""What belongs to the user who types the command: the configuration that is found by itself, reports,
and the rights of the program itself."""

import os
import shutil
import stat
import unittest

import owners
import support
from support import BINARY


class FoundConfiguration(support.Case):
    def test_is_never_a_link(self):
        database = self.legacy()
        own = self.home / "baseline.yaml"
        own.write_text("version: 1\n")
        (self.dir / "baseline.yaml").symlink_to(own)
        self.refuses(4, "baseline: error: ./baseline.yaml is a symbolic link, and what it names "
                     "would be run\n  hint: name it with --config ./baseline.yaml if you trust it\n",
                     "plan", "-d", database)
        self.succeeds("plan", "-d", database, "--config", "baseline.yaml")

    def test_is_not_waited_for(self):
        os.mkfifo(self.dir / "baseline.yaml")
        self.refuses(2, "baseline: error: cannot read baseline.yaml: not a regular file\n", "plan",
                     "-d", "app.db")

    def test_must_be_readable(self):
        (self.dir / "baseline.yaml").write_text("version: 1\n")
        run = self.ordinary_user()
        (self.dir / "baseline.yaml").chmod(0)
        done = run("plan", "-d", "app.db")
        self.assertEqual((done.returncode, done.stderr), (2, "baseline: error: cannot read "
                                                          "baseline.yaml: Permission denied\n"))


class Reports(support.Case):
    def modes(self, database):
        self.baseline("verify", "-d", database, "--report", "junit=j.xml", "--report", "html=p.html",
                      "--report", "prometheus=m.prom")
        return [stat.S_IMODE((self.dir / name).stat().st_mode)
                for name in ("j.xml", "p.html", "m.prom")]

    def test_with_rows_are_as_private_as_the_database(self):
        database = self.legacy()
        for mode in 0o600, 0o640, 0o644:
            database.chmod(mode)
            self.assertEqual(self.modes(database), [mode, mode, 0o644])
        self.succeeds("deploy", "-d", database, "--yes")
        database.chmod(0o600)
        self.succeeds("report", "-d", database, "--output", "run.html")
        self.assertEqual(stat.S_IMODE((self.dir / "run.html").stat().st_mode), 0o600)

    def test_of_no_database_are_private(self):
        self.assertEqual(self.modes("missing.db"), [0o600, 0o600, 0o644])


class ForeignRights(owners.OwnerCase):
    """A copy of the program that gives rights away."""

    def test_are_refused_at_the_start(self):
        copy = self._scratch / "copy"
        for mode, user in ((0o4755, (OWNER := owners.OWNER)), (0o2755, OWNER)):
            with self.subTest(mode=oct(mode)):
                shutil.copy(BINARY, copy)
                copy.chmod(mode)
                self.program = copy
                if self._scratch_is_nosuid():
                    self.skipTest("no program gets another's rights in the directory of the tests")
                for words in (("--version",), ("status", "-d", "app.db"), ("complete", "x")):
                    done = self.run_as(user, *words)
                    self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)
                    self.assertIn("runs with rights that its user does not have", done.stderr)

    def test_do_not_count_where_the_user_has_them(self):
        copy = self._scratch / "copy"
        shutil.copy(BINARY, copy)
        copy.chmod(0o4755)
        self.assertEqual(self.command(copy, "--version").returncode, 0)

    def _scratch_is_nosuid(self):
        return bool(os.statvfs(self._scratch).f_flag & os.ST_NOSUID)


if __name__ == "__main__":
    unittest.main()
