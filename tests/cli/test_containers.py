"""What the repository offers for containers, service managers and CI servers. No container engine is
needed: the entrypoint is run as a script, the rest is read by the parsers that its readers use."""

import os
import re
import shutil
import stat
import subprocess
import unittest

import jsonschema
import yaml

import support
import test_help

ENTRYPOINT = support.PROJECT / "scripts/entrypoint"
EXAMPLES = support.PROJECT / "examples"
SHOWS_ITSELF = '#!/bin/sh\nprintf "%s\\n" "$$" "$@"\n'


class Entrypoint(support.Case):
    """With a program in place of baseline that prints its process id and its arguments."""

    def run_entrypoint(self, *words, **environment):
        bin_dir = self.dir / "bin"
        bin_dir.mkdir(exist_ok=True)
        fake = bin_dir / "baseline"
        fake.write_text(SHOWS_ITSELF)
        fake.chmod(0o755)
        process = subprocess.Popen([ENTRYPOINT, *words], cwd=self.dir, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={"PATH": f"{bin_dir}:{os.environ['PATH']}", **environment})
        out, err = process.communicate()
        return process, out.splitlines(), err

    def becomes(self, words, expected, **environment):
        process, lines, err = self.run_entrypoint(*words, **environment)
        self.assertEqual((process.returncode, err), (0, ""))
        self.assertEqual(lines, [str(process.pid), *expected])  # no shell stays in between

    def test_puts_the_application_behind_the_gate(self):
        self.becomes(["python3", "-m", "bot", "a b", "--help"],
                     ["run", "--", "python3", "-m", "bot", "a b", "--help"],
                     DATABASE_PATH="/data/app.db")

    def test_a_command_of_baseline_is_one(self):
        for words in (["status"], ["rollback", "--yes"], ["--help"], ["backups", "list"]):
            with self.subTest(words):
                self.becomes(words, words)

    def test_knows_every_command(self):
        named = re.search(r"(?s)  announce .*?\) exec", ENTRYPOINT.read_text())[0]
        for command in test_help.commands_in(self.succeeds("--help")):
            self.assertRegex(named, rf"\b{command}\b")

    def test_the_configuration_may_name_the_database(self):
        self.becomes(["bot"], ["run", "--", "bot"], BASELINE_CONFIG="/etc/baseline.yaml")
        (self.dir / "baseline.yaml").touch()
        self.becomes(["bot"], ["run", "--", "bot"])

    def test_without_a_database_nothing_starts(self):
        process, lines, err = self.run_entrypoint("bot")
        self.assertEqual((process.returncode, lines), (2, []))
        self.assertEqual(err, "entrypoint: error: no database is named\n"
                              "  hint: set DATABASE_PATH, for example to /data/app.db\n")

    def test_without_a_command_nothing_starts(self):
        process, lines, err = self.run_entrypoint(DATABASE_PATH="/data/app.db")
        self.assertEqual((process.returncode, lines), (2, []))
        self.assertIn("entrypoint: error: no command to start\n", err)

    def test_needs_no_more_than_sh(self):
        self.assertEqual(ENTRYPOINT.read_text().splitlines()[0], "#!/bin/sh")
        self.assertTrue(ENTRYPOINT.stat().st_mode & stat.S_IXUSR)
        dash = shutil.which("dash")
        if dash:
            subprocess.run([dash, "-n", ENTRYPOINT], check=True)


class Images(unittest.TestCase):
    def stages(self, path):
        return path.read_text().split("\nFROM ")[1:]

    def test_the_application_is_not_root_and_its_data_a_directory(self):
        for path in support.PROJECT / "Dockerfile", EXAMPLES / "container/Dockerfile":
            with self.subTest(path):
                last = self.stages(path)[-1]
                self.assertRegex(last, r"\nUSER (?!root|0)\w+\n")
                self.assertIn("\nVOLUME /data\n", last)
                self.assertIn('\nENTRYPOINT ["entrypoint"]\n', last)
                self.assertIn('CMD ["baseline", "status", "--exit-code"]', last)

    def test_what_is_copied_exists(self):
        text = (support.PROJECT / "Dockerfile").read_text()
        for sources in re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", text):
            for source in sources.split():
                self.assertTrue((support.PROJECT / source).exists(), source)
        self.assertIn("/src/scripts/entrypoint ", text)

    def test_the_containers_share_a_directory_and_its_owner(self):
        compose = yaml.safe_load((EXAMPLES / "container/compose.yaml").read_text())
        services = compose["services"]
        for name in "bot", "litestream", "window":
            self.assertEqual(services[name]["volumes"][0], "data:/data")
        self.assertIn("data", compose["volumes"])
        uid = re.search(r"--uid (\d+)", (EXAMPLES / "container/Dockerfile").read_text())[1]
        self.assertEqual(services["litestream"]["user"], uid)
        self.assertEqual(services["window"]["profiles"], ["window"])  # `up` does not start it
        litestream = yaml.safe_load((EXAMPLES / "container/litestream.yml").read_text())
        self.assertEqual(litestream["dbs"][0]["path"],
                         services["bot"]["environment"]["DATABASE_PATH"])


class ServiceManager(support.Case):
    def test_the_unit_is_what_systemd_takes(self):
        self.needs("systemd-analyze")
        unit = self.dir / "dispinmap.service"
        text = (EXAMPLES / "systemd/dispinmap.service").read_text()
        unit.write_text(text.replace("/usr/bin/baseline", str(support.BINARY)))
        done = subprocess.run(["systemd-analyze", "verify", unit], text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


class Workflow(support.Case):
    # The part of GitHub's workflow syntax that is used here; every key, so that a typing error fails.
    STEP = {"type": "object", "additionalProperties": False, "properties": {
        "name": {"type": "string"}, "uses": {"pattern": r"^[\w-]+/[\w-]+@[0-9a-f]{40}$"},
        "run": {"type": "string"}, "if": {"type": "string"}, "with": {"type": "object"}},
        "oneOf": [{"required": ["uses"]}, {"required": ["run"]}]}
    JOB = {"type": "object", "additionalProperties": False, "required": ["runs-on", "steps"],
           "properties": {"runs-on": {"type": "string"}, "container": {"type": "string"},
                          "timeout-minutes": {"type": "integer"},
                          "steps": {"type": "array", "items": STEP}}}
    SCHEMA = {"type": "object", "additionalProperties": False, "required": ["name", "on", "jobs"],
              "properties": {"name": {"type": "string"}, "on": {"type": "object"},
                             "permissions": {"type": "object"},
                             "jobs": {"type": "object", "additionalProperties": JOB}}}

    def workflow(self):
        path = support.PROJECT / ".github/workflows/ci.yaml"
        workflow = yaml.safe_load(path.read_text())
        workflow["on"] = workflow.pop(True)  # YAML 1.1 takes the key for a truth
        return workflow

    def test_is_one(self):
        jsonschema.validate(self.workflow(), self.SCHEMA)

    def test_its_commands_go_through(self):
        steps = self.workflow()["jobs"]["deploy"]["steps"]
        script = next(step["run"] for step in steps if "scripts/baseline" in step.get("run", ""))
        shutil.copytree(support.PROJECT / "tests/data", self.dir / "tests/data")
        script = script.replace("scripts/baseline", str(support.BINARY))
        subprocess.run(["bash", "-e", "-c", script], cwd=self.dir, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        report = next(step["with"]["path"] for step in steps if "with" in step)
        self.assertTrue((self.dir / report).stat().st_size)


if __name__ == "__main__":
    unittest.main()
