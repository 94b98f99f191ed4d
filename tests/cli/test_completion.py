"""Completion in the real shells: a script of `baseline completion` is read, something is typed, and
what the shell makes of it is looked at. What fits where is told by the program itself."""

import re
import shutil
import unittest

import support

SUITE = """version: 1
checks:
  - {name: it can be read, tags: [quick], query: SELECT 1, value: 1}
  - {name: "odd: $HOME 'name'", tags: [slow, odd], query: SELECT 1, value: 1}
"""


class Case(support.Case):
    def setUp(self):
        super().setUp()
        self.path = self.path_with_program()

    def suite(self):
        (self.dir / "own.yaml").write_text(SUITE)

    def backup(self, database="app.db"):
        """The id of the backup that a deploy has made of a database."""
        return self.only_backup(self.deployed(database)).name

    def deployed(self, name):
        path = self.legacy(name)
        self.succeeds("deploy", "-d", path, "--yes")
        return path


class Program(Case):
    def complete(self, *words, shell="zsh", **options):
        """(kind, before, {candidate: what it is})"""
        done = self.baseline("complete", shell, "--", *words, **options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        head, *lines = done.stdout.splitlines() or ["words\t"]
        return *head.split("\t"), dict(line.split("\t") for line in lines)

    def words(self, *words, **options):
        kind, _, found = self.complete(*words, **options)
        self.assertEqual(kind, "words")
        return found

    def test_commands(self):
        found = self.words("")
        self.assertEqual(found["deploy"],
                         "Replace the database by the baseline; keep the old one as a backup")
        self.assertIn("completion", found)
        self.assertNotIn("complete", found)
        self.assertIn("export", self.words("backups", ""))
        self.assertIn("export", self.words("help", "backups", ""))
        self.assertEqual(self.words("help", "deploy", ""), {})
        self.assertEqual(self.words("nonsense", ""), {})

    def test_every_option_of_the_help(self):
        for words in (["deploy"], ["backups", "export", "x", "y"], ["checks", "lint"], ["announce"]):
            with self.subTest(words):
                told = re.findall(r"(?m)^  (?:-\w, )?(--[\w-]+)", self.succeeds("help", *words[:2]))
                self.assertEqual(set(self.words(*words, "--")), set(told))
        self.assertEqual(self.words("deploy", "--again", "")["--database"], "The database file")

    def test_what_was_given_is_not_offered_again(self):
        found = self.words("rollback", "-qd", "app.db", "--from=x", "--")
        self.assertLessEqual({"--engine", "--yes"}, set(found))
        self.assertEqual({"--quiet", "--database", "--from", "--to", "--move"} & set(found), set())
        self.assertIn("--checks", self.words("deploy", "--checks", "a", "--"))  # repeatable

    def test_every_word_that_is_offered_is_taken(self):
        """The names of the types have the words, and the settings check them."""
        offered = 0
        for command, rest in ("deploy", []), ("run", ["--", "true"]):
            for option in re.findall(r"(?m)^  (--[\w-]+) [a-z]", self.succeeds("help", command)):
                for word in self.words(command, option, ""):
                    offered += 1
                    done = self.baseline(command, "-d", "none/app.db", option, word, *rest)
                    self.assertNotRegex(done.stderr, f"{option}.*{word}|{word}.* not in ")
        self.assertGreater(offered, 15)
        refused = self.baseline("deploy", "-d", "none/app.db", "--engine", "wrong")
        self.assertRegex(refused.stderr, "--engine.*wrong")

    def test_the_shell_knows_files_itself(self):
        for kind, *words in (["files", "deploy", "-d", ""], ["files", "verify", "--checks", "x/"],
                             ["directories", "deploy", "--also", ""],
                             ["files", "backups", "export", "id", ""],
                             ["programs", "run", "-d", "app.db", "--", ""],
                             ["files", "run", "--", "python3", "bo"],
                             ["programs", "announce", "--send", "--", ""]):
            with self.subTest(words):
                self.assertEqual(self.complete(*words), (kind, "", {}))
        self.assertEqual(self.complete("deploy", "--config=ba"), ("files", "--config=", {}))
        self.assertEqual(self.complete("verify", "--report", "junit=x"), ("files", "junit=", {}))
        self.assertEqual(self.complete("verify", "--report=tap=x"), ("files", "--report=tap=", {}))

    def test_backups_of_the_database_that_was_named(self):
        older, other = self.backup(), self.backup("other.db")
        self.succeeds("rollback", "-d", "app.db", "--yes")
        newer = self.backups(self.dir / "app.db")[-1].name
        found = self.words("rollback", "-d", "app.db", "--to", "")
        self.assertEqual(list(found), [newer, older])
        self.assertRegex(found[older], r"^deploy 20\S+Z, 6\d\d KiB$")
        self.assertEqual(list(self.words("backups", "export", "--database=other.db", "")), [other])
        self.assertEqual(list(self.words("backups", "verify", older, "-d", "app.db", "")),
                         [newer, older])
        self.assertEqual(list(self.words("rollback", "-d", "none.db", "--backups",
                                         "other.db.backups", "--to", "")), [other])
        self.assertEqual(list(self.words("announce", "--backup", "",
                                         env={"DATABASE_PATH": "other.db"})), [other])
        (self.dir / "baseline.yaml").write_text("version: 1\ndatabase: other.db\n")
        self.assertEqual(list(self.words("backups", "export", "")), [other])
        shutil.copyfile(self.dir / "app.db", self.home / "app.db")
        self.succeeds("backups", "create", "-d", self.home / "app.db")
        self.assertEqual(list(self.words("backups", "export", "-d", "~/app.db", "")),
                         [self.only_backup(self.home / "app.db").name])

    def test_runs_of_the_database_that_was_named(self):
        self.backup()
        self.succeeds("rollback", "-d", "app.db", "--yes")
        self.deployed("other.db")
        lines = self.json("history", "-d", "app.db")["lines"]
        found = self.words("report", "-d", "app.db", "")
        shown = [line["backup"] or line["run"] for line in lines]
        self.assertEqual(list(found), shown[::-1])
        self.assertRegex(found[shown[0]], r"^deploy 20\S+Z, done$")
        self.assertEqual(self.words("report", "-d", "none.db", "--backups", "app.db.backups", ""), {})

    def test_checks_and_tags_of_the_suites_that_were_named(self):
        self.suite()
        self.assertEqual(self.words("verify", "--checks", "own.yaml", "--only", ""), {
            "own/*": "all of own.yaml", "own/it can be read": "query",
            "own/odd: $HOME 'name'": "query"})
        self.assertEqual(self.words("checks", "list", "--checks=own.yaml", "--tag", ""),
                         {"odd": "1 check", "quick": "1 check", "slow": "1 check"})
        self.assertIn("constraints/*", self.words("plan", "--only", ""))

    def test_nothing_is_written_and_nothing_is_said(self):
        self.backup()
        self.suite()
        (self.dir / "broken.yaml").write_text("version: [")
        with self.unchanged():
            for words in (["rollback", "-d", "app.db", "--to", ""], ["verify", "--only", ""],
                          ["backups", "export", ""],
                          ["verify", "-c", "broken.yaml", "--only", ""],
                          ["verify", "--checks", "broken.yaml", "--tag", ""],
                          ["verify", "-m", "app.db", "--tag", ""],
                          ["rollback", "-d", "none/none.db", "--to", ""]):
                done = self.baseline("complete", "fish", "--", *words)
                self.assertEqual((done.returncode, done.stderr), (0, ""), words)
            self.assertEqual(self.succeeds("complete"), "")
            self.assertEqual(self.succeeds("complete", "fish", "deploy"), "")

    def test_a_name_that_would_spoil_the_answer_is_left_out(self):
        (self.dir / "own.yaml").write_text(
            'version: 1\nchecks: [{name: "a\\tb", query: SELECT 1, value: 1}]\n')
        self.assertEqual(list(self.words("verify", "--checks", "own.yaml", "--only", "")), ["own/*"])

    def test_it_gives_up_in_time(self):
        (self.dir / "1_endless.sql").write_text(
            "CREATE TABLE t (a); INSERT INTO t WITH RECURSIVE c(x) AS "
            "(SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c WHERE x < 0;")
        self.suite()
        done = self.baseline("complete", "bash", "--", "verify", "-m", "1_endless.sql",
                             "--checks", "own.yaml", "--only", "")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_of_another_shell(self):
        self.refuses(2, "baseline: error: there is no completion for 'tcsh'\n"
                        "  hint: name bash, zsh or fish\n", "completion", "tcsh")


class Interactive(Case):
    """What is typed, with a Tab at its end, becomes the arguments of `args`, which shows them."""

    def shell(self, *argv, setup):
        self.needs(argv[0])
        terminal = support.Terminal([shutil.which(argv[0]), *argv[1:]], self.environment({
            "PATH": self.path, "TERM": "xterm", "INPUTRC": "/dev/null", "HISTFILE": ""}), self.dir)
        self.addCleanup(terminal.close)
        ready = "args() { printf '<%s>' \"$@\"; echo en''d; }; echo rea''dy\n"
        terminal.type(setup + ready)
        terminal.read_until("ready")
        return terminal

    def completed(self, terminal, line):
        """The arguments after a Tab behind `line`: typed, then made those of `args`."""
        terminal.text = ""
        terminal.type(f"{line}\t\x01args \x05\n")
        terminal.read_until(">end")
        return re.findall(r"<([^<>]*)>", re.search("(<baseline>.*)end", terminal.text)[1])

    def lines(self, terminal):
        identity = self.backup()
        self.suite()
        self.legacy("my old.db")
        for line, words in [
                ("baseline depl", ["deploy"]),
                ("baseline backups ex", ["backups", "export"]),
                ("baseline deploy --engine in", ["deploy", "--engine", "in-place"]),
                ("baseline deploy --engine=in", ["deploy", "--engine=in-place"]),
                ("baseline deploy --datab", ["deploy", "--database"]),
                ("baseline deploy -d my", ["deploy", "-d", "my old.db"]),
                ("baseline deploy --database=my", ["deploy", "--database=my old.db"]),
                ("baseline rollback -d app.db --to 2", ["rollback", "-d", "app.db", "--to", identity]),
                ("baseline rollback -d 'app.db' --to=2",
                 ["rollback", "-d", "app.db", f"--to={identity}"]),
                ("baseline verify --checks own.yaml --only own/od",
                 ["verify", "--checks", "own.yaml", "--only", "own/odd: $HOME 'name'"]),
                ("baseline verify --checks own.yaml --tag qu",
                 ["verify", "--checks", "own.yaml", "--tag", "quick"]),
                ("baseline verify --report jun", ["verify", "--report", "junit="]),
                ("baseline verify --report junit=my", ["verify", "--report", "junit=my old.db"])]:
            with self.subTest(line):
                self.assertEqual(self.completed(terminal, line), ["baseline", *words])

    def test_bash(self):
        terminal = self.shell("bash", "--norc", "--noprofile", "-i", setup=(
            "bind 'set enable-bracketed-paste off'; source <(baseline completion bash)\n"))
        self.lines(terminal)

    def test_zsh(self):
        terminal = self.shell("zsh", "-f", "-i", setup=(
            "unset zle_bracketed_paste; unsetopt prompt_sp; autoload -Uz compinit; compinit -u -D\n"
            "source <(baseline completion zsh)\n"))
        self.lines(terminal)
        terminal.text = ""
        terminal.type("baseline backups \t")
        terminal.read_until("-- Remove the backups that need not be kept")

    def test_zsh_finds_it_in_its_path(self):
        functions = self.dir / "functions"
        functions.mkdir()
        (functions / "_baseline").write_text(self.succeeds("completion", "zsh"))
        terminal = self.shell("zsh", "-f", "-i", setup=(
            "unset zle_bracketed_paste; unsetopt prompt_sp; fpath=($PWD/functions $fpath)\n"
            "autoload -Uz compinit; compinit -u -D\n"))
        for _ in range(2):  # loaded; then known
            self.assertEqual(self.completed(terminal, "baseline roll"), ["baseline", "rollback"])


class Bash(Case):
    def reply(self, *words):
        """What the function answers for these words, as bash would split them."""
        quoted = " ".join(f"'{word}'" for word in words)
        done = self.command(
            "bash", "--norc", "-c", "source <(baseline completion bash); compopt() { :; }\n"
            f"COMP_WORDS=({quoted}); COMP_LINE='{' '.join(words)}'; COMP_POINT=${{#COMP_LINE}}\n"
            "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _baseline; printf '%s\\n' \"${COMPREPLY[@]}\"",
            env={"PATH": self.path})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split("\n")[:-1]

    def test_the_function(self):
        self.assertEqual(self.reply("baseline", "deploy", "--on"), ["--on-failure"])
        self.assertEqual(self.reply("baseline", "completion", ""), ["bash", "zsh", "fish"])
        self.assertEqual(self.reply("baseline", "nonsense", ""), [""])

    def test_it_is_clean(self):
        self.needs("shellcheck")
        done = self.command("shellcheck", "--shell=bash", "-", input=self.succeeds("completion", "bash"))
        self.assertEqual((done.returncode, done.stdout), (0, ""))


class Fish(Case):
    def candidates(self, line):
        done = self.command("fish", "--no-config", "-c",
                            "baseline completion fish | source; complete -C $argv[1]", line,
                            env={"PATH": self.path})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [tuple(line.split("\t")) for line in done.stdout.splitlines()]

    def test_fish(self):
        self.needs("fish")
        identity = self.backup()
        self.suite()
        self.legacy("my old.db")
        self.assertIn(("prune", "Remove the backups that need not be kept, and say what that frees"),
                      self.candidates("baseline backups "))
        self.assertEqual(self.candidates("baseline deploy --databa"),
                         [("--database", "The database file")])
        self.assertEqual(self.candidates("baseline deploy --engine=in"), [("--engine=in-place",)])
        self.assertEqual([row[0] for row in self.candidates("baseline deploy -d my")], ["my old.db"])
        self.assertEqual([row[0] for row in self.candidates("baseline deploy --database=my")],
                         ["--database=my old.db"])
        self.assertEqual([row[0] for row in self.candidates("baseline rollback -d 'app.db' --to ")],
                         [identity])
        self.assertEqual(self.candidates("baseline verify --checks own.yaml --only own/od"),
                         [("own/odd: $HOME 'name'", "query")])
        self.assertEqual([row[0] for row in self.candidates("baseline verify --report junit=my")],
                         ["junit=my old.db"])
        self.assertEqual(self.candidates("baseline nonsense "), [])


if __name__ == "__main__":
    unittest.main()
