"""Every error that the product raises on purpose, and the exit codes that they lead to.

The tree::

    CrawlerError
    ├── ConfigError             2   a site config or an argument is wrong; nothing was requested
    ├── CaptureError                a response came up without its bytes being in the archive
    │   ├── AddressRefused          the resolved address may not be connected to
    │   └── ArchivingForbidden      the publisher asks that no copy is kept, and the config obeys
    ├── SiteFailed             69   the site could not be crawled at all
    └── ArchiveError
        ├── ArchiveDamaged     65   what is stored is not what was written
        ├── ArchiveUnreadable  74   a folder of the archive may not be read
        ├── ArchiveUnwritable  74   disk full, read-only, fsync failed
        └── SiteLocked         75   another run holds the site
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """How every command ends. The numbers follow sysexits.h, and the shell's 128 + signal."""

    DONE = 0
    """Done, as the site's own expectations say."""
    USAGE = 2
    """Bad config or usage; nothing was requested."""
    DAMAGED = 65
    """The archive is damaged (EX_DATAERR)."""
    SITE_FAILED = 69
    """The site failed: unreachable, refuses, robots.txt unavailable, every page an error (EX_UNAVAILABLE)."""
    HEALTH = 70
    """Health found a breakage (EX_SOFTWARE)."""
    UNWRITABLE = 74
    """The archive could not be written: full, read-only, fsync failed; or a folder of it could not be read (EX_IOERR)."""
    LOCKED = 75
    """Another run holds the site (EX_TEMPFAIL)."""
    INTERRUPTED = 130
    """Ended by Ctrl-C (128 + SIGINT)."""
    UNREAD = 141
    """Nobody read standard output to its end (128 + SIGPIPE)."""
    TERMINATED = 143
    """Ended by SIGTERM (128 + SIGTERM)."""


class CrawlerError(Exception):
    """Base of every error raised on purpose. `exit_code` is what a command ends with when it meets one."""

    exit_code: ClassVar[ExitCode] = ExitCode.SITE_FAILED


class ConfigError(CrawlerError):
    """Raised by `formats.site.load_site` and by commands when what the user wrote is wrong.

    The message names file, line, column and key, and says what to do.
    """

    exit_code = ExitCode.USAGE


class CaptureError(CrawlerError):
    """Raised by the download handler when a response has no capture, so that the page fails.

    `crawler.capture.failures` has a child for each way in which a fetch can end without a page.
    """

    outcome: ClassVar[str] = "no-capture"
    """Under which name the run's report counts a URL that ended so."""


class AddressRefused(CaptureError):
    """Raised by the resolver of `crawler.capture` when a host leads to an address that may not be connected to."""

    outcome = "address-refused"


class ArchivingForbidden(CaptureError):
    """Raised by `Store.write` for a page that asks not to be archived, where the site's config says that this is obeyed."""

    outcome = "noarchive"


class SiteFailed(CrawlerError):
    """Raised by `scrapy newsite` when nothing of a site can be crawled. A crawl says the same by its report and exit code."""


class ArchiveError(CrawlerError):
    """Base of what goes wrong on disk."""


class ArchiveDamaged(ArchiveError):
    """Raised by readers when stored bytes contradict their own digests, lengths or links."""

    exit_code = ExitCode.DAMAGED


class ArchiveUnreadable(ArchiveError):
    """Raised by `formats.archive` when a folder that is there cannot be read: what is in it would pass for missing."""

    exit_code = ExitCode.UNWRITABLE


class ArchiveUnwritable(ArchiveError):
    """Raised by writers when a record or line could not be stored whole and durable. The run ends."""

    exit_code = ExitCode.UNWRITABLE


class SiteLocked(ArchiveError):
    """Raised by `formats.archive` when another process holds the site."""

    exit_code = ExitCode.LOCKED
