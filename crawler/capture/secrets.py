"""What a request says that nobody else may know: it is sent, and it is not archived."""

from __future__ import annotations

import re

REMOVED = b"[removed]"
"""Stands in the request record for a secret."""

_SECRETS = re.compile(rb"(?im)^((?:proxy-)?authorization|x-api-key|x-auth-token)(:[ \t]*)[^\r\n]*")


def without_secrets(request: bytes) -> bytes:
    """`request` as it is archived: the credentials in its head, which only a deployment's own settings can have put there, are removed.

    Cookies stay: without a person's doing they are the ones that the server gave out, which stand in the response beside it.
    """
    head, end, body = request.partition(b"\r\n\r\n")
    return _SECRETS.sub(rb"\1\2" + REMOVED, head) + end + body
