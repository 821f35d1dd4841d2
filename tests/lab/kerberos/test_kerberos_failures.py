"""Each way in which a logon with Kerberos fails: the reason and the remedy, in the message that the user reads."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import CIMV2, WIN32_OPERATING_SYSTEM
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AuthenticationFailed
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from lab.domain.kerberos import krb5_conf
from tests.lab.kerberos.conftest import PASSWORD, TAKEN, USER, Realm, Session

WINRM: dict[str, Any] = {"ansible_connection": "winrm"}
PSRP: dict[str, Any] = {"ansible_connection": "psrp"}
BOTH = pytest.mark.parametrize("way", [WINRM, PSRP], ids=["winrm", "psrp"])
NEGOTIATE = {**PSRP, "ansible_psrp_auth": "negotiate"}
NO_TICKET = f"the controller has no Kerberos ticket of {USER}; get one with kinit before the run, or set ansible_password"


def refused(session: CimSession) -> str:
    """The message of a logon that fails; it never shows the password."""
    with pytest.raises(AuthenticationFailed) as failure:
        session.query(CIMV2, WIN32_OPERATING_SYSTEM, "select BuildNumber from Win32_OperatingSystem")
    message = str(failure.value)
    assert PASSWORD not in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("way", [WINRM, PSRP, NEGOTIATE], ids=["winrm", "psrp", "negotiate"])
def test_no_ticket_and_no_password(session: Session, way: dict[str, Any]) -> None:
    message = refused(session(**way))
    assert NO_TICKET in message
    assert NO_TICKET in refused(session(**way, ansible_port=5986))
    assert "ansible_password is not set; " in message
    assert "ansible_password is empty; " in refused(session(**way, ansible_password=""))


@BOTH
def test_a_ticket_of_another_user(realm: Realm, session: Session, way: dict[str, Any]) -> None:
    realm.kinit("scpreader@CORP.EXAMPLE", "Lab-Reader-2026")
    assert NO_TICKET in refused(session(**way))


def test_a_password_that_is_not_used_because_the_ticket_is_managed_by_the_user(session: Session) -> None:
    message = refused(session(ansible_password=PASSWORD, ansible_winrm_kinit_mode="manual"))
    assert f"{NO_TICKET} (with ansible_winrm_kinit_mode managed)" in message


def test_an_expired_ticket(realm: Realm, session: Session) -> None:
    realm.kinit(USER, PASSWORD, "-l", "1s")
    # Kerberos counts in whole seconds.
    time.sleep(2.1)
    words = f"the Kerberos ticket of {USER} has expired; get a new one with kinit, or set ansible_password"
    for way in (WINRM, PSRP):
        assert words in refused(session(**way))


@BOTH
@pytest.mark.parametrize(
    ("user", "password", "words"),
    [
        (USER, "wrong", f"the domain rejected the password of {USER}; check ansible_password"),
        ("nobody@CORP.EXAMPLE", PASSWORD, "the domain has no account nobody@CORP.EXAMPLE; check ansible_user"),
        ("scpadmin@corp.example", PASSWORD, f"a Kerberos realm is written in capitals; set ansible_user to {USER}"),
        (
            "scpadmin@OTHER.EXAMPLE",
            PASSWORD,
            "the controller knows no domain controller for the realm OTHER.EXAMPLE; check the realm in ansible_user, and the "
            "section [realms] of krb5.conf",
        ),
        (r"CORP\scpadmin", PASSWORD, r"Kerberos does not use the form CORP\scpadmin; set ansible_user to scpadmin@REALM"),
        (
            r"corp.example\scpadmin",
            PASSWORD,
            rf"Kerberos does not use the form corp.example\scpadmin; set ansible_user to {USER}",
        ),
    ],
)
def test_the_domain_gives_no_ticket_to_the_user(
    session: Session, way: dict[str, Any], user: str, password: str, words: str
) -> None:
    assert words in refused(session(**way, ansible_user=user, ansible_password=password))


@BOTH
def test_no_domain_controller_answers(realm: Realm, session: Session, way: dict[str, Any]) -> None:
    nobody = realm.controller.address.rpartition(".")[0] + ".101"
    (realm.folder / "krb5.conf").write_text(krb5_conf(realm.controller.dns, nobody))
    words = "no domain controller of CORP.EXAMPLE answers the controller; check its port 88 (TCP and UDP)"
    assert words in refused(session(**way, ansible_password=PASSWORD))


def test_the_clock_of_the_controller_is_wrong(realm: Realm, session: Session, tmp_path: Path) -> None:
    # By default, MIT Kerberos takes the difference from the domain controller's answer into account.
    configuration = realm.folder / "krb5.conf"
    configuration.write_text(configuration.read_text().replace("[libdefaults]", "[libdefaults]\n  kdc_timesync = 0"))
    kinit = tmp_path / "kinit-ahead"
    kinit.write_text('#!/bin/sh\nexec faketime -f +10m kinit "$@"\n')
    kinit.chmod(0o755)
    words = "the clocks of the controller, the domain controller and the server may differ by five minutes at most"
    assert words in refused(session(ansible_password=PASSWORD, ansible_winrm_kinit_cmd=str(kinit)))


@BOTH
def test_no_configuration(realm: Realm, session: Session, way: dict[str, Any]) -> None:
    (realm.folder / "krb5.conf").unlink()
    assert "the section [realms] of krb5.conf" in refused(session(**way, ansible_password=PASSWORD))
    message = refused(session(**way, ansible_password=PASSWORD, ansible_user="scpadmin"))
    assert "krb5.conf has no default_realm; set ansible_user to scpadmin@REALM" in message


def test_kinit_does_not_see_the_configuration(session: Session) -> None:
    message = refused(session(ansible_password=PASSWORD, ansible_winrm_kinit_env_vars=[]))
    assert message.endswith(": add KRB5_CONFIG to ansible_winrm_kinit_env_vars")


@BOTH
def test_the_server_is_addressed_by_its_address(realm: Realm, session: Session, way: dict[str, Any]) -> None:
    no_name = {"ansible_winrm_kerberos_hostname_override": None, "ansible_psrp_negotiate_hostname_override": None}
    message = refused(session(**way, ansible_password=PASSWORD, **no_name))
    assert f"Kerberos needs the name of the server, not its address {realm.address('cas01')}; set ansible_host or" in message
    assert "hostname_override to the full name of the server in the domain" in message


@BOTH
@pytest.mark.parametrize("name", ["alias.corp.example", "scp08.corp.example"])
def test_the_domain_has_no_such_server(session: Session, way: dict[str, Any], name: str) -> None:
    override = "ansible_psrp_negotiate_hostname_override" if way == PSRP else "ansible_winrm_kerberos_hostname_override"
    message = refused(session(**way, ansible_password=PASSWORD, **{override: name}))
    words = f"/{name}; set ansible_host or {override} to the full name of the server in the domain"
    assert words in message
    assert words in refused(session(**way, ansible_password=PASSWORD, ansible_port=5986, **{override: name}))


@BOTH
def test_the_domain_has_no_such_service(session: Session, way: dict[str, Any]) -> None:
    variable = "ansible_psrp_negotiate_service" if way == PSRP else "ansible_winrm_service"
    message = refused(session(**way, ansible_password=PASSWORD, **{variable: "winrm"}))
    assert f"the domain has no service principal name winrm/cas01.corp.example; set {variable} to HTTP or WSMAN" in message


@BOTH
def test_the_service_is_registered_for_another_account(session: Session, way: dict[str, Any]) -> None:
    variable = "ansible_psrp_negotiate_service" if way == PSRP else "ansible_winrm_service"
    message = refused(session(TAKEN, **way, ansible_password=PASSWORD, **{variable: "HTTP"}))
    name = f"HTTP/{TAKEN}.corp.example"
    assert f"the server does not accept the ticket for {name}" in message
    assert f"registered for another account (setspn -Q {name} shows which; then set {variable} to WSMAN)" in message


@BOTH
def test_the_name_of_another_server(realm: Realm, session: Session, way: dict[str, Any]) -> None:
    override = "ansible_psrp_negotiate_hostname_override" if way == PSRP else "ansible_winrm_kerberos_hostname_override"
    message = refused(session(**way, ansible_password=PASSWORD, **{override: "pri1.corp.example"}))
    assert f"the name belongs to another server than {realm.address('cas01')}" in message


@BOTH
def test_the_clock_of_the_server_is_wrong(session: Session, way: dict[str, Any]) -> None:
    message = refused(session("scp07", **way, ansible_password=PASSWORD))
    assert "the server does not accept the ticket for" in message
    assert "the server's clock differs by more than five minutes" in message
