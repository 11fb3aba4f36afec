"""What is told when: a ping and figures at every run, mail and webhook when the state of a site changes."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from smtplib import SMTPException, SMTPResponseException
from urllib.error import HTTPError

from crawler.errors import ExitCode
from crawler.formats.run import Run
from crawler.formats.site import Site
from crawler.formats.site.notify import Notify
from crawler.notify.channels import MissingSecret, post, request, send_mail
from crawler.notify.condition import News, news
from crawler.notify.metrics import write_metrics

logger = logging.getLogger(__name__)


def announce_start(site: Site, environ: Mapping[str, str] = os.environ) -> None:
    """Tells the dead-man monitor that a run begins."""
    if ping := site.notify.ping:
        _try(site.key, "ping", lambda: request(ping, environ, "/start"))


def announce(site: Site, run: Run, past: Sequence[Run], archive: Path, environ: Mapping[str, str] = os.environ) -> News | None:
    """Tells how `run` went; `past` are the site's reports before it in the order of time. Returns what was news.

    A run whose report could not be written is no part of the next one's past; so that a full disk is told of once,
    that is noted in the system's folder for temporary files.
    """
    told = news(run, past)
    note = _note(site, archive)
    if run.exit_code == ExitCode.UNWRITABLE:
        told = told if _set(note) else None
    elif note.exists() and run.exit_code in (ExitCode.DONE, ExitCode.HEALTH):
        note.unlink(missing_ok=True)
        told = told or News(site.key, "recovered", "the archive could not be written")
    if told:
        tell(site.notify, told, environ)
    _report(site, run, environ)
    return told


def announce_unwritable(site: Site, reason: str, archive: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Tells that a run could not even begin, because the archive could not be written; once, until a run ends well."""
    if _set(_note(site, archive)):
        tell(site.notify, News(site.key, "broken", f"the archive could not be written: {reason}"), environ)
    if ping := site.notify.ping:
        _try(site.key, "ping", lambda: request(ping, environ, "/fail"))


def tell(notify: Notify, told: News, environ: Mapping[str, str] = os.environ) -> None:
    """Sends mail and webhook."""
    if mail := notify.mail:
        _try(told.site, "mail", lambda: send_mail(mail, told, environ))
    if webhook := notify.webhook:
        _try(told.site, "webhook", lambda: post(webhook, told, environ))


def _report(site: Site, run: Run, environ: Mapping[str, str]) -> None:
    if ping := site.notify.ping:
        _try(site.key, "ping", lambda: request(ping, environ, "" if run.exit_code == ExitCode.DONE else "/fail"))
    if prometheus := site.notify.prometheus:
        _try(site.key, "prometheus", lambda: write_metrics(Path(prometheus.folder), run))


def _try(site: str, channel: str, action: Callable[[], None]) -> None:
    try:
        action()
    except (OSError, SMTPException, HTTPException, ValueError) as fault:
        logger.warning("%s: %s: could not be delivered: %s", site, channel, _harmless(fault))


def _harmless(fault: Exception) -> str:
    """What went wrong, in words that can hold no secret: an error of `urllib` may quote the address, one of SMTP what was said."""
    if isinstance(fault, MissingSecret):
        return str(fault)
    if isinstance(fault, HTTPError):
        return f"HTTP status {fault.code}"
    if isinstance(fault, SMTPResponseException):
        return f"{type(fault).__name__}, SMTP status {fault.smtp_code}"
    reason = getattr(fault, "reason", fault)
    if isinstance(reason, OSError) and reason.strerror:
        return f"{type(reason).__name__}: {reason.strerror}"
    return type(reason if isinstance(reason, Exception) else fault).__name__


def _note(site: Site, archive: Path) -> Path:
    place = hashlib.sha256(f"{archive.resolve()}\n{site.key}".encode()).hexdigest()[:24]
    folder = os.environ.get("RUNTIME_DIRECTORY") or tempfile.gettempdir()  # systemd.exec(5); a private /tmp would not outlive the run
    return Path(folder) / f"newsarchive-unwritable-{os.getuid()}-{place}"


def _set(note: Path) -> bool:
    """Whether the note was not there before. Where it cannot be left, telling twice is better than not at all."""
    try:
        os.close(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return False
    except OSError as fault:
        logger.warning("%s: %s", note, fault.strerror)
    return True
