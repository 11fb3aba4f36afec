"""Fixity: beside a closed file stands `NAME.sha256`, in the form that `sha256sum --check` reads.

A gzip member's CRC does not cover its own header nor the padding between deflate blocks; this digest covers every byte.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

SUFFIX = ".sha256"

_LINE = re.compile(r"([0-9a-f]{64})  ([^\n]+)\n")


def digest_path(path: Path) -> Path:
    """Where the digest of `path` stands."""
    return path.with_name(path.name + SUFFIX)


def digest_line(path: Path, digest: str) -> str:
    """The whole text of the digest file."""
    return f"{digest}  {path.name}\n"


def file_digest(path: Path) -> str:
    """SHA-256 of the file's bytes in hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_problem(path: Path, own: str | None = None) -> str | None:
    """What is wrong between `path` and its digest file in plain words; None where they agree. Raises OSError for `path` itself.

    `own`: the SHA-256 of its bytes in hex, where the caller has read them anyway.
    """
    try:
        text = digest_path(path).read_text(encoding="ascii")
    except FileNotFoundError:
        return f"{digest_path(path).name} is missing"
    except UnicodeDecodeError:
        text = ""
    found = _LINE.fullmatch(text)
    if not found or found[2] != path.name:
        return f"{digest_path(path).name} is not a digest of this file"
    return None if found[1] == (own or file_digest(path)) else "the file's bytes are not those that were closed (SHA-256 differs)"


def write_digest(path: Path, content: Path | None = None) -> None:
    """Writes the digest file of `path`, durable and whole; `content` has its bytes while `path` is not there yet. Raises OSError."""
    beside = digest_path(path).with_name(digest_path(path).name + ".open")
    with beside.open("w", encoding="ascii") as file:
        file.write(digest_line(path, file_digest(content or path)))
        file.flush()
        os.fsync(file.fileno())
    beside.rename(digest_path(path))
