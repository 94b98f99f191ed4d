"""docs/file-formats.md is true of the files that the program makes: names, modes, fields, and the order
of the fields in the examples."""

import hashlib
import json
import re
import stat
import unittest

import support

PAGE = (support.PROJECT / "docs/file-formats.md").read_text()


def section(heading):
    """The text below a heading, up to the next one."""
    return re.split(r"^#+ ", PAGE.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def table(heading):
    """The keys in the first column of the table of a section, in their order."""
    return [key for row in re.findall(r"^\| (`[^|]+) \|", section(heading), re.MULTILINE)
            for key in re.findall(r"`(\w+)`", row)]


def example(heading):
    """The first block of a section, read as JSON; of lines, the first one."""
    block = re.search(r"^```(?:json)?\n(.*?)^```$", section(heading), re.MULTILINE | re.DOTALL)[1]
    return json.loads(block[block.index(next(c for c in block if c in "{[")):])


def records(path):
    """The records of a journal or baseline-record; the checksum of each line is right."""
    out = []
    for line in path.read_text().splitlines():
        checksum, _, record = line.partition(" ")
        assert hashlib.sha256(record.encode()).hexdigest()[:16] == checksum, line
        out.append(json.loads(record))
    return out


class Names(unittest.TestCase):
    def test_every_file_that_the_program_makes_is_described(self):
        source = "".join((support.PROJECT / f"src/base/names.{end}").read_text()
                         for end in ["cpp", "hpp"])
        names = set(re.findall(r"\.baseline-\w+", source))
        names |= set(re.findall(r'k\w+ = "([^"]+)"', source))
        self.assertGreater(len(names), 6)
        for name in names:
            self.assertIn(name, PAGE)


class Formats(support.Case):
    def setUp(self):
        super().setUp()
        self.database = self.legacy("pinball_bot.db")

    def journal(self, *args):
        """The records of the journal that a run leaves which is killed at its last sync that finds
        one: the directory is synced for the last time before the journal goes."""
        journal = self.dir / ".pinball_bot.db.baseline-journal"
        for at in range(18, 0, -1):
            self.command("strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e",
                         f"inject=fsync:signal=KILL:when={at}", support.BINARY, *args,
                         "-d", self.database)
            if journal.exists():
                found = records(journal)
                self.succeeds("recover", "-d", self.database)
                return found
        self.fail("no sync leaves a journal")

    def test_manifest(self):
        self.succeeds("deploy", "-d", self.database)
        entry = self.only_backup(self.database)
        manifest = json.loads((entry / "manifest.json").read_text())
        self.assertEqual(list(manifest), list(example("manifest.json")))
        self.assertEqual(set(manifest), set(table("manifest.json")))
        # The example is of this database.
        for key in ["size", "page_size", "page_count", "tables", "schema_digest", "revision", "strategy"]:
            self.assertEqual(manifest[key], example("manifest.json")[key], key)

    def test_seal(self):
        self.succeeds("deploy", "-d", self.database)
        entry = self.only_backup(self.database)
        checked = self.command("sha256sum", "-c", "SHA256SUMS", cwd=entry)
        self.assertEqual(checked.stdout, "pinball_bot.db: OK\nmanifest.json: OK\n")
        self.assertEqual((entry / "SHA256SUMS").read_text().splitlines()[0],
                         re.search(r"```\n(.*)\n", section("SHA256SUMS"))[1])

    def test_record(self):
        (self.dir / "second").mkdir()
        self.succeeds("deploy", "-d", self.database, "--also", "second")
        self.succeeds("backups", "verify", "-d", self.database, "--also", "second")
        record, = records(self.only_backup(self.database) / "baseline-record")
        self.assertEqual(list(record), list(example("baseline-record")))
        self.assertEqual(set(record), {"version", *table("baseline-record")})
        for key in record["copies"][0]:
            self.assertIn(f"`{key}`", section("baseline-record"))

    def test_history(self):
        self.succeeds("deploy", "-d", self.database)
        line = json.loads((self.dir / "pinball_bot.db.backups/history.jsonl").read_text())
        self.assertEqual(list(line), list(example("history.jsonl")))
        self.assertEqual({*line, "logs"}, set(table("history.jsonl")))

    def test_records_of_runs(self):
        self.succeeds("deploy", "-d", self.database)
        line = json.loads((self.dir / "pinball_bot.db.backups/history.jsonl").read_text())
        path, = (self.dir / "pinball_bot.db.backups/runs").iterdir()
        self.assertEqual(path.name, f"{line['run']}.json")
        record, run = json.loads(path.read_text()), self.json("report", "-d", self.database)["run"]
        # What goes without saying is left out of the record.
        usual = {"judged_nothing": False, "severity": "error", "tags": [], "attempts": 1}
        for phase in run["phases"]:
            phase["results"] = [{key: value for key, value in result.items()
                                 if value is not None and value != usual.get(key)}
                                for result in phase["results"]]
        self.assertEqual(record, run)
        self.assertEqual(stat.S_IMODE(path.parent.stat().st_mode), 0o700)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)

    def test_log_positions(self):
        (self.dir / "own.yaml").write_text(
            "version: 1\nchecks:\n  - {name: it can be read, query: SELECT 1, value: 1}\n"
            "  - {name: up, log: bot.log, expect: [ready]}\n"
            "  - {name: well, log: missing.log, forbid: [failed]}\n")
        (self.dir / "bot.log").write_text("ready\n")
        self.succeeds("deploy", "-d", self.database, "--checks", "own.yaml")
        line = json.loads((self.dir / "pinball_bot.db.backups/history.jsonl").read_text())
        self.assertEqual([set(one) for one in line["logs"]],
                         [set(one) for one in example("Log positions")])
        self.assertEqual(set(line["logs"][0]), set(table("Log positions")))

    def test_journal(self):
        """Of each phase the fields are those of its row."""
        rows = dict(re.findall(r"^\| (`\w+`(?:, `\w+`)?) \| [^|]+ \| ([^|]+) \|$",
                               section("Journal"), re.MULTILINE))
        described = {phase: set(re.findall(r"`(\w+)`", fields)) - {"stopped"}
                     for keys, fields in rows.items() for phase in re.findall(r"`(\w+)`", keys)}
        del described["phase"]  # the head of the table
        described["application"].add("logs")
        for later, first in [("condemned", "replacing"), ("replaced", "replacing"),
                             ("reverted", "reverting")]:
            described[later] |= described[first]
        intent = re.search(r"^`intent`: (.*?)\n\n", section("Journal"), re.MULTILINE | re.DOTALL)[1]
        fails = self.dir / "fails.yaml"
        fails.write_text("version: 1\nchecks:\n  - {name: a, query: SELECT 1, value: 1}\n"
                         "  - {name: b, query: SELECT 1, value: 2, when: after}\n")
        seen = set()
        for args in [["deploy", "--again"], ["deploy", "--again", "--checks", fails],
                     ["deploy", "--again", "--engine", "in-place"],
                     ["deploy", "--again", "--engine", "in-place", "--checks", fails]]:
            found = self.journal(*args)
            for record in found:
                seen.add(record["phase"])
                self.assertLessEqual(set(record) - {"phase"}, described[record["phase"]], record)
                if record["phase"] in ("prepare", "swap"):
                    self.assertLessEqual(described[record["phase"]], {"engine", *record})
            for key in found[0]["intent"]:
                self.assertIn(f"`{key}`", intent)
            self.assertEqual(set(json.loads(found[0]["intent"]["manifest"])),
                             set(table("manifest.json")))
        self.assertEqual(set(described) - seen, {"application", "condemned"})

    def test_lock(self):
        self.succeeds("deploy", "-d", self.database)
        holder = json.loads((self.dir / ".pinball_bot.db.baseline-lock").read_text())
        self.assertEqual(list(holder), list(example("Lock")))

    def test_announced(self):
        self.succeeds("deploy", "-d", self.database)
        self.succeeds("announce", "-d", self.database, "--send", "--", "true")
        first = (self.dir / "pinball_bot.db.backups/announced.jsonl").read_text().splitlines()[0]
        self.assertEqual(list(json.loads(first)), list(example("announced.jsonl")))

    def test_modes(self):
        self.succeeds("deploy", "-d", self.database)
        self.succeeds("announce", "-d", self.database, "--send", "--", "true")
        entry = self.only_backup(self.database)
        rows = dict(re.findall(r"^\| (`[^|]+?) \| [^|]+ \| ([^|]+) \|$", section("Files"),
                               re.MULTILINE))
        of = {"`.pinball_bot.db.baseline-lock`": self.dir / ".pinball_bot.db.baseline-lock",
              "`pinball_bot.db.backups/` (or `--backups`)": entry.parent,
              "`….backups/history.jsonl`": entry.parent / "history.jsonl",
              "`….backups/announced.jsonl`": entry.parent / "announced.jsonl"}
        for name, path in of.items():
            self.assertEqual(rows[name], f"{stat.S_IMODE(path.stat().st_mode):04o}", name)
        self.assertEqual(rows["`….backups/ID/`"], "0700, its files 0400")
        self.assertEqual(stat.S_IMODE(entry.stat().st_mode), 0o700)
        self.assertEqual({stat.S_IMODE(file.stat().st_mode) for file in entry.iterdir()}, {0o400})
        self.assertEqual({file.name for file in entry.iterdir()},
                         {"pinball_bot.db", "SHA256SUMS", "manifest.json"})


if __name__ == "__main__":
    unittest.main()
