# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filter that makes the folder of a field check that may be handed on."""

from __future__ import annotations

DOCUMENTATION = r"""
name: field_check_bundle
short_description: Make a recording of a field check that can be handed on
version_added: 1.1.0
description:
  - Turns the results of M(configmgr.scp.field_check) with O(configmgr.scp.field_check#module:record=true) into texts for files,
    in which names, domains, accounts, SIDs, GUIDs, addresses and site codes are replaced. The same original has the same
    stand-in in every file.
  - It reads the texts a second time, and fails if it finds anything that was to be replaced.
  - The role P(configmgr.scp.field_check#role) uses it.
positional: _input
options:
  _input:
    description:
      - For each host C(part), V(site) or V(server), and C(result), the registered result. C(why) is the reason where there is no
        result.
    type: list
    elements: dict
    required: true
  known:
    description:
      - Names and addresses of hosts, and accounts, that are known beforehand, such as those of the inventory.
    type: list
    elements: str
    default: []
  words:
    description:
      - Further texts to replace.
    type: list
    elements: str
    default: []
seealso:
  - module: configmgr.scp.field_check
  - module: configmgr.scp.controller_files
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Write the recording
  configmgr.scp.controller_files:
    folder: field-check
    texts: "{{ [{'part': 'site', 'result': field}] | configmgr.scp.field_check_bundle(known=[inventory_hostname]) }}"
"""

RETURN = r"""
_value:
  description: The texts, each with the name of its file.
  type: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.bundle import Survivor, bundle
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.report import parts_of
from ansible_collections.configmgr.scp.plugins.plugin_utils.collection_version import collection_version
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain


def field_check_bundle(parts: Sequence[Mapping[str, Any]], known: Sequence[str] = (), words: Sequence[str] = ()) -> Any:
    """See DOCUMENTATION.

    :raises AnsibleFilterError: the input does not have the documented form, or something that was to be replaced would be left.
    """
    try:
        made = bundle(parts_of(plain(parts)), list(map(str, plain(known))), list(map(str, plain(words))), collection_version())
    except Survivor as left:
        raise AnsibleFilterError(str(left)) from left
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AnsibleFilterError(f"field_check_bundle: the input is not as documented ({error})") from error
    return wrap_var(made)


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"field_check_bundle": field_check_bundle}
