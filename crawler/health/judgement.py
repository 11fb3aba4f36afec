"""From comparisons to findings.

False alarms are the enemy. A site may raise one of each kind in five years by chance (`FALSE_ALARMS`; on simulated years it is one of all
kinds in thirteen), and that allowance is divided among all the tests of all its runs, so that a site that is run each half hour needs
stronger evidence from each run than one that is run at night.

A finding stays until the site is as before, also through runs that say nothing about it; what has been so for a month is the new usual.
What follows from another finding is not told: pages that are refused bring no new articles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import exp, log, sqrt

from crawler.formats.finding import Finding, FindingKind
from crawler.formats.run import Brief, Run
from crawler.health.clocks import LEAST_RUNS as _LEAST_RUNS
from crawler.health.clocks import (
    age,
    clock_fault,
    future_fault,
    is_ahead,
    is_dated_otherwise,
    is_of_the_future,
    limit_of_age,
    newest_of,
    server_fault,
    started,
)
from crawler.health.lengths import LEAST_RUNS, Length, UsualLength
from crawler.health.lengths import WINDOWS as LENGTH_WINDOWS
from crawler.health.shares import LEAST_CHANGE, PRIOR_RUN, Count, Usual, total
from crawler.health.watches import (
    PATIENCE,
    AnswerWatch,
    FieldWatch,
    LossWatch,
    OwnFieldWatch,
    RefusalWatch,
    SourceWatch,
    StandstillWatch,
    ToldFieldWatch,
    Watch,
    watches,
)
from crawler.health.yields import WINDOWS, day_counts, is_back, silence

PAST = timedelta(days=90)
"""How much of a site's past is worth handing over."""

MOST = 750
"""Reports of the past that are compared one by one: 90 days of a site that is run eight times a day, two weeks of one that is run each half
hour. Reading and judging them takes 80 ms."""

NEW_USUAL = timedelta(days=30)
"""What has been wrong for so long is how the site is now."""

FALSE_ALARMS = 0.2
"""A site's false alarms in a year, for each kind of finding, if its past were all chance."""

_TESTS = 75  # shares of pages that a usual run is judged by, each over four windows, and lengths
_LEAST_COUNTED = 12  # pages; fewer make no past
_FIELDS = 9  # of which a site may lose one wholly: as many chances of a false alarm
_BY_SUBJECT: dict[FindingKind, type[Watch]] = {
    "coverage": FieldWatch,
    "refusals": RefusalWatch,
    "responses": AnswerWatch,
    "source": SourceWatch,
    "standstill": StandstillWatch,
}
_EXPLAINS: dict[FindingKind, frozenset[FindingKind]] = {
    "yield": frozenset({"refusals", "responses", "source", "standstill"}),
    "source": frozenset({"responses"}),
    "age": frozenset({"refusals", "responses", "source", "standstill", "coverage", "clock"}),
    "dates": frozenset({"clock"}),
}
"""By which other findings a finding is explained."""


def findings(run: Run, past: Sequence[Run], now: datetime, earlier: Sequence[Brief] = ()) -> list[Finding]:
    """What is wrong with `run`, seen from the `past` (reports of the same site in the order of time) at `now`. `earlier` says of the
    update runs before those of `past` how many new articles they brought.

    The findings of the past's reports are part of it: what was found before and is not mended is found again, in the same words.
    Only runs with mode `update` are judged and compared.
    """
    if run.mode != "update":
        return []
    compared = [each for each in past if each.mode == "update" and each.id != run.id]
    case = _Case(run, compared, now, earlier)
    was_open = {finding.key: finding for finding in (compared[-1].findings if compared else [])}
    lasting = {key: finding for key, finding in was_open.items() if case.lasts(finding)}
    found = {finding.key: finding for finding in case.found() if finding.key not in lasting}
    kinds = {finding.kind for finding in (*lasting.values(), *found.values())}
    told = [finding for finding in found.values() if not _EXPLAINS.get(finding.kind, frozenset()) & kinds]
    return [*lasting.values(), *told]


class _Case:
    """One run, its past, and what was found in it before."""

    def __init__(self, run: Run, past: Sequence[Run], now: datetime, earlier: Sequence[Brief]):
        self.run = run
        self.earlier = earlier
        self.past = past
        self.now = now
        self._flagged: dict[tuple[str, str], dict[str, datetime]] = {}
        """For each finding, the runs that had it and since when."""
        for each in past:
            for finding in each.findings:
                self._flagged.setdefault(finding.key, {})[each.id] = datetime.fromisoformat(finding.since)
        days = max(1.0, (now - started(past[0])) / timedelta(days=1)) if past else 1.0
        self._runs_a_year = max(52.0, 365 * len(past) / days)

    def found(self) -> Iterator[Finding]:
        """What the run itself gives reason to tell."""
        for watch in watches(self.run, self.past):
            yield from self._share(watch)
        yield from self._length()
        yield from self._silence()
        yield from self._dates()
        for example, words in self.run.changed_layouts.items():
            yield self._finding("layout", example, words, {}, example)

    # -- what is usual -------------------------------------------------------------------------------------------------

    def usual(self, kind: FindingKind, subject: str = "") -> list[Run]:
        """The runs of the past that a finding of this kind has not spoilt: without those that had it, unless it became the new usual."""
        flagged = self._flagged.get((kind, subject))
        if not flagged:
            return list(self.past)
        ends = {since: max(started(each) for each in self.past if flagged.get(each.id) == since) for since in set(flagged.values())}
        accepted = [since for since, end in ends.items() if end - since >= NEW_USUAL - timedelta(days=1)]
        begin = max(accepted, default=None)
        return [
            each
            for each in self.past
            if (begin is None or started(each) >= begin) and (each.id not in flagged or flagged[each.id] == begin)
        ]

    # -- what is found -------------------------------------------------------------------------------------------------

    def _share(self, watch: Watch) -> Iterator[Finding]:
        last = watch.count(self.run)
        if last is None or not last.bad or not watch.is_news(self.run):
            return
        counted = [(each, count) for each in self.usual(watch.kind, watch.subject) if (count := watch.count(each)) is not None]
        counted.append((self.run, last))
        news = [(each, count) for each, count in counted if watch.is_news(each)]
        for size in watch.windows:
            base, window = news[:-size], news[-size:]
            if len(base) < _LEAST_RUNS or (watch.kind != "source" and sum(count.of for _, count in base) < _LEAST_COUNTED):
                return
            if self._is_breakage(watch, base, window):
                yield self._share_finding(watch, _usual(watch, base), base[0][0], [count for _, count in window])
                return
        if watch.kind == "coverage" and (first := self._wholly_lost(watch, counted)):
            base, lost = counted[:first], [count for _, count in counted[first:]]
            yield self._share_finding(watch, _usual(watch, base), base[0][0], lost)

    def _is_breakage(self, watch: Watch, base: Sequence[tuple[Run, Count]], window: Sequence[tuple[Run, Count]]) -> bool:
        usual, now = _usual(watch, base), [count for _, count in window]
        if not watch.is_left(usual, total(now)) or not watch.is_left(usual, now[-1]):
            return False
        if total(now).bad < watch.least or (watch.kind == "source" and any(not count.bad for count in now)):
            return False
        if all(watch.passes(each) for each, _ in window) and not _has_lasted(usual, window):
            return False
        tests = max(1, len(self.run.sources)) if watch.kind in ("source", "standstill") else _TESTS
        return usual.chance(now) < FALSE_ALARMS / (tests * self._runs_a_year)

    def _wholly_lost(self, watch: Watch, counted: Sequence[tuple[Run, Count]]) -> int:
        """Since which of the runs that were `counted` every page is bad, where two of them at least brought news, and hardly a run nor
        hardly a page was so before; else 0.

        Runs are judged as well as pages, because the pages of one may be of one hand: two tell, however few their pages, and however many
        runs between them brought none.
        """
        first = next((place + 1 for place in range(len(counted) - 1, -1, -1) if counted[place][1].bad < counted[place][1].of), 0)
        lost = sum(watch.is_news(each) for each, _ in counted[first:])
        past = [Count(int(count.bad == count.of), 1) for each, count in counted[:first] if watch.is_news(each)]
        if lost < 2 or len(past) < _LEAST_RUNS:
            return 0
        looks_a_year = self._runs_a_year * (len(past) + lost) / (len(self.past) + 1)
        pages = total([count for each, count in counted[first:] if watch.is_news(each)])
        by_run = Usual.of(past, PRIOR_RUN).chance([Count(lost, lost)])
        by_page = Usual.of([count for _, count in counted[:first]], PRIOR_RUN).chance([pages])
        matters = watch.is_left(_usual(watch, counted[:first]), pages)
        return first if matters and max(by_run, by_page) < FALSE_ALARMS / (_FIELDS * looks_a_year) else 0

    def _share_finding(self, watch: Watch, usual: Usual, first: Run, window: Sequence[Count]) -> Finding:
        now = total(window)
        figures = {"usual": round(usual.share, 4), "now": round(now.share, 4), "bad": now.bad, "of": now.of, "runs": len(window)}
        words = watch.words(self.run, usual.share, now, self._stretch(first))
        return self._finding(watch.kind, watch.subject, words, figures, watch.example(self.run))

    def _length(self) -> Iterator[Finding]:
        now = Length.of(self.run)
        lengths = [(each, length) for each in self.usual("body-length") if (length := Length.of(each)) is not None]
        if now is None:
            return
        for size in LENGTH_WINDOWS:
            base, window = lengths[: len(lengths) - size + 1], [length for _, length in lengths[len(lengths) - size + 1 :]]
            if len(base) < LEAST_RUNS:
                return
            usual = UsualLength.of([length for _, length in base])
            if usual.chance([*window, now]) < FALSE_ALARMS / (_TESTS * self._runs_a_year) or (usual.is_left(now) and self._are_cut()):
                characters = round(exp(now.level))
                words = (
                    f"bodies were {usual.characters:,} characters long {self._stretch(base[0][0])} (median), now {characters:,}: "
                    "the layout may have changed, or only the beginning is shown"
                )
                yield self._finding("body-length", "", words, {"usual": usual.characters, "now": characters, "of": now.pages})
                return

    def _are_cut(self) -> bool:
        """Whether known articles have lost more than half of their bodies, more of them than chance would have it."""
        return any(self._share(LossWatch("body")))

    def _silence(self) -> Iterator[Finding]:
        recent, usual = self._days()
        told = self._flagged.get(("yield", ""), {})
        since_told = min(((self.now - started(each)) // timedelta(days=1) for each in self.past if each.id in told), default=WINDOWS[-1])
        for days in (window for window in WINDOWS if window <= since_told):  # a silence that is over is not told again
            look = silence(recent, usual, days)
            if look and look.chance < FALSE_ALARMS / (365 * len(WINDOWS)):
                came = f"{look.came} new article{'s' * (look.came != 1)}" if look.came else "no new article"
                words = (
                    f"{came} in {days} days, when {look.expected:.0f} were to be expected by the weeks before: "
                    "the site is silent, or what it publishes is not found any more"
                )
                yield self._finding("yield", "", words, {"usual": round(look.expected, 1), "now": look.came, "days": days})
                return

    def _dates(self) -> Iterator[Finding]:
        if words := clock_fault(self.run, self.past):
            yield self._finding("clock", "", words, {})
        if words := server_fault(self.run, self.usual("clock", "server"), self._stretch(self.past[0]) if self.past else ""):
            yield self._finding("clock", "server", words, {"now": round(self.run.clock_offset or 0)})
        if words := future_fault(self.run, self.usual("dates")):
            yield self._finding("dates", "", words, {})
        yield from self._age()

    def _age(self) -> Iterator[Finding]:
        bringing = [each for each in self.usual("age") if age(each) is not None]
        now = age(self.run)
        limit = limit_of_age(bringing[:-1])
        if now is None or limit is None or now <= limit or (age(bringing[-1]) or now) <= limit:
            return
        words = (
            f"the newest of the new articles is {now.days} days old, when it was never older than {limit.days // 3 + 1} days: "
            "only old pages are found, or dates are misread"
        )
        yield self._finding("age", "", words, {"usual": round(limit / timedelta(days=3), 2), "now": round(now / timedelta(days=1), 2)})

    # -- what lasts ----------------------------------------------------------------------------------------------------

    def lasts(self, finding: Finding) -> bool:
        """Whether what was found in an earlier run is not mended, or this run says nothing about it."""
        if finding.key == ("clock", "server"):
            return is_dated_otherwise(self.run) is not False
        if finding.kind in ("clock", "layout") or self.now - datetime.fromisoformat(finding.since) > NEW_USUAL:
            return False
        if finding.kind in _BY_SUBJECT:
            return self._share_lasts(self._watch(finding), finding)
        if finding.kind == "body-length":
            length = Length.of(self.run)
            return length is None or length.level < log(sqrt(finding.figures["usual"] * max(1.0, finding.figures["now"])))
        if finding.kind == "yield":
            return not is_back(*self._days())
        if finding.kind == "age":
            old = age(self.run)
            return old is None or old > timedelta(days=max(1.0, finding.figures["now"] / 2))
        return newest_of(self.run) is None or is_ahead(self.run) or is_of_the_future(self.run)

    def _watch(self, finding: Finding) -> Watch:
        """By what to judge whether a finding lasts. A field that pages used to tell themselves is not back when only a source tells it."""
        watch, told = _BY_SUBJECT[finding.kind](finding.subject), ToldFieldWatch(finding.subject)
        if finding.kind != "coverage":
            return watch
        counts = [count for each in self.usual(finding.kind, finding.subject) if (count := told.count(each)) is not None]
        return OwnFieldWatch(finding.subject) if counts and total(counts).share < LEAST_CHANGE else watch

    def _share_lasts(self, watch: Watch, finding: Finding) -> bool:
        last = watch.count(self.run)
        before = next((count for each in reversed(self.past) if (count := watch.count(each)) is not None), None)
        halfway = (finding.figures["usual"] + finding.figures["now"]) / 2
        if last is None or last.share > halfway:
            return True
        return before is not None and watch.kind not in ("source", "standstill") and total([before, last]).share > halfway

    # -- words ---------------------------------------------------------------------------------------------------------

    def _days(self) -> tuple[list[int | None], list[int | None]]:
        """New articles a day as they came, and those of them that are usual: without days that a finding explains, or spoils."""
        runs = [*self.earlier, *map(Brief.of, [*self.past, self.run])]
        explained = {run for (kind, _), found in self._flagged.items() if kind in _EXPLAINS["yield"] for run in found}
        explained |= {run.id for run in self.earlier if run.findings}
        spoilt = explained | set(self._flagged.get(("yield", ""), {}))
        return day_counts(runs, self.now, without=frozenset(explained)), day_counts(runs, self.now, without=frozenset(spoilt))

    def _stretch(self, first: Run) -> str:
        days = max(1, round((self.now - started(first)) / timedelta(days=1)))
        return f"for {days} days" if days > 1 else "for a day"

    def _finding(self, kind: FindingKind, subject: str, message: str, figures: dict[str, float], example: str | None = None) -> Finding:
        return Finding(
            kind=kind, subject=subject, site=self.run.site, message=message, figures=figures, example=example, since=self.run.started
        )


def _usual(watch: Watch, base: Sequence[tuple[Run, Count]]) -> Usual:
    return Usual.of([count for _, count in base], watch.prior)


def _has_lasted(usual: Usual, window: Sequence[tuple[Run, Count]]) -> bool:
    """Whether it was so in every run of the window, and for longer than what passes by itself."""
    first, last = window[0][0], window[-1][0]
    return all(usual.is_left(count) for _, count in window) and started(last) - started(first) >= PATIENCE
