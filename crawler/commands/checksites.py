"""`scrapy checksites [SITE…]`: loads and checks site configs; with --live, tries each on its live site, storing nothing."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich import box
from rich.table import Table
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.commands import console, ends_plainly, plain, settings_from_command_line
from crawler.errors import CrawlerError, ExitCode
from crawler.fleet import Fleet, Turn, worst
from crawler.formats.archive import Archive
from crawler.formats.site import Site, check_sites
from crawler.livecheck import FIELDS, Field, LiveCheck, live_check

GRACE_S = 20.0
"""Seconds that a sample is given to end by itself: nothing of it is kept."""
_STYLES = {"ok": "green", "faulty": "bold yellow", "failed": "bold red"}


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] [SITE ...]"

    def short_desc(self) -> str:
        return "Check site configs: one line for each good one, every fault of the others; --live tries them"

    def long_desc(self) -> str:
        return (
            "Check site configs: one line for each good one, every fault of the others. With --live, each config is tried on its live "
            "site as well, by a real crawl of every source and of a few articles, into a temporary folder: the archive is neither "
            "written nor locked, and nobody is told."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--live", action="store_true", help="try each config on its live site, storing nothing")
        parser.add_argument("--json", action="store_true", help="with --live: print JSON, for programs")
        parser.add_argument(
            "--pages", type=int, default=3, metavar="N", help="with --live: articles fetched of each (default: %(default)s)"
        )
        parser.add_argument("--jobs", type=int, default=4, metavar="N", help="with --live: sites tried at once (default: %(default)s)")
        parser.add_argument(
            "--max-minutes", type=float, default=5.0, metavar="M", help="with --live: longest time for one site (default: %(default)g)"
        )

    @ends_plainly
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if opts.pages < 1 or opts.jobs < 1 or opts.max_minutes <= 0:
            raise UsageError("--pages and --jobs are at least 1, --max-minutes more than 0", print_help=False)
        if opts.json and not opts.live:
            raise UsageError("--json goes with --live", print_help=False)
        assert self.settings is not None, "Scrapy gives every command its settings before it runs"
        try:
            sites, faults = check_sites(Path(self.settings["CONFIGS_DIR"]), args)
            for fault in faults:
                print(fault, file=sys.stderr)
            if faults:
                files = len({fault.place.file for fault in faults})
                print(f"{len(faults)} fault{'s' * (len(faults) != 1)} in {files} file{'s' * (files != 1)}", file=sys.stderr)
                self.exitcode = ExitCode.USAGE
            if opts.live:
                self._try(list(sites.values()), opts)
            else:
                print("".join(f"{describe(site)}\n" for site in sites.values()), end="")
        except CrawlerError as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_code

    def _try(self, sites: list[Site], opts: argparse.Namespace) -> None:
        """Tries the sites, prints what came of it, and sets the exit code."""
        assert self.settings is not None
        with tempfile.TemporaryDirectory(prefix="newsarchive-live-") as scratch:
            passed_on = settings_from_command_line(self.settings)
            places = ["-s", f"CONFIGS_DIR={Path(self.settings['CONFIGS_DIR']).resolve()}", "-s", f"ARCHIVE_DIR={scratch}"]
            sample = ["-a", f"sample={opts.pages}", *passed_on, *places, "-s", "PROGRESS_ENABLED=False"]
            fleet = Fleet(
                lambda site: [sys.executable, "-m", "crawler", "crawl", site, *sample],
                jobs=opts.jobs,
                limit_s=opts.max_minutes * 60,
                grace_s=GRACE_S,
                silent=True,
            )
            checks = sorted(tried(sites, Archive(scratch), fleet), key=lambda check: check.site)
        print(json.dumps([check.as_json() for check in checks], ensure_ascii=False, indent=2)) if opts.json else show(checks)
        codes = [*(check.exit_code for check in checks), *([self.exitcode] if self.exitcode else [])]
        self.exitcode = 128 + fleet.interrupted if fleet.interrupted else worst(codes)


def tried(sites: list[Site], scratch: Archive, fleet: Fleet) -> Iterator[LiveCheck]:
    """Each site's check as its sample ends; what was taken of it is in `scratch`."""
    configs = {site.key: site for site in sites}
    turns = (Turn(key, scratch.site(key).due_lock.acquire()) for key in configs)
    for ended in fleet.run(turns):
        yield live_check(configs[ended.site], scratch.site(ended.site), ended.code)


def describe(site: Site) -> str:
    """One line about a site: key, URL, where articles come from and when it is due."""
    kinds = [kind for source in site.discover for kind in type(source).model_fields]
    sources = ", ".join(kinds) or "found by itself"
    return f"{site.key}: {site.url} — sources: {sources}; schedule: {site.schedule or 'none'}"


def show(checks: list[LiveCheck]) -> None:
    """All sites in one table, and below it what is wrong and what to know, site by site."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("site", "state", "sources", "addresses", "articles"):
        table.add_column(name, no_wrap=True, justify="left" if name in ("site", "state") else "right")
    for name in FIELDS:
        table.add_column(name, overflow="fold")
    for check in checks:
        giving = sum(bool(look["links"]) for look in check.sources)
        links = sum(look["links"] for look in check.sources)
        read = next((field.of for field in check.fields.values()), 0)
        counts = [f"{giving} of {len(check.sources)}", f"{links}", f"{read} of {len(check.pages)}"]
        fields = [plain(in_words(check.fields.get(name))) for name in FIELDS]
        table.add_row(plain(check.site), plain(check.state, style=_STYLES[check.state]), *map(plain, counts), *fields)
    out = console()
    out.print(table)
    for check in checks:
        for problem in check.problems:
            out.print(plain(f"{check.site}: {problem}"), soft_wrap=True)
        for remark in check.remarks:
            out.print(plain(f"{check.site}: to know: {remark}"), soft_wrap=True)


def in_words(field: Field | None) -> str:
    """On how many articles a field was found and by which methods, such as `3 of 3: json-ld`."""
    if field is None:
        return ""
    return f"{field.found} of {field.of}" + (f": {', '.join(field.methods)}" if field.methods else "")
