"""`scrapy checksites [SITE…]`: loads and checks site configs, all of `CONFIGS_DIR` or the ones named."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from scrapy.commands import ScrapyCommand

from crawler.errors import ConfigError, ExitCode
from crawler.formats.site import Site, check_sites


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[SITE ...]"

    def short_desc(self) -> str:
        return "Check site configs: one line for each good one, every fault of the others"

    def run(self, args: list[str], opts: Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        assert self.settings is not None, "Scrapy gives every command its settings before it runs"
        try:
            sites, faults = check_sites(Path(self.settings["CONFIGS_DIR"]), args)
        except ConfigError as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_code
            return
        for site in sites.values():
            print(describe(site))
        for fault in faults:
            print(fault, file=sys.stderr)
        if faults:
            files = len({fault.place.file for fault in faults})
            print(f"{len(faults)} fault{'s' * (len(faults) != 1)} in {files} file{'s' * (files != 1)}", file=sys.stderr)
            self.exitcode = ExitCode.USAGE


def describe(site: Site) -> str:
    """One line about a site: key, URL, where articles come from and when it is due."""
    kinds = [kind for source in site.discover for kind in type(source).model_fields]
    sources = ", ".join(kinds) or "found by itself"
    return f"{site.key}: {site.url} — sources: {sources}; schedule: {site.schedule or 'none'}"
