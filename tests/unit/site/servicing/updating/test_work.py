"""A complete task with an update: what it finds, what it returns, and what a failure says."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.course import Limits
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import Wish
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.window import window_from
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from tests.unit.site.servicing.updating.fake_servicing import FakeServicing
from tests.unit.site.servicing.updating.support import GUID, NEW, NUMBERS, OLD

INSTALL = Wish("installed")
DETAILS, RULES = "SMS_CM_UpdatePackDetailedMonitoring", "SMS_CM_UpdatePackDetailedPrereqMonitoring"
DEFINITION = "SMS_SCI_SiteDefinition"


def step(name: str, complete: int, number: int = 0, site: str = "PR1", **more: Any) -> dict[str, Any]:
    shown = {"SubStageid": number} if number else {}
    return {
        "PackageGuid": GUID, "SiteCode": site, "SiteNumber": 1, "SubStageName": name, "Description": "As the site says.",
        "OrderId": 1, "Progress": 40, "IsComplete": complete, "Applicable": 1, "SiteInstallID": 0, **shown, **more,
    }  # fmt: skip


def failure(site: FakeServicing, wish: Wish = INSTALL, **more: Any) -> TaskFailure:
    with pytest.raises(TaskFailure) as failed:
        site.work(wish, **more)
    return failed.value


def test_the_result_of_an_installation() -> None:
    site = FakeServicing("DOWNLOAD_SUCCESS")
    site.tables[RULES] = [step("Free space", 2)]
    site.tables[DETAILS] = [step("Client package", 1, 0xE0007)]
    result = site.work(INSTALL)
    assert (result["changed"], result["due"], result["reached"], result["asked"]) == (True, True, True, ["the installation"])
    assert (result["state"], result["previous_state"], result["site_version"]) == ("INSTALL_SUCCESS", "DOWNLOAD_SUCCESS", NEW)
    assert (result["package"]["guid"], result["package"]["impact"][0]) == (GUID, "site server")
    assert [entry["site_code"] for entry in result["sites"]] == ["CAS", "PR1"]
    assert result["sites"][1] == {
        "site_code": "PR1", "server": "pr1.corp.example", "state": "INSTALL_SUCCESS", "state_number": 196612,
        "phase": "Installation", "status": "completed", "step": "Client package", "progress": 40,
    }  # fmt: skip
    assert result["phases"][-1] == {"phase": "Post Installation", "status": "in progress"}
    assert [rule["name"] for rule in result["prerequisites"]] == ["Free space"]
    assert result["diff"]["after"] == {
        "state": "INSTALL_SUCCESS",
        "phases": [
            f"{phase} at CAS, PR1" for phase in ("Replication", "Prerequisites Check", "Installation", "Post Installation")
        ],
    }
    assert [duty["id"] for duty in result["duties"]][:2] == ["secondary_site_se1", "consoles"]
    assert (result["failed_steps"], result["advice"], result["reset_command"], site.warnings) == ([], None, None, [])
    assert result["elapsed_seconds"] > 3000
    again = site.work(INSTALL)
    assert (again["changed"], again["due"], again["asked"], again["planned_phases"]) == (False, False, [], [])
    assert "diff" not in again
    assert len(again["duties"]) == len(result["duties"])


def test_a_version_that_did_not_move_and_steps_that_failed_are_warnings() -> None:
    site = FakeServicing("DOWNLOAD_SUCCESS")
    site.moves_version = False
    site.tables[DETAILS] = [step("Client package", 4, 0xE0007)]
    result = site.work(INSTALL)
    assert result["reached"]
    assert f"shows version {OLD} and not {NEW}" in site.warnings[0]
    assert "Client package at PR1" in site.warnings[1]


def test_details_that_cannot_be_read_do_not_hide_the_state() -> None:
    site = FakeServicing("DOWNLOAD_SUCCESS")
    site.refused = {DETAILS, RULES, "SMS_CM_UpdatePackDownloadMonitoring"}
    result = site.work(INSTALL)
    assert (result["reached"], result["prerequisites"], result["failed_steps"]) == (True, [], [])


def test_versions_that_cannot_be_read_after_the_installation_are_a_warning() -> None:
    site = FakeServicing("DOWNLOAD_SUCCESS")
    site.refuses_when = ("INSTALL_SUCCESS", "SMS_Site")
    result = site.work(INSTALL)
    assert (result["reached"], result["site_version"]) == (True, OLD)
    assert "could not be read after the installation" in site.warnings[0]


def test_a_joined_update_is_not_changed() -> None:
    site = FakeServicing("INSTALL_IN_PROGRESS")
    site.later(900, "INSTALL_SUCCESS")
    result = site.work(INSTALL)
    assert (result["changed"], result["due"], result["reached"]) == (False, False, True)


def test_nothing_to_do() -> None:
    result = FakeServicing("DOWNLOAD_SUCCESS").work(INSTALL, update="2603")
    assert (result["changed"], result["due"], result["reached"], result["package"]) == (False, False, True, None)
    assert result["site_version"] == OLD
    assert result["elapsed_seconds"] == 0


def test_another_site_and_another_update() -> None:
    assert "top-level site CAS" in failure(FakeServicing("DOWNLOAD_SUCCESS"), code="PR1").message
    missing = failure(FakeServicing("DOWNLOAD_SUCCESS"), update="2703")
    assert "lists no update to version 2703" in missing.message
    assert "configmgr.scp.offline_updates" in missing.message


def test_an_update_that_is_not_listed_is_waited_for_where_that_was_asked() -> None:
    site = FakeServicing("APPLICABILITY_SUCCESS")
    site.listed_at = 300
    assert site.work(Wish("available"))["reached"]
    assert 300 <= site.clock.now < 330
    site.listed_at = 1e9
    began = site.clock.now
    assert "lists no update" in failure(site, Wish("downloaded")).message
    assert "lists no update" in failure(site, Wish("available"), check=True).message
    assert "lists no update" in failure(site, Wish("available"), limits=Limits(False, 600, 600)).message
    assert site.clock.now == began
    assert "lists no update" in failure(site, Wish("available"), limits=Limits(True, 600, 600)).message
    assert site.clock.now == began + 600


def test_check_mode() -> None:
    site = FakeServicing("APPLICABILITY_SUCCESS")
    night = window_from({"start": "22:00", "end": "04:00"})
    result = site.work(INSTALL, check=True, window=night)
    assert (result["changed"], result["due"], result["reached"], result["asked"]) == (True, True, False, [])
    assert result["diff"]["after"]["state"] == "INSTALL_SUCCESS"
    assert result["diff"]["after"]["phases"][0] == "Download at CAS"
    # 08:00 UTC is 09:00 there.
    assert "shows 2031-05-01 09:00" in site.warnings[0]
    assert site.calls == []
    assert site.work(Wish("downloaded"), check=True, window=night)["diff"]["after"]["state"] == "DOWNLOAD_SUCCESS"
    assert len(site.warnings) == 1
    refused = failure(FakeServicing("PREREQ_ERROR"), check=True)
    assert refused.result["changed"] is False
    assert "retry: true" in refused.message


def test_the_window_is_asked_for_before_each_beginning() -> None:
    site = FakeServicing("DOWNLOAD_SUCCESS")
    site.zone = 14 * 60
    assert site.work(INSTALL, window=window_from({"start": "22:00", "end": "04:00"}))["reached"]
    site = FakeServicing("DOWNLOAD_SUCCESS")
    assert "Nothing was begun" in failure(site, window=window_from({"start": "22:00", "end": "04:00"})).message
    assert site.calls == []


def test_a_failure_has_everything_that_is_known() -> None:
    site = FakeServicing("DOWNLOAD_SUCCESS", check="PREREQ_WARNING")
    site.tables[RULES] = [step("Free space", 3), step("Backlog", 2), *[step(f"Rule {number}", 3) for number in range(25)]]
    failed = failure(site)
    assert failed.result["changed"] is True
    assert (failed.result["state"], failed.result["reached"]) == ("PREREQ_WARNING", False)
    assert len(failed.result["prerequisites"]) == 27
    assert "\n- PR1: Free space (completed with warning): As the site says." in failed.message
    assert "Backlog" not in failed.message
    assert failed.message.count("\n- ") == 21
    assert "... and 6 more" in failed.message


@pytest.mark.parametrize(
    ("definition", "command"),
    [
        (
            [{"SiteCode": "CAS", "SQLServerName": "SQL.corp.example\\CM", "SQLDatabaseName": "CM_X"}],
            "-S sql.corp.example -D CM_X -P {} -I CM",
        ),
        ([], "-S SQL_SERVER_FQDN -D CM_CAS -P {}"),
    ],
)
def test_the_command_of_the_reset_tool(definition: list[dict[str, Any]], command: str) -> None:
    site = FakeServicing("CONTENT_REPLICATION_FAILED")
    site.tables[DEFINITION] = [{"FileType": 2, "ItemName": "x", "ItemType": "y", **row} for row in definition]
    site.tables[DETAILS] = [step("Send the content", 4, 0xB0001)]
    failed = failure(site)
    assert failed.result["reset_command"] == f"CMUpdateReset.exe {command.format(GUID)}"
    assert failed.result["reset_command"] in failed.message
    assert "distmgr.log" in str(failed.result["advice"])
    assert failed.result["failed_steps"][0]["phase"] == "Replication"
    assert "Send the content (failed)" in failed.message


def test_a_provider_that_is_not_loaded_is_waited_for_at_the_beginning() -> None:
    fault = CimFault(FaultKind.OTHER, RequestInfo("Query", query="select"), hresult=0x80041013)
    site = FakeServicing("INSTALL_IN_PROGRESS")
    site.later(900, "INSTALL_SUCCESS")
    site.outages = [(0, 300, fault)]
    assert site.work(INSTALL)["reached"]
    site.outages = [(0, 1e9, fault)]
    began = site.clock.now
    for limits, waited in ((Limits(True, 500, 100), 100), (Limits(True, 100, 500), 100), (Limits(False, 500, 500), 0)):
        with pytest.raises(CimFault):
            site.work(INSTALL, limits=limits)
        assert waited <= site.clock.now - began <= waited + 30
        began = site.clock.now


def test_a_package_that_disappears() -> None:
    site = FakeServicing("INSTALL_IN_PROGRESS")
    course = site.course(INSTALL)
    first = course.reader.with_others()
    site.listed_at = 1e9
    with pytest.raises(TaskFailure, match="no longer lists the update"):
        course.run(first)


def test_rows_of_sites_that_are_missing_for_a_moment_do_not_end_the_wait() -> None:
    site = FakeServicing("INSTALL_SUCCESS")
    site.sites = {"PR1": NUMBERS["INSTALL_INSTALLFILES"]}
    course = site.course(INSTALL, wait=600)
    first = course.reader.with_others()
    missing = CimFault(FaultKind.INVALID_CLASS, RequestInfo("Query", target="x", query="select"))
    plain = site.query

    def query(namespace: str, cls: Any, text: str) -> Any:
        if cls.name == "SMS_CM_UpdatePackageSiteStatus":
            raise missing
        return plain(namespace, cls, text)

    site.query = query  # type: ignore[method-assign, assignment]
    with pytest.raises(TaskFailure, match="wait_timeout"):
        course.run(first)
