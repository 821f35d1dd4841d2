"""Checks before an update, out of facts: what passes, what blocks, and what cannot be told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.update_guards import judging
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.update_guards.check_ids import UPDATE, impossible
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.update_guards.facts import (
    MANAGEMENT_POINT,
    Backup,
    GuardFacts,
    Role,
    SiteMode,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.update_guards.judging import Plan, all_checks
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.choosing import Choice
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import ComponentState
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread
from tests.unit.site.servicing.updating.support import NEW, OLD, package

CAS = Site("CAS", "Central", "central administration site", "", "cas01.corp.example", OLD)
PR1 = Site("PR1", "One", "primary", "CAS", "pri1.corp.example", OLD)
SE1 = Site("SE1", "Below", "secondary", "PR1", "sec1.corp.example", OLD)
SERVER = "scp01.corp.example"
THREAD = ComponentState(naming.DOWNLOADER, SERVER, "started", None, "ok")
GOOD = GuardFacts(
    sites=(CAS, PR1),
    modes=(SiteMode("CAS", 1, 0), SiteMode("PR1", 1, 0)),
    packages=(package("APPLICABILITY_SUCCESS"),),
    clock=None,
    roles=(Role(SERVER, "online"),),
    components=(THREAD,),
    backups=(Backup("CAS01", "2026-11-26T02:00:00Z"), Backup("pri1.corp.example", "2026-11-26T03:00:00Z")),
    service="Running",
    replicas=(),
    windows={"CAS": 0, "PR1": 0},
    servers={
        ("CAS", "cas01.corp.example"): [naming.SITE_SERVER, naming.SQL_SERVER],
        ("PR1", "pri1.corp.example"): [naming.SITE_SERVER, MANAGEMENT_POINT],
    },
    piloting=True,
)
HIDDEN = Unread("the server did not show it.")
# What no SMS Provider shows.
NEVER_TOLD = {"replication", "sql_server_version", "availability_groups", "maintenance_tasks", "consoles_connected"}


AVAILABLE = Choice(package("APPLICABILITY_SUCCESS", impact=("client",)))


def checks(choice: Choice = AVAILABLE, days: int = 7, **facts: Any) -> dict[str, Check]:
    return {check.id: check for check in all_checks(replace(GOOD, **facts), Plan(choice, days), CAS)}


def test_a_good_hierarchy() -> None:
    found = checks()
    assert list(found) == list(judging.TITLES)
    assert {id for id, check in found.items() if check.status.value != "passed"} == NEVER_TOLD
    assert all(found[id].detail.startswith("Cannot tell: ") and found[id].remedy for id in NEVER_TOLD)
    assert "CAS: cas01.corp.example" in found["sql_server_version"].detail


@pytest.mark.parametrize(
    ("id", "facts", "words"),
    [
        ("site_versions_equal", {"sites": (CAS, replace(PR1, version=NEW))}, f"PR1 {NEW}"),
        ("source_version", {"sites": (CAS, replace(PR1, version="5.00.9132.1000"))}, "PR1 (5.00.9132.1000)"),
        ("sites_active", {"modes": (SiteMode("CAS", 1, 0), SiteMode("PR1", 2, 0))}, "PR1 (status 2, mode 0)"),
        ("sites_active", {"modes": (SiteMode("CAS", 1, 3),)}, "CAS (status 1, mode 3)"),
        (
            "no_other_update",
            {"packages": (package("PREREQ_IN_PROGRESS", guid="X", name="Other"),)},
            "Other (PREREQ_IN_PROGRESS)",
        ),
        ("backup", {"backups": (Backup("CAS01", None),)}, "of PR1 (pri1.corp.example)"),
        ("contact", {"roles": ()}, "has none"),
        ("contact", {"roles": (Role(SERVER, "offline"),)}, "is offline"),
        ("contact", {"components": (replace(THREAD, state="stopped"),)}, "is stopped"),
        ("update_service", {"service": "Stopped"}, "is Stopped on cas01.corp.example"),
        ("database_replicas", {"replicas": (("mp.corp.example", "sql.corp.example"),)}, "replica on sql.corp.example"),
    ],
)
def test_what_blocks(id: str, facts: dict[str, Any], words: str) -> None:
    check = checks(**facts)[id]
    assert (check.status.value, check.required) == ("failed", True)
    assert words in check.detail
    assert check.remedy


@pytest.mark.parametrize(
    ("id", "facts", "words"),
    [
        ("site_versions_equal", {"sites": (CAS, PR1, replace(SE1, version="5.00.9141.1000"))}, "secondary sites SE1"),
        ("contact", {"components": (replace(THREAD, status="critical"),)}, "status is critical"),
        (
            "site_server_pair",
            {"servers": {("CAS", "a.corp.example"): [naming.SITE_SERVER], ("CAS", "b.corp.example"): [naming.SITE_SERVER]}},
            "CAS: a.corp.example, b.corp.example",
        ),
        ("service_windows", {"windows": {"CAS": 0, "PR1": 2}}, "PR1 (2)"),
        ("client_piloting", {"piloting": False}, "go to all clients"),
    ],
)
def test_what_only_warns(id: str, facts: dict[str, Any], words: str) -> None:
    check = checks(**facts)[id]
    assert check.status.value == "warning"
    assert not check.detail.startswith("Cannot tell")
    assert words in check.detail
    assert check.remedy


@pytest.mark.parametrize(
    ("id", "part"),
    [
        ("contact", "roles"),
        ("contact", "components"),
        ("backup", "backups"),
        ("update_service", "service"),
        ("database_replicas", "replicas"),
        ("service_windows", "windows"),
        ("site_server_pair", "servers"),
        ("client_piloting", "piloting"),
    ],
)
def test_what_was_not_read_cannot_be_told(id: str, part: str) -> None:
    hidden: dict[str, Any] = {part: HIDDEN}
    check = checks(**hidden)[id]
    assert (check.status.value, check.detail) == ("warning", "Cannot tell: the server did not show it.")


def test_the_oldest_version_that_is_enough() -> None:
    assert checks(sites=(CAS, replace(PR1, version="5.00.9135.1000")))["source_version"].status.value == "passed"


def test_advice_never_blocks() -> None:
    advisory = {id for id, check in checks().items() if not check.required}
    assert advisory == (NEVER_TOLD - {"replication"}) | {"site_server_pair", "service_windows", "client_piloting"}


def test_a_status_that_a_site_does_not_show_is_no_pass() -> None:
    assert checks(modes=(SiteMode("CAS", None, None),))["sites_active"].detail.startswith("Cannot tell")
    assert checks(components=())["contact"].detail.startswith("Cannot tell")


def test_what_does_not_matter_is_skipped() -> None:
    assert checks(backups=None, days=0)["backup"].status.value == "skipped"
    hotfix = checks(Choice(package("DOWNLOAD_SUCCESS", impact=("fixes",))))
    assert hotfix["client_piloting"].status.value == "skipped"
    assert checks(sites=(CAS,))["replication"].status.value == "passed"


def test_a_downloaded_update_needs_no_contact() -> None:
    assert checks(Choice(package("DOWNLOAD_SUCCESS")), roles=(Role(SERVER, "offline"),))["contact"].status.value == "passed"
    assert checks(Choice(package("DOWNLOAD_FAILED")), roles=(Role(SERVER, "offline"),))["contact"].status.value == "failed"


@pytest.mark.parametrize(
    ("choice", "status"),
    [
        (Choice(installed=True), "passed"),
        (Choice(refusal="The site lists no such update.", missing=True), "failed"),
        (Choice(package("APPLICABILITY_NA")), "failed"),
        (Choice(package("APPLICABILITY_FAILED")), "failed"),
        (Choice(package(999_999)), "warning"),
        (Choice(package("INSTALL_FAILED")), "warning"),
        (Choice(package("DOWNLOAD_SUCCESS")), "passed"),
    ],
)
def test_the_update_itself(choice: Choice, status: str) -> None:
    assert checks(choice)["update_applies"].status.value == status


@pytest.mark.parametrize(
    ("earlier", "number", "status"),
    [("", 0, "passed"), ("Hotfix", 196612, "passed"), ("Hotfix", 0, "failed"), ("Hotfix", 262146, "failed")],
)
def test_an_update_that_must_come_first(earlier: str, number: int, status: str) -> None:
    choice = Choice(package("DOWNLOAD_SUCCESS", earlier=earlier, earlier_number=number))
    assert checks(choice)["earlier_update"].status.value == status


def test_ids_that_may_be_accepted() -> None:
    assert all(UPDATE.is_known(id) for id in (*judging.TITLES, "odbc_driver", "server_checked"))
    assert list(impossible({"accept": ["backup", "free_space"], "report_name": "update"})) == []
    (text,) = impossible({"accept": ["backups"], "report_name": "update"})
    assert "update_accept: no check is called 'backups'. Did you mean backup?" in text
