"""Every way in which a fetch ends without a page. `outcome` is the name under which it is counted.

Where bytes had come before, they are in the archive all the same, and `capture` is what was kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.errors import CaptureError

if TYPE_CHECKING:
    from crawler.formats.capture import Capture


class FetchFailed(CaptureError):
    """Base of what the download handler raises when there is no page to hand up."""

    capture: Capture | None = None
    """What came of the answer and was archived; None when not one byte came."""


class Transient(FetchFailed):
    """Base of what may go well when tried again: belongs into the setting RETRY_EXCEPTIONS."""


class BadAddress(FetchFailed):
    """Raised by `crawler.capture.target` for a URL that cannot be asked for: no host, an impossible port, not http or https."""

    outcome = "bad-url"


class RequestNotSent(FetchFailed):
    """Raised by the download handler when the request could not be written: a method or header that HTTP does not allow, a proxy."""

    outcome = "not-sent"


class HostNotFound(Transient):
    """Raised by the download handler when the name has no address."""

    outcome = "host-not-found"


class Unreachable(Transient):
    """Raised by the download handler when no address of the host takes the connection."""

    outcome = "unreachable"


class TLSFailed(FetchFailed):
    """Raised by the download handler when the handshake fails, which includes a certificate that does not verify."""

    outcome = "tls-failed"


class NoAnswer(Transient):
    """Raised by the download handler when the server closes the connection without a byte of an answer."""

    outcome = "no-answer"


class Disconnected(Transient):
    """Raised by the download handler when the connection ended before the message did. Archived as truncated: disconnect."""

    outcome = "disconnected"


class CalledOff(FetchFailed):
    """Raised by the download handler for what is still under way when a run must end. Archived as truncated: unspecified."""

    outcome = "cancelled"


class TimedOut(FetchFailed):
    """Raised by the download handler when all tries together took longer than allowed. What came is archived as truncated: time."""

    outcome = "timeout"


class BodyTooLarge(FetchFailed):
    """Raised by the download handler for a body over its limit on the wire. Archived up to the limit as truncated: length."""

    outcome = "too-large"


class HeadTooLarge(FetchFailed):
    """Raised by the download handler for more than `HEAD_BYTES` before the body. Archived as truncated: length."""

    outcome = "head-too-large"


class DecodedTooLarge(FetchFailed):
    """Raised by the download handler when a body is too large for a page once decoded, or coded too often. Archived whole."""

    outcome = "decoded-too-large"


class Malformed(FetchFailed):
    """Raised by the download handler for an answer that is no HTTP message, or whose framing breaks off. Archived as received."""

    outcome = "malformed"
