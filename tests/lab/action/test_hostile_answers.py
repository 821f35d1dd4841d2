"""Answers that must not be trusted, over pywinrm and pypsrp: in clear, from elsewhere, slow, endless, after a weak logon.

The program between client and server only answers in clear, slowly, largely, or with another address.
"""

from __future__ import annotations

import base64
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import trustme

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AuthenticationFailed,
    CimError,
    Refused,
    TransportError,
    TransportTimeout,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils import http_answer, psrp_transport, winrm_transport
from tests.lab.action.between import Between, Message, Tamper, between
from tests.lab.action.test_action_links import say, session_over

FAULT = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code>'
    b'<s:Reason><s:Text xml:lang="en">not found</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>'
)
SOAP_TYPE = b"application/soap+xml;charset=UTF-8"
LIMIT_SECONDS = 1.0


def http(status: int, body: bytes = b"", kind: bytes = SOAP_TYPE, *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 %d X" % status, b"Content-Length: %d" % len(body), *headers]
    lines += [b"Content-Type: " + kind] if kind else []
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def instead(answer: bytes) -> Tamper:
    """Replace the first answer to an encrypted request."""
    return lambda request, _answer: answer if request.encrypted else None


@contextmanager
def disturbed(server: Any, connection: Any, tamper: Tamper) -> Iterator[Between]:
    """The connection leads through the program between."""
    with between((server.address, server.http_port), tamper) as middle:
        connection.options.update(remote_addr=middle.address, port=middle.port)
        yield middle


def failure(server: Any, connection: Any, tamper: Tamper, kind: type[CimError] = TransportError) -> CimError:
    with disturbed(server, connection, tamper), session_over(connection) as session, pytest.raises(kind) as caught:
        say(session)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "answer",
    [
        http(500, FAULT),
        http(400, FAULT),
        http(200, FAULT),
        http(200, FAULT, b""),
        http(
            200, FAULT, b'multipart/encrypted;protocol="application/HTTP-CredSSP-session-encrypted";boundary="Encrypted Boundary"'
        ),
        http(200, FAULT, b'multipart/encrypted;protocol="application/x-other";boundary="Encrypted Boundary"'),
        http(200, FAULT, b'text/plain; x="multipart/encrypted;"; protocol="application/HTTP-SPNEGO-session-encrypted"'),
        http(204),
    ],
    ids=["fault", "fault with 400", "200", "no type", "other protocol", "unknown protocol", "disguised", "nothing"],
)
def test_an_answer_in_clear_is_not_trusted(server: Any, connection: Any, answer: bytes) -> None:
    error = failure(server, connection, instead(answer))
    assert "is not encrypted, although encryption was agreed" in str(error)
    # The request did arrive, and nothing in clear can say that it had no effect.
    assert error.after_send
    assert server.calls == ["Say"]


def test_an_answer_that_claims_to_be_encrypted_is_decrypted(server: Any, connection: Any) -> None:
    def tamper(request: Message, answer: Message) -> bytes | None:
        if not request.encrypted:
            return None
        return answer.head + answer.body[:-60] + bytes([answer.body[-60] ^ 1]) + answer.body[-59:]

    assert failure(server, connection, tamper).after_send


def test_a_lost_logon_is_told_and_not_repeated(server: Any, connection: Any) -> None:
    lost = http(401, b"", b"", b"WWW-Authenticate: Negotiate")
    with disturbed(server, connection, instead(lost)) as middle, session_over(connection) as session:
        with pytest.raises(TransportError, match="no longer accepts the logon of the encrypted connection") as caught:
            say(session)
        assert caught.value.after_send
        assert not isinstance(caught.value, AuthenticationFailed)
        assert sum(request.encrypted for request in middle.requests) == 1
        # No logon follows the lost one.
        assert middle.requests[-1].encrypted


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[bytes]]]:
    """Another address, and what was sent to it."""
    received: list[bytes] = []
    with one_client(lambda client: received.append(client.recv(65536))) as (address, port):
        yield f"http://{address}:{port}/wsman", received


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("encrypted", [False, True])
def test_a_redirect_is_not_followed(
    server: Any, connection: Any, elsewhere: tuple[str, list[bytes]], status: int, encrypted: bool
) -> None:
    url, received = elsewhere
    redirect = http(status, b"", b"", b"Location: " + url.encode())
    error = failure(server, connection, lambda request, _answer: redirect if request.encrypted is encrypted else None, Refused)
    for word in (f"HTTP {status}", url, f":{connection.options['port']}/wsman", "not followed", "path"):
        assert word in str(error)
    assert error.after_send is encrypted
    time.sleep(0.05)
    assert received == []


def test_a_redirect_with_a_hostile_address_is_one_short_line(server: Any, connection: Any) -> None:
    location = b"Location: http://" + b"x" * 5000 + b"\x1b[2J/"
    error = failure(server, connection, lambda _request, _answer: http(302, b"", b"", location))
    assert str(error).isprintable()
    assert len(str(error)) < 700


@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"br"])
def test_a_compressed_answer_is_not_unpacked(server: Any, connection: Any, coding: bytes) -> None:
    packed = http(200, b"\x1f\x8b" + b"\0" * 100, SOAP_TYPE, b"Content-Encoding: " + coding)
    error = failure(server, connection, lambda _request, _answer: packed)
    assert f"is compressed ({coding.decode()}), although no compression was requested" in str(error)


def test_no_compression_is_requested(server: Any, connection: Any) -> None:
    with disturbed(server, connection, lambda _request, _answer: None) as middle, session_over(connection) as session:
        say(session)
        assert all(b"accept-encoding: identity\r\n" in request.head.lower() for request in middle.requests)


def test_nobody_but_a_proxy_asks_for_a_logon_at_a_proxy(server: Any, connection: Any) -> None:
    asks = http(407, b"", b"", b"Proxy-Authenticate: NTLM")
    with disturbed(server, connection, lambda _request, _answer: asks) as middle, session_over(connection) as session:
        with pytest.raises(Refused, match="HTTP 407, a demand to log on to a proxy, but no proxy is set") as caught:
            say(session)
        assert not caught.value.after_send
        assert len(middle.requests) == 1


def megabytes(count: int) -> Iterator[bytes]:
    piece = b"x" * 65536
    for _ in range(count * 16):
        yield piece


def endless_body(request: Message) -> Iterator[bytes]:
    """Until the connection is closed."""
    yield _begin(request) + b"\r\n\r\n"
    yield from megabytes(200)


def endless_pieces(request: Message) -> Iterator[bytes]:
    """Chunked."""
    yield _begin(request) + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    for piece in megabytes(200):
        yield b"%x\r\n" % len(piece) + piece + b"\r\n"


def large_body(request: Message) -> Iterator[bytes]:
    """With its length in the headers."""
    yield _begin(request) + b"\r\nContent-Length: 4000000000\r\n\r\n"
    yield from megabytes(200)


def _begin(request: Message) -> bytes:
    """The first lines of an answer whose body is read: to a message, or to the first request of a handshake."""
    found = re.search(rb"Content-Type: (.*)\r\n", request.head)
    begin = b"HTTP/1.1 200 OK" if request.encrypted else b"HTTP/1.1 401 X\r\nWWW-Authenticate: Negotiate"
    return begin + b"\r\nContent-Type: " + (found[1] if found else SOAP_TYPE)


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("body", [endless_body, endless_pieces, large_body])
def test_an_answer_without_end_is_not_read(
    server: Any, connection: Any, body: Callable[[Message], Iterator[bytes]], encrypted: bool
) -> None:
    error = failure(server, connection, lambda request, _answer: body(request) if request.encrypted is encrypted else None)
    assert f"is larger than {http_answer.MAX_BODY_BYTES // 1048576} MiB and was not read" in str(error)
    assert error.after_send is encrypted


def drops(data: bytes, pause: float) -> Iterator[bytes]:
    """A byte now and then, for at most 30 s."""
    for place in range(min(len(data), int(30 / pause))):
        yield data[place : place + 1]
        time.sleep(pause)


def slow_headers(_request: Message) -> Iterator[bytes]:
    return drops(b"HTTP/1.1 200 OK\r\n" + b"X-Header: x\r\n" * 1000, 0.1)


def slow_body(request: Message) -> Iterator[bytes]:
    yield _begin(request) + b"\r\nContent-Length: 4000\r\n\r\n"
    yield from drops(b"x" * 4000, 0.1)


def slow_body_without_length(request: Message) -> Iterator[bytes]:
    yield _begin(request) + b"\r\n\r\n"
    yield from drops(b"x" * 4000, 0.1)


def endless_information(_request: Message) -> Iterator[bytes]:
    for _ in range(300):
        yield b"HTTP/1.1 100 Continue\r\n\r\n"
        time.sleep(0.1)


@pytest.fixture
def short_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (winrm_transport, psrp_transport):
        monkeypatch.setattr(module, "exchange_seconds", lambda *_arguments, **_keywords: LIMIT_SECONDS)


@pytest.mark.usefixtures("short_limit")
@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("answer", [slow_headers, slow_body, slow_body_without_length, endless_information])
def test_a_slow_answer_ends_with_the_exchange_s_limit(
    server: Any, connection: Any, answer: Callable[[Message], Iterator[bytes]], encrypted: bool
) -> None:
    began = time.monotonic()
    error = failure(
        server, connection, lambda request, _answer: answer(request) if request.encrypted is encrypted else None, TransportTimeout
    )
    assert time.monotonic() - began < LIMIT_SECONDS + 2
    assert "no complete response" in str(error)
    assert error.after_send is encrypted


def test_the_limit_of_an_exchange_is_of_its_time_outs(server: Any, connection: Any) -> None:
    began = time.monotonic()
    error = failure(server, connection, lambda request, _answer: slow_headers(request), TransportTimeout)
    # 1 s for the operation, 2 s each to connect and to read.
    assert 4.5 < time.monotonic() - began < 5 + 2
    assert "within 5 s" in str(error)


@contextmanager
def one_client(serve: Callable[[socket.socket], object]) -> Iterator[tuple[str, int]]:
    """An address and port where the first client is served so, and then disconnected."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def run() -> None:
        with suppress(OSError):
            client, _peer = listener.accept()
            with client:
                client.settimeout(5)
                serve(client)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield listener.getsockname()
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


@pytest.fixture
def slow_tls() -> Iterator[tuple[str, int]]:
    """An address and port that begin TLS and then send one byte now and then."""

    def serve(client: socket.socket) -> None:
        client.recv(65536)
        for piece in drops(b"\x16\x03\x03\x40\x00" + b"\x02" * 4000, 0.1):
            client.sendall(piece)

    with one_client(serve) as address:
        yield address


@pytest.mark.usefixtures("short_limit")
def test_a_slow_tls_handshake_ends_with_the_limit_and_nothing_was_sent(connection: Any, slow_tls: tuple[str, int]) -> None:
    connection.options.update(remote_addr=slow_tls[0], port=slow_tls[1], scheme="https", protocol="https")
    began = time.monotonic()
    with session_over(connection) as session, pytest.raises(TransportError) as caught:
        say(session)
    assert time.monotonic() - began < LIMIT_SECONDS + 0.8
    assert not caught.value.after_send


NEGOTIATE_FLAGS = {"signing": 0x10, "encryption": 0x20, "extended session security": 0x80000, "128-bit keys": 0x20000000}


def weakened(flag: int) -> Tamper:
    """The server's NTLM challenge ([MS-NLMP] 2.2.1.2) without this flag."""

    def tamper(_request: Message, answer: Message) -> bytes | None:
        found = re.search(rb"(WWW-Authenticate: \w+ )(\S+)\r\n", answer.head)
        token = base64.b64decode(found[2]) if found else b""
        begin = token.find(b"NTLMSSP\0\x02\0\0\0")
        if found is None or begin < 0:
            return None
        (flags,) = struct.unpack_from("<I", token, begin + 20)
        token = token[: begin + 20] + struct.pack("<I", flags & ~flag) + token[begin + 24 :]
        return answer.head.replace(found[2], base64.b64encode(token)) + answer.body

    return tamper


@pytest.mark.parametrize("lacking", NEGOTIATE_FLAGS)
def test_a_weak_session_is_refused_before_the_logon_ends(server: Any, connection: Any, lacking: str) -> None:
    tamper = weakened(NEGOTIATE_FLAGS[lacking])
    with disturbed(server, connection, tamper) as middle, session_over(connection) as session:
        with pytest.raises(AuthenticationFailed, match=f"does not agree to {lacking} for NTLM; nothing was sent") as caught:
            say(session)
        assert not caught.value.after_send
        assert not any(request.encrypted for request in middle.requests)
        # The message with the proof of the password is the third of a handshake.
        tokens = [re.search(rb"Authorization: \w+ (\S+)", request.head) for request in middle.requests]
        assert not any(token and b"NTLMSSP\0\x03" in base64.b64decode(token[1]) for token in tokens)
    assert server.calls == []


def over_https(server: Any, connection: Any) -> None:
    connection.options.update(port=server.https_port, scheme="https", protocol="https")
    if connection.transport == "winrm":
        connection.options["_extras"]["ansible_winrm_ca_trust_path"] = server.ca_file
    else:
        connection.options["ca_cert"] = server.ca_file


def test_a_logon_over_https_is_bound_to_the_certificate(server: Any, connection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    over_https(server, connection)
    with session_over(connection) as session:
        assert say(session) == "Ä"
    # As if the library did not find the certificate.
    monkeypatch.setattr("requests_ntlm.HttpNtlmAuth._get_server_cert", lambda *_arguments: None)
    monkeypatch.setattr("pypsrp.negotiate.HTTPNegotiateAuth._get_cbt_data", lambda *_arguments: None)
    with session_over(connection) as session, pytest.raises(AuthenticationFailed, match="cannot be bound to the server's cert"):
        say(session)
    assert server.calls == ["Say"]


@pytest.fixture
def old_tls(authority: trustme.CA) -> Iterator[tuple[str, int]]:
    """An address and port with TLS 1.1 only, as far as OpenSSL still has it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with one_client(lambda client: context.wrap_socket(client, server_side=True)) as address:
        yield address


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_tls_before_1_2_is_refused(server: Any, connection: Any, old_tls: tuple[str, int]) -> None:
    over_https(server, connection)
    connection.options.update(remote_addr=old_tls[0], port=old_tls[1])
    with session_over(connection) as session, pytest.raises(Unreachable, match=r"TLS to .* failed") as caught:
        say(session)
    assert not caught.value.after_send


def test_a_connection_that_ends_in_the_tls_handshake_did_not_carry_the_request(connection: Any) -> None:
    with one_client(lambda client: client.recv(65536)) as (address, port):
        connection.options.update(remote_addr=address, port=port, scheme="https", protocol="https")
        with session_over(connection) as session, pytest.raises(Unreachable) as caught:
            say(session)
    assert not caught.value.after_send


def test_only_the_host_with_hostile_answers_is_unreachable(server: Any, play: Any) -> None:
    behind = (server.address, server.http_port)
    quick = {"operation_timeout_sec": 1, "read_timeout_sec": 2}
    elsewhere = http(302, b"", b"", b"Location: http://127.0.0.1:9/wsman")
    with (
        between(behind, lambda request, _answer: endless_body(request)) as endless,
        between(behind, lambda request, _answer: slow_headers(request) if request.encrypted else None) as slow,
        between(behind, instead(http(500, FAULT))) as clear,
        between(behind, lambda _request, _answer: elsewhere) as redirects,
    ):
        bad = {
            "endless": (endless, server.psrp(), "is larger than 16 MiB and was not read"),
            "slow": (slow, server.winrm(**quick), "no complete response from"),
            "clear": (clear, server.winrm(), "is not encrypted, although encryption was agreed, so it is not trusted"),
            "redirects": (redirects, server.psrp(), "redirects to http://127.0.0.1:9/wsman; redirects are not followed"),
        }
        hosts = {
            name: {**found, "ansible_host": middle.address, "ansible_port": middle.port}
            for name, (middle, found, _) in bad.items()
        }
        task = {"name": "read", "configmgr.scp.cim": {"class": "Lab_Thing"}}
        run = play({**hosts, "good": server.winrm()}, [task, {**task, "name": "again"}], "-f", "5")
    for name, (_, _, said) in bad.items():
        message = run.result("read", "unreachable", name)["msg"]
        assert said.lower() in message.lower()
        assert ("may have had its effect" in message) is (name in ("slow", "clear"))
    assert len(run.result("again", "ok", "good")["instances"]) == 2
    assert run.seconds < 20
