# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lookup that finds the inventory host of a server."""

from __future__ import annotations

DOCUMENTATION = r"""
name: server_host
short_description: Which host of the inventory a server is
version_added: 1.1.0
description:
  - Finds the inventory host of a server, for C(delegate_to), whatever the spelling in the inventory. Letter case and a
    trailing dot make no difference; a short name fits a fully qualified one that begins with it, unless C(ansible_host) says
    that it is another computer.
  - What the user says in the variable C(scp_hosts) comes first.
  - The result for each server is a dictionary. Where nothing or more than one host fits, C(host) is empty, C(detail) says why,
    C(candidates) are the hosts that fit, and C(remedy) says what to do.
options:
  _terms:
    description: Names of servers, as the site or the user gives them.
    type: list
    elements: str
    required: true
  here_is:
    description:
      - Names of the computer that the host of the task is known to be, for example the one whose SMS Provider it is.
      - Names are of one computer when one is the short form of the other.
    type: list
    elements: str
    default: []
  scp_hosts:
    description: Inventory names by server, where the names do not tell it.
    type: dict
    default: {}
    vars:
      - name: scp_hosts
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: See that the thread runs, on the role's server
  configmgr.scp.component:
    name: SMS_DMP_DOWNLOADER
  delegate_to: "{{ lookup('configmgr.scp.server_host', 'scp01.contoso.com').host }}"
"""

RETURN = r"""
_raw:
  description: For each server, C(host), C(detail), C(remedy) and C(candidates).
  type: list
  elements: dict
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.inventory_hosts import find_host
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain

# Where an inventory says how a host is reached: the general variables, and those of the two connections.
_ADDRESSES = ("ansible_host", "ansible_ssh_host", "ansible_winrm_host", "ansible_psrp_host")


class LookupModule(LookupBase):  # type: ignore[misc]
    """Look servers up in the inventory."""

    def run(self, terms: Sequence[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """For each server what the inventory knows of it; see LookupBase.run."""
        self.set_options(var_options=variables, direct=kwargs)
        known = variables or {}
        mapping = plain(self.get_option("scp_hosts") or {})
        here_is = [str(name) for name in plain(self.get_option("here_is") or [])]
        hosts = InventoryHosts(known)
        here = str(plain(known.get("inventory_hostname") or ""))
        return [asdict(find_host(str(plain(term)), hosts, mapping, here, here_is)) for term in terms]


class InventoryHosts(Mapping[str, tuple[str, ...]]):
    """Names of all inventory hosts, with their addresses. These are looked up when they are asked for: a large inventory is
    slow."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._names = [str(plain(name)) for name in variables.get("groups", {}).get("all", ())]
        self._variables: Mapping[str, Any] = variables.get("hostvars", {})

    def __getitem__(self, name: str) -> tuple[str, ...]:
        if name not in self._variables:
            return ()
        given = self._variables[name]
        return tuple(text for key in _ADDRESSES if (text := _text(given, key)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _text(given: Mapping[str, Any], key: str) -> str:
    """A variable of a host; empty when it can not be resolved, so that a mistake at another host stops nothing."""
    try:
        return str(plain(given.get(key) or ""))
    except AnsibleError:
        return ""
