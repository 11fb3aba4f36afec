"""Every saved page is read anew, without network, and must be the article that a person has reviewed.

A page belongs to the site of its folder's name: a config in `configs/`, or in `tests/sites/_configs/` for sites that exist only here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.formats.site import Site, load_site
from crawler.golden import GoldenPage, golden_pages

HERE = Path(__file__).resolve().parent
PAGES = list(golden_pages(HERE / "sites"))


def site_of(page: GoldenPage) -> Site:
    folders = (HERE.parent / "configs", HERE / "sites" / "_configs")
    return load_site(next(path for folder in folders if (path := folder / f"{page.site}.yaml").exists()))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_saved_page_reads_as_its_reviewed_article(page: GoldenPage) -> None:
    assert [str(found) for found in page.disagreements(site_of(page))] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_saved_page_names_its_record(page: GoldenPage) -> None:
    warc, capture = page.expected().warc, page.capture()
    assert warc is not None
    assert capture.ref == warc


def test_there_are_saved_pages() -> None:
    assert {page.site for page in PAGES} >= {"demo", "tide"}
