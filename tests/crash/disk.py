"""A disk that remembers what it was told and what it had to keep. From the record of a run it makes
what a power cut may leave at any point of it.

What it promises is what POSIX and the journalling filesystems together do, and no more:
  - the content of a file is safe after its fsync, its name after the fsync of its directory;
  - until then each 512-byte sector, each size and each name may be on the disk or not, in any order;
  - a rename within a directory and an exchange of names are atomic. A rename to another directory
    first makes the new name, then removes the old one: a cut may leave both, but not neither;
  - what is put into a new directory is not on the disk before the directory itself.
"""

import json
from dataclasses import dataclass
from pathlib import Path

SECTOR = 512
NEVER = 10 ** 9


@dataclass(eq=False)
class Name:
    """Names that change at once: (directory, name) -> what it leads to, None for nothing."""
    at: int
    slots: dict
    makes: tuple = ()  # the directory that it makes
    needs: object = None  # another Name that must have come first
    safe: int = NEVER  # the event after which a cut cannot undo it
    also_safe_by: object = None  # another directory whose fsync is enough


@dataclass(eq=False)
class Write:
    at: int
    file: int
    offset: int
    data: bytes
    safe: int = NEVER


@dataclass(eq=False)
class Size:
    at: int
    file: int
    size: int
    grows: bool  # only ever makes it larger
    safe: int = NEVER


@dataclass(eq=False)
class Mode:
    at: int
    file: int
    mode: int
    safe: int = NEVER


class Disk:
    """`root`: the directory as it is before the run; `record`: the file that crash_at wrote."""

    def __init__(self, root):
        self.root = Path(root)
        self.changes = []
        self.events = 0
        self._by_inode = {}
        self.number = {}  # file -> its inode in the recorded run
        self._names = {}  # directory -> {name: file or directory}
        self._first = {}  # file -> (content, mode); directory -> None
        self._next = 0
        self.top = self._adopt(self.root)
        self._begin = {directory: dict(names) for directory, names in self._names.items()}

    def _new(self, inode=None):
        self._next += 1
        if inode is not None:
            self._by_inode[inode] = self._next
            self.number[self._next] = inode
        return self._next

    def _adopt(self, path):
        status = path.stat()
        if not path.is_dir():
            known = self._by_inode.get(status.st_ino)
            if known is None:
                known = self._new(status.st_ino)
                self._first[known] = path.read_bytes(), status.st_mode & 0o7777
            return known
        made = self._new()
        self._names[made] = {child.name: self._adopt(child) for child in sorted(path.iterdir())}
        return made

    def _slot(self, path):
        parts = Path(path).relative_to(self.root).parts
        directory = self.top
        for part in parts[:-1]:
            directory = self._names[directory][part]
        return directory, parts[-1]

    def _lookup(self, path):
        if Path(path) == self.root:
            return self.top
        directory, name = self._slot(path)
        return self._names[directory][name]

    def doubt(self, path):
        """What is in this file was written without a sync, as by an application with
        `synchronous=OFF`, and is as safe as what is written in the run."""
        file = self._lookup(path)
        content, mode = self._first[file]
        self._first[file] = bytes(len(content)), mode
        self.changes.append(Write(-1, file, 0, content))

    def play(self, record):
        """Reads the record. Raises ValueError on a change that the model does not know."""
        for line in Path(record).read_text().splitlines():
            self._event(json.loads(line))
            self.events += 1
        self._close_backwards()

    def _change_names(self, slots, **more):
        for (directory, name), target in slots.items():
            if target is None:
                self._names[directory].pop(name, None)
            else:
                self._names[directory][name] = target
        change = Name(self.events, slots, **more)
        self.changes.append(change)
        return change

    def _event(self, line):
        operation = line["op"]
        if operation in ("write", "truncate", "extend", "mode", "clone"):
            self._event_on_file(operation, line, self._by_inode[line["ino"]])
        elif operation == "create":
            file = self._new(line["ino"])
            self._first[file] = b"", line["mode"]
            self._change_names({self._slot(line["path"]): file})
        elif operation == "create-unnamed":
            self._first[self._new(line["ino"])] = b"", line["mode"]
        elif operation == "link-unnamed":
            self._change_names({self._slot(line["to"]): self._by_inode[line["ino"]]})
        elif operation == "mkdir":
            directory = self._new()
            self._names[directory] = {}
            self._begin[directory] = {}
            self._change_names({self._slot(line["path"]): directory}, makes=(directory,))
        elif operation in ("unlink", "rmdir"):
            self._change_names({self._slot(line["path"]): None})
        elif operation == "link":
            self._change_names({self._slot(line["to"]): self._lookup(line["path"])})
        elif operation == "exchange":
            self._change_names({self._slot(line["to"]): self._lookup(line["path"]),
                                self._slot(line["path"]): self._lookup(line["to"])})
        elif operation == "rename":
            self._rename(self._slot(line["path"]), self._slot(line["to"]),
                         self._lookup(line["path"]))
        elif operation == "sync":
            self._sync(self._by_inode[line["ino"]] if line["ino"] in self._by_inode
                       else self._lookup(line["path"]))
        elif operation != "attribute":
            raise ValueError(f"the model does not know {line['call']} of {line['path']}")

    def _event_on_file(self, operation, line, file):
        if operation == "write":
            data = bytes.fromhex(line["data"])
            self.changes.append(Write(self.events, file, line["offset"], data))
            self.changes.append(Size(self.events, file, line["offset"] + len(data), True))
        elif operation == "mode":
            self.changes.append(Mode(self.events, file, line["mode"]))
        elif operation == "clone":
            raise ValueError("the model does not know clones: run it on another filesystem")
        else:
            self.changes.append(Size(self.events, file, line["size"], operation == "extend"))

    def _rename(self, source, target, what):
        if source[0] == target[0]:
            self._change_names({target: what, source: None})
            return
        made = self._change_names({target: what}, also_safe_by=source[0])
        self._change_names({source: None}, needs=made)

    def _sync(self, what):
        for change in self.changes:
            if change.safe != NEVER:
                continue
            if isinstance(change, Name):
                touched = {directory for directory, _ in change.slots} | {change.also_safe_by}
                if what in touched:
                    change.safe = self.events
            elif change.file == what:
                change.safe = self.events

    def _close_backwards(self):
        """What lies under a safe change of a name is safe as well."""
        names = [change for change in self.changes if isinstance(change, Name)]
        for i in range(len(names) - 1, -1, -1):
            for earlier in names[:i]:
                if earlier.slots.keys() & names[i].slots.keys() or names[i].needs is earlier:
                    earlier.safe = min(earlier.safe, names[i].safe)

    def after_cut(self, events, keeps):
        """What is left when the power goes after so many events: {path: (file, content, mode)},
        with None for a directory. `keeps(change, sector)` tells what of the unsafe is on the disk;
        the sector is None for all but writes."""
        names = {directory: dict(entries) for directory, entries in self._begin.items()}
        files = {file: [bytearray(content), len(content), mode]
                 for file, (content, mode) in self._first.items()}
        blocked = set()
        undone = set()
        missing = set()  # directories that did not come to the disk
        for change in self.changes:
            if change.at >= events:
                break
            safe = change.safe < events
            if isinstance(change, Name):
                if (not blocked.isdisjoint(change.slots) or change.needs in undone
                        or not missing.isdisjoint(directory for directory, _ in change.slots)
                        or not (safe or keeps(change, None))):
                    missing.update(change.makes)
                    blocked.update(change.slots)
                    undone.add(change)
                    continue
                for (directory, name), target in change.slots.items():
                    names[directory][name] = target
            else:
                _apply(files[change.file], change, safe, keeps)
        return dict(self._walk(names, files, self.top, ""))

    def _walk(self, names, files, directory, prefix):
        for name, target in names[directory].items():
            if target is None:
                continue
            path = f"{prefix}{name}"
            if target in names:
                yield path, None
                yield from self._walk(names, files, target, f"{path}/")
            else:
                content, size, mode = files[target]
                content = bytes(content[:size]).ljust(size, b"\0")
                yield path, (target, content, mode)


def _apply(file, change, safe, keeps):
    content, size, _ = file
    if isinstance(change, Mode):
        if safe or keeps(change, None):
            file[2] = change.mode
    elif isinstance(change, Size):
        if safe or keeps(change, None):
            file[1] = max(size, change.size) if change.grows else change.size
            if not change.grows:
                del content[change.size:]
    else:
        end = change.offset + len(change.data)
        if len(content) < end:
            content.extend(bytes(end - len(content)))
        position = change.offset
        while position < end:
            sector = position // SECTOR
            stop = min(end, (sector + 1) * SECTOR)
            if safe or keeps(change, sector):
                content[position:stop] = change.data[position - change.offset:
                                                     stop - change.offset]
            position = stop
