"""Which publishing system made a page, and where that system keeps its feeds and sitemaps."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.discovery import page
from crawler.discovery.links import Document
from crawler.discovery.urls import absolute

# Feeds relative to the blog's folder, sitemaps relative to the host; by the systems' own documentation. "" stands for unknown systems.
FEED_PLACES = {
    "wordpress": ("feed/",),
    "blogger": ("/feeds/posts/default",),
    "ghost": ("rss/",),
    "substack": ("/feed",),
    "medium": ("/feed",),
    "drupal": ("/rss.xml",),
    "hugo": ("index.xml",),
    "jekyll": ("feed.xml",),
    "tumblr": ("/rss",),
    "squarespace": ("?format=rss",),
    "typepad": ("atom.xml",),
    "typo3": (),
    "joomla": ("?format=feed&type=rss",),
    "": ("feed/", "rss.xml", "atom.xml", "feed.xml", "index.xml"),
}
SITEMAP_PLACES = {
    "wordpress": ("/wp-sitemap.xml", "/sitemap_index.xml"),
    "medium": ("/sitemap/sitemap.xml",),
    "": ("/sitemap.xml",),
}
_GENERATORS = {
    "wordpress": "wordpress",
    "blogger": "blogger",
    "ghost": "ghost",
    "substack": "substack",
    "medium": "medium",
    "drupal": "drupal",
    "hugo": "hugo",
    "jekyll": "jekyll",
    "tumblr": "tumblr",
    "squarespace": "squarespace",
    "typepad": "typepad",
    "typo3": "typo3",
    "joomla": "joomla",
}
_HOSTS = {
    "blogspot.com": "blogger",
    "substack.com": "substack",
    "medium.com": "medium",
    "wordpress.com": "wordpress",
    "ghost.io": "ghost",
    "tumblr.com": "tumblr",
    "typepad.com": "typepad",
    "squarespace.com": "squarespace",
}
# What a system loads from its own places, where a theme drops the generator line.
_RESOURCES = (
    (re.compile(r"/wp-(?:content|includes|json)/"), "wordpress"),
    (re.compile(r"//www\.blogger\.com/(?:static|dyn-css|feeds|rpc_relay)|/feeds/posts/default"), "blogger"),
    (re.compile(r"//substackcdn\.com/|//cdn\.substack\.com/"), "substack"),
    (re.compile(r"/ghost/api/|ghost\.(?:min\.)?js|/public/cards\.min\."), "ghost"),
    (re.compile(r"//(?:miro|cdn-client|glyph)\.medium\.com/"), "medium"),
    (re.compile(r"/sites/(?:default|all)/(?:files|themes|modules)/"), "drupal"),
    (re.compile(r"//(?:static1|assets)\.squarespace\.com/"), "squarespace"),
)


def system_of(root: HtmlElement, home: Document) -> str | None:
    """The name of the system behind a home page (a key of `FEED_PLACES`): by its generator line, its host, or what it loads."""
    return _by_generator(root) or _by_host(home.url) or _by_resources(root, home)


def _by_generator(root: HtmlElement) -> str | None:
    for meta in root.iter("meta"):
        if str(meta.get("name") or "").lower() == "generator":
            words = re.findall(r"[a-z0-9]+", str(meta.get("content") or "")[:200].lower())
            system = next((_GENERATORS[word] for word in words if word in _GENERATORS), None)
            if system:
                return system
    return None


def _by_host(url: str) -> str | None:
    host = urlsplit(url).hostname or ""
    return next((system for domain, system in _HOSTS.items() if host == domain or host.endswith("." + domain)), None)


def _by_resources(root: HtmlElement, home: Document) -> str | None:
    base = page.base_url(root, home)
    for element in root.iter("link", "script", "img"):
        url = absolute(base, element.get("href") or element.get("src")) or ""
        system = next((system for pattern, system in _RESOURCES if pattern.search(url[:2_000])), None)
        if system:
            return system
    return None
