"""The headline where the page's headings, its title and what it declares part ways: kickers, breadcrumbs, page builders, frames."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crawler.extraction import extract
from crawler.formats.article import Article
from crawler.formats.capture import Capture
from crawler.formats.site import Site

PARAGRAPH = "The river rose by two metres in the night, and the keeper opened all of the gates before the dyke at the mill could give way."
BODY = "".join(f"<p>{PARAGRAPH} That was hour {number} of the watch.</p>" for number in range(5))
OWN = "Weir Keeper Opens All Gates"


def read(
    body: str, *, title: str = OWN, og: str | None = None, ld: str | None = None, url: str = "https://river.example/2025/weir"
) -> Article:
    head = f"<meta charset='utf-8'><title>{title}</title>"
    head += f"<meta property='og:title' content='{og}'>" if og else ""
    node = {"@type": "NewsArticle", "headline": ld, "datePublished": "2025-11-02"}
    head += f"<script type='application/ld+json'>{json.dumps(node)}</script>" if ld else ""
    page = f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"
    found = extract(
        Capture.from_response(url, page.encode(), date=datetime(2025, 12, 1, tzinfo=UTC)), Site(key="river", url="https://river.example/")
    )
    assert isinstance(found, Article), found
    return found


@pytest.mark.parametrize(
    ("heading", "og", "headline"),
    [
        pytest.param(f"<h1><span class='kicker'>High water</span> <span>{OWN}</span></h1>", None, OWN, id="named by its class"),
        pytest.param(f"<h1><a href='#'><em class='article__overline'>High water</em><b>{OWN}</b></a></h1>", None, OWN, id="inside a link"),
        pytest.param(f"<h1><span>High water all along the river</span><span>{OWN}</span></h1>", OWN, OWN, id="declared without it"),
        pytest.param(
            f"<h1><span class='kicker'>High water</span> {OWN}</h1>", f"High water: {OWN}", f"High water: {OWN}", id="declared with it"
        ),
        pytest.param(f"<h1>High water: {OWN}</h1>", OWN, OWN, id="apart by a colon"),
        pytest.param(f"<h1>The {OWN}</h1>", OWN, f"The {OWN}", id="an article is no kicker"),
        pytest.param(f"<h1><b>{OWN}</b> After a Night</h1>", None, f"{OWN} After a Night", id="its own first words are bold"),
    ],
)
def test_a_kicker_inside_the_heading_is_none_of_the_headline(heading: str, og: str | None, headline: str) -> None:
    assert read(f"<article>{heading}{BODY}</article>", title=f"{og or headline} - River", og=og).headline == headline


def test_a_heading_in_the_breadcrumbs_is_made_for_search_engines() -> None:
    steps = "<ul class='breadcrumb'><li><a href='/'>Home</a></li><li><h1>Flood News: Weir, River and Gates</h1></li></ul>"
    kept = f"<h2><span class='topline'>High water</span><span>{OWN}</span></h2>"
    for title in ("Flood News: Weir, River and Gates", OWN):
        assert read(f"{steps}<article>{kept}{BODY}</article>", title="Flood News: Weir, River and Gates", og=title, ld=OWN).headline == OWN
    holder = f"<body class='has-breadcrumb'><main><h1>{OWN}</h1>{BODY}</main>"
    assert read(holder, title="Weir and Gates").headline == OWN


@pytest.mark.parametrize(
    "around",
    [
        "<div class='content-sidebar-wrap'><div class='content'>{}</div></div>",
        "<div class='elementor-widget elementor-widget-wrap'><div class='elementor-widget-container'>{}</div></div>",
        "<div class='blog-card feature'>{}</div>",
        "<div class='latest-news-layout'><main>{}</main></div>",
    ],
)
def test_what_holds_the_headline_is_no_frame(around: str) -> None:
    line = "<p class='byline'>By Runa Tidemand</p><time datetime='2025-11-02'>2 November 2025</time>"
    found = read(around.format(f"<h1>{OWN}</h1>{line}{BODY}"), title="Weir Keeper: Gates Opened")
    assert (found.headline, found.authors, found.published) == (OWN, ["Runa Tidemand"], "2025-11-02")


def test_headings_of_parts_do_not_stand_for_the_whole() -> None:
    parts = "".join(f"<h1>Day {day}</h1><p>{PARAGRAPH} {day}</p>" for day in range(7, 10))
    assert read(f"<article>{parts}</article>", og=OWN).headline == OWN


def test_without_an_h1_the_heading_that_is_declared_leads_to_byline_and_date() -> None:
    lines = "<p>by <b>Runa Tidemand</b></p><p>2 November 2025</p>"
    found = read(f"<div><h4>{OWN}</h4>{lines}{BODY}</div>", title=OWN, og=f"{OWN} | District")
    assert (found.headline, found.authors, found.published) == (OWN, ["Runa Tidemand"], "2025-11-02")


def test_a_title_begun_by_the_domain_loses_it() -> None:
    assert read(f"<div>{BODY}</div>", title=f"river.example {OWN}").headline == OWN


@pytest.mark.parametrize(
    ("heading", "title"),
    [("河堤の水門をすべて開放しました", "河堤の水門をすべて開放"), ("เปิดประตูน้ำทั้งหมดในคืนเดียว", "เปิดประตูน้ำทั้งหมด")],
)
def test_the_shown_headline_wins_in_scripts_without_spaces(heading: str, title: str) -> None:
    assert read(f"<div class='card-layout'><h1>{heading}</h1>{BODY}</div>", title=title, og=title).headline == heading


def test_a_byline_that_holds_only_a_day_names_nobody() -> None:
    assert read(f"<article><h1>{OWN}</h1><div class='byline'>Sun, 2 Nov, 2025 - 06:36</div>{BODY}</article>").authors == []
