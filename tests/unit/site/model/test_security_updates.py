"""Whether the newest known security update is installed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.security_updates import month_after, security_update
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import Package

INSTALLED, READY, AVAILABLE, RESTART = 196612, 262146, 327682, 196613


def package(name: str, number: int = INSTALLED, version: str = "5.00.9146.1027", released: str = "2026-08-27") -> Package:
    when = datetime.fromisoformat(released).replace(tzinfo=UTC) if released else None
    return Package(name.upper(), name, version, "qfe", number, released=when)


KB = package("Configuration Manager 2603 Hotfix (KB39398030)")
ROLLUP = package("Configuration Manager 2509 Hotfix Rollup (KB37864969)", version="5.00.9141.1032", released="2026-05-27")


@pytest.mark.parametrize(
    ("name", "packages", "state"),
    [
        ("2603", [KB], "installed"),
        ("2603", [package("KB 39398030", INSTALLED)], "installed"),
        ("2603", [package("(kb39398030)", INSTALLED)], "installed"),
        ("2603", [package("KB39398030", READY)], "not_installed"),
        ("2603", [package("KB39398030", AVAILABLE)], "not_installed"),
        ("2603", [package("KB39398030", RESTART)], "restart_pending"),
        ("2603", [package("KB393980301"), package("KB139398030")], "not_listed"),
        ("2603", [], "not_listed"),
        # It was published twice, and one of both is installed.
        ("2603", [package("KB39398030", READY), KB], "installed"),
        # The console no longer shows an update that a newer installed one supersedes.
        ("2603", [package("KB40000000", released="2026-09-01")], "perhaps_contained"),
        ("2603", [package("KB40000000", released="2026-08-31")], "not_listed"),
        ("2603", [package("KB40000000", READY, released="2026-09-01")], "not_listed"),
        ("2603", [package("KB40000000", released="")], "not_listed"),
        ("2603", [package("KB40000000", version="5.00.9141.1050", released="2026-09-01")], "not_listed"),
        ("2603", [KB, package("KB40000000", released="2026-09-01")], "installed"),
        ("2609", [], "contained"),
        ("2309", [KB], "not_known"),
        (None, [KB], "not_known"),
    ],
)
def test_states(name: str | None, packages: list[Package], state: str) -> None:
    assert security_update(name, packages).state == state


@pytest.mark.parametrize(
    ("month", "after"),
    [("2026-01", "2026-02-01"), ("2026-10", "2026-11-01"), ("2026-11", "2026-12-01"), ("2026-12", "2027-01-01")],
)
def test_the_end_of_a_month(month: str, after: str) -> None:
    assert month_after(month) == datetime.fromisoformat(after).replace(tzinfo=UTC)


def test_newer_updates_are_named() -> None:
    newer = package("KB40000000", released="2026-09-01")
    assert security_update("2603", [newer, package("KB3", released="2026-05-01")]).newer == ("KB40000000",)


def test_all_that_is_known() -> None:
    assert security_update("2509", [package("KB39398030", READY), ROLLUP]).as_data() == {
        "state": "not_installed",
        "known_on": "2026-11",
        "kb": "KB39398030",
        "rollup": "KB37864969",
        "rollup_installed": True,
        "cves": ["CVE-2026-47301"],
        "package": "KB39398030",
        "package_state": "DOWNLOAD_SUCCESS",
        "newer_packages": [],
    }
    assert security_update("2509", []).rollup_installed is False
    assert security_update("2603", []).rollup_installed is None
    assert security_update("2609", []).kb == "KB39398030"


@pytest.mark.parametrize(
    ("name", "rollup", "kb"),
    [
        ("2403", "KB28204160", "KB35360093"),
        ("2409", "KB30385346", "KB37447175"),
        ("2503", "KB32851084", "KB39398030"),
        ("2509", "KB37864969", "KB39398030"),
        ("2603", None, "KB39398030"),
    ],
)
def test_the_newest_update_of_each_version(name: str, rollup: str | None, kb: str) -> None:
    found = security_update(name, [])
    assert (found.rollup, found.kb) == (rollup, kb)


def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table("security_updates")["versions"]
    return found


def test_every_version_in_support_has_a_row() -> None:
    known = {row["version"] for row in rows()}
    supported = {row["name"] for row in table("site_versions")["versions"] if row["support_ends"] >= "2026-11-22"}
    assert supported <= known
    assert all(versions.build_of(name) for name in known)


def test_a_row_has_an_update_or_says_what_the_release_contains() -> None:
    for row in rows():
        assert ("security" in row) is not ("contained" in row)
