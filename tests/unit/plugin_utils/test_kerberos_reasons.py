"""What the libraries of Kerberos report, in the forms of kinit, pykerberos, gssapi with pyspnego, and krb5."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils.kerberos_reasons import (
    KerberosError,
    explained,
    read_error,
    ticket_rejected,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import PSRP, WINRM, Target

USER = "admin@CORP.EXAMPLE"
BY_WINRM = Target("http://scp01.corp.example:5985/wsman", USER, WINRM, None, "HTTP/scp01.corp.example")
BY_PSRP = Target("http://scp01.corp.example:5985/wsman", USER, PSRP, None, "host/scp01.corp.example")
BASE = -1765328384


def of_pykerberos(number: int, text: str) -> str:
    quote = '"' if "'" in text else "'"
    general = "('Unspecified GSS failure.  Minor code may provide more information', 851968)"
    return f"authGSSClientStep() failed: ({general}, ({quote}{text}{quote}, {BASE + number}))"


def of_gssapi(number: int, text: str) -> str:
    general = "Major (851968): Unspecified GSS failure. Minor code may provide more information"
    return f"{general}, Minor ({BASE + number + 2**32}): {text}"


def of_pyspnego(number: int, text: str) -> str:
    return f"SpnegoError (1): {of_gssapi(number, text)}, Context: Processing security token"


def of_krb5(number: int, text: str) -> str:
    return f"{text} {BASE + number}"


def of_kinit(_number: int, text: str) -> str:
    return f"kinit: {text} while getting initial credentials"


Form = Callable[[int, str], str]
FORMS: list[Form] = [of_pykerberos, of_gssapi, of_pyspnego, of_krb5, of_kinit]

# Numbers and texts as krb5_get_error_message of MIT Kerberos 1.20 gives them.
CASES = [
    (6, "Client 'admin@CORP.EXAMPLE' not found in Kerberos database", f"the domain has no account {USER}"),
    (7, "Server not found in Kerberos database", "the domain has no service principal name"),
    (14, "KDC has no support for encryption type", "no encryption type in common"),
    (18, "Client's credentials have been revoked", f"the account {USER} is disabled, locked or expired"),
    (23, "Password has expired", f"the password of {USER} has expired; change it"),
    (24, "Preauthentication failed", f"the domain rejected the password of {USER}; check ansible_password"),
    (32, "Ticket expired", f"the Kerberos ticket of {USER} has expired"),
    (37, "Clock skew too great", "may differ by five minutes at most; set the clock that is wrong"),
    (41, "Message stream modified", "the server does not accept the ticket for"),
    (141, f"Can't find client principal {USER} in cache collection", f"the controller has no Kerberos ticket of {USER}"),
    (147, "KDC reply did not match expectations", "the controller knows no domain controller for the realm CORP.EXAMPLE"),
    (148, "Clock skew too great in KDC reply", "set the clock that is wrong"),
    (154, 'Cannot find KDC for realm "CORP.EXAMPLE"', "knows no domain controller for the realm CORP.EXAMPLE"),
    (156, "Cannot contact any KDC for realm 'CORP.EXAMPLE'", "no domain controller of CORP.EXAMPLE answers the controller"),
    (195, "No credentials cache found (filename: /tmp/krb5cc_0)", f"the controller has no Kerberos ticket of {USER}"),
    (220, "Cannot resolve network address for KDC in requested realm", "no domain controller of CORP.EXAMPLE answers"),
    (224, "Configuration file does not specify default realm", "krb5.conf has no default_realm; set ansible_user to admin@REALM"),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("number", "text", "sentence"), CASES)
def test_each_has_a_reason_and_keeps_its_text(form: Form, number: int, text: str, sentence: str) -> None:
    message = form(number, text)
    for target in (BY_WINRM, BY_PSRP):
        told = explained(message, target)
        assert sentence in told
        assert told.endswith(")")
        assert text.partition(" for ")[0] in told
        assert "Unspecified GSS failure" not in told
        assert not any(variable in told for variable in ("ansible_psrp", "ansible_winrm")) or (
            ("ansible_psrp" in told) is (target is BY_PSRP)
        )


@pytest.mark.parametrize("form", FORMS[:-1])
def test_the_number_decides_where_there_is_one(form: Form) -> None:
    # In another language, for example.
    told = explained(form(32, "Ticket abgelaufen"), BY_WINRM)
    assert "has expired" in told
    assert told.endswith("(Ticket abgelaufen)")


@pytest.mark.parametrize(
    "message",
    [
        "Major (720896): The referenced credential has expired, Minor (100001): Success",
        "Major (458752): No credentials were supplied, or the credentials were unavailable or inaccessible, Minor (2529639053): "
        "No Kerberos credentials available (default cache: FILE:/tmp/krb5cc_0)",
        "SpnegoError (1): SpnegoError (16): Operation not supported or available, Context: No username or password was specified "
        "and the credential cache did not exist or contained no credentials, Context: Unable to negotiate common mechanism",
        "Unable to authenticate <Response [200]>",
    ],
)
def test_those_without_a_number_of_their_own(message: str) -> None:
    told = explained(message, BY_PSRP)
    assert told != message
    assert any(words in told for words in ("has expired; get a new one", "has no Kerberos ticket", "did not prove its identity"))
    assert "SpnegoError" not in told


@pytest.mark.parametrize(
    "message", ["", "odd", "SpnegoError (4): Defective token", of_krb5(60, "Generic error"), of_pykerberos(60, "Generic error")]
)
def test_an_unknown_error_keeps_its_text(message: str) -> None:
    told = explained(message, BY_WINRM)
    assert told == read_error(message).words
    assert told in message


def test_where_the_text_and_the_number_are() -> None:
    assert read_error(of_pykerberos(141, "Can't find x")) == KerberosError("Can't find x", BASE + 141)
    assert read_error(of_gssapi(7, "Server not found")) == KerberosError("Server not found", BASE + 7)
    assert read_error(of_pyspnego(7, "Server not found")) == KerberosError("Server not found", BASE + 7)
    assert read_error(of_krb5(7, "Server not found")) == KerberosError("Server not found", BASE + 7)
    assert read_error(of_kinit(7, "Server not found")).code == 0
    # A major code of GSSAPI alone.
    assert read_error("authGSSClientInit() failed: (('No credentials', 458752),)") == KerberosError("No credentials", 0)
    assert read_error("Major (1): Expired, Minor (100001): Success") == KerberosError("Expired", 0)


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ("CORP\\admin", "set ansible_user to admin@REALM, where REALM is the DNS name of the domain CORP in capitals"),
        ("corp.example\\admin", "set ansible_user to admin@CORP.EXAMPLE"),
        ("admin@CORP.EXAMPLE", "the domain has no account admin@CORP.EXAMPLE"),
    ],
)
def test_the_form_of_the_user(user: str, words: str) -> None:
    assert words in explained(of_krb5(6, "Client not found in Kerberos database"), Target("http://h", user, WINRM))


def test_a_realm_in_small_letters() -> None:
    told = explained(of_krb5(147, "KDC reply did not match expectations"), Target("http://h", "admin@corp.example", PSRP))
    assert "a Kerberos realm is written in capitals; set ansible_user to admin@CORP.EXAMPLE" in told


@pytest.mark.parametrize(
    ("principal", "words"),
    [
        ("HTTP/127.0.10.11", "Kerberos needs the name of the server, not its address 127.0.10.11; set ansible_host or"),
        ("HTTP/fe80::1", "not its address fe80::1"),
        ("WSMAN/alias", "the domain has no service principal name WSMAN/alias; set ansible_host or"),
        ("host/alias", "the domain has no service principal name host/alias; set ansible_host or"),
        (
            "HTTP/alias",
            "ansible_winrm_kerberos_hostname_override to the full name of the server in the domain. A server that is not",
        ),
        ("winrm/scp01", "the domain has no service principal name winrm/scp01; set ansible_winrm_service to HTTP or WSMAN"),
        # Of a file share, to which the variables of WinRM do not apply.
        (
            "cifs/alias",
            "the domain has no service principal name cifs/alias; set ansible_host to the full name of the server in the",
        ),
    ],
)
def test_the_name_of_the_service(principal: str, words: str) -> None:
    target = Target("http://h", USER, WINRM, None, principal)
    assert words in explained(of_krb5(7, "Server not found in Kerberos database"), target)


def test_a_realm_that_no_text_names() -> None:
    told = explained(of_krb5(154, "Cannot find KDC for requested realm"), Target("http://h", "admin", PSRP))
    assert "knows no domain controller for the realm of ansible_user" in told
    told = explained(of_krb5(156, "Cannot contact any KDC for requested realm"), Target("http://h", "admin", PSRP))
    assert "no domain controller of the realm answers" in told
    told = explained(of_krb5(224, "Configuration file does not specify default realm"), Target("http://h", "", PSRP))
    assert "set ansible_user to name@REALM" in told
    assert explained("Unable to authenticate <Response [200]>", Target("http://scp01:5985/wsman", "", WINRM)).startswith(
        "the server did not prove its identity, so it may be another server than scp01 ("
    )


def test_without_a_user_in_the_settings() -> None:
    nobody = Target("http://h", "", PSRP)
    assert explained(of_krb5(32, "Ticket expired"), nobody).startswith("the Kerberos ticket has expired")
    assert explained(of_krb5(195, "No credentials cache found"), nobody).startswith("the controller has no Kerberos ticket; get")
    by_winrm = explained(of_krb5(195, "No credentials cache found"), BY_WINRM)
    assert "or set ansible_password (with ansible_winrm_kinit_mode managed) (" in by_winrm


def test_a_rejected_ticket_advises_the_other_name() -> None:
    assert "then set ansible_winrm_service to WSMAN" in ticket_rejected(BY_WINRM)
    assert "then set ansible_psrp_negotiate_service to WSMAN" in ticket_rejected(BY_PSRP)
    assert "ansible_psrp_negotiate_hostname_override" in explained(of_krb5(7, "Server not found"), BY_PSRP)
    assert "the name belongs to another server than scp01.corp.example;" in ticket_rejected(BY_PSRP)
    assert ticket_rejected(Target("scp01", "", WINRM)).startswith("the server does not accept the ticket for the server.")
    by_wsman = Target("http://h", USER, PSRP, None, "WSMAN/scp01.corp.example")
    assert "then set ansible_psrp_negotiate_service to HTTP" in ticket_rejected(by_wsman)
