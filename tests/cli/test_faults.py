"""What must hold when something is not as it should be in the middle of a run: another program has
put something else where the run keeps its files, another run was under way, a command was killed."""

import json
import os
import shutil
import unittest

import support
from support import query, sha256

HELD = """\
version: 1
application:
  stop: ["true"]
  start: [sh, -c, '[ -e "$1" ] && exit 0; touch "$1"; exit "$(cat "$0")"', {fifo}, {again}]
"""


def words(text):
    """With one space between two words: lines are broken and indented."""
    return " ".join(text.split())


class Held(support.Case):
    """A deploy that is held while the new database is live and the old one is not filed yet, until
    the test lets go and says whether the application has started well."""

    def setUp(self):
        super().setUp()
        self.fifo = self.dir / "fifo"
        os.mkfifo(self.fifo)
        (self.dir / "held.yaml").write_text(HELD.format(
            fifo=json.dumps(str(self.fifo)), again=json.dumps(str(self.dir / "started"))))
        (self.dir / "plain.yaml").write_text("version: 1\n")
        self.database = self.legacy()
        self.old = self.database.read_bytes()
        self.candidate = self.dir / ".app.db.baseline-candidate"

    def hold(self, *more):
        process = self.start("deploy", "-d", self.database, "--config", "held.yaml", "--yes", *more)

        def is_open():
            try:
                self.let_go = os.open(self.fifo, os.O_WRONLY | os.O_NONBLOCK)
                return True
            except OSError:  # nobody reads it yet
                return False
        self.until(is_open, "it starts the application", process)
        return process

    def ended(self, process, code=0):
        os.write(self.let_go, str(code).encode())
        os.close(self.let_go)
        stdout, stderr = process.communicate(timeout=60)
        return process.returncode, stdout, stderr


class Displaced(Held):
    """Another program gives the old database's name, which the run keeps it under, to something
    else: what is filed is the old database all the same, or the run says that it is not."""

    def replace(self, by):
        self.candidate.unlink()
        by()

    def assert_kept(self, code, stdout, stderr):
        self.assertEqual(code, 6, stdout + stderr)
        displaced = self.dir / ".app.db.baseline-displaced"
        self.assertIn(f"{self.candidate} was replaced by another file during the deploy", stderr)
        self.assertIn(str(displaced), stderr)
        self.assertEqual((self.only_backup(self.database) / "app.db").read_bytes(), self.old)
        self.succeeds("backups", "verify", "-d", self.database)
        self.assert_at_baseline(self.database)
        self.assertIn(f"leftover {displaced}: it was put where",
                      words(self.succeeds("status", "-d", self.database)))
        return displaced

    def test_by_a_link(self):
        other = self.dir / "other.db"
        other.write_bytes(b"of somebody else")
        process = self.hold()
        self.replace(lambda: self.candidate.symlink_to(other))
        displaced = self.assert_kept(*self.ended(process))
        self.assertTrue(displaced.is_symlink())
        self.assertEqual(other.read_bytes(), b"of somebody else")

    def test_by_a_hard_link(self):
        other = self.dir / "other.db"
        shutil.copy(self.database, other)
        process = self.hold()
        self.replace(lambda: os.link(other, self.candidate))
        displaced = self.assert_kept(*self.ended(process))
        self.assertEqual((displaced.stat().st_ino, oct(other.stat().st_mode & 0o777)),
                         (other.stat().st_ino, oct(0o644)))

    def test_where_the_backup_is_a_copy(self):
        process = self.hold("--backup", "copy")
        self.replace(lambda: self.candidate.write_bytes(b"something else"))
        displaced = self.assert_kept(*self.ended(process))
        self.assertEqual(displaced.read_bytes(), b"something else")

    def test_removed(self):
        process = self.hold()
        self.candidate.unlink()
        code, _, stderr = self.ended(process)
        self.assertEqual(code, 0, stderr)
        self.assertEqual((self.only_backup(self.database) / "app.db").read_bytes(), self.old)

    def test_and_then_the_application_does_not_start(self):
        process = self.hold()
        self.replace(lambda: self.candidate.write_bytes(b"something else"))
        code, stdout, stderr = self.ended(process, 1)
        self.assertEqual(code, 1, stderr)
        self.assertIn("was replaced by another file during the deploy", stdout)
        self.assertEqual(self.database.read_bytes(), self.old)
        self.assertEqual((self.dir / ".app.db.baseline-displaced").read_bytes(), b"something else")
        self.assertIn("nothing to recover", self.succeeds("recover", "-d", self.database))

    def test_and_then_it_is_killed(self):
        """There is no descriptor any more: the recovery touches nothing that it does not know."""
        process = self.hold()
        self.candidate.rename(self.dir / "moved away")
        self.candidate.write_bytes(b"something else")
        process.kill()
        process.communicate()
        os.close(self.let_go)
        done = self.baseline("recover", "-d", self.database)
        self.assertEqual(done.returncode, 6, done.stdout)
        self.assertIn("has disappeared, or was replaced by another file", done.stderr)
        self.assertEqual(self.candidate.read_bytes(), b"something else")
        self.candidate.unlink()
        (self.dir / "moved away").rename(self.candidate)
        self.succeeds("recover", "-d", self.database)
        self.assertEqual((self.only_backup(self.database) / "app.db").read_bytes(), self.old)

    def test_the_live_one_is_not_exchanged_for_what_a_run_does_not_know(self):
        process = self.hold()
        shutil.copy(self.database, self.dir / "restored.db")
        os.rename(self.dir / "restored.db", self.database)
        code, stdout, stderr = self.ended(process, 1)
        self.assertEqual(code, 6, stdout)
        self.assertIn(f"{self.database} was replaced by another file", stderr)
        self.assertEqual(self.candidate.read_bytes(), self.old)


class Engine(Held):
    """How a database is replaced is decided once the lock is there, whatever ran before."""

    def hold_and_wait(self, *more):
        first = self.hold()
        second = self.start("deploy", "-d", self.database, "--config", "plain.yaml", "--again", "--yes", "--wait", "60s",
                            "--format", "json", *more)
        self.until(lambda: self.is_open(second, support.lock_of(self.database)), "it waits", second)
        self.assertEqual(self.ended(first)[0], 0)
        stdout, stderr = second.communicate(timeout=60)
        return second.returncode, stdout, stderr

    def is_open(self, process, name):
        directory = f"/proc/{process.pid}/fd"
        links = []
        for descriptor in os.listdir(directory):
            try:
                links.append(os.readlink(f"{directory}/{descriptor}"))
            except OSError:
                pass
        return str(self.dir / name) in links

    def test_hard_links(self):
        other = self.dir / "other-name.db"
        os.link(self.database, other)
        code, stdout, stderr = self.hold_and_wait()
        self.assertEqual(code, 0, stderr)
        self.assertEqual(json.loads(stdout)["engine"]["name"], "in-place")
        self.assertEqual(other.stat().st_ino, self.database.stat().st_ino)

    def test_hard_links_and_a_swap_was_asked_for(self):
        os.link(self.database, self.dir / "other-name.db")
        code, _, stderr = self.hold_and_wait("--engine", "swap")
        self.assertEqual(code, 4, stderr)
        self.assertIn("has 2 hard links", stderr)

    def test_in_place_was_asked_for(self):
        code, stdout, stderr = self.hold_and_wait("--engine", "in-place")
        self.assertEqual(code, 0, stderr)
        self.assertEqual(json.loads(stdout)["engine"]["name"], "in-place")


class Killed(support.Case):
    """What commands leave that were killed is named by status, and removed by recover."""

    def setUp(self):
        super().setUp()
        self.database = self.legacy()
        self.also = self.dir / "also"
        self.also.mkdir()

    def killed(self, when, *words):
        """Before its system call `when` of strace's words: "unlinkat:2"."""
        call, _, number = when.partition(":")
        self.command("strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                     f"inject={call}:signal=KILL:when={number}", support.BINARY, *words)

    def left(self):
        return sorted(str(path.relative_to(self.dir)) for path in self.dir.rglob("*")
                      if ".partial-" in path.name or path.name.endswith(".new"))

    def assert_found(self, what, *options):
        found = self.left()
        self.assertEqual(len(found), 1, found)
        path = self.dir / found[0]
        options = ["-d", self.database, *options]
        self.assertIn(f"leftover {path}: {what}; baseline recover removes it",
                      words(self.succeeds("status", *options)))
        status = self.json("status", *options)
        self.assertEqual(status["leftovers"], [{"path": str(path), "what": what, "kept": None}])
        out = self.succeeds("recover", *options)
        self.assertIn(f"removed {path}: {what}", words(out))
        self.assertEqual(self.left(), [])
        self.assertEqual(self.json("recover", *options)["leftovers"], [])
        self.assertNotIn("leftover", self.succeeds("status", *options))

    def test_backups_create(self):
        self.killed("fchmod:1", "backups", "create", "-d", self.database)
        self.assert_found("a backup that was being made")

    def test_backups_prune(self):
        for _ in range(3):
            self.succeeds("deploy", "-d", self.database, "--again")
        self.killed("unlinkat:2", "backups", "prune", "-d", self.database, "--keep", "1", "--yes")
        self.assert_found("a backup that was being removed")

    def test_a_second_copy(self):
        self.also.rmdir()
        self.succeeds("deploy", "-d", self.database, "--also", self.also)
        backup = self.only_backup(self.database)
        self.assertIn(f"no copy of {backup.name} in {self.also}:",
                      words(self.succeeds("status", "-d", self.database)))
        self.also.mkdir()
        self.killed("fsync:1", "backups", "verify", "-d", self.database, "--also", self.also)
        self.assert_found("a second copy that was being made", "--also", self.also)
        missing, = self.json("status", "-d", self.database)["missing_copies"]
        self.assertEqual((missing["backup"], missing["directory"]), (backup.name, str(self.also)))
        self.succeeds("backups", "verify", "-d", self.database, "--also", self.also)
        self.assertEqual(self.json("status", "-d", self.database)["missing_copies"], [])
        shutil.rmtree(self.also)
        missing, = self.json("status", "-d", self.database)["missing_copies"]
        self.assertEqual(missing["why"], f"the directory {self.also} does not exist")

    def test_a_record_of_a_backup(self):
        self.succeeds("deploy", "-d", self.database)
        self.killed("fsync:1", "backups", "verify", "-d", self.database)
        self.assert_found("a file of a backup that was being written")

    def test_what_may_be_the_old_database_is_named_and_stays(self):
        self.succeeds("deploy", "-d", self.database)
        backup = self.only_backup(self.database)
        run = json.loads((backup / "manifest.json").read_text())["run"]
        later = run.replace("-001-", "-002-")
        partial = backup.parent / f".partial-{later}"
        partial.mkdir()
        (partial / "app.db").write_bytes(b"perhaps the only one")
        out = self.succeeds("recover", "-d", self.database)
        self.assertTrue(out.startswith("nothing to recover"), out)
        self.assertIn(f"left {partial}: no journal tells what it is", words(out))
        self.assertTrue((partial / "app.db").exists())
        # Beside a finished one of the same run it is nobody's.
        partial.rename(backup.parent / f".partial-{run}")
        self.assert_found("a backup that was being filed")

    def test_those_of_another_database_stay(self):
        shared = self.dir / "shared"
        other = self.legacy("other.db")
        self.killed("fchmod:1", "backups", "create", "-d", other, "--backups", shared)
        found = self.left()
        self.assertEqual(len(found), 1, found)
        options = ["-d", self.database, "--backups", shared]
        self.assertEqual(self.json("status", *options)["leftovers"], [])
        self.assertTrue(self.succeeds("recover", *options).startswith("nothing to recover"))
        self.assertEqual(self.left(), found)

    def test_an_export_leaves_nothing(self):
        self.succeeds("deploy", "-d", self.database)
        before = sorted(os.listdir(self.dir))
        self.killed("fsync:1", "backups", "export", "-d", self.database,
                    self.only_backup(self.database).name, "exported.db")
        self.assertEqual(sorted(os.listdir(self.dir)), before)

    def test_an_init_does_not_block_the_next_one(self):
        whole = self.dir / "whole"
        self.succeeds("init", "-d", self.database, "-o", whole)
        names = sorted(str(path.relative_to(whole)) for path in whole.rglob("*") if path.is_file())
        for number in range(1, len(names) + 1):
            for call in ("fsync", "linkat"):
                with self.subTest(call=call, number=number):
                    made = self.dir / f"{call}-{number}"
                    self.killed(f"{call}:{number}", "init", "-d", self.database, "-o", made)
                    self.assertFalse((made / "baseline.yaml").exists())
                    self.succeeds("init", "-d", self.database, "-o", made)
                    there = {str(path.relative_to(made)): path.read_text()
                             for path in made.rglob("*") if path.is_file()}
                    self.assertEqual(sorted(there), names)
                    for name in names[1:]:
                        self.assertEqual(there[name], (whole / name).read_text())


class MistypedPaths(support.Case):
    """That there is nothing to verify must not look like backups in the best of order."""

    def test_of_the_database_or_of_the_backups(self):
        self.fresh()
        meant = (f"  note: {self.dir}/ap.db does not exist; did you mean app.db, which lies beside"
                 " it?\n")
        for options, database, backups, note in (
                (["-d", "ap.db"], "ap.db", "ap.db.backups", meant),
                (["-d", "app.db", "--backups", "bakcups"], "app.db", "bakcups", "")):
            for command in (["verify"], ["prune", "--keep", "1"]):
                with self.subTest(command=command, options=options):
                    self.refuses(2, f"baseline: error: there are no backups of {self.dir}/{database}:"
                                    f" {self.dir}/{backups} does not exist\n{note}"
                                    "  hint: name the database with --database, and with --backups"
                                    " where its backups are\n", "backups", *command, *options)

    def test_no_backup_yet_is_no_mistake(self):
        self.fresh()
        shutil.rmtree(self.dir / "app.db.backups")
        self.assertEqual(self.succeeds("backups", "verify", "-d", "app.db"),
                         f"no backups in {self.dir}/app.db.backups\n")


class Memory(support.Case):
    """Whatever there is of it, the exit code tells what is live (tests/crash/memory.py: each place)."""

    def test_limits(self):
        for kibibytes in range(30_000, 60_000, 3_700):
            with self.subTest(kibibytes=kibibytes):
                database = self.legacy(f"{kibibytes}.db")
                old = database.read_bytes()
                done = self.command("bash", "-c", f'ulimit -v {kibibytes}; exec "$@"', "-",
                                    support.BINARY, "deploy", "--yes", "-d", database)
                if done.returncode == 0:
                    self.assert_at_baseline(database)
                    backup = self.only_backup(database) / database.name
                    self.assertEqual(sha256(backup), sha256(self.legacy("again.db")))
                else:
                    # 127 and 139: not even the loader had enough.
                    self.assertIn(done.returncode, (1, 2, 3, 4, 5, 127, 139), done.stderr)
                    self.assertEqual(database.read_bytes(), old, done.stderr)
                    self.assertEqual(query(database, "PRAGMA quick_check"), [("ok",)])


if __name__ == "__main__":
    unittest.main()
