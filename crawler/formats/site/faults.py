"""A fault in a config: where it stands, what is wrong, and how it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crawler.errors import ConfigError

MOST_SHOWN = 50
"""Faults of one message; more say nothing new."""

_WIDTH = 120
"""Characters of a source line that are shown."""
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]{1,200}@")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A point in a file. Lines and columns count characters from 1; line 0 is the file as a whole."""

    file: Path
    line: int = 0
    column: int = 0
    text: str = ""
    """The whole line, as it stands in the file."""

    def __str__(self) -> str:
        return f"{shown(str(self.file))}:{self.line}:{self.column}" if self.line else shown(str(self.file))

    def excerpt(self) -> str:
        """The line with its number and a caret under the column, or nothing where there is no line to show."""
        if not self.line:
            return ""
        start = max(0, self.column - 1 - _WIDTH // 2)
        line = _masked(self.text)
        before, after = shown(line[start : self.column - 1]), shown(line[self.column - 1 : start + _WIDTH])
        number = f"{self.line:>5} | "
        return f"\n{number}{before}{after}".rstrip() + f"\n{' ' * 6}| {' ' * len(before)}^"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One mistake. `key` is the path of the key, such as `discover[0].feed`, or empty for the file as a whole."""

    place: Place
    key: str
    message: str

    def __str__(self) -> str:
        key = f"{shown(self.key)}: " if self.key else ""
        return f"{self.place}: {key}{self.message}{self.place.excerpt()}"


def shown(text: str) -> str:
    """`text` as it may stand in a log or on a terminal.

    Control, format and surrogate characters as escapes, tabs as a space, and what may be a password in a URL as asterisks.
    """
    plain = _masked(text).replace("\t", " ")
    return plain if plain.isprintable() else "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in plain)


def _masked(text: str) -> str:
    return _CREDENTIALS.sub(lambda found: "*" * (len(found[0]) - 1) + "@", text)


def quoted(text: str) -> str:
    """`text` in quotes, cut where it is long, safe to show."""
    return f"'{shown(text if len(text) <= 60 else text[:57] + '…')}'"


def error_of(faults: Iterable[Fault]) -> ConfigError:
    """One ConfigError that shows every fault once, in the order of files and lines."""
    ordered = sorted(set(faults))
    lines = [str(fault) for fault in ordered[:MOST_SHOWN]]
    if len(ordered) > MOST_SHOWN:
        lines.append(f"… and {len(ordered) - MOST_SHOWN} more faults")
    return ConfigError("\n".join(lines))
