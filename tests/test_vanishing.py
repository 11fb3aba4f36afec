"""Several looks at one article in one run: which of them decides, whatever their order."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_store import HOME, TEXT, Newsroom, article

from crawler.discovery import Link
from crawler.formats.run import Run

OWN, TWIN, NEW = (f"{HOME}2026/03/ferry{more}.html" for more in ("", "-again", "-now"))
ORDERS = pytest.mark.parametrize("backwards", [False, True], ids=["own-first", "own-last"])


class Ferry(Newsroom):
    """An article with a second address at which the same page stands; `looks` is a run on the next day."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.looks({OWN: 200})
        self.looks({TWIN: 200})

    def looks(self, answers: dict[str, int], *, backwards: bool = False) -> Run:
        self.clock.advance(hours=24)
        store = self.run()
        for url in reversed(answers) if backwards else answers:
            capture = self.capture(url, status=answers[url])
            store.write(capture)
            if store.answer(Link(url, "seed", HOME), capture):
                store.pages.commit(article(capture, body=TEXT * 3), Link(url, "seed", HOME))
        return store.close()


@pytest.fixture
def ferry(tmp_path: Path) -> Ferry:
    return Ferry(tmp_path / "archive")


@ORDERS
def test_the_articles_own_address_decides_that_it_is_gone(ferry: Ferry, backwards: bool) -> None:
    assert ferry.looks({OWN: 404}).urls == {"article-missing": 1}
    run = ferry.looks({OWN: 410, TWIN: 404}, backwards=backwards)
    assert run.urls == {"article-gone": 1, "article-missing": 1}
    gone = [line for line in ferry.archive.articles("demo") if line.change == "gone"]
    assert [line.url for line in gone] == [OWN]
    assert ferry.looks({}).urls == {}  # nothing was left without an outcome


@ORDERS
def test_what_is_back_is_there_whatever_its_other_address_answers(ferry: Ferry, backwards: bool) -> None:
    ferry.looks({OWN: 404})
    ferry.looks({OWN: 200, TWIN: 404}, backwards=backwards)
    for _ in range(2):  # two more days are not three
        ferry.looks({OWN: 404})
    assert [change for _, _, change in ferry.lines()] == ["new"]


@ORDERS
def test_what_has_a_new_address_is_not_gone_from_the_old_one(ferry: Ferry, backwards: bool) -> None:
    ferry.looks({OWN: 404, TWIN: 404})
    ferry.looks({OWN: 404, TWIN: 404})
    ferry.looks({OWN: 404, NEW: 200}, backwards=backwards)
    assert [(revision, change) for _, revision, change in ferry.lines()] == [(1, "new"), (2, "moved")]


@pytest.mark.parametrize(("unlike_known", "outcome"), [(True, "article-revised"), (False, "article-duplicate")])
def test_two_addresses_read_at_the_same_time_are_no_revision(ferry: Ferry, unlike_known: bool, outcome: str) -> None:
    """The page was read before the other address's was stored: it differs by the hints of its source, not by its publisher."""
    ferry.clock.advance(hours=24)
    store = ferry.run()
    capture = ferry.capture(OWN, b"<html>with another sidebar</html>")
    store.write(capture)
    page = article(capture, body=TEXT * 3, section="Harbour")
    store.pages.commit(page, Link(OWN, "feed", HOME), unlike_known=unlike_known)
    assert store.close().urls == {outcome: 1}


def test_a_former_address_that_a_source_keeps_naming_in_vain_is_asked_ever_more_seldom(ferry: Ferry) -> None:
    ferry.looks({OWN: 404, TWIN: 404})
    ferry.looks({OWN: 404, NEW: 200})  # it has moved
    store = ferry.run()
    assert store.agenda.due(Link(OWN, "feed", HOME)) is None  # there it is
    store.close()
    ferry.looks({NEW: 410})
    asked = []
    for day in range(1, 17):
        ferry.clock.advance(hours=24)
        store = ferry.run()
        if due := store.agenda.due(Link(OWN, "feed", HOME)):
            asked.append((day, due.url, due.why))
            capture = ferry.capture(due.url, status=404)
            store.write(capture)
            store.answer(Link(due.url, "feed", HOME), capture)
        store.close()
    assert asked == [(1, OWN, "returned"), (2, OWN, "returned"), (4, OWN, "returned"), (7, NEW, "recheck"), (14, OWN, "returned")]
