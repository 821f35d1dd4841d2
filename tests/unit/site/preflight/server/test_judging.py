"""The common part of the checks of a server."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server.judging import by_version, dotted, unread
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("18.4.1.1", (18, 4, 1, 1)),
        (" 18.0.0 ", (18,)),
        ("18.0.1.0", (18, 0, 1)),
        ("14", (14,)),
        ("0.0", ()),
        ("1.2.3.4.5.6", (1, 2, 3, 4, 5, 6)),
        ("1.2.3.4.5.6.7", None),
        ("18.", None),
        ("v18", None),
        ("", None),
        ("1234567890", None),
    ],
)
def test_a_dotted_version(text: str, numbers: tuple[int, ...] | None) -> None:
    assert dotted(text) == numbers


@pytest.mark.parametrize("required", [True, False])
def test_what_the_server_did_not_show(required: bool) -> None:
    check = unread("a", "About a", Unread("no right"), required)
    assert (check.id, check.status, check.required) == ("a", Status.WARNING, required)
    assert "no right" in check.detail
    assert check.remedy
    assert unread("a", "", Unread("")).required


@pytest.mark.parametrize(
    ("version", "status", "told"),
    [
        ("2609", Status.FAILED, ""),
        ("5.00.99999.1000", Status.WARNING, "newer"),
        ("5.00.1000.1000", Status.WARNING, "older"),
        ("5.00.9150.1000", Status.WARNING, "not in"),
    ],
)
def test_a_verdict_of_a_version_that_is_not_known_is_a_warning(version: str, status: Status, told: str) -> None:
    check = by_version(Check("a", "About a", Status.FAILED, "Found.", "Do.", False), versions.find(version))
    assert (check.id, check.title, check.status, check.required) == ("a", "About a", status, False)
    assert "Found." in check.detail
    assert told in check.detail
    assert (check.remedy == "Do.") is (version == "2609")


def test_what_is_skipped_stays_skipped() -> None:
    skipped = Check("a", "", Status.SKIPPED, "")
    assert by_version(skipped, versions.find("5.00.99999.1000")) is skipped
