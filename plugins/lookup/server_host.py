# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lookup that finds the inventory host of a server."""

from __future__ import annotations

DOCUMENTATION = r"""
name: server_host
short_description: Find the inventory host of a server
version_added: 1.1.0
description:
  - Finds the inventory host of a server, for C(delegate_to), with any spelling in the inventory. Letter case and a
    trailing dot are ignored; a short name matches a fully qualified name that begins with it, unless C(ansible_host) shows
    that it is a different computer.
  - The variable C(scp_hosts) takes precedence.
  - The result for each server is a dictionary. When no host or more than one host matches, C(host) is empty, C(detail) gives the
    reason, C(candidates) are the hosts that match, and C(remedy) says what to do.
options:
  _terms:
    description: Names of the servers, as the site or the user spells them.
    type: list
    elements: str
    required: true
  here_is:
    description:
      - Names of the server that the host of the task is known to be, for example the server whose SMS Provider answered.
      - Two names belong to the same computer when one is the short form of the other.
    type: list
    elements: str
    default: []
  scp_hosts:
    description: Inventory hosts by server name, for servers whose host cannot be found by name.
    type: dict
    default: {}
    vars:
      - name: scp_hosts
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Read the state of the thread on the role's server
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

# The variables for the address of a host: the general ones, and those of the two connections.
_ADDRESSES = ("ansible_host", "ansible_ssh_host", "ansible_winrm_host", "ansible_psrp_host")


class LookupModule(LookupBase):  # type: ignore[misc]
    """Find servers in the inventory."""

    def run(self, terms: Sequence[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """The result for each server; see LookupBase.run."""
        self.set_options(var_options=variables, direct=kwargs)
        known = variables or {}
        mapping = plain(self.get_option("scp_hosts") or {})
        here_is = [str(name) for name in plain(self.get_option("here_is") or [])]
        hosts = InventoryHosts(known)
        here = str(plain(known.get("inventory_hostname") or ""))
        return [asdict(find_host(str(plain(term)), hosts, mapping, here, here_is)) for term in terms]


class InventoryHosts(Mapping[str, tuple[str, ...]]):
    """Names of all inventory hosts, with their addresses. An address is read only when it is needed: a large inventory is
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
    """A variable of a host; empty when it cannot be resolved, so that a mistake in another host does not stop the task."""
    try:
        return str(plain(given.get(key) or ""))
    except AnsibleError:
        return ""
