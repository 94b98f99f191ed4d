"""Writes docs/performance.md from what the subjects have found. Nobody else writes there."""

import json
from pathlib import Path

INTRODUCTION = """\
# Performance

Written by `scripts/bench`; do not edit. Each part names the machine, the filesystem, the day and the
command that its figures come from. What is compared ran in turns, on the same files; a figure is the
median, and in brackets is the middle half of the runs.
"""


def seconds(value):
    if value >= 10:
        return f"{value:.0f} s"
    if value >= 1:
        return f"{value:.2f} s"
    return f"{value * 1e3:.1f} ms"


def spread(value, text=seconds):
    return f"{text(value.median)} ({text(value.low)}–{text(value.high)})"


def ratio(value):
    return f"{value.median:.2f} ({value.low:.2f}–{value.high:.2f})"


def size(value):
    for unit, bytes_ in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if value >= bytes_:
            return f"{value / bytes_:.1f} {unit}"
    return f"{value} B"


def table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def save(results, subject, title, body, conditions):
    Path(results).mkdir(parents=True, exist_ok=True)
    (Path(results) / f"{subject}.json").write_text(
        json.dumps({"title": title, "body": body, "conditions": conditions}), encoding="utf-8")


def write(results, order, path):
    parts = [INTRODUCTION]
    for subject in order:
        file = Path(results) / f"{subject}.json"
        if not file.exists():
            continue
        found = json.loads(file.read_text(encoding="utf-8"))
        conditions = "; ".join(f"{key} {value}" for key, value in found["conditions"].items())
        parts.append(f"## {found['title']}\n\n{found['body'].strip()}\n\n*{conditions}*\n")
    Path(path).write_text("\n".join(parts), encoding="utf-8")
