"""Elements that hold no article text, as their tag, class, id, role or style says: frames, share bars, other stories, comments."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.extraction.page import Element

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)

# Tokens of class and id names that say of an element that it is not part of the text.
# Whole words between hyphens, underscores and capitals.
_WORDS = (
    r"share|sharing|sharebar|shares|social|socials|sharethis|addthis|addtoany|sharedaddy|jp|related|relateds|recommend|"
    r"recommended|recommendations?|recirc|"
    r"recirculation|readmore|more(?:on|from|stories|articles|news|posts)|newsletters?|subscribe|subscription|signup|"
    r"optin|promo|promos|promoted|promotion|adverts?|"
    r"advertisement|advertising|ads?|adsense|adslot|dfp|sponsor|sponsored|sponsors|comments?|commentlist|disqus|respond|"
    r"caption|captions|credit|credits|figcaption|"
    r"byline|bylines|dateline|timestamp|breadcrumbs?|tags|taglist|topics|keywords|postmeta|toolbar|cookies?|consent|"
    r"gdpr|popup|modal|overlay|lightbox|widgets?|"
    r"sidebar|rail|outbrain|taboola|teasers?|mostread|popular|trending|pagination|pager|paging|nav|navbar|navigation|"
    r"menu|footer|masthead|print|hidden|"
    r"srOnly|visuallyhidden|screenreader|skiplink|rating|ratings|votes?|toc|tableofcontents|copyright|copyrights|"
    r"disclaimer|disclosure|affiliate|profile|bio|"
    r"authorbox|aboutauthor|authorbio|authorinfo|follow|followus|login|register|registration|donate|donation|alert|"
    r"notice|banner|ticker|cta|callout|"
    r"nextpost|prevpost|adjacent|labels|postfooter|blogpager|reactions|likes?|feedback|survey|poll|quiz|gallery|"
    r"slideshow|carousel|player|upsell|paywall|"
    r"piano|entrymeta|metadata|meta|infobox|factbox|dropdown|tooltip|search|searchform|skip|eyebrow|kicker|overline"
)
_ZONE = re.compile(rf"(?:^|[\s_-])(?:{_WORDS})(?=$|[\s_-])", re.I)
_PAIRS = re.compile(
    r"(?:read|see|watch|listen|you|view)[-_]?(?:also|more|next|may)|also[-_]?(?:read|like)|more[-_]?(?:from|on|in|"
    r"stories|news|articles|posts|like)|"
    r"(?:most|top)[-_]?(?:read|popular|viewed|stories)|author[-_]?(?:bio|box|info|card|about|profile|desc|details|"
    r"block)|about[-_]?(?:the[-_]?)?author|"
    r"(?:post|entry|article)[-_](?:meta|footer|tags|author|info|nav|share|date|labels|header-meta)|sr[-_]only|"
    r"visually[-_]hidden|screen[-_]reader|sign[-_]?up|"
    r"(?:prev|next)[-_]?(?:post|article)|table[-_]?of[-_]?contents|jump[-_]?link|back[-_]?to[-_]?top|"
    r"in[-_]?this[-_]?article|latest[-_]?(?:news|posts|stories)|"
    r"twitter-tweet|instagram-media|tiktok-embed|bluesky-embed|reddit-embed|fb-post|ez-toc|lwptoc|mailmunch|mc_embed|klaviyo|post-ratings|wp-block-(?:buttons?|latest-posts|embed)|blog-?pager|reply|commentform",
    re.I,
)
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


def is_zone(node: Element) -> bool:
    """Whether tag, class, id, role or style of `node` says that it holds no article text."""
    tag = node.tag
    if tag in _TAG_ZONES:
        return True
    if tag in ("body", "html", "main", "article"):
        return False
    attributes = node.attrib
    if not attributes:
        return False
    if tag not in ("a", "em", "strong", "b", "i"):
        name = f"{attributes.get('class', '')} {attributes.get('id', '')} {attributes.get('data-component', '')}"
        if len(name) > 2 and _names_zone(name):
            return True
    if "hidden" in attributes or attributes.get("aria-hidden") == "true" or attributes.get("role") in _ZONE_ROLES:
        return True
    style = attributes.get("style")
    return bool(style and _HIDDEN.search(style))


@lru_cache(maxsize=8_192)
def _names_zone(name: str) -> bool:
    split = _CAMEL.sub("-", name)
    return bool(_ZONE.search(split) or _PAIRS.search(split))
