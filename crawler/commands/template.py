"""`scrapy template SITE`: what was learnt of a site's layouts; to be learnt anew, or forgotten."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import chain

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.clock import clock
from crawler.commands import configured_site, ends_plainly, named_sites
from crawler.discovery.text import printable
from crawler.errors import CrawlerError
from crawler.extraction.template import is_active
from crawler.extraction.template_fields import FIELDS, chosen
from crawler.formats.archive import Archive
from crawler.formats.template import Layout, Templates, forget_templates, read_templates
from crawler.reextraction import indexed
from crawler.relearning import relearn


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] SITE"

    def short_desc(self) -> str:
        return "Show what was learnt of a site's page layouts: where each field stands, and how it proved itself"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        doing = parser.add_mutually_exclusive_group()
        doing.add_argument("--relearn", action="store_true", help="learn anew from the stored captures, without fetching anything")
        doing.add_argument("--forget", action="store_true", help="forget what was learnt; the next crawl learns anew")

    @ends_plainly
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one site", print_help=False)
        try:
            for line in self._lines(args[0], opts):
                print(printable(line))
        except CrawlerError as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_code

    def _lines(self, key: str, opts: argparse.Namespace) -> Iterator[str]:
        assert self.settings is not None, "Scrapy gives every command its settings before it runs"
        (site,) = named_sites(self.settings, [key])
        if opts.forget:
            with site.lock:
                forget_templates(site.templates_path)
            return iter([f"{key}: forgotten"])
        if opts.relearn:
            archive = Archive(self.settings["ARCHIVE_DIR"])
            return described(relearn(archive, configured_site(self.settings, key), clock(self.settings["NOW"])))
        with indexed(site) as known:
            return chain(described(read_templates(site.templates_path)), _repeated(known.texts))


def described(templates: Templates) -> Iterator[str]:
    """The layouts in plain words, the most used first."""
    if not templates.layouts:
        yield "nothing was learnt yet"
    by_use = sorted(templates.layouts.items(), key=lambda item: -(item[1].applied + item[1].pages))
    for signature, layout in by_use:
        yield from _layout(signature, layout)


def _repeated(texts: list[tuple[str, int]]) -> Iterator[str]:
    """What the site repeats, in plain words."""
    if texts:
        yield f"texts that stood in many articles, and are left out where they are not the author's: {len(texts)}"
    yield from (f"  {articles} articles: {text}" for text, articles in texts)


def _layout(signature: str, layout: Layout) -> Iterator[str]:
    yield f"layout {signature}: {'active' if is_active(layout) else 'learning'}, since {layout.learnt}, as on {layout.example}"
    yield (
        f"  pages: {layout.pages} read by the whole cascade, {layout.applied} by the template; "
        f"audits: {layout.audits}, failed {layout.failures}; odd pages: {layout.odd}; learnt anew: {layout.relearnt}"
    )
    for name in FIELDS:
        yield f"  {name}: {chosen(layout.fields.get(name)) or 'the cascade'}"
    body = layout.body
    if body.container is None:
        yield "  body: the cascade"
        return
    yield f"  body: {body.container}, {body.shortest} to {body.longest} letters"
    yield from (f"    text: {shape}" for shape in sorted(body.kept))
    yield from (f"    left out: {shape}" for shape in sorted(body.dropped.keys() - body.kept.keys()))
