"""Dead links and outages: a known article is asked which it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from loopback import Answer, Project, Web

TEXT = "The lamp on the mole was lit again on Friday, and the pilots signed the book of the keeper. " * 8
WALL = "<html><head><title>Before you continue</title></head><body><div id='cmp'><h1>Before you continue</h1><p>We and our partners use cookies. Accept all cookies to read on.</p><button>Accept all</button></div></body></html>"
KNOWN = ["/2026/03/the-lamp.html", "/2026/03/the-mole.html"]
DEAD = ["/2026/03/never-written-1.html", "/2026/03/never-written-2.html", "/2026/03/never-written-3.html"]
NEW, LAST = "/2026/03/the-new-lamp.html", "/2026/03/the-last-lamp.html"
BEGIN = datetime(2026, 3, 9, 6, tzinfo=UTC)


def page(web: Web, path: str) -> None:
    web.page(
        path,
        f"<html><head><title>{path}</title></head><body><article><h1>About {path[9:-5]}</h1><p>{TEXT}{path}</p></article></body></html>",
    )


def feed(web: Web, *paths: str) -> None:
    items = "".join(f"<item><link>{web.url}{path}</link><pubDate>Sun, 08 Mar 2026 09:00:00 GMT</pubDate></item>" for path in paths)
    web.page(
        "/feed", f'<rss version="2.0"><channel><title>Lamp</title>{items}</channel></rss>', headers={"Content-Type": "application/rss+xml"}
    )


def crawl(project: Project, web: Web, hours: float) -> tuple[int, list[str]]:
    """The exit code of a run so many hours after the first, and the pages that it asked for."""
    web.requests.clear()
    run = project.run("crawl", "lamp", "-s", f"NOW={(BEGIN + timedelta(hours=hours)).isoformat()}")
    assert "Traceback" not in run.stderr, run.stderr
    return run.returncode, [path for path in web.requests if path not in ("/robots.txt", "/feed")]


def test_dead_links_outages_and_deleted_articles(web: Web, project: Project) -> None:
    project.loopback("lamp", web, f"discover: [{{feed: {web.url}/feed}}]\nrecheck: []\n")
    for path in KNOWN:
        page(web, path)
    feed(web, *KNOWN)
    assert crawl(project, web, 0)[0] == 0

    feed(web, *DEAD, *KNOWN)
    code, asked = crawl(project, web, 12)
    assert (code, sorted(asked[:-1]), asked[-1] in KNOWN) == (0, DEAD, True), "dead links of a live site"

    witness, other = asked[-1], next(path for path in KNOWN if path != asked[-1])
    well = dict(web.pages)
    web.pages[witness] = Answer(b"", 404)
    web.pages[other] = web.pages[NEW] = Answer(WALL.encode())
    feed(web, NEW)
    assert crawl(project, web, 12.5) == (69, [NEW, witness, other]), "the first one might have been deleted"
    assert crawl(project, web, 12.7) == (69, [other]), "a run without a new page is no recovery"
    web.pages.update(well)
    assert crawl(project, web, 12.9) == (0, [other])

    web.page("/robots.txt", "User-agent: *\nDisallow: /2026/\n", headers={"Content-Type": "text/plain"})
    feed(web, LAST)
    assert crawl(project, web, 38) == (69, [])
    assert "robots.txt forbids every page" in project.run("status", "--site", "lamp").stdout
