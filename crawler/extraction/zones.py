"""Elements that hold no article text, as their tag, class, id, role or style says: frames, share bars, other stories, comments."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from crawler.extraction.page import Element, classes

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)

# Tokens of class and id names that say of an element that it is not part of the text.
# Whole words between hyphens, underscores and capitals.
_WORDS = frozenset(
    {
        "aboutauthor", "ad", "addthis", "addtoany", "adjacent", "ads", "adsense", "adslot", "advert", "advertisement", "advertising",
        "adverts", "affiliate", "alert", "authorbio", "authorbox", "authorinfo", "banner", "bio", "blogpager", "breadcrumb",
        "breadcrumbs", "byline", "bylines", "callout", "caption", "captions", "carousel", "comment", "commentlist", "comments", "consent",
        "cookie", "cookies", "copyright", "copyrights", "credit", "credits", "cta", "dateline", "dfp", "disclaimer", "disclosure",
        "disqus", "donate", "donation", "dropdown", "entrymeta", "eyebrow", "factbox", "feedback", "figcaption", "follow", "followus",
        "footer", "gallery", "gdpr", "hidden", "infobox", "jp", "keywords", "kicker", "labels", "lightbox", "like", "likes", "login",
        "masthead", "menu", "meta", "metadata", "modal", "morearticles", "morefrom", "morenews", "moreon", "moreposts", "morestories",
        "mostread", "nav", "navbar", "navigation", "newsletter", "newsletters", "nextpost", "notice", "optin", "outbrain", "overlay",
        "overline", "pager", "pagination", "paging", "piano", "player", "poll", "popular", "popup", "postfooter", "postmeta",
        "prevpost", "print", "profile", "promo", "promos", "promoted", "promotion", "quiz", "rail", "rating", "ratings", "reactions",
        "readmore", "recirc", "recirculation", "recommend", "recommendation", "recommendations", "recommended", "register",
        "registration", "related", "relateds", "respond", "screenreader", "search", "searchform", "share", "sharebar", "sharedaddy",
        "shares", "sharethis", "sharing", "sidebar", "signup", "skip", "skiplink", "slideshow", "social", "socials", "sponsor",
        "sponsored", "sponsors", "sronly", "subscribe", "subscription", "survey", "tableofcontents", "taboola", "taglist", "tags",
        "teaser", "teasers", "ticker", "timestamp", "toc", "toolbar", "tooltip", "topics", "trending", "upsell", "visuallyhidden", "vote",
        "votes", "widget", "widgets",
    }
)  # fmt: skip
_BETWEEN = re.compile(r"[\s_-]+")
_PAIRS = re.compile(
    r"(?:read|see|watch|listen|you|view)[-_]?(?:also|more|next|may)|also[-_]?(?:read|like)|more[-_]?(?:from|on|in|"
    r"stories|news|articles|posts|like)|"
    r"(?:most|top)[-_]?(?:read|popular|viewed|stories)|author[-_]?(?:bio|box|info|card|about|profile|desc|details|"
    r"block)|about[-_]?(?:the[-_]?)?author|"
    r"(?:post|entry|article)[-_](?:meta|footer|tags|author|info|nav|share|date|labels|header-meta)|sr[-_]only|"
    r"visually[-_]hidden|screen[-_]reader|sign[-_]?up|"
    r"(?:prev|next)[-_]?(?:post|article)|table[-_]?of[-_]?contents|jump[-_]?link|back[-_]?to[-_]?top|"
    r"in[-_]?this[-_]?article|latest[-_]?(?:news|posts|stories)|"
    r"twitter-tweet|instagram-media|tiktok-embed|bluesky-embed|reddit-embed|fb-post|ez-toc|lwptoc|mailmunch|mc_embed|"
    r"klaviyo|post-ratings|wp-block-(?:buttons?|latest-posts|embed)|blog-?pager|reply|commentform"
)
_BUILDER = re.compile(r"elementor|so-panel|siteorigin")
"""Page builders call every piece of a page, its paragraphs too, a widget."""
_ZONE_ROLES = ("navigation", "complementary", "contentinfo", "search", "dialog")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TAG_ZONES = {
    "nav": "nav",
    "footer": "footer",
    "aside": "aside",
    "figcaption": "caption",
    "form": "form",
    "menu": "nav",
    "address": "address",
}


_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTED_IN = re.compile(r"\b(?:toc|navigation)\b")


_FOLDED = re.compile(r"accordion|collaps|expand|disclosure|toggle|faq|tab-?pane")
"""Class and id names of text that is folded away until a reader asks for it."""


def is_zone(node: Element, attributes: Mapping[str, str], controlled: Callable[[], frozenset[str]] = frozenset) -> bool:
    """Whether tag, class, id, role or style of `node`, which has `attributes`, says that it holds no article text.

    `controlled`: ids of the elements that a button of the page opens (`aria-controls`): those are hidden only until a reader asks.
    """
    tag = node.tag
    if tag in _TAG_ZONES:
        return True
    if not attributes or tag in ("body", "html", "main", "article"):
        return False
    if tag in _HEADINGS:  # ids are made of their words, and `toc` says that the table of contents names them
        name = _LISTED_IN.sub("", attributes.get("class", ""))
        if len(name) > 2 and _names_zone(name):
            return True
    elif tag not in ("a", "em", "strong", "b", "i"):
        name = f"{attributes.get('class', '')} {attributes.get('id', '')} {attributes.get('data-component', '')}"
        if len(name) > 2 and _names_zone(name):
            return True
    if attributes.get("role") in _ZONE_ROLES:
        return True
    return _is_hidden(attributes) and attributes.get("id") not in controlled() and not _FOLDED.search(classes(node))


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    style = attributes.get("style")
    return "hidden" in attributes or attributes.get("aria-hidden") == "true" or bool(style and _HIDDEN.search(style))


_CUT = ("overflow-hidden", "overflow-x-hidden", "overflow-y-hidden")


def _without_style(name: str) -> str:
    """`name` without words for how an element looks, in which width or state: `md:py-8`, `pt-[--header-height]`, `overflow-hidden`."""
    if ":" not in name and "[" not in name and "hidden" not in name:
        return name
    return " ".join(word for word in name.split() if ":" not in word and "[" not in word and not word.endswith(_CUT))


@lru_cache(maxsize=8_192)
def _names_zone(name: str) -> bool:
    split = _CAMEL.sub("-", _without_style(name)).lower()
    if _FOLDED.search(split):
        split = split.replace("hidden", "")
    if _BUILDER.search(split):
        split = split.replace("widget", "")
    return not _WORDS.isdisjoint(_BETWEEN.split(split)) or _PAIRS.search(split) is not None
