"""What a page or its feed declares of a field otherwise than the article has it.

Only what is stated for machines is compared, after normalising: JSON-LD, microdata, OpenGraph and the like, and the hints of a feed or API.
A title that holds the headline (with the site's name, a kicker, a part left out) agrees with it; so do dates a day apart, which are one
moment in two zones, and a list of authors that leaves some out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from crawler.discovery import Link
from crawler.extraction import authors, headline, jsonld, normalise
from crawler.extraction.dates import Calendar
from crawler.extraction.structured import Statements
from crawler.formats.article import Disagreement

_LONGEST = 300
_EVE = timedelta(days=1)


class Declared:
    """What one page declares, normalised as the cascade does; a class because all fields are read off the same things."""

    def __init__(self, said: Statements, names: list[str], calendar: Calendar, link: Link | None) -> None:
        self.said = said
        self.names = names
        self.calendar = calendar
        self.link = link

    def disagreements(self, title: str, label: str | None, people: list[str], published: str | None) -> list[Disagreement]:
        """One for each field and method that says something else than the article's `title`, `label`, `people` and day `published`."""
        found = [
            *(Disagreement(field="headline", method=method, value=value) for method, value in self._titles(title)),
            *(Disagreement(field="section", method=method, value=value) for method, value in self._labels(label)),
            *(Disagreement(field="authors", method=method, value=value) for method, value in self._people(people)),
            *(Disagreement(field="published", method=method, value=value) for method, value in self._days(published)),
        ]
        return [one.model_copy(update={"value": one.value[:_LONGEST]}) for one in found]

    def _titles(self, taken: str) -> Iterator[tuple[str, str]]:
        own = normalise.fold(taken)
        stated = [
            ("json-ld", jsonld.text(self.said.json("headline"))),
            ("microdata", next(iter(self.said.item_texts("headline")), None)),
            ("opengraph", self.said.page.meta("og:title")),
            (self.link.source if self.link else "", self.link.headline if self.link else None),
        ]
        for method, raw in stated:
            value = headline.clean(raw, self.names) if raw else ""
            folded = normalise.fold(value)
            if folded and own not in folded and folded not in own:
                yield method, value

    def _labels(self, taken: str | None) -> Iterator[tuple[str, str]]:
        stated = [
            ("json-ld", jsonld.texts(self.said.json("articleSection"))),
            ("meta", self.said.page.metas.get("article:section", [])),
            (self.link.source if self.link else "", [self.link.section] if self.link and self.link.section else []),
        ]
        for method, raw in stated:
            labels = [label for text in raw if (label := normalise.section_label(text))]
            if taken and labels and all(normalise.fold(taken) not in normalise.fold(label) for label in labels):
                yield method, labels[0]

    def _people(self, taken: list[str]) -> Iterator[tuple[str, str]]:
        own = {normalise.fold(name) for name in taken}
        stated = [
            ("json-ld", jsonld.texts(jsonld.resolved(self.said.json("author"), self.said.nodes))),
            ("meta author", self.said.page.metas.get("author", [])),
            (self.link.source if self.link else "", list(self.link.authors) if self.link else []),
        ]
        for method, raw in stated:
            others = authors.names(raw)
            if own and any(normalise.fold(name) not in own for name in others):
                yield method, "; ".join(others)

    def _days(self, taken: str | None) -> Iterator[tuple[str, str]]:
        stated = [
            ("json-ld", jsonld.text(self.said.json("datePublished"))),
            ("meta article:published_time", self.said.page.meta("article:published_time")),
            (self.link.source if self.link else "", self.link.published if self.link else None),
        ]
        for method, raw in stated:
            value = self.calendar.normal(raw) if raw else None
            if taken and value and abs(date.fromisoformat(value[:10]) - date.fromisoformat(taken[:10])) > _EVE:
                yield method, value
