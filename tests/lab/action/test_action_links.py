"""`send(bytes) -> bytes` over pywinrm and pypsrp when connections fail: the exceptions, and that nothing is sent twice."""

from __future__ import annotations

import importlib.util
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AuthenticationFailed,
    CimError,
    Refused,
    TransportError,
    TransportTimeout,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.plugin_utils.connection import access_to
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError
from lab.winrm.injection import Cut, Delay, Drop, Status

THING = CimClass("Lab_Thing")


@contextmanager
def session_over(connection: Any) -> Iterator[CimSession]:
    access = access_to(connection)
    try:
        yield CimSession(access.link.send, operation_timeout_seconds=access.operation_timeout_seconds)
    finally:
        access.link.close()


def say(session: CimSession) -> Any:
    return session.invoke("root/cimv2", THING, "Say", {"Text": "Ä"})["Said"]


def test_one_handshake_serves_all_requests(server: Any, connection: Any) -> None:
    with session_over(connection) as session:
        assert [say(session) for _ in range(3)] == ["Ä"] * 3
    first = server.log.totals()
    assert first["cim"] == 3
    with session_over(connection) as session:
        say(session)
    assert server.log.totals()["handshake"] == 2 * first["handshake"]


def test_a_fault_is_an_answer(connection: Any) -> None:
    with session_over(connection) as session:
        with pytest.raises(CimFault, match="Missing_Thing"):
            session.enumerate("root/cimv2", CimClass("Missing_Thing"))
        # The connection remains open.
        assert say(session) == "Ä"


@pytest.mark.parametrize("effect", [False, True])
def test_a_dropped_connection_is_told_and_never_sent_again(server: Any, connection: Any, effect: bool) -> None:
    with session_over(connection) as session:
        say(session)
        (server.orders.after_next if effect else server.orders.before_next).append(Drop())
        with pytest.raises(TransportError) as caught:
            say(session)
        assert caught.value.after_send
        assert caught.value.request is not None
        assert len(server.calls) == 1 + effect
        # The keys of the lost connection are not used again.
        assert say(session) == "Ä"
        assert len(server.calls) == 2 + effect


@pytest.mark.parametrize("status", [400, 404, 413, 500, 503])
def test_a_bare_status_is_a_refusal(server: Any, connection: Any, status: int) -> None:
    with session_over(connection) as session:
        server.orders.before_next.append(Status(status))
        with pytest.raises(Refused) as caught:
            say(session)
        assert caught.value.status == status
        # Nothing proves that the server sent it: the request may have been carried out.
        assert caught.value.after_send
        assert "not encrypted" in str(caught.value)
        assert server.calls == []
        assert say(session) == "Ä"


def test_a_connection_that_is_forgotten_by_the_server_is_no_repeat(server: Any, connection: Any) -> None:
    with session_over(connection) as session:
        say(session)
        server.orders.before_next.append(Status(401))
        with pytest.raises(TransportError):
            say(session)
        assert len(server.calls) == 1
        assert say(session) == "Ä"


def test_an_answer_that_ends_early_is_no_refusal_and_nothing_is_sent_again(server: Any, connection: Any) -> None:
    with session_over(connection) as session:
        server.orders.after_next.append(Cut())
        with pytest.raises(CimError) as caught:
            say(session)
        assert not isinstance(caught.value, AuthenticationFailed)
        assert caught.value.after_send
        assert len(server.calls) == 1
        assert say(session) == "Ä"


def test_a_slow_answer_runs_into_the_time_limit(server: Any, connection: Any) -> None:
    with session_over(connection) as session:
        say(session)
        server.orders.after_next.append(Delay(4))
        began = time.monotonic()
        with pytest.raises(TransportTimeout) as caught:
            say(session)
        assert time.monotonic() - began < 3.5
        assert caught.value.after_send
        assert len(server.calls) == 2
        assert say(session) == "Ä"


def test_a_connection_that_rested_long_is_replaced_before_use(server: Any, connection: Any, monkeypatch: Any) -> None:
    now = [1000.0]
    access = access_to(connection)
    monkeypatch.setattr(access.link, "_monotonic", lambda: now[0])
    session = CimSession(access.link.send)
    say(session)
    one = server.log.totals()["handshake"]
    now[0] += 59
    say(session)
    assert server.log.totals()["handshake"] == one
    now[0] += 61
    say(session)
    assert server.log.totals()["handshake"] == 2 * one
    access.link.close()


def test_a_request_beyond_the_servers_limit(connection: Any) -> None:
    with session_over(connection) as session:
        with pytest.raises(Refused) as caught:
            session.invoke("root/cimv2", THING, "Say", {"Text": "x" * 600_000})
        assert caught.value.status == 413


def test_a_wrong_password(server: Any, connection: Any) -> None:
    connection.options["remote_password"] = "not it"
    with session_over(connection) as session, pytest.raises(AuthenticationFailed, match=re.escape(server.user)) as caught:
        say(session)
    assert "not it" not in str(caught.value)
    assert not caught.value.after_send


ANSWERS = {
    "closes at once": b"",
    "is no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "asks nothing, says nothing": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "says 401 without a way": b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
    "says 401 with a bad token": b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate !!!!\r\nContent-Length: 0\r\n\r\n",
    "seals nothing": b'HTTP/1.1 200 OK\r\nContent-Type: multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";'
    b'boundary="Encrypted Boundary"\r\nContent-Length: 4\r\n\r\nabcd',
    "breaks off": b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n<s:Envelope",
    "says 500 in HTML": b"HTTP/1.1 500 Oops\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
    "says 500 in no known encoding": b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\n\xff\xfe\xfd\xfc",
}


@contextmanager
def answering(data: bytes) -> Iterator[tuple[str, int]]:
    """A server that answers every request with the same bytes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                client.settimeout(2)
                try:
                    while client.recv(65536):
                        if not data:
                            break
                        client.sendall(data)
                        if b"4000" in data or not data.startswith(b"HTTP"):
                            break
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


@pytest.mark.parametrize("data", ANSWERS.values(), ids=ANSWERS.keys())
def test_a_server_that_is_no_winrm_service(connection: Any, data: bytes) -> None:
    with answering(data) as (address, port):
        connection.options.update(remote_addr=address, port=port)
        access = access_to(connection)
        with pytest.raises(TransportError) as caught:
            access.link.send(b"<s:Envelope/>")
    assert "\n" not in str(caught.value)
    assert "0x7f" not in str(caught.value)


def test_a_name_that_does_not_exist(connection: Any, monkeypatch: Any) -> None:
    def unknown(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    connection.options["remote_addr"] = "nowhere.invalid"
    with pytest.raises(Unreachable, match="name cannot be resolved"):
        access_to(connection).link.send(b"<s:Envelope/>")


def test_kerberos_without_its_library_says_what_to_install(server: Any) -> None:
    options = {
        "remote_addr": server.address,
        "remote_user": "scpadmin@CORP.EXAMPLE",
        "remote_password": "secret",
        "port": server.http_port,
        "path": "/wsman",
        "scheme": "http",
        "transport": ["kerberos"],
    }
    with pytest.raises(SettingsError, match="install pykerberos"):
        access_to(SimpleNamespace(transport="winrm", get_option=options.__getitem__)).link.send(b"<s:Envelope/>")


@pytest.mark.skipif(importlib.util.find_spec("gssapi") is not None, reason="the library is there")
@pytest.mark.parametrize("connection", ["psrp"], indirect=True)
def test_psrp_with_kerberos_and_without_its_library_says_what_to_install(server: Any, connection: Any) -> None:
    connection.options["auth"] = "kerberos"
    with pytest.raises(SettingsError, match=r"gssapi and krb5: pip install pypsrp\[kerberos\]") as caught:
        access_to(connection).link.send(b"<s:Envelope/>")
    assert "credssp" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"), [("remote_user", "Админ"), ("remote_password", "Пароль"), ("remote_password", "€uro")]
)
def test_basic_refuses_what_it_can_not_carry(server: Any, connection: Any, name: str, value: str) -> None:
    connection.options.update({name: value, "message_encryption": "never", "auth": "basic", "transport": ["basic"]})
    with pytest.raises(SettingsError, match=r"nothing was sent; set ansible_.* to ntlm or kerberos") as caught:
        access_to(connection).link.send(b"<s:Envelope/>")
    assert name.replace("remote", "ansible") in str(caught.value)
    assert value not in str(caught.value)
    assert server.log.records() == ()


@pytest.mark.parametrize("connection", ["winrm"], indirect=True)
def test_the_next_way_is_tried_where_basic_does_not_do(server: Any, connection: Any) -> None:
    connection.options["transport"] = ["basic", "ntlm"]
    connection.options["remote_user"] = "CORP\\Админ"
    with pytest.raises(AuthenticationFailed, match=r"nothing was sent; set ansible_winrm_transport .*ntlm"):
        access_to(connection).link.send(b"<s:Envelope/>")
    assert server.log.records()


@pytest.mark.parametrize("connection", ["psrp"], indirect=True)
@pytest.mark.parametrize(("password", "said"), [("", "empty"), (None, "not set")])
def test_without_password_and_without_ticket(
    server: Any, connection: Any, password: str | None, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/none")
    connection.options["remote_password"] = password
    with pytest.raises(
        AuthenticationFailed, match=f"ansible_password is {said}.*get one with kinit before the run, or set ansible_password"
    ):
        access_to(connection).link.send(b"<s:Envelope/>")
    assert server.log.totals()["handshake"] <= 1


@pytest.fixture
def closed_proxy(monkeypatch: pytest.MonkeyPatch, closed_port: tuple[str, int]) -> str:
    """The environment names a proxy that does not listen."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    url = f"http://user:Proxy-Pass@{closed_port[0]}:{closed_port[1]}"
    monkeypatch.setenv("http_proxy", url)
    return f"http://{closed_port[0]}:{closed_port[1]}"


def test_a_proxy_of_the_environment_that_does_not_listen(connection: Any, closed_proxy: str) -> None:
    with pytest.raises(Unreachable) as caught:
        access_to(connection).link.send(b"<s:Envelope/>")
    around = "ansible_winrm_proxy to null" if connection.transport == "winrm" else "ansible_psrp_ignore_proxy to true"
    for word in (closed_proxy, "http_proxy in the environment", "no_proxy", around, "refused"):
        assert word in str(caught.value)
    assert "Proxy-Pass" not in str(caught.value)


@pytest.mark.parametrize("way", ["no_proxy", "variable"])
def test_the_ways_round_a_proxy_of_the_environment(
    connection: Any, closed_proxy: str, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if way == "no_proxy":
        monkeypatch.setenv("no_proxy", connection.options["remote_addr"])
    elif connection.transport == "winrm":
        connection.options["_extras"]["ansible_winrm_proxy"] = None
    else:
        connection.options["ignore_proxy"] = True
    with session_over(connection) as session:
        assert say(session) == "Ä"


def test_pywinrm_finds_nothing_by_itself_in_the_environment(
    server: Any, connection: Any, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.ca_file)
    monkeypatch.setattr("winrm.transport.DISPLAYED_CA_TRUST_WARNING", False)
    connection.options.update(port=server.https_port, scheme="https", protocol="https")
    with session_over(connection) as session:
        assert say(session) == "Ä"
    assert [str(warning.message) for warning in recwarn if "environment" in str(warning.message)] == []
