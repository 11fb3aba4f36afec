"""What judging a run costs where the past is long, and that a long past is still known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

from reports import report

from crawler.formats.archive import Archive
from crawler.formats.run import Brief, Coverage, Run, SourceReport
from crawler.health import MOST, PAST, findings
from crawler.index import Index

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
A_DAY = 48
FIELDS = ("headline", "section", "authors", "published", "body", "summary", "tags", "language", "images")


def half_hourly(number: int, *, new: int = 1) -> Run:
    """A run as long as those of real sites, which brings one new article."""
    started = (BEGIN + timedelta(days=number / A_DAY)).isoformat()
    sources = [
        SourceReport(kind="feed", url=f"https://blog.example/{name}.xml", time=started, outcome="source", status=200, links=20)
        for name in ("feed", "harbour", "council")
    ]
    return report(
        "demo",
        started,
        known_articles=1000,
        requests={"200": 8, "304": 1},
        urls={"article-new": new, "article-unchanged": 3, "source": 3, "robots": 1},
        articles={"new": new, "unchanged": 3},
        coverage={name: Coverage(found=new + 3, methods={"json-ld": new + 3}) for name in FIELDS},
        median_body_length=3000,
        newest_article=started,
        versions=dict.fromkeys(("newsarchive", "python", "scrapy", "twisted", "trafilatura", "lxml", "warcio", "pydantic"), "1.2.3"),
        sources=sources,
    )


def test_a_quarter_of_half_hours_is_judged_within_a_tenth_of_a_second_and_remembered(tmp_path: Path) -> None:
    place = Archive(tmp_path).site("demo")
    quarter = 90 * A_DAY
    index = Index.open(place)
    index.begin()
    for number in range(quarter):
        run = half_hourly(number)
        index.apply(run)
        if number >= quarter - MOST - 5:
            place.write_report(run)
    index.commit([place.relative(path) for path in place.reports()])
    last, now = half_hourly(quarter, new=1), BEGIN + timedelta(days=90)
    costs = []
    for _ in range(3):
        begun = process_time()
        past = place.runs_since(now - PAST, MOST)
        earlier = index.briefs(now - PAST, past[0].id)
        assert findings(last, past, now, earlier) == []
        costs.append(process_time() - begun)
    print(f"{quarter} runs: {min(costs) * 1000:.0f} ms of CPU")
    assert len(past) == MOST
    assert [brief.id for brief in earlier] == [half_hourly(number).id for number in range(quarter - MOST)]
    assert earlier[0] == Brief(half_hourly(0).id, half_hourly(0).started, through=True, known_articles=1000, new=1, findings=0)
    assert min(costs) < 0.2, "twice the usual cost, for a busy machine"
    index.close()


def test_silence_is_judged_by_weeks_that_are_no_reports_any_more() -> None:
    """Four runs a day whose reports reach back a week only: what is known of the weeks before stands in `earlier`."""
    runs = [half_hourly(number * 12) for number in range(60 * 4)]
    now = BEGIN + timedelta(days=60)
    silent = [half_hourly(60 * A_DAY - 12 * back, new=0) for back in range(4 * 4, -1, -1)]
    told = list(map(Brief.of, runs[: -7 * 4]))
    past = [*runs[-7 * 4 : -4 * 4], *silent[:-1]]
    kinds = [finding.kind for finding in findings(silent[-1], past, now, told)]
    assert kinds == ["yield"]
    assert findings(silent[-1], past, now) == [], "a week alone says nothing about weeks"
