"""The result when a server connects somewhere: to another server of the estate, a proxy, or the internet."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from lab.estate.description import EstateDescription, MachineDescription
from lab.estate.network import EndpointRule, Proxy
from lab.windows.machine import Machine

SMB, RPC_ENDPOINT_MAPPER = 445, 135
WINRM_PORTS = (5985, 5986)
WEB_PORTS = (80, 443)
# The first dynamic ports, where the services of Windows itself listen: six of them since Windows 10 and Server 2016.
_DYNAMIC_RPC = range(49664, 49670)
_OLDER_DYNAMIC_RPC = range(49152, 49158)
_FIRST_NEW_BUILD = 10240


@dataclass(frozen=True)
class Connection:
    """The result of an attempt to connect.

    ``problem`` is empty or one of name_resolution, refused, timeout. One of ``machine``, ``proxy`` and ``rule`` is the target: a
    server of the estate, a proxy of the estate, or an endpoint on the internet.
    """

    problem: str = ""
    address: str = ""
    machine: Machine | None = None
    proxy: Proxy | None = None
    rule: EndpointRule | None = None


class Network:
    """The network of an estate.

    :param machines: the running servers by full name.
    """

    def __init__(self, estate: EstateDescription, machines: Mapping[str, Machine]) -> None:
        self._estate = estate
        self._machines = machines

    def connect(self, source: Machine, host: str, port: int) -> Connection:
        """Open a TCP connection from a server to a host, by name or address."""
        target = self._machine(source, host)
        if target is not None:
            return self._to_machine(source, target, port)
        proxy = self._proxy(host)
        if proxy is not None:
            address = _made_address(proxy.name, "192.0.2")
            return Connection("" if port == proxy.port else "refused", address, proxy=proxy)
        if self._is_local_name(host):
            return Connection("name_resolution")
        return outside(self._described(source).internet.rule(host), host, port)

    def behind(self, proxy: Proxy, host: str, port: int) -> Connection:
        """The result when a proxy connects to a host on the internet for a client."""
        if self._is_local_name(host):
            return Connection("name_resolution")
        return outside(proxy.internet.rule(host), host, port)

    def admits(self, proxy: Proxy, user: str, password: str) -> bool:
        r"""Whether a proxy accepts this account; the user is ``CORP\name``, ``name@corp.example`` or the name alone."""
        name = user.partition("@")[0] if user.casefold().endswith(f"@{self._estate.domain.dns}") else user
        if "\\" not in name:
            name = f"{self._estate.domain.netbios}\\{name}"
        for account in self._estate.accounts:
            if account.machine is None and account.full_name.casefold() == name.casefold():
                allowed = not proxy.accounts or name.casefold() in (known.casefold() for known in proxy.accounts)
                return allowed and account.password == password
        return False

    def listening(self, machine: Machine) -> frozenset[int]:
        """The TCP ports on which a server listens."""
        ports = {*WINRM_PORTS}
        if _runs(machine, "LanmanServer"):
            ports.add(SMB)
        if _runs(machine, "RpcSs"):
            older = int(machine.os.build) < _FIRST_NEW_BUILD
            ports |= {RPC_ENDPOINT_MAPPER, *(_OLDER_DYNAMIC_RPC if older else _DYNAMIC_RPC)}
        for hierarchy in self._estate.hierarchies:
            ports |= {site.sql_port for site in hierarchy.sites if site.sql_server == machine.name}
        return frozenset(ports)

    def _to_machine(self, source: Machine, target: Machine, port: int) -> Connection:
        if not target.alive:
            return Connection("timeout", target.address, target)
        for barrier in self._estate.barriers:
            if source is not target and barrier.stops(source.name, target.name, port):
                return Connection(barrier.problem, target.address, target)
        return Connection("" if port in self.listening(target) else "refused", target.address, target)

    def _machine(self, source: Machine, host: str) -> Machine | None:
        name = host.casefold().rstrip(".")
        if name in ("localhost", "127.0.0.1"):
            return source
        for machine in self._machines.values():
            if name in (machine.fqdn, machine.name, machine.address):
                return machine
        return None

    def _proxy(self, host: str) -> Proxy | None:
        name = host.casefold().rstrip(".")
        for proxy in self._estate.proxies:
            if name in (proxy.name, self._estate.fqdn(proxy.name)):
                return proxy
        return None

    def _is_local_name(self, host: str) -> bool:
        """Whether only the estate's own DNS could resolve the name (and does not), or no DNS at all."""
        name = host.casefold().rstrip(".")
        return "." not in name or name.endswith((f".{self._estate.domain.dns}", ".invalid"))

    def _described(self, machine: Machine) -> MachineDescription:
        return self._estate.machine(machine.name)


def outside(rule: EndpointRule, host: str, port: int) -> Connection:
    """A connection to the internet; only the HTTP and HTTPS ports are open there."""
    if rule.problem == "name_resolution":
        return Connection("name_resolution", rule=rule)
    address = _made_address(host.casefold(), "203.0.113")
    if rule.problem in ("refused", "timeout"):
        return Connection(rule.problem, address, rule=rule)
    return Connection("" if port in WEB_PORTS else "timeout", address, rule=rule)


def _runs(machine: Machine, name: str) -> bool:
    service = machine.services.get(name)
    return service is not None and service.state == "Running"


def _made_address(name: str, network: str) -> str:
    """An address from a block for documentation (RFC 5737), always the same for a name."""
    return f"{network}.{1 + zlib.crc32(name.encode()) % 254}"
