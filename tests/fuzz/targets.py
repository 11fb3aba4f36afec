"""What is fuzzed: every reader of bytes that strangers write. A target takes bytes and raises where a promise is broken."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from crawler.discovery import Document, Source, detect, is_article_url, read, url_key
from crawler.errors import ArchiveDamaged, CaptureError, ConfigError
from crawler.extraction import Refusal, extract
from crawler.formats.article import Article, decode_article, encode_article
from crawler.formats.capture import Capture
from crawler.formats.content_coding import decode
from crawler.formats.site import Site, load_site
from crawler.formats.warc.reader import records

URL = "https://blog.example/2026/03/story.html"
SITE = Site(key="blog", url="https://blog.example/")
DATE = datetime(2026, 3, 3, tzinfo=UTC)


def _document(data: bytes, kind: str) -> None:
    """Discovery never raises, and what it gives is fit for files, logs and requests."""
    document = Document(URL, data, "application/xml")
    findings = read(document, Source(kind, URL))  # type: ignore[arg-type]
    for link in findings.links:
        assert link.url.startswith(("http://", "https://"))
        assert url_key(url_key(link.url)) == url_key(link.url)
        is_article_url(link.url, SITE)
        for field in fields(link):
            value = getattr(link, field.name)
            for text in (value,) if isinstance(value, str) else value or ():
                assert "\x00" not in text
                text.encode("utf-8")
    assert all(problem.isprintable() for problem in findings.problems)


def feed(data: bytes) -> None:
    _document(data, "feed")


def sitemap(data: bytes) -> None:
    _document(data, "sitemap")


def listing(data: bytes) -> None:
    _document(data, "listing")
    _document(data, "follow")
    detect(Document(URL, data, "text/html"), None)


def page(data: bytes) -> None:
    """Extraction gives an article, which is what its line says, or a refusal."""
    found = extract(Capture.from_response(URL, data, date=DATE), SITE)
    if isinstance(found, Article):
        assert decode_article(encode_article(found)) == found
    else:
        assert isinstance(found, Refusal)


def message(data: bytes) -> None:
    """Whatever came over the wire is a capture whose parts can be read, within bounds."""
    capture = Capture(URL, DATE, b"GET / HTTP/1.1\r\n\r\n", io.BytesIO(data))
    assert capture.status >= 0
    assert capture.payload_digest.startswith("sha1:")
    with suppress(CaptureError):
        assert len(capture.body(1_000_000)) <= 1_000_000


def coding(data: bytes) -> None:
    """The first byte chooses the codings."""
    names = ["gzip", "deflate", "br", "zstd"]
    chosen = [names[data[0] % 4], names[data[0] // 4 % 4]][: 1 + data[0] // 128] if data else []
    with suppress(CaptureError):
        assert len(decode(data[1:], chosen, 1_000_000).data) <= 1_000_000


def warc(data: bytes) -> None:
    """A file is read, or is said to be damaged."""
    with suppress(ArchiveDamaged):
        for record in records(io.BytesIO(data)):
            assert record.offset >= 0


def config(data: bytes) -> None:
    """A config is a site, or its faults are told in one piece of printable text."""
    path = _FOLDER / "fuzz.yaml"
    path.write_bytes(data)
    told = ""
    try:
        load_site(path)
    except ConfigError as error:
        told = str(error)
    assert all(line.isprintable() for line in told.split("\n")), ascii(told)


def line(data: bytes) -> None:
    """A line of JSON is an article that is written as it was read, or is said to be damaged."""
    with suppress(ArchiveDamaged):
        encode_article(decode_article(data))


_FOLDER = Path(tempfile.mkdtemp(prefix="newsarchive-fuzz-"))
TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (feed, sitemap, listing, page, message, coding, warc, config, line)
}
