"""The text of XML documents that others wrote: decoded, without DOCTYPE, without what XML 1.0 forbids."""

from __future__ import annotations

import re

from w3lib.encoding import http_content_type_encoding

from crawler.discovery.text import decode

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._\-]{1,40})[\"']")


def xml_text(body: bytes, content_type: str) -> str:
    """The text of an XML document, by the header's charset and the XML declaration where it is not UTF-8."""
    declared = _DECLARED.match(body)
    return decode(body, http_content_type_encoding(content_type), declared[1].decode() if declared else None)


def without_doctype(text: str) -> str:
    """`text` without XML declaration, which tells the coding of bytes that are decoded now, and without its DOCTYPE; a second one,
    which no XML may have, becomes text."""
    text = _DECLARATION.sub("", text, count=1)
    start = text.find("<!DOCTYPE", 0, 10_000)
    if start < 0:
        return _harmless(text)
    subset, end = text.find("[", start), text.find(">", start)
    if 0 <= subset < end:
        close = text.find("]", subset)
        end = text.find(">", close) if close >= 0 else -1
    return _harmless(text[:start] + text[end + 1 :] if end >= 0 else text[:start])


def _harmless(text: str) -> str:
    return text.replace("<!DOCTYPE", "&lt;!DOCTYPE")


def legal(text: str) -> str:
    """`text` without the characters that XML 1.0 section 2.2 forbids, written plainly or as references."""
    return _ILLEGAL.sub("", _REFERENCE.sub(_legal_reference, text))


def _legal_reference(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else int(match[2])
    return match[0] if number <= 0x10FFFF and not _ILLEGAL.match(chr(number)) else ""
