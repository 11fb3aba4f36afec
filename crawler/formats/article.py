"""The article: one line of JSON for each state an article has been in. Only this module knows the keys.

The order of the attributes is the order of the keys in a line; each attribute's description becomes the JSON Schema's.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from crawler.errors import ArchiveDamaged

SCHEMA_VERSION: Literal[1] = 1

Change = Literal["new", "revised", "gone", "restored", "moved", "reextracted"]
Access = Literal["free", "metered", "paywalled", "unknown"]
Substance = Literal["headline", "body-major", "body-minor", "metadata"]

OWN_CONTENT = ("headline", "section", "body", "blocks", "summary", "authors", "published", "tags", "access")
"""The fields that make a revision when they change.

Left out on purpose: `modified` (Blogger and others move it with every comment), `images` (addresses of pictures carry sizes,
signatures and host names that change from load to load), `language` (found from the body where the page is silent).
"""

_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_RUN = re.compile(r"[^\S ]\s*| \s+")
_LONG = 1 << 20
"""Characters from which the words of a text are not made one by one: 12 MB of them would take 150 MB. Below that it is the faster way."""
_UNSTORABLE = re.compile(f"{_UNWANTED.pattern}|{_SURROGATE.pattern}")


def _clean(value: Any) -> Any:
    """`value` with its strings free of control characters (but newline and tab) and of lone surrogates, which UTF-8 cannot hold."""
    if isinstance(value, str):
        if (value.isascii() and value.isprintable()) or _UNSTORABLE.search(value) is None:
            return value
        return _SURROGATE.sub("\ufffd", _UNWANTED.sub("", value))
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in sorted(value.items())}
    return value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        return _clean(value)


class Block(_Part):
    """One piece of the body, in reading order."""

    type: Literal["paragraph", "heading", "list", "quote", "image", "table", "code"] = Field(description="What the piece is.")
    text: str = Field(
        description="The block's plain text; for a list its items and for a table its rows, one a line (cells apart by a tab); "
        "for an image its caption or an empty string."
    )
    level: int | None = Field(default=None, description="Heading level 1 to 6; null for other blocks.")
    items: list[str] | None = Field(default=None, description="The items of a list; null for other blocks.")
    ordered: bool | None = Field(default=None, description="Whether a list is numbered; null for other blocks.")
    rows: list[list[str]] | None = Field(default=None, description="The rows of a table; null for other blocks.")
    url: str | None = Field(default=None, description="Absolute URL of an image; null for other blocks.")


class Image(_Part):
    """A picture that belongs to the article."""

    url: str = Field(description="Absolute URL.")
    caption: str | None = Field(default=None, description="Caption as plain text, or null.")
    credit: str | None = Field(default=None, description="Whom the page credits, or null.")


class Raw(_Part):
    """What the page really had, where normalising changed it; null where nothing was changed."""

    headline: str | None = Field(default=None, description="The headline as it stood on the page, with its decoration.")
    section: str | None = Field(default=None, description="The section as it stood on the page.")
    published: str | None = Field(default=None, description="The publication date as the page wrote it.")
    modified: str | None = Field(default=None, description="The modification date as the page wrote it.")


class Disagreement(_Part):
    """What the page or its feed declares of a field, in a place that was not believed."""

    field: Literal["headline", "section", "authors", "published"] = Field(description="The field that it is about.")
    method: str = Field(description="Where it stands, named as in `provenance`.")
    value: str = Field(description="What it says, normalised as the field is; several names apart by a semicolon.")


class RecordRef(_Part):
    """Which WARC record the article was read from. The record id is the join; file and offset are where it stood when written."""

    file: str = Field(description="Path of the WARC file, relative to the archive folder, with slashes.")
    offset: int = Field(description="Byte offset of the record's gzip member in the file.")
    length: int = Field(description="Length of the gzip member in bytes.")
    record_id: str = Field(description="WARC-Record-ID without angle brackets, `urn:uuid:…`.")
    payload_digest: str | None = Field(description="WARC-Payload-Digest, `sha1:` and Base32.")


class Article(_Part):
    """One state of one article. Keys are always present; null means that the page does not say."""

    schema_version: Literal[1] = Field(default=SCHEMA_VERSION, description="Version of this schema.")
    id: str = Field(description="Stable id, made from the site and the first canonical URL.")
    site: str = Field(description="Name of the site: its config file without `.yaml`.")
    url: str = Field(description="The URL that was fetched, after redirects.")
    canonical_url: str = Field(
        description="The address that stands for the article: its own canonical link where that is believable, else the normalised URL."
    )
    revision: int = Field(ge=1, description="1 for the first state, counted up by every line.")
    change: Change = Field(
        description="What this line tells: new, revised, gone, restored or moved; reextracted where the same record was read anew "
        "under other rules, which is our change and not the publisher's."
    )
    changed_fields: list[str] = Field(
        description="Names of the fields that differ from the revision before, sorted; empty for a new article."
    )
    substance: list[Substance] = Field(
        default_factory=list,
        description="What a change touched: headline, body-major (over a tenth of the words), body-minor, metadata; "
        "empty where the article's own content is what it was.",
    )
    headline: str | None = Field(description="Headline, free of site name and decoration.")
    section: str | None = Field(description="Section in the publisher's own words.")
    body: str | None = Field(description="Plain text; paragraphs separated by a blank line.")
    blocks: list[Block] = Field(description="The body as a list of blocks in reading order.")
    summary: str | None = Field(description="The publisher's own summary or lead.")
    authors: list[str] = Field(description="Names only.")
    published: str | None = Field(description="RFC 3339 with zone, or a bare day where no time is known.")
    modified: str | None = Field(description="RFC 3339 with zone, or a bare day where no time is known.")
    language: str | None = Field(description="BCP 47 tag.")
    tags: list[str] = Field(description="The publisher's keywords.")
    images: list[Image] = Field(description="Pictures of the article.")
    access: Access = Field(description="Whether everybody may read the whole text: free, metered, paywalled or unknown.")
    raw: Raw = Field(description="What the page had, where normalising changed it.")
    provenance: dict[str, str] = Field(description="For each field that was found, the method that won.")
    disagreements: list[Disagreement] = Field(
        default_factory=list, description="What the page or its feed declares otherwise of a field, for machines, after normalising."
    )
    content_digest: str = Field(description="`sha256:` and hex over the article's own content; equal digests mean an unchanged article.")
    captured: str = Field(description="When the page was fetched, RFC 3339 in UTC with microseconds.")
    warc: RecordRef | None = Field(description="The WARC record that this state was read from; for a gone article the answer that said so.")
    extractor: dict[str, str] = Field(description="Names and versions of the programs that read the page.")


def article_id(site_key: str, canonical_url: str) -> str:
    """The id of the article of `site_key` that was first seen under `canonical_url`: 32 hex digits (128 bits of SHA-256).

    An article that moves keeps the id of its first address: the store looks it up by URL before it believes a new id.
    """
    name = f"{site_key}\n{canonical_url}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(name).hexdigest()[:32]


def content_digest(
    *,
    headline: str | None,
    section: str | None,
    body: str | None,
    blocks: Sequence[Block],
    summary: str | None,
    authors: Sequence[str],
    published: str | None,
    tags: Sequence[str],
    access: Access,
) -> str:
    """`sha256:` and hex over the article's own content: what the parameters name, see `OWN_CONTENT`.

    White space is folded, the order of tags does not count, and of a block only its kind, level and text do.
    """
    content = {
        "headline": headline,
        "section": section,
        "body": body,
        "blocks": blocks,
        "summary": summary,
        "authors": authors,
        "published": published,
        "tags": tags,
        "access": access,
    }
    own = {name: comparable(name, value) for name, value in content.items()}
    text = json.dumps(own, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()


def own_content(article: Article, names: Sequence[str] = OWN_CONTENT) -> dict[str, Any]:
    """The fields of `OWN_CONTENT`, or those named, in the form in which two states are compared; equal exactly when the digests are."""
    return {name: comparable(name, getattr(article, name)) for name in names}


def comparable(name: str, value: Any) -> Any:
    """The `value` of the field `name` of `OWN_CONTENT` in the form in which two states are compared."""
    if name == "blocks":
        return [[block.type, block.level, _folded(block.text)] for block in value if block.type != "image"]
    if name == "tags":
        return sorted({_folded(tag) for tag in value})
    if isinstance(value, str):
        return _folded(value)
    return None if value is None else [_folded(item) for item in value]


def _folded(text: str) -> str:
    clean = _clean(text)
    return spaced(clean if clean.isascii() else unicodedata.normalize("NFC", clean))


def spaced(text: str) -> str:
    """`text` with one space for each run of white space, and none at its ends."""
    if len(text) > _LONG:
        return _RUN.sub(" ", text).strip()
    return " ".join(text.split())


def encode_article(article: Article) -> bytes:
    """`article` as one line: compact JSON in UTF-8 with its newline, keys in the order of the model.

    U+2028 and U+2029 are escaped, because some programs end a line at them.
    """
    text = article.model_dump_json()
    return (text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n").encode("utf-8")


def decode_article(line: bytes) -> Article:
    """The article of one line. Raises ArchiveDamaged when the line is not one that `encode_article` could have written."""
    try:
        return Article.model_validate_json(line)
    except ValidationError as fault:
        raise ArchiveDamaged(f"not an article: {fault.error_count()} faults, first {fault.errors()[0]['msg']}: {line[:120]!r}") from fault


def article_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) under which every line is valid."""
    schema = Article.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


_OWN_TERMS = "urn:newsarchive:terms:"
_SCHEMA_ORG = {
    "id": "identifier",
    "schema_version": "schemaVersion",
    "site": "isPartOf",
    "url": "url",
    "revision": "version",
    "headline": "headline",
    "section": "articleSection",
    "body": "articleBody",
    "summary": "abstract",
    "authors": "author",
    "published": "datePublished",
    "modified": "dateModified",
    "language": "inLanguage",
    "tags": "keywords",
    "access": "conditionsOfAccess",
}


def article_context() -> dict[str, Any]:
    """The JSON-LD 1.1 context that makes a line linked data: schema.org's NewsArticle terms, and terms of our own where it has none.

    Laid over a line (`{"@context": …, "@type": "NewsArticle", **line}`), it turns the line into a schema.org `NewsArticle`.
    """
    terms: dict[str, Any] = {name: _OWN_TERMS + name for name in Article.model_fields}
    terms |= {name: "schema:" + term for name, term in _SCHEMA_ORG.items()}
    terms |= {
        "canonical_url": {"@id": "schema:mainEntityOfPage", "@type": "@id"},
        "images": {
            "@id": "schema:image",
            "@context": {"url": "schema:contentUrl", "caption": "schema:caption", "credit": "schema:creditText"},
        },
        "blocks": {"@id": _OWN_TERMS + "blocks", "@container": "@list", "@context": {"@vocab": _OWN_TERMS + "block-", "type": "@type"}},
        "warc": {"@id": "schema:archivedAt", "@context": {"@vocab": _OWN_TERMS + "warc-", "record_id": "@id"}},
        "raw": {"@id": _OWN_TERMS + "raw", "@context": {"@vocab": _OWN_TERMS + "raw-"}},
        "provenance": {"@id": _OWN_TERMS + "provenance", "@type": "@json"},
        "disagreements": {"@id": _OWN_TERMS + "disagreements", "@type": "@json"},
        "extractor": {"@id": _OWN_TERMS + "extractor", "@type": "@json"},
    }
    return {"@version": 1.1, "schema": "https://schema.org/", "NewsArticle": "schema:NewsArticle", **terms}
