"""Exceptions of the HTTP libraries become transport errors with a plain reason."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest
import requests
import spnego.exceptions
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
)

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AuthenticationFailed,
    TransportError,
    TransportTimeout,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.failures import Target, is_soap, refused, translate, unauthorized

TARGET = Target("https://scp01:5986/wsman", "CORP\\admin", "CA_OPTION", "CHECK_OPTION", "TIMEOUT_OPTION")
POOL: Any = None


def certificate(code: int, message: str = "") -> Exception:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, message
    return requests.exceptions.SSLError(MaxRetryError(POOL, "/wsman", error))


def tls(kind: type[ssl.SSLError], reason: str) -> Exception:
    error = kind(1, f"[SSL: {reason}] failed (_ssl.c:1000)")
    error.reason = reason
    return requests.exceptions.SSLError(error)


def new_connection(cause: Exception) -> Exception:
    error = NewConnectionError(POOL, f"Failed to establish a new connection: {cause}")
    error.__cause__ = cause
    return requests.exceptions.ConnectionError(MaxRetryError(POOL, "/wsman", error))


CASES: list[tuple[Exception, type[TransportError], bool, tuple[str, ...]]] = [
    (certificate(10), Unreachable, False, ("expired", "CHECK_OPTION")),
    (certificate(18), Unreachable, False, ("self-signed", "CA_OPTION")),
    (certificate(20), Unreachable, False, ("issuer is not trusted", "CA_OPTION")),
    (certificate(62), Unreachable, False, ("another name",)),
    (certificate(64), Unreachable, False, ("IP address",)),
    (certificate(99, "odd thing"), Unreachable, False, ("odd thing", "CA_OPTION")),
    (tls(ssl.SSLError, "WRONG_VERSION_NUMBER"), Unreachable, False, ("does not speak TLS", "5985")),
    (tls(ssl.SSLEOFError, "UNEXPECTED_EOF"), Unreachable, True, ("closed",)),
    (new_connection(ConnectionRefusedError(111, "Connection refused")), Unreachable, False, ("connection refused",)),
    (new_connection(OSError(113, "No route to host")), Unreachable, False, ("No route to host",)),
    (new_connection(socket.gaierror(-2, "Name or service not known")), Unreachable, False, ("name cannot be resolved",)),
    (requests.ConnectTimeout(MaxRetryError(POOL, "/", ConnectTimeoutError(POOL, "x"))), Unreachable, False, ("in time",)),
    (
        requests.exceptions.ProxyError(MaxRetryError(POOL, "/", ProxyError("x", OSError("502 Bad")))),
        Unreachable,
        False,
        ("proxy",),
    ),
    (requests.ReadTimeout(ReadTimeoutError(POOL, "/", "Read timed out.")), TransportTimeout, True, ("TIMEOUT_OPTION",)),
    (
        requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))),
        Unreachable,
        True,
        ("broke", "reset by peer"),
    ),
    (requests.exceptions.InvalidURL("no host"), Unreachable, True, ("no host",)),
    (spnego.exceptions.InvalidTokenError(context_msg="bad token"), AuthenticationFailed, False, ("authentication", "ntlm")),
    (
        PermissionError("Access denied: Server did not respond with NTLM challenge token"),
        AuthenticationFailed,
        False,
        ("NTLM challenge",),
    ),
    (KeyError("Content-Type"), TransportError, True, ("cannot be read", "KeyError")),
    (IndexError("list index out of range"), TransportError, True, ("cannot be read",)),
]


@pytest.mark.parametrize(("error", "kind", "effect", "words"), CASES)
def test_each_has_its_kind_its_words_and_tells_of_a_possible_effect(
    error: Exception, kind: type[TransportError], effect: bool, words: tuple[str, ...]
) -> None:
    found = translate(error, TARGET, "ntlm", sent=True)
    assert type(found) is kind
    assert found.after_send is effect
    assert [word for word in words if word not in str(found)] == []
    assert "\n" not in str(found)
    assert "object at 0x" not in str(found)
    # Before the request itself went out, nothing can have an effect.
    assert not translate(error, TARGET, "ntlm", sent=False).after_send


def test_what_can_not_be_decrypted_is_an_answer_and_no_rejection() -> None:
    error = spnego.exceptions.BadMICError(context_msg="bad MIC")
    answer = translate(error, TARGET, "ntlm", sent=True, sealed=True)
    assert (type(answer), answer.after_send) == (TransportError, True)
    assert "can not be decrypted" in str(answer)
    assert type(translate(error, TARGET, "ntlm", sent=True)) is AuthenticationFailed


def test_a_chain_without_end_is_left() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert type(translate(first, TARGET, "ntlm", sent=True)) is TransportError


def test_a_long_reason_is_cut() -> None:
    assert len(str(translate(OSError("x" * 5000), TARGET, "ntlm", sent=True))) < 500


def test_wrong_credentials_name_the_account() -> None:
    assert "CORP\\admin" in str(unauthorized(TARGET, "basic"))
    assert "client certificate" in str(unauthorized(Target("https://h", "", "", "", ""), "certificate"))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">', True),
        (b'\xef\xbb\xbf <?xml version="1.0"?><Envelope/>', True),
        (b' <?xml version="1.0"?>\n<env:Envelope/>', True),
        (b"", False),
        (b"<html><body>Envelope</body></html>", True),
        (b"<html><body>proxy</body></html>", False),
        (b"Envelope", False),
    ],
)
def test_a_body_that_looks_like_soap(body: bytes, expected: bool) -> None:
    assert is_soap(body) is expected


def test_bare_statuses() -> None:
    empty, page = refused(500, b"", TARGET), refused(502, b"<html>", TARGET)
    assert (empty.status, empty.after_send) == (500, False)
    assert "unencrypted" in str(empty)
    assert (page.status, page.after_send) == (502, True)
    assert "proxy" in str(page)
