"""What is read from a server: each part separately, so that a denied one does not affect the others."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server.facts import ServerFacts, read_server_facts
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import Unreachable
from tests.unit.windows.support import FakeServer, denied

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ROOT = "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4"
NET = r"SOFTWARE\Microsoft\.NETFramework"
NET_32 = r"SOFTWARE\WOW6432Node\Microsoft\.NETFramework"
SETUP = r"SOFTWARE\Microsoft\NET Framework Setup\NDP"
KEYS: dict[str, dict[str, Any]] = {
    r"SOFTWARE\Microsoft\Windows NT\CurrentVersion": {"InstallationType": "Server"},
    rf"{SETUP}\v4\Full": {"Release": 528040},
    rf"{SETUP}\v3.5": {"Install": 1},
    r"SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\x64": {"Version": "v14.40.33816.0", "Installed": 1},
    r"SOFTWARE\Microsoft\MSODBCSQL18": {"InstalledVersion": "18.6.2.1"},
    r"SOFTWARE\Microsoft\SQLNCLI11": {"InstalledVersion": "11.4.7001.0"},
    rf"{NET}\v4.0.30319": {"SchUseStrongCrypto": 1},
    rf"{NET_32}\v4.0.30319": {"SchUseStrongCrypto": 0},
    r"SYSTEM\CurrentControlSet\Control\Session Manager": {"PendingFileRenameOperations": ["x"]},
    rf"SOFTWARE\Microsoft\SystemCertificates\ROOT\Certificates\{ROOT}": {"Blob": 1},
}
ROWS: dict[Any, Any] = {
    "Win32_ComputerSystem": [{"Name": "SCP01", "DNSHostName": "scp01", "Domain": "corp.example", "PartOfDomain": True}],
    "Win32_OperatingSystem": [{"BuildNumber": "20348", "ProductType": 3, "CSName": "SCP01", "LocalDateTime": NOW}],
    "Win32_LogicalDisk": [{"DeviceID": "D:", "FileSystem": "NTFS", "FreeSpace": 5, "Size": 9}],
    "Win32_Service": [{"Name": "SMS_EXECUTIVE", "State": "Running"}],
    "Win32_Group": [{"Domain": "SCP01", "Name": "Administrators"}],
}


def read(rows: dict[Any, Any] | None = None, keys: dict[str, dict[str, Any]] | None = None) -> ServerFacts:
    server = FakeServer(KEYS if keys is None else keys, {**ROWS, **(rows or {})})
    return read_server_facts(server.session, [ROOT], native_client=True, controller=lambda: NOW)


def test_every_part_of_a_server() -> None:
    found: Any = read()
    assert not [field.name for field in fields(ServerFacts) if isinstance(getattr(found, field.name), Unread)]
    assert (found.computer.fqdn, found.system.build, found.clock.offset_seconds) == ("scp01.corp.example", 20348, 0.0)
    assert (found.installation_type, found.dotnet_release, found.dotnet_35) == ("Server", 528040, True)
    assert (found.vc_runtime, found.odbc_driver, found.native_client) == ("14.40.33816.0", "18.6.2.1", "11.4.7001.0")
    assert found.tls_64[rf"HKLM\{NET}\v4.0.30319\SchUseStrongCrypto"] == 1
    assert found.tls_32[rf"HKLM\{NET_32}\v4.0.30319\SchUseStrongCrypto"] == 0
    assert len(found.restarts) == 1
    assert [drive.name for drive in found.drives] == ["D:"]
    assert found.executive == "Running"
    assert found.roots.present == {ROOT}
    assert found.administrators.name == "Administrators"


@pytest.mark.parametrize(
    ("refused", "parts"),
    [
        ("Win32_ComputerSystem", {"computer"}),
        ("Win32_OperatingSystem", {"system", "clock"}),
        ("Win32_LogicalDisk", {"drives"}),
        ("Win32_Service", {"executive"}),
        ("Win32_Group", {"administrators"}),
    ],
)
def test_a_part_that_is_refused_spoils_no_other(refused: str, parts: set[str]) -> None:
    found = read({refused: denied()})
    assert {field.name for field in fields(ServerFacts) if isinstance(getattr(found, field.name), Unread)} == parts


def test_the_native_client_is_read_only_for_a_site_that_uses_it() -> None:
    asked = []
    for used in (True, False):
        server = FakeServer(KEYS, ROWS)
        found = read_server_facts(server.session, [ROOT], native_client=used, controller=lambda: NOW)
        assert (found.native_client is None) is not used
        asked.append(len(server.asked))
    assert asked[0] == asked[1] + 1


def test_a_server_without_the_service() -> None:
    assert read({"Win32_Service": [{"Name": "WinRM", "State": "Running"}]}).executive is None


def test_a_lost_connection_goes_through() -> None:
    with pytest.raises(Unreachable):
        read({"Win32_LogicalDisk": Unreachable("gone")})
