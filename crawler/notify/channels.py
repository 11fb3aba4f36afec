"""Mail by SMTP, JSON and pings by HTTP; each function sends one message or raises."""

from __future__ import annotations

import json
import smtplib
import socket
import ssl
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from crawler import __version__
from crawler.formats.site.notify import Mail, Ping, Webhook
from crawler.notify.condition import News

TIMEOUT_S = 15.0
"""Seconds for one step of a delivery. A run has ended by then, but its lock and its process wait."""

_PORTS = {"starttls": 587, "tls": 465, "none": 25}  # RFC 6409 and RFC 8314, section 3.3
_SUBJECT_LENGTH = 150


class MissingSecret(ValueError):
    """Raised when an environment variable that the config names is not set."""


def secret(name: str, environ: Mapping[str, str]) -> str:
    """The value of an environment variable that holds a secret."""
    value = environ.get(name, "").strip()
    if not value:
        raise MissingSecret(f"the environment variable {name} is not set")
    return value


# -- mail --------------------------------------------------------------------------------------------------------------


def send_mail(mail: Mail, told: News, environ: Mapping[str, str]) -> None:
    """Sends one mail to all recipients. Raises MissingSecret, OSError and SMTPException."""
    password = secret(mail.password_env, environ) if mail.password_env else None
    port = mail.port or _PORTS[mail.security]
    name = socket.gethostname()  # smtplib's own default may ask the DNS, and wait for it
    with ExitStack() as stack:
        if mail.security == "tls":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, port, name, timeout=TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(mail.host, port, name, timeout=TIMEOUT_S)
        stack.enter_context(server)
        if mail.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if mail.user and password:
            server.login(mail.user, password)
        server.send_message(mail_of(mail, told))


def mail_of(mail: Mail, told: News) -> EmailMessage:
    """The mail that tells the news."""
    message = EmailMessage()
    message["Subject"] = one_line(f"[newsarchive] {told.headline}", _SUBJECT_LENGTH)
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.to)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=mail.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody answers it with a note of absence
    message.set_content(f"{body_of(told)}\n\nscrapy status --site {told.site}   shows the site's last runs\n")
    return message


def body_of(told: News) -> str:
    """The news in full, as plain text."""
    if told.state == "recovered":
        return f"{told.site} works again. It was:\n\n{told.text}"
    return f"{told.site}:\n\n{told.text}"


def one_line(text: str, length: int) -> str:
    """`text` without line breaks and control characters, cut to `length`."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return text if len(text) <= length else text[: length - 1] + "…"


# -- web ---------------------------------------------------------------------------------------------------------------


def post(webhook: Webhook, told: News, environ: Mapping[str, str]) -> None:
    """Posts the news as JSON. Raises MissingSecret, OSError and HTTPException, ValueError for an address that is none."""
    body = slack_of(told) if webhook.shape == "slack" else json_of(told)
    _open(_address(webhook, environ), json.dumps(body, ensure_ascii=False).encode())


def json_of(told: News) -> dict[str, object]:
    """The news as data."""
    return {"site": told.site, "state": told.state, "headline": told.headline, "problems": told.text.splitlines()}


def slack_of(told: News) -> dict[str, object]:
    """The news in Slack's shape, with its three control characters escaped."""
    text = f"{told.headline}\n{told.text}" if "\n" in told.text else told.headline
    return {"text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")}


def request(ping: Ping, environ: Mapping[str, str], suffix: str) -> None:
    """Asks the monitor's address with `suffix` (nothing, `/start` or `/fail`) after its path. Raises as `post` does."""
    path, mark, query = _address(ping, environ).partition("?")
    _open(path.rstrip("/") + suffix + mark + query if suffix else path + mark + query, None)


def _address(place: Webhook | Ping, environ: Mapping[str, str]) -> str:
    address = place.url or secret(place.url_env or "", environ)
    if not address.startswith(("https://", "http://")):
        raise ValueError("not an address of the web")
    return address


def _open(address: str, body: bytes | None) -> None:
    headers = {"User-Agent": f"newsarchive/{__version__}"} | ({"Content-Type": "application/json"} if body is not None else {})
    with urllib.request.urlopen(urllib.request.Request(address, data=body, headers=headers), timeout=TIMEOUT_S) as answer:
        answer.read(1)
