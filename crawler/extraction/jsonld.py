"""JSON-LD as pages really have it: several scripts, lists, `@graph`, nesting, references by `@id`, broken JSON."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

Node = dict[str, Any]

ARTICLE_TYPES = frozenset(
    {
        "article", "newsarticle", "blogposting", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle",
        "backgroundnewsarticle",
        "reviewnewsarticle", "askpublicnewsarticle", "advertisercontentarticle", "satiricalarticle", "scholarlyarticle", "techarticle",
        "liveblogposting", "socialmediaposting", "report", "medicalscholarlyarticle", "newsarticlereport",
    }
)  # fmt: skip
_MAX_NODES = 2_000  # a page of more is a data dump, not a description of an article
_MAX_DEPTH = 12
_COMMENT = re.compile(r"^\s*(?://\s*)?(?:<!\[CDATA\[|<!--)|(?:/\*\s*\]\]>\s*\*/|(?://\s*)?\]\]>|-->)\s*;?\s*$|^\s*/\*\s*<!\[CDATA\[\s*\*/")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_MISSING_COMMA = re.compile(r'("|\d|true|false|null|[}\]])(\s*\n\s*)(")')
_CONTROL = re.compile(r"[\x00-\x1f]")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')
_BARE_QUOTE = re.compile(r'(?<=[^\s:,{\[\\])"(?=[^\s:,}\]])|(?<=[^\s:,{\[\\])"(?=\s+[^\s:,}\]"])|(?<=\s)"(?=[^\s"]+"\s+\w)')


def nodes(scripts: Iterable[str]) -> list[Node]:
    """Every typed object in `scripts`, outer ones before inner ones, in page order. What cannot be mended is left out."""
    found: list[Node] = []
    for script in scripts:
        for value in _load(script):
            for node in _walk(value, 0):
                if len(found) >= _MAX_NODES:
                    return found
                found.append(node)
    return found


def _load(script: str) -> list[Any]:
    text = _COMMENT.sub("", _COMMENT.sub("", script)).strip().rstrip(";")
    return next((values for attempt in _attempts(text) if (values := _values(attempt))), [])


def _attempts(text: str) -> Iterator[str]:
    """`text` as it is, then mended: most of it needs no mending."""
    yield text
    yield html.unescape(text)
    yield from _mended(text)


def _values(text: str) -> list[Any]:
    """One JSON value, or several that stand one after another in the same script."""
    decoder = json.JSONDecoder(strict=False)
    values, position = [], 0
    try:
        while position < len(text):
            value, position = decoder.raw_decode(text, position)
            values.append(value)
            position += len(text[position:]) - len(text[position:].lstrip(" \t\r\n,;"))
    except (ValueError, RecursionError):
        return [] if not values or position < len(text) * 0.5 else values
    return values


def _mended(text: str) -> Iterator[str]:
    """The same text without the faults that hand-made templates produce, mended more and more boldly."""
    text = _BAD_ESCAPE.sub(r"\\\\", _CONTROL.sub(" ", text.replace("\n", "\x1e").replace("\t", " ")).replace("\x1e", "\n"))
    text = re.sub(r"(?<=[}\]])\s*(?=\{)", ",", text) if text.startswith("[") else text
    text = _TRAILING_COMMA.sub(r"\1", text)
    yield text
    text = _MISSING_COMMA.sub(r"\1,\2\3", text)
    yield text
    yield _BARE_QUOTE.sub(r"\\\"", text)
    yield _closed(text)


def _closed(text: str) -> str:
    """`text` with the brackets closed that a cut-off script left open."""
    stack: list[str] = []
    inside = escaped = False
    for letter in text:
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == '"':
            inside = not inside
        elif not inside and letter in "{[":
            stack.append("}" if letter == "{" else "]")
        elif not inside and letter in "}]" and stack:
            stack.pop()
    closed = text + '"' if inside else text.rstrip().rstrip(",")
    return closed + "".join(reversed(stack))


def _walk(value: Any, depth: int) -> Iterator[Node]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value or "@id" in value:
            yield value
        for inner in value.values():
            if isinstance(inner, list | dict):
                yield from _walk(inner, depth + 1)


def types(node: Node) -> set[str]:
    """The node's types, lower-cased, without vocabulary."""
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return {str(name).rsplit("/", 1)[-1].rsplit(":", 1)[-1].rsplit("#", 1)[-1].lower() for name in names if name}


def article(found: list[Node], url: str) -> Node | None:
    """The node that describes the article of the page at `url`: an article's type, and most of what an article has.

    Lists of other stories describe articles too; the one that names this page's address, or stands outermost, is ours.
    """
    candidates = [node for node in found if types(node) & ARTICLE_TYPES and _says_something(node)]
    path = urlsplit(url).path.rstrip("/")
    return max(candidates, key=lambda node: (_names(node, path), _richness(node)), default=None)


def _says_something(node: Node) -> bool:
    return any(node.get(key) for key in ("headline", "name", "datePublished", "articleBody"))


def _names(node: Node, path: str) -> bool:
    """Whether one of the node's own addresses leads to `path`."""
    page = node.get("mainEntityOfPage")
    addresses = [
        node.get("url"),
        node.get("@id"),
        page.get("@id") if isinstance(page, dict) else page,
        page.get("url") if isinstance(page, dict) else None,
    ]
    try:
        return bool(path) and any(isinstance(each, str) and urlsplit(each).path.rstrip("/") == path for each in addresses)
    except ValueError:
        return False


def _richness(node: Node) -> int:
    return sum(
        bool(node.get(key))
        for key in ("headline", "datePublished", "author", "articleBody", "mainEntityOfPage", "publisher", "articleSection")
    )


def resolved(value: Any, found: list[Node]) -> Any:
    """`value`, or the node of `found` that a bare reference `{"@id": …}` stands for."""
    if isinstance(value, dict) and set(value) <= {"@id", "@type"} and isinstance(value.get("@id"), str):
        return next((node for node in found if node.get("@id") == value["@id"] and len(node) > len(value)), value)
    return value


def texts(value: Any, key: str = "name") -> list[str]:
    """The strings in `value`: itself, its items, the `key` (or `@value`) of objects."""
    if isinstance(value, str):
        return [html.unescape(value)] if value.strip() else []
    if isinstance(value, list):
        return [text for item in value for text in texts(item, key)]
    if isinstance(value, dict):
        return texts(value.get(key) or value.get("@value") or value.get("@list"), key)
    return []


def text(value: Any, key: str = "name") -> str | None:
    """The first of `texts`."""
    return next(iter(texts(value, key)), None)
