"""What a site offers: from its home page, its robots.txt and the places where its system keeps things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.discovery import blogger, feed, listing, page, wordpress
from crawler.discovery.hosts import same_site
from crawler.discovery.links import Document, Source, options
from crawler.discovery.page_links import anchors
from crawler.discovery.systems import FEED_PLACES, SITEMAP_PLACES, system_of
from crawler.discovery.urls import absolute, url_key

_MOST_FEEDS = 20  # a news site announces its sections' feeds on each page, a hostile one any number
_MOST_SITEMAPS = 50
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_FORMAT = re.compile(r"(?:^|[/._=?&~-])(?:atom|rss2?|rdf|xml|json|feed|alt|format|type)(?=$|[/._=?&~-])", re.IGNORECASE)
_API_HEADER = re.compile(r"<([^<>]{1,2000})>\s{0,9};\s{0,9}rel=\"?https://api\.w\.org/")
_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,2000})", re.IGNORECASE | re.MULTILINE)


def detect(home: Document, robots: Document | None = None) -> list[Source]:
    """Where the site lists its articles, best first; never empty, as the home page itself is the last.

    Best: a CMS API, which knows every post and when it was changed; then feeds, then sitemaps, then the listing of the home page.
    A place that is only known from other sites of the same system, and may answer 404, has the option `guess`. Never raises.
    """
    if _is_feed(home):
        return [Source("feed", home.url)]
    root, _ = page.parse(home)
    found: list[Source] = []
    if root is not None:
        found += _announced(root, home)
    found += _sitemaps(robots)
    system = system_of(root, home) if root is not None else None
    if system == "blogger":
        found = [*_guessed(blogger.sources(home.url)), *found]  # the feeds too: the API may be closed, or the blog have moved there
    found += _well_known(home, system, found)
    return [*_once(sorted(found, key=_rank)), *listing.sources(home.url)]


def _rank(source: Source) -> tuple[int, int]:
    order = {"wordpress": 0, "blogger": 0, "feed": 1, "sitemap": 2}
    news_first = 0 if source.kind == "sitemap" and "news" in source.url.lower() else 1
    return order.get(source.kind, 3) + (10 if source.option("guess") and source.kind != "blogger" else 0), news_first


def _is_feed(home: Document) -> bool:
    return bool(re.match(rb"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:rss|feed|rdf:RDF)[\s>]", home.body[:1_000].removeprefix(b"\xef\xbb\xbf")))


def _announced(root: HtmlElement, home: Document) -> Iterator[Source]:
    base = page.base_url(root, home)
    links = [(str(link.get("rel") or "").lower().split(), absolute(base, link.get("href"))) for link in root.iter("link")]
    for relation, url in [*links, _api_of_header(home)]:
        if url and "https://api.w.org/" in relation and same_site(url, home.url):
            yield from wordpress.sources(url)
        elif url and "sitemap" in relation:
            yield Source("sitemap", url)
    yield from _feeds(root, base, home)


def _api_of_header(home: Document) -> tuple[list[str], str | None]:
    """WordPress names its API in a `Link:` header too, which stays where a theme drops the tag."""
    for name, value in home.headers:
        match = _API_HEADER.search(value[:10_000]) if name.lower() == "link" else None
        if match:
            return ["https://api.w.org/"], absolute(home.url, match[1])
    return [], None


def _feeds(root: HtmlElement, base: str, home: Document) -> list[Source]:
    """The feeds that the page announces: one of each family (the same feed as Atom and as RSS), no comments, no single post's.

    Where none is announced in the head, those that the page links to.
    """
    families: dict[str, tuple[bool, str]] = {}
    for url, is_atom in _alternates(root, base) or _linked_feeds(root, base, home):
        key = _FORMAT.sub("", url_key(url)).rstrip("?&/")
        known = families.get(key)
        if known is None or (is_atom and not known[0]):
            families[key] = (is_atom, url)
    return [Source("feed", url) for _, url in families.values()][:_MOST_FEEDS]


def _alternates(root: HtmlElement, base: str) -> list[tuple[str, bool]]:
    found = []
    for link in root.iter("link"):
        kind = str(link.get("type") or "").lower().partition(";")[0].strip()
        url = absolute(base, link.get("href"))
        announced = "alternate" in str(link.get("rel") or "").lower().split() and kind in _FEED_TYPES
        if url and announced and not feed.is_comment_feed(url) and not _is_comment_title(link.get("title")):
            found.append((url, "atom" in kind))
    return found


def _is_comment_title(title: str | None) -> bool:
    return bool(
        re.search(r"\b(?:comments? (?:feed|on|for)|commentaires|kommentar|comentarios)\b|(?:» |- )comments\b", (title or "").lower())
    )


def _linked_feeds(root: HtmlElement, base: str, home: Document) -> list[tuple[str, bool]]:
    found = []
    for anchor, _ in anchors(root):
        url = absolute(base, anchor.get("href"))
        if url and same_site(url, home.url) and feed.is_feed_address(url) and not feed.is_comment_feed(url):
            found.append((url, "atom" in url))
    return found


def _sitemaps(robots: Document | None) -> list[Source]:
    """The `Sitemap:` lines of robots.txt, which hold for the whole host wherever they stand in it."""
    if robots is None:
        return []
    text = robots.body[:500_000].decode("utf-8-sig", "replace").replace("\r", "\n")  # RFC 9309 asks crawlers to read 500 KiB
    urls = dict.fromkeys(absolute(robots.url, match[1]) for match in _SITEMAP_LINE.finditer(text))
    return [Source("sitemap", url) for url in urls if url][:_MOST_SITEMAPS]


def _well_known(home: Document, system: str | None, found: list[Source]) -> list[Source]:
    """The places where the system keeps what nothing announced; those that are common, where the system is unknown."""
    kinds = {source.kind for source in found}
    guesses: list[Source] = []
    if system == "wordpress" and "wordpress" not in kinds:
        guesses += wordpress.sources(home.url)
    if not kinds & {"feed", "blogger"}:
        guesses += [Source("feed", urljoin(_folder(home.url), place)) for place in FEED_PLACES.get(system or "", FEED_PLACES[""])]
    if "sitemap" not in kinds:
        guesses += [Source("sitemap", urljoin(home.url, place)) for place in SITEMAP_PLACES.get(system or "", SITEMAP_PLACES[""])]
    return _guessed(guesses)


def _guessed(sources: list[Source]) -> list[Source]:
    return [replace(source, options=options(**dict(source.options), guess="1")) for source in sources]


def _folder(url: str) -> str:
    """The folder that a blog lives in: `https://example.org/blog` is taken for `/blog/`, a page with an ending for its folder."""
    url = url.partition("?")[0]
    last = urlsplit(url).path.rpartition("/")[2]
    return url + "/" if last and "." not in last else url


def _once(sources: list[Source]) -> list[Source]:
    return list({(source.kind, url_key(source.url)): source for source in reversed(sources)}.values())[::-1]
