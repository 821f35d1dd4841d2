"""Where the tool is searched for."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.installed import (
    Tool,
    ToolMissing,
    find_tool,
)
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import RegistryError
from tests.unit.site.servicing.connection_tool.machine import TOOL, Machine

BELOW = r"SMSSETUP\TOOLS\ServiceConnectionTool"
SETUP = r"SOFTWARE\Microsoft\SMS\Setup"


@pytest.mark.parametrize("given", [TOOL, f" {TOOL}\\ ", rf"{TOOL}\SERVICEConnectionTool.exe"])
def test_the_folder_or_the_program(machine: Machine, given: str) -> None:
    found = find_tool(machine.session, given)
    assert found == Tool(TOOL, "5.0.9152.1000")
    assert (found.path, found.log) == (rf"{TOOL}\ServiceConnectionTool.exe", rf"{TOOL}\ServiceConnectionTool.log")


def test_the_root_of_installation_media(machine: Machine) -> None:
    machine.write(rf"E:\media\{BELOW}\ServiceConnectionTool.exe")
    assert find_tool(machine.session, r"E:\media").folder == rf"E:\media\{BELOW}"


def test_below_the_sites_own_installation(machine: Machine) -> None:
    machine.keys[SETUP.lower()] = {"installation directory": "D:\\SCCM\\ "}
    with pytest.raises(ToolMissing, match=r"cd\.latest"):
        find_tool(machine.session, "")
    machine.write(rf"D:\SCCM\cd.latest\{BELOW}\ServiceConnectionTool.exe")
    assert find_tool(machine.session, "").folder == rf"D:\SCCM\cd.latest\{BELOW}"


@pytest.mark.parametrize("values", [{}, {"installation directory": ""}])
def test_a_server_without_a_site(machine: Machine, values: dict[str, str]) -> None:
    with pytest.raises(ToolMissing, match="registry"):
        find_tool(machine.session, "")
    machine.keys[SETUP.lower()] = values
    with pytest.raises(ToolMissing, match="registry"):
        find_tool(machine.session, "")


def test_a_registry_that_refuses_is_told_as_that(machine: Machine) -> None:
    machine.keys[SETUP.lower()] = {"installation directory": 1}
    with pytest.raises(RegistryError):
        find_tool(machine.session, "")


def test_every_place_is_named(machine: Machine) -> None:
    with pytest.raises(ToolMissing) as missing:
        find_tool(machine.session, r"D:\Elsewhere")
    assert r"D:\Elsewhere or D:\Elsewhere\SMSSETUP" in str(missing.value)
    with pytest.raises(ToolMissing) as missing:
        find_tool(machine.session, r"D:\Elsewhere\ServiceConnectionTool.exe")
    assert str(missing.value).endswith(r"D:\Elsewhere")


def test_what_is_no_local_path(machine: Machine) -> None:
    with pytest.raises(ValueError, match="server"):
        find_tool(machine.session, r"\\server\share")


def test_a_tool_without_a_version(machine: Machine) -> None:
    machine.version = ""
    assert find_tool(machine.session, TOOL).version == ""
