"""How much one URL may cost: time, bytes of head, bytes of body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.settings import BaseSettings

HEAD_BYTES = 64 * 1024
"""Bytes of status lines and headers, interim responses included. Servers send at most 8 to 32 KiB, browsers take 256 KiB."""

CHUNK_LINE_BYTES = 64 * 1024
"""Bytes of one chunk's size line with its extensions, and of all trailers. No server is known to send more than a few hundred."""

MEMORY_BYTES = 64_000_000
"""Bytes of a decoded body that is handed up in memory, however large `max_page_bytes` is: what is larger is no page."""

CONNECT_SECONDS = 15.0
"""For each address of a host. TCP's own patience is minutes; a host that is up answers within three retransmissions (7 s)."""

DOUBT_SECONDS = 3.0
"""Silence after which an answer is over whose end cannot be told, on a connection that the server keeps open. As `CONNECT_SECONDS`."""

READ_BYTES = 1 << 18
"""Bytes taken from a socket at once. With Twisted's own 64 KiB, a megabyte costs 16 turns of the reactor: a tenth of all its CPU."""

LOST_SECONDS = 300.0
"""What fetches that ran out of time may cost a run, before each further one gets `HASTY_SECONDS`: five pages that drip for a minute."""

HASTY_SECONDS = 10.0
"""For all of a page, once the site is known to let fetches run out of time. Ten times what a slow blog takes."""

HELD_UP_SECONDS = 10.0
"""Time in which this program could not read, as much as a URL is given back of it: a long computation, a paused or overloaded machine."""

_SPENT = "fetch_spent"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of one fetch."""

    seconds: float
    """Wall clock left to the URL, from connecting to the last byte."""
    body_bytes: int
    """Bytes of body on the wire, chunk framing included; 0 for no limit."""
    spare: float = HELD_UP_SECONDS
    """Seconds that do not count where the program could not read in them."""

    @property
    def decoded_bytes(self) -> int:
        """Bytes of body after each decoding."""
        return min(self.body_bytes or MEMORY_BYTES, MEMORY_BYTES)

    @classmethod
    def of(cls, request: Request, settings: BaseSettings, most: float | None = None) -> Bounds:
        """From DOWNLOAD_TIMEOUT and DOWNLOAD_MAXSIZE, which the request's own `download_timeout` and `download_maxsize` override.

        The time, of which there are never more than `most` seconds, is for all tries together: what earlier tries of the same URL
        took is taken off.
        """
        seconds = float(request.meta.get("download_timeout") or settings.getfloat("DOWNLOAD_TIMEOUT"))
        if most is not None:
            seconds = min(seconds, most)
        size = request.meta.get("download_maxsize", settings.getint("DOWNLOAD_MAXSIZE"))
        spent = Spent.of(request)
        return cls(seconds - spent.seconds, int(size), max(HELD_UP_SECONDS - spent.held_up, 0.0))


@dataclass(frozen=True, slots=True)
class Spent:
    """What all tries of a URL have taken so far. Travels in the meta of its retries; a redirect to another URL starts anew."""

    url: str
    seconds: float = 0.0
    attempts: int = 0
    """How often a request for it was written to a connection."""
    held_up: float = 0.0
    """Seconds beside those, in which the program could not read."""

    @classmethod
    def of(cls, request: Request) -> Spent:
        """Nothing, before the first try."""
        known = request.meta.get(_SPENT)
        return known if isinstance(known, Spent) and known.url == request.url else cls(request.url)

    def add(self, request: Request, seconds: float, attempts: int, held_up: float) -> None:
        """Count another try of `request`."""
        request.meta[_SPENT] = Spent(self.url, self.seconds + seconds, self.attempts + attempts, self.held_up + held_up)
