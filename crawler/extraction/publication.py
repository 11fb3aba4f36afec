"""When an article was published and changed: what the page states, best first, and what of it can be believed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from datetime import date, datetime, timedelta, timezone
from urllib.parse import urlsplit

from crawler.extraction import jsonld, normalise
from crawler.extraction.candidates import Candidate
from crawler.extraction.dates import Calendar, month_named, read, wall_clock, western
from crawler.extraction.frame import headline_place, is_frame, is_listed, other_stories
from crawler.extraction.page import Element, Page, classes, short_text, text_of
from crawler.extraction.structured import Statements, item_value, scope_type

_YEAR = re.compile(r"(?:19|20|25)\d{2}")  # 25: Thai years
_FOUR_DIGITS = re.compile(r"\d{4}")
"""Of any script: without them a text has no year."""
_URL_DAY = re.compile(r"/((?:19|20)\d{2})[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/\-_.]|$)")
_PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time", "parsely-pub-date", "sailthru.date",
    "datepublished",
    "article.published", "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "dc.date.issued", "dcterms.issued",
    "dcterms.created", "dc.date.created",
    "dc.date", "dcterms.date", "publish-date", "pubdate", "publication_date", "publishdate", "published_at", "ptime", "bt:pubdate",
    "citation_publication_date",
    "article_date_original", "originalpublicationdate", "published-date", "vr:published_time", "analyticsattributes.articledate",
    "rnews:datepublished",
    "date", "article:created_time", "iso-8601-publish-date", "created", "displaydate", "date.issued", "og:pubdate", "pub_date",
    "article-publication-date",
)  # fmt: skip
_MODIFIED_META = (
    "article:modified_time", "og:updated_time", "article:modified", "datemodified", "dcterms.modified", "dc.date.modified",
    "last-modified", "lastmod",
    "article:updated", "og:modified_time", "bt:moddate", "revised", "updated", "parsely-updated-date",
)  # fmt: skip
_DATED = ("date", "publish", "time", "posted", "dateline", "meta", "byline", "timestamp", "datum", "fecha", "data")
_CHANGED = ("modif", "updat", "aktualis", "actualiz", "aggiorn", "lastmod", "mis-a-jour", "geändert")
_LABEL = re.compile("|".join((*_CHANGED, "review", "geprüft")), re.I)
"""Words before a date that is not the one of publication."""
_FARTHEST = timedelta(hours=14)
_AROUND_HEADLINE = (15, 80)
"""Elements before and behind the headline among which its date stands."""


def published(said: Statements, calendar: Calendar) -> Iterator[Candidate]:
    """What the page says of its publication, most believable first; `raw` as the page has it.

    Three corrections of what comes first. A declared day that is no older than the last change, where the page shows its readers an earlier
    one beside the headline, is that of a move to other software. A stamp in JSON-LD that is no older than the last change is the work of
    a program: a day before it that the page states elsewhere is better. A moment in UTC that the page also tells by its own clock is
    given that clock's zone.
    """
    stated = list(_declared(said))
    best = next((one for one in stated if calendar.normal(one.raw) and not calendar.is_download_time(one.raw)), None)
    if best is None:
        yield from stated
        yield from _shown(said)
        return
    if not _is_before_change(said, best):
        yield from _earlier(best, _near_headline(said))
    if best.method == "json-ld" and _is_stamp(said, best, stated):
        yield from _earlier(best, stated)
    value = _by_own_clock(said, best, stated)
    yield Candidate(best.raw, best.method, value) if value else best
    yield from stated


def _declared(said: Statements) -> Iterator[Candidate]:
    yield from (
        Candidate(text, "json-ld") for key in ("datePublished", "dateCreated", "uploadDate") for text in jsonld.texts(said.json(key))
    )
    yield from _items(said, "datepublished")
    yield from _metas(said, _PUBLISHED_META)
    yield from (
        Candidate(text, "json-ld page") for node in said.named("webpage", "itempage") for text in jsonld.texts(node.get("datePublished"))
    )
    yield from (
        Candidate(text, "rdfa")
        for name in ("datepublished", "created", "issued", "date")
        for one in said.properties.get(name, ())
        if (text := item_value(one))
    )


def _shown(said: Statements) -> Iterator[Candidate]:
    yield from _times(said, near=_round_headline(said))
    yield from _near_headline(said)
    yield from _marks(said)
    yield from _url_day(said)


def _is_before_change(said: Statements, best: Candidate) -> bool:
    """Whether the page declares a last change on a day after `best`."""
    day, changed = _day(best.raw), next((found for one in modified(said) if (found := _day(one.raw))), None)
    return day is not None and changed is not None and day < changed


def _is_stamp(said: Statements, best: Candidate, stated: list[Candidate]) -> bool:
    """Whether `best` is no older than the last change, and nothing else on the page tells its day."""
    day, moment = _day(best.raw), read(best.raw)
    last = jsonld.text(said.json("dateModified")) or ""
    changed, change = _day(last), read(last)
    if day is None or changed is None or day < changed:
        return False
    if isinstance(moment, datetime) and isinstance(change, datetime) and bool(moment.tzinfo) == bool(change.tzinfo) and moment < change:
        return False
    return not any(_day(one.raw) == day for one in stated if not one.method.startswith("json-ld"))


def _day(raw: str) -> date | None:
    found = read(raw)
    return found.date() if isinstance(found, datetime) else found


def _earlier(best: Candidate, others: Iterable[Candidate]) -> Iterator[Candidate]:
    """The first of `others` on a day before the eve of `best`."""
    limit = _day(best.raw)
    for one in others:
        day = _day(one.raw)
        if limit and day and day < limit - timedelta(days=1):
            yield one
            return


def _by_own_clock(said: Statements, best: Candidate, stated: list[Candidate]) -> str | None:
    """The moment of `best` with the zone of the page, where it is in UTC and the page shows the same moment by another clock."""
    moment = read(best.raw)
    if not isinstance(moment, datetime) or moment.utcoffset() != timedelta(0):
        return None
    for one in [*stated, *_times(said)[:6]]:
        other = read(one.raw)
        if isinstance(other, datetime) and other.utcoffset() and abs(other - moment) < timedelta(minutes=1):
            return other.isoformat(timespec="seconds")
        shown = None if isinstance(other, datetime) and other.tzinfo else wall_clock(one.raw)
        if shown is None:
            continue
        exact = moment if shown.second else moment.replace(second=0)
        offset = shown - exact.replace(microsecond=0)
        if offset and abs(offset) <= _FARTHEST and not offset % timedelta(minutes=30):
            return moment.astimezone(timezone(offset)).isoformat(timespec="seconds")
    return None


def modified(said: Statements) -> Iterator[Candidate]:
    """What the page says of its last change, best first."""
    yield from (Candidate(text, "json-ld") for text in jsonld.texts(said.json("dateModified")))
    yield from _items(said, "datemodified")
    yield from _metas(said, _MODIFIED_META)
    yield from (
        Candidate(text, "json-ld page") for node in said.named("webpage", "itempage") for text in jsonld.texts(node.get("dateModified"))
    )
    for element in said.page.tagged("time", "abbr"):
        if _is_changed(element) and not is_listed(said.page, element):
            yield Candidate(item_value(element) or element.get("title") or "", "time")
    for text, name in _dated_lines(said):
        if found := _CHANGING.search(text.lower()):
            yield Candidate(text[found.start() :], "class")
        elif _CHANGING.search(name):
            yield Candidate(text, "class")


def _items(said: Statements, name: str) -> Iterator[Candidate]:
    """What microdata says, but of comments and of other stories that the page goes on with."""
    items = said.items.get(name, ())
    others = set(other_stories(said.page) if items else ())
    for one in items:
        if "comment" not in scope_type(one) and (not others or others.isdisjoint(one.iterancestors())):
            yield Candidate(item_value(one), "microdata")


def _metas(said: Statements, names: tuple[str, ...]) -> Iterator[Candidate]:
    yield from (Candidate(value, f"meta {name}") for name in names for value in said.page.metas.get(name, ())[:1])


def _marks(said: Statements) -> Iterator[Candidate]:
    """`time`, Blogger's `abbr.published`, and text in elements whose class speaks of a date; headers before the rest."""
    yield from _times(said)
    for text, name in _dated_lines(said):
        own = _unchanged(text)
        if len(own) >= 6 and _YEAR.search(own) and not _CHANGING.search(name):
            yield Candidate(own, "class")


def _dated_lines(said: Statements) -> Iterator[tuple[str, str]]:
    """(text, class and id) of the lines with a year whose class speaks of a date."""
    for element in said.page.named(_SPEAKS_OF_DATE):
        if len(element) < 12 and element.tag in _LINES:
            text = western(short_text(element, 120))
            if _YEAR.search(text) and not is_listed(said.page, element):
                yield text, classes(element)


def _times(said: Statements, near: list[Element] | None = None) -> list[Candidate]:
    """What `time` and `abbr` say, all of the page or those among `near`; those that speak of publishing before the rest."""
    every = said.page.tagged("time", "abbr") if near is None else (one for one in near if one.tag in ("time", "abbr"))
    times = [one for one in every if not _is_changed(one) and not is_listed(said.page, one)]
    times.sort(key=lambda one: not _speaks_of_publishing(one))
    return [
        Candidate(normalise.line(raw), "time")
        for element in times[:6]
        for raw in (element.get("datetime"), element.get("title"), text_of(element))
        if raw and _YEAR.search(raw)
    ]


def _unchanged(text: str) -> str:
    """`text` up to a word that says of the date behind it that it is another one: of the last change, of a review."""
    found = _LABEL.search(text)
    return text if found is None else text[: found.start()]


def _near_headline(said: Statements) -> Iterator[Candidate]:
    """Lines round the headline that are nothing but a day, and the day in a dateline such as "HARBOUR, Dec 20, 2025 (ANA) -"."""
    for element in _round_headline(said):
        own = (element.text or "")[:200]
        text = western(normalise.line(own)) if _FOUR_DIGITS.search(own) else ""
        if len(text) > 40:
            found = _DATELINE.match(text)
            if found and read(found[1]) and _is_own(said, element):
                yield Candidate(found[1], "dateline")
        elif _is_day(text) and _is_own(said, element):
            yield Candidate(text, "line")
        tail = element.tail
        if tail and 8 < len(tail) < 200 and _FOUR_DIGITS.search(tail) and element.getparent().tag in _BOXES:
            text = western(normalise.line(tail))
            is_line = len(text) <= 40 and text[:1].isalnum() and _is_day(text)
            if is_line and not _LABEL.search(short_text(element, 40)) and _is_own(said, element):
                yield Candidate(text, "line")


_BOXES = frozenset({"div", "header", "section", "article", "td", "fieldset", "center", "main"})
"""What holds pieces of a page: a line may stand in it without an element of its own."""
_QUOTED = frozenset({"blockquote", "figure", "figcaption"})


def _is_day(line: str) -> bool:
    return len(line) >= 8 and _YEAR.search(line) is not None and not _LABEL.search(line) and read(line) is not None


def _is_own(said: Statements, element: Element) -> bool:
    """Whether what `element` says is the article's: not another story's, and not of a post or a picture that is shown in it."""
    return (
        element.tag not in _QUOTED and not is_listed(said.page, element) and not any(one.tag in _QUOTED for one in element.iterancestors())
    )


_DATELINE = re.compile(
    r"[^\W\d_][\w .'’/-]{2,40},\s+([^\s,]{3,12}\.?\s\d{1,2},?\s\d{4}|\d{1,2}\.?\s[^\s,]{3,12}\s\d{4})\s*(?:\([^)]{2,30}\)|[-–—/])"
)
_LINES = frozenset({"span", "div", "p", "h2", "li", "a", "em", "small", "td", "dd"})


def _round_headline(said: Statements) -> list[Element]:
    """The elements behind the headline, then those before it; none where the page shows none."""
    every = said.page.every
    place = headline_place(said.page)
    if place is None:
        return []
    before, behind = _AROUND_HEADLINE
    return [*every[place : place + behind], *every[max(0, place - before) : place]]


_SPEAKS_OF_DATE = re.compile("|".join(_DATED))
_CHANGING = re.compile("|".join(_CHANGED))


def _speaks_of_publishing(element: Element) -> bool:
    names = classes(element) + (classes(parent) if (parent := element.getparent()) is not None else "")
    return element.get("pubdate") is not None or any(word in names for word in ("publish", "entry-date", "post-date", "pubdate", "article"))


def _is_changed(element: Element) -> bool:
    names = classes(element) + " " + (element.get("itemprop") or "").lower()
    return any(word in names for word in _CHANGED) and "published" not in names


def _url_day(said: Statements) -> Iterator[Candidate]:
    found = _URL_DAY.search(urlsplit(said.page.url).path)
    if found:
        yield Candidate("-".join(found.groups()), "url")


def by_htmldate(said: Statements, calendar: Calendar) -> str | None:
    """The day that htmldate finds, asked only where the page's own marks are silent; not that of the last change."""
    page = said.page
    from htmldate import find_date  # loads dateparser's tables

    found = find_date(
        _own_part(page),
        url=page.url,
        original_date=True,
        max_date=calendar.captured.strftime("%Y-%m-%d"),
        extensive_search=True,
    )
    if not found or (found.endswith("-01") and not _is_written(page, date.fromisoformat(found))):
        return None  # htmldate makes the first of the month of a month, and the first of January of a year
    changed = {day for one in modified(said) if (day := _day(one.raw))}
    return None if date.fromisoformat(found) in changed else calendar.normal(found)


def _own_part(page: Page) -> Element:
    """A copy of the tree without its frame, other stories and comments: their dates are not the article's."""
    root = deepcopy(page.root)
    others = other_stories(page)
    for one in [twin for own, twin in zip(page.every, root.iter(), strict=True) if own in others] if others else ():
        one.drop_tree()
    for one in list(root.iter("nav", "footer", "aside", "div", "section", "ul", "ol")):
        if one.getparent() is not None and is_frame(one) and one.find(".//h1") is None:
            one.drop_tree()
    return root


def _is_written(page: Page, day: date) -> bool:
    """Whether the page, and not the program that guessed it, has `day`: in numbers, or with the month in words."""
    text = text_of(page.root)
    year, month, number = day.year, rf"0?{day.month}", rf"0?{day.day}"
    numbers = rf"{year}[-/.]{month}[-/.]{number}(?!\d)|(?<!\d)(?:{number}[-/.]{month}[-/.]|{month}/{number}/){year}"
    return bool(re.search(numbers, text)) or any(
        month_named(text[max(0, one.start() - 30) : one.end() + 6]) == day for one in re.finditer(str(day.year), text)
    )
