"""Sees from outside when a database is opened and closed: inotify breaks no lease and takes no
lock, where a client that polls would be in the way."""

import ctypes
import os
import select
import struct
import threading
import time

IN_MODIFY, IN_CLOSE_WRITE, IN_CLOSE_NOWRITE = 0x2, 0x8, 0x10
IN_OPEN, IN_MOVED_FROM, IN_MOVED_TO, IN_DELETE = 0x20, 0x40, 0x80, 0x200
CLOSED = IN_CLOSE_WRITE | IN_CLOSE_NOWRITE
ALL = IN_MODIFY | CLOSED | IN_OPEN | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE


class Observer:
    """with Observer(directory) as seen: …; then seen.events are (time, mask, name)."""

    def __init__(self, directory):
        self.events = []
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd = libc.inotify_init1(os.O_CLOEXEC)
        if libc.inotify_add_watch(self._fd, os.fsencode(directory), ALL) < 0:
            raise OSError(ctypes.get_errno(), "inotify_add_watch")
        self._end, self._ended = os.pipe()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        os.write(self._ended, b"x")
        self._thread.join()
        for descriptor in (self._fd, self._end, self._ended):
            os.close(descriptor)

    def _read(self):
        while True:
            ready = select.select([self._fd, self._end], [], [])[0]
            if self._fd not in ready:
                return
            data = os.read(self._fd, 1 << 16)
            now = time.monotonic()
            at = 0
            while at < len(data):
                _, mask, _, length = struct.unpack_from("iIII", data, at)
                name = data[at + 16:at + 16 + length].rstrip(b"\0").decode()
                self.events.append((now, mask, name))
                at += 16 + length


def window_seen(events, name):
    """The window of a deploy as it looks from outside: from the first opening of the database after
    the last word in the journal before the exchange, to its last closing after it. Where there is a
    -wal, it is first brought in, which keeps nobody out, and removed."""
    exchange = min(i for i, (_, mask, of) in enumerate(events) if mask & IN_MOVED_TO and of == name)
    journal = [i for i, (_, mask, of) in enumerate(events)
               if mask & IN_MODIFY and of == f".{name}.baseline-journal"]
    start = max(i for i in journal if i < exchange)
    # Its later words let the gate of `run` open: the window is over.
    events = [event for i, event in enumerate(events)
              if i < exchange or not any(exchange < word <= i for word in journal)]
    removed = [i for i, (_, mask, of) in enumerate(events)
               if i > start and mask & IN_DELETE and of == f"{name}-wal"]
    after = events[removed[0] if removed else start:]
    opened = [when for when, mask, of in after if mask & IN_OPEN and of == name]
    closed = [when for when, mask, of in after if mask & CLOSED and of == name]
    return closed[-1] - opened[0]
