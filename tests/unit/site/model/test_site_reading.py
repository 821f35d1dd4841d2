"""Cloud services and updates as they are read of a site."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, cloud, updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cloud import Application, Discovery, Gateway, Tenant
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from tests.unit.site.fake_site import BEGAN, FakeSite, instance

DAY = timedelta(days=1)


def gateway(number: int, name: str, kind: str = "CloudProxyService", **more: int) -> CimInstance:
    return instance(classes.SMS_AZURE_SERVICE, AzureServiceID=number, Name=name, ServiceType=kind, SiteCode="cas", **more)  # type: ignore[arg-type]


def application(number: int, name: str, client: str) -> CimInstance:
    return instance(classes.SMS_AAD_APPLICATION, ID=number, Name=name, ClientID=client, TenantID=1, Source=0)


def test_everything_comes_in_order() -> None:
    site = FakeSite(
        gateway(1, "B", State=0, StatusDetails=5),
        gateway(2, "A"),
        gateway(3, "Other", "LogAnalytics"),
        application(1, "App", "z"),
        application(2, "App", "a"),
        application(3, "Aap", "q"),
        instance(classes.SMS_AAD_TENANT, ID=7, Name="T2", TenantID="guid"),
        instance(classes.SMS_AAD_TENANT, ID=8, Name="T1"),
        instance(classes.SMS_AAD_DISCOVERY_SETTINGS, CloudServiceId=9, FullSyncEnabled=True, FullSyncSchedule="s"),
        instance(classes.SMS_AAD_DISCOVERY_SETTINGS, CloudServiceId=3),
    )
    assert cloud.read_gateways(site.session, "CAS") == [
        Gateway("A", "CAS", "unknown", None),
        Gateway("B", "CAS", "running", 5),
    ]
    assert cloud.read_tenants(site.session, "CAS") == [Tenant(8, "T1", ""), Tenant(7, "T2", "guid")]
    assert cloud.read_discovery(site.session, "CAS") == [
        Discovery(3, False, "", False, None),
        Discovery(9, True, "s", False, None),
    ]
    found = cloud.read_applications(site.session, "CAS")
    assert [(app.name, app.client_id) for app in found or ()] == [("Aap", "q"), ("App", "a"), ("App", "z")]
    assert len(site.queries) == 4
    # A secret would be among all columns.
    assert not [query for query in site.queries if "*" in query]


def test_a_row_of_an_application_and_an_empty_one() -> None:
    full = instance(
        classes.SMS_AAD_APPLICATION,
        ID=1,
        Name="App",
        ClientID="c",
        TenantID=4,
        IsClientApp=True,
        SecretKeyCreationTime=BEGAN,
        SecretKeyExpiry=BEGAN + DAY,
        Source=1,
        LastUpdateTime=BEGAN - DAY,
    )
    assert cloud.application_from(full) == Application("App", "c", 4, True, BEGAN, BEGAN + DAY, True, BEGAN - DAY)
    empty = instance(classes.SMS_AAD_APPLICATION, ID=1)
    assert cloud.application_from(empty) == Application("", "", None, False, None, None, None, None)


def test_as_data() -> None:
    assert Tenant(1, "T", "guid").as_data() == {"name": "T", "tenant_id": "guid"}
    assert Gateway("G", "CAS", "running", 3).as_data() == {
        "name": "G",
        "site_code": "CAS",
        "state": "running",
        "status_details": 3,
    }
    assert Discovery(1, True, "x", False, None).as_data()["full_schedule"] == "x"
    assert Discovery(1, True, "", False, None).enabled
    assert not Discovery(1, False, "", False, None).enabled
    client = cloud.application_from(instance(classes.SMS_AAD_APPLICATION, ID=1, IsClientApp=True)).as_data(None, BEGAN)
    assert (client["type"], client["tenant_id"], client["expiry_notice"]) == ("client", None, None)


def test_only_a_missing_class_means_that_the_site_has_none() -> None:
    site = FakeSite()
    site.faults["SMS_AAD_Discovery_Settings"] = CimFault(FaultKind.INVALID_CLASS, RequestInfo("Query"))
    assert cloud.read_discovery(site.session, "CAS") is None
    assert cloud.read_gateways(site.session, "CAS") == []
    # Not the class, the whole site is missing.
    with pytest.raises(CimFault):
        cloud.read_gateways(site.session, "XYZ")
    site.faults["SMS_AzureService"] = CimFault(FaultKind.QUOTA, RequestInfo("Query"))
    with pytest.raises(CimFault):
        cloud.read_gateways(site.session, "CAS")
    for name in ("SMS_AAD_Tenant_Ex", "SMS_AAD_Application_Ex", "SMS_AzureService"):
        site.faults[name] = CimFault(FaultKind.INVALID_CLASS, RequestInfo("Query"))
    assert cloud.read_tenants(site.session, "CAS") is None
    assert cloud.read_applications(site.session, "CAS") is None
    assert cloud.read_gateways(site.session, "CAS") is None
    assert not [query for query in site.queries if "*" in query]


def package(guid: str, state: int, name: str | None = None, days: int | None = None) -> CimInstance:
    released = None if days is None else BEGAN - days * DAY
    return instance(classes.SMS_CM_UPDATE_PACKAGES, PackageGuid=guid, Name=name, State=state, DateReleased=released)


def test_packages_come_newest_first_and_by_name_where_nothing_tells() -> None:
    site = FakeSite(package("1", 0, "old", 9), package("2", 0, "b"), package("3", 0, "new", 1), package("4", 0, "a"))
    assert [one.name for one in updates.read_packages(site.session, "CAS")] == ["new", "old", "a", "b"]
    # Descriptions and licence texts are large.
    assert "*" not in site.queries[0]
    same = [updates.Package(guid, "n", "", "regular", 0, released=BEGAN) for guid in ("2", "1", "3")]
    assert [one.guid for one in updates.newest_first(same)] == ["1", "2", "3"]


# The last state of an installation that is known is 0x30015; its failures begin with 0x3FFFE.
@pytest.mark.parametrize(
    ("state", "under_way", "unknown"),
    [
        (0x00020001, True, False),
        (0x00030001, True, False),
        (0x00030015, True, False),
        (0x00030016, False, True),
        (0x0003FFFD, False, True),
        (0x0003FFFE, False, False),
        (0x00030004, False, False),
        (0x00040001, False, False),
        (0x00020004, False, False),
    ],
)
def test_what_is_being_installed_and_what_may_be(state: int, under_way: bool, unknown: bool) -> None:
    found = updates.read_installations(FakeSite(package("guid", state)).session, "CAS")
    assert [bool(found.under_way), bool(found.unknown)] == [under_way, unknown]
    for entries in (found.under_way, found.unknown):
        assert all(entry == ("guid", updates.state_name(state)) for entry in entries)
    busy = updates.packages_being_installed(FakeSite(package("guid", state)).session, "CAS")
    assert busy == list(found.under_way)


def test_installations_are_named_and_in_order() -> None:
    site = FakeSite(*(package(str(n), state, name) for n, (state, name) in enumerate([(0x30001, "b"), (0x30010, "a")])))
    assert [name for name, _state in updates.read_installations(site.session, "CAS").under_way] == ["a", "b"]


def site_status(code: str | None, state: int, name: str | None = "2609", number: int = 1) -> CimInstance:
    return instance(
        classes.SMS_CM_UPDATE_PACKAGE_SITE_STATUS,
        PackageGuid="guid",
        SiteNumber=number,
        SiteCode=code,
        Name=name,
        State=state,
    )


def test_other_sites_that_install_an_update() -> None:
    site = FakeSite(
        site_status("pr1", 0x30001, number=2),
        site_status("CAS", 0x30001),
        site_status("PR2", 0x30004, number=3),
        site_status("AB1", 0x30010, None, 4),
        site_status(None, 0x30001, number=5),
    )
    assert updates.read_sites_installing(site.session, "CAS") == (
        ("AB1", "guid", updates.state_name(0x30010)),
        ("PR1", "2609", "INSTALL_IN_PROGRESS"),
    )
    assert "*" not in site.queries[0]
    site.faults["SMS_CM_UpdatePackageSiteStatus"] = CimFault(FaultKind.INVALID_CLASS, RequestInfo("Query"))
    assert updates.read_sites_installing(site.session, "CAS") == ()
    site.faults["SMS_CM_UpdatePackageSiteStatus"] = CimFault(FaultKind.ACCESS_DENIED, RequestInfo("Query"))
    with pytest.raises(CimFault):
        updates.read_sites_installing(site.session, "CAS")


def test_what_is_said_of_updates_before_a_change() -> None:
    assert updates.unknown_state_warning("CAS", []) is None
    assert "2609 (state 196630), x (state 1)" in (
        updates.unknown_state_warning("CAS", [("2609", "state 196630"), ("x", "state 1")]) or ""
    )
    assert updates.installing_refusal("CAS", []) is None
    assert "2609 (INSTALL_IN_PROGRESS), x (y)" in (
        updates.installing_refusal("CAS", [("2609", "INSTALL_IN_PROGRESS"), ("x", "y")]) or ""
    )
