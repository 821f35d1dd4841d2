# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an administrator still has to do when an update is installed at all primary sites. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.duty import Duty
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import Package


def duties_after(package: Package, sites: Sequence[Site]) -> list[Duty]:
    """The duties after the installation of a package (memdocs, post-in-console-updates and install-in-console-updates).

    :param sites: of the hierarchy, read after the installation.
    """
    found = [_secondary(package, site) for site in sites if site.type == "secondary"]
    if "console" in package.impact:
        found.append(
            Duty(
                "consoles",
                "Configuration Manager consoles are updated",
                f"{package.name} changes the console; the SMS Provider does not show the version of each installed console.",
                "Update each console: start it and accept its update, or run ConsoleSetup.exe from tools\\ConsoleSetup in the "
                "installation folder of the site.",
                None,
            )
        )
    if "client" in package.impact:
        found.append(
            Duty(
                "clients",
                "Clients are updated",
                f"{package.name} has a new version of the client.",
                "Test it in the pre-production collection, if there is one, then update the clients (Administration > Site "
                "Configuration > Sites > Hierarchy Settings > Client Upgrade).",
                None,
            )
        )
    if "features" in package.impact:
        found.append(
            Duty(
                "features",
                "New features are turned on",
                f"{package.name} has new features; some of them are off until they are turned on.",
                "Check Administration > Updates and Servicing > Features.",
                None,
            )
        )
    found.append(
        Duty(
            "maintenance_tasks",
            "What was turned off for the installation is turned on again",
            "Site maintenance tasks, the backup task, security software and replicas may have been changed for the installation.",
            "Turn on again what was turned off, and check Monitoring > Database Replication.",
            None,
        )
    )
    return found


def _secondary(package: Package, site: Site) -> Duty:
    how = (
        f"Start the upgrade in the console: Administration > Site Configuration > Sites > {site.code} > "
        f"{'Recover Secondary Site' if package.is_hotfix else 'Upgrade'}."
    )
    title = f"Secondary site {site.code} is updated"
    id = f"secondary_site_{site.code.lower()}"
    if package.is_hotfix:
        detail = f"A hotfix does not change the version of {site.code}, so the SMS Provider does not show whether it has it."
        return Duty(id, title, detail, how, None)
    if site.version == package.version:
        return Duty(id, title, f"{site.code} ({site.server}) has version {site.version}.")
    detail = (
        f"{site.code} ({site.server}) has version {site.version}, and its parent site {package.version}. It is never updated "
        "by itself."
    )
    return Duty(id, title, detail, how, False)
