"""A fleet of crawls over the simulated town, day by day: in one process, or by overlapping calls of `crawldue`."""

from __future__ import annotations

import gzip
import json
import os
import re
import resource
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from simulated_press import FIRST_DAY
from simulated_town import TownSite

from crawler.clock import rfc3339
from crawler.errors import ExitCode
from crawler.fleet import worst

SECRET = "hook-4711-nobody-may-see"
HERE = Path(__file__).parent
FULL_AT = 6_000
"""Bytes that a file may have on the full disk."""
PATIENCE_S = 7200
"""A slow machine is no fault: a process that keeps months of sixty sites takes minutes to end on a busy one."""
CLOCK_BACK = timedelta(days=30) - timedelta(hours=22)


class Phone:
    """Where the town's troubles are told: a webhook and a dead-man monitor."""

    def __init__(self) -> None:
        self.day = 0
        self.told: list[tuple[int, dict[str, Any]]] = []
        self.pings: Counter[str] = Counter()
        phone = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                phone.told.append((phone.day, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                self.done()

            def do_GET(self) -> None:
                phone.pings[self.path.rpartition("/")[2]] += 1
                self.done()

            def done(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/{SECRET}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@dataclass
class Town:
    """The sites, the archive that is made of them, and whoever is told."""

    folder: Path
    sites: list[TownSite]
    authority: Path
    phone: Phone = field(default_factory=Phone)
    day: int = 0
    said: list[str] = field(default_factory=list)
    """What all commands have printed."""
    _bulk: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        (self.folder / "notes").mkdir(parents=True)
        (self.folder / "prometheus").mkdir()
        for machine in ("", "disk", "clock"):
            self.configs(machine).mkdir()
            self.configs(machine).joinpath("_defaults.yaml").write_text(
                "notify:\n  webhook: {url_env: TOWN_HOOK}\n  ping: {url_env: TOWN_PING}\n"
                f"  prometheus: {{folder: {self.folder / 'prometheus'}}}\n"
            )

    def configs(self, machine: str) -> Path:
        return self.folder / f"configs{machine}"

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "TOWN_HOOK": f"{self.phone.url}/hook",
            "TOWN_PING": f"{self.phone.url}/ping",
            "RUNTIME_DIRECTORY": str(self.folder / "notes"),
            "SSL_CERT_FILE": str(self.authority),
            "SCRAPY_SETTINGS_MODULE": "crawler.settings",
        }

    def begin_day(self, day: int) -> None:
        """The papers of this day come out; each site's config lies where the machine that crawls it looks."""
        self.day = self.phone.day = day
        for site in self.sites:
            site.work(day)
            machine = site.trouble.machine if site.trouble else ""
            for other in ("", "disk", "clock"):
                self.configs(other).joinpath(f"{site.name}.yaml").unlink(missing_ok=True)
            self.configs(machine).joinpath(f"{site.name}.yaml").write_text(site.config)

    # -- crawls --------------------------------------------------------------------------------------------------------

    def crawl_in_one_process(self) -> None:
        """The crawls of this day without a process each."""
        if self._bulk is None:
            settings = {"CONFIGS_DIR": str(self.configs("")), "ARCHIVE_DIR": str(self.archive), "EXTRACTION_JOBS": 1}
            self._bulk = subprocess.Popen(
                [sys.executable, str(HERE / "crawls_in_one_process.py"), json.dumps(settings)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=self.environment,
                text=True,
            )
        here = [path.stem for path in sorted(self.configs("").glob("site*.yaml"))]
        assert self._bulk.stdin
        assert self._bulk.stdout
        print(json.dumps({"now": self.now(), "sites": here}), file=self._bulk.stdin, flush=True)
        codes = json.loads(self._bulk.stdout.readline())
        assert len(codes) == len(here)
        self.crawldue(calls=0)

    def end_of_bulk(self) -> None:
        """From now on each crawl has a process of its own."""
        if self._bulk is not None:
            self._bulk.communicate(timeout=PATIENCE_S)
            assert self._bulk.returncode == 0
            self._bulk = None

    def crawldue(self, calls: int = 2) -> list[int]:
        """The crawls of this day by so many overlapping calls of `crawldue`, and by one call on each machine that has troubles of its own.

        Returns their exit codes; each is checked to be the worst of its runs, and all together to run each site once.
        """
        before = self.reports()
        processes = [self.start("") for _ in range(calls)]
        processes += [self.start(machine) for machine in ("disk", "clock") if len(list(self.configs(machine).iterdir())) > 1]
        for process in processes:
            out, err = process.communicate(timeout=PATIENCE_S)
            self.said += [out, err]
            runs = re.search(r"^crawldue: .*", out, re.M)
            names = re.findall(r"\d+ ([A-Z_]+)", runs[0]) if runs else []
            assert process.returncode == worst(ExitCode[name] for name in names), (process.returncode, out, err)
        for site in self.sites if calls else ():
            came = self.reports()[site.name] - before[site.name]
            full = site.trouble is not None and site.trouble.machine == "disk"
            assert came == 1 or (full and not came), f"day {self.day}: {site.name} was run {came} times"
        return [process.returncode for process in processes]

    def start(self, machine: str, jobs: int = 2) -> subprocess.Popen[str]:
        """A call of `crawldue` on a machine."""
        given = {
            "CONFIGS_DIR": self.configs(machine),
            "ARCHIVE_DIR": self.archive,
            "NOW": self.now(CLOCK_BACK if machine == "clock" else timedelta(0)),
            "EXTRACTION_JOBS": 1,
        }
        settings = [part for name, value in given.items() for part in ("-s", f"{name}={value}")]
        return subprocess.Popen(
            [sys.executable, "-m", "crawler", "crawldue", "--jobs", str(jobs), *settings],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
            text=True,
            preexec_fn=_full_disk if machine == "disk" else None,  # noqa: PLW1509
        )

    def now(self, back: timedelta = timedelta(0)) -> str:
        return rfc3339(FIRST_DAY + timedelta(days=self.day) - back)

    def reports(self) -> Counter[str]:
        """How many reports each site has."""
        return Counter(path.parent.parent.name for path in self.archive.glob("*/runs/*.json"))

    def close(self) -> None:
        for site in self.sites:
            site.close()
        self.phone.close()
        if self._bulk is not None:
            self._bulk.kill()
            self._bulk.communicate()

    # -- what came of it -----------------------------------------------------------------------------------------------

    def faults(self) -> Iterable[str]:
        """What a person was told otherwise than once, in the right words, about a trouble that was there."""
        for site in self.sites:
            told = [(day, message) for day, message in self.phone.told if message["site"] == site.name]
            broken = [(day, message) for day, message in told if message["state"] == "broken"]
            mended = [day for day, message in told if message["state"] == "recovered"]
            if site.fate is None:
                yield from (f"{site.name}: false alarm on day {day}: {message['headline']}" for day, message in broken)
                continue
            trouble = site.fate.trouble
            name = f"{site.name}, {trouble.name}, {site.paper.pace:g} a day, {site.fate.begin} to {site.fate.begin + site.fate.days}"
            if len(broken) != 1 or len(mended) != 1:
                yield f"{name}: told on {[(day, message['headline']) for day, message in broken]}, mended on {mended}"
            for day, message in broken:
                if not site.fate.holds(day):
                    yield f"{name}: false alarm on day {day}: {message['headline']}"
                elif not re.search(trouble.said, "\n".join(message["problems"])) or site.name not in message["headline"]:
                    yield f"{name}: told in other words: {message['problems']}"

    def delays(self) -> dict[str, int]:
        """After how many runs each trouble was told of."""
        first = {}
        for day, message in self.phone.told:
            if message["state"] == "broken":
                first.setdefault(message["site"], day)
        return {
            f"{site.fate.trouble.name} ({site.paper.pace:g} a day)": first[site.name] - site.fate.begin + 1
            for site in self.sites
            if site.fate and site.name in first
        }

    def secrets_on_disk(self) -> list[Path]:
        """Files in which the secret stands."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return [path for path in files if SECRET.encode() in _content(path)]


def _content(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.name.endswith(".gz") else data


def _full_disk() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_AT, FULL_AT))
