"""The HTTP front and the authentication at the level of HTTP: the answers to hostile or faulty clients."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
import time
from typing import Any

import pytest
import spnego

from lab.winrm.http_front import MAX_BODY_BYTES, Listener
from lab.winrm.names import IDENTITY, SOAP
from lab.winrm.sealing import read_sealed, write_sealed

DOMAIN = "Basic " + base64.b64encode("CORP\\scpadmin:Pa:ss wörd 1".encode()).decode()
"""The right password of an account that is not a local one."""
SOAP_TYPE = "application/soap+xml;charset=UTF-8"
IDENTIFY = f'<s:Envelope xmlns:s="{SOAP}"><s:Header/><s:Body><i:Identify xmlns:i="{IDENTITY}"/></s:Body></s:Envelope>'.encode()
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def connection(server: Any) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(server.http.address, server.http.port, timeout=10)


@pytest.fixture
def tls_connection(server: Any) -> http.client.HTTPSConnection:
    context = ssl.create_default_context(cafile=server.ca_pem)
    return http.client.HTTPSConnection(server.https.address, server.https.port, timeout=10, context=context)


def ask(connection: http.client.HTTPConnection, body: bytes = b"", path: str = "/wsman", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", path, body, named)
    reply = connection.getresponse()
    values: dict[str, str] = {}
    for name, value in reply.getheaders():
        values[name] = f"{values[name]}, {value}" if name in values else value
    return reply.status, values, reply.read()


def token(value: bytes | None, scheme: str = "Negotiate") -> str:
    return f"{scheme} {base64.b64encode(value or b'').decode()}"


def log_on(connection: http.client.HTTPConnection, password: str = "Pa:ss wörd 1") -> tuple[Any, Answer]:
    client = spnego.client("CORP\\scpadmin", password, protocol="ntlm", service="http", options=spnego.NegotiateOptions.use_ntlm)
    status, headers, body = ask(connection, Authorization=token(client.step()))
    assert (status, body) == (401, b"")
    challenge = headers["WWW-Authenticate"]
    assert challenge.startswith("Negotiate ")
    return client, ask(connection, Authorization=token(client.step(base64.b64decode(challenge[10:]))))


def sealed(client: Any, plain: bytes, length: int | None = None) -> tuple[str, bytes]:
    wrapped = client.wrap_winrm(plain)
    size = len(plain) if length is None else length
    return write_sealed("application/HTTP-SPNEGO-session-encrypted", size, wrapped.header, wrapped.data)


def ask_sealed(connection: http.client.HTTPConnection, client: Any, plain: bytes) -> tuple[int, bytes]:
    content_type, body = sealed(client, plain)
    status, headers, answer = ask(connection, body, Content_Type=content_type)
    message = read_sealed(headers["Content-Type"], answer)
    text = client.unwrap_winrm(message.signature, message.data)
    assert len(text) == message.length
    return status, text


def test_what_is_offered(connection: http.client.HTTPConnection, tls_connection: http.client.HTTPSConnection) -> None:
    status, headers, body = ask(connection)
    assert (status, headers["WWW-Authenticate"], body) == (401, "Negotiate", b"")
    status, headers, body = ask(tls_connection)
    assert (status, headers["WWW-Authenticate"], body) == (401, 'Negotiate, Basic realm="WSMAN"', b"")


def test_the_handshake_ends_with_200_and_an_empty_body(connection: http.client.HTTPConnection) -> None:
    _, (status, headers, body) = log_on(connection)
    assert (status, headers["Content-Length"], body) == (200, "0", b"")


def test_a_wrong_password_can_be_corrected_on_the_same_connection(connection: http.client.HTTPConnection) -> None:
    _, (status, headers, _) = log_on(connection, "wrong")
    assert (status, headers["WWW-Authenticate"]) == (401, "Negotiate")
    assert log_on(connection)[1][0] == 200


def test_a_new_token_starts_a_new_context(connection: http.client.HTTPConnection) -> None:
    first, _ = log_on(connection)
    second, (status, _, _) = log_on(connection)
    assert status == 200
    assert ask_sealed(connection, second, IDENTIFY)[0] == 200
    content_type, body = sealed(first, IDENTIFY)
    assert ask(connection, body, Content_Type=content_type)[0] == 400
    assert ask(connection)[0] == 401


def test_a_failed_new_handshake_ends_the_old_one(connection: http.client.HTTPConnection) -> None:
    log_on(connection)
    assert ask(connection, Authorization="Negotiate bm9uc2Vuc2U=")[0] == 401
    assert ask(connection)[0] == 401


@pytest.mark.parametrize(
    "value",
    [
        "Negotiate",
        "Negotiate !!!",
        "Negotiate bm9uc2Vuc2U=",
        "Negotiate TlRMTVNTUAADAAAA",
        "Negotiate TlRMTVNTUAABAAAA",
        "Negotiate YIIB",
        "Negotiate " + "A" * 60_000,
        "NTLM TlRMTVNTUAABAAAABYIIAAAAAAAAAAAAAAAAAAAAAAA=",
        "Kerberos YIIB",
        "Basic bm9jb2xvbg==",
        "Basic Q09SUFxzY3BhZG1pbjpQYTpzcyB3w7ZyZCAx",
        "Digest x",
        "",
    ],
)
def test_malformed_credentials_get_401(connection: http.client.HTTPConnection, value: str) -> None:
    status, headers, body = ask(connection, IDENTIFY, Authorization=value, Content_Type=SOAP_TYPE)
    assert (status, headers["WWW-Authenticate"], body) == (401, "Negotiate", b"")
    assert log_on(connection)[1][0] == 200


@pytest.mark.parametrize(
    "value", ["Basic bm9jb2xvbg==", "Basic /w==", "Basic Q09SUFxzY3BhZG1pbjo=", "Basic Og==", "Basic", DOMAIN]
)
def test_malformed_basic_gets_401(tls_connection: http.client.HTTPSConnection, value: str) -> None:
    assert ask(tls_connection, IDENTIFY, Authorization=value, Content_Type=SOAP_TYPE)[0] == 401


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_basic_authenticates_one_request_only(tls_connection: http.client.HTTPSConnection, encoding: str) -> None:
    value = token("localadmin:Pa:ss wörd 1".encode(encoding), "Basic")
    status, _, body = ask(tls_connection, IDENTIFY, Authorization=value, Content_Type=SOAP_TYPE)
    assert (status, b"OS: 10.0.20348" in body) == (200, True)
    assert ask(tls_connection, IDENTIFY, Content_Type=SOAP_TYPE)[0] == 401
    assert ask(tls_connection, IDENTIFY, Authorization=value, Content_Type="text/plain")[0] == 415
    content_type, sealed_body = write_sealed("application/HTTP-SPNEGO-session-encrypted", 1, b"s" * 16, b"d")
    assert ask(tls_connection, sealed_body, Authorization=value, Content_Type=content_type)[0] == 400


def test_paths_and_methods(connection: http.client.HTTPConnection) -> None:
    status, headers, body = ask(connection, path="/")
    assert (status, headers["Content-Length"], body) == (404, "0", b"")
    assert ask(connection, path="/wsman/other")[0] == 404
    assert ask(connection, path="/WSMAN?PSVersion=5.1")[0] == 401
    assert ask(connection, path="/wsman/")[0] == 401
    for method in ("GET", "HEAD", "PUT", "BREW"):
        connection.request(method, "/wsman", b"" if method in ("PUT", "BREW") else None, {"Content-Length": "0"})
        reply = connection.getresponse()
        assert (reply.status, reply.getheader("Allow"), reply.read()) == (405, "POST", b"")


def test_identify_without_authentication(connection: http.client.HTTPConnection) -> None:
    for path, headers in (("/wsman-anon/identify", {}), ("/wsman", {"WSMANIDENTIFY": "unauthenticated"})):
        status, replied, body = ask(connection, IDENTIFY, path, Content_Type=SOAP_TYPE, **headers)
        assert (status, replied["Content-Type"]) == (200, SOAP_TYPE)
        assert b"OS: 0.0.0" in body
        status, _, body = ask(connection, IDENTIFY.replace(b"Identify", b"Everything"), path, **headers)
        assert (status, b'Code="5"' in body) == (500, True)
        assert ask(connection, b"<", path, **headers)[0] == 500


def test_identify_sealed(server: Any, connection: http.client.HTTPConnection) -> None:
    client, _ = log_on(connection)
    status, body = ask_sealed(connection, client, IDENTIFY)
    assert (status, b"OS: 10.0.20348" in body) == (200, True)
    assert server.service.log.records()[-1].kind == "identify"
    assert server.service.log.records()[-1].caller == "CORP\\scpadmin"


@pytest.mark.parametrize("content_type", [SOAP_TYPE, "", "text/plain"])
def test_clear_text_over_http_gets_500_and_nothing(connection: http.client.HTTPConnection, content_type: str) -> None:
    log_on(connection)
    status, headers, body = ask(connection, IDENTIFY, Content_Type=content_type)
    assert (status, headers["Content-Length"], body) == (500, "0", b"")


@pytest.mark.parametrize("plain", [b"<", b"", b"<a/>", b"\xff\xfe", b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", b"<a>" * 99])
def test_whatever_was_sealed_is_answered_sealed(connection: http.client.HTTPConnection, plain: bytes) -> None:
    client, _ = log_on(connection)
    status, body = ask_sealed(connection, client, plain)
    assert (status, b"SchemaValidationError" in body) == (500, True)
    assert b"Traceback" not in body
    assert ask_sealed(connection, client, IDENTIFY)[0] == 200


def test_a_false_length_or_a_changed_byte_gets_400(connection: http.client.HTTPConnection) -> None:
    client, _ = log_on(connection)
    content_type, body = sealed(client, IDENTIFY, len(IDENTIFY) + 1)
    assert ask(connection, body, Content_Type=content_type)[0] == 400
    client, _ = log_on(connection)
    content_type, body = sealed(client, IDENTIFY)
    status, _, answer = ask(connection, body.replace(b"octet-stream\r\n", b"octet-stream\r\n\x00", 1), Content_Type=content_type)
    assert (status, answer) == (400, b"")


def test_large_requests_get_a_bare_413(server: Any, connection: http.client.HTTPConnection) -> None:
    status, headers, body = ask(connection, b"x" * (MAX_BODY_BYTES + 1))
    assert (status, headers["Content-Length"], body) == (413, "0", b"")
    client, _ = log_on(connection)
    content_type, sealed_body = sealed(client, b"<a>" + b"x" * 512_000)
    status, _, body = ask(connection, sealed_body, Content_Type=content_type)
    assert (status, body) == (413, b"")
    assert ask_sealed(connection, client, IDENTIFY)[0] == 200
    assert {record.http_status for record in server.service.log.records(kind="refused")} == {413}


def raw(server: Any, data: bytes) -> bytes:
    with socket.create_connection((server.http.address, server.http.port), timeout=10) as client:
        client.sendall(data)
        received = b""
        while part := client.recv(65536):
            received += part
        return received


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"POST /wsman HTTP/1.1\r\nHost: x\r\n\r\n", 411),
        (b"POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: 999999999999999\r\n\r\n", 413),
        (b"POST /wsman HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
        (b"nonsense\r\n\r\n", 400),
        (b"POST /wsman HTTP/9.9\r\n\r\n", 505),
    ],
)
def test_broken_http_gets_a_bare_status_and_the_end(server: Any, request_bytes: bytes, status: int) -> None:
    reply = raw(server, request_bytes)
    head, _, body = reply.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Connection: close" in head
    assert body == b""


def test_a_body_that_never_comes_ends_quietly(server: Any) -> None:
    with socket.create_connection((server.http.address, server.http.port), timeout=10) as client:
        client.sendall(b"POST /wsman HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""


def test_the_body_is_asked_for_at_once(server: Any) -> None:
    with socket.create_connection((server.http.address, server.http.port), timeout=5) as client:
        client.sendall(b"POST /wsman HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"ab")
        assert client.recv(1000).startswith(b"HTTP/1.1 401 ")


def test_clear_text_on_the_tls_port_hurts_nobody(server: Any, tls_connection: http.client.HTTPSConnection) -> None:
    with (
        socket.create_connection((server.https.address, server.https.port), timeout=10) as silent,
        socket.create_connection((server.https.address, server.https.port), timeout=10) as clear,
    ):
        clear.sendall(b"POST /wsman HTTP/1.1\r\n\r\n")
        assert ask(tls_connection)[0] == 401  # while the silent one delays only its own handshake
        silent.close()


def test_only_loopback(server: Any) -> None:
    for address in ("0.0.0.0", "10.0.0.1", "::1", "localhost", "127.0.0.1.evil.test", ""):
        with pytest.raises(ValueError, match=r"127\.0\.0\.0/8 only"):
            Listener(address, 0, server.service)


def test_a_port_in_use_is_named(server: Any) -> None:
    second = Listener(server.http.address, server.http.port, server.service)
    expected = f"cannot listen on {server.http.address} port {server.http.port}: another program already listens there"
    with pytest.raises(OSError, match=expected):
        second.start()
    assert not second.listening


def test_pause_and_resume(server: Any, connection: http.client.HTTPConnection) -> None:
    log_on(connection)
    server.http.pause()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((server.http.address, server.http.port), timeout=5)
    with pytest.raises((http.client.HTTPException, OSError)):
        ask(connection)
    connection.close()
    server.http.resume()
    server.http.resume()
    assert ask(connection)[0] == 401


def test_idle_connections_are_closed(server: Any) -> None:
    with (
        Listener(server.http.address, 0, server.service, idle_seconds=0.2) as listener,
        socket.create_connection((listener.address, listener.port), timeout=10) as client,
    ):
        assert client.recv(1) == b""


def test_stopping_is_quick_with_connections_open(server: Any) -> None:
    listener = Listener(server.http.address, 0, server.service)
    listener.start()
    clients = [http.client.HTTPConnection(listener.address, listener.port, timeout=10) for _ in range(20)]
    for client in clients:
        assert ask(client)[0] == 401
    began = time.monotonic()
    listener.stop()
    assert time.monotonic() - began < 1
    assert not [thread for thread in threading.enumerate() if thread.name == f"winrm-SCP01-{listener.port}"]
    listener.stop()
    for client in clients:
        client.close()


def test_many_connections_authenticate_side_by_side(server: Any) -> None:
    statuses: list[int] = []

    def one(password: str) -> None:
        connection = http.client.HTTPConnection(server.http.address, server.http.port, timeout=30)
        statuses.append(log_on(connection, password)[1][0])
        connection.close()

    threads = [threading.Thread(target=one, args=("Pa:ss wörd 1" if number % 2 else "wrong",)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 15 + [401] * 15
