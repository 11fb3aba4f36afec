"""Cookies of one run, where a site's config turns them on: bounded, and judged by the Public Suffix List that is in the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.utils.httpobj import urlparse_cached

from crawler.discovery.hosts import registrable_domain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from http.cookiejar import Cookie

    from scrapy import Request
    from scrapy.http.cookies import CookieJar

MOST = 50
"""Cookies of one run: as many as a browser must be able to keep for one domain (RFC 6265, section 6.1)."""
LARGEST = 4096
"""Characters of name and value (the same section)."""


class BoundedCookies(CookiesMiddleware):
    """Scrapy's cookies with two differences: there is an end to them, and nothing is fetched from the network to judge a domain.

    Scrapy 2.19's own asks tldextract, which downloads the Public Suffix List when it is asked for the first time.
    """

    def _process_cookies(self, cookies: Iterable[Cookie], *, jar: CookieJar, request: Request) -> None:
        host = (urlparse_cached(request).hostname or "").lower()
        for cookie in cookies:
            if len(cookie.name) + len(cookie.value or "") > LARGEST or len(jar) >= MOST:
                continue
            domain = cookie.domain.removeprefix(".").lower()
            if domain and registrable_domain(domain) is None:  # a public suffix, or a name of no registry: the host's own business
                if domain not in (host, f"{host}.local"):  # http.cookiejar's own ending for names without a dot
                    continue
                if domain == host:
                    cookie.domain = host
            jar.set_cookie_if_ok(cookie, request)
