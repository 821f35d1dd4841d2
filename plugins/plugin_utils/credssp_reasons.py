# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an error of requests-credssp means for the user of a playbook. No I/O."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.configmgr.scp.plugins.plugin_utils import smb_reasons
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import Target

# SEC_E_LOGON_DENIED ([MS-ERREF], HRESULT), which an acceptor may send in place of an NTSTATUS.
_LOGON_DENIED = 0x8009030C
_NOT_OFFERED = "did not response CredSSP being an available authentication method"


def of_credssp(errors: Iterable[BaseException], target: Target) -> str:
    """The reason with the remedy; empty for an error that is not one of CredSSP."""
    for error in errors:
        if type(error).__name__ == "NTStatusException" and error.args and isinstance(error.args[0], int):
            return _status(error.args[0])
        if type(error).__name__ == "AuthenticationException" and _NOT_OFFERED in str(error):
            return (
                "the server does not offer CredSSP; turn it on there with the PowerShell command Enable-WSManCredSSP -Role "
                f"Server, or set {target.variables.way} to kerberos or ntlm"
            )
    return ""


def _status(status: int) -> str:
    known = "wrong user or password" if status == _LOGON_DENIED else smb_reasons.of_logon(status)
    return (
        f"the server rejected the logon: {known} (0x{status:08X})" if known else f"the server rejected the logon: 0x{status:08X}"
    )
