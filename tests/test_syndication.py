"""Stories that several sites tell in the same words, and stories that only sound alike."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from loopback import Project, Web

from crawler.clock import clock
from crawler.formats.archive import Archive, LineFile, new_run_id
from crawler.formats.article import OWN_CONTENT, Article, Block, Raw, article_id, content_digest, encode_article
from crawler.syndication import Story, SyndicationCache, stories
from crawler.syndication.texts import keys, likeness, shingles

WORDS = [
    "harbour",
    "council",
    "ferry",
    "bridge",
    "tide",
    "river",
    "mayor",
    "school",
    "budget",
    "market",
    "storm",
    "winter",
    "engine",
    "pilot",
    "union",
    "strike",
    "ticket",
    "bakery",
    "fishing",
    "quay",
    "signal",
    "railway",
    "museum",
    "orchard",
    "library",
    "concert",
    "election",
    "ballot",
    "pension",
    "clinic",
    "nurse",
    "doctor",
    "patient",
    "recipe",
    "garden",
]


def report(seed: int, paragraphs: int = 8) -> list[str]:
    """A report of its own, in paragraphs of 60 words."""
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=60)).capitalize() + "." for _ in range(paragraphs)]


AGENCY = report(1)
OWN = report(2)


class Newsstand:
    """An archive of several sites; what they print is written as a run would write it."""

    def __init__(self, root: Path) -> None:
        self.archive = Archive(root)
        self.now = clock("2026-03-01T06:00:00Z")
        self.hour = 0

    def prints(self, site: str, name: str, paragraphs: list[str], published: str | None = None, **fields: object) -> str:
        """A run of `site` that finds one article; returns its id."""
        self.hour += 1
        url, captured = f"https://{site}.example/{name}", f"2026-03-{1 + self.hour // 24:02}T{self.hour % 24:02}:00:00.000000Z"
        body = "\n\n".join(paragraphs)
        own = dict.fromkeys(OWN_CONTENT) | {"headline": name, "body": body, "blocks": [Block(type="paragraph", text=body)]}
        own |= {"authors": [], "tags": [], "access": "free", "published": published or captured}
        article = Article(
            id=article_id(site, url), site=site, url=url, canonical_url=url, revision=1, change="new", changed_fields=[], substance=[],
            modified=None, language="en", images=[], raw=Raw(), provenance={}, content_digest=content_digest(**own), captured=captured,
            warc=None, extractor={}, **own,
        ).model_copy(update=fields)  # fmt: skip
        folder = self.archive.site(site)
        file = LineFile(folder.articles_path(new_run_id(self.now(), folder.last_run_id())))
        file.append(encode_article(article))
        file.close()
        return article.id

    def stories(self, site: str | None = None, since: str | None = None) -> list[Story]:
        with closing(SyndicationCache.open(self.archive)) as cache:
            return list(stories(cache.db, site, since))

    def told(self) -> list[list[str]]:
        """Who tells each story, first teller first."""
        return [[article.site for article in story.articles] for story in self.stories()]


@pytest.fixture
def stand(tmp_path: Path) -> Newsstand:
    return Newsstand(tmp_path / "archive")


def test_a_text_taken_over_word_for_word_is_linked(stand: Newsstand) -> None:
    first, second = stand.prints("tide", "ferry", AGENCY), stand.prints("shore", "boats", AGENCY)
    stand.prints("shore", "other", OWN)
    [story] = stand.stories()
    assert [article.id for article in story.articles] == [first, second]
    [link] = story.links
    assert (link.first, link.second, link.similarity, link.shared) == (first, second, 1, 1)


@pytest.mark.parametrize(
    "edited",
    [
        pytest.param(["By our correspondent, with agency reports.", *AGENCY], id="an agency line in front"),
        pytest.param([OWN[0], *AGENCY[1:]], id="a lead of its own"),
        pytest.param(AGENCY[:4], id="the second half cut"),
        pytest.param(AGENCY[:2], id="three quarters cut"),
        pytest.param([*AGENCY[:3], *OWN[3:6], *AGENCY[3:]], id="own paragraphs between"),
        pytest.param([*AGENCY[::-1]], id="paragraphs in another order"),
        pytest.param([text.replace("harbour", "port") for text in AGENCY], id="a word of the house's style"),
        pytest.param([text.upper() for text in AGENCY], id="capitals"),
    ],
)
def test_an_edited_text_is_linked(stand: Newsstand, edited: list[str]) -> None:
    stand.prints("tide", "ferry", AGENCY)
    stand.prints("shore", "boats", edited)
    assert stand.told() == [["tide", "shore"]]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(OWN, id="another report"),
        pytest.param([*OWN, AGENCY[0]], id="one paragraph quoted"),
        pytest.param([AGENCY[0][:150]], id="too short to prove anything"),
    ],
)
def test_what_only_sounds_alike_is_not_linked(stand: Newsstand, other: list[str]) -> None:
    stand.prints("tide", "ferry", AGENCY)
    stand.prints("shore", "boats", other)
    assert stand.told() == []


def test_one_site_telling_a_story_twice_is_no_syndication(stand: Newsstand) -> None:
    stand.prints("tide", "ferry", AGENCY)
    stand.prints("tide", "ferry-again", AGENCY)
    assert stand.told() == []


def test_who_published_first_comes_first_whoever_was_fetched_first(stand: Newsstand) -> None:
    stand.prints("tide", "ferry", AGENCY, "2026-03-01T01:45:00+01:00")
    stand.prints("shore", "boats", AGENCY, "2026-03-01T00:30:00Z")
    stand.prints("quay", "ships", AGENCY, "2027-01-01T00:00:00Z")  # says that it is of next year: it was seen before
    assert stand.told() == [["shore", "tide", "quay"]]


def test_what_is_linked_through_others_is_one_story(stand: Newsstand) -> None:
    stand.prints("tide", "front", AGENCY[:4])
    stand.prints("shore", "back", AGENCY[4:])
    assert stand.told() == []
    stand.prints("quay", "all", AGENCY)
    [story] = stand.stories()
    assert [article.site for article in story.articles] == ["tide", "shore", "quay"]
    assert len(story.links) == 2


def test_a_story_that_was_rewritten_or_is_gone_stays_linked(stand: Newsstand) -> None:
    stand.prints("tide", "ferry", AGENCY)
    stand.prints("shore", "boats", AGENCY)
    stand.prints("shore", "boats", OWN, revision=2, change="revised", changed_fields=["blocks", "body"])
    stand.prints("tide", "ferry", AGENCY, revision=2, change="gone")
    assert stand.told() == [["tide", "shore"]]


def test_a_text_that_was_taken_over_later_is_linked_by_that_state(stand: Newsstand) -> None:
    stand.prints("tide", "ferry", AGENCY)
    stand.prints("shore", "live", OWN)
    stand.prints("shore", "live", AGENCY, revision=2, change="revised", changed_fields=["blocks", "body"])
    assert stand.told() == [["tide", "shore"]]


def test_words_of_a_script_without_spaces_are_compared_too(stand: Newsstand) -> None:
    text = "".join(chr(0x4E00 + number * 37 % 2000) for number in range(300))
    stand.prints("tide", "ferry", [text])
    stand.prints("shore", "boats", [text[:200] + "。"])
    assert stand.told() == [["tide", "shore"]]


def test_a_line_under_every_article_of_two_sites_links_nothing(stand: Newsstand) -> None:
    footer = report(3, paragraphs=1)[0]
    for number in range(20):
        stand.prints("tide", f"a{number}", [*report(100 + number), footer])
        stand.prints("shore", f"b{number}", [*report(200 + number), footer])
    assert stand.told() == []


def test_the_cache_grows_with_the_archive_and_is_the_same_made_anew(stand: Newsstand, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(5):
        stand.prints("tide", f"a{number}", report(number))
        stand.prints("shore", f"b{number}", report(number)[:6])
        assert len(stand.stories()) == number + 1
    grown = stand.stories()
    stand.archive.syndication_path.write_bytes(b"garbled")
    assert stand.stories() == grown
    assert "it is made anew" in caplog.text
    stand.archive.syndication_path.unlink()
    assert stand.stories() == grown


def test_what_was_taken_out_of_the_archive_is_linked_no_more(stand: Newsstand) -> None:
    for site in ("tide", "shore", "quay"):
        stand.prints(site, "ferry", AGENCY)
    assert stand.told() == [["tide", "shore", "quay"]]
    for file in stand.archive.site("shore").article_files():
        file.unlink()
    assert stand.told() == [["tide", "quay"]]


def test_stories_of_a_site_and_since_a_day(stand: Newsstand) -> None:
    for number, site in enumerate(("shore", "quay")):
        stand.prints("tide", f"a{number}", report(number))
        stand.prints(site, f"b{number}", report(number))
    assert [len(stand.stories(site)) for site in ("tide", "shore", "quay")] == [2, 1, 1]
    assert len(stand.stories(since="2026-03-01T03:00:00.000000Z")) == 1


def test_keys_find_what_likeness_confirms() -> None:
    whole = "\n".join(AGENCY)
    text = shingles(whole)
    assert likeness(text, text) == (1, 1)
    assert len(keys(text)) == len(set(keys(text))) == 64
    assert not set(keys(text)) & set(keys(shingles("\n".join(OWN))))


@pytest.fixture
def sites() -> Iterator[list[Web]]:
    webs = [Web(), Web()]
    yield webs
    for web in webs:
        web.close()


def test_two_crawled_sites(sites: list[Web], project: Project) -> None:
    for name, web, paragraphs in zip(("tide", "shore"), sites, (AGENCY, AGENCY[:5]), strict=True):
        text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        web.page("/", '<html><body><main><h2><a href="/2026/03/the-ferry-sails.html">The Ferry Sails</a></h2></main></body></html>')
        web.page(
            "/2026/03/the-ferry-sails.html",
            f"<html><head><title>The Ferry Sails</title></head><body><article><h1>The Ferry Sails</h1>{text}</article></body></html>",
        )
        project.loopback(name, web)
        assert project.run("crawl", name).returncode == 0
    shown = project.run("syndicated", "--json")
    assert (shown.returncode, shown.stderr) == (0, "")
    [story] = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [(article["site"], article["url"]) for article in story["articles"]] == [
        (name, f"{web.url}/2026/03/the-ferry-sails.html") for name, web in zip(("tide", "shore"), sites, strict=True)
    ]
    assert story["links"][0]["shared"] == 1
    assert "first" in project.run("syndicated", "--site", "shore").stdout
    assert project.run("syndicated", "--site", "nowhere").returncode == 2
    assert project.run("verify").returncode == 0
