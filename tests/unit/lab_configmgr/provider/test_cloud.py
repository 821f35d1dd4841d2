"""Entra and Azure rows as the SMS Provider shows them."""

from __future__ import annotations

from typing import Any

import pytest

from lab.cim.errors import CimError, Wbem
from lab.estate_file.reader import parse
from tests.unit.lab_configmgr.conftest import ESTATE, Site, SmallEstate

MORE = """
    updates:
      - {name: KB1, guid: 7d3a9c1e-52b4-4f0b-9e66-0c5d2a8f4b12, version: 5.00.9152.1000, state: 196612, type: qfe}
    cloud_tenants:
      - name: Corp
        tenant_id: 3f5b0c1e-8a4d-4b7e-9c55-5d1f6a0e2b90
        applications:
          - {name: Imported, client_id: 9e0d7a52-6c1b-4d8f-8f43-2b7c5e1a9d04, imported: true}
          - {name: Client, client_id: 9e0d7a52-6c1b-4d8f-8f43-2b7c5e1a9d05, client: true}
    cloud_gateways: [{name: CMG, state: 6}]
    cloud_discovery: {full: false}
"""


@pytest.fixture
def st1() -> Site:
    """The stand-alone primary site of the small estate, with its own cloud data."""
    return Site(SmallEstate(parse(ESTATE + MORE, "test estate")), "sta03", "ST1")


def test_applications(st1: Any) -> None:
    tenant = st1.all("SMS_AAD_Tenant_Ex")[0]
    imported, client = st1.all("SMS_AAD_Application_Ex")
    assert (imported["TenantID"], imported["Source"], client["Source"]) == (tenant["ID"], 1, 0)
    assert imported["SecretKeyExpiry"] > imported["SecretKeyCreationTime"]
    assert (client["SecretKeyExpiry"], client["SecretKeyCreationTime"]) == (None, None)
    assert [row["SecretKey"] for row in (imported, client)] == [None, None]


def test_gateways_discovery_and_hotfixes(st1: Any) -> None:
    gateway = st1.all("SMS_AzureService", user="reader")[0]
    assert (gateway["Name"], gateway["ServiceType"], gateway["State"]) == ("CMG", "CloudProxyService", 6)
    discovery = st1.all("SMS_AAD_Discovery_Settings")[0]
    assert (discovery["FullSyncEnabled"], discovery["DeltaSyncEnabled"], discovery["DeltaSyncInterval"]) == (False, True, 5)
    assert [package["UpdateType"] for package in st1.all("SMS_CM_UpdatePackages")] == [2]
    assert len({gateway["AzureServiceID"], discovery["CloudServiceId"]}) == 2


def test_only_for_users_of_the_site(st1: Any) -> None:
    with pytest.raises(CimError) as caught:
        st1.all("SMS_AzureService", user="nobody")
    assert caught.value.code == Wbem.ACCESS_DENIED
