"""The posts: one file each in `content/`, made of header lines, an empty line and the body as an HTML fragment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Literal

LAST_DAY = 2
"""The blog is told in two days; a post without `Until-Day` is there on both."""


@dataclass(frozen=True, slots=True)
class Post:
    """One state of one post. An edited post has two files, one until day 1 and one from day 2, that share a path."""

    theme: Literal["blogger", "wordpress"]
    slug: str
    headline: str
    """As the author typed it, decoration included."""
    section: str | None
    """The section line as the page prints it; None where the theme knows labels only."""
    published: datetime
    modified: datetime
    authors: tuple[str, ...]
    labels: tuple[str, ...]
    language: str
    summary: str
    image: str | None
    """File name of the lead picture under /images/."""
    number: int | None
    """The post's number in the old address `/?p=NUMBER`, where it has one."""
    plain: bool
    """Whether the post stands in the old plain theme: slashed headline printed twice, section line between."""
    lively: bool
    """Whether a visitor counter and a trending box stand beside the post."""
    first_day: int
    last_day: int
    body: str

    @property
    def path(self) -> str:
        """The post's own address on the blog, such as `/2026/03/slug.html` or `/2026/03/12/slug/`."""
        if self.theme == "blogger":
            return f"{self.published:/%Y/%m/}{self.slug}.html"
        return f"{self.published:/%Y/%m/%d/}{self.slug}/"

    @property
    def old_path(self) -> str | None:
        """The address that the post had before the blog knew speaking URLs; it still answers, with a canonical link."""
        return None if self.number is None else f"/?p={self.number}"


@cache
def all_posts() -> tuple[Post, ...]:
    """Every state of every post, newest first. Raises ValueError or KeyError for a content file that breaks the format."""
    folder = files(__package__).joinpath("content")
    texts = [entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".html")]
    return tuple(sorted((read_post(text) for text in texts), key=lambda post: (post.published, post.slug), reverse=True))


def read_post(text: str) -> Post:
    """Reads one content file. Raises KeyError for a missing header line, ValueError for a broken or unknown one."""
    head, _, body = text.partition("\n\n")
    fields = dict(_header(line) for line in head.splitlines())
    theme: Literal["blogger", "wordpress"] = "blogger" if fields.pop("Theme") == "blogger" else "wordpress"
    published = datetime.fromisoformat(fields.pop("Published"))
    number = fields.pop("Number", None)
    post = Post(
        theme=theme,
        slug=fields.pop("Slug"),
        headline=fields.pop("Headline"),
        section=fields.pop("Section", None),
        published=published,
        modified=datetime.fromisoformat(fields.pop("Modified", published.isoformat())),
        authors=_listed(fields.pop("Authors")),
        labels=_listed(fields.pop("Labels")),
        language=fields.pop("Language", "en"),
        summary=fields.pop("Summary"),
        image=fields.pop("Image", None),
        number=None if number is None else int(number),
        plain=fields.pop("Plain", "no") == "yes",
        lively=fields.pop("Lively", "no") == "yes",
        first_day=int(fields.pop("From-Day", "1")),
        last_day=int(fields.pop("Until-Day", str(LAST_DAY))),
        body=body.strip() + "\n",
    )
    if fields:
        raise ValueError(f"unknown header lines in {post.slug}: {', '.join(sorted(fields))}")
    return post


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(": ")
    if not colon:
        raise ValueError(f"a header line needs a colon and a space: {line!r}")
    return name, value.strip()


def _listed(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(";"))
