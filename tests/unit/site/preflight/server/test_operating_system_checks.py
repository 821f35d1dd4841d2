from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server import operating_system as checks
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import ServerClock
from ansible_collections.configmgr.scp.plugins.module_utils.windows.operating_system import Computer, OperatingSystem
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

UNREAD = Unread("the server said no")


def server(build: int, caption: str = "Microsoft Windows Server", client: bool = False) -> OperatingSystem:
    return OperatingSystem(caption, build, client)


def judged(found: OperatingSystem, version: str = "2609") -> Check:
    return checks.operating_system(found, versions.find(version))


def cannot_tell(check: Check) -> bool:
    return check.status is Status.WARNING and check.detail.startswith("Cannot tell: ")


@pytest.mark.parametrize("build", [14393, 17763, 20348, 26100])
def test_supported_servers(build: int) -> None:
    assert judged(server(build)).status is Status.PASSED


@pytest.mark.parametrize(
    ("build", "version", "status"),
    [
        (9200, "2211", Status.PASSED),
        (9600, "2303", Status.PASSED),
        (9600, "2309", Status.WARNING),
        (9600, "2403", Status.FAILED),
        (9200, "2609", Status.FAILED),
        (20348, "2103", Status.WARNING),
        (20348, "2107", Status.PASSED),
        (26100, "2403", Status.WARNING),
        (26100, "2409", Status.PASSED),
        (7601, "2002", Status.FAILED),
    ],
)
def test_support_depends_on_the_version_of_the_site(build: int, version: str, status: Status) -> None:
    assert judged(server(build), version).status is status


@pytest.mark.parametrize(
    ("build", "day", "status", "told"),
    [
        (14393, date(2026, 7, 15), Status.PASSED, "ends on 2027-01-12."),
        (14393, date(2026, 7, 16), Status.WARNING, "ends on 2027-01-12, in 180 days."),
        (14393, date(2026, 11, 27), Status.WARNING, "ends on 2027-01-12, in 46 days."),
        (14393, date(2027, 1, 11), Status.WARNING, "in 1 day."),
        (14393, date(2027, 1, 12), Status.WARNING, "in 0 days."),
        (14393, date(2027, 1, 13), Status.FAILED, "ended on 2027-01-12."),
        (9200, date(2023, 10, 10), Status.WARNING, "in 0 days."),
        (9200, date(2026, 11, 27), Status.FAILED, "ended on 2023-10-10."),
        (9600, date(2026, 11, 27), Status.FAILED, "ended on 2023-10-10."),
        (17763, date(2026, 11, 27), Status.PASSED, "ends on 2029-01-09."),
        (17763, date(2029, 1, 10), Status.FAILED, "ended on 2029-01-09."),
        (20348, date(2031, 10, 15), Status.FAILED, "ended on 2031-10-14."),
        (26100, date(2034, 11, 14), Status.WARNING, "in 0 days."),
    ],
)
def test_the_end_of_support_by_the_server_s_own_clock(build: int, day: date, status: Status, told: str) -> None:
    now = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
    # The controller's clock plays no part: the server's differs from it by a hundred days.
    check = checks.operating_system_support(server(build), ServerClock("SCP01", now, 8_640_000.0))
    assert (check.id, check.status, check.required) == ("operating_system_support", status, False)
    assert check.detail.endswith(told)
    assert bool(check.remedy) is (status is not Status.PASSED)


def test_what_the_site_does_at_an_update_is_told() -> None:
    now = datetime(2027, 1, 13, tzinfo=UTC)
    ended = checks.operating_system_support(server(14393), ServerClock("SCP01", now, 0.0)).remedy
    assert "2403 or later is refused" in ended
    assert "Extended Security Updates do not change this" in ended
    assert "refuses its next update" in judged(server(9600), "2403").remedy
    assert "refuses the update to version 2403 or later" in judged(server(9600), "2309").remedy


@pytest.mark.parametrize("found", [server(25398), server(99999), server(26100, client=True)])
def test_an_operating_system_without_a_row_has_no_end_of_support(found: OperatingSystem) -> None:
    check = checks.operating_system_support(found, None)
    assert (check.status, check.required) == (Status.SKIPPED, False)


def test_without_a_date_the_end_of_support_cannot_be_told() -> None:
    for check in (
        checks.operating_system_support(UNREAD, None),
        checks.operating_system_support(server(14393), UNREAD),
        checks.operating_system_support(server(14393), None),
    ):
        assert cannot_tell(check)
        assert not check.required
        assert check.remedy


def test_a_refusal_names_what_is_supported() -> None:
    check = judged(server(9600, "Microsoft Windows Server 2012 R2 Standard"))
    assert "Microsoft Windows Server 2012 R2 Standard (build 9600) is no longer supported since version 2403" in check.detail
    assert "Windows Server 2016, Windows Server 2019, Windows Server 2022, Windows Server 2025" in check.detail
    assert check.remedy


def test_a_client_is_refused_although_its_build_is_that_of_a_server() -> None:
    check = judged(server(26100, "Microsoft Windows 11 Enterprise", client=True))
    assert (check.status, check.required) == (Status.FAILED, True)
    assert "is not a server" in check.detail


@pytest.mark.parametrize(("build", "words"), [(27000, "newer than"), (25398, "not in"), (19042, "not in")])
def test_an_unknown_build_cannot_be_told(build: int, words: str) -> None:
    check = judged(server(build))
    assert cannot_tell(check)
    assert words in check.detail


@pytest.mark.parametrize(
    ("version", "words"), [("5.00.9200.1000", "newer than"), ("1910", "older than"), ("5.00.9130", "not in")]
)
def test_an_unknown_version_of_the_site_is_no_more_than_a_warning(version: str, words: str) -> None:
    for build in (9600, 17763):
        check = judged(server(build), version)
        assert cannot_tell(check)
        assert words in check.detail
        assert "the result would be" in check.detail


@pytest.mark.parametrize(
    ("kind", "status"),
    [("Server", Status.PASSED), ("Client", Status.PASSED), ("Server Core", Status.FAILED), ("server core", Status.FAILED)],
)
def test_server_core(kind: str, status: Status) -> None:
    assert checks.server_core(kind).status is status


def test_domain_member() -> None:
    inside = checks.domain_member(Computer("SCP01", "scp01.corp.example", "corp.example", True))
    outside = checks.domain_member(Computer("SCP01", "scp01", "WORKGROUP", False))
    assert (inside.status, outside.status) == (Status.PASSED, Status.FAILED)
    assert "workgroup WORKGROUP" in outside.detail


@pytest.mark.parametrize(
    ("own", "site", "status", "words"),
    [
        (0.0, 0.0, Status.PASSED, "0 s behind"),
        (300.0, 0.0, Status.PASSED, "300 s ahead of"),
        (300.6, 0.0, Status.FAILED, "301 s ahead of"),
        (-250.0, 50.5, Status.FAILED, "300 s behind"),
        (4000.0, 3990.0, Status.PASSED, "10 s ahead of"),
        (0.0, None, Status.SKIPPED, "is not given"),
    ],
)
def test_clock_difference(own: float, site: float | None, status: Status, words: str) -> None:
    check = checks.clock_difference(ServerClock("SCP01", datetime(2026, 11, 22, tzinfo=UTC), own), site)
    assert check.status is status
    assert words in check.detail


def test_what_the_server_does_not_show_cannot_be_told() -> None:
    version = versions.find("2609")
    for check in (
        checks.operating_system(UNREAD, version),
        checks.server_core(UNREAD),
        checks.server_core(None),
        checks.domain_member(UNREAD),
        checks.clock_difference(UNREAD, 0.0),
        checks.clock_difference(None, 0.0),
    ):
        assert cannot_tell(check)
        assert check.remedy


@pytest.mark.parametrize(
    ("own", "asked_for", "status"),
    [
        ("scp01.corp.example", "scp01.corp.example", Status.PASSED),
        ("scp01.corp.example", "SCP01", Status.PASSED),
        ("scp01.corp.example", "scp01.other.example", Status.PASSED),
        ("scp01.corp.example", "SCP01.Other.Example", Status.PASSED),
        ("scp02.corp.example", "scp01.corp.example", Status.WARNING),
        ("example.scp01", "scp01", Status.WARNING),
        ("scp01.corp.example", "alias.corp.example", Status.WARNING),
        ("scp01.corp.example", "", Status.SKIPPED),
    ],
)
def test_the_computer_that_answers(own: str, asked_for: str, status: Status) -> None:
    check = checks.server_name(Computer("SCP01", own, "corp.example", True), asked_for)
    assert (check.id, check.status, check.required) == ("server_name", status, False)
    assert (own in check.detail) is (status is not Status.SKIPPED)
    assert ("preflight_accept: [server_name]" in check.remedy) is (status is Status.WARNING)


def test_a_computer_that_does_not_tell_its_name_is_no_more_than_a_doubt() -> None:
    check = checks.server_name(UNREAD, "scp01.corp.example")
    assert cannot_tell(check)
    assert not check.required
    assert checks.server_name(UNREAD, "").status is Status.SKIPPED


@pytest.mark.parametrize("site", [0.0, 5000.0, None])
def test_the_site_server_has_one_clock(site: float | None) -> None:
    clock = ServerClock("SCP01", datetime(2026, 11, 22, tzinfo=UTC), 0.0)
    assert checks.clock_difference(clock, site, is_site_server=True).status is Status.SKIPPED


@pytest.mark.parametrize("own", [300.0, -300.0])
def test_five_minutes_are_allowed(own: float) -> None:
    clock = ServerClock("SCP01", datetime(2026, 11, 22, tzinfo=UTC), own)
    assert checks.clock_difference(clock, 0.0).status is Status.PASSED
    assert checks.clock_difference(clock, own / 3000).status is Status.PASSED
    assert checks.clock_difference(clock, -own / 3000).status is Status.FAILED


def test_a_nano_server_and_a_workgroup_without_a_name() -> None:
    assert checks.server_core("Nano Server").status is Status.FAILED
    assert cannot_tell(checks.server_core(""))
    assert "workgroup (" in checks.domain_member(Computer("SCP01", "scp01", "", False)).detail


@pytest.mark.parametrize(
    ("build", "version", "supported"),
    [
        (9199, "2103", ["2012", "2012 R2", "2016", "2019"]),
        (9199, "2107", ["2012", "2012 R2", "2016", "2019", "2022"]),
        (9199, "2403", ["2016", "2019", "2022"]),
        (9199, "2409", ["2016", "2019", "2022", "2025"]),
    ],
)
def test_the_supported_servers_are_named(build: int, version: str, supported: list[str]) -> None:
    check = judged(server(build), version)
    assert check.status is Status.FAILED
    assert f" {', '.join(f'Windows Server {name}' for name in supported)}." in check.detail


@pytest.mark.parametrize(("build", "newer"), [(26101, True), (26099, False)])
def test_a_build_beside_the_last_known_one(build: int, newer: bool) -> None:
    assert ("newer" in judged(server(build)).detail) is newer


def test_what_a_version_of_windows_is_told_with() -> None:
    assert "2403" in judged(server(9600), "2309").detail
    check = judged(server(20348), "2103")
    assert "2107" in check.detail
    assert "Update the site" in check.remedy


def test_ids_and_required_of_every_verdict() -> None:
    version, clock = versions.find("2609"), ServerClock("SCP01", datetime(2026, 11, 22, tzinfo=UTC), 0.0)
    inside, outside = (Computer("SCP01", "scp01", "corp.example", member) for member in (True, False))
    found = {
        "operating_system": [
            *(checks.operating_system(one, version) for one in (UNREAD, server(20348), server(9600), server(1), server(99999))),
            checks.operating_system(server(20348, client=True), version),
            checks.operating_system(server(9600), versions.find("2309")),
            checks.operating_system(server(20348), versions.find("2103")),
        ],
        "server_core": [checks.server_core(kind) for kind in (UNREAD, None, "Server", "Server Core")],
        "domain_member": [checks.domain_member(computer) for computer in (UNREAD, inside, outside)],
        "clock_difference": [
            *(checks.clock_difference(one, 0.0) for one in (UNREAD, None, clock)),
            checks.clock_difference(clock, None),
            checks.clock_difference(clock, 900.0),
            checks.clock_difference(clock, 0.0, is_site_server=True),
        ],
    }
    for id, verdicts in found.items():
        assert {(check.id, check.required) for check in verdicts} == {(id, True)}
        assert len({check.title for check in verdicts}) == 1
