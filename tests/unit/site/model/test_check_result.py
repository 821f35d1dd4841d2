"""A check, and the list that the checking modules return."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import (
    Check,
    Status,
    cannot_tell,
    report,
)


def test_a_check_as_data() -> None:
    assert Check("a", "About a", Status.FAILED, "Found.", "Do.", False).as_data() == {
        "id": "a",
        "title": "About a",
        "status": "failed",
        "detail": "Found.",
        "remedy": "Do.",
        "required": False,
    }
    assert Check("a", "", Status.PASSED, "").as_data()["required"] is True


@pytest.mark.parametrize("required", [True, False])
def test_what_could_not_be_carried_out_is_a_warning(required: bool) -> None:
    check = cannot_tell("a", "About a", "no right", "Do.", required)
    assert (check.id, check.title, check.status, check.remedy, check.required) == (
        "a",
        "About a",
        Status.WARNING,
        "Do.",
        required,
    )
    assert "no right" in check.detail
    assert cannot_tell("a", "", "", "").required


@pytest.mark.parametrize(
    ("checks", "counts", "blocked"),
    [
        ([], (0, 0, 0, 0), False),
        ([(Status.FAILED, True)], (0, 0, 1, 0), True),
        ([(Status.FAILED, False), (Status.WARNING, True), (Status.SKIPPED, True)], (0, 1, 1, 1), False),
        ([(Status.PASSED, True), (Status.PASSED, False), (Status.FAILED, True)], (2, 0, 1, 0), True),
    ],
)
def test_a_required_check_that_failed_blocks(checks: list[tuple[Status, bool]], counts: tuple[int, ...], blocked: bool) -> None:
    found = report(Check("a", "", status, "", required=required) for status, required in checks)
    assert found["counts"] == dict(zip(("passed", "warning", "failed", "skipped"), counts, strict=True))
    assert found["blocked"] is blocked
    assert len(found["checks"]) == len(checks)
