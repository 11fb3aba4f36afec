"""A crawl of a site whose archive was damaged meanwhile: it goes on, and says so."""

from __future__ import annotations

import os

from loopback import Project, Web
from test_crawl import BODY, blog, post

POST = "/2026/03/the-last-ferry.html"


def test_a_torn_warc_file_is_told_in_one_line_and_by_the_exit_code(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    assert project.run("crawl", "tide").returncode == 0
    [first] = project.lines("tide")
    os.truncate(project.archive / first["warc"]["file"], first["warc"]["offset"] + 20)

    web.page(POST, post("The Last Ferry", BODY.replace("before the summer timetable", "in the autumn, after all")))
    run = project.run("crawl", "tide", "-a", "mode=recheck")
    assert run.returncode == 65, run.stderr
    [said] = run.stderr.splitlines()
    assert first["warc"]["file"] in said
    assert "scrapy verify" in said
    assert [line["change"] for line in project.lines("tide")] == ["new", "revised"]
    assert project.run("verify", "tide").returncode == 65
    assert project.reports("tide")[-1]["exit_name"] == "DAMAGED"
