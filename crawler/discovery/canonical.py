"""Whether a page and the canonical address that it names can be one article, by their names alone."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_FORMS = frozenset({"amp", "print", "printable", "drucken", "mobile", "m", "all", "single", "full"})
"""What a form of an article adds to its address, besides the number of a page."""


_TELLING = 4
"""Letters of a word that two articles do not share by chance: `the`, `and`, `for` are in every third slug."""


def may_be_canonical(url: str, canonical: str) -> bool:
    """Whether `canonical` may be the address of the article at `url`, for all that their names say.

    A theme with one canonical address for all its pages is not to be believed from the first page on, when no other has named it
    yet. An address that is only a number (`/?p=17`, `/node/17`) may be that of anything; one that has a name shares a part of it with
    its article, and has no other number. One folder up stands an article whose last part is only its form (`/story/print/`).
    """
    own, other = _path(url), _path(canonical)
    if urlsplit(url).query or not own or not other:
        return True
    if own[: len(other)] == other:
        return all(part in _FORMS or part.isdigit() for part in own[len(other) :])
    name, wanted = _parts(own[-1]), _parts(other[-1])
    if wanted <= {part for segment in own for part in _parts(segment)} or not _words(name):
        return True
    numbers, others = name - _words(name), wanted - _words(wanted)
    told = {part for part in name & wanted if len(part) >= _TELLING or part.isdecimal()}
    return bool(told) and not (numbers and others and not numbers & others)


def _path(url: str) -> list[str]:
    return [re.sub(r"\.[a-z]{3,5}$", "", segment) for segment in unquote(urlsplit(url).path).casefold().split("/") if segment]


def _parts(segment: str) -> set[str]:
    """Words and numbers of a segment of a path."""
    return set(re.findall(r"[^\W\d_]+|\d+", segment))


def _words(parts: set[str]) -> set[str]:
    return {part for part in parts if not part.isdecimal()}
