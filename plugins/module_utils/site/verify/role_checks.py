# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The role configured, installed and running: three things that can differ. Pure."""

from __future__ import annotations

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.time_texts import with_times
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import placement, which_works
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import executive
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import Data, Gathered
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.words import (
    counted,
    failed,
    passed,
    skipped,
    unclear,
    warning,
)

# Playbooks run on the host of the SMS Provider; the role's server is one of their variables.
_PROVISION = "Run configmgr.scp.provision, with the server that is to have it in service_connection_point_server."
_REMOVE = (
    "Keep the one that works, and remove the other: configmgr.scp.remove with that server in scp_server, on the host of the SMS "
    "Provider of the site that its row belongs to."
)
_STATUS = "Check Monitoring > System Status > Component Status in the console, and the component's log on the server."


def role_configured(found: Gathered) -> Check:
    """One row, at the top-level site."""
    id, title = "role_configured", "The hierarchy has one service connection point, at its top-level site"
    holders = [(str(row.get("server")), str(row.get("site_code"))) for row in found.holders]
    top = str(found.top_level_site.get("site_code") or "")
    if not holders:
        return failed(id, title, "No site of the hierarchy has it.", _PROVISION)
    if len(holders) > 1:
        told = " ".join(which_works.told(server, code, found.role.rows("components")) for server, code in holders)
        both = f"There is more than one: {placement.listed(holders)}. {told}"
        return failed(id, title, with_times(both), _REMOVE)
    ((server, code),) = holders
    if top and code != top:
        remedy = (
            f"Run configmgr.scp.remove on the host of the SMS Provider of site {code} (scp_server: {server}), then "
            f"configmgr.scp.provision on that of site {top}."
        )
        return failed(id, title, f"{server} belongs to site {code}, but the top-level site is {top}.", remedy)
    if found.mode is None:
        remedy = "Run configmgr.scp.provision with service_connection_point_mode: it writes the mode and restarts the thread."
        return unclear(id, title, f"the row of {server} has no known mode.", remedy)
    return passed(id, title, f"{server}, site {code}, {found.mode}.")


def site_server_pair(found: Gathered) -> Check:
    """Never on either server of an active/passive pair of site servers, no matter when they became a pair."""
    id, title = "site_server_pair", "The role's server is not one of a pair of site servers"
    if not found.server:
        return skipped(id, title, "There is not exactly one service connection point.")
    site = str(found.holder.get("site_code") or "")
    if site != found.top_level_site.get("site_code"):
        return skipped(id, title, "The site servers of its site were not read.")
    servers = [str(name) for name in found.hierarchy.get("site_servers", ())]
    problem = placement.pair_problem(found.server, site, servers)
    if problem:
        return failed(id, title, problem.detail, problem.remedy)
    if len(servers) > 1:
        return passed(id, title, f"The pair of site {site} is {', '.join(servers)}.")
    return passed(id, title, f"Site {site} has one site server.")


def role_installed(found: Gathered) -> Check:
    """The site lists the downloader on that server as started."""
    id, title = "role_installed", "The site has installed it there"
    if not found.server:
        return skipped(id, title, "There is not exactly one service connection point.")
    own = _own_components(found)
    if found.role.get("installed", False):
        detail = f"{naming.DOWNLOADER} on {found.server} is started; the site lists {len(own)} components there."
        return passed(id, title, detail)
    seen = next((row for row in own if str(row.get("component")).upper() == naming.DOWNLOADER), None)
    state = f"is {seen.get('state')}" if seen else "is not listed by the site"
    remedy = (
        "Check sitecomp.log on the site server for the installation; configmgr.scp.provision waits for it and reports errors."
    )
    return failed(id, title, f"{naming.DOWNLOADER} on {found.server} {state}.", remedy)


def components_healthy(found: Gathered) -> Check:
    """The health of each component of the role, as the site summarises it."""
    id, title = "components_healthy", "The site reports the role's components as healthy"
    own = _own_components(found)
    if not own:
        return skipped(id, title, "The site lists no component of the role on its server.")
    critical = [_named(row) for row in own if row.get("status") == "critical"]
    ill = [_named(row) for row in own if row.get("status") == "warning"]
    if critical:
        return failed(id, title, f"{', '.join(critical + ill)}.", _STATUS)
    if ill:
        return warning(id, title, f"{', '.join(ill)}.", _STATUS)
    other = [_named(row) for row in own if row.get("status") != "ok"]
    if other:
        return unclear(id, title, f"{', '.join(other)}.", _STATUS)
    return passed(id, title, f"{len(own)} components are ok.")


def server_healthy(found: Gathered) -> Check:
    """The site's summary of the server's roles. It is delayed, so a bad state is only a warning."""
    id, title = "server_healthy", "The site reaches the roles on the role's server"
    roles = found.status.rows("roles")
    if not roles:
        return skipped(id, title, "The site has no status summary of the server's roles.")
    ill = [row for row in roles if row.get("status") != "ok"]
    if not ill:
        return passed(id, title, f"{counted(len(roles), 'role')} {'is' if len(roles) == 1 else 'are'} ok.")
    listed = ", ".join(
        f"{r.get('role')} is {r.get('status')}" + (f", down since {r['down_since']}" if r.get("down_since") else "") for r in ill
    )
    remedy = "Check Monitoring > System Status > Site Status in the console; it can take up to an hour until a fix shows there."
    return warning(id, title, with_times(f"{listed}."), remedy)


def thread_running(found: Gathered) -> Check:
    """The server's own registry shows whether the thread runs."""
    id, title = "thread_running", f"The thread {naming.DOWNLOADER} runs on the server"
    state = str(found.thread.get("state", "unknown"))
    if state == executive.RUNNING:
        return passed(id, title, f"It is running on {found.server}.")
    remedy = f"Start it with configmgr.scp.component (name: {naming.DOWNLOADER}, state: started) on that server."
    return failed(id, title, f"It is {state} on {found.server}, so nothing is synchronised.", remedy)


def _own_components(found: Gathered) -> list[Data]:
    """The role's components on the role's server."""
    return [row for row in found.role.rows("components") if naming.same_computer(str(row.get("server") or ""), found.server)]


def _named(row: Data) -> str:
    return f"{row.get('component')} is {row.get('status')} ({row.get('state')})"
