from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.scp.plugins.plugin_utils.delegation import own_settings

DEFINITIONS: dict[str, dict[str, Any]] = {
    "remote_addr": {"vars": [{"name": "inventory_hostname"}, {"name": "ansible_host"}, {"name": "ansible_winrm_host"}]},
    "remote_password": {"vars": [{"name": "ansible_password"}]},
    "port": {"default": 5986},
}
TEMPLATE = "{{ inventory_hostname }}.corp.example"


def test_a_template_of_the_host_is_resolved_for_that_host() -> None:
    raw = {"inventory_hostname": "scp01", "ansible_host": TEMPLATE, "ansible_password": "plain"}
    own = {**raw, "ansible_host": "scp01.corp.example"}
    assert own_settings(DEFINITIONS, raw, raw, own) == {"remote_addr": "scp01.corp.example"}


def test_the_last_variable_that_is_set_counts() -> None:
    raw = {"ansible_host": TEMPLATE, "ansible_winrm_host": "fixed"}
    assert own_settings(DEFINITIONS, raw, raw, raw) == {}


def test_what_a_task_or_play_has_set_stays() -> None:
    raw = {"ansible_host": TEMPLATE}
    used = {"ansible_host": "{{ another }}"}
    assert own_settings(DEFINITIONS, used, raw, {"ansible_host": "x"}) == {}
    assert own_settings(DEFINITIONS, used, {}, {}) == {}
