from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_CM_UPDATE_PACKAGES
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import Package
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
AFTER = timedelta(minutes=120)
# [SDK page of UpdatePrereqAndStateFlags, KB 4490424]: the families as in these pages, independent of the table.
DOCUMENTED = {
    0x00000000: "UNKNOWN",
    0x00000002: "ENABLED",
    0x00010001: "CONTENT_REPLICATING",
    0x00010002: "CONTENT_REPLICATION_SUCCESS",
    0x0001FFFF: "CONTENT_REPLICATION_FAILED",
    0x00020001: "PREREQ_IN_PROGRESS",
    0x00020002: "PREREQ_SUCCESS",
    0x00020003: "PREREQ_WARNING",
    0x0002FFFF: "PREREQ_ERROR",
    0x00030001: "INSTALL_IN_PROGRESS",
    0x00030002: "INSTALL_WAITING_SERVICE_WINDOW",
    0x00030003: "INSTALL_WAITING_PARENT",
    0x00030004: "INSTALL_SUCCESS",
    0x00030005: "INSTALL_PENDING_REBOOT",
    0x00030006: "INSTALL_CMU_VALIDATING",
    0x00030007: "INSTALL_CMU_STOPPED",
    0x00030008: "INSTALL_CMU_INSTALLFILES",
    0x00030009: "INSTALL_CMU_STARTED",
    0x0003000A: "INSTALL_CMU_SUCCESS",
    0x0003000B: "INSTALL_WAITING_CMU",
    0x0003000C: "INSTALL_INSTALLFILES",
    0x0003000D: "INSTALL_UPGRADESITECTRLIMAGE",
    0x0003000E: "INSTALL_CONFIGURESERVICEBROKER",
    0x0003000F: "INSTALL_INSTALLSYSTEM",
    0x00030010: "INSTALL_CONSOLE",
    0x00030011: "INSTALL_INSTALLBASESERVICES",
    0x00030012: "INSTALL_UPDATE_SITES",
    0x00030013: "INSTALL_SSB_ACTIVATION_ON",
    0x00030014: "INSTALL_UPGRADEDATABASE",
    0x00030015: "INSTALL_UPDATEADMINCONSOLE",
    0x0003FFFE: "INSTALL_CMU_FAILED",
    0x0003FFFF: "INSTALL_FAILED",
    0x00040001: "DOWNLOAD_IN_PROGRESS",
    0x00040002: "DOWNLOAD_SUCCESS",
    0x0004FFFF: "DOWNLOAD_FAILED",
    0x00050001: "APPLICABILITY_CHECKING",
    0x00050002: "APPLICABILITY_SUCCESS",
    0x0005FFFD: "APPLICABILITY_HIDE",
    0x0005FFFE: "APPLICABILITY_NA",
    0x0005FFFF: "APPLICABILITY_FAILED",
}
NUMBERS = {name: number for number, name in DOCUMENTED.items()}
PHASES = {
    "checking", "available", "downloading", "ready", "enabled", "installing", "restart_pending", "installed", "failed", "hidden",
    "unknown",
}  # fmt: skip


def package(state: str | int, minutes: float | None = 0, name: str = "2609") -> Package:
    number = NUMBERS[state] if isinstance(state, str) else state
    updated = None if minutes is None else NOW - timedelta(minutes=minutes)
    return Package("GUID", name, "5.00.9152.1000", "regular", number, updated=updated)


def test_the_table_is_whole() -> None:
    states = table("update_states")["states"]
    assert len(states) == 40
    assert len({row["number"] for row in states}) == len({row["name"] for row in states}) == 40
    assert {row["phase"] for row in states} == PHASES


@pytest.mark.parametrize(("number", "name"), DOCUMENTED.items())
def test_every_state_has_its_documented_name(number: int, name: str) -> None:
    assert updates.state_name(number) == name


@pytest.mark.parametrize("number", [123, -1, 199612, 0x00030016, 0x7FFFFFFF])
def test_an_unknown_state_is_its_number_and_nothing_is_guessed(number: int) -> None:
    assert updates.state_name(number) == f"state {number}"
    unknown = package(number, minutes=100_000)
    assert (unknown.phase, unknown.moves, unknown.hangs(NOW, AFTER)) == ("unknown", None, None)


def test_finished_failed_and_downloading_packages_are_not_being_installed() -> None:
    installing = {updates.state_name(number) for number in updates.installing_states()}
    assert "INSTALL_IN_PROGRESS" in installing
    assert "INSTALL_UPGRADEDATABASE" in installing
    assert not installing & {"INSTALL_SUCCESS", "INSTALL_FAILED", "DOWNLOAD_IN_PROGRESS", "APPLICABILITY_SUCCESS", "ENABLED"}


def test_phase_and_installing_agree() -> None:
    for row in table("update_states")["states"]:
        assert (row["phase"] == "installing") is row["installing"], row
        assert row["moves"] is False or row["phase"] in {"checking", "downloading", "enabled", "installing"}, row


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        ("APPLICABILITY_SUCCESS", "available"),
        ("DOWNLOAD_SUCCESS", "ready"),
        ("PREREQ_WARNING", "ready"),
        ("PREREQ_IN_PROGRESS", "installing"),
        ("INSTALL_WAITING_SERVICE_WINDOW", "installing"),
        ("INSTALL_PENDING_REBOOT", "restart_pending"),
        ("APPLICABILITY_NA", "hidden"),
        ("DOWNLOAD_FAILED", "failed"),
    ],
)
def test_phases(state: str, phase: str) -> None:
    assert package(state).phase == phase


@pytest.mark.parametrize(
    ("state", "minutes", "hangs"),
    [
        ("DOWNLOAD_IN_PROGRESS", 119, False),
        ("DOWNLOAD_IN_PROGRESS", 121, True),
        ("INSTALL_WAITING_PARENT", 121, True),
        ("INSTALL_WAITING_SERVICE_WINDOW", 100_000, False),
        ("DOWNLOAD_SUCCESS", 100_000, False),
        ("INSTALL_FAILED", 100_000, False),
        ("INSTALL_SUCCESS", 100_000, False),
        ("DOWNLOAD_IN_PROGRESS", None, None),
        ("DOWNLOAD_SUCCESS", None, False),
        ("DOWNLOAD_IN_PROGRESS", -600, False),
    ],
)
def test_what_hangs(state: str, minutes: float | None, hangs: bool | None) -> None:
    assert package(state, minutes).hangs(NOW, AFTER) is hangs


def test_without_the_sites_clock_nothing_is_said_to_hang() -> None:
    data = package("DOWNLOAD_IN_PROGRESS", 100_000).as_data(None, AFTER)
    assert (data["hangs"], data["unchanged_seconds"], data["advice"]) == (None, None, None)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("DOWNLOAD_IN_PROGRESS", "restart SMS_DMP_DOWNLOADER"),
        ("DOWNLOAD_FAILED", "start the download again"),
        ("INSTALL_WAITING_PARENT", "compare the two versions"),
        ("PREREQ_ERROR", "ConfigMgrPrereq.log"),
        ("INSTALL_UPGRADEDATABASE", "Do not restart the update service"),
        ("INSTALL_FAILED", "CMUpdate.log"),
        ("APPLICABILITY_FAILED", "hman.log"),
    ],
)
def test_advice(state: str, words: str) -> None:
    assert words in (updates.advice(package(state)) or "")


def test_every_state_that_may_hang_or_fail_has_advice_and_those_at_rest_have_none() -> None:
    for number, name in DOCUMENTED.items():
        found = package(number)
        if found.moves or found.phase == "failed":
            assert updates.advice(found), name
        elif found.phase != "installing":
            assert updates.advice(found) is None, name
    assert updates.advice(package(123)) is None


def test_advice_is_given_only_when_it_is_needed() -> None:
    assert package("DOWNLOAD_IN_PROGRESS", 5).as_data(NOW, AFTER)["advice"] is None
    assert package("DOWNLOAD_IN_PROGRESS", 500).as_data(NOW, AFTER)["advice"]
    assert package("DOWNLOAD_FAILED", 5).as_data(NOW, AFTER)["advice"]


def test_a_row_as_data() -> None:
    row = CimInstance.new(
        "root/sms/site_CAS",
        SMS_CM_UPDATE_PACKAGES,
        {
            "PackageGuid": "GUID",
            "Name": "Hotfix",
            "FullVersion": "5.00.9152.1020",
            "State": 262146,
            "UpdateType": 2,
            "Impact": 0x15,
            "DateReleased": NOW - timedelta(days=3),
            "LastUpdateTime": NOW - timedelta(seconds=90),
        },
    )
    assert updates.package_from(row).as_data(NOW, AFTER) == {
        "guid": "GUID",
        "name": "Hotfix",
        "version": "5.00.9152.1020",
        "type": "qfe",
        "impact": ["site server", "client", "fixes"],
        "state": "DOWNLOAD_SUCCESS",
        "state_number": 262146,
        "phase": "ready",
        "released": "2026-11-19T10:00:00Z",
        "last_updated": "2026-11-22T09:58:30Z",
        "unchanged_seconds": 90,
        "hangs": False,
        "advice": None,
    }


def test_a_row_with_nothing_but_its_key() -> None:
    row = CimInstance.new("root/sms/site_CAS", SMS_CM_UPDATE_PACKAGES, {"PackageGuid": "GUID"})
    found = updates.package_from(row)
    assert (found.name, found.state, found.type, found.released) == ("GUID", "UNKNOWN", "unknown", None)


def test_packages_come_by_release_and_never_by_the_number_of_their_state() -> None:
    old = Package("1", "old", "", "regular", 0x0005FFFF, released=NOW - timedelta(days=90))
    new = Package("2", "new", "", "regular", 0x00030004, released=NOW)
    undated = Package("3", "a", "", "regular", 0x7FFFFFFF)
    assert updates.newest_first([old, undated, new]) == [new, old, undated]


def test_a_package_hangs_when_the_time_is_over_and_not_before() -> None:
    assert [package("DOWNLOAD_IN_PROGRESS", minutes).hangs(NOW, AFTER) for minutes in (119.9, 120, 120.1)] == [False, False, True]


def test_a_clock_that_is_behind_makes_no_negative_age() -> None:
    assert package("DOWNLOAD_SUCCESS", -5).as_data(NOW, AFTER)["unchanged_seconds"] == 0
    assert package("DOWNLOAD_SUCCESS", -5).age(NOW) == timedelta(minutes=-5)


@pytest.mark.parametrize(
    ("values", "impact", "type_"),
    [
        ({}, (), "unknown"),
        ({"Impact": 0x1F, "UpdateType": 0}, ("site server", "console", "client", "features", "fixes"), "regular"),
        ({"Impact": 0x0A, "UpdateType": 1}, ("console", "features"), "weave"),
        ({"Impact": 0x20, "UpdateType": 7}, (), "type 7"),
    ],
)
def test_impact_and_type(values: dict[str, int], impact: tuple[str, ...], type_: str) -> None:
    row = CimInstance.new("root/sms/site_CAS", SMS_CM_UPDATE_PACKAGES, {"PackageGuid": "GUID", **values})
    found = updates.package_from(row)
    assert (found.impact, found.type, found.version) == (impact, type_, "")


def test_packages_of_one_day_come_by_name() -> None:
    found = [Package(str(number), name, "", "regular", 0, released=NOW) for number, name in enumerate("cab")]
    assert [one.name for one in updates.newest_first(found)] == ["a", "b", "c"]
