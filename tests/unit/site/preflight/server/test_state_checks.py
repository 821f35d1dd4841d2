from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server import state
from ansible_collections.configmgr.scp.plugins.module_utils.windows.certificates import Roots
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread
from ansible_collections.configmgr.scp.plugins.module_utils.windows.volumes import Drive

UNREAD = Unread("the server said no")
NOW = datetime(2026, 11, 22, tzinfo=UTC)
G2, BALTIMORE = "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4", "D4DE20D05E66FC53FE1A50882C78DB2852CAE474"
AZURE = (
    "7E04DE896A3E666D00E687D33FFAD93BE83D349E",
    "73A5E64A3BFF8316FF0EDCCC618A906E4EAE4D74",
    "999A64C37FF47D9FAB95F14769891460EEC4C3C5",
)
ALL = (G2, BALTIMORE, *AZURE)


def cannot_tell(check: Check) -> bool:
    return check.status is Status.WARNING and check.detail.startswith("Cannot tell: ")


def drive(name: str, free_gib: float, marked: bool | Unread = False) -> Drive:
    return Drive(name, int(free_gib * state.GIB), 500 * state.GIB, marked)


def test_a_pending_restart_is_named() -> None:
    assert state.pending_restart([]).status is Status.PASSED
    check = state.pending_restart([r"HKLM\A", r"HKLM\B"])
    assert check.status is Status.FAILED
    assert r"HKLM\A, HKLM\B" in check.detail


def test_the_drive_with_the_most_free_space_is_chosen() -> None:
    check = state.no_sms_on_drive([drive("C:", 20), drive("D:", 80)])
    assert check.status is Status.PASSED
    assert "go to D:" in check.detail
    assert "on no drive" in check.detail


def test_a_marked_drive_is_not_chosen() -> None:
    drives = [drive("C:", 200, marked=True), drive("D:", 30), drive("E:", 5)]
    assert "NO_SMS_ON_DRIVE.SMS is on C:; the role's files would go to D:" in state.no_sms_on_drive(drives).detail
    assert state.free_space(drives, 30).status is Status.PASSED
    assert state.free_space(drives, 31).status is Status.FAILED


@pytest.mark.parametrize("drives", [[], [drive("C:", 200, marked=True)]])
def test_no_drive_is_left(drives: list[Drive]) -> None:
    for check in (state.no_sms_on_drive(drives), state.free_space(drives, 0)):
        assert check.status is Status.FAILED
        assert check.remedy


def test_a_marker_that_could_not_be_looked_for_leaves_both_drives_possible() -> None:
    doubtful = [drive("C:", 200, marked=UNREAD), drive("D:", 30)]
    assert cannot_tell(state.no_sms_on_drive(doubtful))
    assert state.free_space(doubtful, 30).status is Status.PASSED
    assert cannot_tell(state.free_space(doubtful, 100))
    assert state.free_space(doubtful, 300).status is Status.FAILED


def test_a_marker_that_could_not_be_looked_for_on_a_smaller_drive_does_not_matter_for_the_space() -> None:
    drives = [drive("C:", 10, marked=UNREAD), drive("D:", 30)]
    assert state.possible_drives(drives) == [drives[1]]
    assert cannot_tell(state.no_sms_on_drive(drives))


@pytest.mark.parametrize(
    ("service", "status"),
    [
        (None, Status.SKIPPED),
        ("Running", Status.PASSED),
        ("Start Pending", Status.WARNING),
        ("Stopped", Status.FAILED),
        ("Stop Pending", Status.FAILED),
        ("Paused", Status.FAILED),
    ],
)
def test_the_service(service: str | None, status: Status) -> None:
    assert state.sms_executive(service).status is status


def roots(*present: str, off: bool = False, now: datetime = NOW) -> Check:
    return state.root_certificates(Roots(frozenset(present), off), now)


def test_all_roots_are_there() -> None:
    found = roots(*ALL)
    assert (found.status, found.detail[:9], found.remedy) == (Status.PASSED, "Trusted: ", "")
    assert sorted(state.wanted_roots()) == sorted(ALL)


def test_a_missing_root_is_a_warning_while_windows_may_fetch_it() -> None:
    check = roots(BALTIMORE, *AZURE)
    assert check.status is Status.WARNING
    assert f"DigiCert Global Root G2 ({G2})" in check.detail
    assert "ctldl.windowsupdate.com" in check.detail


def test_a_missing_root_that_windows_may_not_fetch_fails() -> None:
    check = roots(off=True)
    assert (check.status, check.required) == (Status.FAILED, True)
    assert "DisableRootAutoUpdate" in check.detail
    assert check.remedy.startswith("Import DigiCert Global Root G2, ")


def test_a_root_that_expires_after_the_table_was_written_is_not_missed() -> None:
    check = roots(BALTIMORE, *AZURE, now=datetime(2038, 1, 15, tzinfo=UTC))
    assert check.status is Status.PASSED
    assert "expired 2038-01-15). An expired root is no longer needed. Trusted: " in check.detail


def test_a_missing_root_that_no_page_requires_passes_while_windows_may_fetch_it() -> None:
    check = roots(G2, BALTIMORE)
    assert (check.status, check.remedy) == (Status.PASSED, "")
    assert "Microsoft RSA Root Certificate Authority 2017 (73A5E64A" in check.detail
    assert "the documentation does not require them" in check.detail
    assert "ctldl.windowsupdate.com" in check.detail


def test_a_missing_root_that_no_page_requires_is_a_warning_where_windows_may_not_fetch_it() -> None:
    check = roots(G2, BALTIMORE, off=True)
    assert check.status is Status.WARNING
    assert "DisableRootAutoUpdate" in check.detail
    assert check.remedy.startswith("Import DigiCert Global Root G3, Microsoft RSA Root Certificate Authority 2017, ")


@pytest.mark.parametrize("off", [False, True])
def test_a_root_that_has_expired_is_not_missed(off: bool) -> None:
    check = roots(G2, *AZURE, off=off)
    assert check.status is Status.PASSED
    assert "The services no longer chain to it." in check.detail
    assert f"Baltimore CyberTrust Root ({BALTIMORE}, expired 2025-05-12)" in check.detail


def test_what_the_server_does_not_show_cannot_be_told() -> None:
    for check in (
        state.pending_restart(UNREAD),
        state.no_sms_on_drive(UNREAD),
        state.free_space(UNREAD, 10),
        state.sms_executive(UNREAD),
        state.root_certificates(UNREAD, NOW),
    ):
        assert cannot_tell(check)


def test_drives_in_the_order_of_their_free_space() -> None:
    large, small, marked = drive("C:", 90, marked=UNREAD), drive("D:", 80, marked=UNREAD), drive("E:", 99, marked=True)
    free, last = drive("F:", 70), drive("G:", 60)
    assert state.possible_drives([last, free, small, marked, large]) == [large, small, free]
    assert state.possible_drives([small, large]) == [large, small]
    assert state.possible_drives([marked]) == []


def test_every_check_of_the_state_is_required() -> None:
    found = [drive("C:", 50)]
    checks = [
        state.pending_restart([]),
        state.pending_restart(["x"]),
        state.no_sms_on_drive(found),
        state.free_space(found, 10),
        state.free_space(found, 100),
        state.sms_executive("Running"),
        state.sms_executive("Stopped"),
        state.sms_executive("Continue Pending"),
        roots(*ALL),
        roots(),
        roots(G2),
    ]
    assert all(check.required for check in checks)
    assert [check.status.value for check in checks] == [
        *("passed", "failed", "passed", "passed", "failed", "passed", "failed", "warning", "passed", "warning", "passed"),
    ]
    assert [check.id for check in checks[::2]] == [
        "pending_restart",
        "no_sms_on_drive",
        "free_space",
        "sms_executive",
        "root_certificates",
        "root_certificates",
    ]


def test_free_space_names_the_drives_in_gib() -> None:
    check = state.free_space([drive("C:", 200, marked=UNREAD), drive("D:", 30.26)], 31)
    assert "C: with 200.0 GiB" in check.detail
    assert "D: with 30.3 GiB" in check.detail
    assert "31 GiB" in check.detail
    assert "5 GiB" in state.free_space([], 5).remedy


def test_a_server_without_a_drive_needs_one_and_no_marker_is_in_the_way() -> None:
    check = state.no_sms_on_drive([])
    assert "NO_SMS_ON_DRIVE" not in check.detail + check.remedy


def test_no_root_that_is_there_is_told_as_missing() -> None:
    for check in (roots(G2, BALTIMORE), roots(G2)):
        assert G2 not in check.detail
    assert ": ." not in roots(G2, BALTIMORE).detail


def test_what_is_said_of_drives_with_the_marker() -> None:
    check = state.no_sms_on_drive([drive("C:", 200, marked=UNREAD), drive("D:", 30, marked=True), drive("E:", 1)])
    assert "C: (the server said no)" in check.detail
    assert "D:" not in check.detail
    check = state.no_sms_on_drive([drive("C:", 200, marked=True), drive("D:", 30, marked=True)])
    assert "C:, D:" in check.detail


@pytest.mark.parametrize(
    ("day", "status"), [(datetime(2038, 1, 14, tzinfo=UTC), "warning"), (datetime(2038, 1, 15, tzinfo=UTC), "passed")]
)
def test_a_root_is_wanted_until_the_day_it_expires(day: datetime, status: str) -> None:
    check = roots(now=day)
    assert check.status.value == status
    assert ("expired 2038-01-15" in check.detail) is (status == "passed")


def test_only_roots_that_are_wanted_are_to_be_imported() -> None:
    check = roots()
    assert "DigiCert Global Root G2" in roots(off=True).remedy
    assert "Baltimore" not in check.remedy
    assert "DisableRootAutoUpdate" not in check.detail
    assert "DigiCert Global Root G2" in roots(G2, *AZURE).detail.partition("Trusted")[2]
