"""Odd databases and odd catalogues. What SQLite cannot read is refused, or kept as it is; in any
case the old database is there afterwards, bit for bit."""

import json
import os
import shutil
import unittest

import support
from support import query, sha256

LOCK = ".app.db.baseline-lock"


class Damaged(support.Case):
    def torn(self, change):
        database = self.legacy()
        data = bytearray(database.read_bytes())
        database.write_bytes(change(data))
        return database

    def refused_then_kept(self, database, reason):
        """By all that would replace it; with the option it is kept as it is."""
        words = (f"baseline: error: SQLite cannot read {database}: {reason}\n"
                 "  hint: repair it, or keep it as it is with --old-unreadable backup\n")
        self.refuses(4, words, "plan", "-d", database)
        self.refuses(4, words, "deploy", "-d", database, leaves=[LOCK])
        before = sha256(database)
        self.succeeds("deploy", "-d", database, "--old-unreadable", "backup")
        self.assert_at_baseline(database)
        self.assertEqual(sha256(self.only_backup(database) / "app.db"), before)

    def test_cut_off_in_the_first_page(self):
        self.refused_then_kept(self.torn(lambda data: data[:600]),
                               "database disk image is malformed")

    def test_cut_off_in_the_header(self):
        self.refused_then_kept(self.torn(lambda data: data[:60]),
                               "database disk image is malformed")

    def test_a_page_size_that_there_is_not(self):
        def change(data):
            data[16:18] = b"\x03\x00"
            return data
        self.refused_then_kept(self.torn(change), "file is not a database")

    def test_cut_off_in_the_data(self):
        """It can be read as far as it goes, and the file is kept as it is."""
        database = self.torn(lambda data: data[:len(data) - 3000])
        before = sha256(database)
        done = self.baseline("deploy", "-d", database)
        if done.returncode == 0:
            self.assertEqual(sha256(self.only_backup(database) / "app.db"), before)
        else:
            self.assertEqual((done.returncode, sha256(database)), (4, before), done.stderr)
        done = self.baseline("deploy", "-d", database, "--again", "--old-unreadable", "backup")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(before, [sha256(entry / "app.db") for entry in self.backups(database)])


class Kinds(support.Case):
    def test_every_page_size(self):
        for size in 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536:
            with self.subTest(size):
                database = self.made(f"PRAGMA page_size = {size}; CREATE TABLE t (x);"
                                     "INSERT INTO t VALUES (zeroblob(100000))", f"{size}.db")
                before = sha256(database)
                self.succeeds("deploy", "-d", database, "--replace-any")
                self.assert_at_baseline(database)
                self.succeeds("rollback", "-d", database)
                self.assertEqual(sha256(database), before)


class Names(support.Case):
    def test_a_chain_of_links(self):
        (self.dir / "data").mkdir()
        database = self.legacy("data/real.db")
        (self.dir / "data/two.db").symlink_to("real.db")
        (self.dir / "one.db").symlink_to("data/two.db")
        before = sha256(database)
        out = self.succeeds("deploy", "-d", "one.db")
        self.assertIn(f"  warning: one.db leads to {database}\n", out)
        self.succeeds("rollback", "-d", database)
        self.assertEqual(sha256(database), before)

    def test_a_path_as_sqlite_writes_uris(self):
        """With its directory it is a path like any other: no file of another name is touched."""
        database = self.legacy("x.db")
        before = sha256(database)
        (self.dir / "file:").mkdir()
        odd = self.dir / "file:/x.db?mode=ro"
        shutil.copyfile(database, odd)
        self.refuses(2, "baseline: error: 'file:/x.db?mode=ro' is an address, and --database takes a"
                        " path\n"
                        "  note: there is a file of this very name; its path is"
                        " ./file:/x.db?mode=ro\n"
                        "  hint: give the path: --database /x.db\n",
                     "deploy", "-d", "file:/x.db?mode=ro")
        self.succeeds("deploy", "-d", "./file:/x.db?mode=ro")
        self.assert_at_baseline(odd)
        self.assertEqual(sha256(database), before)
        self.refuses(2, f"baseline: error: the directory {'/nowhere'} does not exist\n"
                        "  hint: create it, or correct the path of the database\n",
                     "deploy", "-d", "/nowhere/x.db")

    def test_the_longest_name_that_there_is(self):
        """255 bytes: the names beside it would be longer. Refused, and looked at all the same."""
        name = "n" * 252 + ".db"
        database = self.legacy(name)
        self.refuses(4, f"baseline: error: the name of {database} is 22 bytes too long for the files"
                        " that baseline makes beside it\n  hint: rename the database\n",
                     "deploy", "-d", database)


class Catalogues(support.Case):
    """A backups directory with something in it that is not what it should be."""

    def catalogue(self):
        database = self.legacy()
        self.succeeds("deploy", "-d", database)
        return database, self.only_backup(database)

    def test_a_damaged_manifest_stands_in_nobodys_way(self):
        for text in "", "{", "[]", '{"version": 1}', "\0" * 100:
            with self.subTest(text):
                database, backup = self.catalogue()
                (backup / "manifest.json").chmod(0o600)
                (backup / "manifest.json").write_text(text)
                before = sha256(database)
                self.succeeds("deploy", "-d", database, "--again")
                damaged, good = self.backups(database)
                self.assertEqual((damaged, sha256(good / "app.db")), (backup, before))
                shutil.rmtree(database.parent / "app.db.backups")

    def test_a_catalogue_of_somebody_else(self):
        """What is not ours is neither read as a backup nor removed."""
        database = self.legacy()
        catalogue = self.dir / "app.db.backups"
        catalogue.mkdir()
        (catalogue / "notes.txt").write_text("mine")
        (catalogue / ".partial-of-mine").mkdir()
        (catalogue / "20200101T000000Z-7").mkdir()
        (catalogue / "20200101T000000Z-7/manifest.json").write_text('{"of": "another program"}')
        self.succeeds("deploy", "-d", database)
        self.succeeds("rollback", "-d", database)
        self.assertEqual((catalogue / "notes.txt").read_text(), "mine")
        self.assertTrue((catalogue / ".partial-of-mine").is_dir())
        self.assertTrue((catalogue / "20200101T000000Z-7/manifest.json").exists())

    def test_a_directory_that_is_another_users(self):
        self.needs("files of others")
        database = self.legacy()
        run = self.ordinary_user()
        catalogue = self.dir / "app.db.backups"
        catalogue.mkdir(0o700)
        os.chown(catalogue, 0, 0)
        before = sha256(database)
        done = run("deploy", "-d", database)
        self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)
        self.assertRegex(done.stderr, f"^baseline: error: the directory {catalogue} for the backups"
                                      " belongs to root:root, and is closed to this user\n  hint: ")
        self.assertEqual(sha256(database), before)


class Litestream(support.Case):
    """It replicates a database by what it keeps beside it and in it; after a swap both are of the old
    one. Here a script of the same name stands in for it."""

    def replicated(self):
        database = self.legacy()
        query(database, "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)")
        query(database, "CREATE TABLE _litestream_lock (id INTEGER)")
        return database

    def said(self, database, *words, code=0):
        return [text for text in self.json(*words, "-d", database, code=code)["warnings"]
                if "itestream" in text]

    def test_by_its_tables(self):
        database = self.replicated()
        words = ["the database has tables of Litestream: if that still replicates it, stop it before"
                 " the window, and start it after the application"]
        self.assertEqual(self.said(database, "plan"), words)
        self.assertEqual(self.said(database, "status"), words)
        self.assertEqual(self.said(database, "deploy"), words)

    def test_by_its_directory(self):
        database = self.replicated()
        state = self.dir / ".app.db-litestream"
        state.mkdir()
        (state / "generation").write_text("0123456789abcdef")
        words = [f"{state} is Litestream's state of the old database: let Litestream be stopped in"
                 " the window, and move it away before Litestream starts again, so that it takes a"
                 " new snapshot"]
        for command in "plan", "deploy", "rollback":
            self.assertEqual(self.said(database, command), words)
        self.assertEqual((state / "generation").read_text(), "0123456789abcdef")

    def test_while_it_runs(self):
        """It has a transaction open that reads, so the database is in use."""
        database = self.replicated()
        (self.dir / ".app.db-litestream").mkdir()
        program = self.dir / "litestream"
        shutil.copy(os.path.realpath("/usr/bin/python3"), program)
        query(database, "PRAGMA journal_mode = WAL")
        with support.Holder(database, "reading", program=program) as litestream:
            words = [f"Litestream (pid {litestream.pid}) replicates the database: stop it before the"
                     f" window, move {self.dir}/.app.db-litestream away after it, and start it after"
                     " the application"]
            self.assertEqual(self.said(database, "plan", code=3), words)
            self.assertEqual(self.said(database, "status"), words)
            for engine in "swap", "in-place":
                done = self.baseline("deploy", "-d", database, "--engine", engine)
                self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
                self.assertIn(f"is in use by pid {litestream.pid} ({program} ", done.stderr)
                self.assertIn("  hint: stop Litestream, too, and start it again after the"
                              " application\n", done.stderr)
        self.succeeds("deploy", "-d", database)


if __name__ == "__main__":
    unittest.main()
