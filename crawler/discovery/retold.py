"""What a source says of an article otherwise than it did: perhaps the publisher has changed it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.discovery.links import Kind, Link, Source
from crawler.discovery.urls import url_key

TELLING: frozenset[Kind] = frozenset({"feed", "sitemap", "wordpress", "blogger"})
"""Kinds that state something of an article. The text of a link on a page is what fits into its place."""
STATED = ("headline", "section", "summary", "authors", "published", "tags")
"""What a source states of an article that is the article's own."""
MANY = 3
"""So many entries, and more than half of those that two readings share: no editor changes them all between two looks."""

_SYSTEMS = frozenset({"headline", "summary", "published", "content_html"})
"""What a change of the system's moves in all entries at once: a counter, a site name behind the title, the date of the feed itself.
A renamed section or author is the publisher's word on each article."""


@dataclass(frozen=True, slots=True)
class Retold:
    """An article of which a source says something else."""

    link: Link
    """What it says now."""
    then: Link
    """What it said at the reading before."""
    fields: tuple[str, ...]
    """Where the two differ: names of `Link`'s attributes."""


def retold(source: Source, before: Sequence[Link], now: Sequence[Link]) -> list[Retold]:
    """The articles of which `source` says something else `now` than in its last reading `before`, in its order.

    What it has stopped saying, or says for the first time, is no change: feeds are shortened and enriched as a whole.
    """
    if source.kind not in TELLING:
        return []
    earlier = {url_key(link.url): link for link in before if _states(link)}
    shared = [(link, earlier[key]) for link in now if _states(link) and (key := url_key(link.url)) in earlier]
    changed = [Retold(link, then, _differing(then, link)) for link, then in shared if link != then]
    counts = Counter(name for one in changed for name in one.fields)
    noise = {name for name, count in counts.items() if name in _SYSTEMS and count >= MANY and 2 * count > len(shared)}
    quieter = (Retold(one.link, one.then, tuple(name for name in one.fields if name not in noise)) for one in changed)
    return [one for one in quieter if one.fields]


def says_same(name: str, first: object, second: object) -> bool:
    """Whether two values of the field `name` say the same. The order of tags and sizes of letters do not count; of a teaser and a
    text, figures do not either, because they hold counters."""
    if name in ("authors", "tags"):
        return _names(first) == _names(second)
    if name == "published":
        return _moment(first) == _moment(second)
    if name in ("summary", "content_html"):
        return _letters(first, r"[\W\d_]+") == _letters(second, r"[\W\d_]+")
    return _letters(first, r"\W+") == _letters(second, r"\W+")


def _states(link: Link) -> bool:
    return any(getattr(link, name) for name in STATED)


def _differing(then: Link, now: Link) -> tuple[str, ...]:
    pairs = ((name, getattr(then, name), getattr(now, name)) for name in (*STATED, "content_html"))
    return tuple(name for name, before, after in pairs if before and after and not says_same(name, before, after))


def _moment(value: object) -> str:
    """One form of one moment; a bare day and what is none stay as they are."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return moment.astimezone(UTC).isoformat() if moment.tzinfo else str(value)


def _letters(value: object, without: str) -> str:
    text = re.sub(r"<[^<>]{0,2000}>", " ", str(value or ""))
    return re.sub(without, "", text).casefold()


def _names(value: object) -> set[str]:
    parts = ",".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value or "")
    return {name for part in re.split("[,;]", parts) if (name := _letters(part, r"\W+"))}
