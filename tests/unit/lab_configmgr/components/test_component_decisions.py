"""The decisions of site component manager, without carrying them out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lab.configmgr.components.component_decisions import Phase, Placement, Work, decide, role_count, roles_left
from lab.configmgr.database import EmbeddedProperty
from lab.configmgr.hierarchy import role_row

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
PLACE = ("scp01.corp.example", "SMS Dmp Connector")
INSTALL, REMOVE = Work(True, *PLACE), Work(False, *PLACE)
LATER, EARLIER = NOW + timedelta(minutes=1), NOW - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("phase", "retry_at", "wanted", "hurry", "work"),
    [
        (None, None, True, False, [INSTALL]),
        (None, None, False, False, []),
        (Phase.INSTALLING, None, True, True, []),
        (Phase.INSTALLING, None, False, True, []),
        (Phase.INSTALLED, None, True, True, []),
        (Phase.INSTALLED, None, False, False, [REMOVE]),
        (Phase.FAILED, LATER, True, False, []),
        (Phase.FAILED, EARLIER, True, False, [INSTALL]),
        (Phase.FAILED, LATER, True, True, [INSTALL]),
        (Phase.FAILED, LATER, False, False, [REMOVE]),
        (Phase.HUNG, None, True, False, []),
        (Phase.HUNG, None, True, True, [INSTALL]),
        (Phase.HUNG, None, False, False, [REMOVE]),
        (Phase.REMOVING, None, True, True, []),
        (Phase.REMOVING, None, False, True, []),
        (Phase.REMOVE_FAILED, LATER, False, False, []),
        (Phase.REMOVE_FAILED, EARLIER, False, False, [REMOVE]),
        (Phase.REMOVE_FAILED, LATER, True, False, [INSTALL]),
    ],
)
def test_decisions(phase: Phase | None, retry_at: datetime | None, wanted: bool, hurry: bool, work: list[Work]) -> None:
    placed = {} if phase is None else {PLACE: Placement(phase, retry_at)}
    assert decide([PLACE] if wanted else [], placed, NOW, {}, hurry) == work


def test_removals_come_first() -> None:
    new = ("scp02.corp.example", "SMS Dmp Connector")
    assert decide([new], {PLACE: Placement(Phase.INSTALLED)}, NOW, {}) == [REMOVE, Work(True, *new)]


def test_other_settings_of_the_server_make_a_failed_install_due() -> None:
    old = role_row(PLACE[0], "CAS", "SMS Site System")
    new = role_row(PLACE[0], "CAS", "SMS Site System", (EmbeddedProperty("UseMachineAccount", 0),))
    placed = {PLACE: Placement(Phase.FAILED, LATER, old)}
    assert decide([PLACE], placed, NOW, {PLACE[0]: old}) == []
    assert decide([PLACE], placed, NOW, {PLACE[0]: new}) == [INSTALL]


def test_counting_roles() -> None:
    rows = [role_row(PLACE[0], "CAS", name) for name in ("SMS Site System", "SMS Component Server", "SMS Management Point")]
    assert roles_left(rows) == ["SMS Management Point"]
    assert role_count(rows) == 2
    assert roles_left(rows[:2]) == []
