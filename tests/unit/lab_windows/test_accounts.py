"""Groups, their members, and the administrators that follow from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lab.estate_file.reader import load
from lab.windows.accounts import member_reference
from lab.windows.groups import Directory, Kind, directory_of, made_sid
from lab.windows.machine import Machine

Build = Callable[[str], Machine]
GONE = "S-1-5-21-1004336348-1177238915-682003330-1234"


def _members(rows: Any, machine: Machine, sid: str = "S-1-5-32-544") -> set[tuple[str, str, str]]:
    (group,) = [row for row in rows(machine, "Win32_Group") if row["SID"] == sid]
    found = set()
    for row in rows(machine, "Win32_GroupUser"):
        if dict(row["GroupComponent"].keys) == {"Domain": group["Domain"], "Name": group["Name"]}:
            keys = dict(row["PartComponent"].keys)
            found.add((row["PartComponent"].class_name, keys["Domain"], keys["Name"]))
    return found


def test_local_accounts_only_where_they_are(build: Build, rows: Any) -> None:
    def local(name: str) -> list[str]:
        return [row["Name"] for row in rows(build(name), "Win32_UserAccount") if row["LocalAccount"]]

    assert (local("scp01"), local("scp02"), local("scp08")) == (["labadmin"], [], ["localadmin"])


def test_members_of_the_domain_list_its_users_and_groups_but_not_its_computers(build: Build, rows: Any) -> None:
    domain = [row for row in rows(build("scp01"), "Win32_UserAccount") if not row["LocalAccount"]]
    assert {row["Domain"] for row in domain} == {"CORP"}
    assert "scpadmin" in {row["Name"] for row in domain}
    assert not [row["Name"] for row in domain if row["Name"].endswith("$")]
    groups = {row["Name"]: row["SIDType"] for row in rows(build("scp01"), "Win32_Group") if not row["LocalAccount"]}
    assert groups == {"SCP-Servers": 2, "SCP-Admins": 2, "Help Desk": 2}
    assert len({row["SID"] for row in rows(build("scp01"), "Win32_UserAccount")}) == len(domain) + 1


def test_a_workgroup_knows_nobody_of_the_domain(build: Build, rows: Any) -> None:
    machine = build("scp08")
    assert [row["Name"] for row in rows(machine, "Win32_UserAccount")] == ["localadmin"]
    assert [row["LocalAccount"] for row in rows(machine, "Win32_Group")] == [True, True]
    (system,) = rows(machine, "Win32_ComputerSystem")
    assert (system["PartOfDomain"], system["Domain"], system["Workgroup"], system["DomainRole"]) == (
        False,
        "WORKGROUP",
        "WORKGROUP",
        0,
    )
    assert not machine.is_administrator("CORP\\scpadmin")
    assert machine.is_administrator("localadmin")


def test_members_of_every_kind(build: Build, rows: Any) -> None:
    assert _members(rows, build("scp03")) == {
        ("Win32_UserAccount", "CORP", "scpadmin"),
        ("Win32_Group", "CORP", "Help Desk"),
        ("Win32_UserAccount", "", GONE),
        ("Win32_UserAccount", "CORP", "CAS01$"),
        ("Win32_UserAccount", "CORP", "STA01$"),
        ("Win32_UserAccount", "CORP", "STA02$"),
    }
    assert ("Win32_UserAccount", "SCP01", "labadmin") in _members(rows, build("scp01"))
    assert member_reference(build("scp01"), GONE).keys == (("Domain", ""), ("Name", GONE))


def test_system_accounts_speak_the_language_of_windows(build: Build, rows: Any) -> None:
    names = [
        {row["SID"]: row["Name"] for row in rows(build(name), "Win32_SystemAccount")}["S-1-1-0"] for name in ("scp01", "scp03")
    ]
    assert names == ["Everyone", "Jeder"]


def test_administrators_through_nested_groups(build: Build) -> None:
    nested = build("scp06")
    assert [nested.is_administrator(f"corp\\{name}") for name in ("cas01$", "sta02$", "pri1$", "scpreader")] == [
        True,
        True,
        False,
        False,
    ]
    assert build("scp03").is_administrator("CORP\\scpreader")


def test_groups_may_go_in_circles() -> None:
    directory = Directory("D", (), {"d\\a": ("D\\b",), "d\\b": ("D\\a", "D\\user")})
    assert directory.holds(["D\\A"], "d\\USER")
    assert not directory.holds(["D\\A"], "d\\other")


def test_kinds() -> None:
    directory = directory_of(load())
    members = ["CORP\\CAS01$", "CORP\\help desk", "CORP\\scpadmin", "labadmin", GONE, "CORP\\nobody"]
    assert [directory.kind(member) for member in members] == [
        Kind.COMPUTER,
        Kind.GROUP,
        Kind.USER,
        Kind.USER,
        Kind.GONE,
        Kind.USER,
    ]
    assert directory.find("OTHER\\scpadmin") is None


def test_sids_are_the_same_each_time() -> None:
    assert made_sid("corp.example") == made_sid("CORP.example") != made_sid("scp01")
    assert made_sid("corp.example").startswith("S-1-5-21-")


@pytest.mark.parametrize("name", ["scp01", "scp07"])
def test_each_machine_has_its_clock(build: Build, rows: Any, name: str) -> None:
    machine = build(name)
    offset = {"scp01": 0, "scp07": 600}[name]
    (os,) = rows(machine, "Win32_OperatingSystem")
    assert abs((os["LocalDateTime"] - machine.clock.now()).total_seconds() - offset) < 5
    (utc,) = rows(machine, "Win32_UTCTime")
    assert (utc["Hour"], utc["Minute"]) in {
        (machine.now().hour, machine.now().minute),
        (os["LocalDateTime"].hour, os["LocalDateTime"].minute),
    }
