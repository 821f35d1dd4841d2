"""What is reported in addition to the outcome: as a warning, and as data."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import Refused
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import telling
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import (
    RoleState,
    Surroundings,
    Wish,
    decide,
)
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from tests.unit.site.fake_site import FakeSite, component, instance
from tests.unit.site.support import CAS, PR1, row, scp_row

SCP01, SCP02 = "scp01.corp.example", "scp02.corp.example"
CAS01, CAS02, PRI1 = "cas01.corp.example", "cas02.corp.example", "pri1.corp.example"
PROVIDERS = (row(CAS01, naming.SMS_PROVIDER), row("pro1.corp.example", naming.SMS_PROVIDER, "PR1"))
PAIR = (row(CAS01, naming.SITE_SERVER), row(CAS02, naming.SITE_SERVER))


def test_where_the_role_still_is_and_who_removes_it_there() -> None:
    left = (scp_row(SCP01), scp_row(PRI1, "PR1"))
    site = FakeSite(*left, *PROVIDERS)
    found = telling.elsewhere_after(site.task(), RoleState(CAS, left), Wish(False, SCP02), left, removed=True)
    assert [(one["server"], one["site_code"], one["provider"]) for one in found["elsewhere"]] == [
        (SCP01, "CAS", CAS01),
        (PRI1, "PR1", "pro1.corp.example"),
    ]
    assert found["elsewhere"][1]["command"] == (
        f"ansible-playbook -i INVENTORY configmgr.scp.remove -e scp_provider=pro1.corp.example -e scp_server={PRI1}"
    )
    assert site.warnings == [found["msg"]]
    assert f"{SCP01} (site CAS), {PRI1} (site PR1)" in found["msg"]


def test_nothing_is_read_or_told_where_the_role_is_nowhere_else() -> None:
    site = FakeSite()
    assert telling.elsewhere_after(site.task(), RoleState(CAS, ()), Wish(False, SCP02), (), True) == {"elsewhere": []}
    assert (site.queries, site.warnings) == ([], [])


def problems(server: str, on_site_server: bool = True, mode: int = 1, *extra: CimInstance) -> tuple[list[str], list[str]]:
    site = FakeSite(*PAIR, *extra)
    state = RoleState(CAS, (scp_row(server, mode=mode),), on_site_server)
    found = telling.problems(site.task(), state, Wish(True, server))
    return found, site.warnings


def test_a_role_on_a_pair_is_a_problem_whose_way_out_keeps_the_mode() -> None:
    (text,), warnings = problems(CAS02)
    assert warnings == [text]
    assert CAS01 in text
    for word in (f"scp_from={CAS02}", "scp_to=SERVER", "service_connection_point_mode=offline", f"scp_provider={CAS01}"):
        assert word in text
    # An unknown mode is not returned.
    assert "service_connection_point_mode" not in problems(CAS02, True, 7)[0][0]


def test_a_server_that_is_none_of_a_pair_is_no_problem() -> None:
    assert problems(SCP01) == ([], [])
    # It is not even read if the server is not a site server.
    assert problems(CAS02, on_site_server=False) == ([], [])


def refused(state: RoleState, wish: Wish, *found: CimInstance) -> TaskFailure:
    site = FakeSite(*state.rows, *PROVIDERS, *found)
    around = Surroundings(sites=(CAS, PR1), host=CAS01)
    return telling.refused(site.task(), state, around, lambda told: decide(state, wish, told))


def test_a_refusal_names_the_hosts_of_the_providers_that_are_read_only_then() -> None:
    failure = refused(RoleState(CAS, (scp_row(SCP01, "PR1"),)), Wish(False))
    assert "pro1.corp.example" in failure.message
    (way,) = failure.result["way_out"]
    assert (way["host"], way["options"]) == ("pro1.corp.example", {"state": "absent", "server": SCP01})
    assert "SMS_DMP_DOWNLOADER" not in failure.message


def test_two_roles_are_told_with_what_the_site_sees_of_each() -> None:
    failure = refused(RoleState(CAS, (scp_row(SCP01), scp_row(SCP02))), Wish(True, SCP01), component(SCP02))
    first, second = failure.message.split("SMS_DMP_DOWNLOADER")[1:]
    assert ("not work" in first, "not work" in second) == (True, False)


def test_a_step_is_no_refusal() -> None:
    with pytest.raises(TypeError):
        telling.refused(FakeSite().task(), RoleState(CAS, ()), Surroundings(), lambda _told: "a step")


def written(name: str, error: Exception | None) -> None:
    with telling.full_names_wanted(FakeSite().task(), scp_row(name)):
        if error:
            raise error


def test_a_refused_write_under_a_netbios_name_says_how_the_server_gets_its_full_name() -> None:
    with pytest.raises(TaskFailure, match="SCP01") as failure:
        written("scp01", Refused("No full name.", evidence=["kept"]))
    assert failure.value.message.startswith("No full name.")
    assert failure.value.result["evidence"] == ["kept"]
    assert [way["playbook"] for way in failure.value.result["way_out"]] == [
        "configmgr.scp.remove",
        "configmgr.scp.remove",
        "configmgr.scp.provision",
    ]
    for way in (failure.value.result["way_out"][0], failure.value.result["way_out"][2]):
        assert way["command"] in failure.value.message


def test_other_failures_and_full_names_stay_as_they_are() -> None:
    for name, error in (("scp01", TaskFailure("Other.")), (SCP01, Refused("No."))):
        with pytest.raises(TaskFailure) as failure:
            written(name, error)
        assert failure.value is error
    written("scp01", None)
    written(SCP01, None)


GATEWAY = instance(classes.SMS_AZURE_SERVICE, AzureServiceID=1, Name="CMG1", ServiceType="CloudProxyService", State=0)
ON, OFF, ODD = scp_row(SCP01), scp_row(SCP01, mode=1), scp_row(SCP01, mode=7)


@pytest.mark.parametrize(
    ("before", "after", "affected"),
    [
        (ON, OFF, True),
        (ON, None, True),
        (ODD, OFF, True),
        (ON, scp_row(SCP02), False),
        (ON, ODD, False),
        (OFF, None, False),
        (OFF, ON, False),
        (None, OFF, False),
    ],
)
def test_cloud_services_that_lose_the_role(before: CimInstance | None, after: CimInstance | None, affected: bool) -> None:
    site = FakeSite(GATEWAY)
    told = telling.told_before(site.task(), CAS, Surroundings(), before, after)
    assert told == {"cloud_services_affected": ["cloud management gateway CMG1"] if affected else []}
    assert [("CMG1" in warning, "offline" in warning) for warning in site.warnings] == (
        [(True, after is not None)] if affected else []
    )


def test_a_site_without_cloud_services_hears_of_none() -> None:
    site = FakeSite()
    assert telling.told_before(site.task(), CAS, Surroundings(), ON, None) == {"cloud_services_affected": []}
    assert site.warnings == []


def test_cloud_services_that_can_not_be_read_are_a_warning() -> None:
    site = FakeSite()
    site.faults["SMS_AzureService"] = CimFault(FaultKind.ACCESS_DENIED, RequestInfo("Query"), reason="not for you")
    assert telling.told_before(site.task(), CAS, Surroundings(), ON, None) == {"cloud_services_affected": []}
    assert "not for you" in site.warnings[0]


@pytest.mark.parametrize("unknown", [(), (("2609", "state 196630"),)])
def test_an_update_in_an_unknown_state_is_told_before_every_change(unknown: Sequence[tuple[str, str]]) -> None:
    site = FakeSite()
    telling.told_before(site.task(), CAS, Surroundings(unknown_states=tuple(unknown)), None, ON)
    assert ["196630" in warning for warning in site.warnings] == [True] * len(unknown)
