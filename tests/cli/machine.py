"""What this machine lets the tests do: a container may forbid some of it, and only root can do the
rest. Each is tried once, for real; a test that needs what cannot be done is skipped with the reason."""

import functools
import os
import shutil
import subprocess
import tempfile

NOBODY = 65534


def _runs(*argv, **options):
    """Why a command cannot be run: its own words; empty where it can."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
    except OSError as error:
        return error.strerror
    return (done.stderr.strip() or f"{argv[0]}: exit code {done.returncode}") if done.returncode else ""


def _gives_away():
    with tempfile.NamedTemporaryFile() as file:
        try:
            os.chown(file.name, NOBODY, 12345)
        except OSError as error:
            return error.strerror
    return ""


# What a test may need, what to say where it cannot be had, and how that is tried.
PROBES = {
    "mounts": ("nothing can be mounted here",
               lambda: _runs("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/tmp")),
    "process namespace": ("no process namespace can be made here",
                          lambda: _runs("unshare", "-m", "-p", "-f", "--mount-proc", "true")),
    "strace": ("no process can be traced here", lambda: _runs("strace", "-o", "/dev/null", "true")),
    "another user": ("no program can be run as another user here",
                     lambda: _runs("true", user=NOBODY, group=NOBODY, extra_groups=[])),
    "files of others": ("no file can be given to another user here", _gives_away),
}


@functools.cache
def cannot(what):
    """Why this cannot be done or this program cannot be run; empty where it can."""
    if what not in PROBES:
        return "" if shutil.which(what) else f"{what} is not installed: scripts/setup --test"
    words, attempt = PROBES[what]
    reason = attempt()
    return f"{words}: {reason}" if reason else ""
