"""Verification finds every byte that changed, and every link that leads nowhere."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest
from warc_exchanges import BEGIN, PAGE, original_of, page, writer

from crawler.clock import rfc3339
from crawler.formats.archive import Archive, CrawlLine, LineFile
from crawler.formats.article import Article, Raw, RecordRef, content_digest, encode_article
from crawler.formats.capture import Capture
from crawler.formats.fixity import write_digest
from crawler.formats.verification import verify_site
from crawler.formats.warc import cdxj_path
from crawler.formats.warc.ledger import Ledger
from crawler.formats.warc.verify import verify_files

RUN = "20260301T060000000Z-9f86d081"


def problems(root: Path) -> list[str]:
    with Ledger() as ledger:
        return [str(problem) for problem in [*verify_files(root, root, ledger), *ledger.revisits()]]


def stored(root: Path, *exchanges: Capture) -> Path:
    warc = writer(root)
    for capture in exchanges:
        warc.write(capture)
    [path] = warc.close()
    return path


def test_nothing_is_wrong_with_what_was_written(tmp_path: Path) -> None:
    first = page(1)
    warc = writer(tmp_path, max_bytes=2000)
    warc.write(first)
    warc.write(page(2), revisit_of=original_of(first))
    warc.write(page(3, body=b"chunk", headers=b"Transfer-Encoding: chunked\r\n"))
    warc.close()
    assert problems(tmp_path) == []


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_every_changed_byte_is_found(tmp_path: Path, mask: int) -> None:
    path = stored(tmp_path, page(body=b"<p>hi</p>"))
    data = path.read_bytes()
    for position in range(mask % 3, len(data), 2):
        path.write_bytes(data[:position] + bytes([data[position] ^ mask]) + data[position + 1 :])
        found = problems(tmp_path)
        assert found, f"byte {position}"
        assert all(problem.startswith(f"demo/warc/2026/{path.name}: ") for problem in found)


def test_every_cut_is_found(tmp_path: Path) -> None:
    path = stored(tmp_path, page(body=b"<p>hi</p>"))
    data = path.read_bytes()
    for length in range(0, len(data), 5):
        path.write_bytes(data[:length])
        assert problems(tmp_path), f"cut at {length}"


def test_a_torn_last_member_is_found_where_warcio_finds_nothing(tmp_path: Path) -> None:
    path = stored(tmp_path, page(1), page(2))
    path.write_bytes(path.read_bytes()[:-5])
    assert subprocess.run([sys.executable, "-m", "warcio.cli", "check", str(path)], check=False).returncode == 0
    assert any("gzip member ends midway" in problem for problem in problems(tmp_path))


def test_what_stands_behind_a_damaged_place_is_still_checked(tmp_path: Path) -> None:
    path = stored(tmp_path, page(1), page(2), page(3))
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0xFF
    data[-3] ^= 0xFF
    path.write_bytes(data)
    found = problems(tmp_path)
    assert sum("does not inflate" in problem for problem in found) == 2
    offsets = [int(problem.split("offset ")[1].split(":")[0]) for problem in found if "does not inflate" in problem]
    assert offsets[0] < len(data) // 2 < offsets[1]


def test_indexes_digests_and_leftovers(tmp_path: Path) -> None:
    path = stored(tmp_path, page())
    digest, index = path.with_name(path.name + ".sha256"), cdxj_path(path)
    index.write_text(index.read_text().replace("200", "404"))
    assert problems(tmp_path) == [f"demo/warc/2026/{path.name}: its index {index.name} is not that of this file"]
    index.unlink()
    digest.write_text("nonsense")
    assert len(problems(tmp_path)) == 2
    digest.unlink()
    assert any("sha256 is missing" in problem for problem in problems(tmp_path))
    index.touch()
    path.unlink()
    assert problems(tmp_path) == [f"demo/warc/2026/{index.name}: the WARC file that it belongs to is gone"]


def test_a_file_left_open_by_a_crash_is_told_but_not_one_being_written(tmp_path: Path) -> None:
    path = stored(tmp_path, page())
    left = path.with_name(path.name + ".open")
    path.rename(left)
    assert any("a crash left it open" in problem for problem in problems(tmp_path))
    with left.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert problems(tmp_path) == []


def test_a_revisit_outlives_its_original(tmp_path: Path) -> None:
    first = page(1)
    warc = writer(tmp_path, max_bytes=1)
    warc.write(first)
    warc.write(page(2), revisit_of=original_of(first))
    original, _ = warc.close()
    for part in (original, original.with_name(original.name + ".sha256"), cdxj_path(original)):
        part.unlink()
    [problem] = problems(tmp_path)
    assert first.ref is not None
    assert f"the revisit's original {first.ref.record_id} is not in the archive" in problem


def article(ref: RecordRef, url: str) -> Article:
    own = {
        "headline": "A page",
        "section": None,
        "body": "Text.",
        "blocks": [],
        "summary": None,
        "authors": [],
        "published": None,
        "tags": [],
        "access": "free",
    }
    return Article.model_validate(
        {
            **own,
            "schema_version": 1,
            "id": "0" * 32,
            "site": "demo",
            "url": url,
            "canonical_url": url,
            "revision": 1,
            "change": "new",
            "changed_fields": [],
            "modified": None,
            "language": "en",
            "images": [],
            "raw": Raw(headline=None, section=None, published=None, modified=None),
            "provenance": {},
            "content_digest": content_digest(**own),  # type: ignore[arg-type]
            "captured": rfc3339(BEGIN),
            "warc": ref,
            "extractor": {},
        }
    )


def archive_with_article(root: Path) -> Path:
    """An archive of one run: a record, its article, its line in the crawl log."""
    capture = page(1)
    stored(root, capture)
    assert capture.ref is not None
    site = Archive(root).site("demo")
    lines, log = LineFile(site.articles_path(RUN)), LineFile(site.crawl_log_path(RUN))
    lines.append(encode_article(article(capture.ref, capture.url)))
    log.append(CrawlLine(time=rfc3339(BEGIN), url=capture.url, outcome="article-new", status=200, record=capture.ref.record_id).encode())
    log.close()
    path = lines.close()
    assert path is not None
    return path


def archive_problems(root: Path) -> list[str]:
    return [str(problem) for problem in verify_site(Archive(root).site("demo"))]


def test_articles_and_records_lead_to_each_other(tmp_path: Path) -> None:
    archive_with_article(tmp_path)
    assert archive_problems(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b'"offset":', b'"offset":1', "it says offset"),
        (b'"payload_digest":"sha1:', b'"payload_digest":"sha1:Q', "it says payload digest"),
        (b'"file":"demo', b'"file":"nemo', "it says file"),
        (b'"length":', b'"length":1', "it says length"),
        (b'"captured":"2026', b'"captured":"2025', "it says date"),
        (b"urn:uuid:", b"urn:uuid:1", "is not in the archive"),
        (b'"headline":"A page', b'"headline":"B page', "content_digest does not match"),
        (b'"site":"demo"', b'"site":"nemo"', "it is an article of nemo"),
        (b'"id":', b'"id" :', "not in the form in which it was written"),
        (b'"revision":1', b'"revision":x', "not an article"),
        (b"}\n", b"}", "the last line is cut off"),
    ],
)
def test_a_line_that_was_changed_is_found(tmp_path: Path, old: bytes, new: bytes, what: str) -> None:
    path = archive_with_article(tmp_path)
    path.write_bytes(path.read_bytes().replace(old, new, 1) if old != b"}\n" else path.read_bytes()[:-1])
    found = archive_problems(tmp_path)
    assert any(what in problem and problem.startswith(f"demo/articles/2026/03/{RUN}.jsonl: ") for problem in found), found


def test_a_record_whose_article_is_gone_is_found(tmp_path: Path) -> None:
    archive_with_article(tmp_path).unlink()
    [problem] = archive_problems(tmp_path)
    assert "no article line names its record" in problem
    assert problem.startswith(f"demo/runs/{RUN}.crawl.jsonl: ")


def test_a_file_that_is_gone_is_told_in_one_line(tmp_path: Path) -> None:
    archive_with_article(tmp_path)
    [path] = tmp_path.glob("demo/warc/*/*.warc.gz")
    path.unlink()
    assert archive_problems(tmp_path) == [f"demo/warc/2026/{path.name}: the file is gone; articles and crawl logs name 1 record of it"]


def test_nothing_stored_reaches_a_terminal_raw(tmp_path: Path) -> None:
    path = archive_with_article(tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"file":"demo', b'"file":"\\u001b[2Jdemo', 1))
    assert all(problem.isprintable() for problem in archive_problems(tmp_path))


def test_a_large_page_is_checked_too(tmp_path: Path) -> None:
    stored(tmp_path, page(body=PAGE * 1000))
    assert problems(tmp_path) == []


def test_an_archive_that_is_being_written_is_sound(tmp_path: Path) -> None:
    warc = writer(tmp_path)
    capture = page(1)
    ref = warc.write(capture)
    lines = LineFile(Archive(tmp_path).site("demo").articles_path(RUN))
    lines.append(encode_article(article(ref, capture.url)))
    assert archive_problems(tmp_path) == []
    lines.append(encode_article(article(ref.model_copy(update={"record_id": "urn:uuid:x"}), capture.url)))
    [problem] = archive_problems(tmp_path)
    assert "its record urn:uuid:x is not in the archive" in problem
    warc.close()
    lines.close()
    assert archive_problems(tmp_path) == [problem.replace(".open", "")]


def test_any_file_of_the_archive_may_have_a_digest(tmp_path: Path) -> None:
    path = archive_with_article(tmp_path)
    write_digest(path)
    assert archive_problems(tmp_path) == []
    path.write_bytes(path.read_bytes().replace(b'"language":"en"', b'"language":"fr"'))
    [problem] = archive_problems(tmp_path)
    assert "SHA-256 differs" in problem
