"""Root acts as the owner of the database (docs/ARCHITECTURE.md, "Whose rights a run has")."""

import os
import pwd
import shutil
import sqlite3
import stat
import unittest
from pathlib import Path

import owners
from owners import GROUP, OTHER, OWNER
from support import PROJECT, query, sha256

DATABASE = "/srv/dispinmap/pinball_bot.db"  # of the examples
CHECKS = """version: 1
checks:
  - {name: own, command: [sh, -c, 'id -u; stat -c %u "$BASELINE_DB"'], when: before,
     stdout: "0\\n23456"}
"""


class Everything(owners.OwnerCase):
    """Each command: nothing of the owner's is touched as root."""

    COMMANDS = (
        ("plan",),
        ("deploy", "--yes"),
        ("status",),
        ("verify",),
        ("history",),
        ("deploy", "--yes", "--again", "--backup", "copy"),
        ("backups", "list"),
        ("backups", "verify"),
        ("backups", "create"),
        ("backups", "export", "ID", "OUT"),
        ("report", "--output", "PAGE"),
        ("rollback", "--yes"),
        ("rollback", "--yes", "--from", "OUT", "--replace-any"),
        ("deploy", "--yes", "--again", "--engine", "in-place"),
        ("rollback", "--yes", "--engine", "in-place"),
        ("backups", "prune", "--yes", "--keep", "1"),
        ("announce", "--live"),
        ("recover",),
        ("run", "--on-start", "deploy", "--", "true"),
    )

    def run_all(self, before=()):
        database = self.owned()
        query(database, "PRAGMA journal_mode = WAL")
        also = self._scratch / "also"
        also.mkdir()
        self.give(also)
        private = self._scratch / "roots"  # where the owner cannot go
        private.mkdir(mode=0o700)
        for command in self.COMMANDS:
            words = [{"OUT": private / "out.db", "PAGE": private / "page.html",
                      "ID": self.newest(database)}.get(word, word) for word in command]
            tail = words.index("--") if "--" in words else len(words)
            options = ["-d", database]
            if command[0] == "deploy" or command == ("backups", "verify"):
                options += ["--also", also]
            if command[0] == "deploy":
                options += ["--report", f"junit={private / 'junit.xml'}"]
            words[tail:tail] = options
            with self.subTest(command=" ".join(command)):
                done, found = self.traced(*words, places=[self.dir, also], before=before)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertEqual(found, [])
                self.assertEqual(self.others_files(self.dir), [])
                self.assertEqual(self.others_files(also), [])
        self.assertEqual(len(list(also.iterdir())) > 0, True)
        self.assertEqual(self.owner_of(private / "junit.xml"), (0, 0))

    def newest(self, database):
        catalogue = Path(f"{database}.backups")
        return self.backups(database)[-1].name if catalogue.exists() else "none"

    def test_as_root(self):
        self.run_all()

    def test_as_root_who_may_not_go_everywhere(self):
        self.needs("setpriv")
        capabilities = "-dac_override,-dac_read_search"
        self.run_all(("setpriv", "--bounding-set", capabilities, "--inh-caps", capabilities))

    def test_the_trace_shows_what_root_does(self):
        """The derivation itself: a program that gives nothing up is found."""
        self.needs("strace")
        log = self._scratch / "trace"
        self.command("strace", "-f", "-y", "-o", log, "-e", "trace=openat,setresuid,execve", "cat",
                     self.owned())
        self.assertEqual(len(owners.acts_of_root(log.read_text(), [self.dir])), 1)


class AfterADeployByRoot(owners.OwnerCase):
    def test_every_command_works_for_the_owner(self):
        database = self.owned()
        self.succeeds("deploy", "-d", database, "--yes")
        self.assertEqual(self.others_files(self.dir), [])
        before = sha256(self.only_backup(database) / "app.db")
        for command in (("status", "--exit-code"), ("verify",), ("history",), ("backups", "list"),
                        ("backups", "verify"), ("run", "--", "true"), ("report",), ("recover",),
                        ("rollback", "--yes")):
            words = list(command)
            tail = words.index("--") if "--" in words else len(words)
            words[tail:tail] = ["-d", database]
            with self.subTest(command=command[0]):
                done = self.as_owner(*words)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(sha256(database), before)

    def test_the_first_one_in_a_users_directory_makes_files_of_that_user(self):
        self.succeeds("deploy", "-d", self.dir / "app.db", "--yes")
        self.assertEqual(self.others_files(self.dir), [])
        self.assertEqual(self.owner_of(self.dir / "app.db"), (OWNER, GROUP))
        self.assertEqual(self.as_owner("status", "-d", "app.db", "--exit-code").returncode, 0)

    def test_the_layout_of_the_examples(self):
        """/srv/NAME is the service's user's, the backups are named in /var/backups, which is root's
        and has no directory for them yet; hooks are root's."""
        if not Path("/var/backups").is_dir():
            self.skipTest("there is no /var/backups here")
        for name in "srv/dispinmap", "var":
            (self._scratch / name).mkdir(parents=True)
        database = self.legacy().rename(self._scratch / "srv/dispinmap/pinball_bot.db")
        self.give(database, database.parent)
        text = (PROJECT / "examples/baseline.yaml").read_text()
        for line in "migration: baseline/9275fe03c648_initial_baseline.sql\n", "checks: checks\n":
            self.assertIn(line, text)
            text = text.replace(line, "")
        for hook in "stop", "start":
            text = text.replace(f"[systemctl, {hook}, dispinmap]", f"[sh, -c, 'id -u > {hook}.user']")
        self.give(self.dir, owner=0, group=0)
        (self.dir / "baseline.yaml").write_text(text)
        done = self.in_namespace(f"""
            mount --bind {self._scratch}/var /var/backups
            mount --bind {self._scratch}/srv /srv
            "$BASELINE" deploy --yes
            as_user() {{ setpriv --reuid {OWNER} --regid {GROUP} --clear-groups "$BASELINE" "$@"; }}
            as_user status --exit-code
            as_user backups list
            cd /
            as_user rollback -d {DATABASE} --backups /var/backups/dispinmap --yes""")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual((self.dir / "stop.user").read_text(), "0\n")
        self.assertEqual((self.dir / "start.user").read_text(), "0\n")
        catalogue = self._scratch / "var/dispinmap"
        self.assertEqual(self.others_files(catalogue), [])
        self.assertEqual(stat.S_IMODE(catalogue.stat().st_mode), 0o700)
        self.assertEqual(self.others_files(database.parent), [])


class WhoseIsWhat(owners.OwnerCase):
    def test_what_is_started_is_roots_and_its_copy_the_owners(self):
        (self.dir / "c.yaml").write_text(CHECKS)
        database = self.owned()
        done = self.baseline("deploy", "-d", database, "--yes", "--checks", "c.yaml",
                             "--allow-commands", env={"TMPDIR": str(self._roots())})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_inputs_where_the_owner_cannot_go(self):
        roots = self._roots()
        shutil.copy(PROJECT / "baseline/9275fe03c648_initial_baseline.sql", roots / "1_m.sql")
        (roots / "c.yaml").write_text(
            "version: 1\nchecks:\n  - {name: one, query: SELECT 1, value: 1}\n"
            f"  - {{name: log, log: {roots / 'app.log'}, forbid: [ERROR]}}\n")
        (roots / "app.log").write_text("fine\n")
        database = self.owned()
        inputs = ["-d", database, "-m", roots / "1_m.sql", "--checks", roots / "c.yaml"]
        self.succeeds("deploy", *inputs, "--yes", "--replace-any")
        (roots / "app.log").write_text("fine\nERROR\n")
        self.assertEqual(self.baseline("verify", *inputs).returncode, 1)
        # A rollback has no suites: the log is named in the history, which is the owner's.
        done, found = self.traced("rollback", "-d", database, "--yes", places=[roots])
        self.assertEqual((done.returncode, found), (0, []), done.stderr)

    def test_a_hook_of_another_user_ends_in_time(self):
        self.needs("setpriv")
        configuration = self._roots() / "baseline.yaml"
        configuration.write_text(
            "version: 1\napplication:\n  stop: {command: [setpriv, --reuid, '23458', --regid,"
            " '23458', --clear-groups, sleep, '1000'], timeout: 200ms}\n")
        done = self.baseline("deploy", "--config", configuration, "-d", self.owned(), "--yes")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("the application could not be stopped", done.stderr)

    def test_the_owner_recovers_what_a_killed_run_of_root_left(self):
        configuration = self._roots() / "baseline.yaml"
        configuration.write_text(
            "version: 1\napplication: {stop: [sh, -c, 'kill -9 $PPID; sleep 1000']}\n")
        database = self.owned()
        before = sha256(database)
        done = self.baseline("deploy", "--config", configuration, "-d", database, "--yes")
        self.assertEqual(done.returncode, -9, done.stderr)
        self.assertEqual(self.others_files(self.dir), [])
        done = self.as_owner("recover", "-d", database)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sha256(database), before)

    def test_the_process_that_run_becomes_is_roots(self):
        database = self.owned()
        self.succeeds("deploy", "-d", database, "--yes")
        told = self.succeeds("run", "-d", database, "--", "sh", "-c",
                             "id -u; grep -E '^(Uid|Groups)' /proc/self/status")
        self.assertEqual(told.splitlines()[:2], ["0", "Uid:\t0\t0\t0\t0"])

    def test_the_group_is_given_though_the_owner_is_not_in_it(self):
        database = self.owned(group=OTHER)
        database.chmod(0o640)
        self.succeeds("deploy", "-d", database, "--yes")
        self.assertEqual(self.owner_of(database), (OWNER, OTHER))
        self.assertEqual(stat.S_IMODE(database.stat().st_mode), 0o640)

    def test_rights_of_a_group_that_the_owner_is_not_in_are_not_given(self):
        """To a user who is listed: of any other one the group is that of the file."""
        nobody = owners.machine.NOBODY
        try:
            pwd.getpwuid(nobody)
        except KeyError:
            self.skipTest("nobody is listed in no /etc/passwd here")
        database = self.owned(owner=nobody, group=OTHER)
        self.give(self.dir, owner=nobody, group=nobody)
        database.chmod(0o2750)
        self.succeeds("deploy", "-d", database, "--yes")
        self.assertEqual(self.owner_of(database), (nobody, OTHER))
        self.assertEqual(stat.S_IMODE(database.stat().st_mode), 0o750)

    def test_the_attributes_that_only_root_can_give(self):
        database = self.owned()
        try:
            os.setxattr(database, "trusted.label", b"x")
            os.setxattr(database, "security.capability",
                        bytes.fromhex("0100000200040000000000000000000000000000"))
        except OSError as error:
            self.skipTest(f"no such attributes here: {error}")
        self.succeeds("deploy", "-d", database, "--yes")
        self.assertEqual(os.listxattr(database), ["trusted.label"])

    def test_a_holder_that_only_root_sees(self):
        self.needs("sleep")
        database = self.owned()
        holder = sqlite3.connect(database)
        self.addCleanup(holder.close)
        holder.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        done = self.baseline("deploy", "-d", database, "--yes")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(f"pid {os.getpid()}", done.stderr)

    def _roots(self):
        roots = self._scratch / "roots"
        roots.mkdir(mode=0o700)
        return roots


class WhatRootLeft(owners.OwnerCase):
    """Earlier releases kept the backups of a deploy by root for root alone."""

    def left(self, database):
        self.succeeds("deploy", "-d", database, "--yes")
        catalogue = Path(f"{database}.backups")
        for path in [catalogue, *catalogue.rglob("*")]:
            os.chown(path, 0, 0)
        return catalogue

    def test_is_given_to_the_owner_once(self):
        database = self.owned()
        self.left(database)
        done = self.baseline("backups", "list", "-d", database)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("are the database owner's now", done.stderr)
        self.assertEqual(self.others_files(self.dir), [])
        self.assertEqual(self.baseline("backups", "list", "-d", database).stderr, "")
        self.assertEqual(self.as_owner("rollback", "-d", database, "--yes").returncode, 0)

    def test_is_not_given_where_it_is_another_databases(self):
        self.left(self.owned("secret.db"))
        database = self.owned()
        catalogue = (self.dir / "secret.db.backups").rename(f"{database}.backups")
        done = self.baseline("status", "-d", database)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("is root's, and not all of its backups are of", done.stderr)
        self.assertEqual(self.owner_of(catalogue), (0, 0))

    def test_is_not_given_where_it_is_no_catalogue(self):
        database = self.owned()
        secret = Path(f"{database}.backups")
        secret.mkdir(mode=0o700)
        (secret / "key").write_text("secret")
        self.assertEqual(self.baseline("status", "-d", database).returncode, 4)
        self.assertEqual(self.owner_of(secret / "key"), (0, 0))

    def test_is_not_given_with_another_owners_backups(self):
        """The database was root's then, in a directory whose owner has exchanged it."""
        database = self.legacy()
        self.give(self.dir, owner=0, group=0)
        self.left(database)
        self.give(self.dir, database, self.dir / ".app.db.baseline-lock")
        done = self.baseline("status", "-d", database)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("not all of its backups are of", done.stderr)
        self.assertEqual(self.owner_of(self.only_backup(database)), (0, 0))

    def test_is_not_given_with_anything_else_in_it(self):
        database = self.owned()
        secret = self.left(database) / "key"
        secret.write_text("secret")
        self.assertEqual(self.baseline("status", "-d", database).returncode, 4)
        self.assertEqual(self.owner_of(secret), (0, 0))

    def test_is_named_where_only_a_person_can_tell(self):
        database = self.owned()
        for name in ".app.db.baseline-lock", ".app.db.baseline-journal":
            left = self.dir / name
            left.touch(0o600)
            done = self.baseline("plan", "-d", database)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn(f"{left} is root's, and the owner of the database cannot use it",
                          done.stderr)
            self.assertIn(f"chown --reference={database} {left}", done.stderr)
            self.give(left)
            self.assertNotIn("is root's", self.baseline("plan", "-d", database).stderr)

    def test_a_file_with_another_name_stays_roots(self):
        database = self.owned()
        catalogue = self.left(database)
        outside = self._scratch / "outside"
        os.link(catalogue / "history.jsonl", outside)
        self.baseline("backups", "list", "-d", database)
        self.assertEqual(self.owner_of(outside), (0, 0))


class WhereRootCannot(owners.OwnerCase):
    def refused(self, done, *words):
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_become_the_owner(self):
        database = self.owned()
        for command in (("plan",), ("deploy", "--yes"), ("status",)):
            with self.unchanged():
                self.refused(self.without("-setuid", *command, "-d", database),
                             f"root cannot act as {OWNER}:{GROUP}, the owner of {database}",
                             f"sudo -u '#{OWNER}' baseline …", f"--user {OWNER}:{GROUP}")
        self.refused(self.without("-setgid", "plan", "-d", database), "root cannot act as")

    def test_become_the_owner_but_is_it(self):
        database = self.owned(owner=0, group=0)
        self.give(self.dir, owner=0, group=0)
        done = self.without("-setuid,-setgid", "deploy", "-d", database, "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_take_leases_and_does_not_need_to(self):
        done = self.without("-lease", "plan", "-d", self.owned(), "--format", "json")
        self.assertEqual(self.document(done)["engine"]["name"], "swap")

    def test_be_root_in_a_directory_of_another_user(self):
        database = self.owned(owner=0, group=0)
        for command in "plan", "status":
            self.refused(self.baseline(command, "-d", database),
                         f"{database} is root's, but its directory is of {OWNER}:{GROUP}",
                         f"chown --reference={self.dir} {database}")
        self.give(self.dir, owner=0, group=0)
        self.dir.chmod(0o1777)
        self.succeeds("deploy", "-d", database, "--yes")

    def test_look_into_the_directory(self):
        database = self.owned()
        self.give(self._scratch, owner=0, group=0)
        self._scratch.chmod(0o700)
        self.refused(self.baseline("plan", "-d", database),
                     f"{OWNER}:{GROUP}, the owner of {database}, may not look into the directory",
                     f"namei -l {self.dir}")

    def test_write_to_the_directory(self):
        database = self.owned()
        self.give(self.dir, owner=0, group=0)
        self.refused(self.baseline("plan", "-d", database),
                     f"the directory {self.dir} is not writable for {OWNER}:{GROUP}, the owner",
                     f"chown {OWNER}:{GROUP} {self.dir}")

    def test_make_second_copies(self):
        also = self._scratch / "also"
        also.mkdir()
        done = self.baseline("plan", "-d", self.owned(), "--also", also)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"{also} is not writable for {OWNER}:{GROUP}: no second copy can be made there",
                      done.stdout + done.stderr)

    def test_make_the_backups(self):
        """Above the named directory is one that is neither the owner's nor root's."""
        others = self._scratch / "others"
        others.mkdir()
        self.give(others, owner=OTHER)
        self.refused(self.baseline("plan", "-d", self.owned(), "--backups", others / "b"),
                     f"the directory {others} for the backups is not writable",
                     f"install -d -m 700 -o {OWNER} -g {GROUP} {others / 'b'}")


class NeitherOwnerNorRoot(owners.OwnerCase):
    """A member of the group, and any other user."""

    def setUp(self):
        super().setUp()
        self.database = self.owned()
        self.database.chmod(0o660)
        self.dir.chmod(0o2775)

    def member(self, *args, user=OTHER):
        return self.run_as(user, *args, group=user, groups=[GROUP])

    def test_is_told_who_is(self):
        for command in (("plan",), ("deploy", "--yes"), ("backups", "create")):
            with self.unchanged():
                done = self.member(*command, "-d", self.database)
                self.assertEqual(done.returncode, 4, done.stderr)
                self.assertIn(f"belongs to {OWNER}:{GROUP}, and this user is neither the owner nor "
                              "root", done.stderr)
                self.assertIn(f"sudo -u '#{OWNER}' baseline …", done.stderr)

    def test_may_look(self):
        self.assertEqual(self.member("status", "-d", self.database).returncode, 0)

    def test_replaces_the_content_for_all_of_the_group(self):
        done = self.member("deploy", "-d", self.database, "--yes", "--engine", "in-place")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.owner_of(self.database), (OWNER, GROUP))
        catalogue = Path(f"{self.database}.backups")
        for path in [self.dir / ".app.db.baseline-lock", catalogue, *catalogue.rglob("*")]:
            with self.subTest(path=path.name):
                status = path.stat()
                self.assertEqual(status.st_gid, GROUP)
                self.assertEqual((status.st_mode & 0o070) >> 3,
                                 (status.st_mode & 0o700) >> 6)
        # Another member, and the owner.
        done = self.member("rollback", "-d", self.database, "--yes", "--engine", "in-place",
                           user=OTHER + 1)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.as_owner("deploy", "-d", self.database, "--yes", "--again")
        self.assertEqual(done.returncode, 0, done.stderr)


class InContainers(owners.OwnerCase):
    """Users without an entry in /etc/passwd, and volumes whose files are a group's."""

    def test_the_user_who_owns_the_file_in_a_volume_of_the_group(self):
        """fsGroup of Kubernetes: the directory is root's and the group's."""
        self.give(self.dir, owner=0)
        self.dir.chmod(0o2775)
        database = self.owned()
        database.chmod(0o660)
        for words in (("deploy", "--yes"), ("status", "--exit-code"), ("rollback", "--yes")):
            done = self.run_as(OWNER, *words, "-d", database, group=OWNER, groups=[GROUP])
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.owner_of(database), (OWNER, GROUP))

    def test_the_first_deploy_of_any_user_of_the_group(self):
        self.give(self.dir, owner=0)
        self.dir.chmod(0o2775)
        done = self.run_as(OTHER, "deploy", "-d", "app.db", "--yes", group=OTHER, groups=[GROUP])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.owner_of(self.dir / "app.db"), (OTHER, GROUP))


if __name__ == "__main__":
    unittest.main()
