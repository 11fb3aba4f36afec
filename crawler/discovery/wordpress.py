"""Kind `wordpress`: the posts of WordPress's REST API (https://developer.wordpress.org/rest-api/reference/posts/)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from w3lib.url import add_or_replace_parameters, url_query_parameter

from crawler.discovery.dates import rfc3339
from crawler.discovery.feed_paging import add_next_page, int_or
from crawler.discovery.links import Document, Findings, Link, Source, options
from crawler.discovery.text import load_json, long, several, short
from crawler.discovery.urls import absolute

PER_PAGE = 100  # the most that the API gives
# Without `content`: the page itself is fetched, and a hundred full texts would cost the site megabytes.
_FIELDS = "id,link,date_gmt,modified_gmt,title,excerpt,_links,_embedded"


def sources(url: str) -> list[Source]:
    """Where a configured `wordpress: url` begins: `url` is the blog's home page, or its API's root as the home page announces it.

    Asked for in order of modification, so that the first page holds all that is new or changed.
    """
    return [Source("wordpress", _posts(url), options=options(home=_home(url)))]


def read(document: Document, source: Source) -> Findings:
    """Links with headline, dates in UTC, categories as section, tags, authors; the next page in `more`.

    Where the API is closed or absent, `more` holds the feed, whose older pages lead back as far. Never raises.
    """
    posts = load_json(document.body)
    if not isinstance(posts, list):
        return _closed(posts, source)
    findings = Findings(total=int_or(document.header("x-wp-total"), 0) or None)
    for post in posts:
        url = absolute(document.url, post.get("link")) if isinstance(post, dict) and isinstance(post.get("link"), str) else None
        if url:
            findings.links.append(_link(url, post, document))
    if len(findings.links) < len(posts):
        findings.problems.append(f"{len(posts) - len(findings.links)} posts without a link")
    _add_next(findings, document, source)
    return findings


def _home(url: str) -> str:
    for mark in ("/wp-json", "/?rest_route", "/index.php?rest_route"):
        url = url.partition(mark)[0]
    return url if url.endswith("/") else url + "/"


def _posts(url: str) -> str:
    wanted = {
        "per_page": str(PER_PAGE),
        "page": "1",
        "orderby": "modified",
        "order": "desc",
        "_fields": _FIELDS,
        "_embed": "author,wp:term",
    }
    route = url_query_parameter(url, "rest_route")
    if route is not None:
        return add_or_replace_parameters(url, {"rest_route": "/wp/v2/posts", **wanted})
    root = url if "/wp-json" in urlsplit(url).path else urljoin(_home(url), "wp-json/")
    return add_or_replace_parameters(root.partition("/wp/v2")[0].rstrip("/") + "/wp/v2/posts", wanted)


def _closed(answer: Any, source: Source) -> Findings:
    code = answer.get("code") if isinstance(answer, dict) else None
    if code == "rest_post_invalid_page_number":  # asked past the last page: the end of the walk
        return Findings()
    reason = f"the API says {short(code)}" if isinstance(code, str) else "no JSON list of posts"
    feed = stand_in(source)
    problem = f"the WordPress API is closed ({reason})" + (": its feed is read instead" if feed else "")
    return Findings(more=[feed] if feed else [], problems=[problem], closed=True)


def stand_in(source: Source) -> Source | None:
    """The feed that is read where the API is closed; None for a further page of an API that is not."""
    if source.depth:
        return None
    return Source("feed", urljoin(source.option("home") or urljoin(source.url, "/"), "feed/"), 1)


def _link(url: str, post: dict[str, Any], document: Document) -> Link:
    terms = list(_terms(post))
    categories = several([term.get("name") for term in terms if term.get("taxonomy") == "category" and term.get("slug") != "uncategorized"])
    authors = _embedded(post).get("author")
    return Link(
        url=url,
        source="wordpress",
        found_in=document.url,
        headline=short(_rendered(post, "title")),
        section=categories[0] if categories else None,
        authors=several([author.get("name") for author in authors if isinstance(author, dict)]) if isinstance(authors, list) else (),
        published=rfc3339(post.get("date_gmt"), utc=True),
        modified=rfc3339(post.get("modified_gmt"), utc=True),
        summary=long(_rendered(post, "excerpt")),
        tags=several([term.get("name") for term in terms if term.get("taxonomy") == "post_tag"]),
    )


def _rendered(post: dict[str, Any], field: str) -> object:
    value = post.get(field)
    return value.get("rendered") if isinstance(value, dict) else value


def _embedded(post: dict[str, Any]) -> dict[str, Any]:
    value = post.get("_embedded")
    return value if isinstance(value, dict) else {}


def _terms(post: dict[str, Any]) -> Iterator[dict[str, Any]]:
    groups = _embedded(post).get("wp:term")
    for group in groups if isinstance(groups, list) else ():
        yield from (term for term in group if isinstance(term, dict)) if isinstance(group, list) else ()


def _add_next(findings: Findings, document: Document, source: Source) -> None:
    """The next page while `X-WP-TotalPages` says that there is one; where a proxy dropped that header, until a page is empty."""
    if not findings.links:
        return
    page = int_or(url_query_parameter(source.url, "page"), 1)
    total = int_or(document.header("x-wp-totalpages"), 0)
    if page < total or not total:
        add_next_page(findings, source, add_or_replace_parameters(source.url, {"page": str(page + 1)}))
