"""Telling someone: e-mail, webhook, ping and Prometheus, as a site's `notify:` says.

`condition` decides what is news, `channels` carries it, `metrics` writes the text file. Nothing here can fail a run: what could not be
delivered is a warning in the log. Secrets are read from the environment when they are needed, and stand in no message, log or report.
"""

from crawler.notify.announcing import announce, announce_start, announce_unwritable
from crawler.notify.condition import News, condition, news

__all__ = ["News", "announce", "announce_start", "announce_unwritable", "condition", "news"]
