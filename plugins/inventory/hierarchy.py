# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The inventory of a hierarchy, out of one SMS Provider."""

from __future__ import annotations

DOCUMENTATION = r"""
name: hierarchy
short_description: Hosts of a Configuration Manager hierarchy, from one SMS Provider
version_added: 1.1.0
description:
  - Reads the sites and site systems of a hierarchy from one SMS Provider, as M(configmgr.scp.hierarchy_info) does, and makes a
    host of each server, with groups by tier, site and role.
  - The playbooks of this collection run with this inventory alone. The group C(sms_provider), on which they run, has one host
    of the hierarchy.
  - The name of the file must end with C(scp_hierarchy.yml) or C(scp_hierarchy.yaml).
  - Nothing is written on a server, and a failure leaves no hosts behind.
notes:
  - Groups below the group of all hosts (O(group)) are C(tier_central_administration_site), C(tier_primary) and
    C(tier_secondary), each with the groups of its sites; C(site_) and the site code, in lower case; C(role_) and the name of a
    role as the site names it, in lower case and with underscores, such as C(role_sms_management_point); C(sms_provider), with
    one host; C(service_connection_point), with the server of the role; C(candidates), with the servers of O(candidates).
  - Variables of each host are C(site_code), C(site_codes), C(site_name), C(site_type), C(site_version), C(site_roles), and
    C(scp_mode), which is V(online) or V(offline) on the server of the service connection point and null on other servers. A
    server of several sites has in C(site_code) the site whose site server it is, or else the highest one, and all of them in
    C(site_codes).
  - In the expressions of O(compose), O(groups) and O(keyed_groups), C(roles) is another name of C(site_roles). It is not a
    variable of the hosts, because Ansible reserves this name.
  - C(ansible_host) is set if O(addresses) has the server, or if the name of the host is its short name.
  - Values that the site returns are never used as templates.
options:
  plugin:
    description: Selects this plugin.
    type: str
    required: true
    choices: [configmgr.scp.hierarchy]
  provider:
    description:
      - The host of an SMS Provider, usually the server of the top-level site. It may be a template.
      - A provider of a child site also works. The group C(sms_provider) then has a provider of the top-level site.
      - If the top-level site has several providers, the one that is named here is in C(sms_provider), or else the first one by
        name.
    type: str
    required: true
  site_code:
    description:
      - Code of the site whose SMS Provider is used. It is needed only if the host has providers of several sites.
      - It may be a template.
    type: str
  connection:
    description:
      - Variables of the connection, by the names that they have in an inventory, such as C(ansible_user),
        C(ansible_winrm_transport) and C(ansible_psrp_auth). Allowed are those of P(ansible.builtin.winrm#connection) and
        P(ansible.builtin.psrp#connection).
      - The plugin connects with them, and they become variables of the group O(group), each as it is written here. A template
        remains a template and a value with C(!vault) remains encrypted, also in the output of C(ansible-inventory).
      - A secret in plain text is used by the plugin, but the hosts do not get it unless O(pass_plain_secrets=true).
      - The same variables in C(group_vars) beside the file, for C(all) or for the group O(group), have precedence, and extra
        variables have precedence over both, for the plugin as for plays. In templates, these variables can be used too.
      - Without C(ansible_connection), it is V(winrm), for the plugin and for the hosts.
    type: dict
    default: {}
  pass_plain_secrets:
    description:
      - Whether the hosts also get those secrets in O(connection) that are neither vaulted nor templates. They are then shown by
        C(ansible-inventory --list).
    type: bool
    default: false
  hostnames:
    description:
      - The names of the hosts in the inventory, V(fqdn) or V(short).
      - A server keeps its fully qualified domain name if another server or a group has its short name.
    type: str
    choices: [fqdn, short]
    default: fqdn
  addresses:
    description: Addresses (C(ansible_host)) of servers whose names the controller cannot resolve, by server name.
    type: dict
    default: {}
  candidates:
    description:
      - Servers that the hierarchy may not have yet, such as the planned server of the service connection point. They become
        hosts like the others, and members of the group C(candidates).
    type: list
    elements: str
    default: []
  group:
    description:
      - The group of all hosts, which also has the variables of O(connection).
      - Two inventory files with different variables need two groups.
    type: str
    default: configmgr
extends_documentation_fragment:
  - constructed
  - inventory_cache
seealso:
  - module: configmgr.scp.hierarchy_info
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
---
# contoso.scp_hierarchy.yml: the variables of the connection are in group_vars/configmgr beside this file
plugin: configmgr.scp.hierarchy
provider: cas01.contoso.com

---
# Complete in one file, with Kerberos and a password from the environment
plugin: configmgr.scp.hierarchy
provider: cas01.contoso.com
connection:
  ansible_port: 5986
  ansible_winrm_scheme: https
  ansible_winrm_transport: kerberos
  ansible_winrm_ca_trust_path: /etc/ssl/certs/contoso-ca.pem
  ansible_user: svc-ansible@CONTOSO.COM
  ansible_password: "{{ lookup('ansible.builtin.env', 'CONTOSO_PASSWORD') }}"
# The server that will have the role
candidates: [scp01.contoso.com]

---
# Short names, groups and variables of your own, and a cache
plugin: configmgr.scp.hierarchy
provider: cas01.contoso.com
hostnames: short
strict: true
compose:
  service_connection_point_site_code: site_code
groups:
  distribution_points_of_pr1: site_code == 'PR1' and 'SMS Distribution Point' in roles
keyed_groups:
  - key: site_version
    prefix: version
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.ansible/cache/configmgr
cache_timeout: 3600
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.inventory.group import Group
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.plugins.loader import vars_loader

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.inventory_plan import (
    Options,
    Plan,
    PlanError,
    address_of,
    check_group,
    plan_inventory,
)
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.modules import hierarchy_info
from ansible_collections.configmgr.scp.plugins.plugin_utils.connection import access_to, session_over
from ansible_collections.configmgr.scp.plugins.plugin_utils.inventory_connection import (
    check_names,
    connection_to,
    handed_on,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.inventory_values import as_text, is_vaulted
from ansible_collections.configmgr.scp.plugins.plugin_utils.outcome import reading_failed
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain
from ansible_collections.configmgr.scp.plugins.plugin_utils.secrets import hidden, spellings
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

SUFFIXES = ("scp_hierarchy.yml", "scp_hierarchy.yaml")
_OF_THIS_PLUGIN = re.compile(rb"""^plugin:\s*["']?configmgr\.scp\.hierarchy\b""", re.MULTILINE)
# To change when the form of what is kept changes.
_CACHE_FORMAT = 1
_WHERE = "set it in connection, in group_vars beside the file, or as an extra variable"


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    """Read the hierarchy or take it from the cache, plan the inventory, fill it."""

    NAME = "configmgr.scp.hierarchy"

    def verify_file(self, path: str) -> bool:
        """Whether the file is for this plugin, by its name. Ansible itself does not report which name it must have."""
        if not super().verify_file(path):
            return False
        if path.endswith(SUFFIXES):
            return True
        if path.endswith((".yml", ".yaml")) and _OF_THIS_PLUGIN.search(Path(path).read_bytes()):
            self.display.warning(
                f"{path} is for {self.NAME}, so its name must end with {' or '.join(SUFFIXES)}; rename the file."
            )
        return False

    def parse(self, inventory: InventoryData, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory; see BaseInventoryPlugin.parse.

        :raises AnsibleParserError: with a sentence; nothing was added to the inventory or to the cache.
        """
        super().parse(inventory, loader, path, cache)
        self._check_options(loader.load_from_file(path, cache="none"))
        config = self._read_config_data(path)
        try:
            self._fill_from(config, inventory, path, cache)
        except (PlanError, SettingsError) as error:
            raise AnsibleParserError(str(error)) from None

    def _check_options(self, config: Any) -> None:
        """Ansible ignores an option that it does not know, and reports a missing one without saying where."""
        if not isinstance(config, Mapping):
            raise AnsibleParserError("The file has no options; give at least plugin and provider.")
        known = sorted(self.option_definitions)
        for name in map(str, config):
            if name not in known:
                meant = difflib.get_close_matches(name, known, 1)
                instead = f"did you mean {meant[0]}?" if meant else f"the options are {', '.join(known)}."
                raise AnsibleParserError(f"The option {name} is not known; {instead}")
        if not config.get("provider"):
            raise AnsibleParserError("The option provider is not set; give the name of the host of an SMS Provider.")

    def _fill_from(self, config: Mapping[str, Any], inventory: InventoryData, path: str, cache: bool) -> None:
        connection = config.get("connection") or {}
        if not isinstance(connection, Mapping):
            raise SettingsError("connection: give a dictionary of variables")
        check_names(connection)
        group = str(plain(self.get_option("group")))
        check_group(group)
        handed = handed_on(connection, bool(self.get_option("pass_plain_secrets")))
        self._check_group_variables(inventory, group, handed.variables)
        elsewhere = {**self._of_group_vars(path, group), **self._vars}
        variables = {**connection, **elsewhere}
        provider = str(self._resolved(variables, "", "provider", config["provider"])).strip()
        site_code = self._resolved(variables, provider, "site_code", config.get("site_code"))
        asked = {"provider": provider, "site_code": site_code}
        key, kept = self.get_cache_key(path), bool(self.get_option("cache"))
        hierarchy = self._cached(key, asked) if cache and kept else None
        fresh = hierarchy is None
        if hierarchy is None:
            hierarchy = self._read(provider, site_code, variables)
        plan = plan_inventory(
            hierarchy,
            Options(
                provider=provider,
                group=group,
                short=self.get_option("hostnames") == "short",
                addresses=plain(self.get_option("addresses")),
                candidates=plain(self.get_option("candidates")),
            ),
        )
        for warning in (*plan.warnings, *_about_withheld([name for name in handed.withheld if name not in elsewhere], group)):
            self.display.warning(warning)
        self._fill_both(inventory, plan, group, handed.variables)
        if kept and fresh:
            self._cache[key] = {"format": _CACHE_FORMAT, "asked": asked, "hierarchy": hierarchy}

    def _of_group_vars(self, path: str, group: str) -> dict[str, Any]:
        """Variables of ``all`` and of the group of all hosts in group_vars beside the file, as plays get them."""
        plugin = vars_loader.get("host_group_vars")
        found: dict[str, Any] = plugin.get_vars(self.loader, path, [Group("all"), Group(group)])
        return found

    def _resolved(self, variables: Mapping[str, Any], provider: str, name: str, value: Any) -> Any:
        """The value of an option or variable, its template resolved and decrypted.

        :raises SettingsError: that is not possible.
        """
        self.templar.available_variables = {**variables, "inventory_hostname": provider}
        try:
            return plain(self.templar.template(value))
        except AnsibleError as error:
            raise SettingsError(f"{name} cannot be resolved: {' '.join(str(error).split())}") from None

    def _cached(self, key: str, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        try:
            found = plain(self._cache[key])
        except KeyError:
            return None
        if not isinstance(found, Mapping) or found.get("format") != _CACHE_FORMAT or found.get("asked") != asked:
            # Another version wrote it, or the file has changed.
            return None
        hierarchy: dict[str, Any] = found["hierarchy"]
        return hierarchy

    def _read(self, provider: str, site_code: Any, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What hierarchy_info returns for all servers.

        :raises SettingsError: it cannot be read; the message is without secrets.
        """
        address = address_of(provider, plain(self.get_option("addresses")))
        address = address or str(self._resolved(variables, provider, "ansible_host", variables.get("ansible_host")) or "")
        try:
            plugin = connection_to(provider, address, variables, partial(self._resolved, variables, provider))
            access = access_to(plugin, frozenset(map(str, variables)))
        except SettingsError as error:
            raise SettingsError(f"{error}; {_WHERE}" if "must be set" in str(error) else str(error)) from None
        for warning in access.warnings:
            self.display.warning(f"[{provider}] {warning}")
        task = Task(params={"site_code": site_code or None, "servers": None}, cim=session_over(access), host=provider)
        try:
            found = hierarchy_info.run(task)
        except Exception as error:  # noqa: BLE001
            # The boundary between the collection and Ansible: every exception becomes a message.
            message = reading_failed(error, connected=access.link.answers > 0, host=provider)
            if isinstance(error, TaskFailure):
                message += f" The option provider of this inventory is {provider}."
            raise SettingsError(hidden(message, spellings(access.secrets))) from None
        finally:
            access.link.close()
        return {
            name: found[name] for name in ("site_code", "sites", "top_level_site", "site_systems", "service_connection_points")
        }

    def _check_group_variables(self, inventory: InventoryData, group: str, variables: Mapping[str, Any]) -> None:
        """Another file must not change how the hosts of this one are reached. Vaulted values are not compared."""
        present = inventory.groups[group].get_vars() if group in inventory.groups else {}
        for name, value in variables.items():
            if name in present and not (is_vaulted(value) or is_vaulted(present[name])) and plain(present[name]) != plain(value):
                raise PlanError(
                    f"The group {group} already has another value of {name}, from another inventory file; set group to another "
                    "name in one of the two files."
                )

    def _fill_both(self, inventory: InventoryData, plan: Plan, group: str, variables: Mapping[str, Any]) -> None:
        """Fill an inventory that is thrown away, then the real one: a failing expression must not leave half of the hosts."""
        for target in (InventoryData(), inventory):
            self.inventory = target
            self._fill(plan, group, variables)

    def _fill(self, plan: Plan, group: str, variables: Mapping[str, Any]) -> None:
        for name in plan.groups:
            self.inventory.add_group(name)
        for host, own in plan.hosts.items():
            self.inventory.add_host(host)
            for name, value in own.items():
                self.inventory.set_variable(host, name, as_text(value))
        for name, members in plan.groups.items():
            for child in (*members.children, *members.hosts):
                self.inventory.add_child(name, child)
        for name, value in variables.items():
            self.inventory.set_variable(group, name, value)
        strict = self.get_option("strict")
        for host, own in plan.hosts.items():
            shown = {**as_text(own), "inventory_hostname": host, "roles": as_text(own["site_roles"])}
            self._set_composite_vars(self.get_option("compose"), shown, host, strict=strict)
            self._add_host_to_composed_groups(self.get_option("groups"), shown, host, strict=strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), shown, host, strict=strict)


def _about_withheld(names: Sequence[str], group: str) -> list[str]:
    if not names:
        return []
    return [
        f"{' and '.join(names)} in connection is in plain text, so the hosts do not get it; encrypt it with ansible-vault "
        f"encrypt_string, put it in group_vars/{group}, or set pass_plain_secrets to true."
    ]
