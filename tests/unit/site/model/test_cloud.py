from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, cloud
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import select

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
DAY = timedelta(days=1)
CLOUD_CLASSES = [
    classes.SMS_AAD_TENANT,
    classes.SMS_AAD_APPLICATION,
    classes.SMS_AZURE_SERVICE,
    classes.SMS_AAD_DISCOVERY_SETTINGS,
]


@pytest.mark.parametrize(
    ("expires", "days", "state"),
    [
        (NOW + 165 * DAY, 165, "valid"),
        (NOW + 30 * DAY, 30, "valid"),
        (NOW + 30 * DAY - timedelta(seconds=1), 29, "expires_soon"),
        (NOW + timedelta(hours=1), 0, "expires_soon"),
        (NOW, 0, "expired"),
        (NOW - timedelta(hours=1), -1, "expired"),
        (NOW - 35 * DAY, -35, "expired"),
        (None, None, "unknown"),
    ],
)
def test_the_life_of_a_secret(expires: datetime | None, days: int | None, state: str) -> None:
    assert cloud.days_left(expires, NOW) == days
    assert cloud.secret_state(expires, NOW) == state


def test_nothing_is_said_without_the_sites_clock() -> None:
    assert cloud.days_left(NOW, None) is None
    assert cloud.secret_state(NOW, None) == "unknown"


@pytest.mark.parametrize("cls", CLOUD_CLASSES, ids=lambda cls: cls.name)
def test_no_column_that_holds_a_secret_is_ever_named(cls: CimClass) -> None:
    columns = select(cls, columns=cls.properties).partition(" FROM ")[0].removeprefix("SELECT ").split(", ")
    assert "*" not in columns
    assert not {"SecretKey", "ManagementCertificate", "ServiceCertificate"} & set(columns)


def application(**values: object) -> cloud.Application:
    fields = {"ID": 2, "Name": "App", "ClientID": "c", "TenantID": 1, "IsClientApp": False, **values}
    return cloud.application_from(CimInstance.new("root/sms/site_CAS", classes.SMS_AAD_APPLICATION, fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "imported", "notice"),
    [
        ({"Source": 0}, False, True),
        ({"Source": 1}, True, False),
        ({"Source": 9}, None, None),
        ({}, None, None),
        ({"Source": 0, "IsClientApp": True}, False, None),
    ],
)
def test_who_is_told_of_the_expiry(values: dict[str, object], imported: bool | None, notice: bool | None) -> None:
    found = application(**values)
    assert (found.imported, found.expiry_notice) == (imported, notice)


def test_an_application_as_data() -> None:
    found = application(Source=0, SecretKeyCreationTime=NOW - 200 * DAY, SecretKeyExpiry=NOW + 165 * DAY, LastUpdateTime=NOW)
    data = found.as_data(cloud.Tenant(1, "Corp", "t"), NOW)
    assert data["secret"] == {
        "created": "2026-05-06T10:00:00Z",
        "expires": "2027-05-06T10:00:00Z",
        "expires_in_days": 165,
        "state": "valid",
    }
    assert (data["tenant"], data["tenant_id"], data["type"], data["last_updated"]) == (
        "Corp",
        "t",
        "server",
        "2026-11-22T10:00:00Z",
    )
    assert application(IsClientApp=True).as_data(None, NOW)["secret"] is None
    assert application(IsClientApp=True).as_data(None, NOW)["tenant"] is None


@pytest.mark.parametrize(
    ("number", "state", "known"),
    [(0, "running", True), (6, "stopped", True), (7, "state 7", False), (None, "unknown", False)],
)
def test_the_state_of_a_gateway(number: int | None, state: str, known: bool) -> None:
    row = CimInstance.new("root/sms/site_CAS", classes.SMS_AZURE_SERVICE, {"AzureServiceID": 1, "Name": "CMG", "State": number})
    found = cloud.gateway_from(row)
    assert (found.state, found.known) == (state, known)


def test_discovery() -> None:
    row = CimInstance.new(
        "root/sms/site_CAS",
        classes.SMS_AAD_DISCOVERY_SETTINGS,
        {"CloudServiceId": 3, "DeltaSyncEnabled": True, "DeltaSyncInterval": 5},
    )
    found = cloud.discovery_from(row)
    assert found.enabled
    assert found.as_data() == {
        "cloud_service_id": 3,
        "full_enabled": False,
        "full_schedule": None,
        "delta_enabled": True,
        "delta_interval": 5,
    }


def test_the_table_says_where_each_number_comes_from() -> None:
    rows = [*table("cloud_states")["gateway_states"], *table("cloud_states")["application_sources"]]
    assert all(row["source"] and row["read"] for row in rows)
    for name in ("gateway_states", "application_sources"):
        numbers = [row["number"] for row in table("cloud_states")[name]]
        assert len(numbers) == len(set(numbers))
