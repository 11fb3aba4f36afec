"""`scrapy status`: all sites in one table, or one site with its past."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.clock import clock
from crawler.commands import console, ends_plainly, plain
from crawler.errors import ArchiveDamaged, ConfigError, ExitCode
from crawler.formats.archive import Archive
from crawler.formats.site import Site, check_sites
from crawler.schedule import since_last_whole
from crawler.status import Day, Status, days, sparkline, status

if TYPE_CHECKING:
    import argparse

DAYS = 60
"""Days of the past that `--site` shows."""
_STYLES = {"ok": "green", "running": "cyan", "never run": "dim", "no config": "dim", "interrupted": "yellow"}


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def short_desc(self) -> str:
        return "Show how all sites stand, or one site with its past"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")
        parser.add_argument("--site", metavar="SITE", help="one site, with its past")

    @ends_plainly
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError("name a site with --site")
        assert self.settings is not None, "Scrapy gives every command its settings before it runs"
        archive, now = Archive(self.settings["ARCHIVE_DIR"]), clock(self.settings["NOW"])()
        try:
            sites, faults = check_sites(Path(self.settings["CONFIGS_DIR"]), [opts.site] if opts.site else [])
        except ConfigError as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_code
            return
        for fault in faults:
            print(fault, file=sys.stderr)
            self.exitcode = ExitCode.USAGE
        if opts.site:
            self._one(opts.site, sites.get(opts.site), archive, now, as_json=opts.json)
        else:
            keys = sorted({*sites, *archive.sites()})
            show([look(key, sites.get(key), archive, now) for key in keys], now, as_json=opts.json)

    def _one(self, key: str, site: Site | None, archive: Archive, now: datetime, *, as_json: bool) -> None:
        found = look(key, site, archive, now)
        try:
            past = days(archive.site(key).runs_since(now - timedelta(days=DAYS)), now, DAYS)
        except ArchiveDamaged:  # `found` says so
            past = []
        if as_json:
            print(
                json.dumps(
                    {**found.as_json(), "days": [{"day": day.day, "runs": day.runs, "new": day.new, "worst": day.worst} for day in past]}
                )
            )
        else:
            show_one(found, past, now)


def look(key: str, site: Site | None, archive: Archive, now: datetime) -> Status:
    """How a site stands. A report that cannot be read is what there is to say about it."""
    place = archive.site(key)
    try:
        runs = since_last_whole(place.runs(newest_first=True), now)
    except ArchiveDamaged as error:
        return Status(key, "damaged", findings=(str(error),))
    unreported = place.lock.was_taken() and not place.reports()
    return status(key, site, runs, now, running=place.lock.is_held(), unreported=unreported)


def show(found: list[Status], now: datetime, *, as_json: bool) -> None:
    """Prints all sites: as a JSON list, or as a table."""
    if as_json:
        print(json.dumps([each.as_json() for each in found], ensure_ascii=False, indent=2))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("site", "last run", "next run"):
        table.add_column(name, no_wrap=True)
    for name in ("new", "revised", "gone"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("finding", overflow="fold", ratio=1)
    for each in found:
        counts = [plain(str(count)) if each.last_run else plain("") for count in (each.new, each.revised, each.gone)]
        finding = plain(
            each.findings[0] + (f" (and {len(each.findings) - 1} more)" if len(each.findings) > 1 else "") if each.findings else ""
        )
        table.add_row(plain(each.site), plain(ago(each.last_run, now)), plain(until(each.next_run, now)), *counts, state(each), finding)
    console().print(table)


def show_one(found: Status, past: list[Day], now: datetime) -> None:
    """Prints one site: how it stands, what is wrong, and its new articles day by day."""
    out = console()
    out.print(plain(f"{found.site}: "), state(found), sep="")
    out.print(plain(f"last run {ago(found.last_run, now) or 'never'}, next run {until(found.next_run, now) or 'by hand'}"))
    for finding in found.findings:
        out.print(plain(f"- {finding}"))
    if past:
        counts = [day.new for day in past]
        highest = max((count for count in counts if count is not None), default=0)
        out.print(plain(f"new articles a day, {past[0].day} to {past[-1].day}, at most {highest}:"))
        out.print(plain(sparkline(counts), keep_spaces=True))
        out.print(plain("".join(" " if day.worst in ("ok", None) else "!" for day in past), keep_spaces=True), style="red")


def state(found: Status) -> Text:
    """The state in its colour."""
    return Text(found.state, style=_STYLES.get(found.state, "bold red"))


def ago(moment: datetime | None, now: datetime) -> str:
    """`3 h ago`, or nothing."""
    return f"{span(now - moment)} ago" if moment else ""


def until(moment: datetime | None, now: datetime) -> str:
    """`in 12 min`, `due`, or nothing."""
    if moment is None:
        return ""
    return f"in {span(moment - now)}" if moment > now else "due"


def span(time: timedelta) -> str:
    """A time in one unit."""
    seconds = max(0, round(time.total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size or (unit != "min" and seconds >= 1.5 * size):
            return f"{round(seconds / size)} {unit}"
    return f"{seconds} s"
