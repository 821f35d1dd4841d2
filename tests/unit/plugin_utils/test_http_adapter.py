"""What the adapter refuses to send, and what it knows of a request; answers of real servers: tests/lab/action."""

from __future__ import annotations

import base64
import io
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AuthenticationFailed, TransportError, Unreachable
from ansible_collections.configmgr.scp.plugins.plugin_utils import http_adapter as module
from ansible_collections.configmgr.scp.plugins.plugin_utils import http_answer
from ansible_collections.configmgr.scp.plugins.plugin_utils.http_adapter import BoundedAdapter, Rules
from ansible_collections.configmgr.scp.plugins.plugin_utils.http_deadline import Deadline
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import WINRM, Target
from tests.unit.plugin_utils.test_ntlm_logon import STRONG, message, pair

URL = "http://scp01.corp.example:5985/wsman"
SEALED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'


def adapter(url: str = URL, *, encrypted: bool = False, bound: bool = False) -> BoundedAdapter:
    return BoundedAdapter(Rules(Target(url, "u", WINRM), encrypted, bound), Deadline(5))


def request(url: str = URL, body: bytes | None = b"<s:Envelope/>", **headers: str) -> requests.PreparedRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.Request("POST", url, data=body, headers=named).prepare()


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[requests.PreparedRequest]:
    """What reaches the network; messages are answered by 200, encrypted if they were, a handshake by 401."""
    requests_sent: list[requests.PreparedRequest] = []

    def send(self: BoundedAdapter, prepared: requests.PreparedRequest, *_arguments: Any, **_keywords: Any) -> requests.Response:
        self.leaving()
        requests_sent.append(prepared)
        response = requests.Response()
        response.raw = SimpleNamespace(close=lambda: None, release_conn=lambda: None)
        response.status_code = 401 if prepared.body is None else 200
        response.headers["Content-Type"] = prepared.headers.get("Content-Type") or ""
        return response

    monkeypatch.setattr(HTTPAdapter, "send", send)
    return requests_sent


@pytest.mark.parametrize(
    "url",
    [
        URL.replace("scp01", "other"),
        URL.replace("5985", "5986"),
        URL.replace("http:", "https:"),
        URL.replace("scp01.corp.example", "scp01.corp.example@other"),
    ],
)
def test_nothing_is_sent_to_another_address(url: str, sent: list[requests.PreparedRequest]) -> None:
    with pytest.raises(TransportError, match=f"a request to another address than {URL} was not sent") as told:
        adapter().send(request(url))
    assert (sent, told.value.after_send) == ([], False)


@pytest.mark.parametrize(
    ("configured", "url"),
    [
        (URL.replace("scp01", "SCP01"), URL),
        ("http://größe.example:5985/wsman", "http://größe.example:5985/wsman"),
        ("http://[fe80::1]:5985/wsman", "http://[fe80::1]:5985/wsman"),
        (URL, URL + "/sub"),
    ],
)
def test_spellings_of_one_address(configured: str, url: str, sent: list[requests.PreparedRequest]) -> None:
    adapter(configured).send(request(url))
    assert len(sent) == 1


def test_a_message_in_clear_does_not_leave_once_encryption_is_due(sent: list[requests.PreparedRequest]) -> None:
    made = adapter(encrypted=True)
    with pytest.raises(TransportError, match="was not sent, because it is not encrypted") as told:
        made.send(request())
    assert (sent, told.value.after_send) == ([], False)
    # A handshake has no message.
    made.send(request(body=None))
    made.send(request(Content_Type=SEALED))
    assert len(sent) == 2


def test_a_request_that_left(sent: list[requests.PreparedRequest]) -> None:
    made = adapter()
    assert (made.left, made.left_encrypted) == (False, False)
    made.leaving()
    assert (made.left, made.left_encrypted) == (False, False)
    made.send(request(body=None))
    assert (made.left, made.left_encrypted) == (False, False)
    made.send(request())
    assert (made.left, made.left_encrypted) == (True, False)
    made.send(request(Content_Type=SEALED))
    made.send(request(body=None))
    assert (made.left, made.left_encrypted) == (True, True)
    assert made.exchange(lambda: made.left) is False
    assert (made.left, made.left_encrypted) == (False, False)


def test_the_keys_are_judged_once_before_the_first_encrypted_message(sent: list[requests.PreparedRequest]) -> None:
    asked: list[str] = []

    def says(problem: str) -> Any:
        def judge() -> str:
            asked.append(problem)
            return problem

        return judge

    made = adapter(encrypted=True)
    made.session_problem = says("is too weak")
    made.send(request(body=None))
    assert asked == []
    with pytest.raises(AuthenticationFailed, match=f"the logon at {URL} as u is too weak; nothing was sent") as told:
        made.send(request(Content_Type=SEALED))
    assert (len(sent), told.value.after_send) == (1, False)
    made = adapter(encrypted=True)
    made.session_problem = says("")
    made.send(request(Content_Type=SEALED))
    made.send(request(Content_Type=SEALED))
    assert asked == ["is too weak", ""]


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_weak_logon_of_ntlm_does_not_end_where_messages_are_to_be_encrypted(
    encrypted: bool, sent: list[requests.PreparedRequest]
) -> None:
    made = adapter(encrypted=encrypted)
    made.send(request(body=None, Authorization=message(STRONG)))
    weak = request(body=None, Authorization=message(0x20))
    if not encrypted:
        # TLS protects the messages there.
        made.send(weak)
        return
    with pytest.raises(AuthenticationFailed, match="does not agree to signing, extended session security, 128-bit keys for NTLM"):
        made.send(weak)
    assert len(sent) == 1


def test_a_logon_that_is_not_bound_does_not_end(sent: list[requests.PreparedRequest]) -> None:
    made = adapter(bound=True)
    made.send(request(body=None, Authorization=message(STRONG, pair(10, b"\x01" * 16))))
    with pytest.raises(AuthenticationFailed, match="it cannot be bound to the server's certificate"):
        made.send(request(body=None, Authorization=message(STRONG)))
    # Tokens of other methods are not NTLM's.
    made.send(request(body=None, Authorization="Negotiate " + base64.b64encode(b"`\x82").decode()))
    made.send(request(body=None, Authorization=b"Basic YTpi".decode()))
    assert len(sent) == 3


def test_a_server_that_does_not_ask_for_a_logon_agrees_to_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    response = requests.Response()
    response.status_code = 200
    response.raw = SimpleNamespace(close=lambda: None, release_conn=lambda: None)
    monkeypatch.setattr(HTTPAdapter, "send", lambda *_arguments, **_keywords: response)
    with pytest.raises(AuthenticationFailed, match=r"did not ask for a logon, so no keys .* were agreed; nothing was sent"):
        adapter(encrypted=True).send(request(body=None))
    response.status_code = 399
    with pytest.raises(TransportError):
        adapter(encrypted=True).send(request(body=None))
    for status in (400, 401):
        response.status_code = status
        assert adapter(encrypted=True).send(request(body=None)) is response
    response.status_code = 200
    # The end of a handshake, and a request that needs no keys.
    assert adapter(encrypted=True).send(request(body=None, Authorization="Negotiate AAAA")) is response
    assert adapter().send(request(body=None)) is response


def test_a_header_in_bytes_is_read_as_well(sent: list[requests.PreparedRequest]) -> None:
    # pypsrp sets the header with its token in this form.
    made, weak = adapter(encrypted=True), request(body=None)
    weak.headers["Authorization"] = message(0).encode()  # type: ignore[assignment]
    with pytest.raises(AuthenticationFailed):
        made.send(weak)
    assert sent == []


class Connection:
    """A connection of urllib3 as far as the addition to it is concerned."""

    def __init__(self, version: str | None) -> None:
        self.version = version
        self.requests = 0

    def connect(self) -> None:
        version = self.version
        self.sock = SimpleNamespace(version=lambda: version) if version else SimpleNamespace()

    def request(self) -> None:
        self.requests += 1


class Watching:
    """A deadline that only counts."""

    def __init__(self) -> None:
        self.watched: list[Any] = []

    def watch(self, connected: Any) -> None:
        self.watched.append(connected)


@pytest.mark.parametrize(
    ("version", "refused"), [(None, False), ("TLSv1.3", False), ("TLSv1.2", False), ("TLSv1.1", True), ("TLSv1", True)]
)
def test_old_tls_is_refused_before_a_request(version: str | None, refused: bool) -> None:
    made, watching = adapter(URL.replace("http:", "https:")), Watching()
    kind = type("Watched", (module._WatchedConnection, Connection), {"adapter": made, "deadline": watching})
    connection: Any = kind(version)
    assert connection.sock is None
    if refused:
        with pytest.raises(Unreachable, match=f"the server uses {version}, but the oldest version allowed is TLSv1.2"):
            connection.request()
    else:
        connection.request()
        connection.request()
    assert connection.requests == (0 if refused else 2)
    assert len(watching.watched) == 1
    connection.sock = None
    connection.connect() if not refused else None
    assert len(watching.watched) == (1 if refused else 2)


def body_of(made: BoundedAdapter, *sizes: int) -> requests.Response:
    """A response of this adapter with a body in pieces of these sizes."""
    response = made.build_response(request(), urllib3.HTTPResponse(io.BytesIO(), {}, 200, preload_content=False))
    response.raw = SimpleNamespace(
        stream=lambda *_arguments, **_keywords: (b"x" * size for size in sizes), close=lambda: response.history.append(response)
    )
    return response


@pytest.mark.parametrize(("extra", "refused"), [(0, False), (1, True)])
def test_a_body_is_read_up_to_its_limit(extra: int, refused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_answer, "MAX_BODY_BYTES", 100)
    response = body_of(adapter(), 60, 40 + extra)
    if not refused:
        assert response.content == b"x" * 100
        return
    with pytest.raises(TransportError, match="is larger than"):
        assert response.content
    assert response.history == [response]


def test_a_body_is_not_read_on_when_the_time_is_over() -> None:
    made = adapter()
    made._deadline.over = True
    with pytest.raises(TransportError, match=r"no complete response from .* within 5 s"):
        assert body_of(made, 1, 1).content


def test_small_pieces_are_joined() -> None:
    assert [len(piece) for piece in body_of(adapter(), 1, 1, 1, 5, 1, 1).iter_content(3)] == [3, 5, 2]
    assert [len(piece) for piece in body_of(adapter(), 2, 1).iter_content(None)] == [2, 1]
    assert list(body_of(adapter()).iter_content(3)) == []
