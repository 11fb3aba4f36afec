"""`kill -9` in the middle of a crawl, again and again: what went up to the spider is in the archive, byte for byte.

KILLS says how often; `KILLS=50 pytest tests/capture/test_kill.py` is the soak.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

from conftest import HERE
from hostile_pages import CHUNKED, HTML, NOISE, UNSIZED, chunked, whole
from hostile_server import HostileServer, Page
from warc_lint import lint

from crawler.formats.warc import captures, repair
from crawler.formats.warc.ledger import Ledger
from crawler.formats.warc.verify import verify_files

KILLS = int(os.environ.get("KILLS", "4"))
PAGES = [
    Page("small", whole(HTML)),
    Page("chunked", CHUNKED + chunked(HTML[:20], HTML[20:])),
    Page("large", whole(NOISE[:1_500_000])),
    Page("until-close", UNSIZED + HTML, then="close"),
]


def crawl(folder: Path, server: HostileServer, number: int, until: int) -> list[str]:
    """Crawl, kill after about `until` requests, and return the URLs of the pages that had gone up."""
    out = folder / f"{number}.jsonl"
    chains = [[{"url": f"{server.url}/{page.name}?{number}-{step}"} for step in range(500)] for page in PAGES]
    job = {"chains": chains, "out": str(out), "brief": True, "settings": {"ALLOW_PRIVATE": [server.authority]}}
    (folder / "job.json").write_text(json.dumps(job))
    command = [sys.executable, str(HERE / "recorded_crawl.py"), str(folder / "job.json")]
    goal = len(server.log) + until
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
    with subprocess.Popen(command, cwd=folder, env=environment) as process:
        while len(server.log) < goal and process.poll() is None:
            server.await_request()
        process.kill()
    lines = [json.loads(line) for line in out.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return [line["url"] for line in lines if line["kind"] == "page"]


def test_killed_at_any_instant_every_page_that_went_up_is_archived(tmp_path: Path) -> None:
    rng = random.Random(KILLS)
    server = HostileServer(PAGES)
    acknowledged: list[str] = []
    try:
        for number in range(KILLS):
            acknowledged += crawl(tmp_path, server, number, rng.randint(1, 60))
            repair(tmp_path)
    finally:
        server.close()
    answers = {page.name: page.answer for page in PAGES}
    stored: dict[str, bytes] = {}
    for path in sorted(tmp_path.rglob("*.warc.gz")):
        for capture in captures(path):
            capture.response.seek(0)
            stored[capture.url] = capture.response.read()
    assert acknowledged
    assert set(acknowledged) <= set(stored)
    for url in acknowledged:
        assert stored[url] == answers[url.rpartition("/")[2].partition("?")[0]]
    with Ledger() as ledger:
        assert list(verify_files(tmp_path, tmp_path, ledger)) == []
    assert [what for what in lint(*tmp_path.rglob("*.warc.gz")) if "lacks records" not in what] == []
