"""`scrapy siteschema`: the JSON Schema of site configs, for editors."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

from scrapy.commands import ScrapyCommand

from crawler.commands import ends_plainly
from crawler.formats.site import key_table, site_schema


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def short_desc(self) -> str:
        return "Print the JSON Schema of site configs (configs/site.schema.json)"

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--table", action="store_true", help="print the keys as a Markdown table instead")

    @ends_plainly
    def run(self, args: list[str], opts: Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        print(key_table() if opts.table else json.dumps(site_schema(), indent=2, ensure_ascii=False) + "\n", end="")
