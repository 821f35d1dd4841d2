# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What has to be right before the tool runs (memdocs, use-the-service-connection-tool, prerequisites). Pure."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status, cannot_tell
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.versions import SiteVersion
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server import software
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server.judging import (
    CHECK_VERSION,
    OF_TOOL,
    by_version,
    compared,
    dotted,
    needs,
    not_needed,
    unread,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import CONNECT, EXPORT, called
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.meter import sized
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

_MATCHED_NUMBERS = 3


def tool_version(found: str, site_version: str, path: str, action: str) -> Check:
    """The tool has the site's version: the same build. (The numbers after the build change with a hotfix rollup.)"""
    id, title = "tool_version", "Version of the tool"
    if not site_version:
        return Check(
            id,
            title,
            Status.SKIPPED,
            f"The tool has version {found or 'unknown'}; the version of the site is not given (site_version).",
        )
    remedy = (
        "Copy the complete folder CD.Latest\\SMSSETUP\\TOOLS\\ServiceConnectionTool of the top-level site server to this server, "
        f"and set its path in {called('tool_path', action)}."
    )
    have, wanted = dotted(found), dotted(site_version)
    if have is None or wanted is None:
        return cannot_tell(id, title, f"the version of {path} cannot be read", remedy)
    if have[:_MATCHED_NUMBERS] == wanted[:_MATCHED_NUMBERS]:
        return Check(id, title, Status.PASSED, f"{path} has version {found}, like the site ({site_version}).")
    return Check(id, title, Status.FAILED, f"{path} has version {found}, but the site has {site_version}.", remedy)


def mode(action: str, found: str | None) -> Check:
    """The service connection point is in offline mode; a connected host does not need the role."""
    id, title = "offline_mode", "Mode of the service connection point"
    if action in (CONNECT, EXPORT) or not found:
        why = "The mode does not matter for this action." if action in (CONNECT, EXPORT) else "The option mode is not given."
        return Check(id, title, Status.SKIPPED, why)
    if found == "offline":
        return Check(id, title, Status.PASSED, "The service connection point is offline.")
    remedy = (
        "Either let it download its updates and do not use the tool, or set its mode to offline first (mode of "
        "configmgr.scp.service_connection_point, service_connection_point_mode of configmgr.scp.provision)."
    )
    return Check(id, title, Status.FAILED, "The service connection point is online and downloads its updates itself.", remedy)


def rights(found: bool | Unread) -> Check:
    """Commands of this account run with the rights of a local administrator."""
    id, title = "administrator", "Rights of the account"
    if isinstance(found, Unread):
        return unread(id, title, found)
    if found:
        return Check(id, title, Status.PASSED, "Commands of this account run with the rights of a local administrator.")
    return Check(
        id,
        title,
        Status.FAILED,
        "Commands of this account do not run with the rights of a local administrator.",
        "Connect with a domain account that is a local administrator of this server. User Account Control removes these rights "
        "from local accounts that connect over the network.",
    )


def free_space(free: int | Unread | None, needed: int, drive: str, action: str) -> Check:
    """Enough free space on the drive of the destination."""
    id, title = f"free_space_{drive[:1].lower()}", f"Free space on {drive}"
    if isinstance(free, Unread):
        return unread(id, title, free)
    if free is None:
        return Check(id, title, Status.FAILED, f"There is no drive {drive}.", "Give a path on a drive that this server has.")
    detail = f"{sized(free)} are free on {drive}, {sized(needed)} are needed."
    if free >= needed:
        return Check(id, title, Status.PASSED, detail)
    remedy = (
        "Free some space, or give a path on another drive. If this estimate is too high, set "
        f"{called('required_free_bytes', action)}."
    )
    return Check(id, title, Status.FAILED, detail, remedy)


def dotnet(release: int | Unread | None, version: SiteVersion) -> Check:
    """.NET Framework for the tool itself, which needs an older release than the role."""
    id, title = "tool_dotnet", ".NET Framework 4 for the tool"
    if isinstance(release, Unread):
        return unread(id, title, release)
    row = version.row(table("server_requirements")["tool_dotnet"])
    if row is None:
        return not_needed(id, title, version, whose=OF_TOOL)
    need = needs(OF_TOOL, version, f"{row['shown']} (release {row['release']})")
    if release is not None and release >= row["release"]:
        return by_version(Check(id, title, Status.PASSED, f"Release {release} is installed; {need}."), version, OF_TOOL)
    found = "No .NET Framework 4.5 or later is installed" if release is None else f"Release {release} is installed"
    remedy = f"Install .NET Framework {row['shown']} or later; 4.8 is recommended."
    return by_version(Check(id, title, Status.FAILED, f"{found}; {need}.", remedy), version, OF_TOOL)


def vc_runtime(found: str | Unread | None, version: SiteVersion, platform: str) -> Check:
    """The Visual C++ runtime of a platform, on each host of the tool: it does not start without both.

    :param platform: ``x64``, which the site installs with the role, or ``x86``, which it installs on site servers only.
    """
    id = "vc_runtime" if platform == "x64" else f"vc_runtime_{platform}"
    title = f"Visual C++ 2015-2022 runtime, {platform}"
    if isinstance(found, Unread):
        return unread(id, title, found)
    row = version.row(table("server_requirements")["tool_vc_runtime"])
    if row is None:
        detail = f"Tool version {version} needs the Visual C++ 2013 runtime instead, which is not checked."
        return Check(id, title, Status.SKIPPED, detail)
    need = needs(OF_TOOL, version, row["minimum"])
    detail, enough = compared(found, need, row["minimum"], f"The Visual C++ runtime for {platform}")
    if enough is None:
        return cannot_tell(id, title, detail, CHECK_VERSION)
    if enough:
        return by_version(Check(id, title, Status.PASSED, detail), version, OF_TOOL)
    remedy = f"Install the current Visual C++ runtime for {platform} (vc_redist.{platform}.exe); the tool needs both x64 and x86."
    return by_version(Check(id, title, Status.FAILED, detail, remedy), version, OF_TOOL)


def odbc_driver(found: str | Unread | None, version: SiteVersion) -> Check:
    """The driver for SQL Server: from version 2309 the tool requires it on both of its hosts, before that it is advice."""
    row = version.row(table("server_requirements")["odbc_driver"])
    required = row is not None and row["below"] == Status.FAILED.value
    return replace(software.odbc_driver(found, version, OF_TOOL), required=required)
