"""What the index knows of past runs: enough to count new articles a day without opening a report."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from crawler.formats.archive import new_run_id
from crawler.formats.run import Brief


class Runs:
    """Questions about runs. None of them changes the index."""

    db: sqlite3.Connection

    def briefs(self, since: datetime, before: str) -> list[Brief]:
        """The update runs begun from `since` on, by the time in their ids, and before the run with the id `before`; oldest first."""
        first = new_run_id(since).partition("-")[0]
        rows = self.db.execute(
            "SELECT id, started, through, known, new, findings FROM runs WHERE mode='update' AND id>=? AND id<? ORDER BY id",
            (first, before),
        )
        return [Brief(row[0], row[1], bool(row[2]), *row[3:]) for row in rows]
