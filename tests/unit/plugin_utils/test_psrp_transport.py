"""The channel over pypsrp: what it passes to the library, and how it converts the library's errors."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pypsrp.wsman
import pytest
from pypsrp.exceptions import AuthenticationError, WinRMError, WinRMTransportError

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AuthenticationFailed,
    Refused,
    TransportError,
    Unreachable,
)
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
        self.encryption: object | None = None
        self.error: Exception | None = None
        self.events: list[str] = []

    def __call__(self, **arguments: Any) -> Any:
        if self.refuses:
            raise self.refuses
        self.arguments = arguments
        return SimpleNamespace(transport=self)

    def send(self, envelope: bytes) -> bytes:
        self.events.append(f"send {envelope.decode()}")
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


def test_a_fault_of_the_server_is_an_answer(library: Library) -> None:
    library.error = WinRMTransportError("http", 500, "<s:Envelope>fault</s:Envelope>")
    assert opened().send(b"1") == b"<s:Envelope>fault</s:Envelope>"
    # An unencrypted message, after encryption was agreed, is not an answer.
    library.wrap_required = True
    assert isinstance(failure(library, library.error), Refused)
    library.encryption = object()
    assert opened().send(b"1") == b"<s:Envelope>fault</s:Envelope>"


@pytest.mark.parametrize(("code", "text"), [(500, "<html/>"), (503, "<s:Envelope/>")])
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


@pytest.mark.parametrize(("wrap", "keys", "sent"), [(False, None, True), (True, None, False), (True, object(), True)])
@pytest.mark.parametrize("error", [WinRMError("odd"), ConnectionResetError(104, "reset by peer")])
def test_an_error_may_have_had_its_effect_once_there_are_keys(
    library: Library, error: Exception, wrap: bool, keys: object | None, sent: bool
) -> None:
    library.wrap_required, library.encryption = wrap, keys
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


@pytest.mark.parametrize(("encryption", "kind"), [(object(), TransportError), (None, AuthenticationFailed)])
def test_a_complaint_of_the_authentication_about_a_sealed_answer(
    library: Library, encryption: object | None, kind: type[TransportError]
) -> None:
    library.encryption = encryption
    assert type(failure(library, SpnegoError("bad checksum"))) is kind
