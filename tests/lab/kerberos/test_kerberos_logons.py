"""Logons with tickets of a real domain, over pywinrm and pypsrp as they are."""

from __future__ import annotations

from typing import Any

import pytest
from spnego.channel_bindings import GssChannelBindings

from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import CIMV2, WIN32_OPERATING_SYSTEM
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AuthenticationFailed
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from lab.winrm.authentication import Negotiation, Step
from lab.winrm.ntlm import ChannelBindings
from tests.lab.kerberos.conftest import PASSWORD, TAKEN, USER, Realm, Session

# RFC 2744, section 5.19.
DELEGATED, MUTUAL, CONFIDENTIALITY, INTEGRITY = 0x01, 0x02, 0x10, 0x20
HTTPS = 5986
MANAGED: dict[str, Any] = {"ansible_password": PASSWORD}
PSRP: dict[str, Any] = {"ansible_connection": "psrp"}
PSRP_MANAGED = {**PSRP, **MANAGED}

Agreed = list[tuple[str, int]]


@pytest.fixture
def agreed(monkeypatch: pytest.MonkeyPatch) -> Agreed:
    """What each finished logon agreed on, as its server sees it: the protocol, and the flags of the security context."""
    found: Agreed = []
    step = Negotiation.step

    def watched(negotiation: Negotiation, token: bytes) -> Step:
        done = step(negotiation, token)
        if done.caller is not None:
            context = negotiation._context
            found.append((str(context.negotiated_protocol), int(context.context_attr)))
        return done

    monkeypatch.setattr(Negotiation, "step", watched)
    return found


def build_number(session: CimSession) -> str:
    (row,) = session.query(CIMV2, WIN32_OPERATING_SYSTEM, "select BuildNumber from Win32_OperatingSystem")
    return str(row["BuildNumber"])


@pytest.mark.parametrize(
    "variables",
    [
        MANAGED,
        {**MANAGED, "ansible_winrm_message_encryption": "always"},
        {**MANAGED, "ansible_winrm_service": "WSMAN"},
        {**MANAGED, "ansible_user": "scpadmin", "ansible_winrm_realm": "CORP.EXAMPLE"},
        {**MANAGED, "ansible_port": HTTPS},
        {**MANAGED, "ansible_port": HTTPS, "ansible_winrm_send_cbt": False},
        {**MANAGED, "ansible_port": HTTPS, "ansible_winrm_message_encryption": "always"},
        PSRP_MANAGED,
        # The default of ansible-core 2.21, and the one of earlier versions.
        {**PSRP_MANAGED, "ansible_psrp_negotiate_service": "host"},
        {**PSRP_MANAGED, "ansible_psrp_negotiate_service": "WSMAN"},
        {**PSRP_MANAGED, "ansible_psrp_negotiate_service": "HTTP"},
        {**PSRP_MANAGED, "ansible_psrp_auth": "negotiate"},
        {**PSRP_MANAGED, "ansible_port": HTTPS},
        {**PSRP_MANAGED, "ansible_port": HTTPS, "ansible_psrp_negotiate_send_cbt": False},
        {**PSRP_MANAGED, "ansible_port": HTTPS, "ansible_psrp_message_encryption": "always"},
    ],
    ids=str,
)
def test_a_logon_with_a_password(session: Session, agreed: Agreed, variables: dict[str, Any]) -> None:
    # Over http the lab accepts only encrypted messages.
    assert build_number(session(**variables)) == "20348"
    ((protocol, flags),) = agreed
    assert protocol == "kerberos"
    assert flags & (MUTUAL | CONFIDENTIALITY | INTEGRITY) == MUTUAL | CONFIDENTIALITY | INTEGRITY
    assert not flags & DELEGATED


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"ansible_winrm_kinit_mode": "manual", **MANAGED},
        {"ansible_port": HTTPS},
        PSRP,
        {**PSRP, "ansible_user": None},
        {**PSRP, "ansible_psrp_auth": "negotiate"},
        {**PSRP, "ansible_port": HTTPS},
    ],
    ids=str,
)
def test_a_logon_with_the_ticket_of_the_user(realm: Realm, session: Session, agreed: Agreed, variables: dict[str, Any]) -> None:
    realm.kinit()
    assert build_number(session(**variables)) == "20348"
    assert [protocol for protocol, _flags in agreed] == ["kerberos"]


def test_a_managed_ticket_from_a_keytab(realm: Realm, session: Session, agreed: Agreed) -> None:
    arguments = f"-k -t {realm.controller.keytabs['scpadmin']}"
    assert build_number(session(ansible_winrm_kinit_mode="managed", ansible_winrm_kinit_args=arguments)) == "20348"
    assert [protocol for protocol, _flags in agreed] == ["kerberos"]


@pytest.mark.parametrize(
    "variables",
    [{**MANAGED, "ansible_winrm_kerberos_delegation": True}, {**PSRP_MANAGED, "ansible_psrp_negotiate_delegate": True}],
    ids=str,
)
def test_the_logon_is_delegated_when_asked_for(session: Session, agreed: Agreed, variables: dict[str, Any]) -> None:
    assert build_number(session(**variables)) == "20348"
    ((_protocol, flags),) = agreed
    assert flags & DELEGATED


@pytest.mark.parametrize(
    "variables",
    [{"ansible_winrm_kerberos_delegation": True}, {**PSRP, "ansible_psrp_negotiate_delegate": True}],
    ids=str,
)
def test_only_a_forwardable_ticket_can_be_delegated(
    realm: Realm, session: Session, agreed: Agreed, variables: dict[str, Any]
) -> None:
    for arguments, delegated in (((), False), (("-f",), True)):
        agreed.clear()
        realm.kinit(USER, PASSWORD, *arguments)
        assert build_number(session(**variables)) == "20348"
        ((_protocol, flags),) = agreed
        assert bool(flags & DELEGATED) is delegated


def test_the_rights_are_those_of_the_account(session: Session) -> None:
    as_reader = {"ansible_user": "scpreader@CORP.EXAMPLE", "ansible_password": "Lab-Reader-2026"}
    assert build_number(session(**as_reader)) == "20348"


@pytest.mark.parametrize("given", [{"ansible_connection": "winrm", **MANAGED}, PSRP_MANAGED], ids=str)
@pytest.mark.parametrize(("sent", "accepted"), [(True, False), (False, True)])
def test_a_logon_is_bound_to_the_certificate_of_its_server(
    realm: Realm, session: Session, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], sent: bool, accepted: bool
) -> None:
    # As if another program had ended TLS, with its own certificate that the client trusts.
    other = ChannelBindings(GssChannelBindings(application_data=b"tls-server-end-point:" + bytes(32)))
    for listeners in realm.estate._listeners.values():
        for listener in listeners:
            if listener.tls_context is not None:
                monkeypatch.setattr(listener, "bindings", other)
    option = "ansible_psrp_negotiate_send_cbt" if given["ansible_connection"] == "psrp" else "ansible_winrm_send_cbt"
    opened = session(**given, ansible_port=HTTPS, **{option: sent})
    if accepted:
        assert build_number(opened) == "20348"
    else:
        with pytest.raises(AuthenticationFailed, match="the server does not accept the ticket"):
            build_number(opened)


def test_another_account_has_the_usual_name_of_the_service(session: Session) -> None:
    # The default of Ansible's winrm is HTTP; WSMAN and host are the server's own.
    for way in (
        {**MANAGED, "ansible_winrm_service": "WSMAN"},
        {**PSRP_MANAGED, "ansible_psrp_negotiate_service": "WSMAN"},
        {**PSRP_MANAGED, "ansible_psrp_negotiate_service": "host"},
    ):
        assert build_number(session(TAKEN, **way)) == "26100"
