"""Handshakes with a real client's tokens, complete and damaged."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
import spnego

from lab.winrm.accounts import Account, Accounts
from lab.winrm.authentication import AuthenticationError, Negotiation
from lab.winrm.message import Caller


@pytest.fixture(scope="module")
def accounts() -> Iterator[Accounts]:
    known = Accounts("SCP01", "CORP", "corp.example", [Account("scpadmin", "right", "CORP")])
    yield known
    known.close()


def last_token(accounts: Accounts, protocol: str, password: str = "right") -> tuple[spnego.ContextProxy, Negotiation, bytes]:
    """A handshake up to the client's last token, which is not yet passed to the server."""
    client = spnego.client("CORP\\scpadmin", password, protocol=protocol, service="http", hostname="scp01")
    server = Negotiation(accounts, "Negotiate")
    step = server.step(client.step() or b"")
    assert step.caller is None
    return client, server, client.step(step.token) or b""


@pytest.mark.parametrize("protocol", ["ntlm", "negotiate"])
def test_messages_are_sealed_both_ways(accounts: Accounts, protocol: str) -> None:
    client, server, token = last_token(accounts, protocol)
    step = server.step(token)
    assert step.caller == Caller("scpadmin", "CORP")
    if step.token:
        client.step(step.token)
    for text in (b"", b"one", b"two" * 9999):
        wrapped = client.wrap_winrm(text)
        assert server.unseal(wrapped.header, wrapped.data) == text
        signature, data, _ = server.seal(text)
        assert client.unwrap_winrm(signature, data) == text
    with pytest.raises(AuthenticationError):
        server.unseal(b"\x01" * 16, b"forged")


@pytest.mark.parametrize("protocol", ["ntlm", "negotiate"])
def test_a_wrong_password(accounts: Accounts, protocol: str) -> None:
    _, server, token = last_token(accounts, protocol, "wrong")
    with pytest.raises(AuthenticationError):
        server.step(token)


def test_nothing_can_be_sealed_before_the_end(accounts: Accounts) -> None:
    _, server, _ = last_token(accounts, "ntlm")
    with pytest.raises(AuthenticationError):
        server.unseal(b"\x01" * 16, b"data")


@pytest.mark.parametrize("protocol", ["ntlm", "negotiate"])
def test_damaged_tokens_are_refused_in_an_orderly_way(accounts: Accounts, protocol: str) -> None:
    chance = random.Random(5)
    refused = 0
    for _ in range(150):
        _, server, token = last_token(accounts, protocol)
        damaged = bytearray(token[: chance.randrange(len(token))] if chance.random() < 0.3 else token)
        for _ in range(chance.randint(1, 8)):
            if damaged:
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            step = server.step(bytes(damaged))
            assert step.caller in (None, Caller("scpadmin", "CORP"))
        except AuthenticationError:
            refused += 1
    assert refused > 100
