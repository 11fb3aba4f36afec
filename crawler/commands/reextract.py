"""`scrapy reextract SITE`: what today's rules make of the stored captures, and with `--write` the revisions that say so."""

from __future__ import annotations

import argparse
import sys
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.clock import clock
from crawler.commands import configured_site, console, ends_plainly, named_sites
from crawler.discovery.text import printable
from crawler.errors import CrawlerError, ExitCode
from crawler.formats.archive import Archive
from crawler.reextraction import Effect, Reextraction, summary
from crawler.stopping import Stopping

SHOWN = 70
"""Characters of a value that a table shows."""


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] SITE"

    def short_desc(self) -> str:
        return "Run today's extraction rules over a site's stored captures and show what would change"

    def long_desc(self) -> str:
        return (
            "Read every article of a site anew from the record of its last state, under today's rules, and show by field what would "
            "change. Nothing is fetched, and nothing is written unless --write is given."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--since", metavar="DATE", type=_since, help="only states captured from this date or RFC 3339 time on")
        parser.add_argument("--jobs", metavar="N", type=_jobs, help="worker processes (default: one for each core)")
        doing = parser.add_mutually_exclusive_group()
        doing.add_argument("--dry-run", action="store_true", help="show what would change and write nothing (the default)")
        doing.add_argument("--write", action="store_true", help="write the new states, marked as re-extracted")

    @ends_plainly
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one site", print_help=False)
        try:
            with Stopping() as stop:
                effect = self._effect(args[0], opts, stop)
        except CrawlerError as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_code
            return
        show(effect, console(), written=opts.write)
        self.exitcode = stop.exit_code or (ExitCode.DAMAGED if effect.damaged else ExitCode.DONE)

    def _effect(self, key: str, opts: argparse.Namespace, stop: Stopping) -> Effect:
        assert self.settings is not None, "Scrapy gives every command its settings before it runs"
        settings = self.settings
        site = configured_site(settings, key)
        named_sites(settings, [key])
        bar = Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=Console(stderr=True), transient=True)
        task = bar.add_task(f"{key}: reading")
        work = Reextraction(
            Archive(settings["ARCHIVE_DIR"]),
            site,
            now=clock(settings["NOW"]),
            since=opts.since,
            jobs=opts.jobs or settings.getint("EXTRACTION_JOBS") or None,
            timeout_s=settings.getfloat("EXTRACTION_TIMEOUT"),
            memory_bytes=settings.getint("EXTRACTION_MEMORY"),
            progress=lambda done: bar.update(task, description=f"{key}: {done} articles read anew"),
            stop=stop,
        )
        if not sys.stderr.isatty():
            return work.write() if opts.write else work.preview()
        with bar:
            return work.write() if opts.write else work.preview()


def show(effect: Effect, console: Console, *, written: bool) -> None:
    """The effect as a table of fields, each with examples, and what stays as it is."""
    if effect.changed:
        console.print(_fields(effect))
    for reason, urls in sorted(effect.refused_urls.items()):
        console.print(Text(f"refused today as {reason}: {effect.refused[reason]}, such as {printable(urls[0])}"), soft_wrap=True)
    for damage in effect.damaged:
        console.print(Text(f"not read back: {printable(damage)}"), soft_wrap=True)
    console.print(Text(summary(effect, written=written)), soft_wrap=True)
    if effect.changed and not written:
        console.print("Nothing was written; --write writes these states, marked as re-extracted.", soft_wrap=True)


def _fields(effect: Effect) -> Table:
    table = Table(show_lines=False)
    table.add_column("Field", no_wrap=True)
    table.add_column("Articles", justify="right", no_wrap=True)
    table.add_column("For example: before → after", overflow="fold", ratio=1)
    for name, count in sorted(effect.fields.items(), key=lambda item: (-item[1], item[0])):
        first, second = name, str(count)
        for example in effect.examples[name]:
            before, after = difference(shown(example.before), shown(example.after))
            told = Text.assemble((printable(example.url), "dim"), "\n", (before, "red"), " → ", (after, "green"))
            table.add_row(first, second, told)
            first = second = ""
        table.add_section()
    return table


def shown(value: Any) -> str:
    """A field's value in one line that is safe on a terminal."""
    if value is None or value == []:
        return "–"
    if isinstance(value, list):
        value = "; ".join(_part(item) for item in value)
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "\N{REPLACEMENT CHARACTER}" for sign in str(value))


def _part(item: Any) -> str:
    """An entry of a list: a name, a block, an image."""
    if isinstance(item, str):
        return item
    kind, text = getattr(item, "type", ""), getattr(item, "text", None) or getattr(item, "url", "")
    return f"{kind} {text}".strip()


def difference(before: str, after: str) -> tuple[str, str]:
    """Both texts from a little before the place where they part, cut to `SHOWN` characters."""
    same = next((place for place, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), min(len(before), len(after)))
    start = max(0, same - SHOWN // 3) if max(len(before), len(after)) > SHOWN else 0
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int) -> str:
    piece = text[start : start + SHOWN]
    return ("…" if start else "") + piece + ("…" if start + SHOWN < len(text) else "")


def _since(text: str) -> datetime | date:
    try:
        return datetime.fromisoformat(text) if "T" in text or " " in text else date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2026-03-01") from None


def _jobs(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"a number of processes is at least 1, not {text!r}")
    return int(text)
