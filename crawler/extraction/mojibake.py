"""Text that a publisher's own program garbled before it was sent, mended where it can be nothing else.

UTF-8 that was taken for Latin-1 and made UTF-8 once more leaves C1 control characters (`â`, U+0080, U+0099 for `’`), which no text has:
one such sequence gives the whole document away. A C1 character by itself is one of Windows-1252 (U+0092 for `’`), as the HTML standard
reads it where it is written as a reference (`&#146;`).
"""

from __future__ import annotations

import re

_CONTROLS = re.compile(rb"\xc2[\x80-\x9f]")  # U+0080 to U+009F in UTF-8
_TWICE = re.compile("[\u00c2-\u00df][\u0080-\u00bf]|[\u00e0-\u00ef][\u0080-\u00bf]{2}|[\u00f0-\u00f4][\u0080-\u00bf]{3}")
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}


def is_garbled(body: bytes) -> bool:
    """Whether a UTF-8 document has the traces. Costs next to nothing where it has not."""
    return b"\xc2" in body and _CONTROLS.search(body) is not None


def mended(text: str) -> str:
    """`text` of a garbled document as it was written."""
    if any(any("\u0080" <= letter <= "\u009f" for letter in found[0]) and _once(found) != found[0] for found in _TWICE.finditer(text)):
        text = _TWICE.sub(_once, text)
    return text.translate(_WINDOWS)


def _once(found: re.Match[str]) -> str:
    try:
        return found[0].encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return found[0]
