"""From a request's target to a page: the blog's routes. Pure: the same edition and target give the same bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, quote, unquote, urlsplit

from crawler.demo import blogger, feeds, pictures, wordpress
from crawler.demo.edition import BLOG_NAME, PAGE_LENGTH, Edition, slug_of
from crawler.demo.posts import Post, all_posts

DRAFT_PATH = "/drafts/bandstand.html"

_ABOUT = """<p>The Lantern is written by three neighbours in Quillhaven, a town that you will not find on a map.</p>
<p>We began on a free blog, moved to a newer system in spring, and kept every old address alive.</p>
<p>Write to us: the letter box at number 9, Weir Street, is emptied twice a day.</p>"""
_DRAFT = "<p>Notes for a story about the bandstand. Not for readers yet.</p>"

HTML = "text/html; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Page:
    """An answer before HTTP's own business (validators, coding, framing)."""

    body: bytes
    content_type: str = HTML
    status: int = 200
    modified: datetime | None = None
    """When the page changed last; None where every answer differs, or none is worth validating."""
    headers: tuple[tuple[str, str], ...] = ()


def page(edition: Edition, target: str, base: str, visits: int) -> Page:
    """The page at `target` (path and query, percent-encoded). `base` is scheme and host; `visits` feeds the one counter."""
    parts = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    path = unquote(parts.path)
    if path == "/" and "p" in query:
        return _by_number(edition, query["p"], base, visits)
    if post := edition.by_path.get(path):
        return _post(post, edition, base, visits)
    if path in edition.gone:
        return _html(wordpress.notice_page("Gone", "This post was taken down by its author.", edition), status=410)
    found = _for_machines(edition, path, query, base) or _single(edition, path, base) or _listing(edition, path, query)
    return found or _not_found(edition)


def draws(post: Post) -> list[str]:
    """Names of the picture files that a post shows."""
    named = re.findall(r'src="/images/([^"]+)"', post.body)
    return [*([post.image] if post.image else []), *named]


def _by_number(edition: Edition, number: str, base: str, visits: int) -> Page:
    post = edition.by_number.get(int(number)) if number.isdecimal() else None
    return _post(post, edition, base, visits) if post else _not_found(edition)


def _post(post: Post, edition: Edition, base: str, visits: int) -> Page:
    if post.theme == "blogger":
        return _html(blogger.post_page(post, edition, base), modified=post.modified)
    markup = wordpress.post_page(post, edition, base, visits)
    return _html(markup, modified=None if post.lively else post.modified)


def _for_machines(edition: Edition, path: str, query: dict[str, str], base: str) -> Page | None:
    if path == feeds.ATOM_PATH:
        start, count = (_positive(query.get(name), default) for name, default in (("start-index", 1), ("max-results", 25)))
        return Page(feeds.atom(edition, base, start, count).encode(), "application/atom+xml; charset=UTF-8", modified=edition.dawn)
    if path == "/feed/":
        return Page(feeds.rss(edition, base).encode(), "application/rss+xml; charset=UTF-8", modified=edition.dawn)
    if path == "/sitemap.xml":
        return Page(feeds.sitemap(edition, base).encode(), "application/xml", modified=edition.dawn)
    if path == "/robots.txt":
        return Page(feeds.robots(base).encode(), "text/plain; charset=UTF-8", modified=edition.dawn)
    return _picture(path)


def _picture(path: str) -> Page | None:
    folder, _, name = path.rpartition("/")
    owners = [post for post in all_posts() if name in draws(post)]
    if folder != "/images" or not owners:
        return None
    draw, content_type = (pictures.svg, "image/svg+xml") if name.endswith(".svg") else (pictures.png, "image/png")
    return Page(draw(name), content_type, modified=min(post.published for post in owners))


def _single(edition: Edition, path: str, base: str) -> Page | None:
    if path == feeds.ABOUT_PATH:
        return _html(blogger.static_page(f"About {BLOG_NAME}", _ABOUT, path, edition, base), modified=edition.dawn)
    if path == feeds.REVIEW_PATH:
        return _html(blogger.review_page(edition, path, base), modified=edition.dawn)
    if path == feeds.SOFT_404_PATH:
        return _html(wordpress.notice_page("Page not found", "Sorry, the page that you were looking for does not exist.", edition))
    if path == DRAFT_PATH:
        return _html(blogger.static_page("Drafts", _DRAFT, path, edition, base))
    return None


def _listing(edition: Edition, path: str, query: dict[str, str]) -> Page | None:
    if path == "/search":
        return _old_blog(edition, query)
    if path.startswith("/search/label/"):
        label = path.removeprefix("/search/label/")
        posts = [post for post in edition.of_theme("blogger") if label in post.labels]
        markup = blogger.listing_page(f"Showing posts with label {label}", posts, None, edition)
        return _html(markup, modified=edition.dawn) if posts else None
    if numbered := re.fullmatch(r"(/|/category/([^/]+)/|/tag/([^/]+)/|/author/([^/]+)/|/2026/03/)(?:page/(\d+)/)?", path):
        root, section, tag, author, number = numbered.groups()
        return _numbered(edition, root, _chosen(edition, section, tag, author), int(number or 1))
    return None


def _chosen(edition: Edition, section: str | None, tag: str | None, author: str | None) -> list[Post]:
    newer_half = edition.of_theme("wordpress")
    if section:
        return [post for post in newer_half if post.section and slug_of(post.section) == section]
    if tag:
        return [post for post in newer_half if tag in map(slug_of, post.labels)]
    if author:
        return [post for post in newer_half if author in map(slug_of, post.authors)]
    return list(edition.posts)


def _numbered(edition: Edition, root: str, posts: Sequence[Post], number: int) -> Page | None:
    shown = posts[(number - 1) * PAGE_LENGTH : number * PAGE_LENGTH] if number else []
    if not shown:
        return None
    address = quote(root)
    newer = None if number == 1 else address if number == 2 else f"{address}page/{number - 1}/"
    older = f"{address}page/{number + 1}/" if number * PAGE_LENGTH < len(posts) else None
    heading = BLOG_NAME if root == "/" else root.strip("/").replace("/", " › ")
    cookies = (("Set-Cookie", "seen=1; Path=/; SameSite=Lax"), ("Set-Cookie", "theme=paper; Path=/; SameSite=Lax"))
    markup = wordpress.listing_page(heading, shown, newer, older, edition)
    return _html(markup, modified=edition.dawn, headers=cookies if root == "/" else ())


def _old_blog(edition: Edition, query: dict[str, str]) -> Page:
    posts = edition.of_theme("blogger")
    if "updated-max" in query:
        limit = _moment(query["updated-max"])
        posts = [post for post in posts if limit is None or post.published < limit]
    shown, rest = posts[:PAGE_LENGTH], posts[PAGE_LENGTH:]
    older = f"/search?updated-max={quote(shown[-1].published.isoformat())}&max-results={PAGE_LENGTH}" if rest else None
    return _html(blogger.listing_page("The old blog", shown, older, edition), modified=edition.dawn)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _positive(text: str | None, default: int) -> int:
    return max(1, int(text)) if text and text.isdecimal() else default


def _not_found(edition: Edition) -> Page:
    return _html(wordpress.notice_page("Page not found", "Nothing was found at this location.", edition), status=404)


def _html(markup: str, *, status: int = 200, modified: datetime | None = None, headers: tuple[tuple[str, str], ...] = ()) -> Page:
    return Page(markup.encode(), HTML, status, modified, headers)
