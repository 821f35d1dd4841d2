"""The failures that the documentation and public logs print are named, and its lines of good work report none."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.patterns import reader
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import Record

from .support import BEGIN, judged, lines

HERE = Path(__file__).parent


def _cases(name: str) -> list[Any]:
    """The cases of every file of that kind."""
    files = sorted(HERE.glob(f"{name}*.yml"))
    found = [case for file in files for case in yaml.safe_load(file.read_text(encoding="utf-8"))]
    return [pytest.param(case, id=f"{case['log']}-{case['source'][:40]}-{number}") for number, case in enumerate(found)]


def _problems(case: dict[str, Any]) -> list[dict[str, Any]]:
    # A message of several lines is several lines of the file.
    written = "\n".join(lines(case["lines"], BEGIN)).split("\n")
    found: list[dict[str, Any]] = judged(written, log=rf"D:\SMS\Logs\{case['log']}.log", now=BEGIN + timedelta(minutes=1))[
        "problems"
    ]
    return found


@pytest.mark.parametrize("case", _cases("documented_failures"))
def test_a_documented_failure_is_named(case: dict[str, Any]) -> None:
    found = _problems(case)
    texts = [" ".join((problem["title"], problem["cause"], problem["remedy"])) for problem in found]
    if "id" in case:
        assert case["id"] in [problem["id"] for problem in found], found
    assert any(re.search(case["words"], text, re.IGNORECASE) for text in texts), found
    # Nothing of it stays without a name.
    assert not {"unrecognised", "hresult"} & {problem["id"] for problem in found}, found


@pytest.mark.parametrize("case", _cases("documented_good"))
def test_documented_good_lines_report_no_problem(case: dict[str, Any]) -> None:
    assert _problems(case) == []


@pytest.mark.parametrize("case", _cases("documented_good"))
def test_documented_good_lines_report_no_problem_where_the_log_is_not_known(case: dict[str, Any]) -> None:
    named = {line: found.id for line in case["lines"] if (found := reader("").meaning(Record(line)).problem) is not None}
    assert named == {}
