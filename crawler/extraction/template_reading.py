"""The cascade with a template at its side: one that takes the template's word, and one that learns from the whole cascade's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import get_args

from crawler.discovery import Link
from crawler.discovery.links import Kind
from crawler.extraction import Refusal, refusal, template_body, template_fields
from crawler.extraction.blocks import blocks
from crawler.extraction.candidates import Candidate
from crawler.extraction.cascade import Cascade, Findings
from crawler.extraction.listing import listing
from crawler.extraction.page import Page
from crawler.extraction.standing import Standing
from crawler.extraction.template_body import BodyLesson
from crawler.extraction.template_fields import FIELDS, Reading, Value
from crawler.extraction.template_paths import digest
from crawler.formats.article import Block
from crawler.formats.site import Rule, Site
from crawler.formats.template import CONTRADICTED, Layout

_NOT_OF_THE_PAGE = frozenset({"rule", *get_args(Kind)})
METHOD = "template"


class TemplatedCascade(Cascade):
    """Fields that the template knows come from it, the others from the cascade; the site's own rules go over both."""

    def __init__(self, page: Page, site: Site, captured: datetime, link: Link | None, layout: Layout, standing: Standing) -> None:
        super().__init__(page, site, captured, link, standing)
        self._layout = layout
        self._reading = Reading(self.said, self.names, self.calendar)

    def _refusal(self, status: int) -> Refusal | None:  # noqa: ARG002  # a template reads answers of status 200 only
        """Walls and errors have not the layout's container with its shapes in it: `template_body` looks for them."""
        return None if self.rules.body else refusal.by_name(self.said)

    def _said_of(self, name: str) -> tuple[str, Value] | None:
        """(raw, value) by the template, None where it does not know the field, or its source is silent on this page."""
        source = template_fields.chosen(self._layout.fields.get(name))
        raw = self._reading.raw(source) if source else []
        value = self._reading.value(name, raw)
        return (raw[0], value) if value else None

    def _headline(self) -> str | None:
        return super()._headline() if self.rules.headline else self._text("headline") or super()._headline()

    def _section(self, title: str) -> str | None:
        return super()._section(title) if self.rules.section else self._text("section") or super()._section(title)

    def _text(self, name: str) -> str | None:
        found = self._said_of(name)
        if found is None or not isinstance(found[1], str):
            return None
        self._note(name, METHOD, found[1])
        self._keep_raw(name, found[0], found[1])
        return found[1]

    def _authors(self) -> list[str]:
        found = None if self.rules.authors else self._said_of("authors")
        if found is None or not isinstance(found[1], tuple):
            return super()._authors()
        self._note("authors", METHOD, found[1])
        return list(found[1])

    def _date(self, name: str, rule: Rule | None, stated: Iterable[Candidate]) -> str | None:
        found = self._said_of(name)
        return super()._date(name, rule, [Candidate(found[0], METHOD)] if found else stated)

    def _blocks(self, title: str, label: str | None, people: list[str]) -> list[Block] | Refusal:
        if self.rules.body:
            return super()._blocks(title, label, people)
        known = template_body.known_letters([title, self.raw.get("headline"), label])
        self.chosen = template_body.read(self.page, self._layout.body, known, people)
        if listing(self.page, self.chosen, bool(self.said.article or self.page.meta("article:published_time"))):
            raise template_body.Odd("teasers make up the text")
        made = blocks(self._own(self.chosen))
        self._note("body", METHOD, made)
        self._note("blocks", METHOD, made)
        return made


class WatchedCascade(Cascade):
    """The whole cascade, which then says where its answers stand."""

    def teach(self, layout: Layout, found: Findings, lessons: dict[str, tuple[list[str], list[str], str | None]]) -> None:
        """Fills `lessons`: see `template.Lesson.fields`. Values that came from a rule or from a feed say nothing of the page."""
        reading = Reading(self.said, self.names, self.calendar)
        for name in FIELDS:
            if self.provenance.get(name) in _NOT_OF_THE_PAGE:
                continue
            answer = getattr(found, name)
            wanted: Value = tuple(answer) if isinstance(answer, list) else answer
            learnt = layout.fields.get(name)
            able = [source for source, pages in learnt.sources.items() if pages != CONTRADICTED] if learnt else []
            asked = None if template_fields.is_searched(learnt) else able
            agreeing = reading.agreeing(name, wanted, self.raw.get(name), asked) if wanted else []
            contradicted = [source for source in able if source not in agreeing and reading.speaks(name, source)]
            lessons[name] = (agreeing, contradicted, digest(repr(wanted)) if wanted else None)

    def body_lesson(self, layout: Layout, found: Findings) -> BodyLesson:
        """What the page shows of the body; nothing where the site's rule found it."""
        if self.rules.body:
            return BodyLesson()
        known = template_body.known_letters([found.headline, self.raw.get("headline"), found.section])
        return template_body.lesson(self.page, layout.body, self.chosen, known, found.authors)


def differences(spoken: Findings, found: Findings) -> list[str]:
    """Names of the fields in which a template's answer is not the cascade's."""
    return [one.name for one in fields(Findings) if one.name != "provenance" and getattr(spoken, one.name) != getattr(found, one.name)]
