from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.choosing import choose
from tests.unit.site.servicing.updating.support import GUID, NEW, OLD, package

NEWER = package("APPLICABILITY_SUCCESS")
OLDER = package("APPLICABILITY_HIDE", guid="OLDER", name="Configuration Manager 2603", version=OLD)
HOTFIX = package(
    "DOWNLOAD_SUCCESS",
    guid="FIX",
    name="Configuration Manager 2603 Hotfix Rollup (KB37864969)",
    version="5.00.9146.1020",
    type="qfe",
)
FUTURE = package("APPLICABILITY_NA", guid="FUTURE", name="Configuration Manager 2703", version="5.00.9158.1000")
ALL = [FUTURE, NEWER, HOTFIX, OLDER]


@pytest.mark.parametrize(
    ("update", "guid"),
    [
        ("2609", GUID),
        (" 2609 ", GUID),
        (GUID.lower(), GUID),
        ("{" + GUID + "}", GUID),
        ("configuration manager 2609", GUID),
        ("KB37864969", "FIX"),
        ("2603", "OLDER"),
        # A version that the tables do not have is found by its name.
        ("2703", "FUTURE"),
    ],
)
def test_an_update_by_its_name(update: str, guid: str) -> None:
    chosen = choose(ALL, update, "version", OLD)
    assert chosen.package is not None
    assert (chosen.package.guid, chosen.refusal) == (guid, "")


@pytest.mark.parametrize(("kind", "guid"), [("version", GUID), ("hotfix", "FIX"), ("any", GUID)])
def test_the_latest_of_a_kind_is_one_that_applies(kind: str, guid: str) -> None:
    chosen = choose(ALL, "latest", kind, OLD)
    assert chosen.package is not None
    assert chosen.package.guid == guid


def test_there_is_nothing_newer() -> None:
    assert choose([OLDER, FUTURE], "latest", "version", OLD).installed
    assert choose([package("APPLICABILITY_SUCCESS")], "latest", "version", NEW).installed
    installed = choose([package("INSTALL_SUCCESS"), OLDER], "latest", "version", NEW).package
    assert installed is not None
    assert installed.guid == GUID


def test_a_site_that_was_installed_with_the_version_lists_no_package_of_it() -> None:
    assert choose([FUTURE], "2609", "version", NEW).installed
    missing = choose([FUTURE], "2609", "version", OLD)
    assert missing.missing
    assert "lists no update to version 2609. Updates that it lists: Configuration Manager 2703." in missing.refusal


def test_of_several_editions_the_one_that_applies_counts() -> None:
    early = package("APPLICABILITY_NA", guid="EARLY")
    chosen = choose([early, NEWER], "2609", "version", OLD)
    assert chosen.package is not None
    assert chosen.package.guid == GUID
    twice = choose([NEWER, package("DOWNLOAD_SUCCESS", guid="EARLY")], "2609", "version", OLD)
    assert "several packages" in twice.refusal
    assert "EARLY" in twice.refusal


@pytest.mark.parametrize("update", ["26", "KB1", "<b>2609</b>", "00000000-0000-0000-0000-000000000000"])
def test_what_no_package_is(update: str) -> None:
    found = choose(ALL, update, "version", OLD)
    assert found.package is None
    assert found.missing
