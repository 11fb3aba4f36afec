"""The one place where extraction touches a capture: bytes in, article out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lxml import etree

from crawler.clock import rfc3339
from crawler.discovery import Link
from crawler.discovery.urls import normalise as normal_url
from crawler.errors import CaptureError
from crawler.extraction import Refusal, cascade, refusal
from crawler.extraction.page import Page, parse
from crawler.extraction.tree import Unreadable
from crawler.formats.article import Article, article_id, content_digest
from crawler.formats.capture import Capture
from crawler.formats.site import Site

Read = Callable[[Page, Site, datetime, Link | None, int], cascade.Findings | Refusal]


def article(
    capture: Capture, site: Site, link: Link | None, read: Read = cascade.read, parsed: Callable[[Page], None] | None = None
) -> Article | Refusal:
    """See `crawler.extraction.extract`. `read`: what finds the fields of the page, with the parameters of `cascade.read`."""
    try:
        body, whole = capture.decoded()
    except CaptureError as error:
        return Refusal("extraction-failed", str(error))
    content_type = capture.header("content-type") or ""
    cut = capture.truncated or (None if whole or _ends(body) else "its content coding ends midway")
    refused = refusal.at_bytes(body, content_type, capture.status, cut)
    if refused:
        return refused
    try:
        page = parse(body, content_type, capture.url)
    except Unreadable as error:
        return Refusal("extraction-failed", str(error))
    if parsed:
        parsed(page)
    try:
        found = read(page, site, capture.date, link, capture.status)
    except (RecursionError, etree.LxmlError) as error:  # a tree that a library cannot walk
        return Refusal("extraction-failed", f"{type(error).__name__}: {error}")
    return found if isinstance(found, Refusal) else _article(found, capture, site, cascade.canonical(page))


def _ends(body: bytes) -> bool:
    """Whether the mark-up is all there: some servers forget the last bytes of gzip, which hold a checksum."""
    return body[-200:].rstrip().lower().endswith(b"</html>")


def _article(found: cascade.Findings, capture: Capture, site: Site, canonical: str | None) -> Article:
    address = normal_url(canonical or capture.url)
    return Article(
        id=article_id(site.key, address),
        site=site.key,
        url=capture.url,
        canonical_url=address,
        revision=1,
        change="new",
        changed_fields=[],
        headline=found.headline,
        section=found.section,
        body=found.body,
        blocks=found.blocks,
        summary=found.summary,
        authors=found.authors,
        published=found.published,
        modified=found.modified,
        language=found.language,
        tags=found.tags,
        images=found.images,
        access=found.access,
        raw=found.raw,
        provenance=found.provenance,
        disagreements=found.disagreements,
        content_digest=content_digest(
            headline=found.headline,
            section=found.section,
            body=found.body,
            blocks=found.blocks,
            summary=found.summary,
            authors=found.authors,
            published=found.published,
            tags=found.tags,
            access=found.access,
        ),
        captured=rfc3339(capture.date),
        warc=capture.ref,
        extractor=cascade.extractor(found.provenance),
    )
