"""What the file was, the new file is: text encoding, page size, auto_vacuum and WAL mode of the old
database are carried over, unless the migration sets them at its head."""

import support
from support import query
from test_in_place import content

USUAL = {"encoding": "UTF-8", "page_size": 4096, "auto_vacuum": "none", "journal_mode": "delete"}
ODD = {"encoding": "UTF-16le", "page_size": 16384, "auto_vacuum": "incremental",
       "journal_mode": "wal"}
ENGINES = "swap", "in-place"
SUITE = """
version: 1
foreign_keys: on
checks:
  - {name: it is empty, query: SELECT count(*) FROM item, value: 0}
"""


def settings(database):
    """As the header of the file tells them, https://www.sqlite.org/fileformat2.html: nothing is
    opened, and no -wal appears."""
    header = database.read_bytes()[:100]

    def number(at, size):
        return int.from_bytes(header[at:at + size], "big")
    return {"encoding": [None, "UTF-8", "UTF-16le", "UTF-16be"][number(56, 4)],
            "page_size": 65536 if number(16, 2) == 1 else number(16, 2),
            "auto_vacuum": ("incremental" if number(64, 4) else "full") if number(52, 4) else "none",
            "journal_mode": {(1, 1): "delete", (2, 2): "wal"}[header[18], header[19]]}


def pragmas(wanted):
    """SQL that gives a new file these settings."""
    return "".join(f"PRAGMA {name} = '{value}';" for name, value in wanted.items())


class SettingsCase(support.Case):
    def setUp(self):
        super().setUp()
        self.suite = self.dir / "suite.yaml"
        self.suite.write_text(SUITE)
        self.migration = self.written("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT);")

    def written(self, sql, name="2_new.sql"):
        path = self.dir / name
        path.write_text(sql, encoding="utf-8")
        return path

    def old(self, name="app.db", **wanted):
        database = self.made(pragmas({**USUAL, **wanted}) + """
            CREATE TABLE old (id INTEGER PRIMARY KEY, name TEXT UNIQUE, more TEXT);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 40)
            INSERT INTO old SELECT i, 'ä☃' || i, hex(zeroblob(i * 20)) FROM n;""", name)
        self.assertEqual(settings(database), {**USUAL, **wanted})
        return database

    def options(self, database):
        return ["-d", database, "-m", self.migration, "--checks", self.suite]

    def deploy(self, database, *options, code=0):
        return self.json("deploy", *self.options(database), *options, code=code)

    def assert_good(self, database, wanted):
        self.assertEqual(settings(database), wanted)
        self.assertEqual(query(database, "PRAGMA integrity_check"), [("ok",)])
        self.assertEqual(query(database, "SELECT name FROM sqlite_schema"), [("item",)])
        self.assertEqual(settings(database), wanted)
        names = {path.name for path in self.dir.iterdir() if path.name.startswith(database.name)}
        self.assertEqual(names, {database.name, f"{database.name}.backups"})


class CarriedOver(SettingsCase):
    def carried(self, **wanted):
        for engine in ENGINES:
            with self.subTest(engine, **wanted):
                name = "-".join(map(str, [engine, *wanted.values()])) + ".db"
                self.there_and_back(self.old(name, **wanted), engine, {**USUAL, **wanted})

    def there_and_back(self, database, engine, wanted):
        before = database.read_bytes(), content(database)
        document = self.deploy(database, "--engine", engine)
        self.assertEqual(document["engine"]["name"], engine)
        self.assertEqual(document["new"], wanted)
        self.assertEqual({name: document["old"][name] for name in USUAL}, wanted)
        self.assert_good(database, wanted)
        new = content(database)
        status = self.json("status", *self.options(database))
        self.assertEqual((status["baseline"]["at_baseline"], status["drift"]), (True, []))
        self.assertEqual({name: status["facts"][name] for name in USUAL}, wanted)
        self.succeeds("verify", *self.options(database))
        # Back, and there again.
        document = self.json("rollback", "-d", database, "--engine", engine)
        self.assertIsNone(document["new"])
        self.assertEqual(content(database), before[1])
        self.assertEqual(settings(database), wanted)
        if engine == "swap":
            self.assertEqual(database.read_bytes(), before[0])
        self.succeeds("rollback", "-d", database, "--engine", engine, "--to",
                      document["backup"]["id"])
        self.assertEqual(content(database), new)
        self.assert_good(database, wanted)

    def test_the_text_encoding(self):
        self.carried(encoding="UTF-16le")
        self.carried(encoding="UTF-16be")

    def test_the_page_size(self):
        self.carried(page_size=512)
        self.carried(page_size=65536)

    def test_auto_vacuum(self):
        self.carried(auto_vacuum="full")
        self.carried(auto_vacuum="incremental")

    def test_wal_mode(self):
        self.carried(journal_mode="wal")

    def test_all_at_once(self):
        self.carried(**ODD)

    def test_a_migration_of_more_than_a_candidate_in_memory(self):
        self.migration = self.written("""
            CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT);
            CREATE TABLE more (content BLOB);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 80)
            INSERT INTO more SELECT zeroblob(65536) FROM n;""")
        for engine in ENGINES:
            with self.subTest(engine):
                database = self.old(f"{engine}.db", **ODD)
                before = content(database)
                self.deploy(database, "--engine", engine)
                self.assertEqual(settings(database), ODD)
                self.assertEqual(query(database, "SELECT sum(length(content)) FROM more"),
                                 [(80 * 65536,)])
                self.succeeds("verify", *self.options(database))
                self.succeeds("rollback", "-d", database, "--engine", engine)
                self.assertEqual(content(database), before)
                self.assertEqual(settings(database), ODD)

    def test_the_built_in_baseline_and_its_checks(self):
        database = self.old(**{**ODD, "page_size": 65536})
        self.succeeds("deploy", "-d", database, "--replace-any")
        self.assertEqual(settings(database), {**ODD, "page_size": 65536})
        self.succeeds("verify", "-d", database)
        self.assertIn("at_baseline\": true", self.succeeds("status", "-d", database, "--format",
                                                            "json"))
        self.assertEqual(self.json("deploy", "-d", database)["outcome"], "nothing to do")

    def test_the_application_goes_on_as_before(self):
        """It attaches an archive, which SQLite takes only in the same encoding, and frees pages."""
        database = self.old(**ODD)
        archive = self.made(pragmas({"encoding": "UTF-16le"}) + "CREATE TABLE kept (a TEXT);",
                            "archive.db")
        self.deploy(database)
        self.assertEqual(query(database, "PRAGMA incremental_vacuum"), [])
        attached = self.made(f"ATTACH '{archive}' AS archive; INSERT INTO archive.kept VALUES (1);",
                             "app.db")
        self.assertEqual(attached, database)
        self.assertEqual(query(archive, "SELECT count(*) FROM kept"), [(1,)])

    def test_the_other_ways_back(self):
        for engine in ENGINES:
            database = self.old(f"{engine}.db", **ODD)
            before = content(database)
            self.deploy(database, "--engine", engine)
            backup = self.only_backup(database) / database.name
            with self.subTest(engine, way="--from"):
                self.succeeds("rollback", "-d", database, "--engine", engine, "--from", backup)
                self.assertEqual((content(database), settings(database)), (before, ODD))
        with self.subTest(way="--move"):
            database = self.old("moved.db", **ODD)
            before = database.read_bytes()
            self.deploy(database)
            self.succeeds("rollback", "-d", database, "--move")
            self.assertEqual(database.read_bytes(), before)

    def test_of_what_a_crashed_writer_left(self):
        """All is in the -wal, the encoding of the file too."""
        script = pragmas(ODD) + "PRAGMA wal_autocheckpoint = 0; CREATE TABLE old (a TEXT);"
        for engine in ENGINES:
            with self.subTest(engine):
                database = self.dir / f"{engine}.db"
                self.command("/usr/bin/python3", "-c", "import os, sqlite3, sys\n"
                             "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                             "connection.executescript(sys.argv[2]); os._exit(0)", database, script)
                self.assertTrue((self.dir / f"{engine}.db-wal").stat().st_size)
                self.deploy(database, "--engine", engine)
                self.assert_good(database, ODD)
                self.succeeds("rollback", "-d", database, "--engine", engine)
                self.assertEqual(settings(database), ODD)


class SetByTheMigration(SettingsCase):
    HEAD = ("-- the file\nPRAGMA journal_mode = Wal;\npragma main.auto_vacuum(FULL); "
            "PRAGMA user_version = 7;\nPRAGMA page_size = 8192; PRAGMA encoding = 'UTF-16be';\n")
    HEADED = {"encoding": "UTF-16be", "page_size": 8192, "auto_vacuum": "full",
              "journal_mode": "wal"}

    def headed(self, head):
        self.migration = self.written(head + self.migration.read_text(encoding="utf-8"))

    def test_of_a_new_database(self):
        self.headed(self.HEAD)
        database = self.dir / "app.db"
        self.assertEqual(self.deploy(database)["new"], self.HEADED)
        self.assertEqual(settings(database), self.HEADED)
        self.assertEqual(query(database, "PRAGMA user_version"), [(7,)])

    def test_wins_over_the_old_file(self):
        usual_head = pragmas(USUAL).replace("'4096'", "4096")
        for head, wanted, odd in (self.HEAD, self.HEADED, USUAL), (self.HEAD, self.HEADED, ODD), \
                                 (usual_head, USUAL, ODD):
            self.headed(head)
            for engine in ENGINES:
                with self.subTest(engine, wanted=wanted, old=odd):
                    database = self.old(f"{engine}-{wanted['encoding']}-{odd['encoding']}.db", **odd)
                    before = content(database)
                    self.assertEqual(self.deploy(database, "--engine", engine)["new"], wanted)
                    self.assert_good(database, wanted)
                    self.succeeds("rollback", "-d", database, "--engine", engine)
                    self.assertEqual((content(database), settings(database)), (before, odd))
            self.migration = self.written("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT);")

    def test_one_of_them_and_the_others_stay(self):
        self.headed("PRAGMA page_size = 512;")
        database = self.old(**ODD)
        self.deploy(database)
        self.assert_good(database, {**ODD, "page_size": 512})

    def test_a_failed_check_brings_the_old_ones_back(self):
        self.suite.write_text(SUITE + "  - {name: bad, when: after, query: SELECT 1, value: 2}\n")
        plain = self.migration.read_text(encoding="utf-8")
        for head, odd in (self.HEAD, USUAL), (self.HEAD, ODD), ("", ODD), (pragmas(USUAL), ODD):
            self.migration = self.written(head + plain)
            for engine in ENGINES:
                with self.subTest(engine, head=head, old=odd):
                    database = self.old(f"{engine}-{len(head)}-{odd['encoding']}.db", **odd)
                    before = content(database)
                    document = self.deploy(database, "--engine", engine, code=1)
                    self.assertTrue(document["swapped_back"])
                    self.assertEqual((content(database), settings(database)), (before, odd))
                    self.assertEqual(query(database, "PRAGMA integrity_check"), [("ok",)])
                    self.assertEqual(query(database, "SELECT count(*) FROM old"), [(40,)])
                    self.assertEqual(self.backups(database), [])

    def refused(self, sql, message, hint=None):
        path = self.written(sql)
        stderr = f"baseline: error: {path}:{message}\n" + (f"  hint: {hint}\n" if hint else "")
        for words in ["deploy"], ["plan"], ["status"]:
            self.refuses(2, stderr, *words, "-d", self.database, "-m", path, "--checks", self.suite)

    def test_a_value_that_SQLite_would_ignore_is_an_error(self):
        self.database = self.old()
        self.refused("PRAGMA user_version = 3;\n  PRAGMA page_size = 1000; CREATE TABLE t (a);",
                     "2:22: page_size must be a power of two from 512 to 65536; got 1000")
        self.refused("/* ä */ PRAGMA encoding = 'latin1'; CREATE TABLE t (a);",
                     "1:27: encoding must be UTF-8, UTF-16le or UTF-16be; got 'latin1'")
        self.refused("CREATE TABLE t (a);\nPRAGMA page_size = 512;",
                     "2:1: PRAGMA page_size is not allowed in a migration",
                     "move it to the head of the migration, before the first statement that is no"
                     " PRAGMA")


class Shown(SettingsCase):
    def file_lines(self, text):
        return [line for line in text.splitlines() if line.startswith("  file ")]

    def test_a_plan_says_what_is_unusual_and_what_changes(self):
        database = self.old(**ODD)
        self.assertEqual(self.file_lines(self.succeeds("plan", *self.options(database))),
                         ["  file         encoding UTF-16le, page_size 16384, auto_vacuum"
                          " incremental, journal_mode wal"])
        self.migration = self.written(pragmas({"encoding": "UTF-8", "journal_mode": "delete"})
                                      + self.migration.read_text(encoding="utf-8"))
        self.assertEqual(self.file_lines(self.succeeds("plan", *self.options(database))),
                         ["  file         encoding UTF-16le becomes UTF-8, page_size 16384,"
                          " auto_vacuum incremental, journal_mode wal becomes delete"])

    def test_a_plan_has_nothing_to_say_of_the_usual(self):
        database = self.old()
        self.assertEqual(self.file_lines(self.succeeds("plan", *self.options(database))), [])
        self.assertEqual(self.json("plan", *self.options(database))["new"], USUAL)

    def test_a_plan_and_a_deploy_agree(self):
        database = self.old(**ODD)
        planned = self.json("plan", *self.options(database))
        self.assertEqual(planned["new"], ODD)
        self.assertEqual(self.deploy(database)["new"], planned["new"])

    def test_status_knows_WAL_mode_when_nobody_uses_the_database(self):
        database = self.old(**ODD)
        with self.unchanged():
            line, = self.file_lines(self.succeeds("status", *self.options(database)))
        self.assertTrue(line.endswith(", journal mode wal, encoding UTF-16le, page_size 16384,"
                                      " auto_vacuum incremental"), line)
        line, = self.file_lines(self.succeeds("status", *self.options(self.old("usual.db"))))
        self.assertTrue(line.endswith(", journal mode delete"), line)


class Judged(SettingsCase):
    """Checks run in the encoding that goes live, in a plan too."""

    def test_checks_see_the_new_file(self):
        self.migration = self.written(
            "CREATE TABLE item (id INTEGER PRIMARY KEY,"
            " name TEXT CONSTRAINT short CHECK (length(CAST(name AS BLOB)) <= 4));")
        self.suite.write_text("""
version: 1
foreign_keys: on
checks:
  - {name: texts take two bytes a letter, query: SELECT hex('ab'), value: "61006200"}
  - {name: three letters are too long, rejects: "INSERT INTO item (name) VALUES ('abc')", by: short}
  - {name: two are not, accepts: "INSERT INTO item (name) VALUES ('ab')"}
  - {name: the mode, query: PRAGMA journal_mode, value: wal}
  - {name: the size, query: PRAGMA page_size, value: 16384}
""")
        database = self.old(**ODD)
        for words in ["plan"], ["deploy", "--yes"], ["verify"]:
            self.succeeds(*words, *self.options(database))

    def test_a_migration_that_fails_in_the_old_encoding(self):
        """It is found out before anything is touched, and told why."""
        self.migration = self.written(
            "CREATE TABLE item (id INTEGER PRIMARY KEY,"
            " name TEXT CONSTRAINT short CHECK (length(CAST(name AS BLOB)) <= 3));\n"
            "INSERT INTO item (name) VALUES ('ab'); DELETE FROM item;")
        database = self.old(**ODD)
        stderr = (f"baseline: error: {self.migration}:2:1: CHECK constraint failed: short\n"
                  "  note: the file settings are those of the old database (encoding UTF-16le,"
                  " page_size 16384, auto_vacuum incremental, journal_mode wal); a migration can"
                  " set others with PRAGMAs at its head\n")
        for words in ["plan"], ["deploy", "--yes"]:
            with self.subTest(words):
                self.refuses(2, stderr, *words, *self.options(database),
                             leaves=[support.lock_of(database)])
        self.deploy(self.old("usual.db"))
