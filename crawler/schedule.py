"""When a site is due. Pure: a config, the reports of its past runs and the time go in, a moment comes out.

The rules:

- The cron line is read in the site's own `timezone`; where the config names none, in UTC. So a config means the same on every
  machine. Summer time is handled as Debian's cron does: what falls into the lost hour runs right after it, what falls into the
  doubled hour runs once.
- A site is due at the first moment of its cron line after the start of its last whole run. However many moments have passed since,
  one run makes up for all of them. A site that has never been run is due at once.
- A run that failed or was interrupted does not count as whole. It is tried again after 15 minutes, then after twice as long each
  time, up to six hours: never each minute, and a site that comes back is not kept waiting for a week.
- A run of a single URL, or of known articles only, is somebody's own wish and says nothing about the schedule.
- A run dated in the future was made by a machine whose clock was wrong, and is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from cronsim import CronSim

from crawler.errors import ExitCode
from crawler.formats.run import Run
from crawler.formats.site import Site

FIRST_RETRY = timedelta(minutes=15)
"""Most outages of news sites that are over at all today are over within a quarter of an hour."""

LAST_RETRY = timedelta(hours=6)
"""The longest wait between two tries: four a day are no burden on a site that is down."""

_WHOLE = frozenset({ExitCode.DONE, ExitCode.HEALTH})
_SCHEDULED = frozenset({"update", "backfill"})


def next_run(site: Site, runs: Sequence[Run], now: datetime) -> datetime | None:
    """When `site` is due next (aware, UTC), which may be in the past; None where its config has no `schedule`.

    `runs` are reports of the site in the order of time; `since_last_whole` says which of them are enough.
    """
    if site.schedule is None:
        return None
    past = since_last_whole(reversed(runs), now)
    if not past:
        return now
    failures = sum(not _is_whole(run) for run in past)
    return _end(past[-1], now) + retry_after(failures) if failures else tick_after(site, _start(past[-1]))


def since_last_whole(newest_first: Iterable[Run], now: datetime) -> list[Run]:
    """The runs that the schedule looks at, in the order of time: the last whole one and those that failed after it."""
    found: list[Run] = []
    for run in newest_first:
        if run.mode in _SCHEDULED and _start(run) <= now:
            found.append(run)
            if _is_whole(run):
                break
    return found[::-1]


def due(site: Site, runs: Sequence[Run], now: datetime) -> bool:
    """Whether `site` is to be run at `now`."""
    moment = next_run(site, runs, now)
    return moment is not None and moment <= now


def retry_after(failures: int) -> timedelta:
    """How long to wait after so many failed runs in a row (at least one)."""
    return min(FIRST_RETRY * (1 << min(failures - 1, 16)), LAST_RETRY)


def tick_after(site: Site, moment: datetime) -> datetime:
    """The first moment (aware, UTC) of the site's cron line after `moment`. The site must have a schedule."""
    if site.schedule is None:
        raise ValueError(f"{site.key} has no schedule")
    tick: datetime = next(CronSim(site.schedule, moment.astimezone(site.zone or UTC)))
    return tick.astimezone(UTC)


def _is_whole(run: Run) -> bool:
    return run.exit_code in _WHOLE and run.end != "error"


def _start(run: Run) -> datetime:
    return datetime.fromisoformat(run.started)


def _end(run: Run, now: datetime) -> datetime:
    """The end of a run, or `now` where its clock was put forward while it ran."""
    return min(datetime.fromisoformat(run.finished), now)
