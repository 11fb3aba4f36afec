"""A run that ended without a report: killed, crashed, or not begun. It gets one from outside, so that it is waited for and told of.

Without it nobody would know but the one who reads the log, and the site would be started at every look, for ever.
"""

from __future__ import annotations

import signal
from pathlib import Path

from crawler import notify
from crawler.clock import Now, rfc3339
from crawler.errors import ExitCode
from crawler.fleet import Ended
from crawler.formats.archive import Archive, new_run_id
from crawler.formats.run import End, Run
from crawler.formats.site import Site, config_digest
from crawler.health import MOST, PAST
from crawler.store.report import versions

PASSING = frozenset({ExitCode.LOCKED, ExitCode.INTERRUPTED, ExitCode.TERMINATED, -signal.SIGINT, -signal.SIGTERM})
"""Ends that need no report: the site is another's, or somebody stopped the run before it had begun."""


def last_report(archive: Archive, site: str) -> Path | None:
    """The newest report of a site, to be compared with the newest after a run."""
    return next(reversed(archive.site(site).reports()), None)


def report_for(site: Site, archive: Archive, ended: Ended, before: Path | None, now: Now) -> Run | None:
    """Writes the report that a run of `site` did not write, and tells as after any run; None where one is there or none is needed.

    `before` is the newest report from before the run. Raises SiteLocked where another run holds the site by now, ArchiveUnwritable.
    """
    place = archive.site(site.key)
    if ended.code in PASSING or last_report(archive, site.key) != before:
        return None
    with place.lock:
        run = _run(site, ended, new_run_id(now(), place.last_run_id()), rfc3339(now()))
        past = place.runs_since(now() - PAST, MOST)
        place.write_report(run)
    notify.announce(site, run, past, archive.root)
    return run


def _run(site: Site, ended: Ended, run_id: str, moment: str) -> Run:
    unwritable = ended.code == ExitCode.UNWRITABLE
    code = ExitCode.UNWRITABLE if unwritable else ExitCode.HEALTH
    end: End = "unwritable" if unwritable else "error"
    how = f"was killed by signal {-ended.code}" if ended.code < 0 else f"ended with {ended.code}"
    return Run(
        id=run_id,
        site=site.key,
        mode="update",
        started=moment,
        finished=moment,
        end=end,
        exit_code=int(code),
        exit_name=code.name,
        versions=versions(),
        config_digest=config_digest(site),
        alarms=[f"the run {how} and left no report; the log says why"],
    )
