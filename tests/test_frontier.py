"""The queue of waiting requests: what comes out is what went in, however it was kept."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from scrapy import FormRequest, Request
from scrapy.utils.test import get_crawler

from crawler.spiders.frontier import Frontier


@pytest.fixture
def frontier() -> Frontier:
    return Frontier.from_crawler(get_crawler())


def answered(response: object, **given: object) -> None:
    """A callback."""


def failed(failure: object) -> None:
    """An errback."""


def told(request: Request | None) -> dict[str, object]:
    assert request is not None
    return {name: getattr(request, name) for name in request.attributes}


@dataclass
class Named:
    """As links are: a page's address, and what is known of it."""

    url: str


REQUESTS = [
    Request("http://127.0.0.1/link", answered, meta={"via": None}, cb_kwargs={"link": Named("http://127.0.0.1/link")}),
    Request("http://127.0.0.1/a b%20c", answered, cb_kwargs={"link": Named("http://127.0.0.1/a b%20c")}),
    Request("http://127.0.0.1/2026/tide"),
    Request("http://127.0.0.1/tide?a=1&b=%C3%A6", answered, errback=failed, priority=-3, dont_filter=True),
    Request("http://127.0.0.1/a b", answered, meta={"download_slot": "tide", "hop": "L"}, cb_kwargs={"link": ("tide", None)}),
    Request("http://127.0.0.1/a b|c", answered, meta={"verbatim_url": True}),
    Request("http://127.0.0.1/head", answered, method="HEAD"),
    Request("http://127.0.0.1/body", answered, body=b"tide"),
    Request("http://127.0.0.1/headers", answered, headers={"If-None-Match": '"tide"'}, meta={"hop": "L"}),
    Request("http://127.0.0.1/cookies", answered, cookies={"tide": "high"}),
    Request("http://127.0.0.1/encoding", answered, encoding="latin-1"),
    Request("http://127.0.0.1/flags", answered, flags=["tide"]),
    FormRequest("http://127.0.0.1/form", formdata={"tide": "high"}),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.url.rsplit("/", 1)[-1])
def test_a_request_comes_out_as_it_went_in(frontier: Frontier, request_: Request) -> None:
    before = told(request_.copy())
    frontier.push(request_)
    assert told(frontier.peek()) == before
    popped = frontier.pop()
    assert (told(popped), type(popped)) == (before, type(request_))


def test_the_last_one_comes_first(frontier: Frontier) -> None:
    for request in REQUESTS:
        frontier.push(request)
    assert len(frontier) == len(REQUESTS)
    assert [str(frontier.pop()) for _ in REQUESTS] == [str(request) for request in reversed(REQUESTS)]
    assert (frontier.peek(), frontier.pop(), len(frontier)) == (None, None, 0)


def test_a_callback_may_come_while_a_request_waits(frontier: Frontier) -> None:
    """As `scrapy shell` has it."""
    request = Request("http://127.0.0.1/shell")
    frontier.push(request)
    request.callback = answered
    assert frontier.pop() is request
