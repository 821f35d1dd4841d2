# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The connection settings of a host that a task is delegated to, as the host itself means them.

Ansible (seen with ansible-core 2.18 and 2.19) resolves the templates among these settings with the names of the host of the play:
where all hosts have ``ansible_host: "{{ inventory_hostname }}.contoso.com"``, a task that is delegated to scp01 goes to the host
of the play. For this collection that is another server than the one whose role is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain


def own_settings(
    definitions: Mapping[str, Mapping[str, Any]], used: Mapping[str, Any], raw: Mapping[str, Any], own: Mapping[str, Any]
) -> dict[str, Any]:
    """Values of those options of a connection that come from a template of the delegated host, by option.

    :param definitions: the options of the connection plugin, with the variables that set them.
    :param used: the variables that Ansible has used, templates not resolved.
    :param raw: the host's own variables, templates not resolved. What a task or play has set instead is another text, and stays.
    :param own: the host's own variables, resolved for that host.
    """
    found: dict[str, Any] = {}
    for option, definition in definitions.items():
        names = [entry["name"] for entry in definition.get("vars") or () if entry["name"] in used]
        # The last one that is set counts, as in Ansible.
        if not names:
            continue
        text = used[names[-1]]
        if isinstance(text, str) and "{{" in text and raw.get(names[-1]) == text:
            found[option] = plain(own[names[-1]])
    return found
