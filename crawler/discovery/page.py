"""HTML of home pages and listings, parsed within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding

from crawler.discovery.links import Document
from crawler.discovery.text import decode
from crawler.discovery.urls import absolute

MAX_BYTES = 4_000_000  # of a listing; the largest home page of a news site known to us has 2.5 MB
MAX_LINKS = 10_000  # of one page
# A start tag as the HTML standard reads it: quotes count only after an equals sign. Possessive, so that it stays linear.
_START_TAG = re.compile(r"<[A-Za-z](?:=\s{0,20}\"[^\"]*\"|=\s{0,20}'[^']*'|[^>])*+>?")
_QUOTED = re.compile(r"=\s{0,20}(?:\"[^\"]*\"|'[^']*')")
_MOST_ATTRIBUTES = 2_000  # characters of one tag's unquoted part: libxml2 takes quadratic time for a tag's attributes


def parse(document: Document) -> tuple[HtmlElement | None, list[str]]:
    """The page's tree, and what had to be left out; None where there is no element. Never raises."""
    problems = []
    body = document.body
    if len(body) > MAX_BYTES:
        body, problems = body[:MAX_BYTES], [f"longer than {MAX_BYTES} bytes: the rest was not read"]
    text = decode(body, http_content_type_encoding(document.content_type), html_body_declared_encoding(body))
    text = _START_TAG.sub(_tamed, text.replace("\x00", ""))
    try:
        return document_fromstring(text.encode("utf-8", "replace"), parser=HTMLParser(encoding="utf-8", huge_tree=False)), problems
    except (etree.ParserError, etree.XMLSyntaxError):
        return None, [*problems, "no HTML in it"]


def base_url(root: HtmlElement, document: Document) -> str:
    """The address that the page's links are relative to."""
    for base in root.iter("base"):
        return absolute(document.url, base.get("href")) or document.url
    return document.url


def text_of(element: etree._Element) -> str:
    """The visible text of an element in one line, at most 1,000 characters."""
    pieces: list[str] = []
    length = 0
    for piece in _texts(element):
        pieces.append(piece)
        length += len(piece)
        if length > 1_000:
            break
    return " ".join("".join(pieces).split())[:1_000]


def _texts(element: etree._Element) -> Iterator[str]:
    for node in element.iter():
        if isinstance(node.tag, str) and node.tag not in ("script", "style", "noscript") and node.text:
            yield node.text
        if node is not element and node.tail:
            yield node.tail


def _tamed(match: re.Match[str]) -> str:
    tag = match[0]
    if len(tag) <= _MOST_ATTRIBUTES or len(_QUOTED.sub("", tag)) <= _MOST_ATTRIBUTES:
        return tag
    name = re.match(r"<[A-Za-z0-9:-]{1,40}", tag)
    return f"{name[0]}>" if name else ""
