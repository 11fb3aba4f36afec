"""`scrapy newsite URL`: looks at a site, shows what it offers, and writes a config that is as short as it can be."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import cast
from urllib.parse import urljoin, urlsplit

from pydantic import ValidationError
from rich.console import Console
from rich.text import Text
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.commands import console, ends_plainly
from crawler.discovery import Document
from crawler.discovery.probe import Probe, key_of, site_yaml, suffices, summary
from crawler.discovery.text import printable
from crawler.errors import ConfigError, CrawlerError, ExitCode, SiteFailed
from crawler.extensions import held_signal, hold_signals
from crawler.formats.site import Site, load_site
from crawler.spiders.arguments import Arguments
from crawler.spiders.probe import ProbeSpider

EXAMPLES = 3
FEW = 5
"""A blog's front page names about ten articles; with fewer than these, some are likely to be named nowhere."""


class Command(ScrapyCommand):
    requires_project = True

    def syntax(self) -> str:
        return "[options] URL"

    def short_desc(self) -> str:
        return "Look at a site, show what it offers, and write its config"

    def long_desc(self) -> str:
        return (
            "Look at a site that has no config yet: ask its home page, robots.txt and everything that they announce, show which feeds, "
            "sitemaps and interfaces there are with counts and examples, and write a config with comments. Nothing is archived, and no "
            "config is ever overwritten."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--name", help="name of the config (default: from the host's name)")
        parser.add_argument("--dry-run", action="store_true", help="print the config instead of writing it")
        parser.add_argument(
            "--allow-private", metavar="HOST:PORT", action="append", default=[], help="a private address that may be connected to"
        )

    @ends_plainly
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one URL", print_help=False)
        try:
            self.exitcode = self._look(args[0], opts)
        except CrawlerError as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_code

    def _look(self, url: str, opts: argparse.Namespace) -> int:
        assert self.settings is not None, "Scrapy gives every command its settings before it runs"
        if "://" not in url:
            raise ConfigError(f"{url}: must be a whole address, such as https://blog.example/")
        Arguments.parse({"url": url})
        wished = _checked(opts.name or key_of(url), url, opts.allow_private)
        path = Path(self.settings["CONFIGS_DIR"]) / f"{wished.key}.yaml"
        if path.exists() and not opts.dry_run:
            raise ConfigError(f"{path} is there already and is not overwritten; --name N writes another, --dry-run only shows")
        spider = self._probe(url, opts.allow_private)
        if spider.interrupted:
            return 128 + spider.interrupted
        if spider.home is None:
            raise SiteFailed(printable(spider.problem or f"{url}: no answer"))
        show(spider.probes, console())
        if not suffices(spider.probes):
            raise SiteFailed(f"{url}: nothing was found that lists articles; write a config with a `listing` and its selectors by hand")
        text = config(spider.home, spider.probes, opts.allow_private, wished.key)
        if opts.dry_run:
            print(f"\n{text}", end="")
        else:
            _write(path, text)
            print(f"\nwrote {path}; now: scrapy crawl {wished.key}")
            for line in advice(spider.home, suffices(spider.probes), wished.key):
                print(line)
        return ExitCode.DONE

    def _probe(self, url: str, allow_private: list[str]) -> ProbeSpider:
        """Runs the probe to its end; returns the spider with what it found."""
        process = self.crawler_process
        assert process is not None
        process.settings.set("ALLOW_PRIVATE", allow_private, priority="cmdline")
        crawler = process.create_crawler(ProbeSpider)
        hold_signals()
        process.crawl(crawler, url=url)
        process.start()
        spider = cast(ProbeSpider, crawler.spider)
        spider.interrupted = spider.interrupted or held_signal()
        return spider


def _checked(key: str, url: str, allow_private: list[str]) -> Site:
    """The site as wished. Raises ConfigError for a name or an address that no config may have."""
    try:
        return Site.model_validate({"key": key, "url": url, "crawl": {"allow_private": allow_private}})
    except ValidationError as error:
        fault = error.errors()[0]
        raise ConfigError(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}: {fault['input']!r}") from None


def show(probes: list[Probe], console: Console) -> None:
    """Every source that gave something or was announced, with examples."""
    for look in probes:
        if not look.links and look.source.option("guess"):
            continue
        console.print(Text(printable(summary(look))), soft_wrap=True)
        for link in look.links[:EXAMPLES]:
            console.print(Text(f"    {printable(link.url)}" + (f"  {printable(link.headline)}" if link.headline else "")), soft_wrap=True)


def advice(home: Document, chosen: list[Probe], key: str) -> list[str]:
    """What to know of the sources that were chosen, one line each: older pages, few articles, articles outside the blog's own folder."""
    links = {link.url for look in chosen for link in look.links}
    folder = urlsplit(urljoin(home.url, ".")).path
    outside = sorted(url for url in links if not urlsplit(url).path.startswith(folder))
    told = []
    if any(look.more for look in chosen if look.source.kind != "sitemap"):
        told.append(f"its sources have older pages; to read them, once: scrapy crawl {key} -a mode=backfill")
    if len(links) < FEW and not any(look.total or look.more for look in chosen):
        told.append(f"few articles were found; one that is not named there is fetched by its address: scrapy crawl {key} -a url=URL")
    if outside and len(outside) < len(links):
        told.append(
            f"{len(outside)} of {len(links)} addresses are outside {folder}, such as {printable(outside[0])}; "
            f"to take those inside alone, add to the config: articles: {{allow: ['^https?://[^/]+{re.escape(folder)}']}}"
        )
    return told


def config(home: Document, probes: list[Probe], allow_private: list[str], key: str) -> str:
    """The config's text, which is sure to load. Raises ConfigError where it would not: the site's own words are in it."""
    text = site_yaml(home, probes)
    if allow_private:
        text += f"crawl: {{allow_private: {json.dumps(allow_private)}}}\n"
    with tempfile.TemporaryDirectory(prefix="newsarchive-config-") as scratch:
        path = Path(scratch) / f"{key}.yaml"
        path.write_text(text, encoding="utf-8")
        load_site(path)
    return text


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as fault:
        raise ConfigError(f"{path}: {fault.strerror or fault}") from fault
