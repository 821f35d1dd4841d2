# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Software that the role needs, by version of the site (data/server_requirements.yml), and TLS 1.2 for .NET."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status, cannot_tell
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.versions import SiteVersion
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server.judging import by_version, dotted, unread
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread


def dotnet_release(release: int | Unread | None, version: SiteVersion) -> Check:
    """.NET Framework 4 in the release that the site's version needs."""
    id, title = "dotnet_release", ".NET Framework 4"
    if isinstance(release, Unread):
        return unread(id, title, release)
    row = version.row(table("server_requirements")["dotnet"])
    if row is None:
        return _no_requirement(id, title, version)
    need = f"site version {version} needs {row['shown']} (release {row['release']}) or later"
    if release is not None and release >= row["release"]:
        return by_version(Check(id, title, Status.PASSED, f"Release {release} is installed; {need}."), version)
    found = "No .NET Framework 4.5 or later is installed" if release is None else f"Release {release} is installed"
    remedy = f"Install .NET Framework {row['shown']} or later and restart the server."
    return by_version(Check(id, title, Status(row["below"]), f"{found}; {need}.", remedy), version)


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
    """The Visual C++ runtime. The site installs it with the role, so a missing one is only a warning."""
    id, title = "vc_runtime", "Visual C++ 2015-2019 runtime, x64"
    if isinstance(found, Unread):
        return unread(id, title, found, required=False)
    row = version.row(table("server_requirements")["vc_runtime"])
    if row is None:
        return _no_requirement(id, title, version, required=False)
    detail, enough = _compared(found, row["minimum"], version)
    if enough is None:
        return cannot_tell(id, title, detail, "Check the version on the server.", required=False)
    if enough:
        return by_version(Check(id, title, Status.PASSED, detail, required=False), version)
    remedy = "The site installs it with the role. Install it before to avoid a restart of the server while the role is installed."
    return by_version(Check(id, title, Status.WARNING, detail, remedy, required=False), version)


def odbc_driver(found: str | Unread | None, version: SiteVersion) -> Check:
    """ODBC Driver 18 for SQL Server, which the site does not install, in an allowed version."""
    id, title = "odbc_driver", "ODBC Driver 18 for SQL Server"
    if isinstance(found, Unread):
        return unread(id, title, found)
    row = version.row(table("server_requirements")["odbc_driver"])
    if row is None:
        return _no_requirement(id, title, version)
    detail, enough = _compared(found, row["minimum"], version)
    if enough is None:
        return cannot_tell(id, title, detail, "Check the version on the server.")
    remedy = "Install a current ODBC Driver 18 for SQL Server that this version of the site allows; the site does not install it."
    refused = _refused(str(found), version) if found else None
    if refused is not None:
        until = f" before version {refused['since']} of the site" if "since" in refused else ""
        return by_version(Check(id, title, Status.FAILED, f"Version {found} must not be used{until}.", remedy), version)
    if enough:
        return by_version(Check(id, title, Status.PASSED, detail), version)
    return by_version(Check(id, title, Status.FAILED, detail, remedy), version)


def _refused(found: str, version: SiteVersion) -> Mapping[str, Any] | None:
    for row in table("server_requirements")["odbc_driver_refused"]:
        if dotted(found) == dotted(row["version"]) and not ("since" in row and version.at_least(row["since"])):
            return dict(row)
    return None


def _compared(found: str | None, minimum: str, version: SiteVersion) -> tuple[str, bool | None]:
    """The sentence, and whether the version is enough; None when it cannot be read as a version."""
    need = f"site version {version} needs {minimum} or later"
    if not found:
        return f"It is not installed; {need}.", False
    have, wanted = dotted(found), dotted(minimum)
    if have is None or wanted is None:
        return f"the server reports {found[:60]!r}, which is not a version; {need}.", None
    return f"Version {found} is installed; {need}.", have >= wanted


def _no_requirement(id: str, title: str, version: SiteVersion, required: bool = True) -> Check:
    detail = f"Site version {version} does not need it."
    return by_version(Check(id, title, Status.SKIPPED, detail, required=required), version)


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
