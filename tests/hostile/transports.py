"""HTTP answers over pywinrm and pypsrp: large, in small pieces, with large headers, before the logon and after it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError
from ansible_collections.configmgr.scp.plugins.plugin_utils.connection import access_to
from ansible_collections.configmgr.scp.plugins.plugin_utils.http_answer import MAX_BODY_BYTES
from tests.fuzz.in_memory import answering
from tests.fuzz.transport import ENCRYPTED, ENVELOPE, IN_CLEAR, SEALED, lab_until
from tests.hostile.measuring import Case, Read

_TYPES = {0: "application/soap+xml", 1: "application/soap+xml", 2: SEALED}
_PLACES = {0: "in clear", 1: "to the logon", 2: "to an encrypted request"}
# Some of these answers end only with the limit of the exchange.
LIMIT_SECONDS = 5.0
_WINRM = {"_extras": {"ansible_winrm_proxy": None, "ansible_winrm_operation_timeout_sec": 1, "ansible_winrm_read_timeout_sec": 2}}
_PSRP = {"operation_timeout": 1, "read_timeout": 2, "connection_timeout": 2}
# As far as the decryption reads it.
_PART = (
    b"--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
    b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=1\r\n"
    b"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n\x10\0\0\0"
)
_END = b"--Encrypted Boundary--\r\n"


def _head(place: int, *headers: str) -> bytes:
    begin = ["HTTP/1.1 401 Unauthorized", "WWW-Authenticate: Negotiate"] if place == 1 else ["HTTP/1.1 200 OK"]
    return "\r\n".join([*begin, f"Content-Type: {_TYPES[place]}", *headers, "", ""]).encode()


def _repeated(unit: bytes, size: int) -> Iterator[bytes]:
    piece = unit * max(1, 65536 // len(unit))
    for _ in range(size // len(piece) + 1):
        yield piece


def largest(place: int) -> Iterator[bytes]:
    """As large as is read, in one part."""
    yield _head(place, f"Content-Length: {MAX_BODY_BYTES}")
    yield _PART
    rest = MAX_BODY_BYTES - len(_PART) - len(_END)
    for piece in _repeated(b"x", rest):
        yield piece[:rest]
        rest -= len(piece[:rest])
    yield _END


def endless(place: int) -> Iterator[bytes]:
    """Without a length."""
    yield _head(place)
    yield from _repeated(b"x", 1 << 30)


def many_parts(place: int) -> Iterator[bytes]:
    """As large as is read, in as many encrypted parts as possible."""
    unit = b"--Encrypted Boundary\r\n"
    yield _head(place)
    yield from _repeated(unit, MAX_BODY_BYTES - 2 * 65536)


def small_pieces(place: int) -> Iterator[bytes]:
    """Chunks of two bytes."""
    yield _head(place, "Transfer-Encoding: chunked")
    yield from _repeated(b"2\r\nxx\r\n", 1 << 28)


def large_headers(place: int) -> Iterator[bytes]:
    """As many and as long as http.client reads."""
    yield _head(place)[:-2]
    for number in range(95):
        yield f"X-{number}: ".encode() + b"x" * 65500 + b"\r\n"
    yield b"\r\n"


def endless_headers(_place: int) -> Iterator[bytes]:
    """Answers before the answer."""
    yield from _repeated(b"HTTP/1.1 100 Continue\r\n\r\n", 1 << 30)


def _options(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    return {**options, **(_WINRM if kind == "winrm" else _PSRP)}


def _reading(kind: str, options: Mapping[str, Any], place: int, shape: Callable[[int], Iterator[bytes]]) -> Read:
    sent = 0

    def counted() -> Iterator[bytes]:
        nonlocal sent
        for piece in shape(place):
            sent += len(piece)
            yield piece

    began = time.monotonic()
    access = access_to(SimpleNamespace(transport=kind, get_option=_options(kind, options).__getitem__))
    with answering(lambda: lab_until(place, counted)):
        try:
            access.link.send(ENVELOPE)
            end = "read"
        except CimError as error:
            end = error.message.replace(access.target.endpoint, "the server").replace(f" as {access.target.user}", "")
        finally:
            access.link.close()
    # An answer may take the whole limit of its exchange; what counts is how much longer it takes.
    return Read(sent, end, max(0.0, time.monotonic() - began - LIMIT_SECONDS))


def _case(kind: str, options: Mapping[str, Any], place: int, shape: Callable[[int], Iterator[bytes]]) -> Iterator[Read]:
    yield _reading(kind, options, place, shape)


_SHAPES = {
    "the largest HTTP body": largest,
    "an endless HTTP body": endless,
    "an HTTP body of many parts": many_parts,
    "an HTTP body in chunks of two bytes": small_pieces,
    "large HTTP headers": large_headers,
    "endless HTTP 100": endless_headers,
}

CASES: dict[str, Case] = {
    f"{name} {_PLACES[place]} ({kind})": partial(_case, kind, options, place, shape)
    for name, shape in _SHAPES.items()
    for place in _PLACES
    for kind, options in (ENCRYPTED if place else IN_CLEAR)
}
