"""One target under the fuzzer: `python fuzz.py TARGET FOLDER SECONDS`. What breaks a promise is left in FOLDER, and the exit code is not 0.

Needs atheris (the extra `fuzz`). Each input may take 20 seconds and 2 GB. FOLDER/corpus grows from run to run.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["crawler", "feedparser", "yaml"]):
    from targets import TARGETS

PAGES = Path(__file__).resolve().parent.parent / "pages"
SITES = Path(__file__).resolve().parents[2] / "configs"
SEEDS: dict[str, list[bytes]] = {
    "feed": [
        b'<rss version="2.0"><channel><title>T</title><item><title>A</title><link>/2026/03/a.html</link><pubDate>Tue, 03 Mar 2026 09:00:00 GMT</pubDate></item></channel></rss>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title type="html">A</title><link href="/a"/><updated>2026-03-03T09:00:00Z</updated></entry></feed>',
        b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","url":"/a","title":"A","date_published":"2026-03-03T09:00:00Z"}]}',
    ],
    "sitemap": [
        b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://blog.example/a</loc><lastmod>2026-03-03</lastmod></url></urlset>',
        b"<sitemapindex><sitemap><loc>/s.xml</loc></sitemap></sitemapindex>",
        b"https://blog.example/a\nhttps://blog.example/b\n",
    ],
    "message": [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"],
    "coding": [b"\x00" + gzip.compress(b"<p>text</p>" * 9)],
    "warc": [b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n"],
    "config": [path.read_bytes() for path in sorted(SITES.glob("*.yaml"))],
}


def seed(folder: Path, name: str) -> None:
    """Puts what the target usually meets into its corpus."""
    pages = [path.read_bytes() for path in sorted(PAGES.rglob("*.html"))[:40]]
    for number, data in enumerate(SEEDS.get(name, pages if name in ("page", "listing") else [])):
        (folder / f"seed-{number}").write_bytes(data)
        if name == "warc":
            (folder / f"seed-{number}.gz").write_bytes(gzip.compress(data))


def main(name: str, folder: Path, seconds: str) -> None:
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    seed(corpus, name)
    limits = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-max_len=20000", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={folder}/", str(corpus)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
