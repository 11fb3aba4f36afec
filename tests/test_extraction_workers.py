"""The worker processes: pages read from the archive, and pages that hang, exhaust or crash a worker."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.discovery import Document, Source
from crawler.discovery.links import options
from crawler.discovery.parcel import Parcel
from crawler.errors import ArchiveDamaged
from crawler.extraction import Refusal
from crawler.extraction.workers import ExtractionPool
from crawler.formats.article import Article, RecordRef
from crawler.formats.capture import Capture
from crawler.formats.site import Site
from crawler.formats.warc import WarcWriter

PAGE = (Path(__file__).parent / "pages" / "wordpress.html").read_bytes()
URL = "https://ridge.example/2025/03/04/bridge/"
SITE = Site(key="ridge", url="https://ridge.example/")
NOW = datetime(2025, 12, 1, tzinfo=UTC)
HEAVY = b"<html><title>Heavy</title><body>" + b"<p><i>x</i></p>" * 3_000 + b"</body></html>"
CUBIC = "//i[count(preceding::i[count(preceding::i) >= 0]) >= 0]"
"""An expression that takes hours on HEAVY."""
SLOW = Site.model_validate({"key": "ridge", "url": "https://ridge.example/", "extract": [{"headline": {"xpath": CUBIC}}]})
GIVEN_UP = [f"no answer after {time}; the worker was replaced" for time in ("1.5 s of CPU", "9 s")]
"""The second where the machine is busy."""


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractionPool]:
    with ExtractionPool(1, timeout_s=1.5, memory_bytes=700 << 20) as workers:
        yield workers


def store(root: Path, *bodies: bytes) -> list[RecordRef]:
    writer = WarcWriter(root / "ridge" / "warc" / "2025", site="ridge", root=root, info={"software": "newsarchive"}, now=lambda: NOW)
    refs = [writer.write(Capture.from_response(URL, body, date=NOW)) for body in bodies]
    writer.close()
    return refs


def test_pages_are_read_from_the_archive(tmp_path: Path, pool: ExtractionPool) -> None:
    refs = store(tmp_path, PAGE, b"<html><title>404</title><h1>404</h1></html>")
    found = [pool.submit(tmp_path, ref, SITE) for ref in refs]
    article = found[0].result(60)
    assert isinstance(article, Article)
    assert article.warc == refs[0]
    assert article.section == "Local & Regional"
    refused = found[1].result(60)
    assert isinstance(refused, Refusal)
    assert refused.reason == "soft-404"
    assert pool.pending == 0


def test_a_record_that_is_not_there_is_damage_and_no_refusal(tmp_path: Path, pool: ExtractionPool) -> None:
    ref = store(tmp_path, PAGE)[0]
    with pytest.raises(ArchiveDamaged):
        pool.submit(tmp_path, ref.model_copy(update={"offset": ref.offset + 1}), SITE).result(60)


def test_where_no_process_can_be_made_the_page_says_so_and_the_next_one_tries_again(tmp_path: Path) -> None:
    ref = store(tmp_path, PAGE)[0]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExtractionPool(1) as workers:
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))  # no file is left for a pipe to a process
        try:
            fault = workers.submit(tmp_path, ref, SITE).exception(60)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert isinstance(fault, OSError)
        assert isinstance(workers.submit(tmp_path, ref, SITE).result(60), Article)


def test_a_page_that_hangs_is_refused_and_the_worker_replaced(tmp_path: Path, pool: ExtractionPool) -> None:
    refs = store(tmp_path, HEAVY, PAGE)
    hanging = pool.submit(tmp_path, refs[0], SLOW)
    after = pool.submit(tmp_path, refs[1], SITE)
    refused = hanging.result(60)
    assert isinstance(refused, Refusal)
    assert refused.reason == "extraction-failed"
    assert refused.detail in GIVEN_UP
    assert isinstance(after.result(60), Article)


def test_a_source_that_hangs_is_refused_and_one_that_does_not_is_read(pool: ExtractionPool) -> None:
    hanging = pool.read(Document(URL, HEAVY), Source("listing", URL, options=options(links=CUBIC)))
    refused = hanging.result(60)
    assert isinstance(refused, Refusal)
    assert refused.detail in GIVEN_UP
    entries = "".join(f"<url><loc>{URL}{number}</loc></url>" for number in range(1_200))
    parcel = pool.read(Document(URL, f"<urlset>{entries}</urlset>".encode()), Source("sitemap", URL)).result(60)
    assert isinstance(parcel, Parcel)
    assert [len(parcel.findings.links) for _ in parcel.unpack()] == [500, 1_000, 1_200]
    assert parcel.findings.links[-1].url == f"{URL}1199"
    announced = pool.detect(Document(URL, PAGE), Document(URL, b"Sitemap: /map.xml")).result(60)
    assert Source("sitemap", "https://ridge.example/map.xml") in announced


def test_a_worker_that_dies_is_replaced(tmp_path: Path, pool: ExtractionPool) -> None:
    refs = store(tmp_path, HEAVY, PAGE)
    dying = pool.submit(tmp_path, refs[0], SLOW)
    for worker in _workers(os.getpid()):
        os.kill(worker, signal.SIGKILL)
    refused = dying.result(60)
    assert isinstance(refused, Refusal)
    assert refused.reason == "extraction-failed"
    assert isinstance(pool.submit(tmp_path, refs[1], SITE).result(60), Article)


def test_a_page_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    refs = store(tmp_path, b"<html><body>" + b"<p>x<b>y</b></p>" * 900_000 + b"</body></html>", PAGE)
    with ExtractionPool(1, timeout_s=20, memory_bytes=360 << 20) as pool:
        refused = pool.submit(tmp_path, refs[0], SITE).result(60)
        assert isinstance(refused, Refusal)
        assert refused.reason == "extraction-failed"
        assert isinstance(pool.submit(tmp_path, refs[1], SITE).result(60), Article)


def test_signals_to_the_workers_change_nothing(tmp_path: Path, pool: ExtractionPool) -> None:
    ref = store(tmp_path, PAGE)[0]
    assert isinstance(pool.submit(tmp_path, ref, SITE).result(60), Article)
    workers = _workers(os.getpid())
    for worker in workers:
        os.kill(worker, signal.SIGTERM)
        os.kill(worker, signal.SIGINT)
    assert isinstance(pool.submit(tmp_path, ref, SITE).result(60), Article)
    assert workers
    assert _workers(os.getpid()) == workers


PROGRAM = """
import sys, time
from pathlib import Path
sys.path[:0] = {path!r}
from crawler.extraction.workers import ExtractionPool
from crawler.formats.article import RecordRef
from crawler.formats.site import Site
if __name__ == "__main__":
    import scrapy
    pool = ExtractionPool(1)
    found = pool.submit(Path({root!r}), RecordRef.model_validate_json({ref!r}), Site(key="ridge", url="https://ridge.example/")).result(60)
    print(found.headline, flush=True)
    time.sleep(600)
"""


def test_workers_do_not_outlive_the_program_nor_import_what_it_imports(tmp_path: Path) -> None:
    ref = store(tmp_path, PAGE)[0]
    script = tmp_path / "program.py"
    script.write_text(PROGRAM.format(path=[path for path in sys.path if path], root=str(tmp_path), ref=ref.model_dump_json()))
    program = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE)
    try:
        assert program.stdout is not None
        assert program.stdout.readline().startswith(b"Bridge Over the Elm")
        workers = _workers(program.pid)
        assert workers
        for worker in workers:
            assert "scrapy" not in Path(f"/proc/{worker}/maps").read_text()
    finally:
        program.kill()
        program.communicate()
    deadline = time.monotonic() + 10
    while any(_is_alive(worker) for worker in workers) and time.monotonic() < deadline:
        os.sched_yield()
    assert not any(_is_alive(worker) for worker in workers)


def _children(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[1]) == parent and fields[0] != "Z":
                found.append(int(folder.name))
    return sorted(found)


def _workers(program: int) -> list[int]:
    """The workers of `program`: children of its fork server."""
    return [worker for server in _children(program) for worker in _children(server)]


def _is_alive(process: int) -> bool:
    try:
        return (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
