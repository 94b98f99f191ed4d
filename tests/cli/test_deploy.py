"""`baseline deploy`: a fresh database, the replacement of an old one, and its backup."""

import json
import os
import shutil
import sqlite3
import tempfile
import unittest
from pathlib import Path

import support
from support import Holder, query, sha256

ID = r"\d{8}T\d{6}Z-\d{3}"
OLD_ROWS = {"alembic_version": 1, "channel_configs": 24, "monitoring_targets": 108,
            "seen_submissions": 9600}


class Fresh(support.Case):
    def test_makes_a_database_at_the_baseline(self):
        database = self.dir / "app.db"
        out = self.succeeds("deploy", "--database", database)
        self.assertRegex(out, f"deployed: {database} is at baseline {support.REVISION}\n")
        # Nobody can have missed what was not there.
        self.assertIn("\n  old          none: there was no database\n", out)
        self.assertNotIn("unavailable", out)
        self.assert_at_baseline(database)

    def test_a_second_deploy_does_nothing(self):
        database = self.fresh()
        with self.unchanged(support.lock_of(database)):
            out = self.succeeds("deploy", "--database", database)
        self.assertEqual(out, "already at baseline 9275fe03c648; nothing to do\n")

    def test_a_second_deploy_keeps_what_the_users_have_added(self):
        database = self.fresh()
        query(database, "INSERT INTO channel_configs (channel_id, guild_id) VALUES (1, 2)")
        with self.unchanged(support.lock_of(database)):
            self.succeeds("deploy", "--database", database, "--yes")
        self.assertEqual(query(database, "SELECT count(*) FROM channel_configs"), [(1,)])

    def test_has_no_backup_of_what_was_not_there(self):
        self.assertEqual(self.backups(self.fresh()), [])

    def test_leaves_nothing_of_its_own_but_the_lock_and_the_catalogue(self):
        self.fresh()
        self.assertEqual(sorted(support.listing(self.dir)),
                         [".app.db.baseline-lock", "app.db", "app.db.backups",
                          "app.db.backups/history.jsonl", "app.db.backups/runs",
                          *self.records("app.db")])

    def test_the_new_file_follows_the_umask(self):
        done = self.command("sh", "-c", f'umask 027; exec "{support.BINARY}" deploy -d new.db')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(oct((self.dir / "new.db").stat().st_mode & 0o7777), "0o640")

    def test_a_leftover_wal_without_its_database_is_not_adopted(self):
        """SQLite would bring the old tables back into the new database."""
        leftover = self.dir / "app.db-wal"
        leftover.write_bytes(b"something")
        self.refuses(4, f"baseline: error: {self.dir}/app.db is missing, but app.db-wal of an older"
                        " database lies beside it\n"
                        "  hint: find out where the database went, then move that file away\n",
                     "deploy", "-d", self.dir / "app.db",
                     leaves=[support.lock_of("app.db"), "app.db.backups"])


class NothingToProve(support.Case):
    def test_a_suite_of_skipped_checks_is_refused(self):
        """plan and deploy say the same, before anything is touched."""
        database = self.legacy()
        suite = self.dir / "suite.yaml"
        suite.write_text("version: 1\nchecks: [{name: a, query: SELECT 1, value: 1, skip: later}]\n")
        for command in "deploy", "plan":
            self.refuses(2, "baseline: error: all checks are skipped, so a deploy would prove nothing\n"
                         "  hint: give a check without 'skip'\n",
                         command, "-d", database, "--checks", suite)


class NamesOfRuns(support.Case):
    def test_what_is_no_file_of_a_run_is_refused_by_plan_too(self):
        database = self.legacy()
        makers = {"a directory": lambda path: path.mkdir(),
                  "a link": lambda path: path.symlink_to("/etc/passwd"),
                  "a pipe": os.mkfifo}
        for name in ".app.db.baseline-candidate", ".app.db.baseline-restoring", ".app.db.baseline-journal.new":
            for what, make in makers.items():
                path = self.dir / name
                make(path)
                for command in "plan", "deploy":
                    with self.subTest(f"{command}, {name} is {what}"):
                        self.refuses(4, f"baseline: error: {path} is no file, and a run makes one of that"
                                        " name\n  hint: look at it, and move it away\n",
                                     command, "-d", database, leaves=[name])
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()

    def test_a_candidate_that_no_journal_tells_of(self):
        database = self.legacy()
        path = self.dir / ".app.db.baseline-candidate"
        path.write_bytes(b"somebody's")
        for command in "plan", "deploy":
            with self.subTest(command):
                self.refuses(6, f"baseline: error: {path} exists, but no journal that tells what it is\n"
                                "  hint: it may be a whole database: look at it with sqlite3, then move it"
                                " away\n", command, "-d", database, leaves=[path.name])


class EmptyValues(support.Case):
    def test_an_empty_value_of_an_option_is_refused(self):
        """`--to "$ID"` with an unset variable must not put the newest backup live."""
        database = self.legacy()
        self.succeeds("deploy", "-d", database)
        before = sha256(database)
        for command, *options in (["rollback", "to", "from", "backups", "engine", "wait", "config"],
                                  ["deploy", "migration", "checks", "keep", "also", "report"],
                                  ["verify", "only", "tag", "skip-tag", "var"]):
            for option in options:
                for words in [f"--{option}", ""], [f"--{option}="]:
                    with self.subTest(f"{command} {words}"):
                        done = self.baseline(command, "-d", database, *words)
                        self.assertEqual(done.returncode, 2, done.stderr)
                        if words[-1] == "":
                            self.assertIn(f"error: the value of --{option} is empty\n", done.stderr)
        self.assertEqual(sha256(database), before)


class Legacy(support.Case):
    def test_replaces_the_old_database(self):
        database = self.legacy()
        out = self.succeeds("deploy", "--database", database)
        self.assertRegex(out, f"deployed: {database} is at baseline 9275fe03c648\n"
                              r"unavailable for [\d.]+ m?s "
                              r"\(old database: 668 KiB, 9 733 rows in 4 tables\)" "\n"
                              f"  backup       {database}.backups/{ID}\n"
                              r"               moved, sha256 [0-9a-f]{12}…" "\n"
                              f"  next         start the application, then: baseline verify --database {database}\n"
                              f"  undo         baseline rollback --database {database} --to {ID}\n$")
        self.assert_at_baseline(database)

    def test_the_backup_is_the_old_file_bit_for_bit(self):
        database = self.legacy()
        before = sha256(database)
        inode = database.stat().st_ino
        self.succeeds("deploy", "--database", database)
        backup = self.only_backup(database)
        self.assertEqual(sorted(file.name for file in backup.iterdir()),
                         ["SHA256SUMS", "app.db", "manifest.json"])
        self.assertEqual(sha256(backup / "app.db"), before)
        self.assertEqual((backup / "app.db").stat().st_ino, inode)

    def test_the_backup_can_be_checked_without_the_tool(self):
        database = self.legacy()
        self.succeeds("deploy", "--database", database)
        done = self.command("sha256sum", "-c", "SHA256SUMS", cwd=self.only_backup(database))
        self.assertEqual((done.returncode, done.stdout), (0, "app.db: OK\nmanifest.json: OK\n"),
                         done.stderr)

    def test_the_backup_can_be_put_back_without_the_tool(self):
        database = self.legacy()
        before = sha256(database)
        self.succeeds("deploy", "--database", database)
        done = self.command("cp", self.only_backup(database) / "app.db", database)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sha256(database), before)
        self.assertEqual(query(database, "SELECT count(*) FROM seen_submissions"), [(9600,)])

    def test_the_backups_are_private_and_read_only(self):
        database = self.legacy()
        self.succeeds("deploy", "--database", database)
        catalogue = Path(f"{database}.backups")
        self.assertEqual(oct(catalogue.stat().st_mode & 0o7777), "0o700")
        for file in self.only_backup(database).iterdir():
            self.assertEqual(oct(file.stat().st_mode & 0o7777), "0o400", file)

    def test_the_manifest_tells_what_the_backup_is(self):
        database = self.legacy()
        before = sha256(database)
        self.succeeds("deploy", "--database", database)
        backup = self.only_backup(database)
        manifest = json.loads((backup / "manifest.json").read_text())
        for key, value in {
                "id": backup.name, "reason": "deploy", "database": str(database), "file": "app.db",
                "size": 684032, "sha256": before, "strategy": "move", "page_size": 4096,
                "page_count": 167, "revision": "5c8e4212f5ed", "user_version": 0,
                "application_id": 0, "mode": "0644", "companions": [], "unreadable": None,
                "restored": None}.items():
            self.assertEqual(manifest[key], value, key)
        self.assertEqual({table["name"]: table["rows"] for table in manifest["tables"]}, OLD_ROWS)
        self.assertRegex(manifest["when"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertRegex(manifest["tool"], r"^baseline \d")
        self.assertRegex(manifest["engine"], r"^SQLite 3\.")
        self.assertRegex(manifest["schema_digest"], r"^[0-9a-f]{64}$")
        self.assertTrue(manifest["host"] and manifest["user"] and manifest["owner"])

    def test_leaves_nothing_of_its_own_beside_the_database(self):
        database = self.legacy()
        self.succeeds("deploy", "--database", database)
        self.assertEqual(sorted(os.listdir(self.dir)),
                         [".app.db.baseline-lock", "app.db", "app.db.backups"])

    def test_again_wipes_a_database_that_is_at_the_baseline(self):
        database = self.fresh()
        query(database, "INSERT INTO channel_configs (channel_id, guild_id) VALUES (1, 2)")
        self.succeeds("deploy", "--database", database, "--again")
        self.assert_at_baseline(database)
        self.assertEqual(query(self.only_backup(database) / "app.db",
                               "SELECT channel_id FROM channel_configs"), [(1,)])


class Plan(support.Case):
    def test_says_what_would_happen_and_changes_nothing(self):
        database = self.legacy()
        for words in ["plan"], ["deploy", "--dry-run"]:
            with self.subTest(words), self.unchanged():
                out = self.succeeds(*words, "--database", database)
                self.assertEqual([" ".join(line.split()) for line in out.splitlines()[:6]],
                                 [f"plan: deploy of {database} to revision 9275fe03c648",
                                  "leaves 668 KiB, 9 733 rows in 4 tables, revision 5c8e4212f5ed",
                                  "alembic_version 1 row",
                                  "channel_configs 24 rows",
                                  "monitoring_targets 108 rows",
                                  "seen_submissions 9 600 rows"])
                self.assertIn("  backup       move: ", out)
                self.assertIn("  in use by    nobody that can be seen from here\n", out)
                self.assertIn("nothing was changed\n"
                              f"  next         baseline deploy --database {database}\n", out)

    def test_of_a_database_that_is_not_there(self):
        with self.unchanged():
            out = self.succeeds("plan", "-d", self.dir / "app.db")
        self.assertIn("  old          none: the database will be created\n", out)

    def test_of_a_database_at_the_baseline(self):
        database = self.fresh()
        with self.unchanged():
            self.assertEqual(self.succeeds("plan", "-d", database),
                             "already at baseline 9275fe03c648; nothing to do\n")

    def test_names_who_has_the_database_open(self):
        database = self.legacy()
        with Holder(database) as application, self.unchanged():
            plan = self.baseline("plan", "-d", database)
            self.assertEqual(plan.returncode, 3, plan.stderr)
            self.assertRegex(
                plan.stdout, rf"in use by +pid {application.pid} \(.*python3.*\); stop it before")
            (self._scratch / "stops.yaml").write_text(
                f"version: 1\ndatabase: {database}\napplication: {{stop: ['true']}}\n")
            self.assertRegex(self.succeeds("plan", "-c", self._scratch / "stops.yaml"),
                             r"would stop +true\n")

    def test_in_json(self):
        database = self.legacy()
        with self.unchanged():
            plan = self.json("plan", "-d", database)
        self.assertEqual((plan["action"], plan["outcome"], plan["exit_code"]),
                         ("deploy", "would do", 0))
        self.assertEqual(plan["plan"]["strategy"], "move")
        self.assertIsNone(plan["backup"])

    def test_tells_beforehand_that_the_copy_is_in_the_window(self):
        database = self.legacy()
        with self.unchanged():
            out = self.succeeds("plan", "-d", database, "--backup", "copy")
        self.assertIn("copy: asked for with --backup copy; its time is in the window\n", out)


class Drift(support.Case):
    def test_a_stamped_database_with_another_schema_is_not_wiped(self):
        database = self.fresh()
        support.remove(f"{database}.backups")  # as of a copy: test_histories.py has the others
        query(database, "CREATE TABLE extra (id INTEGER)")
        for words in ["deploy"], ["plan"]:
            with self.subTest(words):
                self.refuses(4, f"baseline: error: {database} is stamped 9275fe03c648 already, but"
                                " differs from the baseline (1 difference, the first: table"
                                " extra)\n"
                                "  hint: baseline status shows what differs; --again replaces it"
                                " all the same, and what is live now is then in a backup only\n",
                             *words, "-d", database, leaves=[support.lock_of(database)])

    def test_again_replaces_it(self):
        database = self.fresh()
        query(database, "CREATE TABLE extra (id INTEGER)")
        self.succeeds("deploy", "-d", database, "--again")
        self.assertEqual(query(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'extra'"),
                         [(0,)])

    def test_the_schema_without_the_stamp_is_an_old_database(self):
        database = self.fresh()
        support.remove(f"{database}.backups")
        query(database, "DELETE FROM alembic_version")
        self.succeeds("deploy", "-d", database)
        self.assert_at_baseline(database)
        self.assertEqual(len(self.backups(database)), 1)


class Naming(support.Case):
    """How the database is named, and how odd its name may be."""

    def test_by_the_environment(self):
        database = self.legacy()
        self.succeeds("deploy", env={"DATABASE_PATH": str(database)})
        self.assert_at_baseline(database)

    def test_the_option_comes_before_the_environment(self):
        named, other = self.legacy("named.db"), self.legacy("other.db")
        before = sha256(other)
        self.succeeds("deploy", "--database", named, env={"DATABASE_PATH": str(other)})
        self.assert_at_baseline(named)
        self.assertEqual(sha256(other), before)

    def test_not_at_all(self):
        said = ("baseline: error: no database was given\n"
                "  hint: name it with --database PATH, in the environment variable DATABASE_PATH, or"
                " as 'database' in baseline.yaml\n")
        self.refuses(2, said, "deploy")
        self.refuses(2, said, "deploy", env={"DATABASE_PATH": ""})

    def test_by_a_relative_path(self):
        self.legacy()
        for number, path in enumerate(["app.db", "./app.db", "sub/../app.db"], start=1):
            (self.dir / "sub").mkdir(exist_ok=True)
            with self.subTest(path):
                self.succeeds("deploy", "-d", path, "--again")
                self.assert_at_baseline(self.dir / "app.db")
                self.assertEqual(len(self.backups(self.dir / "app.db")), number)

    def test_by_a_symbolic_link(self):
        """The target is replaced, where it is; the link stays, and is told."""
        (self.dir / "data").mkdir()
        database = self.legacy("data/real.db")
        link = self.dir / "app.db"
        link.symlink_to("data/real.db")
        out = self.succeeds("deploy", "-d", link)
        self.assertIn(f"deployed: {database} is at baseline", out)
        self.assertIn(f"  warning: {link} leads to {database}\n", out)
        self.assertEqual(os.readlink(link), "data/real.db")
        self.assert_at_baseline(link)
        self.assertEqual(sorted(os.listdir(self.dir)), ["app.db", "data"])
        self.assertEqual(self.only_backup(database).parent.parent, database.parent)

    def test_by_a_link_to_its_directory(self):
        (self.dir / "releases").mkdir()
        database = self.legacy("releases/app.db")
        (self.dir / "current").symlink_to("releases")
        self.succeeds("deploy", "-d", self.dir / "current/app.db")
        self.assert_at_baseline(database)

    def test_odd_names(self):
        names = [b"with space.db", b"what?.db", b"a#b.db", b"100%.db", b"%41.db",
                 b"line\nbreak.db", b"not utf-8 \xff\xfe.db", b"'quote\".db",
                 b"-dash", "ünïcode ☃.db".encode(), b"back\\slash", b"app.db-wal",
                 b"tab\t\x1b[31m", b"*", b"./file:x", b"./file:x?mode=ro", b"./:memory:"]
        for number, name in enumerate(names):
            with self.subTest(name):
                directory = self.dir / str(number)
                directory.mkdir()
                database = directory / os.fsdecode(name)  # without the ./
                shutil.copyfile(support.PROJECT / "tests/data/legacy.db", database)
                before = sha256(database)
                # By a relative name, from its own directory: nothing may take it for something
                # else than a file.
                self.succeeds("deploy", f"--database={os.fsdecode(name)}", cwd=directory)
                backup = self.only_backup(database)
                self.assertEqual(sha256(backup / database.name), before)
                sums = self.command("sha256sum", "-c", "SHA256SUMS", cwd=backup)
                self.assertEqual(sums.returncode, 0, sums.stderr)
                self.assertEqual(sorted(os.listdir(directory)),
                                 sorted([f".{database.name}.baseline-lock", database.name,
                                         f"{database.name}.backups"]))
                self.succeeds("status", f"--database={os.fsdecode(name)}", cwd=directory)
                self.succeeds("rollback", f"--database={os.fsdecode(name)}", cwd=directory)
                self.assertEqual(sha256(database), before)

    def test_names_that_sqlite_reads_otherwise_need_a_directory(self):
        """Also where there is a file of this very name: its path is named."""
        for name, why, path in (
                ("file:x", "'file:x' is an address, and --database takes a path", ": --database x"),
                ("file:x?mode=ro", "'file:x?mode=ro' is an address, and --database takes a path",
                 ": --database x"),
                (":memory:", "':memory:' is a database in memory, of which nothing would be left",
                 " of a file")):
            self.legacy(name)
            for command in "plan", "deploy", "status", "rollback":
                with self.subTest((name, command)):
                    self.refuses(2, f"baseline: error: {why}\n"
                                    f"  note: there is a file of this very name; its path is"
                                    f" ./{name}\n  hint: give the path{path}\n",
                                 command, f"--database={name}")

    def test_control_characters_and_bad_bytes_do_not_reach_the_terminal(self):
        name = os.fsdecode(b"a\x1b[31m\xff\n.db")
        out = self.succeeds("deploy", "-d", self.dir / name)
        self.assertIn(r"a\x1b[31m\xff\x0a.db is at baseline", out)
        # The command to type next can be pasted into a shell all the same.
        self.assertIn(r"a\033[31m\377\012.db'", out)
        self.assertNotIn("\x1b", out)

    def test_a_name_that_leaves_no_room_for_ours(self):
        self.refuses(4, f"baseline: error: the name of {self.dir}/{'n' * 240} is 7 bytes too long"
                        " for the files that baseline makes beside it\n"
                        "  hint: rename the database\n",
                     "deploy", "-d", self.dir / ("n" * 240))

    def test_a_name_that_a_backup_has_for_a_file_of_its_own(self):
        for name in "manifest.json", "manifest.json.new", "SHA256SUMS", "baseline-record":
            with self.subTest(name):
                database = self.legacy(name)
                error = (f"baseline: error: {database} has the name of a file that every backup has"
                         " beside the database\n  hint: rename the database\n")
                self.refuses(4, error, "backups", "create", "-d", database)
                for command in "deploy", "rollback":
                    self.refuses(4, error, command, "--yes", "-d", database,
                                 leaves=[support.lock_of(database)])
                self.succeeds("status", "-d", database)
                database.unlink()


class Json(support.Case):
    def test_is_one_document(self):
        database = self.legacy()
        before = sha256(database)
        document = self.json("deploy", "-d", database)
        self.assertEqual((document["version"], document["command"], document["exit_code"],
                          document["action"], document["outcome"]),
                         (1, "deploy", 0, "deploy", "done"))
        self.assertEqual((document["database"], document["revision"]),
                         (str(database), "9275fe03c648"))
        self.assertEqual({table["name"]: table["rows"] for table in document["old"]["tables"]},
                         OLD_ROWS)
        backup = document["backup"]
        self.assertEqual((backup["sha256"], backup["strategy"], backup["directory"]),
                         (before, "move", str(self.only_backup(database))))
        self.assertGreater(document["unavailable_ms"], 0)
        self.assertEqual((document["before"]["phase"], document["after"]["phase"]),
                         ("before", "after"))

    def test_when_there_is_nothing_to_do(self):
        document = self.json("deploy", "-d", self.fresh())
        self.assertEqual((document["exit_code"], document["action"], document["outcome"],
                          document["backup"]), (0, "nothing", "nothing to do", None))

    def test_by_the_environment(self):
        done = self.baseline("deploy", "-d", self.dir / "app.db", env={"BASELINE_FORMAT": "json"})
        self.assertEqual(json.loads(done.stdout)["outcome"], "done")


class Attributes(support.Case):
    """The new file belongs to whom the old one belonged to, and may be used by whom it could be."""

    def test_the_mode_is_kept(self):
        for mode in 0o640, 0o600, 0o666:
            with self.subTest(oct(mode)):
                database = self.legacy(f"{mode}.db")
                database.chmod(mode)
                self.succeeds("deploy", "-d", database)
                self.assertEqual(oct(database.stat().st_mode & 0o7777), oct(mode))
                self.succeeds("rollback", "-d", database)
                self.assertEqual(oct(database.stat().st_mode & 0o7777), oct(mode))

    def test_extended_attributes_are_kept(self):
        database = self.legacy()
        try:
            os.setxattr(database, "user.origin", b"production\0eu")
        except OSError as error:
            self.skipTest(f"this filesystem has no user attributes: {error}")
        self.succeeds("deploy", "-d", database)
        self.assertEqual(os.getxattr(database, "user.origin"), b"production\0eu")
        self.succeeds("rollback", "-d", database)
        self.assertEqual(os.getxattr(database, "user.origin"), b"production\0eu")

    def test_the_owner_is_kept(self):
        database = self.legacy()
        self.give_to(database, 65534, 12345)
        self.succeeds("deploy", "-d", database)
        self.assertEqual((database.stat().st_uid, database.stat().st_gid), (65534, 12345))
        self.succeeds("rollback", "-d", database)
        self.assertEqual((database.stat().st_uid, database.stat().st_gid), (65534, 12345))


class Backup(support.Case):
    def test_a_copy_is_another_file(self):
        database = self.legacy()
        before = sha256(database)
        inode = database.stat().st_ino
        out = self.succeeds("deploy", "-d", database, "--backup", "copy")
        self.assertIn("               copied, sha256 ", out)
        backup = self.only_backup(database)
        self.assertEqual(sha256(backup / "app.db"), before)
        self.assertNotEqual((backup / "app.db").stat().st_ino, inode)
        self.assertEqual(json.loads((backup / "manifest.json").read_text())["strategy"], "copy")
        self.assertEqual(oct((backup / "app.db").stat().st_mode & 0o7777), "0o400")
        self.assertEqual(sorted(os.listdir(self.dir)),
                         [".app.db.baseline-lock", "app.db", "app.db.backups"])

    def test_in_another_directory(self):
        database = self.legacy()
        before = sha256(database)
        elsewhere = self.dir / "backups of the bot"
        for given in elsewhere, f"{elsewhere}/", "backups of the bot":
            with self.subTest(given):
                shutil.rmtree(elsewhere, ignore_errors=True)
                self.succeeds("deploy", "-d", database, "--backups", given, "--again")
                self.only_backup(database, elsewhere)
                self.assertFalse((self.dir / "app.db.backups").exists())
                self.succeeds("rollback", "-d", database, env={"BASELINE_BACKUPS": str(given)})
                self.assertEqual(sha256(database), before)

    def test_on_another_filesystem_is_a_copy(self):
        shared = Path("/dev/shm")
        if not os.access(shared, os.W_OK) or shared.stat().st_dev == self.dir.stat().st_dev:
            self.skipTest("there is no second filesystem to write to (/dev/shm)")
        elsewhere = Path(tempfile.mkdtemp(dir=shared, prefix="baseline-test-"))
        self.addCleanup(support.remove, elsewhere)
        database = self.legacy()
        before = sha256(database)
        self.refuses(4, f"baseline: error: the old database cannot be moved to {elsewhere}/b: it is"
                        " on another filesystem\n"
                        "  hint: use --backup copy, or a --backups directory beside the database\n",
                     "deploy", "-d", database, "--backups", elsewhere / "b", "--backup", "move",
                     leaves=[support.lock_of(database)])
        out = self.succeeds("plan", "-d", database, "--backups", elsewhere / "b")
        self.assertIn("copy: the backups are on another filesystem; the copy's time is in the "
                      "window\n", out)
        self.succeeds("deploy", "-d", database, "--backups", elsewhere / "b")
        backup = self.only_backup(database, elsewhere / "b")
        self.assertEqual(sha256(backup / "app.db"), before)
        for move in [], ["--move"]:
            done = self.baseline("rollback", "-d", database, "--backups", elsewhere / "b", "--to",
                                 backup.name, "--again", *move)
            if move:
                # The backup cannot go live by a rename from there.
                self.assertIn(done.returncode, (4, 5), done.stderr)
            else:
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(sha256(database), before)

    def test_the_parent_of_the_catalogue_must_be_there(self):
        database = self.legacy()
        for words in ["deploy"], ["plan"], ["rollback"]:
            with self.subTest(words):
                self.refuses(2, f"baseline: error: the directory {self.dir}/no for the backups does"
                                " not exist\n"
                                "  hint: create it, or name another directory for the backups with"
                                " --backups\n",
                             *words, "-d", database, "--backups", self.dir / "no/where",
                             leaves=[support.lock_of(database)])

    def test_a_file_in_the_place_of_the_catalogue(self):
        database = self.legacy()
        catalogue = self.dir / "app.db.backups"
        for what in (lambda: catalogue.write_text("mine"), lambda: catalogue.symlink_to("."),
                     lambda: catalogue.symlink_to("nowhere")):
            catalogue.unlink(missing_ok=True)
            what()
            self.refuses(4, f"baseline: error: {database}.backups is not a directory\n"
                            "  hint: name another directory for the backups with --backups\n",
                         "deploy", "-d", database, leaves=[support.lock_of(database)])

    def test_the_words_for_how(self):
        self.refuses(2, "baseline: error: --backup must be one of auto, move, copy; got 'mov'\n"
                        "  hint: did you mean 'move'?\n",
                     "deploy", "-d", self.legacy(), "--backup", "mov")


class CrashedWriter(support.Case):
    """What was committed before the application was killed is in the backup; what was not, is not."""

    def test_wal(self):
        database = self.legacy()
        with Holder(database) as application:
            application.execute("PRAGMA journal_mode = WAL")
            application.execute("PRAGMA wal_autocheckpoint = 0")
            application.execute("UPDATE channel_configs SET poll_rate_minutes = 77")
            application.execute("BEGIN")
            application.execute("DELETE FROM channel_configs")
            application.kill()
        self.assertGreater((self.dir / "app.db-wal").stat().st_size, 0)
        self.succeeds("deploy", "-d", database)
        self.assertEqual(sorted(os.listdir(self.dir)),
                         [".app.db.baseline-lock", "app.db", "app.db.backups"])
        self.assert_at_baseline(database)
        backup = self.only_backup(database)
        self.assertEqual(sorted(os.listdir(backup)), ["SHA256SUMS", "app.db", "manifest.json"])
        copy = shutil.copyfile(backup / "app.db", self.dir / "copy.db")
        self.assertEqual(query(copy, "SELECT poll_rate_minutes, count(*) FROM channel_configs"
                                     " GROUP BY 1"), [(77, 24)])
        self.assertEqual(query(copy, "PRAGMA integrity_check"), [("ok",)])

    def test_wal_that_holds_the_whole_database(self):
        """The application was killed before the first checkpoint: the file itself is empty."""
        database = self.dir / "app.db"
        with Holder(database) as application:
            application.execute("PRAGMA journal_mode = WAL")
            application.execute("PRAGMA wal_autocheckpoint = 0")
            application.execute("CREATE TABLE precious (id INTEGER)")
            application.execute("INSERT INTO precious VALUES (42)")
            application.kill()
        self.succeeds("deploy", "-d", database, "--replace-any")
        copy = shutil.copyfile(self.only_backup(database) / "app.db", self.dir / "copy.db")
        self.assertEqual(query(copy, "SELECT id FROM precious"), [(42,)])

    def test_wal_whose_shared_memory_is_gone(self):
        """As after a reboot of a machine with the database on a disk and nothing running."""
        database = self.legacy()
        with Holder(database) as application:
            application.execute("PRAGMA journal_mode = WAL")
            application.execute("UPDATE channel_configs SET poll_rate_minutes = 77")
            application.kill()
        (self.dir / "app.db-shm").unlink()
        self.succeeds("deploy", "-d", database)
        copy = shutil.copyfile(self.only_backup(database) / "app.db", self.dir / "copy.db")
        self.assertEqual(query(copy, "SELECT DISTINCT poll_rate_minutes FROM channel_configs"),
                         [(77,)])

    def hot(self):
        """An old database with the journal of a writer that was killed in the middle of it."""
        database = self.legacy()
        with Holder(database) as application:
            application.execute("PRAGMA cache_size = 1")
            application.execute("BEGIN IMMEDIATE")
            application.execute("UPDATE seen_submissions SET submission_id = -submission_id")
            application.kill()
        journal = self.dir / "app.db-journal"
        self.assertNotEqual(journal.read_bytes()[:8], bytes(8))
        return database

    def test_hot_journal(self):
        original = sha256(self.legacy("original.db"))
        database = self.hot()
        self.assertNotEqual(sha256(database), original)
        out = self.succeeds("deploy", "-d", database)
        self.assertIn("  recovered    SQLite brought in what a crashed writer had left (WAL or journal)\n",
                      out)
        self.assert_at_baseline(database)
        backup = self.only_backup(database)
        self.assertEqual(query(backup / "app.db", "SELECT count(*) FROM seen_submissions"
                                                  " WHERE submission_id < 0"), [(0,)])
        self.assertEqual(query(backup / "app.db", "PRAGMA integrity_check"), [("ok",)])
        tables = json.loads((backup / "manifest.json").read_text())["tables"]
        self.assertEqual({table["name"]: table["rows"] for table in tables}, OLD_ROWS)
        self.assertFalse((self.dir / "app.db-journal").exists())

    def test_a_plan_leaves_a_hot_journal_alone(self):
        database = self.hot()
        with self.unchanged():
            self.succeeds("plan", "-d", database)

    def test_journals_that_are_dead(self):
        """What journal_mode PERSIST and TRUNCATE leave beside the database has nothing to say."""
        for mode in "PERSIST", "TRUNCATE":
            with self.subTest(mode):
                database = self.legacy(f"{mode}.db")
                journal = Path(f"{database}-journal")
                connection = sqlite3.connect(database, isolation_level=None)
                connection.execute(f"PRAGMA journal_mode = {mode}")
                connection.execute("UPDATE channel_configs SET poll_rate_minutes = 5")
                connection.close()
                self.assertTrue(journal.exists())
                before = sha256(database)
                self.succeeds("deploy", "-d", database)
                self.assertFalse(journal.exists())
                self.assertEqual(sha256(self.only_backup(database) / database.name), before)
                self.assert_at_baseline(database)


class OldDatabases(support.Case):
    """An old database may be anything that SQLite can read."""

    def check_replaced(self, database):
        before = sha256(database)
        self.succeeds("deploy", "-d", database, "--replace-any")
        self.assert_at_baseline(database)
        self.assertEqual(sha256(self.only_backup(database) / database.name), before)
        self.succeeds("rollback", "-d", database)
        self.assertEqual(sha256(database), before)

    def test_an_empty_file(self):
        database = self.dir / "app.db"
        database.touch()
        self.check_replaced(database)

    def test_another_page_size(self):
        for size in 512, 1024, 65536:
            with self.subTest(size):
                self.check_replaced(self.made(f"PRAGMA page_size = {size}; CREATE TABLE t (x);"
                                              "INSERT INTO t VALUES (1)", f"{size}.db"))

    def test_another_encoding(self):
        for encoding in "UTF-16le", "UTF-16be":
            with self.subTest(encoding):
                self.check_replaced(self.made(f"PRAGMA encoding = '{encoding}'; CREATE TABLE ü (é);"
                                              "INSERT INTO ü VALUES ('☃')", f"{encoding}.db"))

    def test_wal_mode(self):
        """The new database is in WAL mode as well, and the old one stays in it."""
        database = self.made("PRAGMA journal_mode = WAL; CREATE TABLE t (x)")
        self.check_replaced(database)
        self.assertEqual(query(database, "PRAGMA journal_mode"), [("wal",)])

    def test_auto_vacuum_and_things_other_than_tables(self):
        self.check_replaced(self.made("""
            PRAGMA auto_vacuum = FULL; PRAGMA user_version = 7; PRAGMA application_id = 99;
            CREATE TABLE t (a INTEGER, b INTEGER AS (a + 1)) STRICT;
            CREATE VIEW v AS SELECT * FROM t; CREATE INDEX i ON t (a);
            CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; END;
            CREATE TABLE w (k PRIMARY KEY) WITHOUT ROWID;
            CREATE TABLE "odd "" name" (x); CREATE TABLE s (id INTEGER PRIMARY KEY AUTOINCREMENT);
            """))

    def test_a_schema_that_needs_a_function_of_the_application(self):
        """The application knows the function, we do not; the rows are still data."""
        database = self.dir / "app.db"
        connection = sqlite3.connect(database, isolation_level=None)
        connection.create_function("ours", 1, lambda x: x, deterministic=True)
        connection.executescript("CREATE TABLE t (x); CREATE INDEX i ON t (ours(x));"
                                 "CREATE VIEW v AS SELECT ours(x) FROM t;"
                                 "CREATE TABLE c (x CHECK (ours(x)), y AS (ours(x)));")
        connection.close()
        self.check_replaced(database)


class Unreadable(support.Case):
    def test_not_a_database(self):
        database = self.dir / "app.db"
        database.write_bytes(b"this is no database at all, but somebody's notes\n" * 100)
        for words in ["deploy"], ["plan"]:
            with self.subTest(words):
                self.refuses(4, f"baseline: error: SQLite cannot read {database}: file is not a"
                                " database\n"
                                "  hint: repair it, or keep it as it is with --old-unreadable"
                                " backup\n",
                             *words, "-d", database, leaves=[support.lock_of(database)])

    def test_it_is_kept_as_it_is_when_asked_for(self):
        database = self.dir / "app.db"
        database.write_bytes(os.urandom(5000))
        before = sha256(database)
        self.succeeds("deploy", "-d", database, "--old-unreadable", "backup")
        self.assert_at_baseline(database)
        backup = self.only_backup(database)
        self.assertEqual(sha256(backup / "app.db"), before)
        manifest = json.loads((backup / "manifest.json").read_text())
        self.assertIn("file is not a database", manifest["unreadable"])
        self.assertEqual(manifest["companions"], [])
        self.succeeds("rollback", "-d", database)
        self.assertEqual(sha256(database), before)

    def test_what_lies_beside_it_is_kept_with_it(self):
        database = self.dir / "app.db"
        contents = {"app.db": os.urandom(5000), "app.db-wal": os.urandom(700),
                    "app.db-shm": os.urandom(32768), "app.db-journal": os.urandom(512)}
        for name, content in contents.items():
            (self.dir / name).write_bytes(content)
        self.succeeds("deploy", "-d", database, "--old-unreadable", "backup")
        self.assert_at_baseline(database)
        backup = self.only_backup(database)
        for name, content in contents.items():
            self.assertEqual((backup / name).read_bytes(), content, name)
        self.assertEqual(sorted(os.listdir(self.dir)),
                         [".app.db.baseline-lock", "app.db", "app.db.backups"])
        self.assertEqual(sorted(json.loads((backup / "manifest.json").read_text())["companions"]),
                         ["app.db-journal", "app.db-shm", "app.db-wal"])

    def test_it_is_put_back_as_a_whole(self):
        database = self.dir / "app.db"
        database.write_bytes(os.urandom(5000))
        log = self.dir / "app.db-wal"
        log.write_bytes(os.urandom(700))
        database.chmod(0o640)
        before = sha256(database), sha256(log)
        self.succeeds("deploy", "-d", database, "--old-unreadable", "backup")
        backup = self.only_backup(database)
        kept = backup / "app.db-wal"
        kept.chmod(0o600)
        content = kept.read_bytes()
        kept.write_bytes(b"changed")
        self.refuses(4, f"baseline: error: the backup {backup.name} is damaged: its app.db-wal was"
                        " changed\n"
                        "  hint: choose another with --to; baseline backups list shows them\n",
                     "rollback", "-d", database, leaves=[support.lock_of(database)])
        kept.write_bytes(content)
        self.succeeds("rollback", "-d", database)
        self.assertEqual((sha256(database), sha256(log)), before)
        self.assertEqual(oct(log.stat().st_mode & 0o7777), "0o640")
        # The next deploy finds it as it was found then.
        self.succeeds("deploy", "-d", database, "--old-unreadable", "backup")
        self.assertFalse(log.exists())

    def test_a_newer_file_format(self):
        database = self.legacy()
        content = bytearray(database.read_bytes())
        content[18:20] = b"\x07\x07"
        database.write_bytes(content)
        done = self.baseline("deploy", "-d", database)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertEqual(database.read_bytes(), content)
        self.succeeds("deploy", "-d", database, "--old-unreadable", "backup")
        self.assertEqual((self.only_backup(database) / "app.db").read_bytes(), content)

    def test_a_malformed_schema(self):
        database = self.made("CREATE TABLE t (x)")
        content = database.read_bytes().replace(b"CREATE TABLE t", b"CREATE TABEL t")
        database.write_bytes(content)
        done = self.baseline("deploy", "-d", database)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertEqual(database.read_bytes(), content)

    def test_the_option_does_no_harm_to_a_database_that_can_be_read(self):
        """A crashed writer's rows are in the backup all the same, and it can be put back."""
        database = self.legacy()
        with Holder(database) as application:
            application.execute("PRAGMA journal_mode = WAL")
            application.execute("UPDATE channel_configs SET poll_rate_minutes = 77")
            application.kill()
        self.succeeds("deploy", "-d", database, "--old-unreadable", "backup")
        self.assert_at_baseline(database)
        self.succeeds("rollback", "-d", database)
        self.assertEqual(query(database, "SELECT DISTINCT poll_rate_minutes FROM channel_configs"),
                         [(77,)])


if __name__ == "__main__":
    unittest.main()
