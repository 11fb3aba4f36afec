"""A page as a row of segments: the pieces of text that a browser would set as one paragraph, heading, list, quote, table, code or image.

Which of them are the article's is decided in `body`; here every piece of the page is listed in reading order, with what its
surroundings say of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from lxml import etree

from crawler.extraction import credit, normalise
from crawler.extraction.page import Element, Page, text_of
from crawler.extraction.zones import is_zone

Kind = Literal["paragraph", "heading", "list", "quote", "image", "table", "code"]

_BLOCK = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset",
        "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "menu", "nav",
        "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "caption", "legend",
    }
)  # fmt: skip
_SILENT = frozenset(
    {
        "script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "audio", "video", "canvas", "map", "button",
        "select", "textarea", "input", "option", "head", "title", "datalist", "dialog", "amp-ad", "amp-analytics", "math",
    }
)  # fmt: skip
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_WHOLES = frozenset({*_HEADINGS, "ul", "ol", "blockquote", "table", "pre", "figure", "img", "amp-img"})
"""Tags of the elements that may be one segment by their nature."""
_LISTS = frozenset({"ul", "ol"})
_NOT_IN_LISTS = frozenset({*_HEADINGS, "table", "figure", "article", "pre", "blockquote"})
"""Tags of what makes a list one of stories or of parts of the page."""
_SPACES = re.compile(r"\s+")
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.I)


@dataclass(slots=True)
class Segment:
    """One piece of the page."""

    kind: Kind
    text: str
    """Its text, normalised; lines of one paragraph, items of a list, rows of a table are apart by a line break."""
    element: Element
    """The innermost block-level element that it stands in."""
    level: int | None = None
    items: list[str] | None = None
    ordered: bool | None = None
    rows: list[list[str]] | None = None
    url: str | None = None
    credit: str | None = None
    """Whom the page credits an image to."""
    link_share: float = 0.0
    """Share of its letters that are link text."""
    bold: bool = False
    """All of its letters are bold."""
    zones: tuple[Element, ...] = ()
    """Elements round it whose tag, class or id says that they hold no article text, outermost first."""
    position: int = 0
    letters: str = ""
    """`normalise.letters` of the text."""


@dataclass(slots=True)
class _Line:
    pieces: list[str] = field(default_factory=list)
    linked: int = 0
    plain: int = 0
    total: int = 0


class _Reader:
    """Walks the tree once; a class because the walk carries its paragraph from event to event."""

    def __init__(self, page: Page, root: Element) -> None:
        self.page = page
        self.root = root
        self.found: list[Segment] = []
        self.controlled = cache(lambda: frozenset(str(name) for name in root.xpath("//@aria-controls")))
        self.zones: list[Element] = []
        self.owners: list[Element] = [root]
        self.lines: list[_Line] = [_Line()]
        self.linked = 0
        self.bold: list[Element] = []

    def read(self) -> list[Segment]:
        walk = etree.iterwalk(self.root, events=("start", "end"))
        skipped: Any = None
        for event, node in walk:
            if event == "start":
                if skipped is None and not self._start(node):
                    skipped = node
                    walk.skip_subtree()
            elif node is skipped:
                skipped = None
                if tail := node.tail:
                    self._text(tail)  # the text behind it is not inside it
            else:
                self._end(node)
        self._flush()
        for position, segment in enumerate(self.found):
            segment.position = position
            segment.letters = normalise.letters(segment.text)
        return self.found

    def _start(self, node: Element) -> bool:
        """Takes `node` in; False where its inside has been dealt with."""
        tag = node.tag
        if not isinstance(tag, str) or tag in _SILENT or (tag == "nav" and _is_menu(node)):
            if tag in _BLOCK:
                self._flush()
            return False
        if tag == "br":
            self.lines.append(_Line())
            return True
        if tag in _BLOCK:
            self._flush()
        attributes = dict(node.items())
        if is_zone(node, attributes, self.controlled):
            self.zones.append(node)
        if tag in _WHOLES and self._whole(node):
            self._leave_zone(node)
            return False
        if tag in _BLOCK:
            self.owners.append(node)
        self.linked += tag == "a"
        if is_bold(tag, attributes):
            self.bold.append(node)
        if text := node.text:
            self._text(text)
        return True

    def _end(self, node: Element) -> None:
        tag = node.tag
        if tag in _BLOCK:
            self._flush()
            self.owners.pop()
        self.linked -= tag == "a"
        if self.bold and self.bold[-1] is node:
            self.bold.pop()
        self._leave_zone(node)
        if (tail := node.tail) and node is not self.root:
            self._text(tail)

    def _leave_zone(self, node: Element) -> None:
        if self.zones and self.zones[-1] is node:
            self.zones.pop()

    def _text(self, text: str) -> None:
        line = self.lines[-1]
        line.pieces.append(text)
        length = len(text) if not text.isspace() else 0
        line.total += length
        line.linked += length if self.linked else 0
        line.plain += 0 if self.bold else length

    def _flush(self) -> None:
        """Ends the paragraph: lines apart by an empty one become paragraphs of their own."""
        if len(self.lines) == 1 and not self.lines[0].total:
            self.lines[0].pieces.clear()
            return
        lines, self.lines = self.lines, [_Line()]
        group: list[tuple[str, _Line]] = []
        for line in [*lines, _Line()]:
            text = normalise.line("".join(line.pieces)) if line.total else ""
            if text:
                group.append((text, line))
            elif group:
                self._paragraphs(group)
                group = []

    def _paragraphs(self, group: list[tuple[str, _Line]]) -> None:
        """One paragraph, or two where a bold first line stands above the text as its heading."""
        while len(group) > 1 and _heads(group[0]):
            self._paragraph(group[:1])
            group = group[1:]
        self._paragraph(group)

    def _paragraph(self, group: list[tuple[str, _Line]]) -> None:
        total = linked = plain = 0
        for _, line in group:
            total, linked, plain = total + line.total, linked + line.linked, plain + line.plain
        text = "\n".join([text for text, _ in group])
        self._add("paragraph", text, self.owners[-1], link_share=linked / (total or 1), bold=not plain)

    def _add(self, kind: Kind, text: str, element: Element, **values: object) -> None:
        segment = Segment(kind, text, element, zones=tuple(self.zones), **values)  # type: ignore[arg-type]
        if self.linked:
            segment.link_share = 1.0
        self.found.append(segment)

    def _whole(self, node: Element) -> bool:
        """Takes `node` in as one segment where it is one by its nature."""
        tag = node.tag
        if tag in _HEADINGS:
            text = normalise.line(text_of(node))
            if text:
                self._add("heading", text, node, level=int(tag[1]), link_share=_link_share(node, len(text)))
            return True
        if tag in ("ul", "ol"):
            return self._list(node)
        if tag == "blockquote":
            return self._quote(node)
        if tag == "table":
            return self._table(node)
        if tag == "pre":
            self._add("code", normalise.code(text_of(node)), node)
            return True
        if tag == "figure":
            return self._figure(node)
        if tag in ("img", "amp-img"):
            self._image(node, "")
            return True
        return False

    def _list(self, node: Element) -> bool:
        inside = {one.tag for one in node.iterdescendants()}
        if not inside.isdisjoint(_NOT_IN_LISTS):
            return False
        own = list(node.iter("li"))
        if "p" in inside and any(sum(1 for _ in item.iter("p")) > 1 for item in own):
            return False
        nested = not inside.isdisjoint(_LISTS)
        items = [text for item in own if (text := _item_text(item) if nested else normalise.line(text_of(item)))]
        if not items or sum(map(len, items)) / len(items) > 1_200:
            return False
        share = _link_share(node, sum(map(len, items))) if "a" in inside else 0.0
        self._add("list", "\n".join(items), node, items=items, ordered=node.tag == "ol", link_share=share)
        return True

    def _quote(self, node: Element) -> bool:
        if _holds(node, "h1", "h2", "h3", "table", "ul", "ol", "pre"):
            return False
        text = normalise.lines(_with_breaks(node))
        if len(text) > 3_000:
            return False
        if text:
            self._add("quote", text, node, link_share=_link_share(node, len(text)))
        return True

    def _table(self, node: Element) -> bool:
        if _holds(node, "table", "h1", "h2", "h3", "ul", "ol", "form", "blockquote"):
            return False
        if any(sum(1 for _ in cell.iter("p")) > 2 for cell in node.iter("td")):
            return False
        rows = [[normalise.line(text_of(cell)) for cell in row.iter("td", "th")] for row in node.iter("tr")]
        rows = [row for row in rows if any(row)]
        if not rows or max(map(len, rows)) < 2 or max(len(cell) for row in rows for cell in row) > 600:
            return False
        text = "\n".join("\t".join(row) for row in rows)
        self._add("table", text, node, rows=rows, link_share=_link_share(node, len(text)))
        return True

    def _figure(self, node: Element) -> bool:
        if _holds(node, "table", "blockquote", "pre") or (_holds(node, "p", "h2", "ul") and not _holds(node, "figcaption")):
            return False
        caption = node.find(".//figcaption")
        image = next(node.iter("img", "amp-img"), None)
        if image is not None:
            self._image(image, *credit.parted(node, normalise.line(text_of(caption)) if caption is not None else ""))
        return True

    def _image(self, node: Element, caption: str, credited: str | None = None) -> None:
        url = self.page.absolute(source(node))
        if url and not _is_small(node):
            self._add("image", caption, node, url=url, credit=credited)


def segments(page: Page, root: Element | None = None) -> list[Segment]:
    """All segments of `root` (left out, of the whole body) in reading order."""
    if root is None:
        body = page.root.find("body")
        root = page.root if body is None else body
    return _Reader(page, root).read()


def _is_menu(nav: Element) -> bool:
    """Whether a `nav` holds nothing but a menu: pages that forget to close one have their article in it."""
    return not _holds(nav, "h1", "article") and not any(len(one.text or "") > 80 for one in nav.iter("p", "div"))


def is_bold(tag: str, attributes: Mapping[str, str]) -> bool:
    """Whether an element of `tag` with `attributes` makes its text bold."""
    if tag in ("b", "strong"):
        return True
    style = attributes.get("style")
    return bool(style and tag not in ("body", "html") and _BOLD.search(style))


def source(image: Element) -> str | None:
    """Where the picture of an `img` is, lazy loading or not."""
    for name in ("data-src", "data-original", "data-lazy-src", "src"):
        value = image.get(name)
        if value and not value.startswith("data:"):
            return str(value)
    candidates = (image.get("data-srcset") or image.get("srcset") or "").split(",")
    return candidates[-1].split()[0] if candidates[-1].split() else None


def _is_small(image: Element) -> bool:
    """Tracking pixels, icons and avatars: no side over 60 px."""
    sides = [int(value) for value in (image.get("width"), image.get("height")) if value and value.isdigit()]
    return bool(sides) and max(sides) <= 60


def _heads(pair: tuple[str, _Line]) -> bool:
    text, line = pair
    return line.plain == 0 and (normalise.has_leaders(text) or (len(text) <= 120 and not text.endswith((".", ",", ";", ":"))))


def _item_text(item: Element) -> str:
    """Text of a list item without the lists inside it, which are items of their own."""
    nested = list(item.iterdescendants(*_LISTS))
    return normalise.line(text_of(item) if not nested else "".join(_outside(item, nested)))


def _outside(item: Element, nested: list[Element]) -> Iterator[str]:
    inside = {inner for one in nested for inner in one.iter()}
    for node in item.iter():
        if node in inside or node.tag in ("script", "style"):
            if node in nested and node.tail and node.getparent() not in inside:
                yield " " + node.tail
            continue
        yield node.text or ""
        if node is not item:
            yield node.tail or ""


def _with_breaks(node: Element) -> str:
    """Text of `node` with a line break at each of its blocks."""
    pieces: list[str] = []
    for event, child in etree.iterwalk(node, events=("start", "end")):
        if child.tag in ("script", "style"):
            if event == "end":
                pieces.append(child.tail or "")
            continue
        if child.tag in _BLOCK or (child.tag == "br" and event == "start"):
            pieces.append("\n")
        if event == "start":
            pieces.append(_SPACES.sub(" ", child.text or ""))
        elif child is not node:
            pieces.append(_SPACES.sub(" ", child.tail or ""))
    return "".join(pieces)


def _link_share(node: Element, length: int) -> float:
    """Share of link text in the `length` characters of `node`."""
    return min(1.0, sum(len(normalise.line(text_of(link))) for link in node.iter("a")) / length) if length else 0.0


def _holds(node: Element, *tags: str) -> bool:
    """Whether an element of one of `tags` stands inside `node`."""
    return next(node.iterdescendants(*tags), None) is not None
