"""docs/how-to/containers.md without a container engine: the program runs as an ordinary user, without any
capability, in a read-only root of its own in which no file names that user. Only /data, and what a test
mounts beside it, can be written to; there is no /tmp."""

import os
import unittest

import support

# $DATA becomes /data; then come further mounts, each as FROM:TO, then -- and the command.
CONTAINER = r"""
mount -t tmpfs tmpfs "$ROOT"
cd "$ROOT"
mkdir usr proc dev data
for name in bin sbin lib lib64; do
  if [ -L "/$name" ]; then ln -s "$(readlink "/$name")" "$name"
  elif [ -d "/$name" ]; then mkdir "$name" && mount --rbind "/$name" "$name"
  fi
done
for name in usr proc dev; do mount --rbind "/$name" "$name"; done
install -m 755 "$BASELINE" baseline
install -m 755 "$ENTRYPOINT" entrypoint
mount --bind "$DATA" data
while [ "$1" != -- ]; do
  from=${1%%:*} to=$ROOT${1#*:}
  if [ -d "$from" ]; then mkdir -p "$to"; else mkdir -p "${to%/*}" && touch "$to"; fi
  mount --bind "$from" "$to"
  shift
done
shift
mount -o remount,ro "$ROOT"
exec chroot "$ROOT" setpriv --reuid "$USER_ID" --regid "$GROUP_ID" --clear-groups --no-new-privs \
  --bounding-set -all "$@"
"""
NOT_IN_PASSWD = 1_000_740_000  # as OpenShift gives one, with the group 0


class Container(support.Case):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("only root can make a root of its own")
        self.needs("mounts", "setpriv", "files of others", "another user")
        self.root = self.dir / "root"
        self.data = self.dir / "data"
        self.root.mkdir()
        self.data.mkdir()

    def give(self, user, group, mode):
        """The volume, with all that is in it."""
        for path in (self.data, *self.data.rglob("*")):
            os.chown(path, user, group)
        self.data.chmod(mode)

    def run_in(self, *words, user, group, mounts=(), **environment):
        return self.command("unshare", "--mount", "sh", "-ec", CONTAINER, "sh", *mounts, "--", *words, env={
            "BASELINE": str(support.BINARY), "ENTRYPOINT": str(support.PROJECT / "scripts/entrypoint"),
            "ROOT": str(self.root), "DATA": str(self.data), "USER_ID": str(user), "GROUP_ID": str(group),
            "DATABASE_PATH": "/data/app.db", "PATH": "/:/usr/sbin:/usr/bin:/sbin:/bin", **environment})

    def plays_a_window(self, **place):
        """The commands of the page, in their order; what they leave."""
        for words in (["entrypoint", "status"], ["entrypoint", "deploy", "--yes", "--seal", "later"],
                      ["entrypoint", "true"], ["entrypoint", "verify"], ["entrypoint", "backups", "verify"],
                      ["entrypoint", "rollback", "--yes"], ["entrypoint", "recover"],
                      ["entrypoint", "backups", "create"]):
            done = self.run_in(*words, **place)
            self.assertEqual(done.returncode, 0, f"{words}\n{done.stdout}{done.stderr}")

    def assert_all_are_of(self, user):
        self.assertEqual({path for path in self.data.rglob("*") if path.stat().st_uid != user}, set())

    def test_the_user_of_the_image(self):
        user = {"user": 10_001, "group": 10_001}
        self.legacy("data/app.db")
        self.give(10_001, 10_001, 0o700)
        self.plays_a_window(**user)
        self.assert_all_are_of(10_001)
        self.assertEqual(len(self.backups(self.data / "app.db")), 3)
        # The root is read-only, indeed.
        self.assertNotEqual(self.run_in("touch", "/made", **user).returncode, 0)
        self.assertNotEqual(self.run_in("touch", "/tmp/made", **user).returncode, 0)

    def test_any_user_whose_group_has_the_volume(self):
        """OpenShift, and `fsGroup` of Kubernetes: the directory is root's and the group's."""
        user = {"user": NOT_IN_PASSWD, "group": 0}
        self.give(0, 0, 0o2775)
        done = self.run_in("entrypoint", "deploy", "--yes", **user)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual((self.data / "app.db").stat().st_uid, NOT_IN_PASSWD)
        done = self.run_in("entrypoint", "deploy", "--yes", "--again", **user)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assert_all_are_of(NOT_IN_PASSWD)
        # The next pod has another user of that group: it may read, and does not replace.
        other = {"user": NOT_IN_PASSWD + 1, "group": 0}
        self.assertEqual(self.run_in("entrypoint", "deploy", "--yes", "--again", **other).returncode, 4)

    def test_a_file_that_is_mounted(self):
        """Its content is replaced in place, where the run can write beside it."""
        file = self.legacy("file.db")
        beside = self.dir / "beside"
        beside.mkdir()
        for path in file, beside:
            os.chown(path, 10_001, 10_001)
        inode = file.stat().st_ino
        self.give(10_001, 10_001, 0o700)
        words = ["entrypoint", "deploy", "--yes", "--seal", "later"]
        place = {"user": 10_001, "group": 10_001, "DATABASE_PATH": "/srv/app.db",
                 "BASELINE_BACKUPS": "/backups/kept"}
        mounts = (f"{file}:/srv/app.db", f"{self.data}:/backups")
        done = self.run_in(*words, **place, mounts=mounts)
        self.assertEqual((done.returncode, done.stderr), (
            4, "baseline: error: the filesystem of /srv is mounted read-only\n"
               "  hint: mount it read-write for the deployment\n"))
        done = self.run_in(*words, **place, mounts=(f"{beside}:/srv", *mounts))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(file.stat().st_ino, inode)
        self.assert_at_baseline(file)
        # It is a copy, which is sealed at once.
        self.assertTrue((self.only_backup(file, self.data / "kept") / "SHA256SUMS").exists())

    def test_a_directory_that_is_mounted(self):
        directory = self.dir / "mounted"
        directory.mkdir()
        self.legacy("mounted/app.db")
        for path in (directory, directory / "app.db"):
            os.chown(path, 10_001, 10_001)
        inode = (directory / "app.db").stat().st_ino
        place = {"user": 10_001, "group": 10_001, "mounts": (f"{directory}:/srv/bot",)}
        done = self.run_in("entrypoint", "deploy", "--yes", **place, DATABASE_PATH="/srv/bot/app.db")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotEqual((directory / "app.db").stat().st_ino, inode)
        self.assert_at_baseline(directory / "app.db")


if __name__ == "__main__":
    unittest.main()
