from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.windows import pending_restart, software
from ansible_collections.configmgr.scp.plugins.module_utils.windows.certificates import read_roots
from ansible_collections.configmgr.scp.plugins.module_utils.windows.local_groups import Kind, member_of, read_administrators
from ansible_collections.configmgr.scp.plugins.module_utils.windows.operating_system import (
    read_computer,
    read_installation_type,
    read_operating_system,
)
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable, Unread, attempt
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import KeyMissing, RegistryError
from ansible_collections.configmgr.scp.plugins.module_utils.windows.volumes import read_drives
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError, Unreachable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimPath
from tests.unit.windows.support import FakeServer, denied

SETUP = r"SOFTWARE\Microsoft\NET Framework Setup\NDP"
RUNTIME = r"SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\x64"
RUNTIMES_32 = r"SOFTWARE\WOW6432Node\Microsoft\VisualStudio\14.0\VC\Runtimes"
NET = r"SOFTWARE\Microsoft\.NETFramework"
G2 = "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4"
OTHER = "D4DE20D05E66FC53FE1A50882C78DB2852CAE474"


def test_reading_the_registry() -> None:
    server = FakeServer({r"K\Sub": {"Number": 7, "List": ["a", ""], "Text": "x"}})
    registry = server.registry
    assert registry.get_dword(r"K\Sub", "Number") == 7
    assert registry.get_strings(r"K\Sub", "List") == ["a", ""]
    assert registry.get_dword(r"K\Sub", "None") is None
    assert registry.get_strings(r"K\Sub", "None") is None
    assert registry.value_names(r"K\Sub") == ["number", "list", "text"]
    assert registry.value_types(r"K\Sub") == {"number": 4, "list": 7, "text": 1}
    assert registry.subkeys("K") == ["SUB"]
    assert registry.subkeys(r"K\Sub") == []
    assert len(server.asked) == 8


def test_reading_what_the_registry_does_not_have() -> None:
    registry = FakeServer({"K": {"Text": "x"}}).registry
    with pytest.raises(RegistryError, match="does not have the expected type"):
        registry.get_dword("K", "Text")
    for read in (registry.value_names, registry.subkeys):
        with pytest.raises(KeyMissing, match=r"HKLM\\L does not exist"):
            read("L")


def test_the_runtime_in_each_view_of_the_registry() -> None:
    both = FakeServer({RUNTIME: {"Version": "v14.40"}, rf"{RUNTIMES_32}\x64": {"Version": "v14.38"}})
    assert software.vc_runtime_by_view(both.registry) == ("v14.40", "v14.38")
    assert software.vc_runtime_by_view(FakeServer({}).registry) == (None, None)


@pytest.mark.parametrize("error", [denied(), AnswerError("odd"), NotReadable("odd"), RegistryError("odd")])
def test_a_refused_read_is_told_and_no_more(error: Exception) -> None:
    def fail() -> int:
        raise error

    assert attempt(fail) == Unread(str(error))
    assert attempt(lambda: 3) == 3


def test_a_lost_connection_is_no_refused_read() -> None:
    def fail() -> int:
        raise Unreachable("gone")

    with pytest.raises(Unreachable):
        attempt(fail)


def test_the_computer() -> None:
    row = {"Name": "SCP01", "DNSHostName": "scp01", "Domain": "Corp.Example", "PartOfDomain": True}
    found = read_computer(FakeServer(rows={"Win32_ComputerSystem": [row]}).session)
    assert (found.name, found.fqdn, found.in_domain) == ("SCP01", "scp01.corp.example", True)
    alone = {"Name": "SCP01", "DNSHostName": "scp01", "Domain": "WORKGROUP", "PartOfDomain": False}
    found = read_computer(FakeServer(rows={"Win32_ComputerSystem": [alone]}).session)
    assert (found.fqdn, found.domain, found.in_domain) == ("scp01", "WORKGROUP", False)


def test_the_operating_system_and_its_clock_come_with_one_request() -> None:
    start = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)
    times = iter([start, start + timedelta(seconds=2)])
    row = {
        "Caption": "Microsoft Windows Server 2022 Standard",
        "BuildNumber": "20348",
        "ProductType": 3,
        "CSName": "SCP01",
        "LocalDateTime": start + timedelta(seconds=61),
    }
    server = FakeServer(rows={"Win32_OperatingSystem": [row]})
    system, clock = read_operating_system(server.session, lambda: next(times))
    assert (system.build, system.client) == (20348, False)
    assert clock is not None
    assert clock.offset_seconds == 60.0
    assert len(server.asked) == 1


def test_an_operating_system_that_tells_little() -> None:
    system, clock = read_operating_system(FakeServer(rows={"Win32_OperatingSystem": [{"ProductType": 1}]}).session)
    assert (system.build, system.client, clock) == (0, True, None)
    for read in (read_operating_system, read_computer):
        with pytest.raises(NotReadable):
            read(FakeServer().session)


def test_the_installation_type() -> None:
    key = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    assert read_installation_type(FakeServer({key: {"InstallationType": "Server Core"}}).registry) == "Server Core"
    assert read_installation_type(FakeServer({key: {}}).registry) is None


def test_drives_with_and_without_the_marker() -> None:
    disks = [
        {"DeviceID": "D:", "FileSystem": "NTFS", "FreeSpace": 50, "Size": 100},
        {"DeviceID": "C:", "FileSystem": "NTFS", "FreeSpace": 20, "Size": 100},
        {"DeviceID": "E:", "FileSystem": "ReFS", "FreeSpace": 90, "Size": 100},
        {"DeviceID": "F:", "FileSystem": "NTFS", "FreeSpace": 10, "Size": 100},
    ]
    server = FakeServer(
        rows={
            "Win32_LogicalDisk": disks,
            ("CIM_DataFile", "c:\\no_sms_on_drive.sms"): [{"Name": "x"}],
            ("CIM_DataFile", "f:\\no_sms_on_drive.sms"): denied(),
        }
    )
    found = read_drives(server.session)
    assert [(drive.name, drive.free_bytes) for drive in found] == [("C:", 20), ("D:", 50), ("F:", 10)]
    assert [drive.size_bytes for drive in found] == [100, 100, 100]
    assert server.asked[0].startswith("SELECT DeviceID, FileSystem, FreeSpace, Size FROM Win32_LogicalDisk ")
    assert [drive.marked for drive in found[:2]] == [True, False]
    assert isinstance(found[2].marked, Unread)
    assert len(server.asked) == 4
    assert "WHERE DriveType = 3" in server.asked[0]


def test_a_drive_that_tells_little() -> None:
    (drive,) = read_drives(FakeServer(rows={"Win32_LogicalDisk": [{"DeviceID": "C:", "FileSystem": "ntfs"}]}).session)
    assert (drive.free_bytes, drive.size_bytes, drive.marked) == (0, 0, False)


def test_software_that_is_there() -> None:
    registry = FakeServer(
        {
            rf"{SETUP}\v4\Full": {"Release": 528040},
            rf"{SETUP}\v3.5": {"Install": 1},
            RUNTIME: {"Version": "v14.40.33816.00", "Installed": 1},
            rf"{RUNTIMES_32}\x86": {"Version": "v14.28.29914.00", "Installed": 1},
            r"SOFTWARE\Microsoft\MSODBCSQL18": {"InstalledVersion": "18.6.2.1"},
            r"SOFTWARE\Microsoft\SQLNCLI11": {"InstalledVersion": "11.4.7001.0"},
        }
    ).registry
    assert software.dotnet_release(registry) == 528040
    assert software.has_dotnet_35(registry) is True
    assert software.vc_runtime(registry) == "14.40.33816.00"
    assert software.vc_runtime(registry, "x86") == "14.28.29914.00"
    assert software.odbc_driver(registry) == "18.6.2.1"
    assert software.native_client(registry) == "11.4.7001.0"


def test_software_that_is_not_there() -> None:
    server = FakeServer({rf"{SETUP}\v3.5": {"Install": 0}, RUNTIME: {"Version": "v14.40.33816.00", "Installed": 0}})
    assert software.dotnet_release(server.registry) is None
    assert software.has_dotnet_35(server.registry) is False
    assert software.has_dotnet_35(FakeServer().registry) is False
    assert software.vc_runtime(server.registry) is None
    assert software.vc_runtime(FakeServer().registry) is None
    assert software.vc_runtime(server.registry, "x86") is None
    assert software.odbc_driver(server.registry) is None
    assert software.native_client(server.registry) is None


@pytest.mark.parametrize(
    ("key", "platform", "requests"),
    [(RUNTIME, "x64", 2), (rf"{RUNTIMES_32}\x64", "x64", 3), (rf"{RUNTIMES_32}\x86", "x86", 2)],
)
def test_where_each_runtime_is_read_and_with_how_many_requests(key: str, platform: str, requests: int) -> None:
    server = FakeServer({key: {"Version": "v14.51.36247.00", "Installed": 1}})
    assert software.vc_runtime(server.registry, platform) == "14.51.36247.00"
    assert len(server.asked) == requests
    other = FakeServer({key: {"Version": "v14.51.36247.00", "Installed": 1}})
    assert software.vc_runtime(other.registry, "x86" if platform == "x64" else "x64") is None
    assert len(other.asked) == (1 if platform == "x64" else 2)


def test_a_removed_runtime_leaves_its_key() -> None:
    server = FakeServer({rf"{RUNTIMES_32}\x86": {"Version": "v14.51.36247.00", "Installed": 0}})
    assert software.vc_runtime(server.registry, "x86") is None


@pytest.mark.parametrize(("bits", "base"), [(64, NET), (32, r"SOFTWARE\WOW6432Node\Microsoft\.NETFramework")])
def test_tls_values_of_both_views(bits: int, base: str) -> None:
    server = FakeServer({rf"{base}\v4.0.30319": {"SystemDefaultTlsVersions": 1, "SchUseStrongCrypto": 0}})
    assert software.tls_values(server.registry, bits) == {
        rf"HKLM\{base}\v4.0.30319\SystemDefaultTlsVersions": 1,
        rf"HKLM\{base}\v4.0.30319\SchUseStrongCrypto": 0,
        rf"HKLM\{base}\v2.0.50727\SystemDefaultTlsVersions": None,
        rf"HKLM\{base}\v2.0.50727\SchUseStrongCrypto": None,
    }


SERVICING = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending"
UPDATE = r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired"
SESSION_MANAGER = r"SYSTEM\CurrentControlSet\Control\Session Manager"
SERVER_MANAGER = r"SOFTWARE\Microsoft\ServerManager"
QUIET: dict[str, dict[str, Any]] = {SESSION_MANAGER: {"ObjectDirectories": ["x"]}, SERVER_MANAGER: {"LastTime": 1}}


@pytest.mark.parametrize(
    ("key", "values", "shown"),
    [
        (SERVICING, {}, rf"HKLM\{SERVICING}"),
        (UPDATE, {}, rf"HKLM\{UPDATE}"),
        (SESSION_MANAGER, {"PendingFileRenameOperations": ["a", ""]}, rf"HKLM\{SESSION_MANAGER}\PendingFileRenameOperations"),
        (SERVER_MANAGER, {"currentrebootattempts": 1}, rf"HKLM\{SERVER_MANAGER}\CurrentRebootAttempts"),
        (SERVER_MANAGER, {"CurrentRebootAttempts": "0"}, rf"HKLM\{SERVER_MANAGER}\CurrentRebootAttempts"),
    ],
)
def test_each_trace_of_a_restart(key: str, values: dict[str, Any], shown: str) -> None:
    server = FakeServer({**QUIET, key: values})
    assert pending_restart.pending_restarts(server.registry) == [shown]
    assert len(server.asked) == 4


@pytest.mark.parametrize("keys", [QUIET, {SESSION_MANAGER: {"PendingFileRenameOperations": [""]}}])
def test_no_trace_of_a_restart(keys: dict[str, dict[str, Any]]) -> None:
    assert pending_restart.pending_restarts(FakeServer(keys).registry) == []


STORE = r"SOFTWARE\Microsoft\SystemCertificates"


def test_roots_of_all_stores_count() -> None:
    for store in (
        rf"{STORE}\ROOT",
        rf"{STORE}\AuthRoot",
        r"SOFTWARE\Policies\Microsoft\SystemCertificates\Root",
        r"SOFTWARE\Microsoft\EnterpriseCertificates\Root",
    ):
        found = read_roots(FakeServer({rf"{store}\Certificates\{G2.lower()}": {}}).registry, [G2])
        assert (found.present, found.updates_switched_off) == (frozenset({G2}), False)


def test_no_more_stores_are_read_than_needed() -> None:
    server = FakeServer({rf"{STORE}\ROOT\Certificates\{G2}": {}, rf"{STORE}\AuthRoot\Certificates\{OTHER}": {}})
    assert read_roots(server.registry, [G2]).present == {G2}
    assert len(server.asked) == 1
    assert read_roots(server.registry, [G2, OTHER]).present == {G2, OTHER}
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("policy", "off"), [({}, False), ({"DisableRootAutoUpdate": 0}, False), ({"DisableRootAutoUpdate": 1}, True)]
)
def test_whether_windows_may_fetch_a_missing_root(policy: dict[str, int], off: bool) -> None:
    key = r"SOFTWARE\Policies\Microsoft\SystemCertificates\AuthRoot"
    found = read_roots(FakeServer({key: policy}).registry, [G2])
    assert (found.present, found.updates_switched_off) == (frozenset(), off)


def path(cls: str, domain: str, name: str) -> CimPath:
    return CimPath("root/cimv2", cls, {"Domain": domain, "Name": name})


def test_the_administrators_are_found_by_sid_and_addressed_by_their_name() -> None:
    group = path("Win32_Group", "SCP03", "Administratoren")
    rows = [
        {"GroupComponent": group, "PartComponent": path("Win32_UserAccount", "CORP", "CAS01$")},
        {"GroupComponent": group, "PartComponent": path("Win32_Group", "CORP", "Domain Admins")},
    ]
    server = FakeServer(rows={"Win32_Group": [{"Domain": "SCP03", "Name": "Administratoren"}], "Win32_GroupUser": rows})
    found = read_administrators(server.session)
    assert found.name == "Administratoren"
    assert [(str(member), member.kind) for member in found.members] == [
        (r"CORP\CAS01$", Kind.USER),
        (r"CORP\Domain Admins", Kind.GROUP),
    ]
    assert server.asked[0].startswith("SELECT Domain, Name")
    assert "SID = 'S-1-5-32-544'" in server.asked[0]
    assert "LocalAccount = TRUE" in server.asked[0]
    assert r"""GroupComponent = 'Win32_Group.Domain=\"SCP03\",Name=\"Administratoren\"'""" in server.asked[1]


def test_a_server_without_the_group() -> None:
    with pytest.raises(NotReadable, match="S-1-5-32-544"):
        read_administrators(FakeServer().session)


@pytest.mark.parametrize(
    ("reference", "kind", "shown"),
    [
        (path("Win32_UserAccount", "CORP", "x"), Kind.USER, r"CORP\x"),
        (path("win32_group", "CORP", "x"), Kind.GROUP, r"CORP\x"),
        (path("Win32_SystemAccount", "SCP01", "SYSTEM"), Kind.SYSTEM, r"SCP01\SYSTEM"),
        (path("Win32_UserAccount", "SCP01", "S-1-5-21-1-2-3-4"), Kind.ORPHAN, "S-1-5-21-1-2-3-4"),
        (CimPath("root/cimv2", "Win32_SID", {"SID": "S-1-5-21-1-2-3-4"}), Kind.ORPHAN, "S-1-5-21-1-2-3-4"),
    ],
)
def test_what_a_member_is(reference: CimPath, kind: Kind, shown: str) -> None:
    found = member_of(reference)
    assert (found.kind, str(found)) == (kind, shown)
