"""scripts/crash --mutants: takes each guard out of a copy of the program and looks whether a test
finds it. A guard that nothing finds is dead, or untested; either way it must say why it stays. What
has been found is kept in build/mutants/found.json as long as nothing of the program and its tests
has changed, so that a run that was ended goes on where it was."""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import figures
from guards import GUARDS
from place import PROJECT

TREE = PROJECT / "build/mutants"
BEGIN = "<!-- scripts/crash --mutants --all writes from here -->"
# What is run when the first did not find it, from the quick to the slow.
OTHERS = ("model", "kills", "faults", "doubles", "unit [crash]", "cli test_holders",
          "cli test_places", "cli test_rollback", "cli test_backups")
# What only a guard used is unused without it.
QUIET = "".join(f'#pragma GCC diagnostic ignored "-W{name}"\n' for name in (
    "unused-function", "unused-parameter", "unused-variable", "unused-but-set-variable",
    "unused-result"))
PARTS = ("src", "tests", "cmake", "baseline", "checks", "docs", "scripts", "CMakeLists.txt",
         "CMakePresets.json")


def run(*argv, **options):
    return subprocess.run([str(word) for word in argv], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", **options)


def checked(*argv, **options):
    done = run(*argv, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, argv))} failed:\n{done.stdout}{done.stderr}")


def prepare():
    """A copy of the tree, built once. What is in it from the last time is only brought up to date."""
    tree = TREE / "tree"
    tree.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        bring_up_to_date(PROJECT / part, tree / part)
    # As other builds are that share a compiler cache.
    checked("cmake", "--preset", "debug", "-DBASELINE_PRECOMPILE=OFF", cwd=tree)
    build("baseline", "crash_at", "fail_memory")
    return tree


def bring_up_to_date(source, target):
    """Copies what differs, so that only that is compiled again."""
    if source.is_file():
        if not target.exists() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            target.chmod(source.stat().st_mode)
        return
    there = {path.name for path in source.iterdir() if path.name != "__pycache__"}
    for name in there:
        bring_up_to_date(source / name, target / name)
    for path in target.iterdir() if target.exists() else ():
        if path.name not in there:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def build(*targets):
    """Builds in the copy; false when it does not compile."""
    done = run("cmake", "--build", TREE / "tree/build/debug", "--target", *targets)
    return done.returncode == 0


def finds(tree, test):
    """Whether this test fails on the program without the guard."""
    everything = test.startswith("all ")
    kind, _, what = test.removeprefix("all ").partition(" ")
    binaries = tree / "build/debug"
    environment = {**os.environ, "BASELINE_BINARY": str(binaries / "baseline"),
                   "CRASH_AT": str(binaries / "tests/crash/crash_at")}
    if kind == "unit":
        if not build("unit_tests"):
            sys.exit("the unit tests do not compile")
        return fails(binaries / "tests/unit_tests", what)
    if kind in ("cli", "trust"):
        return fails("/usr/bin/python3", "-B", "-m", "unittest", "-q", "-f", what,
                     cwd=PROJECT / "tests" / kind, env=environment)
    words = ["--kinds", kind, "--stop"]
    if what:
        words.append(f"--only={what}")
    if everything or (kind in ("model", "kills") and what):
        words.append("--all")
    return fails("/usr/bin/python3", "-B", PROJECT / "tests/crash/run.py", *words, env=environment)


def fails(*argv, **options):
    """Whether this test fails, and fails again: one that only fails on a busy machine has found
    nothing. A scenario that cannot even be arranged without the guard does. What it said is kept."""
    for _ in range(2):
        done = run(*argv, timeout=3600, **options)
        if done.returncode == 0:
            return False
        if done.returncode == 2 and "usage:" in done.stderr:  # of the script itself
            sys.exit(f"{' '.join(map(str, argv))} is no test: {done.stderr}")
    (TREE / "found.log").write_text(f"{' '.join(map(str, argv))}\n{done.stdout}{done.stderr}")
    return True


def verdict(tree, guard):
    """The test that finds it, or None."""
    path = tree / guard.file
    text = path.read_text()
    path.write_text(QUIET + text.replace(guard.text, guard.instead))
    try:
        if not build("baseline"):
            sys.exit(f"without '{guard.name}' the program does not compile")
        tests = [guard.found_by]
        if not guard.kept_because:
            tests += [test for test in OTHERS if test != guard.found_by]
        return next((test for test in tests if finds(tree, test)), None)
    finally:
        path.write_text(text)


def fingerprint():
    """Of all that the results depend on."""
    digest = hashlib.sha256()
    for part in ("src", "tests"):
        for path in sorted((PROJECT / part).rglob("*")):
            if path.suffix in (".cpp", ".hpp", ".py") and path.name != "mutants.py":
                digest.update(path.read_bytes())
    return digest.hexdigest()


class Found:
    """The results so far."""

    def __init__(self, anew):
        self._path = TREE / "found.json"
        self._now = fingerprint()
        self._known = {}
        if self._path.exists() and not anew:
            known = json.loads(self._path.read_text())
            if known["of"] == self._now:
                self._known = known["found"]

    def get(self, guard, find):
        if guard.name not in self._known:
            self._known[guard.name] = find()
            self._path.write_text(json.dumps({"of": self._now, "found": self._known}))
        return self._known[guard.name]


def stale():
    """Guards whose text is not in the program any more, or not only once; or that stay."""
    for guard in GUARDS:
        count = (PROJECT / guard.file).read_text().count(guard.text)
        if count != 1:
            yield f"{guard.name}: its text is {count} times in {guard.file}"
        if guard.text == guard.instead:
            yield f"{guard.name}: nothing of it is taken out"


def table(results):
    lines = ["| Guard that is taken out | Found by, or why it stays |", "|---|---|"]
    for guard, found in results:
        how = f"`{found}`" if found else guard.kept_because or "**not found**"
        lines.append(f"| {guard.name} | {how} |")
    found = sum(1 for _, test in results if test)
    open_ = sum(1 for guard, test in results if not test and not guard.kept_because)
    lines += ["", f"{len(results)} guards: {found} found, {len(results) - found - open_} justified,"
                  f" {open_} open."]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(prog="crash --mutants", description=__doc__)
    parser.add_argument("--only", action="append", help="guards with this in their name")
    parser.add_argument("--check", action="store_true", help="only looks whether the list is true")
    parser.add_argument("--figures", type=Path, help="also writes the table into this file")
    parser.add_argument("--anew", action="store_true", help="forgets what was found before")
    parser.add_argument("--all", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if problems := list(stale()):
        sys.exit("\n".join(problems))
    if options.check:
        return
    tree = prepare()
    results = []
    known = Found(options.anew)
    for guard in GUARDS:
        if options.only and not any(word in guard.name for word in options.only):
            continue
        started = time.monotonic()
        found = known.get(guard, lambda guard=guard: verdict(tree, guard))
        results.append((guard, found))
        print(f"{found or guard.kept_because or 'NOT FOUND'}: {guard.name}"
              f" ({time.monotonic() - started:.0f} s)", file=sys.stderr, flush=True)
    print(table(results))
    if options.figures:
        figures.put(options.figures, BEGIN, table(results))
    sys.exit(any(not found and not guard.kept_because for guard, found in results))


if __name__ == "__main__":
    main()
