"""Standing text: what stands on many pages of a site in the same words is left out, and what an author repeats is not."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from loopback import Answer, Project, Web

from crawler.extraction import extract
from crawler.extraction.standing import Standing, digest, pieces
from crawler.formats.archive import Archive
from crawler.formats.article import Article
from crawler.formats.capture import Capture
from crawler.formats.site import Site
from crawler.index import Index
from crawler.index.standing import EVERYWHERE, MANY, WINDOW, learn

INVITATION = 'Every story here is paid for by those who read it. <a href="/join/">Join the circle</a> for the price of a coffee.'
BOX = "Printed on the old press behind the harbour office and carried to the islands by the morning boat."
PLAIN = "The drawings between our stories are made by the pupils of the evening school on the hill."
STANDING = ("paid for by those who read it", "carried to the islands", "pupils of the evening school", "Keep us company")
LEAD = "The council met on Tuesday evening in the hall above the library."
REFRAIN = "And that, as my grandmother used to say, is how the bread gets its crust."
NOTICE = 'Correction: an earlier version of this report named the <a href="/w/">wrong weekday</a> for the meeting.'
WORDS = [
    "harbour",
    "ferry",
    "lantern",
    "council",
    "bridge",
    "market",
    "orchard",
    "baker",
    "street",
    "tide",
    "school",
    "library",
    "winter",
    "evening",
    "answer",
    "promise",
]
PATIENT = ("-s", "EXTRACTION_TIMEOUT=100")
"""A busy machine may leave a worker waiting for longer than a page takes."""
OWN = (LEAD, REFRAIN, "named the wrong weekday", "What comes next")


def own_words(number: int) -> str:
    rng = random.Random(number)
    return "".join(f"<p>{' '.join(rng.choices(WORDS, k=40)).capitalize()} {number}.</p>" for _ in range(3))


def page(number: int) -> str:
    """One article of a blog of two authors, of whom the first has a refrain; half of the reports begin alike, each third was corrected."""
    baker = number % 2 == 0
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>Report number {number} of the season</title></head><body><header><a href="/">Gull</a>'
        f'</header><article><h1>Report number {number} of the season</h1><p class="byline">By <a rel="author" href="/a">'
        f'{"Ines Calder" if baker else "Tomas Brandt"}</a></p><time datetime="2026-01-{number % 28 + 1:02}T08:00:00Z">then</time>'
        f'<div class="story">{f"<p>{LEAD}</p>" if number % 4 < 2 else ""}{own_words(number)}<p>{INVITATION}</p><h2>What comes next</h2>'
        f"{own_words(-number - 1)}<p>{PLAIN}</p>{f'<p>{REFRAIN}</p>' if baker else ''}{f'<p>{NOTICE}</p>' if number % 3 == 0 else ''}"
        f'<h2>Keep us company</h2><div class="panel"><p>{BOX}</p></div></div></article></body></html>'
    )


def serve(web: Web, numbers: range) -> None:
    web.page("/robots.txt", f"Sitemap: {web.url}/sitemap.xml", headers={"Content-Type": "text/plain"})
    places = "".join(f"<url><loc>{web.url}/2026/{number}-report/</loc></url>" for number in numbers)
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'
    web.pages["/sitemap.xml"] = Answer(sitemap.encode(), headers={"Content-Type": "application/xml"})
    for number in numbers:
        web.page(f"/2026/{number}-report/", page(number))


def holds(line: dict[str, object], words: tuple[str, ...]) -> list[str]:
    return [one for one in words if one in str(line["body"])]


def test_a_crawl_learns_what_its_site_repeats_and_revises_nothing_for_it(web: Web, project: Project) -> None:
    serve(web, range(24))
    project.loopback("gull", web, f'discover: [{{sitemap: "{web.url}/sitemap.xml"}}]\n')
    assert (first := project.run("crawl", "gull", *PATIENT, "-s", "NOW=2026-01-29T09:00:00Z")).returncode == 0, first.stderr
    lines = project.lines("gull")
    assert len(lines) == 24
    assert all(holds(line, STANDING) for line in lines[:MANY]), "nothing can be known before the eighth article is stored"

    serve(web, range(32))
    assert (second := project.run("crawl", "gull", *PATIENT, "-s", "NOW=2026-02-28T09:00:00Z")).returncode == 0, second.stderr
    assert project.reports("gull")[-1]["articles"] == {"new": 8, "unchanged": 24}
    later = project.lines("gull")[24:]
    assert [(line["change"], holds(line, STANDING)) for line in later] == [("new", [])] * 8
    for line in later:
        number = int(str(line["url"]).rsplit("/", 2)[-2].partition("-")[0])
        expected = {LEAD: number % 4 < 2, REFRAIN: number % 2 == 0, OWN[2]: number % 3 == 0, OWN[3]: True}
        assert {one: one in line["body"] for one in OWN} == expected

    assert "articles: Printed on the old press behind the harbour office" in project.run("template", "gull").stdout
    paths = Archive(project.archive).site("gull")
    with paths.lock:
        assert _dumped(Index.open(paths)) == _dumped(Index.made_anew(paths))
    assert (anew := project.run("reextract", "gull", "--write", *PATIENT)).returncode == 0, anew.stderr
    lines = project.lines("gull")[32:]
    assert {line["change"] for line in lines} == {"reextracted"}
    assert len(lines) >= MANY
    assert not any(holds(line, STANDING) for line in lines)


def _dumped(index: Index) -> list[str]:
    try:
        assert index.standing()
        return list(index.dump())
    finally:
        index.close()


def read(body: str, standing: Standing) -> str:
    html = f"<!DOCTYPE html><html><head><title>A day at the quay</title></head><body><article><h1>A day at the quay</h1>{body}</article></body>"
    found = extract(
        Capture.from_response("https://gull.example/2026/day/", html.encode(), date=datetime(2026, 6, 1, tzinfo=UTC)),
        Site(key="gull", url="https://gull.example/", name="The Gull"),
        standing=standing,
    )
    assert isinstance(found, Article)
    return found.body


def known(*texts: str, everywhere: bool = False) -> Standing:
    return {key: everywhere for text in texts for key in pieces([("paragraph", text)])}


SENTENCE = "Nobody on the quay could remember a morning as quiet as this one had been."


@pytest.mark.parametrize(
    ("piece", "everywhere", "stays"),
    [
        pytest.param(f"<p>{SENTENCE}</p>", False, True, id="plain, on some pages"),
        pytest.param(f"<p>{SENTENCE}</p>", True, False, id="plain, everywhere by everyone"),
        pytest.param(f'<p>{SENTENCE[:-5]}<a href="/x">been.</a></p>', False, False, id="with a link"),
        pytest.param(f'<div class="card"><p>{SENTENCE}</p></div>', False, False, id="apart from the text"),
        pytest.param(f"<h2>{SENTENCE}</h2>", True, True, id="a heading above the author's text"),
        pytest.param(f"<p>Correction: {SENTENCE}</p>", True, True, id="a correction"),
        pytest.param(f"<p>{SENTENCE} Subscribe to our letter.</p>", False, False, id="an invitation"),
        pytest.param(f"<p>{SENTENCE} So says The Gull.</p>", False, False, id="the name of the site"),
        pytest.param("<p>Key points</p>", True, True, id="a label"),
    ],
)
def test_what_is_repeated_is_left_out_only_where_it_is_not_the_authors(piece: str, everywhere: bool, stays: bool) -> None:
    text = piece.replace('<a href="/x">', "").replace("</a>", "")
    text = text[text.index(">", text.rindex("<p") if "<p" in text else 0) + 1 : text.index("</")]
    body = read(own_words(1) + piece + own_words(2), known(text, everywhere=everywhere))
    assert (text in body) is stays
    assert body.count(".") >= 6


def test_a_repeated_beginning_stays_and_so_does_a_page_that_is_nothing_else() -> None:
    assert read(f"<p>{SENTENCE}</p>{own_words(1)}", known(SENTENCE, everywhere=True)).startswith(SENTENCE)
    other = f"{SENTENCE} It had rained."
    assert read(f"<p>{SENTENCE}</p><p>{other}</p>", known(SENTENCE, other, everywhere=True)) == f"{SENTENCE}\n\n{other}"
    linked = f'<p>{SENTENCE[:-5]}<a href="/x">been.</a></p>'
    assert read(linked, known(SENTENCE)) == SENTENCE, "a page whose whole text is repeated keeps it"


def article() -> Article:
    html = f"<title>A day at the quay</title><article><h1>A day at the quay</h1>{own_words(1)}</article>"
    found = extract(
        Capture.from_response("https://gull.example/2026/day.html", html.encode(), date=datetime(2026, 6, 1, tzinfo=UTC)),
        Site(key="gull", url="https://gull.example/"),
    )
    assert isinstance(found, Article)
    return found


def test_a_piece_is_counted_from_where_it_first_stood_and_forgotten_when_it_does_not_come_again(project: Project) -> None:
    paths = Archive(project.archive).site("gull")
    rare, new, refrain = (f"{SENTENCE} {word}" for word in ("rarely", "newly", "ever"))
    with paths.lock:
        index = Index.open(paths)
    one = article()
    last = 3 * WINDOW + EVERYWHERE
    for number in range(1, last + 1):
        more = [rare] * (number % 4 == 0) + [new] * (number > last - EVERYWHERE) + [refrain] * (number % 2)
        author = "Ines Calder" if number % 2 else "Tomas Brandt"
        blocks = [one.blocks[0].model_copy(update={"text": text}) for text in (f"{SENTENCE} number {number}", *more)]
        learn(index.db, one.model_copy(update={"blocks": blocks, "authors": [author]}), number)
    standing = index.standing()
    key = {text: digest(text.lower().replace(" ", "").replace(".", "")) for text in (rare, new, refrain)}
    assert key[rare] not in standing, "one in four is not many"
    assert standing[key[new] or 0], "what came late is known as soon as it stood in enough of the articles since"
    assert standing[key[refrain] or 0] is False, "one author's words"
    assert index.db.execute("SELECT count(*) FROM standing").fetchone()[0] < 3 * WINDOW
    index.close()
