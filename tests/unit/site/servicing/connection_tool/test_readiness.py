"""What the checks before a run read, and how much disk space it needs."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.installed import Tool
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.readiness import (
    failed,
    needed_bytes,
    read_checks,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import Request
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from tests.unit.site.servicing.connection_tool.machine import TOOL, USER, Machine

GIB = 1024**3
PREPARE = Request("prepare", "", r"d:\USB\x.cab", ())
IMPORT = Request("import", r"C:\Packs", "", ())
ALL = [
    *("tool_version", "offline_mode", "administrator", "free_space_d"),
    *("tool_dotnet", "vc_runtime", "vc_runtime_x86", "odbc_driver"),
]
RUNTIME_X86 = r"software\wow6432node\microsoft\visualstudio\14.0\vc\runtimes\x86"
ODBC = r"software\microsoft\msodbcsql18"


@pytest.mark.parametrize(
    ("action", "download", "required", "pack", "needed"),
    [
        ("import", "latest", None, 7, 14),
        ("import", "latest", 5, 7, 5),
        ("import", "latest", 0, 7, 0),
        ("prepare", "all", None, 0, GIB // 10),
        ("export", "all", None, 0, GIB // 10),
        ("connect", "latest", None, 0, 4 * GIB),
        ("connect", "site_version", None, 0, 8 * GIB),
        ("connect", "hotfixes", None, 0, 8 * GIB),
        ("connect", "all", None, 0, 30 * GIB),
        ("connect", "all", 1, 0, 1),
    ],
)
def test_how_much_room_is_needed(action: str, download: str, required: int | None, pack: int, needed: int) -> None:
    assert needed_bytes(Request(action, "", "", ()), download, required, pack) == needed


def checks(
    machine: Machine, request: Request = PREPARE, site: str = "2609", tool: str = "5.0.9152.1000", **more: Any
) -> dict[str, Check]:
    found = read_checks(machine.session, request, Tool(TOOL, tool), site, more.get("mode", "offline"), more.get("needed", 1))
    return {check.id: check for check in found}


def test_every_check_before_a_run(machine: Machine) -> None:
    found = checks(machine, site="5.00.9152.1000")
    assert list(found) == ALL
    assert {check.status for check in found.values()} == {Status.PASSED}


def test_the_requirements_are_those_of_the_tool_s_version_else_of_the_site_s(machine: Machine) -> None:
    machine.keys[ODBC]["installedversion"] = "18.4.1.1"
    for site, tool, version in (
        ("5.00.9141.1000", "5.0.9152.1000", "2609"),
        ("5.00.9152.1000", "5.0.9141.1000", "2509"),
        ("", "5.0.9152.1000", "2609"),
        ("none", "5.0.9152.1000", "2609"),
        ("5.00.9152.1000", "", "2609"),
        ("5.00.9141.1000", "", "2509"),
    ):
        found = checks(machine, site=site, tool=tool)
        assert list(found) == ALL
        assert f"tool version {version} needs" in found["odbc_driver"].detail
        assert (found["odbc_driver"].status is Status.PASSED) is (version == "2509")
    assert list(checks(machine, site="", tool="")) == ALL[:4]
    assert list(checks(machine, site="none", tool="x")) == ALL[:4]


@pytest.mark.parametrize("action", ["prepare", "connect", "import", "export"])
def test_every_action_needs_the_runtime_for_x86_and_the_driver(machine: Machine, action: str) -> None:
    request = Request(action, r"c:\USB", r"d:\USB\x.cab", ())
    del machine.keys[RUNTIME_X86], machine.keys[ODBC]
    found = checks(machine, request, site="5.00.9152.1000")
    assert [check.id for check in failed(list(found.values()))] == ["vc_runtime_x86", "odbc_driver"]


def test_how_many_registry_values_are_read(machine: Machine) -> None:
    checks(machine)
    assert len([asked for asked in machine.asked if asked.startswith("Get")]) == 6


def test_the_room_is_that_of_the_destination_else_of_the_tool(machine: Machine) -> None:
    machine.free = {"D:": 10, "C:": 20}
    assert checks(machine, needed=11)["free_space_d"].status is Status.FAILED
    assert checks(machine, Request("prepare", "", r"c:\USB\x.cab", ()), needed=11)["free_space_c"].status is Status.PASSED
    assert checks(machine, IMPORT, needed=10)["free_space_d"].status is Status.PASSED
    assert checks(machine, Request("prepare", "", r"e:\USB\x.cab", ()))["free_space_e"].status is Status.FAILED


@pytest.mark.parametrize(
    ("groups", "status"),
    [
        (USER, Status.FAILED),
        ("", Status.WARNING),
        (CimFault(FaultKind.ACCESS_DENIED, RequestInfo("Create")), Status.FAILED),
        (CimFault(FaultKind.QUOTA, RequestInfo("Create")), Status.WARNING),
    ],
)
def test_who_is_administrator(machine: Machine, groups: str | CimFault, status: Status) -> None:
    machine.groups = groups
    assert checks(machine)["administrator"].status is status


def test_only_a_required_check_that_failed_forbids_a_run() -> None:
    found = [
        Check("a", "", Status.FAILED, ""),
        Check("b", "", Status.FAILED, "", required=False),
        Check("c", "", Status.WARNING, ""),
        Check("d", "", Status.PASSED, ""),
    ]
    assert [check.id for check in failed(found)] == ["a"]
