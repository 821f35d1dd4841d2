"""Whether files of PowerShell may be loaded (about_Execution_Policies, about_Signing)."""

from __future__ import annotations

import re

from lab.windows.powershell.errors import ErrorRecord, PowerShellError

_MORE = "about_Execution_Policies at https:/go.microsoft.com/fwlink/?LinkID=135170."
_SIGNATURE = re.compile(r"^# SIG # Begin signature block\r?$", re.MULTILINE)
MICROSOFT = "CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US"


def is_signed(text: str) -> bool:
    """Whether a script has a signature block. The lab cannot check the signature."""
    return _SIGNATURE.search(text) is not None


def refusal(
    policy: str, path: str, *, signed: bool, publisher_trusted: bool, publisher: str = "CN=the signer of the script"
) -> str:
    """Why a local file may not be loaded under an execution policy; empty when it may.

    A remote shell cannot answer the prompt about an untrusted publisher, so the file is not loaded.
    """
    if policy == "Restricted":
        return (
            f"File {path} cannot be loaded because running scripts is disabled on this system. For more information, see {_MORE}"
        )
    if policy != "AllSigned":
        return ""
    if not signed:
        return (
            f"File {path} cannot be loaded. The file {path} is not digitally signed. You cannot run this script "
            "on the current system. "
            f"For more information about running scripts and setting execution policy, see {_MORE}"
        )
    if not publisher_trusted:
        untrusted = f"File {path} is published by {publisher} and is not trusted on your system."
        return f"{untrusted} Only run scripts from trusted publishers."
    return ""


def security_error(message: str, command: str = "") -> PowerShellError:
    """The error for a file that may not be loaded."""
    types = (
        "System.Management.Automation.PSSecurityException",
        "System.Management.Automation.RuntimeException",
        "System.Exception",
    )
    origin = ",Microsoft.PowerShell.Commands.ImportModuleCommand" if command else ""
    return PowerShellError(ErrorRecord(message, types, f"UnauthorizedAccess{origin}", "SecurityError", command=command))
