"""One run of one site: captures and articles go in, the archive's files and the run's report come out."""

from crawler.store.robots import ROBOTS_SECONDS
from crawler.store.store import Store

__all__ = ["ROBOTS_SECONDS", "Store"]
