"""A loopback web server whose pages a test writes, and a project folder with a real `crawl` process."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass
class Answer:
    """What a path answers: a status, a body, headers. With `wait`, an event is awaited when `begun` bytes of it have been sent."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    wait: threading.Event | None = None
    begun: int = 0

    @property
    def raw(self) -> bytes:
        """Everything that is sent."""
        fields = {**self.headers, "Content-Length": str(len(self.body))}
        head = f"HTTP/1.1 {self.status} {responses.get(self.status, '')}\r\n" + "".join(f"{name}: {fields[name]}\r\n" for name in fields)
        return head.encode("latin-1") + b"\r\n" + self.body


class Web:
    """A web server on loopback. `pages` maps a path (with query) to an Answer, or to a function of the request's headers."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer | Callable[[dict[str, str]], Answer]] = {}
        self.requests: list[str] = []
        self.at_once = self.most_at_once = 0
        self.arrived = threading.Condition()
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with web.arrived:
                    web.requests.append(self.path)
                    web.at_once += 1
                    web.most_at_once = max(web.most_at_once, web.at_once)
                    web.arrived.notify_all()
                found = web.pages.get(self.path, Answer(b"<title>Not found</title>", 404))
                answer = found({k.lower(): v for k, v in self.headers.items()}) if callable(found) else found
                raw = answer.raw
                if answer.wait:
                    self.wfile.write(raw[: answer.begun])
                    answer.wait.wait(60)
                    raw = raw[answer.begun :]
                with web.arrived:
                    web.at_once -= 1
                self.wfile.write(raw)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a killed client is part of the test
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, path: str, html: str, **more: Any) -> None:
        self.pages[path] = Answer(html.encode(), **more)

    def await_request(self, path: str) -> None:
        """Return when `path` has been asked for; raises TimeoutError after a minute."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: path in self.requests, timeout=60):
                raise TimeoutError(path)

    def await_more(self, number: int, unless: subprocess.Popen[str]) -> None:
        """Return when `number` more requests have come, or when the process `unless` has ended."""
        with self.arrived:
            goal = len(self.requests) + number
            while len(self.requests) < goal and unless.poll() is None:
                self.arrived.wait(0.05)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@dataclass
class Project:
    """A folder with `configs/` and `archive/`, and the product's command line run in it as a process of its own."""

    folder: Path

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    def config(self, site: str, text: str) -> None:
        (self.folder / "configs" / f"{site}.yaml").write_text(text, encoding="utf-8")

    def loopback(self, site: str, web: Web, more: str = "") -> None:
        """The config of a site that `web` serves: nothing but its address and leave to connect to it without delay."""
        self.config(site, f'url: {web.url}/\ncrawl: {{delay: 0, allow_private: ["{web.host}"]}}\n{more}')

    def start(self, *command: str, **more: Any) -> subprocess.Popen[str]:
        places = ["-s", f"CONFIGS_DIR={self.folder / 'configs'}", "-s", f"ARCHIVE_DIR={self.archive}"]
        environment = {**os.environ, "PYTHONWARNINGS": "default"}
        return subprocess.Popen(
            [sys.executable, "-m", "crawler", *command, *places],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **more,
        )

    def run(self, *command: str, **more: Any) -> subprocess.CompletedProcess[str]:
        process = self.start(*command, **more)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def lines(self, site: str) -> list[dict[str, Any]]:
        """Every article line of a site, read as any JSON program would."""
        files = sorted(self.archive.glob(f"{site}/articles/*/*/*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]

    def reports(self, site: str) -> list[dict[str, Any]]:
        return [json.loads(file.read_bytes()) for file in sorted(self.archive.glob(f"{site}/runs/*.json"))]


def await_end(process: int) -> bool:
    """Whether a process that is no child of ours ends within half a minute."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 30)[0])
    finally:
        os.close(descriptor)
