"""`scrapy newsite`: a site that nobody has described yet, looked at and described."""

from __future__ import annotations

import pytest
from loopback import Answer, Project, Web
from test_crawl import blog

from crawler.discovery import is_article_url, sources
from crawler.formats.site import load_site

QUICK = ("-s", "DOWNLOAD_DELAY=0")
POST = "/2026/03/the-last-ferry.html"


def new(project: Project, web: Web, *more: str) -> tuple[int, str, str]:
    run = project.run("newsite", f"{web.url}/", "--allow-private", web.host, "--name", "tide", *QUICK, *more)
    return run.returncode, run.stdout, run.stderr


def test_a_config_is_written_that_crawls(web: Web, project: Project) -> None:
    blog(web)
    code, out, err = new(project, web)
    assert (code, err) == (0, "")
    assert web.url + POST in out
    assert "The Last Ferry" in out
    assert not project.archive.exists()
    path = project.folder / "configs" / "tide.yaml"
    site = load_site(path)
    assert (site.name, site.language, site.url) == ("Tide Notes", "en", f"{web.url}/")
    assert sources(site) != []
    assert "# " in path.read_text(encoding="utf-8")
    crawl = project.run("crawl", "tide", *QUICK)
    assert crawl.returncode == 0, crawl.stderr
    assert [line["headline"] for line in project.lines("tide")] == ["The Last Ferry"]


def test_no_config_is_overwritten(web: Web, project: Project) -> None:
    blog(web)
    project.config("tide", "url: https://mine.example/\n")
    code, _, err = new(project, web)
    assert code == 2
    assert "tide.yaml" in err
    assert web.requests == []
    assert (project.folder / "configs" / "tide.yaml").read_text(encoding="utf-8") == "url: https://mine.example/\n"


def test_a_dry_run_prints_and_writes_nothing(web: Web, project: Project) -> None:
    blog(web)
    code, out, _ = new(project, web, "--dry-run")
    assert code == 0
    assert f"url: {web.url}/" in out
    assert list((project.folder / "configs").iterdir()) == []


def test_robots_txt_is_obeyed(web: Web, project: Project) -> None:
    blog(web)
    web.page("/robots.txt", "User-agent: *\nDisallow: /\n", headers={"Content-Type": "text/plain"})
    code, _, err = new(project, web)
    assert code == 69
    assert "robots-denied" in err
    assert set(web.requests) == {"/robots.txt"}


def test_a_site_that_lists_nothing_gets_no_config(web: Web, project: Project) -> None:
    web.page("/", "<title>Empty</title><p>Nothing here.</p>")
    code, _, err = new(project, web)
    assert code == 69
    assert "listing" in err
    assert list((project.folder / "configs").iterdir()) == []


def test_a_failing_home_page_is_told(web: Web, project: Project) -> None:
    web.pages["/"] = Answer(b"\x1b[31m", 410)
    code, _, err = new(project, web)
    assert code == 69
    assert "410" in err
    assert "\x1b" not in err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["blog.example"], "blog.example: must be a whole address"),
        ([], "one URL"),
        (["http://127.0.0.1:1/", "--name", "No Good"], "key"),
        (["http://127.0.0.1:1/", "--allow-private", "10.0.0.0/8"], "HOST:PORT"),
    ],
)
def test_bad_usage(project: Project, arguments: list[str], word: str) -> None:
    run = project.run("newsite", *arguments)
    assert run.returncode == 2
    assert word in run.stderr + run.stdout
    assert "Traceback" not in run.stderr


def test_a_private_address_is_refused_unless_named(web: Web, project: Project) -> None:
    blog(web)
    run = project.run("newsite", f"{web.url}/", *QUICK)
    assert run.returncode == 69
    assert f"{web.host} leads to 127.0.0.1, not public" in run.stderr
    assert f"--allow-private {web.host} permits it" in run.stderr
    assert web.requests == []


def test_what_the_config_cannot_say_is_said_at_the_end(web: Web, project: Project) -> None:
    """A blog in a folder of a larger site, made by hand: two of its stories, a page that is none, and a link to older stories."""
    names = ["/blog/the-ferry-sails-at-last.html", "/blog/lighthouse-for-sale-again.html", "/history-of-the-old-mill-here.html"]
    links = "".join(f'<li><h2><a href="{name}">{name.strip("/").replace("-", " ")}</a></h2></li>' for name in names)
    web.page("/blog/", f"<html lang=en><title>Blog | Old Mill</title><h1>Blog</h1><ul>{links}</ul><a href=older.html>Older entries</a>")
    run = project.run("newsite", f"{web.url}/blog/", "--allow-private", web.host, "--name", "mill", *QUICK)
    assert run.returncode == 0, run.stderr
    *_, wrote, older, outside = run.stdout.splitlines()
    assert wrote.endswith("now: scrapy crawl mill")
    assert older.endswith("to read them, once: scrapy crawl mill -a mode=backfill")
    assert f"1 of 3 addresses are outside /blog/, such as {web.url}{names[2]}; " in outside
    path = project.folder / "configs" / "mill.yaml"
    path.write_text(path.read_text(encoding="utf-8") + outside.partition("config: ")[2] + "\n", encoding="utf-8")
    site = load_site(path)
    assert (site.name, [is_article_url(web.url + name, site) for name in names]) == ("Old Mill", [True, True, False])


def test_a_home_page_that_names_few_articles(web: Web, project: Project) -> None:
    web.page("/", '<html lang=en><title>Mill</title><h2><a href="/the-ferry-sails-at-last.html">The ferry sails at last</a></h2>')
    code, out, err = new(project, web)
    assert (code, err) == (0, "")
    assert "fetched by its address: scrapy crawl tide -a url=URL" in out


def test_a_sitemap_of_sitemaps_shows_what_one_of_them_holds(web: Web, project: Project) -> None:
    blog(web)
    web.page("/", '<html lang="en"><head><title>Tide Notes</title></head><body><p>Welcome.</p></body></html>')
    web.pages.pop("/feeds/posts/default")
    inner = web.pages.pop("/sitemap.xml")
    web.pages["/posts.xml"] = inner
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    web.page(
        "/sitemap.xml",
        f'<?xml version="1.0"?><sitemapindex xmlns="{namespace}"><sitemap><loc>{web.url}/posts.xml</loc></sitemap></sitemapindex>',
        headers={"Content-Type": "application/xml"},
    )
    code, out, err = new(project, web)
    assert (code, err) == (0, "")
    assert web.url + POST in out
    assert [source.url for source in sources(load_site(project.folder / "configs" / "tide.yaml"))] == [f"{web.url}/sitemap.xml"]
