"""Reading what an estate file says about the network: the internet, proxies, and ports that are closed between servers."""

from __future__ import annotations

from lab.estate.network import AUTHENTICATION, NO_ANSWER, PROBLEMS, REACHABLE, STATUS_OK, Barrier, EndpointRule, Internet, Proxy
from lab.estate_file.sections import Section

_HOST = r"(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
_ISSUER = r"[^\x00-\x1f]{1,200}"


def read_internet(section: Section | None, what: str) -> Internet:
    """The ``internet`` of a machine or a proxy; if it is left out, everything is reachable."""
    if section is None:
        return Internet()
    default = section.choice("default", (REACHABLE, *PROBLEMS), REACHABLE)
    endpoints = tuple(_endpoint(item) for item in section.sections("endpoints", f"endpoint of {what}"))
    seen: set[str] = set()
    for endpoint in endpoints:
        if endpoint.host in seen:
            raise section.error("endpoints", f"endpoint {endpoint.host} is listed twice")
        seen.add(endpoint.host)
    section.finish()
    return Internet(default, endpoints)


def _endpoint(section: Section) -> EndpointRule:
    host = section.text("host", pattern=_HOST, allowed="a host name in lower case, or *. and a name for all names below it")
    section.what = f"endpoint {host}"
    problem = section.choice("problem", PROBLEMS) if "problem" in section else ""
    if problem and "status" in section:
        raise section.error("status", "an endpoint has a problem or a status, not both")
    status = section.whole("status", 100, 599, STATUS_OK)
    for key in ("issuer", "trusted"):
        if key in section and problem != "intercepted":
            raise section.error(key, f"{key} is allowed only with `problem: intercepted`")
    issuer = section.text("issuer", pattern=_ISSUER) if problem == "intercepted" else ""
    trusted = section.flag("trusted", False) if problem == "intercepted" else False
    endpoint = EndpointRule(host, problem, status, issuer, trusted)
    section.finish()
    return endpoint


def read_proxies(top: Section, accounts: tuple[str, ...], machines: tuple[str, ...], computer: str) -> tuple[Proxy, ...]:
    """The proxies of the estate.

    :param accounts: full names of the accounts that a proxy may accept.
    :param machines: names that are already used.
    :param computer: pattern of a machine's name.
    """
    proxies: list[Proxy] = []
    taken = set(machines)
    for section in top.sections("proxies", "proxy"):
        name = section.text(
            "name", pattern=computer, allowed="up to 15 lower case letters, digits or hyphens, for example proxy01"
        )
        section.what = f"proxy {name}"
        if name in taken:
            raise section.error("name", f"name {name} is already used")
        taken.add(name)
        allowed = section.texts("accounts")
        for account in allowed:
            if account.casefold() not in (known.casefold() for known in accounts):
                raise section.error("accounts", f"accounts: {account!r} is not a domain account of this file")
        authentication = section.choice("authentication", AUTHENTICATION, "none")
        if allowed and authentication == "none":
            raise section.error(
                "accounts", "accounts are allowed only with `authentication: basic` or `authentication: negotiate`"
            )
        internet = read_internet(section.section("internet", f"internet of {name}"), name)
        proxies.append(Proxy(name, section.whole("port", 1, 65535, 8080), authentication, allowed, internet))
        section.finish()
    return tuple(proxies)


def read_barriers(top: Section, machines: tuple[str, ...]) -> tuple[Barrier, ...]:
    """The ports that are ``closed`` between the servers of the estate."""
    barriers: list[Barrier] = []
    for section in top.sections("closed", "barrier"):
        ports = tuple(_port_range(section, text) for text in section.texts("ports"))
        if not ports:
            raise section.error(None, "ports are missing; allowed: numbers from 1 to 65535, and ranges such as 49152-65535")
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
    raise section.error("ports", f"port {text!r} is not valid; allowed: numbers from 1 to 65535, and ranges such as 49152-65535")
