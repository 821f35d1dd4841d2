# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an answer of the script means to the user: one sentence with the cause, and one with the remedy. Pure.

Decisions use the identifiers of errors, which are the same in every language of Windows; its sentences are only quoted.
"""

from __future__ import annotations

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlet_calls import Call
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlet_script import Answer

_CONSOLE = "the Configuration Manager console"
_OR_CIM = "or use writer: cim"
_SECOND_LOGON = (
    "The SMS Provider is on another server than this session, and Windows does not pass a network logon to a third computer. "
    "Run this on the host of the SMS Provider, with the console installed there; or connect with CredSSP, or with Kerberos and "
    "an account and server that may delegate."
)
_NOTHING = "Nothing was written."
# WBEM_E_ACCESS_DENIED and E_ACCESSDENIED, as the extended status of a provider has them.
_DENIED_CODES = ("2147749891", "0x80041003", "0x80070005")


def not_run(answer: Answer, call: Call, host: str) -> str:
    """Why the cmdlet was not started: the message for the user.

    :param host: where the script ran.
    """
    cause, remedy = _of_reason(answer) or _of_phase(answer, host)
    return f"{call.cmdlet} was not run on {host}: {cause} {_NOTHING} {remedy}"


def _of_reason(answer: Answer) -> tuple[str, str] | None:
    """Cause and remedy of what the script itself found."""
    found = {
        "language_mode": (
            f"PowerShell is in the language mode {answer.language_mode or 'unknown'} there, which does not allow it.",
            "Application control (App Control for Business or AppLocker) sets this mode: exempt this account from it on that "
            f"server, {_OR_CIM}.",
        ),
        "powershell": (
            f"it needs Windows PowerShell 5.1, and that server has {answer.powershell or 'an unknown version'}.",
            f"Install Windows Management Framework 5.1, {_OR_CIM}.",
        ),
        "no_console": (
            f"{_CONSOLE} is not installed there, so its PowerShell module is missing.",
            f"Install {_CONSOLE} of the site's version on that server, {_OR_CIM}.",
        ),
        "no_module": (
            f"{_CONSOLE} is installed there, but the file {answer.manifest} of its PowerShell module is missing.",
            f"Repair {_CONSOLE}, {_OR_CIM}.",
        ),
        "no_drive_name": (
            "PowerShell already has drives with all of the names SCP1 to SCP9 there.",
            f"Remove one of these drives from the module's settings, {_OR_CIM}.",
        ),
        "no_proxy_account": (
            "Get-CMAccount does not return exactly one account with the name of the account for the proxy.",
            "Add it to the site's list of accounts with configmgr.scp.site_account.",
        ),
        "no_cmdlet": (
            "the script of this collection does not run that cmdlet.",
            "Install the collection again, because its files do not belong together.",
        ),
    }
    return found.get(answer.reason)


def _of_phase(answer: Answer, host: str) -> tuple[str, str]:
    said = quoted(answer)
    if answer.phase == "import":
        if _blocked(answer):
            return (
                f"a policy of Windows does not let PowerShell load the module {answer.manifest}. {said}",
                "Either the execution policy of that server is Restricted, or it is AllSigned and the signer of the module, "
                "Microsoft Corporation, is not a trusted publisher. Allow signed scripts by group policy, and add the signer's "
                f"certificate to the Trusted Publishers of that computer; {_OR_CIM}.",
            )
        return f"PowerShell cannot load the module {answer.manifest}. {said}", f"Repair {_CONSOLE} there, {_OR_CIM}."
    if answer.phase == "drive":
        where = f"the module cannot connect to the SMS Provider on {answer.provider}. {said}"
        if _denied(answer):
            return where, "The account needs a security role of the site." if answer.local else _SECOND_LOGON
        if "SiteVersionMismatch" in answer.error_id:
            return where, f"Update {_CONSOLE} on {host} to the version of the site, {_OR_CIM}."
        return where, f"Check that {_CONSOLE} on {host} can connect to this site, {_OR_CIM}."
    return f"the script could not prepare it. {said}", "Check the message, or use writer: cim."


def too_old(answer: Answer) -> bool:
    """Whether PowerShell could not call the cmdlet as documented: it or a parameter is missing, so nothing was written."""
    identifier = answer.error_id.split(",")[0]
    return (answer.error_type, identifier) in {
        ("CommandNotFoundException", "CommandNotFoundException"),
        ("ObjectNotFound", "CommandNotFoundException"),
        ("ParameterBindingException", "NamedParameterNotFound"),
        ("ParameterBindingException", "AmbiguousParameterSet"),
    }


def old_module(answer: Answer, call: Call, host: str) -> str:
    """The message for a module without the cmdlet or one of its parameters."""
    return (
        f"The module ConfigurationManager {answer.module} on {host} cannot run {call.cmdlet} as it is documented. "
        f"{quoted(answer)} {_NOTHING} The module is too old: update {_CONSOLE} there to the version of the site, {_OR_CIM}."
    )


def refused_right(answer: Answer) -> bool:
    """Whether the SMS Provider denied the cmdlet the right to write."""
    return _denied(answer)


def quoted(answer: Answer) -> str:
    """The message of PowerShell as a sentence, with the identifier of the error where it has a short one."""
    text = answer.error.strip() or "PowerShell gave no reason"
    identifier = answer.error_id.split(",")[0]
    if identifier and " " not in identifier and identifier not in text:
        return f"{text.rstrip('.')} ({identifier})."
    return text if text[-1] in ".!?:;" else f"{text}."


def _blocked(answer: Answer) -> bool:
    """A policy blocked a file, or Windows asks about its publisher, which nobody can answer there."""
    blocked = answer.error_type == "PSSecurityException" or answer.error_id.startswith("UnauthorizedAccess")
    return blocked or "NonInteractive" in answer.error


def _denied(answer: Answer) -> bool:
    return answer.error_type == "UnauthorizedAccessException" or any(code in answer.error for code in _DENIED_CODES)
