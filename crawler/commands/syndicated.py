"""`scrapy syndicated`: which articles of different sites tell one story in the same words."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from contextlib import closing
from datetime import UTC, datetime

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.clock import rfc3339
from crawler.commands import ends_plainly, named_sites
from crawler.errors import CrawlerError
from crawler.formats.archive import Archive
from crawler.syndication import Story, SyndicationCache, stories


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def short_desc(self) -> str:
        return "Show which articles of different sites tell one story in the same words"

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print a line of JSON for each story, for programs")
        parser.add_argument("--site", metavar="SITE", help="only stories that this site tells")
        parser.add_argument("--since", metavar="DATE", help="only stories with an article captured from this date or RFC 3339 time on")

    @ends_plainly
    def run(self, args: list[str], opts: Namespace) -> None:
        if args:
            raise UsageError("name a site with --site")
        since = rfc3339(_moment(opts.since)) if opts.since else None
        assert self.settings is not None, "Scrapy gives every command its settings before it runs"
        try:
            if opts.site:
                named_sites(self.settings, [opts.site])
            with closing(SyndicationCache.open(Archive(self.settings["ARCHIVE_DIR"]))) as cache:
                for story in stories(cache.db, opts.site, since):
                    print(json.dumps(story.as_json(), ensure_ascii=False) if opts.json else told(story))
        except CrawlerError as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_code


def told(story: Story) -> str:
    """A story in plain lines: each article with how much of its words, or of the shorter text's, an earlier one had."""
    before = {
        article.id: max((link.shared for link in story.links if link.second == article.id), default=None) for article in story.articles
    }
    lines = [story.articles[0].headline or "(no headline)"]
    for article in story.articles:
        shared = before[article.id]
        share = "first" if article is story.articles[0] else "" if shared is None else f"{shared:.0%}"
        lines.append(f"  {share:>5}  {article.published or article.captured}  {article.site}  {article.url}")
    return "\n".join(lines)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--since {text!r} is no date such as 2026-03-01") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
