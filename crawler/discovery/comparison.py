"""Two readings of one source, the last and the latest, held against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.discovery.links import Link, Source
from crawler.discovery.retold import Retold, retold
from crawler.discovery.unlisted import unlisted
from crawler.discovery.urls import url_key


@dataclass(frozen=True, slots=True)
class Comparison:
    """How they differ, each in the source's own order; empty where there is nothing to compare."""

    dropped: tuple[str, ...] = ()
    """Addresses that it has stopped naming, as `unlisted` has it."""
    gained: tuple[str, ...] = ()
    """Addresses that it did not name."""
    retold: tuple[Retold, ...] = ()
    """Of what it says something else."""
    differing: tuple[Link, ...] = ()
    """Its links now, without those that are as they were in every respect."""


def compare(source: Source, before: Sequence[Link], now: Sequence[Link], *, whole: bool) -> Comparison:
    """How `source` has changed since it named `before`. What broke off (not `whole`) says nothing of what it does not name."""
    if not before:
        return Comparison()
    then = {url_key(link.url): link for link in before}
    differing = tuple(link for link in now if then.get(url_key(link.url)) != link)
    told = tuple(retold(source, before, now))
    if not whole:
        return Comparison(retold=told, differing=differing)
    gained = tuple(link.url for link in differing if url_key(link.url) not in then)
    return Comparison(tuple(unlisted(source, before, now)), gained, told, differing)
