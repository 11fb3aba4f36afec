"""The container that a theme marks as the text: where it is decisive, and where it is not."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.extraction import extract
from crawler.formats.article import Article
from crawler.formats.capture import Capture
from crawler.formats.site import Site

URL = "https://ridge.example/2025/03/04/bridge/"
SITE = Site(key="ridge", url="https://ridge.example/")
SENTENCE = "The old bridge over the river was closed in the morning, and the ferry took everybody across until the evening came. "
TEXT = "".join(f"<p>{SENTENCE * 3}Part {number}.</p>" for number in range(6))
TEASERS = "".join(f'<h3><a href="/other/{number}">Another story {number}</a></h3><p>{SENTENCE}{number}</p>' for number in range(4))


def read(body: str, beside: str = "") -> Article:
    page = f"<html lang=en><head><title>The Bridge</title></head><body><article><h1>The Bridge</h1>{body}</article>{beside}</body></html>"
    found = extract(Capture.from_response(URL, page.encode(), date=datetime(2025, 12, 1, tzinfo=UTC)), SITE)
    assert isinstance(found, Article)
    return found


def test_a_marked_container_with_all_the_prose_is_the_text() -> None:
    found = read(f'<div class="entry-content">{TEXT}<div class="related-posts"><p>{SENTENCE}</p></div></div>')
    assert found.provenance["body"] == "container"
    assert found.body.count("Part ") == 6
    assert len(found.blocks) == 6


def test_it_decides_nothing_where_prose_stands_elsewhere_too() -> None:
    assert read(f'<div class="entry-content">{TEXT}</div>', f"<div>{TEXT.replace('Part', 'Piece')}</div>").provenance["body"] != "container"


def test_it_decides_nothing_where_teasers_stand_in_it() -> None:
    assert read(f'<div class="entry-content">{TEXT}{TEASERS}</div>').provenance["body"] != "container"


def test_a_container_without_a_mark_decides_nothing() -> None:
    assert read(f'<div class="x7">{TEXT}</div>').provenance["body"] != "container"


def test_a_paragraph_as_long_as_a_book_displaces_no_other() -> None:
    found = read(f'<div class="entry-content"><p>{SENTENCE * 4_000}</p>{TEXT}</div>')
    assert found.provenance["body"] == "container"
    assert found.body.count("Part ") == 6
    assert len(found.blocks) == 7
