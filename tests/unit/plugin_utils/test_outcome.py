"""The result of a task that did not succeed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AnswerError,
    AuthenticationFailed,
    NoConnection,
    Refused,
    RequestInfo,
    TransportTimeout,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.plugin_utils.outcome import outcome_of, reading_failed
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

HOST = "cas01.corp.example"
PUT = RequestInfo("Put", "root/sms/site_CAS", "SMS_SCI_SysResUse")


@pytest.mark.parametrize(
    ("error", "connected", "state", "words"),
    [
        (TaskFailure("No."), True, "failed", ("No.",)),
        (SettingsError("set x"), False, "failed", ("set x",)),
        (AnswerError("not XML", request=PUT), True, "failed", (HOST, "Put of SMS_SCI_SysResUse", "not XML")),
        (Unreachable("no connection", request=PUT), False, "unreachable", ("No connection.",)),
        (AuthenticationFailed("rejected"), False, "unreachable", ("Rejected.",)),
        (TransportTimeout("late", after_send=False), False, "unreachable", ("Late.",)),
        (Refused(404), False, "unreachable", ("404",)),
        (Refused(413, request=PUT), False, "unreachable", ("413", "Nothing was carried out", "Put of SMS_SCI_SysResUse")),
        (Refused(413, request=PUT), True, "failed", (HOST, "Put of SMS_SCI_SysResUse", "413")),
        (
            Refused(503, "http://h:5985/wsman answers HTTP 503"),
            False,
            "unreachable",
            ("The server at http://h:5985/wsman answers",),
        ),
        (Refused(503, request=PUT), True, "unreachable", ("at this step: Put of", "503", "not carried out")),
        (
            Unreachable("broke", after_send=True, request=PUT),
            True,
            "unreachable",
            ("at this step: Put of", "may have had its effect"),
        ),
        (TransportTimeout("late", request=PUT), False, "unreachable", ("at this step: Put of", "may have had its effect")),
        (
            ZeroDivisionError("division by zero"),
            True,
            "failed",
            ("ZeroDivisionError", "division by zero", "a bug in the module", "-vvv"),
        ),
    ],
)
def test_failed_or_unreachable(error: Exception, connected: bool, state: str, words: tuple[str, ...]) -> None:
    result = outcome_of(error, connected=connected, host=HOST)
    assert {key for key in ("failed", "unreachable") if result.get(key)} == {state}
    assert [word for word in words if word not in result["msg"]] == []
    assert result["changed"] is False


@pytest.mark.parametrize(
    ("error", "connected", "nobody"),
    [
        (NoConnection("nothing listens"), False, True),
        (NoConnection("nothing listens"), True, False),
        (Unreachable("wrong certificate"), False, False),
        (Refused(503), False, False),
    ],
)
def test_whether_nobody_answers_at_all(error: Exception, connected: bool, nobody: bool) -> None:
    assert outcome_of(error, connected=connected, host=HOST)["no_connection"] is nobody


def test_a_failure_of_the_task_keeps_what_was_known() -> None:
    result = outcome_of(TaskFailure("No.", changed=True, evidence=["a"], msg="other", failed=False), connected=True, host=HOST)
    assert result == {"changed": True, "evidence": ["a"], "failed": True, "msg": "No."}


def test_what_was_changed_before_the_end_is_told() -> None:
    done = ["the removal of the service connection point on scp01.corp.example"]
    result = outcome_of(Refused(503, request=PUT), connected=True, host=HOST, done=done)
    assert result["changed"] is True
    assert result["msg"].endswith(f" Before that, this task carried out {done[0]}.")
    assert outcome_of(AnswerError("not XML", request=PUT), connected=True, host=HOST)["changed"] is False
    answer = outcome_of(AnswerError("not XML", request=PUT), connected=True, host=HOST, done=done)
    assert answer["msg"] == f"{HOST}: {PUT}: not XML. Before that, this task carried out {done[0]}."
    refusal = outcome_of(TaskFailure("The change is written."), connected=True, host=HOST, done=done)
    assert (refusal["changed"], refusal["msg"]) == (True, "The change is written.")
    assert outcome_of(TaskFailure("No.", changed=False), connected=True, host=HOST, done=done)["changed"] is False


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ({"hresult": 0x80041003, "outer_code": 0x80338102}, {"code": "0x80041003", "name": "WBEM_E_ACCESS_DENIED"}),
        ({"outer_code": 5}, {"code": "0x00000005", "name": "ERROR_ACCESS_DENIED"}),
        ({}, {"code": None, "name": None}),
    ],
)
def test_a_fault_is_data_too(codes: dict[str, Any], expected: dict[str, Any]) -> None:
    fault = CimFault(FaultKind.ACCESS_DENIED, PUT, provider_text="Zugriff verweigert", **codes)
    result = outcome_of(fault, connected=True, host=HOST)
    assert result["failed"] is True
    assert result["msg"] == f"{HOST}: {fault}"
    assert result["fault"] == {
        "operation": "Put",
        "target": "SMS_SCI_SysResUse",
        "namespace": "root/sms/site_CAS",
        "kind": "access_denied",
        "provider_text": "Zugriff verweigert",
        **expected,
    }


@pytest.mark.parametrize("error", [AuthenticationFailed("rejected", request=PUT), Unreachable("no connection", request=PUT)])
def test_who_is_not_let_in_does_not_read_what_would_have_been_asked(error: Exception) -> None:
    assert outcome_of(error, connected=False, host=HOST)["msg"] in ("Rejected.", "No connection.")


@pytest.mark.parametrize(
    ("error", "connected", "message"),
    [
        (TransportTimeout("late", request=PUT), True, f"The connection was lost at this step: {PUT}. Late."),
        (Unreachable("broken", request=PUT), True, f"The connection was lost at this step: {PUT}. Broken."),
        (AuthenticationFailed("rejected"), False, "Rejected."),
        (SettingsError("did you mean x?"), False, "did you mean x?"),
        (SettingsError("set x"), False, "set x."),
        (TaskFailure("No."), True, "No."),
    ],
)
def test_what_only_reads_has_no_effect_to_report(error: Exception, connected: bool, message: str) -> None:
    assert reading_failed(error, connected=connected, host=HOST) == message
