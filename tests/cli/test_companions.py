"""What lies beside a database file: a -wal or -journal that was not written for it is not brought
into it, but named; what is nobody's is no obstacle; and what cannot be told is kept first."""

import os
import re
import shutil
import socket
import sqlite3
import unittest
from pathlib import Path

import support
from support import query, sha256

SUITE = """version: 1
checks:
  - {name: exact, schema: baseline}
"""


def fnv(text):
    """How the names of what runs leave unfinished tell the database (FNV-1a)."""
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xffffffff
    return f"{value:08x}"


def connected(database, *pragmas):
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    return connection


class Companions(support.Case):
    def setUp(self):
        super().setUp()
        self.database = self.dir / "app.db"
        self.wal = self.dir / "app.db-wal"
        self.journal = self.dir / "app.db-journal"
        (self.dir / "2_new.sql").write_text("CREATE TABLE city (id INTEGER PRIMARY KEY);")
        (self.dir / "suite.yaml").write_text(SUITE)

    def words(self, *command):
        own = () if command[0] in ("rollback", "recover", "backups") else (
            "-m", "2_new.sql", "--checks", "suite.yaml")
        return *command, "-d", self.database, *own

    def item(self, database, *pragmas, rows="('keep')"):
        connection = connected(database, *pragmas)
        connection.execute("CREATE TABLE item (n TEXT)")
        connection.execute(f"INSERT INTO item VALUES {rows}")
        connection.close()

    def left_wal(self, sql, *pragmas):
        """The -wal of another database, whose application was killed."""
        other = self.dir / "other.db"
        with support.Holder(other) as application:
            for pragma in *pragmas, "journal_mode = WAL", "wal_autocheckpoint = 0":
                application.execute(f"PRAGMA {pragma}")
            for statement in sql:
                application.execute(statement)
            application.kill()
        shutil.move(f"{other}-wal", self.wal)
        for path in self.dir.glob("other.db*"):
            path.unlink()

    def left_journal(self, database, statements):
        """The journal of an application that is killed within its transaction."""
        with support.Holder(database) as application:
            application.execute("PRAGMA cache_size = 1")
            application.execute("BEGIN IMMEDIATE")
            for statement in statements:
                application.execute(statement)
            application.kill()
        self.assertGreater(os.path.getsize(f"{database}-journal"), 512)

    def assert_foreign(self, name, why):
        """All that would give the database to SQLite refuse, and change nothing."""
        words = (f"baseline: error: {self.dir}/{name} is not of app.db, and SQLite would write it"
                 f" into that: {why}\n"
                 f"  hint: move it away: mv {self.dir}/{name} {self.dir}/{name}.foreign\n")
        for command in (["plan"], ["deploy", "--yes"], ["deploy", "--yes", "--engine", "in-place"],
                        ["status"], ["verify"], ["backups", "create"],
                        ["run", "--on-start", "deploy", "--wipe-old", "--", "true"]):
            with self.subTest(command):
                head, tail = command, []
                if "--" in command:
                    head, tail = command[:command.index("--")], command[command.index("--"):]
                self.refuses(4, words, *self.words(*head), *tail,
                             leaves=[support.lock_of(self.database)])
        self.move_away(words)

    def move_away(self, words):
        """With the command that was printed all is well."""
        command = re.search("hint: .*: (mv .*)\n", words).group(1)
        self.assertEqual(self.command("sh", "-c", command).returncode, 0)
        before = sha256(self.database)
        self.succeeds(*self.words("deploy", "--yes"))
        self.assertEqual(sha256(self.only_backup(self.database) / "app.db"), before)
        self.succeeds(*self.words("rollback", "--yes"))
        self.assertEqual(sha256(self.database), before)


class ForeignLog(Companions):
    def test_beside_a_database_that_is_not_in_wal_mode(self):
        self.item(self.database)
        self.left_wal(["CREATE TABLE other (a)", "INSERT INTO other VALUES (1), (2)"])
        self.assert_foreign("app.db-wal", "the file is not in WAL mode")

    def test_of_which_nothing_is_valid(self):
        self.item(self.database)
        self.wal.write_bytes(b"x")
        self.assert_foreign("app.db-wal", "the file is not in WAL mode")

    def test_with_pages_of_another_size(self):
        self.item(self.database, "journal_mode = WAL")
        self.left_wal(["CREATE TABLE item (n)"], "page_size = 1024")
        self.assert_foreign("app.db-wal", "its pages have 1024 bytes, those of the file 4096")

    def test_in_another_encoding(self):
        self.item(self.database, "journal_mode = WAL")
        self.left_wal(["CREATE TABLE item (n)"], "encoding = 'UTF-16le'")
        self.assert_foreign("app.db-wal", "its text is UTF-16le, that of the file UTF-8")

    def test_with_an_older_schema(self):
        self.item(self.database, "journal_mode = WAL")
        query(self.database, "CREATE INDEX by_name ON item (n)")
        self.left_wal(["CREATE TABLE item (n)"])
        self.assert_foreign("app.db-wal", "its schema is version 1, that of the file version 2"
                                          " already")

    def test_with_other_tables(self):
        """A backup was copied over a database in WAL mode."""
        self.item(self.database, "journal_mode = WAL")
        self.left_wal(["CREATE TABLE other (a)", "INSERT INTO other VALUES (1)"])
        self.assert_foreign("app.db-wal",
                            "with it all tables of the file would be gone (item)")

    def test_that_would_leave_a_damaged_database(self):
        """Its schema is in more than its first page, and the others of them are not in it."""
        tables = [f"CREATE TABLE t{i} (a DEFAULT '{'x' * 500}')" for i in range(30)]
        other = self.dir / "other.db"
        with support.Holder(other) as application:
            application.execute("PRAGMA journal_mode = WAL")
            for statement in tables:
                application.execute(statement)
            application.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            application.execute("CREATE TABLE small (a)")
            application.kill()
        self.item(self.database, "journal_mode = WAL")
        shutil.move(f"{other}-wal", self.wal)
        for path in self.dir.glob("other.db*"):
            path.unlink()
        self.assert_foreign("app.db-wal",
                            "with it the database would be damaged (database disk image is"
                            " malformed)")

    def test_beside_an_empty_file(self):
        self.database.touch()
        self.left_wal(["CREATE TABLE precious (a)"])
        self.assert_foreign("app.db-wal", "the file is empty")

    def test_beside_the_new_database_when_it_is_to_be_rolled_back(self):
        self.item(self.database)
        self.succeeds(*self.words("deploy", "--yes"))
        self.left_wal(["CREATE TABLE other (a)"])
        words = (f"baseline: error: {self.wal} is not of app.db, and SQLite would write it into that:"
                 " the file is not in WAL mode\n"
                 f"  hint: move it away: mv {self.wal} {self.wal}.foreign\n")
        self.refuses(4, words, *self.words("rollback", "--yes"),
                     leaves=[support.lock_of(self.database)])
        self.refuses(4, words, *self.words("rollback", "--dry-run"))

    def test_a_name_that_is_taken_is_not_proposed(self):
        self.item(self.database)
        self.wal.write_bytes(b"x")
        Path(f"{self.wal}.foreign").write_bytes(b"another")
        done = self.baseline(*self.words("plan"))
        self.assertIn(f"mv {self.wal} {self.wal}.foreign-2\n", done.stderr)


class ForeignJournal(Companions):
    FILL = ["CREATE TABLE junk AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            " LIMIT 2000) SELECT zeroblob(400) FROM n"]

    def test_of_another_moment(self):
        other = self.dir / "other.db"
        self.item(other)
        self.left_journal(other, self.FILL)
        self.item(self.database)
        for i in range(5):
            query(self.database, f"INSERT INTO item VALUES ({i})")
        shutil.move(f"{other}-journal", self.journal)
        other.unlink()
        self.assert_foreign("app.db-journal",
                            "it begins at change 2 of a database, and the file is at 7")

    def test_of_the_first_transaction(self):
        """It would cut the file off before its first page."""
        other = self.dir / "other.db"
        self.left_journal(other, self.FILL + ["INSERT INTO junk SELECT * FROM junk"])
        self.item(self.database)
        shutil.move(f"{other}-journal", self.journal)
        other.unlink()
        self.assert_foreign("app.db-journal",
                            "it begins at change 0 of a database, and the file is at 2")

    def test_beside_an_empty_file(self):
        other = self.dir / "other.db"
        self.item(other)
        self.left_journal(other, self.FILL)
        shutil.move(f"{other}-journal", self.journal)
        other.unlink()
        self.database.touch()
        self.assert_foreign("app.db-journal", "the file is empty")


class SeveralDatabases(Companions):
    """A transaction over attached databases is decided by a file beside the main one."""

    def left(self, main, suffix="-mj0123456A9"):
        """The application was killed after it had written the super-journal beside `main`."""
        for path in main, self.database:
            self.item(path)
            self.left_journal(path, ForeignJournal.FILL)
        super_journal = Path(f"{main}{suffix}")
        super_journal.write_bytes(b"".join(f"{path}-journal".encode() + b"\0"
                                           for path in (main, self.database)))
        name = os.fsencode(super_journal)
        for path in main, self.database:
            with open(f"{path}-journal", "ab") as journal:
                journal.write((0x40000000 // 4096 + 1).to_bytes(4, "big") + name
                              + len(name).to_bytes(4, "big") + sum(name).to_bytes(4, "big")
                              + b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7")
        return super_journal

    def test_in_another_directory(self):
        (self.dir / "elsewhere").mkdir()
        main = self.dir / "elsewhere/main.db"
        beside = self.left(main)
        words = (f"baseline: error: {self.journal} is part of a transaction over several databases,"
                 f" about which {beside} decides, in another directory\n"
                 "  hint: let the application open it once, where and as it always does: that ends"
                 " the transaction in all of them\n")
        for command in ["plan"], ["deploy", "--yes"], ["status"], ["backups", "create"]:
            self.refuses(4, words, *self.words(*command), leaves=[support.lock_of(self.database)])
        # It decides, too, when it is gone from where it was.
        beside.rename(self.home / "moved")
        self.refuses(4, words, *self.words("plan"))
        (self.home / "moved").rename(beside)
        for path in main, self.database:
            query(path, "SELECT * FROM item")
        self.assertFalse(beside.exists())
        self.succeeds(*self.words("deploy", "--yes"))
        self.assertEqual(query(self.only_backup(self.database) / "app.db", "SELECT n FROM item"),
                         [("keep",)])

    def test_beside_it(self):
        self.left(self.dir / "main.db")
        self.succeeds(*self.words("deploy", "--yes"))
        self.assertEqual(query(self.only_backup(self.database) / "app.db", "SELECT n FROM item"),
                         [("keep",)])

    def test_another_file(self):
        """SQLite would remove it, when all is rolled back."""
        precious = self.left(self.dir / "main.db", ".txt")
        (self.dir / "main.db-journal").unlink()
        words = (f"baseline: error: {self.journal} is not of app.db, and SQLite would write it into"
                 f" that: it names {precious} as the file that decides about it\n"
                 f"  hint: move it away: mv {self.journal} {self.journal}.foreign\n")
        for command in ["plan"], ["deploy", "--yes"], ["status"], ["backups", "create"]:
            self.refuses(4, words, *self.words(*command), leaves=[support.lock_of(self.database)])

    def test_one_that_is_no_file(self):
        beside = self.left(self.dir / "main.db")
        beside.unlink()
        os.mkfifo(beside)
        done = self.baseline(*self.words("deploy", "--yes"), timeout=20)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn(f"{beside} is a FIFO", done.stderr)


class NobodysFiles(Companions):
    def assert_no_obstacle(self, *options):
        for name in "-wal", "-shm":
            with self.subTest((name, options)):
                for path in self.dir.glob("app.db*"):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                self.item(self.database)
                before = sha256(self.database)
                Path(f"{self.database}{name}").write_bytes(b"" if name == "-wal" else bytes(32768))
                self.succeeds(*self.words("plan", *options))
                self.succeeds(*self.words("deploy", "--yes", *options))
                self.assertEqual(list(self.dir.glob("app.db-*")), [])
                self.assertEqual(sha256(self.only_backup(self.database) / "app.db"), before)

    def test_an_empty_log_and_an_index_without_one(self):
        self.assert_no_obstacle()

    def test_in_place(self):
        self.assert_no_obstacle("--engine", "in-place")

    def test_both_of_them(self):
        self.item(self.database)
        self.wal.touch()
        (self.dir / "app.db-shm").write_bytes(bytes(32768))
        self.succeeds(*self.words("deploy", "--yes"))
        self.assertEqual(list(self.dir.glob("app.db-*")), [])


class NoFiles(Companions):
    """What may wait for ever when it is opened, or lead elsewhere, is not opened."""

    KINDS = {
        "a FIFO": os.mkfifo,
        "a directory": os.mkdir,
        "a symbolic link": lambda path: os.symlink("elsewhere", path),
        "a socket": lambda path: socket.socket(socket.AF_UNIX).bind(path),
    }

    def test_each_of_them(self):
        self.item(self.database)
        for suffix in "-wal", "-shm", "-journal":
            for kind, make in self.KINDS.items():
                path = Path(f"{self.database}{suffix}")
                make(str(path))
                words = (f"baseline: error: {path} is {kind}, where SQLite has a file\n"
                         f"  hint: move it away: mv {path} {path}.foreign\n")
                for command in (["plan"], ["deploy", "--yes"], ["status"], ["verify"],
                                ["backups", "create"], ["deploy", "--yes", "--engine", "in-place"]):
                    with self.subTest((suffix, kind, command)):
                        self.refuses(4, words, *self.words(*command),
                                     leaves=[support.lock_of(self.database)])
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


class Kept(Companions):
    """What is brought in without a proof is kept first, and can be taken back."""

    def kept(self):
        """The one directory of it."""
        directory, = (self.dir / "app.db.backups/brought-in").iterdir()
        self.assertRegex(directory.name, r"^\d{8}T\d{6}Z-[0-9a-f]{16}$")
        return directory

    def assert_taken_back(self, now, kept, before):
        """The file as it was, out of the file as it is now."""
        copy = shutil.copyfile(now, self.dir / "copy.db")
        shutil.copyfile(kept / "app.db-before", self.dir / "copy.db-journal")
        query(copy, "SELECT count(*) FROM sqlite_schema")
        self.assertEqual(Path(copy).read_bytes(), before)
        self.assertFalse(Path(f"{copy}-journal").exists())

    def other_day(self):
        """The -wal is of the same application: nothing tells that it is of another day."""
        self.item(self.database, "journal_mode = WAL", rows="('restored')")
        self.left_wal(["CREATE TABLE item (n TEXT)", "INSERT INTO item VALUES ('of another day')"])
        return self.database.read_bytes(), self.wal.read_bytes()

    def test_a_log_of_another_day(self):
        for engine in "swap", "in-place":
            with self.subTest(engine):
                before, wal = self.other_day()
                done = self.baseline(*self.words("deploy", "--yes", "--engine", engine))
                self.assertEqual(done.returncode, 0, done.stderr)
                kept = self.kept()
                self.assertIn(f"note: SQLite brings in app.db-wal, which cannot be proven to be of"
                              f" this database: it is kept in {kept}, with the pages that it"
                              " replaces\n", done.stderr)
                self.assertEqual((kept / "app.db-wal").read_bytes(), wal)
                backup = self.only_backup(self.database) / "app.db"
                self.assertEqual(query(backup, "SELECT n FROM item"), [("of another day",)])
                self.assert_taken_back(backup, kept, before)
                for path in self.dir.glob("app.db*"):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    def test_by_a_backup_of_the_live_database(self):
        before, wal = self.other_day()
        self.succeeds(*self.words("backups", "create"))
        self.assertEqual((self.kept() / "app.db-wal").read_bytes(), wal)
        self.assert_taken_back(self.database, self.kept(), before)

    def test_a_run_that_is_undone_leaves_it(self):
        _, wal = self.other_day()
        (self.dir / "suite.yaml").write_text(
            SUITE + "  - {name: never, when: after, query: SELECT 1, value: 2}\n")
        done = self.baseline(*self.words("deploy", "--yes"))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual((self.kept() / "app.db-wal").read_bytes(), wal)

    def hot(self):
        """A journal without the first page: it was killed before the commit."""
        connection = connected(self.database)
        connection.execute("CREATE TABLE item (n TEXT)")
        connection.executemany("INSERT INTO item VALUES (?)", [("keep" * 500,)] * 400)
        connection.close()
        self.left_journal(self.database, ["UPDATE item SET n = upper(n)"])
        return self.database.read_bytes(), self.journal.read_bytes()

    def test_a_journal_without_a_first_page(self):
        before, journal = self.hot()
        self.succeeds(*self.words("deploy", "--yes"))
        self.assertEqual((self.kept() / "app.db-journal").read_bytes(), journal)
        backup = self.only_backup(self.database) / "app.db"
        self.assertEqual(query(backup, "SELECT DISTINCT n FROM item"), [("keep" * 500,)])
        self.assert_taken_back(backup, self.kept(), before)

    def test_what_is_no_journal_and_no_log(self):
        """SQLite reads nothing from it, and removes it."""
        texts = {"-journal": (b"my notes " * 100, b"\0notes" * 200), "-wal": (b"my notes " * 100,)}
        databases = {"a database": None, "an empty file": b"",
                     "a damaged header": b"SQLite format 3\0" + bytes(84)}
        for engine in "swap", "in-place":
            for name, text in ((name, text) for name in texts for text in texts[name]):
                for kind, content in databases.items():
                    if content is not None and (name == "-wal" or engine == "in-place"):
                        continue
                    with self.subTest((engine, name, text[:6], kind)):
                        self.assert_kept_whole(engine, name, text, content)

    def assert_kept_whole(self, engine, name, text, content):
        if content is None:
            self.item(self.database, *(["journal_mode = WAL"] if name == "-wal" else []))
        else:
            self.database.write_bytes(content)
        beside = Path(f"{self.database}{name}")
        beside.write_bytes(text)
        done = self.baseline(*self.words("deploy", "--yes", "--engine", engine))
        self.assertEqual(done.returncode, 4 if content else 0, done.stderr)
        if beside.exists():
            self.assertEqual(beside.read_bytes(), text)
        if content is None or not beside.exists():
            self.assertEqual((self.kept() / beside.name).read_bytes(), text)
            self.assertIn(f"note: nothing in {beside.name} is valid, so SQLite removes it: it is"
                          f" kept in {self.kept()}\n", done.stderr)
        for path in self.dir.glob("app.db*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def test_where_no_backup_is_made(self):
        """`run` brings it in to see whether the application may start."""
        before, _ = self.hot()
        done = self.baseline(*self.words("run"), "--", "true")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assert_taken_back(self.database, self.kept(), before)

    def test_what_is_in_the_file_already_is_not_kept(self):
        self.item(self.database)
        with support.Holder(self.database) as application:
            application.execute("PRAGMA journal_mode = WAL")
            application.execute("INSERT INTO item VALUES ('more')")
            application.execute("PRAGMA wal_checkpoint(FULL)")
            application.kill()
        self.assertGreater(self.wal.stat().st_size, 0)
        self.succeeds(*self.words("deploy", "--yes"))
        self.assertFalse((self.dir / "app.db.backups/brought-in").exists())

    def test_a_journal_with_its_proof_is_not_kept(self):
        self.item(self.database)
        self.left_journal(self.database, ForeignJournal.FILL)
        self.succeeds(*self.words("deploy", "--yes"))
        self.assertFalse((self.dir / "app.db.backups/brought-in").exists())

    def test_what_is_in_use_is_not_kept(self):
        self.item(self.database)
        with support.Holder(self.database) as application:
            application.execute("PRAGMA journal_mode = WAL")
            application.execute("INSERT INTO item VALUES ('more')")
            self.succeeds(*self.words("status"))
            self.succeeds(*self.words("backups", "create"))
            self.assertFalse((self.dir / "app.db.backups/brought-in").exists())

    def test_what_a_killed_run_was_keeping_is_removed(self):
        self.item(self.database)
        above = self.dir / "app.db.backups/brought-in"
        ours, others = (above / f".partial-0123456789abcdef-{fnv(whose)}"
                        for whose in (str(self.database), "/of/another.db"))
        for unfinished in ours, others:
            unfinished.mkdir(parents=True)
            (unfinished / "app.db-wal").write_bytes(b"half of it")
        self.assertIn("a copy of what SQLite was to bring in", self.succeeds(*self.words("status")))
        self.succeeds("recover", "-d", self.database)
        self.assertEqual(list(above.iterdir()), [others])  # that run may be under way

    def test_it_goes_with_the_backups_of_its_time(self):
        self.other_day()
        self.succeeds(*self.words("deploy", "--yes"))
        kept = self.kept()
        kept.rename(kept.parent / re.sub("^.{16}", "20200101T000000Z", kept.name))
        later = kept.parent / re.sub("^.{16}", "29990101T000000Z", kept.name)
        later.mkdir()
        self.succeeds(*self.words("backups", "prune", "--keep", "1", "--yes"))
        self.assertEqual(list(kept.parent.iterdir()), [later])


if __name__ == "__main__":
    unittest.main()
