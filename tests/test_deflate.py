"""gzip with and without ISA-L, which is not built for every machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WITHOUT_ISAL = """
import gzip, sys, zlib
from pathlib import Path

sys.modules["isal"] = None  # as where it is not installed
from crawler.formats import deflate
from crawler.formats.content_coding import decode
from crawler.formats.warc import open_file, record
from crawler.index.seal import is_as_sealed, seal

assert deflate.fast is zlib
body = b"the ferry " * 1_000
member = deflate.fast.compress(body, deflate.LEVEL, open_file.GZIP)
assert gzip.decompress(member) == body
assert decode(member, ["gzip"], len(body)) == (body, True)
assert record._inflater(member).decompress(member) == body
database = Path(sys.argv[1])
database.write_bytes(body)
seal(database)
assert is_as_sealed(database)
print("well")
"""


def test_a_machine_without_isal(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_ISAL, str(tmp_path / "index.sqlite")], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("well\n", "")
