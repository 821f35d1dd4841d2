from __future__ import annotations

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cloud import Discovery, Gateway, Tenant
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.cloud_needs import cloud_needs, needs_warning

GATEWAY = Gateway("CORPCMG", "CAS", "running", None)
OFF, ON = Discovery(1, False, "", False, None), Discovery(2, False, "", True, 60)


def test_what_needs_an_online_role() -> None:
    assert cloud_needs([GATEWAY], [OFF, ON], [Tenant(1, "Corp", "x")]) == [
        "cloud management gateway CORPCMG",
        "discovery of Entra users of cloud service 2",
        "connection to the tenant Corp",
    ]
    assert cloud_needs(None, None, None) == []
    assert cloud_needs([], [OFF], []) == []


def test_the_warning_names_the_change_and_is_left_out_without_a_need() -> None:
    assert needs_warning("CAS", [], "no service connection point") is None
    said = needs_warning("CAS", ["cloud management gateway CORPCMG"], "no service connection point")
    assert said is not None
    assert "will have no service connection point" in said
    assert "CORPCMG" in said
