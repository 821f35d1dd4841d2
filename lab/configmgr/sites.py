"""The description of a site."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lab.estate.powershell import CimWrites

SECONDARY, PRIMARY, CENTRAL = 1, 2, 4


@dataclass(frozen=True)
class ServiceWindow:
    """A service window of a site server: when it opens first (UTC), for how many minutes, and whether it opens every day."""

    name: str
    start: datetime
    minutes: int
    daily: bool = False
    enabled: bool = True


@dataclass(frozen=True)
class Site:
    """A site. Server names are FQDNs in lower case; ``parent`` is empty for the top-level site; ``type`` as in SMS_Site."""

    code: str
    name: str
    type: int
    server: str
    parent: str = ""
    version: str = "5.00.9128.1000"
    build: int = 9128
    providers: tuple[str, ...] = ()
    sql_server: str = ""
    passive_server: str = ""
    install_dir: str = r"C:\Program Files\Microsoft Configuration Manager"
    service_windows: tuple[ServiceWindow, ...] = ()
    cim_writes: CimWrites = field(default_factory=CimWrites)
