"""What is read for the duties, and how it is interpreted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.duties import duty_facts
from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.duty import Facts
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, cloud
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import ComponentState
from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import WIN32_OPERATING_SYSTEM
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import time_if_allowed
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.unit.site.fake_site import BEGAN, FakeSite
from tests.unit.site.support import CAS, scp_row, site_system_row

NAMESPACE = "root/sms/site_CAS"
SERVER = "scp01.corp.example"
WHEN = datetime(2026, 11, 22, 10, tzinfo=UTC)


class Site:
    """Answers queries by class name with rows or a fault, and records the queries."""

    def __init__(self, **answers: list[CimInstance] | CimFault) -> None:
        self.answers = answers
        self.queries: list[str] = []
        self.given = 0
        # It has only one connection.
        self.open_further = 0
        self.ready = threading.Event()

    def further(self, _number: int) -> CimSession | None:
        return None

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


def test_an_installation_without_a_server_or_a_time() -> None:
    nobody, no_time = installed(""), installed("SCP01").with_values({"Time": None})
    assert duty_facts.read_installed_at(session(Site(SMS_StatusMessage=[nobody])), CAS, SERVER) == WHEN
    assert duty_facts.read_installed_at(session(Site(SMS_StatusMessage=[no_time])), CAS, SERVER) is None


def test_the_first_message_of_a_site_counts_too() -> None:
    site = Site(SMS_StatusMessage=[installed("SCP01")])
    duty_facts.read_installed_at(session(site), CAS, SERVER)
    assert "RecordID > 0" in site.queries[0]


def test_names_of_accounts_come_in_order() -> None:
    listed = [row(classes.SMS_SCI_RESERVED, UserName=name) for name in ("b", "c", "a")]
    assert duty_facts.read_account_names(session(Site(SMS_SCI_Reserved=listed)), "CAS") == ["a", "b", "c"]


def test_a_package_of_no_state() -> None:
    (found,) = duty_facts.read_packages(
        session(Site(SMS_CM_UpdatePackages=[row(classes.SMS_CM_UPDATE_PACKAGES, PackageGuid="A")])), "CAS"
    )
    assert (found.state, found.type) == ("UNKNOWN", 0)


OTHER = "scp02.corp.example"
DOWNLOADER = ComponentState("SMS_DMP_DOWNLOADER", SERVER, "started", None)


def facts(*found: CimInstance, mode: int = 0, **more: Any) -> Facts:
    role = scp_row(SERVER, mode=mode)
    site = FakeSite(role, *found)
    return duty_facts.read_facts(site.session, CAS, [role], [DOWNLOADER], **{"recovered": False, **more})


def test_everything_is_read_of_a_site_with_one_role() -> None:
    found = facts(
        installed(SERVER),
        site_system_row(SERVER),
        row(classes.SMS_AAD_APPLICATION, ID=1, Name="App", ClientID="c", IsClientApp=False),
        row(classes.SMS_AZURE_SERVICE, AzureServiceID=1, Name="CMG", ServiceType="CloudProxyService", State=0),
        row(classes.SMS_AAD_DISCOVERY_SETTINGS, CloudServiceId=5),
        row(classes.SMS_CM_UPDATE_PACKAGES, PackageGuid="A", State=5),
        row(classes.SMS_SCI_RESERVED, UserName=r"CORP\\a", SiteCode="CAS"),
        mode=1,
        recovered=True,
        entered=["x"],
    )
    assert (found.site, found.holders, found.server, found.mode) == (CAS, [(SERVER, "CAS")], SERVER, "offline")
    assert (found.installed_at, found.now, found.components) == (WHEN, BEGAN, [DOWNLOADER])
    assert [app.name for app in found.applications or ()] == ["App"]
    assert [gateway.name for gateway in found.gateways or ()] == ["CMG"]
    assert [one.service for one in found.discovery or ()] == [5]
    assert [package.name for package in found.packages] == ["A"]
    assert (found.accounts, found.recovered, found.entered) == ([r"CORP\\a"], True, ["x"])


@pytest.mark.parametrize("client", [True, None])
def test_the_clock_is_read_only_for_a_secret(client: bool | None) -> None:
    apps = [] if client is None else [row(classes.SMS_AAD_APPLICATION, ID=1, Name="App", IsClientApp=client)]
    assert facts(*apps).now is None
    assert facts(*apps, row(classes.SMS_AAD_APPLICATION, ID=2, Name="S", IsClientApp=False)).now == BEGAN


def test_a_site_without_entra_classes_needs_no_clock() -> None:
    site = FakeSite()
    site.faults["SMS_AAD_Application_Ex"] = CimFault(FaultKind.INVALID_CLASS, RequestInfo("Query"))
    found = duty_facts.read_facts(site.session, CAS, [], [], False)
    assert (found.applications, found.now) == (None, None)


def test_two_roles_have_no_server_and_no_mode() -> None:
    roles = [scp_row(SERVER), scp_row(OTHER)]
    found = duty_facts.read_facts(FakeSite(*roles, installed(SERVER)).session, CAS, roles, [], False)
    assert (found.holders, found.server, found.mode) == ([(SERVER, "CAS"), (OTHER, "CAS")], "", None)
    assert (found.installed_at, found.site_systems) == (None, {})


PROXY = {"UseProxy": Setting(1), "ProxyName": Setting(0, "", "p.x")}


@pytest.mark.parametrize(
    ("own", "mode", "seen"),
    [
        # Others matter only where this one may need a proxy.
        (site_system_row(SERVER), 0, [OTHER, SERVER]),
        (site_system_row(SERVER), 1, [SERVER]),
        (site_system_row(SERVER, "CAS", **PROXY), 0, [SERVER]),
        (site_system_row(SERVER, "PR1"), 0, []),
        (None, 0, []),
        # The two rows may write the name differently.
        (site_system_row("SCP01"), 0, [OTHER, SERVER]),
    ],
)
def test_which_site_systems_are_told(own: CimInstance | None, mode: int, seen: list[str]) -> None:
    systems = [site_system_row(OTHER, "CAS", **PROXY), *([own] if own else [])]
    found = facts(*systems, mode=mode)
    assert list(found.site_systems) == seen
    assert found.all_site_systems_seen is True


def test_some_site_systems_may_not_have_been_looked_at() -> None:
    many = [site_system_row(f"s{number}.corp.example") for number in range(duty_facts.MOST_SITE_SYSTEMS + 1)]
    assert facts(site_system_row(SERVER), *many).all_site_systems_seen is False
