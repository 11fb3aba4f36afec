"""What a source has stopped naming, though not because newer articles pushed it out: perhaps it is gone."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.discovery.links import Link, Source
from crawler.discovery.urls import url_key


def unlisted(source: Source, before: Sequence[Link], now: Sequence[Link]) -> list[str]:
    """Addresses that `source` named in its last whole reading `before` and does not name `now`, in its order.

    What only slid out is left out: at the end of everything but a sitemap, which is a list of the newest by nature; and of a sitemap at
    the end that lies opposite to the one where new addresses came in (a news sitemap holds two days). A home page shuffles its
    teasers all day, so a listing counts only where the config says which links make up its list.
    """
    if not before or not now or source.kind == "follow" or (source.kind == "listing" and not source.option("links")):
        return []
    there = {url_key(link.url) for link in now}
    known = {url_key(link.url) for link in before}
    gained_first, gained_last = (url_key(link.url) not in known for link in (now[0], now[-1]))
    missing = [url_key(link.url) not in there for link in before]
    first, last = 0, len(before)
    while gained_last and first < last and missing[first]:
        first += 1
    while (gained_first or source.kind != "sitemap") and last > first and missing[last - 1]:
        last -= 1
    return [link.url for link, is_missing in zip(before[first:last], missing[first:last], strict=True) if is_missing]
