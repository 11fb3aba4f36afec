"""What a run says of itself: in its WARC files and in its report."""

from __future__ import annotations

from importlib.metadata import version
from platform import python_version
from typing import cast, get_args

from crawler import __version__
from crawler.formats.run import End, SourceReport
from crawler.formats.site import Site

PROGRAMS = ("scrapy", "twisted", "trafilatura", "lxml", "warcio", "pydantic")

_ENDS: dict[str, End] = {
    "shutdown": "interrupted",
    "cancelled": "interrupted",
    "ArchiveUnwritable": "unwritable",
    "SiteFailed": "site-failed",
}
"""Scrapy's closing reasons, and errors that closed a spider, in the report's words."""


def end_of(reason: str) -> End:
    """Why a run ended, from one of the report's own words or from a closing reason of Scrapy's."""
    if reason in get_args(End):
        return cast(End, reason)
    return "limit" if reason.startswith("closespider_") else _ENDS.get(reason, "error")


def versions() -> dict[str, str]:
    """The programs that take part in a crawl, with their versions."""
    return {"newsarchive": __version__, "python": python_version(), **{name: version(name) for name in PROGRAMS}}


def warc_information(site: Site, config_digest: str, user_agent: str) -> dict[str, str]:
    """What each WARC file of a run says in its warcinfo record."""
    return {
        "software": " ".join(f"{name}/{number}" for name, number in versions().items()),
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "http-header-user-agent": user_agent,
        "robots": "obey" if site.crawl.obey_robots else "ignore",
        "isPartOf": site.key,
        "description": f"crawl of {site.url}; config {config_digest}; "
        "digests: sha1 in Base32, payload digests over the body with its content coding",
    }


def without_validators(source: SourceReport) -> SourceReport:
    """A look at a source whose links were not all dealt with: the next look must be a full one."""
    return source.model_copy(update={"etag": None, "last_modified": None, "payload_digest": None})
