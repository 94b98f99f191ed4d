"""--format json: every command has its schema in docs/schemas/, and prints nothing but that document.

Each scenario below prints documents of success and of failure. Together they show every property of
the schemas with a value and every word of their enumerations, but for those that UNSEEN excuses: a
schema that describes what no run prints would prove nothing.
"""

import json
import re
import shutil
import signal
import subprocess
import unittest

import schemas
import support

# A property or word: why no scenario shows it.
UNSEEN = {
    "error.exit_code=129": "as 143",
    "error.exit_code=130": "as 143",
    "status.exit_code=6": "--exit-code and an undecidable run; test_status.py",
    "backup.restored": "one that was just made never is; backups-list shows it",
    "rollback.warnings": "its causes are faults; those of deploy are the same",
    "application_state=stopping": "as stopped",
    "application_state=started": "as stopped",
    "file_settings.encoding=UTF-16le": "test_file_settings.py",
    "file_settings.encoding=UTF-16be": "test_file_settings.py",
    "file_settings.auto_vacuum=full": "test_file_settings.py",
    "file_settings.auto_vacuum=incremental": "test_file_settings.py",
    "file_settings.journal_mode=wal": "test_file_settings.py",
    "report.run.error": "a run that is in the history and ended in an error: somebody was faster",
    "report.run.warnings": "their causes are faults",
}

SHOP = """
CREATE TABLE shop (id INTEGER PRIMARY KEY, name TEXT NOT NULL CONSTRAINT short CHECK (length(name) < 9), note TEXT);
"""
TRIVIAL = "version: 1\nforeign_keys: off\nchecks:\n  - {name: it can be read, query: SELECT 1, value: 1}\n"
FAILS = "  - {name: two, query: SELECT 1, value: 2, hint: count, when: before, tags: [sums]}\n"
FAILS_LIVE = "  - {name: two, query: SELECT 1, value: 2, when: after}\n"


def words_of(schema):
    return schema["enum"] if "enum" in schema else [schema["const"]] if "const" in schema else []


class Seen:
    """Which properties and words of the schemas documents have shown."""

    def __init__(self):
        self.all, self.seen = set(), set()
        self._files = {name: schemas.load(name) for name in [*schemas.names(), "common"]}
        for name, schema in self._files.items():
            if name not in ("common", "check-report"):  # the latter: test_reports.py
                self._list(schema, name)
                for definition, body in schema.get("definitions", {}).items():
                    self._list(body, name)
        for definition, body in self._files["common"]["definitions"].items():
            self._list(body, definition)

    def _list(self, schema, where):
        for branch in schema.get("oneOf", []):
            self._list(branch, where)
        for word in words_of(schema):
            self.all.add(f"{where}={word}")
        for key, body in schema.get("properties", {}).items():
            if body != {"type": "null"} and body != {"type": "array", "maxItems": 0}:
                self.all.add(f"{where}.{key}")
            self._list(body, f"{where}.{key}")
        if "items" in schema:
            self._list(schema["items"], where)

    def note(self, document, name):
        self._walk(document, self._files[name], name, name)

    def _walk(self, value, schema, where, file):
        if "$ref" in schema:
            target, _, definition = schema["$ref"].partition("#/definitions/")
            file = target.split(".")[0] or file
            body = self._files[file]["definitions"][definition]
            return self._walk(value, body, definition if file == "common" else file, file)
        for branch in schema.get("oneOf", []):
            if self._fits(value, branch, file):
                self._walk(value, branch, where, file)
        if words_of(schema):
            self.seen.add(f"{where}={value}")
        if isinstance(value, dict):
            for key, one in value.items():
                if key in schema.get("properties", {}):
                    if one not in (None, [], ""):
                        self.seen.add(f"{where}.{key}")
                    self._walk(one, schema["properties"][key], f"{where}.{key}", file)
        if isinstance(value, list) and "items" in schema:
            for one in value:
                self._walk(one, schema["items"], where, file)

    def _fits(self, value, branch, file):
        if "$ref" in branch:
            target, _, definition = branch["$ref"].partition("#/definitions/")
            branch = self._files[target.split(".")[0] or file]["definitions"][definition]
        if branch.get("type") == "null":
            return value is None
        if isinstance(value, dict):
            return set(branch.get("properties", value)) == set(value)
        return value is not None


class Output(support.Case):
    def setUp(self):
        super().setUp()
        self.seen = Seen()

    def scenario(self, name):
        """Runs a scenario in a directory of its own."""
        self.dir = self._scratch / name
        self.dir.mkdir()
        self.shop = self.file("1a_shop.sql", SHOP)
        self.trivial = self.file("trivial.yaml", TRIVIAL)
        getattr(self, name)()

    def file(self, name, text):
        path = self.dir / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def see(self, *args, code=0, **options):
        document = self.json(*args, code=code, **options)
        return self.noted(document, "plan" if args[0] == "plan" else None)

    def noted(self, document, name=None):
        name = name or schemas.name_of(document)
        self.assertEqual(schemas.problems(document, name), [])
        self.seen.note(document, name)
        return document

    def error(self, *args, code, **options):
        document = self.see(*args, code=code, **options)
        self.assertIn("error", document)
        return document

    def said_in_the_environment(self, database):
        """Neither more words nor colours are on stdout; an option counts before the variable."""
        for words, code in [(["plan", "-d", database, "-v", "--color", "always"], 0),
                            (["deploy", "--frob"], 2), ([], 0)]:
            done = self.baseline(*words, env={"BASELINE_FORMAT": "json"})
            self.assertEqual(done.returncode, code, done.stderr)
            if words:  # without any there is the help, which is a text
                self.document(done)
        done = self.baseline("deploy", "--frob", "--format", "human", env={"BASELINE_FORMAT": "json"})
        self.assertEqual((done.returncode, done.stdout), (2, ""))

    def gate(self, database, program, code):
        done = self.baseline("run", "-d", database, "--format", "json", "--", program)
        self.assertEqual(done.returncode, code)
        self.noted(self.document(done))

    def answered_no(self, *args):
        """Asked on a terminal, with stdout in a file; the answer is no."""
        out = self.dir / "answer.json"
        terminal = support.Terminal(
            ["/bin/sh", "-c", 'out=$1; shift; exec "$@" >"$out"', "sh", str(out),
             str(support.BINARY), *map(str, args), "--format", "json"], self.environment(), self.dir)
        self.addCleanup(terminal.close)
        terminal.read_until("[y/N]")
        terminal.type("n\n")
        self.assertEqual(terminal.finish(), 130)
        self.noted(json.loads(out.read_text()))

    def cut_off(self, database, *args, when=6, env=None):
        """A run that was killed after its first syncs."""
        self.command("strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e",
                     f"inject=fsync:signal=KILL:when={when}", support.BINARY, *args, "-d", database,
                     env=env)

    # -- the scenarios ------------------------------------------------------------------------

    def s_deploy(self):
        database = self.legacy("deployed.db")
        self.see("plan", "-d", database)
        self.answered_no("deploy", "-d", database)
        with support.Holder(database, "read"):
            self.see("plan", "-d", database, code=3)
            self.error("deploy", "-d", database, code=3)
            self.see("status", "-d", database)
        second = self.dir / "second"
        second.mkdir()
        self.see("plan", "-d", database, "--also", "/missing")
        self.see("deploy", "-d", database, "--also", second, "--backup", "copy", "--also", "/missing")
        self.see("backups", "verify", "-d", database, "--also", second, "--also", "/missing")
        self.error("backups", "verify", "-d", database, code=4)
        self.see("deploy", "-d", database)
        self.see("plan", "-d", database)
        self.see("deploy", "-d", database, "--again")
        self.see("deploy", "-d", database, "--again", "--keep", "1")
        self.see("plan", "-d", database, "--again", "--engine", "in-place")
        self.see("deploy", "-d", database, "--again", "--engine", "in-place", "--backup", "copy")
        self.see("deploy", "-d", "new.db")

    def s_failed_checks(self):
        database = self.legacy("failed.db")
        suite = self.file("fails.yaml", TRIVIAL + FAILS)
        live = self.file("live.yaml", TRIVIAL + FAILS_LIVE)
        self.see("plan", "-d", database, "-m", self.shop, "--checks", suite, code=1)
        self.see("deploy", "-d", database, "-m", self.shop, "--checks", suite, code=1)
        self.see("deploy", "-d", database, "-m", self.shop, "--checks", live, code=1)
        self.see("deploy", "-d", database, "-m", self.shop, "--checks", live, "--on-failure", "keep",
                 code=1)
        self.see("verify", "-d", database, "-m", self.shop, "--checks", live, code=1)
        self.see("verify", "-d", database, "-m", self.shop, "--checks", self.trivial)
        self.see("verify", "-d", database, "-m", self.shop, "--checks", self.file("all.yaml", TRIVIAL + """
  - {name: warns, query: SELECT 1, value: 2, severity: warn, tags: [x]}
  - {name: skipped, query: SELECT 1, value: 2, skip: later}
  - {name: cases, query: 'SELECT :n', value: 2, cases: [{n: 1}, {n: 2}]}
  - {name: why, accepts: INSERT INTO shop (name) VALUES (NULL)}
  - {name: note, rejects: INSERT INTO shop (name) VALUES (NULL), by: {not_null: shop.name}}
  - {name: 'no', query: SELECT 1 / 0 + json('x'), value: 2}
  - {name: log, log: no.log, expect: [ready]}
"""), code=1)

    def s_application(self):
        """The application writes to the new database, and does not come up."""
        database = self.legacy("served.db")
        self.file("baseline.yaml", f"""version: 1
database: {database.name}
migration: 1a_shop.sql
checks: trivial.yaml
application:
  stop: [/bin/echo, stopping]
  start: [/bin/sh, -c, 'echo hello; if [ -e up ]; then exit 0; fi; sqlite3 served.db "INSERT INTO shop (name) VALUES (1)"; touch up; exit 9']
  revert: [/bin/true]
""")
        self.see("plan")
        failed = self.see("deploy", code=1)
        self.assertEqual(failed["failed_backup"]["reason"], "failed-deploy")
        self.see("deploy")
        self.command("sqlite3", "served.db", "INSERT INTO shop (name) VALUES (2)")
        self.see("rollback", "--dry-run")
        self.cut_off(database, "deploy", "--again", when=7)
        self.see("status")
        self.see("recover", "--start")
        self.file("baseline.yaml", (self.dir / "baseline.yaml").read_text().replace(
            "/bin/true", "/bin/sh, -c, 'sqlite3 served.db \"CREATE TABLE x (y)\"; exit 1'"))
        (self.dir / "up").touch()
        self.see("deploy", "--again")
        self.see("rollback", code=1)
        self.file("baseline.yaml", "version: 1\ndatabase: served.db\napplication:\n"
                                   "  start: [/bin/false]\n  stop: [/bin/true]\n")
        self.see("rollback", code=1)
        self.cut_off(database, "rollback", "--again", when=7)
        self.see("recover", "--start", code=1)

    def s_rollback(self):
        database = self.legacy("back.db")
        self.see("deploy", "-d", database)
        self.answered_no("rollback", "-d", database)
        self.see("rollback", "-d", database, "--dry-run")
        self.see("rollback", "-d", database)
        self.see("rollback", "-d", database, "--from", self.legacy("elsewhere.db"))
        self.see("rollback", "-d", database)  # nothing to do
        self.see("rollback", "-d", database, "--move", "--again")
        self.see("rollback", "-d", database, "--engine", "in-place", "--again", "--to",
                 self.backups(database)[-1].name)
        self.see("backups", "list", "-d", database)
        self.see("backups", "verify", "-d", database)
        self.see("history", "-d", database)
        self.error("rollback", "-d", database, "--to", "20200101T000000Z-001", code=2)

    def s_report(self):
        database = self.made(SHOP + "CREATE VIEW long AS SELECT 1; CREATE INDEX named ON shop (name); "
                             "CREATE TRIGGER once AFTER INSERT ON shop BEGIN SELECT 1; END",
                             "told.db")
        # An interrupted one first: the next run tells of it.
        self.cut_off(database, "deploy", "--replace-any", when=2)
        self.see("deploy", "-d", database, "--replace-any")
        self.see("report", "-d", database, "-o", "page.html")
        self.see("rollback", "-d", database)
        self.see("report", "-d", database)
        self.cut_off(database, "deploy", "--replace-any")
        self.see("recover", "-d", database)
        self.assertIn("cut off", self.see("report", "-d", database)["run"]["incomplete"])
        self.error("report", "-d", database, "20200101T000000Z-001", code=2)

    def s_interrupted(self):
        database = self.legacy("cut.db")
        self.see("recover", "-d", database)
        self.cut_off(database, "deploy")
        found = self.see("status", "-d", database)
        self.assertEqual(found["interrupted"]["position"], "new database live")
        self.see("backups", "create", "-d", database)
        self.see("recover", "-d", database)
        self.cut_off(database, "deploy", "--again", when=2)
        found = self.see("status", "-d", database)
        self.assertEqual(found["interrupted"]["position"], "old database live")
        self.see("recover", "-d", database)
        self.cut_off(database, "rollback", "--to", self.backups(database)[-1].name)
        self.see("status", "-d", database)
        self.see("deploy", "-d", database, "--again")
        self.cut_off(database, "deploy", "--again", when=8)
        self.assertNotEqual(self.see("backups", "list", "-d", database)["unfinished"], [])
        self.see("rollback", "-d", database)

    def s_undecidable(self):
        database = self.legacy("undecided.db")
        self.cut_off(database, "deploy")
        self.made("CREATE TABLE other (x)", "other.db").replace(database)
        found = self.see("status", "-d", database)
        self.assertEqual(found["interrupted"]["position"], "undecidable")
        self.error("recover", "-d", database, code=6)

    def s_status(self):
        database = self.made("CREATE TABLE a (b); CREATE TABLE alembic_version (version_num TEXT NOT NULL)",
                             "drifted.db")
        self.see("status", "-d", database)
        self.see("status", "-d", database, "--exit-code", code=1)
        self.see("status", "-d", "missing.db")
        self.see("status", "-d", self.file("text.db", "no database, but long enough for a header\n" * 30))
        deployed = self.legacy("running.db")
        self.see("deploy", "-d", deployed)
        with support.Holder(deployed):
            waiting = self.start("deploy", "-d", deployed, "--again", "--wait", "60s")
            self.until(lambda: self.see("status", "-d", deployed)["running"], "it waits", waiting)
            waiting.send_signal(signal.SIGTERM)
            self.assertEqual(waiting.wait(timeout=30), 143)
        (self.dir / "link.db").symlink_to(deployed)
        self.see("status", "-d", "link.db")
        with open(self.dir / "running.db.backups/history.jsonl", "a") as history:
            history.write("{torn\n")
        self.see("history", "-d", deployed)

    def s_backups(self):
        database = self.legacy("kept.db")
        second = self.dir / "copies"
        second.mkdir()
        self.see("deploy", "-d", database, "--also", second)
        self.see("deploy", "-d", database, "--again")
        self.see("backups", "verify", "-d", database, "--also", second)
        self.see("backups", "list", "-d", database)
        first, newest = self.backups(database)
        self.see("backups", "export", "-d", database, first.name, "out.db")
        self.see("backups", "export", "-d", database, first.name, "out.db.zst", "--zstd")
        self.error("backups", "export", "-d", database, first.name, "out.db", code=4)
        self.error("backups", "export", "-d", database, first.name, "-", code=2)
        self.see("backups", "prune", "-d", database, "--keep", "9")
        self.see("backups", "prune", "-d", database, "--keep", "1", "--dry-run")
        self.answered_no("backups", "prune", "-d", database, "--keep", "1")
        self.made("CREATE TABLE a (b)", "third.db")
        self.see("backups", "create", "-d", database)
        self.see("backups", "create", "-d", "third.db", "--backups", "kept.db.backups")
        self.see("backups", "prune", "-d", database, "--keep", "1")
        self.see("backups", "create", "-d", database, "--backups", self.dir / "apart")
        damaged = self.only_backup(database, self.dir / "apart")
        (damaged / "manifest.json").chmod(0o600)
        (damaged / "manifest.json").write_text("{")
        self.see("backups", "list", "-d", database, "--backups", "apart")
        self.see("backups", "verify", "-d", database, "--backups", "apart", code=1)

    def s_checks(self):
        suite = self.file("some.yaml", TRIVIAL + """
  - {name: warns, query: SELECT 1, value: 1, severity: warn, tags: [x]}
  - {name: skipped, query: SELECT 1, value: 2, skip: later}
  - {name: log, log: shop.log, expect: [ready], when: after}
  - {name: short, rejects: "INSERT INTO shop (name) VALUES ('much too long')", by: short}
  - {name: either, query: 'SELECT :n', value: 1, cases: [{n: 1}]}
""")
        self.see("checks", "list", "-m", self.shop, "--checks", suite, "--skip-tag", "x")
        self.see("checks", "list")
        self.see("checks", "lint")
        self.see("checks", "lint", "-m", self.shop, "--checks", suite)
        self.see("checks", "lint", "--strict", "-m", self.shop, "--checks", self.file(
            "warned.yaml", "version: 1\nchecks:\n  - {name: a, query: SELECT 1, value: 1, timeout: 9s}\n"
                           "  - {name: a b, query: SELECT 1, rows: {ge: 1}, tags: [x]}\n"), code=1)
        self.see("checks", "mutate", "-m", self.shop, "--checks", suite, "--min", "1", "--sample", "50")
        self.see("checks", "mutate", "-m", self.shop, "--checks", suite, "--min", "100", code=1)
        self.see("checks", "mutate", "-m", self.shop, "--checks",
                 self.file("unfit.yaml", TRIVIAL + FAILS + """
  - {name: case, query: 'SELECT json(:n)', value: 2, cases: [{n: x}]}
"""), code=1)
        self.see("checks", "generate", "-m", self.file("2b_odd.sql", """
            CREATE TABLE odd (id INTEGER PRIMARY KEY NOT NULL, name TEXT UNIQUE);"""), "-o", "made")
        self.error("checks", "generate", "-m", self.shop, "-o", "made", code=2)

    def s_sealed_later(self):
        database = self.legacy("later.db")
        done = self.see("deploy", "-d", database, "--seal", "later")
        self.assertIsNone(done["backup"]["sha256"])
        backup, = self.see("backups", "list", "-d", database)["backups"]
        self.assertEqual((backup["sealed"], backup["unsealed"], backup["sha256"]), (False, True, None))
        ids = [done["backup"]["id"]]
        self.assertEqual(self.see("status", "-d", database)["backups"]["unsealed"], ids)
        self.assertEqual(self.see("history", "-d", database)["unsealed"], ids)
        self.see("backups", "verify", "-d", database)
        self.assertEqual(self.see("history", "-d", database)["unsealed"], [])

    def s_leftovers(self):
        database = self.legacy("left.db")
        copies = self.dir / "gone"
        copies.mkdir()
        self.see("deploy", "-d", database, "--also", copies)
        shutil.rmtree(copies)
        backup = self.only_backup(database)
        run = json.loads((backup / "manifest.json").read_text())["run"]
        partial = backup.parent / f".partial-{run.replace('-001-', '-002-')}"
        partial.mkdir()
        (partial / "left.db").write_bytes(b"perhaps the only one")
        status = self.see("status", "-d", database)
        self.assertEqual([copy["directory"] for copy in status["missing_copies"]], [str(copies)])
        for document in status, self.see("recover", "-d", database):
            self.assertEqual([one["path"] for one in document["leftovers"]], [str(partial)])

    def s_announce(self):
        old = self.legacy("old.db")
        self.see("announce", "--from", old)
        for command in "false", "true", "true":
            self.noted(self.document(self.baseline(
                "announce", "--from", old, "--format", "json", "--sent", "sent.jsonl", "--send",
                "--", command)))
        self.error("announce", "--from", "nowhere.db", code=2)

    def s_init(self):
        self.see("init", "--database", self.legacy("first.db"), "-o", "deployment")
        (self.dir / "deployment/checks/schema.yaml").write_text(TRIVIAL)  # somebody's own
        self.error("init", "--database", "first.db", "-o", "deployment", code=2)
        self.made("""CREATE TABLE a (b); CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY, checksum TEXT
            NOT NULL, finished_at DATETIME, migration_name TEXT NOT NULL, logs TEXT, rolled_back_at DATETIME,
            started_at DATETIME NOT NULL, applied_steps_count INTEGER NOT NULL DEFAULT 0);
            INSERT INTO _prisma_migrations VALUES ('a', 'c', NULL, '20240101_x', NULL, NULL, 1, 0);
            CREATE TABLE odd (id INTEGER PRIMARY KEY NOT NULL);""", "prisma.db")
        self.assertNotEqual(self.see("init", "--database", "prisma.db", "-o", "prisma")["doubts"], [])

    def s_errors(self):
        database = self.legacy("errors.db")
        self.error("deploy", code=2)
        self.error("deploy", "-d", database, "--checks", self.file("bad.yaml", "version: 1\nchekcs: []\n"),
                   code=2)
        self.error("deploy", "-d", database, "-m", self.shop, code=2)  # its note: the first misfit
        self.error("frobnicate", code=2)
        self.said_in_the_environment(database)
        self.error("verify", "-d", "none.db", code=5)
        self.error("deploy", "-d", self.file("text.db", "text, long enough for a header\n" * 40), code=4)
        self.gate(database, "/bin/true", code=4)
        fresh = self.fresh("gate.db")
        self.gate(fresh, "/no/such", code=127)
        self.gate(fresh, self.shop, code=126)
        with support.Holder(database):
            waiting = self.start("deploy", "-d", database, "--wait", "60s", "--format", "json")
            self.until(lambda: self.json("status", "-d", database)["running"], "it waits", waiting)
            waiting.send_signal(signal.SIGTERM)
            out, err = waiting.communicate(timeout=30)
        done = subprocess.CompletedProcess([], waiting.returncode, out, err)
        self.assertEqual(self.noted(self.document(done))["exit_code"], 143)
        self.made("CREATE TABLE a (b)", ".left.db.baseline-candidate")
        self.error("deploy", "-d", self.legacy("left.db"), code=6)

    def s_version(self):
        for words in [("--version", "--format", "json"), ("--format", "json", "--version")]:
            self.noted(self.document(self.baseline(*words)))

    def test_every_command_in_success_and_failure(self):
        for name in [name for name in dir(self) if name.startswith("s_")]:
            with self.subTest(scenario=name):
                self.scenario(name)
        missing = self.seen.all - self.seen.seen
        self.assertEqual(sorted(missing - set(UNSEEN)), [])
        self.assertEqual(sorted(set(UNSEEN) - missing), [], "they are seen now")


if __name__ == "__main__":
    unittest.main()
