"""scripts/crash --filesystems: the power goes on a real filesystem. The program is killed before a
change, and the filesystem on a loop device is shut down at once (FS_IOC_SHUTDOWN without a flush of
its journal); mounted again, it is what a power cut leaves. Needs root and loop devices."""

import argparse
import ctypes
import fcntl
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import content
import kills
import place
import scenarios

SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN
WITHOUT_FLUSH = 2
MAKERS = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q", "-f"]}
OPTIONS = {"ext4": ["", "noauto_da_alloc"], "xfs": [""]}
SIZE = 400 << 20  # bytes; xfs wants 300 MiB
CHOSEN = ("deploy, move", "deploy, copy", "deploy whose after checks fail", "first install",
          "rollback", "rollback --move", "deploy over a crashed WAL",
          "deploy over an unreadable database")


class Missing(Exception):
    """What is not there for a power cut on a real filesystem."""


def _command(*argv):
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True)
    if done.returncode != 0:
        raise Missing(f"{argv[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


class Volume:
    """A filesystem in a file. It is copied, not made, for each try."""

    def __init__(self, kind, options, directory):
        if not shutil.which(MAKERS[kind][0]):
            raise Missing(f"{MAKERS[kind][0]} is not installed")
        self.options = options
        self.image = directory / f"{kind}.img"
        self.mount_point = directory / "mounted"
        self.mount_point.mkdir(exist_ok=True)
        with open(self.image, "wb") as file:
            file.truncate(SIZE)
        _command(*MAKERS[kind], self.image)

    def mount(self):
        options = ",".join(filter(None, ["loop", self.options]))
        _command("mount", "-o", options, self.image, self.mount_point)

    def unmount(self):
        _command("umount", self.mount_point)

    def cut(self):
        descriptor = os.open(self.mount_point, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", WITHOUT_FLUSH))
        finally:
            os.close(descriptor)
        self.unmount()


def _flush():
    ctypes.CDLL(None).sync()


def _one(target, volume, scenario, at, tally):
    looker = kills.begun(target, scenario)
    _flush()
    run = target.traced(scenario.words(target), "--only", "changes", "--kill", at)
    volume.cut()
    volume.mount()
    where = f"power cut before change {at} ({run.last or 'none: it had ended'})"
    tally.done += 1
    problems = looker.at_any_instant(target)
    recovery = target.run(["recover", "-d", target.database])
    problems += looker.when_recovered(target, recovery)
    live = content.label_of(target.database)
    if not run.killed and live != scenario.after:
        problems.append(f"the run had ended with {run.code}, and then {live} is live")
    tally.add(where, problems)
    return run.killed


def cut_all(kind, options, directory, step):
    """The tallies of all scenarios on one kind of filesystem. Raises Missing."""
    volume = Volume(kind, options, directory)
    volume.mount()
    try:
        target = place.Place(directory, volume.mount_point)
        for name in CHOSEN:
            scenario = scenarios.named(name)
            tally = kills.Tally(name, "power cut")
            at = 1
            while _one(target, volume, scenario, at, tally):
                at += step
            yield tally
    finally:
        volume.unmount()


def main():
    parser = argparse.ArgumentParser(prog="crash --filesystems", description=__doc__)
    parser.add_argument("--step", type=int, default=1, help="only each N-th change [1]")
    options = parser.parse_args()
    if os.geteuid() != 0:
        print("skipped: only root may mount a filesystem", file=sys.stderr)
        sys.exit(place.SKIPPED)
    problems = []
    for kind, variants in OPTIONS.items():
        for variant in variants:
            directory = Path(tempfile.mkdtemp(prefix="baseline-crash-"))
            done = 0
            try:
                for tally in cut_all(kind, variant, directory, options.step):
                    done += tally.done
                    problems += tally.problems
                    print(f"{kind} {variant} {tally.scenario}: {tally.done}", file=sys.stderr)
                print(f"{kind} {variant}: {done} power cuts")
            except Missing as error:
                print(f"{kind} {variant}: skipped: {error}")
            finally:
                place.remove(directory)
    for problem in problems[:50]:
        print(f"VIOLATION: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
