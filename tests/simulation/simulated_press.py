"""A publisher with a memory: posts, what happens to them day by day, and the truth about each that an archive has to tell.

`Press` is what the site shows at this moment; `Press.truth` holds the article lines that a daily crawl must write, and nothing else.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

FIRST_DAY = datetime(2026, 3, 1, 6, tzinfo=UTC)
"""The moment of the first crawl; each further one is a day later."""
BELIEVED_AFTER = 2
"""Days after the first on which a page that answers 404 is believed to be gone: it was not there on three days."""

_WHO = (
    "The harbour office",
    "A retired pilot",
    "The town council",
    "The night ferry's crew",
    "A teacher from the hill",
    "The baker's union",
)
_DID = ("has asked for", "voted on Tuesday against", "found no money for", "has waited eleven years for", "spoke for an hour about")
_WHAT = ("a second bridge", "the old timetable", "a new crane", "cheaper tickets", "the flood wall", "a library that opens on Sundays")
_WHY = (
    "because nobody else would do it before the winter storms begin",
    "although the bill has doubled since the last report was written",
    "which surprised the few people who had stayed until the end",
    "and the mayor, who had come late, promised an answer within the month",
    "as the figures that were shown to the public do not add up",
)
_TOPICS = ("Harbour", "Council", "Schools", "Weather", "Culture")
_AUTHORS = ("Ines Calder", "Tomas Wren", "Maud Okoro")

Absence = Literal["410", "404", "home"]
Theme = Literal["wordpress", "blogger", "own"]


@dataclass
class Post:
    """One post as its publisher knows it."""

    number: int
    theme: Theme
    path: str
    published: datetime
    modified: datetime
    """What the sources tell, which may be a lie."""
    headline: str
    paragraphs: list[str]
    author: str
    section: str
    absent: Absence | None = None
    listed: bool = True
    """Whether the sources name it."""
    old_paths: list[str] = field(default_factory=list)
    """Addresses that redirect here for good."""
    copies: list[str] = field(default_factory=list)
    """Addresses under which the same page is served, too; it names `path` as its canonical address."""
    other_headline: str | None = None
    """The second form of a headline that is being tried out."""
    tries_other: bool = False

    @property
    def shown_headline(self) -> str:
        return self.other_headline if self.other_headline and self.tries_other else self.headline


@dataclass(frozen=True)
class Line:
    """An article line that the archive must have."""

    day: int
    change: str
    fields: frozenset[str] = frozenset()
    """Fields that must be among the changed ones."""
    headline: str = ""
    path: str = ""


class Press:
    """A blog of `count` posts at its beginning."""

    def __init__(
        self, count: int, seed: int = 7, themes: tuple[Theme, ...] = ("wordpress", "blogger", "own"), spacing_h: float = 16
    ) -> None:
        self.chance = random.Random(seed)
        self.themes = themes
        self.day = 0
        self.posts: list[Post] = []
        self.truth: dict[int, list[Line]] = {}
        self.loads = 0
        first = FIRST_DAY - timedelta(hours=spacing_h * (count + 2))
        for number in range(count):
            self.publish(first + timedelta(hours=spacing_h * number))

    # -- what editors do -----------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The moment of this day's crawl."""
        return FIRST_DAY + timedelta(days=self.day)

    @property
    def evening(self) -> datetime:
        """When editors work: ten hours before the crawl."""
        return self.now - timedelta(hours=10)

    def publish(self, moment: datetime | None = None) -> Post:
        number = len(self.posts)
        moment = moment or self.evening + timedelta(minutes=number % 300)
        theme = self.themes[number % len(self.themes)]
        topic = self.chance.choice(_TOPICS) if number % 9 else "Harbour"
        headline = (
            f"{self.chance.choice(_WHO)[4 if number % 2 else 2 :].strip().capitalize()} and {self.chance.choice(_WHAT)}, part {number}"
        )
        post = Post(
            number,
            theme,
            address(theme, moment, number),
            moment,
            moment,
            headline,
            [self.paragraph(number, part) for part in range(5)],
            self.chance.choice(_AUTHORS),
            topic,
        )
        self.posts.append(post)
        self.truth[number] = []
        self._tell(post, "new")
        return post

    def paragraph(self, number: int, part: int) -> str:
        sentences = [
            f"{self.chance.choice(_WHO)} {self.chance.choice(_DID)} {self.chance.choice(_WHAT)} {self.chance.choice(_WHY)}."
            for _ in range(3)
        ]
        return f"{' '.join(sentences)} That is note {number * 10 + part} of this winter."

    def edit_body(self, post: Post, *, major: bool = False) -> None:
        if major:
            post.paragraphs = [*post.paragraphs[:2], *(self.paragraph(post.number + 5000, part) for part in range(4))]
        else:
            post.paragraphs = [*post.paragraphs, f"Correction of day {self.day}: the vote was on Monday, not on Tuesday."]
        post.modified = self.evening
        self._tell(post, "revised", "body", "blocks")

    def edit_headline(self, post: Post) -> None:
        post.headline = f"{post.headline}, and what comes after day {self.day}"
        post.modified = self.evening
        self._tell(post, "revised", "headline")

    def touch(self, post: Post) -> None:
        """A comment, a counter, a new advertisement: the date of change moves, and nothing of the article's own does."""
        post.modified = self.evening

    def try_headlines(self, post: Post) -> None:
        """A headline that shows another form every day: one revision, however often it changes."""
        if post.other_headline is None:
            post.other_headline = f"You will not believe this: {post.headline}"
            self._tell(post, "revised", "headline", headline=post.other_headline)
        post.tries_other = not post.tries_other
        post.modified = self.evening

    def move(self, post: Post, *, redirect: bool = True) -> None:
        """A new address: the old one redirects for good, or serves the same page under the new canonical address."""
        (post.old_paths if redirect else post.copies).append(post.path)
        post.path = post.path.replace("note-", f"moved-{self.day}-note-", 1)
        self._tell(post, "moved")

    def vanish(self, post: Post, how: Absence) -> None:
        post.absent, post.listed = how, False
        self._tell(post, "gone", after=0 if how == "410" else BELIEVED_AFTER)

    def come_back(self, post: Post) -> None:
        """As it was. Who was not yet believed to be gone was never away."""
        post.absent, post.listed = None, True
        if self.truth[post.number][-1].day >= self.day:
            self.truth[post.number].pop()
        else:
            self._tell(post, "restored")

    def _tell(self, post: Post, change: str, *fields: str, after: int = 0, headline: str = "") -> None:
        line = Line(self.day + after, change, frozenset(fields), headline or post.headline, post.path)
        self.truth[post.number].append(line)

    # -- what is there -------------------------------------------------------------------------------------------------

    def listed(self) -> list[Post]:
        """What the sources name, newest first."""
        return sorted((post for post in self.posts if post.listed), key=lambda post: (post.published, post.number), reverse=True)

    def expected(self) -> dict[int, list[Line]]:
        """By post, the lines that the archive must have after this day's crawl."""
        return {number: found for number, lines in self.truth.items() if (found := [line for line in lines if line.day <= self.day])}

    def unchanged_there(self) -> list[Post]:
        """Posts that may be changed next: those that were there yesterday and to which nothing has happened yet."""
        return [post for post in self.posts if not post.absent and len(told := self.truth[post.number]) == 1 and told[0].day < self.day]


def address(theme: Theme, moment: datetime, number: int) -> str:
    """A post's path as the system behind the theme makes it."""
    slug = f"note-{number}-from-the-old-harbour-town"
    match theme:
        case "wordpress":
            return f"/{moment:%Y/%m}/{slug}/"
        case "blogger":
            return f"/{moment:%Y/%m}/{slug}.html"
        case "own":
            return f"/news/{10_000 + number}-{slug}"
