"""The frontier: requests that wait for their turn, packed, because a sitemap may name a hundred thousand pages at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from queuelib.queue import LifoMemoryQueue
from scrapy import Request

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_OWN = ("url", "callback", "errback", "priority", "dont_filter")
"""What differs between requests for pages, besides the values of `meta` and `cb_kwargs`."""
_ALIKE = ("method", "body", "cookies", "encoding", "flags", "headers")

_Names = tuple[tuple[str, ...], tuple[str, ...]]


class Frontier(LifoMemoryQueue):
    """Scrapy's `LifoMemoryQueue` (setting `SCHEDULER_MEMORY_QUEUE`), in which a plain GET without headers takes 0.2 KB instead of 1 KB.

    What comes out is equal to what went in and may be another object. Every other request is kept as it is.
    """

    def __init__(self) -> None:
        super().__init__()
        self._names: dict[_Names, _Names] = {}

    @classmethod
    def from_crawler(cls, _crawler: Crawler, *_args: Any, **_given: Any) -> Self:
        """As Scrapy makes its queues."""
        return cls()

    def push(self, request: Request) -> None:
        super().push(self._packed(request))

    def pop(self) -> Request | None:
        return _unpacked(super().pop())

    def peek(self) -> Request | None:
        """What `pop` would return; None where the queue is empty."""
        return _unpacked(super().peek())

    def _packed(self, request: Request) -> Request | tuple[Any, ...]:
        if type(request) is not Request or any(getattr(request, name) != getattr(_PLAIN, name) for name in _ALIKE):
            return request
        names = (tuple(request.meta), tuple(request.cb_kwargs))
        own = (getattr(request, name) for name in _OWN)
        return (self._names.setdefault(names, names), *own, *request.meta.values(), *request.cb_kwargs.values())


def _unpacked(waiting: Request | tuple[Any, ...] | None) -> Request | None:
    if not isinstance(waiting, tuple):
        return waiting
    (meta, cb_kwargs), *values = waiting
    own = dict(zip(_OWN, values, strict=False))
    given = iter(values[len(_OWN) :])
    return Request(**own, meta={name: next(given) for name in meta}, cb_kwargs={name: next(given) for name in cb_kwargs})


_PLAIN = Request("data:,")
