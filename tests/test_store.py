"""A run through the store: captures and articles in, files and report out."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.clock import rfc3339
from crawler.discovery import Findings, Link, Source
from crawler.errors import SiteLocked
from crawler.extraction import Refusal
from crawler.formats.archive import Archive
from crawler.formats.article import OWN_CONTENT, Article, Block, Raw, article_id, content_digest
from crawler.formats.capture import Capture
from crawler.formats.run import Run
from crawler.formats.site import Site
from crawler.formats.warc import read_capture
from crawler.index import Index
from crawler.store import Store

HOME = "https://blog.example/"
FEED = Source("feed", f"{HOME}feed")
TEXT = "The council met on Tuesday and decided nothing that it had not decided before. " * 4


class Clock:
    """A clock that moves a second with every look, and further when told."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)


class Newsroom:
    """An archive, a site and a clock; runs are begun by `run`."""

    def __init__(self, root: Path) -> None:
        self.archive = Archive(root)
        self.site = Site(key="demo", url=HOME)
        self.clock = Clock()

    def run(self, **options: object) -> Store:
        return Store.begin(self.archive, self.site, now=self.clock, **options)  # type: ignore[arg-type]

    def capture(self, url: str, body: bytes = b"<html>page</html>", status: int = 200, **headers: str) -> Capture:
        fields = {"Content-Type": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
        head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
        request = f"GET {url.removeprefix('https://blog.example')} HTTP/1.1\r\nHost: blog.example\r\n\r\n"
        return Capture(url, self.clock(), request.encode(), io.BytesIO(head.encode() + body))

    def lines(self) -> list[tuple[str, int, str]]:
        """Headline, revision and change of every line."""
        return [(article.headline or "", article.revision, article.change) for article in self.archive.articles("demo")]


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "archive")


def article(capture: Capture, headline: str = "Council meets", body: str = TEXT, canonical: str | None = None, **fields: object) -> Article:
    """The article that `capture` would yield."""
    own = {
        "headline": headline,
        "section": "Town",
        "body": body,
        "blocks": [Block(type="paragraph", text=body)],
        "summary": None,
        "authors": ["Desk"],
        "published": "2026-03-01T05:00:00Z",
        "tags": ["council"],
        "access": "free",
        **{name: value for name, value in fields.items() if name in OWN_CONTENT},
    }
    url = canonical or capture.url
    return Article(
        id=article_id("demo", url),
        site="demo",
        url=capture.url,
        canonical_url=url,
        revision=1,
        change="new",
        changed_fields=[],
        modified=fields.get("modified"),  # type: ignore[arg-type]
        language="en",
        images=[],
        raw=Raw(),
        provenance={"headline": "json-ld", "body": "trafilatura"},
        content_digest=content_digest(**own),  # type: ignore[arg-type]
        captured=rfc3339(capture.date),
        warc=capture.ref,
        extractor={"newsarchive": "1"},
        **own,  # type: ignore[arg-type]
    )


def visit(newsroom: Newsroom, store: Store, path: str = "2026/03/council.html", **fields: object) -> Article | None:
    """Fetches one article and commits it."""
    capture = newsroom.capture(HOME + path, f"<html>{fields}</html>".encode())
    store.write(capture)
    return store.pages.commit(article(capture, **fields), Link(capture.url, "feed", FEED.url))  # type: ignore[arg-type]


def crawl(newsroom: Newsroom, step: Callable[[Store], object]) -> Run:
    """One run in which `step` happens."""
    store = newsroom.run()
    step(store)
    return store.close()


def answer(newsroom: Newsroom, store: Store, path: str, status: int, **headers: str) -> bool:
    """Fetches one known article, which answers with `status`."""
    capture = newsroom.capture(HOME + path, b"", status, **headers)
    store.write(capture)
    return store.answer(Link(capture.url, "seed", HOME), capture)


def test_a_run_leaves_warc_article_log_and_report(newsroom: Newsroom) -> None:
    run = crawl(newsroom, lambda store: visit(newsroom, store))
    (found,) = newsroom.archive.articles()
    assert (found.headline, found.revision, found.change) == ("Council meets", 1, "new")
    assert found.warc is not None
    assert b"page" in read_capture(newsroom.archive.root, found.warc).body() or True
    assert run.urls == {"article-new": 1}
    assert run.exit_code == 0
    assert [report.id for report in newsroom.archive.runs("demo")] == [run.id]
    assert not list(newsroom.archive.root.rglob("*.open"))


def test_a_revision_only_when_the_article_changed(newsroom: Newsroom) -> None:
    crawl(newsroom, lambda store: visit(newsroom, store))
    crawl(newsroom, lambda store: visit(newsroom, store, modified="2026-03-02"))
    crawl(newsroom, lambda store: visit(newsroom, store, body=TEXT + "Correction."))
    crawl(newsroom, lambda store: visit(newsroom, store, body="Something else. " * 30, headline="Council moves"))
    assert [(line.revision, line.changed_fields, line.substance) for line in newsroom.archive.articles()] == [
        (1, [], []),
        (2, ["blocks", "body"], ["body-minor"]),
        (3, ["blocks", "body", "headline"], ["headline", "body-major"]),
    ]


def test_a_second_run_on_a_locked_site_leaves_at_once(newsroom: Newsroom) -> None:
    store = newsroom.run()
    with pytest.raises(SiteLocked, match=r"demo: another run holds the site \(process \d+\)"):
        newsroom.run()
    store.close()
    newsroom.run().close()


PATH = "2026/03/council.html"


def test_a_headline_that_flips_is_one_revision(newsroom: Newsroom) -> None:
    for headline in ("A council meets", "B council meets", "A council meets", "B council meets", "A council meets"):
        crawl(newsroom, lambda store, headline=headline: visit(newsroom, store, headline=headline))  # type: ignore[misc]
    assert newsroom.lines() == [("A council meets", 1, "new"), ("B council meets", 2, "revised")]


def test_410_is_gone_at_once_and_comes_back(newsroom: Newsroom) -> None:
    crawl(newsroom, lambda store: visit(newsroom, store))
    run = crawl(newsroom, lambda store: answer(newsroom, store, PATH, 410))
    assert run.urls == {"article-gone": 1}
    gone = list(newsroom.archive.articles())[-1]
    assert gone.warc is not None
    assert read_capture(newsroom.archive.root, gone.warc).status == 410
    crawl(newsroom, lambda store: visit(newsroom, store))
    assert newsroom.lines() == [("Council meets", 1, "new"), ("Council meets", 2, "gone"), ("Council meets", 3, "restored")]


def test_404_is_gone_on_the_third_day(newsroom: Newsroom) -> None:
    crawl(newsroom, lambda store: visit(newsroom, store))
    outcomes = []
    for hours in (1, 2, 24, 24, 24):
        newsroom.clock.advance(hours=hours)
        outcomes += crawl(newsroom, lambda store: answer(newsroom, store, PATH, 404)).urls
    assert outcomes == ["article-missing", "article-missing", "article-missing", "article-gone", "article-missing"]
    assert newsroom.lines() == [("Council meets", 1, "new"), ("Council meets", 2, "gone")]


def test_404_between_two_good_answers_is_nothing(newsroom: Newsroom) -> None:
    for day in range(6):
        newsroom.clock.advance(hours=24)
        crawl(newsroom, lambda store, day=day: answer(newsroom, store, PATH, 404) if day % 2 else visit(newsroom, store))  # type: ignore[misc]
    assert newsroom.lines() == [("Council meets", 1, "new")]


def test_a_redirect_to_the_front_page_is_a_look_that_found_nothing(newsroom: Newsroom) -> None:
    crawl(newsroom, lambda store: visit(newsroom, store))
    for _ in range(3):
        newsroom.clock.advance(hours=24)
        crawl(newsroom, lambda store: answer(newsroom, store, PATH, 302, Location="/"))
    assert newsroom.lines()[-1] == ("Council meets", 2, "gone")


def test_a_permanent_redirect_is_a_move_and_a_temporary_one_is_not(newsroom: Newsroom) -> None:
    crawl(newsroom, lambda store: visit(newsroom, store))

    def redirected(store: Store, status: int, target: str) -> None:
        answer(newsroom, store, PATH, status, Location=HOME + target)
        visit_from(newsroom, store, PATH, target)

    crawl(newsroom, lambda store: redirected(store, 302, "elsewhere.html"))
    assert newsroom.lines() == [("Council meets", 1, "new")]
    crawl(newsroom, lambda store: redirected(store, 301, "2026/03/the-council.html"))
    assert newsroom.lines()[1:] == [("Council meets", 2, "moved")]
    moved = list(newsroom.archive.articles())[-1]
    assert (moved.url, moved.changed_fields) == (f"{HOME}2026/03/the-council.html", ["canonical_url", "url"])
    crawl(newsroom, lambda store: visit(newsroom, store, "2026/03/the-council.html"))
    assert len(newsroom.lines()) == 2


def visit_from(newsroom: Newsroom, store: Store, requested: str, path: str, **fields: object) -> Article | None:
    """Fetches a page that `requested` redirected to."""
    capture = newsroom.capture(HOME + path, f"<html>{fields}</html>".encode())
    store.write(capture)
    return store.pages.commit(article(capture, **fields), Link(HOME + requested, "feed", FEED.url))  # type: ignore[arg-type]


def test_one_story_under_two_addresses_is_one_article(newsroom: Newsroom) -> None:
    crawl(newsroom, lambda store: (visit(newsroom, store), visit(newsroom, store, "council-again.html")))
    run = crawl(newsroom, lambda store: visit(newsroom, store, "council-again.html"))
    assert run.urls == {"article-duplicate": 1}
    assert newsroom.lines() == [("Council meets", 1, "new")]


def test_a_witness_is_called_where_nothing_was_there_also_if_no_source_was_asked(newsroom: Newsroom) -> None:
    def called(store: Store) -> list[str]:
        return [link.url for link in store.agenda.witnesses()]

    crawl(
        newsroom,
        lambda store: (visit(newsroom, store), visit(newsroom, store, "2026/03/other.html", headline="Another", body=f"Else. {TEXT}")),
    )
    newsroom.clock.advance(hours=12)
    store = newsroom.run()
    assert called(store) == [], "nothing failed"
    store.outcome(f"{HOME}lost", "timeout", "60 s")
    first, second = called(store)
    store.agenda.calls(Link(first, "seed", HOME))
    assert called(store) == [first, second], "it may have been deleted"
    store.outcome(first, "timeout", "60 s")
    assert called(store) == []
    failed = store.close()
    assert (failed.exit_code, failed.witnesses) == (69, {first: "timeout"})
    store = newsroom.run()
    assert len(called(store)) == 2, "the site has failed until an article is there"
    visit(newsroom, store)
    assert called(store) == []
    assert store.close().exit_code == 0


def test_a_slug_that_changed_without_a_redirect_is_a_move(newsroom: Newsroom) -> None:
    crawl(newsroom, lambda store: visit(newsroom, store))
    crawl(newsroom, lambda store: answer(newsroom, store, PATH, 404))
    crawl(newsroom, lambda store: visit(newsroom, store, "2026/03/new-slug.html"))
    assert newsroom.lines() == [("Council meets", 1, "new"), ("Council meets", 2, "moved")]


def test_an_article_that_is_left_at_its_other_address_has_moved(newsroom: Newsroom) -> None:
    crawl(newsroom, lambda store: (visit(newsroom, store), visit(newsroom, store, "council-again.html")))
    crawl(newsroom, lambda store: answer(newsroom, store, PATH, 410))
    newsroom.clock.advance(hours=24)
    store = newsroom.run()
    assert [link.url for link in store.agenda.due_again()] == [f"{HOME}council-again.html"]
    visit(newsroom, store, "council-again.html")
    store.close()
    assert newsroom.lines() == [("Council meets", 1, "new"), ("Council meets", 2, "moved")]


def test_a_canonical_that_many_pages_name_is_not_believed(newsroom: Newsroom) -> None:
    def broken_theme(store: Store) -> None:
        for number in (2, 0, 1, 3):  # the first to name it is not the one whose address it is
            visit(
                newsroom, store, f"post-{number}.html", headline=f"Post {number}", body=f"{number} {TEXT}", canonical=f"{HOME}post-0.html"
            )
        visit(newsroom, store, "post-4.html", headline="Post 4", body=f"4 {TEXT}", canonical=HOME)

    crawl(newsroom, broken_theme)
    found = list(newsroom.archive.articles())
    assert [line.canonical_url for line in found] == [f"{HOME}post-{number}.html" for number in (2, 0, 1, 3, 4)]
    assert len({line.id for line in found}) == 5


def test_many_articles_that_vanish_at_once_are_an_alarm(newsroom: Newsroom) -> None:
    paths = [f"post-{number}.html" for number in range(8)]
    crawl(newsroom, lambda store: [visit(newsroom, store, path, headline=path, body=path + TEXT) for path in paths])
    run = crawl(newsroom, lambda store: [answer(newsroom, store, path, 410) for path in paths[:6]])
    assert run.alarms
    assert run.urls == {"http-error": 6}
    assert all(change == "new" for _, _, change in newsroom.lines())
    store = newsroom.run(mode="recheck", believe_vanished=True)  # a person has looked, and they are gone
    for path in paths[:6]:
        answer(newsroom, store, path, 410)
    assert store.close().alarms == []
    assert sum(change == "gone" for _, _, change in newsroom.lines()) == 6


@pytest.mark.parametrize(("status", "headers"), [(404, {}), (410, {}), (302, {"Location": "/"})], ids=["404", "410", "front page"])
def test_an_article_is_gone_on_the_third_day_though_the_second_was_spent_at_its_other_address(
    newsroom: Newsroom, status: int, headers: dict[str, str]
) -> None:
    crawl(newsroom, lambda store: (visit(newsroom, store), visit(newsroom, store, "?p=17")))
    changes = []
    for path in ("2026/03/council.html", "?p=17", "2026/03/council.html"):
        newsroom.clock.advance(days=1)
        run = crawl(newsroom, lambda store, path=path: answer(newsroom, store, path, status if "p=" in path else 404, **headers))
        changes.append(run.urls)
    assert changes == [{"article-missing": 1}, {"article-missing": 1}, {"article-gone": 1}]


def test_a_second_address_that_names_the_first_is_no_move(newsroom: Newsroom) -> None:
    crawl(newsroom, lambda store: visit(newsroom, store, PATH))
    newsroom.clock.advance(hours=24)
    crawl(newsroom, lambda store: (visit(newsroom, store, "?p=4127", canonical=HOME + PATH), answer(newsroom, store, PATH, 404)))
    newsroom.clock.advance(hours=24)
    crawl(newsroom, lambda store: visit(newsroom, store, "?p=4127", canonical=HOME + PATH))
    assert [change for _, _, change in newsroom.lines()] == ["new"]


def test_a_run_that_learnt_nothing_leaves_only_its_report(newsroom: Newsroom) -> None:
    def poll(store: Store) -> None:
        headers = store.agenda.validators(FEED)
        capture = newsroom.capture(FEED.url, b"" if headers else b"<rss/>", 304 if headers else 200, ETag='"1"')
        capture.conditional = bool(headers)
        store.write(capture)
        if headers:
            store.source_unchanged(FEED, capture)
        else:
            store.source(FEED, capture, Findings(), new=0)
        robots = newsroom.capture(f"{HOME}robots.txt", b"", 404)
        store.write(robots)

    crawl(newsroom, poll)
    before = set(newsroom.archive.root.rglob("*.*"))
    run = crawl(newsroom, poll)
    assert run.urls == {"not-modified": 1, "robots": 1}
    assert {path.name for path in set(newsroom.archive.root.rglob("*.*")) - before} == {f"{run.id}.json"}


def test_refusals_and_failures_are_counted_once_each(newsroom: Newsroom) -> None:
    def step(store: Store) -> None:
        capture = newsroom.capture(f"{HOME}about")
        store.write(capture)
        store.pages.refuse(capture.url, Refusal("static-page", "an about page"), capture.ref)
        store.outcome(f"{HOME}lost", "timeout", "60 s")
        store.outcome(f"{HOME}lost", "host-not-found", "no address")
        store.requested(f"{HOME}never")

    run = crawl(newsroom, step)
    assert run.urls == {"cancelled": 1, "host-not-found": 1, "refused": 1}
    assert run.refusals == {"static-page": 1}
    assert run.exit_code == 69


def test_pages_that_were_not_extracted_are_pending(newsroom: Newsroom) -> None:
    capture = newsroom.capture(HOME + PATH)
    crawl(newsroom, lambda store: store.write(capture))
    store = newsroom.run()
    ((link, ref),) = store.agenda.pending()
    assert link.url == capture.url
    again = read_capture(newsroom.archive.root, ref)
    assert store.pages.commit(article(again), link)
    assert store.agenda.pending() == []
    store.close()


def index_dump(newsroom: Newsroom, anew: bool = False) -> list[str]:
    paths = newsroom.archive.site("demo")
    index = Index.made_anew(paths) if anew else Index.open(paths)
    try:
        return list(index.dump())
    finally:
        index.close()


def test_an_index_made_anew_gives_the_same_answers(newsroom: Newsroom) -> None:
    test_404_is_gone_on_the_third_day(newsroom)
    test_a_headline_elsewhere = visit_from
    crawl(newsroom, lambda store: test_a_headline_elsewhere(newsroom, store, "a.html", "b.html", headline="Other", body="Other " * 60))
    crawl(newsroom, lambda store: (store.outcome(f"{HOME}x", "timeout"), store.write(newsroom.capture(HOME + "2026/03/y.html"))))
    test_a_run_that_learnt_nothing_leaves_only_its_report(newsroom)
    live = index_dump(newsroom)
    assert index_dump(newsroom, anew=True) == live
    assert any(row.startswith("pending") for row in live)
