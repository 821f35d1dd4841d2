#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks whether a server is ready for the service connection point."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: server_prerequisites
short_description: Check whether a server is ready for the service connection point
version_added: 1.0.0
description:
  - Checks everything on a server that the role depends on, and returns a list of checks with their results and what to do.
    Nothing is changed.
  - Run it on the server that has the role or will have it.
  - The module does not fail because of a failed check; RV(blocked) shows whether a required check failed.
  - When the server does not provide what a check needs, the check is a warning whose detail begins with C(Cannot tell); it never
    passes.
requirements:
  - ldap3 >= 2.9.1 on the controller, where O(directory) is given
extends_documentation_fragment:
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
options:
  server:
    description:
      - Fully qualified domain name of the server to check. When a different computer answers, the check C(server_name) warns.
    type: str
    version_added: 1.1.0
  site_version:
    description:
      - Version of the site, such as V(5.00.9152.1000), or its name, such as V(2609).
      - For a version that the collection does not know, a check that depends on the version is a warning at most.
    type: str
    required: true
  site_server:
    description:
      - Fully qualified domain name of the site server, or of both servers of a site server pair.
      - On the site server itself, the check C(administrator_rights) passes without any account.
    type: list
    elements: str
    default: []
  site_server_account:
    description:
      - Computer account of the site server as V(DOMAIN\\NAME$), or the accounts of both servers of a site server pair.
    type: list
    elements: str
    default: []
  installation_account:
    description:
      - Site system installation account of the server as V(DOMAIN\\user), if there is one.
      - Either the site server's computer account or this account needs to be a local administrator.
      - An empty string means only the site server's computer account.
    type: str
  site_clock_offset_seconds:
    description:
      - Clock of the site server minus the clock of the controller, as M(configmgr.scp.site_prerequisites) returns it.
      - Seconds, from -1000000000 to 1000000000. If omitted, the check C(clock_difference) is skipped.
    type: float
  required_free_space_gib:
    description:
      - Required free space in GiB on the drive on which the site would install the role, from 0 to 1048576.
      - The default is a choice of this collection; Microsoft does not state a requirement.
    type: int
    default: 10
  directory:
    description:
      - A domain controller to query over LDAP whether the accounts are local administrators through domain groups.
      - If omitted, such groups make the check C(administrator_rights) a warning, unless an account is a direct member.
      - It is queried only when a domain group is among the administrators and no account is a direct member.
      - The connection is always encrypted and the certificate of the domain controller is always validated.
    type: dict
    suboptions:
      server:
        description:
          - Name of the domain controller, as it is in its certificate.
        type: str
        required: true
      port:
        description:
          - TCP port. If omitted, V(636), or V(389) with O(directory.start_tls=true).
        type: int
      start_tls:
        description:
          - Whether to encrypt with StartTLS on the LDAP port, instead of using LDAPS.
        type: bool
        default: false
      ca_file:
        description:
          - PEM file on the controller with the certificates of the certification authorities to trust.
          - If omitted, the certification authorities that the controller's operating system trusts are used.
        type: path
      user:
        description:
          - Account for a simple bind, as distinguished name, V(user@domain) or V(DOMAIN\\user). It only needs read access.
        type: str
        required: true
        aliases: [bind_dn]
      password:
        description:
          - Password of this account.
        type: str
        required: true
      base_dn:
        description:
          - Distinguished name below which accounts and groups are searched. If omitted, the entire domain is searched.
        type: str
      timeout:
        description:
          - Maximum time in seconds for the connection and for each response, from 1 to 300.
        type: int
        default: 10
seealso:
  - module: configmgr.scp.site_prerequisites
  - module: configmgr.scp.service_connection_point
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Check the planned server
  configmgr.scp.server_prerequisites:
    site_version: "2609"
    site_server: cas01.contoso.com
    site_server_account: CONTOSO\CAS01$
  register: server

- name: Fail when a required check failed
  ansible.builtin.assert:
    that: not server.blocked

- name: Check rights through nested domain groups
  configmgr.scp.server_prerequisites:
    site_version: 5.00.9152.1000
    site_server_account: CONTOSO\CAS01$
    installation_account: CONTOSO\svc-sccm-install
    directory:
      server: dc01.contoso.com
      ca_file: /etc/ssl/certs/contoso.pem
      user: svc-ansible@contoso.com
      password: "{{ vault_directory_password }}"
"""

RETURN = r"""
checks:
  description: The checks, in a fixed order.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description:
        - One of V(operating_system), V(operating_system_support), V(server_core), V(domain_member), V(server_name),
          V(dotnet_release), V(dotnet_35), V(vc_runtime), V(odbc_driver), V(native_client), V(tls_dotnet_64), V(tls_dotnet_32),
          V(pending_restart), V(no_sms_on_drive), V(free_space), V(clock_difference), V(sms_executive), V(root_certificates),
          V(administrator_rights).
        - V(operating_system_support) compares the end of Microsoft's support with the server's own clock. It warns in the last
          180 days, and is a failed check that is not required after that.
        - V(native_client) is skipped for a site of version 2609 or later, which does not use SQL Server Native Client.
      type: str
    title:
      description: What is checked.
      type: str
    status:
      description: V(passed), V(warning), V(failed) or V(skipped).
      type: str
    detail:
      description: What was found.
      type: str
    remedy:
      description: What to do; empty when there is nothing to do.
      type: str
    required:
      description: Whether the role must not be installed when this check failed.
      type: bool
  sample:
    - id: dotnet_release
      title: .NET Framework 4
      status: failed
      detail: Release 379893 is installed; site version 2609 needs 4.8 (release 528040) or later.
      remedy: Install .NET Framework 4.8 or later and restart the server.
      required: true
counts:
  description: Number of checks by status.
  returned: success
  type: dict
  sample: {passed: 16, warning: 1, failed: 0, skipped: 2}
blocked:
  description: Whether a required check failed.
  returned: success
  type: bool
  sample: false
server:
  description: Name of the server as the server itself reports it; null when it could not be read.
  returned: success
  type: str
  sample: scp01.corp.example
clock_offset_seconds:
  description:
    - Clock of this server minus the clock of the controller, measured around one request; null when it could not be read.
  returned: success
  type: float
  sample: -0.4
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.option_rules import FREE_SPACE, seconds
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, report
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import chosen_name
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server import operating_system as windows
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server import rights, software, state
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server.facts import ServerFacts, read_server_facts
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import ServerClock
from ansible_collections.configmgr.scp.plugins.module_utils.windows.directory import Directory
from ansible_collections.configmgr.scp.plugins.module_utils.windows.ldap import DirectorySettings
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

SPEC: dict[str, Any] = {
    "argument_spec": {
        "server": {"type": "str"},
        "site_version": {"type": "str", "required": True},
        "site_server": {"type": "list", "elements": "str", "default": []},
        "site_server_account": {"type": "list", "elements": "str", "default": []},
        "installation_account": {"type": "str"},
        "site_clock_offset_seconds": {"type": "float"},
        "required_free_space_gib": {"type": "int", "default": 10},
        "directory": {
            "type": "dict",
            "options": {
                "server": {"type": "str", "required": True},
                "port": {"type": "int"},
                "start_tls": {"type": "bool", "default": False},
                "ca_file": {"type": "path"},
                "user": {"type": "str", "required": True, "aliases": ["bind_dn"]},
                "password": {"type": "str", "required": True, "no_log": True},
                "base_dn": {"type": "str"},
                "timeout": {"type": "int", "default": 10},
            },
        },
    },
    "supports_check_mode": True,
}

LIMITS = {
    "directory.timeout": seconds(1, 300),
    "required_free_space_gib": FREE_SPACE,
    # About 32 years: a wrong date must still be accepted, so that the check can report it.
    "site_clock_offset_seconds": seconds(-(10**9), 10**9),
}
EMPTY = {"installation_account": "the site server's computer account"}

_LDAPS = 636
_LDAP = 389


def run(task: Task) -> Result:
    """Read the server and run the checks; never changes anything."""
    try:
        version = versions.find(task.params["site_version"])
    except versions.BadVersion as error:
        raise TaskFailure(str(error)) from error
    site_servers = [chosen_name(naming.server_name, name, "site_server") for name in task.params["site_server"]]
    accounts = [chosen_name(naming.account_name, name, "site_server_account") for name in task.params["site_server_account"]]
    asked_for = chosen_name(naming.server_name, task.params["server"], "server") if task.params["server"] else ""
    installer = task.params["installation_account"] or ""
    if installer:
        installer = chosen_name(naming.account_name, installer, "installation_account")
    settings = _directory_settings(task.params["directory"])
    facts = read_server_facts(task.cim, state.wanted_roots(), software.uses_native_client(version))
    with _directory(settings) as directory:
        rights_check = rights.administrator_rights(
            facts.administrators, facts.computer, site_servers, accounts, installer, directory
        )
    return {
        "changed": False,
        **report([*_server_checks(task, facts, version, asked_for, site_servers), rights_check]),
        "server": None if isinstance(facts.computer, Unread) else facts.computer.fqdn,
        "clock_offset_seconds": facts.clock.offset_seconds if isinstance(facts.clock, ServerClock) else None,
    }


def _is_site_server(facts: ServerFacts, site_servers: Sequence[str]) -> bool:
    """Whether this server is the site's only one."""
    computer = facts.computer
    return len(site_servers) == 1 and not isinstance(computer, Unread) and naming.same_computer(computer.fqdn, site_servers[0])


def _server_checks(
    task: Task, facts: ServerFacts, version: versions.SiteVersion, asked_for: str, site_servers: Sequence[str]
) -> list[Check]:
    return [
        windows.operating_system(facts.system, version),
        windows.operating_system_support(facts.system, facts.clock),
        windows.server_core(facts.installation_type),
        windows.domain_member(facts.computer),
        windows.server_name(facts.computer, asked_for),
        software.dotnet_release(facts.dotnet_release, version),
        software.dotnet_35(facts.dotnet_35),
        software.vc_runtime(facts.vc_runtime, version),
        software.odbc_driver(facts.odbc_driver, version),
        software.native_client(facts.native_client, version),
        software.tls_dotnet(facts.tls_64, 64),
        software.tls_dotnet(facts.tls_32, 32),
        state.pending_restart(facts.restarts),
        state.no_sms_on_drive(facts.drives),
        state.free_space(facts.drives, task.params["required_free_space_gib"]),
        windows.clock_difference(facts.clock, task.params["site_clock_offset_seconds"], _is_site_server(facts, site_servers)),
        state.sms_executive(facts.executive),
        state.root_certificates(facts.roots, facts.clock.now if isinstance(facts.clock, ServerClock) else datetime.now(UTC)),
    ]


def _directory_settings(options: dict[str, Any] | None) -> DirectorySettings | None:
    """The option ``directory``, checked before anything is sent."""
    if options is None:
        return None
    port = options["port"] or (_LDAP if options["start_tls"] else _LDAPS)
    return DirectorySettings(
        server=chosen_name(naming.host_name, options["server"], "directory.server"),
        port=port,
        start_tls=options["start_tls"],
        ca_file=options["ca_file"],
        user=options["user"],
        password=options["password"],
        base_dn=options["base_dn"],
        timeout_seconds=options["timeout"],
    )


@contextmanager
def _directory(settings: DirectorySettings | None) -> Iterator[Directory | None]:
    if settings is None:
        yield None
        return
    with Directory(settings) as directory:
        yield directory


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
