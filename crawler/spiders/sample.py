"""A sample of a site: every source is asked, and of the articles that they name a few are fetched."""

from __future__ import annotations

from itertools import chain, zip_longest

from crawler.discovery import Link, Source


class Sample:
    """Collects what sources name, and gives so many links of it once, from each source in turn."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._found: dict[Source, list[Link]] = {}
        self._led_on: set[Source] = set()

    def add(self, source: Source, links: list[Link]) -> None:
        """What `source` names, in its own order, which in most has the newest first."""
        self._found.setdefault(source, []).extend(links)

    def wants(self, source: Source, more: Source) -> bool:
        """Whether to read `more`, to which `source` leads: only where it names no articles itself, and then only the first."""
        if self._found.get(source) or source in self._led_on or (more.kind == source.kind and more.kind != "sitemap"):
            return False
        self._led_on.add(source)
        return True

    def taken(self) -> list[Link]:
        """The sample; nothing when asked again."""
        turns = chain.from_iterable(zip_longest(*self._found.values()))
        self._found.clear()
        links = [link for link in turns if link is not None][: self._number]
        self._number = 0
        return links
