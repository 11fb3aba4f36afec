"""The simulated blog's pages, in the shapes of three systems. Everything round the article differs with every load."""

from __future__ import annotations

import json
from html import escape

from simulated_press import Post, Press

NAME = "The Old Harbour Post"


def article_page(post: Post, press: Press, base: str) -> str:
    """The page of a post as its theme shows it."""
    themes = {"wordpress": _wordpress, "blogger": _blogger, "own": _own}
    return themes[post.theme](post, press, base)


def home_page(press: Press, base: str) -> str:
    """The front page: what the site announces, and the ten newest posts."""
    teasers = "".join(
        f'<article class="post hentry"><h2 class="entry-title"><a href="{post.path}">{escape(post.shown_headline)}</a></h2>'
        f"<p>{escape(post.paragraphs[0][:90])}…</p></article>"
        for post in press.listed()[:10]
    )
    feeds = (
        f'<link rel="alternate" type="application/rss+xml" title="{NAME} » Feed" href="{base}/feed/">'
        f'<link rel="alternate" type="application/rss+xml" title="{NAME} » Harbour" href="{base}/category/harbour/feed/">'
        f'<link rel="alternate" type="application/rss+xml" title="{NAME} » Comments Feed" href="{base}/comments/feed/">'
    )
    return _frame(NAME, feeds, f"<h1>{NAME}</h1>{teasers}", press)


def missing_page(press: Press) -> str:
    """What stands where nothing is."""
    return _frame("Page not found", "", "<h1>Page not found</h1><p>Nothing is here.</p>", press)


def _wordpress(post: Post, press: Press, base: str) -> str:
    said = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": post.shown_headline,
        "datePublished": post.published.isoformat(),
        "dateModified": post.modified.isoformat(),
        "author": {"@type": "Person", "name": post.author},
        "articleSection": post.section,
    }
    head = (
        f'<link rel="canonical" href="{base}{post.path}"><meta property="og:type" content="article">'
        f'<link rel="shortlink" href="{base}/?p={post.number + 1}">'
        f'<meta property="article:published_time" content="{post.published.isoformat()}">'
        f'<script type="application/ld+json">{json.dumps(said)}</script>'
    )
    main = (
        f'<article id="post-{post.number}" class="post type-post status-publish hentry"><header class="entry-header">'
        f'<h1 class="entry-title">{escape(post.shown_headline)}</h1><div class="entry-meta">By <span class="author vcard">{post.author}</span> '
        f'<time class="entry-date published" datetime="{post.published.isoformat()}">{post.published:%d %B %Y}</time></div></header>'
        f'<div class="entry-content">{_paragraphs(post)}</div>'
        f'<footer class="entry-footer"><span class="cat-links">Posted in <a href="/category/{post.section.lower()}/" rel="category tag">{post.section}</a></span></footer></article>'
        f"{_related(post, press)}{_comments(press)}"
    )
    return _frame(f"{escape(post.shown_headline)} – {NAME}", head, main, press)


def _blogger(post: Post, press: Press, base: str) -> str:
    head = f'<meta content="blogger" name="generator"/><link href="{base}{post.path}" rel="canonical"/>'
    main = (
        f'<div class="date-outer"><h2 class="date-header"><span>{post.published:%A, %d %B %Y}</span></h2><div class="post hentry">'
        f'<h3 class="post-title entry-title">{escape(post.shown_headline)}</h3><div class="post-body entry-content">{_paragraphs(post)}</div>'
        f'<div class="post-footer">Posted by <span class="post-author vcard"><span class="fn">{post.author}</span></span> at '
        f'<abbr class="published" title="{post.published.isoformat()}">{post.published:%H:%M}</abbr> '
        f'<span class="post-labels">Labels: <a href="/search/label/{post.section}" rel="tag">{post.section}</a></span></div></div></div>{_comments(press)}'
    )
    return _frame(f"{NAME}: {escape(post.shown_headline)}", head, main, press)


def _own(post: Post, press: Press, base: str) -> str:
    head = f'<link rel="canonical" href="{base}{post.path}"><meta name="author" content="{post.author}"><meta property="og:type" content="article">'
    main = (
        f'<nav class="breadcrumbs"><a href="/">Home</a> › <a href="/topics/{post.section.lower()}">{post.section}</a></nav>'
        f'<h1>{escape(post.shown_headline)}</h1><p class="byline">{post.author}, <time datetime="{post.published.isoformat()}">'
        f'{post.published:%d %B %Y, %H:%M}</time></p><div class="story-text">{_paragraphs(post)}</div>{_related(post, press)}'
    )
    return _frame(f"{escape(post.shown_headline)} | {NAME}", head, main, press)


def _paragraphs(post: Post) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in post.paragraphs)


def _related(post: Post, press: Press) -> str:
    others = [other for other in press.listed()[press.loads % 7 :] if other is not post][:3]
    links = "".join(f'<li><a href="{other.path}">{escape(other.shown_headline)}</a></li>' for other in others)
    return f'<section class="related"><h2>You may also like</h2><ul>{links}</ul></section>'


def _comments(press: Press) -> str:
    count = press.loads % 50
    return (
        f'<div id="comments"><h4>{count} Comments</h4><p>Reader {count} says: I have been telling the harbour office for years.</p></div>'
    )


def _frame(title: str, head: str, main: str, press: Press) -> str:
    newest = "".join(f'<li><a href="{post.path}">{escape(post.shown_headline)}</a></li>' for post in press.listed()[:5])
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f'<header><p class="site-title"><a href="/">{NAME}</a></p><nav><a href="/category/harbour/">Harbour</a> <a href="/about/">About</a></nav></header>'
        f"<main>{main}</main><aside class='sidebar'><p>Visitor number {press.loads}, on day {press.day}.</p>"
        f"<h2>Newest</h2><ul>{newest}</ul><div class='ad'>Buy boat paint number {press.loads}!</div></aside>"
        f"<footer>© 2026 {NAME}</footer></body></html>"
    )
