"""The channel over pywinrm: what it passes to the library, and how it converts the library's errors."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import winrm.protocol
import winrm.transport
from winrm.exceptions import InvalidCredentialsError, WinRMError, WinRMTransportError

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AuthenticationFailed,
    Refused,
    TransportError,
    TransportTimeout,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils import winrm_transport
from ansible_collections.configmgr.scp.plugins.plugin_utils.http_adapter import BoundedAdapter
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
        self.message_encryption = "auto"
        self.session = requests.Session()
        self.fetched: list[str] = []
        self.session.auth = SimpleNamespace(  # type: ignore[assignment]
            winrm_encryption_available=True,
            auth_done=True,
            contexts={},
            generate_request_header=lambda _response, host, **_more: self.fetched.append(host),
        )
        self.encrypts = False
        self.sends = True
        self.events: list[str] = []
        self.opening: Exception | None = None
        self.answers: Callable[[], bytes] = lambda: SOAP
        self.environment: str | None = None

    def __call__(self, endpoint: str, transport: str, **arguments: Any) -> Any:
        self.asked, self.arguments = (endpoint, transport), arguments
        return SimpleNamespace(transport=self)

    def build_session(self) -> requests.Session:
        # Only without encryption does it make no handshake, in which it would already send.
        assert self.message_encryption == "never"
        self.events.append("open")
        self.environment = os.environ.get("KRB5CCNAME")
        return self.session

    def setup_encryption(self, session: requests.Session) -> None:
        assert isinstance(session.get_adapter("http://h"), BoundedAdapter)
        assert self.message_encryption == "auto"
        self.events.append("keys")
        if self.opening:
            raise self.opening

    def send_message(self, envelope: bytes) -> bytes:
        self.events.append(f"send {envelope.decode()}")
        adapter = self.session.get_adapter("https://h")
        assert isinstance(adapter, BoundedAdapter)
        adapter.left, adapter.left_encrypted = self.sends, self.sends and self.encrypts
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


@pytest.mark.parametrize("status", [400, 500, 503])
def test_a_fault_of_the_server_is_an_answer_whatever_its_status(library: Library, status: int) -> None:
    library.answers = raising(WinRMTransportError("http", status, "<s:Envelope>fault</s:Envelope>"))
    made = channel()
    made.open()
    assert made.send(b"1") == b"<s:Envelope>fault</s:Envelope>"


@pytest.mark.parametrize(("code", "text"), [(500, "<html/>"), (503, ""), (401, "")])
def test_any_other_status_is_a_refusal(library: Library, code: int, text: str) -> None:
    library.answers = raising(WinRMTransportError("http", code, text))
    found = failure(channel())
    assert isinstance(found, Refused)
    assert found.status == code


def test_a_fault_in_the_handshake_is_no_answer(library: Library) -> None:
    library.opening = WinRMTransportError("http", 500, "<s:Envelope/>")
    with pytest.raises(Refused):
        channel(port=5985).open()


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
        channel(port=5985).open()
    assert told.value.after_send is False


class SpnegoError(Exception):
    """It has the name of pyspnego's exception."""


@pytest.mark.parametrize(("encrypts", "kind"), [(True, TransportError), (False, AuthenticationFailed)])
def test_a_complaint_of_the_authentication_about_a_sealed_answer(
    library: Library, encrypts: bool, kind: type[TransportError]
) -> None:
    library.answers = raising(SpnegoError("bad checksum"))
    library.encrypts = encrypts
    assert type(failure(channel())) is kind
    # In the handshake nothing is encrypted yet.
    library.opening = SpnegoError("bad checksum")
    with pytest.raises(AuthenticationFailed):
        channel(port=5985).open()


@pytest.mark.parametrize(
    ("way", "extras", "port", "keys"),
    [
        ("ntlm", {}, 5985, True),
        ("ntlm", {}, 5986, False),
        ("ntlm", {"ansible_winrm_message_encryption": "always"}, 5986, True),
        ("ntlm", {"ansible_winrm_message_encryption": "never"}, 5985, False),
        ("credssp", {}, 5985, True),
        ("kerberos", {}, 5985, True),
        ("plaintext", {}, 5985, False),
    ],
)
def test_when_messages_are_encrypted(
    library: Library, tickets: list[str], way: str, extras: dict[str, Any], port: int, keys: bool
) -> None:
    channel(way, extras, port=port).open()
    assert library.events == (["open", "keys"] if keys else ["open"])
    assert library.session.trust_env is False
    assert library.session.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("sends", [True, False])
@pytest.mark.parametrize("error", [None, OSError("closed")])
def test_an_exchange_that_takes_too_long_is_a_time_out_however_it_ends(
    library: Library, sends: bool, error: Exception | None
) -> None:
    def slow() -> bytes:
        time.sleep(0.1)
        if error:
            raise error
        return SOAP

    library.answers, library.sends = slow, sends
    made = channel()
    made.open()
    made._deadline.seconds = 0.02
    with pytest.raises(TransportTimeout, match="no complete response from https://h:5986/wsman as u within 0 s") as told:
        made.send(b"1")
    assert told.value.after_send is sends


def test_the_limit_of_an_exchange() -> None:
    assert channel()._deadline.seconds == 20 + 30 + 30


def test_each_exchange_begins_with_nothing_sent(library: Library) -> None:
    made = channel()
    made.open()
    made.send(b"1")
    library.sends = False
    library.answers = raising(WinRMTransportError("http", 500, ""))
    with pytest.raises(Refused) as told:
        made.send(b"1")
    assert told.value.after_send is False


@pytest.mark.parametrize(
    ("port", "extras", "bound"),
    [(5986, {}, True), (5985, {}, False), (5986, {"ansible_winrm_send_cbt": False}, False)],
)
def test_when_a_logon_must_be_bound(library: Library, port: int, extras: dict[str, Any], bound: bool) -> None:
    made = channel(extras=extras, port=port)
    made.open()
    assert made._adapter._rules.bound is bound


def test_only_kerberos_over_https_waits_for_a_question(library: Library, tickets: list[str]) -> None:
    for way, port in (("ntlm", 5986), ("kerberos", 5985)):
        channel(way, port=port).open()
        assert not hasattr(library.session.auth, "force_preemptive")


def test_the_keys_of_credssp_are_judged(library: Library) -> None:
    made = channel("credssp", port=5985)
    made.open()
    assert made._adapter.session_problem() == ""
    context = SimpleNamespace(tls_connection=SimpleNamespace(version=lambda: "TLSv1"))
    library.session.auth.contexts["h"] = context  # type: ignore[union-attr]
    assert made._adapter.session_problem() == "failed: CredSSP uses TLSv1; the oldest version allowed is TLSv1.2"


def test_a_method_without_keys_cannot_encrypt(library: Library) -> None:
    with pytest.raises(SettingsError, match="always, but ssl cannot encrypt messages; set ansible_winrm_transport to kerberos"):
        channel("ssl", {"ansible_winrm_message_encryption": "always"}).open()
    assert library.events == []


def test_kerberos_that_cannot_encrypt_or_did_not_prove_the_server(library: Library, tickets: list[str]) -> None:
    auth: Any = library.session.auth
    auth.auth_done = False
    with pytest.raises(AuthenticationFailed, match="did not prove the server's identity; nothing was sent"):
        channel("kerberos", port=5985).open()
    auth.winrm_encryption_available = False
    with pytest.raises(SettingsError, match="pykerberos cannot encrypt messages"):
        channel("kerberos", port=5985).open()


def test_kerberos_over_https_waits_for_the_certificate_before_its_logon(library: Library, tickets: list[str]) -> None:
    channel("kerberos").open()
    assert library.session.auth.force_preemptive is False  # type: ignore[union-attr]
    # Its ticket comes first, so that the reason is known if there is none.
    assert library.fetched == ["h"]
