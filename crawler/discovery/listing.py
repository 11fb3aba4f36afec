"""Kind `listing`: a page that lists articles, by selectors, or without any by the links that look like articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from cssselect import SelectorError
from lxml.html import HtmlElement
from parsel import Selector

from crawler.discovery import page, page_links
from crawler.discovery.links import Document, Findings, Link, Source, options
from crawler.discovery.text import short
from crawler.discovery.urls import absolute, url_key

_LONGEST_NAME = 40  # characters of a link that may be called so
_EDGES = re.compile(r"^\W+|\W+$")
MAX_PAGES = 1_000  # where no option says less: a listing of 10,000 articles
# How themes call the link to older posts, where no `rel=next` says it: Blogger, WordPress classic and block themes, Ghost, others.
_OLDER = (
    "link[rel~=next]",
    "a[rel~=next]",
    "a.blog-pager-older-link",
    "#blog-pager-older-link a",
    "a.next.page-numbers",
    ".nav-previous a",
    "a.wp-block-query-pagination-next",
    "a.older-posts",
    ".older a, a.older",
    ".pagination .next a, .pagination a.next, .pager .next a, .pager-next a, .pagination-next a, a.pagination-next, a.next-page",
)

# What a hand-made page calls that link, where nothing else says it. Alone, "next" and "previous" lead either way.
_OLDER_WORDS = re.compile(
    "older|(?:older|previous|earlier) (?:posts|entries|articles|stories|news)|next page"
    "|(?:ältere|frühere) (?:beiträge|artikel|einträge|meldungen)|nächste seite"
    "|(?:articles|billets) (?:plus anciens|précédents)|page suivante"
    "|(?:entradas|artículos|noticias) (?:más )?(?:antiguas|antiguos|anteriores)|página siguiente"
    "|(?:articoli|post) (?:più vecchi|precedenti)|pagina successiva"
    "|(?:postagens|artigos) (?:mais )?(?:antigas|antigos|anteriores)|próxima página"
    "|oudere (?:berichten|artikelen)|volgende pagina"
)


def sources(url: str, links: str | None = None, next_page: str | None = None, max_pages: int | None = None) -> list[Source]:
    """Where a configured `listing` begins. `links`, `next_page`: CSS, or XPath beginning with `/`, `./` or `(`; `next_page` may be a
    URL with `{page}` instead, which counts from 2."""
    return [Source("listing", url, options=options(links=links, next=next_page, max_pages=None if max_pages is None else str(max_pages)))]


def read(document: Document, source: Source) -> Findings:
    """Links to articles and the next page in `more`. Never raises."""
    root, problems = page.parse(document)
    findings = Findings(problems=problems)
    if root is None:
        return findings
    base = page.base_url(root, document)
    selector = source.option("links")
    found = _selected(root, selector, findings) if selector else page_links.articles(root, base)
    for href, headline in found:
        url = absolute(base, href)
        if url:
            findings.links.append(Link(url, source.kind, document.url, headline=short(headline)))
    if selector and not findings.links:
        findings.problems.append(f"the selector {selector!r} finds no link")
    _add_next(findings, root, base, document, source)
    return findings


def _selected(root: HtmlElement, selector: str, findings: Findings) -> Iterator[tuple[str | None, str | None]]:
    """Address and text of each link that the selector names itself, or that stands within what it names, each address once."""
    seen: set[str] = set()
    for match in _select(root, selector, findings):
        element = match.root
        anchors = [element] if isinstance(element, str) or element.get("href") else [a for a in element.iter("a") if a.get("href")][:1]
        for anchor in anchors:
            href = anchor if isinstance(anchor, str) else anchor.get("href")
            if href and href not in seen:
                seen.add(href)
                yield href, None if isinstance(anchor, str) else page.text_of(anchor)


def _select(root: HtmlElement, selector: str, findings: Findings) -> list[Selector]:
    page_selector: Selector = Selector(root=root, type="html")
    try:
        return list(page_selector.xpath(selector) if selector.startswith(("/", "./", "(")) else page_selector.css(selector))
    except (ValueError, SelectorError) as error:
        findings.problems.append(f"the selector {selector!r} is not valid: {error}")
        return []


def _add_next(findings: Findings, root: HtmlElement, base: str, document: Document, source: Source) -> None:
    limit = source.option("max_pages")
    if source.depth + 1 >= (int(limit) if limit and limit.isdigit() else MAX_PAGES):
        return
    url = _next(findings, root, base, source)
    if not url or url_key(url) in (url_key(document.url), url_key(source.url)) or not findings.links:
        return
    first = url_key(findings.links[0].url) + " " + url_key(findings.links[-1].url)
    if source.depth and source.option("after") == first:
        findings.problems.append("every further page has the same links: paging was stopped")
        return
    kept = {name: value for name, value in source.options if name != "after"}
    findings.more.append(Source("listing", url, source.depth + 1, options(**kept, after=first)))


def _next(findings: Findings, root: HtmlElement, base: str, source: Source) -> str | None:
    wanted = source.option("next")
    if wanted and "{page}" in wanted:
        return absolute(base, wanted.replace("{page}", str(source.depth + 2)))
    for selector in (wanted,) if wanted else _OLDER:
        for href, _ in _selected(root, selector, findings):
            url = absolute(base, href)
            if url and urlsplit(url).hostname == urlsplit(base).hostname:
                return url
    return absolute(base, _numbered(root) or _called_older(root)) if not wanted else None


def _called_older(root: HtmlElement) -> str | None:
    """The link whose words, arrows beside them left out, are a usual name of older posts."""
    for anchor, _ in page_links.anchors(root):
        href, text = str(anchor.get("href")), page.text_of(anchor)
        if not href.startswith("#") and len(text) <= _LONGEST_NAME and _OLDER_WORDS.fullmatch(_EDGES.sub("", text).lower()):
            return href
    return None


def _numbered(root: HtmlElement) -> str | None:
    """The link after the page number that is not a link, in a list of page numbers."""
    for current in root.cssselect("[aria-current=page], .pagination .active, .pagination .current, .page-numbers.current"):
        number = re.fullmatch(r"\d{1,4}", page.text_of(current))
        following = current.getnext()
        if number and following is not None:
            anchor = following if following.tag == "a" else next(iter(following.iter("a")), None)
            if anchor is not None and page.text_of(anchor) == str(int(number[0]) + 1):
                return str(anchor.get("href"))
    return None
