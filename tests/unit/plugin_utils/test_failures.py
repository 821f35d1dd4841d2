"""Exceptions of the HTTP libraries become transport errors with a plain reason."""

from __future__ import annotations

import http.client
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
    NoConnection,
    TransportError,
    TransportTimeout,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.failures import (
    about_the_ticket,
    is_soap,
    refused,
    translate,
    unauthorized,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.proxies import Proxy
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import WINRM, Target, Variables

VARIABLES = Variables(
    "CA_OPTION", "CHECK_OPTION", "TIMEOUT_OPTION", "WAY_OPTION", "SCHEME_OPTION", "PATH_OPTION", "NO_PROXY to true"
)
TARGET = Target("https://scp01:5986/wsman", "CORP\\admin", VARIABLES)
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
    (tls(ssl.SSLError, "WRONG_VERSION_NUMBER"), Unreachable, False, ("does not use TLS", "5985")),
    (tls(ssl.SSLEOFError, "UNEXPECTED_EOF"), Unreachable, True, ("closed",)),
    (new_connection(ConnectionRefusedError(111, "Connection refused")), NoConnection, False, ("connection refused",)),
    (new_connection(OSError(113, "No route to host")), NoConnection, False, ("No route to host",)),
    (new_connection(socket.gaierror(-2, "Name or service not known")), NoConnection, False, ("name cannot be resolved",)),
    (requests.ConnectTimeout(MaxRetryError(POOL, "/", ConnectTimeoutError(POOL, "x"))), NoConnection, False, ("in time",)),
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
        ("was aborted", "reset by peer"),
    ),
    (requests.exceptions.InvalidURL("no host"), Unreachable, True, ("no host",)),
    (spnego.exceptions.InvalidTokenError(context_msg="bad token"), AuthenticationFailed, False, ("authentication", "ntlm")),
    (
        PermissionError("Access denied: Server did not respond with NTLM challenge token"),
        AuthenticationFailed,
        False,
        ("NTLM challenge",),
    ),
    (KeyError("Content-Type"), TransportError, True, ("is not a valid WinRM response", "KeyError")),
    (IndexError("list index out of range"), TransportError, True, ("is not a valid WinRM response",)),
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
    # Before the request itself is sent, there can be no effect.
    assert not translate(error, TARGET, "ntlm", sent=False).after_send


def test_what_can_not_be_decrypted_is_an_answer_and_no_rejection() -> None:
    error = spnego.exceptions.BadMICError(context_msg="bad MIC")
    answer = translate(error, TARGET, "ntlm", sent=True, sealed=True)
    assert (type(answer), answer.after_send) == (TransportError, True)
    assert "cannot be decrypted" in str(answer)
    assert type(translate(error, TARGET, "ntlm", sent=True)) is AuthenticationFailed


@pytest.mark.parametrize("reason", ["WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"])
def test_a_port_without_tls(reason: str) -> None:
    assert "the port does not use TLS" in str(translate(tls(ssl.SSLError, reason), TARGET, "ntlm", sent=False))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (tls(ssl.SSLError, "NO_SHARED_CIPHER"), "failed: NO_SHARED_CIPHER"),
        (tls(ssl.SSLZeroReturnError, "ZERO"), "failed: the server closed the connection"),
        (requests.exceptions.SSLError(ssl.SSLError("bad thing")), "failed: ('bad thing',)"),
    ],
)
def test_other_ends_of_tls(error: Exception, words: str) -> None:
    assert words in str(translate(error, TARGET, "ntlm", sent=False))


def test_what_speaks_no_http() -> None:
    odd = requests.ConnectionError(ProtocolError("Connection aborted.", http.client.BadStatusLine("SSH-2.0")))
    found = translate(odd, TARGET, "ntlm", sent=True)
    assert (type(found), found.after_send) == (Unreachable, True)
    assert "the service on https://scp01:5986/wsman does not use HTTP" in str(found)
    # A connection that ended is a kind of it to the library.
    ended = requests.ConnectionError(ProtocolError("aborted", http.client.RemoteDisconnected("Remote end closed")))
    assert "was aborted: Remote end closed" in str(translate(ended, TARGET, "ntlm", sent=True))


def test_the_innermost_words_are_told() -> None:
    inner = OSError(5, "Input/output error")
    outer = requests.ConnectionError(ProtocolError("outer", inner), "beside")
    assert "was aborted: Input/output error" in str(translate(outer, TARGET, "ntlm", sent=True))
    told_before = requests.ConnectionError(ValueError("(<Pool object>, 'x')"), "plain words")
    # What only repeats the objects of a library is passed over.
    assert "was aborted: plain words" in str(translate(told_before, TARGET, "ntlm", sent=True))
    assert "was aborted: ConnectionError" in str(translate(requests.ConnectionError(ValueError()), TARGET, "ntlm", sent=True))


def test_a_chain_without_end_is_left() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert type(translate(first, TARGET, "ntlm", sent=True)) is TransportError


def test_a_long_reason_is_cut() -> None:
    assert len(str(translate(OSError("x" * 5000), TARGET, "ntlm", sent=True))) < 500


def test_wrong_credentials_name_the_account() -> None:
    assert "CORP\\admin" in str(unauthorized(TARGET, "basic"))
    assert "WAY_OPTION" in str(unauthorized(TARGET, "ntlm"))
    assert "client certificate" in str(unauthorized(Target("https://h", "", VARIABLES), "certificate"))


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
        (b"<" + b" " * 1015 + b"Envelope", True),
        (b"<" + b" " * 1016 + b"Envelope", False),
    ],
)
def test_a_body_that_looks_like_soap(body: bytes, expected: bool) -> None:
    assert is_soap(body) is expected


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (500, b"<s:Envelope/>", "https://scp01:5986/wsman answered HTTP 500 to the logon; nothing was sent"),
        (502, b"<html>", "answered HTTP 502 without SOAP"),
        (500, b"", "HTTP 500 with an empty body"),
        (418, b"", "HTTP 418"),
    ],
)
def test_a_status_in_the_handshake_has_had_no_effect(status: int, body: bytes, says: str) -> None:
    found = refused(status, body, TARGET, sent=False)
    assert says in str(found)
    assert (found.status, found.after_send) == (status, False)


def test_bare_statuses() -> None:
    empty, page = refused(500, b"", TARGET), refused(502, b"<html>", TARGET)
    assert (empty.status, empty.after_send) == (500, False)
    assert "unencrypted" in str(empty)
    assert (page.status, page.after_send) == (502, True)
    assert "proxies in between" in str(page)
    fault = refused(500, b"<html>", TARGET)
    assert (fault.status, fault.after_send) == (500, True)
    assert "answered HTTP 500 without SOAP" in str(fault)
    early = refused(499, b"<html>", TARGET)
    assert "probably not from WinRM" not in str(early)


@pytest.mark.parametrize("user", [r"CORP\admin", "admin@corp.example"])
@pytest.mark.parametrize("method", ["basic", "plaintext", "ssl"])
def test_basic_is_not_for_accounts_of_a_domain(user: str, method: str) -> None:
    message = str(unauthorized(Target("http://scp01:5985/wsman", user, WINRM), method))
    assert "only from local accounts" in message
    assert message.endswith("set ansible_winrm_transport to ntlm or kerberos")


@pytest.mark.parametrize(
    ("user", "method"), [("admin", "basic"), (r".\admin", "basic"), (r"SCP01\admin", "basic"), (r"CORP\a", "ntlm")]
)
def test_a_local_account_may_have_a_wrong_password(user: str, method: str) -> None:
    message = str(unauthorized(Target("http://scp01.corp.example:5985/wsman", user, WINRM), method))
    assert "wrong user or password" in message
    assert "local accounts" not in message


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (85, "no authority key identifier"),
        (86, "no subject key identifier"),
        (89, "not marked as critical"),
        (92, "no key usage"),
    ],
)
def test_a_certificate_that_newer_pythons_refuse_is_no_question_of_trust(code: int, words: str) -> None:
    message = str(translate(certificate(code), TARGET, "ntlm", sent=False))
    assert [word for word in (words, "Python 3.13 and newer", "Python 3.11 or 3.12", "CHECK_OPTION") if word not in message] == []
    assert "CA_OPTION" not in message


OF_ENVIRONMENT = Proxy("http://user:Proxy-Pass@px01:3128", "https_proxy", of_environment=True)


def test_a_proxy_of_the_environment_is_named_with_the_ways_round_it() -> None:
    through = Target("https://scp01:5986/wsman", "u", VARIABLES, OF_ENVIRONMENT)
    failed = translate(
        requests.exceptions.ProxyError(MaxRetryError(POOL, "/", ProxyError("x", OSError("502 Bad")))), through, "ntlm", sent=False
    )
    for message in (str(failed), str(refused(503, b"<html>", through)), str(refused(403, b"", through))):
        for word in ("http://px01:3128", "https_proxy", "no_proxy", "NO_PROXY to true"):
            assert word in message
        assert "Proxy-Pass" not in message


def test_a_proxy_of_the_inventory_is_named_with_its_variable() -> None:
    through = Target("https://scp01:5986/wsman", "u", VARIABLES, Proxy("http://px01:3128", "ansible_winrm_proxy"))
    message = str(refused(502, b"<html>", through))
    assert "The proxy http://px01:3128 is set by ansible_winrm_proxy" in message
    assert "environment" not in message


@pytest.mark.parametrize("error", [ConnectionResetError(104, "Connection reset by peer"), requests.ConnectionError("aborted")])
def test_http_to_the_port_of_https(error: Exception) -> None:
    message = str(translate(error, Target("http://scp01:5986/wsman", "u", VARIABLES), "ntlm", sent=False))
    assert message.endswith("Port 5986 is for WinRM over HTTPS: set SCHEME_OPTION to https, or ansible_port to 5985")
    assert "5986 is" not in str(translate(error, Target("http://scp01:5985/wsman", "u", VARIABLES), "ntlm", sent=False))


@pytest.mark.parametrize(
    ("way", "password", "told"),
    [
        ("negotiate", None, True),
        ("negotiate", "", True),
        ("negotiate", "x", False),
        # The server has rejected a ticket, so there is one.
        ("kerberos", None, False),
        ("ntlm", None, False),
    ],
)
def test_a_ticket_is_spoken_of_where_one_was_needed(way: str, password: str | None, told: bool) -> None:
    assert ("kinit" in str(about_the_ticket(unauthorized(TARGET, way), way, password))) is told
    lost = translate(requests.ConnectionError("x"), TARGET, way, sent=False)
    assert about_the_ticket(lost, way, password) is lost
    assert ("ansible_password is empty" in str(about_the_ticket(unauthorized(TARGET, way), way, password))) is (password == "")


@pytest.mark.parametrize("way", ["kerberos", "negotiate"])
@pytest.mark.parametrize(
    ("password", "said"), [(None, "ansible_password is not set; "), ("", "ansible_password is empty; "), ("x", "")]
)
def test_no_ticket_is_said_once(way: str, password: str | None, said: str) -> None:
    none = translate(PermissionError("No Kerberos credentials available"), TARGET, way, sent=False)
    message = str(about_the_ticket(none, way, password))
    assert message.startswith(f"{said}authentication at")
    assert message.count("the controller has no Kerberos ticket") == 1
