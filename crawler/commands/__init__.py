"""One file a command: it parses arguments, calls one function below, and sets the exit code."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from pathlib import Path
from typing import NoReturn, TypeVar

from rich.console import Console
from rich.text import Text
from scrapy.commands import ScrapyCommand
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings

from crawler.errors import ArchiveUnreadable, ConfigError, CrawlerError, ExitCode
from crawler.formats.archive import Archive, SiteArchive
from crawler.formats.site import Site, check_sites, load_site

_PIPE_WIDTH = 160  # characters of a line where there is no terminal to ask

Command = TypeVar("Command", bound=ScrapyCommand)


def ends_plainly(run: Callable[[Command, list[str], Namespace], None]) -> Callable[[Command, list[str], Namespace], None]:
    """The `run` of every command: an error that was raised on purpose is told in its own words and ends the command with its code,
    and so is a file that may not be read.

    So does, without a word, a reader of standard output who has gone, as in `scrapy status | head -1`: what was not done yet is left.
    """

    @wraps(run)
    def plainly(command: Command, args: list[str], opts: Namespace) -> None:
        try:
            run(command, args, opts)
        except (CrawlerError, PermissionError) as error:
            _tell(command, error)
        except BrokenPipeError:
            command.exitcode = ExitCode.UNREAD
        try:
            sys.stdout.flush()
        except BrokenPipeError:  # what waits to be written goes nowhere, or Python complains of it at the very end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    return plainly


def configured_site(settings: BaseSettings | None, key: str) -> Site:
    """The site whose config in `CONFIGS_DIR` has this name. Raises ConfigError where there is none, or for its faults."""
    assert settings is not None, "Scrapy gives every command its settings before it runs"
    configs = Path(settings["CONFIGS_DIR"])
    check_sites(configs, [key])  # knows the nearest right name
    return load_site(configs / f"{key}.yaml")


def named_sites(settings: BaseSettings | None, keys: list[str]) -> list[SiteArchive]:
    """The named sites' parts of `ARCHIVE_DIR`, or all of them. Raises ConfigError for a site that has nothing stored, or where
    there is no such folder: nothing would be checked, and nothing found."""
    assert settings is not None, "Scrapy gives every command its settings before it runs"
    archive = Archive(Path(settings["ARCHIVE_DIR"]))
    if not archive.root.is_dir():
        raise ConfigError(f"{archive.root}: there is no archive (ARCHIVE_DIR)")
    sites = [archive.site(key) for key in keys or archive.sites()]
    for site in sites:
        if not site.folder.is_dir():
            raise ConfigError(f"{archive.root} holds nothing of a site named {site.key!r}; it has: {', '.join(archive.sites()) or 'none'}")
    return sites


def each_site(command: ScrapyCommand, keys: list[str], work: Callable[[SiteArchive], None], *, locked: bool = True) -> None:
    """Does `work` for each of the named sites, or for all, under its lock unless told otherwise.

    What is wrong with one site is told, becomes the command's exit code, and holds up no other site.
    """
    try:
        sites = named_sites(command.settings, keys)
    except CrawlerError as error:
        sites = []
        _tell(command, error)
    for site in sites:
        try:
            with site.lock if locked else nullcontext():
                work(site)
        except (CrawlerError, PermissionError) as error:
            _tell(command, error)


def _tell(command: ScrapyCommand, error: CrawlerError | PermissionError) -> None:
    if isinstance(error, PermissionError):
        error = ArchiveUnreadable(f"{error.filename}: {error.strerror}")
    print(error, file=sys.stderr)
    command.exitcode = command.exitcode or error.exit_code


def settings_from_command_line(settings: BaseSettings) -> list[str]:
    """The `-s NAME=VALUE` arguments that give a further process what this one was given."""
    given = [name for name in settings if settings.getpriority(name) == SETTINGS_PRIORITIES["cmdline"]]
    return [part for name in sorted(given) for part in ("-s", f"{name}={settings[name]}")]


class _Output(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Leaves it to `ends_plainly`; Rich itself would end the process with 1."""
        raise BrokenPipeError


def console() -> Console:
    """Standard output: with colours on a terminal only, and with long lines where nobody looks."""
    return (
        _Output(highlight=False)
        if sys.stdout.isatty()
        else _Output(highlight=False, width=_PIPE_WIDTH, color_system=None, force_terminal=False)
    )


def plain(text: str, *, style: str = "", keep_spaces: bool = False) -> Text:
    """`text` as it is: no mark-up, no control characters, which may come from a page's URL."""
    clean = "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    return Text(clean, style=style, no_wrap=keep_spaces)
