"""Long work in turns with everything else that the event loop has to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from time import monotonic
from typing import TypeVar

TURN_SECONDS = 0.05
"""After which others get their turn: too short to matter to a fetch, long enough that taking turns costs nothing."""
T = TypeVar("T")


async def in_turns(items: Iterable[T]) -> AsyncIterator[T]:
    """Each of `items`, with time for others every so often."""
    until = monotonic() + TURN_SECONDS
    for item in items:
        yield item
        if monotonic() > until:
            await asyncio.sleep(0)
            until = monotonic() + TURN_SECONDS
