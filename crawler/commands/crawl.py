"""`scrapy crawl <site>`: Scrapy's own command, whose exit code tells how the run went."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError

from crawler.allocator import collect_seldom
from crawler.clock import clock
from crawler.commands import ends_plainly
from crawler.errors import ConfigError, ExitCode
from crawler.extensions import held_signal, hold_signals
from crawler.formats.run import summary_line
from crawler.spiders.arguments import Arguments

if TYPE_CHECKING:
    import argparse

    from crawler.spiders.site import SiteSpider


class Command(ScrapyCrawl):
    def short_desc(self) -> str:
        return "Fetch what is due of one site into the archive"

    def long_desc(self) -> str:
        return (
            "Fetch what is due of one site into the archive. Takes -a url=URL for one page, -a since=DATE, "
            "-a mode=update|backfill|recheck, -a scheduled=yes, -a vanished=believed. "
            "The exit code tells how it went; README.md lists them."
        )

    def syntax(self) -> str:
        return "[options] <site>"

    @ends_plainly
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one site; `scrapy list` shows them")
        process = self.crawler_process
        assert process is not None
        try:
            crawler = process.create_crawler(args[0])
            # The arguments are checked here too, because what a spider's constructor raises is lost in the event loop.
            Arguments.parse(opts.spargs)
            check_clock(crawler.settings["NOW"])
        except ConfigError as error:
            print(error, file=sys.stderr)
            self.exitcode = ExitCode.USAGE
            return
        hold_signals()
        process.crawl(crawler, **opts.spargs)
        collect_seldom()
        process.start()
        spider = cast("SiteSpider | None", crawler.spider)
        self.exitcode = spider.exit_code if spider else ExitCode.SITE_FAILED
        if self.exitcode == ExitCode.SITE_FAILED and (held := held_signal()) is not None:
            self.exitcode = ExitCode(128 + held)
        if spider is None:
            return
        if spider.failure is not None:
            print(spider.failure, file=sys.stderr)
        if spider.report is not None:
            print(summary_line(spider.report) + older_pages(spider))


def older_pages(spider: SiteSpider) -> str:
    """How to get the site's history, after its first run; nothing where all of it was read."""
    report = spider.report
    first = report is not None and report.exit_code == ExitCode.DONE and report.mode == "update" and not report.known_articles
    return f"; older pages: scrapy crawl {spider.name} -a mode=backfill" if first and spider.requests.has_older else ""


def check_clock(now: str) -> None:
    """Raises ConfigError for a setting `NOW` that is no time."""
    try:
        clock(now)
    except ValueError as error:
        raise ConfigError(f"-s NOW={now}: {error}") from None
