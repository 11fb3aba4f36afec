"""Who answered: the address, the TLS version, the cipher and the certificate of a connection."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL, crypto
from twisted.internet import ssl

_TLS_VERSION = re.compile(r"(TLS|SSL)v(\d(?:\.\d)?)")
_HASHES = {"SHA", "MD5", "SHA256", "SHA384"}


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of one connection, as it stands when the first byte of an answer has come."""

    ip_address: str
    protocols: tuple[str, ...]
    """As in WARC-Protocol: `("http/1.1",)` or `("http/1.1", "tls/1.3")`."""
    cipher_suite: str | None = None
    """Name in IANA's TLS parameters; None without TLS, or where OpenSSL's name has no known counterpart."""
    certificate_digest: str | None = None
    """`sha256:` and hex over the DER certificate."""
    certificate: ssl.Certificate | None = None

    @classmethod
    def of(cls, transport: Any) -> Peer:
        """From a connected Twisted transport whose TLS handshake, if any, is done."""
        address = transport.getPeer().host
        handle = transport.getHandle()
        if not isinstance(handle, SSL.Connection):
            return cls(address, ("http/1.1",))
        certificate = handle.get_peer_certificate(as_cryptography=True)
        der = certificate.public_bytes(Encoding.DER) if certificate else None
        return cls(
            address,
            ("http/1.1", warc_protocol(handle.get_protocol_version_name())),
            iana_name(handle.get_cipher_name() or ""),
            f"sha256:{hashlib.sha256(der).hexdigest()}" if der else None,
            ssl.Certificate(crypto.X509.from_cryptography(certificate)) if certificate else None,  # type: ignore[no-untyped-call]
        )


def warc_protocol(name: str) -> str:
    """OpenSSL's `TLSv1.3` as WARC-Protocol's `tls/1.3`."""
    found = _TLS_VERSION.fullmatch(name)
    if not found:
        return name.lower()
    family, version = found.groups()
    return f"{family.lower()}/{version if '.' in version or family == 'SSL' else version + '.0'}"


def iana_name(openssl_name: str) -> str | None:
    """OpenSSL's name of a cipher suite as IANA's: `ECDHE-RSA-AES128-GCM-SHA256` is `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`.

    TLS 1.3 suites have IANA's names already. Follows `openssl ciphers -stdname` for the suites with certificates;
    the rest (PSK, SRP, anonymous) never meet a web server, and get None.
    """
    if openssl_name.startswith("TLS_"):
        return openssl_name
    parts = openssl_name.split("-")
    exchange = "RSA"
    if parts[0] in ("ECDHE", "DHE") and parts[1:2] in (["RSA"], ["ECDSA"], ["DSS"]):
        exchange = f"{parts[0]}_{parts[1]}"
        parts = parts[2:]
    elif parts[0] == "ECDHE":  # OpenSSL leaves RSA out in ECDHE-ARIA…
        exchange, parts = "ECDHE_RSA", parts[1:]
    cipher = _cipher("-".join(parts))
    return f"TLS_{exchange}_WITH_{cipher}" if cipher else None


def _cipher(name: str) -> str | None:
    if name == "CHACHA20-POLY1305":
        return "CHACHA20_POLY1305_SHA256"
    if name == "DES-CBC3-SHA":
        return "3DES_EDE_CBC_SHA"
    found = re.fullmatch(r"(AES|ARIA|CAMELLIA)(128|256)(?:-(GCM))?-(SHA\d*)", name)
    if found and found[4] in _HASHES:
        return f"{found[1]}_{found[2]}_{found[3] or 'CBC'}_{found[4]}"
    found = re.fullmatch(r"AES(128|256)-(CCM)(8?)", name)
    return f"AES_{found[1]}_CCM" + ("_8" if found[3] else "") if found else None
