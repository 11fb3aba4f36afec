"""When a site is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from crawler.clock import rfc3339
from crawler.formats.run import Run
from crawler.formats.site import Site
from crawler.schedule import due, next_run, retry_after

WHOLE, HEALTH, FAILED, FULL, TERMINATED = 0, 70, 69, 74, 143


def site(schedule: str | None, timezone: str | None = None) -> Site:
    return Site(key="demo", url="https://blog.example/", schedule=schedule, timezone=timezone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text + "Z")


def run(started: str, code: int = WHOLE, *, mode: str = "update", minutes: float = 5) -> Run:
    begun = at(started)
    return Run.model_validate(
        {
            "id": begun.strftime("%Y%m%dT%H%M%S000Z-00000000"),
            "site": "demo",
            "mode": mode,
            "started": rfc3339(begun),
            "finished": rfc3339(begun + timedelta(minutes=minutes)),
            "end": "finished",
            "exit_code": code,
            "config_digest": "sha256:0",
        }
    )


def test_without_a_schedule_a_site_is_never_due() -> None:
    assert next_run(site(None), [], at("2026-03-01T06:00")) is None
    assert not due(site(None), [], at("2026-03-01T06:00"))


def test_a_new_site_is_due_at_once() -> None:
    assert due(site("0 3 * * *"), [], at("2026-03-01T12:00"))


def test_each_moment_of_the_line_brings_one_run() -> None:
    half_hourly, last = site("*/30 * * * *"), [run("2026-03-01T06:00:04")]
    assert next_run(half_hourly, last, at("2026-03-01T06:10")) == at("2026-03-01T06:30")
    assert not due(half_hourly, last, at("2026-03-01T06:29:59"))
    assert due(half_hourly, last, at("2026-03-01T06:30"))


def test_ten_missed_nights_are_caught_up_once() -> None:
    nightly, before = site("0 3 * * *"), [run("2026-03-01T03:00")]
    assert due(nightly, before, at("2026-03-11T09:00"))
    caught_up = [*before, run("2026-03-11T09:00")]
    assert next_run(nightly, caught_up, at("2026-03-11T09:06")) == at("2026-03-12T03:00")


def test_a_year_of_ticks_makes_as_many_runs_as_nights() -> None:
    nightly, runs, now = site("30 2 * * *", "Europe/Paris"), [run("2026-01-01T12:00")], at("2026-01-01T12:05")
    while now < at("2027-01-01T12:00"):
        if due(nightly, runs, now):
            runs.append(run(now.isoformat()[:19]))
        now += timedelta(minutes=30)
    assert len(runs) == 366


def test_a_breakage_that_health_found_is_no_reason_to_come_back_early() -> None:
    assert next_run(site("0 3 * * *"), [run("2026-03-01T03:00", HEALTH)], at("2026-03-01T03:10")) == at("2026-03-02T03:00")


@pytest.mark.parametrize("code", [FAILED, FULL, TERMINATED, 65, 1])
def test_a_failed_run_is_tried_again_and_ever_more_slowly(code: int) -> None:
    nightly, runs, now = site("0 3 * * *"), [run("2026-03-01T03:00")], at("2026-03-02T03:00")
    tries = []
    while now < at("2026-03-03T12:00"):
        if due(nightly, runs, now):
            tries.append(now)
            runs.append(run(now.isoformat()[:19], code, minutes=0))
        now += timedelta(minutes=1)
    gaps = [(later - earlier) / timedelta(minutes=1) for earlier, later in pairwise(tries)]
    assert gaps == [15, 30, 60, 120, 240, 360, 360, 360, 360]
    runs.append(run("2026-03-03T12:00"))
    assert next_run(nightly, runs, at("2026-03-03T12:05")) == at("2026-03-04T03:00")


def test_a_fault_of_the_program_is_no_whole_run() -> None:
    crashed = run("2026-03-01T03:00", HEALTH).model_copy(update={"end": "error"})
    assert next_run(site("0 3 * * *"), [crashed], at("2026-03-01T03:10")) == at("2026-03-01T03:20")


def test_a_site_due_each_minute_that_fails_is_left_alone_for_a_while() -> None:
    assert not due(site("* * * * *"), [run("2026-03-01T03:00", FAILED)], at("2026-03-01T03:19"))
    assert due(site("* * * * *"), [run("2026-03-01T03:00", FAILED)], at("2026-03-01T03:20"))


def test_waiting_has_an_end() -> None:
    assert retry_after(1) == timedelta(minutes=15)
    assert retry_after(10_000) == timedelta(hours=6)


@pytest.mark.parametrize("mode", ["url", "recheck"])
def test_a_run_by_hand_of_one_page_does_not_stand_for_the_night(mode: str) -> None:
    runs = [run("2026-03-01T03:00"), run("2026-03-02T02:59", mode=mode)]
    assert due(site("0 3 * * *"), runs, at("2026-03-02T03:00"))


def test_a_run_from_the_future_does_not_stop_the_schedule() -> None:
    runs = [run("2026-03-01T03:00"), run("2038-01-19T03:14")]
    assert not due(site("0 3 * * *"), runs, at("2026-03-01T12:00"))
    assert due(site("0 3 * * *"), runs, at("2026-03-02T03:00"))


def test_the_line_is_read_in_the_time_zone_of_the_site() -> None:
    last = [run("2026-01-10T12:00")]
    assert next_run(site("0 7 * * *", "Asia/Tokyo"), last, at("2026-01-10T12:00")) == at("2026-01-10T22:00")
    assert next_run(site("0 7 * * *"), last, at("2026-01-10T12:00")) == at("2026-01-11T07:00")


def test_the_hour_that_summer_time_takes_away_costs_no_run() -> None:
    night = next_run(site("30 2 * * *", "Europe/Paris"), [run("2026-03-28T01:30")], at("2026-03-28T12:00"))
    assert night == at("2026-03-29T01:00")


def test_the_hour_that_winter_time_gives_back_brings_no_second_run() -> None:
    paris = site("30 2 * * *", "Europe/Paris")
    assert next_run(paris, [run("2026-10-24T00:30")], at("2026-10-24T12:00")) == at("2026-10-25T00:30")
    assert next_run(paris, [run("2026-10-25T00:30")], at("2026-10-25T12:00")) == at("2026-10-26T01:30")


@pytest.mark.parametrize(("month", "day"), [(3, 29), (10, 25)])
def test_half_hours_go_on_through_both_changes(month: int, day: int) -> None:
    paris = site("*/30 * * * *", "Europe/Paris")
    moment = datetime(2026, month, day, tzinfo=UTC)
    for _ in range(8):
        following = next_run(paris, [run(moment.isoformat()[:19])], moment)
        assert following == moment + timedelta(minutes=30)
        moment = following
