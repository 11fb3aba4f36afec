"""`kill -9` at any instant: every capture that was acknowledged is there after the repair."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.formats.warc import captures, repair
from crawler.formats.warc.ledger import Ledger
from crawler.formats.warc.verify import verify_files

PROGRAM = """
import sys
from pathlib import Path
from warc_exchanges import page, writer
from crawler.formats.warc.writer import new_record_id
warc = writer(Path(sys.argv[1]), max_bytes=9000, new_id=new_record_id)
for number in range(100_000):
    warc.write(page(number, body=b"<p>%d</p>" % number * 200))
    print(number, flush=True)
"""


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_instant_nothing_acknowledged_is_lost(tmp_path: Path, seed: int) -> None:
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)])}
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(random.Random(seed).randrange(1, 60))]
        process.kill()
        acknowledged += [int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    repair(tmp_path)
    found = [int(capture.url.rsplit("/", 1)[1]) for path in sorted(tmp_path.rglob("*.warc.gz")) for capture in captures(path)]
    assert found[: len(acknowledged)] == acknowledged
    assert len(found) <= len(acknowledged) + 1
    with Ledger() as ledger:
        assert list(verify_files(tmp_path, tmp_path, ledger)) == []
