"""baseline announce: what each channel has to add again, and who has been told."""

import re
import shlex
import signal
import sqlite3
import unittest

import support

LEGACY = """
CREATE TABLE channel_configs (channel_id BIGINT NOT NULL PRIMARY KEY);
CREATE TABLE monitoring_targets (
  id INTEGER PRIMARY KEY, channel_id BIGINT NOT NULL, target_type VARCHAR NOT NULL,
  target_name VARCHAR NOT NULL, location_id INTEGER);
"""
SECRET = "Bot-s3cr3t-t0ken"


class AnnounceCase(support.Case):
    def legacy_with(self, *targets, name="app.db"):
        """A database of the old shape with targets (channel, type, name, location_id)."""
        path = self.made(LEGACY, name)
        connection = sqlite3.connect(path)
        connection.executemany("INSERT INTO monitoring_targets (channel_id, target_type, "
                               "target_name, location_id) VALUES (?, ?, ?, ?)", targets)
        connection.commit()
        connection.close()
        return path

    def found(self, database, *args):
        """The recipients by id, as the JSON document has them."""
        document = self.json("announce", "--from", database, *args)
        return {recipient["recipient"]: recipient for recipient in document["recipients"]}

    def commands(self, database, channel="1"):
        return [one["command"] for one in self.found(database)[channel]["commands"]]

    def lost(self, database, channel="1"):
        return {one["about"]: one["reason"] for one in self.found(database)[channel]["lost"]}

    def program(self, text, name="send"):
        path = self.dir / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return path

    def deployed(self):
        database = self.legacy()
        self.succeeds("deploy", "--database", database, "--yes")
        return database


class Commands(AnnounceCase):
    def test_what_the_legacy_database_had(self):
        legacy = self.legacy()
        with self.unchanged():
            found = self.found(legacy)
        self.assertEqual(len(found), 24)
        first = found["1377474091149164584"]
        self.assertEqual([one["command"] for one in first["commands"]], [
            "!add location 20380", "!add location 20688", "!add location 8052",
            "!add geographic 47.60621 -122.33207 15"])
        self.assertEqual(first["commands"][3]["merged"], ["47.6062,-122.3321,15"])
        self.assertEqual(first["lost"], [{
            "about": "city Seattle, WA",
            "reason": "there are no cities any more; add its coordinates as an area"}])
        # Nothing is forgotten: each old target is a command, lost, or a duplicate.
        targets = support.query(legacy, "SELECT count(*) FROM monitoring_targets")[0][0]
        self.assertEqual(targets, sum(len(one["commands"]) + len(one["lost"]) + one["duplicates"]
                                      for one in found.values()))
        self.assertEqual(sum(len(one["lost"]) for one in found.values()), 6)

    def test_the_baseline_accepts_every_command(self):
        """Each printed command is done in the new database as the bot would do it."""
        odd = self.legacy_with(
            (1, "latlong", "90,180,100", None), (1, "latlong", "-90,-180,1", None),
            (1, "latlong", "0,0", None), (1, "latlong", "-0.0,0.0,5", None),
            (1, "latlong", "47.6,-122.3,5", None), (1, "latlong", "47.60,-122.30,50", None),
            (1, "latlong", "1e-05,2E1,7", None), (1, "latlong", "90.0001,0,5", None),
            (1, "latlong", "0,-180.5,5", None), (1, "latlong", "0,1,101", None),
            (1, "latlong", "0,2,0", None), (1, "latlong", "nan,inf,5", None),
            (1, "latlong", "1e999,0,5", None), (1, "latlong", "1,2,3,4", None),
            (1, "latlong", "1", None), (1, "latlong", "", None), (1, "latlong", "1,2,2.5", None),
            (1, "latlong", '1,"2",3', None), (1, "latlong", "1],[2", None),
            (1, "location", "A", 7), (1, "location", "B", 7), (1, "location", "C", None))
        for database in [odd, self.legacy("old.db")]:
            for channel, recipient in self.found(database).items():
                new = sqlite3.connect(":memory:")
                new.executescript(support.MIGRATION.read_text())
                new.execute("PRAGMA foreign_keys = ON")
                new.execute("INSERT INTO channel_configs (channel_id, guild_id) VALUES (?, 1)",
                            [channel])
                for one in recipient["commands"]:
                    with self.subTest(command=one["command"]):
                        self.add(new, channel, one["command"])
                new.close()

    def add(self, new, channel, command):
        verb, what, *rest = shlex.split(command)
        self.assertEqual(verb, "!add")
        if what == "location":
            number = rest[0] if rest[0].isdigit() else abs(hash(rest[0])) % 1_000_000
            new.execute("INSERT INTO monitoring_targets (channel_id, target_type, display_name, "
                        "location_id) VALUES (?, 'location', ?, ?)", [channel, rest[0], number])
        else:
            self.assertEqual(what, "geographic")
            latitude, longitude, radius = [*map(float, rest), 25.0][:3]
            new.execute("INSERT INTO monitoring_targets (channel_id, target_type, display_name, "
                        "latitude, longitude, radius_miles) VALUES (?, 'geographic', 'x', ?, ?, ?)",
                        [channel, latitude, longitude, int(radius)])

    def test_why_something_is_lost(self):
        database = self.legacy_with(
            (1, "latlong", "91,0,5", None), (1, "latlong", "0,-181,5", None),
            (1, "latlong", "0,1,101", None), (1, "latlong", "0,2,0", None),
            (1, "latlong", "0,3,1.5", None), (1, "latlong", "here", None),
            (1, "city", "Portland, OR", 2), (1, "zone", "5", None), (1, "location", " ", None))
        self.assertEqual(self.lost(database), {
            "91,0,5": "its latitude is not from -90 to 90",
            "0,-181,5": "its longitude is not from -180 to 180",
            "0,1,101": "its radius is not from 1 to 100 miles",
            "0,2,0": "its radius is not from 1 to 100 miles",
            "0,3,1.5": "its radius is not a whole number of miles",
            "here": 'it is not "latitude,longitude,radius"',
            "city Portland, OR": "there are no cities any more; add its coordinates as an area",
            "zone 5": "there are no targets of this type any more",
            " ": "it has neither a number nor a name"})
        self.assertEqual(self.commands(database), [])

    def test_duplicates_are_one(self):
        database = self.legacy_with(
            (1, "location", "Arcade", 7), (1, "location", "The Arcade", 7), (2, "location", "A", 7),
            (1, "latlong", "47.6062,-122.3321,15", None),
            (1, "latlong", "47.60621,-122.33207,40", None),
            (1, "latlong", "47.62,-122.3321,15", None),
            (1, "location", "Corner", None), (1, "location", "CORNER", None))
        self.assertEqual(self.commands(database), [
            "!add location 7", '!add location "Corner"', "!add geographic 47.6062 -122.3321 40",
            "!add geographic 47.62 -122.3321 15"])
        self.assertEqual(self.found(database)["1"]["commands"][0]["merged"], ["The Arcade"])
        self.assertEqual(self.found(database)["1"]["duplicates"], 3)
        self.assertEqual(self.commands(database, "2"), ["!add location 7"])

    def test_numbers_in_the_oldest_schema(self):
        database = self.made("""
            CREATE TABLE monitoring_targets (id INTEGER PRIMARY KEY, channel_id BIGINT,
              target_type VARCHAR, target_name VARCHAR, target_data VARCHAR);
            INSERT INTO monitoring_targets (channel_id, target_type, target_name, target_data)
              VALUES (1, 'location', 'Arcade', '8052'), (1, 'location', 'Corner', NULL),
                     (1, 'location', 'Odd', '80x');""")
        self.assertEqual(self.commands(database), [
            "!add location 8052", '!add location "Corner"', '!add location "Odd"'])

    def test_the_baseline_itself_can_be_announced(self):
        database = self.fresh()
        connection = sqlite3.connect(database)
        connection.executescript("""
            INSERT INTO channel_configs (channel_id, guild_id) VALUES (5, 1);
            INSERT INTO monitoring_targets (channel_id, target_type, display_name, location_id)
              VALUES (5, 'location', 'Arcade', 8052);
            INSERT INTO monitoring_targets (channel_id, target_type, display_name, latitude,
              longitude, radius_miles) VALUES (5, 'geographic', 'Here', 1.5, -2, 10);""")
        connection.close()
        document = self.json("announce", "--database", database, "--live")
        self.assertEqual([one["command"] for one in document["recipients"][0]["commands"]],
                         ["!add location 8052", "!add geographic 1.5 -2 10"])


class Escaping(AnnounceCase):
    NAMES = ["@everyone", "<@123456789012345678>", "<#12>", "a`b", 'say "hi"', "back\\slash",
             "two\nlines", "<:e:1>", "\x1b[31mred", "x @HERE"]

    def test_data_cannot_leave_its_place_in_a_command(self):
        database = self.legacy_with(*[(1, "location", name, None) for name in self.NAMES])
        self.assertEqual(self.commands(database), [])
        self.assertEqual(set(self.lost(database).values()),
                         {"its name has characters that cannot be typed in a command"})
        plain = self.legacy_with((1, "location", "Arcade @ the Zoo; rm -rf / $(id) 'x'", None),
                                 name="plain.db")
        self.assertEqual(self.commands(plain),
                         ['!add location "Arcade @ the Zoo; rm -rf / $(id) \'x\'"'])

    def test_data_means_nothing_in_a_message(self):
        names = [*self.NAMES, "**bold** _it_ ~~no~~ ||s|| [a](http://b) :smile: # h"]
        database = self.legacy_with(*[(1, "location", name, 8000 + i)
                                      for i, name in enumerate(names)])
        message = "".join(self.found(database)["1"]["messages"])
        listed = message[message.index("This channel had"):].partition("\n")[2]
        for line in listed.splitlines():
            line = re.sub(r"^- `!add location \d+` ", "", line)
            with self.subTest(line=line):
                # What is left when the escapes are taken out has no marks at all.
                self.assertNotRegex(re.sub(r"\\[\\`*_~|<>#:\[\]()]", "", line[1:-1]),
                                    r"[\\`*_~|<>#:\[\]()\x00-\x1f]|@(?!\u200b)")
        for line in self.succeeds("announce", "--from", database, "--markdown").splitlines():
            self.assertNotIn("@everyone", line)

    def test_the_terminal_gets_no_control_characters(self):
        database = self.legacy_with((1, "location", "\x1b[31mred\r\n", 5))
        out = self.succeeds("announce", "--from", database)
        self.assertIn("\\x1b[31mred\\x0d\\x0a", out)
        self.assertNotIn("\x1b", out)

    def test_a_recipient_must_be_an_id(self):
        announcement = self.dir / "a.yaml"
        announcement.write_text(
            "version: 1\nnotice: n.md\nheadings: {commands: c, lost: l}\nentries:\n"
            "  - query: SELECT id AS recipient, 'x' AS name FROM t\n"
            "    command: 'add {name}'\n    about: '{name}'\n")
        (self.dir / "n.md").write_text("Notice\n")
        for i, name in enumerate(["@file", "a b", "../up", "", "a\nb", "--", "x;y", "x" * 129]):
            with self.subTest(name=name):
                database = self.made("CREATE TABLE t (id TEXT)", f"{i}.db")
                connection = sqlite3.connect(database)
                connection.execute("INSERT INTO t VALUES (?)", [name])
                connection.commit()
                connection.close()
                done = self.baseline("announce", "--from", database, "--announcement", announcement)
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertIn("a.yaml:5:12: error: '", done.stderr)
                self.assertIn("is no recipient: it must be an id", done.stderr)


class Sources(AnnounceCase):
    def test_the_newest_deploy_is_read(self):
        database = self.deployed()
        backup = self.only_backup(database)
        self.succeeds("rollback", "--database", database, "--yes")
        self.succeeds("backups", "create", "--database", database)
        with self.unchanged():
            document = self.json("announce", "--database", database)
        self.assertEqual(document["source"], backup.name)
        self.assertEqual(document["file"], str(backup / "app.db"))
        named = self.json("announce", "--database", database, "--backup", backup.name)
        self.assertEqual(named["recipients"], document["recipients"])

    def test_without_a_deploy_there_is_nothing_to_read(self):
        database = self.legacy()
        self.refuses(2, f"""\
baseline: error: no deploy has left a backup of {database} in {database}.backups
  hint: name one with --backup ID or --from FILE; --live shows the messages before a deploy
""", "announce", "--database", database)
        self.assertEqual(len(self.json("announce", "-d", database, "--live")["recipients"]), 24)

    def test_a_file_must_be_complete_and_unpacked(self):
        database = self.legacy()
        (self.dir / "app.db-wal").write_bytes(b"x")
        done = self.baseline("announce", "--from", database)
        self.assertEqual(done.returncode, 4)
        self.assertIn("is not complete in itself: app.db-wal lies beside it", done.stderr)
        (self.dir / "app.db-wal").unlink()
        self.command("zstd", "-q", database)
        self.assertIn("is packed with zstd",
                      self.baseline("announce", "--from", "app.db.zst").stderr)
        self.assertEqual(self.baseline("announce", "--from", "no.db").returncode, 2)

    def test_a_database_of_something_else(self):
        database = self.made("CREATE TABLE t (a)")
        self.refuses(4, """\
baseline: error: the announcement announcement/announcement.yaml has no entry for the tables of \
this database
  hint: name your application's own with --announcement FILE
""", "announce", "--from", database)

    def test_an_unknown_recipient(self):
        self.refuses(2, "baseline: error: there is no recipient '17'\n"
                        "  hint: baseline announce lists them\n",
                     "announce", "--from", self.legacy(), "--recipient", "17")


class Output(AnnounceCase):
    def test_human(self):
        database = self.legacy_with((9, "location", "Arcade", 7), (10, "city", "Portland, OR", 1))
        self.assertEqual(self.succeeds("announce", "--from", database), f"""\
  source       {database}
  notice       announcement/announcement.yaml
  found        1 command for 2 recipients; 1 cannot be carried over; 0 duplicates were merged

9
  !add location 7                               Arcade

10
  not carried over: city Portland, OR: there are no cities any more; add its coordinates as an area

  next         baseline announce --from {database} --sent FILE --send -- CMD ARGS…
""")

    def test_markdown(self):
        database = self.legacy_with((9, "location", "Arcade", 7), (10, "city", "Portland, OR", 1))
        notice = (support.PROJECT / "announcement/announcement.md").read_text()
        self.assertEqual(self.succeeds("announce", "--from", database, "--markdown"), notice + """
## 9

- `!add location 7` (Arcade)

## 10

Not carried over:

- city Portland, OR: there are no cities any more; add its coordinates as an area
""")

    def test_an_announcement_of_ones_own(self):
        (self.dir / "announcement.yaml").write_text("""\
version: 1
notice: notice.md
headings: {commands: "You had:", lost: "Gone:"}
entries:
  - query: SELECT mail AS recipient, item, NULL AS reason FROM wishes
    command: "want {item} {{now}}"
    about: "the {item}"
""")
        (self.dir / "notice.md").write_text("Hello.\r\n\r\n")
        database = self.made("CREATE TABLE wishes (mail TEXT, item TEXT);"
                             "INSERT INTO wishes VALUES ('u1', 'tea'), ('u1', 'tea'), ('u2', 'milk')")
        document = self.json("announce", "--from", database, "--announcement", "announcement.yaml")
        self.assertEqual([one["messages"] for one in document["recipients"]], [
            ["Hello.\n\nYou had:\n- want tea {now} (the tea)\n"],
            ["Hello.\n\nYou had:\n- want milk {now} (the milk)\n"]])

    def test_what_is_wrong_with_it_is_told_with_its_place(self):
        (self.dir / "a.yaml").write_text("""\
version: 2
notce: x
limit: 5
headings: {commands: c}
entries:
  - query: SELECT 1
    command: "a {b"
    unique: []
    about: "{1}"
""")
        self.refuses(2, """\
a.yaml:1:1: error: 'notice' is missing: the file with the general text
a.yaml:1:10: error: this program reads version 1; got 2
a.yaml:2:1: error: unknown key 'notce' in an announcement; did you mean 'notice'?
a.yaml:3:8: error: 'limit' must be from 1000 to 1000000 characters; got 5
a.yaml:4:11: error: 'lost' is missing: a line of text
a.yaml:7:17: error: 'command' has a '{' that is not part of a {column}; write '{{' for the brace itself
a.yaml:8:13: error: 'unique' must be a non-empty list of texts; got an empty list
a.yaml:9:13: error: 'about' has a '{' that is not part of a {column}; write '{{' for the brace itself
baseline: error: the announcement a.yaml cannot be used (8 errors)
  hint: docs/announcement.md tells what it may hold
""", "announce", "--announcement", "a.yaml", "--from", self.legacy())

    def test_what_does_not_fit_the_database_is_told_with_its_place(self):
        (self.dir / "n.md").write_text("Notice\n")
        (self.dir / "a.yaml").write_text("""\
version: 1
notice: n.md
headings: {commands: c, lost: l}
entries:
  - query: |
      SELECT channel_id AS recipient,
             target_nme AS name FROM monitoring_targets
    about: "{name}"
  - query: SELECT channel_id AS recipient, target_name AS name FROM monitoring_targets
    unique: [nam]
    command: "add {name} {number}"
    about: "{name}"
  - query: DELETE FROM monitoring_targets
    about: "{name}"
""")
        database = self.legacy()
        with self.unchanged():
            done = self.baseline("announce", "--announcement", "a.yaml", "--from", database)
        self.assertEqual(done.returncode, 2)
        lines = done.stderr.splitlines()
        self.assertRegex(lines[0], r"^a.yaml:7:14: error: no such column: target_nme")
        self.assertIn("a.yaml:10:14: error: the query has no column 'nam'; did you mean 'name'?", lines)
        self.assertIn("a.yaml:11:26: error: the query has no column 'number'", done.stderr)
        self.assertTrue(any(line.startswith("a.yaml:13:12: error: ") for line in lines), lines)


class Sending(AnnounceCase):
    def setUp(self):
        super().setUp()
        self.database = self.deployed()
        self.ledger = self.dir / "app.db.backups/announced.jsonl"

    def send(self, *command, args=(), **options):
        return self.baseline("announce", "--database", self.database, "--send", *args, "--",
                             *command, **options)

    def test_each_channel_gets_its_message_once(self):
        program = self.program('cat > "$1.txt"; echo "$BASELINE_RECIPIENT $BASELINE_PART '
                               '$BASELINE_PARTS" >> "$1.txt"; echo x >> "count.$1"')
        done = self.send(program, "{recipient}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("  sent         24 of 24\n", done.stdout)
        wanted = {one["recipient"]: one["messages"][0]
                  for one in self.json("announce", "-d", self.database)["recipients"]}
        self.assertEqual(len(wanted), 24)
        for channel, message in wanted.items():
            self.assertEqual((self.dir / f"{channel}.txt").read_text(), f"{message}{channel} 1 1\n")
        again = self.send(program, "{recipient}")
        self.assertEqual(again.returncode, 0)
        self.assertIn("  sent         24 of 24, 24 by an earlier run\n", again.stdout)
        for channel in wanted:
            self.assertEqual((self.dir / f"count.{channel}").read_text(), "x\n")

    def test_who_has_not_got_it_is_told_and_gets_it_from_the_next_run(self):
        failing = self.program('case $1 in *2503|*4179) echo "no: $2" >&2; exit 22;; esac')
        done = self.send(failing, "{recipient}", SECRET, args=["--show-output"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("not sent   1377474091149172503: exit 22\n           | no: ***\n", done.stdout)
        self.assertIn("not sent   1377474091149204179: exit 22\n", done.stdout)
        self.assertIn("  sent         22 of 24\n", done.stdout)
        log = self.program('echo "$BASELINE_RECIPIENT" >> log')
        self.assertEqual(self.send(log).returncode, 0)
        self.assertEqual((self.dir / "log").read_text(),
                         "1377474091149172503\n1377474091149204179\n")

    def test_secrets_are_nowhere(self):
        failing = self.program('echo "$1" | sed s/Authorization:// >&2; echo "$1"; '
                               'echo "curl: $1 $DISCORD_TOKEN" >&2; exit 1')
        for args in [[], ["--show-output"], ["--format", "json"], ["-v", "--show-output"]]:
            done = self.send(failing, f"Authorization: {SECRET}", args=args,
                             env={"DISCORD_TOKEN": "another-s3cret"})
            self.assertEqual(done.returncode, 1)
            if "json" not in args:
                self.assertIn("exit 1", done.stdout)
            self.assertEqual("curl: ***" in done.stdout, "--show-output" in args, done.stdout)
            self.assertNotIn(SECRET, done.stdout + done.stderr)
            self.assertNotIn("another-s3cret", done.stdout + done.stderr)
        self.send(self.program("exit 0", "good"), SECRET)
        self.succeeds("history", "--database", self.database)
        for path in self.dir.rglob("*"):
            if path.is_file():
                self.assertNotIn(SECRET.encode(), path.read_bytes(), path)

    def test_the_configuration_names_notice_and_command(self):
        self.program('cat > "got.$1"; test "$2" = s3cret')
        (self.dir / "own.md").write_text("Words of our own.\n")
        (self.dir / "baseline.yaml").write_text(
            f"version: 1\ndatabase: {self.database.name}\n"
            'announcement: {template: own.md, send: [./send, "{recipient}", "${TOKEN}"]}\n')
        shown = self.succeeds("announce", env={"TOKEN": "s3cret"})
        self.assertIn("Words of our own.",
                      self.succeeds("announce", "--markdown", env={"TOKEN": "s3cret"}))
        self.assertRegex(shown, r"(?m)^  next +baseline announce --send$")
        self.assertEqual(list(self.dir.glob("got.*")), [])  # nothing is sent unless it is said
        done = self.baseline("announce", "--send", env={"TOKEN": "s3cret"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(list(self.dir.glob("got.*"))), 24)
        self.assertNotIn("s3cret", done.stdout + done.stderr)
        unset = self.baseline("announce", "--send")
        self.assertEqual(unset.returncode, 2)
        self.assertRegex(unset.stderr, r"baseline\.yaml:3:\d+: error: .*TOKEN")

    def test_no_shell_no_options(self):
        program = self.program('printf "%s|" "$@" > "args"')
        done = self.send(program, "-f", "$(touch pwned)", "; ls", "id={recipient}",
                         args=["--recipient", "1377474091149164584"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.dir / "args").read_text(),
                         "-f|$(touch pwned)|; ls|id=1377474091149164584|")
        self.assertFalse((self.dir / "pwned").exists())

    def test_an_id_is_never_an_option(self):
        database = self.legacy_with((-100, "location", "A", 7), name="chat.db")
        args = ["announce", "--from", database, "--sent", "sent.jsonl", "--send", "--"]
        program = self.program('echo "$1 $BASELINE_RECIPIENT" > args')
        done = self.baseline(*args, program, "{recipient}")
        self.assertEqual(done.returncode, 2)
        self.assertIn("the recipient -100 would be an option of the command", done.stderr)
        self.assertFalse((self.dir / "sent.jsonl").exists())
        self.assertEqual(self.baseline(*args, program, "--chat={recipient}").returncode, 0)
        self.assertEqual((self.dir / "args").read_text(), "--chat=-100 -100\n")

    def test_a_command_that_hangs_is_killed(self):
        done = self.send("sleep", "1000", args=["--timeout", "50ms", "--recipient",
                                                "1377474091149164584"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("1377474091149164584: still running after 50ms; killed", done.stdout)

    def test_it_gives_up_when_nothing_gets_through(self):
        program = self.program("echo x >> tries; exit 7")
        done = self.send(program)
        self.assertEqual(done.returncode, 1)
        self.assertEqual((self.dir / "tries").read_text(), "x\n" * 5)
        self.assertEqual(done.stdout.count("not tried"), 19)
        missing = self.send("./missing")
        self.assertIn("cannot run ./missing: No such file or directory", missing.stdout)

    def test_an_interruption_tells_what_was_sent(self):
        program = self.program('[ -e first ] && { touch second; exec sleep 1000; }; touch first')
        process = self.start("announce", "-d", self.database, "--send", "--", program)
        self.until((self.dir / "second").exists, "the second message", process)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.assertIn("  sent         1 of 24\n", out)
        self.assertEqual(len(self.ledger.read_text().splitlines()), 1)

    def test_one_at_a_time(self):
        program = self.program("touch started; exec sleep 1000")
        process = self.start("announce", "-d", self.database, "--send", "--", program)
        self.until((self.dir / "started").exists, "the first message", process)
        done = self.send(program)
        self.assertEqual(done.returncode, 3)
        self.assertIn(f"somebody is sending with {self.ledger}", done.stderr)

    def test_a_long_message_is_cut_and_goes_on_where_it_ended(self):
        database = self.legacy_with(*[(1, "location", f"Arcade number {i} of many", i)
                                      for i in range(1, 120)], name="long.db")
        args = ["announce", "--from", database, "--sent", "sent.jsonl", "--send", "--"]
        failing = self.program('cat >> all; [ "$BASELINE_PART" = 3 ] && exit 1; exit 0')
        document = self.json("announce", "--from", database)
        messages = document["recipients"][0]["messages"]
        self.assertGreater(len(messages), 3)
        self.assertTrue(all(len(message) <= 2000 for message in messages))
        done = self.baseline(*args, failing)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"(2 of {len(messages)} messages were sent)", done.stdout)
        (self.dir / "all").unlink()
        self.assertEqual(self.baseline(*args, self.program("cat >> all")).returncode, 0)
        self.assertEqual((self.dir / "all").read_text(), "".join(messages[2:]))

    def test_a_torn_or_strange_record(self):
        self.ledger.write_text('{"when": "2026')
        program = self.program("exit 0")
        self.assertEqual(self.send(program).returncode, 0)
        self.assertEqual(len(self.ledger.read_text().splitlines()), 25)
        self.ledger.write_text('{"a": 1}\n')
        done = self.send(program)
        self.assertEqual(done.returncode, 2)
        self.assertIn("is not a record of what was sent", done.stderr)

    def test_nothing_is_sent_without_a_command_or_a_record(self):
        done = self.baseline("announce", "-d", self.database, "--send")
        self.assertEqual((done.returncode, done.stderr), (2, """\
baseline: error: no command to send with was given
  hint: name it last: baseline announce --send -- CMD ARGS…
"""))
        done = self.baseline("announce", "-d", self.database, "--live", "--send", "--", "true")
        self.assertEqual(done.returncode, 2)
        self.assertIn("name a file with --sent FILE", done.stderr)
        done = self.baseline("announce", "-d", self.database, "--", "true")
        self.assertEqual(done.returncode, 2)
        self.assertFalse(self.ledger.exists())

    def test_a_terminal_is_asked(self):
        terminal = self.terminal("announce", "-d", self.database, "--send", "--",
                                 self.program("touch sent"))
        terminal.read_until("24 messages to 24 recipients with")
        terminal.read_until("Go on? [y/N]")
        terminal.type("n\n")
        self.assertEqual(terminal.finish(), 130)
        self.assertFalse((self.dir / "sent").exists())


if __name__ == "__main__":
    unittest.main()
