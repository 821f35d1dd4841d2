# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Software that the role needs, by version of the site (data/server_requirements.yml), and TLS 1.2 for .NET."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status, cannot_tell
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.versions import SiteVersion
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server.judging import (
    CHECK_VERSION,
    OF_SITE,
    by_version,
    compared,
    dotted,
    needs,
    not_needed,
    unread,
)
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread


def dotnet_release(release: int | Unread | None, version: SiteVersion) -> Check:
    """.NET Framework 4 in the release that the site's version needs."""
    id, title = "dotnet_release", ".NET Framework 4"
    if isinstance(release, Unread):
        return unread(id, title, release)
    row = version.row(_rows("dotnet"))
    if row is None:
        return not_needed(id, title, version)
    need = needs(OF_SITE, version, f"{row['shown']} (release {row['release']})")
    if release is not None and release >= row["release"]:
        return by_version(Check(id, title, Status.PASSED, f"Release {release} is installed; {need}."), version)
    found = "No .NET Framework 4.5 or later is installed" if release is None else f"Release {release} is installed"
    remedy = f"Install .NET Framework {row['shown']} or later and restart the server."
    far_below = "failed_below" in row and (release is None or release < row["failed_below"])
    status = Status.FAILED if far_below else Status(row["below"])
    return by_version(Check(id, title, status, f"{found}; {need}.", remedy), version)


def dotnet_35(installed: bool | Unread) -> Check:
    """The Windows feature .NET Framework 3.5 (memdocs, site-and-site-system-prerequisites)."""
    id, title = "dotnet_35", "Feature .NET Framework 3.5"
    if isinstance(installed, Unread):
        return unread(id, title, installed)
    if installed:
        return Check(id, title, Status.PASSED, "The feature is installed.")
    remedy = "Install the feature NET-Framework-Core, for example with ansible.windows.win_feature."
    return Check(id, title, Status.FAILED, "The feature is not installed.", remedy)


def vc_runtime(found: str | Unread | None, version: SiteVersion) -> Check:
    """The Visual C++ runtime. The site installs it with the role, so a missing or older one is only a warning."""
    id, title = "vc_runtime", "Visual C++ 2015-2022 runtime, x64"
    if isinstance(found, Unread):
        return unread(id, title, found, required=False)
    row = version.row(_rows("vc_runtime"))
    if row is None:
        return not_needed(id, title, version, required=False)
    detail, enough = compared(found, needs(OF_SITE, version, row["minimum"]), row["minimum"])
    if enough is None:
        return cannot_tell(id, title, detail, CHECK_VERSION, required=False)
    if enough:
        return by_version(Check(id, title, Status.PASSED, detail, required=False), version)
    remedy = (
        "The site installs this version itself, with the role or with the update of the site, and a restart of the server can be "
        "pending then. Install it before (vc_redist.x64.exe) to restart the server at a time of your choice."
    )
    return by_version(Check(id, title, Status.WARNING, detail, remedy, required=False), version)


def odbc_driver(found: str | Unread | None, version: SiteVersion, whose: str = OF_SITE) -> Check:
    """ODBC Driver 18 for SQL Server, which the site does not install, in an allowed version.

    :param whose: OF_SITE, or OF_TOOL for a host of the service connection tool.
    """
    id, title = "odbc_driver", "ODBC Driver 18 for SQL Server"
    if isinstance(found, Unread):
        return unread(id, title, found)
    row = version.row(_rows("odbc_driver"))
    if row is None:
        return not_needed(id, title, version, whose=whose)
    detail, enough = compared(found, needs(whose, version, row["minimum"]), row["minimum"])
    if enough is None:
        return cannot_tell(id, title, detail, CHECK_VERSION)
    remedy = "Install a current ODBC Driver 18 for SQL Server, x64, in a version that this site allows. No site installs it."
    wrong = Status(row["below"])
    if wrong is Status.WARNING:
        later = next(row["since"] for row in _rows("odbc_driver") if row["below"] == Status.FAILED.value)
        remedy += f" Version {later} requires it, before the site is updated to it."
    refused = _refused(str(found), version) if found else None
    if refused is not None:
        until = f" before version {refused['since']} of the site" if "since" in refused else ""
        return by_version(Check(id, title, wrong, f"Version {found} must not be used{until}.", remedy), version, whose)
    if enough:
        return by_version(Check(id, title, Status.PASSED, detail), version, whose)
    return by_version(Check(id, title, wrong, detail, remedy), version, whose)


def _refused(found: str, version: SiteVersion) -> Mapping[str, Any] | None:
    for row in _rows("odbc_driver_refused"):
        if dotted(found) == dotted(row["version"]) and not ("since" in row and version.at_least(row["since"])):
            return row
    return None


def uses_native_client(version: SiteVersion) -> bool:
    """Whether sites of this version use SQL Server Native Client on the role's server."""
    return version.row(_rows("native_client")) is not None


def native_client(found: str | Unread | None, version: SiteVersion) -> Check:
    """SQL Server Native Client 11, which older versions of the role use and no site updates.

    At most a warning, as the product's own check, which looks at site servers only (memdocs, list-of-prerequisite-checks).
    """
    id, title = "native_client", "SQL Server Native Client 11"
    row = version.row(_rows("native_client"))
    if row is None:
        return not_needed(id, title, version, required=False)
    if isinstance(found, Unread):
        return unread(id, title, found, required=False)
    detail, enough = compared(found, needs(OF_SITE, version, row["minimum"]), row["minimum"])
    if enough is None:
        return cannot_tell(id, title, detail, CHECK_VERSION, required=False)
    if enough:
        return by_version(Check(id, title, Status.PASSED, detail, required=False), version)
    if found or row["missing"] == Status.WARNING.value:
        remedy = (
            "Install SQL Server 2012 Native Client SP4 (sqlncli.msi, version 11.4.7001.0), or update the site to a version that "
            "does not use it. No site updates it, and older versions of the client cannot use TLS 1.2 for the database."
        )
        return by_version(Check(id, title, Status.WARNING, detail, remedy, required=False), version)
    return Check(id, title, Status.SKIPPED, f"It is not installed; site version {version} works without it.", required=False)


def _rows(name: str) -> Sequence[Mapping[str, Any]]:
    rows: Sequence[Mapping[str, Any]] = table("server_requirements")[name]
    return rows


def tls_dotnet(values: Mapping[str, int | None] | Unread, bits: int) -> Check:
    """The values that let .NET use the TLS versions that the system allows, with strong cryptography (memdocs,
    enable-tls-1-2-server).

    :param bits: 64 or 32; the values for 32-bit programs are advisory, because the role's own programs are 64-bit.
    """
    id, title, required = f"tls_dotnet_{bits}", f"TLS 1.2 in {bits}-bit .NET programs", bits == 64
    if isinstance(values, Unread):
        return unread(id, title, values, required)
    wrong = [f"{name} is {'not set' if value is None else value}" for name, value in values.items() if value != 1]
    if not wrong:
        detail = "SystemDefaultTlsVersions and SchUseStrongCrypto are 1 for both versions of .NET."
        return Check(id, title, Status.PASSED, detail, required=required)
    remedy = "Set these values (REG_DWORD) to 1 and restart the server."
    return Check(id, title, Status.FAILED, f"{'; '.join(wrong)}.", remedy, required)
