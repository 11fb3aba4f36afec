"""The simulated blog on the wire: validators, redirects, lies, and a log of what was asked."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import simulated_pages as pages
import simulated_sources as sources
from simulated_press import Press

System = Literal["feeds and sitemaps", "wordpress", "blogger", "feed alone"]


@dataclass
class Reply:
    status: int
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


class SimulatedServer:
    """Serves `press` on loopback as a site of the kind `system`. `lying`: feeds answer 304 to every validator, changed or not."""

    def __init__(self, press: Press, system: System = "feeds and sitemaps") -> None:
        self.press = press
        self.system = system
        self.lying = False
        self.requests: list[str] = []
        self.statuses: list[int] = []
        self.arrived = threading.Condition()
        self._changed: dict[str, tuple[str, datetime]] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                with site.arrived:
                    reply = site.reply(self.path, self.headers)
                    site.requests.append(self.path)
                    site.statuses.append(reply.status)
                    site.arrived.notify_all()
                self.send_response(reply.status)
                for name, value in {"Content-Type": reply.content_type, **reply.headers}.items():
                    self.send_header(name, value)
                if reply.status != 304:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                if reply.status != 304:
                    self.wfile.write(reply.body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a killed client is part of the story
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def taken(self) -> list[str]:
        """What was asked since the last call, in order."""
        with self.arrived:
            taken, self.requests, self.statuses = self.requests, [], []
        return taken

    def await_requests(self, number: int) -> None:
        """Returns when that many requests have come since the last `taken`; raises TimeoutError after two minutes."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.requests) >= number, timeout=120):
                raise TimeoutError(f"{len(self.requests)} of {number} requests came")

    # -- routes --------------------------------------------------------------------------------------------------------

    def reply(self, target: str, headers: Any) -> Reply:
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        machine = self._for_machines(parts.path, query)
        if machine:
            return self._validated(machine, headers)
        self.press.loads += 1
        if parts.path == "/":
            return self._by_number(query["p"]) if "p" in query else self._html(pages.home_page(self.press, self.url))
        return self._page(parts.path)

    def _page(self, path: str) -> Reply:
        post = next((post for post in self.press.posts if path in (post.path, *post.old_paths, *post.copies)), None)
        if post is None or post.absent == "404":
            return self._html(pages.missing_page(self.press), 404)
        if post.absent == "410":
            return self._html(pages.missing_page(self.press), 410)
        if post.absent == "home":
            return Reply(302, headers={"Location": f"{self.url}/"})
        if path in post.old_paths:
            return Reply(301, headers={"Location": self.url + post.path})
        return self._html(pages.article_page(post, self.press, self.url))

    def _by_number(self, number: str) -> Reply:
        """WordPress serves a post under its short address where a theme does not redirect it."""
        return self._page(self.press.posts[int(number) - 1].path)

    def _html(self, text: str, status: int = 200) -> Reply:
        return Reply(status, text.encode())

    def _for_machines(self, path: str, query: dict[str, str]) -> Reply | None:
        press, base = self.press, self.url
        if path == "/robots.txt":
            told = f"Sitemap: {base}/sitemap.xml\n" if self.system == "feeds and sitemaps" else ""
            return Reply(200, f"User-agent: *\nDisallow: /search\n{told}".encode(), "text/plain")
        if self.system in ("feeds and sitemaps", "feed alone"):
            return self._feed(path) or (self._sitemap(path) if self.system == "feeds and sitemaps" else None)
        if self.system == "wordpress" and path == "/wp-json/wp/v2/posts":
            status, text, more = sources.wordpress_posts(press, base, int(query.get("page", 1)), int(query.get("per_page", 10)))
            return Reply(status, text.encode(), "application/json", more)
        if self.system == "blogger" and path == "/feeds/posts/default":
            text = sources.blogger_posts(press, base, int(query.get("start-index", 1)), int(query.get("max-results", 25)))
            return Reply(200, text.encode(), "application/json")
        return None

    def _feed(self, path: str) -> Reply | None:
        posts = self.press.listed()
        if path == "/feed/":
            return Reply(200, sources.rss(posts, self.url).encode(), "application/rss+xml")
        if path == "/category/harbour/feed/":
            harbour = [post for post in posts if post.section == "Harbour"]
            return Reply(200, sources.rss(harbour, self.url, tracking=True).encode(), "text/html")
        return None

    def _sitemap(self, path: str) -> Reply | None:
        by_month = sources.months(self.press.listed())
        texts = {month: sources.sitemap(posts, self.url) for month, posts in by_month.items()}
        for month, text in texts.items():
            if self._changed.get(month, ("", None))[0] != text:
                self._changed[month] = (text, self.press.evening)
        if path == "/sitemap.xml":
            changed = {month: moment for month, (_, moment) in self._changed.items()}
            return Reply(200, sources.sitemap_index(self.press, self.url, changed).encode(), "application/xml")
        month = path.removeprefix("/sitemap-").removesuffix(".xml")
        return Reply(200, texts[month].encode(), "application/xml") if month in texts else None

    def _validated(self, reply: Reply, headers: Any) -> Reply:
        tag = f'"{hashlib.sha1(reply.body).hexdigest()[:16]}"'
        asked = headers.get("If-None-Match")
        if reply.status == 200 and asked and (asked == tag or (self.lying and "rss" in reply.content_type)):
            return Reply(304, headers={"ETag": asked})
        return Reply(reply.status, reply.body, reply.content_type, {**reply.headers, **({"ETag": tag} if reply.status == 200 else {})})
