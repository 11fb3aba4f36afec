"""One site's archive as a WACZ 1.1.1 file, which ReplayWeb.page opens: WARC files, one index, the articles as pages.

Everything is streamed: what is held in memory does not grow with the archive.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, cast

from crawler.errors import ArchiveDamaged, ArchiveUnwritable
from crawler.formats.archive import SiteArchive
from crawler.formats.article import Article
from crawler.formats.fixity import digest_path, digest_problem
from crawler.formats.warc.cdxj import cdxj_path, indexed, merge_cdxj

VERSION = "1.1.1"

_PIECE = 1 << 20


def write_wacz(site: SiteArchive, out: Path, *, created: datetime, since: datetime | None = None) -> int:
    """Packs the closed files of `site` into `out` and returns the number of pages.

    With `since`, only files with captures from then on, and those that hold the originals of their revisits. Raises
    ArchiveDamaged where a file is not what was closed, has no readable index, or an article line is broken; ArchiveUnwritable
    where the disk refuses.
    """
    warcs = _wanted(site, since)
    building = out.with_name(out.name + ".open")
    try:
        with zipfile.ZipFile(building, "w", allowZip64=True) as archive:
            package = _Package(archive, created)
            for warc in warcs:
                with package.entry(f"archive/{warc.name}", compress=False) as target, warc.open("rb") as source:
                    shutil.copyfileobj(source, target, _PIECE)
                if digest_path(warc).exists() and (problem := digest_problem(warc, target.digest.hexdigest())):
                    raise ArchiveDamaged(f"{warc}: {problem}; `scrapy verify {site.key}` says what is damaged")
            _index(package, warcs)
            pages = _pages(package, site, since)
            package.close(f"{site.key}: articles")
        building.rename(out)
    except OSError as error:
        raise ArchiveUnwritable(f"{out}: {error.strerror or error}") from error
    finally:
        building.unlink(missing_ok=True)
    return pages


def _wanted(site: SiteArchive, since: datetime | None) -> list[Path]:
    """The files to pack, oldest first."""
    files = [*site.warc_files(), *site.imported_files()]
    for path in files:
        if not cdxj_path(path).exists():
            raise ArchiveDamaged(f"{path}: its index is missing; `scrapy repair {site.key}` makes it")
    if since is None:
        return files
    begin = since.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    wanted = [path for path in files if any(moment >= begin for moment, _ in _lines(path))]
    revisited = {line["digest"] for path in wanted for _, line in _lines(path) if line.get("mime") == "warc/revisit"}
    return [path for path in files if path in wanted or any(_holds(line, revisited) for _, line in _lines(path))]


def _holds(line: dict[str, str], digests: set[str]) -> bool:
    return line.get("mime") != "warc/revisit" and line.get("digest") in digests


def _lines(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    try:
        yield from indexed(path)
    except (OSError, ValueError) as error:
        raise ArchiveDamaged(f"{path}: its index cannot be read: {error}") from error


def _index(package: _Package, warcs: list[Path]) -> None:
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n") as summary:
        with package.entry("indexes/index.cdx.gz", compress=False) as target:
            merge_cdxj(warcs, cast(BinaryIO, target), summary)
        summary.seek(0)
        with package.entry("indexes/index.idx") as target:
            for line in summary:
                target.write(line.encode("utf-8"))


def _pages(package: _Package, site: SiteArchive, since: datetime | None) -> int:
    """The articles' states as pages. A gone article shows nothing that could be opened."""
    count = 0
    with package.entry("pages/pages.jsonl") as target:
        target.write(_json({"format": "json-pages-1.0", "id": "pages", "title": site.key, "hasText": True}))
        for article in site.articles(since):
            if article.warc and article.change != "gone":
                target.write(_json(_page(article)))
                count += 1
    return count


def _page(article: Article) -> dict[str, object]:
    return {
        "id": f"{article.id}-{article.revision}",
        "url": article.url,
        "ts": article.captured,
        "title": article.headline or article.url,
        "text": article.body or "",
    }


def _json(value: dict[str, object]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8")


class _Package:
    """The ZIP file in the making: digests every entry as it is written."""

    def __init__(self, archive: zipfile.ZipFile, created: datetime) -> None:
        self._archive = archive
        self._created = created.astimezone(UTC)
        self._resources: list[dict[str, object]] = []

    @contextmanager
    def entry(self, name: str, *, compress: bool = True) -> Iterator[_Digesting]:
        """Where the content of the entry `name` goes. What is compressed already must be stored, so that readers can seek in it.

        The local header gets a ZIP64 field, since nobody knows yet how much will come. ReplayWeb.page looks at that header only where
        the central directory has an extra field for the entry too: therefore the time, which stands in both.
        """
        info = zipfile.ZipInfo(name, self._created.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        info.external_attr = 0o644 << 16
        info.extra = struct.pack("<2sHBI", b"UT", 5, 1, int(self._created.timestamp()))
        with self._archive.open(info, "w", force_zip64=True) as target:
            digesting = _Digesting(cast(BinaryIO, target))
            yield digesting
        digest, size = "sha256:" + digesting.digest.hexdigest(), digesting.size
        self._resources.append({"name": name.rsplit("/", 1)[-1].lower(), "path": name, "hash": digest, "bytes": size})

    def close(self, title: str) -> None:
        """Adds the list of all entries, and its digest."""
        package = {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": title,
            "created": self._created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "software": f"newsarchive {version('newsarchive')}",
            "resources": list(self._resources),
        }
        text = json.dumps(package, indent=2).encode("utf-8")
        digest = {"path": "datapackage.json", "hash": "sha256:" + hashlib.sha256(text).hexdigest()}
        for name, content in (("datapackage.json", text), ("datapackage-digest.json", json.dumps(digest, indent=2).encode("utf-8"))):
            with self.entry(name) as target:
                target.write(content)


class _Digesting(io.RawIOBase):
    """Passes bytes on, and digests and counts them."""

    def __init__(self, target: BinaryIO) -> None:
        super().__init__()
        self._target = target
        self.digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = memoryview(cast(bytes, data))
        self.digest.update(piece)
        self.size += len(piece)
        return self._target.write(piece)
