"""The answers that reach pywinrm and pypsrp: any bytes, before the logon, after it, and inside an encrypted message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError
from ansible_collections.configmgr.scp.plugins.plugin_utils.connection import access_to
from lab.winrm.connection import HttpReply
from tests.fuzz.in_memory import PASSWORD, USER, Answers, answering, lab_connection

ENVELOPE = b"<s:Envelope/>"
_COMMON = {"remote_addr": "127.0.0.1", "remote_user": USER, "remote_password": PASSWORD, "port": 5985}
_WINRM = {**_COMMON, "path": "/wsman", "scheme": "http", "_extras": {"ansible_winrm_proxy": None}}
_PSRP = {
    **_COMMON,
    "path": "wsman",
    "protocol": "http",
    "cert_validation": "validate",
    "ignore_proxy": True,
    "max_envelope_size": 153600,
    "connection_timeout": 30,
    "operation_timeout": 20,
    "read_timeout": 30,
    "reconnection_retries": 0,
    "reconnection_backoff": 2,
    "negotiate_service": "WSMAN",
    "negotiate_send_cbt": True,
}
IN_CLEAR: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("winrm", {**_WINRM, "transport": ["basic"]}),
    ("psrp", {**_PSRP, "auth": "basic", "message_encryption": "never"}),
)
ENCRYPTED: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("winrm", {**_WINRM, "transport": ["ntlm"]}),
    ("psrp", {**_PSRP, "auth": "ntlm", "message_encryption": "auto"}),
)
SEALED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'


def transport(data: bytes) -> None:
    """The first byte chooses the library, and where the other bytes are sent."""
    choice, rest = (data[0] if data else 0), data[1:]
    # In clear; to the first request of a handshake; to the encrypted message; as the body of an encrypted answer.
    place = choice >> 1 & 3
    kind, options = (ENCRYPTED if place else IN_CLEAR)[choice & 1]
    answered = _sent(kind, options, place, rest)
    if place and answered:
        raise AssertionError("an answer was trusted that was not encrypted with the keys of the logon")


def _sent(kind: str, options: Mapping[str, Any], place: int, data: bytes) -> bytes:
    """What the connection returns for one envelope; empty after a documented error."""
    access = access_to(SimpleNamespace(transport=kind, get_option=options.__getitem__))
    with answering(lambda: _answers(place, data)):
        try:
            return access.link.send(ENVELOPE)
        except CimError as error:
            if not str(error).isprintable() or len(str(error)) > 1500:
                raise AssertionError("an error message can move the cursor of a terminal, or fills it") from error
            return b""
        finally:
            access.link.close()


def _answers(place: int, data: bytes) -> Answers:
    return lab_until(place, lambda: HttpReply(200, (("Content-Type", SEALED),), data) if place == 3 else data)


def lab_until(place: int, instead: Callable[[], bytes | HttpReply | Iterator[bytes]]) -> Answers:
    """The lab's answers, but something else to every request, or only (from place 2 on) to encrypted messages."""
    server = lab_connection()

    def answer(head: bytes, body: bytes) -> bytes | HttpReply | Iterator[bytes]:
        if place < 2 or body:
            return instead()
        headers = dict(line.decode("latin-1").split(": ", 1) for line in head.split(b"\r\n")[1:])
        return server.handle("POST", "/wsman", {name.lower(): value for name, value in headers.items()}, body) or b""

    return answer
