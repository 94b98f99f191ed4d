"""What the end-to-end tests share.

A test is a method of a `Case`. It has a fresh directory, a clean environment and the real program:

    class Deploy(support.Case):
        def test_replaces_the_old_database(self):
            database = self.legacy()
            done = self.baseline("deploy", "--database", database, "--yes")
            self.assertEqual(done.returncode, 0, done.stderr)

Tests may run at the same time and in any order; none needs root, the network, or a time zone.
"""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("BASELINE_BINARY", PROJECT / "build/debug/baseline"))
MIGRATION = PROJECT / "baseline/9275fe03c648_initial_baseline.sql"
REVISION = "9275fe03c648"


class Case(unittest.TestCase):
    """A test with a directory of its own, `self.dir`, which is gone afterwards."""

    maxDiff = None

    def setUp(self):
        self._scratch = Path(tempfile.mkdtemp(prefix="baseline-test-"))
        self.addCleanup(remove, self._scratch)
        self.dir = self._scratch / "work"
        self.home = self._scratch / "home"
        self.dir.mkdir()
        self.home.mkdir()

    def environment(self, extra=None):
        """Nothing of the tester's own environment but the PATH. The time zone is an odd one, so
        that a time which is not UTC shows."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8",
                "TZ": "ODD-12:45", **(extra or {})}

    def command(self, *argv, env=None, input=None, timeout=60, cwd=None):
        """Runs any command in the test's directory; its output is text."""
        return subprocess.run([str(argument) for argument in argv], env=self.environment(env),
                              cwd=cwd or self.dir, timeout=timeout, capture_output=True, text=True,
                              **({"stdin": subprocess.DEVNULL} if input is None
                                 else {"input": input}))

    def baseline(self, *args, env=None, input=None, timeout=60, cwd=None):
        """Runs the program, without a terminal."""
        return self.command(BINARY, *args, env=env, input=input, timeout=timeout, cwd=cwd)

    def json(self, *args, code=0, **options):
        """Runs the program with --format json: its exit code is `code`, and its stdout is exactly
        one JSON document, which is returned."""
        done = self.baseline(*args, "--format", "json", **options)
        self.assertEqual(done.returncode, code, done.stderr)
        try:
            return json.loads(done.stdout)
        except json.JSONDecodeError as error:
            self.fail(f"stdout is not one JSON document: {error}\n{done.stdout}")

    def legacy(self, name="app.db"):
        """An old database of the application, with channels, targets and seen submissions."""
        path = self.dir / name
        shutil.copyfile(PROJECT / "tests/data/legacy.db", path)
        return path


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def listing(directory):
    """All that is below a directory, as {relative path: what it is}: equal listings mean that
    nothing was added, removed or changed."""
    def what(path):
        if path.is_symlink():
            return f"link to {os.readlink(path)}"
        if path.is_dir():
            return "directory"
        if path.is_file():
            return f"{path.stat().st_size} bytes, sha256 {sha256(path)}"
        return "special"

    directory = Path(directory)
    return {str(path.relative_to(directory)): what(path) for path in sorted(directory.rglob("*"))}


def open_files(pid):
    """The files that a process has open now, as Linux tells them."""
    return [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]


def remove(directory):
    """Removes a directory even when a test has made parts of it read-only."""
    for path, _, _ in os.walk(directory):
        os.chmod(path, stat.S_IRWXU)
    shutil.rmtree(directory)


class Holder:
    """Another process that has the database open, as the application would:

        with Holder(database, "writing") as application:
            self.assertEqual(self.baseline(...).returncode, 3)
            application.release()

    What it does before it says that it is ready:
        idle     opens the database and does nothing
        read     has read from it, and holds nothing now
        reading  is in the middle of a transaction that reads
        writing  is in the middle of a transaction that writes
        alone    is in the middle of a transaction that lets nobody else in
    """

    MODES = {
        "idle": [],
        "read": ["SELECT count(*) FROM sqlite_master"],
        "reading": ["BEGIN", "SELECT count(*) FROM sqlite_master"],
        "writing": ["BEGIN IMMEDIATE"],
        "alone": ["BEGIN EXCLUSIVE"],
    }

    # One JSON line in, one out: the rows, or what went wrong as a text.
    PROGRAM = """
import json, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
print(json.dumps("ready"), flush=True)
for line in sys.stdin:
    try:
        answer = connection.execute(json.loads(line)).fetchall()
    except sqlite3.Error as error:
        answer = str(error)
    print(json.dumps(answer), flush=True)
if connection.in_transaction:
    connection.rollback()
connection.close()
"""

    def __init__(self, database, mode="idle"):
        self.database = Path(database)
        self.mode = mode
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-c", self.PROGRAM, str(self.database)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            if self._answer() != "ready":
                raise AssertionError(f"cannot open {self.database}")
            for statement in self.MODES[self.mode]:
                self.execute(statement)
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_):
        self.release()

    def execute(self, sql):
        """Runs one statement in the other process and returns the rows. Raises AssertionError with
        SQLite's words when it fails there."""
        self.process.stdin.write(json.dumps(sql) + "\n")
        self.process.stdin.flush()
        answer = self._answer()
        if isinstance(answer, str):
            raise AssertionError(answer)
        return [tuple(row) for row in answer]

    def release(self):
        """Ends the transaction (rolled back), closes the database and ends the process."""
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(timeout=30)
        self._close_pipes()

    def kill(self):
        """Ends the process as a crash would: nothing is closed or tidied up."""
        self.process.kill()
        self.process.wait(timeout=30)
        self._close_pipes()

    def _answer(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def _close_pipes(self):
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                pipe.close()
            except BrokenPipeError:
                pass  # It was killed with something left to say to it.
