"""What must not leave, and what must not arrive: credentials, cookies, addresses that carry a password, formulas in a CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable

from loopback import Answer, Project, Web
from test_crawl import BODY, blog, post

from crawler.capture.secrets import without_secrets
from crawler.formats.warc import captures

STORY = "/2026/03/the-last-ferry.html"


class Overheard:
    """Answers as before, and keeps the headers of each request."""

    def __init__(self, web: Web) -> None:
        self.heard: list[dict[str, str]] = []
        for path, answer in list(web.pages.items()):
            web.pages[path] = self._listening(answer)

    def _listening(self, answer: Answer | Callable[[dict[str, str]], Answer]) -> Callable[[dict[str, str]], Answer]:
        def answering(headers: dict[str, str]) -> Answer:
            self.heard.append(headers)
            return answer(headers) if callable(answer) else answer

        return answering

    def all(self, name: str) -> list[str]:
        """Every value of one header that came."""
        return [headers[name] for headers in self.heard if name in headers]


def stored(project: Project) -> bytes:
    """Every request in the archive, and every other byte outside of the WARC files."""
    site = project.archive / "tide"
    requests = [capture.request for path in site.glob("warc/*/*.warc.gz") for capture in captures(path)]
    return b"".join([*requests, *(path.read_bytes() for path in site.rglob("*") if path.is_file() and ".warc.gz" not in path.name)])


def flooded(headers: dict[str, str]) -> Answer:  # noqa: ARG001
    """A story whose server gives out one cookie too large, and one for a whole country."""
    answer = Answer(post("The Last Ferry", BODY).encode())
    answer.headers["Set-Cookie"] = f"large={'x' * 5000}"
    answer.headers["set-cookie"] = "country=1; Domain=co.uk"
    answer.headers["SET-COOKIE"] = "small=1; Path=/"
    return answer


def test_a_deployments_own_credentials_are_sent_and_not_kept(web: Web, project: Project) -> None:
    blog(web)
    overheard = Overheard(web)
    project.loopback("tide", web)
    run = project.run("crawl", "tide", "-s", 'DEFAULT_REQUEST_HEADERS={"Authorization": "Bearer verysecret"}', "-s", "LOG_LEVEL=DEBUG")
    assert run.returncode == 0
    assert "Bearer verysecret" in overheard.all("authorization")
    assert b"Authorization: [removed]\r\n" in stored(project)
    assert b"verysecret" not in stored(project)
    assert "verysecret" not in run.stdout
    assert project.run("verify", "tide").returncode == 0


def test_only_credentials_are_removed() -> None:
    request = b"GET / HTTP/1.1\r\nHost: h\r\nauthorization:  Basic eHg=\r\nProxy-Authorization: x\r\nCookie: a=1\r\nX-A: authorization: y\r\n\r\nAuthorization: z"
    assert without_secrets(request) == (
        b"GET / HTTP/1.1\r\nHost: h\r\nauthorization:  [removed]\r\nProxy-Authorization: [removed]\r\nCookie: a=1\r\nX-A: authorization: y\r\n\r\nAuthorization: z"
    )
    plain = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    assert without_secrets(plain) == plain


def test_a_password_in_an_address_goes_nowhere(web: Web, project: Project) -> None:
    blog(web)
    link = f"http://somebody:hunter2@{web.host}{STORY}"
    web.page("/sitemap.xml", f"<urlset><url><loc>{link}</loc></url></urlset>", headers={"Content-Type": "application/xml"})
    web.pages["/feeds/posts/default"] = Answer(b"", 404)
    web.pages["/"] = flooded
    overheard = Overheard(web)
    project.loopback("tide", web)
    project.run("crawl", "tide")
    assert STORY in web.requests
    assert overheard.all("authorization") == overheard.all("cookie") == []
    asked = project.run("crawl", "tide", "-a", f"url={link}")
    assert asked.returncode == 2
    assert "hunter2" not in asked.stderr + asked.stdout


def test_cookies_are_bounded_where_the_config_wants_them(web: Web, project: Project) -> None:
    blog(web)
    web.pages["/"] = web.pages[STORY] = flooded
    overheard = Overheard(web)
    project.config("tide", f'url: {web.url}/\ncrawl: {{delay: 0, cookies: yes, allow_private: ["{web.host}"]}}\n')
    assert project.run("crawl", "tide").returncode in (0, 69)
    assert set(overheard.all("cookie")) == {"small=1"}


def test_no_formula_reaches_a_spreadsheet(web: Web, project: Project) -> None:
    blog(web)
    web.page(STORY, post("@HYPERLINK(1,2)", BODY.replace("<p>The ferry", "<p>@SUM(1) the ferry")))
    project.loopback("tide", web)
    out = project.folder / "out.csv"
    assert project.run("crawl", "tide", "-O", str(out)).returncode == 0
    [row] = csv.DictReader(out.read_text(encoding="utf-8").splitlines(keepends=True))
    assert row["headline"] == "'@HYPERLINK(1,2)"
    assert row["body"].startswith("'@SUM(1)")
    assert row["url"] == f"{web.url}{STORY}"
    [line] = project.lines("tide")
    assert line["headline"] == "@HYPERLINK(1,2)"
