"""What a crash leaves on the disk, as one digest. Two crashes that leave the same are recovered in the
same way, so that one recovery is enough. What differs from run to run without a meaning (times,
numbers of inodes, the sums of what contains them) counts as the same; whatever else differs, and be
it one bit, is another state."""

import hashlib
import re

TIME = re.compile(rb"2\d{3}-?\d\d-?\d\dT\d\d:?\d\d:?\d\d(\.\d+)?Z?")
TOOK = re.compile(rb'("(?:[a-z_]*_(?:ms|us)|pid)":)[\d.]+|(pid )\d+')
SUM = re.compile(rb"\b[0-9a-f]{64}\b")
LINE = re.compile(rb"^([0-9a-f]{16}) (.*)$", re.MULTILINE)
NUMBER = re.compile(rb"\b\d+\b")


class Seen:
    """The states that were seen, of each scenario."""

    def __init__(self):
        self._digests = {}

    def is_new(self, scenario, place):
        digests = self._digests.setdefault(scenario.name, set())
        digest = state_of(place.root)
        if digest in digests:
            return False
        digests.add(digest)
        return True


def state_of(root):
    return hashlib.sha256(repr(parts(root)).encode()).hexdigest()


def parts(root):
    """Name, mode, second names and content of everything below a directory, comparable."""
    paths = sorted(root.rglob("*"))
    contents = {path: path.read_bytes() for path in paths if path.is_file()}
    names = {path: TIME.sub(b"TIME", str(path.relative_to(root)).encode()) for path in paths}
    sums = {hashlib.sha256(data).hexdigest().encode(): names[path]
            for path, data in contents.items()}
    inodes = {path.lstat().st_ino: names[path] for path in contents}

    def line(match):
        good = hashlib.sha256(match[2]).hexdigest()[:16].encode() == match[1]
        return (b"GOOD " if good else match[1] + b" ") + match[2]

    def comparable(data):
        if data.startswith(b"SQLite format 3\0"):
            return hashlib.sha256(data).hexdigest()
        data = LINE.sub(line, data)
        data = SUM.sub(lambda match: sums.get(match[0], match[0]), data)
        data = TOOK.sub(rb"\1\2N", TIME.sub(b"TIME", data))
        return NUMBER.sub(lambda match: inodes.get(int(match[0]), match[0]), data)

    return [(names[path], path.lstat().st_mode, inodes.get(path.lstat().st_ino),
             comparable(contents[path]) if path in contents else None) for path in paths]
