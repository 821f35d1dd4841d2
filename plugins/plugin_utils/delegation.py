# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The connection settings of the host that a task is delegated to, with their templates resolved for that host.

Ansible (seen with ansible-core 2.18 and 2.19) resolves the templates in these settings with the variables of the play's host:
if all hosts have ``ansible_host: "{{ inventory_hostname }}.contoso.com"``, a task that is delegated to scp01 goes to the play's
host. For this collection that is a different server from the one whose role is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain


def own_settings(
    definitions: Mapping[str, Mapping[str, Any]], used: Mapping[str, Any], raw: Mapping[str, Any], own: Mapping[str, Any]
) -> dict[str, Any]:
    """Values of the connection options that come from a template of the delegated host, by option.

    :param definitions: the options of the connection plugin, with the variables that set them.
    :param used: the variables that Ansible has used, templates not resolved.
    :param raw: the host's own variables, templates not resolved. A different value set by a task or play is kept.
    :param own: the host's own variables, resolved for that host.
    """
    found: dict[str, Any] = {}
    for option, definition in definitions.items():
        names = [entry["name"] for entry in definition.get("vars") or () if entry["name"] in used]
        # The last one that is set wins, as in Ansible.
        if not names:
            continue
        text = used[names[-1]]
        if isinstance(text, str) and "{{" in text and raw.get(names[-1]) == text:
            found[option] = plain(own[names[-1]])
    return found
