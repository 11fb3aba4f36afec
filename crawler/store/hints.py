"""What sources said of an article besides its address, and what is taken from whom when it is read again."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, get_args

from crawler.discovery import Kind, Link
from crawler.formats.article import Article

_RANK = {"wordpress": 0, "blogger": 0, "feed": 1, "sitemap": 2}
"""Whose word goes first; last are kinds that give an address and hardly more."""


def with_hints(link: Link, more: Link) -> Link:
    """What `link` and `more`, which name the same page, say together. An API's word goes before a feed's, that before a sitemap's,
    and that before the text of a link on a page, whichever answered first."""
    if _RANK.get(more.source, len(_RANK)) < _RANK.get(link.source, len(_RANK)):
        link, more = more, link
    silent = {field.name: getattr(more, field.name) for field in fields(link) if not getattr(link, field.name)}
    return replace(link, **silent)


def as_then(link: Link, then: Link | None) -> Link:
    """`link` with the hints `then` with which its article was read before; what its source says today only fills in the rest.

    Two feeds shorten one text in two ways, and a sitemap has none: which source told of a page this time is no change of the page.
    The date of modification is that of the look, which makes no revision.
    """
    if then is None:
        return link
    return replace(with_hints(then, link), url=link.url, found_in=link.found_in, modified=link.modified or then.modified)


def hints_of(article: Article) -> Link | None:
    """The link through which `article` was found, as far as its fields came from there and not from the page; None where none did.

    A page that names no date has that of its feed. The feed has moved on since: what it said then stands in the article.
    """
    kinds = {name: method for name, method in article.provenance.items() if method in get_args(Kind)}
    if not kinds:
        return None
    hints: dict[str, Any] = {}
    for name in kinds:
        value = getattr(article.raw, name, None) or getattr(article, name, None)
        if name in Link.__dataclass_fields__ and value:
            hints[name] = tuple(value) if isinstance(value, list) else value
    kind: Any = next(iter(kinds.values()))
    return Link(article.url, kind, article.url, **hints)
