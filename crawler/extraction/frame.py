"""What of a page is its frame: menus, sidebars, teasers of other stories, readers' comments. Told by tags and class names.

Class names mislead: themes call the container round the article and its sidebar `content-sidebar-wrap`, and page builders call every
piece a widget. So what holds the page's one `main` element, or the heading that says what the page's title says, is never its frame.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain, islice

from crawler.extraction import normalise
from crawler.extraction.page import Element, Page, classes, text_of, title_tag

_LISTING = re.compile(
    r"sidebar|related|recommend|(?<!elementor-)widget(?! blog)|teaser|comment|"
    r"(?<!post-)(?<!post_)(?<!entry-)(?<!article-)(?<!article__)footer|popular|recent|most-?read|card|promo|latest|"
    r"outbrain|taboola|trending"
)
_APART = ("nav", "aside", "footer")
_BREADCRUMB = re.compile(r"bread-?_?crumb")
_STEPS = 4
"""Elements round a step of the breadcrumbs among which their container is: further out, a class says only that the page has some."""
_LONGEST = 300
_SHARED = 0.3
"""Share of its words that a heading has in common with a declared title to be the headline by that alone."""


def trunk(page: Page) -> frozenset[Element]:
    """The elements that hold the page's one `main`, that itself, and the elements that hold its one headline."""
    if page.trunk is None:
        mains = page.tagged("main")
        held = [*mains, *mains[0].iterancestors()] if len(mains) == 1 else []
        titled = [one for one in page.tagged("h1") if _is_titled(page, one)]
        if len(titled) == 1:
            held += titled[0].iterancestors()
        page.trunk = frozenset(held)
        page.listed.update(dict.fromkeys(other_stories(page), True))
    return page.trunk


def other_stories(page: Page) -> list[Element]:
    """The `article` elements behind the one with the headline that have an h1 of their own: what comes when a reader scrolls on."""
    headings = page.tagged("h1")
    titled = [one for one in headings if _is_titled(page, one)] if len(headings) > 1 else []
    own = next(titled[0].iterancestors("article"), None) if len(titled) == 1 else None
    if own is None:
        return []
    every = page.tagged("article")
    behind = every[every.index(own) + 1 :]
    return [one for one in behind if next(one.iter("h1"), None) is not None and own not in one.iterancestors()]


def _is_titled(page: Page, heading: Element) -> bool:
    """Whether `heading` stands outside menus and margins and says about what the page declares as its title."""
    if in_breadcrumb(heading) or any(one.tag in _APART for one in heading.iterancestors()):
        return False
    text = text_of(heading)
    if not 0 < len(text) < _LONGEST:
        return False
    own = normalise.fold(text)
    words = normalise.words(own)
    for title in (page.meta("og:title"), title_tag(page)):
        theirs = normalise.fold(title)
        if own and (own in theirs or len(words & normalise.words(theirs)) >= _SHARED * len(words)):
            return True
    return False


def in_breadcrumb(element: Element) -> bool:
    """Whether `element` is a step of the page's breadcrumbs, where some publishers put their h1."""
    around = (one for one in (element, *islice(element.iterancestors(), _STEPS)) if one.tag not in ("body", "html", "main", "article"))
    return any(_BREADCRUMB.search(classes(one)) for one in around)


def is_listed(page: Page, element: Element) -> bool:
    """Whether `element` belongs to another story, to comments or to the page's frame, as tags and class names round it say."""
    own = trunk(page)
    known = page.listed
    passed = []
    answer = False
    for one in element.iterancestors():
        if one in known:
            answer = known[one]
            break
        passed.append(one)
    for one in reversed(passed):
        known[one] = answer = one not in own and (answer or is_frame(one))
    return answer


def headline_place(page: Page) -> int | None:
    """Where in `page.every` the first heading stands that may be the headline: an h1, or one that says what the page's title says."""
    titles = {normalise.fold(title) for title in (page.meta("og:title"), title_tag(page)) if title} - {""}
    first = (one for one in page.tagged("h1") if not is_listed(page, one) and not in_breadcrumb(one))
    like = (one for one in page.tagged("h2", "h3", "h4") if normalise.fold(text_of(one)) in titles and not is_listed(page, one))
    found = next(chain(first, like), None)
    return None if found is None else page.every.index(found)


def is_frame(element: Element) -> bool:
    """Whether `element` itself is part of the page's frame, or holds other stories or comments. The footer of an article is its own."""
    if element.tag in ("nav", "aside"):
        return True
    if element.tag == "footer":
        return next(element.iterancestors("article"), None) is None and not any(
            word in classes(element) for word in ("post", "entry", "article")
        )
    return element.tag not in ("body", "html", "main", "article") and names_list(element)


def names_list(element: Element) -> bool:
    """Whether class or id of `element` says that it holds other stories, comments or the page's frame."""
    name = classes(element)
    return 2 < len(name) < 200 and _is_listing_name(name)


@lru_cache(maxsize=8_192)
def _is_listing_name(name: str) -> bool:
    return _LISTING.search(name) is not None
