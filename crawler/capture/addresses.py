"""Which addresses may be connected to. The check sits between the resolver and the connection, so that nothing can change in between.

A host is resolved once for each connection, what is refused is taken out, and the connection goes to the addresses that are
left, as numbers. A pooled connection was made that way when it was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from typing import Any

from twisted.internet import address as tx
from twisted.internet.defer import Deferred, fail
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IHostResolution,
    IProtocol,
    IProtocolFactory,
    IReactorPluggableNameResolver,
    IReactorTCP,
    IReactorTime,
    IResolutionReceiver,
    IStreamClientEndpoint,
)
from twisted.python.failure import Failure
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]  # it comes without types

from crawler.capture.target import Target
from crawler.errors import AddressRefused

# IANA's special-purpose registries, read November 2026. The standard library's `is_global` moves with its version.
_NOT_PUBLIC_V4 = [
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # carrier-grade NAT (RFC 6598)
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, where clouds keep their metadata service
        "172.16.0.0/12",  # private (RFC 1918)
        "192.0.0.0/24",  # IETF protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, deprecated (RFC 7526)
        "192.168.0.0/16",  # private (RFC 1918)
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
]
_PUBLIC_V6 = IPv6Network("2000::/3")
"""All that is given out as global unicast; loopback, mapped, unique local, link-local and multicast lie outside."""
_NOT_PUBLIC_V6 = [
    IPv6Network(block)
    for block in (
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
]
_6TO4 = IPv6Network("2002::/16")
_NAT64 = IPv6Network("64:ff9b::/96")
"""What DNS64 makes of a host without IPv6 on a network without IPv4 (RFC 6052)."""

_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE | re.DOTALL)
"""Hosts that a resolver may take for an IPv4 address: the last label is a number (WHATWG URL, ends-in-a-number checker)."""


def is_public(address: str) -> bool:
    """Whether `address` (IPv4 or IPv6, as text) belongs to the public Internet, also through the IPv4 address inside it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _NOT_PUBLIC_V4)
    if parsed.scope_id is not None:
        return False
    if parsed in _NAT64:
        return is_public(str(IPv4Address(parsed.packed[12:])))
    if parsed in _6TO4:
        return is_public(str(IPv4Address(parsed.packed[2:6])))
    return parsed in _PUBLIC_V6 and not any(parsed in network for network in _NOT_PUBLIC_V6)


def literal(host: str) -> tx.IPv4Address | tx.IPv6Address | None:
    """The address that `host` is, None where it is a name. Raises AddressRefused for a number that is spelt in another way.

    `0x7f.1`, `017700000001` and `2130706433` are all 127.0.0.1 to a C library, and no honest link is written so.
    """
    try:
        parsed = ip_address(host)
    except ValueError:
        if _NUMERIC.fullmatch(host):
            raise AddressRefused(f"{host} is no plain IPv4 address") from None
        return None
    kind = tx.IPv4Address if isinstance(parsed, IPv4Address) else tx.IPv6Address
    return kind("TCP", host, 0)


@implementer(IStreamClientEndpoint)
class GuardedEndpoint:
    """Connects to a target, TLS included, at a public address of its host, or at any where `exempt` is true.

    Twisted's HostnameEndpoint does the connecting (IPv6 and IPv4 in a race, RFC 8305); it gets the addresses from a
    resolver that passes on only what may be connected to. Nothing is prepared before a connection is really wanted.
    """

    def __init__(self, reactor: Any, target: Target, policy: IPolicyForHTTPS, *, timeout: float, exempt: bool) -> None:
        self._reactor = reactor
        self._target = target
        self._policy = policy
        self._timeout = timeout
        self._exempt = exempt

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        """As IStreamClientEndpoint. Fails with AddressRefused where no address of the host may be connected to."""
        target = self._target
        try:
            resolver = GuardedResolver(self._reactor.nameResolver, literal(target.host), exempt=self._exempt, authority=target.authority)
        except AddressRefused:
            return fail()
        endpoint: Any = HostnameEndpoint(_Reactor(self._reactor, resolver), target.host, target.port, self._timeout)
        if target.scheme == "https":
            creator = self._policy.creatorForNetloc(target.host.encode("ascii"), target.port)  # type: ignore[misc, call-arg, arg-type]
            endpoint = wrapClientTLS(creator, endpoint)
        connected: Deferred[IProtocol] = endpoint.connect(protocolFactory)
        return connected.addErrback(resolver.explain)


@implementer(IHostnameResolver)
class GuardedResolver:
    """Passes on the addresses of one host that may be connected to. `refused` are the others. `authority`: the URL's, for messages."""

    def __init__(self, resolver: Any, known: tx.IPv4Address | tx.IPv6Address | None, *, exempt: bool, authority: str) -> None:
        self._resolver = resolver
        self._known = known
        self._exempt = exempt
        self._authority = authority
        self.refused: list[str] = []
        self.passed = 0

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        receiver = _Filter(resolutionReceiver, self, portNumber)
        if self._known is None:
            return self._resolver.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)
        resolution = _Resolution(hostName)
        receiver.resolutionBegan(resolution)
        receiver.addressResolved(self._known)
        receiver.resolutionComplete()
        return resolution

    def admits(self, address: Any) -> bool:
        """Whether a connection may be made to `address`; counts it."""
        if self._exempt or is_public(address.host):
            self.passed += 1
            return True
        self.refused.append(address.host)
        return False

    def explain(self, failure: Failure) -> Failure:
        """`failure`, or AddressRefused where that is what it comes from."""
        if self.refused and not self.passed:
            refusal = AddressRefused(f"{self._authority} leads to {', '.join(self.refused)}, not public and not in crawl.allow_private")
            return Failure(refusal)  # type: ignore[no-untyped-call]
        return failure


@implementer(IResolutionReceiver)
class _Filter:
    """Stands between a resolver and the endpoint."""

    def __init__(self, receiver: Any, guard: GuardedResolver, port: int) -> None:
        self._guard = guard
        self._port = port
        self._receiver = receiver
        self.resolutionBegan = receiver.resolutionBegan
        self.resolutionComplete = receiver.resolutionComplete

    def addressResolved(self, address: Any) -> None:
        if self._guard.admits(address):
            self._receiver.addressResolved(type(address)("TCP", address.host, self._port))


@implementer(IHostResolution)
class _Resolution:
    """Of a host that is its own address."""

    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing to cancel: it is known from the start."""


@implementer(IReactorPluggableNameResolver, IReactorTCP, IReactorTime)
class _Reactor:
    """The reactor with another name resolver, which is all that HostnameEndpoint needs to be guarded."""

    def __init__(self, reactor: Any, resolver: GuardedResolver) -> None:
        self.nameResolver = resolver
        self._reactor = reactor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)


class Exemptions:
    """The exact `host:port` pairs whose addresses are not looked at. Hosts as URLs write them: `localhost:8000`, `[::1]:80`."""

    def __init__(self, pairs: Iterable[str]) -> None:
        self._pairs = {pair.strip().lower() for pair in pairs}

    def __contains__(self, target: Target) -> bool:
        return target.authority in self._pairs
