"""`scrapy crawl` as its users meet it: a real process against a real server, judged by exit code and what lies on disk."""

from __future__ import annotations

import signal
import subprocess
import threading

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from loopback import Answer, Project, Web

PARAGRAPH = (
    "The ferry between the two banks had run for sixty years when the council met on Tuesday to decide what should become of it. "
    "Nobody in the room spoke against the boat itself; the quarrel was about the bill, which has doubled since the engine was replaced. "
)


def post(headline: str, body: str, *, section: str = "Harbour") -> str:
    """A post in Blogger's shape, whose author wraps the headline in slashes and ends sub-headings in dots."""
    return f"""<!DOCTYPE html><html lang="en"><head><title>Tide Notes: {headline}</title>
<meta content="blogger" name="generator"/><link rel="alternate" type="application/atom+xml" title="Tide Notes - Atom" href="/feeds/posts/default"/></head>
<body><div id="header"><h1 class="title"><a href="/">Tide Notes</a></h1></div>
<div class="date-outer"><h2 class="date-header"><span>Tuesday, 3 March 2026</span></h2>
<div class="post hentry"><h3 class="post-title entry-title">//{headline}//</h3>
<div class="post-body entry-content"><p>{section} /</p><p>//{headline}//</p><br/>{body}</div>
<div class="post-footer"><span class="post-author vcard">Posted by <span class="fn">Ines Calder</span></span>
<span class="post-labels">Labels: <a href="/search/label/{section}" rel="tag">{section}</a></span></div></div></div>
<div id="comments"><h4>0 Comments</h4><p>Post a Comment</p><form action="/comment"><textarea></textarea></form></div>
<div class="sidebar"><h2>Archive</h2><ul><li><a href="/2026/03/">March 2026</a></li></ul><a href="/p/about.html">About</a></div></body></html>"""


BODY = (
    f"<p>{PARAGRAPH}</p><p><b>A bill that doubled........</b></p>"
    "<p>The engine alone cost as much as a new bus, and the bus would not need a crew of three. The treasurer read the figures twice, "
    "slowly, and then a third time for the two councillors who had come in late.</p>"
    "<p><b>What the riders say...............</b></p><p>On the morning crossing nobody had seen the figures. A nurse on her way home said "
    "that the bridge adds forty minutes to a night shift, and that she would rather pay double than drive it.</p>"
    "<p>A decision is expected before the summer timetable.</p>"
)


def blog(web: Web) -> None:
    """A Blogger-shaped blog with one post, its feed, a label page, an archive page and an about page."""
    link = '<h3 class="post-title entry-title"><a href="/2026/03/the-last-ferry.html">//The Last Ferry//</a></h3>'
    frame = '<html lang="en"><head><title>Tide Notes</title><meta content="blogger" name="generator"/>{head}</head><body><h1>Tide Notes</h1>{body}</body></html>'
    head = '<link rel="alternate" type="application/atom+xml" title="Tide Notes - Atom" href="/feeds/posts/default"/>'
    teaser = f'{link}<p>{PARAGRAPH}</p><a href="/search/label/Harbour">Harbour</a> <a href="/p/about.html">About</a> <a href="/2026/03/">March</a>'
    web.page("/", frame.format(head=head, body=teaser))
    web.page("/search/label/Harbour", frame.format(head=head, body=teaser))
    web.page("/2026/03/", frame.format(head=head, body=teaser))
    web.page(
        "/p/about.html",
        frame.format(head=head, body=f"<h3 class='post-title'>About</h3><div class='post-body'><p>{PARAGRAPH * 4}</p></div>"),
    )
    web.page("/2026/03/the-last-ferry.html", post("The Last Ferry", BODY))
    web.page("/robots.txt", f"User-agent: *\nDisallow: /search\nSitemap: {web.url}/sitemap.xml\n", headers={"Content-Type": "text/plain"})
    web.page(
        "/sitemap.xml",
        f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{web.url}/2026/03/the-last-ferry.html</loc></url>'
        f"<url><loc>{web.url}/p/about.html</loc></url></urlset>",
        headers={"Content-Type": "application/xml"},
    )
    web.page(
        "/feeds/posts/default",
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Tide Notes</title><id>tag:tide</id><updated>2026-03-03T10:00:00Z</updated>'
        f"<entry><id>tag:tide,1</id><title>//The Last Ferry//</title><published>2026-03-03T09:00:00+01:00</published><updated>2026-03-03T09:00:00+01:00</updated>"
        f'<link rel="alternate" href="{web.url}/2026/03/the-last-ferry.html"/><category term="Harbour"/><author><name>Ines Calder</name></author></entry></feed>',
        headers={"Content-Type": "application/atom+xml"},
    )


def test_a_blog_known_by_nothing_but_its_address(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    first = project.run("crawl", "tide")
    assert first.returncode == 0, first.stderr
    assert first.stderr == ""
    assert len(first.stdout.splitlines()) == 1
    assert "backfill" not in first.stdout  # there are no older pages
    [article] = project.lines("tide")
    assert article["url"] == f"{web.url}/2026/03/the-last-ferry.html"
    assert article["headline"] == "The Last Ferry"
    assert article["raw"]["headline"] == "//The Last Ferry//"
    assert article["section"] == "Harbour"
    assert article["authors"] == ["Ines Calder"]
    assert article["published"] == "2026-03-03T09:00:00+01:00"
    assert article["provenance"]["published"] == "feed"
    headings = [block["text"] for block in article["blocks"] if block["type"] == "heading"]
    assert headings == ["A bill that doubled", "What the riders say"]
    assert article["body"].startswith("The ferry between")
    assert article["body"].endswith("before the summer timetable.")
    assert "Comment" not in article["body"]
    assert "The Last Ferry" not in article["body"]

    second = project.run("crawl", "tide")
    assert second.returncode == 0, second.stderr
    assert len(project.lines("tide")) == 1
    assert web.requests.count("/2026/03/the-last-ferry.html") == 1


def test_the_article_names_the_record_it_was_read_from(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    project.run("crawl", "tide")
    [article] = project.lines("tide")
    with (project.archive / article["warc"]["file"]).open("rb") as stream:
        stream.seek(article["warc"]["offset"])
        record = next(iter(ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True)))
        assert record.headers["WARC-Record-ID"] == f"<{article['warc']['record_id']}>"
        assert record.headers["WARC-Payload-Digest"] == article["warc"]["payload_digest"]
        assert b"The Last Ferry" in record.reader.read()


def test_a_first_run_says_how_older_pages_are_read(web: Web, project: Project) -> None:
    for name in ("last", "first"):
        web.page(f"/2026/03/the-{name}-ferry.html", post(f"The {name} ferry", BODY))
    row = '<h2><a href="/2026/03/the-{}-ferry.html">The {} ferry sails at dawn</a></h2>'
    web.page("/", f'<title>Mill</title>{row.format("last", "last")}<a href="/older.html">Older entries</a>')
    web.page("/older.html", f"<title>Mill</title>{row.format('first', 'first')}")
    project.loopback("tide", web, f"discover: [{{listing: {{url: {web.url}/}}}}]\n")
    first = project.run("crawl", "tide")
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.startswith("tide: 1 new; ")
    assert first.stdout.endswith("; older pages: scrapy crawl tide -a mode=backfill\n")
    rest = project.run("crawl", "tide", "-a", "mode=backfill")
    assert rest.stdout.startswith("tide: 1 new; ")
    assert "older pages" not in rest.stdout


def test_one_page_by_its_address(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    run = project.run("crawl", "tide", "-a", f"url={web.url}/2026/03/the-last-ferry.html")
    assert run.returncode == 0, run.stderr
    assert [article["headline"] for article in project.lines("tide")] == ["The Last Ferry"]
    assert web.requests == ["/robots.txt", "/2026/03/the-last-ferry.html"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["nosuch"], "nosuch"),
        (["tide", "-a", "mod=update"], "mode"),
        (["tide", "-a", "mode=all"], "backfill"),
        (["tide", "-a", "url=ftp://x/"], "url"),
    ],
)
def test_bad_usage_requests_nothing(web: Web, project: Project, arguments: list[str], word: str) -> None:
    project.loopback("tide", web)
    run = project.run("crawl", *arguments)
    assert run.returncode == 2
    assert word in run.stderr
    assert "Traceback" not in run.stderr
    assert web.requests == []
    assert not project.archive.exists()


def test_a_config_with_four_mistakes(web: Web, project: Project) -> None:
    project.config("tide", f'url: {web.url}/\nnam: Tide\ncrawl:\n  delay: soon\n  alow_private: []\nschedule: "61 * * * *"\n')
    run = project.run("crawl", "tide")
    assert run.returncode == 2
    for line in (2, 4, 5, 6):
        assert f"tide.yaml:{line}:" in run.stderr
    assert web.requests == []


def test_a_dead_host_is_a_failure(project: Project) -> None:
    project.config("dead", 'url: http://127.0.0.1:1/\ncrawl: {delay: 0, allow_private: ["127.0.0.1:1"]}\n')
    run = project.run("crawl", "dead")
    assert run.returncode == 69
    assert "dead" in run.stdout
    [report] = project.reports("dead")
    assert report["exit_code"] == 69


def test_a_site_that_answers_500_is_a_failure(web: Web, project: Project) -> None:
    blog(web)
    for path in list(web.pages):
        if path != "/robots.txt":
            web.pages[path] = Answer(b"<h1>Internal Server Error</h1>", 500)
    project.loopback("tide", web)
    assert project.run("crawl", "tide").returncode == 69
    assert project.lines("tide") == []


def test_articles_that_all_answer_500_are_a_failure(web: Web, project: Project) -> None:
    blog(web)
    web.pages["/2026/03/the-last-ferry.html"] = Answer(b"<h1>Internal Server Error</h1>", 500)
    project.loopback("tide", web)
    assert project.run("crawl", "tide").returncode == 69


def test_robots_txt_that_answers_500_means_no(web: Web, project: Project) -> None:
    blog(web)
    web.pages["/robots.txt"] = Answer(b"", 500)
    project.loopback("tide", web)
    assert project.run("crawl", "tide").returncode == 69
    assert set(web.requests) == {"/robots.txt"}


def test_what_robots_txt_disallows_is_not_fetched(web: Web, project: Project) -> None:
    blog(web)
    web.page("/robots.txt", "User-agent: newsarchive\nDisallow: /2026/\n", headers={"Content-Type": "text/plain"})
    project.loopback("tide", web)
    project.run("crawl", "tide")
    assert "/2026/03/the-last-ferry.html" not in web.requests
    [report] = project.reports("tide")
    assert report["urls"]["robots-denied"] == 1


def test_a_private_address_is_refused_unless_the_config_names_it(web: Web, project: Project) -> None:
    blog(web)
    project.config("tide", f"url: {web.url}/\ncrawl: {{delay: 0}}\n")
    assert project.run("crawl", "tide").returncode == 69
    assert web.requests == []


def test_a_second_run_leaves_at_once(web: Web, project: Project) -> None:
    blog(web)
    gate = threading.Event()
    web.pages["/2026/03/the-last-ferry.html"] = Answer(post("The Last Ferry", BODY).encode(), wait=gate)
    project.loopback("tide", web)
    first = project.start("crawl", "tide")
    web.await_request("/2026/03/the-last-ferry.html")
    second = project.run("crawl", "tide")
    assert second.returncode == 75
    assert str(first.pid) in second.stderr
    gate.set()
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert len(project.lines("tide")) == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_finishes_the_pages_in_flight(web: Web, project: Project, number: signal.Signals, code: int) -> None:
    blog(web)
    gate = threading.Event()
    web.pages["/2026/03/the-last-ferry.html"] = Answer(post("The Last Ferry", BODY).encode(), wait=gate)
    project.loopback("tide", web)
    run = project.start("crawl", "tide", "-s", "STOP_GRACE=100")  # a busy machine takes its time
    web.await_request("/2026/03/the-last-ferry.html")
    run.send_signal(number)
    gate.set()
    run.communicate(timeout=120)
    assert run.returncode == code
    assert [article["headline"] for article in project.lines("tide")] == ["The Last Ferry"]
    assert list(project.archive.rglob("*.open")) == []


def test_a_signal_leaves_what_has_not_been_sent(web: Web, project: Project) -> None:
    blog(web)
    gate = threading.Event()
    paths = [f"/2026/03/story-{number}.html" for number in range(30)]
    for path in paths:
        web.pages[path] = Answer(post("A Story From the River", BODY).encode(), wait=gate)
    locations = "".join(f"<url><loc>{web.url}{path}</loc></url>" for path in paths)
    web.page("/sitemap.xml", f"<urlset>{locations}</urlset>", headers={"Content-Type": "application/xml"})
    project.loopback("tide", web)
    run = project.start("crawl", "tide")
    web.await_more(7, unless=run)  # the last of them waits for the gate
    asked = len(web.requests)
    run.send_signal(signal.SIGTERM)
    gate.set()
    out, _ = run.communicate(timeout=60)
    assert run.returncode == 143
    assert len(web.requests) <= asked + 2
    assert "failed" not in out
    [report] = project.reports("tide")
    assert report["urls"]["cancelled"] >= len(paths) - 3


def test_a_clock_that_is_none(web: Web, project: Project) -> None:
    project.loopback("tide", web)
    run = project.run("crawl", "tide", "-s", "NOW=bogus")
    assert (run.returncode, web.requests) == (2, [])
    assert run.stderr.startswith("-s NOW=bogus: ")


def test_killed_and_run_again_nothing_is_lost_and_nothing_twice(web: Web, project: Project) -> None:
    blog(web)
    gate = threading.Event()
    web.pages["/p/about.html"] = Answer(b"<title>About</title>", wait=gate)
    web.pages["/2026/03/the-last-ferry.html"] = Answer(post("The Last Ferry", BODY).encode(), wait=gate)
    project.loopback("tide", web)
    run = project.start("crawl", "tide")
    web.await_request("/2026/03/the-last-ferry.html")
    run.kill()
    run.communicate()
    gate.set()
    again = project.run("crawl", "tide")
    assert again.returncode == 0, again.stderr
    assert len(project.lines("tide")) == 1
    assert list(project.archive.rglob("*.open")) == []
    assert project.run("verify", "tide").returncode == 0


def limit_file_size() -> None:
    import resource
    import signal as signals

    signals.signal(signals.SIGXFSZ, signals.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_a_full_disk_ends_the_run_with_its_code(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    run = project.run("crawl", "tide", preexec_fn=limit_file_size)
    assert run.returncode == 74
    assert "Traceback" not in run.stderr
    assert project.run("crawl", "tide").returncode == 0
    assert len(project.lines("tide")) == 1


def test_an_archive_that_cannot_be_made(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    project.archive.symlink_to(project.folder / "disk that is not mounted")
    assert project.run("crawl", "tide").returncode == 74
    assert web.requests == []


def test_other_programs_read_the_warc(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    project.run("crawl", "tide")
    [warc] = project.archive.glob("tide/warc/*/*.warc.gz")
    assert subprocess.run(["gzip", "-t", warc], check=False).returncode == 0
    with warc.open("rb") as stream:
        kinds = [record.record_type for record in ArchiveIterator(stream)]
    assert kinds[0] == WarcRecordType.warcinfo
    assert kinds.count(WarcRecordType.response) == kinds.count(WarcRecordType.request) == kinds.count(WarcRecordType.metadata)
