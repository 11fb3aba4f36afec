"""What lies around the bytes: connections used again, TLS, IPv6, time over all tries, and an archive that cannot be written."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import trustme
from conftest import Report
from hostile_pages import HTML, NOISE, UNSIZED, whole
from hostile_server import HostileServer, Page

Crawl = Callable[..., Report]
TLS = Callable[..., ssl.SSLContext]
PLAIN = Page("plain", whole(HTML), HTML)


@contextmanager
def serving(*pages: Page, **options: Any) -> Iterator[HostileServer]:
    server = HostileServer(pages, **options)
    try:
        yield server
    finally:
        server.close()


def exempt(*servers: HostileServer) -> dict[str, list[str]]:
    return {"ALLOW_PRIVATE": [server.authority for server in servers]}


def test_the_silent_repeat_on_a_dead_connection_is_an_attempt_of_its_own(crawl: Crawl) -> None:
    with serving(PLAIN, dies_after=1) as server:
        report = crawl([f"{server.url}/plain", f"{server.url}/plain?again"], **exempt(server))
        asked = server.exchanges("plain?again")
    assert [bool(exchange.sent) for exchange in asked] == [False, True]
    again = report.one("capture", f"{server.url}/plain?again")
    assert (again["attempt"], again["request"], again["response"]) == (2, asked[1].request, PLAIN.answer)
    assert report.one("page", f"{server.url}/plain?again")["body"] == HTML
    assert report.stats["capture/unanswered_attempts"] == 1


def test_a_post_is_not_repeated(crawl: Crawl) -> None:
    with serving(PLAIN, dies_after=1) as server:
        post = {"url": f"{server.url}/plain?post", "method": "POST", "body": "cT0x"}
        report = crawl([f"{server.url}/plain", post], **exempt(server))
        assert len(server.exchanges("plain?post")) == 1
    assert report.one("failure", post["url"])["outcome"] == "no-answer"


def test_retries_are_counted_and_each_is_a_capture(crawl: Crawl) -> None:
    busy = Page("busy", whole(b"", status=b"HTTP/1.1 503 Busy"), b"")
    moved = Page("moved", whole(b"", "Location: /plain", status=b"HTTP/1.1 301 Moved"))
    with serving(busy, moved, PLAIN) as server:
        report = crawl([f"{server.url}/busy"], [f"{server.url}/moved"], RETRY_ENABLED=True, RETRY_TIMES=2, **exempt(server))
    assert [capture["attempt"] for capture in report.of("capture", f"{server.url}/busy")] == [1, 2, 3]
    assert report.one("capture", f"{server.url}/plain")["attempt"] == 1


def test_time_is_counted_over_all_tries(crawl: Crawl) -> None:
    half = Page("half", UNSIZED[:20], then="close", split=4, pause=0.4)
    slow = {"url": "", "meta": {"download_timeout": 3.0}}
    with serving(half) as server:
        slow["url"] = f"{server.url}/half"
        transient = ["crawler.capture.failures.Transient"]
        report = crawl([slow], RETRY_ENABLED=True, RETRY_TIMES=5, RETRY_EXCEPTIONS=transient, **exempt(server))
    assert [capture["truncated"] for capture in report.of("capture")] == ["disconnect", "time"]
    assert report.one("failure", slow["url"])["outcome"] == "timeout"


def test_time_in_which_the_program_could_not_read_is_not_the_pages(crawl: Crawl) -> None:
    long = Page("long", whole(NOISE), NOISE, split=100_000, pause=0.005)
    with serving(PLAIN, long) as server:
        slow = {"url": f"{server.url}/long", "meta": {"download_timeout": 1.5}}
        report = crawl([slow], [{"url": f"{server.url}/plain", "busy": 2.0}], **exempt(server))
    assert report.of("failure") == []
    assert report.one("page", slow["url"])["body"] == NOISE


@pytest.mark.parametrize(
    ("version", "protocol"), [(ssl.TLSVersion.TLSv1_2, "tls/1.2"), (ssl.TLSVersion.TLSv1_3, "tls/1.3")], ids=["1.2", "1.3"]
)
def test_tls_version_cipher_and_certificate_are_noted(crawl: Crawl, tls: TLS, version: ssl.TLSVersion, protocol: str) -> None:
    context = tls("localhost", maximum=version)
    with serving(PLAIN, host="127.0.0.1", tls=context) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        report = crawl([f"{url}/plain", f"{url}/plain?again"], ALLOW_PRIVATE=[server.authority.replace("127.0.0.1", "localhost")])
        port = int(server.authority.rpartition(":")[2])
        certificate = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))
    for asked in (f"{url}/plain", f"{url}/plain?again"):
        capture = report.one("capture", asked)
        assert capture["protocols"] == ["http/1.1", protocol]
        assert capture["cipher_suite"] == ("TLS_AES_256_GCM_SHA384" if protocol == "tls/1.3" else "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")
        assert capture["certificate_digest"] == f"sha256:{hashlib.sha256(certificate).hexdigest()}"
        assert report.one("page", asked)["certificate"]


def test_a_certificate_that_does_not_verify_is_refused_unless_the_site_is_excepted(crawl: Crawl, tls: TLS) -> None:
    with serving(PLAIN, tls=tls(signed_by=trustme.CA())) as server:
        url = f"{server.url}/plain"
        refused = crawl([url], **exempt(server))
        taken = crawl([url], DOWNLOAD_VERIFY_CERTIFICATES=False, **exempt(server))
        assert len(server.log) == 1
    assert refused.one("failure", url)["outcome"] == "tls-failed"
    assert refused.of("capture") == []
    assert taken.one("page", url)["body"] == HTML


def test_a_certificate_for_another_name_is_refused(crawl: Crawl, tls: TLS) -> None:
    with serving(PLAIN, tls=tls("news.example")) as server:
        report = crawl([f"{server.url}/plain"], **exempt(server))
        assert server.log == []
    assert report.one("failure", f"{server.url}/plain")["outcome"] == "tls-failed"


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_ipv6(crawl: Crawl, tls: TLS, secure: bool) -> None:
    with serving(PLAIN, host="::1", tls=tls() if secure else None) as server:
        report = crawl([f"{server.url}/plain"], **exempt(server))
        (logged,) = server.log
    capture = report.one("capture", f"{server.url}/plain")
    assert (capture["ip_address"], capture["request"], capture["response"]) == ("::1", logged.request, PLAIN.answer)
    assert f"Host: {server.authority}\r\n".encode() in logged.request


def test_the_request_is_exactly_what_the_url_says(crawl: Crawl) -> None:
    targets = ["a%2Fb/../c", "a", "?q=1", "a;p?x=;&y", "a%00%0Ab", "A%C3%A9", "a//b", "x" * 340, ".", "%2e%2E"]
    with serving(*(Page(target.partition("?")[0], whole(HTML), HTML) for target in targets)) as server:
        urls = [f"{server.url}/{target}" for target in targets]
        credentials = f"http://user:secret@{server.authority}/a"
        report = crawl(*([url] for url in [*urls, credentials, f"{server.url}/a%00%0Ab#fragment"]), **exempt(server))
        logged = [exchange.request for exchange in server.log]
    assert not report.of("failure")
    for url in urls:
        path = url.removeprefix(server.url).encode()
        assert any(request.startswith(b"GET %b HTTP/1.1\r\n" % path) for request in logged), url
    assert not any(b"secret" in request or b"fragment" in request or b"uthorization" in request for request in logged)
    assert len(report.of("capture", f"{server.url}/a%00%0Ab")) == 2


def test_a_page_that_cannot_be_archived_does_not_go_up(crawl: Crawl) -> None:
    full = Page("disk-full", whole(HTML), HTML)
    with serving(full, PLAIN) as server:
        report = crawl([f"{server.url}/disk-full", f"{server.url}/plain"], **exempt(server))
    failure = report.one("failure", f"{server.url}/disk-full")
    assert (failure["error"], failure["message"]) == ("ArchiveUnwritable", "No space left on device")
    assert [line["asked"] for line in report.of("page")] == [f"{server.url}/plain"]


def test_without_a_run_nothing_is_archived_and_pages_still_come(crawl: Crawl) -> None:
    with serving(PLAIN) as server:
        report = crawl([f"{server.url}/plain"], archive=False, **exempt(server))
    assert report.of("capture") == []
    up = report.one("page", f"{server.url}/plain")
    assert (up["body"], up["captured"], up["ref"]) == (HTML, f"{server.url}/plain", None)


def test_where_a_request_came_from_is_noted(crawl: Crawl) -> None:
    with serving(PLAIN, Page("robots.txt", whole(b"")), Page("304", b"HTTP/1.1 304 Not Modified\r\n\r\n")) as server:
        asked = {"url": f"{server.url}/304", "headers": {"If-None-Match": '"1"'}, "meta": {"conditional": True}}
        found = {"url": f"{server.url}/plain", "meta": {"via": "http://feed.example/", "hops": "ML"}}
        report = crawl([asked], [found], [f"{server.url}/robots.txt"], **exempt(server))
    assert report.one("capture", asked["url"])["conditional"]
    capture = report.one("capture", found["url"])
    assert (capture["via"], capture["hops_from_seed"], capture["conditional"]) == ("http://feed.example/", "ML", False)
    assert report.one("capture", f"{server.url}/robots.txt")["hops_from_seed"] == "P"


def test_a_request_that_http_does_not_allow_is_not_sent(crawl: Crawl) -> None:
    with serving(PLAIN) as server:
        bad = {"url": f"{server.url}/plain", "headers": {"Bad Name": "1"}}
        proxied = {"url": f"{server.url}/plain?proxied", "meta": {"proxy": f"{server.url}/"}}
        unknown = {"url": f"{server.url}/plain?method", "method": "G(T"}
        report = crawl([bad], [proxied], [unknown], HTTPPROXY_ENABLED=False, **exempt(server))
        assert server.log == []
    assert {line["outcome"] for line in report.of("failure")} == {"not-sent"}


@pytest.mark.parametrize("resolver", ["CachingHostnameResolver", "CachingThreadedResolver"])
def test_addresses_are_checked_behind_either_of_scrapys_resolvers(crawl: Crawl, resolver: str) -> None:
    with serving(PLAIN) as server:
        url = server.url.replace("127.0.0.1", "localhost") + "/plain"
        port = server.authority.rpartition(":")[2]
        refused = crawl([url], TWISTED_DNS_RESOLVER=f"scrapy.resolver.{resolver}", **exempt(server))
        taken = crawl([url], TWISTED_DNS_RESOLVER=f"scrapy.resolver.{resolver}", ALLOW_PRIVATE=[f"localhost:{port}"])
        assert len(server.log) == 1
    assert refused.one("failure", url)["outcome"] == "address-refused"
    assert taken.one("capture", url)["ip_address"] == "127.0.0.1"


def test_nobody_listens(crawl: Crawl) -> None:
    with serving(PLAIN) as server:
        pass
    report = crawl([f"{server.url}/plain"], **exempt(server))
    assert report.one("failure", f"{server.url}/plain")["outcome"] == "unreachable"


def test_connections_that_end_at_the_moment_at_which_they_are_given_up(crawl: Crawl) -> None:
    """At the end of a crawl, Scrapy gives kept connections a second. Where the program was held up for as long, both happen at once."""
    with serving(PLAIN) as server:
        handlers = dict.fromkeys(("http", "https"), "recorded_crawl.HastyHandler")
        report = crawl([f"{server.url}/plain"], DOWNLOAD_HANDLERS=handlers, **exempt(server))
    assert report.one("page", f"{server.url}/plain")["body"] == HTML
    assert report.stderr == ""
