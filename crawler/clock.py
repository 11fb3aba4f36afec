"""The one place that asks what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Now = Callable[[], datetime]
"""A clock: returns the time as an aware UTC `datetime` with microseconds."""


def clock(start: str | None = None) -> Now:
    """A clock that shows the real time, or one that was set to `start` (RFC 3339) and runs on from there.

    The setting `NOW` gives `start`; it exists so that months can be simulated in minutes. Raises ValueError for
    a `start` that is no RFC 3339 time with zone.
    """
    if not start:
        return lambda: datetime.now(UTC)
    origin = datetime.fromisoformat(start)
    if origin.tzinfo is None:
        raise ValueError(f"NOW must be a time with zone, such as 2026-03-01T06:00:00Z, not {start!r}")
    begun = time.monotonic()
    return lambda: origin.astimezone(UTC) + timedelta(seconds=time.monotonic() - begun)


def rfc3339(moment: datetime) -> str:
    """`moment` as RFC 3339 in UTC with microseconds, such as `2026-03-01T06:00:00.000000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
