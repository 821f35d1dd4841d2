"""What is read from a site before a decision."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import cloud_needs, deciding
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from tests.unit.site.fake_site import FakeSite, instance
from tests.unit.site.support import CAS, row, scp_row, site_system_row

SCP01, SCP02, CAS01 = "scp01.corp.example", "scp02.corp.example", "cas01.corp.example"
ROWS = (
    scp_row(SCP01),
    scp_row("pri1.corp.example", "PR1"),
    site_system_row(SCP01),
    site_system_row(SCP02),
    row(CAS01, naming.SITE_SERVER),
    row("cas02.corp.example", naming.SITE_SERVER),
    row("pri1.corp.example", naming.SITE_SERVER, "PR1"),
)


@pytest.mark.parametrize(
    ("server", "on_site_server"),
    [("", False), (SCP01, False), (CAS01, True), ("cas02.corp.example", True), ("pri1.corp.example", True)],
)
def test_the_roles_of_the_hierarchy_and_whether_the_server_is_a_site_server(server: str, on_site_server: bool) -> None:
    site = FakeSite(*ROWS)
    state = deciding.read_state(site.session, CAS, server)
    assert state.holders == [(SCP01, "CAS"), ("pri1.corp.example", "PR1")]
    assert (state.site, state.on_site_server, len(site.queries)) == (CAS, on_site_server, 1)


def test_a_server_that_is_no_site_server_adds_no_rows() -> None:
    site = FakeSite(*ROWS)
    answers: list[CimInstance] = []
    real = site.query

    def counted(*args: object) -> list[CimInstance]:
        found = real(*args)  # type: ignore[arg-type]
        answers.extend(found)
        return found

    site.query = counted  # type: ignore[method-assign, assignment]
    deciding.read_state(site.session, CAS, SCP02)
    assert {rows.role_of(found) for found in answers} == {naming.SERVICE_CONNECTION_POINT}


def test_a_row_without_a_network_path_is_of_the_server_of_its_nal_path() -> None:
    site = FakeSite(row("cas02.corp.example", naming.SITE_SERVER).with_values({"NetworkOSPath": None}))
    assert deciding.read_state(site.session, CAS, CAS01).on_site_server is False
    assert deciding.read_state(site.session, CAS, "cas02.corp.example").on_site_server is True


def test_the_role_rows_and_the_site_servers() -> None:
    session = FakeSite(*ROWS).session
    assert [rows.server_of(found) for found in deciding.read_role_rows(session, "CAS")] == [SCP01, "pri1.corp.example"]
    assert deciding.read_site_servers(session, "CAS") == {CAS01, "cas02.corp.example"}
    assert deciding.read_site_servers(session, "PR1") == {"pri1.corp.example"}
    assert deciding.site_servers_of(ROWS, "CAS") == {CAS01, "cas02.corp.example"}


def package(name: str, state: int) -> CimInstance:
    return instance(classes.SMS_CM_UPDATE_PACKAGES, PackageGuid=name, Name=name, State=state)


def test_the_surroundings_of_a_wished_server() -> None:
    site = FakeSite(*ROWS, package("busy", 0x00030001), package("new", 0x00030020), package("done", 0x00030004))
    around = deciding.read_surroundings(site.session, CAS, SCP02, "here")
    assert [found.code for found in around.sites] == ["CAS", "PR1"]
    assert list(around.site_systems) == [SCP02]
    assert around.site_servers == {CAS01, "cas02.corp.example"}
    assert around.installing == (("busy", "INSTALL_IN_PROGRESS"),)
    assert around.unknown_states == (("new", "state 196640"),)
    assert (around.host, around.providers) == ("here", {})


def test_no_site_system_is_asked_for_without_a_server() -> None:
    assert deciding.read_surroundings(FakeSite(*ROWS).session, CAS, "", "here").site_systems == {}


@pytest.mark.parametrize("codes", [("PR1", "CAS"), ("CAS", "PR1")])
def test_of_two_rows_of_a_site_system_that_of_the_own_site_counts(codes: tuple[str, str]) -> None:
    site = FakeSite(*(site_system_row(SCP02, code) for code in codes))
    around = deciding.read_surroundings(site.session, CAS, SCP02, "here")
    assert rows.site_of(around.site_systems[SCP02]) == "CAS"


def test_the_hosts_of_the_providers() -> None:
    site = FakeSite(row(CAS01, naming.SMS_PROVIDER), row("pro1.corp.example", naming.SMS_PROVIDER, "PR1"))
    around = deciding.with_providers(site.session, CAS, deciding.Surroundings(host="here"))
    assert around.providers == {"CAS": (CAS01,), "PR1": ("pro1.corp.example",)}
    assert around.host == "here"


def test_what_needs_an_online_role_is_read_from_the_site() -> None:
    site = FakeSite(
        instance(classes.SMS_AZURE_SERVICE, AzureServiceID=1, Name="CMG1", ServiceType="CloudProxyService", State=0),
        instance(classes.SMS_AZURE_SERVICE, AzureServiceID=2, Name="Other", ServiceType="LogAnalytics", State=0),
        instance(classes.SMS_AAD_DISCOVERY_SETTINGS, CloudServiceId=3, FullSyncEnabled=True),
        instance(classes.SMS_AAD_TENANT, ID=1, Name="Corp", TenantID="t"),
    )
    found = cloud_needs.read_cloud_needs(site.session, "CAS")
    assert [need.rpartition(" ")[2] for need in found] == ["CMG1", "3", "Corp"]
    assert len(site.queries) == 3
