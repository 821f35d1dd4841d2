"""The Windows versions that a machine can have, and what they and their software write to the registry."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import replace

from lab.estate.description import Drive, Software
from lab.windows.files import FileStore
from lab.windows.machine import OperatingSystem
from lab.windows.registry import Registry, ValueType

# Only the registry (ServerLevels, InstallationType) distinguishes Server Core from the full server: since Windows Server 2012
# both have OperatingSystemSKU 7 (Microsoft, "Determining Whether Server Core Is Running").
OPERATING_SYSTEMS: Mapping[str, OperatingSystem] = {
    "2025": OperatingSystem("Microsoft Windows Server 2025 Standard", "10.0.26100", "26100"),
    "2022": OperatingSystem("Microsoft Windows Server 2022 Standard", "10.0.20348", "20348"),
    "2019": OperatingSystem("Microsoft Windows Server 2019 Standard", "10.0.17763", "17763"),
    "2016": OperatingSystem("Microsoft Windows Server 2016 Standard", "10.0.14393", "14393"),
    "2012r2": OperatingSystem("Microsoft Windows Server 2012 R2 Standard", "6.3.9600", "9600"),
    "win11": OperatingSystem("Microsoft Windows 11 Enterprise", "10.0.26100", "26100", sku=4, product_type=1),
    "2022core": OperatingSystem("Microsoft Windows Server 2022 Standard", "10.0.20348", "20348", server_core=True),
}

# Windows' own curl.exe: Windows Server 2019 and later, replaced by updates. These versions were seen on Windows machines.
CURL_VERSIONS = ("7.55.1", "8.13.0", "8.21.0")
_CURL_OF = {"2025": "8.21.0", "2022": "8.21.0", "2022core": "8.21.0", "2019": "8.13.0", "win11": "8.21.0"}

FILE_SYSTEMS = ("NTFS", "ReFS")

LANGUAGES: Mapping[str, int] = {"english": 1033, "german": 1031}

# NDP\v4\Full Release numbers (requirements.md, section 3.1).
NET_RELEASES: Mapping[str, int] = {"none": 0, "4.5.2": 379893, "4.6.2": 394802, "4.7.2": 461808, "4.8": 528040}

RESTART_TRACES = ("none", "servicing", "update", "rename", "server_manager")

# The registry view of 64-bit programs, and the view of 32-bit programs.
_BOTH_VIEWS = (r"HKLM\SOFTWARE", r"HKLM\SOFTWARE\WOW6432Node")
_CURRENT_VERSION = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_SESSION_MANAGER = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager"
_CONNECTIONS = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections"
_WINHTTP_VERSION = 0x18
_DIRECT, _MANUAL_PROXY = 1, 2
_NET_KEYS = (
    r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319",
    r"HKLM\SOFTWARE\Microsoft\.NETFramework\v2.0.50727",
    r"HKLM\SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319",
    r"HKLM\SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v2.0.50727",
)


def operating_system(preset: str, language: str) -> OperatingSystem:
    """The preset in a language (``english``, ``german``)."""
    return replace(OPERATING_SYSTEMS[preset], language=LANGUAGES[language])


def curl_version(preset: str, software: Software) -> str:
    """The version of curl.exe in System32; ``none`` if it is missing."""
    return software.curl or _CURL_OF.get(preset, "none")


def write_windows(registry: Registry, os: OperatingSystem, name: str, dns_domain: str) -> None:
    """Write the values of Windows itself: version, installation type, name, the keys that every server has."""
    edition = "Enterprise" if os.product_type == 1 else "ServerStandard"
    kind = "Client" if os.product_type == 1 else ("Server Core" if os.server_core else "Server")
    registry.set(_CURRENT_VERSION, "ProductName", os.caption.removeprefix("Microsoft "))
    registry.set(_CURRENT_VERSION, "CurrentBuildNumber", os.build)
    registry.set(_CURRENT_VERSION, "EditionID", edition)
    registry.set(_CURRENT_VERSION, "InstallationType", kind)
    if os.product_type != 1:
        levels = rf"{_CURRENT_VERSION}\Server\ServerLevels"
        registry.set(levels, "ServerCore", 1)
        if not os.server_core:
            registry.set(levels, "Server-Gui-Mgmt", 1)
            registry.set(levels, "Server-Gui-Shell", 1)
    registry.set(r"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName", "ComputerName", name.upper())
    parameters = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
    registry.set(parameters, "Hostname", name)
    registry.set(parameters, "Domain", dns_domain)
    registry.set(rf"{_CURRENT_VERSION}\ProfileList", "ProgramData", r"%SystemDrive%\ProgramData", ValueType.EXPAND_SZ)
    registry.create(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing")
    registry.create(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update")
    registry.create(r"HKLM\SOFTWARE\Microsoft\ServerManager")
    registry.set(_SESSION_MANAGER, "ObjectDirectories", [r"\Windows", r"\RPC Control"])


def write_winhttp_proxy(registry: Registry, proxy: str) -> None:
    """WinHTTP's proxy as ``netsh winhttp set proxy`` writes it, without a bypass list; empty: a direct connection.

    Version, counter and flags, then the texts after their lengths, all numbers little-endian (SupportArticles-docs,
    use-group-policy-apply-winhttp-proxy-settings, for a direct connection; public descriptions of the value for the rest).
    """
    flags = _DIRECT | (_MANUAL_PROXY if proxy else 0)
    value = struct.pack("<III", _WINHTTP_VERSION, 0, flags)
    for text in (proxy.encode("ascii"), b""):
        value += struct.pack("<I", len(text)) + text
    registry.set(_CONNECTIONS, "WinHttpSettings", value)


def write_software(registry: Registry, software: Software) -> None:
    """Write the values of the installed software (requirements.md, section 3.1)."""
    if software.net_framework_35:
        registry.set(r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v3.5", "Install", 1)
        registry.set(r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v3.5", "Version", "3.5.30729.4926")
    if software.net_framework != "none":
        for root in _BOTH_VIEWS:
            full = rf"{root}\Microsoft\NET Framework Setup\NDP\v4\Full"
            registry.set(full, "Release", NET_RELEASES[software.net_framework])
            registry.set(full, "Install", 1)
    for key in _NET_KEYS:
        registry.create(key)
        if software.strong_tls:
            registry.set(key, "SystemDefaultTlsVersions", 1)
            registry.set(key, "SchUseStrongCrypto", 1)
    if software.odbc_driver != "none":
        registry.set(r"HKLM\SOFTWARE\Microsoft\MSODBCSQL18", "InstalledVersion", software.odbc_driver)
    if software.native_client != "none":
        registry.set(r"HKLM\SOFTWARE\Microsoft\SQLNCLI11", "InstalledVersion", software.native_client)
    # The installer for x64 writes to both views, that for x86 to the view of 32-bit programs only.
    _write_vc_runtime(registry, "x64", software.vc_runtime, _BOTH_VIEWS)
    _write_vc_runtime(registry, "x86", software.vc_runtime_x86, _BOTH_VIEWS[1:])
    _write_restart_trace(registry, software.restart_pending)


def _write_vc_runtime(registry: Registry, platform: str, version: str, views: tuple[str, ...]) -> None:
    if version == "none":
        return
    for root in views:
        runtime = rf"{root}\Microsoft\VisualStudio\14.0\VC\Runtimes\{platform}"
        registry.set(runtime, "Version", f"v{version}")
        registry.set(runtime, "Installed", 1)


def _write_restart_trace(registry: Registry, trace: str) -> None:
    if trace == "servicing":
        registry.create(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending")
    elif trace == "update":
        registry.create(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired")
    elif trace == "rename":
        registry.set(_SESSION_MANAGER, "PendingFileRenameOperations", [r"\??\C:\Windows\Temp\old.tmp", ""])
    elif trace == "server_manager":
        registry.set(r"HKLM\SOFTWARE\Microsoft\ServerManager", "CurrentRebootAttempts", 1)


def write_drives(files: FileStore, drives: tuple[Drive, ...]) -> None:
    """The roots of the drives, with NO_SMS_ON_DRIVE.SMS where requested, and the folders of Windows."""
    for drive in drives:
        files.make_folder(f"{drive.letter}:")
        if drive.no_sms:
            files.write(f"{drive.letter}:\\NO_SMS_ON_DRIVE.SMS", b"")
    for folder in (r"C:\Windows\System32", r"C:\Windows\Temp", r"C:\Program Files", r"C:\ProgramData", r"C:\Users"):
        files.make_folder(folder)
