"""Kind `blogger`: the posts feed of a Blogger blog as JSON (https://developers.google.com/gdata/docs/json)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from w3lib.url import add_or_replace_parameters, url_query_parameter

from crawler.discovery import feed
from crawler.discovery.dates import rfc3339
from crawler.discovery.feed_paging import add_next_page, blogger_page, int_or
from crawler.discovery.links import Document, Findings, Link, Source
from crawler.discovery.text import load_json, long, markup, several, short
from crawler.discovery.urls import absolute

PER_PAGE = 150  # Blogger gives no more in one answer, whatever is asked for


def sources(url: str) -> list[Source]:
    """Where a configured `blogger: url` begins: `url` is the blog's home page.

    Asked for in order of modification, so that the first page holds all that is new or changed.
    """
    wanted = {"alt": "json", "max-results": str(PER_PAGE), "start-index": "1", "orderby": "updated"}
    return [Source("blogger", add_or_replace_parameters(urljoin(url, "/feeds/posts/default"), wanted))]


def read(document: Document, source: Source) -> Findings:
    """Links with labels, published and updated; the next entries in `more` until `openSearch$totalResults`. Never raises.

    An answer that is no JSON is read as the Atom feed that it may be.
    """
    if document.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return feed.read(document, source)
    answer = load_json(document.body)
    posts = answer.get("feed") if isinstance(answer, dict) else None
    if not isinstance(posts, dict):
        return Findings(problems=["not Blogger's posts feed: no JSON with a feed in it"])
    entries = posts.get("entry")
    entries = entries if isinstance(entries, list) else []
    findings = Findings(total=int_or(_text(posts, "openSearch$totalResults"), 0) or None)
    for entry in entries:
        url = absolute(document.url, _alternate(entry)) if isinstance(entry, dict) else None
        if url:
            findings.links.append(_link(url, entry, document))
    if len(findings.links) < len(entries):
        findings.problems.append(f"{len(entries) - len(findings.links)} entries without a link")
    _add_next(findings, posts, len(entries), source)
    return findings


def _add_next(findings: Findings, posts: dict[str, Any], count: int, source: Source) -> None:
    """What follows the entries that came, which may be fewer than were asked for: Blogger cuts long answers."""
    start = int_or(_text(posts, "openSearch$startIndex"), int_or(url_query_parameter(source.url, "start-index"), 1))
    total = int_or(_text(posts, "openSearch$totalResults"), 0)
    if not findings.links:
        if start <= total:
            findings.problems.append(f"no entries from {start} on, though there should be {total}")
        return
    older = blogger_page(source.url, start + count, total)
    if older:
        add_next_page(findings, source, older)


def _link(url: str, entry: dict[str, Any], document: Document) -> Link:
    authors, labels = entry.get("author"), entry.get("category")
    tags = several([label.get("term") for label in labels if isinstance(label, dict)]) if isinstance(labels, list) else ()
    thumbnail = entry.get("media$thumbnail")
    return Link(
        url=url,
        source="blogger",
        found_in=document.url,
        headline=short(_text(entry, "title")),
        section=tags[0] if len(tags) == 1 else None,
        authors=several([_text(author, "name") for author in authors if isinstance(author, dict)]) if isinstance(authors, list) else (),
        published=rfc3339(_text(entry, "published")),
        modified=rfc3339(_text(entry, "updated")),
        summary=long(_text(entry, "summary")),
        tags=tags,
        content_html=markup(_text(entry, "content")),
        image=absolute(document.url, thumbnail["url"]) if isinstance(thumbnail, dict) and isinstance(thumbnail.get("url"), str) else None,
    )


def _alternate(entry: dict[str, Any]) -> str | None:
    links = entry.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "alternate" and isinstance(link.get("href"), str):
            return str(link["href"])
    return None


def _text(parent: dict[str, Any], name: str) -> str | None:
    """The text of one of GData's values, `{"$t": "…"}`."""
    value = parent.get(name)
    text = value.get("$t") if isinstance(value, dict) else None
    return str(text) if isinstance(text, str | int) else None
