"""What is watched as a share: coverage of fields, refusals, answers, sources. Each watch counts one thing in a run and words it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from crawler.formats.causes import cause, group, is_bad
from crawler.formats.finding import FindingKind
from crawler.formats.run import ANSWERED, TOLD_BY, Run, SourceReport
from crawler.health.shares import PRIOR_PAGE, PRIOR_RUN, Count, Usual

PASSING = frozenset(
    {"429", "500", "502", "503", "504", "520", "521", "522", "523", "524"}
    | {"timeout", "no-answer", "disconnected", "host-not-found", "unreachable", "robots-unavailable"}
)
"""Answers that often pass by themselves (the 52x are Cloudflare's for an origin that does not answer)."""

PATIENCE = timedelta(hours=3)
"""How long what may pass by itself is given."""

REFUSALS = {
    "consent-wall": "the site puts a consent wall before its pages",
    "challenge": "the site asks visitors to prove that they are human",
    "login": "the site asks for a login",
    "soft-404": "pages say with status 200 that they are not there",
    "no-headline": "the layout may have changed",
    "no-body": "the layout may have changed",
    "empty-shell": "the site may build its pages by script now",
    "extraction-failed": "pages cannot be read within their bounds of time and memory",
    "offsite": "addresses of articles lead elsewhere now",
    "truncated": "pages are cut off",
}

_BESIDE = frozenset({"summary", "tags", "language", "images"})
_OWN = ("headline", "section", "authors", "published")
"""Fields of a source that take the place of those that pages have lost."""
_HARDLY_EVER = 0.1
"""How often a source may have told what pages are said to tell."""


@dataclass(frozen=True, slots=True)
class Watch(ABC):
    """One share of a run."""

    subject: str

    kind: ClassVar[FindingKind]
    windows: ClassVar[tuple[int, ...]] = (1, 2, 4, 8)
    """Over how many of the last runs it is judged; without 1, a single run is never enough."""

    least: ClassVar[int] = 1
    """So many bad ones are needed, however improbable fewer are."""
    prior: ClassVar[float] = PRIOR_PAGE
    """What is known of it before anything is: see `shares`."""

    @abstractmethod
    def count(self, run: Run) -> Count | None:
        """The bad ones of `run`, or None where it says nothing about this."""

    @abstractmethod
    def words(self, run: Run, usual: float, now: Count, past: str) -> str:
        """What was usual (a share of bad ones), over which `past`, what is `now`, and the likely cause."""

    def is_news(self, run: Run) -> bool:  # noqa: ARG002 - an answer for every run
        """Whether pages of `run` say something of this that none did before: an article without a section may be read again for weeks."""
        return True

    def is_left(self, usual: Usual, now: Count) -> bool:
        """Whether `now` is so far from the `usual` that it matters."""
        return usual.is_left(now)

    def passes(self, run: Run) -> bool:  # noqa: ARG002 - an answer for every run
        """Whether what is wrong in `run` may pass by itself, and is given time."""
        return False

    def example(self, run: Run) -> str | None:
        """A URL to look at."""
        return run.examples.get(self.subject)


class FieldWatch(Watch):
    """How often a field was found on the articles that were read. What stands beside the story and was told by a source, not by the page,
    says nothing about the layout: a page that is looked at again has no source to tell it."""

    kind = "coverage"

    def count(self, run: Run) -> Count | None:
        read = pages_read(run)
        if not read or self.subject not in run.coverage:
            return None
        found = run.coverage[self.subject]
        told = _told(run, self.subject) if self.subject in _BESIDE else 0
        return Count(read - found.found, read - told) if read > told else None

    def is_news(self, run: Run) -> bool:
        return bool(run.articles.get("new") or run.lost.get(self.subject))

    def words(self, run: Run, usual: float, now: Count, past: str) -> str:  # noqa: ARG002
        return (
            f"{self.subject} was found on {percent(1 - usual)} of pages {past}, "
            f"now on {now.of - now.bad} of {now.of}: the layout may have changed"
        )

    def example(self, run: Run) -> str | None:
        return run.coverage[self.subject].missing if self.subject in run.coverage else None


class OwnFieldWatch(FieldWatch):
    """The same, where only what the page itself says counts: a field that a source still tells is lost on every article read again."""

    def count(self, run: Run) -> Count | None:
        read = pages_read(run)
        if not read or self.subject not in run.coverage:
            return None
        return Count(read - run.coverage[self.subject].found + _told(run, self.subject), read)


class ToldFieldWatch(FieldWatch):
    """How often a field that was found is told by a source and not by the page. It varies with the links that sources give, so that it
    tells only where pages always said it themselves, and none does now."""

    def count(self, run: Run) -> Count | None:
        found = run.coverage[self.subject].found if self.subject in run.coverage else 0
        return Count(_told(run, self.subject), found) if found else None

    def is_left(self, usual: Usual, now: Count) -> bool:
        return usual.share <= _HARDLY_EVER and now.bad == now.of

    def words(self, run: Run, usual: float, now: Count, past: str) -> str:  # noqa: ARG002
        methods = run.coverage[self.subject].methods
        sources = " and ".join(sorted(kind for kind in TOLD_BY if methods.get(kind)))
        return (
            f"{self.subject} was read from the pages themselves {past}, now from none of {now.of}, and only another source still tells it "
            f"({sources}): the layout may have changed"
        )

    def example(self, run: Run) -> str | None:
        return run.coverage[self.subject].told


class LossWatch(FieldWatch):
    """How many known articles had a field when they were read before, and have it no more: few are needed to tell."""

    prior = PRIOR_RUN

    def is_news(self, run: Run) -> bool:  # noqa: ARG002
        return True

    def count(self, run: Run) -> Count | None:
        return Count(run.lost.get(self.subject, 0), run.reread) if run.reread else None

    def words(self, run: Run, usual: float, now: Count, past: str) -> str:  # noqa: ARG002
        return f"{self.subject} is missing on {now.bad} of {now.of} articles that were read again and had it: the layout may have changed"


class RefusalWatch(Watch):
    """How many pages were refused for one reason."""

    kind = "refusals"

    def count(self, run: Run) -> Count | None:
        pages = pages_read(run) + sum(run.refusals.values()) - run.tried_in_vain
        return Count(min(pages, _less(run.refusals.get(self.subject, 0), run)), pages) if pages > 0 else None

    def words(self, run: Run, usual: float, now: Count, past: str) -> str:  # noqa: ARG002
        why = REFUSALS.get(self.subject, "links may lead to other pages than before")
        return f"{now.bad} of {now.of} pages were refused as {self.subject}, {percent(usual)} {past}: {why}"


class AnswerWatch(Watch):
    """How many pages had one bad answer, or none. What sources answer is watched by `SourceWatch`."""

    kind = "responses"

    def count(self, run: Run) -> Count | None:
        bad = sum(number for answer, number in run.page_answers.items() if group(answer) == self.subject)
        return Count(bad, sum(run.page_answers.values())) if run.page_answers else None

    def words(self, run: Run, usual: float, now: Count, past: str) -> str:
        answer = f"were answered with {self.subject}" if self.subject.isdigit() else f"ended in {self.subject}"
        likely = cause(run, self.subject) or "the site may have changed"
        return f"{now.bad} of {now.of} requests for pages {answer}, {percent(usual)} {past}: {likely}"

    def passes(self, run: Run) -> bool:  # noqa: ARG002
        return self.subject in PASSING or self.subject == "404"  # a handful of dead links is no breakage; a feed that is gone is

    def example(self, run: Run) -> str | None:
        return run.examples.get(self.subject) or run.examples.get("http-error")


@dataclass(frozen=True, slots=True)
class SourceWatch(Watch):
    """Whether a source that is asked in every run gives anything."""

    passing: bool = True
    """Whether failures that may pass by themselves count. A feed that is gone is neither excused by a server that was sometimes busy, nor
    there because the server was busy in between."""

    kind = "source"
    windows = (2, 3, 4, 8, 16)
    prior = PRIOR_RUN

    def count(self, run: Run) -> Count | None:
        looks = self._looks(run)
        if all(look.outcome == "robots-unavailable" for look in looks):  # or there are none: that says nothing of the source
            return None
        bad = not any(gives(look) for look in looks)
        return Count(int(bad), 1) if self.passing or not bad or not self.passes(run) else None

    def words(self, run: Run, usual: float, now: Count, past: str) -> str:
        look = self._looks(run)[-1]
        answer = answer_of(look)
        if look.outcome in ANSWERED:
            told = f" ({'; '.join(look.problems[:2])})" if look.problems else ""
            what, why = "gave no links", f"it has stopped, or its format has changed{told}"
        elif look.status:
            what, why = f"answered {answer}", cause(run, answer) or "it may have moved"
        else:
            what, why = f"ended in {answer}", cause(run, answer) or "it cannot be reached"
        why = "it has moved or is gone" if group(answer) == "404" else why
        return f"{_named(look)} {what} in the last {now.of} runs, but worked in {percent(1 - usual)} of runs {past}: {why}"

    def passes(self, run: Run) -> bool:
        return all(answer_of(look) in PASSING for look in self._looks(run))

    def example(self, run: Run) -> str | None:  # noqa: ARG002
        return None  # the message names it

    def _looks(self, run: Run) -> list[SourceReport]:
        return [source for source in run.sources if source.url == self.subject]


class StandstillWatch(Watch):
    """Whether a source names the new articles that others name: one that stands still looks as if nothing were published."""

    kind = "standstill"
    least = 2  # one article beside the feed is an advertisement, or was written for the front page

    def count(self, run: Run) -> Count | None:
        look = self._look(run)
        return Count(look.missed, look.named + look.missed) if look and look.named + look.missed else None

    def words(self, run: Run, usual: float, now: Count, past: str) -> str:
        look = self._look(run)
        what, since = (_named(look), f" since {look.newest[:10]}") if look and look.newest else (f"the source {self.subject}", "")
        return (
            f"{what} has named nothing new{since}, while {now.bad} newer articles were found without it; "
            f"it named {percent(1 - usual)} of new articles {past}: it stands still, or the site has another one now"
        )

    def example(self, run: Run) -> str | None:  # noqa: ARG002
        return None  # the message names it

    def _look(self, run: Run) -> SourceReport | None:
        return next((source for source in run.sources if source.url == self.subject), None)


def _named(look: SourceReport) -> str:
    """A source as a person would name it: what an API is asked is of no help to anybody."""
    return f"the {look.kind} {look.url.partition('?')[0] if look.kind in ('wordpress', 'blogger') else look.url}"


def _told(run: Run, field: str) -> int:
    """On how many articles a source told a field, and not the page."""
    return sum(count for method, count in run.coverage[field].methods.items() if method in TOLD_BY)


def _less(bad: int, run: Run) -> int:
    """Bad ones without pages that were only tried, of which nobody said that they are articles."""
    return max(0, bad - run.tried_in_vain)


def watches(run: Run, past: Sequence[Run]) -> list[Watch]:
    """What is worth a look in `run`: bad counts above nothing, fields that the past knows, sources asked in most runs."""
    recent = [*past[-16:], run]
    fields = dict.fromkeys(name for each in recent for name in each.coverage)
    reasons = dict.fromkeys(run.refusals)
    answers = dict.fromkeys(group(answer) for answer in run.page_answers if is_bad(answer))
    steady = _steady_sources(run, recent)
    return [
        *(LossWatch(name) for name in run.lost if name not in _BESIDE | {"body"}),
        *(ToldFieldWatch(name) for name in _OWN if name in run.coverage and _told(run, name)),
        *map(FieldWatch, fields),
        *map(RefusalWatch, reasons),
        *map(AnswerWatch, answers),
        *(SourceWatch(url, passing=SourceWatch(url).passes(run)) for url in steady),
        *map(StandstillWatch, steady),
    ]


def _steady_sources(run: Run, recent: Sequence[Run]) -> list[str]:
    """Sources of `run` that most runs ask: not a page of an archive, nor a sitemap of one month."""
    asking = [each for each in recent if each.sources]
    seen = Counter(url for each in asking for url in {source.url for source in each.sources})
    return [url for url in dict.fromkeys(source.url for source in run.sources) if seen[url] >= 0.8 * len(asking)]


def pages_read(run: Run) -> int:
    """Articles that were read from pages. None is without headline, so that its coverage counts them all."""
    return max((coverage.found for coverage in run.coverage.values()), default=0)


def gives(source: SourceReport) -> bool:
    """Whether a look at a source brought links, or the news that those of the look before are still all: an empty feed that stays as it
    is gives nothing."""
    return source.outcome in ANSWERED and source.links > 0


def answer_of(source: SourceReport) -> str:
    """The status of the source's answer, or the name of the failure."""
    return str(source.status) if source.status else source.outcome


def percent(share: float) -> str:
    """A share in words: all, none, or whole percent that never claim to be all or none when they are not."""
    return f"{min(99, max(1, round(100 * share)))} %" if 0.002 < share < 0.998 else f"{round(100 * share)} %"
