"""One WACZ of a site: what is in it, that every digest is right, and what `--since` leaves out. Through the real commands."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from test_warc_verify import RUN, archive_with_article, article
from warc_exchanges import BEGIN, original_of, page, writer

from crawler.clock import rfc3339
from crawler.formats.archive import Archive, LineFile
from crawler.formats.article import encode_article

PROJECT = Path(__file__).parent.parent


def scrapy(archive: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scrapy", *arguments, "-s", f"ARCHIVE_DIR={archive}"]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, env={**os.environ, "TZ": "UTC"})


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as wacz:
        assert wacz.testzip() is None
        stored = {info.filename for info in wacz.infolist() if info.compress_type == zipfile.ZIP_STORED}
        assert stored == {name for name in wacz.namelist() if name.endswith(".gz")}
        return {name: wacz.read(name) for name in wacz.namelist()}


def two_runs(root: Path) -> tuple[Path, Path]:
    """A page and its article; an hour later a revisit of the page, with a second line."""
    archive_with_article(root)
    later = BEGIN + timedelta(hours=1)
    [first] = root.rglob("*.warc.gz")
    capture, again = page(1), page(1, date=later)
    warc = writer(root, now=lambda: later, new_id=iter([f"urn:uuid:00000000-0000-4000-9000-00000000000{n}" for n in range(9)]).__next__)
    capture.ref = next(iter(Archive(root).articles("demo"))).warc
    warc.write(again, revisit_of=original_of(capture))
    [second] = warc.close()
    assert again.revisit_of
    assert again.ref
    site = Archive(root).site("demo")
    lines = LineFile(site.articles_path(RUN.replace("T06", "T07")))
    line = article(again.ref, again.url).model_copy(update={"captured": rfc3339(later), "revision": 2, "change": "revised"})
    lines.append(encode_article(line))
    lines.close()
    return first, second


def test_everything_is_in_it_and_digested(tmp_path: Path) -> None:
    files = two_runs(tmp_path / "archive")
    out = tmp_path / "demo.wacz"
    run = scrapy(tmp_path / "archive", "wacz", "demo", "-o", str(out))
    assert (run.returncode, run.stdout) == (0, f"{out}: 2 pages\n"), run.stderr
    found = contents(out)
    package = json.loads(found["datapackage.json"])
    assert (package["profile"], package["wacz_version"]) == ("data-package", "1.1.1")
    assert {entry["path"]: (entry["hash"], entry["bytes"]) for entry in package["resources"]} == {
        name: ("sha256:" + hashlib.sha256(data).hexdigest(), len(data)) for name, data in found.items() if "datapackage" not in name
    }
    assert json.loads(found["datapackage-digest.json"]) == {
        "path": "datapackage.json",
        "hash": "sha256:" + hashlib.sha256(found["datapackage.json"]).hexdigest(),
    }
    for path in files:
        assert found[f"archive/{path.name}"] == path.read_bytes()
    header, *pages = [json.loads(line) for line in found["pages/pages.jsonl"].splitlines()]
    assert header["format"] == "json-pages-1.0"
    assert [(entry["url"], entry["ts"], entry["title"], entry["text"]) for entry in pages] == [
        ("http://a.example/1", "2026-03-01T06:00:00.123456Z", "A page", "Text."),
        ("http://a.example/1", "2026-03-01T07:00:00.123456Z", "A page", "Text."),
    ]
    lines = gzip.decompress(found["indexes/index.cdx.gz"]).decode().splitlines()
    assert lines == sorted(line for path in (tmp_path / "archive").rglob("*.cdxj") for line in path.read_text().splitlines())
    meta, block = found["indexes/index.idx"].decode().splitlines()
    assert json.loads(meta.split(" ", 2)[2]) == {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
    assert block.startswith("example,a)/1 20260301060000 {")


def test_a_reader_finds_where_each_entry_begins(tmp_path: Path) -> None:
    """ReplayWeb.page looks for extra fields before the data only where the central directory has some for the entry."""
    two_runs(tmp_path)
    out = tmp_path / "out.wacz"
    assert scrapy(tmp_path, "wacz", "demo", "-o", str(out)).returncode == 0
    data = out.read_bytes()
    with zipfile.ZipFile(out) as wacz:
        for info in wacz.infolist():
            name, extra = struct.unpack_from("<HH", data, info.header_offset + 26)
            begin = info.header_offset + 30 + name + (extra if info.extra else 0)
            stored = data[begin : begin + info.compress_size]
            plain = zlib.decompress(stored, -15) if info.compress_type == zipfile.ZIP_DEFLATED else stored
            assert plain == wacz.read(info)


def test_since_keeps_the_originals_of_what_it_keeps(tmp_path: Path) -> None:
    files = two_runs(tmp_path / "archive")
    warc = writer(tmp_path / "archive", now=lambda: BEGIN - timedelta(days=9), new_id=iter("abcdefgh").__next__)
    warc.write(page(7, body=b"old", date=BEGIN - timedelta(days=9)))
    warc.close()
    out = tmp_path / "demo.wacz"
    run = scrapy(tmp_path / "archive", "wacz", "demo", "--since", "2026-03-01T06:30:00Z", "-o", str(out))
    assert run.stdout == f"{out}: 1 page\n", run.stderr
    assert {name for name in contents(out) if name.startswith("archive/")} == {f"archive/{path.name}" for path in files}


def test_a_lost_index_is_damage(tmp_path: Path) -> None:
    two_runs(tmp_path / "archive")
    next((tmp_path / "archive").rglob("*.cdxj")).unlink()
    run = scrapy(tmp_path / "archive", "wacz", "demo", "-o", str(tmp_path / "demo.wacz"))
    assert run.returncode == 65
    assert "its index is missing" in run.stderr
    assert not list(tmp_path.glob("demo.wacz*"))


def test_a_torn_file_is_damage(tmp_path: Path) -> None:
    torn, _ = two_runs(tmp_path / "archive")
    os.truncate(torn, torn.stat().st_size - 1)
    run = scrapy(tmp_path / "archive", "wacz", "demo", "-o", str(tmp_path / "demo.wacz"))
    assert (run.returncode, run.stdout) == (65, "")
    assert (
        run.stderr
        == f"{torn}: the file's bytes are not those that were closed (SHA-256 differs); `scrapy verify demo` says what is damaged\n"
    )
    assert not list(tmp_path.glob("demo.wacz*"))


def test_verify_repair_verify(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    first, second = two_runs(archive)
    assert scrapy(archive, "verify").stdout == "no problems\n"
    second.rename(second.with_name(second.name + ".open"))
    with second.with_name(second.name + ".open").open("ab") as file:
        file.write(b"\x1f\x8b torn")
    found = scrapy(archive, "verify", "demo")
    assert (found.returncode, "a crash left it open" in found.stdout) == (65, True)
    repaired = scrapy(archive, "repair", "demo")
    assert repaired.returncode == 0, repaired.stderr
    assert repaired.stdout.startswith(f"demo/warc/2026/{second.name}: closed with 1 capture")
    assert scrapy(archive, "repair").stdout == ""
    assert (scrapy(archive, "verify").returncode, first.exists()) == (0, True)


@pytest.mark.parametrize("command", ["verify", "repair", "wacz"])
def test_a_site_that_is_not_there_is_bad_usage(tmp_path: Path, command: str) -> None:
    run = scrapy(tmp_path, command, "nobody")
    assert run.returncode == 2
    assert "nobody" in run.stderr


def test_repair_waits_for_nobody(tmp_path: Path) -> None:
    archive_with_article(tmp_path)
    with Archive(tmp_path).site("demo").lock:
        assert scrapy(tmp_path, "repair", "demo").returncode == 75
