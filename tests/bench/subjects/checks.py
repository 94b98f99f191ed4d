"""What the language of checks costs beside the SQL that it runs."""

from measure import run

TITLE = "1 000 rejects checks, against the same statements in plain SQLite calls"

TEXT = """\
`tests/bench/checks_bench.cpp`, through loader and runner; processor time, in one process.
"""


def measure(bench):
    output = run(bench.programs / "checks_bench").output
    return f"{TEXT}\n```\n{output.strip()}\n```\n"
