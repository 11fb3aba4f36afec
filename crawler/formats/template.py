"""What was learnt of a site's layouts, kept beside its index as `templates.json`. A cache: delete it and it is learnt anew.

Only this module knows the file's keys. The learning itself, and what the counts lead to, is `crawler.extraction`'s.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crawler.formats.archive.files import remove, write_beside

VERSION = 2
CONTRADICTED = -1
"""Count of what was seen to be wrong once; it stays wrong until the layout is learnt anew."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LearntField(_Part):
    """Where one field stands."""

    sources: dict[str, int] = Field(default_factory=dict)
    """By source (`json-ld KEY`, `meta NAME`, `css SELECTOR`, `css SELECTOR @ATTRIBUTE`)
    the pages on which it said what the whole cascade found."""
    values: list[str] = Field(default_factory=list)
    """Digests of the first different values: a field that never changes could stand anywhere."""


class LearntBody(_Part):
    """Where the body stands and what of its container is text. A shape is the path from the container down to a piece of the page."""

    containers: dict[str, list[int]] = Field(default_factory=dict)
    """By CSS selector: pages on which it held the whole body, and its depth in the tree."""
    container: str | None = None
    """The innermost that held it on every page; the shapes are relative to it."""
    kept: dict[str, int] = Field(default_factory=dict)
    """Shapes of the article's pieces, with the number of pages that have such."""
    dropped: dict[str, dict[str, int]] = Field(default_factory=dict)
    """Shapes of pieces left out: digests of their texts, with the number of pages that have each."""
    shortest: int = 0
    longest: int = 0
    """Letters in the shortest and the longest body."""


class Layout(_Part):
    """What is known of the pages of one site that share their structure."""

    example: str
    """URL of the first page."""
    learnt: str
    """When learning began, RFC 3339."""
    pages: int = 0
    """Pages that the whole cascade read and this was learnt from."""
    proofs: int = 0
    """Pages in a row on which template and cascade agreed."""
    applied: int = 0
    """Pages read by the template alone."""
    audits: int = 0
    """Pages on which the template was compared with the cascade."""
    failures: int = 0
    """Audits on which the two parted, since learning began."""
    odd: int = 0
    """Pages on which the template would not speak, and the cascade did."""
    relearnt: int = 0
    """How often it was dropped and learnt anew."""
    fields: dict[str, LearntField] = Field(default_factory=dict)
    body: LearntBody = Field(default_factory=LearntBody)


class Templates(_Part):
    """All layouts of a site, by the signature of their pages."""

    version: int = VERSION
    layouts: dict[str, Layout] = Field(default_factory=dict)


def read_templates(path: Path) -> Templates:
    """What `path` holds; nothing learnt where there is no such file, or none of this version that can be read."""
    try:
        found = Templates.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return Templates()
    return found if found.version == VERSION else Templates()


def write_templates(path: Path, templates: Templates) -> None:
    """Replaces the file in one step. Raises ArchiveUnwritable."""
    write_beside(path, templates.model_dump_json(indent=1).encode("utf-8") + b"\n")


def forget_templates(path: Path) -> None:
    """Deletes the file, where there is one. Raises ArchiveUnwritable."""
    if path.exists():
        remove(path)
