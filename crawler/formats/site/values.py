"""The kinds of value that stand in a site config, each checked when it is read.

A check takes the text as written and returns the value; it raises ValueError whose message says what is wrong and what to write
instead. Pydantic turns that into a fault, `faults.py` puts file, line and caret to it.
"""

from __future__ import annotations

import difflib
import re
import warnings
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError
from cssselect import HTMLTranslator, SelectorError
from cssselect import parse as parse_css
from lxml import etree
from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

PATTERN_LENGTH = 1000
"""Characters of a selector or expression; far beyond use, and short enough that none can exhaust a parser's stack."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_MULTIPLES = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_DURATION = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([smhdw])")
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([KMG]?I?B)?", re.IGNORECASE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+):([0-9]{1,5})")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_NO_DOCUMENT = etree.fromstring("<html/>")
_LONGEST = timedelta(days=36525)
_TOO_LONG = _LONGEST.total_seconds() + 1


def parse_day(value: object) -> object:
    """A calendar day written as YYYY-MM-DD; without this check a bare number would be read as seconds since 1970."""
    if isinstance(value, str) and not _DAY.fullmatch(value.strip()):
        raise ValueError("must be a day such as 2025-06-30")
    return value


def check_line(text: str) -> str:
    """Text on one line that is not blank."""
    if not text.strip():
        raise ValueError("must not be empty")
    if not text.isprintable():
        raise ValueError("must be one line without control characters")
    return text.strip()


def check_url(text: str) -> str:
    """An absolute http or https URL with a host and without credentials."""
    text = text.strip()
    if any(not sign.isprintable() or sign in ' \\"<>' for sign in text):
        raise ValueError("a URL has no spaces, quotes, backslashes or control characters")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"not a URL: {error}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("must be a whole URL that begins with http:// or https:// and a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("credentials do not belong in a URL or in a config")
    if port == 0 or not any(sign.isalnum() for sign in host):
        raise ValueError("host or port cannot be connected to")
    return text


def parse_duration(value: object) -> timedelta:
    """`30m`, `6h`, `1d`, `2w`, `90s`: more than nothing, at most a hundred years."""
    if isinstance(value, str):
        match = _DURATION.fullmatch(value.strip())
        if not match:
            raise ValueError("must be a number with a unit: s, m, h, d or w, such as 30m, 6h or 7d")
        value = timedelta(seconds=min(float(match[1]) * _UNITS[match[2]], _TOO_LONG))
    if not isinstance(value, timedelta):
        raise ValueError("must be a duration such as 30m, 6h or 7d")
    if not timedelta(0) < value <= _LONGEST:
        raise ValueError("must be longer than nothing and at most a hundred years")
    return value


def write_duration(value: timedelta) -> str:
    """The shortest spelling that `parse_duration` reads back to the same value."""
    seconds = value.total_seconds()
    for unit, length in sorted(_UNITS.items(), key=lambda item: -item[1]):
        if seconds % length == 0:
            return f"{int(seconds // length)}{unit}"
    return f"{seconds:f}".rstrip("0") + "s"


def parse_size(value: object) -> int:
    """Bytes from `16MB` (10⁶), `16MiB` (2²⁰), `500KB` or a plain number of bytes."""
    if isinstance(value, str):
        match = _SIZE.fullmatch(value.strip())
        if not match:
            raise ValueError("must be a number of bytes or a size such as 500KB, 16MB or 16MiB")
        value = int(float(match[1]) * _MULTIPLES[(match[2] or "").upper()])
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("must be a number of bytes or a size such as 500KB, 16MB or 16MiB")
    if not 1 <= value <= 10**12:
        raise ValueError("must be at least one byte and at most 1000GB")
    return value


def write_size(value: int) -> str | int:
    """The spelling that people write (`16MB`), or the number where none is exact."""
    for unit in ("GB", "MB", "KB"):
        if value % _MULTIPLES[unit] == 0:
            return f"{value // _MULTIPLES[unit]}{unit}"
    return value


def _check_length(text: str) -> None:
    if not text.strip():
        raise ValueError("must not be empty")
    if len(text) > PATTERN_LENGTH:
        raise ValueError(f"is longer than {PATTERN_LENGTH} characters")


def check_css(text: str) -> str:
    """A CSS selector of elements. `::text` and `::attr()` are refused: the key `attribute` says which attribute is meant."""
    _check_length(text)
    try:
        selectors = parse_css(text)
        for selector in selectors:
            etree.XPath(HTMLTranslator().selector_to_xpath(selector))
    except (SelectorError, etree.XPathError, ValueError, RecursionError) as error:
        raise ValueError(f"not a CSS selector: {error}") from None
    if any(selector.pseudo_element for selector in selectors):
        raise ValueError("pseudo-elements are not read here; use `attribute:` for an attribute, text is taken anyway")
    return text


def check_xpath(text: str) -> str:
    """An XPath 1.0 expression that gives elements, attributes or text."""
    _check_length(text)
    try:
        found = etree.XPath(text)(_NO_DOCUMENT)
    except (etree.XPathError, ValueError, TypeError) as error:
        raise ValueError(f"not an XPath 1.0 expression: {error}") from None
    if not isinstance(found, list | str):
        raise ValueError("must give elements, attributes or text, not a number or a truth value")
    return text


def check_regex(text: str) -> str:
    """A regular expression in Python's syntax. One that Python only warns about is refused: its meaning may change."""
    _check_length(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(text)
    except (re.error, RecursionError, OverflowError, Warning) as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return text


def check_selector(text: str) -> str:
    """An XPath expression where it begins with `/`, `./` or `(`, else a CSS selector."""
    return check_xpath(text) if text.startswith(("/", "./", "(")) else check_css(text)


def check_next(text: str) -> str:
    """How a listing goes on: the selector of the link to the next page, or a URL with `{page}` in the number's place."""
    if "{page}" not in text:
        if re.match(r"https?://", text):
            raise ValueError("a URL of further pages has {page} where the page's number stands")
        return check_selector(text)
    check_url(urljoin("http://site.invalid/", text.replace("{page}", "2")))
    return text


def check_timezone(text: str) -> str:
    """A name of the IANA time zone database."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"no time zone of that name{_nearest(text, sorted(available_timezones()))}") from None
    return text


def _nearest(text: str, names: list[str]) -> str:
    same = {name.casefold(): name for name in names}
    last = {name.casefold().rsplit("/", 1)[-1]: name for name in names}
    folded = text.casefold().replace(" ", "_")
    near = same.get(folded) or last.get(folded) or next(iter(difflib.get_close_matches(text, names, n=1)), None)
    return f"; did you mean {near}?" if near else "; the IANA names look like Europe/Paris"


def check_language(text: str) -> str:
    """A BCP 47 tag by its shape, such as `no`, `en-GB` or `zh-Hant`."""
    if not _LANGUAGE.fullmatch(text):
        raise ValueError("must be a BCP 47 tag such as en, de-AT or zh-Hant")
    return text


def check_cron(text: str) -> str:
    """A cron line of five fields: minute, hour, day of month, month, day of week."""
    if len(text.split()) != 5:
        raise ValueError("a cron line has five fields: minute, hour, day of month, month, day of week")
    try:
        next(CronSim(text, datetime(2000, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration, ValueError) as error:
        raise ValueError(f"not a cron line: {str(error) or 'it never comes due'}") from None
    return text


def parse_host_port(text: str) -> tuple[str, int]:
    """Host in lower case without brackets, and port, of an exact `HOST:PORT`."""
    match = _HOST_PORT.fullmatch(text)
    if not match or not 1 <= int(match[2]) <= 65535:
        raise ValueError("must be one exact HOST:PORT, such as 127.0.0.1:8765; no scheme, path, range or wildcard")
    return match[1].strip("[]").lower(), int(match[2])


def check_host_port(text: str) -> str:
    """One exact `HOST:PORT` (`[::1]:8080` for IPv6)."""
    parse_host_port(text)
    return text


def check_header(text: str) -> str:
    """A value that may stand in a request header: printable ASCII on one line."""
    text = check_line(text)
    if not text.isascii() or len(text) > 300:
        raise ValueError("must be printable ASCII of at most 300 characters: it is sent in a request header")
    return text


def check_contact(text: str) -> str:
    """Where a publisher reaches the operator: an http(s) URL or an e-mail address."""
    text = check_header(text)
    if not _EMAIL.fullmatch(text):
        try:
            check_url(text)
        except ValueError:
            raise ValueError("must be an e-mail address or a URL that begins with http:// or https://") from None
    return text


def _as_text(word: str, **schema: Any) -> WithJsonSchema:
    """The JSON Schema of a value that is written as text; `x-type` is its type in the documentation's words."""
    return WithJsonSchema({"type": "string", "x-type": word, **schema})


Line = Annotated[str, AfterValidator(check_line), _as_text("text", minLength=1)]
Url = Annotated[str, AfterValidator(check_url), _as_text("URL", format="uri", pattern="^https?://")]
Css = Annotated[str, AfterValidator(check_css), _as_text("CSS selector", minLength=1)]
Selector = Annotated[str, AfterValidator(check_selector), _as_text("CSS selector or XPath", minLength=1)]
Xpath = Annotated[str, AfterValidator(check_xpath), _as_text("XPath", minLength=1)]
Regex = Annotated[str, AfterValidator(check_regex), _as_text("regular expression", minLength=1)]
NextPage = Annotated[str, AfterValidator(check_next), _as_text("CSS selector, XPath or URL with {page}", minLength=1)]
Timezone = Annotated[str, AfterValidator(check_timezone), _as_text("IANA time zone")]
Language = Annotated[str, AfterValidator(check_language), _as_text("BCP 47 tag", pattern=f"^{_LANGUAGE.pattern}$")]
Cron = Annotated[str, AfterValidator(check_cron), _as_text("cron line")]
HostPort = Annotated[str, AfterValidator(check_host_port), _as_text("HOST:PORT", pattern=f"^({_HOST_PORT.pattern})$")]
HeaderText = Annotated[str, AfterValidator(check_header), _as_text("ASCII text", pattern="^[ -~]{1,300}$")]
Contact = Annotated[str, AfterValidator(check_contact), _as_text("URL or e-mail address")]
Day = Annotated[date, BeforeValidator(parse_day), _as_text("day", format="date")]
Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(write_duration, return_type=str, when_used="json"),
    _as_text("duration", pattern=f"^{_DURATION.pattern}$"),
]
Size = Annotated[
    int,
    BeforeValidator(parse_size),
    PlainSerializer(write_size, return_type=str | int, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? ?([KMGkmg]?[iI]?[Bb])?$"}, {"type": "integer", "minimum": 1}],
            "x-type": "size, or number of bytes",
        }
    ),
]
