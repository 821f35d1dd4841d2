"""Hosts, groups and variables out of a hierarchy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.inventory_plan import (
    VARIABLES,
    Options,
    Plan,
    PlanError,
    check_group,
    plan_inventory,
    slug,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.role_options import INVENTORY_VARIABLES, known_variables

CAS = ("CAS", "central administration site", None, "cas01.corp.example")
PR1 = ("PR1", "primary", "CAS", "pri1.corp.example")
SE1 = ("SE1", "secondary", "PR1", "sec1.corp.example")
ROLE = "SMS Dmp Connector"
Row = tuple[str, str, Sequence[str]]


def hierarchy(
    *rows: Row, sites: Sequence[Sequence[Any]] = (CAS, PR1, SE1), points: Sequence[Mapping[str, Any]] = (), **providers: list[str]
) -> dict[str, Any]:
    """The return values of hierarchy_info."""
    listed = [
        {
            "site_code": code,
            "name": f"Site {code}",
            "type": kind,
            "parent": parent,
            "server": server,
            "version": f"5.00.9152.{number}",
            "top_level": parent is None,
            "providers": providers.get(code, []),
        }
        for number, (code, kind, parent, server) in enumerate(sites)
    ]
    return {
        "site_code": "CAS",
        "sites": listed,
        "top_level_site": listed[0],
        "site_systems": [{"server": server, "site_code": code, "roles": list(roles)} for server, code, roles in rows],
        "service_connection_points": list(points),
    }


def planned(found: Mapping[str, Any], provider: str = "cas01.corp.example", **options: Any) -> Plan:
    return plan_inventory(found, Options(provider=provider, **options))


def test_groups_by_tier_site_and_role() -> None:
    plan = planned(hierarchy(("pri1.corp.example", "PR1", ["SMS Management Point", "SMS Site Server"])))
    assert plan.warnings == ()
    assert plan.groups["configmgr"].children == (
        *("role_sms_management_point", "role_sms_site_server", "sms_provider"),
        *("tier_central_administration_site", "tier_primary", "tier_secondary"),
    )
    assert plan.groups["tier_primary"].children == ("site_pr1",)
    assert plan.groups["site_pr1"].hosts == plan.groups["role_sms_management_point"].hosts == ("pri1.corp.example",)
    assert next(iter(plan.groups)) == "configmgr"
    assert sorted(plan.hosts) == ["cas01.corp.example", "pri1.corp.example", "sec1.corp.example"]


def test_variables_of_a_host() -> None:
    point = {"server": "scp01.corp.example", "site_code": "CAS", "mode": "offline"}
    plan = planned(hierarchy(("scp01.corp.example", "CAS", ["SMS Site System"]), points=[point]))
    assert plan.hosts["scp01.corp.example"] == {
        "scp_mode": "offline",
        "site_code": "CAS",
        "site_codes": ["CAS"],
        "site_name": "Site CAS",
        "site_roles": [ROLE, "SMS Site System"],
        "site_type": "central administration site",
        "site_version": "5.00.9152.0",
    }
    assert plan.groups["service_connection_point"].hosts == ("scp01.corp.example",)
    assert {tuple(sorted(set(given) - {"ansible_host"})) for given in plan.hosts.values()} == {VARIABLES}


def test_no_role_of_the_collection_rejects_a_variable_of_the_inventory() -> None:
    assert {name for name in VARIABLES if name.startswith("scp_")} == set(INVENTORY_VARIABLES) <= known_variables()


def test_a_server_is_one_host_in_whatever_form_its_rows_have_it() -> None:
    plan = planned(
        hierarchy(
            ("SRV1", "CAS", ["A"]),
            ("srv1.corp.example", "CAS", ["B"]),
            ("SRV1.corp.example.", "PR1", ["C"]),
            ("old", "PR1", ["A"]),
            ("twin", "PR1", ["A"]),
            ("twin.a.example", "SE1", ["A"]),
            ("twin.b.example", "SE1", ["A"]),
        )
    )
    assert plan.hosts["srv1.corp.example"]["site_roles"] == ["A", "B", "C"]
    # Which of the two the third one is cannot be known.
    assert [name for name in plan.hosts if "twin" in name] == ["twin", "twin.a.example", "twin.b.example"]
    assert "old" in plan.hosts
    assert not {"srv1", "SRV1"} & plan.hosts.keys()


def test_a_name_of_the_user_gives_the_full_name_of_a_server_that_the_site_has_by_its_short_one() -> None:
    sites = [("PS1", "primary", None, "SITE1")]
    plan = planned(hierarchy(("OLD", "PS1", ["A"]), sites=sites), "site1.corp.example", candidates=["old.corp.example"])
    assert sorted(plan.hosts) == ["old.corp.example", "site1.corp.example"]
    assert plan.groups["sms_provider"].hosts == ("site1.corp.example",)
    assert plan.groups["candidates"].hosts == ("old.corp.example",)


def test_a_server_of_two_sites() -> None:
    plan = planned(hierarchy(("both.corp.example", "SE1", ["A"]), ("both.corp.example", "PR1", ["B"]), ("sec1", "CAS", ["A"])))
    both = plan.hosts["both.corp.example"]
    assert (both["site_code"], both["site_codes"], both["site_version"]) == ("PR1", ["PR1", "SE1"], "5.00.9152.1")
    assert "both.corp.example" in plan.groups["site_pr1"].hosts
    assert "both.corp.example" in plan.groups["site_se1"].hosts
    # The site whose site server it is comes before a higher one.
    assert plan.hosts["sec1.corp.example"]["site_code"] == "SE1"


def test_one_provider_of_the_top_level_site() -> None:
    found = hierarchy(("sql.corp.example", "CAS", ["SMS Provider"]), CAS=["cas01.corp.example", "sql.corp.example"])
    assert planned(found).groups["sms_provider"].hosts == ("cas01.corp.example",)
    assert planned(found, "SQL").groups["sms_provider"].hosts == ("sql.corp.example",)
    assert planned(found, "pri1.corp.example").groups["sms_provider"].hosts == ("cas01.corp.example",)
    assert planned(found, "10.0.0.7").groups["sms_provider"].hosts == ("cas01.corp.example",)


def test_short_names_where_they_are_clear() -> None:
    found = hierarchy(
        ("twin.a.example", "CAS", []),
        ("twin.b.example", "CAS", []),
        ("candidates.a.example", "CAS", []),
        ("all.x.example", "CAS", []),
    )
    plan = planned(found, short=True, candidates=["new.corp.example"], addresses={"PRI1": "10.0.0.1"})
    assert {name: given.get("ansible_host") for name, given in plan.hosts.items()} == {
        "cas01": "cas01.corp.example",
        "pri1": "10.0.0.1",
        "sec1": "sec1.corp.example",
        "new": "new.corp.example",
        "twin.a.example": None,
        "twin.b.example": None,
        "candidates.a.example": None,
        "all.x.example": None,
    }
    assert plan.groups["site_pr1"].hosts == ("pri1",)


def test_candidates_have_the_variables_of_all_hosts() -> None:
    plan = planned(hierarchy(), candidates=["New.corp.example", "PRI1"])
    assert plan.groups["candidates"].hosts == ("new.corp.example", "pri1.corp.example")
    assert plan.hosts["new.corp.example"] == dict.fromkeys(VARIABLES) | {"site_codes": [], "site_roles": []}
    with pytest.raises(PlanError, match=r"candidates: 'new' is a short name, and no site system"):
        planned(hierarchy(), candidates=["new"])


@pytest.mark.parametrize("name", ["{{ lookup('pipe', 'id') }}", "a\nb", "10.0.0.1", "a,b", "!a", "a b.c", "ä.corp.example"])
def test_a_name_that_no_host_can_have_is_left_out(name: str) -> None:
    plan = planned(hierarchy((name, "PR1", ["A"])))
    assert len(plan.hosts) == 3
    assert len(plan.warnings) == 1
    assert "A server of site PR1 is left out" in plan.warnings[0]


@pytest.mark.parametrize("name", ["localhost", "ALL", "ungrouped", "configmgr", "role_a", "tier_primary", "sms_provider"])
def test_a_name_with_another_meaning_is_left_out(name: str) -> None:
    plan = planned(hierarchy((name, "PR1", ["A"])))
    assert name.lower() not in plan.hosts
    assert plan.groups["role_a"].hosts == ()
    assert f"The server {name.lower()} is left out" in plan.warnings[0]


def test_an_address_of_no_server_is_reported() -> None:
    (warning,) = planned(hierarchy(), addresses={"pr1.corp.example": "10.0.0.1"}).warnings
    assert warning.startswith("addresses has pr1.corp.example, which is no server of the hierarchy")


def test_an_empty_hierarchy_is_an_error() -> None:
    with pytest.raises(PlanError, match=r"lists 0 sites and 0 servers, so there is nothing for the inventory"):
        planned(hierarchy() | {"sites": []})
    with pytest.raises(PlanError, match=r"top-level site PS1 has no name"):
        planned(hierarchy(("a.b", "PS1", []), sites=[("PS1", "primary", None, "a{b")]))
    with pytest.raises(PlanError, match=r"top-level site PS1 has no name"):
        planned(hierarchy(("a.b", "PS1", []), sites=[("PS1", "primary", None, "all")]))


@pytest.mark.parametrize("name", ["1st", "a b", "", "a-b", "{{ x }}", "ü", "a\n"])
def test_a_group_that_ansible_does_not_accept(name: str) -> None:
    with pytest.raises(PlanError, match="is not a name of a group"):
        check_group(name)


@pytest.mark.parametrize(
    "name", ["all", "ungrouped", "sms_provider", "candidates", "service_connection_point", "site_x", "role_", "tier_a"]
)
def test_a_group_with_another_meaning(name: str) -> None:
    with pytest.raises(PlanError, match="already has a meaning; give another name, such as configmgr"):
        check_group(name)


def test_any_text_as_a_part_of_a_group() -> None:
    assert [slug(text) for text in ("SMS Dmp Connector", " A--B ", "{{ 7 }}", "ÄÖ", "", "Ünit 1", "a" * 200)] == [
        *("sms_dmp_connector", "a_b", "7", "other", "other", "nit_1", "a" * 100),
    ]
