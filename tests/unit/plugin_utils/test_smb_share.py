"""The messages before a file share is opened, or if it cannot be; tests/lab/offline tests the share with a real file server."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest
from smbprotocol.exceptions import AccessDenied, BadNetworkName, PasswordExpired, SMBOSError

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
