"""`scrapy crawldue` and `scrapy schedule`: what is due is crawled once, by real processes."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from loopback import Answer, Project, Web, await_end
from reports import report, store

from crawler.formats.archive import Archive

NIGHTLY = 'schedule: "0 3 * * *"\n'


def blog(web: Web) -> None:
    web.page("/", '<title>Tide Notes</title><a href="/2026/03/a.html">A story of the sea</a>')
    web.page("/robots.txt", "", headers={"Content-Type": "text/plain"})


def test_what_is_due_is_crawled_and_the_rest_is_left_alone(web: Web, project: Project) -> None:
    blog(web)
    for site in ("new", "missed", "fresh"):
        project.loopback(site, web, NIGHTLY)
    project.loopback("byhand", web)
    store(project.archive, report("missed", "2026-03-01T03:00:00Z"), report("fresh", "2026-03-11T03:00:00Z"))
    run = project.run("crawldue", "-s", "NOW=2026-03-11T09:00:00Z")
    assert len(project.reports("new")) == 1, run.stderr
    assert len(project.reports("missed")) == 2
    assert len(project.reports("fresh")) == 1
    assert project.reports("byhand") == []
    assert run.stdout.splitlines()[-1].startswith("crawldue: 2 runs: ")

    again = project.run("crawldue", "-s", "NOW=2026-03-11T09:05:00Z")
    assert len(project.reports("missed")) == 2
    assert again.stdout == again.stderr == ""
    assert again.returncode == 0


def test_the_exit_code_is_the_worst(project: Project) -> None:
    project.config("dead", f'url: http://127.0.0.1:1/\ncrawl: {{delay: 0, allow_private: ["127.0.0.1:1"]}}\n{NIGHTLY}')
    project.config("wrong", "url: http://x.example/\nschedul: daily\n")
    run = project.run("crawldue")
    assert run.returncode == 2
    assert "wrong.yaml:2" in run.stderr
    assert project.reports("dead")[0]["exit_code"] == 69
    (project.folder / "configs" / "wrong.yaml").unlink()
    again = project.run("crawldue")
    assert again.returncode == 0, "a failed site is given a quarter of an hour"
    assert len(project.reports("dead")) == 1


@pytest.mark.parametrize("lock", ["lock", "due_lock"])
def test_a_site_that_is_held_is_passed_over(web: Web, project: Project, lock: str) -> None:
    blog(web)
    project.loopback("tide", web, NIGHTLY)
    with getattr(Archive(project.archive).site("tide"), lock):
        run = project.run("crawldue")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert web.requests == []


def test_two_overlapping_calls_never_run_the_same_site(web: Web, project: Project) -> None:
    blog(web)
    gate = threading.Event()
    for site in ("one", "two", "three"):
        web.pages[f"/{site}/"] = Answer(b"<title>Tide Notes</title>", wait=gate)
        project.config(site, f'url: {web.url}/{site}/\ncrawl: {{delay: 0, allow_private: ["{web.host}"]}}\n{NIGHTLY}')
    first = project.start("crawldue", "--jobs", "2")
    web.await_request("/one/")
    second = project.start("crawldue", "--jobs", "2")
    web.await_request("/three/")
    gate.set()
    for call in (first, second):
        call.communicate(timeout=120)
    assert [len(project.reports(site)) for site in ("one", "two", "three")] == [1, 1, 1]


def slow_site(web: Web, project: Project) -> threading.Event:
    """A site whose home page does not come before the event is set."""
    gate = threading.Event()
    blog(web)
    web.pages["/"] = Answer(b"<title>Tide Notes</title>", wait=gate)
    project.loopback("tide", web, NIGHTLY)
    return gate


def test_sigterm_is_passed_on_and_the_run_is_finished(web: Web, project: Project) -> None:
    gate = slow_site(web, project)
    call = project.start("crawldue")
    web.await_request("/")
    call.send_signal(signal.SIGTERM)
    gate.set()
    call.communicate(timeout=120)
    assert call.returncode == 143
    assert [found["exit_code"] for found in project.reports("tide")] == [143]
    assert list(project.archive.rglob("*.open")) == []


def test_a_run_that_could_not_begin_in_time_was_stopped_too(web: Web, project: Project) -> None:
    slow_site(web, project).set()
    call = project.start("crawldue", "--max-minutes", "0.001")
    _, err = call.communicate(timeout=120)
    assert call.returncode == 143
    assert err == "tide: told to finish after 0.001 minutes; goes on next time\n"
    assert not web.requests


def test_a_run_is_bounded(web: Web, project: Project) -> None:
    gate = slow_site(web, project)
    call = project.start("crawldue", "--max-minutes", "0.15", "-s", "STOP_GRACE=0.5")
    _, err = call.communicate(timeout=120)
    gate.set()
    assert call.returncode == 143
    assert "tide: told to finish after 0.15 minutes" in err


def test_kill_9_leaves_no_orphan_and_no_lock(web: Web, project: Project) -> None:
    gate = slow_site(web, project)
    call = project.start("crawldue")
    web.await_request("/")
    place = Archive(project.archive).site("tide")
    crawl = place.lock.holder()
    assert crawl is not None
    family = [crawl, *children(crawl)]
    call.kill()
    call.communicate(timeout=60)
    gate.set()
    assert all(await_end(process) for process in family)
    place.lock.acquire().release()
    place.due_lock.acquire().release()


def test_a_run_that_leaves_no_report_gets_one_and_is_waited_for(web: Web, project: Project) -> None:
    gate = slow_site(web, project)
    call = project.start("crawldue")
    web.await_request("/")
    crawl = Archive(project.archive).site("tide").lock.holder()
    assert crawl is not None
    os.kill(crawl, signal.SIGKILL)
    out, err = call.communicate(timeout=120)
    gate.set()
    assert call.returncode == 69
    assert "tide: killed by signal 9" in err
    [found] = project.reports("tide")
    assert (found["end"], found["exit_code"]) == ("error", 70)
    assert "killed by signal 9 and left no report" in found["alarms"][0]
    assert found["alarms"][0] in out
    again = project.run("crawldue")
    assert (again.returncode, again.stdout) == (0, ""), "it is given a quarter of an hour"
    status = json.loads(project.run("status", "--json").stdout)
    assert status[0]["findings"] == found["alarms"]
    project.run("crawl", "tide")
    assert len(project.reports("tide")) == 2


def children(process: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{process}/task").iterdir() for child in (task / "children").read_text().split()]


def test_bad_usage(project: Project) -> None:
    assert project.run("crawldue", "--jobs", "0").returncode == 2
    assert project.run("crawldue", "tide").returncode == 2
    assert project.run("schedule").returncode == 2
    assert project.run("schedule", "--cron", "--minutes", "7").returncode == 2


# -- ready lines -------------------------------------------------------------------------------------------------------


def test_the_crontab_line_does_what_it_says(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web, NIGHTLY)
    line = project.run("schedule", "--cron").stdout
    assert line.startswith("*/5 * * * *  cd ")
    assert line.count("\n") == 1
    command = line.split("  ", 1)[1].replace("\\%", "%")
    subprocess.run(["/bin/sh", "-c", command], cwd="/", env={"PATH": "/usr/bin:/bin"}, check=False, timeout=120)
    assert len(project.reports("tide")) == 1
    assert "tide" in (project.folder / "crawldue.log").read_text()


def test_a_percent_sign_would_end_the_command_of_a_crontab(tmp_path: Path) -> None:
    folder = tmp_path / "50 % news"
    (folder / "configs").mkdir(parents=True)
    line = Project(folder).run("schedule", "--cron").stdout
    assert "%" not in line.replace("\\%", "")
    words = shlex.split(line.split("  ", 1)[1].replace("\\%", "%"))
    assert str(folder) in words


def test_the_units_are_hardened_and_absolute(project: Project) -> None:
    units = project.run("schedule", "--systemd", "--jobs", "2").stdout
    lines = units.splitlines()
    for line in (
        "Type=oneshot",
        "Persistent=true",
        "OnCalendar=*:0/5",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        f"ReadWritePaths={project.archive}",
        f"WorkingDirectory={project.folder}",
        "KillMode=mixed",
        "TimeoutStopSec=180s",
        "TimeoutStartSec=24h",
    ):
        assert line in lines
    [start] = [line for line in lines if line.startswith("ExecStart=")]
    words = shlex.split(start.removeprefix("ExecStart="))
    assert words[:6] == [sys.executable, "-m", "crawler", "crawldue", "--jobs", "2"]
    assert f"ARCHIVE_DIR={project.archive}" in words


def test_the_units_quote_what_systemd_would_read(tmp_path: Path) -> None:
    folder = tmp_path / "50 % news"
    (folder / "configs").mkdir(parents=True)
    units = Project(folder).run("schedule", "--systemd").stdout.splitlines()
    escaped = str(folder).replace("%", "%%")
    assert f"WorkingDirectory={escaped}" in units
    assert f'ReadWritePaths="{escaped}/archive"' in units
    [start] = [line for line in units if line.startswith("ExecStart=")]
    assert f'"ARCHIVE_DIR={escaped}/archive"' in start
