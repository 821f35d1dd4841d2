"""Numbers about update packages in logs."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.package_states import (
    PackageState,
    Step,
    advice,
    package_state,
    step,
    step_kind,
)

GUID = "3b7d84fa-eccc-4ea0-b8ab-abbda1e88e0e"


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (
            f'outerxml is <ConfigurationManagerUpdateContent Guid="{GUID}" State="262145" ReportTime="2024-12-17T14:49:55" />',
            PackageState(GUID, 262145, "DOWNLOAD_IN_PROGRESS", False),
        ),
        (
            f"Updated CMUpdatePackage state to 327679 (PackageGuid={GUID.upper()})",
            PackageState(GUID, 327679, "DOWNLOAD_FAILED", True),
        ),
        (f"Updated CMUpdatePackage state to 7 (PackageGuid={GUID})", PackageState(GUID, 7, "7", False)),
        ("Updated CMUpdatePackage state to 262146", None),
        ('State="262145"', None),
    ],
)
def test_states(message: str, found: PackageState | None) -> None:
    assert package_state(message) == found


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("(SiteCode=CS1, SubStageID=0xb0001, IsComplete=4, Progress=100, Applicable=1)", Step("CS1", 0xB0001, 4)),
        ("(SiteCode=cs1, SubStageID=0xD001A, IsComplete=3, Progress=100, Applicable=1)", Step("CS1", 0xD001A, 3)),
        # A step that does not apply to the site says nothing.
        ("(SiteCode=CS1, SubStageID=0xb0001, IsComplete=4, Progress=100, Applicable=0)", None),
        ("(SiteCode=CS1)", None),
    ],
)
def test_steps(told: str, found: Step | None) -> None:
    assert step(f"Successfully reported ConfigMgr update status {told}") == found


@pytest.mark.parametrize(("complete", "failed"), [(1, False), (2, False), (3, False), (4, True)])
def test_only_the_number_4_is_a_failure(complete: int, failed: bool) -> None:
    assert Step("CS1", 0xB0001, complete).failed is failed


def test_a_step_has_a_name_and_a_log_by_its_number_or_its_group() -> None:
    assert (step_kind(0xB0001).flow, step_kind(0xB0001).log) == ("content", "hman")
    assert (step_kind(0xC0099).flow, step_kind(0xC0099).log) == ("installation", "configmgrprereq")
    assert step_kind(0x10001).flow == ""


def test_every_failed_state_has_advice() -> None:
    names = [row["name"] for row in table("update_states")["states"] if row["phase"] == "failed"]
    assert "DOWNLOAD_FAILED" in names
    assert all(advice(name) for name in names)
