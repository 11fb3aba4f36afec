"""Spelling of URLs: absolute ones from links, one canonical spelling, and one key for all twins of an article.

`normalise` changes nothing that could lead elsewhere (RFC 3986 section 6.2.2 and 6.2.3, and parameters that only count clicks);
`url_key` goes further and is never fetched. Both never raise, and both are idempotent. Case of the path, composed or decomposed
accents, encoded slashes and every meaningful parameter are kept apart.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urljoin, urlsplit

from w3lib.url import safe_url_string

from crawler.discovery.hosts import ascii_host, twin_host

_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNSAFE = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/%?]")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_NO_HOST = re.compile(r'[\x00-\x20\x7f<>"\\^`{|}]')  # forbidden host code points of the WHATWG's URL standard
_LONGEST = 65_536  # characters: what no browser would follow is no link
_WHITE_SPACE = "".join(map(chr, range(0x21)))
_SCHEME_PORTS = {"http": 80, "https": 443}

# Parameters that name the click and never the page, as their makers document them (analytics, advertising, mail and share buttons).
_TRACKING_PREFIXES = ("utm_", "mtm_", "matomo_", "pk_", "piwik_", "hsa_", "vero_", "oly_", "mc_", "__hs", "_hs", "at_")
_TRACKING = frozenset(
    {
        *("fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid", "igsh"),
        *("li_fat_id", "epik", "rdt_cid", "sccid", "s_cid", "cmpid", "ocid", "icid", "ncid", "smid", "smtyp", "xtor", "mkt_tok"),
        *("_ga", "_gl", "_openstat", "__twitter_impression", "ref_src", "ref_url", "ftag", "spref", "wprov", "trk", "cmp_id", "srsltid"),
    }
)
_TRACKING_PARTS = frozenset(
    {"ref=rss", "ref=feed", "source=rss", "from=rss", "feature=rss", "rss=1", "ref=nav", "ref=home", "ref=homepage", "src=rss"}
)
# Where a reader came from, as Medium says it: `source=rss----5f1a---4`, `source=collection_home---0`.
_READER = re.compile(r"source=(?:rss-|[a-z_]{1,40}-{3})", re.IGNORECASE)
# Session ids: the same page for another visitor.
_SESSION = frozenset({"phpsessid", "jsessionid", "sessionid", "session_id", "cfid", "cftoken", "zenid", "oscsid"})
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;?]*", re.IGNORECASE)
# Another rendering of the same page; Blogger's mobile view is m=1, its desktop view m=0.
_RENDERING = {
    "amp": frozenset({"", "1", "true", "amp"}),
    "m": frozenset({"0", "1"}),
    "output": frozenset({"amp", "print"}),
    "outputtype": frozenset({"amp"}),
    "print": frozenset({"", "1", "true", "yes", "y", "print"}),
    "printable": frozenset({"", "1", "true", "yes"}),
    "view": frozenset({"print", "amp"}),
    "format": frozenset({"print", "amp"}),
    "mode": frozenset({"print", "amp"}),
}
_TWIN_SEGMENTS = frozenset({"amp", "print", "printpage"})
_AMP_FILE = re.compile(r"(?<=[^.])\.amp(\.html?)?$", re.IGNORECASE)
_LONGEST_KEY = 8_192  # longer addresses are hostile or data; they get no twins, so that no pattern has to walk through megabytes


def absolute(base: str, href: str | None) -> str | None:
    """The absolute http(s) URL, fit for a request and without fragment, that `href` means in a document at `base`.

    None where it leads nowhere: empty, another scheme, no host, not a URL at all.
    """
    href = (href or "").strip(_WHITE_SPACE).replace("\n", "").replace("\r", "").replace("\t", "")
    if not href or href.startswith("#") or len(href) > _LONGEST:
        return None
    try:
        joined = urljoin(base, href).partition("#")[0]
        parts = urlsplit(joined)
        if parts.scheme not in _SCHEME_PORTS or not parts.hostname or _NO_HOST.search(parts.netloc):
            return None
        safe = safe_url_string(joined)
        return safe if safe.isascii() else None  # a host that IDNA does not take is left as it was
    except ValueError:  # broken IPv6 literal, port out of range, lone surrogate
        return None


def normalise(url: str) -> str:
    """The canonical spelling of `url`: lower-case scheme and host (IDNA), no default port, user, fragment, empty query or
    tracking parameter, dot segments resolved, percent-encoding in its shortest form. What is no http(s) URL comes back stripped."""
    url = url.strip(_WHITE_SPACE)
    split = _split(url)
    if split is None:
        return url
    scheme, host, port, path, query = split
    authority = host if port is None or port == _SCHEME_PORTS[scheme] else f"{host}:{port}"
    kept = [part for part in query if not _is_tracking(part)]
    return f"{scheme}://{authority}{path}{'?' + '&'.join(kept) if kept else ''}"


def without_tracking(url: str) -> str:
    """`url` as it is to be asked for: without the parameters that only count clicks, and otherwise as its source spelt it."""
    address, mark, query = url.partition("?")
    query, hash_mark, fragment = query.partition("#")
    parts = query.split("&")
    kept = [part for part in parts if not _is_tracking(part)]
    if not mark or len(kept) == len(parts):
        return url
    return f"{address}{'?' if kept else ''}{'&'.join(kept)}{hash_mark}{fragment}"


@lru_cache(maxsize=4_096)
def url_key(url: str) -> str:
    """One key for all twins of a page: http and https, `www.`/`m.`/`mobile.`/`amp.` hosts, AMP, mobile and print renderings, a
    trailing slash, the order of parameters, tracking parameters and session ids. It is spelt as an https URL, but need not answer."""
    url = normalise(url)
    split = _split(url) if len(url) <= _LONGEST_KEY else None
    if split is None:
        return url
    _, host, port, path, query = split
    authority = twin_host(host) if port in (None, 80, 443) else f"{twin_host(host)}:{port}"
    kept = sorted((part for part in query if not _is_rendering(part)), key=lambda part: part.partition("=")[0])
    return f"https://{authority}{_twin_path(path)}{'?' + '&'.join(kept) if kept else ''}"


def url_hash(url: str) -> int:
    """Stands for `url_key(url)` in a process's tables of what it asks for, in a quarter of the memory. 64 bits: two of 100,000 addresses
    are taken for one in one of 3.7 billion runs (birthday bound)."""
    return hash(url_key(url))


def _split(url: str) -> tuple[str, str, int | None, str, list[str]] | None:
    """Scheme, host, port, normalised path and query parts; None for what is no http(s) URL."""
    try:
        parts = urlsplit(url.replace("\\", "%5C"))
        if parts.scheme not in _SCHEME_PORTS or not parts.hostname:
            return None
        host, port = _ascii_host(parts.hostname), parts.port
    except ValueError:
        return None
    query = [part for part in _percent(parts.query).split("&") if part]
    return parts.scheme, host, port, _without_dots(_percent(parts.path)), query


def _ascii_host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    # A name that no registry would sell is kept as it is, so that it stays one name.
    return ascii_host(host) or _percent(host.rstrip(".")).lower() or "."


def _percent(text: str) -> str:
    """`text` percent-encoded in its shortest form: unreserved characters plain, all other encodings in capitals."""
    return _UNSAFE.sub(_encode, _ENCODED.sub(_shortest, _STRAY_PERCENT.sub("%25", text)))


def _shortest(match: re.Match[str]) -> str:
    byte = int(match[1], 16)
    return chr(byte) if byte in _UNRESERVED else match[0].upper()


def _encode(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))


def _without_dots(path: str) -> str:
    """RFC 3986 section 5.2.4, in one pass."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _is_tracking(part: str) -> bool:
    name = part.partition("=")[0].lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES) or part.lower() in _TRACKING_PARTS or _READER.match(part) is not None


def _is_rendering(part: str) -> bool:
    name, _, value = part.lower().partition("=")
    return name in _SESSION or value in _RENDERING.get(name, ())


def _twin_path(path: str) -> str:
    """`path` without trailing slashes, AMP and print marks and session ids, each as often as it stands there."""
    segments = _without_dots(_PATH_SESSION.sub("", path)).split("/")[1:]  # a session id may have hidden a dot segment
    while segments:
        if _is_twin_mark(segments):
            segments.pop()
        elif _AMP_FILE.search(segments[-1]):
            segments[-1] = _AMP_FILE.sub(r"\1", segments[-1])
        else:
            break
    while len(segments) > 1 and segments[0].lower() == "amp":
        del segments[0]
    return "/" + "/".join(segments)


def _is_twin_mark(segments: list[str]) -> bool:
    last = segments[-1].lower()
    return not last or (last in _TWIN_SEGMENTS and any(segments[:-1]))


def query_pairs(query: str) -> list[tuple[str, str]]:
    """The parameters of a query, decoded; an over-long query counts as one parameter that nobody knows."""
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return [("", query)]
