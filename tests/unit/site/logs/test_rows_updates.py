"""Every row about updates, setup and the connection tool names a line; these lines are of the wording that the row expects."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.patterns import reader
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import Record

PREREQ = "configmgrprereq"
TOOL = "serviceconnectiontool"
# What a healthy site prints, and almost the same text as a failure.
GOOD = [
    ("dmpdownloader", r"File D:\SMS\EasySetupPayload\a.cab has been extracted with 0~~"),
    ("configmgrsetup", "INFO: WinHttpQueryHeaders() in Download() returned OK (200)"),
    ("hman", "Prereq check passed. Setup will not continue since it is prereq only."),
    (PREREQ, "srv.corp.example;    Pending system restart;    Passed"),
    (PREREQ, "[Passed]:Install the Microsoft ODBC driver 18 for SQL setup"),
    ("distmgr", 'STATMSG: ID=2301 SEV=I LEV=M SOURCE="SMS Server" COMP="SMS_DISTRIBUTION_MANAGER"'),
    ("sitecomp", r'"E:\CM\bin\x64\rolesetup.exe /install /siteserver:SRV" executed successfully on server SRV.'),
    (TOOL, "INFO:Successfully downloaded Redists for 248DC1EB-4B98-4483-BAF3-08C678C1CD0A"),
]


def _yaml(name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = yaml.safe_load((Path(__file__).parent / f"{name}.yml").read_text(encoding="utf-8"))
    return found


def _named(log: str, line: str) -> str | None:
    problem = reader(log).meaning(Record(line.rstrip("~"))).problem
    return problem.id if problem else None


@pytest.mark.parametrize("case", _yaml("expected_wordings"), ids=lambda case: case["id"])
def test_a_row_names_its_line(case: dict[str, str]) -> None:
    assert _named(case["log"], case["line"]) == case["id"]


@pytest.mark.parametrize(("log", "line"), GOOD)
def test_the_line_of_a_success_is_not_taken_for_a_failure(log: str, line: str) -> None:
    assert _named(log, line) is None


def test_every_row_has_a_line() -> None:
    rows = {row["id"] for name in ("updates", "setup", "tool") for row in table(f"logs/problems_{name}")["problems"]}
    cases = [*_yaml("expected_wordings"), *_yaml("documented_failures")]
    assert rows - {case.get("id", "") for case in cases} == set()
