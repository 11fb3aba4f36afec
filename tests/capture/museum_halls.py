"""The rest of the museum: its sources, honest and hostile, its mazes, and the stories under odd addresses."""

from __future__ import annotations

import gzip
from collections.abc import Iterable

from hostile_pages import NOISE, whole
from hostile_server import Page
from museum_exhibits import BOMB, TEXT, Exhibit
from museum_healthy import STORIES, Story, page_of, typed

ODD = [
    "2026/03/" + "n" * 336 + ".html",
    "2026/03/a%2Fslash-in-the-name.html",
    "2026/03/a%00nul-in-the-name.html",
    "2026/03/a%0Anewline-in-the-name.html",
    "2026/03/..%2f..%2fetc%2fpasswd-story.html",
    "2026/03/...html",
    "2026/03/CON.html",
    "2026/03/Capital-Letters-In-The-Name.html",
    "2026/03/capital-letters-in-the-name.html",
    "2026/03/composed-caf%C3%A9-in-the-name.html",
    "2026/03/composed-cafe%CC%81-in-the-name.html",
    "2026/03/%E2%80%AEgnitrats-in-the-name.html",
    "2026/03/'quoted'-and-$(dollar)-in-the-name.html",
    "2026/03/trailing-dot-in-the-name.html.",
]
"""Addresses that are pages like any other."""
ODD_STORIES = [Story(number, path, *told) for number, path in enumerate(ODD, 1000) for told in [vars(Story.of(number))] for told in
               [(told["headline"], told["paragraphs"])]]  # fmt: skip

SITEMAPS = [
    "sitemap-healthy.xml", "sitemap-hostile.xml", "sitemap-bomb.xml", "sitemap-gzip-bomb.xml.gz", "sitemap-recursive.xml", "sitemap-broad.xml",
    "sitemap-long.xml", "sitemap-text.txt", "sitemap-noise.xml", "sitemap-deep.xml", "sitemap-private.xml",
]  # fmt: skip
FEEDS = [
    "feed-healthy.xml", "feed-bomb.xml", "feed-many.xml", "feed-endless-0.xml", "feed-deep.xml", "feed-noise.xml", "feed-private.xml",
    "feed-html.xml", "feed-attributes.xml", "feed-deep.json", "feed-controls.json",
]  # fmt: skip


class Halls(dict[str, Page]):
    """Every page of the museum by its path; what has no end is made when it is asked for."""

    def __init__(self, url: str, stories: Iterable[Story], exhibits: Iterable[Exhibit]) -> None:
        self.url = url
        self.stories = [*stories]
        self._exhibits = {exhibit.path: exhibit for exhibit in exhibits}
        super().__init__({story.path: story.page for story in [*self.stories, *ODD_STORIES]})
        half = len(self.stories) // 2
        self._put("sitemap-healthy.xml", self._sitemap(story.path for story in [*self.stories[:half], *ODD_STORIES]))
        self._put("feed-healthy.xml", self._feed((story.path, story.headline) for story in self.stories[half:]))
        self._put("sitemap-hostile.xml", self._sitemap(self._exhibits))
        self._put("sitemap-bomb.xml", (BOMB + "<urlset><url><loc>http://h/&j;</loc></url></urlset>").encode())
        self._put("sitemap-gzip-bomb.xml.gz", gzip.compress(b"<urlset>" + b"<url>" * 40_000_000, 1))
        self._put("sitemap-long.xml", self._sitemap(f"tag/trap-{number}" for number in range(60_000)))
        self._put("sitemap-text.txt", b"\n".join([b"http://h/\x00\x1b[2J", b"javascript:alert(1)", NOISE[:50_000]]))
        self._put("sitemap-noise.xml", NOISE[:200_000])
        self._put("sitemap-deep.xml", b"<urlset>" + b"<url>" * 500_000)
        self._put("sitemap-private.xml", self._sitemap([], PRIVATE))
        self._put("feed-bomb.xml", (BOMB + "<rss><channel><item><title>&j;</title><link>http://h/x</link></item></channel></rss>").encode())
        self._put("feed-many.xml", self._feed((f"tag/many-{number}", "T") for number in range(100_000)))
        self._put("feed-deep.xml", b"<rss><channel>" + b"<item>" * 300_000)
        self._put("feed-noise.xml", b"<rss>" + NOISE[:200_000])
        self._put("feed-private.xml", self._feed([], PRIVATE))
        self._put("feed-html.xml", page_of("No Feed", f"<p>{TEXT}</p>").encode())
        self._put("feed-attributes.xml", b"<rss %b><channel/></rss>" % b" ".join(b'a%d="1"' % n for n in range(60_000)))
        self._put("feed-deep.json", b'{"items":' + b"[" * 200_000, "application/json")
        self._put(
            "feed-controls.json", b'{"items":[{"url":"/a\\u0000\\u001b[2J","title":"\\ud800"}, {"url": 5}, 7, null]}', "application/json"
        )
        self._put("", page_of("Harbour Post", "").encode())

    def __missing__(self, path: str) -> Page:
        if path in self._exhibits:
            return self._exhibits[path].page()
        name, _, rest = path.partition("/")
        made = {"maze": self._maze, "calendar": self._calendar, "grow": self._grow, "paging": self._paging}.get(name)
        if made:
            return Page(path, whole(made(path, rest).encode()))
        if path.startswith(("sitemap-recursive", "sitemap-broad")):
            return Page(path, typed("application/xml", self._index(path)))
        if path.startswith("feed-endless-"):
            return Page(path, typed("application/xml", self._endless(int(path.removeprefix("feed-endless-").removesuffix(".xml")))))
        return Page(path, whole(b"<title>Not Found</title>", status=b"HTTP/1.1 404 Not Found"))

    def _put(self, path: str, body: bytes, content_type: str = "application/xml") -> None:
        self[path] = Page(path, typed("text/html" if not path else content_type, body))

    def _sitemap(self, paths: Iterable[str], urls: Iterable[str] = ()) -> bytes:
        every = [*(f"{self.url}/{path}" for path in paths), *urls]
        return ('<?xml version="1.0"?><urlset>' + "".join(f"<url><loc>{_xml(url)}</loc></url>" for url in every) + "</urlset>").encode()

    def _feed(self, entries: Iterable[tuple[str, str]], urls: Iterable[str] = (), more: str = "") -> bytes:
        every = [*((f"{self.url}/{path}", title) for path, title in entries), *((url, "Elsewhere") for url in urls)]
        items = "".join(f"<item><title>{_xml(title)}</title><link>{_xml(url)}</link></item>" for url, title in every)
        return (
            f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>T</title>{more}{items}</channel></rss>'.encode()
        )

    def _index(self, path: str) -> bytes:
        """An index that names itself and, without end, others like it."""
        stem = path.removesuffix(".xml")
        names = [path, *(f"{stem}-{number}.xml" for number in range(40))]
        return (
            "<sitemapindex>" + "".join(f"<sitemap><loc>{self.url}/{name}</loc></sitemap>" for name in names) + "</sitemapindex>"
        ).encode()

    def _endless(self, number: int) -> bytes:
        following = f'<atom:link rel="next" href="{self.url}/feed-endless-{number + 1}.xml"/>'
        return self._feed([(f"tag/endless-{number}", "T")], more=following)

    def _links(self, paths: Iterable[str]) -> str:
        return "".join(f'<h2><a href="/{path}">A title of some words for {path[-9:]}</a></h2>' for path in paths)

    def _maze(self, path: str, rest: str) -> str:  # noqa: ARG002
        """An article of its own with links to twenty more."""
        here = abs(hash(rest)) % 10**6
        return page_of(
            f"Maze {here}", f"<p>{TEXT} In hall {here}.</p>" * 3 + self._links(f"maze/{here * 20 + n}/in-a-maze" for n in range(20))
        )

    def _calendar(self, path: str, rest: str) -> str:  # noqa: ARG002  one signature for all
        return page_of("Calendar", self._links(f"calendar/2026/{len(rest) + n}/?day={n}" for n in range(60)))

    def _grow(self, path: str, rest: str) -> str:
        return page_of("Grow", self._links([f"{path}/more", f"{path}/more?sid={'0af' * 9}", f"grow/{rest[:9]}?sort=up&view=1"]))

    def _paging(self, path: str, rest: str) -> str:  # noqa: ARG002
        number = int(rest or 0) + 1
        return page_of("Page", f'{self._links([f"tag/page-{number}"])}<a class="next" rel="next" href="/paging/{number}">Older</a>')


PRIVATE = [
    "http://127.0.0.1:1/2026/03/a.html", "http://10.0.0.5/2026/03/b.html", "http://169.254.169.254/latest/meta-data/c.html",
    "http://[::1]/2026/03/d.html", "http://2130706433/2026/03/e.html", "http://0x7f000001/2026/03/f.html", "file:///etc/passwd",
    "javascript:alert(1)", "http://user:pass@192.168.1.1/2026/03/g.html", "http://localhost/2026/03/h.html",
]  # fmt: skip


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def config(url: str, host: str, timeout: float) -> str:
    """The museum's site config."""
    sources = [*(f"{{sitemap: {url}/{path}}}" for path in SITEMAPS), *(f"{{feed: {url}/{path}}}" for path in FEEDS)]
    sources += [f"{{follow: {{url: {url}/{hall}/0/, depth: 2, max_pages: 40}}}}" for hall in ("maze", "calendar", "grow")]
    sources += [f'{{listing: {{url: {url}/paging/0, links: "h2 a", next: "a.next", max_pages: 20}}}}']
    listed = "".join(f"  - {source}\n" for source in sources)
    return (
        f"name: Museum\nurl: {url}/\ndiscover:\n{listed}"
        f'crawl: {{delay: 0, concurrency: 4, timeout: {timeout:g}, allow_private: ["{host}"]}}\nrecheck: []\n'
    )


__all__ = ["STORIES", "Halls", "config"]
