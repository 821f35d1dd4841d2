# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an NTLM logon agreed to, read from the client's own AUTHENTICATE_MESSAGE ([MS-NLMP] 2.2.1.3).

The authentication libraries take the flags from the server's challenge and do not show them, so the message is read when it is
about to be sent.
"""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass

_BEGIN = b"NTLMSSP\x00\x03\x00\x00\x00"
_NT_RESPONSE_FIELDS = 20
_FLAGS = 60
# [MS-NLMP] 2.2.2.8: NTProofStr, then NTLMv2_CLIENT_CHALLENGE up to its AvPairs (2.2.2.7).
_AV_PAIRS = 44
_CHANNEL_BINDINGS = 0x000A
_END_OF_LIST = 0x0000
# [MS-NLMP] 2.2.2.5
_REQUIRED = {
    0x00000010: "signing",
    0x00000020: "encryption",
    0x00080000: "extended session security",
    0x20000000: "128-bit keys",
}


@dataclass(frozen=True)
class NtlmLogon:
    """One logon: what the session lacks, by name, and whether it is bound to the TLS connection."""

    lacking: tuple[str, ...]
    bound: bool


def read_logon(authorization: str) -> NtlmLogon | None:
    """The logon in an ``Authorization`` header, raw or inside SPNEGO; None if it is no last message of an NTLM logon."""
    _scheme, _space, text = authorization.partition(" ")
    try:
        token = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    begin = token.find(_BEGIN)
    if begin < 0:
        return None
    message = token[begin:]
    flags = _number(message, _FLAGS, 4)
    lacking = tuple(name for flag, name in _REQUIRED.items() if not flags & flag)
    length, offset = _number(message, _NT_RESPONSE_FIELDS, 2), _number(message, _NT_RESPONSE_FIELDS + 4, 4)
    return NtlmLogon(lacking, _is_bound(message[offset : offset + length][_AV_PAIRS:]))


def _is_bound(pairs: bytes) -> bool:
    """Whether the AV pairs have channel bindings; sixteen zero bytes mean that there are none ([MS-NLMP] 2.2.2.1)."""
    while len(pairs) >= 4:
        kind, length = struct.unpack_from("<HH", pairs)
        value, pairs = pairs[4 : 4 + length], pairs[4 + length :]
        if kind == _CHANNEL_BINDINGS:
            return any(value)
        if kind == _END_OF_LIST:
            break
    return False


def _number(message: bytes, place: int, size: int) -> int:
    return int.from_bytes(message[place : place + size], "little")
