"""The journal of a run (docs/file-formats.md), as a test has to read and rewrite it."""

import hashlib
import json


def _digest(record):
    return hashlib.sha256(record).hexdigest()[:16].encode()


def _lines(path):
    """The good lines, and what follows them."""
    data = path.read_bytes()
    good = []
    while b"\n" in data:
        line, rest = data.split(b"\n", 1)
        digest, _, record = line.partition(b" ")
        if _digest(record) != digest:
            break
        good.append(record)
        data = rest
    return good, data


def records(path):
    """The records; None when there is no journal, empty when it cannot be read."""
    return [json.loads(record) for record in _lines(path)[0]] if path.exists() else None


def renumber(path, numbers):
    """Puts other numbers of inodes into the journal, so that a copied place is like the first one:
    after a crash each file still has its inode."""
    if not path.exists():
        return
    good, rest = _lines(path)
    out = b""
    for record in good:
        value = json.loads(record)
        for key in ("new_inode", "old_inode"):
            if value.get(key) is not None:
                value[key] = numbers.get(value[key], value[key])
        if value["phase"] == "swap":
            record = json.dumps(value, separators=(",", ":")).encode()
        out += _digest(record) + b" " + record + b"\n"
    path.write_bytes(out + rest)
