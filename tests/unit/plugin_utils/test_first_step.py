"""The first exchange of an NTLM logon, which is answered without the server, and the check of the server's answer to the next."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AuthenticationFailed, Refused
from ansible_collections.configmgr.scp.plugins.plugin_utils.first_step import FirstStep
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import WINRM, Target

TARGET = Target("http://scp01:5985/wsman", "CORP\\admin", WINRM)


def request(body: bytes | None = None, **headers: str) -> Any:
    return SimpleNamespace(body=body, headers=headers)


def begun() -> FirstStep:
    step = FirstStep(TARGET, "ntlm")
    assert step.replaces(request())
    return step


def test_only_the_first_request_without_a_token_is_replaced() -> None:
    step = FirstStep(TARGET, "ntlm")
    assert step.replaces(request())
    assert not step.replaces(request())
    assert not FirstStep(TARGET, "ntlm").replaces(request(Authorization="Negotiate TlRM"))
    assert not FirstStep(TARGET, "ntlm").replaces(request(b"<xml/>"))


def test_the_answer_asks_for_a_token() -> None:
    answer = begun().answer()
    assert (answer.status, answer.headers["WWW-Authenticate"], answer.read()) == (401, "Negotiate", b"")


@pytest.mark.parametrize("header", ["Negotiate TlRMTVNTUAAC", 'Basic realm="WSMAN", negotiate TlRMTVNTUAAC='])
def test_a_token_is_right_and_later_answers_are_not_checked(header: str) -> None:
    step = begun()
    assert step.problem_with(401, {"WWW-Authenticate": header}, b"") is None
    assert step.problem_with(401, {}, b"") is None


@pytest.mark.parametrize(
    ("status", "headers", "kind", "words"),
    [
        (401, {"WWW-Authenticate": "Negotiate"}, AuthenticationFailed, "the credentials of CORP\\\\admin were rejected"),
        (
            401,
            {"WWW-Authenticate": 'Kerberos, Basic realm="WSMAN"'},
            AuthenticationFailed,
            "does not allow this authentication method",
        ),
        (401, {}, AuthenticationFailed, "does not allow this authentication method"),
        (200, {}, AuthenticationFailed, "did not ask for a logon"),
        (404, {}, Refused, "404"),
        (503, {}, Refused, "503"),
    ],
)
def test_every_other_answer_ends_the_logon_before_a_proof_is_sent(status: int, headers: Any, kind: type, words: str) -> None:
    problem = begun().problem_with(status, headers, b"")
    assert problem is not None
    assert isinstance(problem, kind)
    assert problem.after_send is False
    assert words.replace("\\\\", "\\") in str(problem)
