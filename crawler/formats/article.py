"""The article: one line of JSON for each state an article has been in. Only this module knows the keys."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1

Change = Literal["new", "revised", "gone", "restored", "moved"]
Access = Literal["free", "metered", "paywalled", "unknown"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Block(_Part):
    """One piece of the body, in reading order."""

    type: Literal["paragraph", "heading", "list", "quote", "image", "table", "code"]
    text: str = Field(description="The block's plain text; for a list its items and for a table its rows, one a line (cells apart by a tab); for an image its caption or an empty string.")
    level: int | None = Field(None, description="Heading level 1 to 6; null for other blocks.")
    items: list[str] | None = Field(None, description="The items of a list; null for other blocks.")
    ordered: bool | None = Field(None, description="Whether a list is numbered; null for other blocks.")
    rows: list[list[str]] | None = Field(None, description="The rows of a table; null for other blocks.")
    url: str | None = Field(None, description="Absolute URL of an image; null for other blocks.")


class Image(_Part):
    """A picture that belongs to the article."""

    url: str = Field(description="Absolute URL.")
    caption: str | None = Field(None, description="Caption as plain text, or null.")
    credit: str | None = Field(None, description="Whom the page credits, or null.")


class Raw(_Part):
    """What the page really had, where normalising changed it; null where nothing was changed."""

    headline: str | None = Field(None, description="The headline as it stood on the page, with its decoration.")
    section: str | None = Field(None, description="The section as it stood on the page.")
    published: str | None = Field(None, description="The publication date as the page wrote it.")
    modified: str | None = Field(None, description="The modification date as the page wrote it.")


class RecordRef(_Part):
    """Which WARC record the article was read from. The record id is the join; file and offset are where it stood when written."""

    file: str = Field(description="Path of the WARC file, relative to the archive folder, with slashes.")
    offset: int = Field(description="Byte offset of the record's gzip member in the file.")
    length: int = Field(description="Length of the gzip member in bytes.")
    record_id: str = Field(description="WARC-Record-ID without angle brackets, `urn:uuid:…`.")
    payload_digest: str | None = Field(description="WARC-Payload-Digest, `sha1:` and Base32.")


class Article(_Part):
    """One state of one article. Keys are always present; null means that the page does not say."""

    schema_version: Literal[1] = Field(SCHEMA_VERSION, description="Version of this schema.")
    id: str = Field(description="Stable id, made from the site and the first canonical URL.")
    site: str = Field(description="Name of the site: its config file without `.yaml`.")
    url: str = Field(description="The URL that was fetched, after redirects.")
    canonical_url: str = Field(description="The address that stands for the article: the page's own canonical link where it is believable, else the normalised URL.")
    revision: int = Field(ge=1, description="1 for the first state, counted up by every line.")
    change: Change = Field(description="What this line tells: new, revised, gone, restored or moved.")
    changed_fields: list[str] = Field(description="Names of the fields that differ from the revision before, sorted; empty for a new article.")
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
    access: Access = Field(description="Whether everybody may read the whole text.")
    raw: Raw = Field(description="What the page had, where normalising changed it.")
    provenance: dict[str, str] = Field(description="For each field that was found, the method that won.")
    content_digest: str = Field(description="`sha256:` and hex over the article's own content; equal digests mean an unchanged article.")
    captured: str = Field(description="When the page was fetched, RFC 3339 in UTC with microseconds.")
    warc: RecordRef | None = Field(description="The WARC record that the article was read from.")
    extractor: dict[str, str] = Field(description="Names and versions of the programs that read the page.")
