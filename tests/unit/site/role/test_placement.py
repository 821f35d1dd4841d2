from __future__ import annotations

from ansible_collections.configmgr.scp.plugins.module_utils.site.role import placement
from tests.unit.site.support import CAS, PR1, SE1, ST1


def test_the_top_level_site_may_have_the_role() -> None:
    assert placement.tier_refusal(CAS, [CAS, PR1, SE1]) is None
    assert placement.tier_refusal(ST1, [ST1]) is None


def test_a_child_site_is_refused_and_the_right_one_named() -> None:
    for site in (PR1, SE1):
        refusal = placement.tier_refusal(site, [CAS, PR1, SE1])
        assert refusal is not None
        assert site.code in refusal
        assert site.parent in refusal.replace("CAS (central administration site, cas01.corp.example)", "")
        assert "CAS (central administration site, cas01.corp.example)" in refusal


def test_a_secondary_is_refused_even_when_its_parent_is_not_listed() -> None:
    orphan = SE1.__class__("SE1", "Below", "secondary", "", "sec1.corp.example", "")
    assert orphan.top_level is False
    assert " :" not in (placement.tier_refusal(orphan, [orphan]) or " :")


def test_both_servers_of_a_pair_are_refused_and_no_other() -> None:
    pair = {"sta01.corp.example", "sta02.corp.example"}
    for server in pair:
        refusal = placement.pair_refusal(server, ST1, pair)
        assert refusal is not None
        assert "active/passive" in refusal
    assert placement.pair_refusal("scp01.corp.example", ST1, pair) is None
    assert placement.pair_refusal("sta01.corp.example", ST1, {"sta01.corp.example"}) is None


def test_a_holder_elsewhere_is_named() -> None:
    refusal = placement.holder_refusal("scp02.corp.example", [("scp01.corp.example", "CAS")])
    assert refusal is not None
    assert "scp01.corp.example (site CAS)" in refusal
    assert placement.holder_refusal("scp01.corp.example", [("scp01.corp.example", "CAS")]) is None
    assert placement.holder_refusal("scp01.corp.example", []) is None


def test_several_rows_are_refused() -> None:
    assert placement.stray_refusal([("a.x", "CAS")]) is None
    refusal = placement.stray_refusal([("a.x", "CAS"), ("b.x", "PR1")])
    assert refusal is not None
    assert "a.x (site CAS), b.x (site PR1)" in refusal


def test_the_server_must_be_a_site_system_of_this_site() -> None:
    assert placement.site_system_refusal("a.x", CAS, {"b.x": "PR1", "a.x": "CAS"}) is None
    elsewhere = placement.site_system_refusal("a.x", CAS, {"a.x": "PR1"})
    nowhere = placement.site_system_refusal("a.x", CAS, {})
    assert elsewhere is not None
    assert "of site PR1" in elsewhere
    assert nowhere is not None
    assert "configmgr.scp.site_system" in nowhere


def test_an_update_in_process_is_named_with_its_state() -> None:
    assert placement.update_refusal(CAS, []) is None
    refusal = placement.update_refusal(CAS, [("Configuration Manager 2609", "INSTALL_IN_PROGRESS")])
    assert refusal is not None
    assert "Configuration Manager 2609 (INSTALL_IN_PROGRESS)" in refusal
    assert "allow_during_update" in refusal


def test_a_role_on_a_pair_is_a_problem_with_a_way_out() -> None:
    problem = placement.pair_problem("STA01.corp.example", "ST1", ["sta01.corp.example", "STA02"])
    assert problem is not None
    assert "pair of site ST1 (sta01.corp.example, sta02)" in problem.detail
    assert "configmgr.scp.move" in problem.remedy
    assert "scp_to" in problem.remedy
    assert placement.pair_problem("sta02.corp.example", "ST1", ["sta01.corp.example", "STA02"]) is not None
    several = placement.pair_problem("s1", "ST1", [f"s{number}" for number in (5, 3, 1, 4, 2, 6)])
    assert several is not None
    assert "(s1, s2, s3, s4, s5, s6)" in several.detail
    # Two names of one server are not a pair.
    assert placement.pair_problem("sta01.corp.example", "ST1", ["sta01.corp.example", "STA01.CORP.EXAMPLE."]) is None
    assert placement.pair_problem("scp01.corp.example", "ST1", ["sta01.corp.example", "sta02.corp.example"]) is None


def test_a_row_of_another_site_and_of_one_that_is_gone() -> None:
    assert placement.foreign_refusal(CAS, "a.x", "CAS", [CAS, PR1]) is None
    known = placement.foreign_refusal(CAS, "a.x", "PR1", [CAS, PR1])
    assert known == "The service connection point on a.x belongs to site PR1, not to CAS."
    gone = placement.foreign_refusal(ST1, "a.x", "CAS", [ST1])
    assert gone is not None
    assert "no longer a site of this hierarchy" in gone
