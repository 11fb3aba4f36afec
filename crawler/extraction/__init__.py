"""Capture + Site -> Article or Refusal. Pure: no network, no clock, no settings, no disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Reason = Literal[
    "listing",
    "static-page",
    "challenge",
    "consent-wall",
    "soft-404",
    "login",
    "error-page",
    "media-file",
    "empty-shell",
    "no-headline",
    "no-body",
    "offsite",
    "truncated",
    "extraction-failed",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a page is not stored as an article."""

    reason: Reason
    detail: str
    """The evidence in plain words, for the run's report."""
