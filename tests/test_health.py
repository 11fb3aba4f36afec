"""Health's comparisons one by one, in the words that a person reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isclose
from typing import Any, get_args

import pytest
from reports import report

from crawler.extraction import Reason
from crawler.formats.causes import HINTS, failure_of
from crawler.formats.finding import Finding
from crawler.formats.run import FAILED, Coverage, Run, SourceReport, decode_run, encode_run, exit_code
from crawler.health import findings
from crawler.health.shares import Count, Usual
from crawler.health.tails import betabinomial_upper, combined, negative_binomial_lower, normal_lower
from crawler.health.watches import PASSING, REFUSALS

BEGIN = datetime(2026, 3, 1, 3, tzinfo=UTC)
FEED = "https://blog.example/feed.xml"


def run(day: float, *, pages: int = 41, section: int | None = None, length: int = 3000, feed: str = "source", **more: object) -> Run:
    """A nightly run that read `pages` articles, of which `section` had a section (left out: 98 %, rounded)."""
    started = (BEGIN + timedelta(days=day)).isoformat()
    section = round(pages * 0.98) if section is None else section
    look = SourceReport(
        kind="feed", url=FEED, time=started, outcome=feed, status=200 if feed == "source" else 404, links=20 if feed == "source" else 0
    )
    values: dict[str, object] = {
        "known_articles": 1000,
        "requests": {"200": pages + 1, **({"404": 1} if feed != "source" else {"304": 1})},
        "page_answers": {"200": pages} if pages else {},
        "urls": {"article-new": pages, "robots": 1},
        "articles": {"new": pages},
        "coverage": {
            "headline": Coverage(found=pages, methods={}),
            "section": Coverage(found=section, methods={}, missing="https://blog.example/2026/03/a.html"),
        }
        if pages
        else {},
        "median_body_length": length if pages else None,
        "sources": [look],
    }
    return report("demo", started, **(values | more))


def judged(now: Run, past: list[Run]) -> list[Finding]:
    return findings(now, past, datetime.fromisoformat(now.finished))


def test_what_kept_robots_txt_away_is_the_cause() -> None:
    told = {
        "https://blog.example/robots.txt: tls-failed: certificate has expired": "asking for it ends in tls-failed, the site's certificate",
        "https://blog.example/robots.txt: status 503": "it answers with 503, the site's server fails",
        "https://blog.example/robots.txt: disconnected: no answer": "asking for it ends in disconnected",
    }
    for problem, words in told.items():
        look = SourceReport(kind="feed", url=FEED, time=BEGIN.isoformat(), outcome="robots-unavailable", problems=[problem])
        shut = {"pages": 0, "sources": [look], "page_answers": {"robots-unavailable": 20}, "known_articles": 9}
        found = judged(run(31, **shut), [*usual(), run(30, **shut)])
        assert any(f"robots.txt cannot be read: {words}" in finding.message for finding in found), found


def test_a_summary_that_only_a_feed_had_told_says_nothing_about_the_layout() -> None:
    def told(day: int, by_feed: int, of: int = 40) -> Run:
        fields = {"headline": Coverage(found=of, methods={"h1": of}), "summary": Coverage(found=by_feed, methods={"feed": by_feed})}
        return run(day, pages=of, coverage=fields)

    assert judged(told(30, 10), [told(day, 40) for day in range(30)]) == []


def usual(days: int = 30) -> list[Run]:
    return [run(day) for day in range(days)]


def test_a_lost_section_in_the_words_of_a_colleague() -> None:
    [finding] = judged(run(30, section=0), usual())
    assert finding.text == (
        "section was found on 98 % of pages for 30 days, now on 0 of 41: the layout may have changed; example https://blog.example/2026/03/a.html"
    )
    assert finding.site == "demo"


def test_a_finding_makes_the_exit_code_and_survives_the_report() -> None:
    now = run(30, section=0)
    told = now.model_copy(update={"findings": judged(now, usual())})
    assert exit_code(now) == 0
    assert exit_code(told) == 70
    from_disk = decode_run(encode_run(told), path=__file__)  # type: ignore[arg-type]
    assert from_disk == told


def test_a_usual_run_has_nothing_to_tell() -> None:
    assert judged(run(30), usual()) == []


def test_a_new_site_has_no_past_to_compare_with() -> None:
    assert judged(run(0, section=0), []) == []
    assert judged(run(3, section=0), usual(3)) == []


def test_two_pages_without_a_section_are_no_proof() -> None:
    assert judged(run(30, pages=2, section=0), usual()) == []


def test_a_slump_is_no_breakage() -> None:
    assert judged(run(30, section=32), usual()) == []


def test_the_past_is_not_made_of_what_a_person_did_by_hand() -> None:
    by_hand = [run(day + 0.5, section=0, mode="url") for day in range(30)]
    past = sorted([*usual(), *by_hand], key=lambda each: each.id)
    assert [finding.subject for finding in judged(run(30, section=0), past)] == ["section"]
    assert judged(run(30, section=0, mode="url"), past) == []


def test_a_dead_feed_is_given_a_second_run() -> None:
    first = run(30, feed="http-error")
    assert judged(first, usual()) == []
    [finding] = judged(run(31, feed="http-error"), [*usual(), first])
    assert (
        finding.message
        == f"the feed {FEED} answered 404 in the last 2 runs, but worked in 100 % of runs for 31 days: it has moved or is gone"
    )


@pytest.mark.parametrize("between", [{"feed": "http-error", "status": 503}, {"feed": "robots-unavailable", "status": None}])
def test_a_feed_that_is_gone_is_not_there_because_the_server_was_busy_in_between(between: dict[str, Any]) -> None:
    look = SourceReport(kind="feed", url=FEED, time=BEGIN.isoformat(), outcome=between["feed"], status=between["status"])
    busy = [run(day, sources=[look], pages=0) for day in (20, 31)]
    past = [*usual(20), busy[0], *usual(30)[21:], run(30, feed="http-error"), busy[1]]
    assert [finding.key for finding in judged(run(32, feed="http-error"), past)] == [("source", FEED)]


def test_what_stood_in_the_place_of_a_feed_is_told() -> None:
    problems = ["redirects to https://blog.example/", "not a feed: an HTML page"]
    look = SourceReport(kind="feed", url=FEED, time=BEGIN.isoformat(), outcome="source", status=200, problems=problems)
    first, second = (run(day, sources=[look]) for day in (30, 31))
    [finding] = judged(second, [*usual(), first])
    assert finding.message.endswith("format has changed (redirects to https://blog.example/; not a feed: an HTML page)")


def test_what_pages_have_lost_is_not_hidden_by_a_feed_that_still_names_it() -> None:
    def named(day: int, method: str, of: int = 41) -> Run:
        lost = "https://blog.example/b" if method == "feed" else None
        return run(day, pages=of, coverage={"headline": Coverage(found=of, methods={method: of}, told=lost)})

    [finding] = judged(named(30, "feed"), [named(day, "h1") for day in range(30)])
    assert finding.key == ("coverage", "headline")
    assert finding.text == (
        "headline was read from the pages themselves for 30 days, now from none of 41, and only another source still tells it (feed): "
        "the layout may have changed; example https://blog.example/b"
    )
    assert judged(named(30, "feed"), [named(day, ("h1", "h1", "feed")[day % 3]) for day in range(30)]) == [], "the feed often had the word"


def test_a_site_that_publishes_now_and_then_is_told_after_its_second_article() -> None:
    """One article a day, eight runs: most read again what they know, and what never had a field has not lost it."""

    def look(moment: int, *, bare: bool) -> Run:
        again = moment % 8
        return run(moment / 8, pages=1, section=int(not bare), articles={} if again else {"new": 1}, reread=min(again, 1))

    past = [look(moment, bare=False) for moment in range(8 * 40)]
    for moment in range(320, 328):
        past.append(look(moment, bare=True))
        assert judged(past[-1], past[:-1]) == [], "one article, read again and again"
    [finding] = judged(look(328, bare=True), past)
    assert finding.message == "section was found on 100 % of pages for 41 days, now on 0 of 9: the layout may have changed"


def test_a_date_that_only_an_api_still_tells_is_not_back() -> None:
    """It tells those of new articles, and articles that are read again lose theirs."""

    def dated(day: int, by_page: int, by_api: int, of: int = 40) -> Run:
        methods = {name: count for name, count in (("meta", by_page), ("wordpress", by_api)) if count}
        fields = {"headline": Coverage(found=of, methods={"h1": of}), "published": Coverage(found=by_page + by_api, methods=methods)}
        return run(day, pages=of, coverage=fields)

    past = [dated(day, 40, 0) for day in range(30)]
    found = judged(dated(30, 0, 10), past)
    assert [finding.key for finding in found] == [("coverage", "published")]
    past.append(dated(30, 0, 10).model_copy(update={"findings": found}))
    assert judged(dated(31, 0, 35), past) == found
    assert judged(dated(32, 40, 0), [*past, dated(31, 40, 0).model_copy(update={"findings": found})]) == []


def test_a_site_of_the_future() -> None:
    [finding] = judged(run(30, newest_article="2027-03-31T09:00:00+02:00"), usual())
    assert (finding.kind, "in the future" in finding.message) == ("dates", True)


def test_a_clock_that_was_set_back() -> None:
    now = report("demo", "1970-01-01T00:00:10Z", id="20260401T000000000Z-00000000", known_articles=5)
    [finding] = findings(now, usual(), datetime.fromisoformat(now.finished))
    assert finding.kind == "clock"
    assert "2026-03-30" in finding.message


def test_a_clock_that_runs_ahead() -> None:
    ahead = run(4000, newest_article="2026-03-30T22:00:00Z")
    found = judged(ahead, usual())
    assert [finding.kind for finding in found] == ["clock"]
    assert "ahead" in found[0].message


def test_a_layout_that_parted_from_its_template_is_told_once() -> None:
    page = "https://blog.example/2026/03/a.html"
    now = run(30, changed_layouts={page: "what was learnt of a page layout no longer holds"})
    [finding] = judged(now, [])
    assert (finding.kind, finding.subject, finding.example) == ("layout", page, page)
    told = now.model_copy(update={"findings": [finding]})
    assert exit_code(told) == 70
    assert judged(run(31), [*usual(), told]) == []


def test_only_old_articles_are_found() -> None:
    past = [run(day, newest_article=(BEGIN + timedelta(days=day - 0.5)).isoformat()) for day in range(30)]
    first, second = (run(day, newest_article="2025-11-02") for day in (30, 31))
    assert judged(first, past) == []
    [finding] = judged(second, [*past, first])
    assert finding.kind == "age"
    assert "149 days old" in finding.message


@pytest.mark.parametrize("answer", ["503", "timeout", "404", "robots-unavailable"])
def test_what_may_pass_by_itself_is_given_time(answer: str) -> None:
    def busy(day: float) -> Run:
        return run(day, pages=0, page_answers={answer: 40}, urls={"http-error": 40, "robots": 1}, articles={})

    first = busy(30)
    assert judged(first, usual()) == []
    assert judged(busy(30 + 1 / 24), [*usual(), first]) == []
    [finding] = judged(busy(31), [*usual(), first])
    assert finding.key == ("responses", answer)
    assert finding.message.startswith("80 of 80 requests for pages")


def test_a_page_that_fails_again_is_no_news() -> None:
    def dead(day: float, again: int, there: int = 1) -> Run:
        answers = {name: number for name, number in (("200", there), ("404", 3 - again)) if number}
        urls = {"http-error": 3, "robots": 1, "article-unchanged": there}
        return run(day, pages=0, requests={"200": 1 + there, "304": 1, "404": 3}, urls=urls, articles={}, page_answers=answers)

    past = [*usual(), dead(30, 0)]
    for day in range(31, 36):
        past.append(dead(day, 3))
        assert [finding.kind for finding in judged(past[-1], past[:-1])] in ([], ["yield"])
    other_ones = dead(31, 0, there=0)
    assert [finding.key for finding in judged(other_ones, past[:31])] == [("responses", "404")]


def test_pages_that_all_lead_elsewhere_are_no_matter_of_the_one_that_is_not_there() -> None:
    led = run(30, pages=0, requests={"200": 3, "302": 9, "404": 1}, urls={"http-error": 9, "source": 1}, feed="source")
    assert failure_of(led) == ("every page was an error: 9 of 13 requests were redirected, the site may lead its pages elsewhere")


def test_causes_are_known_by_the_names_that_runs_use() -> None:
    assert {name for name in PASSING | set(HINTS) if not name.isdigit()} <= FAILED
    assert set(REFUSALS) <= set(get_args(Reason))


# -- tails -------------------------------------------------------------------------------------------------------------


def test_tails_are_exact() -> None:
    assert isclose(betabinomial_upper(1, 1, 1, 1), 0.5)
    assert isclose(betabinomial_upper(0, 7, 2, 3), 1)
    assert isclose(betabinomial_upper(3, 3, 1, 1), 0.25)
    assert isclose(negative_binomial_lower(0, 3, 1), 0.25)
    assert isclose(negative_binomial_lower(10_000, 3, 1), 1)
    assert isclose(normal_lower(-1.959964), 0.025, rel_tol=1e-5)
    assert isclose(combined([0.3]), 0.3)
    assert combined([0.5, 0.5]) > 0.25
    assert combined([0.0, 1.0]) == 0


def test_a_past_of_bursts_makes_a_burst_believable() -> None:
    steady = [Count(1, 20)] * 40
    bursts = [Count(20, 20), *[Count(0, 20)] * 19] * 2
    now = [Count(20, 20)]
    assert Usual.of(steady).chance(now) < 1e-12
    assert Usual.of(bursts).chance(now) > 0.01


@pytest.mark.parametrize(
    ("newest", "kind"),
    [("2026-03-31T07:00:00Z", "dates"), ("2026-04-01", None), ("2026-03-31T03:30:00Z", None), ("2025-03-31T03:00:00Z", "age")],
    ids=["hours ahead", "a bare day", "minutes ahead", "a year behind"],
)
def test_news_of_a_wrong_clock_are_told_after_two_runs(newest: str, kind: str | None) -> None:
    """A known article that is read again, with its right date, hides nothing."""

    def dated(day: int, newest: str) -> Run:
        return run(day, newest_article=(BEGIN + timedelta(days=day - 0.5)).isoformat(), newest_new=newest, reread=2)

    past = [dated(day, (BEGIN + timedelta(days=day - 0.5)).isoformat()) for day in range(30)]
    first, second = dated(30, newest), dated(31, newest.replace("-31T", "-32T").replace("03-32", "04-01"))
    assert judged(first, past) == []
    assert [finding.kind for finding in judged(second, [*past, first])] == ([kind] if kind else [])


@pytest.mark.parametrize("offset", [2 * 3600.0, -400 * 86_400.0])
def test_a_server_whose_clock_went_wrong(offset: float) -> None:
    past = [run(day, clock_offset=0.4) for day in range(30)]
    first, second = (run(day, clock_offset=offset) for day in (30, 31))
    assert judged(first, past) == []
    [finding] = judged(second, [*past, first])
    assert finding.key == ("clock", "server")
    told = second.model_copy(update={"findings": [finding]})
    assert judged(run(32, clock_offset=offset), [*past, first, told]) == [finding], "it stays, in the same words"
    assert judged(run(32, clock_offset=-1.0), [*past, first, told]) == []


def test_known_articles_that_lose_a_field_need_no_crowd() -> None:
    past = [run(day, pages=3, section=2, reread=3, lost={}) for day in range(30)]
    [finding] = judged(run(30, pages=3, section=0, reread=3, lost={"section": 3}), past)
    assert finding.message == "section is missing on 3 of 3 articles that were read again and had it: the layout may have changed"
    assert judged(run(30, pages=3, section=1, reread=3, lost={"section": 1}), past) == [], "an editor took one away"


def test_known_articles_of_which_half_is_gone() -> None:
    past = [run(day, pages=3, reread=3) for day in range(30)]
    [finding] = judged(run(30, pages=3, length=200, reread=3, lost={"body": 3}), past)
    assert finding.kind == "body-length"
    assert finding.message.startswith("bodies were 3,000 characters long for 30 days (median), now 200")
