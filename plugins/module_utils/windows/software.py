# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Installed software as the registry shows it (memdocs and .NET documentation, "Determine which versions are installed").

Each function is one request unless it says otherwise, and raises RegistryError where the registry refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import KeyMissing, Registry

_NET_SETUP = r"SOFTWARE\Microsoft\NET Framework Setup\NDP"
_VC_RUNTIME = r"SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\x64"
_ODBC_18 = r"SOFTWARE\Microsoft\MSODBCSQL18"

_NET_VERSIONS = ("v4.0.30319", "v2.0.50727")
_TLS_VALUES = ("SystemDefaultTlsVersions", "SchUseStrongCrypto")
_NET_64 = r"SOFTWARE\Microsoft\.NETFramework"
_NET_32 = r"SOFTWARE\WOW6432Node\Microsoft\.NETFramework"

Read = TypeVar("Read")


def dotnet_release(registry: Registry) -> int | None:
    """The release number of .NET Framework 4.5 and later; None when there is none."""
    return _or_none(lambda: registry.get_dword(rf"{_NET_SETUP}\v4\Full", "Release"))


def has_dotnet_35(registry: Registry) -> bool:
    """Whether the feature .NET Framework 3.5 is installed."""
    return _or_none(lambda: registry.get_dword(rf"{_NET_SETUP}\v3.5", "Install")) == 1


def vc_runtime(registry: Registry) -> str | None:
    """Version of the Visual C++ 2015-2022 runtime for x64, such as ``14.40.33816.0``; None when it is not installed.

    One request, two if it is installed.
    """
    version = _or_none(lambda: registry.get_string(_VC_RUNTIME, "Version"))
    if not version or _or_none(lambda: registry.get_dword(_VC_RUNTIME, "Installed")) != 1:
        return None
    return version.lstrip("vV")


def odbc_driver(registry: Registry) -> str | None:
    """Version of the ODBC Driver 18 for SQL Server; None when it is not installed."""
    return _or_none(lambda: registry.get_string(_ODBC_18, "InstalledVersion"))


def tls_values(registry: Registry, bits: int) -> Mapping[str, int | None]:
    r"""The four values that make .NET programs of 64 or 32 bits use TLS 1.2, by ``HKLM\key\value``.

    Source: memdocs, enable-tls-1-2-server. Four requests: the registry provider has no way to read several values at once.
    """
    base = _NET_64 if bits == 64 else _NET_32
    found = {}
    for version in _NET_VERSIONS:
        for name in _TLS_VALUES:
            key = rf"{base}\{version}"
            found[rf"HKLM\{key}\{name}"] = _or_none(partial(registry.get_dword, key, name))
    return found


def _or_none(read: Callable[[], Read | None]) -> Read | None:
    try:
        return read()
    except KeyMissing:
        return None
