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
# Microsoft documents the keys below Wow6432Node for both platforms (cpp-docs, redistributing-visual-cpp-files); the installer of
# x64 also writes to the view of 64-bit programs, that of x86 does not (public programs that read these keys).
_VC_RUNTIMES_32 = r"SOFTWARE\WOW6432Node\Microsoft\VisualStudio\14.0\VC\Runtimes"
_VC_RUNTIMES = {
    "x64": (r"SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\x64", rf"{_VC_RUNTIMES_32}\x64"),
    "x86": (rf"{_VC_RUNTIMES_32}\x86",),
}
_ODBC_18 = r"SOFTWARE\Microsoft\MSODBCSQL18"
_NATIVE_CLIENT_11 = r"SOFTWARE\Microsoft\SQLNCLI11"

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


def vc_runtime(registry: Registry, platform: str = "x64") -> str | None:
    """Version of the Visual C++ 2015-2022 runtime, such as ``14.40.33816.0``; None when it is not installed.

    Two requests if it is installed, else one for x86 and two for x64.

    :param platform: ``x64`` or ``x86``.
    """
    for key in _VC_RUNTIMES[platform]:
        version = _or_none(partial(registry.get_string, key, "Version"))
        if version:
            # The key stays when the runtime is removed, with 0.
            return version.lstrip("vV") if _or_none(partial(registry.get_dword, key, "Installed")) == 1 else None
    return None


def vc_runtime_by_view(registry: Registry) -> tuple[str | None, str | None]:
    """The versions of the x64 runtime in the view of 64-bit programs, and below Wow6432Node. Two requests."""
    own, below = (_or_none(partial(registry.get_string, key, "Version")) for key in _VC_RUNTIMES["x64"])
    return own, below


def odbc_driver(registry: Registry) -> str | None:
    """Version of the ODBC Driver 18 for SQL Server; None when it is not installed."""
    return _or_none(lambda: registry.get_string(_ODBC_18, "InstalledVersion"))


def native_client(registry: Registry) -> str | None:
    """Version of SQL Server Native Client 11, such as ``11.4.7001.0``; None when it is not installed.

    Source: SupportArticles-docs, understand-troubleshoot-updates-servicing (the product's own check reads this value).
    """
    return _or_none(lambda: registry.get_string(_NATIVE_CLIENT_11, "InstalledVersion"))


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
