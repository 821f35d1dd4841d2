#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings an account in a site's list of accounts to the requested state."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_account
short_description: Manage an account in the list of accounts of a Configuration Manager site
version_added: 1.0.0
description:
  - Adds a Windows account to the accounts that a site may use, for example as site system installation account or as proxy
    account, or removes it.
  - The site encrypts the password. It cannot be read back, so the module cannot determine whether it differs.
  - Run it on the host of the site's SMS Provider.
notes:
  - The password is sent in the message to the SMS Provider. Use HTTPS, or NTLM or Kerberos with message encryption, as the
    connection plugins do by default. Over a connection with neither, the server refuses the message.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes.writer
  - configmgr.scp.attributes
  - configmgr.scp.attributes.change
options:
  name:
    description:
      - The account as V(DOMAIN\\user). For an account of another forest, use the FQDN of the domain.
    type: str
    required: true
  password:
    description:
      - The account's password. It must not contain a percent sign, which Configuration Manager does not accept.
      - Required when the account is to be added.
    type: str
  update_password:
    description:
      - V(on_create) sets the password only for a new account. V(always) sets it in every run, and always reports a change.
    type: str
    choices: [on_create, always]
    default: on_create
  state:
    description:
      - V(present) adds the account to the list. V(absent) removes it. The removal is refused while a site system of the hierarchy
        uses the account. Other uses are not checked, see RV(not_looked_at).
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: configmgr.scp.site_system
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Add the installation account to the site
  configmgr.scp.site_account:
    name: CONTOSO\svc-sccm-install
    password: "{{ vault_svc_sccm_install }}"
    site_code: CAS

- name: Set a new password after it was changed in the domain
  configmgr.scp.site_account:
    name: CONTOSO\svc-sccm-install
    password: "{{ vault_svc_sccm_install }}"
    update_password: always
"""

RETURN = r"""
site_code:
  description: Code of the site.
  returned: success
  type: str
  sample: CAS
name:
  description: The account.
  returned: success
  type: str
  sample: CORP\svc-install
not_looked_at:
  description: Other uses of an account that this module does not check. A warning also lists them.
  returned: when the account is removed, or would be in check mode
  type: list
  elements: str
  sample: [network access, client push installation]
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

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import accounts, naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import read_rows
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
    Password,
    Step,
    site_writer,
    writer_result,
)
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance

SPEC: dict[str, Any] = {
    "argument_spec": {
        "name": {"type": "str", "required": True},
        "password": {"type": "str", "no_log": True},
        # Not a secret itself, whatever its name looks like.
        "update_password": {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False},
        "site_code": SITE_CODE_OPTION,
        "writer": WRITER_OPTION,
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    },
    "supports_check_mode": True,
}


def run(task: Task) -> Result:
    """Bring the account to the requested state."""
    name = chosen_name(naming.account_name, task.params["name"], "name")
    present = task.params["state"] == "present"
    password = task.params["password"]
    refusal = accounts.password_refusal(password) if password is not None and present else None
    if refusal:
        raise TaskFailure(refusal)
    with site_of(task) as code:
        found = accounts.read_accounts(task.cim, code, (name,))
        row = found[0] if found else None
        action = _action(present, row is not None, password is not None, task.params["update_password"])
        result: Result = {"changed": action is not None, "site_code": code, "name": name, **writer_result(task)}
        if action is None:
            return result
        if action == "add" and password is None:
            raise TaskFailure(f"password: {name} is not in the list of accounts of site {code} yet. Give its password to add it.")
        if action == "remove":
            refusal = accounts.use_refusal(name, read_rows(task.cim, code, (naming.SITE_SYSTEM,)))
            if refusal:
                raise TaskFailure(refusal)
            result["not_looked_at"] = list(accounts.UNSEEN_USES)
            task.warn(
                f"{name} {'would be' if task.check_mode else 'is'} removed from the list of accounts of site {code}. "
                f"{accounts.UNSEEN_USES_NOTE}"
            )
        result["diff"] = {
            "before": {"account": _shown(name, row is not None, "unchanged")},
            "after": {"account": _shown(name, present, "set again" if action == "renew" else "set")},
        }
        if not task.check_mode:
            site_writer(task).write(_step(task, action, code, name, row))
            result |= writer_result(task)
        return result


def _action(present: bool, listed: bool, has_password: bool, update_password: str) -> str | None:
    """The action that leads to the requested state: add, renew, remove, or nothing."""
    if not present:
        return "remove" if listed else None
    if not listed:
        return "add"
    return "renew" if update_password == "always" and has_password else None


def _step(task: Task, action: str, code: str, name: str, row: CimInstance | None) -> Step:
    what = f"the account {name}"
    if action == "remove" and row is not None:
        return Delete(what, row)
    text = task.params["password"]
    password = Password(text, lambda: accounts.encrypted(task.cim, code, text, task.host), accounts.PASSWORD_COLUMN)
    if row is None:
        return Create(what, accounts.new_account(code, name), password)
    return Change(what, row, row, password=password)


def _shown(name: str, listed: bool, password: str) -> dict[str, str] | None:
    """The account for a diff, with what happens to the password instead of the password."""
    if not listed:
        return None
    return {"name": name, "password": password}


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
