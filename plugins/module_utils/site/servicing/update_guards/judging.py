# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What prevents the installation of an update, as far as a site shows it: facts in, checks out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows, updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status, cannot_tell
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import Package
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.update_guards.facts import (
    UPDATE_SERVICE,
    GuardFacts,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.choosing import Choice, numbers
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import busy
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

TITLES = {
    "update_applies": "The update applies to the hierarchy",
    "source_version": "The update can be installed on the version of each site",
    "earlier_update": "An update that must come first is installed",
    "site_versions_equal": "All primary sites have the same version",
    "sites_active": "All sites are active",
    "replication": "The sites replicate",
    "no_other_update": "No other update is being installed",
    "backup": "There is a recent backup of each site",
    "contact": "The service connection point is in contact, or the content of the update is on the site",
    "update_service": f"The service {UPDATE_SERVICE} is running",
    "sql_server_version": "The SQL Server of each site has a supported version",
    "availability_groups": "Availability groups are ready for an update",
    "database_replicas": "No management point uses a database replica",
    "site_server_pair": "Site servers in active/passive pairs",
    "service_windows": "No service window of a site delays the installation",
    "maintenance_tasks": "No maintenance task runs during the installation",
    "client_piloting": "New versions of the client are tested first",
    "consoles_connected": "No console is connected",
}
# SMS_Site.Status (SDK page).
_ACTIVE = 1
# SMS_Site.Mode (SDK page): 1 to 5 are busy or expired; 6 and 7 have older sites below.
_NORMAL_MODES = (0, 6, 7)
_HEALTHY = "ok"


@dataclass(frozen=True)
class Plan:
    """What is to be installed.

    :param choice: the package, or why there is none; :param backup_days: the limit of the user, 0 for none.
    """

    choice: Choice
    backup_days: int


def all_checks(facts: GuardFacts, plan: Plan, top: Site) -> list[Check]:
    """Every check, in the order of TITLES."""
    package = plan.choice.package
    return [
        update_applies(plan.choice),
        source_version(facts.sites, package),
        earlier_update(package),
        site_versions_equal(facts.sites),
        sites_active(facts),
        replication(facts.sites),
        no_other_update(facts.packages, package),
        backup(facts, plan.backup_days),
        contact(facts, package),
        update_service(facts.service, top),
        sql_server_version(facts),
        availability_groups(facts),
        database_replicas(facts),
        site_server_pair(facts),
        service_windows(facts),
        _told("maintenance_tasks", _MAINTENANCE_WHY, _MAINTENANCE_REMEDY),
        client_piloting(facts.piloting, package),
        _told("consoles_connected", _CONSOLES_WHY, _CONSOLES_REMEDY),
    ]


_MAINTENANCE_WHY = "maintenance tasks of the sites are not read."
_MAINTENANCE_REMEDY = (
    "Turn off the tasks that may run during the installation, such as the backup, and turn them on again after it "
    "(Administration > Site "
    "Configuration > Sites > Site Maintenance)."
)
_CONSOLES_WHY = (
    "the SMS Provider does not show which consoles and scripts use it now; they can block the upgrade of the database."
)
_CONSOLES_REMEDY = "Close all consoles and scripts that use the SMS Provider (Administration > Security > Console Connections)."


def _passed(id: str, detail: str, required: bool = True) -> Check:
    return Check(id, TITLES[id], Status.PASSED, detail, required=required)


def _failed(id: str, detail: str, remedy: str) -> Check:
    return Check(id, TITLES[id], Status.FAILED, detail, remedy)


def _warning(id: str, detail: str, remedy: str, required: bool = False) -> Check:
    return Check(id, TITLES[id], Status.WARNING, detail, remedy, required)


def _skipped(id: str, detail: str) -> Check:
    return Check(id, TITLES[id], Status.SKIPPED, detail)


def _unread(id: str, found: Unread, remedy: str, required: bool = True) -> Check:
    return cannot_tell(id, TITLES[id], found.why, remedy, required)


def _told(id: str, why: str, remedy: str) -> Check:
    """A check that nothing on the SMS Provider answers."""
    return cannot_tell(id, TITLES[id], why, remedy, required=False)


def update_applies(choice: Choice) -> Check:
    """The site lists the update, and it applies."""
    id, package = "update_applies", choice.package
    if choice.installed:
        return _passed(id, "The site already has this version, or there is nothing newer.")
    if package is None:
        return _failed(id, choice.refusal, "Request a check for updates (configmgr.scp.site_update_check), or import the update.")
    shown = f"{package.name} is {package.state}."
    if package.standing == updates.HIDDEN:
        return _failed(id, shown, "Choose another update, or read hman.log on the site server for the reason.")
    if package.standing == updates.FAILED:
        told = updates.advice(package) or "Read the logs of the site server."
        # A later phase that failed can be retried, so it does not block.
        return _failed(id, shown, told) if package.stage == updates.APPLICABILITY else _warning(id, shown, told, required=True)
    if package.stage == updates.UNKNOWN:
        return cannot_tell(id, TITLES[id], shown, "Check Monitoring > Updates and Servicing Status in the console.")
    return _passed(id, shown)


def source_version(sites: Sequence[Site], package: Package | None) -> Check:
    """Each primary site has at least the version that the update needs (MinCMVersion)."""
    id = "source_version"
    if package is None:
        return _skipped(id, "There is no update to install.")
    least = numbers(package.minimum)
    if not least:
        return cannot_tell(id, TITLES[id], "the site does not show which version the update needs.", "Read its release notes.")
    older = [site for site in _primaries(sites) if numbers(site.version) < least]
    if older:
        listed = ", ".join(f"{site.code} ({site.version or 'unknown version'})" for site in older)
        return _failed(
            id, f"{package.name} needs version {package.minimum} or later; older are {listed}.", "Update these sites first."
        )
    return _passed(id, f"{package.name} needs version {package.minimum} or later, and all sites have it.")


def earlier_update(package: Package | None) -> Check:
    """PrereqPackageName and PrereqPackageState of the package."""
    id = "earlier_update"
    if package is None:
        return _skipped(id, "There is no update to install.")
    if not package.earlier:
        return _passed(id, f"{package.name} needs no other update first.")
    shown = f"{package.name} needs {package.earlier} first, which is {updates.state_name(package.earlier_number)}."
    installed = (updates.INSTALLATION, updates.DONE)
    if (updates.stage_of(package.earlier_number), updates.standing_of(package.earlier_number)) == installed:
        return _passed(id, shown)
    return _failed(id, shown, f"Install {package.earlier} first (update_name, or update of configmgr.scp.site_update).")


def site_versions_equal(sites: Sequence[Site]) -> Check:
    """All primary sites and the central administration site must have the same version; secondary sites may follow later."""
    id = "site_versions_equal"
    found = sorted({site.version for site in _primaries(sites)})
    listed = ", ".join(f"{site.code} {site.version}" for site in sites)
    if len(found) > 1:
        return _failed(id, f"The versions are {listed}.", "Complete the update that is not installed at every site.")
    behind = [site.code for site in sites if site.type == "secondary" and site.version not in found]
    if behind:
        remedy = "Upgrade them in the console before the next update of their parent sites."
        return _warning(id, f"The secondary sites {', '.join(behind)} have another version: {listed}.", remedy, required=True)
    return _passed(id, f"All sites have version {found[0] if found else 'unknown'}.")


def sites_active(facts: GuardFacts) -> Check:
    """SMS_Site.Status and Mode."""
    id = "sites_active"
    wrong = [
        f"{site.code} (status {site.status}, mode {site.mode})"
        for site in facts.modes
        if site.status not in (None, _ACTIVE) or site.mode not in (None, *_NORMAL_MODES)
    ]
    if wrong:
        remedy = "Check these sites in the console (Administration > Site Configuration > Sites), and wait until they are active."
        return _failed(id, f"Not active: {', '.join(wrong)}.", remedy)
    hidden = [site.code for site in facts.modes if site.status is None]
    if hidden:
        return cannot_tell(id, TITLES[id], f"the site does not show the status of {', '.join(hidden)}.", "Check the console.")
    return _passed(id, f"{len(facts.modes)} sites are active.")


def replication(sites: Sequence[Site]) -> Check:
    """The numbers of SMS_ReplicationLinkSummary are not documented, so they are not judged."""
    id = "replication"
    if len(sites) == 1:
        return _passed(id, "The hierarchy has one site, so nothing is replicated.")
    return cannot_tell(
        id,
        TITLES[id],
        "the meaning of the numbers with which the SMS Provider shows the links is not documented.",
        "Check that each link is active in Monitoring > Database Replication, above all the replication group CMUpdates; with "
        "Replication "
        "Link Analyzer where one is not.",
    )


def no_other_update(packages: Sequence[Package], package: Package | None) -> Check:
    """A site installs one update at a time."""
    id = "no_other_update"
    nobody = Package("", "", "", "", 0)
    others = busy(packages, package or nobody)
    if others:
        listed = ", ".join(f"{name} ({state})" for name, state in others)
        return _failed(id, f"The site is at work on {listed}.", "Wait until that update is installed, or finish it first.")
    return _passed(id, "No other update is being replicated, checked or installed.")


def backup(facts: GuardFacts, days: int) -> Check:
    """A successful backup by the task "Backup SMS Site Server" (status message 5035)."""
    id = "backup"
    if facts.backups is None:
        return _skipped(id, "The age of the backup is not checked (backup_max_age_days: 0).")
    remedy = (
        "Make a backup of each site, its database and its customisations. If the databases are backed up in another way, accept "
        "this check or set the limit to 0."
    )
    if isinstance(facts.backups, Unread):
        return _unread(id, facts.backups, remedy)
    missing = [
        site
        for site in _primaries(facts.sites)
        if not any(naming.same_computer(made.server, site.server) for made in facts.backups)
    ]
    within = f"in the last {days} days"
    if not missing:
        newest = max((made.time or "" for made in facts.backups), default="")
        return _passed(id, f"Each site reported a successful backup {within}, the last one at {newest}.")
    listed = ", ".join(f"{site.code} ({site.server})" for site in missing)
    return _failed(id, f"No successful backup {within} (status message 5035 of SMS_SITE_BACKUP) of {listed}.", remedy)


def contact(facts: GuardFacts, package: Package | None) -> Check:
    """A downloaded update needs no contact; an offline service connection point gets it by an import."""
    id = "contact"
    if package is not None and not _needs_download(package):
        return _passed(id, f"The content of {package.name} is on the site.")
    if isinstance(facts.roles, Unread):
        return _unread(id, facts.roles, "Check the service connection point in the console.")
    if len(facts.roles) != 1:
        servers = ", ".join(role.server for role in facts.roles) or "none"
        return _failed(
            id, f"The hierarchy needs one service connection point, and has {servers}.", "Run configmgr.scp.provision."
        )
    role = facts.roles[0]
    if role.mode == rows.OFFLINE:
        remedy = "Import the update with the playbook configmgr.scp.offline_updates."
        return _failed(
            id, f"The service connection point on {role.server} is offline, and the content is not on the site.", remedy
        )
    return _downloads(facts, role.server)


def _downloads(facts: GuardFacts, server: str) -> Check:
    id = "contact"
    remedy = "Run configmgr.scp.report: it shows the contact, the thread and the log of the service connection point."
    if isinstance(facts.components, Unread):
        return _unread(id, facts.components, remedy)
    own = [state for state in facts.components if naming.same_computer(state.server, server)]
    if not own:
        return cannot_tell(id, TITLES[id], f"the site shows no state of {naming.DOWNLOADER} on {server}.", remedy)
    shown = f"{naming.DOWNLOADER} on {server} is {own[0].state}, its status is {own[0].status}"
    if not own[0].started:
        return _failed(id, f"{shown}.", remedy)
    if own[0].status != _HEALTHY:
        return _warning(id, f"{shown}.", remedy, required=True)
    return _passed(id, f"{shown}; last heartbeat {own[0].last_heartbeat or 'unknown'}.")


def _needs_download(package: Package) -> bool:
    if package.stage == updates.DOWNLOAD:
        return package.standing != updates.DONE
    return package.stage in (updates.APPLICABILITY, updates.UNKNOWN)


def update_service(state: str | Unread, top: Site) -> Check:
    """The service that installs the update; hman starts it (KB 4490424)."""
    id = "update_service"
    remedy = f"Start the service {UPDATE_SERVICE} on {top.server}; hman.log and CMUpdate.log there show why it does not run."
    if isinstance(state, Unread):
        return _unread(id, state, f"Check the service {UPDATE_SERVICE} on {top.server}.", required=False)
    if state != "Running":
        return _failed(id, f"The service is {state or 'in an unknown state'} on {top.server}.", remedy)
    return _passed(id, f"The service is running on {top.server}.")


def sql_server_version(facts: GuardFacts) -> Check:
    """Only SQL Server shows its version."""
    why = f"only SQL Server itself shows its version. {_databases(facts)}"
    remedy = (
        "Compare SELECT @@VERSION of each with the release notes of the update. Version 2609 needs SQL Server 2017 CU2 or "
        "later, also for "
        "the SQL Server Express of secondary sites."
    )
    return _told("sql_server_version", why, remedy)


def availability_groups(facts: GuardFacts) -> Check:
    """Only SQL Server shows availability groups."""
    why = f"only SQL Server itself shows availability groups. {_databases(facts)}"
    remedy = (
        "If a database is in an availability group: set manual failover, make sure that all replicas are healthy, and that the "
        "secondary "
        "replicas are not readable."
    )
    return _told("availability_groups", why, remedy)


def _databases(facts: GuardFacts) -> str:
    if isinstance(facts.servers, Unread):
        return "Where the databases are is not known."
    found = [f"{code}: {server}" for (code, server), roles in sorted(facts.servers.items()) if naming.SQL_SERVER in roles]
    return f"The databases are on {', '.join(found)}." if found else "Where the databases are is not known."


def database_replicas(facts: GuardFacts) -> Check:
    """The prerequisite check of the product fails while a management point uses a replica."""
    id = "database_replicas"
    if isinstance(facts.replicas, Unread):
        return _unread(id, facts.replicas, "Check the properties of each management point in the console.")
    if facts.replicas:
        listed = ", ".join(f"{server} (replica on {database})" for server, database in facts.replicas)
        remedy = "Remove the replicas before the installation and configure them again after it."
        return _failed(id, f"A database replica is used by {listed}.", remedy)
    return _passed(id, "Each management point uses the database of its site.")


def site_server_pair(facts: GuardFacts) -> Check:
    """The passive site server is updated too; it must not be promoted directly after that."""
    id = "site_server_pair"
    if isinstance(facts.servers, Unread):
        return _unread(id, facts.servers, "Check the nodes of each site in the console.", required=False)
    servers: dict[str, list[str]] = {}
    for (code, server), roles in facts.servers.items():
        if naming.SITE_SERVER in roles:
            servers.setdefault(code, []).append(server)
    pairs = {code: found for code, found in servers.items() if len(found) > 1}
    if not pairs:
        return _passed(id, "No site has a passive site server.", required=False)
    listed = "; ".join(f"{code}: {', '.join(found)}" for code, found in sorted(pairs.items()))
    remedy = (
        "Check in the console that the passive site server is OK (Nodes tab of the site), and do not promote it until it has "
        "the update."
    )
    return _warning(id, f"Sites with two site servers: {listed}.", remedy)


def service_windows(facts: GuardFacts) -> Check:
    """A closed window of a child site delays its installation; one of the top-level site prevents the start."""
    id = "service_windows"
    if isinstance(facts.windows, Unread):
        return _unread(id, facts.windows, "Check the service windows of each site in the console.", required=False)
    found = {code: count for code, count in facts.windows.items() if count}
    if not found:
        return _passed(id, "No site has a service window.", required=False)
    listed = ", ".join(f"{code} ({count})" for code, count in sorted(found.items()))
    remedy = (
        "Plan the installation in the windows of the sites (Administration > Site Configuration > Sites > properties > Service "
        "Windows): "
        "a site below waits for its own window, and then begins by itself."
    )
    return _warning(id, f"Sites with service windows: {listed}.", remedy)


def client_piloting(enabled: bool | Unread, package: Package | None) -> Check:
    """Whether the client of the update first goes to a pre-production collection only."""
    id = "client_piloting"
    if package is not None and "client" not in package.impact:
        return Check(id, TITLES[id], Status.SKIPPED, f"{package.name} has no new version of the client.", required=False)
    remedy = (
        "To test new versions of the client first, turn on the pre-production client before the installation (Administration > "
        "Site "
        "Configuration > Sites > Hierarchy Settings > Client Upgrade); after it, this is not possible for this update."
    )
    if isinstance(enabled, Unread):
        return _unread(id, enabled, remedy, required=False)
    if enabled:
        return _passed(id, "New versions of the client go to the pre-production collection first.", required=False)
    return _warning(id, "New versions of the client go to all clients, according to the settings of their upgrade.", remedy)


def _primaries(sites: Sequence[Site]) -> list[Site]:
    return [site for site in sites if site.type != "secondary"]
