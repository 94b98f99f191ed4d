"""Places where a swap cannot be done safely are refused before anything is touched: exit 4, or 2
when the path names no database at all."""

import grp
import os
import pwd
import subprocess
import unittest

import support

NAME_IT = "  hint: give the path of the database file\n"


def names_of(path):
    """Owner and group of a file."""
    status = path.stat()
    return f"{pwd.getpwuid(status.st_uid).pw_name}:{grp.getgrgid(status.st_gid).gr_name}"


class Places(support.Case):
    def deploy_refused(self, code, stderr, path, leaves=()):
        self.refuses(code, stderr, "deploy", "-d", path, "--yes", leaves=leaves)
        self.refuses(code, stderr, "plan", "-d", path)

    def test_no_regular_file(self):
        (self.dir / "directory").mkdir()
        os.mkfifo(self.dir / "fifo")
        for name in "directory", "fifo", "/dev/null":
            with self.subTest(name):
                self.deploy_refused(2, f"baseline: error: {self.dir / name} is not a regular file\n"
                                    + NAME_IT, self.dir / name)

    def test_a_link_to_nowhere(self):
        link = self.dir / "app.db"
        link.symlink_to("data/app.db")
        self.deploy_refused(2, f"baseline: error: {link} is a symbolic link to a file that does not"
                               " exist\n"
                               "  hint: create the target's directory and name the target itself,"
                               " or remove the link\n", link)

    def test_a_loop_of_links(self):
        (self.dir / "a").symlink_to("b")
        (self.dir / "b").symlink_to("a")
        self.deploy_refused(2, f"baseline: error: {self.dir}/a is a loop of symbolic links\n",
                            self.dir / "a")

    def test_a_missing_directory(self):
        self.deploy_refused(2, f"baseline: error: the directory {self.dir}/data does not exist\n"
                               "  hint: create it, or correct the path of the database\n",
                            self.dir / "data/app.db")

    def test_a_file_in_the_place_of_the_directory(self):
        self.legacy("data")
        self.deploy_refused(2, f"baseline: error: {self.dir}/data is not a directory\n",
                            self.dir / "data/app.db")
        self.deploy_refused(2, f"baseline: error: {self.dir}/data/below is not a directory\n",
                            self.dir / "data/below/app.db")

    def test_what_names_no_file(self):
        self.legacy()
        for path in "app.db/", ".", "..", "/", "./":
            with self.subTest(path):
                self.deploy_refused(2, f"baseline: error: '{path}' does not name a file\n" + NAME_IT,
                                    path)

    def test_a_directory_that_anybody_may_write_to(self):
        database = self.legacy()
        self.dir.chmod(0o777)
        self.deploy_refused(4, f"baseline: error: anybody may write to the directory {self.dir},"
                               " and could exchange files in it\n"
                               f"  hint: chmod o-w {self.dir}\n", database)

    def test_such_a_directory_is_right_with_the_sticky_bit(self):
        database = self.legacy()
        self.dir.chmod(0o1777)
        self.succeeds("deploy", "-d", database)

    def test_links_in_the_places_of_our_files(self):
        """They are never followed."""
        database = self.legacy()
        victim = self.dir / "victim"
        victim.write_text("somebody's")
        for name in ".app.db.baseline-lock", ".app.db.baseline-journal":
            with self.subTest(name):
                (self.dir / name).symlink_to(victim)
                with self.unchanged():
                    done = self.baseline("deploy", "-d", database)
                    self.assertNotIn(done.returncode, (0, 1), done.stdout)
                (self.dir / name).unlink()


class NewFiles(support.Case):
    """A file that the user wants made is not made where a database or a run would take it for its
    own."""

    def setUp(self):
        super().setUp()
        self.database = self.legacy()
        self.succeeds("deploy", "-d", self.database)
        self.other = self.legacy("w.db")

    def assert_refused(self, file, why, place=None):
        backup = self.only_backup(self.database).name
        words = (f"baseline: error: cannot write {place or file}: {why}\n"
                 "  hint: choose another name or another directory\n")
        for command in (["backups", "export", backup, file], ["verify", "--report", f"junit={file}"],
                        ["report", "-o", file], ["init", "-o", file],
                        ["checks", "generate", "-o", file]):
            with self.subTest((command, file)):
                if command[0] in ("init", "checks") and place is None and "backups" in why:
                    continue  # names what it would make there
                self.refuses(2, words, *command, "-d", self.database)

    def test_what_sqlite_would_take_for_its_own(self):
        for suffix in "-wal", "-shm", "-journal":
            self.assert_refused(f"{self.other}{suffix}", "SQLite would take it for a part of w.db,"
                                " which is beside it")

    def test_what_a_run_would_take_for_its_own(self):
        for name in "lock", "journal", "journal.new", "candidate", "restoring", "displaced", "export":
            self.assert_refused(f"{self.dir}/.w.db.baseline-{name}",
                                "runs of baseline give this name to their files")

    def test_among_the_backups_of_another_database(self):
        self.succeeds("deploy", "-d", self.other)
        for name in "x", "runs/x", f"{self.only_backup(self.other).name}/x":
            self.assert_refused(f"{self.other}.backups/{name}",
                                f"{self.other}.backups is a directory of backups")
        done = self.baseline("init", "-d", self.database, "-o", f"{self.other}.backups/x")
        self.assertEqual(done.returncode, 2)
        self.assertIn("is a directory of backups\n", done.stderr)

    def test_such_a_name_without_the_database(self):
        backup = self.only_backup(self.database).name
        (self.dir / "free").mkdir()  # SQLite knows no directory
        (self.dir / "free.backups").mkdir()
        (self.dir / "history.jsonl").write_text("of a shell\n")
        for place in "free-wal", "free.backups/app.db":
            self.succeeds("backups", "export", backup, self.dir / place, "-d", self.database)

    def test_where_backups_would_be(self):
        done = self.baseline("init", "-d", self.database, "-o", f"{self.other}.backups/x")
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{self.other}.backups is a directory of backups\n", done.stderr)


class OddCatalogues(support.Case):
    def test_the_directory_of_the_database(self):
        database = self.legacy()
        for words in ["deploy", "--yes"], ["plan"], ["backups", "create"]:
            self.refuses(2, f"baseline: error: {self.dir} is the directory of the database, and backups"
                         f" need one of their own\n  hint: --backups {database}.backups\n",
                         *words, "-d", database, "--backups", ".",
                         leaves=[support.lock_of(database)])

    def test_what_sqlite_would_take_for_its_own(self):
        database = self.legacy()
        done = self.baseline("deploy", "-d", database, "--backups", f"{database}-wal")
        self.assertEqual(done.returncode, 2)
        self.assertIn("SQLite would take it for a part of app.db", done.stderr)
        self.assertFalse((self.dir / "app.db-wal").exists())


class Mistyped(support.Case):
    """A path at which nothing is must not look as if all were well."""

    def test_each_command_that_is_about_what_is_there(self):
        self.succeeds("deploy", "-d", self.legacy())
        path = self.dir / "apq.db"
        for code, words in ((0, ["recover"]), (2, ["history"]), (2, ["backups", "list"]),
                            (2, ["backups", "verify"]), (2, ["rollback", "--yes"]),
                            (2, ["backups", "prune", "--keep", "1", "--yes"]),
                            (2, ["backups", "export", "20261121T023558Z-001", "x"]),
                            (5, ["backups", "create"]), (5, ["verify"])):
            with self.subTest(words), self.unchanged(support.lock_of(path)):
                done = self.baseline(*words, "-d", path)
                # A first deploy that was killed at once leaves nothing, too.
                said = "" if code else f"nothing to recover at {path}\n"
                self.assertEqual((done.returncode, done.stdout), (code, said))
                self.assertIn(f"{path} does not exist; did you mean app.db, which lies beside it?",
                              done.stderr)

    def test_a_database_without_a_catalogue_is_none(self):
        database = self.legacy()
        for words in ["recover"], ["history"], ["backups", "list"]:
            self.succeeds(*words, "-d", database)


class Addresses(support.Case):
    """What frameworks have in DATABASE_URL is no path: SQLite would make a file of that name."""

    COMMANDS = (["deploy", "--yes"], ["plan"], ["verify"], ["rollback"], ["run", "--", "true"],
                ["status"], ["recover"], ["history"], ["report"], ["announce"], ["backups", "list"],
                ["backups", "verify"], ["backups", "prune", "--keep", "1"], ["backups", "create"],
                ["backups", "export", "001", "copy.db"])

    def with_database(self, command, path):
        """The command with that database: `--` ends the options."""
        at = command.index("--") if "--" in command else len(command)
        return [*command[:at], "-d", path, *command[at:]]

    def test_every_command_refuses_them(self):
        self.legacy()
        for command in [*self.COMMANDS, ["init"], ["checks", "generate", "-o", "suites"]]:
            with self.subTest(command):
                self.refuses(2, "baseline: error: 'sqlite:///app.db' is an address, and --database"
                                " takes a path\n"
                                "  hint: give the path: --database app.db\n",
                             *self.with_database(command, "sqlite:///app.db"))

    def test_each_kind_of_them(self):
        self.legacy()
        for address in ("file:app.db", "file:app.db?mode=rwc", "sqlite:app.db", "sqlite3:app.db",
                        "jdbc:sqlite:app.db", "sqlite:///app.db", "sqlite+pysqlite:///app.db",
                        "Data Source=app.db"):
            with self.subTest(address):
                with self.unchanged():
                    done = self.baseline("deploy", "-d", address)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                hint = "  hint: give the path: --database app.db\n"
                self.assertTrue(done.stderr.endswith(hint), done.stderr)
        for address in ":memory:", "file::memory:", "sqlite://":
            self.refuses(2, f"baseline: error: '{address}' is a database in memory, of which nothing"
                            " would be left\n  hint: give the path of a file\n", "deploy", "-d", address)

    def test_the_hint_names_where_it_was_given(self):
        self.legacy()
        self.refuses(2, "baseline: error: 'file:app.db' is an address, and DATABASE_PATH takes a path\n"
                        "  hint: give the path: DATABASE_PATH=app.db\n",
                     "status", env={"DATABASE_PATH": "file:app.db"})
        (self.dir / "baseline.yaml").write_text("version: 1\ndatabase: sqlite:///app.db\n")
        self.refuses(2, "baseline: error: 'sqlite:///app.db' is an address, and baseline.yaml:2:11"
                        " takes a path\n"
                        "  hint: give the path: database: app.db\n", "status")

    def test_other_options_that_take_a_database(self):
        database = self.legacy()
        self.succeeds("deploy", "-d", database)
        for words in ["rollback", "-d", database], ["announce"]:
            self.refuses(2, "baseline: error: 'file:old.db' is an address, and --from takes a path\n"
                            "  hint: give the path: --from old.db\n", *words, "--from", "file:old.db")
        entry = self.only_backup(database).name
        self.refuses(2, "baseline: error: 'file:copy.db' is an address, and FILE takes a path\n"
                        "  hint: give the path: copy.db\n",
                     "backups", "export", entry, "file:copy.db", "-d", database)

    def test_a_server(self):
        """Nothing of its address is shown, for a password may be in it."""
        self.refuses(2, "baseline: error: --database is the address of a PostgreSQL server, which is"
                        " not supported yet: baseline replaces SQLite files\n"
                        "  hint: give the path of the SQLite database: --database app.db\n",
                     "deploy", "-d", "postgresql://bot:secret@db.example.org/bot")

    def test_a_pattern_that_no_shell_has_filled_in(self):
        self.legacy()
        message = ("baseline: error: there is no file '{}', and it looks like a pattern or variable that"
                   " no shell has filled in\n  hint: give the path of one file{}\n")
        self.refuses(2, message.format("*.db", ": --database app.db"), "deploy", "-d", "*.db")
        self.refuses(2, message.format("$DATABASE", ""), "deploy", "-d", "$DATABASE")

    def test_a_file_of_such_a_name_has_a_path(self):
        """One that an earlier version has made can still be got at."""
        database = self.legacy("file:app.db")
        done = self.baseline("deploy", "-d", "file:app.db")
        self.assertEqual(done.returncode, 2)
        self.assertIn("  note: there is a file of this very name; its path is ./file:app.db\n",
                      done.stderr)
        self.succeeds("deploy", "-d", "./file:app.db")
        self.assert_at_baseline(database)


class OrdinaryUser(support.Case):
    """What an ordinary user may not do. As root these run as `nobody`."""

    def refused(self, run, code, stderr, *args, leaves=()):
        with self.unchanged(*leaves):
            done = run(*args)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (code, "", stderr))

    def test_can_do_all_of_it(self):
        database = self.legacy()
        before = support.sha256(database)
        run = self.ordinary_user()
        for words in ["plan"], ["deploy"], ["verify"], ["status"], ["rollback"], ["recover"], \
                     ["history"], ["backups", "list"]:
            done = run(*words, "-d", database)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(support.sha256(database), before)

    def test_a_directory_without_permission_to_write(self):
        database = self.legacy()
        run = self.ordinary_user()
        self.dir.chmod(0o555)
        for words in "deploy", "plan":
            self.refused(run, 4, f"baseline: error: the directory {self.dir} is not writable for"
                                 f" {names_of(database)}, the owner of the database\n"
                                 f"  hint: chmod u+w {self.dir}\n", words, "-d", database)

    def test_a_catalogue_without_permission_to_write(self):
        database = self.legacy()
        catalogue = self.dir / "kept"
        catalogue.mkdir()
        run = self.ordinary_user()
        catalogue.chmod(0o555)
        self.refused(run, 4, f"baseline: error: the directory {catalogue} for the backups is not"
                             " writable for this user\n"
                             "  hint: name another directory for the backups with --backups, or run"
                             " as its owner\n",
                     "deploy", "-d", database, "--backups", catalogue,
                     leaves=[support.lock_of(database)])

    def test_a_database_without_permission_to_write(self):
        database = self.legacy()
        run = self.ordinary_user()
        database.chmod(0o444)
        self.refused(run, 4, f"baseline: error: {database} is not writable for this user\n"
                             "  hint: run as the owner of the database\n",
                     "deploy", "-d", database, leaves=[support.lock_of(database)])

    def test_a_database_of_somebody_else_in_a_sticky_directory(self):
        self.needs("files of others")
        database = self.legacy()
        run = self.ordinary_user()
        for path in self.dir, database:
            os.chown(path, 0, 0)
        self.dir.chmod(0o1777)
        database.chmod(0o666)
        self.refused(run, 4, f"baseline: error: {database} belongs to root:root, and this user is"
                             " neither the owner nor root\n"
                             "  hint: run it as the owner: sudo -u root baseline …; or, as a member of"
                             " the file's group, have its content replaced with --engine in-place\n",
                     "deploy", "-d", database)
        done = run("deploy", "-d", database, "--engine", "in-place")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_group_that_cannot_be_given_to_the_new_file(self):
        self.needs("files of others")
        database = self.legacy()
        run = self.ordinary_user()
        os.chown(database, 65534, 12345)
        with self.unchanged(support.lock_of(database), "app.db.backups"):
            done = run("deploy", "-d", database)
            self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)
        self.assertRegex(done.stderr, "^baseline: error: cannot give the new file owner "
                                      r"\w+:12345\n")


class Mounts(support.Case):
    def test_a_file_that_is_bind_mounted(self):
        """It cannot be renamed: refused, or its content is replaced in place."""
        database = self.legacy()
        (self.dir / "mounted.db").touch()
        mount = "mount --bind app.db mounted.db\n"
        why = (f"{self.dir}/mounted.db is itself a mount point (a bind-mounted file), which cannot be"
               " renamed")
        with self.unchanged():
            done = self.in_namespace(mount + '"$BASELINE" deploy -d mounted.db --engine swap')
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (4, "", f"baseline: error: {why}\n"
                                 "  hint: mount its directory instead of the file; or use --engine"
                                 " in-place\n"))
        inode = database.stat().st_ino
        done = self.in_namespace(mount + '"$BASELINE" deploy -d mounted.db')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"  engine       in-place: {why}\n", done.stdout)
        self.assertIn("outlives the container", done.stdout)
        self.assertEqual(database.stat().st_ino, inode)
        self.assert_at_baseline(database)
        done = self.in_namespace(mount + '"$BASELINE" rollback -d mounted.db')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(support.query(database, "SELECT count(*) FROM channel_configs"), [(24,)])

    def container(self, filesystem, script):
        """Runs a script in which `layer` is on a filesystem that goes with its container, and
        `layer/app.db` is a file that was mounted into it."""
        (self.dir / "layer").mkdir(exist_ok=True)
        mount = "mount -t tmpfs tmpfs layer\n"
        if filesystem == "overlay":
            mount += ("mkdir layer/lower layer/upper layer/work; mount -t overlay overlay"
                      " -o lowerdir=layer/lower,upperdir=layer/upper,workdir=layer/work layer\n")
        done = self.in_namespace(mount)
        if done.returncode != 0:
            self.skipTest(f"{filesystem} cannot be mounted here: {done.stderr.strip()}")
        return self.in_namespace(mount + "touch layer/app.db; mount --bind app.db layer/app.db\n"
                                 + script)

    def test_backups_that_would_go_with_their_container(self):
        """A bind-mounted file stays, the directory around it does not."""
        self.legacy()
        hint = ("  hint: say with --backups DIR where backups are kept; best, mount the directory of"
                " the database instead of the file\n")
        for filesystem in "tmpfs", "overlay":
            for words in "plan", "deploy", "backups create", "run --on-start deploy --wipe-old":
                command = " -- true" if words.startswith("run") else ""
                with self.subTest(filesystem=filesystem, words=words), self.unchanged("layer"):
                    done = self.container(filesystem,
                                          f'"$BASELINE" {words} -d layer/app.db{command}')
                    self.assertEqual(
                        (done.returncode, done.stdout, done.stderr),
                        (4, "", f"baseline: error: the backup would be lost with the container:"
                                f" {self.dir}/layer is on {filesystem}, which goes with its container,"
                                f" while {self.dir}/layer/app.db is mounted from elsewhere\n{hint}"))

    def test_backups_that_outlive_the_container(self):
        for filesystem in "tmpfs", "overlay":
            with self.subTest(filesystem):
                database = self.legacy()
                done = self.container(filesystem,
                                      '"$BASELINE" deploy -d layer/app.db --backups kept\n'
                                      '"$BASELINE" rollback -d layer/app.db --backups kept')
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(support.query(database, "SELECT count(*) FROM channel_configs"),
                                 [(24,)])

    def test_whoever_names_the_place_may_lose_them(self):
        database = self.legacy()
        done = self.container("tmpfs", '"$BASELINE" deploy -d layer/app.db --backups layer/kept')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_at_baseline(database)

    def test_a_directory_that_is_bind_mounted(self):
        (self.dir / "data").mkdir()
        (self.dir / "mounted").mkdir()
        self.legacy("data/app.db")
        done = self.in_namespace("mount --bind data mounted\n"
                                 '"$BASELINE" deploy -d mounted/app.db')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_at_baseline(self.dir / "data/app.db")

    def test_a_filesystem_that_is_mounted_read_only(self):
        (self.dir / "data").mkdir()
        self.legacy("data/app.db")
        with self.unchanged():
            done = self.in_namespace("mount --bind data data; mount -o remount,ro,bind data\n"
                                     '"$BASELINE" deploy -d data/app.db')
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (4, "", f"baseline: error: the filesystem of {self.dir}/data is mounted"
                                 " read-only\n"
                                 "  hint: mount it read-write for the deployment\n"))

    def test_backups_on_another_mount_of_the_same_filesystem(self):
        """rename(2) does not cross mounts: it has to be a copy."""
        database = self.legacy()
        before = support.sha256(database)
        (self.dir / "kept").mkdir()
        done = self.in_namespace("mount --bind kept kept\n"
                                 '"$BASELINE" deploy -d app.db --backups kept')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("               copied, sha256 ", done.stdout)
        self.assertEqual(support.sha256(self.only_backup(database, self.dir / "kept") / "app.db"),
                         before)

    def test_a_full_disk(self):
        """A small tmpfs: the old database is untouched and nothing stays behind."""
        script = """
            mkdir small; mount -t tmpfs -o size=2m tmpfs small
            cp app.db small/app.db; dd if=/dev/zero of=small/ballast bs=1k 2>&- || true
            sum=$(sha256sum small/app.db)
            code=0; "$BASELINE" deploy -d small/app.db || code=$?
            test "$sum" = "$(sha256sum small/app.db)" && echo unchanged
            ls -A small; exit $code"""
        self.legacy()
        done = self.in_namespace(script)
        self.assertIn(done.returncode, (4, 5), done.stdout + done.stderr)
        self.assertEqual(done.stdout.split(),
                         ["unchanged", ".app.db.baseline-lock", "app.db", "ballast"])
        self.assertIn("baseline: error: ", done.stderr)


class Flags(support.Case):
    """Immutable and append-only files, where the filesystem knows them and root may set them."""

    def flagged(self, path, flag):
        self.needs("chattr")
        self.addCleanup(subprocess.run, ["chattr", f"-{flag}", str(path)], capture_output=True)
        done = self.command("chattr", f"+{flag}", path)
        if done.returncode != 0:
            self.skipTest(f"a file cannot get this flag here: {done.stderr.strip()}")

    def test_immutable(self):
        database = self.legacy()
        self.flagged(database, "i")
        self.refuses(4, f"baseline: error: {database} is immutable\n"
                        f"  hint: chattr -i {database}\n", "deploy", "-d", database)

    def test_append_only(self):
        database = self.legacy()
        self.flagged(database, "a")
        self.refuses(4, f"baseline: error: {database} is append-only\n"
                        f"  hint: chattr -a {database}\n", "deploy", "-d", database)

    def test_an_immutable_directory(self):
        (self.dir / "data").mkdir()
        database = self.legacy("data/app.db")
        self.flagged(self.dir / "data", "i")
        with self.unchanged():
            done = self.baseline("deploy", "-d", database)
            self.assertIn(done.returncode, (4, 5), done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
