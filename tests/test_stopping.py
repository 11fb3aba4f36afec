"""Told to stop, a run is gone in time whatever its pages do: closed files, the signal's code, nothing lost and nothing twice."""

from __future__ import annotations

import signal
import subprocess
import threading
from pathlib import Path
from time import monotonic

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from loopback import Answer, Project, Web
from test_crawl import BODY, blog, post

SLOW = "/2026/03/a-story-that-never-ends.html"
GRACE = ("-s", "STOP_GRACE=0.5")


def slow_blog(web: Web, begun: int) -> threading.Event:
    """The blog with one post more, of which `begun` bytes come; the rest when the event is set."""
    blog(web)
    gate = threading.Event()
    web.pages[SLOW] = Answer(post("A Story That Never Ends", BODY).encode(), wait=gate, begun=begun)
    sitemap = web.pages["/sitemap.xml"]
    assert isinstance(sitemap, Answer)
    sitemap.body = sitemap.body.replace(b"</urlset>", f"<url><loc>{web.url}{SLOW}</loc></url></urlset>".encode())
    return gate


def cut_off(project: Project) -> dict[str, str]:
    """Of every response in the archive that was cut off, the address and the reason."""
    found = {}
    for warc in project.archive.glob("tide/warc/*/*.warc.gz"):
        with warc.open("rb") as stream:
            for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
                if "WARC-Truncated" in record.headers:
                    found[record.headers["WARC-Target-URI"]] = record.headers["WARC-Truncated"]
    return found


def headlines(project: Project) -> list[str]:
    return sorted(line["headline"] for line in project.lines("tide"))


@pytest.mark.parametrize(
    ("begun", "number", "code"),
    [(20, signal.SIGTERM, 143), (1500, signal.SIGINT, 130)],
    ids=["in-head", "in-body"],
)
def test_a_page_that_never_ends_is_cut_off(web: Web, project: Project, begun: int, number: signal.Signals, code: int) -> None:
    gate = slow_blog(web, begun)
    project.loopback("tide", web)
    run = project.start("crawl", "tide", *GRACE)
    web.await_request(SLOW)
    run.send_signal(number)
    since = monotonic()
    _, err = run.communicate(timeout=60)
    assert monotonic() - since < 30
    assert (run.returncode, err) == (code, "")
    assert list(project.archive.rglob("*.open")) == []
    assert cut_off(project) == {f"{web.url}{SLOW}": "unspecified"}
    assert "A Story That Never Ends" not in headlines(project)
    [report] = project.reports("tide")
    assert report["urls"]["cancelled"] >= 1

    gate.set()
    again = project.run("crawl", "tide")
    assert again.returncode == 0, again.stderr
    assert headlines(project) == ["A Story That Never Ends", "The Last Ferry"]
    assert web.requests.count("/2026/03/the-last-ferry.html") == 1
    assert project.run("verify", "tide").returncode == 0


def test_a_robots_txt_that_never_ends_is_cut_off(web: Web, project: Project) -> None:
    blog(web)
    web.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow:\n", wait=threading.Event(), begun=50)
    project.loopback("tide", web)
    run = project.start("crawl", "tide", *GRACE)
    web.await_request("/robots.txt")
    run.send_signal(signal.SIGTERM)
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (143, "")
    assert web.requests == ["/robots.txt"]
    assert project.reports("tide")[0]["urls"]["cancelled"] >= 1


def test_a_second_signal_ends_it_at_once(web: Web, project: Project) -> None:
    gate = slow_blog(web, begun=1500)
    project.loopback("tide", web)
    run = project.start("crawl", "tide", "-s", "STOP_GRACE=50")
    web.await_request(SLOW)
    run.send_signal(signal.SIGTERM)
    run.send_signal(signal.SIGINT)
    since = monotonic()
    _, err = run.communicate(timeout=60)
    assert monotonic() - since < 30
    assert (run.returncode in (130, 143), err) == (True, "")
    gate.set()
    again = project.run("crawl", "tide")
    assert again.returncode == 0, again.stderr
    assert headlines(project) == ["A Story That Never Ends", "The Last Ferry"]
    assert project.run("verify", "tide").returncode == 0


def holds_signals_back(process: subprocess.Popen[str]) -> bool:
    """Whether SIGINT and SIGTERM are blocked in `process` just now, and nothing else: all are while it starts a thread."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return f"SigBlk:\t{1 << signal.SIGINT - 1 | 1 << signal.SIGTERM - 1:016x}\n" in status


@pytest.mark.parametrize(
    "command", [["crawl", "tide"], ["newsite", "URL", "--allow-private", "HOST", "--dry-run"]], ids=lambda command: command[0]
)
def test_a_signal_before_the_spider_is_open_is_heard_when_it_is(web: Web, project: Project, command: list[str]) -> None:
    blog(web)
    project.loopback("tide", web)
    run = project.start(*({"URL": f"{web.url}/", "HOST": web.host}.get(word, word) for word in command))
    while not holds_signals_back(run):
        assert run.poll() is None
    run.send_signal(signal.SIGTERM)
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (143, "")
    assert list(project.archive.rglob("*.open")) == []
    assert (web.requests, project.reports("tide")) == ([], [])
