"""`scrapy crawldue`: the one line in a crontab. Runs what is due, several sites at once."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from crawler.clock import Now, clock
from crawler.commands import ends_plainly, settings_from_command_line
from crawler.errors import ArchiveError, ConfigError, ExitCode, SiteLocked
from crawler.fleet import Ended, Fleet, Turn, worst
from crawler.formats.archive import Archive
from crawler.formats.run import summary_line
from crawler.formats.site import Site, check_sites
from crawler.schedule import next_run, since_last_whole
from crawler.unreported import last_report, report_for

if TYPE_CHECKING:
    import argparse


ALONE = ("-s", "PROGRESS_ENABLED=False")
"""Given to each crawl: live lines of several at once would write over each other."""

SCHEDULED = ("-a", "scheduled=yes")
"""Given to each crawl: nobody waits for it, so a source without news for long is left alone for a while."""

_TOLD_TO_STOP = (-signal.SIGTERM, -signal.SIGINT)
"""How a run ends that is told to stop before it listens: it has stored nothing yet."""


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def short_desc(self) -> str:
        return "Crawl every site that is due by its schedule, several at once"

    def long_desc(self) -> str:
        return (
            "Crawl every site that is due by the schedule of its config, each in a process of its own. Made for a crontab or a timer: "
            "prints nothing when nothing is due, passes over sites that another run holds, and ends with the worst code of its runs."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--jobs", type=int, default=4, metavar="N", help="sites crawled at the same time (default: %(default)s)")
        parser.add_argument(
            "--max-minutes",
            type=float,
            default=240.0,
            metavar="M",
            help="longest time for one run; it is then told to finish, and goes on next time (default: %(default)g)",
        )

    @ends_plainly
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if args or opts.jobs < 1 or opts.max_minutes <= 0:
            raise UsageError("takes no site; --jobs is at least 1, --max-minutes more than 0")
        assert self.settings is not None, "Scrapy gives every command its settings before it runs"
        try:
            self.exitcode = crawl_due(self.settings, jobs=opts.jobs, limit_s=opts.max_minutes * 60)
        except (ConfigError, ArchiveError) as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_code


def crawl_due(settings: BaseSettings, *, jobs: int, limit_s: float) -> int:
    """Runs every site that is due; returns the exit code. A config with faults is told of and holds up no other site."""
    sites, faults = check_sites(Path(settings["CONFIGS_DIR"]))
    for fault in faults:
        print(fault, file=sys.stderr)
    codes: list[int] = []
    passed_on = settings_from_command_line(settings)
    fleet = Fleet(lambda site: [sys.executable, "-m", "crawler", "crawl", site, *SCHEDULED, *passed_on, *ALONE], jobs=jobs, limit_s=limit_s)
    archive, now = Archive(settings["ARCHIVE_DIR"]), clock(settings["NOW"])
    turns = Turns(sites.values(), archive, now)
    for ended in fleet.run(iter(turns)):
        codes.append(code_of(ended))
        if remark := remark_on(ended, limit_s):
            print(remark, file=sys.stderr)
        try:
            if run := report_for(sites[ended.site], archive, ended, turns.before[ended.site], now):
                print(summary_line(run))
        except ArchiveError as error:
            print(error, file=sys.stderr)
    codes += turns.faults
    if turns.taken:
        print(summary(codes, turns.held))
    return 128 + fleet.interrupted if fleet.interrupted else worst([*codes, ExitCode.USAGE] if faults else codes)


class Turns:
    """The sites that are due, the longest overdue first, each with a lock that keeps every other call of the command off it.

    Whether a site is due is asked again under that lock, at the moment when there is a place for it: what another call has run
    in the meantime is not run a second time.
    """

    def __init__(self, sites: Iterable[Site], archive: Archive, now: Now):
        self.sites = sites
        self.archive = archive
        self.now = now
        self.taken = 0
        self.before: dict[str, Path | None] = {}
        """For each site taken, its newest report at that moment."""
        self.held = 0
        """Sites that are due and that another process holds."""
        self.faults: list[int] = []
        """Codes of sites whose part of the archive could not be read or locked."""

    def __iter__(self) -> Iterator[Turn]:
        for _, site in sorted(self._due(), key=lambda entry: (entry[0], entry[1].key)):
            try:
                turn = self._claim(site)
            except ArchiveError as error:
                self._note(error)
                continue
            if turn:
                self.taken += 1
                self.before[site.key] = last_report(self.archive, site.key)
                yield turn

    def _due(self) -> Iterator[tuple[datetime, Site]]:
        for site in self.sites:
            try:
                moment = self._next(site)
            except ArchiveError as error:
                self._note(error)
                continue
            if moment is not None:
                yield moment, site

    def _next(self, site: Site) -> datetime | None:
        """Since when the site is due, or None where it is not."""
        now = self.now()
        if site.schedule is None:
            return None
        runs = since_last_whole(self.archive.site(site.key).runs(newest_first=True), now)
        moment = next_run(site, runs, now)
        return moment if moment is not None and moment <= now else None

    def _claim(self, site: Site) -> Turn | None:
        place = self.archive.site(site.key)
        try:
            turn = Turn(site.key, place.due_lock.acquire())
        except SiteLocked:
            self.held += 1
            return None
        try:
            if place.lock.is_held():  # a crawl by hand
                self.held += 1
            elif self._next(site) is not None:
                return turn
        except ArchiveError:
            turn.lock.release()
            raise
        turn.lock.release()
        return None

    def _note(self, error: ArchiveError) -> None:
        print(error, file=sys.stderr)
        self.faults.append(error.exit_code)


def code_of(ended: Ended) -> int:
    """The exit code of a run; one that was killed counts as failed, one that was told to stop before it could listen as stopped."""
    if ended.code in _TOLD_TO_STOP:
        return 128 - ended.code
    return ended.code if ended.code >= 0 else ExitCode.SITE_FAILED


def remark_on(ended: Ended, limit_s: float) -> str | None:
    """What the run could not say itself."""
    if ended.code < 0 and ended.code not in _TOLD_TO_STOP:
        return f"{ended.site}: killed by signal {-ended.code}" + (f" after {limit_s / 60:g} minutes" if ended.over_time else "")
    return f"{ended.site}: told to finish after {limit_s / 60:g} minutes; goes on next time" if ended.over_time else None


def summary(codes: list[int], held: int) -> str:
    """All runs in one line, such as `crawldue: 12 runs: 10 DONE, 1 SITE_FAILED, 1 HEALTH; 2 held by another run`."""
    names = Counter(ExitCode(code).name if code in list(ExitCode) else f"exit {code}" for code in sorted(codes))
    runs = f"crawldue: {len(codes)} run{'s' * (len(codes) != 1)}: " + ", ".join(f"{count} {name}" for name, count in names.items())
    return runs + (f"; {held} held by another run" if held else "")
