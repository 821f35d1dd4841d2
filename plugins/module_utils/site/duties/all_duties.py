# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is left to do by hand once the service connection point is on its server, computed from what the site shows. Pure.

Nothing is remembered about a move or a recovery: each duty follows from the present state, and is done when the state shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.duties import cloud_duties
from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.duty import Duty, Facts, Package, to_do, unclear
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows, updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.time_texts import with_times
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import placement

CENTRAL = "central administration site"
# SMS_CM_UpdatePackages.UpdateType (SDK page): 0 regular, 1 weave, 2 QFE. It does not show whether a QFE came through the console.
HOTFIX = 2
# The id of every duty, in the order in which they are reported.
DUTY_IDS = (
    "role_running",
    "no_update_in_progress",
    "proxy",
    "accounts_listed",
    "app_secrets_renewed",
    "app_secrets_valid",
    "app_expiry_watched",
    "gateways",
    "discovery",
    "out_of_band_hotfixes",
    "passwords_entered",
    "external_notifications",
)
# States in which a package needs nothing from the role's server: installed, not offered, or downloaded only on request.
_HOTFIX_AT_REST = frozenset({"INSTALL_SUCCESS", "APPLICABILITY_HIDE", "APPLICABILITY_NA", "APPLICABILITY_SUCCESS"})


def duties(facts: Facts) -> list[Duty]:
    """Every duty that exists in this state, done or not. Duties about the role's server need exactly one server with the role."""
    found = [role_running(facts), no_update_in_progress(facts)]
    if facts.server:
        found += [proxy(facts), accounts_listed(facts), cloud_duties.secrets_renewed(facts)]
    found += [cloud_duties.secrets_valid(facts), cloud_duties.expiry_watched(facts), cloud_duties.gateways(facts)]
    if facts.server:
        found.append(cloud_duties.discovery(facts))
    found.append(hotfixes(facts))
    if facts.recovered:
        found.append(passwords_entered(facts))
        if facts.site.type == CENTRAL:
            found.append(external_notifications(facts))
    return found


def role_running(facts: Facts) -> Duty:
    """One row, and the site lists its downloader there as started."""
    id, title = "role_running", "The role is installed, has its mode, and its downloader runs"
    how = "Run configmgr.scp.provision, with the server that is to have the role in service_connection_point_server."
    if not facts.holders:
        return to_do(id, title, "The hierarchy has no service connection point.", how)
    if not facts.server:
        return to_do(
            id,
            title,
            f"The hierarchy has more than one service connection point: {placement.listed(facts.holders)}.",
            "Remove the one that does not work: configmgr.scp.remove with that server in scp_server.",
        )
    seen = facts.component(naming.DOWNLOADER)
    if seen is None or not seen.started:
        state = f"is {seen.state}" if seen else "is not listed by the site"
        return to_do(id, title, f"{naming.DOWNLOADER} on {facts.server} {state}.", how)
    since = f" since {with_times(seen.last_started)}" if seen.last_started else ""
    if facts.mode is None:
        why = f"{naming.DOWNLOADER} on {facts.server} is started{since}, but the row of the role has no known mode."
        return unclear(
            id,
            title,
            why,
            "Run configmgr.scp.provision with service_connection_point_mode: it writes the mode and restarts the thread.",
        )
    return Duty(id, title, f"{naming.DOWNLOADER} on {facts.server} is started{since}; mode {facts.mode}.")


def no_update_in_progress(facts: Facts) -> Duty:
    """No update may be in progress before or after a move (KB 4490424)."""
    id, title = "no_update_in_progress", "No update of the site is being installed"
    names = {updates.state_name(number) for number in updates.installing_states()}
    busy = [package for package in facts.packages if package.state in names]
    if busy:
        return to_do(
            id,
            title,
            f"Being installed: {_packages(busy)}.",
            "Wait until it is installed; check Monitoring > Updates and Servicing Status in the console.",
        )
    return Duty(id, title, "None is being installed.")


def proxy(facts: Facts) -> Duty:
    """The proxy is a setting of the server, not of the role, so a move does not transfer it."""
    id, title = "proxy", "The server has the proxy that the role needs"
    if facts.mode == rows.OFFLINE:
        return Duty(id, title, "In offline mode the role makes no internet connections.")
    own = facts.site_systems.get(facts.server)
    how = f"Set the proxy of {facts.server} with configmgr.scp.site_system if it needs one to reach the internet."
    if own is None:
        return unclear(id, title, f"the site shows no site system {facts.server}.", how)
    if own["proxy"]["enabled"]:
        return Duty(id, title, f"{facts.server} uses the proxy {_proxy_name(own)}.")
    others = [f"{server} uses {_proxy_name(s)}" for server, s in sorted(facts.site_systems.items()) if s["proxy"]["enabled"]]
    if others:
        more = "" if facts.all_site_systems_seen else " (and perhaps more)"
        return unclear(id, title, f"{facts.server} has no proxy, but {', '.join(others)}{more}.", how)
    if not facts.all_site_systems_seen:
        return unclear(id, title, f"{facts.server} has no proxy, and not all site systems of the site were read.", how)
    return Duty(id, title, f"No site system of {facts.site.code} uses a proxy.")


def accounts_listed(facts: Facts) -> Duty:
    """The accounts in the server's settings must be in the site's list, or the site cannot use them."""
    id, title = "accounts_listed", "The accounts of the server are in the site's list"
    named = _accounts_of(facts.site_systems.get(facts.server))
    known = {name.casefold() for name in facts.accounts}
    missing = [name for name in named if name.casefold() not in known]
    if missing:
        return to_do(
            id,
            title,
            f"Not among the accounts of site {facts.site.code}: {', '.join(missing)}.",
            f"Add {', '.join(missing)} with configmgr.scp.site_account or with service_connection_point_accounts.",
        )
    return Duty(id, title, f"In use: {', '.join(named)}." if named else f"{facts.server} uses no account.")


def hotfixes(facts: Facts) -> Duty:
    """Out-of-band hotfixes: a recovery loses the installed ones, a move loses the files of those not yet installed."""
    id, title = "out_of_band_hotfixes", "Hotfixes that were registered outside the console are in place"
    found = [package for package in facts.packages if package.type == HOTFIX]
    installed = [package for package in found if package.state == "INSTALL_SUCCESS"]
    waiting = [package for package in found if package.state not in _HOTFIX_AT_REST]
    if facts.recovered and installed:
        why = (
            "a recovered site lists hotfixes as installed although their files may be lost: "
            f"{', '.join(p.name for p in installed)}."
        )
        return unclear(id, title, why, "Install the hotfixes that were registered outside the console again.")
    if waiting:
        why = f"not installed, and perhaps registered on another server: {_packages(waiting)}."
        how = "Register out-of-band hotfixes again, with the update registration tool on the role's server."
        return unclear(id, title, why, how)
    return Duty(id, title, f"Installed: {', '.join(p.name for p in installed)}." if installed else "The site lists none.")


def passwords_entered(facts: Facts) -> Duty:
    """A recovery loses the passwords of the site's accounts."""
    id, title = "passwords_entered", "The passwords of the site's accounts were entered again after the recovery"
    if not facts.accounts:
        return Duty(id, title, f"Site {facts.site.code} has no account in its list.")
    entered = {name.casefold() for name in facts.entered}
    missing = [name for name in facts.accounts if name.casefold() not in entered]
    if not missing:
        return Duty(id, title, f"Entered again: {', '.join(facts.accounts)}.")
    how = (
        f"Enter the passwords of {', '.join(missing)} again, with configmgr.scp.site_account (update_password: always) or with "
        "configmgr.scp.recover and service_connection_point_accounts."
    )
    done = f" Entered again: {', '.join(name for name in facts.accounts if name not in missing)}." if entered else ""
    return unclear(id, title, f"the site does not show whether they were entered.{done}", how)


def external_notifications(facts: Facts) -> Duty:
    """After the recovery of a central administration site, its subscriptions must be created again."""
    online = "" if facts.mode == rows.ONLINE else " They need the role in online mode."
    return unclear(
        "external_notifications",
        "The subscriptions to external notifications were created again after the recovery",
        "the site does not show whether that was done.",
        f"Delete every subscription to external notifications and create it again in the console.{online}",
    )


def _accounts_of(settings: Mapping[str, Any] | None) -> list[str]:
    if settings is None:
        return []
    proxy_account = settings["proxy"]["account"] if settings["proxy"]["enabled"] else None
    return [name for name in (settings["installation_account"], proxy_account) if name]


def _proxy_name(settings: Mapping[str, Any]) -> str:
    return f"{settings['proxy']['server']}:{settings['proxy']['port']}"


def _packages(found: Iterable[Package]) -> str:
    return ", ".join(f"{package.name} ({package.state})" for package in found)
