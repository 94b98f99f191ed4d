"""The scripts show how far they are, and of what fails the lines that say why; each has its --help."""

import shutil
import subprocess
import unittest

import support

SCRIPTS = support.PROJECT / "scripts"

NINJA = r'''
    echo '[0/1] Re-checking globbed directories...'
    for n in 1 2 3 4 5 6 7 8 9 10; do echo "[$n/10] Building CXX object $n.o"; done'''

FAILS = r'''
    echo '[1/3] Building CXX object a.o'
    echo '[2/3] Building CXX object b.o'
    echo 'FAILED: b.o'
    echo '/usr/bin/c++ -a -very -long -command -o b.o -c b.cpp'
    echo 'b.cpp:1:1: error: this is no C++'
    echo '[3/3] Building CXX object c.o'
    echo 'c.cpp:7:7: warning: of no interest'
    echo 'ninja: build stopped: subcommand failed.'
    exit 3'''


class Progress(support.Case):
    def setUp(self):
        super().setUp()
        (self.dir / "scripts").mkdir()
        shutil.copy(SCRIPTS / "common.sh", self.dir / "scripts")
        self.log = self.dir / "build/log/it.log"

    def script(self, body):
        return ["/usr/bin/bash", "-c", "set -euo pipefail; . scripts/common.sh; it() {\n" + body +
                "\n}; follow it 'building it' it"]

    def follow(self, body, env=None):
        done = self.command(*self.script(body), env=env)
        self.assertEqual(done.stdout, "")
        return done

    def test_in_a_pipe_each_line_is_new(self):
        done = self.follow(NINJA)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"^(building it: \d+ of 10, 0:\d\d\n)*"
                                      r"building it: 10 of 10, 0:\d\d\n$")
        self.assertIn("[7/10] Building CXX object 7.o\n", self.log.read_text())

    def test_apt_tells_percents(self):
        done = self.follow("echo dlstatus:1:20.5:Retrieving; echo pmstatus:dpkg:99.5:Running dpkg")
        self.assertRegex(done.stderr, r"building it: 99 % installed, 0:\d\d\n$")

    def test_on_a_terminal_one_line_is_written_anew(self):
        terminal = self.terminal_of(*self.script(NINJA), env={"TERM": "xterm"})
        self.assertEqual(terminal.finish(), 0)
        self.assertRegex(terminal.text, r"^(\rbuilding it: \d+ of 10, 0:\d\d\x1b\[K)+\n$")

    def test_a_terminal_that_cannot_do_that(self):
        for env in {"TERM": "dumb"}, {"TERM": "xterm", "CI": "true"}, {}:
            with self.subTest(env):
                terminal = self.terminal_of(*self.script(NINJA), env=env)
                self.assertEqual(terminal.finish(), 0)
                self.assertRegex(terminal.text, r"^(building it: \d+ of 10, 0:\d\d\n)+$")

    def test_nothing_to_do(self):
        done = self.follow("echo '[0/1] Re-checking globbed directories...'\n"
                           "echo 'ninja: no work to do.'")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_of_a_failed_build_the_lines_of_the_compiler_are_shown(self):
        done = self.follow(FAILS)
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, r"""^(building it: .*\n)+FAILED: b.o
b.cpp:1:1: error: this is no C\+\+
building it: failed with exit code 3; all of its output is in build/log/it.log
$""")
        self.assertIn("-very -long -command", self.log.read_text())

    def test_of_apt_its_errors(self):
        done = self.follow("echo 'Reading package lists...'; echo 'Err:1 http://mirror bookworm'\n"
                           "echo 'E: Unable to locate package ghost'; exit 100")
        self.assertEqual((done.returncode, done.stderr),
                         (100, "Err:1 http://mirror bookworm\nE: Unable to locate package ghost\n"
                               "building it: failed with exit code 100; all of its output is in"
                               " build/log/it.log\n"))

    def test_of_anything_else_the_last_lines(self):
        done = self.follow("seq 100; exit 1")
        self.assertEqual(done.stderr.splitlines()[:-1], [str(n) for n in range(81, 101)])

    def test_a_line_without_an_end(self):
        self.assertEqual(self.follow("printf 'E: half a line'; exit 1").stderr.splitlines()[0],
                         "E: half a line")


class Help(unittest.TestCase):
    def test_every_script_has_its_manual(self):
        # These hand all arguments on.
        scripts = [path for path in sorted(SCRIPTS.iterdir())
                   if path.name not in ("baseline", "entrypoint", "common.sh")]
        self.assertGreater(len(scripts), 12)
        for path in scripts:
            with self.subTest(path.name):
                done = subprocess.run([path, "--help"], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertTrue(done.stdout.startswith(f"Usage: scripts/{path.name}"), done.stdout)


if __name__ == "__main__":
    unittest.main()
