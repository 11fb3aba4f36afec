"""WARC 1.1 files (ISO 28500:2017): written as the exchange was, read back, indexed, repaired and verified.

Nothing outside this package imports warcio.
"""

from crawler.formats.warc.cdxj import cdxj_path, write_cdxj
from crawler.formats.warc.foreign import require_warc
from crawler.formats.warc.reader import captures, read_capture
from crawler.formats.warc.repair import Repaired, repair
from crawler.formats.warc.revisit import Original, revisit_original
from crawler.formats.warc.single import single_exchange
from crawler.formats.warc.writer import WarcWriter

__all__ = [
    "Original",
    "Repaired",
    "WarcWriter",
    "captures",
    "cdxj_path",
    "read_capture",
    "repair",
    "require_warc",
    "revisit_original",
    "single_exchange",
    "write_cdxj",
]
