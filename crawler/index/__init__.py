"""Questions about a site's archive, answered from one SQLite database that can be made again from the archive at any time."""

from crawler.index.database import Index
from crawler.index.events import Event, Written
from crawler.index.questions import Due, Known, Why

__all__ = ["Due", "Event", "Index", "Known", "Why", "Written"]
