"""Dates of feeds, sitemaps and APIs in one form: RFC 3339 with the zone that was named, or a bare day."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_tz

_ISO = re.compile(
    r"^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,12})?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?)?$", re.IGNORECASE
)
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})?)?$")
_MAIL_ZONE = re.compile(r"(?:[+-]\d{4}|[A-Z]{1,4})\s*(?:\(.*\))?$")


def rfc3339(raw: object, *, utc: bool = False) -> str | None:
    """`raw` (RFC 822, RFC 3339 and their usual misspellings) as RFC 3339 in its own zone; a bare day where it names
    no time, or no zone (`utc`: a time without zone is UTC). None for what is no date."""
    if not isinstance(raw, str):
        return None
    raw = " ".join(raw[:64].split())
    match = _ISO.match(raw) or _COMPACT.match(raw)
    try:
        return _from_iso(match, utc) if match else _from_mail(raw, utc)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _from_iso(match: re.Match[str], utc: bool) -> str:
    year, month, day, hour, minute, second, zone = match.groups()
    moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), min(int(second or 0), 59))  # noqa: DTZ001 — the zone follows
    if hour is None or (zone is None and not utc):
        return moment.date().isoformat()
    return _spelt(moment, _seconds(zone or "Z"))


def _from_mail(raw: str, utc: bool) -> str | None:
    parsed = parsedate_tz(raw if ":" in raw else f"{raw} 00:00")
    if parsed is None:
        return None
    year, month, day, hour, minute, second = parsed[:6]
    moment = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 — the zone follows
    named = parsed[9] is not None and _MAIL_ZONE.search(raw)
    if ":" not in raw or not (named or utc):
        return moment.date().isoformat()
    return _spelt(moment, parsed[9] or 0)


def _seconds(zone: str) -> int:
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds


def _spelt(moment: datetime, offset: int) -> str:
    aware = moment.replace(tzinfo=timezone(timedelta(seconds=offset)))
    return aware.isoformat(timespec="seconds").replace("+00:00", "Z")
