"""What an address alone says about its page: an article, surely none, or nothing.

The rules are those of the systems that news blogs run on; the words that they look for stand in `vocabulary`.
"""

from __future__ import annotations

import re
from enum import Enum
from urllib.parse import unquote, urlsplit

from crawler.discovery.hosts import same_site
from crawler.discovery.urls import query_pairs
from crawler.discovery.vocabulary import (
    ARTICLE_FOLDERS,
    BLOG_FOLDERS,
    ID_PARAMETERS,
    LIST_PARAMETERS,
    LISTS,
    LISTS_AT_THE_END,
    NO_PAGES,
    NOT_THE_PAGE_PARAMETERS,
    SERVICE_HOSTS,
    STATIC,
    STATIC_FOLDERS,
)
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


def is_article_url(url: str, site: Site, *, listed: bool = True) -> bool:
    """Whether `url` may be an article of `site`: its `articles.deny` and `articles.allow`, the same site, and never a label, tag,
    author or search page, feed, sitemap, media file, login, static page, paging, comment or share link.

    `listed`: a source that lists articles named it (feed, sitemap, API, listing), so that an address whose shape says nothing
    gets the benefit of the doubt; without it (links followed, links of a whole page) the shape itself must speak for an article,
    unless the site's `allow` does.
    """
    if not url.lower().startswith(("http://", "https://")) or not same_site(url, site.url):
        return False
    if _is_home(url, site.url) or _is_service_host(url, site.url):
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
    if parameters & NOT_THE_PAGE_PARAMETERS or _PAGING.search(path) or _COMMENT.search(path) or _MEDIA.search(path):
        return Shape.OTHER
    if not path.strip("/") or path.strip("/").lower() in {"index.html", "index.php", "index.htm", "default.aspx"}:
        return Shape.ARTICLE if parameters & ID_PARAMETERS and not parameters & LIST_PARAMETERS else Shape.OTHER
    return _path_shape(path, parameters)


def _path_shape(path: str, parameters: set[str]) -> Shape:
    segments = [segment.lower() for segment in path.split("/") if segment]
    if len(segments) > 1 and _stem(segments[-1]) == "index":
        segments.pop()
    if _DATE_ARCHIVE.search(path.lower()) or _BLOGGER_PAGE.match(path) or segments[-1] in {"feed", "rss", "atom", "amp.xml", "trackback"}:
        return Shape.OTHER
    if _DATED.search(path):
        return Shape.ARTICLE
    if parameters & LIST_PARAMETERS and not _is_slug(segments[-1]):
        return Shape.OTHER
    if not LISTS.isdisjoint(segments) or _is_static(segments):
        return Shape.OTHER
    if not LISTS_AT_THE_END.isdisjoint(segments[-2:]) and not _NUMBER.search(path):
        return Shape.OTHER
    if (
        _is_slug(segments[-1])
        or _in_article_folder(segments)
        or _NUMBER.search(path)
        or _NUMBERED.search("/" + "/".join(segments))
        or parameters & ID_PARAMETERS
    ):
        return Shape.ARTICLE
    return Shape.UNKNOWN


def _is_static(segments: list[str]) -> bool:
    last = _stem(segments[-1])
    if last in STATIC or _POLICY.fullmatch(last):
        return True
    return segments[0] in STATIC_FOLDERS and not _in_article_folder(segments)


def _in_article_folder(segments: list[str]) -> bool:
    """`/article/…`, `/blog/two-words`, or a hexadecimal id at the end."""
    folders, last = set(segments[:-1]), _stem(segments[-1])
    if folders & ARTICLE_FOLDERS or _HEX.fullmatch(last):
        return len(last) >= 4
    return bool(folders & BLOG_FOLDERS) and "-" in last


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


def _is_service_host(url: str, home: str) -> bool:
    """Whether `url` is on a host of the publisher that serves other things than articles, unless the site itself is one."""
    host, site = urlsplit(url).hostname or "", urlsplit(home).hostname
    return host != site and host.partition(".")[0] in SERVICE_HOSTS


def _is_home(url: str, home: str) -> bool:
    first, second = urlsplit(url), urlsplit(home)
    return first.path.strip("/") == second.path.strip("/") and not first.query


def is_page_address(url: str) -> bool:
    """Whether a link may lead to an HTML page at all: no media file, feed, login, share or comment link."""
    parts = urlsplit(url)
    path = unquote(parts.path)[:2_000].lower()
    segments = [segment for segment in path.split("/") if segment]
    if _MEDIA.search(path) or {name.lower() for name, _ in query_pairs(parts.query)} & NOT_THE_PAGE_PARAMETERS:
        return False
    return not segments or not ({segments[0], segments[-1]} & NO_PAGES)
