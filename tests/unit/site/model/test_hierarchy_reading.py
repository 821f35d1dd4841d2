"""Sites, providers and rows as a site's SMS Provider tells them, and where to run instead."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, hierarchy, naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Location, Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import chosen_name, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from tests.unit.site.fake_site import FakeSite, instance
from tests.unit.site.support import CAS, PR1, SE1, ST1, row, scp_row, site_system_row

SCP01, SCP02, HOST = "scp01.corp.example", "scp02.corp.example", "cas01.corp.example"


@pytest.mark.parametrize(
    ("number", "parent", "type_", "top"),
    [
        (4, "", "central administration site", True),
        (2, None, "primary", True),
        (2, "cas", "primary", False),
        (1, "PR1", "secondary", False),
        (1, "", "secondary", False),
        (3, "", "3", True),
        (None, "", "None", True),
    ],
)
def test_a_row_of_a_site(number: int | None, parent: str | None, type_: str, top: bool) -> None:
    found = hierarchy.site_from(
        instance(
            classes.SMS_SITE,
            SiteCode="abc",
            SiteName="Name",
            ServerName="SRV.Corp.Example",
            ReportingSiteCode=parent,
            Type=number,
            Version="5.00",
        )
    )
    assert found == Site("ABC", "Name", type_, (parent or "").upper(), "srv.corp.example", "5.00")
    assert found.top_level is top


def test_a_row_with_nothing_but_its_code() -> None:
    assert hierarchy.site_from(instance(classes.SMS_SITE, SiteCode="CAS")) == Site("CAS", "", "None", "", "", "")


def test_a_site_as_data() -> None:
    assert CAS.as_data() == {
        "site_code": "CAS",
        "name": "Central",
        "type": "central administration site",
        "parent": None,
        "server": "cas01.corp.example",
        "version": "5.00.9152.1000",
        "top_level": True,
    }
    assert PR1.as_data()["parent"] == "CAS"
    assert str(PR1) == "PR1 (primary, pri1.corp.example)"


def test_the_top_level_site_is_exactly_one() -> None:
    assert hierarchy.top_level_site([PR1, CAS, SE1]) is CAS
    for sites, words in (([CAS, ST1], "2"), ([PR1], "PR1"), ([], "0.*none")):
        with pytest.raises(TaskFailure, match=words):
            hierarchy.top_level_site(iter(sites))


def location(code: str, machine: str | None, local: bool | None = False) -> CimInstance:
    return instance(classes.SMS_PROVIDER_LOCATION, SiteCode=code, Machine=machine, ProviderForLocalSite=local)


@pytest.mark.parametrize(
    ("found", "codes"),
    [
        ([location("cas", HOST, True)], ["CAS"]),
        # Those of the own site alone, where it has one.
        ([location("PR1", "x"), location("CAS", "y", True), location("CAS", "z", True)], ["CAS", "CAS"]),
        ([location("PR1", "x"), location("CAS", "y", None)], ["PR1", "CAS"]),
    ],
)
def test_the_providers_that_a_host_knows(found: list[CimInstance], codes: list[str]) -> None:
    assert [one.code for one in hierarchy.provider_locations(FakeSite(*found).session, HOST)] == codes


def test_a_machine_is_told_plainly() -> None:
    found = hierarchy.provider_locations(FakeSite(location("CAS", r"\\CAS01.Corp.Example"), location("PR1", None)).session, HOST)
    assert found == [Location("CAS", "cas01.corp.example"), Location("PR1", "")]


def test_a_host_without_a_provider() -> None:
    missing = FakeSite()
    missing.faults["SMS_ProviderLocation"] = CimFault(FaultKind.INVALID_NAMESPACE, RequestInfo("Query"))
    for site in (FakeSite(), missing):
        with pytest.raises(TaskFailure, match=HOST):
            hierarchy.provider_locations(site.session, HOST)
    denied = CimFault(FaultKind.ACCESS_DENIED, RequestInfo("Query"))
    missing.faults["SMS_ProviderLocation"] = denied
    with pytest.raises(CimFault) as caught:
        hierarchy.provider_locations(missing.session, HOST)
    assert caught.value is denied


def test_the_site_of_a_host_is_found_where_it_is_one() -> None:
    assert hierarchy.find_site_code(FakeSite(location("PR1", "x"), location("CAS", "y", True)).session, HOST) == "CAS"
    assert hierarchy.find_site_code(FakeSite(location("CAS", "x"), location("CAS", "y")).session, HOST) == "CAS"
    with pytest.raises(TaskFailure, match=r"PR1, CAS.*site_code"):
        hierarchy.find_site_code(FakeSite(location("PR1", "x"), location("CAS", "y"), location("PR1", "z")).session, HOST)


@pytest.mark.parametrize(
    ("kind", "query", "missing"),
    [
        (FaultKind.INVALID_CLASS, "", True),
        (FaultKind.INVALID_NAMESPACE, "", True),
        (FaultKind.NOT_FOUND, "SELECT * FROM X", True),
        (FaultKind.NOT_FOUND, "", False),
        (FaultKind.ACCESS_DENIED, "SELECT * FROM X", False),
        (FaultKind.OTHER, "SELECT * FROM X", False),
    ],
)
def test_which_faults_mean_that_there_is_no_such_site(kind: FaultKind, query: str, missing: bool) -> None:
    assert hierarchy.is_missing_site(CimFault(kind, RequestInfo("Query", query=query))) is missing


@pytest.mark.parametrize(("missing", "expected"), [("class", True), ("namespace", True), ("instance", False), ("", False)])
def test_a_fault_that_says_what_is_missing(missing: str, expected: bool) -> None:
    fault = CimFault(FaultKind.NOT_FOUND, RequestInfo("Get"), missing=missing)
    assert hierarchy.is_missing_site(fault) is expected


def test_a_site_is_read_by_its_code() -> None:
    site = FakeSite(location("CAS", HOST))
    assert hierarchy.read_site(site.session, "PR1", HOST) == PR1
    assert hierarchy.read_sites(FakeSite(sites=(SE1, PR1, CAS)).session, "CAS") == [CAS, PR1, SE1]
    # Neither a namespace nor a row.
    with pytest.raises(TaskFailure, match=r"XYZ.*CAS"):
        hierarchy.read_site(site.session, "XYZ", HOST)
    site.faults["SMS_Site"] = CimFault(FaultKind.NOT_FOUND, RequestInfo("Get"))
    with pytest.raises(TaskFailure, match=r"XYZ.*CAS"):
        hierarchy.read_site(site.session, "XYZ", HOST)
    site.faults["SMS_Site"] = CimFault(FaultKind.ACCESS_DENIED, RequestInfo("Get"))
    with pytest.raises(CimFault):
        hierarchy.read_site(site.session, "CAS", HOST)


ROWS = (
    scp_row(SCP01),
    site_system_row(SCP01),
    site_system_row("SCP01").with_values({"NetworkOSPath": None}),
    site_system_row(SCP02),
    # Just created: no path yet.
    scp_row(SCP02, "PR1").with_values({"NetworkOSPath": ""}),
    row(HOST, naming.SMS_PROVIDER),
)


def places(found: list[CimInstance]) -> list[tuple[str, str, str]]:
    return [(rows.role_of(one), rows.site_of(one), rows.server_of(one)) for one in found]


def test_rows_of_roles_on_all_servers_or_on_one() -> None:
    session = FakeSite(*ROWS).session
    both = (naming.SERVICE_CONNECTION_POINT, naming.SMS_PROVIDER)
    assert places(hierarchy.read_rows(session, "CAS", both)) == [
        (naming.SERVICE_CONNECTION_POINT, "CAS", SCP01),
        (naming.SERVICE_CONNECTION_POINT, "PR1", SCP02),
        (naming.SMS_PROVIDER, "CAS", HOST),
    ]
    assert places(hierarchy.read_rows(session, "CAS", both, SCP02)) == [(naming.SERVICE_CONNECTION_POINT, "PR1", SCP02)]
    assert places(hierarchy.read_rows(session, "CAS", (naming.SITE_SYSTEM,), SCP01)) == [
        (naming.SITE_SYSTEM, "CAS", SCP01),
        (naming.SITE_SYSTEM, "CAS", "scp01"),
    ]


def test_site_systems_by_a_short_name() -> None:
    session = FakeSite(*ROWS, site_system_row("scp011.corp.example"), site_system_row("scp01.other.example")).session
    assert hierarchy.servers_like(session, "CAS", "scp01") == [SCP01, "scp01", "scp01.other.example"]
    assert hierarchy.servers_like(session, "CAS", "scp03") == []


def test_rows_of_one_server_are_those_that_are_asked_for() -> None:
    site = FakeSite(*ROWS)
    assert places(hierarchy.read_rows(site.session, "CAS", (naming.SITE_SYSTEM,), SCP02)) == [(naming.SITE_SYSTEM, "CAS", SCP02)]
    assert "scp02" in site.queries[0]


def test_the_hosts_of_the_providers_by_site() -> None:
    more = (row("b.x", naming.SMS_PROVIDER, "AB1"), row("a.x", naming.SMS_PROVIDER, "ZZ1"))
    found = hierarchy.read_providers(FakeSite(more[1], *ROWS, more[0]).session, "CAS")
    assert list(found.items()) == [("AB1", ("b.x",)), ("CAS", (HOST,)), ("ZZ1", ("a.x",))]


@pytest.mark.parametrize(
    ("locations", "words"),
    [
        ([Location("ST1", "a.x"), Location("ST1", "b.x")], "ST1 (its SMS Provider is on a.x and b.x)"),
        ([Location("ST1", "a.x"), Location("ST2", "b.x")], "on a.x), ST2 (its SMS Provider is on b.x)"),
    ],
)
def test_which_sites_a_host_serves_and_where(locations: list[Location], words: str) -> None:
    assert words in hierarchy.missing_site("XYZ", HOST, locations)


def test_a_provider_on_the_host_itself_needs_no_other_one() -> None:
    assert "a.x" not in hierarchy.missing_site("XYZ", HOST, [Location("ST1", "a.x"), Location("ST1", HOST)])


def test_one_host_is_named_as_the_variable_of_the_playbooks_and_several_are_not() -> None:
    assert "scp_provider=a.x" in hierarchy.missing_site("ST1", HOST, [Location("ST1", "a.x"), Location("ST1", "")])
    several = hierarchy.missing_site("ST1", HOST, [Location("ST1", f"{name}.x") for name in "ecadbf"])
    assert "a.x and b.x and c.x and d.x and e.x and f.x" in several
    assert "scp_provider" not in hierarchy.missing_site("ST1", HOST, [Location("ST1", "a.x"), Location("ST1", "b.x")])


# The options that say which site is meant.


def code_of(site: FakeSite, declared: str | None) -> str:
    with site_of(site.task({"site_code": declared})) as code:
        return code


def test_the_site_of_a_task_is_the_declared_one_or_that_of_the_host() -> None:
    site = FakeSite(location("CAS", HOST, True))
    assert code_of(site, " pr1 ") == "PR1"
    assert site.queries == []
    assert code_of(site, None) == "CAS"
    with pytest.raises(TaskFailure, match="site_code"):
        code_of(site, "nothing")


def test_a_fault_that_means_a_missing_site_says_which_sites_there_are() -> None:
    site = FakeSite(location("CAS", HOST, True))
    missing, other = (CimFault(kind, RequestInfo("Get")) for kind in (FaultKind.INVALID_NAMESPACE, FaultKind.QUOTA))
    with pytest.raises(TaskFailure, match=r"XYZ.*CAS"), site_of(site.task({"site_code": "XYZ"})):
        raise missing
    of_site = CimFault(FaultKind.INVALID_CLASS, RequestInfo("Query", target="SMS_Site"))
    asked = len(site.queries)
    with pytest.raises(TaskFailure, match=r"XYZ.*CAS"), site_of(site.task({"site_code": "XYZ"})):
        raise of_site
    assert len(site.queries) == asked + 1
    with pytest.raises(CimFault) as caught, site_of(site.task({"site_code": "XYZ"})):
        raise other
    assert caught.value is other


def test_a_class_that_this_version_of_the_site_does_not_have_is_not_a_missing_site() -> None:
    site = FakeSite(location("CAS", HOST, True))
    fault = CimFault(FaultKind.INVALID_CLASS, RequestInfo("Query", target="SMS_New", query="SELECT * FROM SMS_New"))
    with pytest.raises(CimFault) as caught, site_of(site.task({"site_code": "CAS"})):
        raise fault
    assert caught.value is fault
    site.faults["SMS_Site"] = CimFault(FaultKind.ACCESS_DENIED, RequestInfo("Query"))
    with pytest.raises(CimFault) as caught, site_of(site.task({"site_code": "CAS"})):
        raise fault
    assert caught.value is fault


def test_a_name_in_its_normal_form_or_a_failure_with_its_option() -> None:
    assert chosen_name(naming.server_name, "SCP01.Corp.Example.", "server") == SCP01
    with pytest.raises(TaskFailure, match=r"^scp_to: "):
        chosen_name(naming.server_name, "10.0.0.1", "scp_to")
