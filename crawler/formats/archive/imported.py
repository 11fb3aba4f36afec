"""WARC files of other programs that are taken into the archive as they are."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from crawler.errors import ArchiveUnwritable, ConfigError
from crawler.formats.archive.files import make_folder, remove, sync_folder
from crawler.formats.archive.layout import SiteArchive
from crawler.formats.fixity import digest_path, file_digest, write_digest

GZIP_MAGIC = b"\x1f\x8b"
_PART = ".part"
"""Suffix of a copy in the making. Not `.open`: what a crash left of a foreign file is copied again, not repaired."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A foreign file in the archive."""

    path: Path
    known: bool
    """Whether the archive had these bytes before."""


def keep_file(site: SiteArchive, source: Path) -> Imported:
    """Puts the WARC file `source` under the site's imported files, byte for byte: as a hard link where the disk allows it, else as a copy.

    The same bytes are kept once, whatever their name. Needs the site's lock. Raises ConfigError where `source` cannot be read,
    ArchiveUnwritable where the archive cannot be written.
    """
    source = source.resolve()
    if source.is_relative_to(site.root.resolve()):
        raise ConfigError(f"{source} stands in the archive already")
    try:
        digest = file_digest(source)
    except OSError as fault:
        raise ConfigError(f"{source}: {fault.strerror or fault}") from fault
    for path in site.imported_files():
        if _digest_of(path) == digest:
            return Imported(path, known=True)
    path = site.imported_folder / _free_name(site, source, digest)
    try:
        _place(source, path)
    except OSError as fault:
        raise ArchiveUnwritable(f"{path}: {fault.strerror or fault}") from fault
    return Imported(path, known=False)


def drop_file(path: Path) -> None:
    """Takes an imported file out of the archive again. Raises ArchiveUnwritable."""
    remove(path)
    remove(digest_path(path))


def _digest_of(path: Path) -> str:
    """The digest beside the file; where a crash came before it was written, that of the file, which is written now."""
    if not digest_path(path).exists():
        write_digest(path)
    return digest_path(path).read_text(encoding="ascii")[:64]


def _free_name(site: SiteArchive, source: Path, digest: str) -> str:
    """The file's name in the letters that WACZ allows, with a WARC file's ending; with a piece of the digest where another has it."""
    name = re.sub(r"[^A-Za-z0-9._-]", "-", source.name).lstrip(".-")
    with source.open("rb") as file:
        ending = ".warc.gz" if file.read(2) == GZIP_MAGIC else ".warc"
    name = name.removesuffix(".gz").removesuffix(".warc") + ending
    return f"{digest[:8]}-{name}" if (site.imported_folder / name).exists() else name


def _place(source: Path, path: Path) -> None:
    make_folder(path.parent)
    part = path.with_name(path.name + _PART)
    part.unlink(missing_ok=True)
    try:
        os.link(source, part)
    except OSError:  # another file system, or one without hard links
        with source.open("rb") as old, part.open("xb") as new:
            shutil.copyfileobj(old, new, 1 << 20)
            new.flush()
            os.fsync(new.fileno())
    write_digest(path, part)
    os.rename(part, path)
    sync_folder(path.parent)
