from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.role_health import (
    RoleHealth,
    condition,
    read_role_health,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from tests.unit.site.fake_site import BEGAN, FakeSite, instance
from tests.unit.site.support import site_system_row

SCP01 = site_system_row("scp01.corp.example")


@pytest.mark.parametrize(
    ("number", "word"),
    [(0, "ok"), (1, "warning"), (2, "critical"), (3, "status 3"), (None, "unknown"), ("0", "unknown")],
)
def test_conditions(number: object, word: str) -> None:
    assert condition(number) == word


def summary(role: str | None, status: int = 0, path: str = SCP01["NALPath"], code: str = "CAS") -> CimInstance:
    return instance(classes.SMS_SITE_SYSTEM_SUMMARIZER, Role=role, SiteCode=code, SiteObject="x", SiteSystem=path, Status=status)


def test_the_roles_of_one_server_at_one_site() -> None:
    site = FakeSite(
        summary("SMS Site System"),
        summary("SMS Dmp Connector", 2).with_values({"DownSince": BEGAN}),
        summary("SMS Dmp Connector", 1),
        summary("SMS Component Server", path=naming.nal_path("scp02.corp.example", "CAS")),
        summary("SMS Management Point", code="PR1"),
        summary(None),
    )
    assert read_role_health(site.session, "CAS", SCP01) == (
        RoleHealth("", "ok"),
        RoleHealth("SMS Dmp Connector", "critical", "2031-05-01T08:00:00Z"),
        RoleHealth("SMS Dmp Connector", "warning"),
        RoleHealth("SMS Site System", "ok"),
    )


def test_no_server_has_no_roles_and_nothing_is_read() -> None:
    site = FakeSite()
    assert read_role_health(site.session, "CAS", None) == ()
    assert site.queries == []


def test_as_data() -> None:
    assert RoleHealth("a", "ok", None).as_data() == {"role": "a", "status": "ok", "down_since": None}
