"""Requests to the tool: options, command lines, and what is rejected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import (
    ROLE_VARIABLES,
    BadRequest,
    Request,
    called,
    read_request,
)

ROLE = Path(__file__).resolve().parents[5] / "roles" / "offline_updates"
CONNECT: dict[str, Any] = {"usage_data": r"D:\USB", "update_packs": r"D:\UpdatePacks"}


def request(action: str, site_name: str = "2609", **given: Any) -> Request:
    options = {"usage_data": None, "update_packs": None, "export_file": None, "download": "latest", "proxy": None}
    return read_request({"action": action, **options, **given}, site_name)


@pytest.mark.parametrize(
    ("action", "given", "source", "target", "shown"),
    [
        ("prepare", {"usage_data": r"D:\USB\X.cab"}, "", r"D:\USB\X.cab", r"-prepare -usagedatadest D:\USB\X.cab"),
        ("prepare", {"usage_data": " D:\\USB\\X.CAB "}, "", r"D:\USB\X.CAB", r"-prepare -usagedatadest D:\USB\X.CAB"),
        ("export", {"export_file": r"D:\USB\x.csv"}, "", r"D:\USB\x.csv", r"-export -dest D:\USB\x.csv"),
        ("import", {"update_packs": "D:\\My Packs\\"}, r"D:\My Packs", "", r'-import -updatepacksrc "D:\My Packs"'),
        (
            "connect",
            CONNECT,
            r"D:\USB",
            r"D:\UpdatePacks",
            r"-connect -usagedatasrc D:\USB -updatepackdest D:\UpdatePacks",
        ),
    ],
)
def test_the_command_lines_of_the_documentation(action: str, given: dict[str, Any], source: str, target: str, shown: str) -> None:
    made = request(action, **given)
    assert (made.action, made.source, made.target, made.proxy) == (action, source, target, "")
    assert made.shown == f"ServiceConnectionTool.exe {shown}"


@pytest.mark.parametrize(
    ("download", "last"),
    [
        ("latest", r"D:\UpdatePacks"),
        ("site_version", "-downloadsiteversion"),
        ("hotfixes", "-downloadhotfix"),
        ("all", "-downloadall"),
    ],
)
def test_what_is_downloaded(download: str, last: str) -> None:
    assert request("connect", **CONNECT, download=download).arguments[-1] == last


@pytest.mark.parametrize(
    ("proxy", "arguments", "known_as"),
    [
        (
            {"server": "itproxy.contoso.com", "port": 8080},
            ("-proxyserveruri", "itproxy.contoso.com:8080"),
            "itproxy.contoso.com:8080",
        ),
        ({"server": "ITProxy.contoso.com", "port": 80}, ("-proxyserveruri", "itproxy.contoso.com"), "itproxy.contoso.com:80"),
        ({"server": "", "port": 80}, ("-updatepackdest", r"D:\UpdatePacks"), ""),
        ({"server": None, "port": 80, "account": r"CORP\x"}, ("-updatepackdest", r"D:\UpdatePacks"), ""),
    ],
)
def test_the_proxy_has_its_port_unless_it_is_80(proxy: dict[str, Any], arguments: tuple[str, ...], known_as: str) -> None:
    made = request("connect", **CONNECT, proxy=proxy)
    assert made.arguments[-2:] == arguments
    assert made.proxy == known_as


def test_the_proxy_comes_after_the_kind_of_download() -> None:
    made = request("connect", **CONNECT, download="all", proxy={"server": "proxy", "port": 3128})
    assert made.arguments[-3:] == ("-downloadall", "-proxyserveruri", "proxy:3128")


@pytest.mark.parametrize(
    ("proxy", "said"),
    [
        (
            {"server": "itproxy.contoso.com", "port": 8080, "account": r"CORP\x"},
            "-proxyserveruri itproxy.contoso.com:8080 -proxyusername",
        ),
        ({"server": "a b", "port": 80}, "proxy.server"),
    ],
)
def test_a_proxy_that_the_tool_cannot_use(proxy: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRequest) as refused:
        request("connect", **CONNECT, proxy=proxy)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("action", "given", "said"),
    [
        ("prepare", {"usage_data": r"D:\USB\UsageData"}, ".cab"),
        ("prepare", {"usage_data": r"D:\USB\UsageData.csv"}, ".cab"),
        ("export", {"export_file": r"D:\USB\UsageData.cab"}, ".csv"),
        ("prepare", {"usage_data": r"D:\UsageData.cab"}, r"D:\USB\UsageData.cab"),
        ("prepare", {"usage_data": r"\\server\share\x.cab"}, "usage_data: "),
        ("prepare", {"usage_data": r"D:\a&b\x.cab"}, "usage_data: "),
        ("prepare", {"usage_data": ""}, "usage_data is missing"),
        ("import", {}, "update_packs is missing"),
        ("import", {"update_packs": r"\\server\share"}, "update_packs: "),
        ("connect", {"usage_data": r"D:\USB"}, "update_packs is missing"),
        ("connect", {"usage_data": r"D:\USB", "update_packs": r"D:\usb\Packs"}, "inside"),
        ("connect", {"usage_data": r"D:\USB\Packs\x.cab", "update_packs": r"D:\USB\Packs"}, "inside"),
        ("connect", {"usage_data": r"D:\USB", "update_packs": r"D:\USB"}, "inside"),
    ],
)
def test_what_cannot_be_asked(action: str, given: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRequest) as refused:
        request(action, **given)
    assert said in str(refused.value)


def test_folders_whose_names_begin_alike_are_separate() -> None:
    assert request("connect", usage_data=r"D:\USB", update_packs=r"D:\USB2").target == r"D:\USB2"


def test_the_default_download_is_broken_for_2002() -> None:
    with pytest.raises(BadRequest, match="site_version"):
        request("connect", "2002", **CONNECT)
    assert request("connect", "2002", **CONNECT, download="site_version").action == "connect"
    assert request("connect", "", **CONNECT).action == "connect"


@pytest.mark.parametrize(
    ("option", "action", "variable"),
    [
        ("tool_path", "prepare", "offline_updates_tool_path"),
        ("tool_path", "connect", "offline_updates_connected_tool_path"),
        ("run_timeout", "connect", "offline_updates_run_timeout"),
    ],
)
def test_an_option_is_told_by_its_name_in_the_role_too(option: str, action: str, variable: str) -> None:
    assert called(option, action) == f"{option} ({variable} in the role offline_updates)"


def test_the_role_has_the_variables_that_are_told() -> None:
    specs = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]["main"][
        "options"
    ]
    assert {*ROLE_VARIABLES.values(), "offline_updates_connected_tool_path"} <= specs.keys()
