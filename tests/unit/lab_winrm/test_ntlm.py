"""What the NTLM acceptor adds to pyspnego: the server's own names, and how strictly it checks channel bindings."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
import spnego
from spnego._ntlm_raw.messages import AvId, Challenge, NegotiateFlags
from spnego.channel_bindings import GssChannelBindings

from lab.winrm.accounts import Account, Accounts
from lab.winrm.authentication import AuthenticationError, Negotiation
from lab.winrm.message import Caller
from lab.winrm.ntlm import ChannelBindings

RIGHT = GssChannelBindings(application_data=b"tls-server-end-point:right")
WRONG = GssChannelBindings(application_data=b"tls-server-end-point:wrong")
ME = Caller("scpadmin", "CORP")


@pytest.fixture(scope="module")
def accounts() -> Iterator[Accounts]:
    known = Accounts("scp01", "CORP", "corp.example", [Account("scpadmin", "right", "CORP")])
    yield known
    known.close()


def challenge_of(accounts: Accounts) -> Challenge:
    first = spnego.client("a", "b", protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm).step() or b""
    return Challenge.unpack(Negotiation(accounts, "Negotiate").step(first).token or b"")


def test_the_challenge_names_the_server_and_its_domain(accounts: Accounts) -> None:
    challenge = challenge_of(accounts)
    info = challenge.target_info
    assert challenge.target_name == "CORP"
    assert challenge.flags & NegotiateFlags.target_type_domain
    assert not challenge.flags & NegotiateFlags.target_type_server
    assert info is not None
    assert AvId.timestamp in info
    assert {name: value for name, value in info.items() if isinstance(value, str)} == {
        AvId.nb_domain_name: "CORP",
        AvId.nb_computer_name: "SCP01",
        AvId.dns_domain_name: "corp.example",
        AvId.dns_computer_name: "scp01.corp.example",
        AvId.dns_tree_name: "corp.example",
    }
    assert socket.gethostname().encode("utf-16-le") not in challenge.pack()


def test_in_a_workgroup_the_server_is_its_own_domain() -> None:
    accounts = Accounts("scp08", "", "", [Account("localadmin", "right")])
    challenge = challenge_of(accounts)
    accounts.close()
    assert (challenge.target_name, bool(challenge.flags & NegotiateFlags.target_type_server)) == ("SCP08", True)
    assert challenge.target_info is not None
    assert challenge.target_info[AvId.nb_domain_name] == "SCP08"
    assert challenge.target_info[AvId.dns_computer_name] == "scp08"


def log_on(accounts: Accounts, protocol: str, sent: GssChannelBindings | None, known: ChannelBindings | None) -> Caller | None:
    options = spnego.NegotiateOptions.use_ntlm if protocol == "ntlm" else spnego.NegotiateOptions.use_negotiate
    client = spnego.client("CORP\\scpadmin", "right", protocol=protocol, channel_bindings=sent, options=options)
    server = Negotiation(accounts, "Negotiate", known)
    return server.step(client.step(server.step(client.step() or b"").token) or b"").caller


@pytest.mark.parametrize("protocol", ["ntlm", "negotiate"])
@pytest.mark.parametrize(
    ("known", "sent"),
    [
        (None, None),
        (None, WRONG),
        (ChannelBindings(RIGHT), None),
        (ChannelBindings(RIGHT), RIGHT),
        (ChannelBindings(RIGHT, required=True), RIGHT),
    ],
)
def test_accepted_bindings(
    accounts: Accounts, protocol: str, known: ChannelBindings | None, sent: GssChannelBindings | None
) -> None:
    assert log_on(accounts, protocol, sent, known) == ME


@pytest.mark.parametrize("protocol", ["ntlm", "negotiate"])
@pytest.mark.parametrize(
    ("known", "sent"),
    [
        (ChannelBindings(RIGHT), WRONG),
        (ChannelBindings(RIGHT, required=True), WRONG),
        (ChannelBindings(RIGHT, required=True), None),
    ],
)
def test_rejected_bindings(accounts: Accounts, protocol: str, known: ChannelBindings, sent: GssChannelBindings | None) -> None:
    with pytest.raises(AuthenticationError):
        log_on(accounts, protocol, sent, known)
