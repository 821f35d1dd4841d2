"""What is read for the duties, and how it is interpreted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.duties import duty_facts
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, cloud
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import WIN32_OPERATING_SYSTEM
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import time_if_allowed
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.unit.site.support import CAS, site_system_row

NAMESPACE = "root/sms/site_CAS"
SERVER = "scp01.corp.example"
WHEN = datetime(2026, 11, 22, 10, tzinfo=UTC)


class Site:
    """Answers queries by class name with rows or a fault, and records the queries."""

    def __init__(self, **answers: list[CimInstance] | CimFault) -> None:
        self.answers = answers
        self.queries: list[str] = []
        self.given = 0

    @contextmanager
    def rows(self, namespace: str, cls: CimClass, query: str) -> Iterator[Iterator[CimInstance]]:
        yield self._counted(self.query(namespace, cls, query))

    def _counted(self, rows: list[CimInstance]) -> Iterator[CimInstance]:
        for row in rows:
            self.given += 1
            yield row

    def query(self, namespace: str, cls: CimClass, query: str) -> list[CimInstance]:
        self.queries.append(query)
        answer = self.answers.get(cls.name, [])
        if isinstance(answer, CimFault):
            raise answer
        return answer


def session(site: Site) -> CimSession:
    return cast(CimSession, site)


def fault(kind: FaultKind, name: str) -> CimFault:
    return CimFault(kind, RequestInfo("Query", NAMESPACE, name, query=f"SELECT * FROM {name}"))


def row(cls: CimClass, **values: Any) -> CimInstance:
    return CimInstance.new(NAMESPACE, cls, values)


def installed(machine: str, record: int = 1) -> CimInstance:
    values = {"RecordID": record, "MessageID": 1015, "Component": "SMS_DMP_DOWNLOADER", "MachineName": machine, "Time": WHEN}
    return row(classes.SMS_STATUS_MESSAGE, **values)


@pytest.mark.parametrize(
    ("messages", "known"),
    [
        ([], False),
        ([installed("SCP01.corp.example")], True),
        ([installed("CAS01")], True),
        ([installed("SCP02.corp.example")], False),
        ([installed("SCP01", 1), installed("SCP02", 2)], False),
        ([installed("SCP01", 2), installed("SCP02", 1)], True),
    ],
)
def test_when_the_role_came(messages: list[CimInstance], known: bool) -> None:
    found = duty_facts.read_installed_at(session(Site(SMS_StatusMessage=messages)), CAS, SERVER)
    assert found == (WHEN if known else None)


def test_packages_have_names_and_states() -> None:
    packages = [
        row(classes.SMS_CM_UPDATE_PACKAGES, PackageGuid="B", Name="Two", State=196612, UpdateType=2),
        row(classes.SMS_CM_UPDATE_PACKAGES, PackageGuid="A", State=5),
    ]
    found = duty_facts.read_packages(session(Site(SMS_CM_UpdatePackages=packages)), "CAS")
    assert [(package.name, package.state, package.type) for package in found] == [
        ("A", "state 5", 0),
        ("Two", "INSTALL_SUCCESS", 2),
    ]


def test_proxy_users_of_this_site_only() -> None:
    systems = [site_system_row(SERVER, UseProxy=Setting(1)), site_system_row("scp02.corp.example")]
    other_site = site_system_row("pri1.corp.example", "PR1", UseProxy=Setting(1))
    found, all_seen = duty_facts.read_proxy_users(session(Site(SMS_SCI_SysResUse=[*systems, other_site])), "CAS")
    assert list(found) == [SERVER]
    assert found[SERVER]["proxy"]["enabled"] is True
    assert all_seen


@pytest.mark.parametrize(
    ("proxies", "looked_at", "told"),
    [
        (duty_facts.MOST_PROXY_USERS + 5, duty_facts.MOST_PROXY_USERS + 1, duty_facts.MOST_PROXY_USERS),
        (0, duty_facts.MOST_SITE_SYSTEMS + 1, 0),
    ],
)
def test_of_thousands_of_site_systems_only_some_are_looked_at(proxies: int, looked_at: int, told: int) -> None:
    systems = [
        site_system_row(f"s{number}.corp.example", UseProxy=Setting(int(number < proxies)))
        for number in range(duty_facts.MOST_SITE_SYSTEMS * 2)
    ]
    site = Site(SMS_SCI_SysResUse=systems)
    found, all_seen = duty_facts.read_proxy_users(session(site), "CAS")
    assert (len(found), all_seen) == (told, False)
    assert site.given == looked_at


def test_accounts_are_read_without_their_passwords() -> None:
    site = Site(SMS_SCI_Reserved=[row(classes.SMS_SCI_RESERVED, UserName=r"CORP\b"), row(classes.SMS_SCI_RESERVED, UserName="")])
    assert duty_facts.read_account_names(session(site), "CAS") == [r"CORP\b"]
    assert "Reserved2" not in site.queries[0]
    assert "*" not in site.queries[0]


def test_nothing_that_is_about_a_server_is_read_without_one() -> None:
    site = Site()
    facts = duty_facts.read_facts(session(site), CAS, [], [], False)
    assert (facts.server, facts.mode, facts.installed_at, facts.now) == ("", None, None, None)
    assert not [query for query in site.queries if "SMS_StatusMessage" in query or "Win32_OperatingSystem" in query]


@pytest.mark.parametrize("kind", [FaultKind.INVALID_CLASS, FaultKind.NOT_FOUND])
def test_a_site_without_the_cloud_classes(kind: FaultKind) -> None:
    site = Site(SMS_AAD_Tenant_Ex=fault(kind, "SMS_AAD_Tenant_Ex"), SMS_Site=[row(classes.SMS_SITE, SiteCode="CAS")])
    assert cloud.read_tenants(session(site), "CAS") is None
    assert "SMS_Site" in site.queries[-1]


def test_a_missing_site_is_not_a_missing_class() -> None:
    gone = fault(FaultKind.INVALID_NAMESPACE, "SMS_Site")
    site = Site(SMS_AzureService=fault(FaultKind.INVALID_NAMESPACE, "SMS_AzureService"), SMS_Site=gone)
    with pytest.raises(CimFault) as caught:
        cloud.read_gateways(session(site), "XYZ")
    assert caught.value is gone


def test_other_faults_stay_what_they_are() -> None:
    site = Site(SMS_AAD_Application_Ex=fault(FaultKind.ACCESS_DENIED, "SMS_AAD_Application_Ex"))
    with pytest.raises(CimFault):
        cloud.read_applications(session(site), "CAS")
    assert len(site.queries) == 1


def test_the_clock_of_the_site() -> None:
    clock = CimInstance.new("root/cimv2", WIN32_OPERATING_SYSTEM, {"LocalDateTime": WHEN})
    assert time_if_allowed(session(Site(Win32_OperatingSystem=[clock]))) == WHEN
    assert time_if_allowed(session(Site(Win32_OperatingSystem=[]))) is None
    denied = fault(FaultKind.ACCESS_DENIED, "Win32_OperatingSystem")
    assert time_if_allowed(session(Site(Win32_OperatingSystem=denied))) is None
    with pytest.raises(CimFault):
        time_if_allowed(session(Site(Win32_OperatingSystem=fault(FaultKind.INVALID_CLASS, "Win32_OperatingSystem"))))
