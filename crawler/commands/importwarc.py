"""`scrapy importwarc FILE… --site X`: takes articles out of WARC files of other programs into a site's archive."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.clock import clock
from crawler.commands import configured_site, console, ends_plainly
from crawler.discovery.text import printable
from crawler.errors import CrawlerError, ExitCode
from crawler.formats.archive import Archive
from crawler.stopping import Stopping
from crawler.warcimport import ForeignFile, Outcome, WarcImport


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] FILE ... --site SITE"

    def short_desc(self) -> str:
        return "Take articles out of other programs' WARC files into a site's archive"

    def long_desc(self) -> str:
        return (
            "Take the articles of one site out of WARC files that other programs wrote (CC-NEWS, Heritrix, wget, browsertrix …), plain or "
            "compressed record by record. The files are kept as they are, under archive/SITE/warc/imported/, and the articles point into "
            "them. Importing a file twice adds nothing."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--site", required=True, help="the site whose articles to take: a config in CONFIGS_DIR")
        parser.add_argument("--again", action="store_true", help="read files anew that were imported before, for a config changed since")
        parser.add_argument("--jobs", metavar="N", type=int, help="worker processes (default: one for each core)")

    @ends_plainly
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if not args or (opts.jobs is not None and opts.jobs < 1):
            raise UsageError("name at least one WARC file; --jobs is at least 1", print_help=False)
        try:
            with Stopping() as stop:
                outcome = self._import(opts, stop).run([Path(name) for name in args])
        except CrawlerError as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_code
            return
        show(outcome, console())
        damaged = outcome.damaged or any(file.problem for file in outcome.files)
        self.exitcode = stop.exit_code or (ExitCode.DAMAGED if damaged else ExitCode.DONE)

    def _import(self, opts: argparse.Namespace, stop: Stopping) -> WarcImport:
        assert self.settings is not None, "Scrapy gives every command its settings before it runs"
        return WarcImport(
            Archive(self.settings["ARCHIVE_DIR"]),
            configured_site(self.settings, opts.site),
            now=clock(self.settings["NOW"]),
            again=opts.again,
            jobs=opts.jobs or self.settings.getint("EXTRACTION_JOBS") or None,
            timeout_s=self.settings.getfloat("EXTRACTION_TIMEOUT"),
            memory_bytes=self.settings.getint("EXTRACTION_MEMORY"),
            stop=stop,
        )


def show(outcome: Outcome, console: Console) -> None:
    """What each file held, what was refused and why, and the sum."""
    for file in outcome.files:
        console.print(Text(printable(told(file))), soft_wrap=True)
    for reason, urls in sorted(outcome.refused.items()):
        console.print(Text(f"refused as {reason}: {len(urls)}, such as {printable(urls[0])}"), soft_wrap=True)
    for damage in outcome.damaged:
        console.print(Text(f"not read back: {printable(damage)}"), soft_wrap=True)
    articles = outcome.run.articles
    parts = [f"{articles[change]} {change}" for change in ("new", "revised", "moved", "restored", "unchanged") if articles.get(change)]
    if duplicates := outcome.run.urls.get("article-duplicate"):
        parts.append(f"{duplicates} under a further address")
    console.print(Text(f"{outcome.run.site}: {', '.join(parts) or 'nothing new'}"), soft_wrap=True)


def told(file: ForeignFile) -> str:
    """One file in one line."""
    if file.done:
        return f"{file.source}: imported before, as {file.path.name}; --again reads it anew"
    line = f"{file.source}: {file.exchanges} exchanges, {file.pages} that may be articles of the site, {file.lines} new states of articles"
    if file.orphans:
        line += f"; {file.orphans} only refer to a record that is in none of the files"
    if file.problem:
        line += f"; reading ended early: {file.problem}"
    return line if file.lines or file.known else f"{line}; not kept"
