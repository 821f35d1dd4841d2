#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings a site system server of a site to the requested state."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_system
short_description: Manage a site system server of a Configuration Manager site
version_added: 1.0.0
description:
  - Makes a server a site system of a site and configures it, or removes the site system. Settings that are omitted stay
    unchanged.
  - Run it on the host of the site's SMS Provider.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes.writer
  - configmgr.scp.attributes
  - configmgr.scp.attributes.change
options:
  server:
    description:
      - Fully qualified domain name of the server.
      - A short name is accepted when exactly one site system of the hierarchy has it.
    type: str
    required: true
  state:
    description:
      - V(present) makes the server a site system. V(absent) removes the site system; this is refused while the server has other
        roles.
      - After the last other role is removed, the site itself removes its role C(SMS Component Server) from the server. The site
        system cannot be removed before. The module waits for this for up to ten minutes.
      - At the top-level site, V(absent) also removes a row of a site that no longer belongs to the hierarchy.
    type: str
    choices: [present, absent]
    default: present
  public_fqdn:
    description:
      - Internet FQDN of the server. An empty string means no internet FQDN.
    type: str
  installation_account:
    description:
      - Site system installation account as V(DOMAIN\\user). It must be in the site's list of accounts, see
        M(configmgr.scp.site_account), and needs to be a local administrator of the server.
      - An empty string means the site server's computer account, which is the default of a new site system.
    type: str
  site_server_initiates:
    description:
      - Whether the site server opens all connections to this server.
    type: bool
  expect_accounts:
    description:
      - Accounts as V(DOMAIN\\user) that an earlier task of the same play adds to the site's list. In check mode that task does
        not add them, so they are treated as listed.
    type: list
    elements: str
    default: []
  allow_during_update:
    description:
      - Whether to write even while an update of the site is being installed. Microsoft warns against role changes during an
        update.
    type: bool
    default: false
  proxy:
    description:
      - The proxy that all roles of this server use. The settings are stored even when O(proxy.enabled=false).
    type: dict
    suboptions:
      enabled:
        description:
          - Whether a proxy is used.
        type: bool
        default: true
      server:
        description:
          - Name or address of the proxy. Required when the proxy is enabled for the first time.
        type: str
      port:
        description:
          - TCP port of the proxy. If omitted, a proxy that is enabled for the first time gets port 80.
        type: int
      account:
        description:
          - Account for the proxy as V(DOMAIN\\user), from the site's list of accounts. An empty string means no account.
          - When the proxy is enabled, an account that was stored earlier must also be in that list.
        type: str
seealso:
  - module: configmgr.scp.site_account
  - module: configmgr.scp.service_connection_point
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Make the server a site system of the top-level site
  configmgr.scp.site_system:
    server: scp01.contoso.com
    site_code: CAS

- name: Use a proxy with an account
  configmgr.scp.site_system:
    server: scp01.contoso.com
    installation_account: CONTOSO\svc-sccm-install
    proxy:
      server: proxy.contoso.com
      port: 8080
      account: CONTOSO\svc-sccm-proxy
"""

RETURN = r"""
site_code:
  description: Code of the site.
  returned: success
  type: str
  sample: CAS
server:
  description: The server.
  returned: success
  type: str
  sample: scp01.corp.example
created:
  description: Whether this task made the server a site system, or would do so in check mode.
  returned: success
  type: bool
  sample: false
settings:
  description: The settings after the task, with the names of the options as keys; null when the server is not a site system.
  returned: success
  type: dict
  sample:
    {public_fqdn: "", installation_account: "", site_server_initiates: false,
     proxy: {enabled: false, server: null, port: null, account: null}}
writer:
  description: The way in which the task wrote last, V(cim) or V(cmdlets); null when it wrote nothing.
  returned: success
  type: str
  sample: cim
writer_reason:
  description: Why it wrote in this way; null when it wrote nothing.
  returned: success
  type: str
  sample: CIM is the first choice, and the SMS Provider accepted it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows, site_systems, updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.accounts import listed_names, read_accounts
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_SCI_SYS_RES_USE
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import (
    on_server,
    read_rows,
    read_sites,
    servers_like,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import (
    SITE_CODE_OPTION,
    WRITER_OPTION,
    chosen_name,
    site_of,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import (
    Change,
    Create,
    Delete,
    Step,
    site_writer,
    writer_result,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import ways
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.waiting import wait_until
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import select

COMPONENT_SERVER_LIMIT_SECONDS = 600.0

SPEC: dict[str, Any] = {
    "argument_spec": {
        "server": {"type": "str", "required": True},
        "site_code": SITE_CODE_OPTION,
        "writer": WRITER_OPTION,
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "public_fqdn": {"type": "str"},
        "installation_account": {"type": "str"},
        "site_server_initiates": {"type": "bool"},
        "expect_accounts": {"type": "list", "elements": "str", "default": []},
        "allow_during_update": {"type": "bool", "default": False},
        "proxy": {
            "type": "dict",
            "options": {
                "enabled": {"type": "bool", "default": True},
                "server": {"type": "str"},
                "port": {"type": "int"},
                "account": {"type": "str"},
            },
        },
    },
    "supports_check_mode": True,
}

EMPTY = {
    "public_fqdn": "no internet FQDN",
    "installation_account": "the site server's computer account",
    "proxy.account": "the proxy needs no account",
}


def run(task: Task) -> Result:
    """Bring the site system to the requested state."""
    name = chosen_name(naming.computer_name, task.params["server"], "server")
    wish = _wish(task, name)
    expected = [chosen_name(naming.account_name, account, "expect_accounts") for account in task.params["expect_accounts"]]
    present = task.params["state"] == "present"
    with site_of(task) as code:
        server = _full_name(task, code, name)
        found = read_rows(task.cim, code, (naming.SITE_SYSTEM,), server)
        own = [row for row in found if rows.site_of(row) == code]
        # A server may have rows under two names; change the row with the full name.
        row = next((candidate for candidate in own if rows.short_name(candidate) is None), own[0] if own else None)
        remnants = [] if own and present else _of_gone_sites(task, code, found)
        if row is None and found and present:
            raise _of_another_site(task, code, server, found[0], bool(remnants))
        steps: Sequence[Step] = (
            _to_present(task, code, replace(wish, server=server), row, expected)
            if present
            else _to_absent(task, code, server, [*own, *remnants])
        )
        after = None if not present else steps[0].row if steps else row
        if not task.check_mode:
            writer = site_writer(task)
            for one in steps:
                after = writer.write(one)
        result: Result = {
            "changed": bool(steps),
            "site_code": code,
            "server": server,
            "created": bool(steps) and row is None and present,
            "settings": site_systems.as_data(after) if after is not None else None,
            **writer_result(task),
        }
        if steps:
            result["diff"] = {
                "before": _shown(server, row if present else steps[0].row),
                "after": _shown(server, steps[0].row if present else None),
            }
        return result


def _wish(task: Task, server: str) -> site_systems.SiteSystemWish:
    try:
        return site_systems.wish_from(task.params, server)
    except naming.BadName as error:
        raise TaskFailure(str(error)) from error


def _full_name(task: Task, code: str, name: str) -> str:
    """The name that the site has for a server that was given by its short name."""
    if "." in name:
        return name
    known = servers_like(task.cim, code, name)
    return chosen_name(lambda text, option: naming.full_name(text, known, option), name, "server")


def _of_gone_sites(task: Task, code: str, found: Sequence[CimInstance]) -> list[CimInstance]:
    """Rows of sites that no longer belong to the hierarchy; only the top-level site may remove them."""
    others = [row for row in found if rows.site_of(row) != code]
    if not others:
        return []
    sites = {site.code: site for site in read_sites(task.cim, code)}
    top = code in sites and sites[code].top_level
    return [row for row in others if top and rows.site_of(row) not in sites]


def _of_another_site(task: Task, code: str, server: str, row: CimInstance, gone: bool) -> TaskFailure:
    other = rows.site_of(row)
    if not gone:
        return TaskFailure(
            f"{server} is already a site system server of site {other}, and a server can belong to only one site. Choose a "
            f"server of site {code}, or first remove that site system on the host of the SMS Provider of {other}, with "
            "state: absent."
        )
    steps = ways.renewal(server, task.host)[1:]
    return TaskFailure(
        f"{server} is a site system server of site {other}, which no longer belongs to this hierarchy. Remove that site system "
        f"first: {steps[0]}. Then run this again.",
        way_out=[steps[0].as_data()],
    )


def _guard(task: Task, code: str) -> None:
    """Refuse the change while an update is being installed, as for the role itself.

    :raises TaskFailure: an update is being installed, and ``allow_during_update`` is not set.
    """
    found = updates.read_installations(task.cim, code)
    refusal = None if task.params["allow_during_update"] else updates.installing_refusal(code, found.under_way)
    if refusal:
        raise TaskFailure(refusal)
    unknown = updates.unknown_state_warning(code, found.unknown)
    if unknown:
        task.warn(unknown)


def _to_present(
    task: Task, code: str, wish: site_systems.SiteSystemWish, row: CimInstance | None, expected: Sequence[str]
) -> list[Step]:
    """:param expected: accounts that an earlier task of the same play would have added outside check mode."""
    refusal = site_systems.proxy_refusal(row, wish)
    changed = site_systems.new_site_system(code, wish) if row is None else site_systems.changed_row(row, wish)
    if refusal is None and changed is not None:
        listed = listed_names(read_accounts(task.cim, code, site_systems.accounts_named(wish, row)))
        listed += expected if task.check_mode else []
        refusal = site_systems.account_refusal(wish, listed, code, row)
    if refusal:
        raise TaskFailure(refusal)
    if changed is None:
        return []
    _guard(task, code)
    what = f"the site system {wish.server}"
    return [Create(what, changed) if row is None else Change(what, row, changed)]


def _to_absent(task: Task, code: str, server: str, found: Sequence[CimInstance]) -> list[Step]:
    if not found:
        return []
    query = select(SMS_SCI_SYS_RES_USE.name, on_server(server), columns=("NALPath", "NetworkOSPath", "RoleName", "SiteCode"))
    placed = task.cim.query(naming.site_namespace(code), SMS_SCI_SYS_RES_USE, query)
    own = [other for other in placed if rows.is_on(other, server)]
    refusal = site_systems.removal_refusal(server, {rows.role_of(other) for other in own})
    if refusal:
        raise TaskFailure(refusal)
    _guard(task, code)
    # A site that no longer exists removes nothing.
    kept = any(rows.role_of(other) == naming.COMPONENT_SERVER and rows.site_of(other) == code for other in own)
    if kept and not task.check_mode:
        _await_component_server(task, code, server)
    return [Delete(f"the site system {server}", row) for row in found]


def _await_component_server(task: Task, code: str, server: str) -> None:
    """Wait until the site has removed its component server from the server.

    :raises TaskFailure: the site did not remove it within the limit.
    """

    def look() -> bool | None:
        found = read_rows(task.cim, code, (naming.COMPONENT_SERVER,), server)
        return None if any(rows.site_of(row) == code for row in found) else True

    awaited = f"site {code} to remove its component server from {server}"
    if wait_until(task, look, awaited, COMPONENT_SERVER_LIMIT_SECONDS) is None:
        raise TaskFailure(
            f"Site {code} has not removed its role {naming.COMPONENT_SERVER} from {server} within "
            f"{COMPONENT_SERVER_LIMIT_SECONDS:.0f} s. The site system cannot be removed before. The site removes this role by "
            "itself after the last other role, but not while the server is unreachable. Check sitecomp.log on the site server, "
            "then run this again."
        )


def _shown(server: str, row: CimInstance | None) -> dict[str, Any]:
    return {"site_system": {"server": server, **site_systems.as_data(row)} if row is not None else None}


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
