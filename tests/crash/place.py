"""Where a crash is tried: a directory of its own with a database, and the real program run in it,
alone or under crash_at, which ends it before its N-th system call."""

import json
import os
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import journal

PROJECT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("BASELINE_BINARY", PROJECT / "build/debug/baseline"))
CRASH_AT = Path(os.environ.get("CRASH_AT", PROJECT / "build/debug/tests/crash/crash_at"))
SKIPPED = 77

LOCK = ".app.db.baseline-lock"
JOURNAL = ".app.db.baseline-journal"
CANDIDATE = ".app.db.baseline-candidate"


class CannotTrace(Exception):
    """The system does not let processes be traced."""


@dataclass
class Run:
    """How a run of the program ended."""
    code: int | None  # None: it was killed
    stdout: str = ""
    stderr: str = ""
    calls: int = 0  # as many system calls were counted
    last: str = ""  # the call that it was killed before, or that was made to fail

    @property
    def killed(self):
        return self.code is None


class Place:
    """`base`: an existing directory that nobody else uses; what is in `on` / "place" is removed
    again and again."""

    def __init__(self, base, on=None):
        self.base = Path(base)
        self.root = Path(on or base) / "place"
        self.input = self.base / "input"
        self.input.mkdir(exist_ok=True)
        self._templates = {}
        self._kept = None
        self._report = self.base / "report"

    @property
    def database(self):
        return self.root / "app.db"

    @property
    def catalogue(self):
        return self.root / "app.db.backups"

    def begin(self, scenario):
        """Puts everything where it is before the scenario's command runs. What the scenario arranges
        is made once and copied from then on."""
        if scenario.name not in self._templates:
            remove(self.root)
            self.root.mkdir()
            scenario.arrange(self)
            template = self.base / f"template-{len(self._templates)}"
            shutil.copytree(self.root, template)
            self._templates[scenario.name] = template, inodes(self.root)
        template, before = self._templates[scenario.name]
        remove(self.root)
        shutil.copytree(template, self.root)
        self._renumber(scenario, before)

    def keep(self):
        """Keeps all as it is now, with second names; restore() puts it there again."""
        kept = self.base / "kept"
        remove(kept)
        subprocess.run(["cp", "-a", self.root, kept], check=True)
        self._kept = kept, inodes(self.root)

    def restore(self, scenario):
        kept, before = self._kept
        remove(self.root)
        subprocess.run(["cp", "-a", kept, self.root], check=True)
        self._renumber(scenario, before)

    def _renumber(self, scenario, before):
        if not scenario.copied:
            now = {name: number for number, name in inodes(self.root).items()}
            journal.renumber(self.root / JOURNAL, {number: now[name]
                                                   for number, name in before.items()})

    def command(self, words):
        return [str(BINARY), *(str(word) for word in words)]

    def run(self, words, environment=None):
        """Runs the program to its end."""
        return self._run(self.command(words), environment)

    def traced(self, words, *options):
        """Runs the program under crash_at with these options."""
        self._report.unlink(missing_ok=True)
        done = self._run([str(CRASH_AT), "--report", str(self._report), "--below", str(self.root),
                          *map(str, options), "--", *self.command(words)])
        return self._judged(done)

    def killed(self, words, at, *options):
        """Kills the program before its call number `at`, of all, also of those that touch no file
        of the place."""
        self._report.unlink(missing_ok=True)
        done = self._run([str(CRASH_AT), "--report", str(self._report), "--kill", str(at),
                          *map(str, options), "--", *self.command(words)])
        return self._judged(done)

    def _judged(self, done):
        if done.code == SKIPPED:
            raise CannotTrace(done.stderr.strip())
        if done.code != 0:
            raise RuntimeError(f"crash_at failed: {done.stderr}")
        report = json.loads(self._report.read_text(errors="replace"))
        code = report["code"]
        if not report["killed"] and code is None:
            raise RuntimeError(f"the program died of signal {report['signal']}: {done.stderr}")
        return Run(None if report["killed"] else code, done.stdout, done.stderr, report["calls"],
                   report["last"].replace(str(self.root), "…"))

    def _run(self, argv, environment=None):
        done = subprocess.run(argv, cwd=self.base, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="backslashreplace", timeout=120,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.base),
                                   "LANG": "C.UTF-8", **(environment or {})})
        return Run(done.returncode, done.stdout, done.stderr)


def remove(directory):
    """Removes a directory with all that is in it, whatever its mode."""
    if not directory.exists():
        return
    shutil.rmtree(directory, onerror=_made_writable)


def _made_writable(function, path, _):
    os.chmod(os.path.dirname(path), stat.S_IRWXU)
    function(path)


def inodes(directory):
    """The names of the files below a directory by the number of their inode."""
    return {path.stat().st_ino: str(path.relative_to(directory))
            for path in directory.rglob("*") if path.is_file()}


def in_memory():
    """The directory for places: in memory where that is possible, for the runs sync a lot, and none
    of them cuts the power."""
    memory = Path("/dev/shm")
    return memory if os.access(memory, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
