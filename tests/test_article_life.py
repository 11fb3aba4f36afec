"""A month in the life of a news blog: what the archive says at its end is what happened."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from test_store import HOME, Newsroom, article, index_dump

from crawler.clock import rfc3339
from crawler.discovery import Link
from crawler.formats.run import Run
from crawler.store import Store

DAYS = 30
STEPS_A_DAY = 4
FEED_LENGTH = 10


@dataclass
class Post:
    """One post as its publisher knows it."""

    number: int
    path: str
    published: str
    headline: str
    body: str
    modified: str
    sidebar: int = 0
    flips: tuple[str, str] | None = None
    gone: int | None = None
    redirect_from: list[str] = field(default_factory=list)
    states: list[tuple[str, str]] = field(default_factory=list)

    @property
    def shown(self) -> str:
        return self.flips[self.sidebar % 2] if self.flips else self.headline


class Blog:
    """A simulated blog: posts appear, are edited, move, vanish and come back; a sidebar changes with every load."""

    def __init__(self, newsroom: Newsroom, seed: int) -> None:
        self.newsroom = newsroom
        self.chance = random.Random(seed)
        self.posts: list[Post] = []
        self.requests = 0

    def happen(self) -> None:
        """What an editor does between two crawls."""
        now = rfc3339(self.newsroom.clock())
        if self.chance.random() < 0.5:
            number = len(self.posts)
            text = " ".join(f"word{self.chance.randrange(999)}" for _ in range(120))
            self.posts.append(Post(number, f"2026/03/post-{number}.html", now, f"Post {number}", text, now))
        for post in self.posts:
            self._edit(post, now)

    def _edit(self, post: Post, now: str) -> None:
        post.sidebar += 1
        dice = self.chance.random()
        if dice < 0.01:
            post.body, post.modified = f"{post.body} Correction {post.sidebar}.", now
        elif dice < 0.015:
            post.headline, post.modified = f"{post.headline}, again", now
        elif dice < 0.018:
            post.redirect_from.append(post.path)
            post.path = f"2026/03/post-{post.number}-{post.sidebar}.html"
        elif dice < 0.022:
            post.gone = self.chance.choice((404, 410)) if post.gone is None else None
            post.modified = now
        elif dice < 0.026 and post.flips is None:
            post.flips = (post.headline, f"{post.headline} (and you will not believe why)")

    def crawl(self, mode: str = "update") -> Run:
        """One run: the feed's newest posts, then what is due again."""
        store = self.newsroom.run(mode=mode)
        links = [Link(HOME + post.path, "feed", f"{HOME}feed", modified=post.modified) for post in self.posts if post.gone is None]
        for link in links[-FEED_LENGTH:]:
            if due := store.agenda.due(link):
                self._fetch(store, Link(due.url, "feed", f"{HOME}feed", modified=link.modified), due.url)
        for link in store.agenda.due_again():
            self._fetch(store, link, link.url)
        return store.close()

    def _fetch(self, store: Store, link: Link, url: str) -> None:
        self.requests += 1
        path = url.removeprefix(HOME)
        for post in self.posts:
            if path in post.redirect_from:
                store.write(self.newsroom.capture(url, b"", 301, Location=f"/{post.path}"))
                return self._fetch(store, link, HOME + post.path)
        post = next(post for post in self.posts if post.path == path)
        if post.gone:
            capture = self.newsroom.capture(url, b"", post.gone)
            store.write(capture)
            assert not store.answer(link, capture)
            return None
        capture = self.newsroom.capture(url, f"{post.shown} {post.body} {post.sidebar}".encode())
        store.write(capture)
        assert store.answer(link, capture)
        store.pages.commit(article(capture, headline=post.shown, body=post.body, published=post.published, modified=post.modified), link)
        return None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_month(seed: int, tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "archive")
    blog = Blog(newsroom, seed)
    for _ in range(DAYS * STEPS_A_DAY):
        newsroom.clock.advance(hours=24 / STEPS_A_DAY)
        blog.happen()
        blog.crawl()
    for _ in range(3):  # three more quiet days, on which everything is looked at
        newsroom.clock.advance(hours=24)
        blog.crawl("recheck")
    live = index_dump(newsroom)
    assert index_dump(newsroom, anew=True) == live

    lines = list(newsroom.archive.articles())
    latest = {line.id: line for line in newsroom.archive.articles(latest=True)}
    assert len(latest) == len([post for post in blog.posts if any(line.published == post.published for line in lines)])
    for post in blog.posts:
        states = [line for line in lines if line.published == post.published]
        assert [state.revision for state in states] == list(range(1, len(states) + 1))
        for before, after in itertools.pairwise(states):
            assert after.change != "revised" or after.content_digest != before.content_digest
            assert (after.change == "restored") == (before.change == "gone")
        if not states:
            assert post.gone is not None, f"{post.path} was never found"
            continue
        assert (states[-1].change == "gone") == (post.gone is not None), post.path
        if post.gone is None:
            assert states[-1].body == post.body
            assert states[-1].url == HOME + post.path
            assert states[-1].headline in (post.flips or (post.headline,))
    assert blog.requests < len(blog.posts) * 14
