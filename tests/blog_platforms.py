"""Stories in the mark-up of the platforms that most blogs stand on: Blogger's Contempo, Ghost's Casper, Medium, Tumblr's post pages.

What a platform adds to each text is there too: subscription cards, previews of other pages, claps, notes, remarks of readers.
"""

from __future__ import annotations

from typing import Protocol


class Story(Protocol):
    """What is told; see `test_extraction_floor`."""

    language: str
    headline: str
    section: str
    author: str
    lead: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]


def _text(story: Story, heading: str, paragraph: str = "<p>{}</p>", between: str = "") -> str:
    pieces = [paragraph.format(story.lead)]
    for title, lines in story.parts:
        pieces += [heading.format(title)] if title else []
        pieces += [paragraph.format(line) for line in lines]
    return "".join([*pieces[:2], between, *pieces[2:]])


def contempo(story: Story) -> str:
    """Blogger since 2017: widgets round everything, the text of the post apart by breaks, comments and popular posts below."""
    lines = [piece for title, texts in story.parts for piece in (f"<h2 style='text-align: left;'>{title}</h2>" if title else "", *texts)]
    body = "<br /><br />".join(piece for piece in (story.lead, *lines) if piece).replace("</h2><br /><br />", "</h2>")
    popular = "".join(
        f"<article class='post' role='article'><h3 class='post-title'><a href='/2024/0{n}/x.html'>Older post, number {n}</a></h3>"
        f"<div class='snippet-container r-snippet-container'><div class='snippet-item r-snippetized'>{'What it begins with. ' * 12}</div></div></article>"
        for n in range(1, 4)
    )
    remarks = "".join(
        f"<li class='comment' id='c{n}'><div class='comment-block'><div class='comment-header'><cite class='user'>Reader {n}</cite></div>"
        f"<p class='comment-content'>{'A remark that is as long as a paragraph. ' * 5}</p></div></li>"
        for n in range(4)
    )
    return f"""<!DOCTYPE html><html dir='ltr' lang='{story.language}'><head><meta charset='utf-8'><title>{story.headline}</title>
    <meta content='blogger' name='generator'/><meta content='{story.headline}' property='og:title'/></head>
    <body class='container page-item item-view version-1-3-3'><div class='page_body'><div class='centered'>
    <header class='centered-top-container'><div class='blog-name widget Header'><h1><a href='/'>The Almanac</a></h1></div>
    <div class='search widget BlogSearch'><form><input name='q'/></form></div></header>
    <main class='centered-bottom' id='main' role='main'><div class='main section'><div class='widget Blog' id='Blog1'>
    <div class='blog-posts hfeed container'><div class='post-outer-container'><div class='post-outer'><div class='post'>
    <h3 class='post-title entry-title'>{story.headline}</h3><div class='post-header'><div class='post-header-line-1'>
    <span class='byline post-author vcard'><span class='post-author-label'>By</span><span class='fn'><a class='g-profile' href='/profile/1' rel='author'
    title='author profile'><span>{story.author}</span></a></span></span><span class='byline post-timestamp'>-<a class='timestamp-link' rel='bookmark'
    href='/2025/03/story.html'><time class='published' datetime='2025-03-09T06:30:00+01:00'>March 9, 2025</time></a></span></div></div>
    <div class='post-body entry-content float-container' id='post-body-1'>{body}</div>
    <div class='post-bottom'><div class='post-footer float-container'><div class='post-footer-line'><span class='byline post-labels'>
    <span class='byline-label'></span><a href='/search/label/x' rel='tag'>{story.section}</a></span></div></div>
    <div class='post-share-buttons'><div class='sharing' aria-owns='sharing-popup'><button>Share</button><ul><li><span>Get link</span></li>
    <li><span>Facebook</span></li></ul></div></div></div></div></div></div>
    <section class='comments embed' id='comments'><h3 class='title'>Comments</h3><div id='comments-block'><ol>{remarks}</ol></div>
    <a href='/c'>Post a Comment</a></section></div>
    <div class='widget PopularPosts'><h3 class='title'>Popular posts from this blog</h3><div role='feed'>{popular}</div></div></div></main>
    <footer class='footer section'><div class='widget Attribution'>Powered by Blogger</div></footer></div></div>
    <aside class='sidebar-container'><div class='widget Profile'><dl><dt>{story.author}</dt></dl></div></aside></body></html>"""


def casper(story: Story) -> str:
    """Ghost: cards between the paragraphs (a preview of another page, a form to sign up), and a feed of other posts below."""
    cards = (
        "<figure class='kg-card kg-bookmark-card'><a class='kg-bookmark-container' href='https://other.example/'><div class='kg-bookmark-content'>"
        "<div class='kg-bookmark-title'>Another page altogether</div><div class='kg-bookmark-description'>What that page says of itself.</div>"
        "<div class='kg-bookmark-metadata'><span class='kg-bookmark-author'>Other</span></div></div></a></figure>"
        "<div class='kg-card kg-signup-card'><div class='kg-signup-card-text'><h2 class='kg-signup-card-heading'>The Almanac by mail</h2>"
        "<p class='kg-signup-card-subheading'>Each Sunday, what the week brought.</p><form><input type='email'><button>Subscribe</button></form></div></div>"
    )
    feed = "".join(
        f"<article class='gh-card post'><a class='gh-card-link' href='/older-{n}/'><h3 class='gh-card-title'>Older post, number {n}</h3>"
        f"<p class='gh-card-excerpt'>{'What it begins with. ' * 8}</p></a></article>"
        for n in range(1, 4)
    )
    return f"""<!DOCTYPE html><html lang="{story.language}"><head><meta charset="utf-8"><title>{story.headline}</title><meta name="generator"
    content="Ghost 5.87"><meta property="og:site_name" content="The Almanac"><meta property="og:title" content="{story.headline}">
    <meta property="article:published_time" content="2025-03-09T05:30:00.000Z"><meta property="article:tag" content="{story.section}">
    <script type="application/ld+json">{{"@context": "https://schema.org", "@type": "Article", "publisher": {{"@type": "Organization",
    "name": "The Almanac"}}, "author": {{"@type": "Person", "name": "{story.author}"}}, "headline": "{story.headline}",
    "datePublished": "2025-03-09T05:30:00.000Z", "keywords": "{story.section}"}}</script></head><body class="post-template">
    <div class="gh-viewport"><header id="gh-navigation" class="gh-navigation"><a class="gh-navigation-logo" href="/">The Almanac</a>
    <nav><ul><li><a href="/about/">About</a></li></ul></nav><a href="#/portal/signup">Subscribe</a></header><main class="gh-main">
    <article class="gh-article post"><header class="gh-article-header gh-canvas"><a class="gh-article-tag" href="/tag/x/">{story.section}</a>
    <h1 class="gh-article-title is-title">{story.headline}</h1><div class="gh-article-meta"><div class="gh-article-meta-wrapper">
    <h4 class="gh-article-author-name"><a href="/author/x/">{story.author}</a></h4><div class="gh-article-meta-content">
    <time class="gh-article-meta-date" datetime="2025-03-09">09 Mar 2025</time><span class="gh-article-meta-length">— 3 min read</span></div></div></div>
    </header><section class="gh-content gh-canvas is-body">{_text(story, '<h2 id="x">{}</h2>', between=cards)}</section></article>
    <div class="gh-comments gh-canvas"></div></main><section class="gh-container is-grid gh-outer"><h2 class="gh-container-title">Read more</h2>
    <div class="gh-feed">{feed}</div></section><footer class="gh-footer"><section class="gh-footer-signup"><h2>The Almanac</h2>
    <p class="gh-footer-signup-subhead">A page of the county, each Sunday in your mail.</p></section></footer></div></body></html>"""


def medium(story: Story) -> str:
    """Medium: class names that mean nothing, buttons between title and text, the author's box, responses and other stories below."""
    recommended = "".join(
        f"<article><a href='/p/{n}'><h2>Older story, number {n}</h2><h3>{'What it begins with. ' * 3}</h3></a><p>Mar {n}</p></article>"
        for n in range(1, 5)
    )
    responses = "".join(f"<div class='er'><pre><div>{'What a reader thinks of it. ' * 6}</div></pre></div>" for _ in range(3))
    text = _text(story, '<h1 id="a1" class="or os gv bf">{}</h1>', '<p id="b2" class="pw-post-body-paragraph or os gv ot b">{}</p>')
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{story.headline} | by {story.author} | The Almanac | Medium</title>
    <meta property="og:site_name" content="Medium"><meta property="og:title" content="{story.headline}"><meta name="author" content="{story.author}">
    <meta property="article:published_time" content="2025-03-09T05:30:00.000Z"><script type="application/ld+json">{{"@context": "http://schema.org",
    "@type": "NewsArticle", "dateCreated": "2025-03-09T05:30:00.000Z", "datePublished": "2025-03-09T05:30:00.000Z", "headline": "{story.headline}",
    "name": "{story.headline}", "keywords": ["Lite:true", "Tag:x"], "author": {{"@type": "Person", "name": "{story.author}"}},
    "publisher": {{"@type": "Organization", "name": "The Almanac"}}, "articleSection": "{story.section}"}}</script></head><body><div id="root">
    <div class="a b c"><div class="d"><a href="/m/signin">Sign in</a><a href="/new-story">Write</a><input placeholder="Search"></div>
    <article><div class="l"><section><div class="fo fp"><div><h1 id="t0" class="pw-post-title gq gr" data-testid="storyTitle">{story.headline}</h1></div>
    <div class="hv"><a data-testid="authorName" rel="noopener follow" href="/@x">{story.author}</a><span>·</span><button>Follow</button>
    <div><span data-testid="storyReadTime">3 min read</span><span>·</span><span data-testid="storyPublishDate">Mar 9, 2025</span></div></div>
    <div class="pw-multi-vote-count"><button>1.2K</button></div><button>Listen</button><button>Share</button>
    {text}</div></section></div></article><div class="tags"><a href="/tag/x">{story.section}</a></div>
    <div class="ab"><h2>Written by <a href="/@x">{story.author}</a></h2><p>{"Surveys small things in a small county. " * 3}</p><button>Follow</button></div>
    <div class="rs"><h2>Responses (3)</h2>{responses}</div><div class="mo"><h2>More from {story.author}</h2>{recommended}</div>
    <div class="mo"><h2>Recommended from Medium</h2>{recommended}</div></div></div></body></html>"""


def tumblr(story: Story) -> str:
    """Tumblr's own page of a post: the blog's name above it, tags and a hundred notes below."""
    notes = "".join(
        f"<li class='note {kind}'><a rel='nofollow' href='https://r{n}.example/'>reader-{n}</a> {said} <a href='/x'>almanac</a></li>"
        for n in range(20)
        for kind, said in (("like", "liked this"), ("reblog", "reblogged this from"))
    )
    return f"""<!DOCTYPE html><html lang="{story.language}"><head><meta charset="utf-8"><title>The Almanac — {story.headline}</title>
    <meta property="og:site_name" content="Tumblr"><meta property="og:title" content="{story.headline}"><meta property="og:type" content="tumblr-feed:entry">
    <script type="application/ld+json">{{"@type": "SocialMediaPosting", "url": "https://almanac.example/2025/03/story.html",
    "datePublished": "2025-03-09T05:30:00+00:00", "headline": "{story.headline}", "author": "{story.author}", "keywords": "{story.section}"}}</script>
    </head><body class="permalink-page"><header class="blog-header"><h1 class="blog-title"><a href="/">The Almanac</a></h1>
    <nav><a href="/ask">Ask me anything</a><a href="/archive">Archive</a></nav></header><section id="posts" class="posts"><article class="post type_text">
    <header><a rel="author" class="blog-link" href="https://almanac.example/">{story.author}</a></header><h2 class="title">{story.headline}</h2>
    <div class="body-text">{_text(story, "<h2>{}</h2>")}</div><footer class="post-meta"><a class="post-date"
    href="/post/1"><time datetime="2025-03-09T05:30:00Z">9th March 2025</time></a><a class="post-notes" href="/post/1#notes">40 notes</a>
    <div class="tags"><a class="tag" rel="tag" href="/tagged/x">#{story.section}</a></div></footer>
    <ol class="notes">{notes}</ol></article></section></body></html>"""
