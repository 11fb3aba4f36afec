"""The body by what was learnt: its container, and which shapes inside it are text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from crawler.extraction import normalise
from crawler.extraction.captions import without_captions
from crawler.extraction.css import select
from crawler.extraction.noise import is_noise, without_edges
from crawler.extraction.page import Element, Page
from crawler.extraction.segments import Segment, segments
from crawler.extraction.template_paths import address, digest, shape
from crawler.formats.template import CONTRADICTED, LearntBody

CONTAINER_PAGES = 3
"""Pages after which the container that held the body of all of them is believed."""
_REPEATED = 2
"""Pages on which a text has to stand before it is the layout's and not the article's."""
_SHAPES, _TEXTS = 300, 30
"""Most shapes, and most texts of a shape, that are remembered."""
_AS_SHORT, _AS_LONG = 3, 4
"""How many times shorter than the shortest, or longer than the longest, a body may be before it looks odd."""
_CONTAINERS = ("div", "section", "article", "main", "td", "body")
_DUPLICATE = 50
"""Letters from which the same text once more is a copy for another width of screen, as in `body`."""


class Odd(Exception):
    """Raised by `read` where a page is not as the layout's others were; the whole cascade then reads it."""


@dataclass(slots=True)
class BodyLesson:
    """What one page showed of the body."""

    containers: dict[str, int] = field(default_factory=dict)
    """Selectors of the elements that hold the whole body, with their depth."""
    container: str | None = None
    """The one that the shapes below are relative to."""
    kept: set[str] = field(default_factory=set)
    dropped: dict[str, list[str]] = field(default_factory=dict)
    letters: int = 0


def read(page: Page, learnt: LearntBody, known: set[str], authors: list[str]) -> list[Segment]:
    """The segments of the article in `page`. `known` and `authors`: see `body.find`. Raises Odd."""
    container = _only(page, learnt.container or "")
    if container is None:
        raise Odd("the container of the body is not there, or more than once")
    kept: list[Segment] = []
    every = segments(page, container)
    for one in every:
        form = shape(one, container)
        left_out = learnt.dropped.get(form)
        if form in learnt.kept:
            if left_out and left_out.get(digest(one.letters), 0) >= _REPEATED:
                continue
            if left_out and not is_noise(one):
                raise Odd(f"{form} is text on some pages and not on others")
            kept.append(one)
        elif left_out is None:
            raise Odd(f"{form} was not seen before")
    chosen = _own(every, kept, known, authors)
    letters = sum(len(one.letters) for one in chosen)
    if not learnt.shortest / _AS_SHORT <= letters <= learnt.longest * _AS_LONG or not letters:
        raise Odd(f"{letters} letters, where others have {learnt.shortest} to {learnt.longest}")
    return chosen


def lesson(page: Page, learnt: LearntBody, chosen: list[Segment], known: set[str], authors: list[str]) -> BodyLesson:
    """What `page`, of which the cascade chose the segments `chosen`, shows."""
    found = BodyLesson(letters=sum(len(one.letters) for one in chosen))
    home = _common([one.element for one in chosen])
    if home is None:
        return found
    above = [home, *home.iterancestors()]
    for place, one in enumerate(above):
        if one.tag not in ("html", "body") and _only(page, path := address(one)) is one:
            found.containers.setdefault(path, len(above) - place)
    container = _only(page, learnt.container) if learnt.container in found.containers else None
    if container is None:
        return found
    found.container = learnt.container
    own = {(one.element, one.letters, one.url) for one in chosen}
    inside = [(one, shape(one, container)) for one in segments(page, container)]
    found.kept = {form for one, form in inside if (one.element, one.letters, one.url) in own}
    text = found.kept | learnt.kept.keys()
    explained = {id(one) for one, form in inside if form in text}
    every = [one for one, _ in inside]
    explained -= {id(one) for one in _own(every, [one for one, form in inside if form in text], known, authors)}
    for one, form in inside:
        if (one.element, one.letters, one.url) not in own and id(one) not in explained:
            found.dropped.setdefault(form, []).append(digest(one.letters))
    return found


def merge(learnt: LearntBody, lesson: BodyLesson, pages: int) -> bool:
    """Adds what one page showed, the `pages`-th. False where the container is another now, so that its proofs count no more."""
    for path in learnt.containers:
        if lesson.containers and path not in lesson.containers:
            learnt.containers[path] = [CONTRADICTED, 0]
    for path, depth in lesson.containers.items():
        seen = learnt.containers.get(path, [0 if pages == 1 else CONTRADICTED])[0]
        if seen != CONTRADICTED:
            learnt.containers[path] = [seen + 1, depth]
    able = {path: depth for path, (seen, depth) in learnt.containers.items() if seen >= CONTAINER_PAGES}
    best = max(able, key=lambda path: able[path], default=None)
    if best != learnt.container:
        learnt.container, learnt.kept, learnt.dropped = best, {}, {}
        return False
    learnt.shortest = min(learnt.shortest or lesson.letters, lesson.letters)
    learnt.longest = max(learnt.longest, lesson.letters)
    if lesson.container == learnt.container:
        _add_shapes(learnt, lesson)
    return True


def _add_shapes(learnt: LearntBody, lesson: BodyLesson) -> None:
    for form in lesson.kept:
        if form in learnt.kept or len(learnt.kept) < _SHAPES:
            learnt.kept[form] = learnt.kept.get(form, 0) + 1
    for form, texts in lesson.dropped.items():
        if form not in learnt.dropped and len(learnt.dropped) >= _SHAPES:
            continue
        known = learnt.dropped.setdefault(form, {})
        for text in dict.fromkeys(texts):
            if text in known or len(known) < _TEXTS:
                known[text] = known.get(text, 0) + 1


def _own(every: list[Segment], row: list[Segment], known: set[str], authors: list[str]) -> list[Segment]:
    """What of `row`, the segments of `every` with the shapes of text, is the article's."""
    return without_edges(without_captions(every, _filtered(row, known)), authors)


def _filtered(row: list[Segment], known: set[str]) -> list[Segment]:
    """`row` without what has a field of its own, what its own words say is no text, and copies."""
    return [one for one in _once(row) if (one.letters not in known or one.kind not in ("heading", "paragraph")) and not is_noise(one)]


def _once(row: list[Segment]) -> Iterator[Segment]:
    seen: set[str] = set()
    for one in row:
        if len(one.letters) <= _DUPLICATE or one.letters not in seen:
            seen.add(one.letters)
            yield one


def _only(page: Page, path: str | None) -> Element | None:
    """The element that `path` selects where there is exactly one."""
    found = select(page, path) if path else []
    return found[0] if len(found) == 1 else None


def _common(elements: list[Element]) -> Element | None:
    """The innermost container that holds all of `elements`."""
    if not elements:
        return None
    shared = [one for one in (elements[0], *elements[0].iterancestors()) if one.tag in _CONTAINERS]
    for element in elements[1:]:
        above = {element, *element.iterancestors()}
        shared = [one for one in shared if one in above]
    return shared[0] if shared else None


def known_letters(texts: list[str | None]) -> set[str]:
    """`normalise.letters` of what has a field of its own."""
    return {normalise.letters(text) for text in texts if text}
