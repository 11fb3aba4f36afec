"""Where articles are found: pure functions from bytes to `Link`s, one module a kind.

The file's name is the kind's name in the YAML. Each module offers

- `sources(site_or_options) -> list[Source]` where a configured kind begins, and
- `read(document, source) -> Findings`, which never raises on bad input: what could not be read is said in `Findings.problems`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["feed", "sitemap", "wordpress", "blogger", "listing", "follow"]


@dataclass(frozen=True, slots=True)
class Link:
    """A URL found, with every hint that came with it. Hints are as the source gave them, only cleaned of mark-up."""

    url: str
    """Absolute http(s) URL without fragment."""
    source: Kind | Literal["seed"]
    """The kind of source it was found in; `seed` where a person named the URL."""
    found_in: str
    """URL of the document it stood in."""
    headline: str | None = None
    section: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    """RFC 3339 with zone, or a bare day."""
    modified: str | None = None
    """RFC 3339 with zone, or a bare day."""
    summary: str | None = None
    tags: tuple[str, ...] = ()
    content_html: str | None = None
    """The article's full text as the feed or API gave it, if it did."""
    language: str | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A document to fetch for its links."""

    kind: Kind
    url: str
    depth: int = 0
    """Steps from the configured source: nested sitemaps, further pages."""
    options: tuple[tuple[str, str], ...] = ()
    """What the kind needs besides its URL (the selectors of a listing), as sorted pairs, so that a source can be a key."""


@dataclass(frozen=True, slots=True)
class Document:
    """A fetched source: `body` is free of transfer and content coding; `url` is the final one, after redirects."""

    url: str
    body: bytes
    content_type: str = ""
    """The Content-Type header's whole value, or an empty string."""
    headers: tuple[tuple[str, str], ...] = ()
    """All response headers (names lower-cased), for `Link:` and WordPress's `X-WP-TotalPages`."""


@dataclass(slots=True)
class Findings:
    """What a document gave: links to articles, further documents to read, and what was wrong with it in plain words."""

    links: list[Link] = field(default_factory=list)
    more: list[Source] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    poll_after: float | None = None
    """Seconds that the source itself asks to be left alone (`ttl`, `sy:updatePeriod`), if it does."""
