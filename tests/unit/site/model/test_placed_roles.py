"""Which roles are on which servers, under whichever name the rows have."""

from __future__ import annotations

import sys
from collections.abc import Collection
from types import FrameType

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, placed_roles, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import REMOTE_NAME, Setting
from tests.unit.site.fake_site import FakeSite
from tests.unit.site.support import row, scp_row, site_system_row

SCP01, SCP02 = "scp01.corp.example", "scp02.corp.example"
SQL = "SMS SQL Server"
SHORT = rows.with_settings(site_system_row("SCP03"), {REMOTE_NAME: Setting(0, "scp03.corp.example", "")})
ROWS = (site_system_row(SCP01), scp_row(SCP01), site_system_row(SCP02, "PR1"), row("sql.corp.example", SQL, "PR1"), SHORT)


@pytest.mark.parametrize(
    ("servers", "roles", "found"),
    [
        (None, (), ["scp01", "scp01", "scp02", "sql", "scp03"]),
        ([SCP01], (), ["scp01", "scp01"]),
        (["SCP01"], (), ["scp01", "scp01"]),
        ([SCP01, SCP02], (), ["scp01", "scp01", "scp02"]),
        ([SCP01], (SQL,), ["scp01", "scp01", "sql"]),
        ([], (SQL,), ["sql"]),
        ([], (), []),
        # A full name finds a row under a short one; it has no settings here that tell more.
        (["scp03.corp.example"], (), ["scp03"]),
        (["scp03"], (), ["scp03"]),
    ],
)
def test_rows_without_their_settings(servers: Collection[str] | None, roles: tuple[str, ...], found: list[str]) -> None:
    placed = placed_roles.read_placed(FakeSite(*ROWS).session, "CAS", servers, roles)
    assert [rows.server_of(one).partition(".")[0] for one in placed] == found
    assert all("Props" not in one for one in placed)


def test_a_role_on_any_server_is_told_though_others_are_looked_for() -> None:
    """A row without a path may be of any server, so the site returns it; its NAL path decides."""
    other = row("scp09.corp.example", "SMS Other").with_values({"NetworkOSPath": ""})
    placed = placed_roles.read_placed(FakeSite(*ROWS, other).session, "CAS", [SCP01], (SQL,))
    assert "scp09.corp.example" not in [rows.server_of(one) for one in placed]


@pytest.mark.parametrize(
    ("servers", "found"), [(None, [SCP01, SCP02, "scp03.corp.example"]), ([SCP02], [SCP02]), (["SCP01"], [SCP01]), ([], [])]
)
def test_whole_rows_of_site_systems(servers: Collection[str] | None, found: list[str]) -> None:
    site = FakeSite(*ROWS)
    systems = placed_roles.read_site_systems(site.session, "CAS", servers)
    assert [rows.server_of(one) for one in systems] == found
    assert all(rows.role_of(one) == naming.SITE_SYSTEM for one in systems)
    assert len(site.queries) == (1 if found else 0)


def test_roles_by_site_and_server_in_order() -> None:
    placed = [row(SCP01, SQL, "PR1"), row(SCP01, "B"), row(SCP01, "A"), row(SCP01, "A"), row("app.corp.example", "Z", "PR1")]
    assert list(placed_roles.roles_by_server(placed).items()) == [
        (("CAS", SCP01), ["A", "B"]),
        (("PR1", "app.corp.example"), ["Z"]),
        (("PR1", SCP01), [SQL]),
    ]


def test_a_short_name_counts_for_the_one_full_name_of_the_same_site() -> None:
    short = row("scp01", "A")
    assert placed_roles.roles_by_server([short]) == {("CAS", "scp01"): ["A"]}
    assert placed_roles.roles_by_server([short, row(SCP02, "B")]) == {("CAS", "scp01"): ["A"], ("CAS", SCP02): ["B"]}
    assert placed_roles.roles_by_server([short, row(SCP01, "B")]) == {("CAS", SCP01): ["A", "B"]}
    assert placed_roles.roles_by_server([short], [site_system_row(SCP01)]) == {("CAS", SCP01): ["A"]}
    assert placed_roles.roles_by_server([short], [site_system_row(SCP01, "PR1")]) == {("CAS", "scp01"): ["A"]}
    assert placed_roles.roles_by_server([short], [site_system_row(SCP01), site_system_row("scp01.other.example")]) == {
        ("CAS", "scp01"): ["A"]
    }


def test_the_work_grows_as_the_number_of_servers() -> None:
    def calls(servers: int) -> int:
        placed = [row(f"dp{number:04}.corp.example", role) for number in range(servers) for role in ("A", "B")]
        placed += [row(f"dp{number:04}", "C") for number in range(servers)]
        made = 0

        def count(_frame: FrameType, event: str, _argument: object) -> None:
            nonlocal made
            made += event == "call"

        sys.setprofile(count)
        try:
            placed_roles.roles_by_server(placed)
        finally:
            sys.setprofile(None)
        return made

    assert calls(200) < 2.2 * calls(100)


def test_rows_of_servers() -> None:
    assert placed_roles.of_servers(ROWS, None) == list(ROWS)
    assert placed_roles.of_servers(ROWS, [SCP02, "SCP01"]) == list(ROWS[:3])
    assert placed_roles.of_servers(ROWS, []) == []


@pytest.mark.parametrize(("server", "by_pattern"), [(SCP01, False), ("scp01", True)])
def test_only_a_short_name_is_looked_for_by_a_pattern(server: str, by_pattern: bool) -> None:
    site = FakeSite()
    placed_roles.read_placed(site.session, "CAS", [server])
    assert ("LIKE" in site.queries[0]) is by_pattern
