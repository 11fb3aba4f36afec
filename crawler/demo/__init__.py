"""The demo blog: a small, self-written news blog in the shapes that real ones have, served on loopback.

It imports nothing else of this project, so that it stays a stranger to the crawler that reads it. From an edition to the wire::

    content/*.html -> posts.Post -> edition.Edition -> pages.page() -> server.DemoBlog

`truth` knows independently of any extractor what an article of this blog says, and what changes from day 1 to day 2.
"""

from __future__ import annotations

from crawler.demo.server import DEFAULT_PORT, DemoBlog, PortBusy, Request
from crawler.demo.truth import Check, Truth, judge_first, judge_second

__all__ = ["DEFAULT_PORT", "Check", "DemoBlog", "PortBusy", "Request", "Truth", "judge_first", "judge_second"]
