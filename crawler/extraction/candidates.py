"""What a method found for a field."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Candidate:
    """One method's answer. `raw` is as the page has it; `value` is what the field would hold, empty where `raw` says nothing."""

    raw: str
    method: str
    """Name of the method, as it stands in the article's provenance."""
    value: str = ""
