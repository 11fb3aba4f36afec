"""The sort key (SURT) of a URL in an index: `example,news)/2026/a.html` for `https://www.news.example/2026/A.html/`.

`surt`, which cdxj-indexer asks, is the rule. What it does to a plain path is little and is done here, since most URLs have one
and asking takes as long as compressing a small page.
"""

from __future__ import annotations

import re
from functools import lru_cache

from surt import surt  # type: ignore[import-untyped]

_PLAIN = re.compile(
    r"(https?://[A-Za-z0-9.-]+(?::[0-9]+)?)"
    r"((?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?)"  # no empty or dotted segment
    r"(\?[A-Za-z0-9._=-]+)?"  # one argument: none to sort
)
_SESSION = ("sid=", "sessid=", "jsessionid=", "sessionid", "cfid=")
"""What surt may take out of a query."""


def sort_key(url: str) -> str:
    """As `surt.surt(url)`, or `url` itself where surt cannot read it, as cdxj-indexer has it."""
    plain = _PLAIN.fullmatch(url)
    query = (plain[3] or "").lower() if plain else ""
    if plain and not any(name in query for name in _SESSION):
        host = _host_key(plain[1])
        if host.endswith(")/"):
            path = plain[2].lower()
            return host[:-1] + (path.removesuffix("/") or "/") + query
    return _surt(url)


@lru_cache(maxsize=4096)
def _host_key(origin: str) -> str:
    return _surt(f"{origin}/")


def _surt(url: str) -> str:
    try:
        return str(surt(url))
    except Exception:  # noqa: BLE001  surt asserts, indexes and decodes; cdxj-indexer takes all of it for an answer too
        return url
