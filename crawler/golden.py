"""Golden pages: saved pages with the article that they must read as, kept beside the code that reads them.

    <folder>/<site>/<name>/page.warc.gz   the page's own exchange and a warcinfo record; a valid WARC file by itself
    <folder>/<site>/<name>/article.json   the article as a person has reviewed it

Only this module knows that layout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from crawler.errors import ArchiveDamaged, ConfigError
from crawler.extraction import Extracted, Refusal, extract
from crawler.formats.archive import write_beside
from crawler.formats.article import Article, RecordRef, decode_article, encode_article
from crawler.formats.capture import Capture
from crawler.formats.site import Site
from crawler.formats.warc import captures, read_capture, single_exchange

WARC, EXPECTED = "page.warc.gz", "article.json"

DERIVED = frozenset({"schema_version", "provenance", "disagreements", "content_digest", "warc", "extractor"})
"""What is not compared: how a field was found, by which version, and digests, so that a person can mend a field in the file by hand."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A field that reads otherwise than it must."""

    field: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.field}: expected {self.expected!r}, found {self.found!r}"


@dataclass(frozen=True, slots=True)
class GoldenPage:
    """One saved page. `str` names it as `<site>/<name>`."""

    folder: Path

    @property
    def site(self) -> str:
        """Name of the site's config."""
        return self.folder.parent.name

    @property
    def exists(self) -> bool:
        """Whether anything is there."""
        return (self.folder / WARC).exists() or (self.folder / EXPECTED).exists()

    def __str__(self) -> str:
        return f"{self.site}/{self.folder.name}"

    def save(self, root: Path, ref: RecordRef, site: Site) -> Article:
        """Stores the exchange whose answer is `ref` in the archive folder `root`, with the article that it reads as today.

        Raises ConfigError where the page is no article, ArchiveDamaged, ArchiveUnwritable; nothing is stored then.
        """
        found = extract(read_capture(root, ref), site)
        if isinstance(found, Refusal):
            raise ConfigError(f"the page is refused: {found.reason}: {found.detail}")
        content, place = single_exchange(root, ref, WARC)
        article = found.model_copy(update={"warc": place})
        write_beside(self.folder / WARC, content)
        text = json.dumps(json.loads(encode_article(article)), ensure_ascii=False, indent=2)
        write_beside(self.folder / EXPECTED, f"{text}\n".encode())
        return article

    def capture(self) -> Capture:
        """The saved exchange. Raises ArchiveDamaged where the file does not hold exactly one."""
        path = self.folder / WARC
        found = list(captures(path))
        if len(found) != 1:
            raise ArchiveDamaged(f"{path} holds {len(found)} exchanges, not one")
        return found[0]

    def expected(self) -> Article:
        """The article that the page must read as. Raises ArchiveDamaged for what is no article."""
        return decode_article((self.folder / EXPECTED).read_bytes())

    def read(self, site: Site) -> Extracted:
        """What the page reads as under the site's rules of today."""
        return extract(self.capture(), site)

    def disagreements(self, site: Site) -> list[Disagreement]:
        """Where the page reads otherwise than it must; empty for a page that is as it should be."""
        expected, found = self.expected(), self.read(site)
        if isinstance(found, Refusal):
            return [Disagreement("article", expected.headline, found)]
        names = [name for name in Article.model_fields if name not in DERIVED]
        pairs = ((name, getattr(expected, name), getattr(found, name)) for name in names)
        return [Disagreement(name, wanted, read) for name, wanted, read in pairs if wanted != read]


def golden_pages(folder: Path) -> Iterator[GoldenPage]:
    """Every saved page under `folder`, by site and name."""
    for path in sorted(folder.glob(f"*/*/{WARC}")):
        yield GoldenPage(path.parent)


def name_of(url: str) -> str:
    """A name for the page at `url`: the last words of its path, in small letters, digits and hyphens."""
    words = [part for part in unquote(urlsplit(url).path).split("/") if part]
    stem = re.sub(r"\.[a-z]{3,5}$", "", words[-1].lower()) if words else ""
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:80] or "page"
