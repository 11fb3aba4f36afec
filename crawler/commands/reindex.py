"""`scrapy reindex [SITE…]`: makes the index of a site anew from its archive alone."""

from __future__ import annotations

import sys
from argparse import Namespace

from scrapy.commands import ScrapyCommand

from crawler.commands import named_sites
from crawler.errors import CrawlerError
from crawler.index import Index
from crawler.store.files import repair


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[SITE ...]"

    def short_desc(self) -> str:
        return "Make the index anew from WARC files, article lines, crawl logs and reports"

    def run(self, args: list[str], opts: Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        try:
            for site in named_sites(self.settings, args):
                with site.lock:
                    repair(site)
                    index = Index.made_anew(site)
                    print(f"{site.key}: made from {index.files_known():,} files; articles known: {index.articles_known():,}")
                    index.close()
        except CrawlerError as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_code
