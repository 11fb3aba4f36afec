"""What health found: one breakage in plain words. Part of the run's report."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FindingKind = Literal[
    "coverage", "body-length", "refusals", "responses", "source", "standstill", "yield", "age", "dates", "clock", "layout"
]


class Finding(BaseModel):
    """One thing that is not as the site's own past would have it."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)

    kind: FindingKind = Field(description="What was compared with the past.")
    subject: str = Field(
        description="Which one: a field's name, a refusal's reason, an HTTP status, URL of a source or page; empty where there is only one."
    )
    site: str = Field(description="Name of the site.")
    message: str = Field(description="What was usual, what is now, and the likely cause, in plain words.")
    figures: dict[str, float] = Field(description="`usual` and `now` in the comparison's own unit, and what they rest on.")
    example: str | None = Field(None, description="A URL to look at, or null.")
    since: str = Field(
        description="Start of the run that found it first, RFC 3339 in UTC with microseconds; it stays until things are as before."
    )

    @property
    def key(self) -> tuple[str, str]:
        """What makes two findings the same breakage."""
        return self.kind, self.subject

    @property
    def text(self) -> str:
        """The message with its example."""
        return f"{self.message}; example {self.example}" if self.example else self.message
