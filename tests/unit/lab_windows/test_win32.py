"""The values of the Win32 classes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from lab.cim.values import check_instance
from lab.windows.machine import Machine
from lab.windows.win32 import current_time

Build = Callable[[str], Machine]


@pytest.mark.parametrize("name", ["cas01", "scp01", "scp03", "scp04"])
def test_every_instance_fits_its_class(build: Build, rows: Any, name: str) -> None:
    machine = build(name)
    counted = 0
    for cls in machine.repository.classes("root/cimv2"):
        if cls.name.startswith(("Win32_", "CIM_")):
            for instance in rows(machine, cls.name):
                check_instance(instance, lambda wanted: machine.repository.find_class("root/cimv2", wanted))
                counted += 1
    assert counted > 80


@pytest.mark.parametrize(
    ("name", "caption", "build_number", "product"),
    [
        ("scp01", "Microsoft Windows Server 2022 Standard", "20348", 3),
        ("scp02", "Microsoft Windows Server 2025 Standard", "26100", 3),
        ("scp04", "Microsoft Windows Server 2012 R2 Standard", "9600", 3),
    ],
)
def test_operating_system(build: Build, rows: Any, name: str, caption: str, build_number: str, product: int) -> None:
    (os,) = rows(build(name), "Win32_OperatingSystem")
    assert (os["Caption"], os["BuildNumber"], os["ProductType"], os["OperatingSystemSKU"]) == (caption, build_number, product, 7)
    assert os["LastBootUpTime"] < os["LocalDateTime"]
    assert os["CSName"] == name.upper()


def test_the_administrators_group_has_a_german_name_and_the_same_sid(build: Build, rows: Any) -> None:
    names = {}
    for name in ("scp01", "scp03"):
        (group,) = [row for row in rows(build(name), "Win32_Group") if row["SID"] == "S-1-5-32-544"]
        names[name] = group["Name"]
    assert names == {"scp01": "Administrators", "scp03": "Administratoren"}


def test_members_are_references_to_accounts(machine: Machine, rows: Any) -> None:
    members = {
        dict(row["PartComponent"].keys)["Name"]
        for row in rows(machine, "Win32_GroupUser")
        if dict(row["GroupComponent"].keys)["Name"] == "Administrators"
    }
    assert members == {"scpadmin", "labadmin", "CAS01$", "STA01$", "STA02$"}


def test_disks_and_files(machine: Machine, rows: Any) -> None:
    disks = {row["DeviceID"]: (row["Size"], row["FreeSpace"]) for row in rows(machine, "Win32_LogicalDisk")}
    assert disks == {"C:": (100 * 2**30, 60 * 2**30), "D:": (200 * 2**30, 150 * 2**30)}
    volumes = rows(machine, "Win32_Volume")
    assert [row["DriveLetter"] for row in volumes] == ["C:", "D:"]
    assert volumes[0]["DeviceID"].startswith("\\\\?\\Volume{")
    assert volumes[0]["DeviceID"].endswith("}\\")
    (file,) = rows(machine, "CIM_DataFile")
    assert (file["Name"], file["Drive"], file["Path"], file["FileName"], file["Extension"], file["FileSize"]) == (
        "c:\\no_sms_on_drive.sms", "c:", "\\", "no_sms_on_drive", "sms", 0,
    )  # fmt: skip


def test_features_follow_the_installation(build: Build, rows: Any) -> None:
    def states(name: str) -> dict[str, int]:
        return {row["Name"]: row["InstallState"] for row in rows(build(name), "Win32_OptionalFeature")}

    assert states("scp01") == {"NetFx3": 1, "NetFx4": 1, "Server-Gui-Shell": 1}
    assert states("scp04")["NetFx3"] == 2


def test_current_time_counts_days_from_sunday() -> None:
    now = current_time(datetime(2026, 11, 22, 13, 5, 9, tzinfo=UTC))
    assert now == {
        "Year": 2026, "Month": 11, "Day": 22, "Hour": 13, "Minute": 5, "Second": 9,
        "DayOfWeek": 0, "Quarter": 4, "WeekInMonth": 4,
    }  # fmt: skip
