"""How the tool fails: by itself, and with injected faults. Only its log and its output files show it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lab.configmgr.connection_tool import requirements
from lab.configmgr.connection_tool.program import ACCESS_DENIED_EXIT, DIED_EXIT, UNHANDLED_EXIT
from lab.winrm.programs import Signal
from tests.unit.lab_configmgr.connection_tool.conftest import FOLDER, NEW, ON_ROLE_SERVER, Tools, ended, offline_estate

MANIFEST = r"D:\USB\Packs\ConfigMgr.Update.Manifest.ENC"
PAYLOAD = rf"D:\USB\Packs\{NEW}\{NEW}.cab"
SIZE = int(2.5 * 2**20)
VC_KEY = r"HKLM\SOFTWARE\WOW6432Node\Microsoft\VisualStudio\14.0\VC\Runtimes\x64"
VC_X86_KEY = VC_KEY.replace("x64", "x86")
ODBC_KEY = r"HKLM\SOFTWARE\Microsoft\MSODBCSQL18"
NET_KEY = r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full"


def test_without_an_action_it_tells_its_usage(tools: Tools) -> None:
    done = tools.run("web01", "")
    assert done.stdout.startswith("Usage: ServiceConnectionTool.exe\r\n")
    assert done.code != 0
    assert tools.log("web01") == ""


def test_only_local_administrators_may(tools: Tools) -> None:
    tools.machine("scp02").remote_management_users.append("CORP\\reader")
    done = tools.run("scp02", r"-prepare -usagedatadest C:\Usage.cab", "reader", ON_ROLE_SERVER)
    assert (done.code, done.stderr) == (ACCESS_DENIED_EXIT, "Access is denied.\r\n")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda m: m.registry.set(NET_KEY, "Release", 461807), ".NETFramework,Version=v4.7.2"),
        (lambda m: m.registry.set(VC_KEY, "Version", "v14.27.1.0"), "Could not load file or assembly"),
        (lambda m: m.registry.delete(VC_KEY), "Could not load file or assembly"),
        (lambda m: m.registry.delete(VC_X86_KEY), "Could not load file or assembly"),
        (lambda m: m.files.delete(rf"{ON_ROLE_SERVER}\ServiceConnectionTool.exe.config"), "'ServiceConnectionTool.exe.config'"),
    ],
)
def test_what_it_cannot_start_without(tools: Tools, spoil: Callable[..., object], said: str) -> None:
    spoil(tools.machine("scp02"))
    done = tools.prepare()
    assert said in done.stderr
    assert done.code == UNHANDLED_EXIT
    assert tools.log("scp02", ON_ROLE_SERVER) == ""


@pytest.mark.parametrize("machine", ["scp02", "web01"])
@pytest.mark.parametrize(("driver", "said"), [(None, "is not installed"), ("18.4.1.1", "is older than the required version")])
def test_from_2509_it_checks_the_driver_on_both_servers(tools: Tools, machine: str, driver: str | None, said: str) -> None:
    tools.prepare()
    registry = tools.machine(machine).registry
    if driver is None:
        registry.delete(ODBC_KEY)
    else:
        registry.set(ODBC_KEY, "InstalledVersion", driver)
    done, folder = (tools.connect(), FOLDER) if machine == "web01" else (tools.prepare(), ON_ROLE_SERVER)
    assert done.code == 0
    (line,) = tools.log(machine, folder).splitlines()[1:]
    assert "ODBC Driver 18 for SQL Server" in line
    assert said in line.replace("installed but it is ", "")
    assert not tools.machine("web01").files.exists(MANIFEST)


def test_before_2509_the_driver_is_missed_only_when_the_database_is_read() -> None:
    old = offline_estate().replace("5.00.9152.", "5.00.9135.")
    tools = Tools(old.replace("type: primary, server: sta01,", "type: primary, server: sta01, version: 5.00.9135.1000,"))
    tools.machine("scp02").registry.delete(ODBC_KEY)
    assert tools.prepare().code == 0
    assert "[Microsoft][ODBC Driver Manager]" in tools.log("scp02", ON_ROLE_SERVER)
    assert not tools.machine("scp02").files.exists(r"C:\Usage.cab")


@pytest.mark.parametrize(
    ("tool", "driver", "refused"),
    [
        ("5.00.9141.1000", "18.4.1.1", False),
        ("5.00.9141.1000", "18.3.3.1", True),
        ("5.00.9135.1000", "none", False),
        ("5.00.9152.1000", "18.6.2.1", False),
    ],
)
def test_the_driver_that_each_version_of_the_tool_accepts(tools: Tools, tool: str, driver: str, refused: bool) -> None:
    machine = tools.machine("web01")
    machine.registry.delete(ODBC_KEY)
    if driver != "none":
        machine.registry.set(ODBC_KEY, "InstalledVersion", driver)
    assert bool(requirements.driver_refused(machine, tool)) is refused
    assert requirements.has_database_driver(machine, tool) is (driver != "none")


@pytest.mark.parametrize(("tool", "release"), [("5.00.9146.1000", 394802), ("5.00.9152.1000", 461808)])
def test_the_framework_that_each_version_of_the_tool_is_built_for(tools: Tools, tool: str, release: int) -> None:
    machine = tools.machine("web01")
    for found, starts in ((release, True), (release - 1, False)):
        machine.registry.set(NET_KEY, "Release", found)
        assert (requirements.complaint(machine, tool) == "") is starts


def _no_rights(tools: Tools) -> None:
    tools.machine("sta03").administrators.remove("CORP\\admin")
    tools.estate.two.state.accounts.pop("CORP\\admin")


def _denied(tools: Tools) -> None:
    tools.estate.faults.order("database_unreadable", target="ST1")


def _dead(tools: Tools) -> None:
    tools.machine("sta03").alive = False


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_no_rights, "Login failed for user 'CORP\\admin'"),
        (_denied, "The SELECT permission was denied"),
        (_dead, "error occurred while establishing a connection to SQL Server"),
    ],
)
def test_the_database_must_be_readable(tools: Tools, spoil: Callable[[Tools], None], said: str) -> None:
    spoil(tools)
    assert tools.prepare().code == 0
    assert "ERROR:" in tools.log("scp02", ON_ROLE_SERVER)
    assert said in tools.log("scp02", ON_ROLE_SERVER)
    assert not tools.machine("scp02").files.exists(r"C:\Usage.cab")


def test_who_logged_on_is_not_passed_on_to_another_server_by_itself() -> None:
    tools = Tools(offline_estate().replace("delegation: true", "delegation: false"))
    tools.prepare()
    assert "Login failed for user 'NT AUTHORITY\\ANONYMOUS LOGON'." in tools.log("scp02", ON_ROLE_SERVER)
    assert not tools.machine("scp02").files.exists(r"C:\Usage.cab")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (r"-prepare -usagedatadest C:\NoFolder\x.cab", "Could not find a part of the path"),
        (r"-prepare -usagedatadest C:\x.zip", "is not a .cab file"),
        (r"-export -dest C:\x.txt", "is not a .csv file"),
        (r"-import -updatepacksrc C:\NoFolder", "Could not find a part of the path"),
        (r"-import -updatepacksrc C:\Windows", "ConfigMgr.Update.Manifest.ENC"),
    ],
)
def test_paths_that_will_not_do(tools: Tools, line: str, said: str) -> None:
    assert tools.run("scp02", line, folder=ON_ROLE_SERVER).code == 0
    assert said in tools.log("scp02", ON_ROLE_SERVER)


def test_only_the_service_connection_point_prepares(tools: Tools) -> None:
    tools.run("web01", r"-prepare -usagedatadest D:\x.cab")
    assert "is not a service connection point" in tools.log("web01")


def test_the_versions_of_tool_and_site_must_match() -> None:
    tools = Tools(offline_estate().replace(r"path: 'C:\Media', version: 5.00.9152", r"path: 'C:\Media', version: 5.00.9146"))
    tools.prepare()
    assert "does not match the version 5.00.9152.1000 of the site" in tools.log("scp02", ON_ROLE_SERVER)


@pytest.mark.parametrize("content", [b"no cabinet", None])
def test_bad_usage_data(tools: Tools, content: bytes | None) -> None:
    if content is not None:
        tools.machine("web01").files.write(r"D:\USB\x.cab", content)
    tools.run("web01", r"-connect -usagedatasrc D:\USB -updatepackdest D:\USB\Packs")
    assert "sage data" in tools.log("web01")
    assert not tools.machine("web01").files.exists(MANIFEST)


@pytest.mark.parametrize("proxy", ["proxy01.corp.example", "proxy01.corp.example:3128", "nobody.corp.example:8080"])
def test_a_wrong_proxy_is_told_as_wrong_data(tools: Tools, proxy: str) -> None:
    tools.prepare()
    tools.connect(f"-proxyserveruri {proxy}")
    assert "ERROR:The usage data is not valid" in tools.log("web01").replace("ERROR: ", "ERROR:")
    assert "proxy" not in tools.log("web01").lower()
    tools.connect("-proxyserveruri proxy01.corp.example:8080")
    assert tools.machine("web01").files.exists(MANIFEST)


@pytest.mark.parametrize(("password", "passes"), [(b"Lab-Admin-1\r\n", True), (b"wrong\n", False)])
def test_a_proxy_that_wants_a_password_is_asked_for_one(tools: Tools, password: bytes, passes: bool) -> None:
    tools.prepare()
    tools.machine("web01").files.write(r"D:\USB\Usage.cab", tools.machine("scp02").files.read(r"C:\Usage.cab") or b"")
    line = r"-connect -usagedatasrc D:\USB -updatepackdest D:\USB\Packs -proxyserveruri proxy02.corp.example:3128"
    program, output = tools.start("web01", rf"{line} -proxyusername CORP\admin")
    tools.estate.clock.advance(600)
    part = output.read(1000, 0)
    assert part is not None
    assert part.chunks == (("stdout", b"Password for CORP\\admin: "),)
    assert part.exit_code is None
    program.stdin(password, False)
    tools.estate.clock.advance(7200)
    assert ended(output).stdout == ""
    assert tools.machine("web01").files.exists(MANIFEST) is passes
    assert ("(407)" in tools.log("web01")) is not passes


@pytest.mark.parametrize(
    ("endpoint", "said", "manifest"),
    [
        ("{default: name_resolution}", "could not be resolved: 'sccm.manage.microsoft.com'", False),
        ("{endpoints: [{host: download.microsoft.com, problem: refused}]}", "Unable to connect", False),
        ("{endpoints: [{host: go.microsoft.com, status: 503}]}", "(503) Service Unavailable", False),
        ("{endpoints: [{host: '*.cdn.manage.microsoft.com', problem: reset}]}", "AdminUIContentDownloadDownload", True),
    ],
)
def test_an_endpoint_that_fails(endpoint: str, said: str, manifest: bool) -> None:
    tools = Tools(offline_estate().replace("name: web01,", f"name: web01, internet: {endpoint},"))
    tools.prepare()
    tools.connect()
    assert said in tools.log("web01")
    assert tools.machine("web01").files.exists(MANIFEST) is manifest


@pytest.mark.parametrize(("version", "stops"), [("5.00.9141.1000", True), ("5.00.9135.1000", False)])
def test_a_redistributable_file_that_is_not_to_be_had(version: str, stops: bool) -> None:
    at = r"folder: 'D:\ServiceConnectionTool', version: "
    tools = Tools(offline_estate().replace(f"{at}5.00.9152.1000", f"{at}{version}"))
    tools.prepare()
    tools.estate.faults.order("tool_redist_missing", target="web01", count=1)
    tools.connect()
    assert "Failed to download Redists" in tools.log("web01")
    assert tools.machine("web01").files.exists(MANIFEST) is not stops
    tools.connect()
    assert tools.machine("web01").files.exists(MANIFEST)


@pytest.mark.parametrize("phase", ["payload", "redist", "manifest"])
def test_it_dies_in_the_middle_of_a_download(tools: Tools, phase: str) -> None:
    tools.prepare()
    tools.estate.faults.order("tool_crash", target="web01", phase=phase, count=1)
    done = tools.connect()
    assert (done.code, done.stdout, done.stderr) == (DIED_EXIT, "", "")
    files = tools.machine("web01").files
    whole = {"payload": PAYLOAD, "redist": rf"D:\USB\Packs\{NEW}\Redist\a.msi", "manifest": MANIFEST}
    half = {name: files.size(path) for name, path in whole.items()}
    tools.connect()
    assert 0 < (half[phase] or 0) < (files.size(whole[phase]) or 0)
    assert files.size(PAYLOAD) == SIZE


def test_it_dies_in_the_middle_of_an_import_and_can_be_repeated(tools: Tools) -> None:
    tools.prepare()
    tools.connect()
    tools.carry_back()
    tools.estate.faults.order("tool_crash", target="scp02", phase="import", count=1)
    assert tools.import_().code == DIED_EXIT
    local = tools.machine("scp02").files
    assert local.size(rf"C:\SMS\EasySetupPayload\Offline\{NEW.lower()}\{NEW}.cab") == SIZE // 2
    assert "state message 4" not in tools.log("scp02", ON_ROLE_SERVER)
    assert NEW not in tools.states
    tools.import_()
    assert NEW in tools.states


@pytest.mark.parametrize("spoil", [b"x", None])
def test_a_pack_that_was_damaged_on_the_way(tools: Tools, spoil: bytes | None) -> None:
    tools.prepare()
    tools.connect()
    tools.carry_back()
    files = tools.machine("scp02").files
    path = rf"C:\Packs\{NEW}\{NEW}.cab"
    if spoil is None:
        files.write(path, (files.read(path) or b"")[:-1])
    else:
        files.write_at(path, 2**20 + 3, spoil)
    tools.import_()
    assert f"Failed hash check for '{path}'" in tools.log("scp02", ON_ROLE_SERVER)
    assert NEW not in tools.states
    files.delete(path)
    tools.import_()
    assert f"Could not find file '{path}'" in tools.log("scp02", ON_ROLE_SERVER)


def test_no_room_by_order_and_for_want_of_it(tools: Tools) -> None:
    tools.prepare()
    tools.estate.faults.order("tool_disk_full", target="web01", phase="payload", count=1)
    assert tools.connect().code == 0
    assert "There is not enough space on the disk." in tools.log("web01")
    assert tools.machine("web01").files.size(PAYLOAD) == SIZE // 2
    assert not tools.machine("web01").files.exists(MANIFEST)

    small = Tools(
        offline_estate().replace("[{letter: C}, {letter: D}]", "[{letter: C}, {letter: D, size_gb: 1, free_gb: 0.001}]")
    )
    small.prepare()
    small.connect()
    assert "There is not enough space on the disk." in small.log("web01")


def test_an_exit_code_by_order(tools: Tools) -> None:
    tools.estate.faults.order("tool_exit_code", target="scp02", code=7, count=1)
    assert tools.prepare().code == 7
    assert tools.machine("scp02").files.exists(r"C:\Usage.cab")
    assert tools.prepare().code == 0


def test_a_signal_ends_it_where_it_stands(tools: Tools) -> None:
    program, output = tools.start("scp02", r"-prepare -usagedatadest C:\Usage.cab", folder=ON_ROLE_SERVER)
    tools.estate.clock.advance(3)
    program.signal(Signal.CTRL_C)
    assert ended(output).code != 0
    tools.estate.clock.advance(600)
    assert not tools.machine("scp02").files.exists(r"C:\Usage.cab")
    assert tools.log("scp02", FOLDER) == ""
