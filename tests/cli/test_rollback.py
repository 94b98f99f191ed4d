"""`baseline rollback`: a backup goes back into place, bit for bit, and what it replaces is kept."""

import json
import os
import shutil
import unittest

import support
from support import query, sha256


class RollbackCase(support.Case):
    def setUp(self):
        super().setUp()
        self.database = self.legacy()
        self.old = sha256(self.database)
        self.succeeds("deploy", "-d", self.database)
        self.new = sha256(self.database)
        self.backup = self.only_backup(self.database)
        self.leaves = [support.lock_of(self.database)]

    def refused(self, code, stderr, *args):
        self.refuses(code, stderr, "rollback", "-d", self.database, *args, leaves=self.leaves)

    def redo(self):
        """Goes forward again, to what the last rollback has replaced."""
        self.succeeds("rollback", "-d", self.database, "--to", self.backups(self.database)[-1].name)

    def edit_manifest(self, **changes):
        path = self.backup / "manifest.json"
        manifest = json.loads(path.read_text())
        manifest.update(changes)
        path.chmod(0o600)
        path.write_text(json.dumps(manifest))


class Rollback(RollbackCase):
    def test_puts_the_old_database_back(self):
        out = self.succeeds("rollback", "-d", self.database)
        self.assertIn(f"rolled back: {self.database} is back at the backup {self.backup.name},"
                      " revision 5c8e4212f5ed\n", out)
        self.assertEqual(sha256(self.database), self.old)

    def test_a_dry_run_tells_the_command_that_does_just_this(self):
        """Without its options it would put back another backup."""
        self.succeeds("backups", "export", "-d", self.database, self.backup.name, "old.db")
        for options in f"--to {self.backup.name}", "--move", "--from old.db":
            out = self.succeeds("rollback", "-d", self.database, "--dry-run", *options.split())
            self.assertIn(f"  next         baseline rollback --database {self.database} {options}\n",
                          out)

    def test_keeps_what_users_have_added_to_the_new_one(self):
        query(self.database, "INSERT INTO channel_configs (channel_id, guild_id) VALUES (1, 2)")
        self.succeeds("rollback", "-d", self.database)
        kept = self.backups(self.database)[-1]
        self.assertEqual(query(kept / "app.db", "SELECT channel_id FROM channel_configs"), [(1,)])
        self.assertEqual(json.loads((kept / "manifest.json").read_text())["reason"], "rollback")

    def test_a_second_one_changes_nothing(self):
        self.succeeds("rollback", "-d", self.database)
        filed = self.backups(self.database)[-1]
        with self.unchanged(*self.leaves), support.Holder(self.database, "reading"):
            out = self.succeeds("rollback", "-d", self.database)
        self.assertRegex(out, f"^nothing to do: the backup {self.backup.name} is live since 2.*Z\n"
                         f"  redo         baseline rollback --database {self.database} --to"
                         f" {filed.name}\n$")

    def test_leaves_nothing_beside_the_database(self):
        self.succeeds("rollback", "-d", self.database)
        self.assertEqual(sorted(os.listdir(self.dir)),
                         [".app.db.baseline-lock", "app.db", "app.db.backups"])

    def test_the_backup_stays(self):
        before = support.state(self.backup)
        self.succeeds("rollback", "-d", self.database)
        self.assertEqual(support.state(self.backup), before)

    def test_the_catalogue_and_the_history_list_all_of_it(self):
        self.succeeds("rollback", "-d", self.database)
        self.redo()
        listed = self.json("backups", "list", "-d", self.database)["backups"]
        self.assertEqual([(one["reason"], one["revision"], one["sha256"], one["damage"])
                          for one in listed],
                         [("deploy", "5c8e4212f5ed", self.old, None),
                          ("rollback", "9275fe03c648", self.new, None),
                          ("rollback", "5c8e4212f5ed", self.old, None)])
        self.assertEqual([one["id"][-4:] for one in listed], ["-001", "-002", "-003"])
        lines = self.json("history", "-d", self.database)["lines"]
        self.assertEqual([(one["command"], one["outcome"], one["from"], one["to"], one["backup"],
                           one["source"]) for one in lines],
                         [("deploy", "done", "5c8e4212f5ed", "9275fe03c648", listed[0]["id"], ""),
                          ("rollback", "done", "9275fe03c648", "5c8e4212f5ed", listed[1]["id"],
                           listed[0]["id"]),
                          ("rollback", "done", "5c8e4212f5ed", "9275fe03c648", listed[2]["id"],
                           listed[1]["id"])])

    def test_in_json(self):
        document = self.json("rollback", "-d", self.database)
        self.assertEqual((document["command"], document["action"], document["outcome"],
                          document["exit_code"], document["source"], document["revision"]),
                         ("rollback", "rollback", "done", 0, self.backup.name, "5c8e4212f5ed"))
        self.assertEqual((document["backup"]["reason"], document["backup"]["sha256"]),
                         ("rollback", self.new))

    def test_a_dry_run_changes_nothing(self):
        with self.unchanged():
            out = self.succeeds("rollback", "-d", self.database, "--dry-run")
        self.assertIn(f"plan: rollback of {self.database} to revision 5c8e4212f5ed\n"
                      f"  from backup  {self.backup.name}\n", out)
        self.assertIn("nothing was changed\n", out)

    def test_a_wal_that_was_left_beside_the_new_database(self):
        with support.Holder(self.database) as application:
            application.execute("PRAGMA journal_mode = WAL")
            application.execute("INSERT INTO channel_configs (channel_id, guild_id) VALUES (1, 2)")
            application.kill()
        self.succeeds("rollback", "-d", self.database)
        self.assertEqual(sha256(self.database), self.old)
        self.redo()
        self.assertEqual(query(self.database, "SELECT channel_id FROM channel_configs"), [(1,)])

    def test_a_hot_journal_that_was_left_beside_the_new_database(self):
        query(self.database, "INSERT INTO channel_configs (channel_id, guild_id) VALUES (1, 2)")
        with support.Holder(self.database) as application:
            application.execute("PRAGMA cache_size = 1")
            application.execute("BEGIN IMMEDIATE")
            application.execute("CREATE TABLE junk (x)")
            application.execute("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                                " LIMIT 5000) INSERT INTO junk SELECT zeroblob(400) FROM n")
            application.kill()
        self.assertTrue((self.dir / "app.db-journal").exists())
        self.succeeds("rollback", "-d", self.database)
        self.assertEqual(sha256(self.database), self.old)
        self.redo()
        self.assertEqual(query(self.database, "SELECT channel_id FROM channel_configs"), [(1,)])
        self.assertEqual(query(self.database, "SELECT 1 FROM sqlite_schema WHERE name = 'junk'"),
                         [])


class Choice(RollbackCase):
    def test_to_a_backup_of_ones_choice(self):
        self.succeeds("deploy", "-d", self.database, "--again")
        self.succeeds("deploy", "-d", self.database, "--again")
        self.succeeds("rollback", "-d", self.database, "--to", self.backup.name)
        self.assertEqual(sha256(self.database), self.old)

    def test_to_one_that_is_not_there(self):
        for wanted in "20200101T000000Z-001", "yesterday", "..", "../app.db.backups", ".":
            with self.subTest(wanted):
                self.refused(2, f"baseline: error: there is no backup {wanted} in"
                                f" {self.database}.backups\n"
                                "  hint: baseline backups list shows what there is\n",
                             "--to", wanted)

    def test_without_any_backup(self):
        other = self.legacy("other.db")
        self.refuses(2, f"baseline: error: there is no backup of {other} in {other}.backups to go"
                        " back to\n"
                        "  hint: name one with --to, or the directory of its backups with --backups;"
                        " baseline backups list shows them\n",
                     "rollback", "-d", other, leaves=[support.lock_of(other)])

    def test_the_backups_of_another_database_do_not_count(self):
        other = self.legacy("other.db")
        catalogue = f"{self.database}.backups"
        self.refuses(2, f"baseline: error: there is no backup of {other} in {catalogue} to go back"
                        " to\n"
                        "  hint: name one with --to, or the directory of its backups with --backups;"
                        " baseline backups list shows them\n",
                     "rollback", "-d", other, "--backups", catalogue,
                     leaves=[support.lock_of(other)])

    def test_when_the_live_file_is_missing(self):
        self.database.unlink()
        self.succeeds("rollback", "-d", self.database)
        self.assertEqual(sha256(self.database), self.old)
        self.assertEqual(oct(self.database.stat().st_mode & 0o7777), "0o644")
        self.assertEqual(len(self.backups(self.database)), 1)

    def test_when_the_live_file_is_no_database_any_more(self):
        self.database.write_bytes(b"broken by an accident " * 500)
        broken = sha256(self.database)
        self.succeeds("rollback", "-d", self.database)
        self.assertEqual(sha256(self.database), self.old)
        self.assertEqual(sha256(self.backups(self.database)[-1] / "app.db"), broken)

    def test_when_the_live_file_is_none_and_has_a_journal(self):
        """On an incident anything may lie there; the backup has to come back all the same."""
        self.database.write_bytes(b"broken by an accident " * 500)
        broken = sha256(self.database)
        (self.dir / "app.db-journal").write_bytes(b"broken as well " * 100)
        self.succeeds("rollback", "-d", self.database)
        self.assertEqual(sha256(self.database), self.old)
        self.assertFalse((self.dir / "app.db-journal").exists())
        kept = self.backups(self.database)[-1]
        self.assertEqual(sha256(kept / "app.db"), broken)
        self.assertIn("file is not a database",
                      json.loads((kept / "manifest.json").read_text())["unreadable"])


class Move(RollbackCase):
    """--move: the backup itself goes into place, in constant time."""

    def test_the_backup_is_used_up(self):
        inode = (self.backup / "app.db").stat().st_ino
        self.succeeds("rollback", "-d", self.database, "--move")
        self.assertEqual(sha256(self.database), self.old)
        self.assertEqual(self.database.stat().st_ino, inode)
        self.assertEqual(self.database.stat().st_nlink, 1)
        self.assertEqual(os.listdir(self.backup), ["manifest.json"])
        self.assertRegex(json.loads((self.backup / "manifest.json").read_text())["restored"],
                         r"^\d{4}-.*Z$")

    def test_the_live_file_can_be_written_to_as_before(self):
        self.succeeds("rollback", "-d", self.database, "--move")
        self.assertEqual(oct(self.database.stat().st_mode & 0o7777), "0o644")

    def test_the_way_back_is_open(self):
        self.succeeds("rollback", "-d", self.database, "--move")
        self.redo()
        self.assertEqual(sha256(self.database), self.new)

    def test_it_cannot_be_put_back_again(self):
        self.succeeds("rollback", "-d", self.database, "--move")
        when = json.loads((self.backup / "manifest.json").read_text())["restored"]
        self.refused(4, f"baseline: error: the backup {self.backup.name} went back into place at"
                        f" {when}, so there is nothing left in it\n"
                        "  hint: choose another with --to; baseline backups list shows them\n",
                     "--to", self.backup.name, "--again")

    def test_the_catalogue_tells(self):
        self.succeeds("rollback", "-d", self.database, "--move")
        self.assertRegex(self.succeeds("backups", "list", "-d", self.database),
                         rf"\n{self.backup.name} moved back into place 2\d+-.*Z\n")

    def test_a_damaged_one_does_not_go_live(self):
        """Its bytes are read for this, which is not constant time but safe; or the database's own
        check finds it. Whatever it is: the live file is not touched."""
        path = self.backup / "app.db"
        path.chmod(0o600)
        content = bytearray(path.read_bytes())
        content[4096 * 3 + 1:4096 * 40] = os.urandom(4096 * 37 - 1)
        path.write_bytes(content)
        with self.unchanged(*self.leaves, f"app.db.backups/{self.backup.name}/app.db"):
            done = self.baseline("rollback", "-d", self.database, "--move")
            self.assertIn(done.returncode, (1, 4), done.stdout + done.stderr)
        self.assertEqual(path.read_bytes(), content)


class Damage(RollbackCase):
    def test_a_flipped_byte(self):
        path = self.backup / "app.db"
        content = bytearray(path.read_bytes())
        for place in 30, len(content) // 2, len(content) - 1:
            with self.subTest(place):
                flipped = bytearray(content)
                flipped[place] ^= 1
                path.chmod(0o600)
                path.write_bytes(flipped)
                self.refused(4, f"baseline: error: the backup {path} is damaged: its SHA-256 is not"
                                " the one it was sealed with\n"
                                "  hint: choose another with --to; baseline backups list shows"
                                " them\n")

    def test_a_missing_byte(self):
        path = self.backup / "app.db"
        path.chmod(0o600)
        os.truncate(path, 684031)
        self.refused(4, f"baseline: error: the backup {self.backup.name} cannot be used: its"
                        " database file has 684031 bytes, but the manifest says 684032\n"
                        "  hint: choose another with --to; baseline backups list shows them\n")

    def test_a_missing_file(self):
        (self.backup / "app.db").unlink()
        self.refused(4, f"baseline: error: the backup {self.backup.name} cannot be used: its"
                        " database file is missing\n"
                        "  hint: choose another with --to; baseline backups list shows them\n")

    def test_a_missing_manifest(self):
        (self.backup / "manifest.json").unlink()
        self.refused(4, f"baseline: error: the backup {self.backup.name} cannot be used: its"
                        " manifest is missing\n"
                        "  hint: choose another with --to; baseline backups list shows them\n")

    def test_a_manifest_that_names_a_file_outside(self):
        secret = self.dir / "secret"
        secret.write_text("not yours")
        for name in "../../secret", str(secret), "..", "", "a/b":
            with self.subTest(name):
                self.edit_manifest(file=name, size=9, sha256=sha256(secret))
                self.refused(4, f"baseline: error: the backup {self.backup.name} cannot be used:"
                                f" {self.backup}/manifest.json: manifest names a file outside the"
                                " backup\n"
                                "  hint: choose another with --to; baseline backups list shows"
                                " them\n")

    def test_a_backup_that_is_a_link(self):
        secret = self.dir / "secret"
        secret.write_text("not yours")
        (self.backup / "app.db").unlink()
        (self.backup / "app.db").symlink_to(secret)
        self.edit_manifest(size=9, sha256=sha256(secret))
        self.refused(4, f"baseline: error: the backup {self.backup.name} cannot be used: its"
                        " database file is missing\n"
                        "  hint: choose another with --to; baseline backups list shows them\n")

    def test_a_manifest_that_is_none(self):
        path = self.backup / "manifest.json"
        good = path.read_text()
        path.chmod(0o600)
        for text in "", "{", "[]", "{}", good.replace('"size"', '"syze"'), good[:200], "\0" * 100:
            with self.subTest(text[:20]), self.unchanged(
                    *self.leaves, f"app.db.backups/{self.backup.name}/manifest.json"):
                path.write_text(text)
                done = self.baseline("rollback", "-d", self.database)
                self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)
                self.assertIn(f"the backup {self.backup.name} cannot be used: {path} is damaged: ",
                              done.stderr)

    def test_a_manifest_of_a_newer_baseline(self):
        self.edit_manifest(version=2)
        self.refused(4, f"baseline: error: the backup {self.backup.name} cannot be used:"
                        f" {self.backup}/manifest.json is damaged: it was written by a newer"
                        " baseline\n"
                        "  hint: choose another with --to; baseline backups list shows them\n")

    def test_a_damaged_newest_one_is_not_passed_over(self):
        """Else an older database than the one that was asked for would come back."""
        self.succeeds("deploy", "-d", self.database, "--again")
        newest = self.backups(self.database)[-1]
        (newest / "manifest.json").unlink()
        self.refused(4, f"baseline: error: the backup {newest.name} cannot be used: its manifest is"
                        " missing\n"
                        "  hint: choose another with --to; baseline backups list shows them\n")
        self.succeeds("rollback", "-d", self.database, "--to", self.backup.name)
        self.assertEqual(sha256(self.database), self.old)

    def test_a_sound_copy_of_an_unsound_database(self):
        """The SHA-256 is right, so it goes back, although the database was broken when it was
        filed. What SQLite finds is told."""
        path = self.backup / "app.db"
        path.chmod(0o600)
        content = bytearray(path.read_bytes())
        content[4096 * 3 + 1:4096 * 40] = os.urandom(4096 * 37 - 1)
        path.write_bytes(content)
        self.edit_manifest(sha256=sha256(path))
        warnings = self.json("rollback", "-d", self.database)["warnings"]
        self.assertEqual(self.database.read_bytes(), content)
        self.assertRegex(warnings[0], f" finds fault with {self.backup.name}: .*; it goes back as it"
                                      " was kept$")

    def test_a_copied_catalogue_still_works(self):
        """Backups may be fetched back from a tape: names and contents count, nothing else."""
        fetched = self.dir / "fetched"
        shutil.copytree(f"{self.database}.backups", fetched)
        support.remove(f"{self.database}.backups")
        self.succeeds("rollback", "-d", self.database, "--backups", fetched)
        self.assertEqual(sha256(self.database), self.old)


if __name__ == "__main__":
    unittest.main()
