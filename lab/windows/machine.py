"""One emulated Windows server: its properties, its contents, who may do what on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lab.cim.model import NameMap
from lab.cim.repository import Repository
from lab.clock import LabClock
from lab.estate.description import Drive
from lab.windows.files import FileStore
from lab.windows.groups import Directory
from lab.windows.registry import Registry


@dataclass(frozen=True)
class OperatingSystem:
    """What Win32_OperatingSystem reports. ``product_type``: 1 workstation, 2 domain controller, 3 server."""

    caption: str = "Microsoft Windows Server 2022 Standard"
    version: str = "10.0.20348"
    build: str = "20348"
    sku: int = 7
    product_type: int = 3
    language: int = 1033
    server_core: bool = False


@dataclass
class Service:
    """A Windows service. ``state`` is Running, Stopped, Start Pending or Stop Pending."""

    name: str
    display_name: str
    state: str = "Running"
    start_mode: str = "Auto"
    start_name: str = "LocalSystem"
    path_name: str = ""
    on_start: Callable[[], None] | None = None
    on_stop: Callable[[], None] | None = None


@dataclass
class Machine:
    r"""A server of the estate.

    ``administrators`` and ``remote_management_users`` contain account names in the form ``DOMAIN\name`` (a computer account ends
    in ``$``), compared without regard to case, and groups of the domain, whose members are in ``directory``. ``alive`` false
    means that the server does not answer. ``workgroup`` is empty for a member of the domain. ``clock_offset`` is how far the
    machine's own clock is ahead.
    """

    name: str
    address: str
    dns_domain: str
    netbios_domain: str
    clock: LabClock
    os: OperatingSystem = field(default_factory=OperatingSystem)
    administrators: list[str] = field(default_factory=list)
    remote_management_users: list[str] = field(default_factory=list)
    registry: Registry = field(default_factory=Registry)
    files: FileStore = field(default_factory=FileStore)
    services: NameMap[Service] = field(default_factory=NameMap)
    repository: Repository = field(default_factory=Repository)
    drives: tuple[Drive, ...] = (Drive("C"),)
    alive: bool = True
    directory: Directory = field(default_factory=Directory)
    workgroup: str = ""
    clock_offset: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.files.now = self.now

    @property
    def fqdn(self) -> str:
        return f"{self.name}.{self.dns_domain}".lower()

    @property
    def computer_account(self) -> str:
        r"""The machine's own account, such as ``CORP\CAS01$``."""
        return f"{self.netbios_domain}\\{self.name.upper()}$"

    def now(self) -> datetime:
        """The time of the machine's clock, timezone-aware, UTC."""
        return self.clock.now() + self.clock_offset

    def is_administrator(self, account: str) -> bool:
        """Whether this account is a local administrator, directly or through groups of the domain."""
        return self.directory.holds(self.administrators, account)

    def is_remote_management_user(self, account: str) -> bool:
        """Whether this account is one of the Remote Management Users, directly or through groups of the domain."""
        return self.directory.holds(self.remote_management_users, account)
