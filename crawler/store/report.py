"""What a run says of itself: in its WARC files and in its report."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from platform import python_version
from typing import Any, cast, get_args

from crawler import __version__
from crawler.clock import rfc3339
from crawler.discovery import Source
from crawler.errors import ArchiveError
from crawler.formats.run import DetectedSource, End, Mode, Run, SourceReport, exit_code

PROGRAMS = ("scrapy", "twisted", "trafilatura", "lxml", "warcio", "pydantic")

_ENDS: dict[str, End] = {
    "shutdown": "interrupted",
    "cancelled": "interrupted",
    "ArchiveUnwritable": "unwritable",
    "SiteFailed": "site-failed",
}
"""Scrapy's closing reasons, and errors that closed a spider, in the report's words."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a run knows of itself when it begins."""

    run_id: str
    site: str
    mode: Mode
    started: datetime
    config_digest: str
    known_articles: int


def report(
    beginning: Beginning,
    finished: datetime,
    end: End,
    warc_files: list[str],
    sources: Sequence[SourceReport],
    alarms: list[str],
    counted: Mapping[str, Any],
) -> Run:
    """The report of a run, but for what health finds in it and its exit code; `counted` are the fields that the tally fills."""
    return Run(
        id=beginning.run_id,
        site=beginning.site,
        mode=beginning.mode,
        started=rfc3339(beginning.started),
        finished=rfc3339(finished),
        duration=round((finished - beginning.started).total_seconds(), 3),
        end=end,
        versions=versions(),
        config_digest=beginning.config_digest,
        known_articles=beginning.known_articles,
        warc_files=warc_files,
        sources=list(sources) if end == "finished" else [without_validators(source) for source in sources],
        alarms=alarms,
        **counted,
    )


def detected(sources: Sequence[Source], needed: bool | None, *, served_before: bool) -> list[DetectedSource] | None:
    """What the report says of a front page that led to `sources`, see `Run.detected`; `needed` is None where nothing new stood on it."""
    if needed is None and not served_before:
        return None
    return [] if needed else [DetectedSource(kind=source.kind, url=source.url, options=dict(source.options)) for source in sources]


def concluded(run: Run, failure: ArchiveError | None) -> Run:
    """`run` with its exit code: that of `failure`, if there was one."""
    code = failure.exit_code if failure else exit_code(run)
    return run.model_copy(update={"exit_code": int(code), "exit_name": code.name})


def end_of(reason: str) -> End:
    """Why a run ended, from one of the report's own words or from a closing reason of Scrapy's."""
    if reason in get_args(End):
        return cast(End, reason)
    return "limit" if reason.startswith("closespider_") else _ENDS.get(reason, "error")


def versions() -> dict[str, str]:
    """The programs that take part in a crawl, with their versions."""
    return {"newsarchive": __version__, "python": python_version(), **{name: version(name) for name in PROGRAMS}}


def warc_information(site: str, about: str, user_agent: str, *, obey_robots: bool, operator: str | None) -> dict[str, str]:
    """What each WARC file of a run says in its warcinfo record; `operator` is where whoever runs the crawl is reached,
    the account that runs it where nobody said.
    """
    return {
        "software": " ".join(f"{name}/{number}" for name, number in versions().items()),
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "operator": operator or _account(),
        "http-header-user-agent": user_agent,
        "robots": "obey" if obey_robots else "ignore",
        "isPartOf": site,
        "description": f"{about}; digests: sha1 in Base32, payload digests over the body with its content coding",
    }


def _account() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # the account has no name, as in some containers
        name = str(os.getuid())
    return f"{name}@{socket.gethostname()}"


def without_validators(source: SourceReport) -> SourceReport:
    """A look at a source of which not everything was dealt with: the next look must be a full one."""
    return source.model_copy(update={"etag": None, "last_modified": None, "payload_digest": None})
