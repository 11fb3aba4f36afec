"""Kind `follow`: all links of a site to a depth, for sites that offer nothing else, away from traps."""

from __future__ import annotations

from collections import Counter

from crawler.discovery import page, traps
from crawler.discovery.hosts import same_site
from crawler.discovery.links import Document, Findings, Link, Source, options
from crawler.discovery.page_links import anchors
from crawler.discovery.shape import Shape, article_shape, is_page_address
from crawler.discovery.text import short
from crawler.discovery.urls import absolute, url_key

DEPTH = 2


def sources(url: str, depth: int = DEPTH, max_pages: int | None = None) -> list[Source]:
    """Where a configured `follow` begins. `depth`: how many links away from `url` pages are still read for their links."""
    return [Source("follow", url, options=options(depth=str(depth), max_pages=None if max_pages is None else str(max_pages)))]


def read(document: Document, source: Source) -> Findings:
    """Every link of the same site that may be an article, and every page of it in `more` while the depth lasts.

    Links into traps are left out and counted by kind in `problems`. Never raises.
    """
    root, problems = page.parse(document)
    findings = Findings(problems=problems)
    if root is None:
        return findings
    base = page.base_url(root, document)
    depth = source.option("depth")
    deeper = source.depth < (int(depth) if depth and depth.isdigit() else DEPTH)
    trapped: Counter[str] = Counter()
    shapes: Counter[str] = Counter()
    seen = {url_key(document.url), url_key(source.url)}
    for anchor, _ in anchors(root):
        url = absolute(base, anchor.get("href"))
        if url is None or not same_site(url, document.url) or url_key(url) in seen or not is_page_address(url):
            continue
        seen.add(url_key(url))
        trap = traps.trap(url) or traps.crowded(url, shapes)
        if trap:
            trapped[trap] += 1
            continue
        if article_shape(url) is not Shape.OTHER:
            findings.links.append(Link(url, source.kind, document.url, headline=short(page.text_of(anchor))))
        if deeper:
            findings.more.append(Source(source.kind, url, source.depth + 1, source.options))
    findings.problems += [f"{count} links into a trap left out: {kind}" for kind, count in sorted(trapped.items())]
    return findings
