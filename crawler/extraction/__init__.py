"""Capture + Site -> Article or Refusal. Pure: no network, no clock, no settings, no disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias, Union

if TYPE_CHECKING:
    from crawler.discovery import Link
    from crawler.extraction.page import Page
    from crawler.extraction.standing import Standing
    from crawler.formats.article import Article
    from crawler.formats.capture import Capture
    from crawler.formats.site import Site

Reason = Literal[
    "listing",
    "static-page",
    "challenge",
    "consent-wall",
    "soft-404",
    "login",
    "error-page",
    "media-file",
    "empty-shell",
    "no-headline",
    "no-body",
    "offsite",
    "truncated",
    "extraction-failed",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a page is not stored as an article."""

    reason: Reason
    detail: str
    """The evidence in plain words, for the run's report."""


Extracted: TypeAlias = Union["Article", Refusal]
"""What becomes of a page."""


def extract(
    capture: Capture,
    site: Site,
    link: Link | None = None,
    standing: Standing | None = None,
    parsed: Callable[[Page], None] | None = None,
) -> Extracted:
    """The article of the page in `capture`, as revision 1, or why it is none.

    `link`: where the page was found, with the hints that came with it; they speak where the page is silent. `standing`: the
    text that is known to stand on many pages of the site (`Index.standing`). `parsed`: told of the page when it has its tree.
    Never raises on what a server may send: a page that cannot be read is refused.
    """
    from crawler.extraction import cascade
    from crawler.extraction.assembly import article  # the readers need Refusal, which stands here

    return article(capture, site, link, partial(cascade.read, standing=standing), parsed)
