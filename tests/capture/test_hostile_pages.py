"""Every misbehaviour, over HTTP and HTTPS: the capture holds what crossed the wire, and the page goes up where there is one."""

from __future__ import annotations

import pytest
from conftest import SCHEMES, Report
from hostile_pages import BODIES, BODY_LIMIT, BY_NAME, PAGES
from hostile_server import HostileServer, Page
from warc_lint import lint

from crawler.formats.warc import captures

CAPTURED = [page for page in PAGES if page.captured and not page.redirects]
both = pytest.mark.parametrize("scheme", SCHEMES)


def named(pages: list[Page]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", pages, ids=lambda page: page.name)


@both
@named(CAPTURED)
def test_captured_bytes_are_the_bytes_on_the_wire(museum: Report, servers: dict[str, HostileServer], scheme: str, page: Page) -> None:
    server = servers[scheme]
    (logged,) = server.exchanges(page.name)
    capture = museum.one("capture", f"{server.url}/{page.name}")
    assert capture["request"] == logged.request
    assert capture["truncated"] == page.truncated
    received = b"".join(capture["interim"]) + capture["response"]
    if page.truncated is None:
        assert tuple(capture["interim"]) == page.interim
        assert capture["response"] == page.answer
        assert received + page.rest == bytes(logged.sent)
    else:
        assert received
        assert bytes(logged.sent).startswith(received)


def test_the_warc_holds_every_capture_byte_for_byte(museum: Report) -> None:
    (file,) = museum.folder.glob("recorded/warc/2026/*.warc.gz")
    stored = list(captures(file))
    noted = museum.of("capture")
    assert len(stored) == len(noted)
    for kept, seen in zip(stored, noted, strict=True):
        kept.response.seek(0)
        assert (kept.url, kept.request, kept.response.read()) == (seen["url"], seen["request"], seen["response"])
        assert (list(kept.interim), kept.truncated) == (seen["interim"], seen["truncated"])


def test_the_warc_of_all_misbehaviours_is_by_the_book(museum: Report) -> None:
    assert lint(*museum.folder.glob("recorded/warc/2026/*.warc.gz")) == []


@both
@named([page for page in CAPTURED if page.truncated in ("disconnect", "unspecified")])
def test_a_cut_message_is_kept_as_far_as_it_came(museum: Report, servers: dict[str, HostileServer], scheme: str, page: Page) -> None:
    assert museum.one("capture", f"{servers[scheme].url}/{page.name}")["response"] == page.answer


@both
@named([page for page in BODIES if page.outcome == "too-large"])
def test_a_body_over_the_limit_is_kept_up_to_the_limit(museum: Report, servers: dict[str, HostileServer], scheme: str, page: Page) -> None:
    response = museum.one("capture", f"{servers[scheme].url}/{page.name}")["response"]
    assert len(response.partition(b"\r\n\r\n")[2]) == BODY_LIMIT


@both
@named([page for page in PAGES if page.body is not None])
def test_the_page_goes_up_decoded_after_its_capture(museum: Report, servers: dict[str, HostileServer], scheme: str, page: Page) -> None:
    url = f"{servers[scheme].url}/{page.name}"
    up = museum.one("page", url)
    assert up["body"] == page.body
    assert up["captured"] == url
    kinds = [line["kind"] for line in museum.lines if url in (line.get("asked"), line.get("url"))]
    assert kinds == ["capture", "page"]


@both
@named([page for page in PAGES if page.outcome])
def test_what_is_no_page_fails_under_its_name(museum: Report, servers: dict[str, HostileServer], scheme: str, page: Page) -> None:
    url = f"{servers[scheme].url}/{page.name}"
    failure = museum.one("failure", url)
    assert failure["outcome"] == page.outcome
    assert failure["capture"] == page.captured
    assert len(museum.of("capture", url)) == page.captured


@both
def test_interim_responses_are_apart(museum: Report, servers: dict[str, HostileServer], scheme: str) -> None:
    capture = museum.one("capture", f"{servers[scheme].url}/three-interim-responses")
    assert [piece[:12] for piece in capture["interim"]] == [b"HTTP/1.1 102", b"HTTP/1.1 103", b"HTTP/1.1 100"]


@both
@pytest.mark.usefixtures("museum")
def test_a_connection_with_bytes_left_over_is_not_used_again(servers: dict[str, HostileServer], scheme: str) -> None:
    server = servers[scheme]
    (poisoned,) = server.exchanges("second-response-unasked")
    later = server.log[server.log.index(poisoned) + 1 :]
    assert poisoned.connection not in {exchange.connection for exchange in later}


@pytest.mark.usefixtures("museum")
def test_connections_are_used_again(servers: dict[str, HostileServer]) -> None:
    for server in servers.values():
        assert len({exchange.connection for exchange in server.log}) < len(server.log)


@both
def test_every_hop_of_a_redirect_is_a_capture(museum: Report, servers: dict[str, HostileServer], scheme: str) -> None:
    server = servers[scheme]
    up = museum.one("page", f"{server.url}/redirect")
    assert (up["url"], up["body"]) == (f"{server.url}/plain?x=1", BY_NAME["plain"].body)
    first = museum.of("capture", f"{server.url}/redirect")[0]
    (last,) = (hop for hop in museum.of("capture", f"{server.url}/plain?x=1") if hop["hops_from_seed"] == "RR")
    assert (first["hops_from_seed"], first["via"], first["response"]) == ("", None, BY_NAME["redirect"].answer)
    assert last["via"] == f"{server.url}/redirect-2"


@both
def test_redirects_end_after_five_hops(museum: Report, servers: dict[str, HostileServer], scheme: str) -> None:
    url = f"{servers[scheme].url}/redirect-loop"
    assert [capture["hops_from_seed"] for capture in museum.of("capture", url)] == ["", "R", "RR", "RRR", "RRRR", "RRRRR"]
    assert museum.one("failure", url)["error"] == "IgnoreRequest"


def test_the_museum_closes_without_an_error(museum: Report) -> None:
    assert museum.of("closed")[0]["reason"] == "finished"
    assert "Traceback" not in museum.stderr
    assert "Unhandled" not in museum.stderr
