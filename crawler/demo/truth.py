"""What the blog really says: read from the content files by hand-sized rules, and held against what an archive kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypedDict
from urllib.parse import quote

import lxml.html

from crawler.demo import feeds
from crawler.demo.blogger import label_path
from crawler.demo.edition import Edition
from crawler.demo.pages import DRAFT_PATH
from crawler.demo.posts import LAST_DAY, Post
from crawler.demo.wordpress import section_path

_SENTENCE = re.compile(r".+?(?:[.!?][”»“\"]?(?=\s|$)|。」?)")
_DOT_LEADERS = re.compile(r"\.{4,}$")


class Truth(TypedDict):
    """One page on one day. For a page that is no article, only `kind`, `day`, `url` and `urls` say something."""

    kind: Literal["article", "listing", "static-page", "soft-404", "feed", "disallowed"]
    day: int
    url: str
    """The canonical address."""
    urls: list[str]
    """Every address that leads to it."""
    headline: str | None
    section: str | None
    """None where the page knows labels only."""
    published: str | None
    modified: str | None
    authors: list[str]
    tags: list[str]
    language: str | None
    first_sentence: str | None
    last_sentence: str | None
    headings: list[str]
    """Texts of the heading blocks, in order."""
    change: Literal["new", "revised", "gone"] | None
    """What a crawl on this day has to tell, if there was one on each day before."""


class SeenBlock(Protocol):
    """What is asked of a block of an archived article."""

    @property
    def type(self) -> str: ...
    @property
    def text(self) -> str: ...


class Seen(Protocol):
    """What is asked of an archived article."""

    @property
    def url(self) -> str: ...
    @property
    def canonical_url(self) -> str: ...
    @property
    def headline(self) -> str | None: ...
    @property
    def section(self) -> str | None: ...
    @property
    def published(self) -> str | None: ...
    @property
    def body(self) -> str | None: ...
    @property
    def blocks(self) -> Sequence[SeenBlock]: ...
    @property
    def change(self) -> str: ...
    @property
    def changed_fields(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Check:
    """One statement about one article, and whether the archive bears it out. `found` says what was there instead."""

    url: str
    what: str
    good: bool
    found: str = ""


def truth(base: str) -> list[Truth]:
    """Every article and every other page, for each day. `base` is scheme and host, without a slash at the end."""
    return [row for day in range(1, LAST_DAY + 1) for row in (*_articles(base, day), *_others(base, day))]


def judge_first(rows: Iterable[Truth], seen: Sequence[Seen]) -> list[Check]:
    """Checks the lines of a first run on day 1: each article once, with what it says, and nothing else."""
    articles = [row for row in rows if row["kind"] == "article" and row["day"] == 1]
    return [*(check for row in articles for check in _first_checks(row, seen)), *_strangers(articles, seen)]


def judge_second(rows: Iterable[Truth], seen: Sequence[Seen]) -> list[Check]:
    """Checks the lines of a second run, on day 2: exactly the changes that the blog made."""
    articles = [row for row in rows if row["kind"] == "article" and row["day"] == LAST_DAY]
    return [*(check for row in articles for check in _second_checks(row, seen)), *_strangers(articles, seen)]


def _first_checks(row: Truth, seen: Sequence[Seen]) -> list[Check]:
    mine = [article for article in seen if _same(article, row)]
    once = Check(row["url"], "archived once, as new", [article.change for article in mine] == ["new"], f"{len(mine)} lines")
    return [once, *(check for article in mine[:1] for check in _content_checks(row, article))]


def _second_checks(row: Truth, seen: Sequence[Seen]) -> list[Check]:
    mine = [article for article in seen if _same(article, row)]
    wanted = [] if row["change"] is None else [row["change"]]
    told = [article.change for article in mine]
    checks = [Check(row["url"], f"told as {row['change'] or 'unchanged'}", told == wanted, ", ".join(told) or "no line")]
    if mine and row["change"] == "revised":
        checks.append(Check(row["url"], "names body as changed", "body" in mine[0].changed_fields, ", ".join(mine[0].changed_fields)))
    if mine and row["change"] in {"new", "revised"}:
        checks += _content_checks(row, mine[0])
    return checks


def _content_checks(row: Truth, article: Seen) -> list[Check]:
    url, body = row["url"], " ".join((article.body or "").split())
    headings = [block.text for block in article.blocks if block.type == "heading"]
    checks = [
        Check(url, "headline", article.headline == row["headline"], str(article.headline)),
        Check(url, "published", _same_moment(article.published, row["published"]), str(article.published)),
        Check(url, "first sentence", body.startswith(row["first_sentence"] or ""), body[:80]),
        Check(url, "last sentence", body.endswith(row["last_sentence"] or ""), body[-80:]),
        Check(url, "sub-headings", headings == row["headings"], " | ".join(headings)),
    ]
    if row["section"] is not None:
        checks.append(Check(url, "section", article.section == row["section"], str(article.section)))
    return checks


def _strangers(articles: Sequence[Truth], seen: Sequence[Seen]) -> list[Check]:
    return [
        Check(article.url, "is an article of this blog", False, article.change)
        for article in seen
        if not any(_same(article, row) for row in articles)
    ]


def _same(article: Seen, row: Truth) -> bool:
    return article.canonical_url in row["urls"] or article.url in row["urls"]


def _same_moment(found: str | None, wanted: str | None) -> bool:
    """A bare day is taken for right, as it is what a page without hours gives."""
    if not found or not wanted:
        return found == wanted
    if len(found) == len("2026-03-12"):
        return wanted.startswith(found)
    return datetime.fromisoformat(found) == datetime.fromisoformat(wanted)


def _articles(base: str, day: int) -> list[Truth]:
    edition = Edition(day)
    before = Edition(day - 1) if day > 1 else None
    rows = [_article(post, base, day, _change(post, before)) for post in edition.posts]
    gone = [] if before is None else [post for post in before.posts if post.path in edition.gone]
    return rows + [_article(post, base, day, "gone") for post in gone]


def _change(post: Post, before: Edition | None) -> Literal["new", "revised"] | None:
    known = before.by_path.get(post.path) if before else None
    if known is None:
        return "new"
    return None if known is post else "revised"


def _article(post: Post, base: str, day: int, change: Literal["new", "revised", "gone"] | None) -> Truth:
    paragraphs, headings = _read(post.body)
    return Truth(
        kind="article",
        day=day,
        url=f"{base}{post.path}",
        urls=[f"{base}{path}" for path in (post.path, post.old_path) if path],
        headline=post.headline.strip("/"),
        section=post.section.removesuffix(" /") if post.section else None,
        published=post.published.isoformat(),
        modified=post.modified.isoformat(),
        authors=list(post.authors),
        tags=list(post.labels),
        language=post.language,
        first_sentence=_sentences(paragraphs[0])[0],
        last_sentence=_sentences(paragraphs[-1])[-1],
        headings=headings,
        change=change,
    )


def _others(base: str, day: int) -> list[Truth]:
    edition = Edition(day)
    sections = [section_path(section) for section in edition.sections()]
    authors = sorted(
        {f"/author/{quote(name.lower().replace(' ', '-'))}/" for post in edition.of_theme("wordpress") for name in post.authors}
    )
    labels = [label_path(label) for label in edition.labels()]
    listings = ["/", "/page/2/", "/2026/03/", "/search", feeds.REVIEW_PATH, *sections, *authors, *labels]
    rows = [_other(base, day, "listing", path) for path in listings]
    rows += [_other(base, day, "feed", path) for path in (feeds.ATOM_PATH, "/feed/", "/sitemap.xml")]
    rows += [_other(base, day, "static-page", feeds.ABOUT_PATH), _other(base, day, "soft-404", feeds.SOFT_404_PATH)]
    return [*rows, _other(base, day, "disallowed", DRAFT_PATH)]


def _other(base: str, day: int, kind: Literal["listing", "static-page", "soft-404", "feed", "disallowed"], path: str) -> Truth:
    url = f"{base}{path}"
    return Truth(
        kind=kind, day=day, url=url, urls=[url], headline=None, section=None, published=None, modified=None, authors=[], tags=[],
        language=None, first_sentence=None, last_sentence=None, headings=[], change=None,
    )  # fmt: skip


def _sentences(text: str) -> list[str]:
    return [found.strip() for found in _SENTENCE.findall(text)] or [text]


def _read(fragment: str) -> tuple[list[str], list[str]]:
    """Paragraphs and headings of a content file, which keeps to `p`, `h2`, `h3`, `div` and bold lines with dot leaders."""
    paragraphs: list[str] = []
    headings: list[str] = []
    root = lxml.html.fragment_fromstring(fragment, create_parent="article")
    for element in root.iter("p", "h2", "h3", "div"):
        text = " ".join(element.text_content().split())
        if element.tag in {"h2", "h3"} or _DOT_LEADERS.search(text):
            headings.append(_DOT_LEADERS.sub("", text))
        elif text:
            paragraphs.append(text)
    return paragraphs, headings
