"""Odd circumstances of the process: few descriptors, small files, signals, masks, clocks. Whatever
comes of it, the exit code tells, and the old database is the same, bit for bit."""

import json
import os
import resource
import signal
import subprocess
import unittest

import support
from support import sha256

LOCK = ".app.db.baseline-lock"


class Limits(support.Case):
    def limited(self, kind, limit, *args):
        def limit_it():
            resource.setrlimit(kind, (limit, limit))
        return subprocess.run([str(support.BINARY), *map(str, args)], env=self.environment(),
                              cwd=self.dir, timeout=60, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, preexec_fn=limit_it)

    def test_files_may_not_grow(self):
        """ulimit -f: the kernel's SIGXFSZ would kill; it comes as an error, and all is undone."""
        database = self.legacy()
        before = sha256(database)
        # The new database has 40 960 bytes, the old one 684 032.
        for options, limits in [([], [0, 100, 4096, 40000]),
                                (["--backup", "copy"], [0, 100000]),
                                (["--engine", "in-place"], [0, 100, 40000, 100000])]:
            for limit in limits:
                with self.subTest(options, limit=limit), self.unchanged(LOCK, "app.db.backups"):
                    done = self.limited(resource.RLIMIT_FSIZE, limit, "deploy", "-d", database,
                                        *options)
                    self.assertEqual(done.returncode, 5, done.stdout + done.stderr)
                    self.assertRegex(done.stderr, "^baseline: error: cannot write .*: File too large\n")
                self.assertEqual(sha256(database), before)
        self.succeeds("recover", "-d", database)

    def test_few_descriptors(self):
        """ulimit -n: from too few to start with to enough. When they run out after the swap, the new
        database is live, the exit code is 0 with a warning, and recovery files the old one."""
        for engine in "swap", "in-place":
            database = self.legacy(f"{engine}.db")
            before = sha256(database)
            for limit in range(4, 30):
                with self.subTest(engine, limit=limit):
                    done = self.limited(resource.RLIMIT_NOFILE, limit, "deploy", "-d", database,
                                        "--engine", engine)
                    self.assertIn(done.returncode, (0, 2, 4, 5, 127), done.stdout + done.stderr)
                    self.succeeds("recover", "-d", database)
                    if done.returncode == 0:
                        self.assertEqual(sha256(self.only_backup(database) / database.name), before)
                        break
                    self.assertEqual(sha256(database), before)
            self.assertEqual(done.returncode, 0)


class Signals(support.Case):
    def test_hangup_is_an_interruption(self):
        """The terminal is closed in the middle of a copy."""
        database = self.big()
        before = sha256(database)
        process = self.start("deploy", "-d", database, "--backup", "copy")
        self.until(lambda: any(self.dir.glob("app.db.backups/.partial-*/app.db")), "it copies",
                   process)
        process.send_signal(signal.SIGHUP)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out, err),
                         (129, "", "baseline: interrupted; the old database is in place\n"))
        self.assertEqual(sha256(database), before)
        self.assertEqual(os.listdir(self.dir / "app.db.backups"), [])

    def test_an_interruption_in_place(self):
        database = self.big()
        before = sha256(database)
        process = self.start("deploy", "-d", database, "--engine", "in-place")
        self.until(lambda: any(self.dir.glob("app.db.backups/.partial-*/app.db")), "it copies",
                   process)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out, err),
                         (143, "", "baseline: interrupted; the old database is in place\n"))
        self.assertEqual(sha256(database), before)
        self.assertEqual(sorted(os.listdir(self.dir)), [LOCK, "app.db", "app.db.backups"])


class Masks(support.Case):
    """What is private stays private, and the database's own rights are kept, whatever the umask and
    whatever the directory hands down."""

    def masked(self, mask, *args):
        done = subprocess.run([str(support.BINARY), *map(str, args)], env=self.environment(),
                              cwd=self.dir, timeout=60, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, umask=mask)
        self.assertEqual(done.returncode, 0, done.stderr)

    def mode(self, path):
        return oct(path.stat().st_mode & 0o7777)

    def test_no_mask_and_the_strictest(self):
        for mask in 0o000, 0o077:
            for engine in "swap", "in-place":
                with self.subTest(oct(mask), engine=engine):
                    database = self.legacy(f"{mask}{engine}.db")
                    database.chmod(0o644)
                    self.masked(mask, "deploy", "-d", database, "--engine", engine)
                    self.assertEqual(self.mode(database), "0o644")
                    backup = self.only_backup(database)
                    self.assertEqual([self.mode(backup.parent), self.mode(backup),
                                      self.mode(backup / database.name),
                                      self.mode(self.dir / support.lock_of(database))],
                                     ["0o700", "0o700", "0o400", "0o600"])
                    self.masked(mask, "rollback", "-d", database, "--engine", engine)
                    self.assertEqual(self.mode(database), "0o644")

    def test_a_directory_that_hands_down_its_group(self):
        database = self.legacy()
        self.give_to(database, 65534, 65534)
        os.chown(self.dir, 65534, 12345)
        self.dir.chmod(0o2755)
        database.chmod(0o640)
        self.succeeds("deploy", "-d", database)
        status = database.stat()
        self.assertEqual((status.st_uid, status.st_gid, oct(status.st_mode & 0o7777)),
                         (65534, 65534, "0o640"))

    def test_an_access_list_is_kept(self):
        self.needs("setfacl")
        database = self.legacy()
        done = self.command("setfacl", "-m", "u:65534:rw,g:12345:r", database)
        if done.returncode != 0:
            self.skipTest(f"this filesystem has no access lists: {done.stderr.strip()}")
        before = self.command("getfacl", "-cpn", database).stdout
        self.assertIn("user:65534:rw-", before)
        for engine in "swap", "in-place":
            for words in ["deploy", "--again"], ["rollback"]:
                self.succeeds(*words, "-d", database, "--engine", engine)
                self.assertEqual(self.command("getfacl", "-cpn", database).stdout, before)

    def test_what_a_directory_hands_down_is_not_taken(self):
        """A default access list of the directory must not open the new file to more people."""
        self.needs("setfacl")
        database = self.legacy()
        database.chmod(0o600)
        before = self.command("getfacl", "-cpn", database).stdout
        done = self.command("setfacl", "-d", "-m", "u:65534:rwx", self.dir)
        if done.returncode != 0:
            self.skipTest(f"this filesystem has no access lists: {done.stderr.strip()}")
        self.succeeds("deploy", "-d", database)
        self.assertEqual(self.command("getfacl", "-cpn", database).stdout, before)


class Clocks(support.Case):
    def set_forward(self, backup):
        """As if the backup had been made when the clock was years ahead."""
        later = backup.parent / ("2099" + backup.name[4:])
        manifest = backup / "manifest.json"
        text = manifest.read_text().replace(backup.name, later.name)
        text = text.replace('"when": "2', '"when": "2099-01-01T00:00:00Z", "was": "2')
        document = json.loads(text)
        del document["was"]
        manifest.chmod(0o600)
        manifest.write_text(json.dumps(document))
        backup.rename(later)
        return later

    def test_a_clock_that_jumps_back(self):
        """The newest backup is the one that was made last, not the one with the latest time."""
        database = self.legacy()
        self.succeeds("deploy", "-d", database)
        self.set_forward(self.only_backup(database))
        support.query(database, "INSERT INTO channel_configs (channel_id, guild_id) VALUES (7, 7)")
        middle = sha256(database)
        self.succeeds("deploy", "-d", database, "--again")
        self.assertEqual([entry.name[:2] + entry.name[-4:] for entry in self.backups(database)],
                         ["20-001", "20-002"])
        self.succeeds("rollback", "-d", database)
        self.assertEqual(sha256(database), middle)


if __name__ == "__main__":
    unittest.main()
