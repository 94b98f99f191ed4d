"""What the end-to-end tests share.

A test is a method of a `Case`. It has a fresh directory, a clean environment and the real program:

    class Deploy(support.Case):
        def test_replaces_the_old_database(self):
            database = self.legacy()
            done = self.baseline("deploy", "--database", database, "--yes")
            self.assertEqual(done.returncode, 0, done.stderr)

Tests may run at the same time and in any order; none needs root, the network, or a time zone.
"""

import contextlib
import fcntl
import grp
import hashlib
import json
import os
import pwd
import pty
import re
import select
import shutil
import signal
import sqlite3
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest
from pathlib import Path

import machine
import schemas

PROJECT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("BASELINE_BINARY", PROJECT / "build/debug/baseline"))
MIGRATION = PROJECT / "baseline/9275fe03c648_initial_baseline.sql"
REVISION = "9275fe03c648"
# What a deploy or rollback says before it seals the backup.
READY = "note: start the application now: what is left to do is about the backup\n"

# A shell that starts the tests in the background has them ignore Ctrl-C, and what they start would
# inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Many tests look at modes, and testers have a umask of their own.
os.umask(0o022)


def own_names():
    """How the program names this user and group."""
    user, group = os.geteuid(), os.getegid()
    try:
        return f"{pwd.getpwuid(user).pw_name}:{grp.getgrgid(group).gr_name}"
    except KeyError:
        return f"{user}:{group}"


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

    def path_with_program(self):
        """The PATH behind a directory in which `baseline` is the program."""
        programs = self._scratch / "bin"
        programs.mkdir()
        (programs / "baseline").symlink_to(BINARY)
        return f"{programs}:{self.environment()['PATH']}"

    def needs(self, *what):
        """Skips the test where the machine cannot do that (machine.PROBES) or run that program."""
        for one in what:
            if reason := machine.cannot(one):
                self.skipTest(reason)

    def in_namespace(self, script):
        """Runs a shell script that may mount what it likes, for nobody else sees it. $BASELINE is
        the program."""
        self.needs("mounts")
        return self.command("unshare", "--mount", "sh", "-ec", script,
                            env={"BASELINE": str(BINARY)})

    def command(self, *argv, env=None, input=None, timeout=60, cwd=None):
        """Runs any command in the test's directory; its output is text. What strace shall run is
        skipped where nothing can be traced."""
        if argv[0] == "strace":
            self.needs("strace")
        return subprocess.run([str(argument) for argument in argv], env=self.environment(env),
                              cwd=cwd or self.dir, timeout=timeout, capture_output=True, text=True,
                              errors="backslashreplace",
                              **({"stdin": subprocess.DEVNULL} if input is None
                                 else {"input": input}))

    def baseline(self, *args, env=None, input=None, timeout=60, cwd=None):
        """Runs the program, without a terminal."""
        return self.command(BINARY, *args, env=env, input=input, timeout=timeout, cwd=cwd)

    def json(self, *args, code=0, **options):
        """Runs the program with --format json: its exit code is `code`, and its stdout is exactly
        one JSON document as docs/schemas/ has it, which is returned."""
        done = self.baseline(*args, "--format", "json", **options)
        self.assertEqual(done.returncode, code, done.stderr)
        return self.document(done)

    def document(self, done, schema=None):
        """The one JSON document on the stdout of a run. It is that of its schema and tells the
        exit code of the process."""
        try:
            document = json.loads(done.stdout)
        except json.JSONDecodeError as error:
            self.fail(f"stdout is not one JSON document: {error}\n{done.stdout}")
        self.assertEqual(document["exit_code"], done.returncode)
        schema = schema or schemas.name_of(document)
        self.assertEqual(schemas.problems(document, schema), [], f"{schema}\n{done.stdout[:3000]}")
        return document

    def start(self, *args, env=None, **options):
        """Starts the program and does not wait for it: the process, which is killed at the end of
        the test if it still runs. Its output goes to pipes."""
        process = subprocess.Popen([str(BINARY), *map(str, args)], env=self.environment(env),
                                   cwd=self.dir, text=True, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        self.addCleanup(end, process)
        return process

    def terminal(self, *args, env=None, columns=80):
        """Starts the program in a terminal of its own: a Terminal."""
        return self.terminal_of(str(BINARY), *map(str, args), env=env, columns=columns)

    def terminal_of(self, *argv, env=None, columns=80):
        """Starts any command, named by its path, in a terminal of its own: a Terminal."""
        terminal = Terminal(list(argv), self.environment(env), self.dir, columns)
        self.addCleanup(terminal.close)
        return terminal

    def slow_terminal(self, *args, delay=15_000):
        """The same on a slow disk: each read takes `delay` microseconds longer."""
        self.needs("strace")
        return self.terminal_of("/usr/bin/strace", "-f", "-o", "/dev/null", "-e", "trace=pread64",
                                "-e", f"inject=pread64:delay_enter={delay}", str(BINARY),
                                *map(str, args), env={"TERM": "xterm"})

    def until(self, condition, what, process=None, seconds=60):
        """Waits for a condition, and fails when it does not come true; with a process, also when
        that ends before."""
        deadline = time.monotonic() + seconds
        while not condition():
            if process is not None and process.poll() is not None and not condition():
                self.fail(f"the program ended before {what}: {process.communicate()}")
            if time.monotonic() > deadline:
                self.fail(f"waited {seconds} s in vain: {what}")
            time.sleep(0.001)

    @contextlib.contextmanager
    def unchanged(self, *but):
        """Nothing in the test's directory is added, removed, written to or touched, except the
        names in `but`: the lock file of a run, for example, stays behind by design. One that ends
        with a slash is a directory with all that is in it."""
        def others(names):
            return {name: what for name, what in names.items() if name not in but
                    and not any(word[-1] == "/" and f"{name}/".startswith(word) for word in but)}
        before = state(self.dir)
        yield
        self.assertEqual(others(state(self.dir)), others(before))

    def refuses(self, code, stderr, *args, leaves=(), **options):
        """The program ends with this exit code and says exactly this, and nothing has changed."""
        with self.unchanged(*leaves):
            done = self.baseline(*args, **options)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (code, "", stderr))

    def succeeds(self, *args, **options):
        """The program ends with 0; its stdout."""
        done = self.baseline(*args, **options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def backups(self, database, catalogue=None):
        """The directories of the backups of a database, oldest first."""
        catalogue = catalogue or Path(f"{database}.backups")
        found = [entry for entry in catalogue.iterdir() if re.match(r"\d{8}T\d{6}Z-\d+$", entry.name)]
        return sorted(found, key=lambda entry: int(entry.name.rsplit("-", 1)[1]))

    def records(self, database):
        """The names of the records of runs of a database, in the test's directory."""
        return [str(path.relative_to(self.dir))
                for path in sorted((self.dir / f"{database}.backups/runs").iterdir())]

    def only_backup(self, database, catalogue=None):
        """The directory of the one backup of a database."""
        entry, = self.backups(database, catalogue)
        return entry

    def assert_at_baseline(self, database):
        self.assertEqual(query(database, "SELECT version_num FROM alembic_version"), [(REVISION,)])
        self.assertEqual(query(database, "SELECT count(*) FROM channel_configs"), [(0,)])
        self.assertEqual(query(database, "PRAGMA integrity_check"), [("ok",)])

    def fresh(self, name="app.db"):
        """A database at the baseline, made by the program."""
        path = self.dir / name
        self.succeeds("deploy", "--database", path, "--yes")
        return path

    def made(self, script, name="app.db", **settings):
        """A database from a script of SQL."""
        path = self.dir / name
        connection = sqlite3.connect(path, isolation_level=None, **settings)
        connection.executescript(script)
        connection.close()
        return path

    def big(self, name="app.db", mebibytes=300):
        """A database of that size, none of it sparse, with a table of the built-in baseline's
        application. To copy or hash it takes a while."""
        return self.made(f"""
            PRAGMA page_size = 65536; PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;
            CREATE TABLE seen_submissions (content BLOB);
            INSERT INTO seen_submissions VALUES (zeroblob({mebibytes} << 20));""", name)

    def ordinary_user(self):
        """A function that runs the program as self.baseline() does, but as an ordinary user, who
        gets all that is in the test's directory. Skips the test where there is no other user."""
        if os.geteuid() != 0:
            return self.baseline
        self.needs("another user", "files of others")
        nobody = machine.NOBODY
        # The program may be where only root can go.
        binary = shutil.copy(BINARY, self._scratch / "baseline")
        for path in [self._scratch, self.home, self.dir, *self.dir.rglob("*")]:
            os.chown(path, nobody, nobody, follow_symlinks=False)

        def run(*args, env=None):
            return subprocess.run([binary, *map(str, args)], env=self.environment(env),
                                  cwd=self.dir, timeout=60, capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, user=nobody, group=nobody,
                                  extra_groups=[])
        return run

    def give_to(self, database, user, group):
        """Gives a database, and the test's directory, to another user, who can go there."""
        self.needs("files of others")
        self._scratch.chmod(0o755)
        for path in self.dir, database:
            os.chown(path, user, group)

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


def state(directory):
    """As listing(), with what a touch, a chmod or an exchange by an equal file would change."""
    def of(path):
        status = path.lstat()
        if stat.S_ISDIR(status.st_mode):
            return status.st_ino, oct(status.st_mode)
        return status.st_ino, oct(status.st_mode), status.st_mtime_ns
    directory = Path(directory)
    return {name: (what, *of(directory / name)) for name, what in listing(directory).items()}


def lock_of(database):
    """The name of the lock file, which stays behind when a run has got as far as the lock."""
    return f".{Path(database).name}.baseline-lock"


def query(database, sql, *parameters):
    """The rows of a query; the database is closed again."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        return connection.execute(sql, parameters).fetchall()
    finally:
        connection.close()


def end(process):
    """Ends a process of a test that may run no longer, or be stopped."""
    if process.poll() is None:
        process.kill()
    process.wait(timeout=30)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()


def resize(fd, columns, lines=60):
    """Gives the terminal at `fd` another size."""
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


class Terminal:
    """A program that runs in a terminal, with somebody before it who reads and types."""

    def __init__(self, argv, env, cwd, columns=80):
        self.text = ""
        self.code = None
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            try:
                resize(0, columns)
                os.chdir(cwd)
                os.execve(argv[0], argv, env)
            finally:
                os._exit(127)

    def read_until(self, wanted, seconds=60):
        """Reads until the text is on the screen. Raises AssertionError when it does not come."""
        deadline = time.monotonic() + seconds
        while wanted not in self.text:
            if not self._read(deadline - time.monotonic()):
                raise AssertionError(f"{wanted!r} did not come; the screen: {self.text!r}")

    def resize(self, columns):
        resize(self._fd, columns)

    def type(self, keys):
        os.write(self._fd, keys.encode())

    def finish(self, seconds=60):
        """Reads all that is left and returns the exit code."""
        deadline = time.monotonic() + seconds
        while self._read(deadline - time.monotonic()):
            pass
        self._reap()
        return self.code

    def close(self):
        if self.code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._reap()
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _read(self, seconds):
        if not select.select([self._fd], [], [], max(seconds, 0))[0]:
            raise AssertionError(f"waited in vain; the screen: {self.text!r}")
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # EIO: the program has ended.
            return False
        self.text += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)

    def _reap(self):
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def open_files(pid):
    """The files that a process has open now, as Linux tells them."""
    paths = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            paths.append(os.readlink(link))
    return paths


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

    def __init__(self, database, mode="idle", program=sys.executable):
        """`program`: the Python to run it, for example under another name."""
        self.database = Path(database)
        self.mode = mode
        self.program = str(program)
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def __enter__(self):
        self.process = subprocess.Popen([self.program, "-c", self.PROGRAM, str(self.database)],
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
