"""What deploy takes, rollback can give back: for each odd database of odd_databases.py `plan` and
`deploy` agree, and then either every way back gives the old bytes back (in place: the content), or
both have refused before anything was touched."""

import contextlib
import fcntl
import json
import os
import re
import signal
import struct
import unittest

import odd_databases
import support
from support import sha256

SUITE = "version: 1\nchecks:\n  - {name: exact, schema: baseline}\n"
MIGRATION = "CREATE TABLE fresh (a INTEGER PRIMARY KEY, b TEXT CHECK (json_valid(b)));\n"
COMPANIONS = "-wal", "-shm", "-journal"
# What SQLite counts in a header: https://www.sqlite.org/fileformat2.html#the_database_header
COUNTED = [range(18, 20), range(24, 32), range(40, 44), range(92, 100)]


def content(path):
    """The pages of a database as SQLite reads them, but for what it counts in its header."""
    data = bytearray(path.read_bytes())
    size = struct.unpack(">H", data[16:18])[0] if data else 1
    size = 65536 if size == 1 else size
    data += bytes(-len(data) % size)
    if len(data) == size and not any(data[103:105]):
        return b""  # no table: an empty file is the same
    for span in COUNTED:
        data[span.start:span.stop] = bytes(len(data[span.start:span.stop]))
    return bytes(data)


def beside(database):
    """A database and what lies beside it, by the ends of their names."""
    return {end: sha256(file) for end in ("", *COMPANIONS)
            if (file := database.with_name(database.name + end)).exists()}


@contextlib.contextmanager
def leased(path):
    """This process has a lease on the file, as a run has for a moment."""
    mode = path.stat().st_mode
    path.chmod(0o600)
    with open(path, "r+b") as file:
        path.chmod(mode)
        # It is told of who comes by a signal that would end it.
        previous = signal.signal(signal.SIGIO, signal.SIG_IGN)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        yield
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        signal.signal(signal.SIGIO, previous)


class OddCase(support.Case):
    def setUp(self):
        super().setUp()
        (self.dir / "1_fresh.sql").write_text(MIGRATION)
        (self.dir / "suite.yaml").write_text(SUITE)
        self.new = ["-m", self.dir / "1_fresh.sql", "--checks", self.dir / "suite.yaml"]

    def each(self, check, **options):
        """Calls `check` with each odd database and the path where it is, in a directory of its
        own."""
        for number, odd in enumerate(odd_databases.ODD):
            with self.subTest(odd.name):
                directory = self.dir / str(number)
                directory.mkdir()
                odd.make(directory / "app.db")
                check(odd, directory / "app.db", **options)

    def agree(self, database, *options, run=None):
        """`plan` and `deploy` end with the same code and for the same reason; the code. A run that
        refuses has touched nothing."""
        run = run or self.baseline
        before = self.state(database)
        planned = run("deploy", "--dry-run", "-d", database, *self.new, *options)
        self.assertEqual(self.state(database), before)
        done = run("deploy", "-d", database, *self.new, *options)
        self.assertEqual(done.returncode, planned.returncode, planned.stderr + done.stderr)
        if done.returncode != 0:
            self.assertEqual(done.stderr, planned.stderr)
            self.assertEqual(self.state(database), before)
        return done.returncode

    def state(self, database):
        """All that lies there, but for the lock and the index of a log, which whoever reads a log
        makes anew."""
        state = support.state(database.parent)
        for name in support.lock_of(database), database.name + "-shm":
            state.pop(name, None)
        return state

    def taken(self, odd, database, *options):
        """Deploys over it, with consent where that is needed; the code. Without, nothing that cannot
        be read is taken."""
        if odd.consent:
            self.assertEqual(self.agree(database, *options), 4)
            options = [*options, "--old-unreadable", "backup"]
        return self.agree(database, *options)

    def back(self, database, *options):
        self.succeeds("rollback", "-d", database, *options)

    def newest(self, database):
        return self.backups(database)[-1].name


class Swap(OddCase):
    def test_every_way_back(self):
        self.each(self.every_way_back)

    def every_way_back(self, odd, database):
        found = beside(database)
        self.assertEqual(self.taken(odd, database), 0)
        kept = self.newest(database)
        old = beside(self.backups(database)[-1] / "app.db")
        # SQLite brings in what a crashed writer left, as for any opener.
        if odd.companions or len(found) == 1:
            self.assertEqual(old, found)
        self.assertEqual(len(old) > 1, odd.companions)
        self.succeeds("backups", "verify", "-d", database)

        self.back(database)
        self.assertEqual(beside(database), old, "rollback")
        new = self.newest(database)
        self.back(database, "--to", new)
        if not odd.companions:
            self.from_a_file(odd, database, kept, new)
        self.back(database, "--move", "--to", kept)
        self.assertEqual(beside(database), old, "--move")

    def from_a_file(self, odd, database, kept, new):
        exported = database.parent / "exported.db"
        self.succeeds("backups", "export", kept, exported, "-d", database)
        before = content(exported)
        self.back(database, "--from", exported)
        self.assertEqual(sha256(database), sha256(exported), "--from")
        self.back(database, "--to", new)
        if odd.bytes_only:
            done = self.baseline("rollback", "-d", database, "--to", kept, "--engine", "in-place")
            self.assertEqual(done.returncode, 4, done.stderr)
            return
        self.back(database, "--to", kept, "--engine", "in-place")
        self.assertEqual(content(database), before, "in place")
        self.back(database, "--to", new)


class InPlace(OddCase):
    def test_every_way_back(self):
        self.each(self.every_way_back)

    def every_way_back(self, odd, database):
        code = self.taken(odd, database, "--engine", "in-place")
        self.assertEqual(code, 4 if odd.bytes_only else 0)
        if odd.bytes_only:
            return
        kept = self.backups(database)[-1]
        old = content(kept / "app.db")
        self.back(database, "--engine", "in-place")
        self.assertEqual(content(database), old, "rollback")
        new = self.newest(database)
        self.back(database, "--engine", "in-place", "--to", new)
        self.back(database, "--engine", "in-place", "--from", kept / "app.db")
        self.assertEqual(content(database), old, "--from")
        # By a swap every byte comes back.
        self.back(database, "--to", new)
        self.back(database, "--to", kept.name)
        self.assertEqual(beside(database), beside(kept / "app.db"))


class OrdinaryUser(OddCase):
    """The same as an ordinary user, whose rights are part of what is odd."""

    def test_plan_and_deploy_agree(self):
        databases = []
        self.each(lambda odd, database: databases.append((odd, database)))
        run = self.ordinary_user()
        for odd, database in databases:
            with self.subTest(odd.name):
                consent = ["--old-unreadable", "backup"] if odd.consent else []
                if consent:
                    self.assertEqual(self.agree(database, run=run), 4)
                self.assertEqual(self.agree(database, *consent, run=run), 0)
                done = run("rollback", "-d", database)
                self.assertEqual(done.returncode, 0, done.stderr)

    def refused(self, path, mode, make=odd_databases.what_a_crashed_writer_left_in_a_wal):
        """A path beside the database belongs to root, with this mode."""
        if os.geteuid() != 0:
            self.skipTest("only root can make a file of somebody else")
        make(self.dir / "app.db")
        run = self.ordinary_user()
        os.chown(self.dir / path, 0, 0)
        (self.dir / path).chmod(mode)
        for engine in "swap", "in-place":
            with self.subTest(engine):
                database = self.dir / "app.db"
                self.assertEqual(self.agree(database, "--engine", engine, run=run), 4)

    def test_a_file_that_cannot_be_written(self):
        self.refused("app.db", 0o644)

    def test_a_file_that_cannot_be_read(self):
        self.refused("app.db", 0o600)

    def test_a_log_that_cannot_be_written(self):
        self.refused("app.db-wal", 0o644)

    def test_an_index_of_the_log_that_cannot_be_written(self):
        self.refused("app.db-shm", 0o644)

    def test_a_directory_that_cannot_be_written(self):
        self.refused(".", 0o755)


class Said(OddCase):
    """What is odd is told before anything is done, kept, and told again."""

    def setUp(self):
        super().setUp()
        engine = json.loads(self.succeeds("--version", "--format", "json"))["engine"]
        self.engine = f"{engine['name']} {engine['version']}"

    def odd(self, maker):
        database = self.dir / "app.db"
        maker(database)
        return database

    def warnings(self, *words):
        return [text for text in self.json(*words)["warnings"]]

    def test_a_complaint(self):
        """Finding it takes reading the whole database, which a deploy has no time for."""
        database = self.odd(odd_databases.null_in_not_null)
        words = ["-d", database, *self.new]
        told = [f"{self.engine} finds fault with the old database: NULL value in t.b; it is kept as it is,"
                " and a rollback puts it back so"]
        self.assertEqual(self.warnings("plan", *words), told)
        self.assertEqual(self.warnings("deploy", *words), [])
        kept = self.only_backup(database)
        fault = f"{self.engine} finds fault with {{}}: NULL value in t.b; "
        self.assertEqual(self.warnings("backups", "verify", "-d", database),
                         [fault.format(f"the backup {kept.name}") + "its bytes are those that were sealed"])
        self.assertEqual(self.warnings("rollback", "-d", database),
                         [fault.format(kept.name) + "it goes back as it was kept"])

    def test_a_complaint_in_the_manifest(self):
        database = self.odd(odd_databases.null_in_not_null)
        self.succeeds("backups", "create", "-d", database)
        kept = self.only_backup(database)
        self.assertEqual(json.loads((kept / "manifest.json").read_text())["complaint"],
                         "NULL value in t.b")
        self.succeeds("deploy", "-d", database, *self.new)
        told = [f"{self.engine} finds fault with the backup {kept.name}: NULL value in t.b;"
                " it goes back as it was kept"]
        words = ["rollback", "-d", database, "--to", kept.name]
        self.assertEqual(self.warnings(*words, "--dry-run"), told)
        self.assertEqual(self.warnings(*words), told)

    def test_what_cannot_be_read(self):
        database = self.odd(odd_databases.a_schema_that_does_not_parse)
        why = (f"SQLite cannot read {database}: malformed database schema (t) - near \"TABEL\":"
               " syntax error")
        words = ["-d", database, *self.new, "--old-unreadable", "backup"]
        told = [f"{why}; it is kept as it is, and a rollback puts it back so"]
        self.assertEqual(self.warnings("deploy", "--dry-run", *words), told)
        self.assertEqual(self.warnings("deploy", *words), told)
        kept = self.only_backup(database)
        told = [f"the backup {kept.name} goes back as it was kept: {why}"]
        self.assertEqual(self.warnings("rollback", "-d", database, "--dry-run"), told)
        self.assertEqual(self.warnings("rollback", "-d", database), told)

    def test_nothing_where_nothing_is_odd(self):
        database = self.odd(odd_databases.table)
        self.assertEqual(self.warnings("deploy", "-d", database, *self.new), [])
        self.assertEqual(self.warnings("rollback", "-d", database), [])

    def test_a_copy_of_the_live_database(self):
        for maker in odd_databases.json_in_a_check, odd_databases.a_schema_that_does_not_parse:
            with self.subTest(maker.__name__):
                database = self.dir / f"{maker.__name__}.db"
                maker(database)
                self.succeeds("backups", "create", "-d", database)
                self.assertEqual(content(self.only_backup(database) / database.name),
                                 content(database))


class Unread(OddCase):
    """What keeps a backup from being read at this moment is told as what it is, and is no finding
    about the backup."""

    def setUp(self):
        super().setUp()
        self.database = self.dir / "app.db"
        odd_databases.table(self.database)
        self.old = sha256(self.database)
        self.succeeds("deploy", "-d", self.database, *self.new)
        self.backup = self.only_backup(self.database)

    def starved(self, *words):
        """The error of a run that may have few files open, for each number that is not enough."""
        for most in range(4, 64):
            done = self.command("sh", "-c", f'ulimit -n {most}; exec "$0" "$@"', support.BINARY, *words)
            if done.returncode == 0:
                return
            with self.subTest(words[0], most=most):
                yield done

    def test_too_few_descriptors(self):
        for words in ["backups", "verify"], ["backups", "list"], ["rollback", "--dry-run"]:
            for done in self.starved(*words, "-d", self.database):
                self.assertEqual(done.returncode, 5, done.stdout + done.stderr)
                self.assertIn("Too many open files", done.stderr)
                self.assertNotIn("damaged", done.stdout + done.stderr)
        self.assertFalse(self.json("backups", "list", "-d", self.database)["backups"][0]["damage"])

    def test_a_lease(self):
        """Another run has it for a moment, and an open does not wait for that."""
        path = self.backup / "app.db"
        with leased(path):
            done = self.baseline("backups", "verify", "-d", self.database)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertEqual(done.stderr, f"baseline: error: the backup {self.backup.name} could not be"
                                      f" read: {path} is held by another process at this moment\n"
                                      "  hint: try again\n")
        self.assertFalse((self.backup / "baseline-record").exists())
        self.succeeds("backups", "verify", "-d", self.database)

    def test_the_others_are_verified(self):
        """One cannot be read, one is damaged, one is whole."""
        self.succeeds("deploy", "-d", self.database, *self.new, "--again")
        self.succeeds("deploy", "-d", self.database, *self.new, "--again")
        unread, damaged, _ = self.backups(self.database)
        with leased(unread / "app.db"):
            (damaged / "app.db").chmod(0o600)
            odd_databases.patch(damaged / "app.db", 5000, b"?")
            done = self.baseline("backups", "verify", "-d", self.database)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertIn(f"  note: the backup {damaged.name} is damaged: its database file was changed",
                      done.stderr)
        listed = self.json("backups", "list", "-d", self.database)["backups"]
        self.assertEqual([bool(one["damage"]) for one in listed], [False, True, False])
        self.assertEqual([bool(one["verified"]) for one in listed], [False, False, True])


class OnePlace(unittest.TestCase):
    def test_configures_connections(self):
        """What a database may be cannot depend on which part of the program opens it."""
        self.only(r"\bsqlite3_(db_config|limit|set_authorizer)\(", "configuration")
        self.only(r"\b(SQLITE_|SQLite::)OPEN_", "connection")
        # Private ones in memory, which no file comes to.
        self.only(r"\bsqlite3_open\w*\(", "configuration", "slow_functions")

    def only(self, calls, *names):
        rooms = support.PROJECT / "src"
        found = {str(path.relative_to(rooms)) for path in rooms.rglob("*.cpp")
                 if re.search(calls, path.read_text())}
        self.assertEqual(found, {f"store/sqlite/db/{name}.cpp" for name in names})


if __name__ == "__main__":
    unittest.main()
