# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Stand-ins for what identifies a site: the same original always has the same stand-in, and two never share one. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

DOMAIN, FLAT_DOMAIN, SERVER, USER, WORD = "domain", "flat domain", "server", "account", "word"
GUID, SID, IPV4, IPV6, MAC, SITE_CODE = "GUID", "SID", "IPv4 address", "IPv6 address", "MAC address", "site code"

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DOCUMENTATION = ("192.0.2", "198.51.100", "203.0.113")


def _ipv4(number: int) -> str:
    """Addresses of the documentation ranges (RFC 5737), then those of the range for benchmarks (RFC 2544)."""
    block, last = divmod(number - 1, 254)
    if block < len(_DOCUMENTATION):
        return f"{_DOCUMENTATION[block]}.{last + 1}"
    rest = block - len(_DOCUMENTATION)
    return f"198.{18 + rest // 256}.{rest % 256}.{last + 1}"


def _site_code(number: int) -> str:
    return f"S{_DIGITS[number // 36 % 36]}{_DIGITS[number % 36]}"


_MAKERS: dict[str, Callable[[int], str]] = {
    DOMAIN: lambda number: f"domain{number:02d}.example",
    FLAT_DOMAIN: lambda number: f"DOMAIN{number:02d}",
    SERVER: lambda number: f"server{number:02d}",
    USER: lambda number: f"account{number:02d}",
    WORD: lambda number: f"word{number:02d}",
    GUID: lambda number: f"00000000-0000-4000-8000-{number:012x}",
    SID: lambda number: f"S-1-5-21-0-0-0-{number}",
    IPV4: _ipv4,
    IPV6: lambda number: f"2001:db8::{number:x}",
    MAC: lambda number: f"02-00-00-{number >> 16 & 255:02X}-{number >> 8 & 255:02X}-{number & 255:02X}",
    SITE_CODE: _site_code,
}


class StandIns:
    """The mapping from originals to stand-ins, by kind. Originals are compared without letter case.

    A short name and a NetBIOS name of a domain have the number of the full name that begins with them.

    :param taken: originals that no stand-in may equal.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {text.casefold() for text in taken}
        self._found: dict[tuple[str, str], str] = {}
        self._parts: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._numbers_of_label: dict[str, int] = {}
        self._given: set[tuple[str, int]] = set()

    def of(self, kind: str, original: str) -> str:
        """The stand-in of an original."""
        key = (kind, original.casefold())
        if key not in self._found:
            self._found[key] = self._made(kind, original.casefold())
            self._parts.update(re.findall(r"[^\W_]+", self._found[key].casefold()))
        return self._found[key]

    def originals(self) -> Iterator[tuple[str, str]]:
        """(kind, original in lower case) of everything that has a stand-in."""
        return iter(list(self._found))

    def has(self, kind: str, original: str) -> bool:
        """Whether an original of this kind has a stand-in."""
        return (kind, original.casefold()) in self._found

    def parts(self) -> set[str]:
        """The words in the stand-ins given so far, in lower case."""
        return self._parts

    def _made(self, kind: str, original: str) -> str:
        # The two forms of a domain share their numbers: CORP and corp.example are the same one.
        shared = kind in (DOMAIN, FLAT_DOMAIN)
        label = original.partition(".")[0]
        if shared and (number := self._numbers_of_label.get(label)) is not None and (kind, number) not in self._given:
            self._given.add((kind, number))
            return _MAKERS[kind](number)
        counter = DOMAIN if shared else kind
        while True:
            number = self._numbers[counter] = self._numbers.get(counter, 0) + 1
            made = _MAKERS[kind](number)
            if self._is_free(made) and (not shared or self._is_free(_MAKERS[FLAT_DOMAIN](number))):
                if shared:
                    self._given.add((kind, number))
                    self._numbers_of_label.setdefault(label, number)
                return made

    def _is_free(self, made: str) -> bool:
        return made.casefold() not in self._taken
