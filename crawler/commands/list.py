"""`scrapy list`: the sites, one a line."""

from __future__ import annotations

from argparse import Namespace

from scrapy.commands.list import Command as ScrapyList

from crawler.commands import ends_plainly


class Command(ScrapyList):
    @ends_plainly
    def run(self, args: list[str], opts: Namespace) -> None:
        super().run(args, opts)
