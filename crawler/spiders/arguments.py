"""What `scrapy crawl <site> -a NAME=VALUE` takes."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal, Self, get_args
from urllib.parse import urlsplit

from crawler.errors import ConfigError
from crawler.formats.run import Mode as RunMode

Mode = Literal["update", "backfill", "recheck"]
Vanished = Literal["doubted", "believed"]
YesNo = Literal["yes", "no"]


@dataclass(frozen=True, slots=True)
class Arguments:
    """The spider's arguments, checked before anything is requested."""

    mode: Mode = "update"
    """`update`: what is new and what is due. `backfill`: the whole history, through every older page. `recheck`: known articles only."""
    url: str | None = None
    """One page, fetched whether it is due or not."""
    since: datetime | None = None
    """Links that their source dates before this are left alone."""
    scheduled: bool = False
    """Nobody waits for this run: sources that have had no news for long, or ask to be left alone, are asked less often."""
    vanished: Vanished = "doubted"
    """What to make of many articles that are not there at once. `doubted`: an alarm, and none is recorded as gone. `believed`: a person
    has looked and says that they are gone."""
    sample: int = 0
    """So many article pages at most, from all sources in turn, and no older pages of a source; nobody is told. 0: no sample, a crawl."""

    @property
    def run_mode(self) -> RunMode:
        """The mode under which the run is reported."""
        return "url" if self.url else self.mode

    @classmethod
    def parse(cls, given: dict[str, Any]) -> Self:
        """From `-a` values. Raises ConfigError for an unknown name or a value that means nothing."""
        names = [field.name for field in fields(cls)]
        for name in given:
            if name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
                raise ConfigError(f"-a {name}=…: no such argument; {hint}")
        return cls(
            mode=_one_of(Mode, "mode", given, "update"),
            url=_url(given.get("url")),
            since=_day(given.get("since")),
            scheduled=_one_of(YesNo, "scheduled", given, "no") == "yes",
            vanished=_one_of(Vanished, "vanished", given, "doubted"),
            sample=_number("sample", given),
        )


def _one_of(values: Any, name: str, given: dict[str, Any], default: str) -> Any:
    """The value of an argument that must be one of a Literal's."""
    value = given.get(name, default)
    if value not in get_args(values):
        raise ConfigError(f"-a {name}={value}: must be one of {', '.join(get_args(values))}")
    return value


def _number(name: str, given: dict[str, Any]) -> int:
    """A whole number from 1; 0 where the argument is left out."""
    value = str(given.get(name, 0))
    if name in given and (not re.fullmatch(r"[0-9]{1,6}", value) or not int(value)):
        raise ConfigError(f"-a {name}={value}: must be a whole number from 1")
    return int(value)


def _url(value: str | None) -> str | None:
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"-a url={value}: must be a whole address, such as https://blog.example/2026/03/story.html")
    if parts.username is not None:
        raise ConfigError(f"-a url=…@{parts.hostname}…: an address with a user name or a password is not asked for; they would be archived")
    return value


def _day(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ConfigError(f"-a since={value}: must be a day or a time, such as 2026-03-01") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
