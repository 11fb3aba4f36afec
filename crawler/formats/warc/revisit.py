"""When a capture need not be stored again because the archive already holds the same payload."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.formats.capture import Capture

IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

WORTHWHILE = 1024
"""A revisit record saves nothing on a body of 1 KB or less."""


@dataclass(frozen=True, slots=True)
class Original:
    """The `response` record that a revisit refers to. It is always a response, never itself a revisit."""

    record_id: str
    """`urn:uuid:…` without angle brackets."""
    url: str
    date: str
    """WARC-Date as it stands in the record."""
    payload_digest: str
    transfer_encoding: str | None = None
    """The header's whole value, None where there was none."""
    content_encoding: str | None = None
    etag: str | None = None
    last_modified: str | None = None


def revisit_original(capture: Capture, original: Original | None) -> str | None:
    """The WARC-Profile under which `capture` may be stored as a revisit of `original`; None where it must be stored whole.

    A reader puts the revisit's head before the original's body, so both must have the same codings.
    """
    if original is None or capture.truncated is not None:
        return None
    if capture.status == 304 and capture.conditional:
        return NOT_MODIFIED
    same = (
        capture.status == 200
        and capture.method == "GET"
        and capture.header("Transfer-Encoding") == original.transfer_encoding
        and capture.header("Content-Encoding") == original.content_encoding
        and capture.payload_length > WORTHWHILE
        and capture.payload_digest == original.payload_digest
    )
    return IDENTICAL if same else None
