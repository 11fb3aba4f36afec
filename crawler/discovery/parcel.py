"""Findings as they travel from one process to another: in pieces that are unpacked one by one, and bounded in all."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from crawler.discovery.links import Findings, Link, Source

PIECE = 500
"""Links in one piece: unpacking it takes 3 ms. Those with their articles' texts are fewer:"""
PIECE_CHARACTERS = 1_000_000
MOST_BYTES = 64_000_000
"""Of all pieces together: as much as a document may have when it is decoded. Full texts in a feed are nearly all of it."""


@dataclass(slots=True)
class Parcel:
    """Packed findings; `findings` grows with each piece that `unpack` opens."""

    findings: Findings
    pieces: list[tuple[bool, bytes]] = field(default_factory=list)
    """Whether the piece holds further documents instead of links, and the piece."""

    @classmethod
    def of(cls, findings: Findings) -> Parcel:
        """All of it, as long as it is within `MOST_BYTES`; what is over is left out, and said so."""
        parcel = cls(replace(findings, links=[], more=[], problems=[*findings.problems]))
        room = MOST_BYTES
        for is_more, items in ((True, findings.more), (False, findings.links)):
            for some in _few_at_a_time(items):
                piece = pickle.dumps(some, pickle.HIGHEST_PROTOCOL)
                room -= len(piece)
                if room < 0:
                    parcel.findings.problems.append(f"its links take more than {MOST_BYTES} bytes: the rest was not read")
                    return parcel
                parcel.pieces.append((is_more, piece))
        return parcel

    def unpack(self) -> Iterator[None]:
        """Opens piece after piece, so that there can be something else to do between two."""
        for is_more, piece in self.pieces:
            items: list[Link] | list[Source] = pickle.loads(piece)
            (self.findings.more if is_more else self.findings.links).extend(items)  # type: ignore[arg-type]
            yield
        self.pieces = []


def _few_at_a_time(items: Sequence[Link | Source]) -> Iterator[list[Link | Source]]:
    some: list[Link | Source] = []
    length = 0
    for item in items:
        some.append(item)
        length += len(item.content_html or "") if isinstance(item, Link) else 0
        if len(some) >= PIECE or length >= PIECE_CHARACTERS:
            yield some
            some, length = [], 0
    if some:
        yield some
