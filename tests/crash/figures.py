"""The table of what scripts/crash has done, and its place in docs/reliability.md."""

import platform
import sqlite3
import subprocess
from pathlib import Path

BEGIN = "<!-- scripts/crash --all writes from here -->"
END = "<!-- to here -->"


class Table:
    def __init__(self, directory):
        self.filesystem = _filesystem(directory)
        self.problems = []
        self._rows = {}

    def scenario(self, name, tally, changes):
        self._rows[name] = {"calls": tally.done, "changes": changes, "kills": 0, "doubles": 0,
                            "model": 0, "faults": 0, "memory": 0}
        self.problems += tally.problems

    def add(self, kind, tally):
        self._rows[tally.scenario][kind] += tally.done
        self.problems += tally.problems

    def text(self):
        columns = ["calls", "changes", "kills", "doubles", "model", "faults", "memory"]
        lines = ["| Scenario | System calls | of them changes | Kills | Double kills | Power cuts"
                 " (model) | Faults | Memory |", "|---|" + "--:|" * len(columns)]
        for name, row in self._rows.items():
            lines.append("| " + " | ".join([name, *(_spaced(row[key]) for key in columns)]) + " |")
        total = [sum(row[key] for row in self._rows.values()) for key in columns]
        lines.append("| **all** | " + " | ".join(f"**{_spaced(value)}**" for value in total) + " |")
        lines.append("")
        lines.append(f"Violations: {len(self.problems)}. On {self.filesystem}, Linux"
                     f" {platform.release().split('-')[0]}, SQLite {sqlite3.sqlite_version}.")
        return "\n".join(lines)

    def write(self, path):
        """Puts the table into its place in the file."""
        put(path, BEGIN, self.text())


def put(path, begin, text):
    """Puts a text between this mark of the file and the end mark after it. Raises ValueError when
    they are not there."""
    before, _, rest = path.read_text().partition(begin)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{path} has no place for the table")
    path.write_text(f"{before}{begin}\n{text}\n{END}{after}")


def _spaced(number):
    return f"{number:,}".replace(",", " ")


def _filesystem(directory):
    done = subprocess.run(["stat", "-f", "-c", "%T", directory], capture_output=True, text=True)
    return done.stdout.strip().replace("ext2/ext3", "ext4") or Path(directory).anchor
