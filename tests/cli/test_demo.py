"""scripts/demo goes as it tells, from any directory, and leaves nothing behind."""

import unittest

import support


class Demo(support.Case):
    def demo(self, *args, env=None):
        return self.command(support.PROJECT / "scripts/demo", *args, timeout=120, env={
            "BASELINE_BINARY": str(support.BINARY), "TMPDIR": str(self.dir), **(env or {})})

    def test_goes_as_it_tells(self):
        done = self.demo()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for line in ["deployed: ", "app.db: OK", "verified: ", "nothing to do", "rolled back: ",
                     "(exit code 1)", "(exit code 2)",
                     "This is the old database: it was never touched, bit for bit.",
                     "This is the old database: the deploy put it back by itself, bit for bit.",
                     "nothing to do: nothing was replaced by the last deploy, ",
                     "This is still the old database: it is live already, bit for bit.",
                     "All went as told."]:
            self.assertIn(line, done.stdout)
        self.assertEqual(list(self.dir.iterdir()), [])

    def test_keeps_its_directory_when_asked(self):
        done = self.demo("--keep")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        kept, = self.dir.iterdir()
        self.assertIn(str(kept), done.stderr)
        self.assertTrue((kept / "app.db").exists())

    def test_does_not_go_where_the_environment_points(self):
        other = self.legacy("other.db")
        before = support.sha256(other)
        done = self.demo(env={"DATABASE_PATH": str(other), "BASELINE_BACKUPS": str(self.dir / "b")})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(support.sha256(other), before)
        self.assertEqual([path.name for path in self.dir.iterdir()], ["other.db"])


if __name__ == "__main__":
    unittest.main()
