"""Whose files are obeyed (docs/ARCHITECTURE.md). The table of all that an adversary may put beside a
database is tests/trust/adversary.py; here each guard is met by itself, and so is what it says."""

import json
import os
import sys
import unittest

import support

ADVERSARY = support.PROJECT / "tests/trust"
sys.path.insert(0, str(ADVERSARY))

import plants  # noqa: E402

OTHER = 54321


class Forged(support.Case):
    """What is read from the disk has a form, and does not say where to write."""

    def setUp(self):
        super().setUp()
        self.database = self.legacy()
        self.outside = self.dir / "outside"
        self.outside.mkdir()
        (self.outside / "secret").write_text("s3cr3t")
        self.place = plants.Place(self.database, self.outside)

    def ends(self, code, words, *args):
        """Nothing outside is changed, and the message has these words."""
        before = support.state(self.outside)
        done = self.baseline(*args, "-d", self.database)
        self.assertEqual(support.state(self.outside), before)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertRegex(done.stdout + done.stderr, words)
        return done

    def test_a_run_that_is_no_key(self):
        plants.partial_that_leads_out(self.place)
        self.ends(6, "the journal .*-journal of .* is not one of this program: .* no key of a run", "recover")

    def test_a_journal_that_is_nested(self):
        plants.PLANTS["the journal is nested"](self.place)
        self.ends(6, "the journal .*-journal of .* is not one of this program: nested too deep", "recover")

    def test_a_journal_without_a_run(self):
        self.place.beside("journal").write_text(plants.line({"phase": "reverting"}))
        self.ends(6, "the journal .* is not one of this program: it does not tell of a run", "recover")

    def test_numbers_that_would_wrap(self):
        plants.journal(self.place, pid=2 ** 32 + 1)
        self.ends(6, "a number is too large", "recover")
        self.place.beside("journal").unlink()
        for key in "user_version", "application_id":
            with self.subTest(key):
                plants.entry(self.place, **{key: 2 ** 63})
                self.ends(0, "a number is too large", "backups", "list")
                support.remove(self.place.catalogue)

    def test_manifests_that_lead_out(self):
        for changes, words in [({"run": "x/../../../outside"}, "no key of a run"),
                               ({"id": "../outside"}, "no ID of a backup"),
                               ({"id": "../../outside/..T......Z-1"}, "no ID of a backup"),
                               ({"file": "../outside/secret"}, "names a file outside the backup"),
                               ({"file": "SHA256SUMS"}, "names a file outside the backup"),
                               ({"companions": ["manifest.json"]}, "names a file outside the backup"),
                               ({"companions": ["another.db"]}, "is not one of its database"),
                               ({"schema_digest": "../x"}, "no digest"),
                               ({"mode": "77777777777777777777"}, "mode is not one"),
                               ({"mode": "-1"}, "mode is not one")]:
            with self.subTest(changes):
                plants.entry(self.place, **changes)
                self.ends(0, words, "backups", "list")
                self.ends(1, words, "backups", "verify")
                support.remove(self.place.catalogue)

    def test_lines_of_the_history_without_form(self):
        lines = [plants.history_line(), plants.history_line(run="../../outside"),
                 plants.history_line(backup="../x"), plants.history_line(sha256="0" * 63),
                 "[" * 400_000 + "\n"]
        plants.history("".join(lines))(self.place)
        self.ends(0, "4 lines", "history")

    def test_records_of_runs_through_a_link(self):
        """The oldest are removed there, and once those were any file's of any directory."""
        for number in range(plants.HUGE.bit_length()):
            (self.outside / f"20200101T0000{number:02}Z-001-9f31c2aa.json").write_text("{}")
        plants.in_catalogue("runs")(self.place)
        self.ends(0, "runs is not a directory but a symbolic link of ", "deploy")

    def test_what_is_not_ours_stays_among_the_records_of_runs(self):
        runs = self.place.catalogue / "runs"
        runs.mkdir(parents=True)
        for number in range(60):
            (runs / f"{number:02}-of-mine").touch()
        self.succeeds("deploy", "-d", self.database)
        self.assertEqual(len(list(runs.iterdir())), 61)

    def test_an_entry_that_is_a_link_is_not_removed(self):
        (self.outside / "x").mkdir()
        self.place.catalogue.mkdir()
        (self.place.catalogue / f".partial-removed-{plants.ID}").symlink_to(self.outside)
        self.succeeds("backups", "create", "-d", self.database)
        self.ends(4, "is not a directory but a symbolic link of ",
                  "backups", "prune", "--keep", "1", "--yes")

    def test_a_catalogue_that_this_run_does_not_name(self):
        elsewhere = self.dir / "elsewhere"
        self.command("strace", "-f", "-o", "/dev/null", "-e", "trace=renameat2",
                     "-e", "inject=renameat2:signal=KILL:when=2", support.BINARY, "deploy",
                     "-d", self.database, "--backups", elsewhere)
        for command in "recover", "deploy":
            done = self.ends(4, f"the interrupted deploy of .* keeps its backups in {elsewhere}, and this"
                             rf" run in {self.database}\.backups", command)
        hint = f"baseline recover --database {self.database} --backups {elsewhere}"
        self.assertIn(f"  hint: {hint}\n", done.stderr)
        self.succeeds(*hint.split()[1:])
        self.assertEqual(len(self.backups(self.database, elsewhere)), 1)

    def test_a_volume_that_was_copied_has_its_catalogue_beside(self):
        self.command("strace", "-f", "-o", "/dev/null", "-e", "trace=renameat2",
                     "-e", "inject=renameat2:signal=KILL:when=2", support.BINARY, "deploy",
                     "-d", self.database)
        moved = self.dir / "moved"
        moved.mkdir()
        for path in list(self.dir.iterdir()):
            if "app.db" in path.name:
                path.rename(moved / path.name)
        self.succeeds("recover", "-d", moved / "app.db")
        self.assertEqual(len(self.backups(moved / "app.db")), 1)


class Others(support.Case):
    """Files of another user."""

    def setUp(self):
        super().setUp()
        self.needs("files of others")
        self.database = self.legacy()

    def give_away(self, path, user=OTHER, group=OTHER):
        os.chown(path, user, group, follow_symlinks=False)
        return path

    def left_alone(self, path, *args):
        """The command is refused, names the file and its owner, and what is there stays as it is."""
        before = support.listing(self.dir)
        done = self.baseline(*args, "-d", self.database)
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertRegex(done.stderr, rf"{path} .*\b{OTHER}:{OTHER}\b")
        after = support.listing(self.dir)
        after.pop(support.lock_of(self.database), None)
        before.pop(support.lock_of(self.database), None)
        self.assertEqual(after, before)

    def test_beside_the_database(self):
        self.dir.chmod(0o1777)
        for suffix in "lock", "journal", "journal.new", "candidate":
            path = self.dir / f".app.db.baseline-{suffix}"
            path.write_text("")
            self.give_away(path)
            with self.subTest(suffix):
                self.left_alone(path, "deploy")
            path.unlink()

    def test_plan_refuses_what_deploy_refuses(self):
        self.dir.chmod(0o1777)
        for suffix in "lock", "journal", "journal.new", "candidate", "restoring":
            for content in "", "text":
                path = self.dir / f".app.db.baseline-{suffix}"
                path.write_text(content)
                self.give_away(path)
                with self.subTest((suffix, content)):
                    self.left_alone(path, "plan")
                    said = [self.baseline(*words, "-d", self.database).stderr
                            for words in (["plan"], ["deploy", "--yes"])]
                    self.assertEqual(said[0], said[1])
                path.unlink()

    def test_status_does_not_promise_what_recover_will_not_do(self):
        self.dir.chmod(0o1777)
        for suffix in "journal.new", "candidate", "restoring", "displaced":
            path = self.dir / f".app.db.baseline-{suffix}"
            path.write_text("")
            self.give_away(path)
            with self.subTest(suffix):
                out = self.succeeds("status", "-d", self.database)
                self.assertRegex(out, rf"{path}: {path} belongs to .*{OTHER}|{path}: it was put")
                self.assertNotIn("removes it", out)
                self.baseline("recover", "-d", self.database)
                self.assertTrue(path.exists())
            path.unlink()

    def test_the_catalogue_and_what_is_in_it(self):
        self.dir.chmod(0o1777)
        catalogue = self.dir / "app.db.backups"
        self.succeeds("deploy", "-d", self.database)
        self.give_away(catalogue)
        for command in (["deploy", "--again"], ["rollback"], ["status"], ["backups", "list"], ["history"],
                        ["backups", "verify"], ["backups", "create"],
                        ["backups", "prune", "--keep", "1"]):
            with self.subTest(command):
                self.left_alone(catalogue, *command)
        os.chown(catalogue, 0, 0)
        history = self.give_away(catalogue / "history.jsonl")
        self.left_alone(history, "history")
        self.left_alone(history, "deploy", "--again")
        os.chown(history, 0, 0)
        entry = self.give_away(self.only_backup(self.database))
        self.assertIn(f"belongs to {OTHER}:{OTHER}", self.succeeds("backups", "list", "-d", self.database))
        self.left_alone(entry, "rollback", "--to", entry.name)

    def test_what_others_may_write_to(self):
        self.succeeds("deploy", "-d", self.database)
        history = self.dir / "app.db.backups/history.jsonl"
        history.chmod(0o606)
        done = self.baseline("history", "-d", self.database)
        self.assertEqual(done.returncode, 4)
        self.assertIn(f"may write to {history}\n  hint: look at it, then run: chmod go-w {history}\n",
                      done.stderr)
        history.chmod(0o600)
        for path, mode in (history.parent, 0o707), (self.only_backup(self.database), 0o702):
            path.chmod(mode)
            done = self.baseline("rollback", "-d", self.database)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn("anybody may write to the directory", done.stderr)
            path.chmod(0o700)

    def test_a_group_counts_when_it_is_that_of_the_database(self):
        """Kubernetes gives all of a volume to fsGroup, and lets it write."""
        self.succeeds("deploy", "-d", self.database)
        for path in [self.dir, *self.dir.rglob("*")]:
            os.chown(path, OTHER if path.suffix == ".jsonl" else 0, OTHER)
            path.chmod(path.stat().st_mode | 0o060 | (0o2010 if path.is_dir() else 0))
        self.succeeds("rollback", "-d", self.database)
        os.chown(self.database, 0, 0)
        done = self.baseline("deploy", "-d", self.database)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn(f"the group of the directory {self.dir} (root:{OTHER}) may write to it, and is not"
                      f" that of the database\n  hint: chmod g-w {self.dir}\n", done.stderr)

    def test_a_link_on_the_way_to_the_database(self):
        link = self.dir / "link.db"
        link.symlink_to(self.database)
        self.succeeds("status", "-d", link)
        self.give_away(link)
        done = self.baseline("status", "-d", link)
        self.assertEqual((done.returncode, done.stderr), (
            4, f"baseline: error: {link} is a symbolic link of {OTHER}:{OTHER}, who may let it lead"
            f" anywhere\n  hint: name what it leads to: {self.database}\n"))
        # Its owner may say where his own database is; root acts as him, so that he must get there.
        for path in self.dir.parent, self.dir, self.database:
            self.give_away(path)
        self.succeeds("status", "-d", link)

    def test_a_link_on_the_way_to_the_backups(self):
        (self.dir / "real").mkdir()
        above = self.dir / "above"
        above.symlink_to(self.dir / "real")
        self.succeeds("backups", "create", "-d", self.database, "--backups", above / "kept")
        self.give_away(above)
        done = self.baseline("backups", "create", "-d", self.database, "--backups", above / "kept")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn(f"{above} is a symbolic link of {OTHER}:{OTHER}", done.stderr)


class Adversary(support.Case):
    def test_the_table_and_the_races(self):
        done = self.command("/usr/bin/python3", "-B", ADVERSARY / "adversary.py", "--binary", support.BINARY,
                            "--sample", "11", timeout=280)
        if done.returncode == 77:
            self.skipTest(done.stdout.strip())
        self.assertEqual(done.returncode, 0, done.stdout[-4000:] + done.stderr[-2000:])
        self.assertGreater(json.loads(done.stdout)["runs in races"], 6)


if __name__ == "__main__":
    unittest.main()
