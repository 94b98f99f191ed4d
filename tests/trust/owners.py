"""What the tests of users share: databases of another user, programs as any user, and what a program
did as root.

`traced()` runs the program below strace. From the traced calls it derives the effective user of each
process at each moment, and so what was opened, made, renamed or removed as root.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))

import machine  # noqa: E402
import support  # noqa: E402
from support import BINARY  # noqa: E402

OWNER, GROUP = 23456, 23457  # in no /etc/passwd: as in most containers
OTHER = 23458

FILE_CALLS = ("open", "openat", "openat2", "creat", "mkdir", "mkdirat", "rename", "renameat",
              "renameat2", "unlink", "unlinkat", "rmdir", "link", "linkat", "symlink", "symlinkat",
              "chmod", "fchmodat", "chown", "lchown", "fchownat", "truncate")
USER_CALLS = ("setuid", "setreuid", "setresuid", "setfsuid")
CLONES = ("clone", "clone3", "fork", "vfork")


class OwnerCase(support.Case):
    """A test that root runs, with `self.dir` and what is in it another user's."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("only root acts as another user")
        self.needs("another user", "files of others")
        os.chmod(self._scratch, 0o755)
        # The program may be where only root can go.
        self.program = shutil.copy(BINARY, self._scratch / "baseline")
        self.give(self.dir)

    def give(self, *paths, owner=OWNER, group=GROUP):
        for path in paths:
            os.chown(path, owner, group, follow_symlinks=False)

    def owned(self, name="app.db", owner=OWNER, group=GROUP):
        """An old database of the application, the owner's."""
        database = self.legacy(name)
        self.give(database, owner=owner, group=group)
        return database

    def run_as(self, user, *args, group=None, groups=(), env=None):
        """Runs the program as any user."""
        return subprocess.run([self.program, *map(str, args)], env=self.environment(env),
                              cwd=self.dir, timeout=60, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, user=user, group=group or user,
                              extra_groups=list(groups))

    def as_owner(self, *args, **options):
        return self.run_as(OWNER, *args, group=GROUP, **options)

    def without(self, capabilities, *args, env=None):
        """Runs the program as root without these capabilities: '-setuid,-lease'."""
        self.needs("setpriv")
        return self.command("setpriv", "--bounding-set", capabilities, "--inh-caps", capabilities,
                            BINARY, *args, env=env)

    def owner_of(self, path):
        status = os.lstat(path)
        return status.st_uid, status.st_gid

    def others_files(self, directory):
        """What in a directory is not the owner's."""
        return [str(path) for path in [directory, *directory.rglob("*")]
                if os.lstat(path).st_uid != OWNER]

    def traced(self, *args, places, before=()):
        """Runs the program as root, after the words `before`: its result, and what it did as root
        to anything below these directories, in its own words."""
        self.needs("strace")
        log = self._scratch / "trace"
        calls = ",".join(f"?{name}" for name in FILE_CALLS + USER_CALLS + CLONES + ("execve",))
        done = self.command("strace", "-f", "-y", "-s", "4096", "-o", log, "-e", f"trace={calls}",
                            *before, BINARY, *args, cwd=self.home)
        return done, acts_of_root(log.read_text(errors="replace"), places)


def acts_of_root(trace, places):
    """The lines of a trace in which a process whose effective user is root touches what is below
    one of these directories. What the program starts (a command) is not the program."""
    users, others, found, unfinished = {}, set(), [], {}
    first = None
    for line in trace.splitlines():
        pid, call = line.split(None, 1)
        first = first or pid
        users.setdefault(pid, 0)
        if call.endswith("<unfinished ...>"):
            unfinished[pid] = call[:-len("<unfinished ...>")]
            name = call.split("(")[0]
            if name not in CLONES:
                continue
        if resumed := re.match(r"<\.\.\. \w+ resumed>", call):
            call = unfinished.pop(pid, "") + call[resumed.end():]
        name, _, rest = call.partition("(")
        if name in CLONES and (child := re.search(r"= (\d+)", call)):
            users.setdefault(child[1], users[pid])
        elif name in USER_CALLS and call.rstrip().endswith("= 0"):
            given = [word.strip() for word in rest.split(")")[0].split(",")]
            effective = given[1] if name in ("setreuid", "setresuid") else given[0]
            if effective != "-1":
                users[pid] = int(effective)
        elif name == "execve" and pid != first:
            others.add(pid)
        elif name in FILE_CALLS and users[pid] == 0 and pid not in others:
            touched = paths_of(rest)
            if any(is_below(path, place) for path in touched for place in places):
                found.append(line)
    return found


def paths_of(arguments):
    """The paths in the arguments of a call: `5</dir>, "name"` is /dir/name."""
    paths = []
    for directory, text in re.findall(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"',
                                      arguments):
        paths.append(os.path.normpath(os.path.join(directory or "/", text)))
    return paths


def is_below(path, place):
    return path == str(place) or path.startswith(f"{place}/")


__all__ = ["GROUP", "OTHER", "OWNER", "OwnerCase", "acts_of_root", "machine", "subprocess"]
