"""File shares that are opened with a ticket, on a real file server of a domain (the domain controller itself)."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.file_share import ShareRefused
from ansible_collections.configmgr.scp.plugins.plugin_utils.connection import access_to
from ansible_collections.configmgr.scp.plugins.plugin_utils.smb_share import ShareAccount, open_share
from tests.lab.kerberos.conftest import PASSWORD, USER, Realm, connection

SERVER = "dc01.corp.example"
PORT = 445


@pytest.fixture(autouse=True)
def _names(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    """The names of the domain lead to the domain controller."""
    resolve: Callable[..., Any] = socket.getaddrinfo

    def found(host: Any, *more: Any, **others: Any) -> Any:
        return resolve(realm.controller.address if str(host).endswith(".corp.example") else host, *more, **others)

    monkeypatch.setattr(socket, "getaddrinfo", found)


def account(**variables: Any) -> ShareAccount:
    """The account of a file share, from the variables of a host."""
    given = {"ansible_connection": "winrm", "ansible_winrm_transport": "kerberos", "ansible_host": SERVER, "ansible_user": USER}
    return access_to(connection({**given, **variables})).share_account


PSRP = {"ansible_connection": "psrp", "ansible_psrp_auth": "kerberos"}
NEGOTIATE = {"ansible_connection": "psrp", "ansible_psrp_auth": "negotiate"}


@pytest.mark.parametrize("variables", [{}, PSRP, NEGOTIATE, {**PSRP, "ansible_user": None}], ids=str)
def test_a_ticket_opens_a_share(realm: Realm, variables: dict[str, Any]) -> None:
    realm.kinit()
    share = open_share(account(**variables), "D$", PORT)
    try:
        writer = share.writer("by-ticket.txt")
        writer.write(b"content")
        writer.close()
        assert b"".join(share.read("by-ticket.txt")) == b"content"
    finally:
        share.close()
    assert (realm.share / "by-ticket.txt").read_bytes() == b"content"


def test_with_a_password_kerberos_is_used_too(realm: Realm) -> None:
    realm.kinit("scpreader@CORP.EXAMPLE", "Lab-Reader-2026")
    open_share(account(ansible_password=PASSWORD), "D$", PORT).close()


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (
            "alias.corp.example",
            "the domain has no service principal name cifs/alias.corp.example; set ansible_host to the full name",
        ),
        (
            "127.0.0.1",
            "cannot be opened with a Kerberos ticket, because tickets are for names: set ansible_host to the full name",
        ),
    ],
)
def test_a_host_for_which_there_is_no_ticket(realm: Realm, host: str, words: str) -> None:
    realm.kinit()
    with pytest.raises(ShareRefused) as refusal:
        open_share(account(ansible_host=host), "D$", PORT)
    assert words in str(refusal.value)


@pytest.mark.parametrize("variables", [{}, PSRP], ids=["winrm", "psrp"])
def test_no_ticket(variables: dict[str, Any]) -> None:
    with pytest.raises(ShareRefused, match=f"the controller has no Kerberos ticket of {USER}; get one with kinit"):
        open_share(account(**variables), "D$", PORT)
