"""Layouts of made pages, in the shapes that news pages have: a newspaper's own system, WordPress, Blogger, Ghost, Medium.

Each turns a story into the page that such a system would serve, with the weight that real pages of the size carry (270 pages of 100 to
220 KB of a public benchmark, median: 840 elements, 136 links, 35 paragraphs, 28 `meta`, 26 scripts): mega menus, icons in the
mark-up, picture sets, advertising places, share bars, teasers in and round the text, forms, footers full of links.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from html import escape

from stories import SECTIONS, WORDS, Story, path, sentence

HOST = "https://bench.example"
Layout = Callable[[Story], str]

_ICON = "M10 0C4.5 0 0 4.5 0 10s4.5 10 10 10 10-4.5 10-10S15.5 0 10 0zm5.3 7.7-6.2 6.2a1 1 0 0 1-1.4 0L4.7 11a1 1 0 1 1 1.4-1.4l2.3 2.3"


def icon(name: str) -> str:
    return f'<svg class="icon icon--{name}" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d="{_ICON}"></path></svg>'


def picture(number: int, alt: str, css: str = "image__img") -> str:
    sizes = ", ".join(f"{HOST}/img/{number}/w{width}.jpg?quality=80&amp;format=webp {width}w" for width in (320, 640, 960, 1280))
    return (
        f'<img class="{css}" src="{HOST}/img/{number}/w640.jpg" srcset="{sizes}" sizes="(min-width: 60em) 50vw, 100vw" '
        f'width="960" height="540" loading="lazy" alt="{escape(alt)}">'
    )


def head(story: Story, site: str, *, kind: str, data: bool = True) -> str:
    """What stands in the head of most pages; with `data` also for machines."""
    url, title = HOST + story.path, escape(story.headline)
    metas = [
        ("name", "viewport", "width=device-width, initial-scale=1"),
        ("name", "description", story.lead),
        ("property", "og:title", story.headline),
        ("property", "og:type", "article"),
        ("property", "og:site_name", site),
        ("property", "og:url", url),
        ("property", "og:description", story.lead),
        ("property", "og:image", f"{HOST}/img/{story.number}/w1280.jpg"),
        ("name", "twitter:card", "summary_large_image"),
        ("name", "twitter:title", story.headline),
        ("name", "generator", kind),
        ("name", "robots", "max-image-preview:large"),
        *(("name", f"app:{word}", word.title()) for word in WORDS[:10]),
    ]
    if data:
        metas += [("property", "article:published_time", story.published.isoformat()), ("property", "article:section", story.section)]
    stated = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "Organization", "@id": f"{HOST}/#org", "name": site, "logo": {"@type": "ImageObject", "url": f"{HOST}/logo.png"}},
            {
                "@type": "NewsArticle",
                "headline": story.headline,
                "datePublished": story.published.isoformat(),
                "articleSection": story.section,
                "author": {"@type": "Person", "name": story.author},
                "publisher": {"@id": f"{HOST}/#org"},
                "description": story.lead,
            },
        ],
    }
    links = "".join(f'<link rel="preload" as="font" href="/assets/{word}.woff2" crossorigin>' for word in WORDS[:12])
    tags = "".join(f'<meta {attribute}="{name}" content="{escape(value)}">' for attribute, name, value in metas)
    scripts = "".join(f'<script async src="https://cdn.bench.example/{word}.{len(word) * 7919:x}.js"></script>' for word in WORDS[:14])
    return (
        f'<head><meta charset="utf-8"><title>{title} | {site}</title><link rel="canonical" href="{url}">{tags}{links}'
        f"<style>{_css()}</style>{scripts}"
        + (f'<script type="application/ld+json">{json.dumps(stated)}</script>' if data else "")
        + f"<script>window.__state={json.dumps(_state(story.number, 900))};</script></head>"
    )


def _css() -> str:
    return "".join(f".{a}__{b}{{display:flex;margin:0 auto;padding:{len(a)}px}}" for a in WORDS[:18] for b in WORDS[:9])


def _state(number: int, count: int) -> dict[str, int]:
    rng = random.Random(-number)
    return {f"{rng.choice(WORDS)}{place}": rng.randrange(10**9) for place in range(count)}


def menu(css: str) -> str:
    """A menu of six sections with eight entries each."""

    def entries(section: str) -> str:
        return "".join(
            f'<li class="{css}__sub-item"><a class="{css}__sub-link" href="/{section.lower()}/{word}" data-track="nav:{word}">'
            f"<span>{word.title()}</span></a></li>"
            for word in WORDS[8:16]
        )

    tops = "".join(
        f'<li class="{css}__item"><a class="{css}__link" href="/{section.lower()}/">{section}</a><button class="{css}__toggle" '
        f'aria-expanded="false">{icon("chevron")}</button><div class="{css}__panel"><ul class="{css}__sub">{entries(section)}</ul></div></li>'
        for section in SECTIONS
    )
    return f'<nav class="{css}" aria-label="Main"><ul class="{css}__list">{tops}</ul></nav>'


def teasers(story: Story, count: int, css: str, *, words: bool = True) -> str:
    """Other stories of the site, as cards."""
    rng = random.Random(f"{story.number} {css}")
    cards = []
    for _ in range(count):
        other = rng.randrange(story.siblings)
        about = f'<p class="{css}__text">{sentence(rng)}</p>' if words else ""
        cards.append(
            f'<div class="{css}__item"><a class="{css}__link" href="{path(other)}"><div class="{css}__media">{picture(other, "", css)}'
            f'</div><div class="{css}__content"><div class="{css}__meta"><span class="{css}__kicker">{rng.choice(SECTIONS)}</span>'
            f'<span class="{css}__count">{icon("comments")}<span class="{css}__number">{rng.randint(1, 300)}</span></span></div>'
            f'<h3 class="{css}__title">{sentence(rng)[:-1]}</h3>{about}<time class="{css}__time">{rng.randint(1, 9)} h</time></div></a></div>'
        )
    return f'<div class="{css}"><h2 class="{css}__heading">More stories</h2>{"".join(cards)}</div>'


def share(css: str) -> str:
    buttons = "".join(
        f'<li class="{css}__item"><a class="{css}__link" href="https://{name}.example/share" rel="nofollow">{icon(name)}'
        f'<span class="{css}__label">Share on {name}</span></a></li>'
        for name in ("ravenpost", "papertrail", "inkwell", "mail")
    )
    return f'<div class="{css} share"><ul>{buttons}</ul></div>'


def place(number: int) -> str:
    """A place for advertising."""
    return (
        f'<div class="ad ad--inline" id="ad-slot-{number}" data-sizes="[[300,250],[728,90]]"><span class="ad__label">Advertisement</span>'
        f"<script>window.slots=window.slots||[];window.slots.push({{id:'ad-slot-{number}',sizes:[[300,250]]}});</script></div>"
    )


def form(css: str) -> str:
    options = "".join(f'<option value="{word}">{word.title()}</option>' for word in WORDS[:20])
    return (
        f'<form class="{css} newsletter" action="/newsletter"><h3>The morning tide</h3><p>Sign up for our newsletter and get the harbour '
        f'in your inbox.</p><input type="email" name="email"><select name="town">{options}</select><button>Sign up</button></form>'
    )


def footer(css: str) -> str:
    columns = "".join(
        f'<div class="{css}__column"><h4>{section}</h4><ul>'
        + "".join(f'<li><a href="/{section.lower()}/{word}/about">{word.title()}</a></li>' for word in WORDS[20:26])
        + "</ul></div>"
        for section in SECTIONS
    )
    return f'<footer class="{css}">{columns}<p class="{css}__legal">© The Bench. All rights reserved.</p></footer>'


def text(story: Story, *, css: str = "", between: Callable[[int], str] = lambda _: "") -> str:
    """The story's text, with what `between` puts behind its n-th paragraph."""
    rows, seen, p = [], 0, f'<p class="{css}">' if css else "<p>"
    for kind, texts in story.parts:
        match kind:
            case "p":
                seen += 1
                rows.append(f"{p}{_marked(story, seen, texts[0])}</p>{between(seen)}")
            case "h2":
                rows.append(f"<h2>{texts[0]}</h2>")
            case "ul":
                rows.append("<ul>" + "".join(f"<li>{one}</li>" for one in texts) + "</ul>")
            case "quote":
                rows.append(f"<blockquote><p>{texts[0]}</p></blockquote>")
            case _:
                rows.append(f"<figure>{picture(story.number, texts[0])}<figcaption>{texts[0]}</figcaption></figure>")
    return "\n".join(rows)


def _marked(story: Story, place: int, words: str) -> str:
    """`words` with a link in every other paragraph and an emphasis in every third, as writers set them."""
    if place % 2:
        words = words.replace(
            f" {WORDS[place]} ", f' <a href="{path((story.number + place) % story.siblings)}" data-track="text">{WORDS[place]}</a> ', 1
        )
    return words.replace(f" {WORDS[place + 3]} ", f" <strong>{WORDS[place + 3]}</strong> ", 2) if place % 3 == 0 else words


def newspaper(story: Story) -> str:
    """A newspaper's own system: BEM classes, data for machines, related stories and advertising in the text."""

    def between(seen: int) -> str:
        if seen == 3:
            return f'<aside class="related-inline"><h3>Read also</h3>{teasers(story, 2, "related-card", words=False)}</aside>'
        return place(seen) if seen in (2, 6, 9) else ""

    crumbs = f'<nav class="breadcrumbs"><ol><li><a href="/">Home</a></li><li><a href="/{story.section.lower()}/">{story.section}</a></li></ol></nav>'
    tags = "".join(f'<li class="tags__item"><a rel="tag" href="/tag/{word}">{word}</a></li>' for word in WORDS[story.number % 20 :][:4])
    return (
        f'<!DOCTYPE html><html lang="en">{head(story, "Bench News", kind="benchcms 7")}<body class="page page--article">'
        f'<header class="site-header"><a class="site-header__logo" href="/">Bench News</a>{menu("main-nav")}{form("header-signup")}</header>'
        f'<div class="layout"><main class="layout__main" id="content"><article class="article" data-id="{story.number}">{crumbs}'
        f'<header class="article__header"><span class="article__kicker">{story.section}</span><h1 class="article__headline">{story.headline}</h1>'
        f'<p class="article__standfirst">{story.lead}</p><div class="article__byline">By <a rel="author" href="/authors/x">{story.author}</a> '
        f'<time class="article__date" datetime="{story.published.isoformat()}">{story.published:%d %B %Y, %H:%M}</time></div>{share("article-share")}'
        f'</header><div class="article__body">{text(story, css="article__paragraph", between=between)}</div>'
        f'<ul class="tags">{tags}</ul>{share("article-share")}{form("article-signup")}</article>{teasers(story, 9, "more-card")}</main>'
        f'<aside class="layout__rail">{place(90)}{teasers(story, 10, "rail-card", words=False)}</aside></div>{footer("site-footer")}</body></html>'
    )


def wordpress(story: Story) -> str:
    """A WordPress theme with a share plugin, related posts, comments and widgets."""
    comments = "".join(
        f'<li class="comment even depth-1" id="comment-{one}"><article class="comment-body"><footer class="comment-meta"><b class="fn">'
        f'Reader {one}</b></footer><div class="comment-content"><p>{sentence(random.Random(story.number * 31 + one))}</p></div></article></li>'
        for one in range(story.number % 7)
    )
    shared = f'<div class="sharedaddy sd-sharing-enabled">{share("sd-content")}</div>'
    return (
        f'<!DOCTYPE html><html lang="en-GB">{head(story, "The Quay", kind="WordPress 6.8")}'
        f'<body class="post-template-default single single-post postid-{story.number}"><div id="page" class="site">'
        f'<header id="masthead" class="site-header"><a href="/" rel="home">The Quay</a>{menu("menu-main")}</header>'
        f'<div id="content" class="site-content"><main id="main" class="site-main">'
        f'<article id="post-{story.number}" class="post-{story.number} post type-post status-publish hentry category-{story.section.lower()}">'
        f'<header class="entry-header"><span class="cat-links"><a href="/category/{story.section.lower()}/" rel="category tag">{story.section}</a>'
        f'</span><h1 class="entry-title">{story.headline}</h1><div class="entry-meta"><span class="byline">by <span class="author vcard">'
        f'<a class="url fn n" href="/author/x/">{story.author}</a></span></span> <time class="entry-date published" '
        f'datetime="{story.published.isoformat()}">{story.published:%B %d, %Y}</time></div></header>'
        f'<div class="entry-content">{text(story)}{shared}<div id="jp-relatedposts" class="jp-relatedposts">'
        f"{teasers(story, 3, 'jp-card', words=False)}</div></div></article>"
        f'<div id="comments" class="comments-area"><h2 class="comments-title">Comments</h2><ol class="comment-list">{comments}</ol>'
        f'{form("comment-respond")}</div></main><aside id="secondary" class="widget-area sidebar"><section class="widget">'
        f'{teasers(story, 12, "widget-posts")}</section><section class="widget">{form("widget-signup")}</section></aside></div>'
        f"{footer('site-footer')}</div></body></html>"
    )


def blogger(story: Story) -> str:
    """A Blogger template: no data for machines, sections as labels, gadgets beside the post."""
    archive = "".join(
        f'<li class="archivedate"><a href="/2025/{month:02}/">{month:02}</a> <span>({month})</span></li>' for month in range(1, 13)
    )
    return (
        f'<!DOCTYPE html><html lang="en">{head(story, "Tide Tables", kind="blogger", data=False)}<body class="item-view version-1-3-0">'
        f'<div class="page"><header class="centered"><h1 class="blog-title"><a href="/">Tide Tables</a></h1>{menu("tabs")}</header>'
        f'<main class="centered-bottom" id="main"><div class="main section" id="page_body"><div class="widget Blog" id="Blog1">'
        f'<div class="blog-posts hfeed container"><article class="post-outer-container"><div class="post-outer"><div class="post">'
        f'<h3 class="post-title entry-title">{story.headline}</h3><div class="post-header"><span class="byline post-timestamp">'
        f'<a class="timestamp-link" href="{story.path}"><time class="published" datetime="{story.published.isoformat()}">'
        f'{story.published:%B %d, %Y}</time></a></span></div><div class="post-body entry-content float-container" id="post-body-{story.number * 7919}">'
        f'{text(story)}</div><div class="post-bottom"><div class="post-footer"><span class="byline post-labels"><span class="byline-label">'
        f'Labels:</span> <a href="/search/label/{story.section}" rel="tag">{story.section}</a></span>'
        f'<span class="post-author vcard">Posted by <span class="fn">{story.author}</span></span></div>{share("byline-share")}</div></div></div>'
        f'<section class="comments" id="comments"><h3>{story.number % 5} comments:</h3></section></article></div></div>'
        f'{teasers(story, 8, "PopularPosts", words=True)}</div></main><aside class="sidebar-container"><div class="widget BlogArchive"><h3>Archive</h3>'
        f"<ul>{archive}</ul></div>{teasers(story, 10, 'FeaturedPost', words=False)}{form('FollowByEmail')}</aside></div>"
        f"{footer('footer')}</body></html>"
    )


def ghost(story: Story) -> str:
    """A Ghost theme: clean article, cards in the text, a feed of other posts below."""

    def between(seen: int) -> str:
        if seen != 5:
            return ""
        return (
            f'<figure class="kg-card kg-bookmark-card"><a class="kg-bookmark-container" href="{path((story.number + 3) % story.siblings)}">'
            f'<div class="kg-bookmark-content"><div class="kg-bookmark-title">Harbour notes</div></div></a></figure>'
        )

    return (
        f'<!DOCTYPE html><html lang="en">{head(story, "Lantern", kind="Ghost 5.90")}<body class="post-template tag-{story.section.lower()}">'
        f'<div class="gh-viewport"><header id="gh-navigation" class="gh-navigation">{menu("nav")}</header><main class="gh-main">'
        f'<article class="gh-article post tag-{story.section.lower()}"><header class="gh-article-header gh-canvas">'
        f'<a class="gh-article-tag" href="/tag/{story.section.lower()}/">{story.section}</a><h1 class="gh-article-title is-title">{story.headline}</h1>'
        f'<p class="gh-article-excerpt is-body">{story.lead}</p><div class="gh-article-meta"><h4 class="gh-article-author-name">'
        f'<a href="/author/x/">{story.author}</a></h4><time class="gh-article-meta-date" datetime="{story.published:%Y-%m-%d}">'
        f'{story.published:%d %b %Y}</time></div></header><section class="gh-content gh-canvas is-body">{text(story, between=between)}</section>'
        f'</article></main>{form("gh-subscribe")}<section class="gh-container is-grid">{teasers(story, 20, "gh-card")}</section>'
        f"{footer('gh-footer')}</div></body></html>"
    )


def medium(story: Story) -> str:
    """Machine-made class names that say nothing, everything in nested divisions, as on Medium."""
    return (
        f'<!DOCTYPE html><html lang="en">{head(story, "Orchard", kind="pubd")}<body><div id="root"><div class="a b c"><div class="d e f g">'
        f'<div class="h i">{menu("j")}</div></div><div class="k l"><article><div class="m n o"><div class="p q r s"><section><div><div class="t u">'
        f'<div class="v w x y"><div><h1 class="pw-post-title z ab ac" data-testid="storyTitle">{story.headline}</h1></div><div class="ad ae"><div class="af ag">'
        f'<a class="ah ai" rel="author" data-testid="authorName" href="/@x">{story.author}</a></div><span class="aj">'
        f"{story.published:%b %d, %Y}</span></div>{share('pw-multi-vote')}</div>"
        f"{text(story, css='pw-post-body-paragraph al am an')}</div></div></section></div></div></article></div>"
        f'<div class="ap aq"><div class="ar">{teasers(story, 18, "as-at")}</div></div></div></div>{footer("au")}</body></html>'
    )


LAYOUTS: dict[str, Layout] = {
    "newspaper": newspaper, "wordpress": wordpress, "blogger": blogger, "ghost": ghost, "medium": medium
}  # fmt: skip
