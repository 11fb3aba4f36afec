"""Where articles are found: pure functions from bytes to `Link`s, one module a kind.

The file's name is the kind's name in the YAML. Each module offers

- `sources(...) -> list[Source]`, where a configured kind begins, and
- `read(document, source) -> Findings`, which never raises on bad input: what could not be read is said in `Findings.problems`.

Nothing here fetches: documents come in as bytes, and further documents go out as `Findings.more`. How far to walk is the caller's choice.
"""

from __future__ import annotations

from crawler.discovery import blogger, feed, follow, listing, sitemap, wordpress
from crawler.discovery.detect import detect
from crawler.discovery.links import Document, Findings, Kind, Link, Source
from crawler.discovery.shape import is_article_url
from crawler.discovery.text import printable
from crawler.discovery.urls import normalise, url_hash, url_key, without_tracking
from crawler.formats.site import (
    BloggerSource,
    DiscoverySource,
    FeedSource,
    FollowSource,
    ListingSource,
    Site,
    SitemapSource,
    WordpressSource,
)

__all__ = [
    "Document",
    "Findings",
    "Kind",
    "Link",
    "Source",
    "detect",
    "is_article_url",
    "normalise",
    "read",
    "sources",
    "stand_in",
    "url_hash",
    "url_key",
    "without_tracking",
]

_MOST_PROBLEMS = 20
_READERS = {
    "feed": feed.read,
    "sitemap": sitemap.read,
    "wordpress": wordpress.read,
    "blogger": blogger.read,
    "listing": listing.read,
    "follow": follow.read,
}


def sources(site: Site) -> list[Source]:
    """The sources that the site's config names, in its order; empty where it names none, which is what `detect` is for."""
    return [source for configured in site.discover for source in _begin(configured)]


def read(document: Document, source: Source) -> Findings:
    """Everything that `document`, fetched for `source`, says about articles. Never raises on what a server may send."""
    findings = _READERS[source.kind](document, source)
    findings.problems = [printable(problem) for problem in dict.fromkeys(findings.problems[:_MOST_PROBLEMS])]
    return findings


def stand_in(source: Source) -> Source | None:
    """What is read instead of a source that is closed; None where nothing is."""
    return wordpress.stand_in(source) if source.kind == "wordpress" else None


def _begin(configured: DiscoverySource) -> list[Source]:
    match configured:
        case FeedSource():
            return feed.sources(configured.feed)
        case SitemapSource():
            return sitemap.sources(configured.sitemap)
        case WordpressSource():
            return wordpress.sources(configured.wordpress)
        case BloggerSource():
            return blogger.sources(configured.blogger)
        case ListingSource():
            wanted = configured.listing
            return listing.sources(wanted.url, wanted.links, wanted.next, wanted.max_pages)
        case FollowSource():
            return follow.sources(configured.follow.url, configured.follow.depth, configured.follow.max_pages)
