"""What state a site is in, as a person would say it, and what of it is news. Pure.

One breakage has one cause and many signs; it is told once. Findings are put into groups, and a group that follows from another one is no
news: a site that refuses the crawler has failed runs and dead feeds as well. A site that fails once is given a second run, because most
outages are over by then; an archive that cannot be written is told of at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crawler.errors import ExitCode
from crawler.formats.causes import failure_of
from crawler.formats.finding import Finding
from crawler.formats.run import Run

Group = Literal["layout", "access", "discovery", "clock", "site", "archive"]

_GROUP_OF_KIND: dict[str, Group] = {
    "coverage": "layout",
    "body-length": "layout",
    "dates": "layout",
    "layout": "layout",
    "responses": "access",
    "source": "discovery",
    "standstill": "discovery",
    "yield": "discovery",
    "age": "discovery",
    "clock": "clock",
}
_LAYOUT_REFUSALS = frozenset({"no-headline", "no-body", "empty-shell", "extraction-failed", "listing", "static-page"})
_FOLLOWS: dict[Group, frozenset[Group]] = {
    "layout": frozenset({"site", "discovery"}),
    "access": frozenset({"site", "discovery"}),
    "discovery": frozenset({"site"}),
    "site": frozenset({"access", "discovery", "layout"}),
    "clock": frozenset(),
    "archive": frozenset(),
}
"""What is no news while a group is known."""

_ARCHIVE = frozenset({ExitCode.UNWRITABLE, ExitCode.DAMAGED})
_NO_WORD = frozenset({ExitCode.LOCKED, ExitCode.INTERRUPTED, ExitCode.TERMINATED})
"""Ends that say nothing about the site."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What is wrong with a site: for each group what a person should read. Nothing wrong: no groups."""

    problems: tuple[tuple[Group, str], ...] = ()

    @property
    def groups(self) -> frozenset[Group]:
        return frozenset(group for group, _ in self.problems)

    @property
    def text(self) -> str:
        """All problems, one a line."""
        return "\n".join(text for _, text in self.problems)


@dataclass(frozen=True, slots=True)
class News:
    """A change of state that is worth telling."""

    site: str
    state: Literal["broken", "recovered"]
    text: str
    """What is wrong, one problem a line; for a recovery what it was."""

    @property
    def headline(self) -> str:
        """The first problem, on one line with the site's name."""
        first, *more = self.text.splitlines() or [""]
        rest = f" (and {len(more)} more)" if more else ""
        return f"{self.site}: works again ({first}{rest})" if self.state == "recovered" else f"{self.site}: {first}{rest}"


def news(run: Run, past: Sequence[Run]) -> News | None:
    """What is to be told after `run`, or None where nothing changed. `past` are the site's reports before it in the order of time."""
    before = condition(past)
    after = _next(before, run, past[-1] if past else None)
    if before.groups and not after.groups:
        return News(run.site, "recovered", before.text)
    known = frozenset[Group]().union(before.groups, *(_FOLLOWS[group] for group in before.groups))
    return News(run.site, "broken", after.text) if after.groups - known else None


def condition(runs: Sequence[Run]) -> Condition:
    """The state of a site after its `runs`, in the order of time."""
    state, last = Condition(), None
    for run in runs:
        state, last = _next(state, run, last), run
    return state


def _next(before: Condition, run: Run, last: Run | None) -> Condition:
    if run.mode != "update" or run.exit_code in _NO_WORD:
        return before
    if run.exit_code in _ARCHIVE:
        return Condition((*before.problems, ("archive", _archive_text(run)))) if "archive" not in before.groups else before
    problems = [(group_of(finding), finding.text) for finding in run.findings]
    if run.end == "error":
        problems.append(("site", "the crawl ended in a fault of the program itself; its log says which"))
    if run.exit_code == ExitCode.SITE_FAILED:
        twice = last is not None and last.exit_code == ExitCode.SITE_FAILED
        if twice or "site" in before.groups:
            problems.append(("site", failure_of(run)))
        elif not problems:
            return before
    return Condition(tuple(problems))


def group_of(finding: Finding) -> Group:
    """The group of a finding."""
    if finding.kind == "refusals":
        return "layout" if finding.subject in _LAYOUT_REFUSALS else "access"
    return _GROUP_OF_KIND[finding.kind]


def _archive_text(run: Run) -> str:
    return (
        "the archive is damaged"
        if run.exit_code == ExitCode.DAMAGED
        else "the archive could not be written: disk full, read-only, or failing"
    )
