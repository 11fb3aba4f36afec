"""One crawl of the museum in a network of its own: `python museum_visit.py FOLDER SIZE`, where SIZE is `some` or `all`.

Runs inside `unshare --map-root-user --net`. Writes `visit.json`: how the crawl ended, what it took, what was asked for, and which
internal services were connected to.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

from hostile_network import bring_up_loopback
from hostile_server import HostileServer
from museum_exhibits import EXHIBITS
from museum_halls import STORIES, Halls, config

SIZES = {"some": (24, 4.0), "all": (200, 60.0)}
"""Stories, and seconds that a page may take."""


class Memory(threading.Thread):
    """Watches the resident memory of a process and its children, in bytes."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.own = self.together = 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.2):
            own, others = resident(self.pid), sum(resident(child) for child in descendants(self.pid))
            self.own, self.together = max(self.own, own), max(self.together, own + others)


def resident(pid: int) -> int:
    """Proportional where pages are shared: the tables that all workers have count once."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def descendants(pid: int) -> list[int]:
    """Of every thread: workers are started by one of their own."""
    try:
        children = [int(child) for listed in Path(f"/proc/{pid}/task").glob("*/children") for child in listed.read_text().split()]
    except OSError:
        return []
    return [each for child in children for each in (child, *descendants(child))]


def visit(folder: Path, size: str) -> dict[str, object]:
    number, timeout = SIZES[size]
    exhibits = [exhibit for exhibit in EXHIBITS if size == "all" or not exhibit.slow]
    museum = HostileServer([])
    museum.pages = Halls(museum.url, STORIES[:number], exhibits)
    internal = [HostileServer([], host="0.0.0.0", port=port) for port in (80, 1)]
    (folder / "configs").mkdir()
    (folder / "configs" / "museum.yaml").write_text(config(museum.url, museum.authority, timeout))
    command = [
        sys.executable,
        "-m",
        "crawler",
        "crawl",
        "museum",
        "-s",
        f"CONFIGS_DIR={folder}/configs",
        "-s",
        f"ARCHIVE_DIR={folder}/archive",
    ]
    began = monotonic()
    crawl = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder)
    memory = Memory(crawl.pid)
    memory.start()
    out, err = crawl.communicate()
    seconds = monotonic() - began
    memory.over.set()
    museum.close()
    for service in internal:
        service.close()
    return {
        "url": museum.url,
        "code": crawl.returncode,
        "out": out.decode("utf-8", "backslashreplace"),
        "err": err.decode("utf-8", "backslashreplace"),
        "seconds": seconds,
        "own": memory.own,
        "together": memory.together,
        "internal": [address for service in internal for address in service.accepted],
        "asked": [(exchange.name, base64.b64encode(exchange.request).decode()) for exchange in museum.log],
    }


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("to be run by `unshare --map-root-user --net`")
    bring_up_loopback()
    where = Path(sys.argv[1])
    (where / "visit.json").write_text(json.dumps(visit(where, sys.argv[2])))
