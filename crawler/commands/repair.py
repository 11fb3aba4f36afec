"""`scrapy repair [SITE…]`: closes what a crash left open, as the start of a crawl does."""

from __future__ import annotations

from argparse import Namespace

from scrapy.commands import ScrapyCommand

from crawler.commands import each_site, ends_plainly
from crawler.formats.archive import SiteArchive
from crawler.formats.warc import repair


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[SITE ...]"

    def short_desc(self) -> str:
        return "Cut files that a crash left open to what is whole, and close them"

    @ends_plainly
    def run(self, args: list[str], opts: Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        each_site(self, args, finish)


def finish(site: SiteArchive) -> None:
    """What a crash left open of one site."""
    for repaired in repair(site.folder / "warc"):
        print(f"{site.relative(repaired.path)}: {repaired}")
    for path in site.repair():
        print(f"{site.relative(path)}: closed")
