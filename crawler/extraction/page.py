"""A page, parsed once: its text as a browser would decode it and one lxml tree that all methods share.

No method may change the tree; one that must works on a copy.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import TypeAlias
from urllib.parse import urljoin, urlsplit

from lxml import html
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

from crawler.discovery.text import character_set
from crawler.extraction import mojibake, normalise, streamed
from crawler.extraction.tree import tree

Element: TypeAlias = html.HtmlElement

_DAMAGED = 8
"""Bytes that are no UTF-8 up to which a page that declares it is believed, as browsers do: too few to tell another encoding by."""
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?/[A-Za-z0-9._~/%+,=@:&-]*(?:\?[A-Za-z0-9._~/%+,=@:&-]+)?")
"""What joining leaves as it is: pictures have such addresses, and there are dozens on a page."""


@dataclass(slots=True)
class Page:
    """One document. `root` is shared: read it, never change it."""

    url: str
    root: Element
    encoding: str
    """Python's name of the encoding that was used."""
    size: int
    """Length of the document in bytes, before parsing."""
    metas: dict[str, list[str]] = field(default_factory=dict)
    """Contents of `<meta>` by lower-cased `name`, `property` or `itemprop`, in page order."""
    base: str = ""
    """What relative references are relative to."""
    scripts: list[str] = field(default_factory=list)
    """Texts of the JSON-LD scripts."""
    every: list[Element] = field(default_factory=list)
    """All elements in page order. Holding them keeps lxml from making them anew for each method that walks the tree."""
    by_tag: dict[tuple[str, ...], list[Element]] = field(default_factory=dict)
    """What `tagged` has found, and of single tags all that there are."""
    declaring: list[tuple[Element, str | None, str | None]] | None = None
    """What `declared` has found."""
    by_name: dict[str, list[tuple[int, Element]]] = field(default_factory=dict)
    """Elements with their places in `every`, by what `classes` says of them: a page has a few hundred different names at most."""
    listed: dict[Element, bool] = field(default_factory=dict)
    """What `frame.is_listed` has found out: whether an element, or one round it, is part of the frame."""
    trunk: frozenset[Element] | None = None
    """What `frame.trunk` has found out."""

    def meta(self, *names: str) -> str | None:
        """The first content of the first of `names` that has one that is not blank."""
        return next((value for name in names for value in self.metas.get(name, ()) if value.strip()), None)

    def tagged(self, *tags: str) -> list[Element]:
        """The elements with one of `tags`, in page order. A walk over the tree, which passes every piece of text, costs ten times that."""
        found = self.by_tag.get(tags)
        if found is None:
            if not self.by_tag:
                for element in self.every:
                    self.by_tag.setdefault((element.tag,), []).append(element)
            wanted = {tag for tag in tags if (tag,) in self.by_tag}
            found = self.by_tag.get((*wanted,), []) if len(wanted) < 2 else [one for one in self.every if one.tag in wanted]
            self.by_tag[tags] = found
        return found

    def declared(self) -> list[tuple[Element, str | None, str | None]]:
        """The elements with `itemprop` or `property`, in page order, each with both."""
        if self.declaring is None:
            each = ((one, one.get("itemprop"), one.get("property")) for one in self.every)
            self.declaring = [row for row in each if row[1] is not None or row[2] is not None]
        return self.declaring

    def named(self, pattern: re.Pattern[str]) -> list[Element]:
        """The elements whose `classes` match `pattern` somewhere, in page order."""
        return self._ordered(pairs for name, pairs in self._names().items() if pattern.search(name))

    def called(self, identity: str | None, names: frozenset[str]) -> list[Element]:
        """The elements that may have this id and these class names, in page order: letters count whatever their case."""
        wanted = {name.lower() for name in (*names, *([identity] if identity else []))}
        return self._ordered(pairs for name, pairs in self._names().items() if wanted <= _tokens(name))

    def _names(self) -> dict[str, list[tuple[int, Element]]]:
        if not self.by_name:
            self._read_attributes()
        return self.by_name

    def _read_attributes(self) -> None:
        found: dict[tuple[str | None, str | None], list[tuple[int, Element]]] = {}
        for place, element in enumerate(self.every):
            get = element.get
            name, identity = get("class"), get("id")
            if name is not None or identity is not None:
                pairs = found.get((name, identity))
                if pairs is None:
                    found[name, identity] = [(place, element)]
                else:
                    pairs.append((place, element))
        for pairs in found.values():
            self.by_name.setdefault(classes(pairs[0][1]), []).extend(pairs)
        self.by_name.pop(" ", None)

    @staticmethod
    def _ordered(rows: Iterable[list[tuple[int, Element]]]) -> list[Element]:
        return [element for _, element in sorted(chain.from_iterable(rows), key=_place)]

    def absolute(self, reference: str | None) -> str | None:
        """`reference` as an absolute http(s) URL without fragment, or None where it is none."""
        if not reference or not reference.strip():
            return None
        if _PLAIN_URL.fullmatch(reference):
            return reference
        try:
            url = urljoin(self.base, reference.strip())
            parts = urlsplit(url)
        except ValueError:
            return None
        return url.split("#", 1)[0] if parts.scheme in ("http", "https") and parts.netloc else None


@lru_cache(maxsize=8_192)
def _tokens(name: str) -> frozenset[str]:
    return frozenset(name.split())


def _place(pair: tuple[int, Element]) -> int:
    return pair[0]


def parse(body: bytes, content_type: str, url: str) -> Page:
    """The page of `body`, which is free of content coding. Raises Unreadable for what has no tree."""
    encoding, text = decode(body, content_type)
    encoded: bytes | None = None
    if encoding == "utf-8" and mojibake.is_garbled(body):
        text = mojibake.mended(text)
    elif encoding == "utf-8" and "\ufffd" not in text and not body.startswith(BOM_UTF8):
        encoded = body
    is_streamed = streamed.is_streamed(text)
    if is_streamed:
        text, encoded = streamed.without_waiting(text), None
    root = tree(text, encoded)
    if is_streamed:
        streamed.settle(root, text)
    page = Page(url, root, encoding, len(body), every=list(root.iter()))
    page.base = _base(page)
    _collect(page)
    return page


def decode(body: bytes, content_type: str) -> tuple[str, str]:
    """(encoding, text) as browsers find it: byte order mark, header, meta, then the bytes themselves.

    Two corrections where the declared encoding is plainly wrong, so that no mojibake is stored: bytes outside ASCII that are valid UTF-8
    all through are UTF-8, whatever was declared; and declared UTF-8 that the bytes contradict gives way to what they are.
    """
    marked, mark = read_bom(body)
    if marked and mark is not None:
        return marked, body[len(mark) :].decode(marked, "replace")
    declared = http_content_type_encoding(content_type) or html_body_declared_encoding(body[:4096])
    name = character_set(declared)
    if (
        name
        and name.startswith(("utf-16", "utf-32"))
        and b"<" in body[:2000]
        and b"<\x00" not in body[:2000]
        and b"\x00<" not in body[:2000]
    ):
        name = "utf-8"  # the HTML standard: a page that could be read for its own meta cannot be UTF-16
    if name and (name.startswith(("utf-16", "utf-32")) or body.isascii()):
        return name, body.decode(name, "replace")  # ISO 2022 encodings are all ASCII bytes
    try:
        return "utf-8", body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_legacy(body, name)


def _decode_legacy(body: bytes, name: str | None) -> tuple[str, str]:
    """Text of bytes that are not valid UTF-8."""
    if name and name != "utf-8":
        return name, body.decode(name, "replace")
    text = body.decode("utf-8", "replace")
    wrong, foreign = text.count("\ufffd"), sum(byte > 0x7F for byte in body[:200_000])
    if name == "utf-8" and (wrong * 10 < foreign or wrong <= _DAMAGED):
        return name, text  # a few damaged characters in a page that is UTF-8
    from charset_normalizer import from_bytes  # its tables cost 20 ms, and one page in hundreds comes here

    best = from_bytes(body[:200_000], explain=False).best()
    if best is None:
        return "cp1252", body.decode("cp1252", "replace")
    return best.encoding, body.decode(best.encoding, "replace")


def _base(page: Page) -> str:
    found = next((one.get("href") for one in page.tagged("base") if one.get("href") is not None), None)
    try:
        return urljoin(page.url, found) if found is not None else page.url
    except ValueError:
        return page.url


def _collect(page: Page) -> None:
    for element in page.tagged("meta", "script"):
        if element.tag == "meta":
            _collect_meta(page, element)
        elif "ld+json" in (element.get("type") or "").lower() and element.text:
            page.scripts.append(element.text)


def _collect_meta(page: Page, element: Element) -> None:
    content = element.get("content")
    if content is None:
        return
    for attribute in ("property", "name", "itemprop", "http-equiv"):
        for name in (element.get(attribute) or "").lower().split():
            page.metas.setdefault(name, []).append(content)


def text_of(element: Element) -> str:
    """All text in `element`, scripts and styles left out, line breaks as white space.

    A walk by hand: `iterwalk` and a matcher of tags take three times as long to set up as most elements take to be read.
    """
    if element.tag in _UNSEEN:
        return ""
    text = element.text or ""
    if not len(element):
        return text
    pieces = [text]
    waiting: list[tuple[Iterator[Element], Element]] = []
    children, marked = iter(element), False
    while True:
        for child in children:
            tag = child.tag
            if tag in _UNSEEN:
                marked = True
            else:
                if tag in _BREAKS:
                    marked = True
                    pieces.append("\n")
                if text := child.text:
                    pieces.append(text)
                if len(child):
                    waiting.append((children, child))
                    children = iter(child)
                    break
                if tag in _BREAKS:
                    pieces.append("\n")
            if text := child.tail:
                pieces.append(text)
        else:
            if not waiting:
                return "\n" + "".join(pieces) if marked and element.tag in _BREAKS else "".join(pieces)
            children, child = waiting.pop()
            if child.tag in _BREAKS:
                pieces.append("\n")
            if text := child.tail:
                pieces.append(text)


def short_text(element: Element, most: int) -> str:
    """`text_of` on one line, or an empty string where that is longer than `most`: without reading all of a long one."""
    length = 0
    for piece in element.itertext() if len(element) else ():
        length += len(piece.strip())
        if length > 2 * most and element.find(".//script") is None and element.find(".//style") is None:
            return ""
    text = normalise.line(text_of(element))
    return text if len(text) <= most else ""


_UNSEEN = frozenset({"script", "style", "template", "svg"})

_BREAKS = frozenset(
    {
        "br", "p", "div", "li", "ul", "ol", "tr", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article",
        "blockquote", "figcaption", "header", "footer", "hr",
    }
)  # fmt: skip


def classes(element: Element) -> str:
    """`class` and `id` of `element`, lower-cased, in one string."""
    return f"{element.get('class') or ''} {element.get('id') or ''}".lower()


def title_tag(page: Page) -> str:
    """The text of the page's `title`; empty where it has none."""
    found = page.tagged("title")
    best = next((one for one in found if one.getparent().tag == "head"), found[0] if found else None)
    return "" if best is None else (best.text or "")
