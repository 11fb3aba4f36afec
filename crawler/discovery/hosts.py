"""Which hosts belong together: registrable domains by the Public Suffix List that tldextract ships, never fetched."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import urlsplit

import idna
from tldextract import TLDExtract

# Hosting services whose customers are strangers to each other, but who are not on the Public Suffix List.
_SHARED_HOSTS = (
    "beehiiv.com",
    "ghost.io",
    "hatenablog.com",
    "livejournal.com",
    "medium.com",
    "over-blog.com",
    "squarespace.com",
    "substack.com",
    "tumblr.com",
    "typepad.com",
    "weebly.com",
    "wordpress.com",
)
_suffixes = TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True, extra_suffixes=_SHARED_HOSTS)
# Blogger served one blog under the visitor's country (example.blogspot.de) until 2018; old links still say so.
_BLOGSPOT = re.compile(r"\.blogspot\.(?:com?\.)?[a-z]{2}$")
_LONGEST = 1_000  # characters; DNS allows 253 octets
_TWIN_LABELS = frozenset({"www", "m", "mobile", "amp"})


def ascii_host(host: str) -> str | None:
    """A host name as DNS knows it: lower case, IDNA (UTS 46), without a final dot; None where it cannot be written so."""
    host = host.lower().rstrip(".")
    if host.isascii():
        return host
    if len(host) > _LONGEST:
        return None
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return None


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str | None:
    """The part of `host` that one owner registered (`example.co.uk`, `blog.blogspot.com`); None for IP addresses,
    public suffixes and names without a known suffix, such as `localhost`."""
    if _is_ip(host):
        return None
    return _suffixes(_BLOGSPOT.sub(".blogspot.com", ascii_host(host) or host)).top_domain_under_public_suffix or None


def same_site(one: str, other: str) -> bool:
    """Whether two URLs belong to one publisher: the same registrable domain, or, where there is none (IP addresses,
    local names, a shared host's own name), the same host and port."""
    try:
        first, second = urlsplit(one), urlsplit(other)
        if not first.hostname or not second.hostname:
            return False
        domain = registrable_domain(first.hostname)
        if domain is not None:
            return domain == registrable_domain(second.hostname)
        return (first.hostname, _port(first.scheme, first.port)) == (second.hostname, _port(second.scheme, second.port))
    except ValueError:  # urlsplit refuses a broken IPv6 literal or port
        return False


@lru_cache(maxsize=4096)
def twin_host(host: str) -> str:
    """The one name of `host`, its `www.`, `m.`, `mobile.` and `amp.` twins, and Blogger's national twins.

    Only labels before the registrable domain are dropped: `m.com` and `www.gov.uk` stay what they are.
    """
    host = _BLOGSPOT.sub(".blogspot.com", host.rstrip("."))
    domain = registrable_domain(host)
    if domain is None:
        return host
    while host != domain and host.partition(".")[0] in _TWIN_LABELS:
        host = host.partition(".")[2]
    return host


def _port(scheme: str, port: int | None) -> int:
    return port or (443 if scheme == "https" else 80)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
