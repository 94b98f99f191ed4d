"""docs/how-to/litestream.md as it is written, with the real Litestream (scripts/runbook fetches it), the
services being played by `systemctl` below. Skipped where there is no Litestream."""

import os
import re
import shutil
import sqlite3
import subprocess
import unittest

import pages
import support

PAGE = "docs/how-to/litestream.md"
FETCHED = support.PROJECT / "build/runbook/node_modules/@flydotio/litestream-linux-x64/litestream"
LITESTREAM = shutil.which("litestream") or (str(FETCHED) if os.access(FETCHED, os.X_OK) else "")

# Starts and stops the services of the page, in the order of its arguments, and waits for both.
SYSTEMCTL = r"""#!/bin/sh
set -eu
order=$1; shift
for unit; do
  if [ "$order" = stop ]; then
    [ -e "$unit.pid" ] || continue
    kill "$(cat "$unit.pid")" || true
    while kill -0 "$(cat "$unit.pid")" 2>/dev/null; do sleep 0.02; done
    rm "$unit.pid"
  elif [ "$unit" = litestream ]; then
    setsid litestream replicate -config litestream.yml >>litestream.log 2>&1 </dev/null & echo $! >litestream.pid
  else
    setsid python3 application.py pinball_bot.db >application.log 2>&1 </dev/null & echo $! >"$unit.pid"
  fi
done
"""

# Has the database open, and has written to it.
APPLICATION = """
import signal, sqlite3, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
connection = sqlite3.connect(sys.argv[1], timeout=30)
connection.execute("INSERT INTO channel_configs (channel_id, guild_id) VALUES (abs(random()), 1)")
connection.commit()
open("application.ready", "w").close()
signal.sigwait([signal.SIGTERM])
connection.close()
"""


@unittest.skipUnless(LITESTREAM, "there is no Litestream: scripts/runbook fetches it")
class Page(support.Case):
    def setUp(self):
        super().setUp()
        self.database = self.legacy("pinball_bot.db")
        sqlite3.connect(self.database).execute("PRAGMA journal_mode = WAL").connection.close()
        path = self.path_with_program()
        programs = self._scratch / "bin"
        (programs / "litestream").symlink_to(LITESTREAM)
        (programs / "systemctl").write_text(SYSTEMCTL)
        (programs / "systemctl").chmod(0o755)
        (self.dir / "application.py").write_text(APPLICATION)
        (self.dir / "litestream.yml").write_text(
            f"dbs:\n  - path: {self.database}\n    replicas:\n"
            f"      - {{type: file, path: {self.dir}/replica, sync-interval: 50ms}}\n")
        self.path = path
        self.addCleanup(self.systemctl, "stop", "litestream", "dispinmap")

    def run_shell(self, script, reverse=False):
        """The page's commands, where its directories are the test's."""
        script = script.replace("/srv/dispinmap", str(self.dir)).replace("/etc/", f"{self.dir}/")
        if reverse:
            script = re.sub(r"(systemctl \w+) (\w+) (\w+)", r"\1 \3 \2", script)
        return self.command("bash", "-euo", "pipefail", "-c", script, env={"PATH": self.path})

    def succeeds_in_shell(self, script, reverse=False):
        done = self.run_shell(script, reverse)
        self.assertEqual(done.returncode, 0, script + done.stdout + done.stderr)
        return done.stdout

    def systemctl(self, *words):
        (self.dir / "application.ready").unlink(missing_ok=True)
        self.succeeds_in_shell(f"systemctl {' '.join(words)}")

    def block(self, word):
        found, = [block.text for block in pages.blocks(PAGE)
                  if block.language == "sh" and word in block.text]
        # The snapshot comes a moment after the start: wait_for_the_replica() looks for it.
        return re.sub(r"(?m)^litestream snapshots .*\n", "", found)

    def rows(self, path):
        return support.query(path, "SELECT (SELECT version_num FROM alembic_version), channel_id"
                                   " FROM channel_configs ORDER BY channel_id")

    def wait_for_the_replica(self):
        """Until what Litestream restores is what is live now, the application's row with it."""
        self.until((self.dir / "application.ready").exists, "the application's row")
        restored = self.dir / "compared.db"

        def same():
            for old in self.dir.glob("compared.db*"):
                old.unlink()
            done = self.run_shell(f"litestream restore -config litestream.yml -o {restored} {self.database}")
            return done.returncode == 0 and self.rows(restored) == self.rows(self.database)
        self.until(same, "the replica of the database that is live")
        listed = self.succeeds_in_shell(f"litestream snapshots -config litestream.yml {self.database}")
        self.assertGreater(len(listed.splitlines()), 1)

    def window(self, command, reverse):
        self.wait_for_the_replica()
        (self.dir / "application.ready").unlink()
        self.succeeds_in_shell(command, reverse)
        self.assertEqual(list(self.dir.glob("*.db-litestream/*")), [])
        self.wait_for_the_replica()

    def test_three_windows_in_either_order(self):
        window = self.block("snapshots -config")
        self.assertIn("baseline deploy ", window)
        for reverse in False, True:
            with self.subTest(reverse=reverse):
                self.systemctl("start", "dispinmap", "litestream")
                self.window(window, reverse)
                self.assertIn("at baseline", self.succeeds("status", "--database", self.database))
                self.window(window.replace("baseline deploy", "baseline rollback"), reverse)
                self.window(window.replace("baseline deploy", "baseline deploy --again"), reverse)
                self.systemctl("stop", "litestream", "dispinmap")
                self.succeeds("rollback", "--database", self.database, "--yes")

    def test_while_it_runs_it_is_named(self):
        self.systemctl("start", "dispinmap", "litestream")
        self.wait_for_the_replica()
        self.systemctl("stop", "dispinmap")
        done = self.baseline("deploy", "--database", self.database, "--yes")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("litestream replicate", done.stderr)

    def test_the_gate_and_the_checks_pass_beside_it(self):
        self.succeeds("deploy", "--database", self.database, "--yes")
        self.systemctl("start", "litestream")
        self.until(lambda: support.query(self.database, "SELECT 1 FROM sqlite_schema WHERE name ="
                                                        " '_litestream_seq'"), "its tables")
        self.succeeds("run", "--database", self.database, "--", "true")
        self.succeeds("verify", "--database", self.database)
        self.succeeds("status", "--database", self.database, "--exit-code")

    def test_back_from_the_replica(self):
        self.systemctl("start", "dispinmap", "litestream")
        self.window(self.block("snapshots -config"), False)
        live = self.rows(self.database)
        (self.dir / "application.ready").unlink()
        self.succeeds_in_shell(self.block("litestream restore"))
        self.wait_for_the_replica()
        self.assertEqual([row for row in live if row not in self.rows(self.database)], [])


class Versions(unittest.TestCase):
    def test_the_page_speaks_of_the_version_that_is_tried(self):
        if not LITESTREAM:
            self.skipTest("there is no Litestream: scripts/runbook fetches it")
        done = subprocess.run([LITESTREAM, "version"], capture_output=True, text=True, check=True)
        self.assertIn(f"Litestream {done.stdout.strip().lstrip('v')}", pages.text_of(PAGE))


if __name__ == "__main__":
    unittest.main()
