"""Reads dates as pages write them, as exactly as they are written and no more exactly."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from zoneinfo import ZoneInfo

from crawler.extraction import normalise
from crawler.extraction.months import MONTHS

_ISO = re.compile(
    r"^\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|"
    r"[+-]\d{2})?)?\s*(?:\[[^\]]*\])?\s*$",
    re.I,
)
_COMPACT = re.compile(r"^\s*(\d{4})(\d{2})(\d{2})(?:T?(\d{2}):?(\d{2}):?(\d{2})?\s*(Z|[+-]\d{2}:?\d{2})?)?\s*$")
_EPOCH = re.compile(r"^\s*(\d{10})(?:\d{3})?\s*$")
_EARLIEST = date(1990, 1, 1)  # no news was published on the web before; older days on a page are history


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
    return _rfc2822(raw) or month_named(raw)


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


_NAME = r"([^\W\d_][^\s\d.,:;/()\u200f]{1,13})"
"""A word; the vowel signs of Indic scripts and Thai are no letters to `re`."""
_DAY_MONTH = re.compile(
    rf"(?<!\d)(\d{{1,2}})(st|nd|rd|th|er|º|ª|\.)?[\s/-]+(?:de\s+|d['’]|of\s+)?{_NAME}\.?,?[\s/-]+(?:de[l]?\s+)?((?:19|20|25)\d{{2}})(?!\d)"
)
_MONTH_DAY = re.compile(rf"(?<![^\W\d_]){_NAME}\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+((?:19|20)\d{{2}})(?!\d)")
_YEAR_MONTH = re.compile(rf"(?<!\d)((?:19|20)\d{{2}})(?:\.|\s+m\.)?\s+{_NAME}\.?\s+(\d{{1,2}})(?!\d)")
_EAST_ASIAN = re.compile(r"((?:19|20)\d{2})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s+tháng\s+(\d{1,2})(?:,|\s+năm)?\s+((?:19|20)\d{2})(?!\d)", re.I)
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?((?:19|20)\d{2})(?!\d)")
_YEAR_DOTTED = re.compile(r"(?<![\d.])((?:19|20)\d{2})\.\s?(\d{1,2})\.\s?(\d{1,2})(?![\d.]\d)")
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})[/-](\d{1,2})[/-]((?:19|20)\d{2})(?![\d/])")
_BUDDHIST = 543
"""Years by which the Thai calendar is ahead."""
_PREFIXES = ("ב", "و")
"""Letters that Hebrew and Arabic write before a month, without a space."""


def month_named(raw: str) -> date | None:
    """A day as people write it, where it cannot be misread: the month by name; year, month and day, or day, month and year, apart by dots;
    numbers of which only one can be a month."""
    if not 6 <= len(raw) <= 120:
        return None
    raw = western(raw)
    try:
        return _named(raw) or _numbered(raw)
    except ValueError:
        return None


def western(text: str) -> str:
    """`text` with the digits 0 to 9 for those of other scripts."""
    if text.isascii() or not any(one.isdigit() and not one.isascii() for one in text):
        return text
    return "".join(str(unicodedata.digit(one)) if one.isdigit() and not one.isascii() else one for one in text)


def _named(raw: str) -> date | None:
    for day, dot, name, year in _DAY_MONTH.findall(raw):
        if month := _month(name, dot):
            return date(int(year) - (_BUDDHIST if int(year) > 2400 else 0), month, int(day))
    for name, day, year in _MONTH_DAY.findall(raw):
        if month := _month(name):
            return date(int(year), month, int(day))
    for year, name, day in _YEAR_MONTH.findall(raw):
        if month := _month(name):
            return date(int(year), month, int(day))
    return None


def _month(name: str, dot: str = "") -> int | None:
    """The number of a month by its name; `dot`: what stands behind the day before it."""
    name = name.casefold()
    found = (MONTHS.get(name + dot) if dot == "." else None) or MONTHS.get(name)
    return MONTHS.get(name[1:]) if found is None and name.startswith(_PREFIXES) else found


def _numbered(raw: str) -> date | None:
    if found := _EAST_ASIAN.search(raw) or _YEAR_DOTTED.search(raw):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _VIETNAMESE.search(raw) or _DOTTED.search(raw):
        return date(int(found[3]), int(found[2]), int(found[1]))
    if found := _SLASHED.search(raw):
        one, two, year = map(int, found.groups())
        if one > 12 or one == two:
            return date(year, two, one)
        if two > 12:
            return date(year, one, two)
    return None


_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:.](\d{2})(?::(\d{2}))?\s*([ap])?\.?(?:m\b)?", re.I)


def wall_clock(raw: str) -> datetime | None:
    """The day and time that `raw` shows on some clock, told as if it were in UTC; None where it shows no time."""
    found = read(raw)
    if isinstance(found, datetime):
        return found.replace(tzinfo=UTC)
    clock = _CLOCK.search(raw) if found else None
    if not found or not clock:
        return None
    hour, minute, half = int(clock[1]), int(clock[2]), (clock[4] or "").lower()
    if hour > 23 or minute > 59 or (half and hour > 12):
        return None
    hour = hour % 12 + 12 * (half == "p") if half else hour
    return datetime(found.year, found.month, found.day, hour, minute, int(clock[3] or 0), tzinfo=UTC)
