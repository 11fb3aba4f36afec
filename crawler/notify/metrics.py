"""Figures of the last run in Prometheus' text format, for node_exporter's textfile collector: one file a site."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from crawler.errors import ExitCode
from crawler.formats.run import Run

_CHANGES = ("new", "revised", "gone", "restored", "moved", "unchanged")


def write_metrics(folder: Path, run: Run) -> None:
    """Replaces `newsarchive_<site>.prom` in `folder` as a whole. Raises OSError."""
    path = folder / f"newsarchive_{run.site}.prom"
    beside = path.with_name(f".{path.name}.{os.getpid()}")  # the collector reads what ends in .prom
    try:
        beside.write_text(metrics(run), encoding="utf-8")
        beside.chmod(0o644)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def metrics(run: Run) -> str:
    """The text of the file."""
    return "".join(f"{line}\n" for line in _lines(run))


def _lines(run: Run) -> Iterator[str]:
    site = _label(run.site)
    finished = datetime.fromisoformat(run.finished).timestamp()
    yield from _gauge("last_run_timestamp_seconds", "End of the last run.", [({"site": site}, finished)])
    yield from _gauge("last_run_duration_seconds", "Duration of the last run.", [({"site": site}, run.duration)])
    yield from _gauge("last_run_exit_code", "Exit code of the last run; 0 is good.", [({"site": site}, run.exit_code)])
    healthy = int(run.exit_code == ExitCode.DONE)
    yield from _gauge("healthy", "1 when the last run was good.", [({"site": site}, healthy)])
    yield from _gauge("findings", "Breakages that health found and that last.", [({"site": site}, len(run.findings))])
    changes = [({"site": site, "change": change}, run.articles.get(change, 0)) for change in _CHANGES]
    yield from _gauge("last_run_articles", "Articles of the last run by change.", changes)
    answers = [({"site": site, "answer": _label(answer)}, number) for answer, number in sorted(run.requests.items())]
    yield from _gauge("last_run_requests", "Requests of the last run by answer.", answers)
    yield from _gauge("last_run_received_bytes", "Bytes received in the last run.", [({"site": site}, run.bytes_received)])


def _gauge(name: str, meaning: str, samples: Sequence[tuple[dict[str, str], float]]) -> Iterator[str]:
    yield f"# HELP newsarchive_{name} {meaning}"
    yield f"# TYPE newsarchive_{name} gauge"
    for labels, value in samples:
        inner = ",".join(f'{label}="{text}"' for label, text in labels.items())
        yield f"newsarchive_{name}{{{inner}}} {value}"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
