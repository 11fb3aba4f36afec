"""`scrapy verify [SITE…]`: reads every byte of the archive and says what is wrong, where."""

from __future__ import annotations

from argparse import Namespace

from scrapy.commands import ScrapyCommand

from crawler.commands import each_site, ends_plainly, plain
from crawler.errors import ExitCode
from crawler.formats.archive import SiteArchive
from crawler.formats.verification import verify_site


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[SITE ...]"

    def short_desc(self) -> str:
        return "Check every stored byte, record, link and article; print what is wrong with file and offset"

    @ends_plainly
    def run(self, args: list[str], opts: Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        found = 0

        def look(site: SiteArchive) -> None:
            nonlocal found
            for path in site.open_files():
                print(plain(f"to know: {site.relative(path)} is still open, and checked only as far as it is whole"))
            for problem in verify_site(site):
                print(problem)
                found += 1

        each_site(self, args, look, locked=False)
        if found or not self.exitcode:
            print(f"{found} problem{'s' * (found != 1)}" if found else "no problems")
        if found:
            self.exitcode = ExitCode.DAMAGED
