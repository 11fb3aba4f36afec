"""Older pages of a feed: `rel=next` (RFC 5005), Blogger's `start-index`, WordPress's `?paged=`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from w3lib.url import add_or_replace_parameters, url_query_parameter

from crawler.discovery.links import Document, Findings, Source, options
from crawler.discovery.urls import absolute, url_key


def add_older(findings: Findings, feed: Mapping[str, Any], document: Document, source: Source) -> None:
    """Put the page of older entries into `findings.more`, if this one had any and there may be another.

    A server that answers every page number with the same entries is noticed by its first entry, and said so in `problems`.
    """
    if not findings.links:
        return
    older = _older(feed, len(findings.links), document, source)
    if older is None or older == document.url:
        return
    add_next_page(findings, source, older)


def add_next_page(findings: Findings, source: Source, url: str) -> None:
    """Put the page after this one, at `url`, into `findings.more`, unless this page began like the one before."""
    first = url_key(findings.links[0].url)
    if source.depth and source.option("after") == first:
        findings.problems.append("every further page has the same entries: paging was stopped")
        return
    kept = {name: value for name, value in source.options if name not in ("after", "guess")}
    findings.more.append(replace(source, url=url, depth=source.depth + 1, options=options(**kept, after=first)))


def _older(feed: Mapping[str, Any], count: int, document: Document, source: Source) -> str | None:
    generator = f"{feed.get('generator', '')} {feed.get('generator_detail', {}).get('href', '')}".lower()
    start, total = int_or(feed.get("opensearch_startindex"), 1), int_or(feed.get("opensearch_totalresults"), 0)
    blogger = blogger_page(source.url, start + count, total) if "blogger" in generator else None
    if blogger:  # before `rel=next`, whose pages are six times as many
        return blogger
    for link in feed.get("links", ()):
        if link.get("rel") in ("next", "prev-archive"):
            return absolute(document.url, link.get("href"))
    if "wordpress" in generator or url_query_parameter(source.url, "paged"):
        return add_or_replace_parameters(source.url, {"paged": str(int_or(url_query_parameter(source.url, "paged"), 1) + 1)})
    return None


def blogger_page(url: str, start: int, total: int) -> str | None:
    """The Blogger feed `url` from entry number `start` on; None past `total`."""
    if start > total or "/feeds/" not in urlsplit(url).path:
        return None
    return add_or_replace_parameters(url, {"start-index": str(start), "max-results": url_query_parameter(url, "max-results") or "150"})


def int_or(value: object, otherwise: int) -> int:
    """`value` as a whole number of at most nine digits, else `otherwise`."""
    text = str(value).strip() if value is not None else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise
