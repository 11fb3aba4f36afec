"""A news blog that does not exist, and the reports of the runs that would crawl it: noisy, seasonal, and broken on demand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp
from statistics import median

from crawler.clock import rfc3339
from crawler.formats.finding import Finding
from crawler.formats.run import Coverage, Run, SourceReport, exit_code
from crawler.health import PAST, findings

BEGIN = datetime(2026, 1, 1, 3, tzinfo=UTC)
FEED = "https://blog.example/feed.xml"
SITEMAP = "https://blog.example/sitemap.xml"
HOME = "https://blog.example/"

EVERY_DAY = (1.0,) * 7
OFFICE_HOURS = (1.2, 1.2, 1.1, 1.2, 1.0, 0.15, 0.05)
NO_SUNDAYS = (1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.0)

COVERED = {"headline": 1.0, "body": 1.0, "section": 0.98, "authors": 0.93, "published": 1.0, "summary": 0.6, "tags": 0.8, "images": 0.9}


@dataclass
class Blog:
    """How a blog publishes and how it is crawled. `broken` holds the names of breakages that are in force."""

    seed: int
    articles_a_day: float
    runs_a_day: int = 1
    week: tuple[float, ...] = EVERY_DAY
    burstiness: float = 0.3
    """Standard deviation of a day's own factor, as a logarithm."""
    notes: float = 0.0
    """Share of articles that are short notes without section and summary, most of them at the weekend."""
    holidays: frozenset[int] = frozenset()
    """Days of the year without any article."""
    hiccups: float = 0.005
    """Share of runs in which the feed does not answer."""
    outages: float = 0.003
    """Share of runs in which nothing answers."""
    bad_pages: float = 0.01
    unfed: float = 0.01
    """Share of articles that the front page names and the feed does not."""
    broken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.known = 0
        self.number = 0
        self.luck = 40.0  # a first run brings the past
        self.on_front_page = 0
        """Articles that only the front page names, newer than all that the feed does."""
        self.last_news = BEGIN
        self.failed = False
        """Whether no page was there in the last run, not even one that was known."""

    def runs(self, days: int) -> Iterator[Run]:
        """Its next runs in the order of time; what is in `broken` when one is asked for is what it meets."""
        for _ in range(days * self.runs_a_day):
            yield self.run(BEGIN + timedelta(days=1) * self.number / self.runs_a_day, self.luck)
            self.number += 1
            if self.number % self.runs_a_day == 0 or self.number == 1:
                self.luck = exp(self.random.gauss(0, self.burstiness) - self.burstiness**2 / 2)

    def run(self, moment: datetime, luck: float) -> Run:
        day = moment - timedelta(days=1 / self.runs_a_day)  # what was published since the run before
        mean = self.articles_a_day / self.runs_a_day * self.week[day.weekday()] * luck
        if day.timetuple().tm_yday in self.holidays or self.broken & {"silent"}:
            mean = 0
        published = self.poisson(mean)
        unfed = published if "feed frozen" in self.broken else sum(self.random.random() < self.unfed for _ in range(published))
        published -= unfed
        self.on_front_page = 0 if published else self.on_front_page + unfed
        report = Report(self, moment)
        if self.random.random() < self.outages or "down" in self.broken:
            return report.outage()
        feed_fails = self.random.random() < self.hiccups or self.broken & {"feed gone", "feed empty", "feed forbidden"}
        found = self.poisson(published * 0.2) if feed_fails else published
        tried = 0 if found or feed_fails else self.tried(moment)
        report.sources(feed_fails=bool(feed_fails), new=published, tried=tried)
        self.on_front_page -= tried
        self.last_news = moment if found else self.last_news
        found += tried
        for _ in range(found):
            report.page(weekend=day.weekday() >= 5)
        for _ in range(self.poisson(2 * luck / self.runs_a_day if luck < 40 else 0)):
            report.page(weekend=day.weekday() >= 5, again=True)
        if (report.in_vain or self.failed) and not report.lengths:
            report.witness()
        self.failed = bool(report.witnesses) and not report.lengths
        return report.close(new=found)

    def tried(self, moment: datetime) -> int:
        """Articles that are taken from the front page, which is asked when the feed is silent for longer than it should be."""
        silence = (moment - self.last_news) / timedelta(days=1)
        doubted = silence >= 20 / 24 and silence * self.articles_a_day >= 1 and self.number >= 14 * self.runs_a_day
        return min(50, self.on_front_page) if doubted else 0

    def poisson(self, mean: float) -> int:
        count, left = 0, mean
        while (left := left - self.random.expovariate(1)) > 0:
            count += 1
        return count


class Report:
    """A run's report in the making."""

    def __init__(self, blog: Blog, moment: datetime):
        self.blog = blog
        self.random = blog.random
        self.moment = moment
        self.requests: dict[str, int] = {"200": 1}  # robots.txt
        self.urls: dict[str, int] = {"robots": 1}
        self.refusals: dict[str, int] = {}
        self.looks: list[SourceReport] = []
        self.found = dict.fromkeys(COVERED, 0)
        self.lengths: list[int] = []
        self.reread = 0
        self.lost: dict[str, int] = {}
        self.in_vain = 0
        self.pages: dict[str, int] = {}
        self.witnesses: dict[str, str] = {}

    def count(self, counts: dict[str, int], name: str) -> None:
        counts[name] = counts.get(name, 0) + 1

    def sources(self, *, feed_fails: bool, new: int, tried: int) -> None:
        broken = self.blog.broken
        status = 404 if "feed gone" in broken else 403 if "feed forbidden" in broken else 200 if "feed empty" in broken else 503
        if feed_fails:
            self.look("feed", FEED, "source" if status == 200 else "http-error", status, 0)
        elif not new and self.random.random() < 0.7:
            self.look("feed", FEED, "not-modified", 304, 20, missed=tried)
        else:
            self.look("feed", FEED, "source", 200, 20, named=new, missed=tried)
        if tried:
            self.look("listing", HOME, "source", 200, 20)
        self.look("sitemap", SITEMAP, "source", 200, 500)

    def look(self, kind: str, url: str, outcome: str, status: int | None, links: int, named: int = 0, missed: int = 0) -> None:
        self.count(self.requests, str(status or outcome))
        self.count(self.urls, outcome)
        time = rfc3339(self.moment)
        self.looks.append(
            SourceReport.model_construct(
                kind=kind,
                url=url,
                time=time,
                outcome=outcome,
                status=status,
                links=links,
                unchanged=False,
                newest=rfc3339(self.blog.last_news),
                named=named,
                missed=missed,
            )
        )

    @property
    def ahead(self) -> timedelta:
        """By how much the blog's clock is wrong."""
        broken = self.blog.broken
        return timedelta(days=2) if "clock ahead" in broken else -timedelta(days=400) if "clock behind" in broken else timedelta(0)

    def outage(self) -> Run:
        self.requests = {"503": 1}
        self.look("feed", FEED, "http-error", 503, 0)
        self.look("sitemap", SITEMAP, "http-error", 503, 0)
        return self.close(new=0)

    def witness(self) -> None:
        """A known article is asked for, because no page of the run was one."""
        self.page(weekend=False, again=True)
        outcome = "article-unchanged" if self.lengths else "refused" if self.refusals else "http-error"
        self.witnesses = {"https://blog.example/known": outcome}

    def page(self, *, weekend: bool, again: bool = False) -> None:
        chance, broken = self.random.random(), self.blog.broken
        if "forbidden" in broken or chance < self.blog.bad_pages / 2:
            for counts in (self.requests, self.pages):
                self.count(counts, "403" if "forbidden" in broken else "500")
            self.count(self.urls, "http-error")
            self.in_vain += 1
            return
        for counts in (self.requests, self.pages):
            self.count(counts, "200")
        if "consent wall" in broken or "headline gone" in broken or chance < self.blog.bad_pages:
            self.count(self.urls, "refused")
            self.in_vain += 1
            self.count(
                self.refusals, "consent-wall" if "consent wall" in broken else "no-headline" if "headline gone" in broken else "soft-404"
            )
            return
        self.count(self.urls, "article-new")
        note = self.random.random() < self.blog.notes * (2 if weekend else 0.8)
        self.article(note)
        if again:
            self.reread += 1
            self.lose(note)

    def lose(self, note: bool) -> None:
        """What a known article has lost since it was read before: what broke, or what an editor took away."""
        for name, breakage in {"section": "section gone", "published": "dates gone", "body": "teasers only"}.items():
            had = not (note and name == "section") and self.random.random() < COVERED[name]
            if had and (breakage in self.blog.broken or self.random.random() < 0.004):
                self.count(self.lost, name)

    def article(self, note: bool) -> None:
        gone = {"section gone": "section", "dates gone": "published"}
        missing = {gone[name] for name in self.blog.broken if name in gone} | ({"section", "summary"} if note else set())
        for name, share in COVERED.items():
            self.found[name] += name not in missing and self.random.random() < share
        length = self.random.lognormvariate(6 if note else 8, 0.6)
        self.lengths.append(round(length / 8 if "teasers only" in self.blog.broken else length))

    def close(self, *, new: int) -> Run:
        known, self.blog.known = self.blog.known, self.blog.known + new
        fed = "section" if "section by the feed only" in self.blog.broken else None
        coverage = {
            name: Coverage(found=found, methods={"feed" if name == fed else "page": found}, missing="https://blog.example/a")
            for name, found in self.found.items()
        }
        stored = min(new, len(self.lengths))
        newest = rfc3339(self.moment - timedelta(hours=self.random.random() * 24) + self.ahead)
        draft = Run.model_construct(
            id=self.moment.strftime("%Y%m%dT%H%M%S000Z-00000000"),
            site="demo",
            mode="update",
            started=rfc3339(self.moment),
            finished=rfc3339(self.moment + timedelta(minutes=5)),
            end="finished",
            config_digest="sha256:0",
            known_articles=known,
            requests=self.requests,
            page_answers=self.pages,
            urls=self.urls,
            refusals=self.refusals,
            examples=dict.fromkeys([*self.refusals, "http-error"], "https://blog.example/x"),
            articles={"new": stored} if stored else {},
            coverage=coverage if self.lengths else {},
            median_body_length=int(median(self.lengths)) if self.lengths else None,
            sources=self.looks,
            reread=self.reread,
            lost=self.lost,
            witnesses=self.witnesses,
            newest_article=newest if stored and self.found["published"] else None,
            newest_new=newest if stored and self.found["published"] else None,
            clock_offset=self.ahead / timedelta(seconds=1) + self.random.gauss(0, 3),
        )
        return draft.model_copy(update={"exit_code": int(exit_code(draft))})


@dataclass
class History:
    """A blog's runs with what health found in each."""

    runs: list[Run] = field(default_factory=list)

    def add(self, run: Run) -> list[Finding]:
        """Judges `run`, keeps it, and gives the findings that the run before did not have."""
        now = datetime.fromisoformat(run.finished)
        past = [each for each in self.runs[-5000:] if datetime.fromisoformat(each.started) > now - PAST]
        found = findings(run, past, now)
        before = {finding.key for finding in self.runs[-1].findings} if self.runs else set()
        self.runs.append(run.model_copy(update={"findings": found, "exit_code": run.exit_code or (70 if found else 0)}))
        return [finding for finding in found if finding.key not in before]
