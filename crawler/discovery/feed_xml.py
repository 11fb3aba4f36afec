"""Broken feeds made well-formed, so that feedparser's strict parser reads them all.

feedparser's lenient parser takes quadratic time on hostile input, and its strict one gives up at the first fault. libxml2 repairs in
linear time, resolves no entity, reads no DTD and fetches nothing.
"""

from __future__ import annotations

import html.entities
import re

from lxml import etree

from crawler.discovery.xml_text import legal, without_doctype

MAX_ENTRIES = 10_000  # no feed of a news blog comes near; a feed of 16 MB with empty items would hold a million
# feedparser takes 15 µs for an element and 3 µs for each piece of text, and its parser breaks text at every escaped character and line.
_MAX_WORK = 1_000_000  # pieces of text; a feed of 16 MB of usual HTML has 800,000
_ELEMENT_WORK = 5
_MAX_ATTRIBUTES = 100  # of one element: the SAX interface takes quadratic time for them
_UNESCAPED_HTML = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*\Z)|</?(?:a|abbr|b|blockquote|br|code|div|em|figure|font|h[1-6]|hr|i|img|li|ol|p|small|span|strong|su[bp]|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE | re.DOTALL,
)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
# Prefixes that feeds use without declaring them.
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "atom10": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "media": "http://search.yahoo.com/mrss/",
    "openSearch": "http://a9.com/-/spec/opensearch/1.1/",
    "opensearch": "http://a9.com/-/spec/opensearch/1.1/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "thr": "http://purl.org/syndication/thread/1.0",
}


def well_formed(text: str) -> tuple[bytes | None, list[str]]:
    """`text` as well-formed XML in UTF-8 without DOCTYPE, at most `MAX_ENTRIES` entries long, and what had to be repaired;
    None where there is no element in it."""
    text = legal(without_doctype(text)).lstrip()
    text = _ENTITY.sub(_character, text)
    root, fault = _tree(text)
    if fault:  # most often HTML that nobody escaped
        root, _ = _tree(_UNESCAPED_HTML.sub(_escaped, text))
    if root is None:
        return None, ["not XML"]
    problems = [f"not well-formed XML, repaired: {fault[:200]}"] if fault else []
    cut = _cut(root)
    _declare_prefixes(root)
    if cut:
        problems.append(f"too long: only its first {MAX_ENTRIES} entries or what came before too many elements or escapes was read")
    return etree.tostring(root, encoding="utf-8"), problems


def _tree(text: str) -> tuple[etree._Element | None, str | None]:
    """The repaired tree and the first fault, if there was any."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        return None, str(error)
    return root, parser.error_log[0].message.strip() if len(parser.error_log) else None


def _escaped(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith("<![CDATA[") else html.escape(match[0], quote=False)


def _character(match: re.Match[str]) -> str:
    if match[1] in _XML_ENTITIES:
        return match[0]
    return html.entities.html5.get(f"{match[1]};", match[0].replace("&", "&amp;"))


def _declare_prefixes(root: etree._Element) -> None:
    """Give elements with an undeclared prefix, which libxml2 leaves as `dc:creator`, the namespace that they mean."""
    for element in root.iter(etree.Element):
        if isinstance(element.tag, str) and ":" in element.tag and not element.tag.startswith("{"):
            prefix, _, name = element.tag.partition(":")
            name = name.replace(":", "_")
            if not name[:1].isalpha():
                name = f"_{name}"  # of a broken start tag: no name begins with a digit, a hyphen, a dot
            element.tag = f"{{{_NAMESPACES.get(prefix, 'urn:undeclared')}}}{name}"
        for key in [key for key in element.attrib if ":" in str(key) and not str(key).startswith("{")]:
            del element.attrib[key]


def _cut(root: etree._Element) -> bool:
    """Bound what feedparser has to walk through; whether anything was cut off."""
    entries = work = 0
    for element in root.iter(etree.Element):
        if len(element.attrib) > _MAX_ATTRIBUTES:
            element.attrib.clear()
        entries += str(element.tag).rpartition("}")[2].lower() in ("item", "entry")
        work += _ELEMENT_WORK + _pieces(element.text) + _pieces(element.tail)
        if entries > MAX_ENTRIES or work > _MAX_WORK:
            _cut_from(element)
            return True
    return False


def _pieces(text: str | None) -> int:
    return sum(text.count(character) for character in "<>&\n\r") if text else 0


def _cut_from(element: etree._Element) -> None:
    """Remove `element` and all that follows it in the document."""
    parent = element.getparent()
    element.text, first = None, True
    while parent is not None:
        place = parent.index(element)
        del parent[place if first else place + 1 :]
        element, parent, first = parent, parent.getparent(), False
