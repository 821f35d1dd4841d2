"""What Windows and its software write to the registry."""

from __future__ import annotations

import pytest

from lab.estate.description import Drive, Software
from lab.windows import presets
from lab.windows.files import FileStore
from lab.windows.registry import Registry

_CURRENT = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"


def _data(registry: Registry, path: str, name: str) -> object:
    found = registry.get(path, name)
    return None if found is None else found.data


def test_server_core_is_told_by_the_registry_alone() -> None:
    full, core = Registry(), Registry()
    presets.write_windows(full, presets.OPERATING_SYSTEMS["2022"], "a", "corp.example")
    presets.write_windows(core, presets.OPERATING_SYSTEMS["2022core"], "a", "corp.example")
    assert _data(full, _CURRENT, "InstallationType") == "Server"
    assert _data(core, _CURRENT, "InstallationType") == "Server Core"
    levels = rf"{_CURRENT}\Server\ServerLevels"
    assert _data(full, levels, "Server-Gui-Shell") == 1
    assert _data(core, levels, "Server-Gui-Shell") is None
    assert presets.OPERATING_SYSTEMS["2022core"].sku == presets.OPERATING_SYSTEMS["2022"].sku == 7


_CONNECTIONS = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections"


@pytest.mark.parametrize(
    ("proxy", "value"),
    [
        # As Microsoft's page on WinHTTP's proxy has it for a direct connection.
        ("", "1800000000000000010000000000000000000000"),
        ("p.lab:80", "1800000000000000030000000800000070" + "2e6c61623a3830" + "00000000"),
    ],
)
def test_the_proxy_of_winhttp_as_netsh_writes_it(proxy: str, value: str) -> None:
    registry = Registry()
    presets.write_winhttp_proxy(registry, proxy)
    assert _data(registry, _CONNECTIONS, "WinHttpSettings") == bytes.fromhex(value)


def test_good_software() -> None:
    registry = Registry()
    presets.write_software(registry, Software())
    assert _data(registry, r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full", "Release") == 528040
    assert _data(registry, r"HKLM\SOFTWARE\Microsoft\MSODBCSQL18", "InstalledVersion") == "18.6.2.1"
    assert _data(registry, r"HKLM\SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\x64", "Version") == "v14.51.36247"
    assert _data(registry, r"HKLM\SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v2.0.50727", "SchUseStrongCrypto") == 1


def test_each_visual_c_runtime_is_in_the_view_of_its_installer() -> None:
    registry = Registry()
    presets.write_software(registry, Software(vc_runtime="14.40.33816.0", vc_runtime_x86="14.28.29914.0"))
    runtimes = r"Microsoft\VisualStudio\14.0\VC\Runtimes"
    for view in (r"HKLM\SOFTWARE", r"HKLM\SOFTWARE\WOW6432Node"):
        assert _data(registry, rf"{view}\{runtimes}\x64", "Version") == "v14.40.33816.0"
    assert _data(registry, rf"HKLM\SOFTWARE\WOW6432Node\{runtimes}\x86", "Version") == "v14.28.29914.0"
    assert registry.find(rf"HKLM\SOFTWARE\{runtimes}\x86") is None


def test_an_old_native_client() -> None:
    registry = Registry()
    presets.write_software(registry, Software(native_client="11.2.5058.0"))
    assert _data(registry, r"HKLM\SOFTWARE\Microsoft\SQLNCLI11", "InstalledVersion") == "11.2.5058.0"


def test_missing_software_leaves_nothing() -> None:
    registry = Registry()
    presets.write_software(registry, Software("none", False, "none", "none", strong_tls=False, vc_runtime_x86="none"))
    assert registry.find(r"HKLM\SOFTWARE\Microsoft\NET Framework Setup") is None
    assert registry.find(r"HKLM\SOFTWARE\Microsoft\MSODBCSQL18") is None
    assert registry.find(r"HKLM\SOFTWARE\Microsoft\VisualStudio") is None
    assert registry.find(r"HKLM\SOFTWARE\WOW6432Node\Microsoft\VisualStudio") is None
    assert registry.find(r"HKLM\SOFTWARE\Microsoft\SQLNCLI11") is None
    assert _data(registry, r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319", "SystemDefaultTlsVersions") is None


@pytest.mark.parametrize(
    ("trace", "path", "name"),
    [
        ("servicing", r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending", None),
        ("update", r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired", None),
        ("rename", r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager", "PendingFileRenameOperations"),
        ("server_manager", r"HKLM\SOFTWARE\Microsoft\ServerManager", "CurrentRebootAttempts"),
    ],
)
def test_each_pending_restart_leaves_its_trace(trace: str, path: str, name: str | None) -> None:
    def there(pending: str) -> bool:
        registry = Registry()
        presets.write_software(registry, Software(restart_pending=pending))
        return registry.find(path) is not None if name is None else registry.get(path, name) is not None

    assert there(trace)
    assert not there("none")


def test_drives_have_their_marker() -> None:
    files = FileStore()
    presets.write_drives(files, (Drive("C", no_sms=True), Drive("D")))
    assert files.read(r"c:\no_sms_on_drive.sms") == b""
    assert files.read(r"D:\NO_SMS_ON_DRIVE.SMS") is None
