"""WARC files that the archive tells of and that are not there: one problem a file, not one for each record that stood in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from crawler.errors import ArchiveDamaged
from crawler.formats.archive import SiteArchive
from crawler.formats.archive.files import OPEN
from crawler.formats.run import decode_run
from crawler.formats.warc.ledger import Problem


class Gone:
    """Takes what names a WARC file that is gone, and tells of each file at the end."""

    def __init__(self, site: SiteArchive) -> None:
        self._root = site.root
        self._records: defaultdict[str, set[str]] = defaultdict(set)
        self._is_there = cache(self._look)
        self._of_run = cache(self._missing_of_run)

    def takes(self, file: str, record: str | None = None) -> bool:
        """Whether `file`, relative to the archive folder, is gone; `record` is then counted as one that stood in it."""
        if self._is_there(file):
            return False
        self._records[file].update([record] if record else [])
        return True

    def takes_logged(self, log: Path, record: str) -> bool:
        """Whether a record that is not in the archive, of which a crawl log says nothing but its id, stood in a file that is gone: as an
        article says, or because files of its run are gone."""
        if any(record in records for records in self._records.values()):
            return True
        missing = self._of_run(log)
        if missing:
            self._records[missing[0]].add(record)
        return bool(missing)

    def problems(self) -> Iterator[Problem]:
        """One for each file."""
        for file, records in sorted(self._records.items()):
            number = len(records)
            yield Problem(file, None, f"the file is gone; articles and crawl logs name {number} record{'s' * (number != 1)} of it")

    def _look(self, file: str) -> bool:
        """Under its open name first: a file that is closed meanwhile is then found under the other."""
        path = self._root / file
        return path.with_name(path.name + OPEN).exists() or path.exists()

    def _missing_of_run(self, log: Path) -> list[str]:
        report = log.with_name(log.name.replace(".crawl.jsonl", ".json"))
        try:
            run = decode_run(report.read_bytes(), report)
        except (FileNotFoundError, ArchiveDamaged):  # which is found when the reports are looked at
            return []
        return [file for file in run.warc_files if not self._is_there(file)]
