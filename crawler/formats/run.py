"""The run's report: how one run of one site went.

Only this module knows its keys, the names of outcomes, and what they mean for the exit code.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crawler.errors import ArchiveDamaged, ExitCode
from crawler.formats.finding import Finding

RUN_SCHEMA_VERSION: Literal[1] = 1

Kept = Literal["article-new", "article-revised", "article-moved", "article-restored", "article-gone", "article-reextracted"]
"""Outcomes that add a line to the articles."""
Seen = Literal["article-unchanged", "article-duplicate", "article-missing"]
"""Outcomes of known articles that add none: as it was, another address of a known one, not there today but not yet believed gone."""
Answered = Literal["refused", "noarchive", "source", "not-modified", "redirect", "robots", "absent"]
"""Answers that are no article: a page refused with a reason, a feed or listing, a 304, one hop of a redirect, robots.txt, and
nothing where a feed might have been."""
Failed = Literal[
    "http-error",
    "robots-denied",
    "robots-unavailable",
    "address-refused",
    "bad-url",
    "not-sent",
    "host-not-found",
    "unreachable",
    "tls-failed",
    "no-answer",
    "disconnected",
    "timeout",
    "too-large",
    "head-too-large",
    "decoded-too-large",
    "malformed",
    "unreadable",
    "redirect-loop",
    "write-failed",
    "error",
    "cancelled",
]
"""No usable answer."""
Outcome = Literal[Kept, Seen, Answered, Failed]
"""What becomes of a URL in a run; each URL has exactly one."""

KEPT: frozenset[str] = frozenset(get_args(Kept))
SEEN: frozenset[str] = frozenset(get_args(Seen))
ANSWERED: frozenset[str] = frozenset(get_args(Answered))
FAILED: frozenset[str] = frozenset(get_args(Failed))
ARTICLE: frozenset[str] = frozenset(
    {"article-new", "article-revised", "article-moved", "article-restored", "article-unchanged", "article-duplicate"}
)
"""Outcomes that show an article to be there."""

Mode = Literal["update", "backfill", "recheck", "url", "reextract", "import"]
OFFLINE: frozenset[str] = frozenset({"reextract", "import"})
"""Modes in which nothing is asked of the site."""
End = Literal["finished", "limit", "site-failed", "unwritable", "interrupted", "terminated", "error"]
"""Why a run ended: nothing left to do, a bound of the config, no way to go on, the disk, Ctrl-C, SIGTERM, a fault of the program."""

_DIGEST = re.compile(rb'"digest": "[^"]*"(?=\n\}\n\Z)')

FEW_PAGES = 3
"""Fewer failed pages than this say nothing about a site that is known to have articles and whose sources answer; nor do fewer known
articles that are not there any more."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)


class SourceReport(_Part):
    """One look at a feed, sitemap, API or listing."""

    kind: str = Field(description="Kind of the source.")
    url: str = Field(description="URL of the document.")
    time: str = Field(description="When it was asked, RFC 3339 in UTC with microseconds.")
    outcome: Outcome = Field(description="`source`, `not-modified`, or why there was no answer.")
    status: int | None = Field(default=None, description="HTTP status; null where no answer came.")
    conditional: bool = Field(default=False, description="Whether it was asked with validators.")
    unchanged: bool = Field(default=False, description="Whether it was what it was at the last look.")
    links: int = Field(default=0, description="Links to articles found in it; after a 304 those of its last full answer.")
    new: int = Field(default=0, description="Links among them that the run asked for, whichever source named them first.")
    late: int = Field(default=0, description="New links that are older than an earlier 304 of this source: the server lied.")
    newest: str | None = Field(
        default=None,
        description="Latest date that it gives to a link, or where it dates none, that an article has which it names; none of the future, "
        "RFC 3339; after a 304 of its last full answer; null without.",
    )
    named: int = Field(default=0, description="New articles of the run that it names.")
    missed: int = Field(
        default=0,
        description="New articles of the run that it does not name, published after `newest`, an hour before or more.",
    )
    poll_after: float | None = Field(default=None, description="Seconds that the source asks to be left alone.")
    etag: str | None = Field(
        default=None, description="Validator for the next look; null where there is none or where the run did not get through its links."
    )
    last_modified: str | None = Field(default=None, description="Validator for the next look; null as above.")
    payload_digest: str | None = Field(default=None, description="Digest of what was read; null as above.")
    problems: list[str] = Field(default_factory=list, description="What was wrong with it, in plain words.")


class DetectedSource(_Part):
    """A source that a site was found to have, without a config that names it."""

    kind: str = Field(description="Kind of the source.")
    url: str = Field(description="URL of the document.")
    options: dict[str, str] = Field(default_factory=dict, description="What the kind needs besides its URL.")


class RobotsReport(_Part):
    """An answer to a request for a robots.txt that holds for some time, and was obeyed (RFC 9309, section 2.4)."""

    url: str = Field(description="URL of the robots.txt, before any redirect.")
    time: str = Field(description="When it was asked for, by this run or an earlier one, RFC 3339 in UTC with microseconds.")
    remembered: bool = Field(default=False, description="Whether an earlier run asked for it, and this one did not.")
    holds: int = Field(default=86_400, description="For how many seconds it holds: a day, or less where its `max-age` says so.")
    record: str | None = Field(default=None, description="Id of the WARC record of the answer.")
    status: int = Field(description="HTTP status: 200, or 4xx where there is none.")
    payload_digest: str | None = Field(default=None, description="Digest of what was read; null where there is none.")


TOLD_BY: frozenset[str] = frozenset({"feed", "sitemap", "wordpress", "blogger", "listing", "follow"})
"""Methods by which a field comes from a source: the page itself does not say it, or a source says it more exactly."""


class Coverage(_Part):
    """How often a field was found on the articles that were read."""

    found: int = Field(description="Articles on which it was found.")
    methods: dict[str, int] = Field(description="How often each method won.")
    missing: str | None = Field(default=None, description="URL of one article on which it was not found, or null.")
    told: str | None = Field(default=None, description="URL of one article of which a source tells it and not the page, or null.")


class Run(_Part):
    """How one run of one site went."""

    schema_version: Literal[1] = Field(default=RUN_SCHEMA_VERSION, description="Version of this schema.")
    id: str = Field(description="The run's id; ids sort in the order of the runs.")
    site: str = Field(description="Name of the site.")
    mode: Mode = Field(
        description="Why the run was made: update, backfill, recheck, one url; reextract or import, where nothing was fetched."
    )
    started: str = Field(description="RFC 3339 in UTC with microseconds.")
    finished: str = Field(description="RFC 3339 in UTC with microseconds.")
    end: End = Field(description="Why the run ended.")
    exit_code: int = Field(default=0, description="Number with which the command ended.")
    exit_name: str = Field(default="DONE", description="Name of that number.")
    versions: dict[str, str] = Field(default_factory=dict, description="Programs that took part, with versions.")
    config_digest: str = Field(description="Digest of the site's config.")
    known_articles: int = Field(default=0, description="Articles known before the run.")
    requests: dict[str, int] = Field(default_factory=dict, description="Exchanges by HTTP status, and requests without answer by outcome.")
    page_answers: dict[str, int] = Field(
        default_factory=dict,
        description="Pages by the last answer to them, HTTP status or why there was none; without those that failed as they had in an "
        "earlier run, or that no source names.",
    )
    urls: dict[Outcome, int] = Field(default_factory=dict, description="URLs by outcome; each URL is counted once.")
    refusals: dict[str, int] = Field(default_factory=dict, description="Refused pages by reason.")
    examples: dict[str, str] = Field(default_factory=dict, description="For each refusal reason and each kind of failure one URL.")
    articles: dict[str, int] = Field(default_factory=dict, description="Article lines by change, and articles found unchanged.")
    bytes_received: int = Field(default=0, description="Bytes of all responses as they came over the wire.")
    warc_files: list[str] = Field(default_factory=list, description="WARC files written, relative to the archive folder.")
    duration: float = Field(default=0.0, description="Seconds from start to finish.")
    retries: int = Field(default=0, description="Requests that were repeats.")
    left_out: dict[str, int] = Field(
        default_factory=dict, description="Addresses that were not asked for, by the limit of the run that was reached."
    )
    slow_downs: int = Field(default=0, description="How often the site asked for a slower pace.")
    coverage: dict[str, Coverage] = Field(default_factory=dict, description="For each field how often and by which method it was found.")
    reread: int = Field(default=0, description="Known articles that were read again.")
    lost: dict[str, int] = Field(
        default_factory=dict,
        description="For each field how many of them had it in the state before and have it no more; of the body, not half of it.",
    )
    median_body_length: int | None = Field(
        default=None, description="Median length of the bodies read, in characters; null without articles."
    )
    tried_in_vain: int = Field(
        default=0,
        description="Pages that only the front page named, which was asked because every source was silent, and that are no articles.",
    )
    witnesses: dict[str, Outcome] = Field(
        default_factory=dict,
        description="Known articles that were asked for because no other page of the run was there, or because none had been in the run "
        "before, with what became of them.",
    )
    sources: list[SourceReport] = Field(default_factory=list, description="Every look at a source.")
    absent: list[str] = Field(
        default_factory=list, description="Addresses at which a source was announced, or might have been, and was not."
    )
    robots: list[RobotsReport] = Field(
        default_factory=list, description="Every robots.txt that the run was given, or remembered from an earlier run."
    )
    detected: list[DetectedSource] | None = Field(
        default=None,
        description="The sources that the front page led to, where they named everything new that stood on it, so that a scheduled run "
        "may go without it for a day; empty where they did not; null where that was not to be seen.",
    )
    newest_article: str | None = Field(
        default=None, description="Latest publication date among the articles of the run; null without articles."
    )
    newest_new: str | None = Field(default=None, description="The same among the new articles only.")
    clock_offset: float | None = Field(
        default=None, description="Seconds by which the site's servers' clocks are ahead of this machine's: the median over all answers."
    )
    changed_layouts: dict[str, str] = Field(
        default_factory=dict, description="Layouts that parted from what was learnt of them: by the URL of one page, in plain words."
    )
    alarms: list[str] = Field(default_factory=list, description="What was held back for a person to look at.")
    findings: list[Finding] = Field(default_factory=list, description="What health found: breakages that are not mended yet.")
    digest: str | None = Field(default=None, description="`sha256:` and hex over this report as it stands when this key is null.")


@dataclass(frozen=True, slots=True)
class Brief:
    """What the index keeps of a report: how many new articles a run brought."""

    id: str
    started: str
    through: bool
    """Whether the run could have found new articles: some source or page answered."""
    known_articles: int
    new: int
    findings: int

    @classmethod
    def of(cls, run: Run) -> Self:
        through = run.end in ("finished", "limit") and run.exit_code in (ExitCode.DONE, ExitCode.HEALTH)
        return cls(run.id, run.started, through, run.known_articles, run.articles.get("new", 0), len(run.findings))


def exit_code(run: Run) -> ExitCode:
    """How the command ends that made `run`."""
    ends = {"interrupted": ExitCode.INTERRUPTED, "terminated": ExitCode.TERMINATED, "unwritable": ExitCode.UNWRITABLE}
    if run.end in ends:
        return ends[run.end]
    if run.urls.get("write-failed"):
        return ExitCode.UNWRITABLE
    if run.end == "site-failed" or why_failed(run):
        return ExitCode.SITE_FAILED
    return ExitCode.HEALTH if run.findings or run.alarms or run.end == "error" else ExitCode.DONE


def why_failed(run: Run) -> str | None:
    """In plain words why the site failed in `run`, or None where it did not."""
    articles = _count(run, ARTICLE)
    if articles or run.urls.get("article-gone") or run.mode in OFFLINE:
        return None
    if run.mode == "url":
        reasons = ", ".join([*run.refusals, *(outcome for outcome in run.urls if outcome in FAILED)])
        return "the page is no article that could be read" + (f" ({reasons})" if reasons else "")
    answered = [source for source in run.sources if source.outcome in ANSWERED]
    if not answered and (run.sources or run.urls.get("robots-unavailable")):
        robots = "robots.txt was unavailable" if run.urls.get("robots-unavailable") else None
        what = robots or f"none of {_plural(len(run.sources), 'source')} answered"
        told = next((problem for source in run.sources for problem in source.problems), None)
        return f"{what} ({told})" if told else what
    failed, refused, denied = failed_pages(run.urls, run.sources), run.urls.get("refused", 0), denied_pages(run.urls, run.sources)
    every_one_was_asked = run.mode == "recheck" and failed > 0
    if run.known_articles and not every_one_was_asked and not _is_proven(run, failed + refused + denied - run.tried_in_vain):
        return None
    if failed and not refused:
        return "every page was an error"
    if failed or refused:
        return "nothing that is an article was found"
    if denied:
        return "robots.txt forbids every page that was asked for"
    return "none of the known articles that were asked for is there" if run.known_articles else "the site promised articles and showed none"


def failed_pages(urls: Mapping[Outcome, int], sources: Sequence[SourceReport]) -> int:
    """Failed URLs that are no source, and that are a fault of the site: a page that robots.txt forbids is not."""
    failed = sum(count for outcome, count in urls.items() if outcome in FAILED - {"robots-denied", "cancelled"})
    return max(0, failed - sum(source.outcome in FAILED for source in sources))


def denied_pages(urls: Mapping[Outcome, int], sources: Sequence[SourceReport]) -> int:
    """URLs that are no source, and that robots.txt forbids."""
    return urls.get("robots-denied", 0) - sum(source.outcome == "robots-denied" for source in sources)


def _is_proven(run: Run, failed: int) -> bool:
    """Whether a site whose sources answer, or were not asked, has failed, when `failed` pages and no other were asked for: a known article
    that was asked for besides is believed, unless it may have been deleted; where none could be asked, so many pages are."""
    told = [outcome for outcome in run.witnesses.values() if outcome != "cancelled"]
    if not told:
        return failed >= FEW_PAGES
    return len(told) >= FEW_PAGES or any(outcome != "article-missing" for outcome in told)


_LEFT: dict[Mode, str] = {
    "backfill": "left for the next run with mode=backfill",
    "recheck": "not looked at (the next run with mode=recheck looks at all again)",
    "url": "not fetched",
}
"""What becomes of URLs that were asked for and not answered, where a plain run does not take them up."""


def summary_line(run: Run) -> str:
    """The run in one line, for the terminal and cron's mail."""
    told = [
        f"{run.articles[change]} {change}"
        for change in ("new", "revised", "moved", "restored", "gone", "reextracted", "unchanged")
        if run.articles.get(change)
    ]
    others = {
        "missing": run.urls.get("article-missing", 0),
        "refused": run.urls.get("refused", 0),
        "failed": _count(run, FAILED - {"cancelled"}),
        _LEFT.get(run.mode, "left for the next run"): run.urls.get("cancelled", 0),
    }
    told += [f"{count} {name}" for name, count in others.items() if count]
    asked = sum(run.requests.values())
    line = (
        f"{run.site}: {', '.join(told) or 'nothing new'}; {_plural(asked, 'request')}, {run.bytes_received:,} bytes, {run.duration:.1f} s"
    )
    if run.exit_code == ExitCode.DONE:
        return line
    reason = why_failed(run) if run.exit_code == ExitCode.SITE_FAILED else None
    reasons = [*run.alarms, *(finding.text for finding in run.findings), *([reason] if reason else [])]
    return f"{line}; {run.exit_name} ({run.exit_code}){': ' if reasons else ''}{'; '.join(reasons)}"


def encode_run(run: Run) -> bytes:
    """The report as indented JSON in UTF-8, with its own digest."""
    return _json(run.model_copy(update={"digest": "sha256:" + hashlib.sha256(_json(run.model_copy(update={"digest": None}))).hexdigest()}))


def decode_run(data: bytes, path: Path) -> Run:
    """The report that `encode_run` wrote, without its digest. Raises ArchiveDamaged, naming `path`."""
    try:
        run = Run.model_validate_json(data)
    except ValidationError as fault:
        raise ArchiveDamaged(f"{path}: not a run report: {fault.errors()[0]['msg']}") from fault
    bare = _DIGEST.sub(b'"digest": null', data)
    if run.digest != "sha256:" + hashlib.sha256(bare).hexdigest():
        raise ArchiveDamaged(f"{path}: the report's digest does not match what it says")
    return run.model_copy(update={"digest": None})


def _json(run: Run) -> bytes:
    return (run.model_dump_json(indent=2) + "\n").encode("utf-8")


def run_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) under which every report is valid."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Run.model_json_schema(mode="serialization")}


def _count(run: Run, outcomes: frozenset[str]) -> int:
    return sum(count for outcome, count in run.urls.items() if outcome in outcomes)


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
