"""What requests-credssp reports. Its exceptions are known by their names, because the library need not be installed."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AuthenticationFailed
from ansible_collections.configmgr.scp.plugins.plugin_utils.credssp_reasons import of_credssp
from ansible_collections.configmgr.scp.plugins.plugin_utils.failures import translate
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import PSRP, WINRM, Target

BY_WINRM, BY_PSRP = Target("http://scp01:5985/wsman", "x", WINRM), Target("http://scp01:5985/wsman", "x", PSRP)


class AuthenticationException(Exception):
    pass


class NTStatusException(Exception):
    pass


NOT_OFFERED = AuthenticationException(
    "The server did not response CredSSP being an available authentication method - actual: 'Negotiate'"
)
CASES = [
    (
        NOT_OFFERED,
        "the server does not offer CredSSP; turn it on there with the PowerShell command Enable-WSManCredSSP -Role Server",
    ),
    (NTStatusException(0x8009030C, "x"), "the server rejected the logon: wrong user or password (0x8009030C)"),
    (NTStatusException(0xC000006D, "x"), "the server rejected the logon: wrong user or password, or the server does not allow"),
    (NTStatusException(0xC0000234, "x"), "the server rejected the logon: the account is locked out (0xC0000234)"),
    (NTStatusException(0xC0000099, "x"), "the server rejected the logon: 0xC0000099"),
    (AuthenticationException("something else"), "something else"),
]


@pytest.mark.parametrize(("error", "words"), CASES)
def test_it_is_a_logon_that_failed(error: Exception, words: str) -> None:
    found = translate(error, BY_WINRM, "credssp", sent=False)
    assert isinstance(found, AuthenticationFailed)
    assert words in str(found)


def test_the_variable_is_that_of_the_connection() -> None:
    assert "ansible_psrp_auth to kerberos or ntlm" in of_credssp([NOT_OFFERED], BY_PSRP)
    assert "ansible_winrm_transport to kerberos or ntlm" in of_credssp([NOT_OFFERED], BY_WINRM)
    assert of_credssp([ValueError("x"), NTStatusException("no number")], BY_WINRM) == ""
