# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a site shows about a server that is to have the service connection point: facts in, checks out; nothing is read here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows, site_systems
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status, cannot_tell
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.site_systems import SiteSystemWish
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.support import ENDED, UNKNOWN, after_support, support_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.time_texts import with_times
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import unknown_state_warning
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import OTHER_LOGON
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.site.facts import SiteFacts
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import placement, ways, which_works
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.role_health import RoleHealth
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance

# SMS_ARoleOperation.GrantedOperations (SDK page).
_READ, _MODIFY = 1, 2
# Rows that every site system has, and the role in question.
_EXPECTED = frozenset({naming.SITE_SYSTEM, naming.COMPONENT_SERVER, naming.SERVICE_CONNECTION_POINT})
_OF_THE_SITE = (naming.SITE_SERVER, naming.SMS_PROVIDER, naming.SQL_SERVER)

TITLES = {
    "rights_read": "The account may read the site",
    "rights_write": "The account may change the site",
    "top_level_site": "The site is the top-level site",
    "single_instance": "No other server has the role",
    "site_server_pair": "The server is not one of a pair of site servers",
    "site_system": "The server is a site system of the site, or can become one",
    "update_in_progress": "No update of the site is being installed",
    "installation_account_listed": "The site's list of accounts has the installation account",
    "proxy_account_listed": "The site's list of accounts has the proxy account",
    "other_roles": "Other roles on the server",
    "site_version_known": "The version of the site is known and supported",
    "cloud_needs_role": "The cloud services of the site have an online service connection point",
}


@dataclass(frozen=True)
class Plan:
    """What is planned for the server.

    :param move: a role on another server will be moved from there.
    :param create_site_system: the server will be made a site system if it is not one.
    :param wish: installation account and proxy as they will be set; None leaves what the site has.
    :param accounts_to_add: accounts that will be added to the site's list first.
    :param mode: the mode that the role will have; :param host: where the task runs, by its inventory name.
    """

    server: str
    move: bool = False
    allow_during_update: bool = False
    create_site_system: bool = True
    wish: SiteSystemWish | None = None
    accounts_to_add: tuple[str, ...] = ()
    mode: str = rows.ONLINE
    host: str = ""


def site_system_row(found: Sequence[CimInstance], server: str, code: str) -> CimInstance | None:
    """The server's ``SMS Site System`` row at this site."""
    wanted = (naming.SITE_SYSTEM, code)
    return next((row for row in found if (rows.role_of(row), rows.site_of(row)) == wanted and rows.is_on(row, server)), None)


def settings(plan: Plan, code: str, system: CimInstance | None) -> Mapping[str, Any]:
    """The server's site system settings as they will be, with the names that the module site_system uses."""
    wish = plan.wish or SiteSystemWish(plan.server)
    row = site_systems.new_site_system(code, wish) if system is None else site_systems.changed_row(system, wish) or system
    return site_systems.as_data(row)


def accounts(settings: Mapping[str, Any]) -> list[str]:
    """The accounts that these settings name."""
    named = (settings["installation_account"], settings["proxy"]["account"] if settings["proxy"]["enabled"] else None)
    return [account for account in named if account]


def all_checks(facts: SiteFacts, plan: Plan) -> list[Check]:
    """Every check, in the order in which users read them."""
    planned = settings(plan, facts.site.code, facts.system)
    return [
        rights_read(facts),
        rights_write(facts),
        top_level_site(facts, plan),
        single_instance(facts, plan),
        site_server_pair(facts, plan),
        site_system(facts, plan),
        update_in_progress(facts, plan),
        account_listed("installation_account_listed", planned["installation_account"], facts, plan),
        account_listed("proxy_account_listed", planned["proxy"]["account"] if planned["proxy"]["enabled"] else "", facts, plan),
        other_roles(facts, plan),
        site_version_known(facts),
        cloud_needs_role(facts, plan),
    ]


def no_rights(site: str, host: str, why: str, denied_by_winrm: bool = False) -> list[Check]:
    """The checks of an account that may not read the site, whose name for users is ``site``: all others are skipped.

    :param denied_by_winrm: WinRM refused the account, before WMI and the SMS Provider received the request.
    """
    role = "a security role of Configuration Manager on this site, such as Infrastructure Administrator"
    if denied_by_winrm:
        failed = _failed(
            "rights_read",
            f"{host} does not let this account use WinRM, so {site} was not read: {why}",
            f"Make the account a member of Remote Management Users or of Administrators on {host}. To read the site it needs "
            f"{role}, too.",
        )
    else:
        failed = _failed(
            "rights_read",
            f"The SMS Provider on {host} does not show {site} to this account: {why}",
            f"Give the account {role}. {OTHER_LOGON}",
        )
    rest = [
        Check(id, title, Status.SKIPPED, "The site could not be read, see rights_read.")
        for id, title in TITLES.items()
        if id != "rights_read"
    ]
    return [failed, *rest]


def in_place(found: Sequence[CimInstance], server: str, code: str, mode: str | None) -> bool:
    """Whether the hierarchy's only row of the role is on the server, at this site and in the requested mode.

    :param found: every row of the role in the hierarchy.
    """
    if len(found) != 1:
        return False
    (row,) = found
    return rows.is_on(row, server) and rows.site_of(row) == code and mode in (None, rows.mode_of(row))


def wishes_settings(plan: Plan) -> bool:
    """Whether settings of the server are requested that a check depends on."""
    return plan.wish is not None and (plan.wish.installation_account is not None or plan.wish.proxy is not None)


def settings_change(plan: Plan, system: CimInstance | None) -> bool:
    """Whether the requested settings differ from those of the server's ``SMS Site System`` row."""
    if plan.wish is None or not wishes_settings(plan):
        return False
    return system is None or site_systems.changed_row(system, plan.wish) is not None


def rights_read(facts: SiteFacts) -> Check:
    """Reached only when the site was read."""
    return _passed("rights_read", f"Site {facts.site.code} and the rows of its configuration were read.")


def rights_write(facts: SiteFacts) -> Check:
    """By the rights that the site reports for this account; nothing is written. The security scope is not checked."""
    granted = facts.granted
    remedy = "Give the account the security role Full Administrator or Infrastructure Administrator on this site."
    if isinstance(granted, Unread):
        return _cannot_tell("rights_write", granted.why, f"{remedy} Or check in the console that it may modify the site.")
    if not granted & _MODIFY:
        found = "read it" if granted & _READ else "neither read nor change it"
        return _failed("rights_write", f"The site grants this account no right to modify sites: it may only {found}.", remedy)
    return _passed("rights_write", "The site grants this account the right to modify sites.")


def top_level_site(facts: SiteFacts, plan: Plan) -> Check:
    """The role may only be there."""
    refusal = placement.tier_refusal(facts.site, facts.sites)
    if refusal:
        top = placement.top_of(facts.sites)
        host = f", such as {facts.host_of(top.code, plan.host)}" if top else ""
        return _failed(
            "top_level_site", refusal, f"Run this on a host of the top-level site's SMS Provider{host} (scp_provider)."
        )
    return _passed("top_level_site", f"{facts.site} reports to no other site.")


def single_instance(facts: SiteFacts, plan: Plan) -> Check:
    """At most one in the hierarchy; with a move, the role's present server is no obstacle, and is named."""
    holders = facts.holders
    stray = placement.stray_refusal(holders)
    if stray:
        seen = () if isinstance(facts.components, Unread) else [state.as_data() for state in facts.components]
        told = " ".join(which_works.told(server, code, seen) for server, code in holders)
        steps = [_removal(facts, plan, server, code) for server, code in holders]
        return _failed("single_instance", f"{stray} {told}", f"Remove the one that does not work: {'; or '.join(steps)}.")
    if not holders:
        return _passed("single_instance", "The hierarchy has no service connection point yet.")
    ((server, code),) = holders
    if naming.same_computer(server, plan.server):
        return _passed(
            "single_instance", f"The hierarchy's only service connection point is already on {placement.listed(holders)}."
        )
    if plan.move:
        return _passed("single_instance", f"The role will be moved from {placement.listed(holders)}.")
    away = _removal(facts, plan, server, code)
    refusal = placement.holder_refusal(plan.server, holders) or ""
    if code != facts.site.code:
        return _failed("single_instance", refusal, f"Site {code} cannot have the role. Remove it there first: {away}.")
    (row,) = facts.rows_of(naming.SERVICE_CONNECTION_POINT)
    over = ways.relocation(server, plan.server, plan.host, rows.mode_of(row)).command
    return _failed("single_instance", refusal, f"Move it: {over}; or remove it first: {away}.")


def _removal(facts: SiteFacts, plan: Plan, server: str, code: str) -> str:
    return ways.removal(server, facts.host_of(code, plan.host)).command


def site_server_pair(facts: SiteFacts, plan: Plan) -> Check:
    """Never on either server of an active/passive pair."""
    refusal = placement.pair_refusal(plan.server, facts.site, facts.site_servers)
    if refusal:
        return _failed("site_server_pair", refusal, "Choose another site system server (service_connection_point_server).")
    if len(facts.site_servers) > 1:
        return _passed(
            "site_server_pair", f"The site's pair is {', '.join(facts.site_servers)}; {plan.server} is not one of them."
        )
    return _passed("site_server_pair", f"Site {facts.site.code} has one site server, {facts.site_servers[0]}.")


def site_system(facts: SiteFacts, plan: Plan) -> Check:
    """Existing and healthy, or can be created. The health that the site reports is delayed, so a bad one is a warning."""
    code, server = facts.site.code, plan.server
    system = facts.system
    other = next((rows.site_of(row) for row in facts.rows_on(server) if rows.site_of(row) != code), None)
    if system is None and other is not None:
        refusal = placement.site_system_refusal(server, facts.site, {server: other})
        return _failed("site_system", refusal or "", f"Choose a server that belongs to no other site than {code}.")
    if system is None and not plan.create_site_system:
        refusal = placement.site_system_refusal(server, facts.site, {})
        return _failed("site_system", refusal or "", "Make it a site system with configmgr.scp.site_system.")
    incomplete = site_systems.proxy_refusal(system, plan.wish) if plan.wish else None
    if incomplete:
        return _failed("site_system", incomplete, "Name the proxy's server.")
    if system is None:
        return _passed("site_system", f"{server} belongs to no site; it will be made a site system of {code}.")
    return _health(facts, server)


def _health(facts: SiteFacts, server: str) -> Check:
    code, found = facts.site.code, facts.health
    if isinstance(found, Unread):
        return _cannot_tell(
            "site_system", f"{server} is a site system of {code}, but {found.why}", "Check System Status in the console."
        )
    ill = [health for health in found if health.status != "ok"]
    if not ill:
        seen = (
            f"and the site reports no problem with its {len(found)} roles"
            if found
            else "without a role whose status the site summarises"
        )
        return _passed("site_system", f"{server} is a site system of {code} {seen}.")
    listed = ", ".join(map(_health_told, ill))
    return _warning(
        "site_system",
        f"{server} is a site system of {code}, but the site reports problems there: {listed}.",
        "Check Monitoring > System Status > Site Status in the console; it can take up to an hour until a fix shows there.",
    )


def update_in_progress(facts: SiteFacts, plan: Plan) -> Check:
    """Roles are not changed while the site is being updated (KB 4490424)."""
    installing = facts.installing
    if isinstance(installing, Unread):
        return _cannot_tell("update_in_progress", installing.why, "Check in the console that no update is being installed.")
    refusal = placement.update_refusal(facts.site, installing)
    if refusal is None:
        doubt = _update_doubt(facts)
        return doubt or _passed("update_in_progress", f"Site {facts.site.code} is not installing an update.")
    remedy = "Wait until the update is installed; Monitoring > Updates and Servicing Status shows its progress."
    return (_warning if plan.allow_during_update else _failed)("update_in_progress", refusal, remedy)


def _update_doubt(facts: SiteFacts) -> Check | None:
    """Where the site itself installs nothing: an unknown state, and sites below it that have not finished."""
    look = "Check Monitoring > Updates and Servicing Status in the console; continue when no site installs an update."
    unknown = unknown_state_warning(facts.site.code, facts.unknown_states)
    if unknown:
        return _warning("update_in_progress", unknown, look)
    below = facts.sites_installing
    if isinstance(below, Unread):
        why = f"it could not be read whether sites below install an update: {below.why}"
        return _cannot_tell("update_in_progress", why, look)
    if below:
        listed = ", ".join(f"site {code}: {name} ({state})" for code, name, state in below)
        detail = f"Site {facts.site.code} is not installing an update, but sites below it still are: {listed}."
        return _warning("update_in_progress", detail, look)
    return None


def cloud_needs_role(facts: SiteFacts, plan: Plan) -> Check:
    """In offline mode the role serves no gateway, no discovery and no tenant."""
    id, needs = "cloud_needs_role", facts.cloud_needs
    if plan.mode != rows.OFFLINE:
        return Check(id, TITLES[id], Status.SKIPPED, "The role will be online.", required=False)
    remedy = "Use the mode online (service_connection_point_mode), or remove these services from the site first."
    if isinstance(needs, Unread):
        return cannot_tell(id, TITLES[id], needs.why, remedy, required=False)
    if needs:
        detail = f"The role will be offline, but these need one in online mode: {', '.join(needs)}."
        return _warning(id, detail, remedy, required=False)
    return _passed(id, "The site has no gateway, no discovery of Entra users and no tenant.", required=False)


def account_listed(id: str, account: str | None, facts: SiteFacts, plan: Plan) -> Check:
    """An account that the site system uses must be in the site's list, or be added before it is used."""
    if not account:
        return Check(id, TITLES[id], Status.SKIPPED, "No such account is used.")
    if account.casefold() in {name.casefold() for name in plan.accounts_to_add}:
        return _passed(id, f"{account} will be added to the accounts of site {facts.site.code}.")
    remedy = "Give it with its password in service_connection_point_accounts, or add it with configmgr.scp.site_account."
    if isinstance(facts.listed, Unread):
        return _cannot_tell(id, facts.listed.why, f"Check in the console whether {account} is listed under Security > Accounts.")
    if account.casefold() in facts.listed:
        return _passed(id, f"{account} is among the accounts of site {facts.site.code}.")
    return _failed(id, f"{account} is not among the accounts of site {facts.site.code}.", remedy)


def other_roles(facts: SiteFacts, plan: Plan) -> Check:
    """Advice: not on the site server if possible; a proxy that is set is shared with the server's other roles (memdocs)."""
    found = sorted({rows.role_of(row) for row in facts.rows_on(plan.server)} - _EXPECTED)
    if not found:
        return _passed("other_roles", f"{plan.server} has no other role.", required=False)
    of_the_site = [role for role in found if role in _OF_THE_SITE]
    detail = f"{plan.server} has other roles too: {', '.join(found)}."
    if of_the_site:
        remedy = "Prefer a server that is neither site server, SMS Provider nor site database: the role connects to the internet."
        return _warning("other_roles", detail, remedy, required=False)
    if plan.wish is not None and plan.wish.proxy is not None:
        remedy = "Make sure that these roles may use the proxy as well: a server has one proxy setting for all its roles."
        return _warning("other_roles", detail, remedy, required=False)
    return _passed("other_roles", detail, required=False)


def site_version_known(facts: SiteFacts) -> Check:
    """By the table of versions; a version that is not in it is a warning, not a guess. The date is the provider's."""
    support = support_of(facts.site.version, facts.clock.now.date() if facts.clock else None)
    shown = f"Site {facts.site.code} has version {facts.site.version or 'unknown'}" + (
        f" ({support.name})" if support.name else ""
    )
    if support.state == UNKNOWN:
        remedy = "Check what the version needs in Microsoft's documentation before you continue."
        return _warning("site_version_known", f"{shown}. {support.warning}", remedy, required=False)
    if support.state == ENDED:
        return _warning("site_version_known", f"{shown}; its support ended on {support.ends}.", after_support(), required=False)
    return _passed("site_version_known", f"{shown}, supported until {support.ends}.", required=False)


def computer_accounts(facts: SiteFacts) -> list[str]:
    r"""The computer accounts of the site's servers as ``DOMAIN\NAME$``.

    The domain is that of the site's definition if it has one, else that of the server's full name: accounts can be
    compared by either form of a domain's name.
    """
    domain = "" if isinstance(facts.definition, Unread) else facts.definition.domain
    return [_computer_account(server, domain) for server in facts.site_servers]


def _computer_account(server: str, domain: str) -> str:
    name, _dot, suffix = server.partition(".")
    return f"{domain or suffix}\\{name.upper()}$"


def mode_of(found: Sequence[CimInstance], wished: str | None) -> str:
    """The mode that the role will have: as requested, else that of the present row, else online, as setup installs it.

    :param found: the rows of the role.
    """
    modes = [rows.mode_of(row) for row in found]
    return wished or (modes[0] if modes else None) or rows.ONLINE


def _passed(id: str, detail: str, required: bool = True) -> Check:
    return Check(id, TITLES[id], Status.PASSED, detail, required=required)


def _warning(id: str, detail: str, remedy: str, required: bool = True) -> Check:
    return Check(id, TITLES[id], Status.WARNING, detail, remedy, required)


def _failed(id: str, detail: str, remedy: str) -> Check:
    return Check(id, TITLES[id], Status.FAILED, detail, remedy)


def _cannot_tell(id: str, why: str, remedy: str) -> Check:
    return cannot_tell(id, TITLES[id], why, remedy)


def _health_told(health: RoleHealth) -> str:
    since = f" and down since {with_times(health.down_since)}" if health.down_since else ""
    return f"{health.role} is {health.status}{since}"
