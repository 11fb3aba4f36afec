"""What flows through discovery: `Source` in, `Document` fetched for it, `Findings` of `Link`s out."""

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

    def option(self, name: str) -> str | None:
        """The value of one option, or None."""
        return dict(self.options).get(name)


@dataclass(frozen=True, slots=True)
class Document:
    """A fetched source: `body` is free of transfer and content coding; `url` is the final one, after redirects."""

    url: str
    body: bytes
    content_type: str = ""
    """The Content-Type header's whole value, or an empty string."""
    headers: tuple[tuple[str, str], ...] = ()
    """All response headers (names lower-cased), for `Link:` and WordPress's `X-WP-TotalPages`."""

    def header(self, name: str) -> str | None:
        """The first value of a header (lower-case name), or None."""
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(slots=True)
class Findings:
    """What a document gave: links to articles, further documents to read, and what was wrong with it in plain words."""

    links: list[Link] = field(default_factory=list)
    more: list[Source] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    poll_after: float | None = None
    """Seconds that the source itself asks to be left alone (`ttl`, `sy:updatePeriod`), if it does."""
    closed: bool = False
    """There is no such API, or it is not for us; `more` holds what stands in for it."""
    total: int | None = None
    """How many articles the source says that it has on all its pages, if it does."""


def options(**pairs: str | None) -> tuple[tuple[str, str], ...]:
    """`Source.options` from keyword arguments; those that are None are left out."""
    return tuple(sorted((name, value) for name, value in pairs.items() if value is not None))
