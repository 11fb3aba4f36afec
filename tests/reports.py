"""Reports of runs that never were, put into an archive as a run would put them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.clock import rfc3339
from crawler.formats.archive import Archive
from crawler.formats.run import Run


def report(site: str, started: str, code: int = 0, **more: Any) -> Run:
    begun = datetime.fromisoformat(started)
    return Run.model_validate(
        {
            "id": begun.strftime("%Y%m%dT%H%M%S000Z-00000000"),
            "site": site,
            "mode": "update",
            "started": rfc3339(begun),
            "finished": rfc3339(begun + timedelta(minutes=5)),
            "end": "finished",
            "exit_code": code,
            "config_digest": "sha256:0",
            **more,
        }
    )


def store(archive: Path, *runs: Run) -> None:
    for run in runs:
        Archive(archive).site(run.site).write_report(run)
