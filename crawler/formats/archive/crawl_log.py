"""The crawl log: one line for each URL of a run, saying what became of it. It remembers what leaves no article line and no record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crawler.errors import ArchiveDamaged
from crawler.formats.archive.files import lines
from crawler.formats.run import Outcome


class CrawlLine(BaseModel):
    """What became of one URL in one run. A later line of the same run for the same URL replaces an earlier one."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)

    time: str = Field(description="When the outcome was settled, RFC 3339 in UTC with microseconds.")
    url: str = Field(description="The URL as requested.")
    outcome: Outcome = Field(description="The name of the outcome.")
    detail: str = Field(default="", description="The evidence in plain words.")
    status: int | None = Field(default=None, description="HTTP status; null where no answer came.")
    record: str | None = Field(default=None, description="Id of the WARC record of the answer; null where there is none.")
    via: str | None = Field(default=None, description="URL that led here.")
    article: str | None = Field(default=None, description="Id of the article that stands behind the URL.")
    why: str | None = Field(
        default=None,
        description="Why it was asked for: new, modified, recheck, missing, unlisted, returned, retry; imported for a page out of another "
        "program's WARC file; null where nobody knows.",
    )
    modified: str | None = Field(default=None, description="Latest modification date that a source or the page itself told.")

    def encode(self) -> bytes:
        """The line as compact JSON in UTF-8, with its newline."""
        return (self.model_dump_json() + "\n").encode("utf-8")


def read_crawl_log(path: Path) -> Iterator[CrawlLine]:
    """The lines of a closed crawl log, in order. Raises ArchiveDamaged for a line that no run could have written."""
    for offset, line in lines(path):
        try:
            yield CrawlLine.model_validate_json(line)
        except ValidationError as fault:
            raise ArchiveDamaged(f"{path}: byte {offset}: {fault.errors()[0]['msg']}: {line[:120]!r}") from fault


def crawl_log_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) under which every line of a crawl log is valid."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **CrawlLine.model_json_schema(mode="serialization")}
