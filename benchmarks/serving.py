"""A loopback server of made pages, in this process's threads, whose time therefore is not counted with the children's."""

from __future__ import annotations

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pages


def serve(count: int, kilobytes: int, layouts: tuple[str, ...]) -> tuple[ThreadingHTTPServer, str]:
    """The server and its address. Pages are gzipped once, at the start."""
    bodies = {pages.path(number): gzip.compress(pages.page(number, kilobytes, count, layouts), 6) for number in range(count)}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            body, kind = bodies.get(self.path), "text/html; charset=utf-8"
            if self.path == "/sitemap.xml":
                kind = "application/xml"
            elif self.path == "/robots.txt":
                kind = "text/plain"
            self.send_response(200 if body else 404)
            for name, value in (("Content-Type", kind), ("Content-Encoding", "gzip"), ("Content-Length", str(len(body or b"")))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    bodies["/"] = gzip.compress(pages.home(count))
    bodies |= {name: gzip.compress(text) for name, text in pages.sitemaps(base, count).items()}
    bodies["/robots.txt"] = gzip.compress(f"User-agent: *\nSitemap: {base}/sitemap.xml\n".encode())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, base
