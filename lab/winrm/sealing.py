"""The format of encrypted messages: multipart/encrypted ([MS-WSMV] 2.2.9.1, facts/wsman.md section 3). Pure functions."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from email.message import Message

BOUNDARY = b"Encrypted Boundary"
PROTOCOLS = frozenset({"application/HTTP-SPNEGO-session-encrypted", "application/HTTP-Kerberos-session-encrypted"})
OVERHEAD_BYTES = 4096
"""More than encryption ever adds to a message: part headers and a signature."""

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
    """Parse an encrypted request. Raises SealError."""
    header = Message()
    header["Content-Type"] = content_type
    protocol, boundary = header.get_param("protocol"), header.get_param("boundary")
    if media_type(content_type) != "multipart/encrypted" or boundary != BOUNDARY.decode():
        raise SealError("not a multipart/encrypted message with the boundary 'Encrypted Boundary'")
    if not isinstance(protocol, str) or protocol not in PROTOCOLS:
        raise SealError(f"the encryption protocol must be one of {', '.join(sorted(PROTOCOLS))}")
    prefix, suffix = _PREFIX.match(body), _SUFFIX.search(body, max(0, len(body) - 32))
    if prefix is None or suffix is None or prefix["protocol"].decode() != protocol:
        raise SealError("the two parts of the encrypted message are not as expected")
    payload = body[prefix.end() : suffix.start()]
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
    boundary = BOUNDARY.decode()
    head = (
        f"--{boundary}\r\n\tContent-Type: {protocol}\r\n"
        f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={length}\r\n"
        f"--{boundary}\r\n\tContent-Type: application/octet-stream\r\n"
    ).encode()
    body = head + struct.pack("<I", len(signature)) + signature + data + f"--{boundary}--\r\n".encode()
    return f'multipart/encrypted;protocol="{protocol}";boundary="{boundary}"', body
