"""Pages whose publisher asks that no copy is kept, for sites whose config says that this is obeyed (`crawl.obey_noarchive`)."""

from __future__ import annotations

import re

from crawler.errors import CaptureError
from crawler.formats.capture import Capture

_HEAD_BYTES = 100_000
"""How far into a page its `meta` elements are looked for; browsers themselves look for a charset in the first 1,024."""
_META = re.compile(rb"<meta\s[^>]{0,500}>", re.IGNORECASE)
_NAME = re.compile(rb"""name\s*=\s*["']?\s*(?:robots|newsarchive)\b""", re.IGNORECASE)
_CONTENT = re.compile(rb"""content\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_FORBIDDING = {"noarchive", "none"}


def forbids_archiving(capture: Capture) -> bool:
    """Whether `X-Robots-Tag` or a robots `meta` element says `noarchive` or `none`, to all robots or to this one by name."""
    headers = (value.decode("latin-1") for name, value in capture.headers if name.lower() == b"x-robots-tag")
    return any(_forbids(value) for value in headers) or ("html" in (capture.header("content-type") or "") and _says_so(capture))


def _forbids(value: str) -> bool:
    """One header value: `noarchive, nofollow`, or `newsarchive: noarchive`; what is said to another robot is no concern of ours."""
    agent, colon, rules = value.partition(":")
    if colon and agent.strip().lower() not in ("newsarchive", "unavailable_after"):
        return False
    return not _FORBIDDING.isdisjoint(rule.strip().lower() for rule in (rules if colon else value).split(","))


def _says_so(capture: Capture) -> bool:
    try:
        head = capture.body()[:_HEAD_BYTES]
    except CaptureError:  # too large to be decoded: it will be no page either
        return False
    for element in _META.findall(head):
        content = _CONTENT.search(element)
        if _NAME.search(element) and content and _forbids((content[1] or content[2] or b"").decode("latin-1")):
            return True
    return False
