"""Pages whose parts a server sent as they were ready, behind the page's end, with calls that bring them to their places."""

from __future__ import annotations

import pytest

from crawler.extraction.page import parse, text_of
from crawler.extraction.streamed import without_waiting

HOLE = "<!--$?--><template id='B:{}'></template>Wait a little<!--/$-->".replace("'", '"')


def part(number: int, markup: str) -> str:
    return f'<div hidden id="S:{number}">{markup}</div>'


def boundary(number: int, of: int) -> str:
    return f'<script>$RC("B:{number}","S:{of}")</script>'


def shown(body: str) -> str:
    """The text of the page that has `body`, as it is read."""
    page = parse(f"<html><body>{body}</body></html>".encode(), "text/html", "https://river.example/2025/03/weir.html")
    assert not page.root.xpath("//template")
    return " ".join(text_of(page.root).split())


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"<main><p>a</p>{HOLE.format(0)}<p>c</p></main><footer>d</footer>{part(0, '<p>b</p>')}{boundary(0, 0)}", "a b c d"),
        (f"<p>a</p>{HOLE.format(0)}{HOLE.format(1)}{part(5, '<p>c</p>')}{boundary(1, 5)}{part(2, '<p>b</p>')}{boundary(0, 2)}", "a b c"),
        (
            f"<p>a</p>{HOLE.format(0)}<p>e</p>"
            + part(0, '<p>b</p><template id="P:1"></template><p>d</p>')
            + part(1, "<p>c</p>")
            + '<script>$RS("S:1","P:1");$RC("B:0","S:0")</script>',
            "a b c d e",
        ),
        (f'<p>a <template id="B:0"></template>c</p>{part(0, "b <b>b</b> b ")}', "a b b b c"),
        (f"<p>a</p>{HOLE.format(0)}{part(0, f'<p>b</p>{HOLE.format(1)}')}{part(1, '<p>c</p>')}{boundary(0, 0)}{boundary(1, 1)}", "a b c"),
        (f"<p>a</p>{part(3, '<p>b</p>')}", "a b"),
    ],
    ids=["its place", "other numbers", "a hole in a part", "no calls, text alone", "a boundary in a part", "no place"],
)
def test_parts_are_read_where_they_are_shown(body: str, text: str) -> None:
    assert shown(body) == text


def test_parts_that_hold_each_other_s_places_lose_no_word() -> None:
    page = parse(
        (part(0, '<p>a</p><template id="B:1"></template>') + part(1, '<p>b</p><template id="B:0"></template>')).encode(), "text/html", ""
    )
    assert sorted(text_of(page.root).split()) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            '<!--$?--><template id="B:0"></template>one <!--$-->two<!--/$--> three<!--/$-->four',
            '<!--$?--><template id="B:0"></template><!--/$-->four',
        ),
        ('<!--$?--><template id="B:0"></template>' * 20_000, '<!--$?--><template id="B:0"></template>' * 20_000),
    ],
    ids=["nested", "never closed"],
)
def test_what_is_shown_until_then_goes_up_to_the_end_of_its_boundary(text: str, left: str) -> None:
    assert without_waiting(text) == left
