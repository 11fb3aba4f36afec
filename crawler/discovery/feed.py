"""Kind `feed`: RSS 0.9x to 2.0, RDF, Atom and JSON Feed, from bytes that were fetched elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import feedparser  # type: ignore[import-untyped]

from crawler.discovery import feed_json, feed_paging
from crawler.discovery.dates import rfc3339
from crawler.discovery.feed_xml import well_formed
from crawler.discovery.hosts import same_site
from crawler.discovery.links import Document, Findings, Link, Source
from crawler.discovery.text import long, markup, several, short
from crawler.discovery.urls import absolute
from crawler.discovery.xml_text import xml_text

_COMMENT_FEED = re.compile(r"/comments/(?:feed|default|rss|atom)|/feeds/(?:\d+/)?comments/|/feed/comments|[?&]feed=comments", re.IGNORECASE)
_COMMENT_LINK = re.compile(r"#(?:comment-?|c)\d+$|[?&]showComment=", re.IGNORECASE)
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_629_800, "yearly": 31_557_600}  # RSS 1.0 syndication module


def sources(url: str) -> list[Source]:
    """Where a configured `feed: url` begins."""
    return [Source("feed", url)]


def is_comment_feed(url: str) -> bool:
    """Whether the address is that of a feed of readers' comments (WordPress, Blogger)."""
    return bool(_COMMENT_FEED.search(url))


def read(document: Document, source: Source) -> Findings:
    """Links with all their hints, older pages in `more`, `ttl` and `sy:updatePeriod` in `poll_after`. Never raises."""
    if is_comment_feed(document.url):
        return Findings(problems=["a feed of comments, not of articles"])
    text = xml_text(document.body, document.content_type)
    if text.lstrip()[:1] in ("{", "["):
        return feed_json.read(document, source)
    if not re.search(r"<(?:[\w.-]{1,20}:)?(?:rss|feed|rdf|channel|item|entry)[\s>/]", text[:100_000], re.IGNORECASE):
        return Findings(
            problems=["not a feed: " + ("an HTML page" if "<html" in text[:5_000].lower() else "no RSS, RDF, Atom or JSON Feed in it")]
        )
    xml, problems = well_formed(text)
    if xml is None:
        return Findings(problems=problems)
    try:
        parsed = _parse(xml, document)
    except LookupError:  # feedparser 6 trips over a link that closes where none was opened
        return Findings(problems=[*problems, "not a feed that can be read: its elements are misplaced"])
    return _findings(parsed, document, source, problems)


def _parse(xml: bytes, document: Document) -> Mapping[str, Any]:
    headers = {"content-location": document.url, "content-type": "application/xml; charset=utf-8"}
    parsed: Mapping[str, Any] = feedparser.parse(xml, response_headers=headers, resolve_relative_uris=False, sanitize_html=False)
    return parsed


def _findings(parsed: Mapping[str, Any], document: Document, source: Source, problems: list[str]) -> Findings:
    total = feed_paging.int_or(parsed["feed"].get("opensearch_totalresults"), 0) or None
    findings = Findings(problems=problems, poll_after=_poll_after(parsed["feed"]), total=total)
    comments = nowhere = 0
    home = absolute(document.url, parsed["feed"].get("link")) or document.url
    for entry in parsed["entries"]:
        href = _href(entry, document.url, home)
        url = absolute(document.url, href)
        if href and _COMMENT_LINK.search(href):
            comments += 1
        elif url is None:
            nowhere += 1
        else:
            findings.links.append(_link(url, entry, parsed["feed"], document, source))
    if comments:
        findings.problems.append(f"{comments} comments in it, which are no articles")
    if nowhere:
        findings.problems.append(f"{nowhere} entries without a link")
    if not parsed["entries"] and not parsed["version"]:
        findings.problems.append("not a feed: no RSS, RDF or Atom in it")
    feed_paging.add_older(findings, parsed["feed"], document, source)
    return findings


def _href(entry: Mapping[str, Any], base: str, home: str) -> str | None:
    """The article's address: FeedBurner's original link, the alternate link, a permalink guid.

    A blog that comments on links gives the other site's address first and its own as `related` or guid: its own wins.
    """
    hrefs = [href for href in _hrefs(entry) if absolute(base, href)]
    return next((href for href in hrefs if same_site(absolute(base, href) or "", home)), hrefs[0] if hrefs else None)


def _hrefs(entry: Mapping[str, Any]) -> Iterator[str]:
    links = [link for link in entry.get("links", ()) if link.get("href")]
    alternates = [link for link in links if link.get("rel", "alternate") == "alternate"]
    for candidate in (
        entry.get("feedburner_origlink"),
        *(link["href"] for link in alternates if "html" in link.get("type", "text/html")),
        *(link["href"] for link in alternates),
        entry.get("link"),
        *(link["href"] for link in links if link.get("rel") == "related"),
    ):
        if isinstance(candidate, str):
            yield candidate
    identifier = entry.get("id")
    if isinstance(identifier, str) and identifier.lower().startswith(("http://", "https://")):
        yield identifier


def _link(url: str, entry: Mapping[str, Any], feed: Mapping[str, Any], document: Document, source: Source) -> Link:
    published, modified = _dates(entry)
    tags = several([tag.get("label") or tag.get("term") for tag in entry.get("tags", ())])
    return Link(
        url=url,
        source=source.kind,
        found_in=document.url,
        headline=short(entry.get("title")),
        section=tags[0] if len(tags) == 1 else None,
        authors=_authors(entry),
        published=published,
        modified=modified,
        summary=_summary(entry),
        tags=tags,
        content_html=_content(entry),
        language=short(entry.get("language")) or short(feed.get("language")),
        image=_image(entry, document.url),
    )


def _dates(entry: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Published and modified. A lone `dc:date`, which feedparser calls `updated`, is RSS 1.0's date of publication."""
    published = rfc3339(entry.get("published")) or rfc3339(entry.get("created"))
    modified = rfc3339(entry["updated"]) if "updated" in entry else None
    return (published, modified) if published else (modified, None)


def _authors(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Names; RSS's `address (Name)` gives its name, a bare address gives none."""
    names = [author.get("name") for author in entry.get("authors", ()) if author.get("name")]
    return tuple(name for name in several(names) if "@" not in name)


_TEASER = 1_000
"""Characters: what is longer is no summary but the text itself, which many feeds give as their description."""


def _summary(entry: Mapping[str, Any]) -> str | None:
    """The description where it is a teaser. feedparser takes the content for one where there is none."""
    text = long(entry.get("summary")) if entry.get("summary") else None
    content = long(_content(entry)) or ""
    return text if text and len(text) <= _TEASER and not content.startswith(text[:200]) else None


def _content(entry: Mapping[str, Any]) -> str | None:
    texts = [markup(part.get("value")) for part in entry.get("content", ()) if "html" in part.get("type", "text/html")]
    return max((text for text in texts if text), key=len, default=None)


def _image(entry: Mapping[str, Any], base: str) -> str | None:
    media = [
        part.get("url")
        for part in entry.get("media_content", ())
        if part.get("medium") == "image" or part.get("type", "").startswith("image/")
    ]
    thumbnails = [part.get("url") for part in entry.get("media_thumbnail", ())]
    enclosures = [part.get("href") for part in entry.get("enclosures", ()) if part.get("type", "").startswith("image/")]
    return next((url for url in (absolute(base, href) for href in (*media, *thumbnails, *enclosures)) if url), None)


def _poll_after(feed: Mapping[str, Any]) -> float | None:
    """The longer of RSS's `ttl` (minutes) and the syndication module's period divided by its frequency."""
    asked = []
    ttl, frequency = _number(feed.get("ttl")), _number(feed.get("sy_updatefrequency"))
    if ttl:
        asked.append(ttl * 60)
    period = _PERIODS.get(str(feed.get("sy_updateperiod", "")).strip().lower())
    if period:
        asked.append(period / (frequency or 1))
    return max(asked, default=None)


def _number(value: object) -> float | None:
    text = str(value).strip() if value is not None else ""
    return float(text) if re.fullmatch(r"[0-9]{1,9}", text) and int(text) > 0 else None


def is_feed_address(url: str) -> bool:
    """Whether an address has the shape of a feed, by the places where systems keep theirs."""
    parts = urlsplit(url)
    return bool(
        re.search(
            r"/(?:feed|rss|atom)/?$|/(?:feed|rss|atom|index|rss2)\.(?:xml|rdf|json)$|/(?:feed|rss|atom)s?/[^/]+\.xml$|\.(?:rss|atom|rdf)$|/feeds/posts/default",
            parts.path,
            re.IGNORECASE,
        )
    )
