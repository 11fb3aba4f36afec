"""The run's report: every URL in one outcome, and what that means for the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from crawler.errors import ArchiveDamaged, ExitCode
from crawler.formats.run import (
    ANSWERED,
    FAILED,
    KEPT,
    SEEN,
    Outcome,
    Run,
    SourceReport,
    decode_run,
    encode_run,
    exit_code,
    run_schema,
    summary_line,
)

FEED = SourceReport(kind="feed", url="https://blog.example/feed", time="2026-03-01T06:00:00.000000Z", outcome="source")
UNCHANGED = FEED.model_copy(update={"outcome": "not-modified"})
DEAD = FEED.model_copy(update={"outcome": "host-not-found"})


def run(**more: Any) -> Run:
    fields: dict[str, Any] = {
        "id": "20260301T060000000Z-00000000",
        "site": "demo",
        "mode": "update",
        "started": "2026-03-01T06:00:00.000000Z",
        "finished": "2026-03-01T06:00:02.000000Z",
        "end": "finished",
        "config_digest": "sha256:0",
        "duration": 2.0,
    }
    return Run(**(fields | more))


def test_outcomes_are_in_one_class_each() -> None:
    names = [*KEPT, *SEEN, *ANSWERED, *FAILED]
    assert sorted(names) == sorted(set(get_args(Outcome)))
    assert len(names) == len(set(names))


def test_a_report_is_valid_and_reads_back() -> None:
    report = run(urls={"article-new": 1}, sources=[FEED])
    data = encode_run(report)
    jsonschema.Draft202012Validator(run_schema()).validate(json.loads(data))
    assert decode_run(data, Path("x.json")) == report


def test_every_flipped_byte_of_a_report_is_found() -> None:
    data = encode_run(run(urls={"article-new": 1}))
    for place in range(0, len(data), 7):
        flipped = bytearray(data)
        flipped[place] ^= 1
        with pytest.raises(ArchiveDamaged, match=r"x\.json"):
            decode_run(bytes(flipped), Path("x.json"))


@pytest.mark.parametrize(
    ("code", "report"),
    [
        (ExitCode.DONE, run(urls={"article-new": 1}, sources=[FEED])),
        (ExitCode.DONE, run(urls={"not-modified": 1}, sources=[UNCHANGED], known_articles=5)),
        (ExitCode.DONE, run(urls={"article-unchanged": 1, "timeout": 9}, sources=[FEED], known_articles=5)),
        (ExitCode.DONE, run(urls={"refused": 1, "source": 1}, sources=[FEED], known_articles=5)),
        (ExitCode.DONE, run(urls={"article-gone": 1}, sources=[FEED], known_articles=5)),
        (ExitCode.DONE, run(urls={"source": 1, "absent": 9}, sources=[FEED], known_articles=5)),
        (ExitCode.SITE_FAILED, run(urls={"host-not-found": 1}, sources=[DEAD])),
        (ExitCode.SITE_FAILED, run(urls={"host-not-found": 1}, sources=[DEAD], known_articles=5)),
        (ExitCode.SITE_FAILED, run(urls={"robots-unavailable": 1}, sources=[FEED.model_copy(update={"outcome": "robots-unavailable"})])),
        (ExitCode.SITE_FAILED, run(urls={"http-error": 4, "source": 1}, sources=[FEED], known_articles=5)),
        (ExitCode.SITE_FAILED, run(urls={"http-error": 1, "source": 1}, sources=[FEED])),
        (ExitCode.SITE_FAILED, run(urls={"refused": 4, "source": 1}, sources=[FEED], known_articles=5)),
        (ExitCode.SITE_FAILED, run(urls={"source": 1}, sources=[FEED])),
        (ExitCode.SITE_FAILED, run(mode="url", urls={"http-error": 1}, known_articles=5)),
        (ExitCode.SITE_FAILED, run(mode="url", urls={"robots-denied": 1}, known_articles=5)),
        (ExitCode.SITE_FAILED, run(end="site-failed")),
        (ExitCode.HEALTH, run(urls={"article-new": 1}, alarms=["9 of 9 vanished"])),
        (ExitCode.HEALTH, run(urls={"article-new": 1}, end="error")),
        (ExitCode.UNWRITABLE, run(end="unwritable", urls={"article-new": 1})),
        (ExitCode.UNWRITABLE, run(urls={"article-new": 1, "write-failed": 1})),
        (ExitCode.INTERRUPTED, run(end="interrupted")),
        (ExitCode.TERMINATED, run(end="terminated", urls={"article-new": 1})),
    ],
)
def test_how_a_run_ends(code: ExitCode, report: Run) -> None:
    assert exit_code(report) == code


HERE, ELSEWHERE, LAST = "https://blog.example/a", "https://blog.example/b", "https://blog.example/c"


@pytest.mark.parametrize(
    ("code", "urls", "witnesses"),
    [
        # no known article could be asked, because there is none, or because the run was cut off
        (ExitCode.DONE, {"http-error": 2}, {}),
        (ExitCode.SITE_FAILED, {"http-error": 3}, {}),
        (ExitCode.DONE, {"http-error": 1, "cancelled": 1}, {HERE: "cancelled"}),
        # dead links of a live site, however many
        (ExitCode.DONE, {"http-error": 9, "article-unchanged": 1}, {HERE: "article-unchanged"}),
        (ExitCode.DONE, {"refused": 4, "article-revised": 1}, {HERE: "article-revised"}),
        (
            ExitCode.DONE,
            {"http-error": 3, "article-missing": 1, "article-unchanged": 1},
            {HERE: "article-missing", LAST: "article-unchanged"},
        ),
        (ExitCode.DONE, {"robots-denied": 3, "article-unchanged": 1}, {HERE: "article-unchanged"}),
        (ExitCode.DONE, {"http-error": 1, "article-missing": 2}, {HERE: "article-missing", LAST: "article-missing"}),
        # outages that show on one page
        (ExitCode.SITE_FAILED, {"http-error": 2}, {HERE: "http-error"}),
        (ExitCode.SITE_FAILED, {"timeout": 2}, {HERE: "timeout"}),
        (ExitCode.SITE_FAILED, {"refused": 2}, {HERE: "refused"}),
        (ExitCode.SITE_FAILED, {"robots-denied": 2}, {HERE: "robots-denied"}),
        (ExitCode.SITE_FAILED, {"robots-denied": 60}, {}),  # all that are known enough to be asked were asked anyway
        (ExitCode.SITE_FAILED, {"http-error": 2, "article-missing": 1}, {HERE: "article-missing", LAST: "http-error"}),
        (ExitCode.SITE_FAILED, {"article-missing": 3}, dict.fromkeys((HERE, ELSEWHERE, LAST), "article-missing")),
    ],
)
def test_a_known_article_bears_witness(code: ExitCode, urls: dict[str, int], witnesses: dict[str, str]) -> None:
    ended = run(urls={"source": 1} | urls, sources=[FEED], known_articles=5, witnesses=witnesses)
    assert exit_code(ended) == code


@pytest.mark.parametrize(
    ("code", "more"),
    [
        (ExitCode.DONE, {"urls": {"http-error": 1}}),
        (ExitCode.DONE, {"urls": {"http-error": 1, "article-unchanged": 1}, "witnesses": {HERE: "article-unchanged"}}),
        (ExitCode.SITE_FAILED, {"urls": {"timeout": 2}, "witnesses": {HERE: "timeout"}}),
        (ExitCode.SITE_FAILED, {"urls": {"robots-unavailable": 1}}),
        (ExitCode.SITE_FAILED, {"urls": {"http-error": 1}, "mode": "recheck"}),
        (ExitCode.DONE, {"urls": {}, "mode": "recheck"}),
    ],
)
def test_a_run_that_asked_no_source(code: ExitCode, more: dict[str, Any]) -> None:
    """It was not time to, in a run for which nobody waits; or the run looks at known articles only."""
    assert exit_code(run(known_articles=5, **more)) == code


def test_one_line_says_it_all() -> None:
    good = run(urls={"article-new": 2, "refused": 1}, articles={"new": 2}, requests={"200": 4}, bytes_received=12345)
    assert summary_line(good) == "demo: 2 new, 1 refused; 4 requests, 12,345 bytes, 2.0 s"
    bad = run(urls={"host-not-found": 1}, sources=[DEAD], requests={"host-not-found": 1}, exit_code=69, exit_name="SITE_FAILED")
    assert summary_line(bad) == "demo: 1 failed; 1 request, 0 bytes, 2.0 s; SITE_FAILED (69): none of 1 source answered"
    refused = run(mode="url", urls={"refused": 1}, refusals={"static-page": 1}, exit_code=69, exit_name="SITE_FAILED")
    assert summary_line(refused).endswith("SITE_FAILED (69): the page is no article that could be read (static-page)")
    assert "\n" not in summary_line(bad)
    missing = run(urls={"article-missing": 2, "article-unchanged": 1}, articles={"unchanged": 1}, requests={"404": 2, "200": 1})
    assert summary_line(missing).startswith("demo: 1 unchanged, 2 missing; 3 requests")
    for mode, left in (("update", "3 left for the next run;"), ("recheck", "3 not looked at"), ("url", "3 not fetched")):
        assert left in summary_line(run(mode=mode, urls={"cancelled": 3}))
