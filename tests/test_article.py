"""The article line: written, read back, valid under its schema, linked data as it stands."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import ArchiveDamaged
from crawler.formats.article import (
    OWN_CONTENT,
    Article,
    Block,
    Image,
    Raw,
    RecordRef,
    article_context,
    article_id,
    article_schema,
    content_digest,
    decode_article,
    encode_article,
    own_content,
)

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=40) | st.sampled_from(
    ["\ud800", "a\x00b", "\u2028", "\x1b[31m", "\x85"]
)
SCHEMA = jsonschema.Draft202012Validator(article_schema())


def article(**more: Any) -> Article:
    fields: dict[str, Any] = {
        "id": article_id("demo", "https://blog.example/a"),
        "site": "demo",
        "url": "https://blog.example/a",
        "canonical_url": "https://blog.example/a",
        "revision": 1,
        "change": "new",
        "changed_fields": [],
        "headline": "Ferry stops",
        "section": None,
        "body": "One.\n\nTwo.",
        "blocks": [Block(type="paragraph", text="One."), Block(type="list", text="Two.", items=["Two."], ordered=False)],
        "summary": None,
        "authors": [],
        "published": "2026-03-01",
        "modified": None,
        "language": "en",
        "tags": ["ferry", "harbour"],
        "images": [Image(url="https://blog.example/a.jpg")],
        "access": "free",
        "raw": Raw(headline="//Ferry stops//"),
        "provenance": {"headline": "json-ld", "body": "rules"},
        "content_digest": "sha256:0",
        "captured": "2026-03-01T06:00:00.000000Z",
        "warc": RecordRef(file="demo/warc/2026/x.warc.gz", offset=1, length=2, record_id="urn:uuid:0", payload_digest=None),
        "extractor": {"newsarchive": "1"},
    }
    return Article(**(fields | more))


@given(headline=ANY_TEXT, body=ANY_TEXT, tags=st.lists(ANY_TEXT, max_size=3), provenance=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3))
def test_every_text_makes_one_valid_line(headline: str, body: str, tags: list[str], provenance: dict[str, str]) -> None:
    written = article(headline=headline, body=body, tags=tags, provenance=provenance, blocks=[Block(type="code", text=body)])
    line = encode_article(written)
    assert line.decode("utf-8").splitlines(keepends=True)[0] == line.decode("utf-8")
    assert not any(ord(char) < 32 for char in line.decode("utf-8")[:-1])
    assert "\\u0000" not in line.decode("utf-8")
    SCHEMA.validate(json.loads(line))
    assert decode_article(line) == written


def test_keys_stand_in_one_order_and_are_always_there() -> None:
    line = json.loads(encode_article(article()))
    assert list(line) == list(Article.model_fields)
    assert list(line) == article_schema()["required"]
    assert line["section"] is None
    assert list(line["provenance"]) == ["body", "headline"]


@pytest.mark.parametrize("line", [b"", b"{}\n", b'{"id": 1}\n', encode_article(article())[:-20], b"\xff\n"])
def test_what_is_no_article_is_said_to_be_damaged(line: bytes) -> None:
    with pytest.raises(ArchiveDamaged, match="not an article"):
        decode_article(line)


def test_the_id_is_stable() -> None:
    assert article_id("demo", "https://blog.example/a") == "1a3b3297cd57d3d3a4505d4f82d129f0"
    assert article_id("other", "https://blog.example/a") != article_id("demo", "https://blog.example/a")


def digest(of: Article) -> str:
    return content_digest(**{name: getattr(of, name) for name in OWN_CONTENT})


@pytest.mark.parametrize(
    "same",
    [
        {"modified": "2026-03-02"},
        {"images": []},
        {"body": "One.\n\n Two. "},
        {"tags": ["harbour", "ferry", "ferry"]},
        {"language": None},
        {"captured": "2027-01-01T00:00:00.000000Z"},
    ],
)
def test_what_is_not_the_article_s_own_does_not_count(same: dict[str, Any]) -> None:
    assert digest(article(**same)) == digest(article())
    assert own_content(article(**same)) == own_content(article())


@pytest.mark.parametrize(
    "other", [{"headline": "Ferry goes on"}, {"body": "One."}, {"authors": ["A"]}, {"access": "paywalled"}, {"section": "Harbour"}]
)
def test_what_is_its_own_counts(other: dict[str, Any]) -> None:
    assert digest(article(**other)) != digest(article())


def test_every_key_has_a_term_of_linked_data() -> None:
    context = article_context()
    assert set(Article.model_fields) <= set(context)
    assert context["headline"] == "schema:headline"
    assert context["warc"]["@id"] == "schema:archivedAt"
