"""An edition: what stands on the blog on one day, and in which lists."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from crawler.demo.posts import LAST_DAY, Post, all_posts

BLOG_NAME = "The Quillhaven Lantern"
BLOG_MOTTO = "Small news from the mouth of the Osk"

DAWN = {1: datetime(2026, 3, 20, 6, tzinfo=UTC), 2: datetime(2026, 3, 24, 6, tzinfo=UTC)}
"""When each day begins: the Last-Modified of everything that lists posts. Between the two, four posts become a week old, among them
the one that is deleted and the one with the lively sidebar, so that a crawler which looks back after a week meets both."""

PAGE_LENGTH = 5
"""Posts on one page of a list: few, so that fourteen posts need paging."""


class Edition:
    """The blog on one day. Raises ValueError for a day that is not told."""

    def __init__(self, day: int) -> None:
        if day not in DAWN:
            raise ValueError(f"the demo blog is told in {LAST_DAY} days, so the day is 1 or 2, not {day!r}")
        self.day = day
        self.dawn = DAWN[day]
        self.posts = tuple(post for post in all_posts() if post.first_day <= day <= post.last_day)
        self.by_path = {post.path: post for post in self.posts}
        self.by_number = {post.number: post for post in self.posts if post.number is not None}
        self.gone = frozenset(post.path for post in all_posts() if post.last_day < day) - self.by_path.keys()

    def of_theme(self, theme: str) -> list[Post]:
        """The posts in one theme, newest first."""
        return [post for post in self.posts if post.theme == theme]

    def lasting(self, post: Post) -> list[Post]:
        """The other posts of the same theme that stand there on every day: what a post's page may link to without changing."""
        stays = {other.path for other in Edition(1).posts} & {other.path for other in Edition(LAST_DAY).posts}
        return [other for other in self.of_theme(post.theme) if other.path in stays and other.path != post.path]

    def labels(self) -> list[str]:
        """The labels of the Blogger posts."""
        return sorted({label for post in self.of_theme("blogger") for label in post.labels})

    def sections(self) -> list[str]:
        """The sections of the WordPress posts."""
        return sorted({post.section for post in self.of_theme("wordpress") if post.section})


def slug_of(name: str) -> str:
    """A name as a piece of a path: lower case, words joined by hyphens; letters of other scripts stay."""
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-")
