# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads what the checks before a run need, and collects the checks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool import requirements
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.installed import Tool
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import CONNECT, IMPORT, Request
from ansible_collections.configmgr.scp.plugins.module_utils.windows import folders, software
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable, Unread, attempt
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import Registry
from ansible_collections.configmgr.scp.plugins.module_utils.windows.token import is_administrator
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

_GIB = 1024**3
# What a run may write: a payload is under a gigabyte, with its redistributables about two; estimates, not published values.
_USUAL_BYTES = {
    "prepare": _GIB // 10,
    "export": _GIB // 10,
    "latest": 4 * _GIB,
    "site_version": 8 * _GIB,
    "hotfixes": 8 * _GIB,
    "all": 30 * _GIB,
}


def needed_bytes(request: Request, download: str, required: int | None, pack_bytes: int) -> int:
    """The space that a run needs: the user's value, else twice the size of the pack (it is unpacked), else an estimate."""
    if required is not None:
        return required
    if request.action == IMPORT:
        return 2 * pack_bytes
    return _USUAL_BYTES[download if request.action == CONNECT else request.action]


def read_checks(
    session: CimSession, request: Request, tool: Tool, site_version: str, mode: str | None, needed: int
) -> list[Check]:
    """Everything that has to be right before a run: about twelve requests.

    What the tool needs depends on its own version; on the site's where Windows does not show the tool's.
    """
    return list(_checks(session, request, tool, site_version, mode, needed))


def _checks(
    session: CimSession, request: Request, tool: Tool, site_version: str, mode: str | None, needed: int
) -> Iterator[Check]:
    registry = Registry(session)
    yield requirements.tool_version(tool.version, site_version, tool.path, request.action)
    yield requirements.mode(request.action, mode)
    yield requirements.rights(_administrator(session))
    drive = (request.target or tool.folder)[:2].upper()
    yield requirements.free_space(attempt(partial(folders.free_bytes, session, drive)), needed, drive, request.action)
    version = _version(tool.version) or _version(site_version)
    if version is None:
        return
    yield requirements.dotnet(attempt(partial(software.dotnet_release, registry)), version)
    for platform in ("x64", "x86"):
        yield requirements.vc_runtime(attempt(partial(software.vc_runtime, registry, platform)), version, platform)
    yield requirements.odbc_driver(attempt(partial(software.odbc_driver, registry)), version)


def _version(text: str) -> versions.SiteVersion | None:
    try:
        return versions.find(text)
    except versions.BadVersion:
        return None


def _administrator(session: CimSession) -> bool | Unread:
    try:
        return is_administrator(session)
    except CimFault as fault:
        # An account that may not run commands is not an administrator.
        return False if fault.kind is FaultKind.ACCESS_DENIED else Unread(str(fault))
    except NotReadable as error:
        return Unread(str(error))


def failed(checks: list[Check]) -> list[Check]:
    """The checks that prevent a run."""
    return [check for check in checks if check.required and check.status is Status.FAILED]
