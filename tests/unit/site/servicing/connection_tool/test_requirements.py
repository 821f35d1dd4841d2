"""The requirements before the tool runs."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.versions import SiteVersion, Standing
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool import requirements
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

PASSED, WARNING, FAILED, SKIPPED = Status.PASSED, Status.WARNING, Status.FAILED, Status.SKIPPED
GIB = 1024**3


@pytest.mark.parametrize(
    ("found", "site", "status"),
    [
        ("5.0.9152.1000", "5.00.9152.1000", PASSED),
        ("5.0.9152.1000", "5.00.9152.1030", PASSED),
        ("5.0.9146.1000", "5.00.9152.1000", FAILED),
        ("4.0.9152.1000", "5.00.9152.1000", FAILED),
        ("5.0.9152.1000", "5.00.9152", PASSED),
        ("", "5.00.9152.1000", WARNING),
        ("5.0.9152.1000", "2609a", WARNING),
        ("5.0.9152.1000", "", SKIPPED),
    ],
)
def test_the_tool_has_the_site_s_version(found: str, site: str, status: Status) -> None:
    check = requirements.tool_version(found, site, r"D:\Tool\x.exe", "prepare")
    assert (check.id, check.status, check.required) == ("tool_version", status, True)
    assert ("offline_updates_tool_path" in check.remedy) == (status in (WARNING, FAILED))


@pytest.mark.parametrize(
    ("action", "found", "status"),
    [
        ("prepare", "offline", PASSED),
        ("prepare", "online", FAILED),
        ("import", "online", FAILED),
        ("import", None, SKIPPED),
        ("prepare", "", SKIPPED),
        ("connect", "online", SKIPPED),
        ("export", "online", SKIPPED),
    ],
)
def test_the_role_works_offline(action: str, found: str | None, status: Status) -> None:
    check = requirements.mode(action, found)
    assert (check.id, check.status) == ("offline_mode", status)
    assert bool(check.remedy) == (status is FAILED)


def test_why_the_mode_is_not_judged() -> None:
    assert "not given" in requirements.mode("import", None).detail
    assert "not given" not in requirements.mode("export", None).detail


@pytest.mark.parametrize(("found", "status"), [(True, PASSED), (False, FAILED), (Unread("whoami told nothing"), WARNING)])
def test_rights(found: bool | Unread, status: Status) -> None:
    check = requirements.rights(found)
    assert (check.id, check.status) == ("administrator", status)


@pytest.mark.parametrize(
    ("free", "needed", "status", "told"),
    [
        (3 * GIB, 4 * GIB, FAILED, "4.0 GiB"),
        (4 * GIB, 4 * GIB, PASSED, "4.0 GiB"),
        (None, 1, FAILED, "E:"),
        (Unread("no right"), 1, WARNING, "no right"),
    ],
)
def test_free_space(free: int | Unread | None, needed: int, status: Status, told: str) -> None:
    check = requirements.free_space(free, needed, "E:", "connect")
    assert (check.id, check.status) == ("free_space_e", status)
    assert told in check.detail
    too_little = isinstance(free, int) and status is FAILED
    assert ("offline_updates_required_free_gib" in check.remedy) == too_little


@pytest.mark.parametrize(
    ("release", "version", "status", "told"),
    [
        (394802, "2609", PASSED, "394802"),
        (394801, "2609", FAILED, "394801"),
        (379893, "2103", PASSED, "379893"),
        (379892, "2103", FAILED, "379893"),
        (None, "2103", FAILED, "4.5.2"),
        (Unread("no right"), "2609", WARNING, "no right"),
        (394802, "5.00.9100.1000", WARNING, "394802"),
    ],
)
def test_dotnet(release: int | Unread | None, version: str, status: Status, told: str) -> None:
    check = requirements.dotnet(release, versions.find(version))
    assert (check.id, check.status) == ("tool_dotnet", status)
    assert told in check.detail
    assert check.required


def test_a_version_before_the_first_requirement_asks_for_nothing() -> None:
    check = requirements.dotnet(None, SiteVersion("1802", "1802", Standing.KNOWN))
    assert (check.id, check.status) == ("tool_dotnet", SKIPPED)


def test_a_missing_framework_is_told_as_missing() -> None:
    none, old = (requirements.dotnet(release, versions.find("2609")) for release in (None, 394801))
    assert "Release None" not in none.detail
    assert "394801" in old.detail
    assert "4.6.2" in none.remedy


@pytest.mark.parametrize(
    ("found", "version", "status"),
    [
        (None, "2609", FAILED),
        ("14.0.0.0", "2609", FAILED),
        ("14.51.36247.0", "2609", PASSED),
        ("new", "2609", WARNING),
        (Unread("no right"), "2609", WARNING),
        (None, "2103", SKIPPED),
        (None, "5.00.99999.1000", WARNING),
    ],
)
def test_the_runtime_is_required_here(found: str | Unread | None, version: str, status: Status) -> None:
    check = requirements.vc_runtime(found, versions.find(version))
    assert (check.id, check.status, check.required) == ("vc_runtime", status, True)
    assert ("x86" in check.remedy) is (status is FAILED)


@pytest.mark.parametrize(
    ("found", "version", "action", "status", "required"),
    [
        (None, "2609", "prepare", FAILED, True),
        (None, "2609", "connect", WARNING, False),
        ("18.6.2.1", "2609", "connect", PASSED, False),
        ("18.6.2.1", "2609", "import", PASSED, True),
        (None, "2103", "prepare", SKIPPED, True),
        (None, "2103", "connect", SKIPPED, False),
        (Unread("no right"), "2609", "connect", WARNING, False),
    ],
)
def test_the_driver_is_advice_where_no_database_is_read(
    found: str | Unread | None, version: str, action: str, status: Status, required: bool
) -> None:
    check = requirements.odbc_driver(found, versions.find(version), action)
    assert (check.id, check.status, check.required) == ("odbc_driver", status, required)
