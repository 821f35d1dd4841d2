from __future__ import annotations

import shlex

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.role import ways

SCP01, CAS01 = "scp01.corp.example", "cas01.corp.example"


def test_a_command_is_what_one_types() -> None:
    way = ways.removal(SCP01, CAS01)
    assert way.command == f"ansible-playbook -i INVENTORY configmgr.scp.remove -e scp_provider={CAS01} -e scp_server={SCP01}"
    assert str(way).endswith(f"(or configmgr.scp.service_connection_point on {CAS01} with state: absent, server: {SCP01})")
    data = way.as_data()
    assert data["variables"] == {"scp_provider": CAS01, "scp_server": SCP01}
    assert (data["host"], data["options"]) == (CAS01, {"state": "absent", "server": SCP01})


@pytest.mark.parametrize("name", ["a host", "x; reboot", "$(reboot)", "`reboot`", "it's", "a&b", "a|b\n"])
def test_a_name_is_one_word_of_the_command_whatever_it_holds(name: str) -> None:
    words = shlex.split(ways.removal(name, CAS01).command)
    assert words[-2:] == ["-e", f"scp_server={name}"]
    assert len(words) == 8


def test_a_move_keeps_the_mode_where_it_is_known() -> None:
    kept = ways.relocation(SCP01, "scp02.corp.example", CAS01, "offline")
    assert "service_connection_point_mode=offline" in kept.command
    assert kept.options == {"server": "scp02.corp.example", "move": True, "move_from": SCP01, "mode": "offline"}
    assert "mode" not in ways.relocation(SCP01, "scp02.corp.example", CAS01, None).command
    assert str(kept).endswith(f"with server: scp02.corp.example, move: true, move_from: {SCP01}, mode: offline)")
