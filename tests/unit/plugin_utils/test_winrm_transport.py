"""The channel over pywinrm: what it passes to the library, and how it converts the library's errors."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import winrm.protocol
import winrm.transport
from winrm.exceptions import InvalidCredentialsError, WinRMError, WinRMTransportError

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AuthenticationFailed,
    Refused,
    TransportError,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils import winrm_transport
from ansible_collections.configmgr.scp.plugins.plugin_utils.kerberos_ticket import KinitSettings
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_options import read_winrm_options
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_transport import WinrmChannel

OPTIONS = {"remote_addr": "h", "remote_user": "u", "remote_password": "Pass-1", "port": 5986, "path": "/wsman"}
SOAP = b"<s:Envelope/>"


class Library:
    """Replaces pywinrm's Protocol and its transport."""

    def __init__(self) -> None:
        self.asked: tuple[Any, ...] = ()
        self.arguments: dict[str, Any] = {}
        self.encryption: object | None = None
        self.events: list[str] = []
        self.opening: Exception | None = None
        self.answers: Callable[[], bytes] = lambda: SOAP
        self.environment: str | None = None

    def __call__(self, endpoint: str, transport: str, **arguments: Any) -> Any:
        self.asked, self.arguments = (endpoint, transport), arguments
        return SimpleNamespace(transport=self)

    def build_session(self) -> None:
        self.events.append("open")
        self.environment = os.environ.get("KRB5CCNAME")
        if self.opening:
            raise self.opening

    def send_message(self, envelope: bytes) -> bytes:
        self.events.append(f"send {envelope.decode()}")
        return self.answers()

    def close_session(self) -> None:
        self.events.append("close")


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    made = Library()
    monkeypatch.setattr(winrm.protocol, "Protocol", made)
    for name in ("KERBEROS", "NTLM", "CREDSSP"):
        monkeypatch.setattr(winrm.transport, f"HAVE_{name}", True)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "KRB5CCNAME"):
        monkeypatch.delenv(name, raising=False)
    return made


def channel(way: str = "ntlm", extras: dict[str, Any] | None = None, **options: Any) -> WinrmChannel:
    settings = read_winrm_options({**OPTIONS, "transport": [way], "_extras": extras or {}, **options}.get)
    return WinrmChannel(settings, way)


def raising(error: Exception) -> Callable[[], bytes]:
    def fail() -> bytes:
        raise error

    return fail


def test_one_connection_from_opening_to_closing(library: Library) -> None:
    made = channel()
    made.open()
    assert made.send(b"1") == SOAP
    made.close()
    made.close()
    assert library.events == ["open", "send 1", "close"]
    assert library.asked == ("https://h:5986/wsman", "ntlm")
    assert library.arguments == {
        "username": "u",
        "password": "Pass-1",
        "operation_timeout_sec": 20,
        "read_timeout_sec": 30,
        "proxy": None,
    }


def test_the_environment_s_certificates_and_proxy_are_told_by_name(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURL_CA_BUNDLE", "/c.pem")
    monkeypatch.setenv("https_proxy", "http://px:3128")
    channel().open()
    assert (library.arguments["ca_trust_path"], library.arguments["proxy"]) == ("/c.pem", "http://px:3128")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/r.pem")
    channel().open()
    assert library.arguments["ca_trust_path"] == "/r.pem"
    channel(extras={"ansible_winrm_ca_trust_path": "legacy_requests"}).open()
    assert library.arguments["ca_trust_path"] == "/r.pem"


def test_what_the_inventory_says_counts_before_the_environment(
    library: Library, monkeypatch: pytest.MonkeyPatch, pem: Any
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/r.pem")
    monkeypatch.setenv("https_proxy", "http://px:3128")
    channel(extras={"ansible_winrm_ca_trust_path": pem.ca, "ansible_winrm_proxy": None}).open()
    assert (library.arguments["ca_trust_path"], library.arguments["proxy"]) == (pem.ca, None)
    channel(extras={"ansible_winrm_proxy": "http://own:1"}).open()
    assert library.arguments["proxy"] == "http://own:1"


def test_attributes_of_credssp_go_to_the_transport(library: Library) -> None:
    channel("credssp", {"ansible_winrm_credssp_auth_mechanism": "ntlm"}).open()
    assert vars(library)["credssp_auth_mechanism"] == "ntlm"


@pytest.mark.parametrize(
    ("way", "missing", "install"),
    [
        ("kerberos", "KERBEROS", "pip install pywinrm\\[kerberos\\]"),
        ("ntlm", "NTLM", "install requests_ntlm"),
        ("credssp", "CREDSSP", "pip install pywinrm\\[credssp\\]"),
    ],
)
def test_a_missing_library_is_named(
    library: Library, monkeypatch: pytest.MonkeyPatch, way: str, missing: str, install: str
) -> None:
    monkeypatch.setattr(winrm.transport, f"HAVE_{missing}", False)
    with pytest.raises(SettingsError, match=install):
        channel(way).open()
    assert library.events == []


@pytest.mark.parametrize("way", ["basic", "plaintext", "ssl"])
def test_basic_authentication_carries_latin_1_only(library: Library, way: str) -> None:
    with pytest.raises(SettingsError, match="ansible_password has characters that basic"):
        channel(way, remote_password="日本").open()
    channel(way, remote_password="Größe").open()
    channel("ntlm", remote_password="日本").open()
    assert library.events == ["open", "open"]


def test_a_certificate_needs_no_password(library: Library, pem: Any) -> None:
    own = {"ansible_winrm_cert_pem": pem.certificate, "ansible_winrm_cert_key_pem": pem.key}
    channel("ssl", own, remote_password="日本").open()
    channel("certificate", own, remote_user=None, remote_password=None).open()
    assert library.events == ["open", "open"]


EVENTS: list[str] = []


class Ticket:
    """Replaces a ticket from kinit."""

    def __init__(self, settings: KinitSettings) -> None:
        self.settings = settings
        EVENTS.append("obtain")

    def obtain(self) -> None:
        EVENTS.append(self.settings.principal)

    def in_use(self) -> Any:
        EVENTS.append("in use")
        return _Use()

    def close(self) -> None:
        EVENTS.append("close")


class _Use:
    def __enter__(self) -> None:
        EVENTS.append("enter")

    def __exit__(self, *_: object) -> None:
        EVENTS.append("leave")


@pytest.fixture
def tickets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    EVENTS.clear()
    monkeypatch.setattr(winrm_transport, "KerberosTicket", Ticket)
    return EVENTS


def test_a_ticket_is_in_use_while_something_is_sent_and_goes_with_the_connection(library: Library, tickets: list[str]) -> None:
    made = channel("kerberos", remote_user="u@CORP")
    made.open()
    made.send(b"1")
    made.close()
    made.close()
    assert tickets == ["obtain", "u@CORP", "in use", "enter", "leave", "in use", "enter", "leave", "close"]


@pytest.mark.parametrize(("way", "mode"), [("ntlm", None), ("kerberos", "manual")])
def test_no_ticket_is_got_where_none_is_ours_to_get(library: Library, tickets: list[str], way: str, mode: str | None) -> None:
    made = channel(way, kerberos_mode=mode)
    made.open()
    made.close()
    assert (tickets, library.events) == ([], ["open", "close"])


def test_a_ticket_goes_even_if_the_connection_does_not_close(
    library: Library, tickets: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = channel("kerberos", remote_user="u@CORP")
    made.open()
    monkeypatch.setattr(library, "close_session", raising(OSError("broken")))
    with pytest.raises(OSError, match="broken"):
        made.close()
    assert tickets[-1] == "close"


def failure(made: WinrmChannel) -> TransportError:
    made.open()
    with pytest.raises(TransportError) as told:
        made.send(b"1")
    return told.value


def test_a_fault_of_the_server_is_an_answer(library: Library) -> None:
    library.answers = raising(WinRMTransportError("http", 500, "<s:Envelope>fault</s:Envelope>"))
    made = channel()
    made.open()
    assert made.send(b"1") == b"<s:Envelope>fault</s:Envelope>"


@pytest.mark.parametrize(("code", "text"), [(500, "<html/>"), (503, "<s:Envelope/>"), (401, "")])
def test_any_other_status_is_a_refusal(library: Library, code: int, text: str) -> None:
    library.answers = raising(WinRMTransportError("http", code, text))
    found = failure(channel())
    assert isinstance(found, Refused)
    assert found.status == code


def test_a_fault_in_the_handshake_is_no_answer(library: Library) -> None:
    library.opening = WinRMTransportError("http", 500, "<s:Envelope/>")
    with pytest.raises(Refused):
        channel().open()


def test_rejected_credentials(library: Library) -> None:
    library.answers = raising(InvalidCredentialsError())
    found = failure(channel())
    assert isinstance(found, AuthenticationFailed)
    assert "the credentials of u were rejected by https://h:5986/wsman (ntlm)" in str(found)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (InvalidCredentialsError(), "the server does not accept the ticket for HTTP/h"),
        (PermissionError("No Kerberos credentials available"), "the controller has no Kerberos ticket of u@CORP"),
    ],
)
def test_without_a_password_a_rejection_speaks_of_the_ticket(library: Library, error: Exception, told: str) -> None:
    library.answers = raising(error)
    assert told in str(failure(channel("kerberos", remote_user="u@CORP", remote_password=None)))


def test_with_a_ticket_by_kinit_it_does_not(library: Library, tickets: list[str]) -> None:
    library.answers = raising(InvalidCredentialsError())
    made = channel("kerberos", remote_user="u@CORP", remote_password="", kerberos_mode="managed")
    assert "no Kerberos ticket" not in str(failure(made))
    assert tickets


@pytest.mark.parametrize(
    ("error", "kind", "after_send"),
    [
        (WinRMError("odd length"), TransportError, True),
        (ConnectionResetError(104, "reset by peer"), Unreachable, True),
        (ValueError("garbled"), TransportError, True),
    ],
)
def test_other_errors_may_have_had_their_effect(
    library: Library, error: Exception, kind: type[TransportError], after_send: bool
) -> None:
    library.answers = raising(error)
    found = failure(channel())
    assert (type(found), found.after_send) == (kind, after_send)


@pytest.mark.parametrize("error", [WinRMError("settings"), ConnectionResetError(104, "reset by peer")])
def test_in_the_handshake_they_have_none(library: Library, error: Exception) -> None:
    library.opening = error
    with pytest.raises(TransportError) as told:
        channel().open()
    assert told.value.after_send is False


class SpnegoError(Exception):
    """It has the name of pyspnego's exception."""


@pytest.mark.parametrize(("encryption", "kind"), [(object(), TransportError), (None, AuthenticationFailed)])
def test_a_complaint_of_the_authentication_about_a_sealed_answer(
    library: Library, encryption: object | None, kind: type[TransportError]
) -> None:
    library.answers = raising(SpnegoError("bad checksum"))
    library.encryption = encryption
    assert type(failure(channel())) is kind
    # In the handshake nothing is encrypted yet.
    library.opening = SpnegoError("bad checksum")
    with pytest.raises(AuthenticationFailed):
        channel().open()
