"""Text that others wrote: decoded whatever was declared, cleaned of mark-up and control characters, bounded in length."""

from __future__ import annotations

import codecs
import html
import json
import re
from typing import Any

from w3lib.encoding import resolve_encoding

_TAG = re.compile(r"<(?:/?[A-Za-z][^<>]*|!--[^<>]*--|!\[CDATA\[)>?|\]\]>")
_BREAK = re.compile(r"<(?:/?(?:p|div|li|h[1-6]|tr|ul|ol|blockquote|figure)\b|br\b|hr\b)[^<>]*>", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200b\ufeff\ufffe\uffff]")
_SHORT, _LONG, _HTML = 1_000, 10_000, 2_000_000  # characters: no publisher's headline, summary or article comes near

# Python's codecs that are no character sets, or take quadratic time.
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7", "unicode-escape", "raw-unicode-escape"}
)


def decode(body: bytes, *declared: str | None) -> str:
    """The text of `body`. What decodes as UTF-8 is UTF-8, whatever was declared: by chance nothing else does.

    Otherwise the byte order mark and the declared character sets are believed in this order, then Windows-1252.
    """
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    if b"\x1b" not in body[:10_000]:  # an escape character: ISO-2022-JP, which is 7-bit and therefore also "valid UTF-8"
        try:
            return body.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
    charset = next((name for name in map(character_set, declared) if name), "cp1252")
    return body.decode(charset, "replace")


def character_set(label: str | None) -> str | None:
    """Python's name of the character set that a label means on the web; None for what is none, also where Python has a codec for it."""
    try:
        name = resolve_encoding(label) if label else None
        info = codecs.lookup(name) if name else None
    except (LookupError, ValueError):  # ValueError: a NUL in the label
        return None
    return info.name if info and info.name not in _NO_CHARSETS and getattr(info, "_is_text_encoding", False) else None


def printable(text: str) -> str:
    """`text` fit for logs and reports: what no terminal should get is replaced."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text[:_SHORT])


def short(value: object) -> str | None:
    """A headline, name or tag in one line; None for what is not text or says nothing."""
    return _plain(value, _SHORT)


def long(value: object) -> str | None:
    """A summary in one line; None for what is not text or says nothing."""
    return _plain(value, _LONG)


def markup(value: object) -> str | None:
    """An article's HTML as it came, without what no text file may hold; None for what is not text or says nothing."""
    if not isinstance(value, str):
        return None
    return _CONTROL.sub("", value[:_HTML]).strip() or None


def several(values: object) -> tuple[str, ...]:
    """The texts of a list, cleaned, each once, in order; empty for what is no list."""
    if not isinstance(values, list | tuple):
        return ()
    cleaned = (short(value) for value in values[:200])
    return tuple(dict.fromkeys(value for value in cleaned if value))


def _plain(value: object, length: int) -> str | None:
    if not isinstance(value, str):
        return None
    text = html.unescape(_TAG.sub("", _BREAK.sub(" ", value[: 10 * length])))
    return " ".join(_CONTROL.sub("", text).split())[:length].strip() or None


def load_json(body: bytes) -> Any:
    """The value of a JSON text in UTF-8 (a byte order mark is tolerated), or None where `body` is none."""
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
