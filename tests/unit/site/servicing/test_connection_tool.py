"""The service connection tool: what is asked of it, what it needs, and what its traces say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool import requirements, traces, verdict
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.readiness import needed_bytes
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import (
    ROLE_VARIABLES,
    BadRequest,
    Request,
    called,
    read_request,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.running import Run
from ansible_collections.configmgr.scp.plugins.module_utils.windows.folders import File
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

ROLE = Path(__file__).resolve().parents[4] / "roles" / "offline_updates"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MANIFEST = r"d:\packs\configmgr.update.manifest.enc"
HARMLESS = (
    "Unhandled Exception: System.UnauthorizedAccessException: Access to the path "
    r"'C:\Users\x\AppData\Local\Temp\extractmanifestcab\95F8A562.sql' is denied."
)


def request(action: str, site_name: str = "2609", **given: Any) -> Request:
    options = {"usage_data": None, "update_packs": None, "export_file": None, "download": "latest", "proxy": None}
    return read_request({"action": action, **options, **given}, site_name)


def test_the_command_lines_of_the_documentation() -> None:
    connect = {"usage_data": r"D:\USB", "update_packs": r"D:\UpdatePacks"}
    assert request("prepare", usage_data=r"D:\USB\UsageData.cab").shown == (
        r"ServiceConnectionTool.exe -prepare -usagedatadest D:\USB\UsageData.cab"
    )
    assert request("connect", **connect).shown == (
        r"ServiceConnectionTool.exe -connect -usagedatasrc D:\USB -updatepackdest D:\UpdatePacks"
    )
    assert request("connect", **connect, download="site_version").arguments[-1] == "-downloadsiteversion"
    assert request("connect", **connect, download="hotfixes").arguments[-1] == "-downloadhotfix"
    assert request("connect", **connect, download="all").arguments[-1] == "-downloadall"
    assert (
        request("import", update_packs="D:\\My Packs\\").shown
        == r'ServiceConnectionTool.exe -import -updatepacksrc "D:\My Packs"'
    )
    assert request("export", export_file=r"D:\USB\usagedata.csv").shown.endswith(r"-export -dest D:\USB\usagedata.csv")


def test_the_proxy_has_its_port_unless_it_is_80() -> None:
    connect = {"usage_data": r"D:\USB", "update_packs": r"D:\UpdatePacks"}
    through = request("connect", **connect, proxy={"server": "itproxy.contoso.com", "port": 8080})
    assert through.arguments[-2:] == ("-proxyserveruri", "itproxy.contoso.com:8080")
    plain = request("connect", **connect, proxy={"server": "itproxy.contoso.com", "port": 80})
    assert plain.arguments[-1] == "itproxy.contoso.com"
    with pytest.raises(BadRequest, match=r"-proxyserveruri itproxy\.contoso\.com:8080 -proxyusername ACCOUNT"):
        request("connect", **connect, proxy={"server": "itproxy.contoso.com", "port": 8080, "account": r"CORP\x"})


@pytest.mark.parametrize(
    ("action", "given", "said"),
    [
        ("prepare", {"usage_data": r"D:\USB\UsageData"}, "ends in .cab"),
        ("prepare", {"usage_data": r"D:\UsageData.cab"}, "root folder of its drive"),
        ("prepare", {"usage_data": r"\\server\share\x.cab"}, "usage_data:"),
        ("prepare", {"usage_data": r"D:\a&b\x.cab"}, "usage_data:"),
        ("import", {}, "update_packs is missing"),
        ("connect", {"usage_data": r"D:\USB", "update_packs": r"D:\usb\Packs"}, "one of them is inside the other"),
        ("connect", {"usage_data": r"D:\USB\Packs\x.cab", "update_packs": r"D:\USB\Packs"}, "one of them is inside the other"),
    ],
)
def test_what_cannot_be_asked(action: str, given: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRequest, match=said.replace(".", r"\.")):
        request(action, **given)


def test_the_default_download_is_broken_for_2002() -> None:
    connect = {"usage_data": r"D:\USB", "update_packs": r"D:\UpdatePacks"}
    with pytest.raises(BadRequest, match="site_version"):
        request("connect", "2002", **connect)
    assert request("connect", "2002", **connect, download="site_version").action == "connect"


@pytest.mark.parametrize(
    ("found", "site", "status"),
    [
        ("5.0.9152.1000", "5.00.9152.1000", Status.PASSED),
        ("5.0.9152.1000", "5.00.9152.1030", Status.PASSED),
        ("5.0.9146.1000", "5.00.9152.1000", Status.FAILED),
        ("", "5.00.9152.1000", Status.WARNING),
        ("5.0.9152.1000", "", Status.SKIPPED),
    ],
)
def test_the_tool_has_the_site_s_version(found: str, site: str, status: Status) -> None:
    assert requirements.tool_version(found, site, "tool", "prepare").status is status


def test_what_the_tool_needs() -> None:
    newest, old = versions.find("2609"), versions.find("2103")
    assert requirements.dotnet(394802, newest).status is Status.PASSED
    assert requirements.dotnet(379893, newest).status is Status.FAILED
    assert requirements.dotnet(379893, old).status is Status.PASSED
    assert requirements.dotnet(None, old).status is Status.FAILED
    assert requirements.dotnet(Unread("no right"), newest).status is Status.WARNING
    assert requirements.vc_runtime(None, newest).status is Status.FAILED
    assert requirements.vc_runtime(None, newest).required
    assert requirements.vc_runtime("14.51.36247.0", newest).status is Status.PASSED
    assert requirements.odbc_driver(None, newest, "prepare").status is Status.FAILED
    assert requirements.odbc_driver(None, newest, "connect").status is Status.WARNING
    assert requirements.odbc_driver(None, old, "prepare").status is Status.SKIPPED
    assert requirements.mode("prepare", "online").status is Status.FAILED
    assert requirements.mode("connect", "online").status is Status.SKIPPED
    assert requirements.mode("import", None).status is Status.SKIPPED
    assert requirements.rights(False).status is Status.FAILED
    assert requirements.rights(Unread("whoami told nothing")).status is Status.WARNING
    assert requirements.free_space(10, 11, "D:", "connect").status is Status.FAILED
    assert requirements.free_space(None, 1, "E:", "connect").status is Status.FAILED
    assert requirements.free_space(11, 11, "D:", "connect").status is Status.PASSED


def test_how_much_room_is_needed() -> None:
    run = Request("import", r"D:\Packs", "", ())
    assert needed_bytes(run, "latest", None, 7) == 14
    assert needed_bytes(run, "latest", 5, 7) == 5
    connect = Request("connect", r"D:\USB", r"D:\Packs", ())
    assert needed_bytes(connect, "all", None, 0) > needed_bytes(connect, "latest", None, 0) > 0


def file(path: str, size: int = 1, hours: float = 0) -> File:
    return File(path, size, NOW - timedelta(hours=hours))


def test_what_proves_a_download() -> None:
    assert traces.manifest_in([file(r"d:\packs\x.cab"), file(MANIFEST)]) is not None
    assert traces.manifest_in([file(MANIFEST, 0)]) is None
    assert traces.is_newer(file(MANIFEST), [file("a.cab", hours=1)])
    assert not traces.is_newer(file(MANIFEST, hours=2), [file("a.cab", hours=1)])
    assert traces.is_young(file(MANIFEST, hours=23), NOW, 1)
    assert not traces.is_young(file(MANIFEST, hours=25), NOW, 1)
    assert not traces.is_young(file(MANIFEST), None, 1)
    assert not traces.is_young(File(MANIFEST, 1, None), NOW, 1)


def test_what_proves_an_import() -> None:
    assert traces.has_imported(["INFO: x", "successfully dropped the state message 4~~"])
    assert not traces.has_imported(["Successfully Dropped the state message 40~~", "Successfully Dropped the state message 3"])
    identity = traces.identity_of({"A.cab": "0F"})
    assert identity == traces.identity_of({"a.CAB": "0f"})
    name = traces.saved_log_name("import", NOW, succeeded=True, identity=identity)
    assert name == f"ServiceConnectionTool-import-20261125T120000Z-{identity[:16]}.log"
    kept = [file(rf"c:\logs\{name}".lower()), file(r"c:\logs\hman.log")]
    assert traces.proofs_of_import(kept, identity) == kept[:1]
    assert traces.proofs_of_import(kept, "f" * 64) == []
    failed = traces.saved_log_name("import", NOW, succeeded=False, identity=identity)
    assert traces.proofs_of_import([file(failed.lower())], identity) == []


def test_a_cabinet_has_the_length_that_it_says() -> None:
    head = b"MSCF" + bytes(4) + (100).to_bytes(4, "little")
    assert traces.is_whole_cab(head, 100)
    assert traces.is_whole_cab(head, 150), "a signature follows"
    assert not traces.is_whole_cab(head, 50)
    assert not traces.is_whole_cab(head[:8], 100)
    assert not traces.is_whole_cab(b"MZ" + head[2:], 100)


@pytest.mark.parametrize(
    ("code", "text", "abnormal"),
    [
        (0, "", False),
        (1, "ERROR: anything", False),
        (-532462766, HARMLESS, False),
        (-532462766, "Unhandled Exception: System.IO.IOException: disk", True),
        (-1073741819, "", True),
        (None, "", True),
    ],
)
def test_which_ends_leave_half_a_thing(code: int | None, text: str, abnormal: bool) -> None:
    assert traces.is_abnormal_end(code, text) is abnormal


def test_what_a_failure_says() -> None:
    connect = Request("connect", r"D:\USB", r"D:\Packs", (), proxy="proxy:8080")
    run = Run(0, "", "", "INFO: begins\nERROR: The usage data is not valid.")
    assert "check that proxy:8080 is the name and port of the proxy" in verdict.failure(connect, run, [], "web01")
    plain = Request("connect", r"D:\USB", r"D:\Packs", ())
    assert "Its last message: ERROR: The usage data is not valid." in verdict.failure(plain, run, [], "web01")
    known = [{"id": "tool_disk_full", "title": "The drive is full", "cause": "Why.", "remedy": "Do."}]
    assert "The drive is full. Why. Do." in verdict.failure(plain, run, known, "web01")
    assert "offline_updates_run_timeout" in verdict.failure(plain, Run(None, "time", "", ""), [], "web01")
    assert "printed nothing" in verdict.failure(plain, Run(3, "", "", ""), [], "web01")
    assert "0xC0000005" in verdict.failure(plain, Run(-1073741819, "", "", ""), [], "web01")
    assert "\\x1b" in verdict.failure(plain, Run(0, "", "\x1b[2J bad", ""), [], "web01")
    assert verdict.warnings(plain, Run(-532462766, "", HARMLESS, ""))
    assert not verdict.warnings(plain, Run(0, "", "", ""))


@pytest.mark.parametrize(
    ("action", "variable"), [("prepare", "offline_updates_tool_path"), ("connect", "offline_updates_connected_tool_path")]
)
def test_an_option_is_told_by_its_name_in_the_role_too(action: str, variable: str) -> None:
    specs = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]["main"][
        "options"
    ]
    old = requirements.tool_version("5.0.9146.1000", "5.00.9152.1000", "tool", action)
    assert f"tool_path ({variable} in the role offline_updates)" in old.remedy
    assert variable in specs
    assert {called(option, "prepare").split()[1].strip("(") for option in ROLE_VARIABLES} <= specs.keys()
    full = requirements.free_space(10, 11, "D:", action)
    assert "required_free_bytes (offline_updates_required_free_gib in the role offline_updates)" in full.remedy


def test_packages_by_their_folders() -> None:
    guid = "c8e5a1f3-46d9-4d27-b3f0-5a7e9c2b8d53"
    assert traces.packages_in([file(rf"d:\packs\{guid}\{guid}.cab"), file(MANIFEST)]) == [guid.upper()]
