"""The format of encrypted messages: multipart/encrypted ([MS-WSMV] 2.2.9.1, facts/wsman.md section 3). Pure functions."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message

BOUNDARY = b"Encrypted Boundary"
CREDSSP = "application/HTTP-CredSSP-session-encrypted"
PROTOCOLS = frozenset({"application/HTTP-SPNEGO-session-encrypted", "application/HTTP-Kerberos-session-encrypted", CREDSSP})
TYPES = ("multipart/encrypted", "multipart/x-multi-encrypted")
"""One encrypted message, and a message in several encrypted pieces."""

PIECE_BYTES = 16 * 1024
"""With CredSSP a longer message is sent in pieces of this size: no more fits into a TLS record."""

OVERHEAD_BYTES = 32 * 1024
"""More than encryption ever adds to a message: part headers and a signature, for each piece."""

_MAX_SIGNATURE_BYTES = 1024
_PREFIX = re.compile(
    rb"--Encrypted Boundary\r\n"
    rb"[ \t]*Content-Type:[ \t]*(?P<protocol>[\x21-\x7e]{1,100})[ \t]*\r\n"
    rb"[ \t]*OriginalContent:[ \t]*type=(?P<type>[^\r\n]{1,200}?);[ \t]*Length=(?P<length>[0-9]{1,10})[ \t]*\r\n"
    rb"--Encrypted Boundary\r\n"
    rb"[ \t]*Content-Type:[ \t]*application/octet-stream[ \t]*\r\n",
    re.IGNORECASE,
)
_SUFFIX = re.compile(rb"--Encrypted Boundary--(?:\r\n)?\Z")


class SealError(ValueError):
    """The encrypted message is not well formed."""


@dataclass(frozen=True)
class SealedMessage:
    """``protocol`` and ``content_type`` as announced; ``length`` is the announced length of the plain text, in bytes."""

    protocol: str
    content_type: str
    length: int
    signature: bytes
    data: bytes


def media_type(content_type: str) -> str:
    """The type of a Content-Type header without parameters, lower case."""
    return content_type.partition(";")[0].strip().lower()


def read_sealed(content_type: str, body: bytes) -> SealedMessage:
    """Parse an encrypted request of one piece. Raises SealError."""
    pieces = read_pieces(content_type, body)
    if len(pieces) != 1:
        raise SealError(f"the message has {len(pieces)} pieces")
    return pieces[0]


def read_pieces(content_type: str, body: bytes) -> list[SealedMessage]:
    """Parse an encrypted request; it has several pieces only if its type says so. Raises SealError."""
    header = Message()
    header["Content-Type"] = content_type
    protocol, boundary = header.get_param("protocol"), header.get_param("boundary")
    kind = media_type(content_type)
    if kind not in TYPES or boundary != BOUNDARY.decode():
        raise SealError("not a multipart/encrypted message with the boundary 'Encrypted Boundary'")
    if not isinstance(protocol, str) or protocol not in PROTOCOLS:
        raise SealError(f"the encryption protocol must be one of {', '.join(sorted(PROTOCOLS))}")
    if kind != TYPES[0] and protocol != CREDSSP:
        raise SealError(f"only {CREDSSP} has several pieces")
    prefix, suffix = _PREFIX.match(body), _SUFFIX.search(body, max(0, len(body) - 32))
    if prefix is None or suffix is None:
        raise SealError("the two parts of the encrypted message are not as expected")
    prefixes = [prefix] if kind == TYPES[0] else list(_PREFIX.finditer(body))
    ends = [*(found.start() for found in prefixes[1:]), suffix.start()]
    return [_piece(found, protocol, body[found.end() : end]) for found, end in zip(prefixes, ends, strict=True)]


def _piece(prefix: re.Match[bytes], protocol: str, payload: bytes) -> SealedMessage:
    if prefix["protocol"].decode() != protocol:
        raise SealError("the two parts of the encrypted message are not as expected")
    if len(payload) < 4:
        raise SealError("the encrypted part is too short")
    signature_length = int(struct.unpack("<I", payload[:4])[0])
    if signature_length > min(_MAX_SIGNATURE_BYTES, len(payload) - 4):
        raise SealError("the signature does not fit into the encrypted part")
    return SealedMessage(
        protocol,
        prefix["type"].decode("latin-1"),
        int(prefix["length"]),
        payload[4 : 4 + signature_length],
        payload[4 + signature_length :],
    )


def write_sealed(protocol: str, length: int, signature: bytes, data: bytes) -> tuple[str, bytes]:
    """The Content-Type and the body of an encrypted answer; ``length`` is that of the plain text (with padding)."""
    return write_pieces(protocol, [(length, signature, data)])


def write_pieces(protocol: str, pieces: Sequence[tuple[int, bytes, bytes]]) -> tuple[str, bytes]:
    """The same for a message in pieces, each of which has its length, its signature and its data."""
    boundary = BOUNDARY.decode()
    body = b"".join(
        (
            f"--{boundary}\r\n\tContent-Type: {protocol}\r\n"
            f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={length}\r\n"
            f"--{boundary}\r\n\tContent-Type: application/octet-stream\r\n"
        ).encode()
        + struct.pack("<I", len(signature))
        + signature
        + data
        for length, signature, data in pieces
    )
    kind = TYPES[0] if len(pieces) == 1 else TYPES[1]
    return f'{kind};protocol="{protocol}";boundary="{boundary}"', body + f"--{boundary}--\r\n".encode()
