"""Kind `sitemap`: sitemaps.org 0.9 (plain, index, text, gzip) with Google's news and image extensions, streamed.

A sitemap of 50 MB with 50,000 entries is read without a tree in memory: the parser calls `_Reader` for each tag.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lxml import etree

from crawler.discovery import feed
from crawler.discovery.dates import rfc3339
from crawler.discovery.links import Document, Findings, Link, Source, options
from crawler.discovery.text import short
from crawler.discovery.urls import absolute
from crawler.discovery.xml_text import legal, without_doctype, xml_text

MAX_BYTES = 50 * 1024 * 1024  # sitemaps.org: 52,428,800 bytes uncompressed
MAX_ENTRIES = 50_000  # sitemaps.org
MAX_ELEMENTS = 1_000_000  # twenty for each entry; a second of CPU
MAX_DEPTH = 3  # sitemaps.org allows no nesting of indexes at all; some systems nest once
_CHUNK = 65_536
_LONGEST_TEXT = 10_000  # characters of one <loc> or <title>
# Sitemaps by which systems list what is no article: WordPress core, Yoast, Rank Math, Ghost, Blogger.
_NO_ARTICLES = re.compile(
    r"/(?:wp-sitemap-(?:taxonomies|users)-[^/]*|wp-sitemap-posts-page-\d+|(?:category|post_tag|tag|author|page|attachment|product|product_cat)-sitemap\d*"
    r"|sitemap-(?:pages|tags|authors|users|taxonomies|categories))\.xml$"
)
_WIDE = re.compile(rb"""<\?xml[^>]{0,100}encoding\s{0,5}=\s{0,5}["'](?:utf-?16|ucs-?2|unicode)""", re.IGNORECASE)
_OPENING = re.compile(rb"<\s*(?:[\w.-]{1,20}:)?([A-Za-z]+)[\s>/]")


def sources(url: str) -> list[Source]:
    """Where a configured `sitemap: url` begins."""
    return [Source("sitemap", url)]


def read(document: Document, source: Source) -> Findings:
    """Links with `lastmod` as modified and the hints of a news sitemap; the sitemaps of an index in `more`, newest first, each
    with the option `lastmod` where the index gives one, so that unchanged ones need not be read again. Never raises."""
    findings = Findings()
    chunks = _text_chunks(document.body, findings)
    head = next(chunks, b"").lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        _read_xml(head, chunks, findings, document, source)
    elif head:
        _read_text(head, chunks, findings, document, source)
    else:
        findings.problems.append("empty")
    return findings


def _text_chunks(body: bytes, findings: Findings) -> Iterator[bytes]:
    """The sitemap's bytes, unpacked where they are gzip by their own magic number, at most `MAX_BYTES`."""
    given = 0
    for chunk in _unpacked(body, findings) if body[:2] == b"\x1f\x8b" else _pieces(body):
        given += len(chunk)
        if given > MAX_BYTES:
            findings.problems.append(f"longer than {MAX_BYTES} bytes: the rest was not read")
            yield chunk[: MAX_BYTES - given]
            return
        yield chunk


def _pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), _CHUNK):
        yield body[start : start + _CHUNK]


def _unpacked(body: bytes, findings: Findings) -> Iterator[bytes]:
    unpack = zlib.decompressobj(wbits=31)
    try:
        for rest in _pieces(body):
            while rest and not unpack.eof:
                yield unpack.decompress(rest, _CHUNK)
                rest = unpack.unconsumed_tail
    except zlib.error as error:
        findings.problems.append(f"broken gzip: {error}")
        return
    if not unpack.eof:
        findings.problems.append("gzip ends too early")


def _read_xml(head: bytes, chunks: Iterator[bytes], findings: Findings, document: Document, source: Source) -> None:
    root = _root_name(head)
    if root in (b"html", b"head", b"body"):
        findings.problems.append("not a sitemap: an HTML page")
        return
    if root in (b"rss", b"feed", b"rdf"):  # sitemaps.org allows feeds as sitemaps
        found = feed.read(replace(document, body=head + b"".join(chunks)), source)
        findings.links, findings.problems = found.links, findings.problems + found.problems
        return
    reader = _Reader(findings, document, source)
    try:
        if _is_mislabelled(head):
            reader = _read_cleaned(findings, document, source)
        else:
            _feed_parser(reader, head, chunks, findings)
    except (_HasDoctype, UnicodeDecodeError):  # the latter for a reference to half a character, such as `&#xD800;`
        reader = _read_cleaned(findings, document, source)
    if not (findings.links or findings.more or reader.skipped):
        findings.problems.append("no entries in it")
    findings.more = _worth_reading(findings.more)


def _read_cleaned(findings: Findings, document: Document, source: Source) -> _Reader:
    """Read the whole sitemap once more, from text that has nothing in it over which the parser could stumble."""
    findings.links, findings.more, findings.problems = [], [], []
    body = b"".join(_text_chunks(document.body, findings))
    reader = _Reader(findings, document, source)
    text = legal(without_doctype(xml_text(body, document.content_type)))
    _feed_parser(reader, text.encode("utf-8", "replace"), iter(()), findings)
    return reader


def _is_mislabelled(head: bytes) -> bool:
    """Whether text in single bytes declares two for each sign, as .NET writes into a string that is then sent as UTF-8."""
    return b"\0" not in head[:200] and _WIDE.search(head[:200]) is not None


def _root_name(head: bytes) -> bytes:
    for match in _OPENING.finditer(head[:_CHUNK]):
        return match[1].lower()
    return b"html" if b"<!doctype html" in head[:1_000].lower() else b""


def _feed_parser(reader: _Reader, head: bytes, chunks: Iterator[bytes], findings: Findings) -> None:
    parser = etree.XMLParser(target=reader, recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        parser.feed(head)
        for chunk in chunks:
            if reader.full:
                findings.problems.append(f"more than {reader.full}: the rest was not read")
                return
            parser.feed(chunk)
        parser.close()
    except etree.XMLSyntaxError as error:
        findings.problems.append(f"broken XML after {len(findings.links) + len(findings.more)} entries: {str(error)[:200]}")
        return
    if len(parser.error_log):
        findings.problems.append(f"not well-formed XML, repaired: {parser.error_log[0].message.strip()[:200]}")


class _HasDoctype(Exception):
    """Raised by `_Reader` out of the parser, to `_read_xml`."""


class _Reader:
    """The parser's target: keeps the texts of the entry that is open, and nothing of those that are closed."""

    def __init__(self, findings: Findings, document: Document, source: Source) -> None:
        self.findings, self.document, self.source = findings, document, source
        self.path: list[str] = []
        self.entry: dict[str, str] = {}
        self.text: list[str] = []
        self.length = 0
        self.skipped = 0
        self.elements = 0

    @property
    def full(self) -> str | None:
        """As much as a sitemap may have, in words, once it has had that."""
        if len(self.findings.links) + len(self.findings.more) + self.skipped >= MAX_ENTRIES:
            return f"{MAX_ENTRIES} entries"
        return f"{MAX_ELEMENTS} elements" if self.elements >= MAX_ELEMENTS else None

    def start(self, tag: str | bytes, _attributes: Mapping[str | bytes, str | bytes]) -> None:
        self.elements += 1
        name = _local_name(str(tag))
        if name in ("url", "sitemap"):
            self.path, self.entry = [], {}
        self.path.append(name)
        self.text, self.length = [], 0

    def data(self, data: str | bytes) -> None:
        if self.length < _LONGEST_TEXT:
            self.text.append(str(data))
            self.length += len(data)

    def comment(self, text: str | bytes) -> None:
        """Comments say nothing."""

    def end(self, tag: str | bytes) -> None:
        name = _local_name(str(tag))
        if name in ("url", "sitemap"):
            self._close_entry(name)
        elif self.path and self.path[0] in ("url", "sitemap"):
            self.entry.setdefault("/".join(self.path[1:6]), "".join(self.text)[:_LONGEST_TEXT].strip())
        if self.path:
            self.path.pop()
        self.text, self.length = [], 0

    def doctype(self, _name: str | None, _public: str | None, _system: str | None) -> None:
        """Called by lxml before it reads a DOCTYPE's entities, which a target would get resolved."""
        raise _HasDoctype

    def close(self) -> None:
        """Called by lxml at the document's end."""

    def _close_entry(self, name: str) -> None:
        if self.full:
            return
        url = absolute(self.document.url, self.entry.get("loc"))
        if url is None:
            self.skipped += 1
            self._say_once("entries without an address")
        elif name == "sitemap":
            self._add_sitemap(url)
        else:
            self.findings.links.append(_link(url, self.entry, self.document, self.source))
        self.entry = {}

    def _add_sitemap(self, url: str) -> None:
        if self.source.depth >= MAX_DEPTH:
            self.skipped += 1
            self._say_once(f"sitemaps nested deeper than {MAX_DEPTH} were not read")
            return
        lastmod = rfc3339(self.entry.get("lastmod"))
        self.findings.more.append(Source("sitemap", url, self.source.depth + 1, options(lastmod=lastmod)))

    def _say_once(self, problem: str) -> None:
        if problem not in self.findings.problems:
            self.findings.problems.append(problem)


def _local_name(tag: str) -> str:
    """A tag without its namespace; those of the image and video extensions keep theirs, as their `loc` is no page."""
    namespace, _, name = tag.rpartition("}")
    prefix, _, name = name.rpartition(":")
    return f"{name}@" if name == "loc" and ("image" in namespace + prefix or "video" in namespace + prefix) else name


def _link(url: str, entry: dict[str, str], document: Document, source: Source) -> Link:
    keywords = entry.get("news/keywords", "")
    return Link(
        url=url,
        source=source.kind,
        found_in=document.url,
        headline=short(entry.get("news/title")),
        published=rfc3339(entry.get("news/publication_date")),
        modified=rfc3339(entry.get("lastmod")),
        tags=tuple(dict.fromkeys(tag for tag in (short(word) for word in keywords.split(",")) if tag)),
        language=short(entry.get("news/publication/language")),
        image=absolute(document.url, entry.get("image/loc@")),
    )


def _worth_reading(children: list[Source]) -> list[Source]:
    """Children that may list articles, newest first; all of them where nothing would be left."""
    articles = [child for child in children if not _NO_ARTICLES.search(child.url)] or children
    return sorted(articles, key=lambda child: child.option("lastmod") or "", reverse=True)


def _read_text(head: bytes, chunks: Iterator[bytes], findings: Findings, document: Document, source: Source) -> None:
    """One URL a line; a text of which no line is a URL is no sitemap."""
    lines = (head + b"".join(chunks)).decode("utf-8", "replace").splitlines()
    strange = 0
    for line in lines:
        url = absolute(document.url, line) if line.strip().lower().startswith(("http://", "https://")) else None
        if url is None:
            strange += bool(line.strip())
        elif len(findings.links) < MAX_ENTRIES:
            findings.links.append(Link(url, source.kind, document.url))
        else:
            findings.problems.append(f"more than {MAX_ENTRIES} entries: the rest was not read")
            break
    if strange:
        findings.problems.append(
            f"{strange} lines that are no address" if findings.links else "not a sitemap: neither XML nor a list of addresses"
        )
