"""`scrapy articleschema`: the JSON Schemas of what the archive holds as JSON, and the JSON-LD context of articles."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

from scrapy.commands import ScrapyCommand

from crawler.commands import ends_plainly
from crawler.formats.archive import crawl_log_schema
from crawler.formats.article import article_context, article_schema
from crawler.formats.run import run_schema

DOCUMENTS = {"article": article_schema, "context": article_context, "report": run_schema, "log": crawl_log_schema}


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def short_desc(self) -> str:
        return "Print the JSON Schema of article lines, run reports or crawl logs, or the JSON-LD context"

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument(
            "--context", dest="document", action="store_const", const="context", help="print the JSON-LD context of articles"
        )
        choice.add_argument("--report", dest="document", action="store_const", const="report", help="print the schema of run reports")
        choice.add_argument("--log", dest="document", action="store_const", const="log", help="print the schema of crawl log lines")

    @ends_plainly
    def run(self, args: list[str], opts: Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        print(json.dumps(DOCUMENTS[opts.document or "article"](), indent=2, ensure_ascii=False))
