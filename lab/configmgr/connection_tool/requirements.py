"""The tool's requirements of Windows (facts/internet-and-offline.md, section 5.1), and how it fails without them."""

from __future__ import annotations

from lab.configmgr.connection_tool.installed import LIBRARIES
from lab.configmgr.updates import numbers
from lab.windows.machine import Machine

# The .NET Framework that the program was built for: 4.7.2 in 2609, as all programs of the product that were built for 4.6.2.
_NET_472, _NET_462 = (461808, "v4.7.2"), (394802, "v4.6.2")
_VC_RUNTIME = (14, 28, 29914, 0)
# The first versions that need the newer Visual C++ runtime (2107) and the ODBC driver (2309), that check the driver's version
# themselves (2509), and that are built for .NET 4.7.2 (2609).
_NEW_RUNTIME, _ODBC, _CHECKS_ODBC, _NEW_NET = (5, 0, 9058, 0), (5, 0, 9122, 0), (5, 0, 9141, 0), (5, 0, 9152, 0)
_ODBC_MINIMUM, _NEW_ODBC_MINIMUM = (18, 4, 1, 1), (18, 6, 2, 1)
_NET_KEY = r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full"
_VC_KEYS = tuple(rf"HKLM\SOFTWARE\WOW6432Node\Microsoft\VisualStudio\14.0\VC\Runtimes\{name}" for name in ("x64", "x86"))
_ODBC_KEY = r"HKLM\SOFTWARE\Microsoft\MSODBCSQL18"
_CRYPTO_KEY = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"


def complaint(machine: Machine, tool_version: str) -> str:
    """Windows' message when it cannot start the program; empty when it can."""
    release = _value(machine, _NET_KEY, "Release")
    needed, shown = _NET_472 if numbers(tool_version) >= _NEW_NET else _NET_462
    if not isinstance(release, int) or release < needed:
        framework = f".NETFramework,Version={shown}"
        return f"This application requires one of the following versions of the .NET Framework:\n {framework}\n"
    if numbers(tool_version) >= _NEW_RUNTIME:
        runtimes = [_value(machine, key, "Version") for key in _VC_KEYS]
        if any(not isinstance(found, str) or numbers(found.removeprefix("v")) < _VC_RUNTIME for found in runtimes):
            return (
                f"\nUnhandled Exception: System.IO.FileNotFoundException: Could not load file or assembly '{LIBRARIES[0]}' "
                "or one of its dependencies. The specified module could not be found.\n"
            )
    return ""


def driver_refused(machine: Machine, tool_version: str) -> str:
    """What the tool says about the ODBC driver before it does anything, from 2509 (KB 35877153); empty if it is enough.

    The second text is that of the product's prerequisite check (what's new in 2509); the tool's own texts are not documented.
    """
    if numbers(tool_version) < _CHECKS_ODBC:
        return ""
    found = _value(machine, _ODBC_KEY, "InstalledVersion")
    if not isinstance(found, str):
        return "Microsoft ODBC Driver 18 for SQL Server is not installed."
    if numbers(found) < (_NEW_ODBC_MINIMUM if numbers(tool_version) >= _NEW_NET else _ODBC_MINIMUM):
        return "Microsoft ODBC Driver 18 for SQL Server is installed but it is older than the required version."
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
