"""Standing text: what stands on many pages of one site in the same words is the site's, not the article's.

Which words these are is learnt from the articles that are stored (see `crawler.index.standing`) and handed to the reading of a page as
digests. Sameness alone takes nothing out, because authors repeat themselves too: a greeting, a refrain, a correction, the sentence
with which every report of a council begins. A repeated piece is left out where it also stands apart from the text, leads or calls
somewhere, or names the site; a plain one only where it stands on nearly every article of the site, whoever wrote it. The first piece of
a text, headings by themselves, and corrections stay.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from crawler.extraction import normalise
from crawler.extraction.body import holder
from crawler.extraction.noise import invites
from crawler.extraction.page import Element
from crawler.extraction.segments import Segment

Standing = Mapping[int, bool]
"""By digest of a piece: whether it stood on nearly every article, by different authors."""

SHORTEST, LONGEST = 8, 3_000
"""Bytes of letters (UTF-8, so that a Chinese sentence is as long as an English one) between which pieces are compared."""
_ALONE = 24
"""Bytes from which a piece is left out without a longer one beside it: below, it may be a label (`Key points`)."""
_KINDS = frozenset({"paragraph", "list", "quote", "heading"})
_NOTICE = re.compile(
    r"^\W*(?:corrections?|clarifications?|updates?|editor.s note|note|richtigstellung|berichtigung|korrektur|anm(?:erkung|\.)|update|"
    r"correcti(?:f|on)|rectificati(?:f|on)|mise à jour|note de la rédaction|correcci[oó]n|rectificaci[oó]n|actualizaci[oó]n|"
    r"corre[çc][aã]o|atualiza[çc][aã]o|correzione|rettifica|aggiornamento|rectificatie|correctie|rättelse|rettelse|sprostowanie|"
    r"исправление|поправка|обновлено|訂正|更正|정정)\b[^:.]{0,40}[:.)\]—–：]",
    re.I,
)
"""How a note about the article itself begins; many articles may share its words."""


def digest(letters: str) -> int | None:
    """The key of a piece whose `normalise.letters` these are (a signed number of 64 bits); None where it is too short or too long."""
    raw = letters.encode("utf-8", "surrogatepass")
    if not SHORTEST <= len(raw) <= LONGEST:
        return None
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), signed=True)


def pieces(texts: Iterable[tuple[str, str]]) -> dict[int, str]:
    """The pieces among an article's blocks that could be standing text: digest -> text. `texts`: kind and text of each block."""
    found = ((digest(normalise.letters(text)), text) for kind, text in texts if kind in _KINDS)
    return {key: text for key, text in found if key is not None}


def without_standing(chosen: list[Segment], standing: Standing, names: Iterable[str]) -> list[Segment]:
    """`chosen` without the site's standing text. `names`: what the site calls itself. A page that would be left without text keeps all."""
    known = {one.position: key for one in chosen if one.kind in _KINDS and (key := digest(one.letters)) in standing and key is not None}
    if not known:
        return chosen
    apart = _apart(chosen)
    called = [name for name in map(normalise.letters, names) if len(name) > 3]
    first = next((one.position for one in chosen if one.kind not in ("image", "heading")), None)
    out: set[int] = set()
    plain: set[int] = set()
    for one in chosen:
        if one.position not in known or one.kind == "heading" or len(one.letters.encode()) < _ALONE or _NOTICE.match(one.text):
            continue
        points = one.link_share > 0 or invites(one.text) or any(name in one.letters for name in called)
        if points or (one.position in apart and one.position != first):
            out.add(one.position)
        elif standing[known[one.position]] and one.position != first:
            plain.add(one.position)
    out |= _few(chosen, plain)
    out |= _beside(chosen, out, known.keys() & apart)
    out |= _headless(chosen, out, known.keys())
    kept = [one for one in chosen if one.position not in out]
    return kept if any(one.kind not in ("image", "heading") for one in kept) else chosen


def _apart(chosen: list[Segment]) -> set[int]:
    """Positions of the pieces that stand outside the containers of the text; none where the text itself is scattered."""
    shared = Counter(one.element for one in chosen if one.kind != "image")
    weight: Counter[Element] = Counter()
    for one in chosen:
        weight[holder(one, shared)] += len(one.letters)
    total = sum(weight.values())
    homes = {element for element, letters in weight.items() if letters > 0.1 * total}
    if sum(weight[element] for element in homes) < 0.5 * total:
        return set()
    return {one.position for one in chosen if holder(one, shared) not in homes}


def _few(chosen: list[Segment], plain: set[int]) -> set[int]:
    """`plain`, unless it makes up half of the text: pages that all say the same are the work of their author."""
    repeated = sum(len(one.letters) for one in chosen if one.position in plain)
    return plain if 2 * repeated < sum(len(one.letters) for one in chosen) else set()


def _beside(chosen: list[Segment], out: set[int], able: set[int]) -> set[int]:
    """The short pieces of `able` next to what is left out: the button below an invitation, the line above it."""
    found: set[int] = set()
    for row in (chosen, chosen[::-1]):
        before = False
        for one in row:
            before = one.position in out or (before and one.position in able and one.kind != "heading" and not _NOTICE.match(one.text))
            if before:
                found.add(one.position)
    return found - out


def _headless(chosen: list[Segment], out: set[int], known: Iterable[int]) -> set[int]:
    """Repeated headings of which nothing is left: what stood under them is left out, up to the next heading or the end."""
    repeated = set(known)
    found: set[int] = set()
    empty, gone = True, False
    for one in reversed(chosen):
        if one.kind == "heading":
            if empty and gone and one.position in repeated:
                found.add(one.position)
            empty, gone = True, False
        elif one.position in out:
            gone = True
        else:
            empty = False
    return found
