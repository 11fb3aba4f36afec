"""The newer half of the blog: a theme in WordPress's shape. JSON-LD, OpenGraph, breadcrumbs and everything round an article."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from crawler.demo.edition import BLOG_MOTTO, BLOG_NAME, Edition, slug_of
from crawler.demo.posts import Post

_SHARE = """<div class="sharedaddy"><h3 class="sd-title">Share this:</h3><ul><li><a href="#facebook">Facebook</a></li>
<li><a href="#mastodon">Mastodon</a></li><li><a href="#print">Print</a></li></ul></div>"""

_NEWSLETTER = """<aside class="newsletter-signup"><h3>The Lantern in your letter box</h3>
<p>Every Friday at six: what happened, what is next, and the tide table. Subscribe to our newsletter.</p>
<form action="#newsletter" method="post"><input type="email" placeholder="Your e-mail address"><button>Sign up</button></form></aside>"""

_COMMENTS = """<div id="comments" class="comments-area"><h2 class="comments-title">One thought on this story</h2>
<ol class="comment-list"><li class="comment"><cite class="fn">Gull on the mast</cite> says:
<p>About time somebody wrote this down. I have been telling the harbour office for years.</p></li></ol>
<div id="respond"><h3 class="comment-reply-title">Leave a Reply</h3>
<form id="commentform">
<p>Your email address will not be published. Required fields are marked *</p>
<textarea></textarea><button>Post Comment</button></form></div></div>"""

_TRENDING = {
    1: ("Where to watch the parade", "Lost: one brass button", "Ferry timetable in full"),
    2: ("Ferry timetable in full", "Who carried the big whale?", "Found: one brass button"),
}
_VISITS_BEFORE = 4_180


def section_path(section: str) -> str:
    """The address of a section's page."""
    return f"/category/{quote(slug_of(section))}/"


def post_page(post: Post, edition: Edition, base: str, visits: int) -> str:
    """A post. `visits` is shown only beside the one lively post."""
    related = "\n".join(
        f'<article class="related-post"><h4><a href="{other.path}">{escape(other.headline)}</a></h4>\n'
        f"<p>{escape(other.summary)}</p></article>"
        for other in edition.lasting(post)[:3]
    )
    section = post.section or ""
    picture = (
        f'<figure class="post-thumbnail"><img src="/images/{post.image}" alt="" width="480" height="270"></figure>' if post.image else ""
    )
    main = f"""<nav class="breadcrumbs" aria-label="Breadcrumb"><a href="/">Home</a> ›
<a href="{section_path(section)}" rel="category tag">{escape(section)}</a></nav>
<article id="post-{int(post.published.timestamp())}" class="post type-post status-publish hentry">
<header class="entry-header"><h1 class="entry-title">{escape(post.headline)}</h1>
<div class="entry-meta">By <span class="author vcard">{_bylines(post)}</span> ·
<time class="entry-date published" datetime="{post.published.isoformat()}">{post.published:%Y-%m-%d %H:%M}</time>{_updated(post)}</div>
{picture}</header>
<div class="entry-content">
{post.body}{_SHARE}
</div>
<footer class="entry-footer"><span class="tags-links">Tagged {_tags(post)}</span></footer>
</article>
{_NEWSLETTER}
<section class="related"><h2>You may also like</h2>
{related}
</section>
{_COMMENTS}"""
    return frame(
        f"{escape(post.headline)} – {BLOG_NAME}",
        _head(post, base),
        main,
        edition,
        post.language,
        _lively(edition, visits) if post.lively else "",
    )


def listing_page(heading: str, posts: Sequence[Post], newer: str | None, older: str | None, edition: Edition) -> str:
    """A list of posts: the front page, a section, a month."""
    entries = "\n".join(
        f'<article class="post hentry"><h2 class="entry-title"><a href="{post.path}" rel="bookmark">'
        f"{escape(post.headline.strip('/'))}</a></h2>\n"
        f'<time datetime="{post.published.isoformat()}">{post.published:%Y-%m-%d}</time>\n'
        f'<p class="entry-summary">{escape(post.summary)} <a href="{post.path}">Continue reading</a></p></article>'
        for post in posts
    )
    pager = (f'<a class="next page-numbers" href="{older}">Older posts</a>' if older else "") + (
        f'<a class="prev page-numbers" href="{newer}">Newer posts</a>' if newer else ""
    )
    main = f'<h1 class="page-title">{escape(heading)}</h1>\n{entries}\n<nav class="pagination">{pager}</nav>'
    return frame(f"{escape(heading)} – {BLOG_NAME}", '<meta property="og:type" content="website">', main, edition)


def notice_page(heading: str, text: str, edition: Edition) -> str:
    """A page that says that there is nothing."""
    main = f"""<section class="error-404 not-found"><h1 class="page-title">{escape(heading)}</h1><p>{escape(text)}</p>
<form action="/search"><input name="q"><button>Search</button></form></section>"""
    return frame(f"{escape(heading)} – {BLOG_NAME}", "", main, edition)


def frame(title: str, head: str, main: str, edition: Edition, language: str = "en", beside: str = "") -> str:
    """The page around: navigation, sidebar, footer. `title` is already escaped."""
    menu = " ".join(f'<li><a href="{section_path(section)}">{escape(section)}</a></li>' for section in edition.sections())
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="alternate" type="application/rss+xml" title="{BLOG_NAME} » Feed" href="/feed/">
<link rel="alternate" type="application/atom+xml" title="{BLOG_NAME}, the old blog" href="/feeds/posts/default">
{head}
</head>
<body>
<header class="site-header"><p class="site-title"><a href="/">{BLOG_NAME}</a></p><p class="site-description">{BLOG_MOTTO}</p>
<nav class="main-navigation"><ul><li><a href="/">Home</a></li> {menu}
<li><a href="/search">The old blog</a></li> <li><a href="/p/about.html">About</a></li></ul></nav></header>
<div class="cookie-notice"><p>We use one cookie to remember that you have read this sentence.</p><button>Fine</button></div>
<main id="main">
{main}
</main>
<aside class="sidebar widget-area">{beside}
<section class="widget"><h2>From the old blog</h2><ul><li><a href="/2026/03/week-in-review.html">Week in review</a></li>
<li><a href="/2026/02/missing-minutes.html">The missing minutes</a></li>
<li><a href="/drafts/bandstand.html">Drafts</a></li></ul></section>
<section class="widget"><h2>Archives</h2><ul><li><a href="/2026/03/">March 2026</a></li></ul></section></aside>
<footer class="site-footer">© 2026 {BLOG_NAME}. Set in the kitchen of number 9, Weir Street.</footer>
</body></html>
"""


def _head(post: Post, base: str) -> str:
    url = f"{base}{post.path}"
    picture = f'\n<meta property="og:image" content="{base}/images/{post.image}">' if post.image else ""
    tags = "".join(f'\n<meta property="article:tag" content="{escape(label)}">' for label in post.labels)
    return f"""<link rel="canonical" href="{url}">
<meta name="description" content="{escape(post.summary)}">
<meta property="og:type" content="article">
<meta property="og:title" content="{escape(post.headline)}">
<meta property="og:description" content="{escape(post.summary)}">
<meta property="og:url" content="{url}">
<meta property="og:site_name" content="{BLOG_NAME}">{picture}
<meta property="article:published_time" content="{post.published.isoformat()}">
<meta property="article:modified_time" content="{post.modified.isoformat()}">
<meta property="article:section" content="{escape(post.section or "")}">{tags}
<script type="application/ld+json">{json.dumps(_linked_data(post, url, base), ensure_ascii=False)}</script>"""


def _linked_data(post: Post, url: str, base: str) -> dict[str, Any]:
    people = [{"@type": "Person", "@id": f"{base}/#/person/{slug_of(name)}", "name": name} for name in post.authors]
    article: dict[str, Any] = {
        "@type": "NewsArticle",
        "@id": f"{url}#article",
        "isPartOf": {"@id": url},
        "headline": post.headline,
        "description": post.summary,
        "datePublished": post.published.isoformat(),
        "dateModified": post.modified.isoformat(),
        "author": [{"@id": person["@id"]} for person in people],
        "publisher": {"@id": f"{base}/#organization"},
        "articleSection": [post.section],
        "keywords": list(post.labels),
        "inLanguage": post.language,
        "isAccessibleForFree": True,
    }
    if post.image:
        article["image"] = {"@type": "ImageObject", "url": f"{base}/images/{post.image}", "width": 480, "height": 270}
    crumbs = [
        {"@type": "ListItem", "position": 1, "name": "Home", "item": f"{base}/"},
        {"@type": "ListItem", "position": 2, "name": post.section},
    ]
    graph = [
        article,
        {"@type": "WebPage", "@id": url, "url": url, "name": f"{post.headline} – {BLOG_NAME}", "isPartOf": {"@id": f"{base}/#website"}},
        {"@type": "BreadcrumbList", "@id": f"{url}#breadcrumb", "itemListElement": crumbs},
        {"@type": "WebSite", "@id": f"{base}/#website", "url": f"{base}/", "name": BLOG_NAME},
        {"@type": "Organization", "@id": f"{base}/#organization", "name": BLOG_NAME},
        *people,
    ]
    return {"@context": "https://schema.org", "@graph": graph}


def _bylines(post: Post) -> str:
    return ", ".join(f'<a class="url fn n" href="/author/{quote(slug_of(name))}/" rel="author">{escape(name)}</a>' for name in post.authors)


def _updated(post: Post) -> str:
    if post.modified == post.published:
        return ""
    return f' · Updated <time class="updated" datetime="{post.modified.isoformat()}">{post.modified:%Y-%m-%d %H:%M}</time>'


def _tags(post: Post) -> str:
    return ", ".join(f'<a href="/tag/{quote(slug_of(label))}/" rel="tag">{escape(label)}</a>' for label in post.labels)


def _lively(edition: Edition, visits: int) -> str:
    trending = "".join(f"<li>{line}</li>" for line in _TRENDING[edition.day])
    return f"""
<section class="widget visitor-counter"><h2>Visitors</h2><p>You are visitor number {_VISITS_BEFORE + visits}.</p></section>
<section class="widget trending"><h2>Trending</h2><ol>{trending}</ol></section>"""
