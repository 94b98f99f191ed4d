"""The engine for databases whose file cannot be exchanged: the new content is written into the same
file, in one transaction of SQLite. `--engine auto` takes it exactly where a swap is not safe, and
says so."""

import json
import os
import signal
import unittest

import support
from support import Holder, query

ASKED = "asked for with --engine in-place"
CONSEQUENCES = ["the old database is copied in the window",
                "a rollback gives back the content, not every byte",
                "after a crash, open it under this name only until it is recovered"]
OTHER_NAMES = ("a -wal or -journal that a crash left beside another name of it is not seen: close it"
               " there first")
VOLATILE = [range(18, 20), range(24, 28), range(40, 44), range(92, 100)]


def content(path):
    """The bytes of a database without what SQLite counts in its header."""
    data = bytearray(path.read_bytes())
    for span in VOLATILE:
        data[span.start:span.stop] = bytes(len(span))
    return bytes(data)


class InPlace(support.Case):
    def deploy(self, database, *options, code=0):
        return self.json("deploy", "-d", database, "--engine", "in-place", *options, code=code)

    def rollback(self, database, *options, code=0):
        return self.json("rollback", "-d", database, "--engine", "in-place", *options, code=code)

    def assert_tidy(self, database):
        names = {path.name for path in database.parent.iterdir()
                 if path.name.startswith((database.name, "." + database.name))}
        self.assertLessEqual(names, {database.name, support.lock_of(database),
                                     database.name + ".backups"})

    def test_replaces_the_content_and_keeps_the_file(self):
        database = self.legacy()
        before = database.read_bytes(), database.stat().st_ino
        document = self.deploy(database)
        self.assertEqual(document["engine"], {"name": "in-place", "why": ASKED,
                                              "consequences": CONSEQUENCES})
        self.assertEqual(database.stat().st_ino, before[1])
        self.assert_at_baseline(database)
        self.assertEqual(document["backup"]["strategy"], "copy")
        self.assertEqual((self.only_backup(database) / "app.db").read_bytes(), before[0])
        self.assert_tidy(database)
        self.succeeds("verify", "-d", database)

    def test_a_rollback_gives_the_content_back(self):
        database = self.legacy()
        inode, before = database.stat().st_ino, content(database)
        self.deploy(database)
        document = self.rollback(database)
        self.assertEqual(document["engine"]["name"], "in-place")
        self.assertEqual((database.stat().st_ino, content(database)), (inode, before))
        self.assertEqual(len(self.backups(database)), 2)
        self.assert_tidy(database)

    def test_is_said_to_people_in_the_plan_and_at_the_end(self):
        database = self.legacy()
        words = f"  engine       in-place: {ASKED}\n" + "".join(f"{'':15}{line}\n"
                                                               for line in CONSEQUENCES)
        for command in ["plan"], ["deploy"], ["rollback", "--dry-run"], ["rollback"]:
            self.assertIn(words, self.succeeds(*command, "-d", database, "--engine", "in-place"))

    def test_the_default_where_a_swap_is_safe_is_a_swap(self):
        database = self.legacy()
        self.assertNotIn("engine", self.succeeds("plan", "-d", database))
        document = self.json("deploy", "-d", database)
        self.assertEqual(document["engine"], {"name": "swap", "why": None, "consequences": []})

    def test_by_the_environment(self):
        database = self.legacy()
        document = self.json("plan", "-d", database, env={"BASELINE_ENGINE": "in-place"})
        self.assertEqual(document["engine"]["name"], "in-place")
        self.refuses(2, "baseline: error: --engine must be one of auto, swap, in-place; got 'inplace'"
                        "\n  hint: did you mean 'in-place'?\n",
                     "plan", "-d", database, "--engine", "inplace")

    def test_a_failed_check_brings_the_old_content_back(self):
        (self.dir / "suite.yaml").write_text(
            "version: 1\nchecks:\n"
            "  - {name: good, query: SELECT 1, value: 1}\n"
            "  - {name: bad, when: after, query: SELECT 1, value: 2}\n")
        for journal_mode in "DELETE", "WAL":
            with self.subTest(journal_mode):
                database = self.legacy(f"{journal_mode}.db")
                query(database, f"PRAGMA journal_mode = {journal_mode}")
                before = content(database)
                document = self.deploy(database, "--checks", self.dir / "suite.yaml", code=1)
                self.assertTrue(document["swapped_back"])
                self.assertEqual(content(database), before)
                self.assertEqual(query(database, "PRAGMA journal_mode"), [(journal_mode.lower(),)])
                self.assertEqual(self.backups(database), [])
                self.assert_tidy(database)

    def test_every_page_size_in_either_mode(self):
        for size in 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536:
            for journal_mode in "DELETE", "WAL":
                with self.subTest(size=size, journal_mode=journal_mode):
                    database = self.made(f"""
                        PRAGMA page_size = {size}; PRAGMA journal_mode = {journal_mode};
                        CREATE TABLE old (a, b);
                        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500)
                        INSERT INTO old SELECT i, hex(zeroblob(i)) FROM n;""",
                                         f"{size}-{journal_mode}.db")
                    before = content(database)
                    self.deploy(database, "--replace-any")
                    self.assert_at_baseline(database)
                    self.rollback(database)
                    self.assertEqual(content(database), before)
                    self.assertEqual(query(database, "PRAGMA integrity_check"), [("ok",)])
                    self.assert_tidy(database)

    def test_other_encodings_and_auto_vacuum(self):
        for pragma in "encoding = 'UTF-16le'", "encoding = 'UTF-16be'", "auto_vacuum = 1", \
                      "auto_vacuum = 2":
            with self.subTest(pragma):
                database = self.made(f"PRAGMA {pragma}; CREATE TABLE old (a);"
                                     "INSERT INTO old VALUES ('ä' || hex(zeroblob(9000)));",
                                     pragma.replace(" ", "") + ".db")
                before = content(database)
                self.deploy(database, "--replace-any")
                self.assert_at_baseline(database)
                self.rollback(database)
                self.assertEqual(content(database), before)
                self.assertEqual(query(database, "PRAGMA integrity_check"), [("ok",)])

    def test_an_empty_file(self):
        database = self.dir / "app.db"
        database.touch()
        self.deploy(database)
        self.assert_at_baseline(database)
        self.rollback(database)
        self.assertEqual(query(database, "SELECT count(*) FROM sqlite_master"), [(0,)])

    def test_a_crashed_wal_is_in_the_backup(self):
        database = self.legacy()
        query(database, "PRAGMA journal_mode = WAL")
        with Holder(database) as application:
            application.execute("UPDATE channel_configs SET poll_rate_minutes = 77")
            application.kill()
        self.deploy(database)
        copy = self.dir / "copy.db"
        copy.write_bytes((self.only_backup(database) / "app.db").read_bytes())
        self.assertEqual(query(copy, "SELECT DISTINCT poll_rate_minutes FROM channel_configs"),
                         [(77,)])
        self.assert_tidy(database)

    def test_nothing_there_is_a_new_file(self):
        document = self.deploy(self.dir / "app.db")
        self.assertEqual(document["engine"]["name"], "swap")

    def test_while_somebody_has_it_open(self):
        for mode in "idle", "read", "writing":
            database = self.legacy()
            with self.subTest(mode), Holder(database, mode) as application, \
                    self.unchanged(support.lock_of(database)):
                done = self.baseline("deploy", "-d", database, "--engine", "in-place")
                self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
                self.assertIn(f"{database} is in use by pid {application.pid} (", done.stderr)

    def test_the_old_file_cannot_be_moved_nor_a_backup_used_up(self):
        database = self.legacy()
        self.refuses(4, f"baseline: error: the old database cannot be moved away: {database} stays"
                        " the same file\n  hint: use --backup copy\n",
                     "deploy", "-d", database, "--engine", "in-place", "--backup", "move",
                     leaves=[support.lock_of(database)])
        self.deploy(database)
        self.refuses(4, f"baseline: error: a backup cannot be moved to {database}: its content goes"
                        " there in place\n  hint: roll back without --move\n",
                     "rollback", "-d", database, "--engine", "in-place", "--move",
                     leaves=[support.lock_of(database)])

    def test_what_sqlite_cannot_read_is_refused(self):
        database = self.dir / "app.db"
        database.write_text("no database, but somebody may want it back")
        for command in ["deploy"], ["deploy", "--old-unreadable", "backup"], ["plan"]:
            with self.subTest(command):
                self.refuses(4, f"baseline: error: SQLite cannot read {database}: file is not a"
                                " database; so its content cannot be replaced in place\n"
                                f"  note: in place, because {ASKED}\n"
                                "  hint: repair it, or make a swap possible\n",
                             *command, "-d", database, "--engine", "in-place",
                             leaves=[support.lock_of(database)])

    def test_condemned_by_its_application_and_then_killed(self):
        """Once the application has refused the new database, the old one comes back, whatever
        happens meanwhile."""
        database = self.legacy()
        before = content(database)
        stop = "test -e refused || exit 0; test -e killed && exit 0; touch killed; kill -9 $PPID"
        start = "test -e refused && exit 0; touch refused; exit 3"
        (self.dir / "baseline.yaml").write_text(
            "version: 1\ndatabase: app.db\napplication: "
            + json.dumps({"stop": ["sh", "-c", stop], "start": ["sh", "-c", start]}) + "\n")
        done = self.baseline("deploy", "--engine", "in-place")
        self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
        self.assert_at_baseline(database)
        self.assertEqual(self.json("recover")["recovered"]["outcome"], "undone")
        self.assertEqual(content(database), before)
        self.assert_tidy(database)

    def test_status_and_recover_of_a_run_that_was_cut_off(self):
        """Before its transaction: the journal says in place, and the old content is live. The next
        run is a swap all the same."""
        database = self.big()
        before = support.sha256(database)
        process = self.start("deploy", "-d", database, "--engine", "in-place")
        self.until(lambda: any(self.dir.glob("app.db.backups/.partial-*/app.db")), "it copies",
                   process)
        process.kill()
        process.communicate()
        journal = (self.dir / ".app.db.baseline-journal").read_text().splitlines()
        self.assertEqual(json.loads(journal[0].split(" ", 1)[1])["engine"], "in-place")
        self.assertEqual(self.json("status", "-d", database)["interrupted"]["command"], "deploy")
        document = self.json("deploy", "-d", database)
        self.assertEqual(document["recovered"]["outcome"], "undone")
        self.assertEqual(document["engine"]["name"], "swap")
        self.assertEqual(support.sha256(self.only_backup(database) / "app.db"), before)
        self.assert_tidy(database)


class Automatic(support.Case):
    """Where a swap is not safe: in place, or refused with --engine swap."""

    def in_place(self, why, database, *more, run=None):
        run = run or self.baseline
        done = run("deploy", "-d", database, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["engine"],
                         {"name": "in-place", "why": why, "consequences": [*CONSEQUENCES, *more]})
        self.assert_at_baseline(database)

    def test_hard_links(self):
        database = self.legacy()
        other = self.dir / "other.db"
        os.link(database, other)
        why = f"{database} has 2 hard links; a swap would leave the others on the old data"
        self.refuses(4, f"baseline: error: {why}\n  hint: find the other names with: find / -xdev"
                        f" -inum {database.stat().st_ino}; or use --engine in-place\n",
                     "deploy", "-d", database, "--engine", "swap")
        self.in_place(why, database, OTHER_NAMES)
        self.assert_at_baseline(other)
        self.assertEqual(other.stat().st_ino, database.stat().st_ino)
        done = self.json("rollback", "-d", database)
        self.assertEqual(done["engine"]["name"], "in-place")
        self.assertEqual(query(other, "SELECT count(*) FROM channel_configs"), [(24,)])

    def test_a_database_of_somebody_else(self):
        self.needs("files of others")
        database = self.legacy()
        run = self.ordinary_user()
        os.chown(database, 0, 0)
        database.chmod(0o666)
        with self.unchanged():
            for engine in "auto", "swap":
                done = run("deploy", "-d", database, "--engine", engine)
                self.assertEqual(done.returncode, 4, done.stderr)
                self.assertIn("this user is neither the owner nor root", done.stderr)
        self.in_place("asked for with --engine in-place", database,
                      run=lambda *words: run(*words, "--engine", "in-place"))
        self.assertEqual((database.stat().st_uid, database.stat().st_mode & 0o777), (0, 0o666))


if __name__ == "__main__":
    unittest.main()
