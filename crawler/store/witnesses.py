"""Known articles that are asked whether the site is well, when no other page of the run says so.

A handful of dead links is no outage, and an outage of all pages may show on one. So where nothing that was asked for is an article, one
that was there at the last look is asked for, once, and believed: it is there, or it fails as the others did. One that is not found may have
been deleted, so that the next is asked. A site that failed so is asked again in every run until an article is there: a day without news
is no recovery.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from crawler.errors import ExitCode
from crawler.formats.archive import SiteArchive
from crawler.formats.run import ANSWERED, ARTICLE, FEW_PAGES, Run, SourceReport, denied_pages, failed_pages
from crawler.index import Index
from crawler.store.tally import Tally

CANDIDATES = 50
"""Of the newest articles: those of them that the run has looked at by itself are no witnesses."""
LOOKED_BACK = 20
"""Reports among which the last one of an update is looked for; the others are of pages asked for by hand."""
_NO_WORD = frozenset({ExitCode.INTERRUPTED, ExitCode.TERMINATED, ExitCode.UNWRITABLE, ExitCode.LOCKED})
"""Ends that say nothing about the site."""


class Witnesses:
    """Says, for one run, which articles to ask for, and keeps which were."""

    def __init__(self, paths: SiteArchive, index: Index, tally: Tally) -> None:
        self._paths = paths
        self._index = index
        self._tally = tally

    def wanted(self, looks: Sequence[SourceReport]) -> list[str]:
        """Addresses of known articles, newest first, where one is to be asked for. `looks` are those of the run at its sources: where none
        answered, the site has failed whatever its pages say. Raises ArchiveDamaged."""
        asked = self._tally.witnesses
        if len(asked) >= FEW_PAGES or any(map(self._tally.is_settled, asked)) or self._tally.count(ARTICLE):
            return []
        if not _answered(looks) or not (self._has_doubts(looks) or self._had_failed()):
            return []
        return [known.url for known in self._index.newest_there(CANDIDATES)]

    def called(self, url: str) -> None:
        """`url` is asked for."""
        self._tally.witness(url)

    def _has_doubts(self, looks: Sequence[SourceReport]) -> bool:
        """Whether a page of this run failed, or was refused, by the site or by its robots.txt."""
        urls = self._tally.urls()
        failed = failed_pages(urls, looks) + urls.get("refused", 0) - self._tally.tried_in_vain
        return failed > 0 or denied_pages(urls, looks) > 0

    def _had_failed(self) -> bool:
        """Whether the site had failed in the run before, although its sources answered."""
        last = next(filter(_tells, islice(self._paths.runs(newest_first=True), LOOKED_BACK)), None)
        return bool(last and last.exit_code == ExitCode.SITE_FAILED and _answered(last.sources))


def _answered(looks: Sequence[SourceReport]) -> bool:
    """Whether some source answered; or none was asked, in a run for which nobody waits."""
    return not looks or any(look.outcome in ANSWERED for look in looks)


def _tells(run: Run) -> bool:
    return run.mode == "update" and run.exit_code not in _NO_WORD
