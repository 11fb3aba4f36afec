"""`notify:` in a config: who is told when a site breaks or recovers. Secrets are named here and read from the environment elsewhere."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from crawler.formats.site.sources import Section
from crawler.formats.site.values import Line, Url

_VARIABLE = r"[A-Z_][A-Z0-9_]{0,99}"
_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"


def _check_variable(text: str) -> str:
    if not re.fullmatch(_VARIABLE, text):
        raise ValueError(
            "must be the name of an environment variable, such as SMTP_PASSWORD; the secret itself does not belong in a config"
        )
    return text


def _check_address(text: str) -> str:
    if not re.fullmatch(_ADDRESS, text):
        raise ValueError("must be an e-mail address, such as archive@library.example")
    return text


def _check_folder(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError("must be an absolute path: cron and systemd start elsewhere than you")
    return text


def _as_text(word: str, **schema: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "x-type": word, **schema})


Variable = Annotated[str, AfterValidator(_check_variable), _as_text("variable name", pattern=f"^{_VARIABLE}$")]
Address = Annotated[str, AfterValidator(_check_address), _as_text("e-mail", format="email")]
Folder = Annotated[Line, AfterValidator(_check_folder), _as_text("folder", pattern="^/")]


class Mail(Section):
    """E-mail by SMTP."""

    to: list[Address] = Field(min_length=1, description="Who gets the mail.", examples=["archive@library.example"])
    sender: Address = Field(description="Whom it comes from.", examples=["newsarchive@library.example"])
    host: Line = Field(description="SMTP server.", examples=["smtp.library.example"])
    port: int | None = Field(default=None, ge=1, le=65535, description="Its port; left out, 587, 465 or 25 by `security`.", examples=[587])
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the connection is made safe: `starttls`, `tls` (at once), `none` (no password, or this machine).",
        json_schema_extra={"x-type": "word"},
    )
    user: Line | None = Field(default=None, description="User name for the server; left out, none is given.", examples=["newsarchive"])
    password_env: Variable | None = Field(
        default=None, description="Environment variable that holds the password.", examples=["SMTP_PASSWORD"]
    )

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if (self.user is None) != (self.password_env is None):
            raise ValueError("user and password_env belong together")
        if self.user and self.security == "none" and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("security: none would send the password in the clear")
        return self


class _Web(Section):
    url: Url | None = Field(default=None, description="The address, if it is no secret.", examples=["https://monitor.example/news"])
    url_env: Variable | None = Field(
        default=None, description="Environment variable that holds the address, if it is a secret.", examples=["PING_URL"]
    )

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if (self.url is None) == (self.url_env is None):
            raise ValueError("must have exactly one of url and url_env")
        return self


class Webhook(_Web):
    """A web address that takes JSON."""

    shape: Literal["json", "slack"] = Field(
        default="json",
        description='`json`: the whole message as data; `slack`: `{"text": …}`, as Slack and others read it.',
        json_schema_extra={"x-type": "word"},
    )

    @model_validator(mode="after")
    def _secret(self) -> Self:
        if self.shape == "slack" and self.url is not None:
            raise ValueError("a Slack address is itself the secret: name a variable with url_env")
        return self


class Ping(_Web):
    """A dead-man monitor: asked at the start of a run (`…/start`), at its good end, and at its bad end (`…/fail`)."""


class Prometheus(Section):
    """A text file for node_exporter."""

    folder: Folder = Field(description="The folder of node_exporter's textfile collector.", examples=["/var/lib/node_exporter/textfile"])


class Notify(Section):
    """Who is told. Mail and webhook on a change of state only, ping and Prometheus at every run."""

    mail: Mail | None = Field(default=None, description="E-mail when a site breaks or recovers.")
    webhook: Webhook | None = Field(default=None, description="JSON to a web address when a site breaks or recovers.")
    ping: Ping | None = Field(default=None, description="Start, success and failure of each run to a dead-man monitor.")
    prometheus: Prometheus | None = Field(default=None, description="Figures of the last run as a text file for node_exporter.")
