"""`cmake --install` puts everything below the prefix, behind DESTDIR. The packages are made of that;
they are tried as such by scripts/package --test."""

import json
import platform
import re
import shutil
import subprocess
import unittest

import support

BUILD = support.BINARY.resolve().parent
EXPECTED = """bin/baseline
share/doc/baseline/README.md
share/doc/baseline/SECURITY.md
share/doc/baseline/baseline.cdx.json
share/doc/baseline/docs/installing.md
share/doc/baseline/examples/baseline.yaml
share/doc/baseline/examples/checks/schema.yaml
share/doc/baseline/examples/systemd/dispinmap.service
share/man/man1/baseline.1
share/man/man1/baseline-backups-export.1
share/man/man5/baseline.yaml.5
share/bash-completion/completions/baseline
share/zsh/site-functions/_baseline
share/fish/vendor_completions.d/baseline.fish
lib/systemd/system/baseline-verify@.service
lib/systemd/system/baseline-verify@.timer
share/doc/baseline/LICENSE
share/doc/baseline/NOTICE
share/doc/baseline/examples/kubernetes/app.yaml""".split()


class Install(support.Case):
    def install(self, *, prefix, destdir=""):
        if not (BUILD / "cmake_install.cmake").exists():
            self.skipTest("the program does not lie in a build tree")
        done = self.command("cmake", "--install", BUILD, "--prefix", prefix,
                            env={"DESTDIR": str(destdir)} if destdir else None)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return support.Path(f"{destdir}{prefix}")

    def test_prefix_and_destdir(self):
        place = self.install(prefix="/opt/tools", destdir=self.dir / "stage")
        for name in EXPECTED:
            self.assertGreater((place / name).stat().st_size, 0, name)
        staged = support.listing(self.dir / "stage")
        self.assertEqual([name for name in staged
                          if not f"{name}/".startswith(("opt/tools/"))], ["opt"])
        self.works(place)
        self.config_is_valid(place / "share/doc/baseline/examples/baseline.yaml")
        self.bill_is_that_of_the_program(place / "share/doc/baseline/baseline.cdx.json")

    def bill_is_that_of_the_program(self, path):
        bill = json.loads(path.read_text())
        self.assertEqual((bill["bomFormat"], bill["specVersion"]), ("CycloneDX", "1.5"))
        parts = json.loads(self.succeeds("--version", "--format", "json"))["parts"]
        self.assertEqual([(one["name"], one["version"], one["scope"] == "required")
                          for one in bill["components"]],
                         [(part["name"], part["version"], part["inside"]) for part in parts])
        for component in bill["components"]:
            self.assertRegex(component["purl"], r"^pkg:(deb/\w+|generic)/[\w.-]+@[\w.%~-]+(\?arch=source)?$")

    def works(self, place):
        program = place / "bin/baseline"
        for shell, name in (("bash", "share/bash-completion/completions/baseline"),
                            ("zsh", "share/zsh/site-functions/_baseline"),
                            ("fish", "share/fish/vendor_completions.d/baseline.fish")):
            self.assertEqual(self.command(program, "completion", shell).stdout,
                             (place / name).read_text())
        self.assertEqual(self.command(program, "--version").stdout, self.succeeds("--version"))

    def config_is_valid(self, path):
        """Of the example the migration, the checks and every key are taken."""
        done = self.baseline("checks", "list", "--config", path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        status = self.json("status", "--config", path, "--database", self.fresh())
        self.assertEqual({setting["source"].rsplit("/", 1)[-1].partition(":")[0]
                          for setting in status["settings"]
                          if setting["name"] in ("migration", "checks", "backups", "wait")},
                         {"baseline.yaml"})

    def test_the_libraries_are_named_for_other_systems(self):
        """Each library that CMake looks for has its package in vcpkg.json, and no other is there."""
        text = (support.PROJECT / "CMakeLists.txt").read_text()
        looked_for = set(re.findall(r"find_package\((\w[\w-]*)[\d. ]* REQUIRED", text)) - {"PkgConfig"}
        looked_for |= set(re.findall(r"pkg_check_modules\((\w+) REQUIRED", text))
        self.assertGreater(len(looked_for), 8)
        named = json.loads((support.PROJECT / "vcpkg.json").read_text())["dependencies"]
        self.assertEqual({name.lower().replace("_", "-") for name in looked_for}, set(named))


class Hardening(unittest.TestCase):
    FLAGS = ["-D_FORTIFY_SOURCE=", "-fstack-protector-strong", "-fstack-clash-protection"]

    def test_the_compiler_hardens_every_file(self):
        """The released program is built with the same options (cmake/hardening.cmake)."""
        commands = BUILD / "compile_commands.json"
        if not commands.exists():
            self.skipTest("the program does not lie in a build tree")
        flags = self.FLAGS + (["-fcf-protection"] if platform.machine() == "x86_64" else [])
        own = [one for one in json.loads(commands.read_text())
               if "baseline_core" in one["command"] or one["file"].endswith("src/main.cpp")]
        self.assertGreater(len(own), 1)
        for one in own:
            if "-fsanitize=" not in one["command"]:
                self.assertEqual([flag for flag in flags if flag not in one["command"]], [], one["file"])

    def test_the_linker_hardens_the_program(self):
        if not shutil.which("readelf"):
            self.skipTest("readelf is not installed")
        done = subprocess.run(["readelf", "-Wld", support.BINARY], text=True, capture_output=True,
                              check=True)
        self.assertRegex(done.stdout, r"GNU_STACK .* RW ")
        self.assertIn("GNU_RELRO", done.stdout)
        self.assertRegex(done.stdout, r"\bNOW\b")


class Pins(unittest.TestCase):
    def test_actions_and_images_are_pinned_by_digest(self):
        """Of somebody else's a tag can move."""
        workflow = (support.PROJECT / ".github/workflows/ci.yaml").read_text()
        names = re.findall(r"(?m)^ *(?:- )?(?:uses|container): (\S+)", workflow)
        names += re.findall(r"(?m)^FROM (\S+)", (support.PROJECT / "Dockerfile").read_text())
        self.assertGreater(len(names), 8)
        for name in names:
            self.assertRegex(name, r"@([0-9a-f]{40}|sha256:[0-9a-f]{64})$")


class Units(support.Case):
    def test_no_unit_runs_as_root(self):
        units = [path for place in ("packaging/systemd", "examples/systemd")
                 for path in (support.PROJECT / place).glob("*.service")]
        self.assertGreater(len(units), 1)
        for path in units:
            self.assertRegex(path.read_text(), r"(?m)^User=(?!root$|0$)\S+$", path)

    def test_systemd_takes_them(self):
        self.needs("systemd-analyze")
        for path in sorted((support.PROJECT / "packaging/systemd").iterdir()):
            text = path.read_text().replace("ExecStart=baseline", f"ExecStart={support.BINARY}")
            unit = self.dir / path.name.replace("@", "@shop")
            unit.write_text(text)
        done = subprocess.run(["systemd-analyze", "verify", "--man=no",
                               *sorted(self.dir.glob("*@shop*"))], text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
