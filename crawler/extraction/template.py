"""Learned templates: where the fields of a site's pages stand, learnt from the cascade's own answers and audited by it.

A worker reads a page with what is known so far (`read`) and says what the page showed (`Lesson`); the process that crawls gathers the
lessons (`TemplateBook`) and hands what is known to the next page. A template speaks alone only where it said the same as the whole
cascade on the pages before; one page in twenty, and every page that looks odd, is read by the cascade all the same.
"""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Literal

from crawler.clock import Now, rfc3339
from crawler.discovery import Link
from crawler.extraction import Refusal, rules, template_body, template_fields
from crawler.extraction.assembly import article
from crawler.extraction.cascade import Findings
from crawler.extraction.page import Page
from crawler.extraction.standing import Standing
from crawler.extraction.template_body import BodyLesson
from crawler.extraction.template_fields import FIELDS
from crawler.extraction.template_paths import signature
from crawler.extraction.template_reading import TemplatedCascade, WatchedCascade, differences
from crawler.formats.article import Article
from crawler.formats.capture import Capture
from crawler.formats.site import Site
from crawler.formats.template import Layout, LearntField, Templates

AUDITED = 20
"""One page in so many is read by the cascade too."""
PROOFS = 4
"""Pages in a row on which template and cascade have to agree before the template speaks alone."""
LEARNT = 8
"""Pages that a layout is learnt from at least: each short field needs five, and what only some pages have should have been seen."""
FAILURES = 3
"""Audits on which they part before the template is dropped and learnt anew."""
RELEARNT = 5
"""After so many times the layout is left to the cascade."""
LAYOUTS = 30
"""Most layouts of a site that are remembered."""

Use = Literal["learnt", "applied", "equal", "differs", "odd"]


@dataclass(slots=True)
class Lesson:
    """What one page showed. `use`: whether the template spoke alone, was compared, or would not speak."""

    signature: str
    url: str
    use: Use = "learnt"
    detail: str = ""
    fields: dict[str, tuple[list[str], list[str], str | None]] = field(default_factory=dict)
    """By field: sources that said what the cascade found, sources that said otherwise, digest of the value."""
    body: BodyLesson = field(default_factory=BodyLesson)


def is_active(layout: Layout) -> bool:
    """Whether the layout's template speaks alone."""
    return layout.pages >= LEARNT and layout.proofs >= PROOFS and layout.relearnt < RELEARNT


def is_audited(url: str) -> bool:
    """Whether the page at `url` is one of those that the cascade reads too."""
    return int.from_bytes(hashlib.sha256(url.encode("utf-8", "surrogatepass")).digest()[:4]) % AUDITED == 0


def extract(
    capture: Capture,
    site: Site,
    link: Link | None,
    known: bytes,
    standing: Standing | None = None,
    parsed: Callable[[Page], None] | None = None,
) -> tuple[Article | Refusal, Lesson | None]:
    """Like `crawler.extraction.extract`, by the templates in `known` (from `TemplateBook.packed`) where they speak, and what was learnt."""
    reader = _Reader(_unpacked(known), standing or {})
    return article(capture, site, link, reader.read, parsed), reader.lesson


@lru_cache(maxsize=4)
def _unpacked(known: bytes) -> Templates:
    found: Templates = pickle.loads(known)  # from the process that started this one
    return found


class _Reader:
    """Reads one page; a class because the reading leaves a lesson."""

    def __init__(self, known: Templates, standing: Standing) -> None:
        self.known = known
        self.standing = standing
        self.lesson: Lesson | None = None

    def read(self, page: Page, site: Site, captured: datetime, link: Link | None, status: int) -> Findings | Refusal:
        """See `cascade.read`."""
        ruled = rules.rules_of(site, captured.date())
        if status != 200 or (ruled and all(getattr(ruled, name) for name in ("body", *FIELDS[:4]))):
            return WatchedCascade(page, site, captured, link, self.standing).read(
                status
            )  # nothing that it says could be learnt, or is left to learn
        lesson = Lesson(signature(page), page.url)
        layout = self.known.layouts.get(lesson.signature) or Layout(example=page.url, learnt="")
        spoken = None
        if (layout.body.container is not None or (ruled and ruled.body)) and layout.relearnt < RELEARNT:
            try:
                spoken = TemplatedCascade(page, site, captured, link, layout, self.standing).read(status)
            except template_body.Odd as odd:
                lesson.use, lesson.detail = "odd", str(odd)
            if spoken is not None and not isinstance(spoken, Refusal) and is_active(layout) and not is_audited(page.url):
                lesson.use, self.lesson = "applied", lesson
                return spoken
        whole = WatchedCascade(page, site, captured, link, self.standing)
        found = whole.read(status)
        if isinstance(found, Refusal):
            return found
        whole.teach(layout, found, lesson.fields)
        lesson.body = whole.body_lesson(layout, found)
        if spoken is not None:
            parted = ["refused"] if isinstance(spoken, Refusal) else differences(spoken, found)
            lesson.use, lesson.detail = ("differs", ", ".join(parted)) if parted else ("equal", "")
        self.lesson = lesson
        return found


class TemplateBook:
    """What is known of one site's layouts, kept current while pages are read. Safe to use from several threads."""

    def __init__(self, templates: Templates, now: Now) -> None:
        self.templates = templates
        self._now = now
        self._lock = threading.Lock()
        self._packed: bytes | None = None
        self.dropped: dict[str, str] = {}
        """Layouts that parted from their template: by the URL of one page, how, in plain words."""
        self.changed = False
        """Whether anything was learnt."""

    def packed(self) -> bytes:
        """What is known, for `extract` in another process."""
        with self._lock:
            if self._packed is None:
                self._packed = pickle.dumps(self.templates, protocol=pickle.HIGHEST_PROTOCOL)
            return self._packed

    def learn(self, lesson: Lesson) -> None:
        """Adds what one page showed."""
        with self._lock:
            self.changed = True
            layout = self._layout(lesson)
            if layout is None:
                return
            if lesson.use == "applied":
                layout.applied += 1
                return
            self._packed = None
            _judge(layout, lesson)
            if layout.failures >= FAILURES:
                self.dropped[lesson.url] = (
                    f"what was learnt of a page layout no longer holds: {layout.failures} of {layout.audits} pages read both ways differ "
                    f"(last: {lesson.detail}); the layout may have changed, and is learnt anew"
                )
                self.templates.layouts[lesson.signature] = self._anew(lesson, layout.relearnt + 1)
            else:
                _merge(layout, lesson)

    def _layout(self, lesson: Lesson) -> Layout | None:
        """The layout of the page; None where there are too many and none can give way."""
        layouts = self.templates.layouts
        if lesson.signature not in layouts:
            if len(layouts) >= LAYOUTS:
                least = min(layouts, key=lambda key: layouts[key].pages + layouts[key].applied)
                if layouts[least].pages > 2:
                    return None
                del layouts[least]
            layouts[lesson.signature] = self._anew(lesson, 0)
        return layouts[lesson.signature]

    def _anew(self, lesson: Lesson, times: int) -> Layout:
        return Layout(example=lesson.url, learnt=rfc3339(self._now()), relearnt=times)


def _judge(layout: Layout, lesson: Lesson) -> None:
    """Counts what came of the comparison. A difference before the template speaks alone is learning, not failure."""
    if lesson.use == "odd":
        layout.odd += 1
    elif lesson.use in ("equal", "differs"):
        active = is_active(layout)
        layout.audits += active
        layout.failures += active and lesson.use == "differs"
        layout.proofs = layout.proofs + 1 if lesson.use == "equal" else layout.proofs if active else 0


def _merge(layout: Layout, lesson: Lesson) -> None:
    layout.pages += 1
    for name, (agreeing, contradicted, value) in lesson.fields.items():
        template_fields.merge(layout.fields.setdefault(name, LearntField()), agreeing, contradicted, value)
    if not template_body.merge(layout.body, lesson.body, layout.pages):
        layout.proofs = 0
