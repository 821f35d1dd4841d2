# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the checks of a server need, read from the server itself. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.windows import pending_restart, software
from ansible_collections.configmgr.scp.plugins.module_utils.windows.certificates import Roots, read_roots
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import ServerClock
from ansible_collections.configmgr.scp.plugins.module_utils.windows.local_groups import LocalGroup, read_administrators
from ansible_collections.configmgr.scp.plugins.module_utils.windows.operating_system import (
    Computer,
    OperatingSystem,
    read_computer,
    read_installation_type,
    read_operating_system,
)
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread, attempt
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import Registry
from ansible_collections.configmgr.scp.plugins.module_utils.windows.services import ServiceMissing, Services
from ansible_collections.configmgr.scp.plugins.module_utils.windows.volumes import Drive, read_drives
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.overlap import read_named
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession


@dataclass(frozen=True)
class ServerFacts:
    """What was read; a part that could not be read is Unread, and the rest is still read."""

    computer: Computer | Unread
    system: OperatingSystem | Unread
    clock: ServerClock | Unread | None
    installation_type: str | Unread | None
    dotnet_release: int | Unread | None
    dotnet_35: bool | Unread
    vc_runtime: str | Unread | None
    odbc_driver: str | Unread | None
    native_client: str | Unread | None
    tls_64: Mapping[str, int | None] | Unread
    tls_32: Mapping[str, int | None] | Unread
    restarts: Sequence[str] | Unread
    drives: Sequence[Drive] | Unread
    executive: str | Unread | None
    roots: Roots | Unread
    administrators: LocalGroup | Unread


def read_server_facts(
    session: CimSession,
    roots: Sequence[str],
    native_client: bool,
    controller: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ServerFacts:
    """Everything, in about thirty requests: most of it is registry values, which are read one at a time. They overlap.

    The first request also authenticates; the clock is measured around the second.

    :param roots: thumbprints of the root certificates to look for.
    :param native_client: whether to read SQL Server Native Client, which newer versions of the site do not use; one request.
    """
    readers: dict[str, Callable[[CimSession], Any]] = {
        # First, because the clock is measured around the second: no logon is in that time.
        "computer": read_computer,
        "windows": partial(read_operating_system, controller=controller),
        # Those with several requests first, so that none of them is the last to begin.
        "tls_64": _registry(partial(software.tls_values, bits=64)),
        "tls_32": _registry(partial(software.tls_values, bits=32)),
        "restarts": _registry(pending_restart.pending_restarts),
        "drives": read_drives,
        "administrators": read_administrators,
        "roots": _registry(partial(read_roots, wanted=roots)),
        "executive": _executive,
        "vc_runtime": _registry(software.vc_runtime),
        "installation_type": _registry(read_installation_type),
        "dotnet_release": _registry(software.dotnet_release),
        "dotnet_35": _registry(software.has_dotnet_35),
        "odbc_driver": _registry(software.odbc_driver),
    }
    if native_client:
        readers["native_client"] = _registry(software.native_client)
    found = read_named(session, {name: partial(_attempted, read) for name, read in readers.items()}, exchanges=2)
    windows = found.pop("windows")
    unread = isinstance(windows, Unread)
    return ServerFacts(
        system=windows if unread else windows[0],
        clock=windows if unread else windows[1],
        **{"native_client": None, **found},
    )


def _registry(read: Callable[[Registry], Any]) -> Callable[[CimSession], Any]:
    return lambda session: read(Registry(session))


def _attempted(read: Callable[[CimSession], Any], session: CimSession) -> Any:
    return attempt(partial(read, session))


def _executive(session: CimSession) -> str | None:
    try:
        return Services(session).state("SMS_EXECUTIVE")
    except ServiceMissing:
        return None
