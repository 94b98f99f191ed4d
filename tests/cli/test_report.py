"""The page of a run: --report html=FILE, and `baseline report` for runs of the past. How it looks and
whether it can be used is tested in a browser, which is no part of these: scripts/pages."""

import json
import re
import shutil
import unittest
from html.parser import HTMLParser

import support
from support import query

VOID = {"meta", "input", "br"}
SCRIPT = "<script>alert(1)</script>"

SUITE = """version: 1
checks:
  - name: nobody is there
    when: %s
    query: SELECT count(*) FROM channel_configs
    value: 7
    hint: somebody has to be there
"""


class Page(HTMLParser):
    """A page as a browser's parser sees it. Demands that what is opened is closed, in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.headings, self.sections, self.links = [], [], {}, []
        self.text, self.ids, self.tags = "", [], []
        self.feed(text)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), f"<{tag}> has an attribute twice"
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if "href" in attributes:
            self.links.append(attributes["href"])

    def handle_endtag(self, tag):
        assert self.open and self.open[-1][0] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        tags = [tag for tag, _ in self.open]
        if "style" in tags or "script" in tags:
            return
        if tags and re.fullmatch("h[1-6]", tags[-1]):
            self.headings.append((tags[-1], data))
        self.text += data
        for tag, attributes in self.open:
            if tag == "section":
                name = attributes["id"]
                self.sections[name] = self.sections.get(name, "") + data

    @property
    def verdict(self):
        return [text for tag, text in self.headings if tag == "h1"]


class ReportCase(support.Case):
    def setUp(self):
        super().setUp()
        self.file = self.dir / "page.html"

    def page(self, text=None):
        """The page, which must be well-formed, load nothing and have one script of its own."""
        text = self.file.read_text() if text is None else text
        page = Page(text)
        self.assertEqual(page.tags.count("script"), 1)
        self.assertEqual(len(set(page.ids)), len(page.ids), "an id is there twice")
        self.assertEqual([link for link in page.links if link[0] != "#" or link[1:] not in page.ids],
                         [])
        for word in ("http:", "https:", " src=", "@import", "url("):
            self.assertNotIn(word, text)
        levels = [int(tag[1]) for tag, _ in page.headings]
        self.assertTrue(all(b <= a + 1 for a, b in zip([0, *levels], levels)), levels)
        return page

    def deploy(self, database, *args, code=0):
        done = self.baseline("deploy", "-d", database, "--yes", "--report", f"html={self.file}",
                             *args)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def suite(self, when):
        path = self.dir / "people.yaml"
        path.write_text(SUITE % when)
        return path

    def report(self, database, *args):
        return self.page(self.succeeds("report", "-d", database, *args))

    def killed(self, database, at):
        """A deploy that is killed at its sync number `at`. The page's is the first."""
        self.command("strace", "-f", "-o", "/dev/null", "-e", "trace=fsync",
                     "-e", f"inject=fsync:signal=KILL:when={at}", support.BINARY, "deploy",
                     "-d", database, "--report", f"html={self.file}")


class OfARun(ReportCase):
    def test_deploy(self):
        database = self.legacy()
        self.deploy(database)
        page = self.page()
        self.assertEqual(page.verdict, ["Deployed"])
        self.assertEqual(list(page.sections), ["timeline", "backup", "schemas", "run", "checks"])
        self.assertIn("9 733 rows in 4 tables", page.text)
        backup = self.only_backup(database)
        self.assertIn(f"baseline rollback --database {database} --to {backup.name}",
                      page.sections["backup"])
        self.assertIn("column target_name VARCHAR NOT NULL", page.sections["schemas"])
        self.assertIn("swap (while the database was unavailable)", page.sections["timeline"])

    def test_the_commands_put_the_old_database_back(self):
        database = self.legacy()
        old = support.sha256(database)
        self.deploy(database)
        commands = self.page().sections["backup"]
        by_hand = commands[commands.index("(cd "):commands.index("What it holds")]
        self.assertEqual(self.command("sh", "-c", by_hand).returncode, 0)
        self.assertEqual(support.sha256(database), old)

    def test_checks_failed_before_the_swap(self):
        database = self.legacy()
        self.deploy(database, "--checks", self.suite("before"), code=1)
        page = self.page()
        self.assertEqual(page.verdict, ["Checks failed; nothing was changed"])
        for text in ("SELECT count(*) FROM channel_configs", "Expected7", "Got0",
                     "somebody has to be there", "--only 'people/nobody is there'"):
            self.assertIn(text, page.sections["failures"])
        self.assertNotIn("backup", page.sections)
        self.refuses(2, f"baseline: error: no run of {database} is in the history in "
                        f"{database}.backups\n  hint: baseline deploy makes the first; or name the "
                        "directory of its backups with --backups\n", "report", "-d", database)

    def test_checks_failed_after_the_swap(self):
        database = self.legacy()
        self.deploy(database, "--checks", self.suite("after"), code=1)
        page = self.page()
        self.assertEqual(page.verdict, ["Checks failed; the old database is back"])
        self.assertIn("swap back (while the database was unavailable)", page.sections["timeline"])
        self.assertEqual(self.succeeds("report", "-d", database), self.file.read_text())

    def test_the_new_database_was_kept(self):
        database = self.legacy()
        self.deploy(database, "--checks", self.suite("after"), "--on-failure", "keep", code=1)
        self.assertEqual(self.page().verdict, ["Checks failed; the new database was kept"])
        self.assertIn("backup", self.page().sections)

    def test_rollback(self):
        database = self.legacy()
        self.deploy(database)
        self.succeeds("rollback", "-d", database, "--yes", "--report", f"html={self.file}",
                      "--report", f"json={self.dir}/report.json")
        page = self.page()
        self.assertEqual(page.verdict, ["Rolled back"])
        self.assertIn("column target_name VARCHAR NOT NULL", page.sections["schemas"])
        self.assertIn("The backup, before the swap", page.sections["checks"])
        document = json.loads((self.dir / "report.json").read_text())
        self.assertEqual((document["command"], document["outcome"], document["exit_code"]),
                         ("rollback", "done", 0))

    def test_verify(self):
        database = self.fresh()
        query(database, "CREATE TABLE forgotten (x)")
        with self.unchanged("page.html"):
            done = self.baseline("verify", "-d", database, "--report", f"html={self.file}")
        self.assertEqual(done.returncode, 1)
        page = self.page()
        self.assertEqual(page.verdict, ["Checks failed"])
        self.assertIn("table forgotten only in the live database", page.sections["schemas"])
        self.assertIn("The database was available all the time", page.sections["timeline"])

    def test_plan(self):
        database = self.legacy()
        with self.unchanged("page.html"):
            self.succeeds("plan", "-d", database, "--report", f"html={self.file}")
        page = self.page()
        self.assertEqual(page.verdict, ["A deploy would go through"])
        self.assertIn("schemas", page.sections)

    def test_in_use(self):
        database = self.legacy()
        with support.Holder(database, "writing") as application:
            self.deploy(database, code=3)
        page = self.page()
        self.assertEqual(page.verdict, ["In use"])
        self.assertIn(f"pid {application.pid}", page.text)
        self.assertIn("--wait", page.sections["error"])

    def test_nothing_to_do(self):
        self.deploy(self.fresh())
        self.assertEqual(self.page().verdict, ["Nothing to do"])

    def test_on_stdout(self):
        done = self.baseline("verify", "-d", self.fresh(), "--report", "html=-")
        self.assertEqual(self.page(done.stdout).verdict, ["Verified"])

    def test_a_run_that_is_killed_leaves_a_page_that_says_so(self):
        self.killed(self.legacy(), 3)
        page = self.page()
        self.assertEqual(page.verdict, ["Not ended"])
        self.assertIn("baseline status", page.sections["error"])

    def test_names_that_are_html(self):
        name = "]]></td>" + SCRIPT + "&amp;"
        database = self.made(f'CREATE TABLE "{name}" ("{name}" TEXT); '
                             f"""INSERT INTO "{name}" VALUES ('x')""", f"{SCRIPT[:8]}.db")
        self.deploy(database, "--replace-any")
        page = self.page()
        self.assertIn(f"table {name} only in the old database; it had 1 row",
                      page.sections["schemas"])
        self.assertIn(name, page.sections["backup"])
        self.assertIn(str(database), page.text)


class OfThePast(ReportCase):
    def setUp(self):
        super().setUp()
        self.database = self.legacy()

    def test_is_the_page_of_then(self):
        self.deploy(self.database)
        self.assertEqual(self.succeeds("report", "-d", self.database), self.file.read_text())

    def test_each_run_by_its_id(self):
        self.deploy(self.database)
        self.succeeds("rollback", "-d", self.database, "--yes")
        self.deploy(self.database, "--checks", self.suite("after"), code=1)
        wanted = ["Deployed", "Rolled back", "Checks failed; the old database is back"]
        lines = self.json("history", "-d", self.database)["lines"]
        for line, verdict in zip(lines, wanted, strict=True):
            self.assertEqual(self.report(self.database, line["run"]).verdict, [verdict])
            self.assertEqual(self.report(self.database, line["run"][:-9]).verdict, [verdict])
        self.assertEqual(self.report(self.database, lines[0]["backup"]).verdict, wanted[:1])
        self.assertEqual(self.report(self.database).verdict, wanted[2:])
        # Each run can be told by what history shows of it.
        _, *shown = self.succeeds("history", "-d", self.database).splitlines()
        for shown, line in zip(shown, lines, strict=True):
            self.assertIn(line["backup"] or line["run"], shown)

    def test_into_a_file(self):
        self.deploy(self.database)
        run, = self.json("history", "-d", self.database)["lines"]
        (self.dir / "again.html").write_text("an old page")
        out = self.succeeds("report", "-d", self.database, "--output", "again.html")
        self.assertEqual(out, f"the page of {run['run']} is in again.html\n")
        self.assertEqual((self.dir / "again.html").read_text(), self.file.read_text())

    def test_changes_nothing(self):
        self.deploy(self.database)
        with self.unchanged():
            self.report(self.database)
            self.json("report", "-d", self.database)

    def test_json(self):
        self.deploy(self.database)
        document = self.json("report", "-d", self.database, "-o", self.dir / "again.html")
        self.assertEqual((document["command"], document["exit_code"], document["file"]),
                         ("report", 0, str(self.dir / "again.html")))
        run = document["run"]
        self.assertEqual((run["command"], run["outcome"], run["incomplete"]),
                         ("deploy", "done", None))
        self.assertEqual([step["name"] for step in run["steps"] if "swap" in step["name"]], ["swap"])
        freeze, = [step for step in run["steps"] if step["name"].startswith("freeze")]
        self.assertEqual(run["window"]["start_ms"], freeze["start_ms"])
        self.assertEqual(run["window"]["took_ms"], run["result"]["unavailable_ms"])
        self.assertEqual([phase["phase"] for phase in run["phases"]], ["before", "after"])
        self.assertTrue((self.dir / "again.html").exists())

    def test_a_terminal_gets_no_page(self):
        self.deploy(self.database)
        terminal = self.terminal("report", "-d", self.database)
        self.assertEqual(terminal.finish(), 2)
        self.assertIn("baseline: error: a page is nothing for a terminal\n  hint: name a file: "
                      "baseline report --output report.html", terminal.text)
        self.assertNotIn("<html", terminal.text)

    def test_recovery_that_finishes(self):
        self.killed(self.database, 6)
        self.succeeds("recover", "-d", self.database)
        page = self.report(self.database)
        self.assertEqual(page.verdict, ["Interrupted, and finished by recovery"])
        self.assertIn("was cut off before it could write down", page.sections["incomplete"])
        self.assertIn(self.only_backup(self.database).name, page.sections["backup"])
        self.assertNotIn("checks", page.sections)

    def test_recovery_that_undoes(self):
        self.killed(self.database, 3)
        self.succeeds("recover", "-d", self.database)
        page = self.report(self.database)
        self.assertEqual(page.verdict, ["Interrupted, and undone by recovery"])
        self.assertNotIn("backup", page.sections)

    def test_a_deploy_that_recovers_first(self):
        self.killed(self.database, 3)
        self.deploy(self.database)
        self.assertIn("had been interrupted was undone", self.page().sections["notices"])
        self.assertEqual(self.report(self.database).verdict, ["Deployed"])

    def test_a_run_of_an_earlier_release(self):
        self.deploy(self.database)
        shutil.rmtree(f"{self.database}.backups/runs")
        page = self.report(self.database)
        self.assertEqual(page.verdict, ["Deployed"])
        self.assertIn("No record of this run was kept", page.sections["incomplete"])
        self.assertIn("sha256sum -c", page.sections["backup"])

    def test_a_damaged_record(self):
        self.deploy(self.database)
        record, = (self.dir / "app.db.backups/runs").iterdir()
        for damage in ("", "{\"version\": 1", "[]", "\0"):
            record.write_text(damage)
            page = self.report(self.database)
            self.assertIn("The record of this run is damaged", page.sections["incomplete"])

    def test_a_record_that_cannot_be_written_is_a_warning(self):
        (self.dir / "app.db.backups").mkdir()
        (self.dir / "app.db.backups/runs").write_text("in the way")
        done = self.deploy(self.database)
        self.assertIn("baseline: warning: no record of the run was kept for 'baseline report': ",
                      done.stderr)
        self.assert_at_baseline(self.database)
        self.assertIn("No record of this run was kept",
                      self.report(self.database).sections["incomplete"])

    def test_the_gate_keeps_a_record(self):
        self.succeeds("run", "-d", "new.db", "--on-start", "deploy", "--", "true")
        page = self.report("new.db")
        self.assertEqual((page.verdict, "incomplete" in page.sections), (["Deployed"], False))

    def test_databases_that_share_a_directory(self):
        other = self.legacy("other.db")
        for database in (self.database, other):
            self.deploy(database, "--backups", self.dir / "shared")
        for database in (self.database, other):
            page = self.report(database, "--backups", self.dir / "shared")
            self.assertIn(f"{database} is at baseline", page.text)
            self.assertIn(f"--database {database} --backups {self.dir}/shared --to ",
                          page.sections["backup"])


class Refused(ReportCase):
    def setUp(self):
        super().setUp()
        self.database = self.fresh()

    def test_an_unknown_run(self):
        self.refuses(2, f"baseline: error: there is no run 20260101 in the history in "
                        f"{self.database}.backups\n  hint: baseline history shows them; a run that "
                        "changed nothing is not among them\n",
                     "report", "-d", self.database, "20260101")

    def test_no_history(self):
        self.refuses(2, f"baseline: error: no run of {self.dir}/none.db is in the history in "
                        f"{self.dir}/none.db.backups\n  hint: baseline deploy makes the first; or "
                        "name the directory of its backups with --backups\n",
                     "report", "-d", "none.db")

    def test_a_file_that_cannot_be_written(self):
        self.refuses(2, f"baseline: error: cannot write the report none/page.html: {self.dir}/none: No such "
                        "file or directory\n  hint: make the directory first\n",
                     "report", "-d", self.database, "-o", "none/page.html")

    def test_a_file_that_the_program_needs(self):
        self.refuses(2, f"baseline: error: cannot write the report app.db: the run itself needs "
                        f"{self.database}\n  hint: give the report a place of its own\n",
                     "report", "-d", self.database, "-o", "app.db")
        self.refuses(2, "baseline: error: cannot write the report app.db.backups/page.html: the run "
                        f"itself needs {self.database}.backups\n"
                        "  hint: give the report a place of its own\n",
                     "report", "-d", self.database, "-o", "app.db.backups/page.html")


if __name__ == "__main__":
    unittest.main()
