"""What an address alone says about its page: an article, surely none, or nothing.

The rules are those of the systems that news blogs run on; each list names where its words come from.
"""

from __future__ import annotations

import re
from enum import Enum
from urllib.parse import unquote, urlsplit

from crawler.discovery.hosts import same_site
from crawler.discovery.urls import absolute, query_pairs
from crawler.formats.site import Site


class Shape(Enum):
    """What the shape of an address says."""

    ARTICLE = "article"
    UNKNOWN = "unknown"
    OTHER = "other"


_MEDIA = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|heic|mp[34]|m4[av]|webm|og[gv]|wav|flac|avi|mov|m3u8|pdf|docx?|xlsx?|pptx?|odt|epub"
    r"|zip|t?gz|rar|7z|exe|dmg|apk|js|mjs|css|map|json|xml|xsl|rss|rdf|atom|txt|csv|ics|vcf|woff2?|ttf|eot|torrent|webmanifest)$",
    re.IGNORECASE,
)
# Whole segments under which systems keep lists: WordPress, Ghost, Blogger, Drupal, Joomla, Movable Type, Hugo, Jekyll, Substack, Medium.
_LISTS = frozenset(
    {
        *(
            "tag",
            "tags",
            "tagged",
            "label",
            "labels",
            "category",
            "categories",
            "kategorie",
            "categorie",
            "categoria",
            "etiqueta",
            "etiquette",
        ),
        *(
            "author",
            "authors",
            "autor",
            "auteur",
            "profile",
            "profiles",
            "user",
            "users",
            "member",
            "members",
            "contributor",
            "contributors",
        ),
        *("search", "suche", "recherche", "buscar", "taxonomy", "keyword", "keywords"),
        *("feed", "feeds", "rss", "atom", "sitemap", "sitemaps", "wp-json", "xmlrpc.php", "trackback", "comments", "comment-page-1"),
    }
)
# Lists by these names hold articles' addresses in other systems: `/archive/63076`, `/topics/tools/best-hammer`.
_LISTS_AT_THE_END = frozenset({"archive", "archives", "archiv", "topic", "topics"})
_ARTICLE_FOLDERS = frozenset(
    {
        *(
            "article",
            "articles",
            "story",
            "stories",
            "news-story",
            "artikel",
            "artikelen",
            "articolo",
            "artigo",
            "artikkel",
            "artikkeli",
            "clanek",
        ),
        *("nota", "notas", "noticia", "nachricht", "bericht", "entry", "entries"),
    }
)
_BLOG_FOLDERS = frozenset({"blog", "blogs", "post", "posts", "news", "report", "reports", "column", "columns", "opinion", "opinions"})
# Lists only where they stand first: elsewhere these are words of articles' addresses.
_STATIC = frozenset(
    {
        *(
            "login",
            "log-in",
            "signin",
            "sign-in",
            "signup",
            "sign-up",
            "register",
            "registration",
            "logout",
            "account",
            "my-account",
            "subscribe",
        ),
        *(
            "subscription",
            "subscriptions",
            "newsletter",
            "newsletters",
            "cart",
            "basket",
            "checkout",
            "shop",
            "store",
            "donate",
            "wp-admin",
        ),
        *(
            "wp-login.php",
            "wp-content",
            "wp-includes",
            "cdn-cgi",
            "static",
            "assets",
            "media-kit",
            "privacy",
            "privacy-policy",
            "datenschutz",
        ),
        *("cookies", "cookie-policy", "terms", "terms-of-use", "terms-of-service", "terms-and-conditions", "tos", "legal", "legal-notice"),
        *("imprint", "impressum", "mentions-legales", "aviso-legal", "disclaimer", "about", "about-us", "ueber-uns", "a-propos", "contact"),
        *("contact-us", "kontakt", "contacto", "advertise", "advertising", "advertise-with-us", "careers", "jobs", "press", "faq", "help"),
        *("masthead", "team", "our-team", "site-map", "accessibility", "404", "index", "home", "share", "print", "email", "api"),
        *("recommendations", "leaderboard", "followers", "following", "calendar", "events", "horoscope", "weather", "wetter", "meteo"),
    }
)
_NO_PAGES = frozenset(
    {
        *("login", "log-in", "signin", "sign-in", "signup", "sign-up", "register", "logout", "cart", "basket", "checkout", "wp-admin"),
        *(
            "wp-login.php",
            "wp-content",
            "wp-includes",
            "wp-json",
            "xmlrpc.php",
            "cdn-cgi",
            "feed",
            "feeds",
            "rss",
            "atom",
            "trackback",
            "api",
        ),
    }
)
_POLICY = re.compile(
    r"(?:[a-z]+-)?(?:privacy|cookies?|terms)-(?:policy|notice|choices|contact-form|statement|settings|preferences|of-[a-z]+|and-conditions)"
)
# Under `/p/` Blogger keeps static pages (`/p/about.html`) and Substack its articles (`/p/some-title`): the ending tells.
_BLOGGER_PAGE = re.compile(r"^/p/[^/]+\.html$")
_PAGING = re.compile(r"/(?:page|seite|pagina|paged|offset)[/-]?\d+/?$|/p\d{1,3}/?$", re.IGNORECASE)
_DATE_ARCHIVE = re.compile(
    r"^(?:/[a-z\-]{1,20})?/(?:19|20)\d{2}(?:[/-](?:0?[1-9]|1[0-2]))?(?:[/-](?:0?[1-9]|[12]\d|3[01]))?/?$|/(?:19|20)\d{2}_\d{2}(?:_\d{2})?_archive\.html$"
)
_DATED = re.compile(
    r"/(?:19|20)\d{2}(?:/|-)?(?:0?[1-9]|1[0-2]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:(?:/|-)?\d{1,2})?/[^/]",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:^|[/\-._a-z!~,])\d{5,}(?:[/\-._]|$)", re.IGNORECASE)
# `/news/4711/title`, `/4711-title`, `/title-4711`: a number beside words, unless it is a year.
_NUMBERED = re.compile(r"/\d{3,}/[^/]{4,}$|[/-](?!(?:19|20)\d\d\b)\d{4}(?:-[^/]+|(?:\.[a-z]+)?)$|^/p/[^/.]{3,}$")
_HEX = re.compile(r"(?=[a-f]*\d)[0-9a-f]{16,40}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_COMMENT = re.compile(r"/(?:comment-page-\d+|comments)/?$", re.IGNORECASE)
_LIST_PARAMETERS = frozenset(
    {
        "s",
        "q",
        "query",
        "search",
        "tag",
        "cat",
        "category",
        "author",
        "paged",
        "page",
        "feed",
        "label",
        "updated-max",
        "updated-min",
        "max-results",
        "start-index",
        "by-date",
        "orderby",
        "sort",
        "filter",
    }
)
_NOT_THE_PAGE = frozenset(
    {
        "showcomment",
        "replytocom",
        "share",
        "print",
        "printable",
        "action",
        "do",
        "redirect_to",
        "return_to",
        "returnurl",
        "login",
        "preview",
        "attachment_id",
        "rest_route",
        "doing_wp_cron",
        "like_comment",
        "unapproved",
    }
)
_ID_PARAMETERS = frozenset(
    {
        "p",
        "id",
        "article",
        "articleid",
        "article_id",
        "aid",
        "story",
        "storyid",
        "nid",
        "news_id",
        "newsid",
        "itemid",
        "a",
        "sid",
        "postid",
        "post",
        "idxno",
    }
)


def is_article_url(url: str, site: Site, *, listed: bool = True) -> bool:
    """Whether `url` may be an article of `site`: its `articles.deny` and `articles.allow`, the same site, and never a label, tag,
    author or search page, feed, sitemap, media file, login, static page, paging, comment or share link.

    `listed`: a source that lists articles named it (feed, sitemap, API, listing), so that an address whose shape says nothing
    gets the benefit of the doubt; without it (links followed, links of a whole page) the shape itself must speak for an article,
    unless the site's `allow` does.
    """
    if absolute(url, url) is None or not same_site(url, site.url) or _is_home(url, site.url):
        return False
    if any(re.search(pattern, url) for pattern in site.articles.deny):
        return False
    shape = article_shape(url)
    if shape is Shape.OTHER:
        return False
    if site.articles.allow:
        return any(re.search(pattern, url) for pattern in site.articles.allow)
    return listed or shape is Shape.ARTICLE


def article_shape(url: str) -> Shape:
    """What the path and query of `url` say. Its host plays no part. Never raises."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return Shape.OTHER
    path = unquote(parts.path)[:2_000]
    parameters = {name.lower() for name, _ in query_pairs(parts.query)}
    if parameters & _NOT_THE_PAGE or _PAGING.search(path) or _COMMENT.search(path) or _MEDIA.search(path):
        return Shape.OTHER
    if not path.strip("/") or path.strip("/").lower() in {"index.html", "index.php", "index.htm", "default.aspx"}:
        return Shape.ARTICLE if parameters & _ID_PARAMETERS and not parameters & _LIST_PARAMETERS else Shape.OTHER
    return _path_shape(path, parameters)


def _path_shape(path: str, parameters: set[str]) -> Shape:
    segments = [segment.lower() for segment in path.split("/") if segment]
    if len(segments) > 1 and _stem(segments[-1]) == "index":
        segments.pop()
    if _DATE_ARCHIVE.search(path.lower()) or _BLOGGER_PAGE.match(path) or segments[-1] in {"feed", "rss", "atom", "amp.xml", "trackback"}:
        return Shape.OTHER
    if _DATED.search(path):
        return Shape.ARTICLE
    if parameters & _LIST_PARAMETERS and not _is_slug(segments[-1]):
        return Shape.OTHER
    if (
        not _LISTS.isdisjoint(segments)
        or (segments[0] in _STATIC and len(segments) == 1)
        or _stem(segments[-1]) in _STATIC
        or _POLICY.fullmatch(_stem(segments[-1]))
    ):
        return Shape.OTHER
    if not _LISTS_AT_THE_END.isdisjoint(segments[-2:]) and not _NUMBER.search(path):
        return Shape.OTHER
    if (
        _is_slug(segments[-1])
        or _in_article_folder(segments)
        or _NUMBER.search(path)
        or _NUMBERED.search("/" + "/".join(segments))
        or parameters & _ID_PARAMETERS
    ):
        return Shape.ARTICLE
    return Shape.UNKNOWN


def _in_article_folder(segments: list[str]) -> bool:
    """`/article/…`, `/blog/two-words`, or a hexadecimal id at the end."""
    folders, last = set(segments[:-1]), _stem(segments[-1])
    if folders & _ARTICLE_FOLDERS or _HEX.fullmatch(last):
        return len(last) >= 4
    return bool(folders & _BLOG_FOLDERS) and "-" in last


def _is_slug(segment: str) -> bool:
    """Whether a segment is a headline made into an address: four words or more, or three of 18 letters together.

    Measured on section names and on articles: `us-news`, `arts-and-culture` and `letters-to-the-editor` are sections,
    three-word sections are shorter than 18 letters as a rule.
    """
    words = [word for word in re.split(r"[-_+ ]", _stem(segment)) if word]
    if len(words) >= 4:
        return True
    if len(words) == 3:
        return sum(map(len, words)) >= 18
    return len(words) <= 2 and not segment.isascii() and len(segment) >= 10


def _stem(segment: str) -> str:
    """A last segment without its ending (`.html`, `.php`, `.aspx` …)."""
    return re.sub(r"\.(?:html?|php|aspx?|jsp|cfm|shtml|s?do)$", "", segment)


def _is_home(url: str, home: str) -> bool:
    first, second = urlsplit(url), urlsplit(home)
    return first.path.strip("/") == second.path.strip("/") and not first.query


def is_page_address(url: str) -> bool:
    """Whether a link may lead to an HTML page at all: no media file, feed, login, share or comment link."""
    parts = urlsplit(url)
    path = unquote(parts.path)[:2_000].lower()
    segments = [segment for segment in path.split("/") if segment]
    if _MEDIA.search(path) or {name.lower() for name, _ in query_pairs(parts.query)} & _NOT_THE_PAGE:
        return False
    return not segments or not ({segments[0], segments[-1]} & _NO_PAGES)
