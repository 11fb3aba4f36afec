"""How good extraction is, measured with the evaluation program that lies beside a data set.

    python benchmarks/quality.py DATA [arguments of the program, such as --limit 50]

DATA is a folder of data sets; the program is `eval.py` in the folder round it. Its scores are printed as JSON, and in short on stderr.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.extraction import Refusal
from crawler.extraction import extract as extract_capture
from crawler.formats.capture import Capture
from crawler.formats.site import Site

ROOT = Path(__file__).resolve().parent.parent


def extract(html: bytes, url: str) -> dict[str, Any]:
    """One page as the evaluation program wants it; a refusal is an empty answer."""
    parts = urlsplit(url)
    site = Site(key="quality", url=f"{parts.scheme}://{parts.netloc}/")
    found = extract_capture(Capture.from_response(url, html, date=datetime.now(UTC)), site)
    if isinstance(found, Refusal):
        print(f"{url} refused: {found.reason} ({found.detail})", file=sys.stderr)
        return {}
    return {
        "headline": found.headline,
        "body": found.body,
        "author": found.authors,
        "date": found.published,
        "section": [found.section] if found.section else [],
        "lang": found.language,
    }


def main(arguments: list[str]) -> int:
    """Runs the program in a process of its own and prints what it found. Exit code 2 where there is no program or no data."""
    data = Path(arguments[0]).resolve() if arguments else Path()
    program = data.parent / "eval.py"
    if not arguments or not data.is_dir() or not program.is_file():
        print(f"{program}: no evaluation program there; name the folder of data sets that lies beside one", file=sys.stderr)
        return 2
    command = [sys.executable, str(program), "run", "--extract", "benchmarks.quality:extract", "--data", str(data), *arguments[1:]]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        return done.returncode
    print(done.stdout.decode())
    for name, scores in json.loads(done.stdout).items():
        print(_line(name, scores), file=sys.stderr)
    return 0


def _line(name: str, scores: dict[str, Any]) -> str:
    wanted = {
        "body F1": ("body", "f1"),
        "body good": ("body", "good"),
        "headline": ("headline", "exact"),
        "section": ("section", "match"),
        "day": ("date", "day"),
        "authors": ("author", "f1"),
        "language": ("lang", "match"),
    }
    figures = [f"{label} {scores[group][key]:.3f}" for label, (group, key) in wanted.items() if key in scores.get(group, {})]
    return f"{name}: {scores['pages']} pages, {', '.join(figures)}, {scores['ms']['median']:.0f} ms CPU a page (median)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
