"""The older half of the blog: a theme in Blogger's shape. No JSON-LD; labels, archive widget, comment form."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from crawler.demo.edition import BLOG_MOTTO, BLOG_NAME, Edition
from crawler.demo.posts import Post

_COMMENTS = """<div class="comments" id="comments"><a name="comments"></a>
<h4>{count} Comments</h4>
<div id="comments-block">{said}</div>
<p class="comment-footer"><a class="comment-form" href="#comment-editor">Post a Comment</a></p>
<form id="comment-editor" action="#comments" method="post"><label>Comment as: <input name="who"></label>
<textarea name="text">Enter your comment…</textarea><button>Publish</button></form></div>"""

_SAID = """<dl><dt class="comment-author">A reader from Weir Street said…</dt>
<dd class="comment-body"><p>My grandmother used to say the same thing about the old bandstand.</p></dd></dl>"""


def label_path(label: str) -> str:
    """The address of a label's page."""
    return f"/search/label/{quote(label)}"


def post_page(post: Post, edition: Edition, base: str) -> str:
    """A post. The plain form prints its slashed headline twice with the section line between, as an old template did."""
    headline = escape(post.headline)
    above = ""
    if post.plain:
        section = escape((post.section or "").removesuffix(" /"))
        above = (
            f'<div class="titlebar"><h2 class="title">{headline}</h2></div>\n'
            f'<div class="crumbs"><a href="{label_path(post.labels[0])}">{section}</a> /</div>\n'
        )
    day = f"{post.published:%A, %B} {post.published.day}, {post.published.year}"
    main = f"""<div class="date-outer"><h2 class="date-header"><span>{day}</span></h2>
<div class="post hentry">{above}<h3 class="post-title entry-title">{headline}</h3>
<div class="post-body entry-content" id="post-body-{_post_id(post)}">
{post.body}<div style="clear: both;"></div></div>
<div class="post-footer"><span class="post-author vcard">Posted by <span class="fn">{escape(", ".join(post.authors))}</span></span>
<span class="post-timestamp">at <a class="timestamp-link" href="{post.path}" rel="bookmark">
<abbr class="published" title="{post.published.isoformat()}">{_hour(post)}</abbr></a></span>
<span class="post-share"><a href="#mail">Email This</a> <a href="#share">BlogThis!</a></span>
<div class="post-labels">Labels: {_label_links(post)}</div></div></div></div>
{_COMMENTS.format(count=0 if post.plain else 1, said="" if post.plain else _SAID)}
{_pager(post, edition)}"""
    head = f'<link href="{base}{post.path}" rel="canonical"/>\n<meta content="{escape(post.summary)}" name="description"/>'
    return frame(f"{BLOG_NAME}: {headline}", head, main, edition, post.language)


def listing_page(heading: str, posts: Sequence[Post], older: str | None, edition: Edition) -> str:
    """A list of posts: title, date and the beginning of each, as label pages and the old front page show them."""
    entries = "\n".join(
        f'<div class="post hentry"><h3 class="post-title entry-title"><a href="{post.path}">{escape(post.headline)}</a></h3>\n'
        f'<div class="post-body entry-content"><p>{escape(post.summary)}</p>\n'
        f'<div class="jump-link"><a href="{post.path}#more">Read more »</a></div></div></div>'
        for post in posts
    )
    pager = f'<div class="blog-pager"><a class="blog-pager-older-link" href="{escape(older)}">Older Posts</a></div>' if older else ""
    main = f'<div class="status-msg-body">{escape(heading)}</div>\n{entries}\n{pager}'
    return frame(f"{BLOG_NAME}: {escape(heading)}", '<meta content="noindex" name="robots"/>', main, edition)


def review_page(edition: Edition, path: str, base: str) -> str:
    """A week's list at an address that looks like a post's: teasers and nothing of its own."""
    teasers = "\n".join(
        f'<h4><a href="{post.path}">{escape(post.headline.strip("/"))}</a></h4>\n'
        f'<p>{escape(post.summary)} <a href="{post.path}">Read more »</a></p>'
        for post in edition.lasting(edition.of_theme("blogger")[-1])
    )
    main = f"""<div class="post hentry"><h3 class="post-title entry-title">Week in review</h3>
<div class="post-body entry-content review">{teasers}</div></div>"""
    return frame(f"{BLOG_NAME}: Week in review", f'<link href="{base}{path}" rel="canonical"/>', main, edition)


def static_page(heading: str, fragment: str, path: str, edition: Edition, base: str) -> str:
    """A page that is no article, such as the one about the blog."""
    main = f"""<div class="post hentry"><h3 class="post-title entry-title">{escape(heading)}</h3>
<div class="post-body entry-content">{fragment}</div></div>"""
    return frame(f"{BLOG_NAME}: {escape(heading)}", f'<link href="{base}{path}" rel="canonical"/>', main, edition)


def frame(title: str, head: str, main: str, edition: Edition, language: str = "en") -> str:
    """The page around: header, sidebar with labels and archive, footer. `title` is already escaped."""
    labels = "\n".join(f'<li><a dir="ltr" href="{label_path(label)}">{escape(label)}</a></li>' for label in edition.labels())
    return f"""<!DOCTYPE html>
<html class="v2" dir="ltr" lang="{language}">
<head>
<meta content="text/html; charset=UTF-8" http-equiv="Content-Type"/>
<meta content="blogger" name="generator"/>
<link rel="alternate" type="application/atom+xml" title="{BLOG_NAME} - Atom" href="/feeds/posts/default"/>
{head}
<title>{title}</title>
</head>
<body class="loading">
<div class="navbar" id="navbar"><a href="/">Front page</a> <a href="/search">The old blog</a> <a href="/p/about.html">About</a></div>
<div class="header" id="header"><p class="title"><a href="/">{BLOG_NAME}</a></p><p class="description">{BLOG_MOTTO}</p></div>
<div class="main" id="main"><div class="widget Blog" id="Blog1"><div class="blog-posts hfeed">
{main}
</div></div></div>
<div class="sidebar" id="sidebar">
<div class="widget BlogSearch"><h2>Search This Blog</h2><form action="/search"><input name="q"><button>Search</button></form></div>
<div class="widget Label"><h2>Labels</h2><ul>
{labels}
</ul></div>
<div class="widget BlogArchive"><h2>Blog Archive</h2>
<ul class="hierarchy"><li class="archivedate"><a class="post-count-link" href="/2026/03/">March 2026</a></li></ul></div>
<div class="widget Profile"><h2>About Us</h2><p>Three neighbours with one notebook, writing since the flood year.</p></div>
</div>
<div class="footer">Simple theme. Drawings by the editors.</div>
</body></html>
"""


def _post_id(post: Post) -> int:
    return int(post.published.timestamp()) * 1_000_003


def _hour(post: Post) -> str:
    return f"{post.published:%I:%M %p}".lstrip("0")


def _label_links(post: Post) -> str:
    return ", ".join(f'<a href="{label_path(label)}" rel="tag">{escape(label)}</a>' for label in post.labels)


def _pager(post: Post, edition: Edition) -> str:
    others = edition.lasting(post)
    newer = [other for other in others if other.published > post.published][-1:]
    older = [other for other in others if other.published < post.published][:1]
    links = [f'<a class="blog-pager-newer-link" href="{other.path}">Newer Post</a>' for other in newer]
    links += ['<a class="home-link" href="/">Home</a>']
    links += [f'<a class="blog-pager-older-link" href="{other.path}">Older Post</a>' for other in older]
    return f'<div class="blog-pager" id="blog-pager">{" ".join(links)}</div>'
