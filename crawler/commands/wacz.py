"""`scrapy wacz SITE`: one WACZ file of a site, for ReplayWeb.page and other readers."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.clock import clock
from crawler.commands import ends_plainly, named_sites
from crawler.errors import CrawlerError
from crawler.formats.wacz import write_wacz


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] SITE"

    def short_desc(self) -> str:
        return "Pack a site's closed files into one WACZ file"

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--since", metavar="DATE", help="only what was captured from this date or RFC 3339 time on (UTC where it names no zone)"
        )
        parser.add_argument("-o", "--output", metavar="FILE", help="file to write (default: SITE.wacz)")

    @ends_plainly
    def run(self, args: list[str], opts: Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one site")
        since = _moment(opts.since) if opts.since else None
        try:
            [site] = named_sites(self.settings, args)
            out = Path(opts.output or f"{site.key}.wacz")
            assert self.settings is not None, "named_sites has looked"
            pages = write_wacz(site, out, created=clock(self.settings["NOW"])(), since=since)
        except CrawlerError as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_code
            return
        print(f"{out}: {pages} page{'s' * (pages != 1)}")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--since {text!r} is no date such as 2026-03-01") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
