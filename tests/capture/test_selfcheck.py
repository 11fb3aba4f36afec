"""A crawl that would not be recorded does not begin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.testing import MemoryReactorClock
from twisted.web._newclient import HTTP11ClientProtocol
from twisted.web.client import HTTPConnectionPool

from crawler.capture.parser import TolerantParser
from crawler.capture.protocol import RecordingFactory, RecordingProtocol
from crawler.capture.selfcheck import TESTED, check_recording, check_versions
from crawler.errors import CaptureError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def pool() -> HTTPConnectionPool:
    made = HTTPConnectionPool(MemoryReactorClock())
    made._factory = RecordingFactory
    return made


def test_the_versions_installed_are_the_tested_ones() -> None:
    check_versions()


def test_the_pins_are_the_tested_versions() -> None:
    pins = (ROOT / "pyproject.toml").read_text()
    for package, minor in TESTED.items():
        major, number = minor.split(".")
        assert f'"{package}>={minor}.0,<{major}.{int(number) + 1}"' in pins


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TESTED, "twisted", "25.5")
    with pytest.raises(CaptureError, match=r"tested with twisted 25\.5"):
        check_versions()


def test_the_recording_pool_passes(pool: HTTPConnectionPool) -> None:
    check_recording(pool)


def test_a_pool_that_makes_other_connections_is_refused(pool: HTTPConnectionPool) -> None:
    pool._factory = HTTPConnectionPool._factory
    with pytest.raises(CaptureError, match="does not record"):
        check_recording(pool)


@pytest.mark.parametrize("hook", ["_finishResponse", "dataReceived"])
def test_a_hook_that_is_no_longer_called_is_noticed(pool: HTTPConnectionPool, monkeypatch: pytest.MonkeyPatch, hook: str) -> None:
    monkeypatch.setattr(RecordingProtocol, hook, getattr(HTTP11ClientProtocol, hook))
    with pytest.raises(CaptureError, match="does not record"):
        check_recording(pool)


def test_a_parser_that_finds_other_ends_is_noticed(pool: HTTPConnectionPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TolerantParser, "_find_framing", lambda _: None)
    with pytest.raises(CaptureError, match="does not record"):
        check_recording(pool)


def test_nothing_is_crawled_when_the_check_fails(tmp_path: Path) -> None:
    """Scrapy logs what a handler raises and crawls on: every request must fail then."""
    script = tmp_path / "crawl.py"
    script.write_text(SCRIPT)
    done: Any = subprocess.run([sys.executable, str(script)], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)
    assert "tested with scrapy 1.0" in done.stderr
    assert done.stdout == "NotSupported\n"


SCRIPT = """
import scrapy
from scrapy.crawler import CrawlerProcess
from crawler.capture import selfcheck

selfcheck.TESTED["scrapy"] = "1.0"


class Spider(scrapy.Spider):
    name = "refused"

    async def start(self):
        yield scrapy.Request("http://127.0.0.1:9/", errback=lambda failure: print(type(failure.value).__name__))


handler = "crawler.capture.handler.CaptureDownloadHandler"
process = CrawlerProcess({"DOWNLOAD_HANDLERS": {"http": handler, "https": handler}, "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False,
                          "REMOTE_CONTROL_ENABLED": False})
process.crawl(Spider)
process.start()
"""
