"""The channel over pypsrp: what it passes to the library, and how it converts the library's errors."""

from __future__ import annotations

import logging
import time
from types import SimpleNamespace
from typing import Any

import pypsrp.wsman
import pytest
import requests
from pypsrp.exceptions import AuthenticationError, WinRMError, WinRMTransportError

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AuthenticationFailed,
    Refused,
    TransportError,
    TransportTimeout,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.http_adapter import BoundedAdapter
from ansible_collections.configmgr.scp.plugins.plugin_utils.psrp_options import read_psrp_options
from ansible_collections.configmgr.scp.plugins.plugin_utils.psrp_transport import PsrpChannel
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError
from tests.unit.plugin_utils.conftest import PSRP_OPTIONS


class Library:
    """Replaces pypsrp's WSMan and its transport."""

    def __init__(self) -> None:
        self.arguments: dict[str, Any] = {}
        self.refuses: Exception | None = None
        self.wrap_required = False
        self.session: requests.Session | None = None
        self.sends = True
        self.encrypts = False
        self.building: Exception | None = None
        self.error: Exception | None = None
        self.events: list[str] = []

    def __call__(self, **arguments: Any) -> Any:
        if self.refuses:
            raise self.refuses
        self.arguments = arguments
        return SimpleNamespace(transport=self)

    def _build_session(self) -> requests.Session:
        if self.building:
            raise self.building
        return requests.Session()

    def send(self, envelope: bytes) -> bytes:
        self.events.append(f"send {envelope.decode()}")
        assert self.session is not None
        adapter = self.session.get_adapter("https://h")
        assert isinstance(adapter, BoundedAdapter)
        adapter.left, adapter.left_encrypted = self.sends, self.sends and self.encrypts
        if self.error:
            raise self.error
        return b"<s:Envelope/>"

    def close(self) -> None:
        self.events.append("close")


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    made = Library()
    monkeypatch.setattr(pypsrp.wsman, "WSMan", made)
    return made


def opened(**options: Any) -> PsrpChannel:
    settings = read_psrp_options({**PSRP_OPTIONS, **options}.get)
    made = PsrpChannel(settings)
    made.open()
    return made


def failure(library: Library, error: Exception, **options: Any) -> Exception:
    library.error = error
    with pytest.raises((TransportError, SettingsError)) as told:
        opened(**options).send(b"1")
    return told.value


def test_one_connection_from_opening_to_closing(library: Library) -> None:
    made = opened()
    assert library.events == []
    assert made.send(b"1") == b"<s:Envelope/>"
    made.close()
    made.close()
    assert library.events == ["send 1", "close"]
    assert (library.arguments["server"], library.arguments["username"], library.arguments["auth"]) == ("h", "u", "ntlm")


def test_the_library_does_not_log_requests(library: Library) -> None:
    for name in ("pypsrp", "pypsrp.wsman"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    opened()
    levels = [logging.getLogger(name).level for name in ("pypsrp", "pypsrp.wsman")]
    assert levels == [logging.WARNING, logging.CRITICAL]


def test_basic_authentication_carries_latin_1_only(library: Library) -> None:
    with pytest.raises(SettingsError, match="ansible_psrp_auth to ntlm or kerberos"):
        opened(auth="basic", remote_password="日本")
    opened(auth="basic", remote_password="Größe")
    opened(remote_password="日本")


def test_settings_that_do_not_go_together(library: Library) -> None:
    library.refuses = ValueError("no")
    with pytest.raises(SettingsError, match="ansible_psrp_\\* settings of the host contradict each other: no"):
        opened()


@pytest.mark.parametrize("status", [400, 500, 503])
def test_a_fault_of_the_server_is_an_answer_whatever_its_status(library: Library, status: int) -> None:
    library.error = WinRMTransportError("http", status, "<s:Envelope>fault</s:Envelope>")
    assert opened().send(b"1") == b"<s:Envelope>fault</s:Envelope>"
    # In the handshake it is no answer to the request, which was not sent yet.
    library.sends = False
    assert isinstance(failure(library, library.error), Refused)


@pytest.mark.parametrize(("code", "text"), [(500, "<html/>"), (503, "")])
def test_any_other_status_is_a_refusal(library: Library, code: int, text: str) -> None:
    found = failure(library, WinRMTransportError("http", code, text))
    assert isinstance(found, Refused)
    assert found.status == code


def test_rejected_credentials(library: Library) -> None:
    found = failure(library, AuthenticationError("no"))
    assert isinstance(found, AuthenticationFailed)
    assert "the credentials of u were rejected by https://h:5986/wsman (ntlm)" in str(found)


@pytest.mark.parametrize("error", [AuthenticationError("no"), PermissionError("no ticket")])
def test_without_a_password_a_rejection_speaks_of_the_ticket(library: Library, error: Exception) -> None:
    told = "the controller has no Kerberos ticket that works"
    assert told in str(failure(library, error, auth="negotiate", remote_password=None))
    assert told not in str(failure(library, error, auth="negotiate"))


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("error", [WinRMError("odd"), ConnectionResetError(104, "reset by peer")])
def test_an_error_may_have_had_its_effect_if_the_request_was_sent(library: Library, error: Exception, sent: bool) -> None:
    library.sends = sent
    found = failure(library, error)
    assert isinstance(found, TransportError)
    assert found.after_send is sent
    assert isinstance(found, Unreachable) is isinstance(error, OSError)


@pytest.mark.parametrize(
    ("auth", "install"),
    [("kerberos", "pypsrp[kerberos]"), ("credssp", "pypsrp[credssp]"), ("ntlm", "pypsrp again: pip install pypsrp")],
)
def test_a_missing_library_is_named(library: Library, auth: str, install: str) -> None:
    found = failure(library, ImportError("no", name="gssapi"), auth=auth)
    assert isinstance(found, SettingsError)
    assert install in str(found)
    assert "(gssapi)" in str(found)
    assert "(no)" in str(failure(library, ImportError("no"), auth=auth))


class SpnegoError(Exception):
    """It has the name of pyspnego's exception."""


@pytest.mark.parametrize(("encrypts", "kind"), [(True, TransportError), (False, AuthenticationFailed)])
def test_a_complaint_of_the_authentication_about_a_sealed_answer(
    library: Library, encrypts: bool, kind: type[TransportError]
) -> None:
    library.encrypts = encrypts
    assert type(failure(library, SpnegoError("bad checksum"))) is kind


@pytest.mark.parametrize("sends", [True, False])
@pytest.mark.parametrize("error", [None, OSError("closed")])
def test_an_exchange_that_takes_too_long_is_a_time_out_however_it_ends(
    library: Library, sends: bool, error: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = opened()
    made._deadline.seconds = 0.02
    library.sends, library.error, send = sends, error, library.send

    def slow(envelope: bytes) -> bytes:
        time.sleep(0.1)
        return send(envelope)

    monkeypatch.setattr(library, "send", slow)
    with pytest.raises(TransportTimeout, match="no complete response from https://h:5986/wsman as u within 0 s") as told:
        made.send(b"1")
    assert told.value.after_send is sends


@pytest.mark.parametrize(("retries", "seconds"), [(0, 25 + 30 + 30), (2, 25 + 30 + 90 + 2 + 4)])
def test_attempts_to_connect_and_the_limit_of_an_exchange(library: Library, retries: int, seconds: float) -> None:
    made = opened(reconnection_retries=retries)
    assert made._deadline.seconds == seconds
    found = made._adapter.max_retries
    assert (found.total, found.connect, found.read, found.redirect, found.status) == (retries, retries, 0, 0, 0)
    assert found.backoff_factor == 2


def test_each_exchange_begins_with_nothing_sent(library: Library) -> None:
    made = opened()
    made.send(b"1")
    library.sends, library.error = False, WinRMTransportError("http", 500, "")
    with pytest.raises(Refused) as told:
        made.send(b"1")
    assert told.value.after_send is False


@pytest.mark.parametrize(
    ("options", "bound"),
    [({}, True), ({"negotiate_send_cbt": None}, True), ({"negotiate_send_cbt": False}, False), ({"port": 5985}, False)],
)
def test_when_a_logon_must_be_bound(library: Library, options: dict[str, Any], bound: bool) -> None:
    assert opened(**options)._adapter._rules.bound is bound


@pytest.mark.parametrize("required", [True, False])
def test_messages_must_be_encrypted_where_pypsrp_does_it(library: Library, required: bool) -> None:
    library.wrap_required = required
    assert opened()._adapter._rules.encrypted is required


def test_the_session_takes_nothing_from_the_environment_afterwards(library: Library) -> None:
    made = opened()
    assert library.session is not None
    assert library.session.trust_env is False
    library.session.auth = SimpleNamespace(contexts={"h": SimpleNamespace(complete=False)})  # type: ignore[assignment]
    assert made._adapter.session_problem() == "did not end: the server sent no proof of its identity"


def test_a_library_that_is_missing_when_the_session_is_made(library: Library) -> None:
    library.building = ImportError("no", name="requests_credssp")
    with pytest.raises(SettingsError, match="requests_credssp"):
        opened(auth="credssp")
