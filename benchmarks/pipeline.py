"""The whole pipeline against a naive one, in one run on this machine: `make bench`.

Both fetch the same pages from the same loopback server, keep a WARC and write JSON. Figures are of whole processes with all their
children, as the kernel accounts for them; what to quote is the ratio, because machines differ and are noisy.
"""

from __future__ import annotations

import argparse
import ctypes
import gzip
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pages

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h: orphaned workers become our children, so that their time is counted


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took. `peak`: the largest resident size of a single process, bytes."""

    cpu: float
    wall: float
    peak: int
    stored: int
    lines: int


def serve(count: int, kilobytes: int) -> tuple[ThreadingHTTPServer, str]:
    """A server in this process's threads, whose time therefore is not counted with the children's."""
    bodies = {pages.path(number): gzip.compress(pages.page(number, kilobytes), 6) for number in range(count)}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            body, kind = bodies.get(self.path), "text/html; charset=utf-8"
            if self.path == "/sitemap.xml":
                body, kind = gzip.compress(pages.sitemap(base, count)), "application/xml"
            elif self.path == "/":
                body = gzip.compress(b"<!DOCTYPE html><title>Bench News</title><h1>Bench News</h1>")
            elif self.path == "/robots.txt":
                body, kind = gzip.compress(f"User-agent: *\nSitemap: {base}/sitemap.xml\n".encode()), "text/plain"
            self.send_response(200 if body else 404)
            for name, value in (("Content-Type", kind), ("Content-Encoding", "gzip"), ("Content-Length", str(len(body or b"")))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, base


def measure(command: list[str], folder: Path) -> Cost:
    """Run `command` and wait for it and every process it leaves. Raises RuntimeError when it fails."""
    begun = time.monotonic()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    cpu, peak, wall = 0.0, 0, 0.0
    while True:
        try:
            pid, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss * 1024)
        if pid == child.pid:
            wall = time.monotonic() - begun
            child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{command} ended with {child.returncode}")
    warcs = list(folder.rglob("*.warc.gz"))
    lines = sum(file.read_bytes().count(b"\n") for file in folder.rglob("*.jsonl") if not file.name.endswith(".crawl.jsonl"))
    return Cost(cpu, wall, peak, sum(file.stat().st_size for file in warcs), lines)


def ours(base: str, folder: Path) -> Cost:
    (folder / "configs").mkdir()
    host = base.removeprefix("http://")
    config = (
        f'url: {base}/\ndiscover: [{{sitemap: "{base}/sitemap.xml"}}]\ncrawl: {{delay: 0, concurrency: 8, allow_private: ["{host}"]}}\n'
    )
    (folder / "configs" / "bench.yaml").write_text(config)
    places = ["-s", f"CONFIGS_DIR={folder / 'configs'}", "-s", f"ARCHIVE_DIR={folder / 'archive'}"]
    return measure([sys.executable, "-m", "crawler", "crawl", "bench", *places], folder)


def naive(base: str, folder: Path) -> Cost:
    return measure([sys.executable, str(Path(__file__).with_name("naive.py")), base, str(folder)], folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--kilobytes", type=int, default=150, help="size of a page before compression")
    given = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    server, base = serve(given.pages, given.kilobytes)
    costs = {}
    for name, run in (("newsarchive", ours), ("naive", naive)):
        with tempfile.TemporaryDirectory() as folder:
            costs[name] = run(base, Path(folder))
    server.shutdown()
    print(f"{given.pages} pages of {given.kilobytes} KiB, gzip on the wire\n")
    print(f"{'':14}{'articles':>10}{'CPU ms/page':>14}{'pages/CPU s':>14}{'pages/s':>10}{'peak MB':>10}{'WARC MB':>10}")
    for name, cost in costs.items():
        each = 1000 * cost.cpu / given.pages
        rates = f"{given.pages / cost.cpu:14.1f}{given.pages / cost.wall:10.1f}"
        print(f"{name:14}{cost.lines:10}{each:14.1f}{rates}{cost.peak / 1e6:10.0f}{cost.stored / 1e6:10.1f}")
    a, b = costs["newsarchive"], costs["naive"]
    print(f"\nnewsarchive / naive: CPU {a.cpu / b.cpu:.2f}, wall {a.wall / b.wall:.2f}")


if __name__ == "__main__":
    main()
