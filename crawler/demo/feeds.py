"""What the blog tells machines: Atom as Blogger writes it, RSS as WordPress does, the sitemap, robots.txt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from crawler.demo.edition import BLOG_MOTTO, BLOG_NAME, Edition
from crawler.demo.posts import Post

ABOUT_PATH = "/p/about.html"
REVIEW_PATH = "/2026/03/week-in-review.html"
SOFT_404_PATH = "/2026/02/missing-minutes.html"
ATOM_PATH = "/feeds/posts/default"
RSS_LENGTH = 10
"""WordPress's own default for "Syndication feeds show the most recent"."""


def atom(edition: Edition, base: str, start: int = 1, count: int = 25) -> str:
    """The old blog's feed. `start` counts from 1, as in Blogger's `start-index`; `count` is its `max-results`."""
    posts = edition.of_theme("blogger")
    shown = posts[start - 1 : start - 1 + count]
    more = start - 1 + count < len(posts)
    following = (
        f'<link rel="next" type="application/atom+xml" href="{base}{ATOM_PATH}?start-index={start + count}&amp;max-results={count}"/>\n'
        if more
        else ""
    )
    entries = "".join(_atom_entry(post, base) for post in shown)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:openSearch="http://a9.com/-/spec/opensearchrss/1.0/" xmlns:thr="http://purl.org/syndication/thread/1.0">
<id>tag:lantern.invalid,2026:blog-1</id>
<updated>{edition.dawn.isoformat()}</updated>
<title type="text">{BLOG_NAME}</title>
<subtitle type="html">{BLOG_MOTTO}</subtitle>
<link rel="self" type="application/atom+xml" href="{base}{ATOM_PATH}"/>
<link rel="alternate" type="text/html" href="{base}/"/>
{following}<author><name>{BLOG_NAME}</name></author>
<openSearch:totalResults>{len(posts)}</openSearch:totalResults>
<openSearch:startIndex>{start}</openSearch:startIndex>
<openSearch:itemsPerPage>{count}</openSearch:itemsPerPage>
{entries}</feed>
"""


def _atom_entry(post: Post, base: str) -> str:
    categories = "".join(
        f"<category scheme={quoteattr('http://www.blogger.com/atom/ns#')} term={quoteattr(label)}/>" for label in post.labels
    )
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in post.authors)
    return f"""<entry>
<id>tag:lantern.invalid,2026:blog-1.post-{int(post.published.timestamp())}</id>
<published>{post.published.isoformat()}</published>
<updated>{post.modified.isoformat()}</updated>
{categories}
<title type="text">{escape(post.headline)}</title>
<content type="html">{escape(post.body)}</content>
<link rel="replies" type="text/html" href="{base}{post.path}#comment-form" title="0 Comments"/>
<link rel="alternate" type="text/html" href="{base}{post.path}" title={quoteattr(post.headline)}/>
{authors}
<thr:total>0</thr:total>
</entry>
"""


def rss(edition: Edition, base: str) -> str:
    """The newer half's feed. A post that has an old address is announced under that one."""
    items = "".join(_rss_item(post, base) for post in edition.of_theme("wordpress")[:RSS_LENGTH])
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel>
<title>{BLOG_NAME}</title>
<atom:link href="{base}/feed/" rel="self" type="application/rss+xml"/>
<link>{base}/</link>
<description>{BLOG_MOTTO}</description>
<lastBuildDate>{format_datetime(edition.dawn)}</lastBuildDate>
<language>en-GB</language>
<sy:updatePeriod>hourly</sy:updatePeriod>
<sy:updateFrequency>1</sy:updateFrequency>
{items}</channel>
</rss>
"""


def _rss_item(post: Post, base: str) -> str:
    categories = "".join(f"<category>{escape(name)}</category>" for name in (post.section or "", *post.labels))
    creators = "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in post.authors)
    return f"""<item>
<title>{escape(post.headline)}</title>
<link>{base}{post.old_path or post.path}</link>
{creators}
<pubDate>{format_datetime(post.published)}</pubDate>
{categories}
<guid isPermaLink="false">tag:lantern.invalid,2026:post-{int(post.published.timestamp())}</guid>
<description>{escape(post.summary)}</description>
<content:encoded>{escape(post.body)}</content:encoded>
</item>
"""


def sitemap(edition: Edition, base: str) -> str:
    """Every post of the day with its `lastmod`, and what else such files hold: old addresses, lists, pages that are no articles."""
    posts = [_url(f"{base}{post.path}", post.modified) for post in edition.posts]
    others = [*(post.old_path for post in edition.posts if post.old_path), REVIEW_PATH, SOFT_404_PATH, ABOUT_PATH]
    return _urlset([_url(f"{base}/", edition.dawn), *posts, *(_url(f"{base}{path}") for path in others)])


def _url(url: str, modified: datetime | None = None) -> str:
    lastmod = f"<lastmod>{modified.isoformat()}</lastmod>" if modified else ""
    return f"<url><loc>{escape(url)}</loc>{lastmod}</url>"


def _urlset(lines: Iterable[str]) -> str:
    body = "\n".join(lines)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{body}\n</urlset>\n'


def robots(base: str) -> str:
    """Everything is open but the drafts."""
    return f"User-agent: *\nDisallow: /drafts/\n\nSitemap: {base}/sitemap.xml\n"
