"""Reads dates as pages write them, as exactly as they are written and no more exactly."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from zoneinfo import ZoneInfo

from crawler.extraction import normalise

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


MONTHS = {
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


def month_named(raw: str) -> date | None:
    """A day as people write it, where it cannot be misread: the month by name, or day, month and year apart by dots."""
    if not 6 <= len(raw) <= 120:
        return None
    try:
        for day, month, year in _DAY_MONTH.findall(raw):
            if month.casefold() in MONTHS:
                return date(int(year), MONTHS[month.casefold()], int(day))
        for month, day, year in _MONTH_DAY.findall(raw):
            if month.casefold() in MONTHS:
                return date(int(year), MONTHS[month.casefold()], int(day))
        if found := _EAST_ASIAN.search(raw):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DOTTED.search(raw):
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None
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
