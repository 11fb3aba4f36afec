"""`scrapy reindex [SITE…]`: makes the index of a site anew from its archive alone."""

from __future__ import annotations

from argparse import Namespace

from scrapy.commands import ScrapyCommand

from crawler.commands import each_site, ends_plainly
from crawler.formats.archive import SiteArchive
from crawler.index import Index
from crawler.store.files import repair


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[SITE ...]"

    def short_desc(self) -> str:
        return "Make the index anew from WARC files, article lines, crawl logs and reports"

    @ends_plainly
    def run(self, args: list[str], opts: Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        each_site(self, args, make_anew)


def make_anew(site: SiteArchive) -> None:
    """The index of one site."""
    repair(site)
    index = Index.made_anew(site)
    print(f"{site.key}: made from {index.files_known():,} files; articles known: {index.articles_known():,}")
    index.close()
