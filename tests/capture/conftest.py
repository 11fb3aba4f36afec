"""Hostile servers over HTTP and TLS, and one crawl that meets all of their pages."""

from __future__ import annotations

import base64
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme
from hostile_pages import BODY_LIMIT, PAGES
from hostile_server import HostileServer, Page

HERE = Path(__file__).parent
SCHEMES = ["http", "https"]


@dataclass
class Report:
    """What a crawl noted, line by line."""

    folder: Path
    lines: list[dict[str, Any]] = field(repr=False)
    stderr: str = field(repr=False, default="")

    def of(self, kind: str, url: str | None = None) -> list[dict[str, Any]]:
        """The lines of one kind, about one URL where `url` is given. Byte strings are decoded."""
        key = "url" if kind == "capture" else "asked"
        return [_bytes(line) for line in self.lines if line["kind"] == kind and url in (None, line.get(key))]

    def one(self, kind: str, url: str) -> dict[str, Any]:
        """The only line of that kind about `url`."""
        (line,) = self.of(kind, url)
        return line

    @property
    def stats(self) -> dict[str, Any]:
        return dict(self.of("closed")[0]["stats"])

    @property
    def peak_kb(self) -> int:
        """The most memory that the process has held, in KiB."""
        return int(self.of("closed")[0]["peak_kb"])


def _bytes(line: dict[str, Any]) -> dict[str, Any]:
    decoded = {key: base64.b64decode(line[key]) for key in ("request", "response", "body") if key in line}
    return {**line, **decoded, "interim": [base64.b64decode(piece) for piece in line.get("interim", [])]}


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def tls(authority: trustme.CA) -> Callable[..., ssl.SSLContext]:
    """A function that makes a server's TLS context: `tls(names, maximum version, signed by)`."""

    def make(
        *names: str, maximum: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED, signed_by: trustme.CA | None = None
    ) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = maximum
        (signed_by or authority).issue_cert(*(names or ("127.0.0.1", "localhost", "::1"))).configure_cert(context)
        return context

    return make


@pytest.fixture(scope="session")
def crawl(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Report]:
    """A function that runs a real crawl of chains of requests (URLs, or dicts as `recorded_crawl` reads them)."""

    def run(
        *chains: list[str | dict[str, Any]], archive: bool = True, brief: bool = False, collect_garbage: bool = True, **settings: Any
    ) -> Report:
        folder = tmp_path_factory.mktemp("crawl")
        authority.cert_pem.write_to_path(folder / "ca.pem")
        job = {
            "chains": [[{"url": ask} if isinstance(ask, str) else ask for ask in chain] for chain in chains],
            "out": str(folder / "out.jsonl"),
            "archive": archive,
            "brief": brief,
            "collect_garbage": collect_garbage,
            "settings": {"DOWNLOAD_MAXSIZE": BODY_LIMIT, **settings},
        }
        (folder / "job.json").write_text(json.dumps(job))
        command = [sys.executable, "-W", "error", str(HERE / "recorded_crawl.py"), str(folder / "job.json")]
        return in_a_process(command, folder, SSL_CERT_FILE=str(folder / "ca.pem"))

    return run


def in_a_process(command: list[str], folder: Path, **environment: str) -> Report:
    """What the crawl that `command` runs has noted in `folder`."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent), **environment}
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return Report(folder, [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()], done.stderr)


@pytest.fixture(scope="session")
def servers(tls: Callable[..., ssl.SSLContext]) -> Iterator[dict[str, HostileServer]]:
    """All hostile pages, over http and https."""
    running = {"http": HostileServer(PAGES), "https": HostileServer(PAGES, tls=tls())}
    yield running
    for server in running.values():
        server.close()


@pytest.fixture(scope="session")
def museum(servers: dict[str, HostileServer], crawl: Callable[..., Report]) -> Report:
    """What one crawl made of every hostile page over both schemes."""
    chains = [[ask(server, page)] for server in servers.values() for page in PAGES]
    return crawl(*chains, ALLOW_PRIVATE=[server.authority for server in servers.values()])


def ask(server: HostileServer, page: Page) -> dict[str, Any]:
    """The request for `page`."""
    return {
        "url": f"{server.url}/{page.name}",
        "method": page.method,
        "body": base64.b64encode(page.send_body).decode(),
        "headers": page.send_headers,
        "meta": {"download_timeout": page.timeout},
    }
