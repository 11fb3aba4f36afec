"""Pages named for how they misbehave, and what must come of each. `hostile_server` serves them."""

from __future__ import annotations

import gzip
import random
import zlib

import brotli
from hostile_server import Page

try:
    from compression import zstd
except ImportError:
    from backports import zstd

HTML = "<!doctype html><title>Größe</title><p>Ein Absatz über alles.</p>".encode()
NOISE = random.Random(7).randbytes(3_000_000)
"""Does not compress: large on the wire and as a file."""
BODY_LIMIT = 4_000_000
"""DOWNLOAD_MAXSIZE of the crawl."""


def head(*lines: bytes | str, status: bytes = b"HTTP/1.1 200 OK", end: bytes = b"\r\n") -> bytes:
    fields = [line.encode("latin-1") if isinstance(line, str) else line for line in lines]
    return end.join([status, *fields, b"", b""])


def whole(body: bytes, *lines: bytes | str, status: bytes = b"HTTP/1.1 200 OK") -> bytes:
    return head("Content-Type: text/html; charset=utf-8", f"Content-Length: {len(body)}", *lines, status=status) + body


def chunked(*pieces: bytes, extension: bytes = b"", trailer: bytes = b"", last: bytes = b"0\r\n") -> bytes:
    return b"".join(b"%x%b\r\n%b\r\n" % (len(piece), extension, piece) for piece in pieces) + last + trailer + b"\r\n"


CHUNKED = head("Content-Type: text/html; charset=utf-8", "Transfer-Encoding: chunked")
UNSIZED = head("Content-Type: text/html; charset=utf-8")

HEADS = [
    Page("plain", whole(HTML), HTML),
    Page("mixed-case-headers", head("cOnTeNt-TyPe: text/html", f"CONTENT-length:   {len(HTML)}  ", "x-ODD:\tTab") + HTML, HTML),
    Page("folded-header", whole(HTML, "X-Long: one", "\ttwo", "   three"), HTML),
    Page("folded-first-line", head(" lost", f"Content-Length: {len(HTML)}") + HTML, HTML),
    Page("duplicate-headers", whole(HTML, "Set-Cookie: a=1", "Set-Cookie: b=2", "set-cookie: a=3"), HTML),
    Page("space-before-colon", head(f"Content-Length : {len(HTML)}") + HTML, HTML),
    Page("space-in-header-name", whole(HTML, "X Odd Name: 1"), HTML),
    Page("line-without-colon", whole(HTML, "nothing to see here", "X-After: 1"), HTML),
    Page("empty-header-name", whole(HTML, ": nameless"), HTML),
    Page("latin-1-header", whole(HTML, b"X-Author: Bj\xf6rk", b"\xdcber: 1"), HTML),
    Page("utf-8-header", whole(HTML, "X-Author: 中文".encode()), HTML),
    Page("nul-in-header", whole(HTML, b"X-Nul: a\0b"), HTML),
    Page("control-characters-in-header", whole(HTML, b"X-Escape: \x1b[31mred\x07"), HTML),
    Page("carriage-return-in-header", whole(HTML, b"X-Split: a\rX-Injected: b"), HTML),
    Page("long-header-line", whole(HTML, "Content-Security-Policy: " + "default-src 'self' ; " * 1500), HTML),
    Page("three-hundred-headers", whole(HTML, *(f"X-{number}: {number}" for number in range(300))), HTML),
    Page("bare-lf", head("Content-Type: text/html", f"Content-Length: {len(HTML)}", end=b"\n") + HTML, HTML),
    Page("mixed-line-ends", f"HTTP/1.1 200 OK\nA: 1\r\nContent-Length: {len(HTML)}\n\r\n".encode() + HTML, HTML),
    Page("empty-line-first", b"\r\n" + whole(HTML), HTML),
    Page("empty-lines-first", b"\r\n\n\r\n" + whole(HTML), HTML, split=1),
    Page("no-reason-phrase", whole(HTML, status=b"HTTP/1.1 200"), HTML),
    Page("empty-reason-phrase", whole(HTML, status=b"HTTP/1.1 200 "), HTML),
    Page("latin-1-reason", whole(HTML, status=b"HTTP/1.1 200 Tr\xe8s bien"), HTML),
    Page("long-reason", whole(HTML, status=b"HTTP/1.1 200 " + b"very " * 4000), HTML),
    Page("lower-case-version", whole(HTML, status=b"http/1.1 200 ok"), HTML),
    Page("two-spaces-in-status-line", whole(HTML, status=b"HTTP/1.1  200  OK"), HTML),
    Page("version-1-0", head("Content-Type: text/html", status=b"HTTP/1.0 200 OK") + HTML, HTML, then="close"),
    Page("version-1-0-keep-alive", whole(HTML, "Connection: keep-alive", status=b"HTTP/1.0 200 OK"), HTML),
    Page("version-2", whole(HTML, status=b"HTTP/2.0 200 OK"), HTML),
    Page("status-999", whole(HTML, status=b"HTTP/1.1 999 Request denied"), HTML),
    Page("status-404", whole(HTML, status=b"HTTP/1.1 404 Not Found"), HTML),
    Page("status-503", whole(HTML, "Retry-After: 120", status=b"HTTP/1.1 503 Busy"), HTML),
    Page("upper-case-close", whole(HTML, "Connection: CLOSE"), HTML, then="close"),
    Page("close-among-others", whole(HTML, "Connection: foo, Close"), HTML, then="close"),
    Page("continue-first", whole(HTML), HTML, interim=(b"HTTP/1.1 100 Continue\r\n\r\n",)),
    Page(
        "three-interim-responses",
        whole(HTML),
        HTML,
        interim=(head(status=b"HTTP/1.1 102 Processing"), head("Link: </a.css>", status=b"HTTP/1.1 103 Early Hints"), b"HTTP/1.1 100\n\n"),
        split=1,
    ),
    Page("head-of-64-kb", whole(HTML, "X-Large: " + "x" * 65_000), HTML),
    Page("head-over-64-kb", whole(HTML, *["X-Large: " + "x" * 1000] * 500), outcome="head-too-large", truncated="length"),
    Page("header-line-over-64-kb", whole(HTML, "X: " + "x" * 500_000), outcome="head-too-large", truncated="length"),
    Page("interim-flood", whole(HTML), interim=(head("X: " + "x" * 500, status=b"HTTP/1.1 103 Hints"),) * 1000,
         outcome="head-too-large", truncated="length"),
    Page("ssh", b"SSH-2.0-OpenSSH_9.6\r\nnothing here is HTTP\r\n", then="close", outcome="malformed"),
    Page("version-0-9", HTML, then="close", outcome="malformed"),
    Page("ssh-kept-open", b"SSH-2.0-OpenSSH_9.6\r\n", then="stall", outcome="malformed", truncated="unspecified"),
    Page("head-only-half", b"HTTP/1.1 200 OK\r\nContent-Type: text/ht", then="close", outcome="disconnected", truncated="disconnect"),
]  # fmt: skip

BODIES = [
    Page("until-close", UNSIZED + HTML, HTML, then="close"),
    Page("until-close-empty", UNSIZED, b"", then="close"),
    Page("length-zero", whole(b""), b""),
    Page("length-twice-the-same", head(f"Content-Length: {len(HTML)}", f"Content-Length: {len(HTML)}") + HTML, HTML),
    Page("length-list", head(f"Content-Length: {len(HTML)}, {len(HTML)}") + HTML, HTML),
    Page("length-contradiction", head("Content-Length: 5", f"Content-Length: {len(HTML)}") + HTML, HTML, then="close"),
    Page("length-contradiction-kept-open", head("Content-Length: 5", f"Content-Length: {len(HTML)}") + HTML, HTML, then="stall",
         truncated="unspecified"),
    Page("length-no-number-in-pieces", head("Content-Length: many") + HTML, HTML, then="stall", split=40, pause=0.2,
         truncated="unspecified"),
    Page("length-no-number", head("Content-Length: many") + HTML, HTML, then="close"),
    Page("length-negative", head("Content-Length: -1") + HTML, HTML, then="close"),
    Page("length-astronomic", head("Content-Length: " + "9" * 40) + HTML, then="close", outcome="disconnected", truncated="disconnect"),
    Page("length-too-long", head("Content-Length: 5000") + HTML, then="close", outcome="disconnected", truncated="disconnect"),
    Page("length-too-short", head("Content-Length: 15") + HTML[:15], HTML[:15], rest=HTML[15:], then="close"),
    Page("second-response-unasked", whole(HTML), HTML, rest=whole(b"<p>forged</p>")),
    Page("one-byte-writes", whole(HTML), HTML, split=1),
    Page("chunked", CHUNKED + chunked(HTML[:10], HTML[10:]), HTML),
    Page("chunked-one-byte-writes", CHUNKED + chunked(HTML[:10], HTML[10:], trailer=b"T: 1\r\n"), HTML, split=1),
    Page("chunked-one-byte-chunks", CHUNKED + chunked(*(HTML[i : i + 1] for i in range(len(HTML)))), HTML),
    Page("chunked-extensions", CHUNKED + chunked(HTML, extension=b' ; name="va;lue" ;x', last=b"000;last\r\n"), HTML),
    Page("chunked-long-extension", CHUNKED + chunked(HTML, extension=b";" + b"e" * 5000), HTML),
    Page("chunked-extension-flood", CHUNKED + chunked(HTML) [:-5] + chunked(HTML, extension=b";" + b"e" * 66_000),
         then="close", outcome="malformed", truncated="disconnect"),
    Page("chunked-trailers", CHUNKED + chunked(HTML, trailer=b"X-Sum: 1\r\nx-sum: 2\r\n"), HTML),
    Page("chunked-upper-hex", CHUNKED + b"000%X  \r\n%b\r\n0\r\n\r\n" % (len(HTML), HTML), HTML),
    Page("chunked-bare-lf", CHUNKED + b"%x\n%b\n0\n\n" % (len(HTML), HTML), HTML),
    Page("chunked-and-length", head("Transfer-Encoding: chunked", "Content-Length: 3") + chunked(HTML), HTML),
    Page("chunked-mixed-case", head("TRANSFER-encoding: ChunKed") + chunked(HTML), HTML),
    Page("chunked-but-plain", CHUNKED + HTML, HTML, then="close"),
    Page("chunked-no-last-line-end", CHUNKED + chunked(HTML)[:-2], HTML, then="close"),
    Page("chunked-no-last-chunk", CHUNKED + chunked(HTML)[:-5], then="close", outcome="disconnected", truncated="disconnect"),
    Page("chunked-cut-in-size", CHUNKED + chunked(HTML)[:-5] + b"1", then="close", outcome="disconnected", truncated="disconnect"),
    Page("chunked-cut-in-chunk", CHUNKED + chunked(HTML)[:30], then="close", outcome="disconnected", truncated="disconnect"),
    Page("chunked-bad-second-size", CHUNKED + chunked(HTML)[:-5] + b"zz\r\nmore\r\n0\r\n\r\n", then="close", outcome="malformed",
         truncated="disconnect"),
    Page("chunked-bad-second-size-kept-open", CHUNKED + chunked(HTML)[:-5] + b"zz\r\nmore\r\n", then="stall", outcome="malformed",
         truncated="unspecified"),
    Page("chunked-but-plain-kept-open", CHUNKED + HTML + b"\n", HTML + b"\n", then="stall", truncated="unspecified"),
    Page("chunked-data-over-size", CHUNKED + b"5\r\n" + HTML + b"\r\n0\r\n\r\n", then="close", outcome="malformed",
         truncated="disconnect"),
    Page("chunked-not-last", head("Transfer-Encoding: chunked, gzip") + gzip.compress(chunked(HTML)), chunked(HTML), then="close"),
    Page("chunked-in-two-fields", head("Transfer-Encoding: gzip", "transfer-encoding: chunked") + chunked(gzip.compress(HTML)), HTML),
    Page("chunked-in-a-folded-field", head("Transfer-Encoding:", "\tchunked") + chunked(HTML), HTML),
    Page("chunked-and-contradicting-lengths", head("Content-Length: 1", "Content-Length: 2", "Transfer-Encoding: chunked")
         + chunked(HTML), HTML),
    Page("length-in-a-folded-field", head("Content-Length:", f"  {len(HTML)}") + HTML, HTML),
    Page("identity-transfer-coding", head("Transfer-Encoding: identity", f"Content-Length: {len(HTML)}") + HTML, HTML),
    Page("gzip-transfer-coding", head("Transfer-Encoding: gzip, chunked") + chunked(gzip.compress(HTML)), HTML),
    Page("head-request", head("Content-Length: 5000"), b"", method="HEAD"),
    Page("head-request-with-body", head(f"Content-Length: {len(HTML)}"), b"", rest=HTML, method="HEAD"),
    Page("no-content", head("X: 1", status=b"HTTP/1.1 204 No Content"), b""),
    Page("no-content-with-body", head("Content-Length: 9", status=b"HTTP/1.1 204 No Content"), b"", rest=b"<p>no</p>"),
    Page("not-modified", head("Content-Length: 5000", 'ETag: "1"', status=b"HTTP/1.1 304 Not Modified"), b"",
         send_headers={"If-None-Match": '"1"'}),
    Page("post", whole(HTML), HTML, method="POST", send_body=b"q=" + b"x" * 200_000),
    Page("post-empty", whole(HTML), HTML, method="POST"),
    Page("binary", head("Content-Type: image/png", "Content-Length: 70000") + NOISE[:70000], NOISE[:70000]),
    Page("nul-in-body", whole(b"<p>\0</p>"), b"<p>\0</p>"),
    Page("three-megabytes", whole(NOISE), NOISE),
    Page("body-exactly-at-limit", whole(b"a" * BODY_LIMIT), b"a" * BODY_LIMIT),
    Page("body-over-limit", whole(b"a" * (BODY_LIMIT + 1)), outcome="too-large", truncated="length"),
    Page("body-over-limit-unsized", UNSIZED + b"a" * (BODY_LIMIT + 200_000), then="close", outcome="too-large", truncated="length"),
    Page("body-over-limit-in-chunks", CHUNKED + chunked(*[b"a" * 1000] * 4100), outcome="too-large", truncated="length"),
    Page("closed-without-answer", b"", then="close", outcome="no-answer", captured=False),
    Page("reset-without-answer", b"", then="reset", outcome="no-answer", captured=False),
    Page("reset-midway", head("Content-Length: 5000") + HTML, then="reset", outcome="disconnected", truncated="disconnect"),
    Page("stall-without-answer", b"", then="stall", outcome="timeout", captured=False, timeout=3.0),
    Page("stall-in-head", UNSIZED[:30], then="stall", outcome="timeout", truncated="time", timeout=3.0),
    Page("stall-in-body", head("Content-Length: 5000") + HTML, then="stall", outcome="timeout", truncated="time", timeout=3.0),
    Page("stall-after-whole-body", whole(HTML, "Connection: close"), HTML, then="stall"),
    Page("dripped-head", whole(HTML), split=1, pause=0.05, outcome="timeout", truncated="time", timeout=3.0),
    Page("dripped-body", whole(b"a" * 5000), split=200, pause=0.2, outcome="timeout", truncated="time", timeout=3.0),
    Page("dripped-chunks", CHUNKED + chunked(*[b"a"] * 500), split=12, pause=0.05, outcome="timeout", truncated="time", timeout=3.0),
    Page("redirect", whole(b"", "Location: /redirect-2", status=b"HTTP/1.1 301 Moved"), redirects=True),
    Page("redirect-2", whole(b"gone", "Location: plain?x=1", status=b"HTTP/1.1 307 Moved"), redirects=True),
    Page("redirect-loop", whole(b"", "Location: /redirect-loop", status=b"HTTP/1.1 302 Found"), redirects=True),
]  # fmt: skip


def coded(body: bytes, coding: str) -> bytes:
    return whole(body, f"Content-Encoding: {coding}")


def raw_deflate(data: bytes) -> bytes:
    made = zlib.compressobj(wbits=-15)
    return made.compress(data) + made.flush()


CODINGS = [
    Page("gzip", coded(gzip.compress(HTML), "gzip"), HTML),
    Page("gzip-in-chunks", head("Content-Encoding: gzip", "Transfer-Encoding: chunked")
         + chunked(gzip.compress(HTML)[:9], gzip.compress(HTML)[9:]), HTML),
    Page("gzip-two-members", coded(gzip.compress(HTML) + gzip.compress(b"<p>more</p>"), "gzip"), HTML + b"<p>more</p>"),
    Page("gzip-upper-case", coded(gzip.compress(HTML), "GZIP"), HTML),
    Page("gzip-x", coded(gzip.compress(HTML), "x-gzip"), HTML),
    Page("gzip-of-nothing", coded(b"", "gzip"), b""),
    Page("gzip-false", coded(HTML, "gzip"), HTML),
    Page("gzip-trailing-garbage", coded(gzip.compress(HTML) + b"junk", "gzip"), HTML),
    Page("deflate", coded(zlib.compress(HTML), "deflate"), HTML),
    Page("deflate-raw", coded(raw_deflate(HTML), "deflate"), HTML),
    Page("brotli", coded(brotli.compress(HTML), "br"), HTML),
    Page("brotli-false", coded(HTML, "br"), HTML),
    Page("zstandard", coded(zstd.compress(HTML), "zstd"), HTML),
    Page("zstandard-false", coded(HTML, "zstd"), HTML),
    Page("two-codings", coded(gzip.compress(zlib.compress(HTML)), "deflate, gzip"), HTML),
    Page("three-codings", coded(HTML, "gzip, gzip, gzip"), outcome="decoded-too-large"),
    Page("unknown-coding", coded(HTML, "x-own"), HTML),
    Page("identity-coding", coded(HTML, "identity"), HTML),
    Page("gzip-bomb", coded(gzip.compress(b"0" * 50_000_000), "gzip"), outcome="decoded-too-large"),
    Page("zstandard-bomb", coded(zstd.compress(b"0" * 50_000_000), "zstd"), outcome="decoded-too-large"),
]  # fmt: skip

PAGES = HEADS + BODIES + CODINGS
BY_NAME = {page.name: page for page in PAGES}
