"""The messages before a file share is opened, or if it cannot be; tests/lab/offline tests the share with a real file server."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest
from smbprotocol.exceptions import AccessDenied, BadNetworkName, PasswordExpired, SMBAuthenticationError, SMBOSError
from spnego.exceptions import SpnegoError

from ansible_collections.configmgr.scp.plugins.module_utils.file_share import ShareClosed, ShareError, ShareRefused
from ansible_collections.configmgr.scp.plugins.plugin_utils import smb_share
from ansible_collections.configmgr.scp.plugins.plugin_utils.smb_share import ShareAccount, open_share


@pytest.mark.parametrize(("user", "password"), [("", None), (r"CORP\x", None), ("", "secret")])
def test_without_a_password_there_is_no_share(user: str, password: str | None) -> None:
    with pytest.raises(ShareRefused, match="ansible_user and ansible_password") as refusal:
        open_share(ShareAccount("scp01", user, password), "D$", 445)
    assert "secret" not in str(refusal.value)


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(ShareAccount("scp01", "x", "secret"))


def test_a_closed_port_is_told_as_such() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(ShareClosed, match=f"TCP port {port}"):
        open_share(ShareAccount("127.0.0.1", "x", "secret"), "D$", port)


def test_something_else_that_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smb_share, "_CONNECT_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(ShareError) as refusal:
        open_share(ShareAccount("127.0.0.1", "x", "secret"), "D$", server.getsockname()[1])
    assert "127.0.0.1" in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_times_keep_their_microseconds() -> None:
    when = datetime(2026, 11, 25, 22, 18, 56, 123457, UTC)
    assert smb_share._nanoseconds(when) == 1795645136123457000


@pytest.mark.parametrize(
    ("host", "missing", "words"),
    [
        ("127.0.0.1", (), "tickets are for names: set ansible_host to the full name of the server in the domain"),
        ("scp01.corp.example", ("krb5",), "the Python library krb5, with which a Kerberos ticket opens a file share, is missing"),
        ("scp01.corp.example", ("gssapi", "krb5"), "pip install smbprotocol[kerberos], or set ansible_password"),
    ],
)
def test_a_ticket_that_cannot_be_used(host: str, missing: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *_more: None if name in missing else object())
    with pytest.raises(ShareRefused) as refusal:
        open_share(ShareAccount(host, "x@CORP", None, kerberos=True), "D$", 445)
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("password", "kerberos", "used"), [(None, True, True), ("", True, True), ("x", True, False), (None, False, False)]
)
def test_a_ticket_is_used_without_a_password_only(password: str | None, kerberos: bool, used: bool) -> None:
    assert ShareAccount("scp01", "x", password, kerberos).by_ticket is used


def test_a_logon_with_a_ticket_that_fails() -> None:
    reason = SMBAuthenticationError("Failed to authenticate with server: Major (1): x, Minor (2529638944): Ticket expired")
    by_ticket = ShareAccount("scp01", "x@CORP", None, kerberos=True)
    for error in (reason, SpnegoError(base_error=None, context_msg="Ticket expired", error_code=1)):
        with (
            pytest.raises(ShareRefused, match="the Kerberos ticket of x@CORP has expired"),
            smb_share._told(ROOT, ROOT, by_ticket),
        ):
            raise error
    with pytest.raises(ShareRefused, match="wrong user or password"), smb_share._told(ROOT, ROOT, ACCOUNT):
        raise reason


ACCOUNT = ShareAccount("scp01", r"CORP\x", "secret")
ROOT = r"\\scp01\E$"


@pytest.mark.parametrize(
    ("error", "path", "kind", "words"),
    [
        (BadNetworkName(), ROOT, ShareRefused, "scp01 has no share E$: it has no drive E:"),
        (SMBOSError(0xC0000225, "f"), ROOT, ShareRefused, "scp01 has no share E$: it has no drive E:"),
        (SMBOSError(0xC0000225, "f"), "a.cab", ShareError, "the file does not exist"),
        (SMBOSError(0xC0000022, "f"), ROOT, ShareError, "members of the server's Administrators"),
        (AccessDenied(), "a.cab", ShareError, "is read-only"),
        (SMBOSError(0xC0000033, "f"), "a?b", ShareError, "does not allow a name"),
        (SMBOSError(0xC00000A2, "f"), "a", ShareError, "write-protected"),
        (SMBOSError(0xC000007F, "f"), "a", ShareError, "the drive is full"),
        (PasswordExpired(), ROOT, ShareRefused, "the logon failed: the password has expired"),
        (SMBOSError(0xC0000234, "f"), ROOT, ShareRefused, "the logon failed: the account is locked out"),
        (SMBOSError(0xC0000099, "f"), "a", ShareError, "the server returned 0xC0000099 (Unknown NtStatus error"),
    ],
)
def test_what_a_server_says(error: Exception, path: str, kind: type[ShareError], words: str) -> None:
    with pytest.raises(ShareError) as told, smb_share._told(path, ROOT, ACCOUNT):
        raise error
    assert type(told.value) is kind
    assert words in str(told.value)
    assert "secret" not in str(told.value)
