"""One run of a cmdlet: what its end means."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import accounts, cmdlets_writer
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlets_writer import CmdletFailed, CmdletsWriter
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.steps import Change, Create, Password
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.windows import shell
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    CimError,
    RequestInfo,
    TransportTimeout,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.unit.site.support import row, scp_row

HOST = "cas01.corp.example"
STEP = Create("the role", scp_row("scp01.corp.example"))
Run = Callable[[dict[str, Any]], shell.Finished]


class Runs:
    """Stands for shell.run: keeps what was given, and answers with a function of the request."""

    def __init__(self, answer: Run | Exception) -> None:
        self.answer = answer
        self.lines: list[str] = []
        self.given: list[str] = []

    def run(
        self, _session: object, line: str, *, stdin: str, waiting: Callable[[float], None], **_more: object
    ) -> shell.Finished:
        self.lines.append(line)
        self.given.append(stdin)
        waiting(12.0)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer(json.loads(stdin.splitlines()[0]))


def said(**more: Any) -> Run:
    return lambda request: shell.Finished(0, json.dumps({"token": request["token"], **more}) + "\r\n", "")


def sent(monkeypatch: pytest.MonkeyPatch, answer: Run | Exception, step: Any = STEP) -> tuple[Runs, list[str]]:
    runs, shown = Runs(answer), list[str]()
    monkeypatch.setattr(shell, "run", runs.run)
    monkeypatch.setattr(cmdlets_writer, "read_providers", lambda *_asked: {"CAS": (HOST,)})
    CmdletsWriter(cast(CimSession, None), HOST, shown.append).send(step)
    return runs, shown


def test_a_run_that_ends_well(monkeypatch: pytest.MonkeyPatch) -> None:
    runs, shown = sent(monkeypatch, said(phase="done"))
    request = json.loads(runs.given[0])
    assert (request["cmdlet"], request["site_code"], request["providers"]) == ("Add-CMServiceConnectionPoint", "CAS", [HOST])
    assert shown == [f"Add-CMServiceConnectionPoint runs on {HOST}: 12 s of at most 600 s"]


def test_a_password_is_on_standard_input_only(monkeypatch: pytest.MonkeyPatch) -> None:
    account = accounts.new_account("CAS", r"CORP\one")
    step = Create("the account", account, Password("s3cr%t \"'", lambda: "x", accounts.PASSWORD_COLUMN))
    runs, shown = sent(monkeypatch, said(phase="done"), step)
    assert runs.given[0].endswith("\ns3cr%t \"'\n")
    assert "s3cr" not in f"{runs.lines}{shown}{runs.given[0].splitlines()[0]}"
    broken = Create("the account", account, Password("two\nlines", lambda: "x", accounts.PASSWORD_COLUMN))
    with pytest.raises(TaskFailure, match=r"line end\. Nothing was written") as failure:
        sent(monkeypatch, said(phase="done"), broken)
    assert "two" not in str(failure.value)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (said(phase="import", error="x"), "was not run on cas01.corp.example"),
        (
            said(phase="cmdlet", error_id="CommandNotFoundException", error_type="CommandNotFoundException"),
            "The module is too old",
        ),
    ],
)
def test_what_wrote_nothing_for_certain(monkeypatch: pytest.MonkeyPatch, answer: Run, message: str) -> None:
    with pytest.raises(TaskFailure, match=message) as failure:
        sent(monkeypatch, answer)
    assert "Nothing was written." in str(failure.value)


@pytest.mark.parametrize(
    ("answer", "answered", "denied"),
    [
        (said(phase="cmdlet", error="it failed"), True, False),
        (said(phase="cmdlet", error="StatusCode = 2147749891;"), True, True),
        (said(phase="nonsense"), False, False),
        (lambda _request: shell.Finished(1, "", "a parse error"), False, False),
        (lambda _request: shell.Finished(None, "", "", "time"), False, False),
        (lambda _request: shell.Finished(None, "{", "", "output"), False, False),
        (TransportTimeout("late", request=RequestInfo("Receive")), False, False),
        (TransportTimeout("late", request=RequestInfo("Command")), False, False),
        (CimFault(FaultKind.OTHER, RequestInfo("Receive")), False, False),
    ],
)
def test_what_may_have_written(monkeypatch: pytest.MonkeyPatch, answer: Run | Exception, answered: bool, denied: bool) -> None:
    with pytest.raises(CmdletFailed) as failure:
        sent(monkeypatch, answer)
    assert (failure.value.answered, failure.value.denied, failure.value.after_send) == (answered, denied, True)


@pytest.mark.parametrize("operation", ["Create", "Command", "Send"])
def test_a_shell_that_is_refused(monkeypatch: pytest.MonkeyPatch, operation: str) -> None:
    fault = CimFault(FaultKind.ACCESS_DENIED, RequestInfo(operation, target="the command shell"))
    with pytest.raises(TaskFailure, match=r"no remote shell could be used there.*Remote Management Users"):
        sent(monkeypatch, fault)
    with pytest.raises(TaskFailure, match="when the server can start one"):
        sent(monkeypatch, CimFault(FaultKind.QUOTA, RequestInfo(operation)))


@pytest.mark.parametrize(
    "error", [TransportTimeout("late", request=RequestInfo("Create")), Unreachable("refused", request=RequestInfo("Command"))]
)
def test_a_shell_that_was_not_reached_has_written_nothing(monkeypatch: pytest.MonkeyPatch, error: CimError) -> None:
    with pytest.raises(type(error)) as failure:
        sent(monkeypatch, error)
    assert failure.value.after_send is False


def test_a_step_without_a_cmdlet(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Create("the row", row("scp01.corp.example", "SMS Management Point"))
    with pytest.raises(TaskFailure, match=r"writer: .*Use writer: cim for it\. Nothing was written\."):
        CmdletsWriter(cast(CimSession, None), HOST).prepared(odd)


def test_the_message_of_a_script_error_is_quoted_without_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = "At line:1 char:7\r\n+ $ErrorActionPreference = 'Stop'; x }\r\n+   ~\r\nUnexpected token '}'.\r\n"
    with pytest.raises(
        CmdletFailed, match=r"exit code 1 and without the answer of Add-CMServiceConnectionPoint: Unexpected token '}'\."
    ):
        sent(monkeypatch, lambda _request: shell.Finished(1, "", stderr))


def test_only_a_password_cannot_be_proved() -> None:
    writer = CmdletsWriter(cast(CimSession, None), HOST)
    account = accounts.new_account("CAS", r"CORP\one")
    password = Password("x", lambda: "x", accounts.PASSWORD_COLUMN)
    assert writer.proves(STEP)
    assert writer.proves(Create("the account", account, password))
    assert not writer.proves(Change("the account", account, account, password=password))
    assert writer.settings(STEP) == frozenset({"OfflineMode"})
