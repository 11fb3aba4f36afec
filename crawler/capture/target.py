"""A URL as a request needs it: whom to connect to, and what to ask for."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.capture.failures import BadAddress

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. User name and password of the URL are left out: they are sent nowhere."""

    scheme: str
    host: str
    """In lower case, without brackets."""
    port: int
    path: bytes
    """The request target in origin form: everything after the authority, exactly as the URL has it."""

    @property
    def authority(self) -> str:
        """`host:port`, with brackets around an IPv6 address: how `crawl.allow_private` names it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def host_header(self) -> bytes:
        """The value of `Host`: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}").encode("ascii")

    @classmethod
    def of(cls, url: str) -> Target:
        """From an absolute URL in ASCII, as `scrapy.Request.url` is. Raises BadAddress."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").encode("ascii").decode(), parts.port
        except ValueError as error:
            raise BadAddress(f"{url!r}: {error}") from error
        if parts.scheme not in _DEFAULT_PORTS or not host or port == 0:
            raise BadAddress(f"{url!r} has no http(s) host to ask")
        after = url.partition("://")[2].partition("#")[0][len(parts.netloc) :]
        path = (after if after.startswith("/") else f"/{after}").encode("ascii")
        return cls(parts.scheme, host, _DEFAULT_PORTS[parts.scheme] if port is None else port, path)
