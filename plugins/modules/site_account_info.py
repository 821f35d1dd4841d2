#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the accounts in a site's list of accounts, and the site systems that use them."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_account_info
short_description: Read the list of accounts of a Configuration Manager site, and which site systems use them
version_added: 1.1.0
description:
  - Reads the Windows accounts in the list of accounts of a site, and which site systems have them as installation account or as
    proxy account. The site systems of all sites that the host's SMS Provider knows are checked.
  - It also returns accounts that a site system of this site has but that are not in the list (RV(accounts[].listed) is
    V(false)). The site has no password for such an account.
  - Passwords are never read, not even encrypted ones.
  - Run it on the host of the site's SMS Provider.
options:
  names:
    description:
      - Accounts to return, as V(DOMAIN\\user). Each gets an entry, even if the site does not know it. If omitted, all accounts
        are returned.
    type: list
    elements: str
notes:
  - These uses of an account are not checked - network access, client push installation, discovery, software update points,
    management points, reporting services points, enrollment points, Exchange Server connectors, e-mail notifications, task
    sequences. RV(not_looked_at) also lists them. The uses that the site itself reports are in RV(accounts[].told_by_site).
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
seealso:
  - module: configmgr.scp.site_account
  - module: configmgr.scp.site_system_info
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Read the accounts of the site
  configmgr.scp.site_account_info:
    site_code: CAS
  register: found

- name: Fail when a site system uses an account whose password the site does not have
  ansible.builtin.assert:
    that: found.accounts | rejectattr('listed') | list | length == 0
    quiet: true

- name: Read which site systems use one account
  configmgr.scp.site_account_info:
    names: ['CONTOSO\svc-sccm-proxy']
"""

RETURN = r"""
site_code:
  description: The site whose list of accounts was read.
  returned: success
  type: str
  sample: CAS
accounts:
  description: The accounts, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The account, as the site spells it.
      type: str
    listed:
      description: Whether it is in the site's list of accounts.
      type: bool
    told_by_site:
      description: The uses that the site itself reports (C(AccountUsage)), unchanged; empty when it reports none.
      type: list
      elements: str
    site_systems:
      description:
        - The site systems that have it in their settings, each with C(server), C(site_code), C(use) (V(installation_account) or
          V(proxy_account)) and C(active).
        - C(active) is V(false) when the account is set but not used, for example because the proxy is disabled.
      type: list
      elements: dict
  sample:
    - name: CORP\svc-install
      listed: true
      told_by_site: [Site System Installation Account]
      site_systems: [{server: scp01.corp.example, site_code: CAS, use: installation_account, active: true}]
not_looked_at:
  description: Uses of an account that this module does not check.
  returned: success
  type: list
  elements: str
  sample: [network access, client push installation, discovery, software update points, management points,
           reporting services points, enrollment points, Exchange Server connectors, e-mail notifications, task sequences]
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import accounts, naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import SITE_CODE_OPTION, chosen_name, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.placed_roles import read_site_systems
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task

SPEC: dict[str, Any] = {
    "argument_spec": {"site_code": SITE_CODE_OPTION, "names": {"type": "list", "elements": "str"}},
    "supports_check_mode": True,
}


def run(task: Task) -> Result:
    """Read the accounts; never changes anything."""
    named = task.params["names"]
    names = None if named is None else [chosen_name(naming.account_name, name, "names") for name in named]
    with site_of(task) as code:
        listed = accounts.read_usage(task.cim, code, names)
        systems = read_site_systems(task.cim, code, None) if names is None or names else []
        return {
            "changed": False,
            "site_code": code,
            "accounts": accounts.account_list(code, listed, systems, names),
            "not_looked_at": list(accounts.UNSEEN_USES),
        }


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
