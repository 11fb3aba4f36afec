"""Health over months: silent through a year of noise, and quick when something breaks."""

from __future__ import annotations

import copy
import functools

import pytest
from simulated_blog import EVERY_DAY, NO_SUNDAYS, OFFICE_HOURS, Blog, History

from crawler.formats.run import Run

YEAR, QUARTER = 365, 61
HOLIDAYS = frozenset({1, 6, 121, 145, 359, 360})

BLOGS = {
    "a note now and then": functools.partial(Blog, articles_a_day=0.5),
    "three stories in office hours": functools.partial(Blog, articles_a_day=3, week=OFFICE_HOURS),
    "notes at the weekend": functools.partial(Blog, articles_a_day=6, notes=0.3, week=NO_SUNDAYS),
    "a newsroom": functools.partial(Blog, articles_a_day=30, week=OFFICE_HOURS),
    "a newsroom with moods": functools.partial(Blog, articles_a_day=25, week=OFFICE_HOURS, burstiness=0.5),
    "a large site": functools.partial(Blog, articles_a_day=150, week=NO_SUNDAYS),
    "a newsroom with holidays": functools.partial(Blog, articles_a_day=10, week=OFFICE_HOURS, holidays=HOLIDAYS),
    "shaky servers": functools.partial(Blog, articles_a_day=12, week=EVERY_DAY, hiccups=0.03, outages=0.02, bad_pages=0.05),
}


@pytest.mark.parametrize("name", BLOGS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_year_of_noise_raises_one_alarm_at_most(name: str, seed: int) -> None:
    history = History()
    alarms = [(run.started, finding.message) for run in BLOGS[name](seed=seed).runs(YEAR) for finding in history.add(run)]
    assert len(alarms) <= 1, alarms


def test_a_site_that_is_looked_at_every_three_hours_stays_quiet() -> None:
    history = History()
    blog = Blog(seed=3, articles_a_day=20, runs_a_day=8, week=OFFICE_HOURS)
    assert [finding.message for run in blog.runs(60) for finding in history.add(run)] == []


@functools.cache
def a_good_quarter(name: str, seed: int) -> tuple[Blog, History]:
    blog, history = BLOGS[name](seed=seed), History()
    for run in blog.runs(QUARTER):
        history.add(run)
    return blog, history


def broken(name: str, breakage: str, seed: int = 1) -> tuple[Blog, History]:
    """A blog after a good quarter, about to meet `breakage`."""
    blog, history = copy.deepcopy(a_good_quarter(name, seed))
    assert not history.runs[-1].findings
    blog.broken.add(breakage)
    return blog, history


BREAKAGES = {
    "section gone": ("coverage", "section", "layout"),
    "section by the feed only": ("coverage", "section", "from the pages themselves"),
    "dates gone": ("coverage", "published", "layout"),
    "teasers only": ("body-length", "", "beginning"),
    "headline gone": ("refusals", "no-headline", "layout"),
    "consent wall": ("refusals", "consent-wall", "consent"),
    "forbidden": ("responses", "403", "refuses"),
    "feed gone": ("source", "https://blog.example/feed.xml", "gone"),
    "feed empty": ("source", "https://blog.example/feed.xml", "stopped"),
    "feed forbidden": ("source", "https://blog.example/feed.xml", "refuses"),
    "feed frozen": ("standstill", "https://blog.example/feed.xml", "stands still"),
    "clock ahead": ("clock", "server", "the site's clock is wrong"),
    "clock behind": ("clock", "server", "the site's clock is wrong"),
}


@pytest.mark.parametrize("breakage", BREAKAGES)
@pytest.mark.parametrize("name", ["a newsroom", "a large site"])
def test_a_breakage_is_found_within_two_runs_told_once_and_over_when_it_is_mended(name: str, breakage: str) -> None:
    kind, subject, cause = BREAKAGES[breakage]
    blog, history = broken(name, breakage)
    found = [finding for run in blog.runs(2) for finding in history.add(run)]
    assert [finding.key for finding in found] == [(kind, subject)]
    assert cause in found[0].message
    assert found[0].site == "demo"
    assert [finding.message for run in blog.runs(8) for finding in history.add(run)] == []
    assert history.runs[-1].findings == found
    blog.broken.clear()
    assert [finding.message for run in blog.runs(7) for finding in history.add(run)] == []
    assert history.runs[-1].findings == []


@pytest.mark.parametrize("breakage", BREAKAGES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_small_site_is_no_worse_off(breakage: str, seed: int) -> None:
    blog, history = broken("three stories in office hours", breakage, seed)
    found = [finding for run in blog.runs(2) for finding in history.add(run)]
    assert [finding.key for finding in found] == [BREAKAGES[breakage][:2]]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_site_that_falls_silent_is_told_when_it_is_no_holiday_any_more(seed: int) -> None:
    """Nothing but the days without news tells it from a site that has closed for a while."""
    blog, history = broken("a newsroom", "silent", seed)
    assert [finding.key for run in blog.runs(6) for finding in history.add(run)] == [("yield", "")]
    blog.broken.clear()
    assert [finding.message for run in blog.runs(9) for finding in history.add(run)] == [], "a silence that is over is not told again"


def test_what_has_been_so_for_a_month_is_the_new_usual() -> None:
    blog, history = broken("a newsroom", "section gone")
    alarms = [finding.key for run in blog.runs(60) for finding in history.add(run)]
    assert alarms == [("coverage", "section")]
    assert history.runs[-1].findings == []


def test_the_same_breakage_is_found_again() -> None:
    blog, history = broken("a newsroom", "section gone")
    for run in blog.runs(5):
        history.add(run)
    blog.broken.clear()
    for run in blog.runs(10):
        history.add(run)
    blog.broken.add("section gone")
    assert [finding.key for run in blog.runs(2) for finding in history.add(run)] == [("coverage", "section")]


def test_a_finding_stays_through_runs_that_say_nothing_about_it() -> None:
    blog, history = broken("a newsroom", "section gone")
    for run in blog.runs(2):
        history.add(run)
    [before] = history.runs[-1].findings
    blog.broken.add("down")
    for run in blog.runs(1):
        history.add(run)
    assert before in history.runs[-1].findings


def test_a_site_without_sunday_papers() -> None:
    """Nothing on Sundays for half a year is what Sundays are like."""
    blog, history = Blog(seed=8, articles_a_day=40, week=NO_SUNDAYS, hiccups=0, outages=0), History()
    sundays: list[Run] = []
    for run in blog.runs(180):
        assert history.add(run) == []
        if not run.articles:
            sundays.append(run)
    assert len(sundays) >= 20
