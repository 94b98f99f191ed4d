"""`baseline backups`: what is kept can be listed, proven, made, taken elsewhere and given up."""

import fcntl
import json
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import unittest

import support
from support import query, sha256


class BackupsCase(support.Case):
    def setUp(self):
        super().setUp()
        self.database = self.legacy()
        self.old = sha256(self.database)
        self.succeeds("deploy", "-d", self.database)
        self.backup = self.only_backup(self.database)

    def again(self, times=1):
        for _ in range(times):
            self.succeeds("deploy", "-d", self.database, "--again")
        return self.backups(self.database)

    def listed(self, **options):
        return self.json("backups", "list", "-d", self.database, **options)["backups"]


def fcntl_lock(path):
    """A descriptor that holds the lock of a run, as another process would."""
    descriptor = os.open(path, os.O_RDWR)
    whole_file = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    fcntl.fcntl(descriptor, 37, whole_file)  # F_OFD_SETLK
    return descriptor


def flip(path, bit):
    """Flips one bit of a file."""
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    with open(path, "r+b") as file:
        file.seek(bit // 8)
        byte = file.read(1)[0]
        file.seek(bit // 8)
        file.write(bytes([byte ^ (1 << (bit % 8))]))


class SealedLater(support.Case):
    """`--seal later`: the run ends once the old database is filed, and the backup is sealed after that."""

    def setUp(self):
        super().setUp()
        self.database = self.legacy()
        self.old = sha256(self.database)

    def deploy(self, *words):
        return self.succeeds("deploy", "-d", self.database, "--yes", "--again", "--seal", "later", *words)

    def unsealed(self):
        return sorted((self.dir / "app.db.backups").glob(".unsealed-*"))

    def test_everything_that_shows_it_says_so_until_it_is_sealed(self):
        self.assertIn("moved, not sealed yet", self.deploy("--report", "prometheus=run.prom"))
        self.assertIn(" 0\n", re.search(r"baseline_backup_sealed{.*\n", (self.dir / "run.prom").read_text())[0])
        directory, = self.unsealed()
        id = json.loads((directory / "manifest.json").read_text())["id"]
        self.assertEqual(sha256(directory / "app.db"), self.old)
        shows = {("backups", "list"): " not sealed\n", ("status",): f"not sealed   {id}",
                 ("history",): "done, backup not sealed yet", 
                 ("backups", "prune", "--keep", "1"): "kept: it is not sealed yet"}
        for words, text in shows.items():
            self.assertIn(text, self.succeeds(*words, "-d", self.database), words)
        self.assertEqual(self.unsealed(), [directory])
        self.assertIn(f"{id}  whole", self.succeeds("backups", "verify", "-d", self.database))
        # The page is of the end of the run, and what it says to type holds later, too.
        page = self.succeeds("report", "-d", self.database)
        self.assertIn("not sealed when the run ended", page)
        self.assertIn(f"app.db.backups/{id}", page)
        for words, text in shows.items():
            self.assertNotIn(text, self.succeeds(*words, "-d", self.database), words)
        self.assertEqual(self.unsealed(), [])
        backup = self.only_backup(self.database)
        self.assertEqual(backup.name, id)
        self.command("sha256sum", "-c", "SHA256SUMS", cwd=backup).check_returncode()

    def test_the_configuration_and_the_environment_put_it_off_too(self):
        (self.dir / "baseline.yaml").write_text(
            "version: 1\ndatabase: app.db\nbackups: {seal: later}\n")
        self.succeeds("deploy", "--yes")
        self.succeeds("deploy", "--yes", "--again")
        self.assertEqual(len(self.unsealed()), 2)
        self.succeeds("rollback", "-d", self.database, "--yes", "--seal", "now")
        self.assertEqual(self.unsealed(), [])
        self.succeeds("deploy", "--yes", "--again", "--config", self.plain(),
                      "-d", self.database, env={"BASELINE_SEAL": "later"})
        self.assertEqual(len(self.unsealed()), 1)

    def plain(self):
        """A configuration that says nothing about it."""
        path = self.dir / "plain.yaml"
        path.write_text("version: 1\n")
        return path

    def test_recover_seals_it(self):
        self.deploy()
        self.assertIn("is sealed now", self.baseline("recover", "-d", self.database).stderr)
        self.assertEqual(self.unsealed(), [])

    def test_its_second_copy_is_made_when_it_is_sealed(self):
        also = self.dir / "also"
        also.mkdir()
        self.assertIn("made when the backup is sealed", self.deploy("--also", also))
        self.assertEqual(list(also.iterdir()), [])
        self.succeeds("backups", "verify", "-d", self.database, "--also", also)
        copy, = also.iterdir()
        self.assertEqual(sha256(copy / "app.db"), self.old)

    def test_a_late_row_is_named_and_kept(self):
        self.deploy()
        file = self.unsealed()[0] / "app.db"
        file.chmod(0o600)
        query(file, "CREATE TABLE late (row)")
        done = self.baseline("backups", "verify", "-d", self.database)
        self.assertEqual(done.returncode, 1)
        self.assertIn("was written to after it was filed, and is sealed with what was written", done.stdout)
        self.assertEqual(query(self.only_backup(self.database) / "app.db",
                               "SELECT name FROM sqlite_schema WHERE name = 'late'"), [("late",)])
        self.succeeds("backups", "verify", "-d", self.database)

    def test_a_process_that_comes_before_the_filing_gets_nothing_that_is_not_kept(self):
        """The lease is lost then: the backup is a copy, and sealed at once."""
        came = self.dir / "came"
        script = self.dir / "start"
        script.write_text(f"""#!/usr/bin/python3
import os, subprocess, sys, time
name = ".app.db.baseline-candidate"
inode = os.stat(name).st_ino
subprocess.Popen([sys.executable, "-c", f"import os; os.open({{name!r}}, os.O_RDWR); open('came', 'w')"],
                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                 start_new_session=True)
for _ in range(3000):
    with open("/proc/locks") as locks:
        if any("BREAK" in line and f":{{inode}} " in line for line in locks):
            sys.exit(0)
    time.sleep(0.01)
sys.exit(1)
""")
        script.chmod(0o755)
        (self.dir / "baseline.yaml").write_text(
            f"version: 1\ndatabase: app.db\napplication: {{start: [{script}], stop: ['true']}}\n")
        self.succeeds("deploy", "--yes", "--seal", "later")
        self.assertEqual(self.unsealed(), [])
        backup = self.only_backup(self.database)
        self.assertEqual(sha256(backup / "app.db"), self.old)
        self.assertEqual(json.loads((backup / "manifest.json").read_text())["strategy"], "copy")
        self.until(came.exists, "the process came")


class List(BackupsCase):
    def test_fits_on_a_screen(self):
        manifest = self.backup / "manifest.json"
        manifest.chmod(0o600)
        text = json.loads(manifest.read_text())
        text |= {"reason": "failed-rollback", "revision": "0123456789abcdef0123456789abcdef",
                 "when": "2020-01-01T00:00:00Z"}
        text["tables"] = [{"name": "t", "rows": 123_456_789}]
        manifest.write_text(json.dumps(text))
        self.assertIn(" 0123456789abcdef0123456789abcdef ",
                      self.succeeds("backups", "list", "-d", self.database))
        terminal = self.terminal("backups", "list", "-d", self.database)
        self.assertEqual(terminal.finish(), 0)
        out = terminal.text
        for line in out.splitlines():
            self.assertLessEqual(len(line), 80, out)
        self.assertRegex(out, r" [56]y failed-rollback 0123456789abc?d?e?f?\w*… 668 KiB 123 M move sealed\n")

    def test_a_clock_that_was_set_back(self):
        manifest = self.backup / "manifest.json"
        manifest.chmod(0o600)
        manifest.write_text(manifest.read_text().replace('"when": "2', '"when": "3'))
        self.assertRegex(self.succeeds("backups", "list", "-d", self.database), r"-001 +- deploy")
        self.assertLess(self.listed()[0]["age_seconds"], 0)

    def test_json_has_every_column(self):
        one, = self.listed()
        self.assertEqual({key: one[key] for key in ("id", "reason", "revision", "size", "rows",
                                                    "strategy", "sealed", "verified", "damage",
                                                    "copies")},
                         {"id": self.backup.name, "reason": "deploy", "revision": "5c8e4212f5ed",
                          "size": 684032, "rows": 9733, "strategy": "move", "sealed": True,
                          "verified": None, "damage": None, "copies": []})
        self.assertLess(one["age_seconds"], 60)

    def test_tells_what_went_back_into_place(self):
        self.succeeds("rollback", "-d", self.database, "--move")
        out = self.succeeds("backups", "list", "-d", self.database)
        self.assertRegex(out, rf"{self.backup.name} .* restored\n")
        self.assertRegex(out, rf"\n{self.backup.name} moved back into place 2\S+Z\n")
        self.assertEqual([one["sealed"] for one in self.listed()], [False, True])


class Verify(BackupsCase):
    def verify(self, *args, code=0):
        return self.json("backups", "verify", "-d", self.database, *args, code=code)

    def test_whole_ones(self):
        first, second = self.again()
        self.assertEqual(self.succeeds("backups", "verify", "-d", self.database),
                         f"{first.name}  whole\n{second.name}  whole\n"
                         f"verified: 2 backups in {self.database}.backups\n")
        self.assertRegex(self.succeeds("backups", "list", "-d", self.database),
                         r" verified \d+[sm]\n.* verified \d+[sm]\n")
        self.assertRegex(self.listed()[0]["verified"], r"^2\d{3}-\S+Z$")

    def test_changes_nothing_but_the_record(self):
        files = {path: support.state(path) for path in [self.backup]}
        self.verify()
        after = support.state(self.backup)
        self.assertEqual(after.pop("baseline-record")[2], "0o100600")
        self.assertEqual(after, files[self.backup])

    def test_a_wal_database_gets_no_companions(self):
        query(self.database, "PRAGMA journal_mode = WAL")
        self.again()
        self.verify()
        self.assertEqual(sorted(os.listdir(self.backups(self.database)[-1])),
                         ["SHA256SUMS", "app.db", "baseline-record", "manifest.json"])

    def test_only_those_that_are_named(self):
        first, second = self.again()
        document = self.verify(second.name)
        self.assertEqual([one["id"] for one in document["backups"]], [second.name])
        self.assertEqual([bool(one["verified"]) for one in self.listed()], [False, True])
        done = self.baseline("backups", "verify", "-d", self.database, "--all", second.name)
        self.assertEqual(done.returncode, 2, done.stderr)

    def test_an_unknown_one(self):
        done = self.baseline("backups", "verify", "-d", self.database, "20000101T000000Z-009")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("there is no backup 20000101T000000Z-009 in", done.stderr)

    def test_none_at_all(self):
        other = self.legacy("other.db")
        self.assertEqual(self.succeeds("backups", "verify", "-d", other, "--all"),
                         f"no backups in {other}.backups\n")

    def test_a_flipped_bit_in_any_file(self):
        """Header, first and last page, the middle of a row; every file of the backup."""
        size = (self.backup / "app.db").stat().st_size
        positions = {"app.db": [0, 100, 4096, size // 2, size - 1], "manifest.json": [0, 1, 40, 300],
                     "SHA256SUMS": [0, 63, 66, 75, 150], "baseline-record": [0, 10, 20, 60]}
        self.verify()
        self.assertEqual(sorted(os.listdir(self.backup)), sorted(positions))
        for name, places in positions.items():
            for place in places:
                for bit in 0, 7:
                    with self.subTest(name, place=place, bit=bit):
                        flip(self.backup / name, place * 8 + bit)
                        done = self.baseline("backups", "verify", "-d", self.database)
                        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                        self.assertIn(f"{self.backup.name}  DAMAGED: ", done.stdout)
                        if name != "baseline-record":  # which is made anew
                            flip(self.backup / name, place * 8 + bit)
                        self.assertEqual(self.verify()["exit_code"], 0)

    def test_names_each_damaged_one(self):
        entries = self.again(3)
        self.verify()
        flip(entries[0] / "app.db", 8 * 5000)
        (entries[2] / "app.db").unlink()
        document = self.verify(code=1)
        self.assertEqual([one["whole"] for one in document["backups"]], [False, True, False, True])
        self.assertEqual([one["problems"] for one in document["backups"]][::2],
                         [["its database file was changed: the SHA-256 is not the sealed one"],
                          ["its database file is missing"]])
        listed = self.listed()
        self.assertEqual([bool(one["damage"]) for one in listed], [True, False, True, False])
        self.assertTrue(listed[0]["verified"], "that it was whole once stays known")
        out = self.succeeds("backups", "list", "-d", self.database)
        self.assertEqual(len(re.findall(r" DAMAGED\n", out)), 2)

    def test_a_database_that_was_damaged_before_it_was_sealed(self):
        """The seal fits: it is whole, and goes back as it was. What SQLite finds is told."""
        self.succeeds("rollback", "-d", self.database, "--move")
        with open(self.database, "r+b") as file:
            file.seek(4096 * 8 + 3)  # the number of cells of a page
            file.write(b"\xff\xff")
        self.succeeds("deploy", "-d", self.database)
        verified = self.verify()
        self.assertTrue(verified["backups"][-1]["whole"])
        self.assertRegex(verified["warnings"][0], " finds fault with the backup ")

    def test_one_that_was_kept_unreadable(self):
        other = self.dir / "none.db"
        other.write_bytes(b"no database at all")
        (self.dir / "none.db-wal").write_bytes(b"and its companion")
        self.succeeds("deploy", "-d", other, "--old-unreadable", "backup")
        self.assertIn("  whole\n", self.succeeds("backups", "verify", "-d", other))
        flip(self.only_backup(other) / "none.db-wal", 3)
        done = self.baseline("backups", "verify", "-d", other)
        self.assertIn("DAMAGED: its none.db-wal was changed\n", done.stdout)

    def test_what_went_back_into_place_is_passed_over(self):
        self.succeeds("rollback", "-d", self.database, "--move")
        document = self.verify()
        self.assertEqual([(one["restored"], one["whole"]) for one in document["backups"]],
                         [(True, False), (False, True)])

    def test_by_an_ordinary_user(self):
        run = self.ordinary_user()
        done = run("backups", "verify", "-d", self.database)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run("backups", "list", "-d", self.database)
        self.assertRegex(done.stdout, r" verified \d+[sm]\n")

    def test_where_nothing_can_be_noted(self):
        """On a catalogue that may only be read the verdict is the same."""
        run = self.ordinary_user()
        self.backup.chmod(0o500)
        done = run("backups", "verify", "-d", self.database)
        if os.geteuid() == 0 or done.returncode == 0:
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("  whole\n", done.stdout)
        self.assertIn(f"warning: it could not be noted that {self.backup.name} was verified",
                      done.stdout)

    def test_says_nothing_of_its_progress_in_a_pipe(self):
        self.assertEqual(self.baseline("backups", "verify", "-d", self.database).stderr, "")

    def test_progress_on_a_terminal(self):
        big = self.big("big.db", 20)
        self.succeeds("deploy", "-d", big)
        terminal = self.slow_terminal("backups", "verify", "-d", big)
        self.assertEqual(terminal.finish(), 0)
        self.assertIn("verify backups  █", terminal.text)

    def test_ctrl_c(self):
        big = self.big("big.db", 60)
        self.succeeds("deploy", "-d", big)
        terminal = self.slow_terminal("backups", "verify", "-d", big)
        terminal.read_until("verify backups  ")
        terminal.type("\x03")
        self.assertEqual(terminal.finish(), 130)
        self.assertFalse((self.only_backup(big) / "baseline-record").exists())


class Writer:
    """Another process that moves one unit after the other from one table to another, each in a
    transaction of its own, until it is told to stop. The sum is always the same."""

    PROGRAM = """
import json, select, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=5, isolation_level=None)
connection.execute("PRAGMA synchronous = OFF")
done, errors = 0, []
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0.0005)[0]:
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE left_side SET n = n - 1")
        connection.execute("UPDATE right_side SET n = n + 1")
        connection.execute("COMMIT")
        done += 1
    except sqlite3.Error as error:
        errors.append(str(error))
print(json.dumps([done, errors]), flush=True)
"""

    def __init__(self, database):
        self.process = subprocess.Popen([sys.executable, "-c", self.PROGRAM, str(database)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        self.process.stdout.readline()
        return self

    def stop(self):
        """How many transactions there were, and what went wrong."""
        answer, _ = self.process.communicate("stop\n", timeout=60)
        return json.loads(answer)

    def __exit__(self, *_):
        support.end(self.process)


class Create(support.Case):
    def create(self, database, *args, code=0):
        return self.json("backups", "create", "-d", database, *args, code=code)

    def test_a_backup_like_any_other(self):
        database = self.legacy()
        database.chmod(0o640)
        document = self.create(database)
        backup = self.only_backup(database)
        manifest = json.loads((backup / "manifest.json").read_text())
        self.assertEqual((manifest["id"], manifest["reason"], manifest["strategy"],
                          manifest["revision"], manifest["mode"], manifest["size"]),
                         (document["backup"]["id"], "manual", "copy", "5c8e4212f5ed", "0640", 684032))
        self.assertEqual(sorted(os.listdir(backup)), ["SHA256SUMS", "app.db", "manifest.json"])
        self.assertEqual({oct(path.stat().st_mode & 0o7777) for path in backup.iterdir()}, {"0o400"})
        self.assertIn({"name": "seen_submissions", "rows": 9600}, manifest["tables"])
        self.succeeds("backups", "verify", "-d", database)
        self.assertEqual(query(f"{backup}/app.db", "SELECT count(*) FROM seen_submissions"), [(9600,)])

    def test_the_live_database_stays_as_it_is(self):
        database = self.legacy()
        before = support.state(self.dir)["app.db"]
        out = self.succeeds("backups", "create", "-d", database)
        self.assertEqual(out, f"created: a backup of {database}\n"
                              f"  backup       {self.only_backup(database)}\n"
                              "               668 KiB, revision 5c8e4212f5ed\n")
        self.assertEqual(support.state(self.dir)["app.db"], before)

    def test_it_can_be_put_back(self):
        database = self.legacy()
        identity = self.create(database)["backup"]["id"]
        query(database, "DELETE FROM seen_submissions")
        self.succeeds("rollback", "-d", database, "--to", identity)
        self.assertEqual(query(database, "SELECT count(*) FROM seen_submissions"), [(9600,)])

    def test_rollback_does_not_take_it_by_itself(self):
        database = self.legacy()
        self.succeeds("deploy", "-d", database)
        self.create(database)
        self.succeeds("rollback", "-d", database)
        self.assertEqual(query(database, "SELECT count(*) FROM seen_submissions"), [(9600,)])

    def test_while_the_application_writes(self):
        """Neither is kept waiting for long, and the copy is of one moment."""
        for journal_mode in "DELETE", "WAL":
            with self.subTest(journal_mode):
                database = self.made(f"""
                    PRAGMA journal_mode = {journal_mode};
                    CREATE TABLE left_side (n); INSERT INTO left_side VALUES (0);
                    CREATE TABLE heavy AS SELECT zeroblob(20 << 20) AS content;
                    CREATE TABLE right_side (n); INSERT INTO right_side VALUES (0);""",
                                     f"{journal_mode}.db")
                with Writer(database) as writer:
                    for _ in range(3):
                        self.succeeds("backups", "create", "-d", database)
                    done, errors = writer.stop()
                self.assertEqual(errors, [])
                self.assertGreater(done, 0)
                for backup in self.backups(database):
                    copy = shutil.copyfile(backup / database.name, self.dir / "copy.db")
                    self.assertEqual(query(copy, "SELECT (SELECT n FROM left_side)"
                                                 " + (SELECT n FROM right_side)"), [(0,)])
                    self.assertEqual(query(copy, "PRAGMA integrity_check"), [("ok",)])
                self.succeeds("backups", "verify", "-d", database)

    def test_while_others_only_have_it_open(self):
        for journal_mode in "DELETE", "WAL":
            database = self.legacy(f"{journal_mode}.db")
            query(database, f"PRAGMA journal_mode = {journal_mode}")
            for mode in "idle", "read", "reading", "writing":
                with self.subTest(journal_mode, mode=mode), support.Holder(database, mode):
                    self.create(database)

    def test_locked_for_all(self):
        database = self.legacy()
        with support.Holder(database, "alone"):
            done = self.baseline("backups", "create", "-d", database)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("stays locked by another process", done.stderr)
        self.assertEqual(os.listdir(f"{database}.backups"), [])

    def test_what_a_killed_writer_left_is_in_it(self):
        database = self.legacy()
        with support.Holder(database) as application:
            application.execute("PRAGMA journal_mode = WAL")
            application.execute("DELETE FROM seen_submissions")
            application.kill()
        self.create(database)
        self.assertEqual(query(self.only_backup(database) / "app.db",
                               "SELECT count(*) FROM seen_submissions"), [(0,)])

    def test_of_no_database(self):
        done = self.baseline("backups", "create", "-d", self.dir / "app.db")
        self.assertEqual((done.returncode, done.stdout), (5, ""))
        (self.dir / "none.db").write_bytes(b"no database " * 100)
        done = self.baseline("backups", "create", "-d", self.dir / "none.db")
        self.assertEqual((done.returncode, done.stdout), (4, ""))
        self.assertIn("file is not a database", done.stderr)

    def test_after_an_interrupted_run(self):
        database = self.legacy()
        self.command("strace", "-f", "-o", "/dev/null", "-e", "trace=fsync",
                     "-e", "inject=fsync:signal=KILL:when=3", support.BINARY, "deploy", "-d", database)
        document = self.create(database)
        self.assertRegex(document["warnings"][0], "^an interrupted run is not recovered yet")
        self.succeeds("recover", "-d", database)
        self.succeeds("backups", "verify", "-d", database)

    def test_killed_in_the_middle(self):
        """What is left is called .partial-*, and the next one removes it."""
        database = self.legacy()
        self.command("strace", "-f", "-o", "/dev/null", "-e", "trace=fsync",
                     "-e", "inject=fsync:signal=KILL:when=2", support.BINARY,
                     "backups", "create", "-d", database)
        left, = os.listdir(f"{database}.backups")
        self.assertRegex(left, r"^\.partial-\S+-manual$")
        self.create(database)
        self.assertEqual(os.listdir(f"{database}.backups"), [self.only_backup(database).name])

    def test_by_an_ordinary_user(self):
        database = self.legacy()
        run = self.ordinary_user()
        done = run("backups", "create", "-d", database)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(run("backups", "verify", "-d", database).returncode, 0)

    def test_a_full_disk(self):
        """Nothing is left but what was there."""
        database = self.made("CREATE TABLE heavy AS SELECT zeroblob(3 << 20) AS content")
        done = self.command("bash", "-c", 'ulimit -f 1024; trap "" XFSZ; exec "$@"', "-",
                            support.BINARY, "backups", "create", "-d", database)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertEqual(os.listdir(f"{database}.backups"), [])


class NoCatalogue(BackupsCase):
    def test_a_link_does_not_look_like_a_place_without_backups(self):
        """A cron job that verifies it every night would stay green."""
        catalogue = self.backup.parent
        catalogue.rename(self.dir / "elsewhere")
        catalogue.symlink_to(self.dir / "elsewhere")
        for command in ["backups", "list"], ["backups", "verify"], ["backups", "prune", "--keep", "1"]:
            self.refuses(4, f"baseline: error: {catalogue} is not a directory\n  hint: name another"
                         " directory for the backups with --backups\n", *command, "-d",
                         self.database)
        self.succeeds("verify", "-d", self.database)  # which is of the database, not of them


class Export(BackupsCase):
    def export(self, *args, **options):
        return self.baseline("backups", "export", "-d", self.database, *args, **options)

    def refused(self, code, message, *args):
        """Nothing is made, not even for a moment that lasts."""
        before = sorted(os.listdir(self.dir))
        done = self.export(*args)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertIn(message, done.stderr)
        self.assertEqual(sorted(os.listdir(self.dir)), before)

    def test_into_a_file(self):
        target = self.dir / "old.db"
        done = self.export(self.backup.name, "old.db")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, f"exported: {target}\n"
                                      f"  backup       {self.backup.name}\n"
                                      f"               668 KiB, sha256 {self.old[:12]}…\n")
        self.assertEqual((sha256(target), oct(target.stat().st_mode & 0o777)), (self.old, "0o600"))
        document = self.json("backups", "export", "-d", self.database, self.backup.name, "two.db")
        self.assertEqual((document["file"], document["packed"], document["written"],
                          document["backup"]["sha256"]),
                         (f"{self.dir}/two.db", False, 684032, self.old))

    def test_not_among_the_backups_nor_beside_the_live_database(self):
        entry = self.backup / "app.db"
        for target in entry, self.backup.parent / "more.db":
            self.refused(4, f"{target} is within the backups\n", self.backup.name, target, "--force")
        self.assertEqual(sha256(entry), self.old)
        (self.dir / "link").symlink_to(self.backup)
        self.refused(4, f"{self.dir}/link/app.db is within the backups\n", self.backup.name,
                     self.dir / "link/app.db", "--force")
        self.assertEqual(sha256(entry), self.old)
        for suffix in "-wal", "-shm", "-journal":
            self.refused(4, f"{self.database}{suffix} would be read into the live database\n",
                         self.backup.name, f"{self.database}{suffix}")

    def test_packed(self):
        done = self.export(self.backup.name, "old.db.zst", "--zstd")
        self.assertEqual(done.returncode, 0, done.stderr)
        packed = self.dir / "old.db.zst"
        self.assertLess(packed.stat().st_size, 400_000)
        self.command("zstd", "-d", packed)
        self.assertEqual(sha256(self.dir / "old.db"), self.old)
        listed = self.command("zstd", "-l", packed).stdout
        self.assertIn("XXH64", listed)
        self.assertIn("668 KiB", listed)

    def test_to_stdout(self):
        plain = self.command("bash", "-c", '"$@" | sha256sum', "-", support.BINARY, "backups", "export",
                             "-d", self.database, self.backup.name, "-")
        self.assertEqual((plain.stdout.split()[0], plain.stderr), (self.old, ""))
        packed = self.command("bash", "-c", '"$@" | zstd -dc | sha256sum', "-", support.BINARY,
                              "backups", "export", "-d", self.database, self.backup.name, "-", "--zstd")
        self.assertEqual((packed.stdout.split()[0], packed.stderr), (self.old, ""))

    def test_stdout_carries_one_thing(self):
        self.json("backups", "export", "-d", self.database, self.backup.name, "-", code=2)
        terminal = self.terminal("backups", "export", "-d", self.database, self.backup.name, "-")
        self.assertEqual(terminal.finish(), 2)

    def test_a_reader_that_goes_away(self):
        done = self.command("bash", "-c", '"$@" | true; echo ${PIPESTATUS[0]}', "-", support.BINARY,
                            "backups", "export", "-d", self.database, self.backup.name, "-")
        self.assertEqual(done.stdout, "5\n")

    def test_never_over_a_file(self):
        (self.dir / "old.db").write_text("mine")
        self.refused(4, "old.db exists already", self.backup.name, "old.db")
        self.assertEqual((self.dir / "old.db").read_text(), "mine")
        done = self.export(self.backup.name, "old.db", "--force")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sha256(self.dir / "old.db"), self.old)

    def test_never_over_the_live_database(self):
        live = sha256(self.database)
        (self.dir / "link.db").symlink_to(self.database)
        for name in "app.db", "link.db":
            self.refused(4, "is the live database", self.backup.name, name, "--force")
        self.assertEqual(sha256(self.database), live)

    def test_never_beside_what_would_be_read_into_it(self):
        (self.dir / "old.db-wal").write_bytes(b"somebody's")
        self.refused(4, "old.db-wal lies there, and would be read into", self.backup.name, "old.db")

    def test_odd_places(self):
        (self.dir / "here").mkdir()
        self.refused(2, "is not a regular file", self.backup.name, "here")
        self.refused(2, "does not exist", self.backup.name, "nowhere/old.db")
        self.refused(2, "there is no backup", "20000101T000000Z-009", "old.db")

    def test_a_damaged_one(self):
        flip(self.backup / "app.db", 8 * 300_000)
        for packed in [], ["--zstd"]:
            self.refused(4, "is damaged: its SHA-256 is not the one it was sealed with",
                         self.backup.name, "old.db", *packed)
            done = self.command("bash", "-c", '"$@" > /dev/null', "-", support.BINARY, "backups",
                                "export", "-d", self.database, self.backup.name, "-", *packed)
            self.assertEqual(done.returncode, 4, done.stderr)

    def test_what_has_no_data_or_too_much(self):
        self.succeeds("rollback", "-d", self.database, "--move")
        self.refused(4, "there is nothing left in it", self.backup.name, "old.db")
        other = self.dir / "none.db"
        other.write_bytes(b"no database at all")
        (self.dir / "none.db-wal").write_bytes(b"and its companion")
        self.succeeds("deploy", "-d", other, "--old-unreadable", "backup")
        done = self.baseline("backups", "export", "-d", other, self.only_backup(other).name, "x.db")
        self.assertEqual(done.returncode, 4, done.stderr)

    def test_killed_in_the_middle(self):
        """Nothing is left; of one that replaces a file for an instant, and the next one tidies up."""
        self.command("strace", "-f", "-o", "/dev/null", "-e", "trace=fsync",
                     "-e", "inject=fsync:signal=KILL:when=1", support.BINARY,
                     "backups", "export", "-d", self.database, self.backup.name, "old.db")
        self.assertFalse([name for name in os.listdir(self.dir) if "old.db" in name])
        (self.dir / ".old.db.baseline-export").write_bytes(b"as an earlier one, cut off")
        self.assertEqual(self.export(self.backup.name, "old.db", "--force").returncode, 0)
        (self.dir / "old.db").unlink()
        self.assertEqual(self.export(self.backup.name, "old.db").returncode, 0)
        self.assertEqual(sorted(os.listdir(self.dir)),
                         [".app.db.baseline-lock", "app.db", "app.db.backups", "old.db"])

    def test_a_full_disk(self):
        before = sorted(os.listdir(self.dir))
        done = self.command("bash", "-c", 'ulimit -f 100; trap "" XFSZ; exec "$@"', "-",
                            support.BINARY, "backups", "export", "-d", self.database,
                            self.backup.name, "old.db")
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertEqual(sorted(os.listdir(self.dir)), before)

    def test_by_an_ordinary_user(self):
        run = self.ordinary_user()
        done = run("backups", "export", "-d", self.database, self.backup.name, "old.db.zst", "--zstd")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run("rollback", "-d", self.database, "--from", "old.db.zst")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sha256(self.database), self.old)


class RollbackFrom(BackupsCase):
    def setUp(self):
        super().setUp()
        self.file = self.dir / "old.db"
        shutil.copyfile(self.backup / "app.db", self.file)

    def refused(self, code, message, file, leaves=None):
        live = sha256(self.database)
        before = support.listing(self.dir) | {support.lock_of(self.database): None}
        done = self.baseline("rollback", "-d", self.database, "--from", file)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertIn(message, done.stderr)
        self.assertEqual(sha256(self.database), live)
        after = support.listing(self.dir) | {support.lock_of(self.database): None}
        self.assertEqual(after, before)

    def packed(self):
        self.command("zstd", "-q", self.file)
        return self.dir / "old.db.zst"

    def test_a_copy_by_hand(self):
        before = support.state(self.dir)["old.db"]
        out = self.succeeds("rollback", "-d", self.database, "--from", self.file)
        self.assertIn(f"rolled back: {self.database} is back at the backup {self.file}, revision"
                      " 5c8e4212f5ed\n", out)
        self.assertEqual(sha256(self.database), self.old)
        self.assertEqual(support.state(self.dir)["old.db"], before)
        line = self.json("history", "-d", self.database)["lines"][-1]
        self.assertEqual((line["source"], line["from"], line["to"]),
                         (str(self.file), "9275fe03c648", "5c8e4212f5ed"))

    def test_packed_by_another_program(self):
        packed = self.packed()
        out = self.succeeds("rollback", "-d", self.database, "--from", packed)
        self.assertIn("revision 5c8e4212f5ed\n", out)
        self.assertEqual(sha256(self.database), self.old)
        self.assertTrue(packed.exists())
        self.assertEqual(self.json("history", "-d", self.database)["lines"][-1]["to"], "5c8e4212f5ed")

    def test_what_it_replaces_is_kept(self):
        live = sha256(self.database)
        self.succeeds("rollback", "-d", self.database, "--from", self.file)
        kept = self.backups(self.database)[-1]
        self.assertEqual(sha256(kept / "app.db"), live)
        self.succeeds("rollback", "-d", self.database, "--to", kept.name)
        self.assertEqual(sha256(self.database), live)

    def test_dry_run(self):
        for file in self.file, self.packed():
            with self.subTest(file.name), self.unchanged():
                document = self.json("rollback", "-d", self.database, "--from", file, "--dry-run")
                self.assertEqual((document["outcome"], document["source"]), ("would do", str(file)))
                self.assertEqual(document["revision"],
                                 "5c8e4212f5ed" if file == self.file else None)

    def test_a_wal_mode_file(self):
        query(self.file, "PRAGMA journal_mode = WAL")
        before = support.listing(self.dir)
        self.succeeds("rollback", "-d", self.database, "--from", self.file)
        self.assertEqual(sha256(self.database), sha256(self.file))
        self.assertEqual({name for name in support.listing(self.dir) if name.startswith("old")},
                         {name for name in before if name.startswith("old")})

    def test_through_a_link(self):
        link = self.dir / "link.db"
        link.symlink_to(self.file)
        self.succeeds("rollback", "-d", self.database, "--from", link)
        self.assertEqual(sha256(self.database), self.old)

    def test_no_such_file(self):
        self.refused(2, "nothing.db: there is no such file", self.dir / "nothing.db")
        self.refused(2, "it is not a regular file", self.dir)
        self.refused(2, "is the live database itself", self.database)

    def test_packed_by_another_program(self):
        for begin, name, unpack in ((b"\x1f\x8b\x08", "gzip", "gunzip --keep"),
                                    (b"BZh9", "bzip2", "bunzip2 --keep"),
                                    (b"\xfd7zXZ\0", "xz", "unxz --keep"), (b"PK\3\4", "zip", "unzip")):
            self.file.write_bytes(begin + bytes(200))
            self.refused(4, f"old.db is packed with {name}, and only zstd is unpacked here\n"
                         f"  hint: unpack it first: {unpack} {self.file}\n", self.file)
        plain = self.dir / "plain.zst"
        plain.write_bytes(b"no database " * 100)
        self.refused(4, "plain.zst is not packed with zstd, whatever its name says\n", plain)

    def test_no_database(self):
        self.file.write_bytes(b"no database " * 100)
        self.refused(4, "file is not a database", self.file)
        self.refused(4, "old.db.zst holds no database that SQLite can read", self.packed())
        self.file.write_bytes(b"")
        self.refused(4, "old.db is empty", self.file)

    def test_not_complete_in_itself(self):
        with support.Holder(self.file) as application:
            application.execute("PRAGMA journal_mode = WAL")
            application.execute("DELETE FROM seen_submissions")
            application.kill()
        self.refused(4, "is not complete in itself: old.db-wal lies beside it", self.file)

    def test_a_damaged_database(self):
        """Nobody has sealed it: all of it is checked before anything is exchanged."""
        with open(self.file, "r+b") as file:
            file.seek(4096 * 8 + 3)
            file.write(b"\xff\xff")
        live = sha256(self.database)
        done = self.baseline("rollback", "-d", self.database, "--from", self.file)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("integrity_check", done.stdout)
        self.assertEqual(sha256(self.database), live)

    def test_a_damaged_or_cut_off_packed_file(self):
        packed = self.packed()
        whole = packed.read_bytes()
        packed.write_bytes(whole[:len(whole) // 2])
        self.refused(4, "cannot be unpacked: it is cut off", packed)
        packed.write_bytes(whole[:5000] + bytes([whole[5000] ^ 16]) + whole[5001:])
        self.refused(4, "cannot be unpacked: ", packed)

    def test_not_together_with_an_entry_of_the_catalogue(self):
        for words in ["--to", self.backup.name], ["--move"]:
            done = self.baseline("rollback", "-d", self.database, "--from", self.file, *words)
            self.assertEqual(done.returncode, 2, done.stderr)

    def test_where_there_is_no_catalogue_yet(self):
        other = self.dir / "other.db"
        self.succeeds("rollback", "-d", other, "--from", self.file)
        self.assertEqual(sha256(other), self.old)


class Prune(BackupsCase):
    def ids(self):
        return [backup.name for backup in self.backups(self.database)]

    def prune(self, *args, code=0, **options):
        return self.json("backups", "prune", "-d", self.database, *args, code=code, **options)

    def test_says_what_it_frees(self):
        first, second, third = [entry.name for entry in self.again(2)]
        size = sum(path.stat().st_size for path in self.backup.iterdir())
        with self.unchanged():
            out = self.succeeds("backups", "prune", "-d", self.database, "--keep", "2", "--dry-run")
        kib = round(size / 1024)
        self.assertEqual(out, f"{first}  would be removed, {kib} KiB\n"
                              f"{second}  kept: among the newest 2\n"
                              f"{third}  kept: what the last deploy replaced\n"
                              f"would prune: 1 backup, {kib} KiB; nothing was changed\n")
        out = self.succeeds("backups", "prune", "-d", self.database, "--keep", "2")
        self.assertIn(f"{first}  removed, {kib} KiB\n", out)
        self.assertTrue(out.endswith(f"pruned: 1 backup, {kib} KiB\n"), out)
        self.assertEqual(sorted(os.listdir(f"{self.database}.backups")),
                         [second, third, "history.jsonl", "runs"])
        out = self.succeeds("backups", "prune", "-d", self.database, "--keep", "2")
        self.assertTrue(out.endswith("nothing to remove\n"), out)

    def test_json(self):
        first, second = [entry.name for entry in self.again()]
        document = self.prune("--keep", "1")
        self.assertEqual((document["outcome"], [one["id"] for one in document["removed"]],
                          document["kept"], document["others"]),
                         ("done", [first],
                          [{"id": second, "why": "what the last deploy replaced"}], 0))
        self.assertEqual(document["freed"], document["removed"][0]["bytes"])

    def test_settings_from_the_environment(self):
        self.again(2)
        self.prune("--dry-run", code=2)
        self.assertEqual(len(self.prune("--dry-run", env={"BASELINE_KEEP": "1"})["removed"]), 2)
        self.assertEqual(len(self.prune("--dry-run", env={"BASELINE_KEEP_DAYS": "1"})["removed"]), 0)
        for wrong in "0", "-1", "x", "1.5", "", "999999999999999999999":
            with self.subTest(wrong):
                done = self.baseline("backups", "prune", "-d", self.database, f"--keep={wrong}")
                self.assertEqual(done.returncode, 2, done.stderr)

    def test_a_deploy_prunes_by_itself(self):
        self.again(2)
        document = self.json("deploy", "-d", self.database, "--again", env={"BASELINE_KEEP": "2"})
        self.assertEqual([one["id"] for one in document["pruned"]["removed"]],
                         [self.backup.name, document["pruned"]["removed"][1]["id"]])
        self.assertEqual(len(self.ids()), 2)
        self.assertIn(document["backup"]["id"], self.ids())
        out = self.succeeds("deploy", "-d", self.database, "--again", "--keep", "1")
        self.assertRegex(out, r"\n  pruned +2 backups, \d+ KiB\n")
        self.succeeds("rollback", "-d", self.database)

    def test_a_deploy_without_the_setting_prunes_nothing(self):
        self.assertIsNone(self.json("deploy", "-d", self.database, "--again")["pruned"])

    def test_a_failed_or_idle_deploy_prunes_nothing(self):
        self.again(2)
        before = self.ids()
        self.json("deploy", "-d", self.database, "--keep", "1")
        checks = self.dir / "wrong.yaml"
        checks.write_text("version: 1\nchecks: [{name: no, query: SELECT 1, value: 2, when: after}]\n")
        self.json("deploy", "-d", self.database, "--again", "--keep", "1", "--checks", checks, code=1)
        self.assertEqual(self.ids(), before)

    def test_asks_on_a_terminal(self):
        before = [entry.name for entry in self.again()]
        terminal = self.terminal("backups", "prune", "-d", self.database, "--keep", "1")
        terminal.read_until("Go on? [y/N] ")
        self.assertIn(before[0], terminal.text)
        terminal.type("n\n")
        self.assertEqual(terminal.finish(), 130)
        self.assertEqual(self.ids(), before)
        terminal = self.terminal("backups", "prune", "-d", self.database, "--keep", "1", "--yes")
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual(self.ids(), before[1:])

    def test_beside_another_run(self):
        """Under the lock: a deploy that runs may need what would be removed."""
        self.again()
        before = self.ids()
        holder = fcntl_lock(self.dir / support.lock_of(self.database))
        self.addCleanup(os.close, holder)
        self.prune("--keep", "1", code=3)
        self.assertEqual(self.ids(), before)

    def test_killed_in_the_middle(self):
        """An entry is whole or gone; the next one removes what is left."""
        self.again(3)
        for when in 1, 2, 3, 5, 7:
            with self.subTest(when):
                self.command("strace", "-f", "-o", "/dev/null", "-e", "trace=unlinkat",
                             "-e", f"inject=unlinkat:signal=KILL:when={when}", support.BINARY,
                             "backups", "prune", "-d", self.database, "--keep", "1")
                self.succeeds("backups", "verify", "-d", self.database)
        left = [name for name in os.listdir(f"{self.database}.backups") if name[0] == "."]
        self.assertTrue(all(name.startswith(".partial-removed-2") for name in left), left)
        self.prune("--keep", "1")
        self.assertEqual(len(os.listdir(f"{self.database}.backups")), 3)

    def test_the_list_tells_what_is_half_removed(self):
        self.again()
        self.command("strace", "-f", "-o", "/dev/null", "-e", "trace=unlinkat",
                     "-e", "inject=unlinkat:signal=KILL:when=2", support.BINARY,
                     "backups", "prune", "-d", self.database, "--keep", "1")
        self.assertIn(f"{self.backup.name:<22} being removed: baseline backups prune finishes it\n",
                      self.succeeds("backups", "list", "-d", self.database))

    def test_where_there_are_none(self):
        other = self.legacy("other.db")
        with self.unchanged():
            self.assertEqual(self.succeeds("backups", "prune", "-d", other, "--keep", "1"),
                             "nothing to remove\n")

    def test_by_an_ordinary_user(self):
        self.again(2)
        run = self.ordinary_user()
        done = run("backups", "prune", "-d", self.database, "--keep", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.ids()), 1)


class Also(support.Case):
    def setUp(self):
        super().setUp()
        self.database = self.legacy()
        self.old = sha256(self.database)
        self.also = self.dir / "also"
        self.also.mkdir()

    def test_recover_names_what_it_was_not_told_to_look_for(self):
        self.also.rmdir()
        self.deploy()
        self.also.mkdir()
        done = self.baseline("recover", "-d", self.database)
        self.assertEqual((done.returncode, done.stderr), (
            0, f"warning: a second copy in {self.also} was never finished: baseline recover"
            f" --database {self.database} --also {self.also} looks there, too\n"))
        self.assertEqual(self.baseline("recover", "-d", self.database, "--also", self.also).stderr, "")

    def deploy(self, *args, code=0, **options):
        return self.json("deploy", "-d", self.database, "--also", self.also, *args, code=code,
                         **options)

    def verify(self, code=0):
        return self.json("backups", "verify", "-d", self.database, "--also", self.also, code=code)

    def copy(self):
        return self.only_backup(self.database, self.also)

    def test_a_second_copy(self):
        document = self.deploy()
        self.assertEqual([one["directory"] for one in document["copies"]], [str(self.also)])
        self.assertRegex(document["copies"][0]["made"], r"^2\d{3}-\S+Z$")
        self.assertEqual((sha256(self.copy() / "app.db"), self.copy().name),
                         (self.old, self.only_backup(self.database).name))
        self.assertNotEqual((self.copy() / "app.db").stat().st_ino,
                            (self.only_backup(self.database) / "app.db").stat().st_ino)
        done = self.command("sha256sum", "-c", "SHA256SUMS", cwd=self.copy())
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(f"copy in {self.also}\n", self.succeeds("backups", "list", "-d", self.database))

    def test_it_is_a_catalogue_of_its_own(self):
        self.deploy()
        shutil.rmtree(f"{self.database}.backups")
        self.succeeds("backups", "verify", "-d", self.database, "--backups", self.also)
        self.succeeds("rollback", "-d", self.database, "--backups", self.also)
        self.assertEqual(sha256(self.database), self.old)

    def test_of_a_copied_backup_to_several_places(self):
        two = self.dir / "two"
        two.mkdir()
        document = self.deploy("--backup", "copy", "--also", two)
        self.assertEqual(len(document["copies"]), 2)
        for directory in self.also, two:
            self.assertEqual(sha256(self.only_backup(self.database, directory) / "app.db"), self.old)

    def test_from_the_environment(self):
        self.json("deploy", "-d", self.database, env={"BASELINE_ALSO": str(self.also)})
        self.assertEqual(sha256(self.copy() / "app.db"), self.old)

    def test_it_is_told_when_a_failing_disk_takes_both(self):
        warnings = self.json("plan", "-d", self.database, "--also", self.also)["warnings"]
        self.assertEqual(warnings, [f"{self.also} is on the same filesystem as the backups: what"
                                    " takes one takes both"])

    def test_through_a_symbolic_link(self):
        """What is noted is where the copy is, whatever the link leads to later."""
        link = self.dir / "link"
        link.symlink_to(self.also)
        document = self.json("deploy", "-d", self.database, "--also", link)
        self.assertEqual([copy["directory"] for copy in document["copies"]], [str(self.also)])
        link.unlink()
        self.assertEqual(self.verify()["warnings"], [])
        self.assertEqual(sha256(self.copy() / "app.db"), self.old)

    def test_through_a_link_to_a_disk_that_is_not_mounted_yet(self):
        link = self.dir / "link"
        link.symlink_to("later/on")
        self.json("deploy", "-d", self.database, "--also", link)
        later = self.dir / "later" / "on"
        later.mkdir(parents=True)
        self.assertEqual(self.json("backups", "verify", "-d", self.database, "--also", link)["warnings"], [])
        self.assertEqual(sha256(self.only_backup(self.database, later) / "app.db"), self.old)

    def test_above_a_link_is_above_what_it_leads_to(self):
        (self.dir / "disk" / "deep").mkdir(parents=True)
        (self.dir / "disk" / "copies").mkdir()
        (self.dir / "link").symlink_to("disk/deep")
        document = self.json("deploy", "-d", self.database, "--also", f"{self.dir}/link/../copies")
        self.assertEqual([copy["directory"] for copy in document["copies"]],
                         [f"{self.dir}/disk/copies"])

    def test_a_missing_directory_is_a_warning(self):
        """It is not made: where a disk is not mounted, that would be the wrong disk."""
        self.also.rmdir()
        self.assertIn(f"{self.also} does not exist: no second copy can be made there",
                      self.json("plan", "-d", self.database, "--also", self.also)["warnings"])
        done = self.baseline("deploy", "-d", self.database, "--also", self.also)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"warning: no second copy of {self.only_backup(self.database).name} in"
                      f" {self.also}: the directory {self.also} does not exist; baseline backups"
                      f" verify --also {self.also} tries again\n", done.stdout)
        self.assertFalse(self.also.exists())
        self.assertIn(f"no copy in {self.also}: the directory {self.also} does not exist\n",
                      self.succeeds("backups", "list", "-d", self.database))
        self.assertEqual(self.verify()["backups"][0]["copies"][0]["made"], None)
        self.also.mkdir()
        document = self.verify()
        self.assertEqual((document["warnings"], sha256(self.copy() / "app.db")), ([], self.old))
        self.assertTrue(document["backups"][0]["copies"][0]["made"])

    def test_a_full_disk(self):
        done = self.in_namespace(f"""
            mkdir small; mount -t tmpfs -o size=200k tmpfs small
            "$BASELINE" deploy -d {self.database} --also small --format json
            ls -A small >left""")
        self.assertEqual(done.returncode, 0, done.stderr)
        document = self.document(done)
        self.assertRegex(document["copies"][0]["problem"], "No space left on device")
        self.assertEqual((self.dir / "left").read_text(), "")
        self.assert_at_baseline(self.database)

    def test_only_where_the_run_says_so_itself(self):
        """The record of a backup, which somebody else may have written, is not obeyed in that."""
        self.deploy()
        flip(self.copy() / "app.db", 8 * 5000)
        before = support.listing(self.dir)
        other = self.dir / "other"
        command = f"baseline backups verify --database {self.database} --also {self.also}"
        self.refuses(4, f"baseline: error: second copies are recorded to be in {self.also}, which this"
                     f" run does not name\n  hint: {command}\n", "backups", "verify", "-d", self.database)
        self.assertEqual(support.listing(self.dir), before)
        self.assertEqual(self.baseline("backups", "verify", "-d", self.database, "--also",
                                       other).returncode, 4)
        self.assertEqual(support.listing(self.dir), before)
        self.assertIn("was damaged, and is made anew", self.command(
            *command.replace("baseline", str(support.BINARY), 1).split()).stdout)

    def test_a_damaged_copy_is_made_anew(self):
        self.deploy()
        flip(self.copy() / "app.db", 8 * 5000)
        document = self.verify()
        self.assertRegex(document["warnings"][0], "was damaged, and is made anew$")
        self.assertEqual(sha256(self.copy() / "app.db"), self.old)
        self.assertEqual(self.verify()["warnings"], [])

    def test_a_damaged_backup_is_not_copied(self):
        self.deploy()
        shutil.rmtree(self.copy())
        flip(self.only_backup(self.database) / "app.db", 8 * 5000)
        self.verify(code=1)
        self.assertEqual(os.listdir(self.also), [])

    def test_a_copy_that_was_pruned_is_not_missed(self):
        self.deploy()
        first = self.copy()
        self.deploy("--again")
        shutil.rmtree(first)
        document = self.verify()
        self.assertRegex(document["warnings"][0], "is gone, and is not missed any more$")
        self.assertEqual(self.verify()["warnings"], [])
        self.assertFalse(first.exists())

    def test_a_disk_that_is_not_mounted_is_no_pruned_copy(self):
        """Its mount point is there, and empty: nothing is forgotten, and nothing is written there."""
        self.deploy()
        mounted = self.dir / "elsewhere"
        self.also.rename(mounted)
        self.also.mkdir()
        for _ in range(2):
            self.assertRegex(self.verify()["warnings"][0],
                             "is not there, nor any other backup: is its disk mounted[?]$")
        self.assertEqual(os.listdir(self.also), [])
        # Nor does the next deploy write there, which would make the others look pruned.
        document = self.deploy("--again")
        self.assertRegex(document["copies"][0]["problem"],
                         " is empty, where .* has its copy: is its disk mounted[?]$")
        self.assertEqual(os.listdir(self.also), [])
        self.also.rmdir()
        mounted.rename(self.also)
        document = self.verify()
        self.assertEqual((document["warnings"], len(document["backups"][0]["copies"])), ([], 1))
        self.assertEqual(len(list(self.also.glob("2*"))), 2)

    def test_a_copy_whose_manifest_was_damaged_is_made_anew_beside_it(self):
        self.deploy()
        flip(self.copy() / "manifest.json", 0)
        self.assertRegex(self.verify()["warnings"][0],
                         "has a manifest that cannot be read, and is made anew beside it$")
        self.assertEqual(self.verify()["warnings"], [])
        copies = [path for path in self.also.glob("2*") if sha256(path / "app.db") == self.old]
        self.assertEqual(len(copies), 2)

    def test_a_copy_of_another_host_is_not_ours(self):
        """The same path, the same second: only the host tells the two apart."""
        self.deploy()
        theirs = self.copy()
        manifest = theirs / "manifest.json"
        os.chmod(manifest, 0o600)
        text = json.loads(manifest.read_text())
        manifest.write_text(json.dumps({**text, "host": "another", "sha256": "0" * 64}))
        self.verify()
        self.assertEqual(json.loads(manifest.read_text())["host"], "another")
        # With what lies there, the directory was not empty: ours was pruned.
        self.deploy("--again")
        self.assertEqual(len(list(self.also.glob("2*"))), 2)

    def test_whoever_is_at_work_on_a_backup_is_left_alone(self):
        """Two that copied the same backup removed each other's files, and filed what was left."""
        self.deploy()
        shutil.rmtree(self.copy())
        held = os.open(self.only_backup(self.database), os.O_RDONLY)
        self.addCleanup(os.close, held)
        fcntl.flock(held, fcntl.LOCK_EX)
        before = support.listing(self.dir)
        document = self.verify()
        self.assertRegex(document["warnings"][0], "^another process is at work on .*: its second"
                         " copies are left to that, and it is not noted that it was verified$")
        self.assertEqual(support.listing(self.dir), before)

    def test_many_at_once_disturb_nobody(self):
        self.deploy()
        running = [subprocess.Popen([support.BINARY, "backups", "verify", "-d", self.database,
                                     "--also", self.also, "--format", "json"], stdout=subprocess.PIPE, cwd=self.dir)
                   for _ in range(8)]
        for one in running:
            document = json.loads(one.communicate()[0])
            self.assertEqual((one.returncode, document["warnings"]), (0, []))

    def test_what_is_no_second_place_is_refused(self):
        catalogue = f"{self.database}.backups"
        self.refuses(2, f"baseline: error: {catalogue} is where the backups are: a copy there is"
                     " none\n  hint: name a directory on another disk with --also\n", "deploy",
                     "-d", self.database, "--also", catalogue, leaves=[support.lock_of(self.database)])
        os.mkdir(catalogue, 0o700)
        (self.dir / "link").symlink_to(catalogue)
        self.refuses(2, f"baseline: error: {catalogue} is where the backups are: a copy there is"
                     " none\n  hint: name a directory on another disk with --also\n", "deploy",
                     "-d", self.database, "--also", self.dir / "link", leaves=[support.lock_of(self.database)])
        self.refuses(2, f"baseline: error: {self.also} is named twice for second copies\n"
                     "  hint: name each directory once with --also\n", "deploy", "-d",
                     self.database, "--also", self.also, "--also", f"{self.also}/", leaves=[support.lock_of(self.database)])

    def test_nothing_to_copy(self):
        document = self.json("deploy", "-d", self.dir / "new.db", "--also", self.also)
        self.assertEqual((document["copies"], os.listdir(self.also)), ([], []))

    def test_a_deploy_that_was_cut_off_does_not_forget_it(self):
        """Killed just after the exchange: recovery files the backup, and verify makes the copy."""
        self.command("strace", "-f", "-o", "/dev/null", "-e", "trace=renameat2",
                     "-e", "inject=renameat2:signal=KILL:when=2", support.BINARY, "deploy",
                     "-d", self.database, "--also", self.also)
        self.succeeds("recover", "-d", self.database)
        self.assertEqual(os.listdir(self.also), [])
        self.verify()
        self.assertEqual(sha256(self.copy() / "app.db"), self.old)

    def test_by_an_ordinary_user(self):
        run = self.ordinary_user()
        done = run("deploy", "-d", self.database, "--also", self.also)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sha256(self.copy() / "app.db"), self.old)
        self.also.chmod(0o500)
        done = run("deploy", "-d", self.database, "--also", self.also, "--again")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Permission denied", done.stdout)


if __name__ == "__main__":
    unittest.main()
