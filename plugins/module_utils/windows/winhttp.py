# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
r"""The proxy of WinHTTP, which Windows itself uses to download revocation lists and certificates (``netsh winhttp show proxy``).

It is the binary value WinHttpSettings below HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections.
Microsoft documents the place and the value of a server without a proxy (SupportArticles-docs,
use-group-policy-apply-winhttp-proxy-settings). The format is from public descriptions (the tool proxyconf, and scripts for
Windows Update): little-endian 32-bit numbers for a version, a counter and flags, then the list of proxies and the bypass list,
each an ASCII text after its length.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import KeyMissing, Registry

KEY = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections"
VALUE = "WinHttpSettings"
SHOW = "netsh winhttp show proxy"
DEFAULT_PORT = 80

_HEAD = struct.Struct("<III")
_LENGTH = struct.Struct("<I")
# Bits of the flags, those of INTERNET_PER_CONN_FLAGS (Windows SDK, wininet.h).
_PROXY, _SCRIPT, _DETECT = 2, 4, 8
_LONGEST = 4096
# [scheme=][scheme://]server[:port] (Windows SDK, WINHTTP_PROXY_INFO); an IPv6 address is in brackets.
_ENTRY = re.compile(
    r"(?:(?P<scheme>[a-z]+)=)?(?:[a-z]+://)?(?:\[(?P<address>[0-9a-f:.]+)\]|(?P<host>[a-z0-9._-]+))(?::(?P<port>[0-9]{1,5}))?/?",
    re.ASCII | re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[;\s]+")
_LOCAL = "<local>"


class UnknownForm(NotReadable):
    """The registry value does not have the known form."""


@dataclass(frozen=True)
class WinHttp:
    """How WinHTTP connects.

    :param proxies: (host, port) by scheme; the empty scheme means every scheme that has no entry of its own.
    :param bypass: patterns of hosts to which it connects directly, lower case; ``<local>`` means names without a dot.
    """

    proxies: tuple[tuple[str, tuple[str, int]], ...] = ()
    bypass: tuple[str, ...] = ()

    def proxy_for(self, scheme: str, host: str) -> tuple[str, int] | None:
        """(host, port) of the proxy for an address; None when WinHTTP connects directly."""
        name = host.casefold()
        if any(fnmatchcase(name, pattern) for pattern in self.bypass if pattern != _LOCAL) or (
            _LOCAL in self.bypass and "." not in name
        ):
            return None
        known = dict(self.proxies)
        return known.get(scheme, known.get(""))


def parse(data: bytes) -> WinHttp:
    """The setting in the registry's binary value.

    :raises UnknownForm: the value does not have the known form.
    :raises NotReadable: WinHTTP finds its proxy by a script or by itself.
    """
    if len(data) < _HEAD.size:
        raise UnknownForm(f"the registry value {VALUE} is too short")
    _version, _counter, flags = _HEAD.unpack_from(data)
    if flags & (_SCRIPT | _DETECT):
        raise NotReadable("WinHTTP on this server finds its proxy with a script or by itself, which only Windows can evaluate")
    proxy, place = _text(data, _HEAD.size)
    if not flags & _PROXY:
        return WinHttp()
    bypass, _place = _text(data, place)
    return WinHttp(_proxies(proxy), tuple(entry for entry in _SEPARATORS.split(bypass.casefold()) if entry))


def read_winhttp(registry: Registry) -> WinHttp:
    """The setting of a server; one request. Without the value, WinHTTP connects directly.

    :raises NotReadable: the account may not read it, or it does not have a form that can be evaluated.
    """
    try:
        data = registry.get_binary(KEY, VALUE)
    except KeyMissing:
        return WinHttp()
    return WinHttp() if data is None else parse(data)


def _text(data: bytes, place: int) -> tuple[str, int]:
    """The text with its length at this place, and the place behind it. A missing one is empty."""
    if place == len(data):
        return "", place
    begin = place + _LENGTH.size
    if begin > len(data):
        raise UnknownForm(f"the registry value {VALUE} ends within a number")
    (length,) = _LENGTH.unpack_from(data, place)
    end = begin + length
    if length > _LONGEST or end > len(data):
        raise UnknownForm(f"the registry value {VALUE} ends within a text")
    try:
        text = data[begin:end].decode("ascii")
    except UnicodeDecodeError:
        raise UnknownForm(f"the registry value {VALUE} contains characters that are not ASCII") from None
    return text.rstrip("\0"), end


def _proxies(text: str) -> tuple[tuple[str, tuple[str, int]], ...]:
    found: dict[str, tuple[str, int]] = {}
    for entry in _SEPARATORS.split(text.strip()):
        read = _ENTRY.fullmatch(entry)
        port = int(read["port"] or DEFAULT_PORT) if read else 0
        if read is None or not 1 <= port <= 65535:
            raise UnknownForm(f"the proxy of WinHTTP does not look like server:port: {entry[:80]!r}")
        found.setdefault((read["scheme"] or "").lower(), ((read["address"] or read["host"]).lower(), port))
    return tuple(found.items())
