"""Where the figures come from."""

import os
import platform
import subprocess


def first_of(path, key):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
    return "?"


def filesystem_of(path):
    """("ext4", "/dev/vda", "rw,relatime") of the mount that holds `path`."""
    best = ("?", "?", "?")
    longest = -1
    path = os.path.realpath(path)
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            device, place, kind, options = line.split()[:4]
            inside = path == place or path.startswith(place.rstrip("/") + "/")
            if inside and len(place) >= longest:
                longest = len(place)
                best = (kind, device, options)
    return best


def version_of(*command):
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    except OSError:
        return "not there"
    lines = (done.stdout or done.stderr).strip().splitlines()
    return lines[0] if lines else "?"


def describe(data):
    kind, device, options = filesystem_of(data)
    memory = int(first_of("/proc/meminfo", "MemTotal").split()[0]) / (1 << 20)
    flags = first_of("/proc/cpuinfo", "flags").split()
    return {
        "processor": f"{first_of('/proc/cpuinfo', 'model name')}, {os.cpu_count()} processors"
                     f"{', SHA instructions' if 'sha_ni' in flags else ''}",
        "memory": f"{memory:.0f} GiB",
        "filesystem": f"{kind} on {device} ({options})",
        "system": f"{distribution()}, Linux {platform.release()}",
    }


def distribution():
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "?")
    except OSError:
        return platform.system()


def load():
    return f"{os.getloadavg()[0]:.1f}"
