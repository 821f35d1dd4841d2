# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The identity of a server: its name and domain, its version of Windows, and its clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import (
    CIMV2,
    WIN32_COMPUTER_SYSTEM,
    WIN32_OPERATING_SYSTEM,
)
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import ServerClock, clock_between
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import Registry
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import select

_CURRENT_VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
# Win32_OperatingSystem.ProductType (Win32 provider reference).
_WORKSTATION = 1


@dataclass(frozen=True)
class Computer:
    """The server's names.

    :param name: NetBIOS name, which is also the domain of its local accounts.
    :param fqdn: lower case.
    :param domain: DNS name of its domain, or the name of its workgroup.
    """

    name: str
    fqdn: str
    domain: str
    in_domain: bool


@dataclass(frozen=True)
class OperatingSystem:
    """The server's version of Windows.

    :param build: such as 20348; 0 when the server does not show it.
    :param client: a client version of Windows.
    """

    caption: str
    build: int
    client: bool


def read_computer(session: CimSession) -> Computer:
    """One request."""
    columns = ("DNSHostName", "Domain", "PartOfDomain")
    found = session.query(CIMV2, WIN32_COMPUTER_SYSTEM, select(WIN32_COMPUTER_SYSTEM, columns=columns))
    if not found:
        raise NotReadable("the server shows no Win32_ComputerSystem")
    row = found[0]
    name, host, domain = (str(row.get(column) or "") for column in ("Name", "DNSHostName", "Domain"))
    in_domain = bool(row.get("PartOfDomain"))
    label = (host or name).lower()
    return Computer(name, f"{label}.{domain.lower()}" if in_domain and domain else label, domain, in_domain)


def read_operating_system(
    session: CimSession, controller: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> tuple[OperatingSystem, ServerClock | None]:
    """The operating system, and the clock measured around this one request."""
    columns = ("Caption", "BuildNumber", "ProductType", "CSName", "LocalDateTime")
    before = controller()
    found = session.query(CIMV2, WIN32_OPERATING_SYSTEM, select(WIN32_OPERATING_SYSTEM, columns=columns))
    after = controller()
    if not found:
        raise NotReadable("the server shows no Win32_OperatingSystem")
    row = found[0]
    build = str(row.get("BuildNumber") or "")
    system = OperatingSystem(
        caption=str(row.get("Caption") or "an unnamed Windows"),
        build=int(build) if build.isdecimal() else 0,
        client=row.get("ProductType") == _WORKSTATION,
    )
    return system, clock_between(row, before, after)


def read_installation_type(registry: Registry) -> str | None:
    """``Server``, ``Server Core``, ``Client``; one request.

    Read from the registry, because current full servers and Server Core installations have the same OperatingSystemSKU.
    """
    return registry.get_string(_CURRENT_VERSION, "InstallationType")
