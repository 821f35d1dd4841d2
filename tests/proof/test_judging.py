"""The checks of trials find the errors that they are made for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.proof.controller import Asked, Told
from tests.proof.trial import misclaimed, wording

PUT = Asked("cas01.corp.example", "127.0.10.11", "Put", "SMS_SCI_SysResUse")
GOOD = "cas01.corp.example: Put of SMS_SCI_SysResUse failed."


def told(message: str = GOOD, **more: Any) -> Told:
    result = {"failed": True, "changed": False, "msg": message, **more.pop("result", {})}
    return Told("site_system", "cas01", result, **{"differs": False, **more})


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        (GOOD, ""),
        (GOOD.replace("cas01.corp.example", "127.0.10.11"), ""),
        ("Put of SMS_SCI_SysResUse failed.", "does not name the server"),
        ("cas01.corp.example: it failed.", "does not name what was asked"),
        (f"{GOOD} <s:Fault>", "not for users"),
        (f"{GOOD} </a>", "not for users"),
        (f"{GOOD} Traceback (most recent call last)", "not for users"),
        (f'{GOOD} File "x", line 1', "not for users"),
        (f"{GOOD} b'\\x00'", "not for users"),
        (f"{GOOD} This is a defect of the module", "not for users"),
        (f"{GOOD} \x1b[31m", "not printable"),
        ("", "not printable"),
    ],
)
def test_sentences(message: str, complaint: str) -> None:
    problems = wording(told(message), PUT)
    assert (problems == []) if not complaint else any(problem.startswith(complaint) for problem in problems)


def test_a_traceback_in_the_result_is_seen() -> None:
    assert wording(told(result={"exception": "Traceback"}), PUT) == ["a traceback is shown"]


@pytest.mark.parametrize(
    ("changed", "differs", "failed", "check", "fine"),
    [
        (True, True, False, False, True),
        (True, False, False, False, False),
        (True, False, True, False, False),
        (True, False, False, True, True),
        (False, False, False, False, True),
        (False, True, False, False, False),
        (False, True, True, False, False),
        (True, True, True, False, True),
    ],
)
def test_reported_changes(changed: bool, differs: bool, failed: bool, check: bool, fine: bool) -> None:
    one = told(result={"changed": changed, "failed": failed}, differs=differs, check=check)
    assert (misclaimed(one, disturbed=False) == "") is fine


def test_a_doubt_that_is_told_is_fine() -> None:
    doubtful = told(f"{GOOD} The request may have had its effect.", differs=True)
    assert misclaimed(doubtful, disturbed=False) == ""
