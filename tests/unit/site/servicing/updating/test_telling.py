"""What is told of an update: phases, steps, results and the command of the reset tool."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_CM_UPDATE_PACK_DETAILED_MONITORING
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating import telling
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.afterwards import duties_after
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import SiteState, Wish
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from tests.unit.site.servicing.updating.support import GUID, NEW, NUMBERS, OLD, package, seen

CAS = Site("CAS", "Central", "central administration site", "", "cas01.corp.example", OLD)
PR1 = Site("PR1", "One", "primary", "CAS", "pri1.corp.example", OLD)
SE1 = Site("SE1", "Below", "secondary", "PR1", "sec1.corp.example", OLD)
SITES = (CAS, PR1, SE1)
NAMES = list(telling.PHASES.values())


def row(number: int, complete: int, site: str = "CAS", **more: int | str) -> CimInstance:
    values: dict[str, int | str] = {
        "PackageGuid": GUID,
        "SiteCode": site,
        "SiteNumber": 1,
        "SubStageid": number,
        "SubStageName": f" Step {number:#x} ",
        "Progress": 50,
        "IsComplete": complete,
        "Applicable": 1,
        "SiteInstallID": 0,
        "OrderId": number & 0xFF,
    }
    return CimInstance.new("root/sms/site_CAS", SMS_CM_UPDATE_PACK_DETAILED_MONITORING, {**values, **more})


def statuses(state: str) -> list[str]:
    return [telling.phase_status(NUMBERS[state], phase) for phase in telling.PHASES]


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("APPLICABILITY_SUCCESS", ["not started"] * 5),
        ("DOWNLOAD_IN_PROGRESS", ["in progress", *["not started"] * 4]),
        ("DOWNLOAD_FAILED", ["failed", *["not started"] * 4]),
        ("ENABLED", ["completed", *["not started"] * 4]),
        ("CONTENT_REPLICATING", ["completed", "in progress", *["not started"] * 3]),
        ("PREREQ_WARNING", ["completed", "completed", "completed with warning", "not started", "not started"]),
        ("INSTALL_WAITING_SERVICE_WINDOW", ["completed", "completed", "completed", "waiting", "not started"]),
        ("INSTALL_PENDING_REBOOT", ["completed", "completed", "completed", "waiting for a restart", "not started"]),
        ("INSTALL_SUCCESS", ["completed", "completed", "completed", "completed", "not started"]),
        ("UNKNOWN", ["not started"] * 5),
    ],
)
def test_phases_of_a_state(state: str, found: list[str]) -> None:
    assert statuses(state) == found


@pytest.mark.parametrize(
    ("completes", "status"),
    [
        ([2, 2], "completed"),
        ([2, 3], "completed with warning"),
        ([2, 1], "in progress"),
        ([2, 4, 1], "failed"),
        ([0, 0], "not started"),
    ],
)
def test_the_post_installation_is_told_by_its_steps(completes: list[int], status: str) -> None:
    steps = telling.steps_from(row(0xE0001 + place, complete) for place, complete in enumerate(completes))
    assert telling.phases(seen("INSTALL_SUCCESS"), steps)[-1] == {"phase": "Post Installation", "status": status}


@pytest.mark.parametrize(
    ("state", "wished", "phases"),
    [
        ("APPLICABILITY_SUCCESS", "available", []),
        ("APPLICABILITY_SUCCESS", "downloaded", NAMES[:1]),
        ("APPLICABILITY_SUCCESS", "installed", NAMES),
        ("DOWNLOAD_IN_PROGRESS", "checked", NAMES[:3]),
        ("DOWNLOAD_SUCCESS", "checked", NAMES[1:3]),
        ("DOWNLOAD_SUCCESS", "installed", NAMES[1:]),
        ("ENABLED", "installed", NAMES[1:]),
        ("PREREQ_IN_PROGRESS", "installed", NAMES[2:]),
        # The installation makes the check again.
        ("PREREQ_SUCCESS", "installed", NAMES[1:]),
        ("INSTALL_INSTALLFILES", "installed", NAMES[3:]),
        ("INSTALL_SUCCESS", "installed", []),
    ],
)
def test_the_plan(state: str, wished: str, phases: list[str]) -> None:
    plan = telling.planned(seen(state, flag=1), Wish(wished), SITES, "CAS")
    assert [entry["phase"] for entry in plan] == phases
    assert all(entry["sites"] == (["CAS"] if entry["phase"] == "Download" else ["CAS", "PR1"]) for entry in plan)


def test_steps_are_those_of_the_last_attempt_that_apply() -> None:
    steps = telling.steps_from(
        [
            row(0xD0006, 4, SiteInstallID=0),
            row(0xD0006, 1, SiteInstallID=1),
            row(0xD0005, 2, SiteInstallID=1),
            row(0xD0007, 1, SiteInstallID=1, Applicable=0),
            row(0xD0005, 4, site="PR1"),
            row(0xF0001, 9, site="PR1"),
        ]
    )
    assert [(step.site, step.name, step.stage, step.status) for step in steps] == [
        ("CAS", "Step 0xd0005", "installation", "completed"),
        ("CAS", "Step 0xd0006", "installation", "in progress"),
        ("PR1", "Step 0xd0005", "installation", "failed"),
        ("PR1", "Step 0xf0001", "", "status 9"),
    ]
    assert steps[2].as_data()["logs"] == ["CMUpdate.log on the site server"]
    assert (steps[3].as_data()["phase"], steps[3].as_data()["logs"]) == (None, [])


def test_sites_have_the_step_that_counts() -> None:
    states = (SiteState("CAS", NUMBERS["INSTALL_SUCCESS"], "cas01"), SiteState("PR1", NUMBERS["INSTALL_FAILED"], "pri1"))
    steps = telling.steps_from([row(0xD0005, 1, site="PR1"), row(0xD0006, 4, site="PR1", Progress=100)])
    shown = telling.sites(seen("INSTALL_FAILED", sites=states), steps)
    assert [(entry["status"], entry["step"], entry["progress"]) for entry in shown] == [
        ("completed", None, None),
        ("failed", "Step 0xd0006", 100),
    ]


def test_one_line() -> None:
    states = (SiteState("CAS", NUMBERS["INSTALL_SUCCESS"]), SiteState("PR1", NUMBERS["INSTALL_WAITING_PARENT"]))
    view = seen("INSTALL_WAITING_PARENT", sites=states)
    assert telling.line(view, ()) == (
        "Configuration Manager 2609: Installation (INSTALL_WAITING_PARENT); PR1: INSTALL_WAITING_PARENT"
    )
    assert telling.line(view, telling.steps_from([row(0xD0005, 1, site="PR1")])).endswith("; PR1: Step 0xd0005 (50 %)")
    assert telling.line(seen("ENABLED"), ()) == "Configuration Manager 2609: Started (ENABLED)"
    assert telling.line(seen("APPLICABILITY_SUCCESS"), ()).endswith("Available to Download (APPLICABILITY_SUCCESS)")


@pytest.mark.parametrize(
    ("state", "instance", "command"),
    [
        ("DOWNLOAD_FAILED", "", f"CMUpdateReset.exe -S sql.corp.example -D CM_CAS -P {GUID}"),
        ("CONTENT_REPLICATING", "CM", f"CMUpdateReset.exe -S sql.corp.example -D CM_CAS -P {GUID} -I CM"),
        # Never once the installation has begun, and not where nothing is stuck.
        ("INSTALL_FAILED", "", None),
        ("PREREQ_ERROR", "", None),
        ("DOWNLOAD_SUCCESS", "", None),
    ],
)
def test_the_reset_tool_is_advice_for_downloads_and_replication(state: str, instance: str, command: str | None) -> None:
    assert telling.reset_command(package(state), "sql.corp.example", instance, "CM_CAS") == command
    assert telling.reset_command(package(state), "", instance, "CM_CAS") is None


def test_duties() -> None:
    update = package("INSTALL_SUCCESS", impact=("console", "client", "features"))
    found = {duty.id: duty for duty in duties_after(update, SITES)}
    assert list(found) == ["secondary_site_se1", "consoles", "clients", "features", "maintenance_tasks"]
    assert found["secondary_site_se1"].done is False
    assert "Upgrade" in found["secondary_site_se1"].how
    done = duties_after(package("INSTALL_SUCCESS"), [Site("SE1", "", "secondary", "PR1", "sec1.corp.example", NEW)])
    assert [(duty.id, duty.done) for duty in done] == [("secondary_site_se1", True), ("maintenance_tasks", None)]
    hotfix = duties_after(package("INSTALL_SUCCESS", type="qfe"), [SE1])[0]
    assert hotfix.done is None
    assert "Recover Secondary Site" in hotfix.how
