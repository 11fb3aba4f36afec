"""How old the newest article is, whether it is of the future, and whether the clocks of the site and of this machine agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from crawler.formats.run import Run

DAY = timedelta(days=1)
LEAST_RUNS = 7
"""Fewer say nothing about what is usual."""

_UNREAL_AGE = timedelta(days=3)
_LEAST_AGES = 20
_FUTURE = timedelta(days=2)
_AHEAD = timedelta(hours=1)
_LONG_PAUSE = timedelta(days=30)


def age(run: Run) -> timedelta | None:
    """How old the newest article was when a run ended that brought new ones; None where there is none or it has no date."""
    newest = newest_of(run)
    return None if newest is None else max(timedelta(0), finished(run) - published(newest))


def newest_of(run: Run) -> str | None:
    """The latest publication date of what a run brought; None where it brought nothing, or nothing that is dated."""
    if not run.articles.get("new"):
        return None
    return run.newest_new if run.reread or run.newest_new else run.newest_article


def limit_of_age(past: Sequence[Run]) -> timedelta | None:
    """Beyond which age the newest article is suspicious; None where the past says too little."""
    ages = [found for run in past if run.known_articles and (found := age(run)) is not None]
    return max(_UNREAL_AGE, 3 * max(ages)) if len(ages) >= _LEAST_AGES else None


def is_of_the_future(run: Run) -> bool:
    """Whether the newest article is dated days after the end of the run."""
    return run.newest_article is not None and published(run.newest_article) - DAY > finished(run) + _FUTURE - DAY


def is_ahead(run: Run) -> bool:
    """Whether what a run brought is dated hours after its end, to the hour: a bare day says too little."""
    newest = newest_of(run)
    return newest is not None and len(newest) > 10 and published(newest) > finished(run) + _AHEAD


def is_dated_otherwise(run: Run) -> bool | None:
    """Whether the site's servers date their answers hours before or after this machine's clock; None where they date none."""
    return None if run.clock_offset is None else abs(run.clock_offset) > _AHEAD / timedelta(seconds=1)


def server_fault(run: Run, usual: Sequence[Run], stretch: str) -> str | None:
    """In words, that in this run and the one before the servers' clocks were hours from ours, where they never were in the `usual` runs."""
    known = [found for each in usual if (found := is_dated_otherwise(each)) is not None]
    if not is_dated_otherwise(run) or run.clock_offset is None or len(known) <= LEAST_RUNS or not known[-1] or any(known[:-1]):
        return None
    hours = abs(run.clock_offset) / 3600
    how = f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
    side = "ahead of" if run.clock_offset > 0 else "behind"
    agreed = f"this machine's clock, with which it agreed {stretch}"
    return f"the site's server dates its answers {how} {side} {agreed}: the site's clock is wrong, or this machine's"


def future_fault(run: Run, usual: Sequence[Run]) -> str | None:
    """In words, that what a run brought is dated in the future, as nothing was before: by days, or twice in a row by hours."""
    ahead = [is_ahead(each) for each in usual if newest_of(each) is not None]
    twice = is_ahead(run) and len(ahead) > LEAST_RUNS and ahead[-1] and not any(ahead[:-1])
    once = is_of_the_future(run) and len(usual) >= LEAST_RUNS and not any(map(is_of_the_future, usual))
    if not twice and not once:
        return None
    newest = newest_of(run) or run.newest_article
    return f"the newest article is dated {newest}, in the future: the site's clock is wrong, or its dates are misread"


def clock_fault(run: Run, past: Sequence[Run]) -> str | None:
    """In words, why this machine's clock cannot be right."""
    if not past:
        return None
    before = past[-1]
    if started(run) < started(before) - timedelta(hours=1):
        return f"this machine's clock stands before the run of {started(before):%Y-%m-%d %H:%M} UTC: it is wrong now, or it was wrong then"
    pause = started(run) - finished(before)
    newest = published(run.newest_article) if run.newest_article and run.articles.get("new") else None
    if pause > _LONG_PAUSE and newest is not None and newest < finished(before) + DAY:
        return f"{pause.days} days since the last run, and no article is newer than {newest:%Y-%m-%d}: this machine's clock may be ahead"
    return None


def started(run: Run) -> datetime:
    return datetime.fromisoformat(run.started)


def finished(run: Run) -> datetime:
    return datetime.fromisoformat(run.finished)


def published(text: str) -> datetime:
    """A publication date as a moment; a bare day counts to its end."""
    moment = datetime.fromisoformat(text)
    if len(text) <= 10:
        return datetime.combine(moment, time(23, 59, 59), UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
