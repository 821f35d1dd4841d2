# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the checks of a server need, read from the server itself. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

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
    """Everything, in about thirty requests: most of it is registry values, which are read one at a time.

    The first request also authenticates; the clock is measured around the second.

    :param roots: thumbprints of the root certificates to look for.
    :param native_client: whether to read SQL Server Native Client, which newer versions of the site do not use; one request.
    """
    registry = Registry(session)
    computer = attempt(partial(read_computer, session))
    windows = attempt(partial(read_operating_system, session, controller))
    return ServerFacts(
        computer=computer,
        system=windows if isinstance(windows, Unread) else windows[0],
        clock=windows if isinstance(windows, Unread) else windows[1],
        installation_type=attempt(partial(read_installation_type, registry)),
        dotnet_release=attempt(partial(software.dotnet_release, registry)),
        dotnet_35=attempt(partial(software.has_dotnet_35, registry)),
        vc_runtime=attempt(partial(software.vc_runtime, registry)),
        odbc_driver=attempt(partial(software.odbc_driver, registry)),
        native_client=attempt(partial(software.native_client, registry)) if native_client else None,
        tls_64=attempt(partial(software.tls_values, registry, 64)),
        tls_32=attempt(partial(software.tls_values, registry, 32)),
        restarts=attempt(partial(pending_restart.pending_restarts, registry)),
        drives=attempt(partial(read_drives, session)),
        executive=attempt(partial(_executive, session)),
        roots=attempt(partial(read_roots, registry, roots)),
        administrators=attempt(partial(read_administrators, session)),
    )


def _executive(session: CimSession) -> str | None:
    try:
        return Services(session).state("SMS_EXECUTIVE")
    except ServiceMissing:
        return None
