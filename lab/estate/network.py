"""The network of an estate: what its servers reach on the internet, its proxies, and ports that are closed between servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# What may be wrong with an endpoint, from the view of the client.
PROBLEMS: Mapping[str, str] = {
    "name_resolution": "its name is not resolved",
    "refused": "the connection is refused",
    "timeout": "it does not answer",
    "reset": "the connection is cut during the TLS handshake",
    "tls_version": "it supports no TLS version that the client accepts",
    "untrusted": "its certificate comes from an authority that is not trusted",
    "expired": "its certificate has expired",
    "wrong_name": "its certificate is for another name",
    "revocation_offline": "no server answers whether its certificate was revoked",
    "intercepted": "a device on the way answers with a certificate from its own `issuer`, which may be `trusted`",
}
REACHABLE = "reachable"
NO_ANSWER = ("timeout", "refused")
AUTHENTICATION = ("none", "basic", "negotiate")
STATUS_OK = 200


@dataclass(frozen=True)
class EndpointRule:
    """How an endpoint answers: with an HTTP ``status``, unless it has a ``problem`` (a key of :data:`PROBLEMS`).

    ``host`` is a name; with ``*.`` before it, every name below it.
    """

    host: str
    problem: str = ""
    status: int = STATUS_OK
    issuer: str = ""
    trusted: bool = False

    def fits(self, host: str) -> bool:
        """Whether the rule applies to this host."""
        name = host.casefold().rstrip(".")
        return name.endswith(self.host[1:]) if self.host.startswith("*.") else name == self.host


@dataclass(frozen=True)
class Internet:
    """What a server or a proxy reaches on the internet: its rules, and ``default`` for every other endpoint.

    ``default`` is ``reachable`` or a problem.
    """

    default: str = REACHABLE
    endpoints: tuple[EndpointRule, ...] = ()

    def rule(self, host: str) -> EndpointRule:
        """How this host answers. A rule for the exact name has priority over wildcards, a longer wildcard over a shorter one."""
        fitting = [rule for rule in self.endpoints if rule.fits(host)]
        if fitting:
            return max(fitting, key=lambda rule: (not rule.host.startswith("*."), len(rule.host)))
        return EndpointRule(host, "" if self.default == REACHABLE else self.default)


@dataclass(frozen=True)
class Proxy:
    r"""A proxy server of the estate: short ``name``, ``port``, and which authentication it requires.

    ``accounts`` may use it (``CORP\scpproxy``; empty: every account of the domain).
    """

    name: str
    port: int
    authentication: str = "none"
    accounts: tuple[str, ...] = ()
    internet: Internet = field(default_factory=Internet)


@dataclass(frozen=True)
class Barrier:
    """Ports that are closed between servers. ``None`` for ``sources`` or ``targets`` means every server."""

    sources: tuple[str, ...] | None
    targets: tuple[str, ...] | None
    ports: tuple[tuple[int, int], ...]
    problem: str = "timeout"

    def stops(self, source: str, target: str, port: int) -> bool:
        """Whether this barrier closes this port between the two servers."""
        return (
            (self.sources is None or source in self.sources)
            and (self.targets is None or target in self.targets)
            and any(first <= port <= last for first, last in self.ports)
        )
