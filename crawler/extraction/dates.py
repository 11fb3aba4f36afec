"""When an article was published and changed, as exactly as the page says and no more exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawler.extraction import jsonld, normalise
from crawler.extraction.candidates import Candidate
from crawler.extraction.page import Element, Page, classes, is_frame, is_listed, text_of
from crawler.extraction.structured import Statements, item_value, scope_type

_ISO = re.compile(
    r"^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|"
    r"[+-]\d{2})?)?\s*(?:\[[^\]]*\])?\s*$",
    re.I,
)
_COMPACT = re.compile(r"^\s*(\d{4})(\d{2})(\d{2})(?:T?(\d{2}):?(\d{2}):?(\d{2})?\s*(Z|[+-]\d{2}:?\d{2})?)?\s*$")
_EPOCH = re.compile(r"^\s*(\d{10})(?:\d{3})?\s*$")
_URL_DAY = re.compile(r"/((?:19|20)\d{2})[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/\-_.]|$)")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_EARLIEST = date(1990, 1, 1)  # no news was published on the web before; older days on a page are history

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


class Calendar:
    """Reads dates for one page: knows when it was fetched and the site's time zone."""

    def __init__(self, captured: datetime, zone: str | None) -> None:
        self.captured = captured
        self.zone: tzinfo | None = ZoneInfo(zone) if zone else None

    def normal(self, raw: str) -> str | None:
        """`raw` as RFC 3339 with zone, or as a bare day; None where it is no date, or not a possible one.

        A time that names no zone has the site's; where that is not known either, only the day is sure. A time later than the
        capture has a wrong zone if its day is not later: then its day is kept. Anything later is not a date of publication.
        """
        found = read(raw)
        if found is None:
            return None
        if not isinstance(found, datetime):
            return found.isoformat() if _EARLIEST <= found <= self._today() else None
        if found.tzinfo is None:
            if self.zone is None:
                return found.date().isoformat() if _EARLIEST <= found.date() <= self._today() else None
            found = found.replace(tzinfo=self.zone)
        if not found.date() >= _EARLIEST:
            return None
        if found > self.captured:
            return found.date().isoformat() if found.date() <= self.captured.date() else None
        return _rfc3339(found)

    def _today(self) -> date:
        """The day of capture at the site; where its zone is not known, the latest that it was anywhere (UTC+14)."""
        return self.captured.astimezone(self.zone or timezone(timedelta(hours=14))).date()

    def is_download_time(self, raw: str) -> bool:
        """Whether `raw` is the moment of capture, to ten seconds: a page that prints the clock."""
        found = read(raw)
        if not isinstance(found, datetime):
            return False
        moment = found if found.tzinfo else found.replace(tzinfo=self.zone or UTC)
        return abs((moment - self.captured).total_seconds()) <= 10


def is_more_exact(time: str, day: str) -> bool:
    """Whether `time` has a time, `day` has none, and they speak of the same day, give or take the zone."""
    if "T" not in time or "T" in day:
        return False
    return abs(date.fromisoformat(time[:10]) - date.fromisoformat(day)) <= timedelta(days=1)


def _rfc3339(moment: datetime) -> str:
    text = moment.isoformat(timespec="seconds")
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def read(raw: str) -> datetime | date | None:
    """A machine-readable date: ISO 8601 in its common spellings, RFC 2822, seconds since 1970. None for anything else."""
    raw = normalise.line(raw)
    found = _ISO.match(raw) or _COMPACT.match(raw)
    try:
        if found:
            return _moment(*found.groups())
        epoch = _EPOCH.match(raw)
        if epoch:
            return datetime.fromtimestamp(int(epoch[1]), UTC)
    except ValueError:
        return None
    return _rfc2822(raw) or _month_named(raw)


def _moment(year: str, month: str, day: str, hour: str | None, minute: str | None, second: str | None, zone: str | None) -> datetime | date:
    whole = date(int(year), int(month), int(day))
    if hour is None or minute is None:
        return whole
    return datetime(whole.year, whole.month, whole.day, int(hour) % 24, int(minute), min(int(second or 0), 59), tzinfo=_offset(zone))


def _offset(zone: str | None) -> tzinfo | None:
    if zone is None:
        return None
    if zone.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = zone[1:].replace(":", "")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-delta if zone[0] == "-" else delta)


def _rfc2822(raw: str) -> datetime | date | None:
    if not re.match(r"^[A-Za-z]{3},?\s+\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d", raw):
        return None
    parts = parsedate_tz(raw)
    if parts is None:
        return None
    try:
        zone = None if parts[9] is None else timezone(timedelta(seconds=parts[9]))
        return datetime(*parts[:6], tzinfo=zone)
    except ValueError:
        return None


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier janv enero ene gennaio gen januari jänner janeiro styczeń stycznia января января ledna ocak",
            "february feb februar février févr fév febrero febbraio febbr februari fevereiro fev lutego февраля února şubat",
            "march mar märz mars marzo maart março marca марта března mart mrz",
            "april apr avril avr abril abr aprile kwietnia апреля dubna nisan",
            "may mai mayo maggio mag mei maio maj maja мая května mayıs",
            "june jun juni juin junio giugno giu junho czerwca июня června haziran",
            "july jul juli juillet juil julio luglio lug julho lipca июля července temmuz",
            "august aug août aout agosto ago augustus augusti sierpnia августа srpna ağustos",
            "september sep sept septembre septiembre settembre set setembro września сентября září eylül",
            "october oct oktober okt octobre octubre ottobre ott outubro out października октября října ekim",
            "november nov novembre noviembre novembro listopada ноября listopadu kasım",
            "december dec dezember dez décembre déc diciembre dic dicembre desember dezembro grudnia декабря prosince aralık",
        ),
        1,
    )
    for name in names.split()
}
_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|of\s+)?([^\W\d_]{3,12})\.?,?\s+(?:de\s+)?((?:19|20)\d{2})(?!\d)"
)
_MONTH_DAY = re.compile(r"(?<![^\W\d_])([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+((?:19|20)\d{2})(?!\d)")
_EAST_ASIAN = re.compile(r"((?:19|20)\d{2})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?((?:19|20)\d{2})(?!\d)")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:.](\d{2})(?::(\d{2}))?\s*([ap])?\.?(?:m\b)?", re.I)


def _month_named(raw: str) -> date | None:
    """A day as people write it, where it cannot be misread: the month by name, or day, month and year apart by dots."""
    if not 6 <= len(raw) <= 120:
        return None
    try:
        for day, month, year in _DAY_MONTH.findall(raw):
            if month.casefold() in _MONTHS:
                return date(int(year), _MONTHS[month.casefold()], int(day))
        for month, day, year in _MONTH_DAY.findall(raw):
            if month.casefold() in _MONTHS:
                return date(int(year), _MONTHS[month.casefold()], int(day))
        if found := _EAST_ASIAN.search(raw):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DOTTED.search(raw):
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None
    return None


def published(said: Statements) -> Iterator[Candidate]:
    """What the page says of its publication, best first; `raw` as the page has it."""
    yield from (
        Candidate(text, "json-ld") for key in ("datePublished", "dateCreated", "uploadDate") for text in jsonld.texts(said.json(key))
    )
    yield from (Candidate(item_value(one), "microdata") for one in said.items.get("datepublished", ()) if "comment" not in scope_type(one))
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
    yield from _marks(said)
    yield from _url_day(said)


def modified(said: Statements) -> Iterator[Candidate]:
    """What the page says of its last change, best first."""
    yield from (Candidate(text, "json-ld") for text in jsonld.texts(said.json("dateModified")))
    yield from (Candidate(item_value(one), "microdata") for one in said.items.get("datemodified", ()) if "comment" not in scope_type(one))
    yield from _metas(said, _MODIFIED_META)
    yield from (
        Candidate(text, "json-ld page") for node in said.named("webpage", "itempage") for text in jsonld.texts(node.get("dateModified"))
    )
    for element in said.page.root.iter("time", "abbr"):
        if _is_changed(element) and not is_listed(element):
            yield Candidate(item_value(element) or element.get("title") or "", "time")


def _metas(said: Statements, names: tuple[str, ...]) -> Iterator[Candidate]:
    yield from (Candidate(value, f"meta {name}") for name in names for value in said.page.metas.get(name, ())[:1])


def _marks(said: Statements) -> Iterator[Candidate]:
    """`time`, Blogger's `abbr.published`, and text in elements whose class speaks of a date; headers before the rest."""
    root = said.page.root
    times = [one for one in root.iter("time", "abbr") if not _is_changed(one) and not is_listed(one)]
    times.sort(key=lambda one: not _speaks_of_publishing(one))
    for element in times[:6]:
        for raw in (element.get("datetime"), element.get("title"), text_of(element)):
            if raw and _YEAR.search(raw):
                yield Candidate(normalise.line(raw), "time")
    for element in root.iter("span", "div", "p", "h2", "li", "a", "em", "small", "td"):
        name = classes(element)
        if len(name) > 2 and any(word in name for word in _DATED) and not any(word in name for word in _CHANGED):
            text = normalise.line(text_of(element)) if len(element) < 12 else ""
            if 6 <= len(text) <= 120 and _YEAR.search(text) and not is_listed(element):
                yield Candidate(text, "class")


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


def by_htmldate(page: Page, calendar: Calendar) -> str | None:
    """The day that htmldate finds, asked only where the page's own marks are silent."""
    from htmldate import find_date  # loads dateparser's tables

    found = find_date(
        _own_part(page), url=page.url, original_date=True, max_date=calendar.captured.strftime("%Y-%m-%d"), extensive_search=True
    )
    if not found or (found.endswith("-01") and not _is_written(page, date.fromisoformat(found))):
        return None  # htmldate makes the first of the month of a month, and the first of January of a year
    return calendar.normal(found)


def _own_part(page: Page) -> Element:
    """A copy of the tree without its frame, other stories and comments: their dates are not the article's."""
    root = deepcopy(page.root)
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
        _month_named(text[max(0, one.start() - 30) : one.end() + 6]) == day for one in re.finditer(str(day.year), text)
    )
