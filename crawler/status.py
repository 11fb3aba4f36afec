"""How a site stands: its last run, its next one, and its past as a line. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from crawler.clock import rfc3339
from crawler.errors import ExitCode
from crawler.formats.causes import failure_of
from crawler.formats.run import Run
from crawler.formats.site import Site
from crawler.schedule import next_run

State = Literal["ok", "broken", "failed", "unwritable", "damaged", "interrupted", "running", "never run", "no config"]

_STATES: dict[int, State] = {
    ExitCode.DONE: "ok",
    ExitCode.HEALTH: "broken",
    ExitCode.SITE_FAILED: "failed",
    ExitCode.UNWRITABLE: "unwritable",
    ExitCode.DAMAGED: "damaged",
    ExitCode.INTERRUPTED: "interrupted",
    ExitCode.TERMINATED: "interrupted",
}
_UNREPORTED = "its only runs left no report: they were killed, or the archive could not be written; `scrapy crawl` says why"
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Status:
    """One line of `scrapy status`. Times are aware UTC; the counts are those of the last run."""

    site: str
    state: State
    last_run: datetime | None = None
    next_run: datetime | None = None
    exit_code: int | None = None
    new: int = 0
    revised: int = 0
    gone: int = 0
    findings: tuple[str, ...] = ()
    """Everything that is wrong, in plain words."""

    def as_json(self) -> dict[str, Any]:
        """The status as JSON values; times in RFC 3339."""
        return {
            "site": self.site,
            "state": self.state,
            "last_run": rfc3339(self.last_run) if self.last_run else None,
            "next_run": rfc3339(self.next_run) if self.next_run else None,
            "exit_code": self.exit_code,
            "new": self.new,
            "revised": self.revised,
            "gone": self.gone,
            "findings": list(self.findings),
        }


def status(key: str, site: Site | None, runs: Sequence[Run], now: datetime, *, running: bool = False, unreported: bool = False) -> Status:
    """How the site `key` stands at `now`, from its reports since the last whole run, in the order of time. `unreported`: a run has
    begun, and none has left a report."""
    upcoming = next_run(site, runs, now) if site else None
    if unreported and site and not running:
        return Status(key, "failed", next_run=upcoming, findings=(_UNREPORTED,))
    if not runs:
        return Status(key, "running" if running else "never run" if site else "no config", next_run=upcoming)
    last = runs[-1]
    return Status(
        key,
        "running" if running else _STATES.get(last.exit_code, "failed") if site else "no config",
        datetime.fromisoformat(last.started),
        upcoming,
        last.exit_code,
        last.articles.get("new", 0),
        last.articles.get("revised", 0),
        last.articles.get("gone", 0),
        _wrong(last),
    )


def _wrong(run: Run) -> tuple[str, ...]:
    reason = failure_of(run) if run.exit_code == ExitCode.SITE_FAILED else None
    return (*([reason] if reason else []), *run.alarms, *(finding.text for finding in run.findings))


@dataclass(frozen=True, slots=True)
class Day:
    """What the runs of one day brought; `new` is None for a day without a run."""

    day: str
    runs: int
    new: int | None
    worst: State | None


def days(runs: Sequence[Run], now: datetime, number: int) -> list[Day]:
    """The last `number` days (UTC), the oldest first."""
    found = []
    for back in range(number - 1, -1, -1):
        day = (now - timedelta(days=back)).date().isoformat()
        of_day = [run for run in runs if run.started[:10] == day]
        bad = [run for run in of_day if run.exit_code]
        worst = _STATES.get(bad[-1].exit_code, "failed") if bad else "ok" if of_day else None
        found.append(Day(day, len(of_day), sum(run.articles.get("new", 0) for run in of_day) if of_day else None, worst))
    return found


def sparkline(values: Sequence[int | None]) -> str:
    """One sign a value: a bar from nothing to the highest; a blank where there is none."""
    highest = max((value for value in values if value is not None), default=0)
    return "".join(" " if value is None else _BARS[(len(_BARS) - 1) * value // highest if highest else 0] for value in values)
