"""What a person sees in a terminal after a program has written to it: pyte is the terminal. Also for
scripts/pictures, which draws it."""

import re

import pyte

ID = re.compile(r"\d{8}T\d{6}Z-(\d{3})")
STEP = re.compile(r"^(  [✓✗+x])  .{8}(?=  )", re.MULTILINE)
TIME = re.compile(r"(?<![\w.])[\d.]+ m?s\b")
WHEN = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def screen_of(text, columns=80, lines=200):
    """The screen, and on it what the program wrote."""
    screen = pyte.Screen(columns, lines)
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    return screen


def shown(text, columns=80):
    """The lines on the screen, without the empty ones at its end."""
    lines = [line.rstrip() for line in screen_of(text, columns).display]
    return "\n".join(lines).rstrip("\n") + "\n"


def steady(text, directory):
    """The text without what differs from run to run: times, ids, where the database is and
    whose."""
    text = text.replace(str(directory), "/srv/bot")
    text = STEP.sub(r"\1    2.0 ms", text)
    text = TIME.sub("2.0 ms", text)
    text = WHEN.sub("2026-11-21T02:35:58Z", text)
    text = re.sub(r"[\d.]+ [KMGT]iB free", "50 GiB free", text)
    text = re.sub(r"\S+:\S+ (0[0-7]{3}), journal", r"root:root \1, journal", text)
    text = re.sub(r"sha256 [0-9a-f]{12}", "sha256 8e40adb9728a", text)
    return ID.sub(r"20261121T023558Z-\1", text)
