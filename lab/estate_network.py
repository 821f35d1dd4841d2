"""The network of an estate: what its servers reach on the internet, through which proxies, and which ports are closed inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lab.estate_yaml import Section

# What may be wrong with an endpoint, as the one who asks sees it.
PROBLEMS: Mapping[str, str] = {
    "name_resolution": "its name is not resolved",
    "refused": "the connection is refused",
    "timeout": "nothing answers",
    "reset": "the connection is cut during the TLS handshake",
    "tls_version": "it speaks no TLS version that the client accepts",
    "untrusted": "its certificate comes from an authority that is not trusted",
    "expired": "its certificate has expired",
    "wrong_name": "its certificate is for another name",
    "revocation_offline": "nobody tells whether its certificate was revoked",
    "intercepted": "a device in between answers with a certificate of its own `issuer`, which may be `trusted`",
}
REACHABLE = "reachable"
NO_ANSWER = ("timeout", "refused")
AUTHENTICATION = ("none", "basic", "negotiate")

_HOST = r"(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
_ISSUER = r"[^\x00-\x1f]{1,200}"
_STATUS_OK = 200


@dataclass(frozen=True)
class EndpointRule:
    """How an endpoint answers: with an HTTP ``status``, unless it has a ``problem`` (a key of :data:`PROBLEMS`).

    ``host`` is a name, or with ``*.`` in front every name below it.
    """

    host: str
    problem: str = ""
    status: int = _STATUS_OK
    issuer: str = ""
    trusted: bool = False

    def fits(self, host: str) -> bool:
        """Whether the rule is about this host."""
        name = host.casefold().rstrip(".")
        return name.endswith(self.host[1:]) if self.host.startswith("*.") else name == self.host


@dataclass(frozen=True)
class Internet:
    """What a server or a proxy reaches on the internet: its rules, and ``default`` for every other endpoint.

    ``default`` is ``reachable`` or a problem that hits everything.
    """

    default: str = REACHABLE
    endpoints: tuple[EndpointRule, ...] = ()

    def rule(self, host: str) -> EndpointRule:
        """How this host answers. A rule for the whole name goes before one with a star, a longer star before a shorter one."""
        fitting = [rule for rule in self.endpoints if rule.fits(host)]
        if fitting:
            return max(fitting, key=lambda rule: (not rule.host.startswith("*."), len(rule.host)))
        return EndpointRule(host, "" if self.default == REACHABLE else self.default)


@dataclass(frozen=True)
class Proxy:
    r"""A proxy server of the estate: short ``name``, ``port``, and which authentication it asks for.

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
        """Whether this barrier stands between the two at this port."""
        return (
            (self.sources is None or source in self.sources)
            and (self.targets is None or target in self.targets)
            and any(first <= port <= last for first, last in self.ports)
        )


def read_internet(section: Section | None, what: str) -> Internet:
    """The ``internet`` of a machine or a proxy; everything is reachable when it is left out."""
    if section is None:
        return Internet()
    default = section.choice("default", (REACHABLE, *PROBLEMS), REACHABLE)
    endpoints = tuple(_endpoint(item) for item in section.sections("endpoints", f"endpoint of {what}"))
    seen: set[str] = set()
    for endpoint in endpoints:
        if endpoint.host in seen:
            raise section.error("endpoints", f"endpoint {endpoint.host} stands there twice")
        seen.add(endpoint.host)
    section.finish()
    return Internet(default, endpoints)


def _endpoint(section: Section) -> EndpointRule:
    host = section.text("host", pattern=_HOST, allowed="a host name in lower case, or *. and a name for all names below it")
    section.what = f"endpoint {host}"
    problem = section.choice("problem", PROBLEMS) if "problem" in section else ""
    if problem and "status" in section:
        raise section.error("status", "an endpoint has a problem or a status, not both")
    status = section.whole("status", 100, 599, _STATUS_OK)
    for key in ("issuer", "trusted"):
        if key in section and problem != "intercepted":
            raise section.error(key, f"{key} belongs to problem: intercepted")
    issuer = section.text("issuer", pattern=_ISSUER) if problem == "intercepted" else ""
    trusted = section.flag("trusted", False) if problem == "intercepted" else False
    endpoint = EndpointRule(host, problem, status, issuer, trusted)
    section.finish()
    return endpoint


def read_proxies(top: Section, accounts: tuple[str, ...], machines: tuple[str, ...], computer: str) -> tuple[Proxy, ...]:
    """The proxies of the estate.

    :param accounts: full names of the accounts that a proxy may know; :param machines: names that are taken.
    :param computer: pattern of a machine's name.
    """
    proxies: list[Proxy] = []
    taken = set(machines)
    for section in top.sections("proxies", "proxy"):
        name = section.text("name", pattern=computer, allowed="up to 15 small letters, digits or hyphens, as proxy01")
        section.what = f"proxy {name}"
        if name in taken:
            raise section.error("name", f"name {name} is already taken")
        taken.add(name)
        allowed = section.texts("accounts")
        for account in allowed:
            if account.casefold() not in (known.casefold() for known in accounts):
                raise section.error("accounts", f"accounts: {account!r} is no domain account of this file")
        authentication = section.choice("authentication", AUTHENTICATION, "none")
        if allowed and authentication == "none":
            raise section.error("accounts", "accounts need an authentication; allowed: basic, negotiate")
        internet = read_internet(section.section("internet", f"internet of {name}"), name)
        proxies.append(Proxy(name, section.whole("port", 1, 65535, 8080), authentication, allowed, internet))
        section.finish()
    return tuple(proxies)


def read_barriers(top: Section, machines: tuple[str, ...]) -> tuple[Barrier, ...]:
    """What is ``closed`` between the servers of the estate."""
    barriers: list[Barrier] = []
    for section in top.sections("closed", "barrier"):
        ports = tuple(_port_range(section, text) for text in section.texts("ports"))
        if not ports:
            raise section.error(None, "ports are missing; allowed: numbers from 1 to 65535, and ranges as 49152-65535")
        barrier = Barrier(
            _servers(section, "from", machines),
            _servers(section, "to", machines),
            ports,
            section.choice("problem", NO_ANSWER, "timeout"),
        )
        section.finish()
        barriers.append(barrier)
    return tuple(barriers)


def _servers(section: Section, key: str, machines: tuple[str, ...]) -> tuple[str, ...] | None:
    names = section.texts(key)
    if names in ((), ("all",)):
        return None
    for name in names:
        if name not in machines:
            raise section.error(key, f"{key}: there is no machine {name!r}; allowed: all, or names of machines")
    return names


def _port_range(section: Section, text: str) -> tuple[int, int]:
    first, hyphen, last = text.partition("-")
    if first.isdecimal() and (last.isdecimal() if hyphen else True) and len(text) <= len("65535-65535"):
        low, high = int(first), int(last or first)
        if 1 <= low <= high <= 65535:
            return low, high
    raise section.error("ports", f"port {text!r} will not do; allowed: numbers from 1 to 65535, and ranges as 49152-65535")
