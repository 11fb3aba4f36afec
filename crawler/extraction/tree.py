"""A page's tree: what libxml2 makes of its text, mended where a browser would read on and libxml2 drops, moves or chokes on something."""

from __future__ import annotations

import re

from lxml import etree, html

# libxml2 checks a tag's attributes against each other: 60,000 of them take half a minute. No page needs more than this many.
_MAX_ATTRIBUTES = 500
_LONG = 8_000
_LONG_TAG = re.compile(rf"<[a-zA-Z][^<>]{{{_LONG},}}>")
_ATTRIBUTE = re.compile(r"""[^\s=>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]*))?""")
_DEEP = re.compile(r"</?(?:div|span|font|b|i|u|em|strong|center|small|big|section|article|blockquote|ul|ol|li|dl|dd)\b[^>]*>", re.I)
_CONTROLS = bytes([*range(9), 11, *range(14, 32), 127])
_REFERENCES = re.compile("&#")
"""Found by an expression in half the time that `in` takes."""
_NO_CHARACTERS = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]|\xef\xbf[\xbe\xbf]")  # surrogates, U+FFFE and U+FFFF, in UTF-8
_REFERENCE = re.compile(r"&#(?:x0*(?:[0-8bef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.I)
"""References to characters that no XML tree may hold."""
_CLOSING = re.compile(r"</(?:html|body)\s*>", re.I)
_OF_HEAD = frozenset({"title", "meta", "link", "script", "style", "base", "noscript", "template", "basefont", "bgsound", "object"})
_ELEMENTS = etree.ElementDefaultClassLookup(element=html.HtmlElement)
"""One class for all elements: lxml's own choice of a class by tag is a call in Python for each element of each copy of a tree."""


class Unreadable(Exception):
    """Raised by `tree`, and so by `page.parse`, for what cannot become a tree that holds all its text. `extract` makes a refusal of it."""


def tree(text: str, encoded: bytes | None) -> html.HtmlElement:
    """The tree of `text`, whose UTF-8 is `encoded` where that is known. Raises Unreadable for what has none."""
    given = text
    if "<" not in text:
        raise Unreadable("no mark-up at all")
    if _REFERENCES.search(text):
        text = _REFERENCE.sub("", text)
    if "<" in text[_end(text) :]:
        text = _CLOSING.sub("", text)
    if _has_long_tag(text):
        text = _LONG_TAG.sub(_fewer_attributes, text)
    root, too_deep = _parsed(encoded if encoded is not None and text is given else text.encode("utf-8", "surrogatepass"))
    if too_deep:
        # Beyond 2,048 levels libxml2 drops what follows. Breaks instead of the containers keep every word in its order.
        flat = _DEEP.sub(lambda found: "<br>" if found[0][1:5].lower() in ("div ", "div>") else " ", text)
        root, too_deep = _parsed(flat.encode("utf-8", "surrogatepass"))
        if too_deep:
            raise Unreadable("nested deeper than any parser follows")
    if root is None:
        raise Unreadable("no element in it")
    _end_head(root)
    return root


def _has_long_tag(text: str) -> bool:
    """Whether a tag may be longer than `_LONG`: from one `<` to the next it is further, and that is found in leaps."""
    start = text.find("<")
    while 0 <= start < len(text) - _LONG:
        after = text.rfind("<", start + 1, start + _LONG + 1)
        if after < 0:
            after = text.find("<", start + _LONG + 1)
            if text.find(">", start + 1, None if after < 0 else after) > start + _LONG:
                return True
        start = after
    return False


def _end_head(root: html.HtmlElement) -> None:
    """Moves what cannot stand in the head into the body. The HTML standard lets a page leave out the tags of both; libxml2, which knows
    no element younger than HTML 4, then takes `<article>` for a part of the head."""
    head = root.find("head")
    first = None if head is None else next((one for one in head if one.tag not in _OF_HEAD), None)
    if head is None or first is None:
        return
    body = root.find("body")
    if body is None:
        body = etree.SubElement(root, "body")
    moved = [first, *first.itersiblings()]
    if body.text and body.text.strip():
        moved[-1].tail = (moved[-1].tail or "") + body.text
        body.text = None
    for place, one in enumerate(moved):
        body.insert(place, one)


def _end(text: str) -> int:
    """Where the first `</html>` ends, or the text where there is none. libxml2 drops what follows; browsers put it into the body."""
    place = next((place for tag in ("</html>", "</HTML>") if (place := text.find(tag)) >= 0), -1)
    return place + len("</html>") if place >= 0 else len(text)


def _parsed(encoded: bytes) -> tuple[html.HtmlElement | None, bool]:
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=True, remove_comments=True)
    parser.set_element_class_lookup(_ELEMENTS)
    body = encoded.translate(None, _CONTROLS)
    if b"\xed" in body or (b"\xef" in body and b"\xef\xbf" in body):  # a search for one byte is twenty times as fast
        body = _NO_CHARACTERS.sub(b"", body)
    try:
        root = html.document_fromstring(body, parser=parser)
    except etree.ParserError:
        return None, False
    return root, any("depth" in entry.message for entry in parser.error_log)


def _fewer_attributes(tag: re.Match[str]) -> str:
    name, _, rest = tag[0][1:-1].partition(" ")
    attributes = _ATTRIBUTE.findall(rest)
    return tag[0] if len(attributes) <= _MAX_ATTRIBUTES else f"<{name} {' '.join(attributes[:_MAX_ATTRIBUTES])}>"
