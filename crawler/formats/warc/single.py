"""One exchange taken out of an archive, as a WARC file of its own."""

from __future__ import annotations

import gzip
from pathlib import Path

from crawler.errors import ArchiveDamaged
from crawler.formats.article import RecordRef
from crawler.formats.warc.reader import group_at
from crawler.formats.warc.record import Record, lay_out, records


def single_exchange(root: Path, ref: RecordRef, name: str) -> tuple[bytes, RecordRef]:
    """The content of a WARC file called `name` that holds nothing but the exchange whose answer is `ref`, and where the answer is in it.

    The records are those bytes that stand in the archive folder `root`; only the warcinfo record says another file name.
    Raises ArchiveDamaged where the exchange is not there or is not whole, or refers to a body elsewhere.
    """
    with (root / ref.file).open("rb") as source:
        opening = next(records(source), None)
        if opening is None or opening.type != "warcinfo":
            raise ArchiveDamaged(f"{ref.file} does not begin with a warcinfo record")
        group = group_at(source, ref)
        if group[0].type != "response":
            raise ArchiveDamaged(f"{ref.record_id} is a {group[0].type}: its body stands in another record")
        content = _warcinfo(opening, name)
        place = len(content)
        for record in group:
            source.seek(record.offset)
            content += source.read(record.length)
    return content, ref.model_copy(update={"file": name, "offset": place})


def _warcinfo(opening: Record, name: str) -> bytes:
    headers = [(key, name if key == "WARC-Filename" else value) for key, value in opening.headers if key != "Content-Length"]
    return gzip.compress(b"".join(lay_out(headers, opening.block)), mtime=0)
