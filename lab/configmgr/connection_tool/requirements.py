"""The tool's requirements of Windows (facts/internet-and-offline.md, section 5.1), and how it fails without them."""

from __future__ import annotations

from lab.configmgr.connection_tool.installed import LIBRARIES
from lab.configmgr.updates import numbers
from lab.windows.machine import Machine

_NET_462 = 394802
_VC_RUNTIME = (14, 28, 29914, 0)
# The first versions that need the newer Visual C++ runtime (2107) and the ODBC driver (2309).
_NEW_RUNTIME, _ODBC = (5, 0, 9058, 0), (5, 0, 9122, 0)
_NET_KEY = r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full"
_VC_KEY = r"HKLM\SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\x64"
_ODBC_KEY = r"HKLM\SOFTWARE\Microsoft\MSODBCSQL18"
_CRYPTO_KEY = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"


def complaint(machine: Machine, tool_version: str) -> str:
    """Windows' message when it cannot start the program; empty when it can."""
    release = _value(machine, _NET_KEY, "Release")
    if not isinstance(release, int) or release < _NET_462:
        return "This application requires one of the following versions of the .NET Framework:\n .NETFramework,Version=v4.6.2\n"
    if numbers(tool_version) >= _NEW_RUNTIME:
        runtime = _value(machine, _VC_KEY, "Version")
        if not isinstance(runtime, str) or numbers(runtime.removeprefix("v")) < _VC_RUNTIME:
            return (
                f"\nUnhandled Exception: System.IO.FileNotFoundException: Could not load file or assembly '{LIBRARIES[0]}' "
                "or one of its dependencies. The specified module could not be found.\n"
            )
    return ""


def has_database_driver(machine: Machine, tool_version: str) -> bool:
    """Whether the driver is installed that this version of the tool uses for SQL Server."""
    return numbers(tool_version) < _ODBC or isinstance(_value(machine, _ODBC_KEY, "InstalledVersion"), str)


def speaks_tls_12(machine: Machine) -> bool:
    """Whether .NET programs of this server use TLS 1.2: the values that Microsoft's article requires (section 4)."""
    return _value(machine, _CRYPTO_KEY, "SchUseStrongCrypto") == 1


def _value(machine: Machine, key: str, name: str) -> object:
    found = machine.registry.get(key, name)
    return None if found is None else found.data
