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
        (461808, "2609", PASSED, "461808"),
        (461807, "2609", FAILED, "4.7.2"),
        (394802, "2603", PASSED, "394802"),
        (394801, "2603", FAILED, "394801"),
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
    none, old = (requirements.dotnet(release, versions.find("2603")) for release in (None, 394801))
    assert "Release None" not in none.detail
    assert "394801" in old.detail
    assert "4.6.2" in none.remedy


@pytest.mark.parametrize(("platform", "id"), [("x64", "vc_runtime"), ("x86", "vc_runtime_x86")])
@pytest.mark.parametrize(
    ("found", "version", "status"),
    [
        (None, "2609", FAILED),
        ("14.0.0.0", "2609", FAILED),
        ("14.28.29914.0", "2609", PASSED),
        ("14.28.29913.9", "2107", FAILED),
        ("new", "2609", WARNING),
        (Unread("no right"), "2609", WARNING),
        (None, "2103", SKIPPED),
        (None, "5.00.99999.1000", WARNING),
    ],
)
def test_both_runtimes_are_required_here(
    platform: str, id: str, found: str | Unread | None, version: str, status: Status
) -> None:
    check = requirements.vc_runtime(found, versions.find(version), platform)
    assert (check.id, check.status, check.required) == (id, status, True)
    assert check.title.endswith(f", {platform}")
    assert (f"vc_redist.{platform}.exe" in check.remedy) is (status is FAILED)


def test_a_missing_runtime_is_named() -> None:
    for platform in ("x64", "x86"):
        detail = requirements.vc_runtime(None, versions.find("2609"), platform).detail
        assert detail.startswith(f"The Visual C++ runtime for {platform} is not installed; tool version 2609 needs 14.28")
    assert "Visual C++ 2013" in requirements.vc_runtime(None, versions.find("2103"), "x86").detail


@pytest.mark.parametrize(
    ("found", "version", "status", "required"),
    [
        (None, "2609", FAILED, True),
        ("18.4.1.1", "2609", FAILED, True),
        ("18.6.2.1", "2609", PASSED, True),
        ("18.0.1.1", "2309", FAILED, True),
        (None, "2309", FAILED, True),
        (None, "2303", WARNING, False),
        (None, "2103", SKIPPED, False),
        (Unread("no right"), "2609", WARNING, True),
        ("18.6.2.1", "5.00.9999.1000", WARNING, True),
    ],
)
def test_the_driver_is_required_from_2309_and_advice_before(
    found: str | Unread | None, version: str, status: Status, required: bool
) -> None:
    check = requirements.odbc_driver(found, versions.find(version))
    assert (check.id, check.status, check.required) == ("odbc_driver", status, required)


@pytest.mark.parametrize("version", ["2609", "2103", "5.00.9999.1000"])
def test_the_version_of_the_tool_is_called_so(version: str) -> None:
    tool = versions.find(version)
    checks = (
        requirements.dotnet(1, tool),
        requirements.odbc_driver("18.0.0.1", tool),
        *(requirements.vc_runtime("14.0.0.1", tool, name) for name in ("x64", "x86")),
    )
    for check in checks:
        assert f"ool version {version}" in check.detail
        assert "ite version" not in check.detail
