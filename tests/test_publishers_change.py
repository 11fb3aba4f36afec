"""Who changed an article: its publisher, or we with another reading of the same page."""

from __future__ import annotations

from test_article import article

from crawler.discovery import Link
from crawler.formats.article import OWN_CONTENT, Article, Block, content_digest
from crawler.store.changes import publishers_change
from crawler.store.hints import as_then


def state(**fields: object) -> Article:
    made = article(**fields)
    return made.model_copy(update={"content_digest": content_digest(**{name: getattr(made, name) for name in OWN_CONTENT})})


def text(words: str) -> dict[str, object]:
    return {"body": words, "blocks": [Block(type="paragraph", text=words)]}


def test_a_better_extractor_is_no_revision() -> None:
    before, now = state(section="Old way", **text("One two three.")), state(section="New way", **text("One two three."))
    page, found = publishers_change(before, reading=now, page=now)
    assert (found.fields, found.substance) == ([], [])
    assert page.section == "Old way"
    assert page.content_digest == before.content_digest


def test_beside_a_real_change_only_that_is_told() -> None:
    before = state(section="Old way", **text("One two three."))
    reading = state(section="New way", **text("One two three."))
    page, found = publishers_change(before, reading, state(section="New way", **text("One two three. And four more words here.")))
    assert found.fields == ["blocks", "body"]
    assert found.substance == ["body-major"]
    assert page.section == "Old way"
    assert page.body == "One two three. And four more words here."


def test_what_a_source_said_then_still_holds() -> None:
    then = Link("https://blog.example/a", "feed", "https://blog.example/feed", summary="Short", published="2026-03-01T10:00:00Z")
    link = Link("https://blog.example/a", "sitemap", "https://blog.example/sitemap.xml", modified="2026-03-02")
    merged = as_then(link, then)
    assert (merged.summary, merged.published, merged.modified) == ("Short", "2026-03-01T10:00:00Z", "2026-03-02")
    assert merged.found_in == link.found_in
    assert as_then(link, None) is link
