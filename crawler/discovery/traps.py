"""Addresses that lead a crawler round in circles: told by their shape alone, so that each page can be judged by itself."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import unquote, urlsplit

from crawler.discovery.urls import query_pairs

_LONGEST = 2_000  # characters; RFC 9110 section 4.1 asks for 8,000, no news blog needs a quarter
_DEEPEST = 12  # segments
_MOST_PARAMETERS = 4
_LONGEST_WORD = 20  # characters: a longer folder is a title or a number in disguise
_WORDS = 2  # folders: `/news/politics/`; deeper ones may be made up
_PER_SHAPE = 200  # links of one query shape on one page: a listing has fewer, a calendar or a filter has more
_CALENDAR = re.compile(
    r"/(?:calendar|kalender|calendario|calendrier|events?|agenda)/.*\d{4}|/(?:day|week|month)/\d{4}-\d|[?&](?:month|year|day|week|date|cal|tribe-bar-date|ical|eventdate)=\d",
    re.IGNORECASE,
)
_SESSION = re.compile(
    r";jsessionid=|[?&](?:phpsessid|jsessionid|sessionid|session_id|sid|osCsid|zenid|cfid|cftoken|s)=[0-9a-z\-]{16,}", re.IGNORECASE
)
_FACETS = re.compile(r"(?:filter|facet|sort|order|orderby|view|per_page|perpage|limit|color|size|refine)", re.IGNORECASE)


def trap(url: str) -> str | None:
    """The kind of trap that `url` leads into, in plain words, or None."""
    if len(url) > _LONGEST:
        return "over-long address"
    parts = urlsplit(url)
    segments = [segment for segment in unquote(parts.path).lower().split("/") if segment]
    names = [name.lower() for name, _ in query_pairs(parts.query)]
    if _SESSION.search(url):
        return "session id"
    if _CALENDAR.search(url):
        return "calendar"
    if len(segments) > _DEEPEST or _repeats(segments):
        return "growing path"
    if len(names) > _MOST_PARAMETERS or len(names) != len(set(names)):
        return "endless parameters"
    if sum(bool(_FACETS.search(name)) for name in names) >= 1:
        return "facets"
    return None


def path_shape(url: str) -> str:
    """The address with whatever tells one page from its like taken out: `blog.example/0/0/*` for every post of a month-and-slug blog.

    Host, the first two folders that are words, and the names of the parameters stay.
    """
    parts = urlsplit(url)
    *folders, last = parts.path.strip("/").split("/")
    words = 0
    shape = []
    for folder in folders:
        is_word = folder.isascii() and folder.isalpha() and len(folder) <= _LONGEST_WORD
        words += is_word
        shape.append("0" if folder.isdigit() else folder if is_word and words <= _WORDS else "*")
    names = sorted({name[:_LONGEST_WORD] for name, _ in query_pairs(parts.query)})
    kind = "*" if last else ""
    return f"{parts.netloc}/{'/'.join([*shape[:_DEEPEST], kind])}{'?' if names else ''}{'&'.join(names[: _MOST_PARAMETERS + 1])}"


def crowded(url: str, shapes: Counter[str]) -> str | None:
    """Whether a page has had its share of addresses like `url`, which differ in the values of their parameters only.

    `shapes` counts them from call to call.
    """
    parts = urlsplit(url)
    if not parts.query:
        return None
    shape = f"{parts.path}?{'&'.join(sorted(name for name, _ in query_pairs(parts.query)))}"
    shapes[shape] += 1
    return "one page under too many parameters" if shapes[shape] > _PER_SHAPE else None


def _repeats(segments: list[str]) -> bool:
    """Whether a segment stands there three times, or a run of two or more segments twice in a row."""
    if any(count > 2 for count in Counter(segments).values()):
        return True
    return any(
        segments[start : start + width] == segments[start + width : start + 2 * width]
        for width in range(2, len(segments) // 2 + 1)
        for start in range(len(segments) - 2 * width + 1)
    )
