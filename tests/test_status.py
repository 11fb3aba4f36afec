"""`scrapy status` as a person reads it and as a program does."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import Any

from loopback import Project
from reports import report, store

from crawler.formats.archive import Archive
from crawler.formats.finding import Finding
from crawler.status import sparkline

NOW = ("-s", "NOW=2026-03-11T09:00:00Z")


def finding(message: str, example: str | None = None) -> Finding:
    return Finding(
        kind="coverage", subject="section", site="tide", message=message, figures={}, example=example, since="2026-03-11T03:00:00.000000Z"
    )


def site(project: Project, key: str, more: str = "") -> None:
    project.config(key, f'url: https://{key}.example/\nschedule: "0 3 * * *"\n{more}')


def test_all_sites_in_one_table(project: Project) -> None:
    for key in ("tide", "fresh", "down", "full"):
        site(project, key)
    with Archive(project.archive).site("full").lock:  # a first run begins, and ends before it could write a report
        pass
    store(
        project.archive,
        report("tide", "2026-03-11T03:00:00Z", 70, articles={"new": 7, "revised": 2, "gone": 1}, findings=[finding("section was lost")]),
        report("down", "2026-03-11T08:50:00Z", 69, urls={"http-error": 3}),
        report("old", "2025-01-01T03:00:00Z"),
    )
    table = project.run("status", *NOW)
    assert table.returncode == 0, table.stderr
    lines = {line.split()[0]: " ".join(line.split()) for line in table.stdout.splitlines() if line.strip()}
    assert lines["site"] == "site last run next run new revised gone state finding"
    assert lines["tide"] == "tide 6 h ago in 18 h 7 2 1 broken section was lost"
    assert lines["down"] == "down 10 min ago in 10 min 0 0 0 failed every page was an error"
    assert lines["fresh"] == "fresh due never run"
    assert lines["full"].startswith("full due failed its only runs left no report")
    assert lines["old"] == "old 434 d ago 0 0 0 no config"
    assert "\x1b" not in table.stdout


def test_for_programs(project: Project) -> None:
    site(project, "tide")
    store(
        project.archive, report("tide", "2026-03-11T03:00:00Z", 70, articles={"new": 7}, findings=[finding("lost", "https://t.example/a")])
    )
    [found] = json.loads(project.run("status", "--json", *NOW).stdout)
    assert found == {
        "site": "tide",
        "state": "broken",
        "last_run": "2026-03-11T03:00:00.000000Z",
        "next_run": "2026-03-12T03:00:00.000000Z",
        "exit_code": 70,
        "new": 7,
        "revised": 0,
        "gone": 0,
        "findings": ["lost; example https://t.example/a"],
    }


def test_one_site_with_its_past(project: Project) -> None:
    site(project, "tide")
    runs = [report("tide", f"2026-03-{day:02}T03:00:00Z", 69 if day == 4 else 0, articles={"new": day - 1}) for day in range(1, 10)]
    store(project.archive, *runs)
    shown = project.run("status", "--site", "tide", *NOW).stdout
    assert "tide: ok" in shown
    assert "▁▁▂▃▄▅▆▇█  " in shown + "  "
    assert "at most 8" in shown
    days = json.loads(project.run("status", "--site", "tide", "--json", *NOW).stdout)["days"]
    assert days[-1] == {"day": "2026-03-11", "runs": 0, "new": None, "worst": None}
    assert [day["worst"] for day in days if day["runs"]].count("failed") == 1


def test_nothing_from_a_page_reaches_the_terminal_as_an_order(project: Project) -> None:
    site(project, "tide")
    evil = finding("[bold]lost[/bold] [link=file:///etc]x[/]", "https://t.example/\x1b]0;owned\x07")
    store(project.archive, report("tide", "2026-03-11T03:00:00Z", 70, findings=[evil]))
    for options in ([], ["--site", "tide"]):
        shown = on_a_terminal(project, "status", *options, *NOW)
        assert "[bold]lost[/bold] [link=file:///etc]x[/]" in shown.replace("\r\n", "")
        assert "\x1b]" not in shown
        assert "\x07" not in shown


def test_colours_on_a_terminal_only(project: Project) -> None:
    site(project, "tide")
    assert "\x1b[" in on_a_terminal(project, "status", *NOW)
    assert "\x1b[" not in project.run("status", *NOW).stdout


def on_a_terminal(project: Project, *command: str) -> str:
    """What a command writes to a terminal of 200 columns."""
    master, slave = pty.openpty()
    places = ["-s", f"CONFIGS_DIR={project.folder / 'configs'}", "-s", f"ARCHIVE_DIR={project.archive}"]
    environment: dict[str, Any] = {**os.environ, "COLUMNS": "200", "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    process = subprocess.Popen([sys.executable, "-m", "crawler", *command, *places], stdout=slave, env=environment)
    os.close(slave)
    shown = b""
    try:
        while piece := os.read(master, 65536):
            shown += piece
    except OSError:  # Linux says so when the last writer has closed a pseudo-terminal
        pass
    os.close(master)
    process.wait(60)
    return shown.decode()


def test_a_site_that_is_being_crawled(project: Project) -> None:
    site(project, "tide")
    with Archive(project.archive).site("tide").lock:
        assert json.loads(project.run("status", "--json", *NOW).stdout)[0]["state"] == "running"


def test_a_report_that_cannot_be_read(project: Project) -> None:
    site(project, "tide")
    store(project.archive, report("tide", "2026-03-11T03:00:00Z"))
    next(project.archive.glob("tide/runs/*.json")).write_text("{")
    run = project.run("status", *NOW)
    assert "damaged" in run.stdout
    assert "Traceback" not in run.stderr
    assert project.run("status", "--site", "tide", *NOW).returncode == 0


def test_a_wrong_config_and_a_wrong_name(project: Project) -> None:
    site(project, "tide")
    project.config("bad", "url: x\n")
    run = project.run("status", *NOW)
    assert run.returncode == 2
    assert "bad.yaml:1" in run.stderr
    assert "tide" in run.stdout
    unknown = project.run("status", "--site", "tid", *NOW)
    assert unknown.returncode == 2
    assert "did you mean 'tide'" in unknown.stderr


def test_a_line_of_bars() -> None:
    assert sparkline([0, 1, None, 7, 14]) == "▁▁ ▄█"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""
