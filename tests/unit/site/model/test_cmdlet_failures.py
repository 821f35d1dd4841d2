"""What the answers of the script mean, in sentences."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlet_calls import Call
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlet_failures import (
    not_run,
    old_module,
    quoted,
    refused_right,
    too_old,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlet_script import Answer

CALL = Call("Set-CMHierarchySetting", {"TelemetryLevel": "Basic"})
HOST = "cas01.corp.example"
DENIED: dict[str, Any] = {
    "error": "Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))",
    "error_type": "UnauthorizedAccessException",
}

CASES = [
    (Answer("start", "language_mode", language_mode="ConstrainedLanguage"), "language mode ConstrainedLanguage", "exempt this"),
    (Answer("start", "powershell", powershell="4.0"), "has 4.0", "Management Framework 5.1"),
    (Answer("console", "no_console"), "console is not installed there", "Install the Configuration Manager console"),
    (Answer("console", "no_module", manifest=r"D:\X.psd1"), r"the file D:\X.psd1", "Repair"),
    (Answer("drive", "no_drive_name"), "SCP1 to SCP9", "Remove one of these drives"),
    (Answer("parameters", "no_proxy_account"), "account for the proxy", "configmgr.scp.site_account"),
    (Answer("parameters", "no_cmdlet"), "does not run that cmdlet", "Install the collection again"),
    (
        Answer("import", manifest="M", error="blocked", error_id="UnauthorizedAccess,X", error_type="PSSecurityException"),
        "a policy of Windows does not let PowerShell load the module M. blocked (UnauthorizedAccess).",
        "AllSigned and the signer of the module, Microsoft Corporation, is not a trusted publisher",
    ),
    (
        Answer("import", manifest="M", error="Windows PowerShell is in NonInteractive mode.", error_type="HostException"),
        "a policy of Windows",
        "Trusted Publishers",
    ),
    (Answer("import", manifest="M", error="bad image"), "cannot load the module M. bad image.", "Repair"),
    (Answer("drive", local=True, provider="p", **DENIED), "the SMS Provider on p", "needs a security role of the site"),
    (Answer("drive", local=False, provider="p", **DENIED), "the SMS Provider on p", "CredSSP, or with Kerberos"),
    (Answer("drive", error="old", error_id="SiteVersionMismatch"), "old (SiteVersionMismatch).", "to the version of the site"),
    (Answer("drive", error="The RPC server is unavailable."), "The RPC server is unavailable.", "can connect to this site"),
    (Answer("parameters", error="odd"), "could not prepare it. odd.", "writer: cim"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "cause", "remedy"), CASES)
def test_each_lack_has_a_cause_and_a_remedy(answer: Answer, cause: str, remedy: str) -> None:
    message = not_run(answer, CALL, HOST)
    assert message.startswith(f"Set-CMHierarchySetting was not run on {HOST}: ")
    before, _, after = message.partition("Nothing was written.")
    assert cause in before
    assert remedy in after
    assert "  " not in message
    assert message.endswith(".")


@pytest.mark.parametrize(
    ("error_type", "error_id", "old"),
    [
        ("CommandNotFoundException", "CommandNotFoundException", True),
        ("ParameterBindingException", "NamedParameterNotFound,Microsoft.X", True),
        ("ParameterBindingException", "AmbiguousParameterSet,Microsoft.X", True),
        ("ParameterBindingException", "CannotConvertArgumentNoMessage,Microsoft.X", False),
        ("WqlQueryException", "UnhandledException,Microsoft.X", False),
        ("", "", False),
    ],
)
def test_a_module_that_lacks_the_cmdlet_or_a_parameter_is_too_old(error_type: str, error_id: str, old: bool) -> None:
    answer = Answer("cmdlet", module="5.1806", error="The term is not recognized", error_type=error_type, error_id=error_id)
    assert too_old(answer) is old
    message = old_module(answer, CALL, HOST)
    assert "The module ConfigurationManager 5.1806 on cas01.corp.example cannot run Set-CMHierarchySetting" in message
    assert "Nothing was written. The module is too old: update" in message


@pytest.mark.parametrize(
    ("answer", "denied"),
    [
        (Answer("cmdlet", **DENIED), True),
        (Answer("cmdlet", error="The SMS Provider reported an error. StatusCode = 2147749891;"), True),
        (Answer("cmdlet", error="0x80041003"), True),
        (Answer("cmdlet", error="StatusCode = 2147749889;"), False),
        (Answer("cmdlet"), False),
    ],
)
def test_a_missing_right_is_recognised_by_its_numbers(answer: Answer, denied: bool) -> None:
    assert refused_right(answer) is denied


@pytest.mark.parametrize(
    ("error", "error_id", "said"),
    [
        ("It failed.", "X,Y", "It failed (X)."),
        ("It failed", "", "It failed."),
        ("Why?", "", "Why?"),
        ("X failed", "X,Y", "X failed."),
        ("a thrown text", "a thrown text", "a thrown text."),
        ("", "", "PowerShell gave no reason."),
    ],
)
def test_messages_of_windows_are_quoted_as_sentences(error: str, error_id: str, said: str) -> None:
    assert quoted(Answer("cmdlet", error=error, error_id=error_id)) == said
