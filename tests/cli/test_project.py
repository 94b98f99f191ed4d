"""What the project hands to other programs and to newcomers: the licence, the release, the install script,
the action, the examples for clusters and many hosts. scripts/runbook has their own linters look at them."""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import tarfile
import unittest

import yaml

import pages
import support

PROJECT = support.PROJECT
EXAMPLES = PROJECT / "examples"
VERSION = re.search(r"project\(baseline VERSION ([\d.]+)", (PROJECT / "CMakeLists.txt").read_text())[1]
TARBALL = f"baseline-{VERSION}-linux-{platform.machine()}"


def parsed(name):
    return yaml.safe_load((PROJECT / name).read_text())


class Licence(unittest.TestCase):
    def test_is_the_same_everywhere(self):
        self.assertIn("Apache License\n                           Version 2.0", (PROJECT / "LICENSE").read_text())
        self.assertIn("\nLicense: Apache-2.0\n", (PROJECT / "packaging/debian/copyright").read_text())
        self.assertEqual(json.loads((PROJECT / "vcpkg.json").read_text())["license"], "Apache-2.0")
        for page in "README.md", "CONTRIBUTING.md", "docs/installing.md":
            self.assertIn("Apache-2.0", pages.text_of(page))

    def test_each_library_inside_has_its_notice(self):
        text = (PROJECT / "CMakeLists.txt").read_text()
        libraries = set(re.findall(r"find_package\((\w[\w-]*)[\d. ]* REQUIRED", text)) - {"PkgConfig"}
        libraries |= set(re.findall(r"pkg_check_modules\((\w+) REQUIRED", text))
        self.assertGreater(len(libraries), 8)
        notice = (PROJECT / "NOTICE").read_text()
        for library in libraries | {"glibc", "libstdc++"}:
            self.assertRegex(notice, rf"(?m)^  {re.escape(library.removesuffix('3'))}\b|^  {re.escape(library)}")


    # What Debian calls a library otherwise.
    SOURCES = {"fmtlib": "fmt", "libzstd": "zstd", "sqlite3": "sqlite", "nlohmann-json3": "nlohmann_json"}

    def test_what_is_inside_is_marked(self):
        """What is inside this program, though it may take libraries of the system, is so in the Debian package."""
        bill = support.BINARY.resolve().parent / "generated/baseline.cdx.json"
        if not bill.exists():
            self.skipTest("the program does not lie in a build tree")
        notice = (PROJECT / "NOTICE").read_text().lower()
        for part in json.loads(bill.read_text())["components"]:
            name = self.SOURCES.get(part["name"], re.sub(r"^gcc-\d+$", "libstdc++", part["name"]))
            mark = r" \*" if part["scope"] == "required" else ""
            self.assertRegex(notice, rf"(?m)^  {re.escape(name)}{mark}\b|^  {re.escape(name)}{mark} ", part["name"])


class Release(support.Case):
    """A directory as a release has it, the program in it being the one that is tested."""

    def setUp(self):
        super().setUp()
        self.release = self.dir / "release"
        tree = self.dir / TARBALL
        (tree / "bin").mkdir(parents=True)
        (tree / "share/man/man1").mkdir(parents=True)
        (tree / "share/man/man1/baseline.1").touch()
        program = tree / "bin/baseline"
        program.write_text(f'#!/bin/sh\nexec {support.BINARY} "$@"\n')
        program.chmod(0o755)
        self.release.mkdir()
        with tarfile.open(self.release / f"{TARBALL}.tar.gz", "w:gz") as tar:
            tar.add(tree, TARBALL)
        shutil.rmtree(tree)
        self.sums()

    def sums(self, *more):
        lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
                 for path in sorted(self.release.iterdir()) if path.name != "SHA256SUMS"]
        (self.release / "SHA256SUMS").write_text("\n".join([*lines, *more]) + "\n")


class InstallScript(Release):
    def install(self, *words, release=None, prefix="prefix", script=PROJECT / "scripts/install"):
        words = [*words, *(["--from", release or self.release] if release != "" else [])]
        return self.command("sh", script, "--prefix", self.dir / prefix, *words)

    def fails(self, code, message, *words, **options):
        done = self.install(*words, **options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertRegex(done.stderr, rf"(?m)^install: error: {message}.*\n  hint: \S")
        self.assertFalse((self.dir / "prefix").exists())

    def installs(self, *words, **options):
        done = self.install(*words, **options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(f"installed: {self.dir}/prefix/bin/baseline\n", done.stdout)
        self.assertEqual(self.command(self.dir / "prefix/bin/baseline", "--version").stdout,
                         self.succeeds("--version"))
        self.assertTrue((self.dir / "prefix/share/man/man1/baseline.1").exists())

    def test_installs_the_tarball_of_this_machine(self):
        self.sums("0" * 64 + f"  baseline-{VERSION}-linux-other.tar.gz")
        self.installs()
        self.installs("--version", f"v{VERSION}")  # again, over it

    def test_from_an_address(self):
        self.needs("curl")
        place = self.dir / "releases/latest"
        place.mkdir(parents=True)
        self.release.rename(place / "download")
        self.installs(release=f"file://{self.dir}/releases")
        (place.parent / "download").mkdir()
        (place / "download").rename(place.parent / f"download/v{VERSION}")
        self.installs("--version", VERSION, release=f"file://{self.dir}/releases/")

    def test_a_wrong_checksum_installs_nothing(self):
        with (self.release / f"{TARBALL}.tar.gz").open("ab") as file:
            file.write(b"\0")
        self.fails(1, f"the SHA-256 of {TARBALL}.tar.gz is not that of SHA256SUMS")

    def test_what_is_not_there(self):
        self.fails(1, "SHA256SUMS of .* does not name one tarball of 9.9", "--version", "9.9")
        self.fails(1, "cannot get SHA256SUMS from /nowhere", release="/nowhere")
        self.fails(2, "it is not known where the releases are", release="")
        self.fails(2, "unknown option --wrong", "--wrong")
        self.fails(2, "--version needs a value", release="", *["--version"])
        self.sums("0" * 64 + f"  {TARBALL}.tar.gz")
        self.fails(1, "SHA256SUMS of .* does not name one tarball for")

    def test_a_program_that_does_not_run(self):
        with tarfile.open(self.release / f"{TARBALL}.tar.gz", "w:gz") as tar:
            tar.add(PROJECT / "NOTICE", f"{TARBALL}/bin/baseline")
        self.sums()
        self.fails(1, f"the program of {TARBALL}.tar.gz does not run here")


class Action(Release):
    INPUTS = parsed("action.yml")["inputs"]

    def step(self, number, **inputs):
        """Runs a step as GitHub does: its script with its environment, the inputs put in."""
        step = parsed("action.yml")["runs"]["steps"][number]
        known = {name: str(what["default"]) for name, what in self.INPUTS.items()} | inputs
        environment = {name: known[match[1]] if (match := re.search(r"inputs\.([\w-]+)", value)) else str(PROJECT)
                       for name, value in step["env"].items()}
        for name in "path", "output":
            (self._scratch / name).touch()
        path = f"{self._scratch}/baseline/bin:{os.environ['PATH']}"
        return self.command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"],
                            env={**environment, "PATH": path, "RUNNER_TEMP": str(self._scratch),
                                 "GITHUB_PATH": str(self._scratch / "path"),
                                 "GITHUB_OUTPUT": str(self._scratch / "output")})

    def test_installs_lints_and_rehearses(self):
        database = self.legacy("old.db")
        for number, inputs in ((0, {"from": str(self.release), "version": VERSION}),
                               (1, {"lint": "--strict --format json"}), (2, {"database": "old.db"})):
            done = self.step(number, **inputs)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(f"{self._scratch}/baseline/bin\n", (self._scratch / "path").read_text())
        report = re.search(r"report=(.*)\n", (self._scratch / "output").read_text())[1]
        self.assertIn("<testsuite", open(report).read())
        self.assertEqual(support.sha256(database), support.sha256(PROJECT / "tests/data/legacy.db"))
        self.assertEqual(list(self.dir.glob("old.db?*")), [])

    def test_a_database_that_does_not_go_through_fails(self):
        self.step(0, **{"from": str(self.release)})
        self.made("CREATE TABLE shop (x)", "shop.db")
        self.assertEqual(self.step(2, database="shop.db").returncode, 4)

    def test_no_input_is_part_of_a_script(self):
        for step in parsed("action.yml")["runs"]["steps"]:
            self.assertNotIn("${{", step["run"])

    def test_each_input_is_in_the_page(self):
        page = pages.text_of("docs/how-to/ci.md")
        rows = re.findall(r"(?m)^\| `([\w-]+)` \|", page.split("| Input |")[1].split("\n\n")[0])
        self.assertEqual(set(rows), set(self.INPUTS))

    def test_the_hook_is_a_command_that_there_is(self):
        hook, = parsed(".pre-commit-hooks.yaml")
        self.assertIn(f"id: {hook['id']}", pages.text_of("docs/how-to/ci.md"))
        self.assertEqual(self.baseline(*hook["entry"].split()[1:]).returncode, 0)
        for name, taken in (("baseline.yaml", True), ("app/checks/own.yaml", True), ("docs/a.md", False),
                            ("migrations/1a2b_baseline.sql", True)):
            self.assertEqual(bool(re.search(hook["files"], name)), taken, name)


class ReleaseWorkflow(support.Case):
    def workflow(self):
        return parsed(".github/workflows/release.yaml")

    def script(self, word):
        found, = [step["run"] for job in self.workflow()["jobs"].values() for step in job["steps"]
                  if word in step.get("run", "")]
        return found

    def test_all_that_is_fetched_is_pinned(self):
        jobs = self.workflow()["jobs"].values()
        names = [step["uses"] for job in jobs for step in job["steps"] if "uses" in step]
        names += [job["container"] for job in jobs if "container" in job]
        self.assertGreater(len(names), 6)
        for name in names:
            self.assertRegex(name, r"@([0-9a-f]{40}|sha256:[0-9a-f]{64})$")

    def test_only_the_jobs_that_publish_may_write(self):
        self.assertEqual(self.workflow()["permissions"], {"contents": "read"})
        self.assertNotIn("permissions", self.workflow()["jobs"]["packages"])

    def test_what_it_publishes_is_what_the_install_script_looks_for(self):
        release = self.dir / "release"
        release.mkdir()
        shutil.copytree(PROJECT / "scripts", self.dir / "scripts")
        environment = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "me/baseline"}
        for word, place in (("install.sh", self.dir), ("SHA256SUMS", release)):
            done = self.command("bash", "-ec", self.script(word), env=environment, cwd=place)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("https://github.com/me/baseline/releases", (release / "install.sh").read_text())
        self.assertRegex((release / "SHA256SUMS").read_text(), r"^[0-9a-f]{64}  install\.sh\n$")
        self.assertIn('name=baseline-$version-$(uname -s | tr', (PROJECT / "scripts/package").read_text())

    def test_the_tag_must_be_the_version(self):
        check = self.script("CMakeLists.txt")
        for tag, code in ((f"v{VERSION}", 0), ("v9.9.9", 1)):
            self.assertEqual(self.command("bash", "-ec", check, env={"GITHUB_REF_NAME": tag},
                                          cwd=PROJECT).returncode, code)

    def test_the_schemas_for_editors_are_published(self):
        script = self.script("json-schema")
        for entry in json.loads((PROJECT / "packaging/schemastore/catalog.json").read_text())["schemas"]:
            self.assertIn(f"/{entry['url'].rsplit('/', 1)[1]}\n", script)


class Examples(unittest.TestCase):
    KUBERNETES = EXAMPLES / "kubernetes"

    def pods(self):
        for path in sorted(self.KUBERNETES.glob("*.yaml")):
            for one in yaml.safe_load_all(path.read_text()):
                spec = one["spec"].get("jobTemplate", one)["spec"]
                if "template" in spec:
                    yield path.name, spec["template"]["spec"]

    def test_every_pod_is_the_owner_of_the_database_and_no_more(self):
        uid = int(re.search(r"--uid (\d+)", (EXAMPLES / "container/Dockerfile").read_text())[1])
        self.assertEqual(len(list(self.pods())), 3)
        for name, pod in self.pods():
            with self.subTest(name):
                security = pod["securityContext"]
                self.assertEqual({security[key] for key in ("runAsUser", "runAsGroup", "fsGroup")}, {uid})
                for container in pod["containers"] + pod.get("initContainers", []):
                    self.assertEqual(container["securityContext"]["capabilities"], {"drop": ["ALL"]})
                    self.assertTrue(container["securityContext"]["readOnlyRootFilesystem"])
                    self.assertEqual([mount for mount in container["volumeMounts"] if "subPath" in mount], [])
                    self.assertEqual(container["env"][0]["value"], "/data/pinball_bot.db")

    def test_the_images_run_as_a_number_in_an_empty_directory(self):
        for path in PROJECT / "Dockerfile", EXAMPLES / "container/Dockerfile":
            text = path.read_text()
            self.assertRegex(text, r"\nUSER 10001\n")
            self.assertIn(" --no-create-home ", text)

    def test_litestream_gets_what_its_configuration_names(self):
        services = parsed("examples/container/compose.yaml")["services"]
        environment = services["litestream"]["environment"]
        named = re.findall(r"\$\{(\w+)\}", (EXAMPLES / "container/litestream.yml").read_text())
        self.assertTrue(named)
        self.assertEqual([name for name in named if name not in environment], [])
        version = services["litestream"]["image"].partition(":")[2]
        self.assertIn(f"Litestream {version}", pages.text_of("docs/how-to/litestream.md"))

    def test_a_refusal_of_the_gate_is_not_tried_again(self):
        """RestartPreventExitStatus looks at the main process only, not at ExecStartPre."""
        unit = (EXAMPLES / "systemd/dispinmap.service").read_text()
        self.assertRegex(unit, r"\nExecStart=/usr/bin/baseline run -- /")
        self.assertRegex(unit, r"\nRestartPreventExitStatus=2 4 6\n")
        self.assertNotIn("\nExecStartPre=", unit)

    def test_the_role_says_what_can_be_set(self):
        role = EXAMPLES / "ansible/roles/baseline"
        defaults = set(yaml.safe_load((role / "defaults/main.yaml").read_text()))
        page = pages.text_of("docs/how-to/ansible.md")
        self.assertEqual(set(re.findall(r"(?m)^\| `(\w+)` \|", page)), defaults)
        play, = yaml.safe_load((EXAMPLES / "ansible/window.yaml").read_text())
        self.assertEqual((play["serial"][0], play["max_fail_percentage"]), (1, 0))


class Newcomers(unittest.TestCase):
    def test_the_forms_ask(self):
        forms = sorted((PROJECT / ".github/ISSUE_TEMPLATE").glob("*.yaml"))
        self.assertEqual(len(forms), 2)
        for path in forms:
            form = yaml.safe_load(path.read_text())
            self.assertEqual({"name", "description", "body"} - set(form), set())
            ids = [field["id"] for field in form["body"] if field["type"] != "markdown"]
            self.assertEqual(len(set(ids)), len(ids))
            self.assertTrue(any(field.get("validations", {}).get("required") for field in form["body"]))


class Platforms(support.Case):
    def test_elsewhere_than_on_linux_cmake_says_so(self):
        self.needs("cmake")
        done = self.command("cmake", "-G", "Ninja", "-S", PROJECT, "-B", self.dir / "build",
                            "-DCMAKE_SYSTEM_NAME=FreeBSD", timeout=120)
        self.assertEqual(done.returncode, 1)
        self.assertIn("baseline needs Linux, and this is FreeBSD", done.stderr)
        self.assertIn("docs/platforms.md", done.stderr)


if __name__ == "__main__":
    unittest.main()
