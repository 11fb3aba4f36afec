"""One run of one site: the thing that the crawl writes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

from crawler import health
from crawler.clock import Now
from crawler.discovery import Document, Findings, Link, Source
from crawler.discovery.comparison import Comparison
from crawler.errors import ArchiveDamaged, ArchiveError, ArchivingForbidden
from crawler.extraction.standing import Standing
from crawler.formats.archive import Archive, SiteArchive, new_run_id
from crawler.formats.article import RecordRef
from crawler.formats.capture import Capture
from crawler.formats.run import FAILED, Mode, Outcome, Run
from crawler.formats.site import Site, config_digest
from crawler.index import Index
from crawler.index.events import redirect_target
from crawler.store.agenda import Agenda
from crawler.store.amendments import Amendments
from crawler.store.answers import Answers
from crawler.store.files import RESERVE, RunFiles, repair
from crawler.store.keeping_up import KeepingUp
from crawler.store.ledger import Ledger
from crawler.store.life import Life
from crawler.store.noarchive import forbids_archiving
from crawler.store.pages import Pages
from crawler.store.polls import Polls
from crawler.store.readings import Readings
from crawler.store.report import Beginning, concluded, detected, end_of, report, warc_information, without_validators
from crawler.store.retellings import Retellings
from crawler.store.robots import RobotsMemory
from crawler.store.tally import Tally
from crawler.store.unlisted import Unlisted
from crawler.store.vanishing import Vanishing
from crawler.store.witnesses import Witnesses


class Store:
    """One run. `begin` takes the site's lock and finishes what an earlier run left; `close` writes the report and gives the lock back.

    After an error of the disk (`failure`) every further write raises it again, and the run ends as unwritable.
    """

    def __init__(
        self,
        archive: Archive,
        paths: SiteArchive,
        site: Site,
        *,
        now: Now,
        mode: Mode,
        info: Mapping[str, str],
        reserve: int,
        believe_vanished: bool,
    ) -> None:
        """Needs the site's lock: `begin` is the way in."""
        self.archive = archive
        self.site = site
        self._paths = paths
        self._now = now
        begun = now()
        self.run_id = new_run_id(begun, paths.last_run_id())
        self._files = RunFiles(paths, self.run_id, now=now, info=info, reserve=reserve)
        self._files.check_space()
        self._index = Index.open(paths)
        self.past: list[Run] = []
        """The reports before this run's, as health compared it with them; there from `close` on."""
        self._beginning = Beginning(self.run_id, site.key, mode, begun, config_digest(site), self._index.articles_known())
        self._tally = Tally(self._index.db)
        self._limited = False
        self.front_page: tuple[Sequence[Source], bool | None] | None = None
        """The sources to which the front page led, and whether it is needed besides them; None where it showed nothing new."""
        self._ledger = Ledger(self._files, self._index, self._tally, now)
        life = Life(self._index, paths)
        self._polls = Polls(self._ledger, self._index)
        self._keeping_up = KeepingUp(self._index, now, self.run_id)
        self._vanishing = Vanishing(self._ledger, self._index, life, believe=believe_vanished)
        self._readings = Readings(archive, self._index)
        self._unlisted = Unlisted(self._index)
        self.retellings = Retellings(self._index, now, lambda known: paths.read_line(known.place))
        """What sources say now of known articles otherwise than they did."""
        witnesses = Witnesses(paths, self._index, self._tally)
        self.agenda = Agenda(
            site, mode, now, self._index, self._ledger, self._polls, self._unlisted, self.retellings, self._keeping_up, witnesses
        )
        """What the run is to ask for."""
        self._answers = Answers(site, self._ledger, self._index, self._vanishing)
        self.robots = RobotsMemory(archive, self._ledger, self._index)
        """What robots.txt said in earlier runs."""
        self.pages = Pages(mode, self._ledger, self._index, life, self._tally, self._vanishing, self.retellings, self._keeping_up)
        """What becomes of the pages that are read."""
        self.amendments = Amendments(self._ledger, self._index, life, self._tally, paths)
        """What is written without asking the site: re-extracted and imported pages."""
        self.changed_layouts: dict[str, str] = {}
        """See the report's key of this name: filled by whoever reads the pages."""
        self.imported: list[Path] = []
        """WARC files of other programs that were read to their end; the report names them."""

    @classmethod
    def begin(
        cls,
        archive: Archive,
        site: Site,
        *,
        now: Now,
        mode: Mode = "update",
        user_agent: str = "",
        warc_info: Mapping[str, str] | None = None,
        reserve: int = RESERVE,
        believe_vanished: bool = False,
    ) -> Self:
        """Begins a run. `warc_info` is added to what each WARC file says of itself; `reserve` bytes of the disk stay free.
        With `believe_vanished`, many articles that are not there at once are no alarm: each is judged as if it were the only one.

        Raises SiteLocked at once, ArchiveUnwritable without room, ArchiveDamaged for files that cannot be read.
        """
        paths = archive.site(site.key)
        lock = paths.lock.acquire()
        store = None
        try:
            repair(paths)
            info = _information(site, user_agent) | dict(warc_info or {})
            store = cls(
                archive,
                paths,
                site,
                now=now,
                mode=mode,
                info=info,
                reserve=reserve,
                believe_vanished=believe_vanished,
            )
            store._index.begin()
            store._answers.finish_earlier()
        except BaseException:
            if store:
                store._index.close()
            lock.release()
            raise
        return store

    @property
    def failure(self) -> ArchiveError | None:
        """The first error of the disk, if there was one."""
        return self._ledger.failure

    @property
    def refused(self) -> int:
        """Pages refused so far."""
        return self._tally.count(frozenset({"refused"}))

    @property
    def failed(self) -> int:
        """URLs without a usable answer so far."""
        return self._tally.count(FAILED - {"cancelled"})

    @property
    def knows_articles(self) -> bool:
        """Whether any article of the site was known before this run."""
        return self._beginning.known_articles > 0

    def original(self, ref: RecordRef) -> RecordRef | None:
        """The record that holds the body of `ref` when `ref` is a revisit; None for a record that has its own."""
        found = self._index.record_with(ref.payload_digest) if ref.payload_digest else None
        return found if found and found.record_id != ref.record_id else None

    def standing(self) -> Standing:
        """The text that is known by now to stand on many pages of the site."""
        return self._index.standing()

    def requested(self, url: str) -> None:
        """`url` is being asked for: it counts as cancelled until something else is said of it."""
        self._tally.asked(url)

    def tried(self, url: str) -> None:
        """`url` is asked for although no source of the site names it."""
        self._ledger.expect(url, "tried", None)
        self._tally.tried(url)

    @property
    def tried_in_vain(self) -> int:
        """How many of those were no articles so far."""
        return self._tally.tried_in_vain

    def write(self, capture: Capture) -> RecordRef:
        """Stores an exchange; nobody may see the response before this returns.

        Raises ArchiveUnwritable, ArchiveDamaged, and ArchivingForbidden where the page asks for it and the config obeys.
        """
        if self.site.crawl.obey_noarchive and forbids_archiving(capture):
            raise ArchivingForbidden(f"{capture.url} asks not to be archived")
        ref = self._ledger.write_capture(capture)
        self._answers.arrived(capture)
        return ref

    def source_before(self, source: Source, capture: Capture) -> Document | None:
        """What a source was at its last reading, where `capture` shows that it has changed; None where that cannot be had."""
        with self._ledger.failing():
            return self._readings.before(source, capture)

    def compared(self, source: Source, findings: Findings, comparison: Comparison) -> Iterator[None]:
        """A feed, sitemap, API answer or listing was read, and this is how it differs from its last reading. To be taken in before any
        link is due, step by step, so that there can be something else to do in between."""
        with self._ledger.failing():
            for link in findings.links:
                self._unlisted.named(link.url)
                yield
            yield from self._unlisted.read(comparison)
            yield from self.retellings.read(source, comparison)

    def source(self, source: Source, capture: Capture, findings: Findings, *, new: int) -> None:
        """A source that was compared named so many articles; `new` of them are due."""
        self._keeping_up.read(source, findings.links)
        if findings.closed and not self.agenda.has_served(source):
            self._polls.closed(source)
        self._polls.read(source, capture, len(findings.links), new, findings.problems, findings.poll_after)

    def source_unchanged(self, source: Source, capture: Capture) -> None:
        """A source answered 304 to our validators."""
        self._polls.unchanged(source, capture)

    def source_failed(self, source: Source, outcome: Outcome, detail: str = "", capture: Capture | None = None) -> None:
        """A source gave no usable answer."""
        self._polls.failed(source, outcome, detail, capture)
        if capture is None:
            self._tally.unanswered(outcome)

    def source_absent(self, source: Source, capture: Capture) -> None:
        """A place where a source was announced or might have been, but is not: no failure of the site."""
        self._polls.absent(source, capture)

    def answer(self, link: Link, capture: Capture, final_url: str | None = None) -> bool:
        """Whether the answer to a request for an article is a page to extract; what is none is settled here."""
        self._tally.page_answered(str(capture.status), self._ledger.why(link.url))
        if redirect_target(capture):  # one that is not followed has been settled as it came
            self._vanishing.led_on(capture)
            return False
        if 200 <= capture.status < 300 and not self._answers.is_home(final_url or capture.url, link.url):
            return True
        if not self._tally.is_settled(capture.url):
            self._answers.failed(capture)
        return False

    def outcome(self, url: str, outcome: Outcome, detail: str = "", *, status: int | None = None, via: str | None = None) -> None:
        """What became of a URL without a usable answer. A later outcome of the same URL replaces an earlier one."""
        if status is None:
            self._tally.unanswered(outcome)
            self._tally.page_answered(outcome, self._ledger.why(url))
        self._ledger.settle(url, outcome, detail, status=status, via=via)

    def left_out(self, why: str, *, trap: bool) -> None:
        """An address was not asked for, because a limit of the run was reached. Unless it leads into a trap, the next run goes on there."""
        self._tally.left_out[why] += 1
        self._limited |= not trap

    def found_damaged(self, fault: ArchiveDamaged) -> None:
        """A record of an earlier run cannot be read back. The run goes on, and ends as the archive is: damaged."""
        self._ledger.note_damage(fault)

    def slowed_down(self) -> None:
        """The site asked for a slower pace."""
        self._tally.slow_downs += 1

    def close(self, reason: str = "finished") -> Run:
        """Ends the run: closes its files, writes its report, gives the lock back. Never raises for the disk: the report says it.

        `reason` is one of `formats.run.End`, or a closing reason of Scrapy's.
        """
        attempt = self._ledger.attempt
        alarm = attempt(self._vanishing.judge) if not self.failure else None
        files = attempt(self._close_files) or []
        run = self._report(reason, files, alarm)
        path = attempt(lambda: self._paths.write_report(run))
        if path and not self.failure:
            attempt(lambda: self._remember(run, [*files, path]))
        self._index.close()
        self._paths.lock.release()
        if self.failure and run.end != "unwritable":
            run = concluded(run.model_copy(update={"end": "unwritable"}), self.failure)
        return run

    def _close_files(self) -> list[Path]:
        if self._ledger.learnt or self.failure:
            return self._files.close()
        self._files.discard()
        self._index.roll_back()
        self._index.begin()
        return []

    def _report(self, reason: str, files: list[Path], alarm: str | None) -> Run:
        end = "unwritable" if self.failure else end_of(reason)
        if end == "finished" and self._limited:
            end = "limit"
        finished = self._now()
        warcs = [self._paths.relative(file) for file in [*files, *self.imported] if file.name.endswith((".warc.gz", ".warc"))]
        left = self.retellings.sources_left()
        sources = [without_validators(look) if look.url in left else look for look in self._polls.reports]
        run = report(self._beginning, finished, end, warcs, sources, [alarm] if alarm else [], self._tally.report())
        self.past = self._ledger.attempt(lambda: self._paths.runs_since(finished - health.PAST, health.MOST)) or []
        earlier = self._ledger.attempt(lambda: self._index.briefs(finished - health.PAST, self.past[0].id)) if self.past else None
        looks = self._keeping_up.told(run.sources, self.past)
        learnt = {"sources": looks, "changed_layouts": self.changed_layouts, "absent": self._polls.absent_at, "robots": self.robots.reports}
        if end == "finished" and self.front_page:
            served = self._ledger.attempt(lambda: bool(self._index.detected()[0]))
            run = run.model_copy(update={"detected": detected(*self.front_page, served_before=bool(served))})
        run = run.model_copy(update=learnt)
        run = run.model_copy(update={"findings": health.findings(run, self.past, finished, earlier or [])})
        return concluded(run, self.failure or (self._ledger.damage if end in ("finished", "limit") else None))

    def _remember(self, run: Run, files: list[Path]) -> None:
        """The end of the run in the index; where that fails, the next run reads the files instead."""
        self._index.apply(run)
        self._index.commit([self._paths.relative(file) for file in files])


def _information(site: Site, user_agent: str) -> dict[str, str]:
    about = f"crawl of {site.url}; config {config_digest(site)}"
    return warc_information(site.key, about, user_agent, obey_robots=site.crawl.obey_robots, operator=site.contact)
