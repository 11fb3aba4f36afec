"""`scrapy importwarc`: articles out of WARC files in the shapes of other programs, which stay the record that articles point to."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from loopback import Project
from test_crawl import BODY, post
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

SITE = "https://tide.example"
FERRY, HARBOUR = f"{SITE}/2026/03/the-last-ferry.html", f"{SITE}/2026/03/the-new-harbour.html"
PAGE = post("The Last Ferry", BODY).encode()
EDITED = post("The Last Ferry", BODY.replace("before the summer timetable", "in the autumn, after all")).encode()
OTHER = post("The New Harbour", BODY.replace("ferry", "tug")).encode()


class Foreign:
    """A WARC file in the making, as another program would write it."""

    def __init__(self, path: Path, *, version: str = "1.0", compressed: bool = True) -> None:
        self.path = path
        self.file = path.open("wb")
        self.writer = WARCWriter(self.file, gzip=compressed, warc_version=version)
        self.write(self.writer.create_warcinfo_record(path.name, {"software": "another program"}))

    def answer(
        self,
        url: str,
        body: bytes,
        date: str,
        *,
        kind: str = "response",
        headers: tuple[tuple[str, str], ...] = (),
        warc: dict[str, str] | None = None,
        bare: bool = False,
    ) -> str:
        """One record and its id; `bare` leaves the digests out."""
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8"), *headers], protocol="HTTP/1.1")
        own = {"WARC-Date": date, **(warc or {})}
        record = self.writer.create_warc_record(url, kind, payload=io.BytesIO(body), http_headers=head, warc_headers_dict=own)
        if bare:
            self.writer.ensure_digest = self.without_digest  # type: ignore[method-assign]
        self.write(record)
        return str(record.rec_headers.get_header("WARC-Record-ID"))

    def without_digest(self, record: ArcWarcRecord, block: bool = True, payload: bool = True) -> None:
        """Measures the record, as warcio's own does, and leaves the digests out."""
        WARCWriter.ensure_digest(self.writer, record, block=block, payload=payload)
        for name in ("WARC-Block-Digest", "WARC-Payload-Digest"):
            record.rec_headers.remove_header(name)

    def write(self, record: ArcWarcRecord) -> None:
        self.writer.write_record(record)
        record.raw_stream.close()  # warcio's own temporary file

    def other(self, kind: str, url: str, block: bytes, content_type: str, date: str) -> None:
        record = self.writer.create_warc_record(
            url, kind, payload=io.BytesIO(block), warc_content_type=content_type, warc_headers_dict={"WARC-Date": date}
        )
        self.write(record)

    def close(self) -> Path:
        self.file.close()
        return self.path


def cc_news(path: Path) -> Path:
    """Pages of many sites, decoded when they were fetched; the headers that are no longer true have an X-Crawl- before their names."""
    file = Foreign(path)
    file.other(
        "request", FERRY, b"GET /2026/03/the-last-ferry.html HTTP/1.1\r\n\r\n", "application/http; msgtype=request", "2026-03-03T10:00:00Z"
    )
    file.answer(
        FERRY, PAGE, "2026-03-03T10:00:00Z", headers=(("X-Crawl-Content-Encoding", "gzip"), ("X-Crawl-Transfer-Encoding", "chunked"))
    )
    file.answer("https://elsewhere.example/2026/03/a-story.html", PAGE, "2026-03-03T10:00:01Z")
    file.answer(f"{SITE}/search/label/Harbour", PAGE, "2026-03-03T10:00:02Z")
    return file.close()


def heritrix(path: Path) -> Path:
    """DNS, metadata and request records, fractions of seconds left out, a revisit that names URL and date of its original."""
    file = Foreign(path)
    file.other("response", "dns:tide.example", b"20260303100000\ntide.example. 300 IN A 192.0.2.1\n", "text/dns", "2026-03-03T10:00:00Z")
    first = file.answer(FERRY, PAGE, "2026-03-03T10:00:00Z")
    file.other("metadata", FERRY, b"via: https://tide.example/\r\nhopsFromSeed: L\r\n", "application/warc-fields", "2026-03-03T10:00:00Z")
    file.answer(FERRY, EDITED, "2026-03-04T10:00:00Z")
    profile = {"WARC-Profile": "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest", "WARC-Refers-To": first}
    record = file.writer.create_revisit_record(
        FERRY, payload_digest(PAGE), FERRY, "2026-03-03T10:00:00Z", warc_headers_dict={"WARC-Date": "2026-03-05T10:00:00Z"}
    )
    for name, value in profile.items():
        record.rec_headers.replace_header(name, value)
    file.write(record)
    return file.close()


def wget(path: Path) -> Path:
    """Not compressed, addresses in angle brackets, chunks as they came, a log as a resource."""
    file = Foreign(path, compressed=False)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)
    file.answer(f"<{FERRY}>", chunked, "2026-03-03T10:00:00Z", headers=(("Transfer-Encoding", "chunked"),))
    file.other("resource", "metadata://gnu.org/software/wget/warc/wget.log", b"200 OK\n", "text/plain", "2026-03-03T10:00:00Z")
    return file.close()


def browsertrix(path: Path) -> Path:
    """WARC 1.1 with fractions, bodies decoded under headers that still say gzip, page information as resources, no digests."""
    file = Foreign(path, version="1.1")
    file.answer(
        FERRY, PAGE, "2026-03-03T10:00:00.123Z", headers=(("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")), bare=True
    )
    file.other("resource", f"urn:pageinfo:{FERRY}", b'{"pageid": "1"}', "application/json", "2026-03-03T10:00:01.5Z")
    file.other("resource", f"urn:text:{FERRY}", b"The Last Ferry", "text/plain", "2026-03-03T10:00:01.5Z")
    return file.close()


def payload_digest(body: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode("ascii")


@pytest.fixture
def tide(project: Project) -> Project:
    project.config("tide", f"url: {SITE}/\n")
    return project


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("shape", "name"), [(cc_news, "cc.warc.gz"), (heritrix, "ia.warc.gz"), (wget, "wget.warc"), (browsertrix, "btrix.warc.gz")]
)
def test_the_shapes_of_other_programs(tide: Project, tmp_path: Path, shape: Any, name: str) -> None:
    source = shape(tmp_path / name)
    run = tide.run("importwarc", str(source), "--site", "tide")
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    first = tide.lines("tide")[0]
    assert (first["change"], first["url"], first["headline"], first["section"]) == ("new", FERRY, "The Last Ferry", "Harbour")
    assert first["body"].startswith("The ferry between")
    assert first["body"].endswith("before the summer timetable.")
    assert first["captured"].startswith("2026-03-03T10:00:00.")

    kept = tide.archive / first["warc"]["file"]
    assert kept.parent == tide.archive / "tide" / "warc" / "imported"
    assert kept.read_bytes() == source.read_bytes()
    with kept.open("rb") as stream:
        stream.seek(first["warc"]["offset"])
        record = next(iter(ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=False)))
        assert record.headers["WARC-Record-ID"] == f"<{first['warc']['record_id']}>"
    verified = tide.run("verify", "tide")
    assert verified.returncode == 0, verified.stdout


def test_a_life_told_by_another_archive_is_told_in_order(tide: Project, tmp_path: Path) -> None:
    """New, revised, and back to what it was, which stands in the file as a revisit without a body."""
    tide.run("importwarc", str(heritrix(tmp_path / "ia.warc.gz")), "--site", "tide")
    assert [(line["change"], line["revision"], line["captured"][:10]) for line in tide.lines("tide")] == [
        ("new", 1, "2026-03-03"),
        ("revised", 2, "2026-03-04"),
        ("revised", 3, "2026-03-05"),
    ]


def test_files_in_any_order_give_the_same_story(tide: Project, tmp_path: Path) -> None:
    late, early = Foreign(tmp_path / "a-late.warc.gz"), Foreign(tmp_path / "b-early.warc.gz")
    late.answer(FERRY, EDITED, "2026-03-04T10:00:00Z")
    early.answer(FERRY, PAGE, "2026-03-03T10:00:00Z")
    early.answer(HARBOUR, OTHER, "2026-03-03T11:00:00Z")
    run = tide.run("importwarc", str(late.close()), str(early.close()), "--site", "tide")
    assert run.returncode == 0, run.stderr
    assert [(line["change"], line["url"]) for line in tide.lines("tide")] == [("new", FERRY), ("new", HARBOUR), ("revised", FERRY)]


def test_a_second_import_adds_nothing(tide: Project, tmp_path: Path) -> None:
    source = heritrix(tmp_path / "ia.warc.gz")
    tide.run("importwarc", str(source), "--site", "tide")
    before = snapshot(tide.archive / "tide" / "articles") | snapshot(tide.archive / "tide" / "warc")
    renamed = source.rename(tmp_path / "the-same.warc.gz")
    for arguments in ([], ["--again"]):
        again = tide.run("importwarc", str(renamed), "--site", "tide", *arguments)
        assert again.returncode == 0, again.stderr
        assert "nothing new" in again.stdout or "unchanged" in again.stdout
        assert snapshot(tide.archive / "tide" / "articles") | snapshot(tide.archive / "tide" / "warc") == before


def test_what_is_no_article_is_refused_with_its_reason(tide: Project, tmp_path: Path) -> None:
    file = Foreign(tmp_path / "walls.warc.gz")
    file.answer(
        FERRY,
        b"<html><title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/h/b/x.js'></script></html>",
        "2026-03-03T10:00:00Z",
    )
    run = tide.run("importwarc", str(file.close()), "--site", "tide")
    assert run.returncode == 0, run.stderr
    assert "challenge" in run.stdout
    assert FERRY in run.stdout
    assert "not kept" in run.stdout
    assert tide.lines("tide") == []
    assert list((tide.archive / "tide").rglob("*.warc.gz")) == []
    [report] = tide.reports("tide")
    assert (report["mode"], report["refusals"], report["exit_code"]) == ("import", {"challenge": 1}, 0)


def test_a_file_that_ends_midway_gives_what_is_whole(tide: Project, tmp_path: Path) -> None:
    file = Foreign(tmp_path / "torn.warc.gz")
    file.answer(FERRY, PAGE, "2026-03-03T10:00:00Z")
    file.answer(HARBOUR, OTHER, "2026-03-03T11:00:00Z")
    path = file.close()
    path.write_bytes(path.read_bytes()[:-700])
    run = tide.run("importwarc", str(path), "--site", "tide")
    assert run.returncode == 65
    assert "ended early" in run.stdout
    assert [line["url"] for line in tide.lines("tide")] == [FERRY]
    assert tide.run("verify", "tide").returncode == 0


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"no WARC at all\r\n\r\n", "no WARC record"),
        (gzip.compress(b"<html>no WARC</html>", mtime=0), "no WARC record"),
        (None, "No such file"),
        ("whole", "gunzip"),
    ],
)
def test_what_is_no_warc_file_is_refused_before_anything_is_touched(tide: Project, tmp_path: Path, content: Any, word: str) -> None:
    path = tmp_path / "odd.warc.gz"
    if content == "whole":
        content = gzip.compress(wget(tmp_path / "plain.warc").read_bytes(), mtime=0)
    if content is not None:
        path.write_bytes(content)
    run = tide.run("importwarc", str(path), "--site", "tide")
    assert run.returncode == 2
    assert word in run.stderr
    assert str(path) in run.stderr
    assert "Traceback" not in run.stderr
    assert not tide.archive.exists()


def test_a_changed_file_is_found_by_verify(tide: Project, tmp_path: Path) -> None:
    tide.run("importwarc", str(cc_news(tmp_path / "cc.warc.gz")), "--site", "tide")
    kept = tide.archive / "tide" / "warc" / "imported" / "cc.warc.gz"
    with kept.open("r+b") as file:
        file.seek(300)
        file.write(b"\x00")
    run = tide.run("verify", "tide")
    assert run.returncode == 65
    assert "imported/cc.warc.gz" in run.stdout


def test_an_index_made_anew_and_reextraction_know_imported_articles(tide: Project, tmp_path: Path) -> None:
    source = heritrix(tmp_path / "ia.warc.gz")
    tide.run("importwarc", str(source), "--site", "tide")
    assert tide.run("reindex", "tide").returncode == 0
    tide.config("tide", f'url: {SITE}/\nextract:\n  - summary: {{xpath: "//title"}}\n')
    run = tide.run("reextract", "tide", "--write")
    assert run.returncode == 0, run.stderr
    assert [line["change"] for line in tide.lines("tide")] == ["new", "revised", "revised", "reextracted"]
    tide.config("tide", f"url: {SITE}/\n")
    assert tide.run("importwarc", str(source), "--site", "tide", "--again").returncode == 0
    assert len(tide.lines("tide")) == 4
    assert tide.run("wacz", "tide", "-o", str(tmp_path / "tide.wacz")).returncode == 0
    assert tide.run("verify", "tide").returncode == 0


def test_an_unknown_site_is_named(tide: Project, tmp_path: Path) -> None:
    run = tide.run("importwarc", str(cc_news(tmp_path / "cc.warc.gz")), "--site", "tid")
    assert run.returncode == 2
    assert "tide" in run.stderr
