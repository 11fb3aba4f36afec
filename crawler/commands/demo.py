"""`scrapy demo`: serves the demo blog on loopback, or, with --tour, crawls it twice and shows what came of it."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from rich.console import Console
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.commands import ends_plainly
from crawler.demo import DEFAULT_PORT, DemoBlog, PortBusy
from crawler.errors import CrawlerError, ExitCode
from crawler.tour import run_tour


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def short_desc(self) -> str:
        return "Serve the demo blog on loopback, or take the tour"

    def long_desc(self) -> str:
        return (
            "Serve a small self-written news blog on 127.0.0.1 until Ctrl-C. The blog is told in two days, so that a second crawl has "
            "something to find. With --tour, crawl it on both days into the archive and show what was saved and what changed."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--port", type=_port, default=DEFAULT_PORT, help=f"port to serve on, 0 for any free one (default: {DEFAULT_PORT})"
        )
        parser.add_argument("--day", type=int, choices=(1, 2), help="the day that the blog tells (default: 1)")
        parser.add_argument("--tour", action="store_true", help="crawl the blog on both days and show what was saved and what changed")

    @ends_plainly
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError(f"the demo takes no arguments: {' '.join(args)}", print_help=False)
        if opts.tour and opts.day:
            raise UsageError("--tour tells both days: leave --day out", print_help=False)
        try:
            self.exitcode = self._tour(opts.port) if opts.tour else serve(opts.port, opts.day or 1)
        except PortBusy as error:
            print(f"{error.strerror}; choose another one with --port N", file=sys.stderr)
            self.exitcode = ExitCode.USAGE
        except CrawlerError as error:
            print(error, file=sys.stderr)
            self.exitcode = error.exit_code

    def _tour(self, port: int) -> int:
        assert self.settings is not None
        return run_tour(Path(self.settings["ARCHIVE_DIR"]), Path(self.settings["CONFIGS_DIR"]), port, Console())


def serve(port: int, day: int) -> ExitCode:
    """Serves until SIGINT, which is the blog's ordinary end, or SIGTERM. Raises PortBusy."""
    ended = threading.Event()
    received: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        ended.set()

    with DemoBlog(port, day) as blog:
        # Set by hand, because a shell starts a command in the background with SIGINT ignored.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, end)
        print(f"Day {day} of the demo blog is at {blog.url}; Ctrl-C ends it.", flush=True)
        ended.wait()
        print(f"Ended after {len(blog.requests)} requests.")
    return ExitCode.TERMINATED if signal.SIGTERM in received else ExitCode.DONE


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}")
    return int(text)
