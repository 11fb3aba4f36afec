"""The museum's hostile pages, each under the address of an article. What the JSON may say of one is either nothing or its true text."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import brotli
from hostile_pages import NOISE, chunked, head, whole
from hostile_server import Page
from museum_healthy import page_of, typed

try:
    from compression import zstd
except ImportError:
    from backports import zstd

MARK = "exhibit-" + "0" * 40
"""Stands in every text, and is replaced by the exhibit's own, as long: no two of them are one story."""
TEXT = (
    f"The committee of {MARK} met on Tuesday to hear what had become of the plan for the old harbour, and nobody in the room had read the report. "
    "It will be on the agenda once more in April, when the treasurer is back from the islands and the figures have been looked at again. "
)
BODY = f"<p>{TEXT}</p>" * 3
HUGE = 12_000_000


@dataclass(frozen=True)
class Exhibit:
    """A page. `answer` is made when it is asked for; `slow` pages take a second or more to get through."""

    name: str
    make: Callable[[], bytes]
    slow: bool = False
    then: str = "keep"
    split: int = 0
    pause: float = 0.0

    @property
    def path(self) -> str:
        return f"2026/03/hostile-{self.name}.html"

    @property
    def mark(self) -> str:
        """What stands in its texts for `MARK`."""
        return f"exhibit-{self.name:x<40.40}"

    @property
    def text(self) -> str:
        """A paragraph that is the page's own, whole, if the page has any."""
        return TEXT.strip().replace(MARK, self.mark)

    @cache  # noqa: B019  a museum lives as long as its process
    def page(self) -> Page:
        made = self.make().replace(MARK.encode(), self.mark.encode())
        return Page(self.path, made, then=self.then, split=self.split, pause=self.pause)  # type: ignore[arg-type]


def html(name: str, body: str, *, slow: bool = False, more_head: str = "", headline: str = "A Hostile Story") -> Exhibit:
    """An article with something hostile in it."""
    return Exhibit(name, lambda: whole(page_of(headline, body, more_head=more_head).encode("utf-8", "surrogatepass")), slow)


def answer(name: str, data: bytes, **more: object) -> Exhibit:
    return Exhibit(name, lambda: data, **more)  # type: ignore[arg-type]


def redirect(name: str, target: str, status: bytes = b"302 Found") -> Exhibit:
    return answer(f"redirect-{name}", whole(b"elsewhere", f"Location: {target}", status=b"HTTP/1.1 " + status))


STORY = page_of("A Hostile Story", BODY).encode()
BIG = head("Content-Type: text/html", f"Content-Length: {10**9}")

WIRE = [
    Exhibit("drip-head", lambda: whole(STORY, *[f"X-{number}: 1" for number in range(900)]), slow=True, split=40, pause=0.4),
    Exhibit("drip-body", lambda: whole(STORY * 9), slow=True, split=10, pause=0.1),
    Exhibit("drip-chunks", lambda: head("Content-Type: text/html", "Transfer-Encoding: chunked") + chunked(*[b"a"] * 9000), slow=True,
            split=6, pause=0.1),
    Exhibit("drip-chunk-extension", lambda: head("Transfer-Encoding: chunked") + b"5;" + b"e" * 60_000, slow=True, split=8, pause=0.05),
    Exhibit("drip-trailers", lambda: head("Transfer-Encoding: chunked") + chunked(STORY)[:-2] + b"T: 1\r\n" * 9_000, slow=True, split=6,
            pause=0.05),
    Exhibit("drip-interim", lambda: b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2_000, slow=True, split=28, pause=0.1),
    answer("stall-silent", b"", then="stall", slow=True),
    answer("stall-in-status", b"HTTP/1.", then="stall", slow=True),
    answer("stall-in-head", head("Content-Type: text/html")[:-2], then="stall", slow=True),
    answer("stall-in-body", head("Content-Type: text/html", "Content-Length: 99999") + STORY, then="stall", slow=True),
    Exhibit("endless-body", lambda: head("Content-Type: text/html") + b"<p>endless</p>" * 1_400_000, then="close"),
    Exhibit("endless-chunks", lambda: head("Transfer-Encoding: chunked") + b"a\r\n<p>more</p\r\n" * 1_300_000, then="close"),
    Exhibit("too-long-declared", lambda: BIG + b"<p>x</p>" * 2_200_000, then="close"),
    answer("longer-than-declared", head("Content-Type: text/html", "Content-Length: 200") + STORY, then="close"),
    answer("shorter-than-declared", head("Content-Type: text/html", "Content-Length: 90000") + STORY, then="close"),
    answer("negative-length", head("Content-Type: text/html", "Content-Length: -5") + STORY, then="close"),
    answer("absurd-length", head("Content-Type: text/html", f"Content-Length: {'9' * 400}") + STORY, then="close"),
    answer("two-lengths", head("Content-Type: text/html", "Content-Length: 5", "Content-Length: 7") + STORY, then="close"),
    answer("absurd-chunk", head("Transfer-Encoding: chunked") + b"F" * 40 + b"\r\n" + STORY, then="close"),
    answer("negative-chunk", head("Transfer-Encoding: chunked") + b"-5\r\n" + STORY, then="close"),
    answer("chunk-cut-off", head("Content-Type: text/html", "Transfer-Encoding: chunked") + chunked(STORY)[:-900], then="close"),
    answer("reset", head("Content-Type: text/html", "Content-Length: 99999") + STORY, then="reset"),
    answer("no-answer", b"", then="close"),
    answer("no-http", b"SSH-2.0-OpenSSH_9.9\r\n", then="close"),
    answer("http-0.9", STORY, then="close"),
    answer("smuggled-second-answer", whole(STORY) + whole(page_of("A Forged Story", BODY.replace("Tuesday", "Forged")).encode())),
    answer("huge-header", whole(STORY, f"X-Huge: {'h' * 70_000}")),
    Exhibit("many-headers", lambda: whole(STORY, *[f"X-{number}: {number}" for number in range(9_000)])),
    answer("header-injection", whole(STORY, "X-A: b\r\rSet-Cookie: evil=1\nX-Forged: yes", "X-B: \x1b[2J\x07")),
    answer("cookie-flood", whole(STORY, *[f"Set-Cookie: c{number}={'v' * 50}" for number in range(700)])),
    answer("status-999", whole(STORY, status=b"HTTP/1.1 999 No")),
    answer("status-000", whole(STORY, status=b"HTTP/1.1 000 No")),
    answer("status-words", whole(STORY, status=b"HTTP/1.1 OK 200")),
    answer("status-escape", whole(STORY, status=b"HTTP/1.1 404 \x1b]0;owned\x07")),
    answer("not-modified-unasked", head("ETag: x", status=b"HTTP/1.1 304 Not Modified")),
    answer("partial-unasked", whole(STORY, "Content-Range: bytes 0-10/9999", status=b"HTTP/1.1 206 Partial Content")),
    answer("no-content", head(status=b"HTTP/1.1 204 No Content")),
    answer("login", whole(STORY, 'WWW-Authenticate: Basic realm="give"', status=b"HTTP/1.1 401 Unauthorized")),
    answer("proxy-login", whole(STORY, 'Proxy-Authenticate: Basic realm="give"', status=b"HTTP/1.1 407 Proxy")),
    answer("wait-for-ever", whole(STORY, "Retry-After: 99999999999", status=b"HTTP/1.1 503 Busy"), slow=True),
    answer("too-many", whole(STORY, "Retry-After: 3600", status=b"HTTP/1.1 429 Too Many"), slow=True),
    answer("refresh-header", whole(STORY, "Refresh: 0; url=http://127.0.0.1:1/")),
]  # fmt: skip


def coded(body: bytes, coding: str) -> bytes:
    return whole(body, f"Content-Encoding: {coding}")


CODED = [
    Exhibit("gzip-bomb", lambda: coded(gzip.compress(b"a" * 400_000_000, 1), "gzip"), slow=True),
    Exhibit("deflate-bomb", lambda: coded(zlib.compress(b"a" * 300_000_000, 1), "deflate"), slow=True),
    Exhibit("brotli-bomb", lambda: coded(brotli.compress(b"a" * 300_000_000, quality=3), "br"), slow=True),
    Exhibit("zstandard-bomb", lambda: coded(zstd.compress(b"a" * 400_000_000), "zstd"), slow=True),
    Exhibit("gzip-in-gzip-bomb", lambda: coded(gzip.compress(gzip.compress(b"a" * 200_000_000, 1)), "gzip, gzip"), slow=True),
    Exhibit("gzip-of-many-members", lambda: coded(gzip.compress(b"") * 400_000, "gzip")),
    answer("gzip-cut-off", coded(gzip.compress(STORY)[:-200], "gzip")),
    answer("gzip-damaged", coded(gzip.compress(STORY)[:50] + b"\xff" * 40 + gzip.compress(STORY)[90:], "gzip")),
    answer("gzip-false", coded(STORY[:100] + NOISE[:5000], "gzip")),
    answer("nine-codings", coded(STORY, ", ".join(["gzip"] * 9))),
    answer("unknown-coding", coded(NOISE[:9000], "x-secret")),
]  # fmt: skip


def nested(tag: str, depth: int) -> str:
    return f"<{tag}>" * depth + TEXT + f"</{tag}>" * depth


STRUCTURE = [
    *(html(f"nested-{tag}-{depth}", BODY + nested(tag, depth), slow=depth > 9_000)
      for tag in ("div", "b", "ul", "table", "blockquote", "svg") for depth in (300, 30_000)),
    html("nested-around", f"{'<div>' * 400}{BODY}{'</div>' * 400}"),
    html("huge-text-node", f"<p>{'word ' * (HUGE // 5)}</p>{BODY}", slow=True),
    html("huge-text-node-behind", f"{BODY}<p>{'x' * HUGE}</p>", slow=True),
    html("paragraphs-50000", "<p>short</p>" * 50_000 + BODY, slow=True),
    html("paragraphs-50000-around", f"{BODY}{'<p>A short paragraph of text, again.</p>' * 50_000}", slow=True),
    html("inline-100000", f"<p>{'<b>b</b><i>i</i>' * 50_000}</p>{BODY}", slow=True),
    html("links-100000", "".join(f'<a href="/l/{number}">l</a>' for number in range(100_000)) + BODY, slow=True),
    html("attributes-60000", f"<p {' '.join(f'a{number}=1' for number in range(60_000))}>{TEXT}</p>{BODY}", slow=True),
    html("attribute-5-mb", f'<p title="{"t" * 5_000_000}">{TEXT}</p>{BODY}', slow=True),
    html("classes-100000", f'<p class="{" ".join(f"c{number}" for number in range(100_000))}">{TEXT}</p>{BODY}'),
    html("comments-100000", "<!-- c -->" * 100_000 + BODY),
    html("comment-unclosed", f"{BODY}<!-- {'c' * 100_000}"),
    html("tables-5000", "<table><tr><td>" * 5_000 + TEXT + BODY, slow=True),
    html("unclosed-100000", "<p><b><i>" * 33_000 + BODY, slow=True),
    html("closed-100000", "</p></b></div>" * 33_000 + BODY),
    html("entities-200000", f"<p>{'&amp;&#x41;&nbsp;&bogus;' * 50_000}</p>{BODY}"),
    html("options-50000", f"<select>{'<option>o' * 50_000}</select>{BODY}", slow=True),
    html("metas-50000", BODY, more_head="".join(f'<meta property="article:tag" content="t{number}">' for number in range(50_000)), slow=True),
    html("plaintext", f"{BODY}<plaintext><p>after"),
    html("template", f"<template>{BODY}</template>{BODY}"),
    html("frameset", f'<frameset><frame src="file:///etc/passwd"></frameset>{BODY}'),
    html("script-unclosed", f"{BODY}<script>alert('</p>'"),
    html("style-import", f"{BODY}<style>@import url(http://127.0.0.1:1/x)</style>"),
    html("xxe", BODY, more_head='<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    html("include", f'<xi:include href="file:///etc/passwd"/><object data="file:///etc/passwd"></object>{BODY}'),
]  # fmt: skip

BOMB = '<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + level)} "{f"&{chr(97 + level)};" * 10}">' for level in range(9)
) + "]>"  # fmt: skip


def json_ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


ARTICLE = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "A Hostile Story"}

DATA = [
    html("json-ld-deep", BODY, more_head=json_ld("[" * 100_000)),
    html("json-ld-deep-objects", BODY, more_head=json_ld('{"a":' * 50_000 + "1" + "}" * 50_000)),
    html("json-ld-number", BODY, more_head=json_ld('{"@type":"NewsArticle","wordCount":' + "9" * 100_000 + "}")),
    html("json-ld-float", BODY, more_head=json_ld('{"@type":"NewsArticle","version":1e999999,"x":NaN,"y":-Infinity}')),
    html("json-ld-surrogates", BODY, more_head=json_ld(json.dumps({**ARTICLE, "headline": "Half \ud800 and \x00\x1b[31m", "author": "\udfff"}))),
    html("json-ld-wrong-types", BODY, more_head=json_ld(json.dumps({**ARTICLE, "author": [[[{"name": {"name": 5}}]]], "datePublished": {"a": []}}))),
    html("json-ld-wide", BODY, more_head=json_ld(json.dumps({**ARTICLE, "author": [{"name": f"N {n}"} for n in range(50_000)]})), slow=True),
    html("json-ld-graph", BODY, more_head=json_ld(json.dumps({"@graph": [{"@id": f"#{n}", "a": {"@id": f"#{n + 1}"}} for n in range(20_000)]}))),
    *(html(f"date-{name}", BODY, more_head=json_ld(json.dumps({**ARTICLE, "datePublished": date})))
      for name, date in (("year-99999", "99999-01-01"), ("zero", "0000-00-00T00:00:00Z"), ("zone", "2026-03-03T09:00:00+99:99"),
                         ("long", "2" * 50_000), ("future", "2999-01-01T00:00:00Z"), ("escape", "2026-03-03\x1b[2J"))),
    html("headline-escapes", BODY, headline="Red \x1b[31m \x07 &#27;]0;owned&#7; \r\nforged line"),
    html("headline-bidi", BODY, headline="\u202egnitrats \u2066iso\u2069lated \u200f"),
    html("headline-1-mb", BODY, headline="H" * 1_000_000),
    html("headline-marks", BODY, headline="Z" + "\u0301" * 200_000),
    html("body-controls", f"<p>{TEXT}\x00\x01\x08\x0b\x1b[31m\x7f\x85&#0;&#x1b;&#xd800;&#xfffe;</p>{BODY}"),
    html("body-marks", f"<p>{'Z' + chr(0x301) * 300_000}</p>{BODY}", slow=True),
    html("body-formula", f"<p>=cmd|' /C calc'!A0 {TEXT}</p>{BODY}", headline="=HYPERLINK(1)"),
    html("canonical-elsewhere", BODY, more_head='<link rel="canonical" href="http://10.0.0.1/other">'),
    html("canonical-script", BODY, more_head='<link rel="canonical" href="javascript:alert(1)">'),
    html("canonical-1-mb", BODY, more_head=f'<link rel="canonical" href="/{"c" * 1_000_000}">'),
    html("base-elsewhere", f'{BODY}<a href="next">next</a>', more_head='<base href="http://169.254.169.254/">'),
    html("meta-refresh", BODY, more_head='<meta http-equiv="refresh" content="0;url=http://127.0.0.1:1/">'),
    html("language-lie", BODY, more_head=f'<meta http-equiv="content-language" content="{"xx-" * 9_000}">'),
    html("images-elsewhere", f'{BODY}<img src="file:///etc/passwd"><img src="data:image/svg+xml;base64,{base64.b64encode(b"x" * 90_000).decode()}">'),
    html("soft-404", "<h1>Page not found</h1><p>Sorry, the page you are looking for does not exist.</p>", headline="404 Not Found"),
    html("empty", "", headline=""),
    html("script-only", "<script>document.write(1)</script>", headline=""),
]  # fmt: skip

TYPED = [
    answer("charset-unknown", typed("text/html; charset=x-made-up", STORY)),
    answer("charset-utf-7", typed("text/html; charset=utf-7", STORY + b"+ADw-script+AD4-")),
    answer("charset-idna", typed("text/html; charset=idna", STORY)),
    answer("charset-base64", typed("text/html; charset=base64_codec", STORY)),
    answer("charset-long", typed(f"text/html; charset={'c' * 30_000}", STORY)),
    answer("charset-lie-utf-16", typed("text/html; charset=utf-16", STORY)),
    answer("charset-lie-utf-8", typed("text/html; charset=utf-8", page_of("Größe", BODY).encode("latin-1"))),
    answer("invalid-utf-8", typed("text/html; charset=utf-8", STORY.replace(b"Tuesday", b"Tues\xff\xc0\x80\xed\xa0\x80day"))),
    answer("utf-32", typed("text/html", page_of("A Hostile Story", BODY).encode("utf-32"))),
    answer("no-type", typed("", STORY)),
    answer("type-image", typed("image/png", STORY)),
    answer("type-pdf", typed("application/pdf", b"%PDF-1.7\n" + NOISE[:20_000])),
    answer("type-zip", typed("text/html", b"PK\x03\x04" + NOISE[:20_000])),
    answer("type-noise", typed("text/html", NOISE[:300_000])),
    answer("type-nothing", typed("text/html", b"")),
    answer("type-nul", typed("text/html", b"\x00" * 100_000)),
    answer("type-xhtml-bomb", typed("application/xhtml+xml", (BOMB + "<html><body><p>&j;</p></body></html>").encode())),
    answer("type-xml-bomb", typed("text/xml", (BOMB + "<a>&j;</a>").encode())),
    answer("type-xml-external", typed("text/xml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')),
]  # fmt: skip

REDIRECTS = [
    redirect("file", "file:///etc/passwd"),
    redirect("script", "javascript:alert(1)"),
    redirect("data", "data:text/html,<p>data"),
    redirect("ftp", "ftp://127.0.0.1/"),
    redirect("loopback", "http://127.0.0.1:1/"),
    redirect("loopback-number", "http://2130706433:1/"),
    redirect("loopback-hex", "http://0x7f.1:1/"),
    redirect("loopback-v6", "http://[::1]:1/"),
    redirect("mapped", "http://[::ffff:127.0.0.1]:1/"),
    redirect("metadata", "http://169.254.169.254/latest/meta-data/"),
    redirect("private", "http://10.0.0.1/"),
    redirect("user", "http://user:secret@127.0.0.1:1/"),
    redirect("no-host", "http:///path"),
    redirect("port", "http://127.0.0.1:99999/"),
    redirect("empty", ""),
    redirect("long", "/" + "l" * 60_000),
    redirect("controls", "/\x1b[2J\x00%0d%0aSet-Cookie:x"),
    redirect("itself", "/2026/03/hostile-redirect-itself.html", b"301 Moved"),
    redirect("ping", "/2026/03/hostile-redirect-pong.html"),
    redirect("pong", "/2026/03/hostile-redirect-ping.html", b"308 Moved"),
    redirect("growing", "/2026/03/hostile-redirect-growing.html?again"),
]  # fmt: skip

EXHIBITS = [*WIRE, *CODED, *STRUCTURE, *DATA, *TYPED, *REDIRECTS]
