"""`scrapy verify [SITE…]`: reads every byte of the archive and says what is wrong, where."""

from __future__ import annotations

import sys
from argparse import Namespace

from scrapy.commands import ScrapyCommand

from crawler.commands import named_sites
from crawler.errors import CrawlerError, ExitCode
from crawler.formats.verification import verify_site


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[SITE ...]"

    def short_desc(self) -> str:
        return "Check every stored byte, record, link and article; print what is wrong with file and offset"

    def run(self, args: list[str], opts: Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        found = 0
        try:
            for site in named_sites(self.settings, args):
                for problem in verify_site(site):
                    print(problem)
                    found += 1
        except CrawlerError as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_code
            return
        print(f"{found} problem{'s' * (found != 1)}" if found else "no problems")
        self.exitcode = ExitCode.DAMAGED if found else ExitCode.DONE
