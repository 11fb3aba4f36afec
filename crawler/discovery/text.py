"""Cleaning of hints: mark-up, entities and control characters out, white space folded, lengths bounded."""

from __future__ import annotations

import html
import json
import re
from typing import Any

_TAG = re.compile(r"<(?:/?[A-Za-z][^<>]*|!--[^<>]*--|!\[CDATA\[)>?|\]\]>")
_BREAK = re.compile(r"<(?:/?(?:p|div|li|h[1-6]|tr|ul|ol|blockquote|figure)\b|br\b|hr\b)[^<>]*>", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200b\ufeff\ufffe\uffff]")
_SHORT, _LONG, _HTML = 1_000, 10_000, 2_000_000  # characters: no publisher's headline, summary or article comes near


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
