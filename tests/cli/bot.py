"""A small application that uses the three tables, as a service manager would run it.

    bot.py start      becomes a daemon with a pid file; ends when its health endpoint answers
    bot.py stop       ends it and waits until it is gone
    bot.py health     asks the endpoint; prints what it says
    bot.py watch ID   adds a channel with a target, through the endpoint
    bot.py serve      runs in the foreground

It lives in the directory that it is in: app.db, bot.log, bot.pid, bot.port, and VERSION, which
says what code this is. `new` needs the baseline, `old` the legacy schema; either refuses to run on
the other's database, as the real one does (`alembic upgrade head` does not know the revision).
"""

import http.server
import json
import os
import signal
import sqlite3
import sys
import time
import urllib.request
from pathlib import Path

REVISION = {"new": "9275fe03c648", "old": "5c8e4212f5ed"}
SECONDS = 20


def say(text):
    print(text, file=sys.stderr, flush=True)


def serve():
    version = Path("VERSION").read_text().strip()
    database = sqlite3.connect("app.db", isolation_level=None, check_same_thread=False)
    revision, = database.execute("SELECT version_num FROM alembic_version").fetchone()
    say(f"version {version} on revision {revision}")
    if revision != REVISION[version]:
        say(f"ERROR: cannot find revision {revision}")
        return 3
    if Path("BROKEN").exists():
        database.execute("INSERT INTO channel_configs (channel_id, guild_id) VALUES (13, 1)")
        say("ERROR: told to break")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.startswith("/watch/"):
                channel = int(self.path.rsplit("/", 1)[1])
                database.execute("INSERT INTO channel_configs (channel_id, guild_id) VALUES (?, 1)",
                                 (channel,))
                database.execute("INSERT INTO monitoring_targets (channel_id, target_type,"
                                 " display_name, location_id) VALUES (?, 'location', 'x', 1)",
                                 (channel,))
                database.execute("INSERT INTO seen_submissions (channel_id, submission_id)"
                                 " VALUES (?, 1)", (channel,))
            counts = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                      for table in ("channel_configs", "monitoring_targets", "seen_submissions")}
            body = json.dumps({"version": version, **counts}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    port = Path("bot.port.new")
    port.write_text(str(server.server_port))
    port.rename("bot.port")
    say("ready")
    server.serve_forever()
    return 0


def ask(path):
    port = Path("bot.port").read_text()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=SECONDS) as answer:
        return answer.read().decode()


def running():
    try:
        pid = int(Path("bot.pid").read_text())
        # One that has ended may wait for ever to be fetched, where nobody is the parent of orphans.
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        return pid if state != "Z" else None
    except (OSError, ValueError):
        return None


def start():
    if running():
        return 0
    Path("bot.port").unlink(missing_ok=True)
    if os.fork() == 0:
        os.setsid()
        pid = os.fork()
        if pid:
            Path("bot.pid").write_text(str(pid))
            os._exit(0)
        log = os.open("bot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        null = os.open("/dev/null", os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.execv(sys.executable, [sys.executable, "-B", "bot.py", "serve"])
    os.wait()
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and running():
        if Path("bot.port").exists():
            ask("/")
            return 0
        time.sleep(0.01)
    say("the bot does not come up; its log ends with:")
    say("".join(Path("bot.log").read_text().splitlines(keepends=True)[-3:]))
    return 1


def stop():
    deadline = time.monotonic() + SECONDS
    while (pid := running()) and time.monotonic() < deadline:
        os.kill(pid, signal.SIGTERM)
        time.sleep(0.01)
    Path("bot.pid").unlink(missing_ok=True)
    return 0 if not running() else 1


COMMANDS = {"serve": serve, "start": start, "stop": stop,
            "health": lambda: print(ask("/")), "watch": lambda: print(ask(f"/watch/{sys.argv[2]}"))}

if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent)
    sys.exit(COMMANDS[sys.argv[1]]())
