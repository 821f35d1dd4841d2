"""What is read of a hierarchy before an update, on an SMS Provider in memory."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.update_guards.facts import (
    BACKUP,
    BACKUP_DONE,
    MANAGEMENT_POINT,
    UPDATE_POINT,
    Backup,
    GuardFacts,
    Role,
    read_guard_facts,
    read_hierarchy,
)
from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import WIN32_SERVICE
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from tests.unit.site.fake_site import BEGAN, FakeSite, component, message
from tests.unit.site.support import CAS, PR1, SE1, row, scp_row

SCP01 = "scp01.corp.example"


class Provider(FakeSite):
    """With the service that installs updates, and the settings of client piloting."""

    state, piloting = "Running", True

    def query(self, namespace: str, cls: CimClass, query: str) -> list[CimInstance]:
        if cls.name == "Win32_Service":
            return [CimInstance.new(namespace, WIN32_SERVICE, {"Name": "CONFIGURATION_MANAGER_UPDATE", "State": self.state})]
        return super().query(namespace, cls, query)

    def invoke(self, namespace: str, cls: CimClass, method: str) -> dict[str, Any]:
        assert (cls.name, method) == ("SMS_Site", "GetClientPilotingConfigs")
        self._check(namespace, cls, "Invoke")
        return {"IsEnabled": self.piloting, "ReturnValue": 0}


def _raw(enabled: str) -> CimInstance:
    """A service window; values of a class without a schema are texts."""
    read = {"isenabled": ("IsEnabled", enabled)}
    return CimInstance("root/sms/site_CAS", "SMS_ServiceWindow", classes.SMS_SERVICE_WINDOW, False, read)


def provider() -> Provider:
    replica = row(
        "mp2.corp.example", MANAGEMENT_POINT, "PR1", UseSiteDatabase=Setting(0), SQLServerName=Setting(0, "", "sql2.corp.example")
    )
    own = row("pri1.corp.example", MANAGEMENT_POINT, "PR1", UseSiteDatabase=Setting(1), SQLServerName=Setting(0, "", "sql1"))
    other = row("dp1.corp.example", "SMS Distribution Point", "PR1")
    site = row("pri1.corp.example", naming.SITE_SERVER, "PR1").with_values({"ServiceWindows": [_raw("true"), _raw("FALSE")]})
    return Provider(
        scp_row(SCP01),
        row("cas01.corp.example", naming.SITE_SERVER),
        site,
        row("sec1.corp.example", naming.SITE_SERVER, "SE1"),
        row("sup1.corp.example", UPDATE_POINT, "PR1"),
        replica,
        own,
        other,
        component(SCP01),
        message(1, BACKUP_DONE, "CAS01", BACKUP, BEGAN - timedelta(days=3)),
        message(2, BACKUP_DONE, "PRI1", BACKUP, BEGAN - timedelta(days=8)),
        message(3, 5036, "PRI1", BACKUP, BEGAN),
        sites=(CAS, PR1, SE1),
        lazy=("ServiceWindows",),
    )


def read(found: Provider, days: int = 7) -> GuardFacts:
    sites, modes = read_hierarchy(found.session, "CAS")
    return read_guard_facts(found.session, CAS, sites, modes, [], days)


def test_what_is_read() -> None:
    facts = read(provider())
    assert [site.code for site in facts.sites] == [mode.code for mode in facts.modes] == ["CAS", "PR1", "SE1"]
    assert facts.roles == (Role(SCP01, rows.ONLINE),)
    assert not isinstance(facts.components, Unread)
    assert [state.server for state in facts.components] == [SCP01]
    assert facts.backups == (Backup("CAS01", "2031-04-28T08:00:00Z"),)
    assert facts.service == "Running"
    assert facts.replicas == (("mp2.corp.example", "sql2.corp.example"),)
    # Only enabled ones, and no secondary site, which has none.
    assert facts.windows == {"CAS": 0, "PR1": 1}
    assert facts.piloting is True
    assert not isinstance(facts.servers, Unread)
    assert facts.servers[("PR1", "pri1.corp.example")] == [MANAGEMENT_POINT, naming.SITE_SERVER]
    assert ("PR1", "sup1.corp.example") in facts.servers
    assert ("PR1", "dp1.corp.example") not in facts.servers
    assert facts.clock is not None


def test_status_and_mode_are_numbers_or_not_shown() -> None:
    found = provider()
    sites = found.tables["SMS_Site"]
    sites[0] = sites[0].with_values({"Status": 1, "Mode": 6})
    modes = read_hierarchy(found.session, "CAS")[1]
    assert [(mode.status, mode.mode) for mode in modes] == [(1, 6), (None, None), (None, None)]


def test_backups_are_read_only_when_they_are_checked() -> None:
    found = provider()
    assert read(found, days=0).backups is None
    assert not any("StatusMessage" in query for query in found.queries)
    assert len(str(read(found, days=30).backups).split("Backup(")) == 3


@pytest.mark.parametrize(
    ("cls", "unread"),
    [
        ("SMS_ComponentSummarizer", {"components"}),
        ("SMS_StatusMessage", {"backups"}),
        ("SMS_SCI_SysResUse", {"roles", "replicas", "windows", "servers"}),
    ],
)
def test_a_class_that_is_refused_spoils_its_part_only(cls: str, unread: set[str]) -> None:
    found = provider()
    found.faults[cls] = CimFault(FaultKind.OTHER, RequestInfo("Query", target=cls))
    facts = read(found)
    assert {field.name for field in fields(facts) if isinstance(getattr(facts, field.name), Unread)} == unread


def test_a_provider_on_another_server_does_not_show_the_service() -> None:
    found = provider()
    elsewhere = read_hierarchy(found.session, "CAS")
    top = type(CAS)("CAS", "Central", "central administration site", "", "other.corp.example", "x")
    facts = read_guard_facts(found.session, top, *elsewhere, [], 0)
    assert isinstance(facts.service, Unread)
    assert "other.corp.example" in facts.service.why


def test_client_piloting_that_is_not_shown() -> None:
    found = provider()
    found.piloting = None  # type: ignore[assignment]
    assert isinstance(read(found).piloting, Unread)
