"""What the simulated blog tells machines: RSS, sitemaps by month, WordPress's API, Blogger's posts feed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from html import escape
from urllib.parse import urlencode

from simulated_press import Post, Press

FEED_LENGTH = 10


def rss(posts: Iterable[Post], base: str, *, tracking: bool = False, length: int = FEED_LENGTH) -> str:
    """The newest posts; their dates of publication only, as in most RSS. A feed that counts clicks gives every third post of
    WordPress by its number."""
    items = "".join(
        f"<item><title>{escape(post.headline)}</title><link>{base}{_counted(post) if tracking else post.path}</link>"
        f'<pubDate>{format_datetime(post.published)}</pubDate><guid isPermaLink="false">{post.number}</guid>'
        f"<description>{escape(post.paragraphs[0][:120])}</description></item>"
        for post in list(posts)[:length]
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>The Old Harbour Post</title><link>{base}/</link>{items}</channel></rss>'
    )


def _counted(post: Post) -> str:
    """An address that is not the post's own."""
    if post.theme == "wordpress" and post.number % 9 == 0:
        return f"/?p={post.number + 1}"
    return f"{post.path}?utm_source=rss&amp;utm_medium=feed"


def months(posts: Iterable[Post]) -> dict[str, list[Post]]:
    """Posts by month of publication."""
    found: dict[str, list[Post]] = {}
    for post in posts:
        found.setdefault(f"{post.published:%Y-%m}", []).append(post)
    return found


def sitemap_index(press: Press, base: str, changed: dict[str, datetime]) -> str:
    """One sitemap a month, with the moment at which its list changed last."""
    entries = "".join(
        f"<sitemap><loc>{base}/sitemap-{month}.xml</loc><lastmod>{changed[month].isoformat()}</lastmod></sitemap>"
        for month in months(press.listed())
    )
    return f'<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>'


def sitemap(posts: Iterable[Post], base: str) -> str:
    entries = "".join(f"<url><loc>{base}{post.path}</loc><lastmod>{post.modified.isoformat()}</lastmod></url>" for post in posts)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'


def wordpress_posts(press: Press, base: str, page: int, per_page: int) -> tuple[int, str, dict[str, str]]:
    """Status, JSON and headers of `/wp-json/wp/v2/posts`, last changed first, as WordPress answers."""
    posts = sorted(press.listed(), key=lambda post: (post.modified, post.number), reverse=True)
    per_page = min(per_page, 100)
    pages = -(-len(posts) // per_page)
    headers = {"X-WP-Total": str(len(posts)), "X-WP-TotalPages": str(pages)}
    if page > max(pages, 1):
        return 400, json.dumps({"code": "rest_post_invalid_page_number", "data": {"status": 400}}), {}
    answer = [
        {
            "id": post.number + 1,
            "link": base + post.path,
            "date_gmt": f"{post.published:%Y-%m-%dT%H:%M:%S}",
            "modified_gmt": f"{post.modified:%Y-%m-%dT%H:%M:%S}",
            "title": {"rendered": escape(post.headline)},
            "excerpt": {"rendered": f"<p>{escape(post.paragraphs[0][:80])}</p>"},
            "_embedded": {
                "author": [{"name": post.author}],
                "wp:term": [[{"taxonomy": "category", "name": post.section, "slug": post.section.lower()}]],
            },
        }
        for post in posts[(page - 1) * per_page : page * per_page]
    ]
    return 200, json.dumps(answer), headers


def blogger_posts(press: Press, base: str, start: int, count: int) -> str:
    """`/feeds/posts/default?alt=json`, last changed first; never more than 150 entries, whatever is asked for."""
    posts = sorted(press.listed(), key=lambda post: (post.modified, post.number), reverse=True)
    shown = posts[start - 1 : start - 1 + min(count, 150)]
    following = urlencode({"alt": "json", "start-index": start + len(shown), "max-results": 25})
    feed = {
        "openSearch$totalResults": {"$t": str(len(posts))},
        "openSearch$startIndex": {"$t": str(start)},
        "link": [{"rel": "next", "href": f"{base}/feeds/posts/default?{following}"}],
        "entry": [
            {
                "published": {"$t": post.published.isoformat()},
                "updated": {"$t": post.modified.isoformat()},
                "category": [{"term": post.section}],
                "title": {"$t": post.headline},
                "author": [{"name": {"$t": post.author}}],
                "link": [{"rel": "alternate", "href": base + post.path}],
            }
            for post in shown
        ],
    }
    return json.dumps({"version": "1.0", "feed": feed})
