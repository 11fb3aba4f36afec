"""A part of the archive that cannot be read is no part that is not there: nothing of it is fetched or written again."""

from __future__ import annotations

from argparse import Namespace

import pytest
from loopback import Project, Web
from scrapy.commands import ScrapyCommand
from test_crawl import blog

from crawler.commands import ends_plainly
from crawler.errors import ArchiveUnreadable, ExitCode
from crawler.formats.archive import Archive

FOLDERS = ("articles", "articles/2026", "articles/2026/03", "runs", "warc", "warc/2026")


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_that_cannot_be_read(project: Project, name: str) -> None:
    """A link that leads to itself stands for it: who runs the tests as root may read every folder."""
    folder = project.archive / "tide" / name
    folder.parent.mkdir(parents=True)
    folder.symlink_to(folder)
    site = Archive(project.archive).site("tide")
    with pytest.raises(ArchiveUnreadable, match=f"{name}: cannot be read: "):
        print(site.article_files(), site.reports(), site.warc_files())


def test_no_crawl_without_what_is_known(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    folder = project.archive / "tide" / "articles" / "2026"
    folder.parent.mkdir(parents=True)
    folder.symlink_to(folder)
    run = project.run("crawl", "tide")
    assert (run.returncode, run.stderr.count("\n")) == (74, 1)
    assert f"{folder}: cannot be read" in run.stderr
    assert web.requests == []


def test_a_disk_that_refuses_the_first_answer_is_told_without_a_traceback(web: Web, project: Project) -> None:
    """A file stands where the folder of the year's WARC files should be."""
    blog(web)
    project.loopback("tide", web)
    (project.archive / "tide" / "warc").mkdir(parents=True)
    (project.archive / "tide" / "warc" / "2026").touch()
    run = project.run("crawl", "tide", "-s", "NOW=2026-03-05T06:00:00+00:00")
    assert run.returncode == 74
    assert "Traceback" not in run.stderr
    assert run.stderr.splitlines()[-1].endswith("/tide/warc/2026: File exists")
    assert set(web.requests) == {"/robots.txt"}


def test_an_archive_that_is_not_there_is_not_sound(project: Project) -> None:
    run = project.run("verify")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == f"{project.archive}: there is no archive (ARCHIVE_DIR)\n"


def test_a_file_that_may_not_be_read_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    class Command(ScrapyCommand):
        def short_desc(self) -> str:
            return "Reads a file"

        @ends_plainly
        def run(self, args: list[str], opts: Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
            raise PermissionError(13, "Permission denied", args[0])

    command = Command()
    command.run(["tide.jsonl"], Namespace())
    assert command.exitcode == ExitCode.UNWRITABLE
    assert capsys.readouterr().err == "tide.jsonl: Permission denied\n"
