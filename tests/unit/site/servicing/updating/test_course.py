"""A task's way with an update: what it asks for, how it waits, and what lost answers and outages do to it."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_CM_UPDATE_PACKAGES
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import Wish
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.patience import when_loaded
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AuthenticationFailed,
    NoConnection,
    Refused,
    RequestInfo,
    TransportTimeout,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import select
from tests.unit.site.servicing.updating.fake_servicing import FakeServicing
from tests.unit.site.servicing.updating.support import NUMBERS
from tests.unit.site.support import task

INSTALL = Wish("installed")


def refused(site: FakeServicing, wish: Wish = INSTALL, **more: object) -> str:
    with pytest.raises(TaskFailure) as failure:
        site.bring(wish, **more)
    return failure.value.message


def test_the_whole_way() -> None:
    site = FakeServicing("APPLICABILITY_SUCCESS")
    assert site.bring(INSTALL) == ("INSTALL_SUCCESS", True)
    assert site.calls == ["SetPackageToBeDownloaded", "InitiateUpgrade 0"]
    assert any("Configuration Manager 2609: Installation (INSTALL_UPGRADEDATABASE)" in line for line in site.progress)
    # A line when something changes, and one in five minutes.
    assert len(site.progress) < 40
    assert max(site.clock.slept) <= 90
    assert site.bring(INSTALL) == ("INSTALL_SUCCESS", True)
    assert len(site.calls) == 2


@pytest.mark.parametrize(
    ("wish", "check", "calls", "state"),
    [
        (Wish("checked"), "PREREQ_SUCCESS", ["InitiateUpgrade 1"], "PREREQ_SUCCESS"),
        (Wish("checked"), "PREREQ_WARNING", ["InitiateUpgrade 1"], "PREREQ_WARNING"),
        (Wish("installed", ignore_warnings=True), "PREREQ_WARNING", ["InitiateUpgrade 2"], "INSTALL_SUCCESS"),
    ],
)
def test_a_check(wish: Wish, check: str, calls: list[str], state: str) -> None:
    site = FakeServicing("DOWNLOAD_SUCCESS", check=check)
    assert site.bring(wish) == (state, True)
    assert site.calls == calls


def test_warnings_stop_an_installation_until_they_are_accepted() -> None:
    site = FakeServicing("DOWNLOAD_SUCCESS", check="PREREQ_WARNING")
    assert "ignore_prerequisite_warnings: true" in refused(site)
    assert site.bring(Wish("installed", ignore_warnings=True)) == ("INSTALL_SUCCESS", True)
    assert site.calls == ["InitiateUpgrade 0", "SetIgnorePrereqWarning 2"]


def test_a_check_only_that_is_under_way_is_joined_before_the_installation() -> None:
    site = FakeServicing("CONTENT_REPLICATING", flag=1)
    site.later(300, "PREREQ_IN_PROGRESS")
    site.later(600, "PREREQ_SUCCESS")
    assert site.bring(INSTALL) == ("INSTALL_SUCCESS", True)
    assert site.calls == ["InitiateUpgrade 0"]


@pytest.mark.parametrize(("state", "check"), [("PREREQ_ERROR", "PREREQ_ERROR"), ("INSTALL_FAILED", "PREREQ_SUCCESS")])
def test_a_retry_is_made_once(state: str, check: str) -> None:
    site = FakeServicing(state, check=check, end="INSTALL_FAILED")
    assert "failed" in refused(site, Wish("installed", retry=True))
    assert site.calls == ["InitiateUpgrade 0"]


def test_a_retry_finishes() -> None:
    site = FakeServicing("INSTALL_FAILED", flag=2)
    assert site.bring(Wish("installed", retry=True)) == ("INSTALL_SUCCESS", True)
    assert site.calls == ["InitiateUpgrade 0"]


def test_content_is_replicated_again_and_then_the_installation_is_started() -> None:
    site = FakeServicing("CONTENT_REPLICATION_FAILED")
    assert site.bring(Wish("installed", retry=True)) == ("INSTALL_SUCCESS", True)
    assert site.calls == ["RetryContentReplication 1", "InitiateUpgrade 0"]


def test_a_site_that_does_not_react_is_reported() -> None:
    site = FakeServicing("DOWNLOAD_SUCCESS", reacts=False)
    assert "still in the state DOWNLOAD_SUCCESS" in refused(site)
    assert site.calls == ["InitiateUpgrade 0"]
    assert 900 <= site.clock.now < 1100


def test_another_update_that_began_meanwhile_stops_the_start() -> None:
    site = FakeServicing("DOWNLOAD_IN_PROGRESS")
    site.later(600, "DOWNLOAD_SUCCESS")
    course = site.course(INSTALL)
    first = course.reader.with_others()
    site.other = "INSTALL_IN_PROGRESS"
    with pytest.raises(TaskFailure, match="at work on another update: Other"):
        course.run(first)
    assert site.calls == []


def test_outside_the_window_nothing_is_begun_but_a_download_is() -> None:
    site = FakeServicing("APPLICABILITY_SUCCESS")
    assert "closed. Nothing was begun." in refused(site, closed="The window is closed.")
    assert site.calls == ["SetPackageToBeDownloaded"]
    assert site.bring(Wish("checked"), closed="The window is closed.") == ("PREREQ_SUCCESS", True)


def test_without_waiting_one_phase_is_started() -> None:
    site = FakeServicing("APPLICABILITY_SUCCESS")
    assert site.bring(INSTALL, waits=False) == ("APPLICABILITY_SUCCESS", False)
    assert site.bring(INSTALL, waits=False) == ("APPLICABILITY_SUCCESS", False)
    assert site.calls == ["SetPackageToBeDownloaded"]
    assert site.clock.now == 0


def test_the_time_limit() -> None:
    site = FakeServicing("INSTALL_WAITING_SERVICE_WINDOW")
    message = refused(site, wait=1800)
    assert "(1800 s, wait_timeout)" in message
    assert "waits for its service window" in message
    assert site.calls == []


def test_a_silence_is_told_with_what_to_check() -> None:
    site = FakeServicing("INSTALL_IN_PROGRESS")
    refused(site, wait=3 * 3600)
    assert len(site.warnings) == 1
    assert re.search(r"nothing has changed for 6[0-2] minutes", site.warnings[0])
    assert "CMUpdate.log" in site.warnings[0]


def test_sites_that_are_done_without_an_end_are_told() -> None:
    site = FakeServicing("INSTALL_WAITING_PARENT")
    site.sites = dict.fromkeys(("CAS", "PR1"), NUMBERS["INSTALL_SUCCESS"])
    assert "wait_timeout" in refused(site, wait=1800)
    assert "replication group CMUpdates" in site.warnings[0]
    assert re.search(r"for 1[56] minutes", site.warnings[0])


LOST = TransportTimeout("no response", request=RequestInfo("Invoke"))


@pytest.mark.parametrize(
    ("state", "method", "call"),
    [
        ("APPLICABILITY_SUCCESS", "SetPackageToBeDownloaded", "SetPackageToBeDownloaded"),
        ("DOWNLOAD_SUCCESS", "InitiateUpgrade", "InitiateUpgrade 0"),
    ],
)
@pytest.mark.parametrize("effect", [True, False])
def test_a_lost_answer_is_judged_by_what_the_site_shows(state: str, method: str, call: str, effect: bool) -> None:
    site = FakeServicing(state)
    site.troubles[method] = [(LOST, effect), (None, True)]
    assert site.bring(INSTALL) == ("INSTALL_SUCCESS", True)
    assert site.calls.count(call) == 1


def test_a_request_that_is_lost_twice_ends_the_task() -> None:
    site = FakeServicing("DOWNLOAD_SUCCESS")
    site.troubles["InitiateUpgrade"] = [(LOST, False), (LOST, False)]
    with pytest.raises(TransportTimeout):
        site.bring(INSTALL)
    assert site.calls == []


def test_a_refusal_of_the_provider_is_one_unless_the_site_acts_nevertheless() -> None:
    fault = CimFault(FaultKind.OTHER, RequestInfo("Invoke"))
    site = FakeServicing("DOWNLOAD_SUCCESS")
    site.troubles["InitiateUpgrade"] = [(fault, False)]
    assert "refused the installation of Configuration Manager 2609" in refused(site)
    site = FakeServicing("DOWNLOAD_SUCCESS")
    site.troubles["InitiateUpgrade"] = [(fault, True)]
    assert site.bring(INSTALL) == ("INSTALL_SUCCESS", True)


@pytest.mark.parametrize(
    "error",
    [
        NoConnection("nothing answers"),
        Refused(503),
        Refused(400),
        TransportTimeout("no response"),
        CimFault(FaultKind.INVALID_NAMESPACE, RequestInfo("Query", query="select")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_outage_while_the_site_installs_is_waited_out(error: Exception) -> None:
    site = FakeServicing("DOWNLOAD_SUCCESS")
    site.outages = [(1500, 3000, error)]
    assert site.bring(INSTALL) == ("INSTALL_SUCCESS", True)
    assert site.calls == ["InitiateUpgrade 0"]
    assert any("does not answer" in line for line in site.progress)


def test_an_outage_that_is_too_long_ends_the_task_with_what_goes_on() -> None:
    site = FakeServicing("DOWNLOAD_SUCCESS")
    site.outages = [(1500, 1e9, NoConnection("nothing answers"))]
    message = refused(site, outage=1200)
    assert "has not answered for 12" in message
    assert "The site continues without this task" in message


def test_the_outage_counts_to_the_time_limit() -> None:
    site = FakeServicing("DOWNLOAD_SUCCESS")
    site.outages = [(1500, 1e9, NoConnection("nothing answers"))]
    assert "wait_timeout" in refused(site, wait=2400)
    assert site.clock.now <= 2500


def test_refused_logons_are_not_repeated_for_long() -> None:
    site = FakeServicing("INSTALL_IN_PROGRESS")
    site.outages = [(5, 1e9, AuthenticationFailed("wrong password"))]
    assert "wrong password" in refused(site)
    assert site.failed == 3
    assert 120 <= site.clock.now < 180


def test_before_anything_is_under_way_an_error_is_an_error() -> None:
    site = FakeServicing("DOWNLOAD_SUCCESS")
    site.outages = [(0, 1e9, NoConnection("nothing answers"))]
    with pytest.raises(NoConnection):
        site.bring(INSTALL)


@pytest.mark.parametrize("wish", [Wish("downloaded"), Wish("checked"), Wish("installed")])
def test_a_task_that_was_cut_off_is_completed_by_the_next_one(wish: Wish) -> None:
    """At every moment of the way: another task begins, and no phase is started twice."""
    expected = FakeServicing("APPLICABILITY_SUCCESS")
    expected.bring(wish)
    for moment in range(0, int(expected.clock.now) + 300, 290):
        site = FakeServicing("APPLICABILITY_SUCCESS")
        if moment:
            with suppress(TaskFailure):
                site.bring(wish, wait=moment)
        assert site.bring(wish)[1]
        assert site.calls == expected.calls


def not_loaded() -> CimFault:
    return CimFault(FaultKind.OTHER, RequestInfo("Query", query="select"), hresult=0x80041013)


def test_a_task_that_begins_while_another_one_installs_waits_for_the_provider() -> None:
    site = FakeServicing("INSTALL_IN_PROGRESS")
    made, _clock = task(site, {}, site.progress.append, site.clock)
    site.outages = [(0, 600, not_loaded())]
    assert when_loaded(made, lambda: site.query("", SMS_CM_UPDATE_PACKAGES, select(SMS_CM_UPDATE_PACKAGES)), 900)
    assert 600 <= site.clock.now <= 660
    assert "is not loaded" in site.progress[0]
    site.outages = [(0, 1e9, not_loaded())]
    with pytest.raises(CimFault):
        when_loaded(made, lambda: site.query("", SMS_CM_UPDATE_PACKAGES, select(SMS_CM_UPDATE_PACKAGES)), 300)
    site.outages = [(0, 1e9, NoConnection("nothing answers"))]
    before = site.clock.now
    with pytest.raises(NoConnection):
        when_loaded(made, lambda: site.query("", SMS_CM_UPDATE_PACKAGES, select(SMS_CM_UPDATE_PACKAGES)), 900)
    assert site.clock.now == before
