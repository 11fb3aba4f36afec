"""JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

from typing import Any

from crawler.discovery.dates import rfc3339
from crawler.discovery.feed_paging import add_next_page
from crawler.discovery.feed_xml import MAX_ENTRIES
from crawler.discovery.links import Document, Findings, Link, Source
from crawler.discovery.text import load_json, long, markup, several, short
from crawler.discovery.urls import absolute


def read(document: Document, source: Source) -> Findings:
    """Links of a JSON Feed and its `next_url`. Never raises."""
    feed = load_json(document.body)
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return Findings(problems=["not a feed: JSON without the items of a JSON Feed"])
    findings = Findings()
    for item in feed["items"][:MAX_ENTRIES]:
        url = _url(item, document.url)
        if url:
            findings.links.append(_link(url, item, feed, document, source))
    if len(feed["items"]) > len(findings.links):
        findings.problems.append(f"{len(feed['items']) - len(findings.links)} entries without a link, or past the first {MAX_ENTRIES}")
    older = absolute(document.url, _text(feed.get("next_url")))
    if older and older != document.url and findings.links:
        add_next_page(findings, source, older)
    return findings


def _url(item: Any, base: str) -> str | None:
    if not isinstance(item, dict):
        return None
    identifier = _text(item.get("id")) or ""
    href = _text(item.get("url")) or (identifier if identifier.startswith(("http://", "https://")) else None)
    return absolute(base, href)


def _link(url: str, item: dict[str, Any], feed: dict[str, Any], document: Document, source: Source) -> Link:
    authors = item.get("authors") or ([item["author"]] if item.get("author") else feed.get("authors")) or []
    tags = several(item.get("tags"))
    return Link(
        url=url,
        source=source.kind,
        found_in=document.url,
        headline=short(item.get("title")),
        section=tags[0] if len(tags) == 1 else None,
        authors=several([author.get("name") for author in authors if isinstance(author, dict)]) if isinstance(authors, list) else (),
        published=rfc3339(item.get("date_published")),
        modified=rfc3339(item.get("date_modified")),
        summary=long(item.get("summary")),
        tags=tags,
        content_html=markup(item.get("content_html")),
        language=short(item.get("language")) or short(feed.get("language")),
        image=absolute(document.url, _text(item.get("image")) or _text(item.get("banner_image"))),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
