"""The tables of logs refer to each other rightly."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import flow_tables, known_logs, problem_tables
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.patterns import USUAL_FILES

FLOWS = table("logs/flows")
PROBLEMS = list(problem_tables.rows())
IDS = {row["id"] for row in PROBLEMS}
PAGE = (Path(__file__).resolve().parents[4] / "docs" / "log_flows.md").read_text(encoding="utf-8")
HTTP, CODES = table("logs/http"), table("logs/codes")


def usual(part: str) -> list[dict[str, Any]]:
    return [row for name in USUAL_FILES for row in table(f"logs/usual_{name}")[part]]


def test_ids_are_unique_over_all_files() -> None:
    stages = [id for flow in flow_tables.flows().values() for id in dict.fromkeys(stage.id for stage in flow.stages)]
    for names in ([row["id"] for row in PROBLEMS], stages, [row["name"] for row in table("logs/known_logs")["logs"]]):
        assert [name for name, count in Counter(names).items() if count > 1] == []


def test_flows_and_stages_that_rows_name_exist() -> None:
    flows = flow_tables.flows()
    assert {row.get("resolved_by", "") for row in PROBLEMS} | {row.get("fails", "") for row in PROBLEMS} <= {*flows, ""}
    for row in [*FLOWS["state_messages"], *FLOWS["package_states"]]:
        assert "stage" not in row or flows[row["flow"]].stage(row["stage"]).id == row["stage"]
    named = [*FLOWS["package_states"], *FLOWS["substages"], *FLOWS["substage_groups"], *FLOWS["subjects"]]
    assert {row["flow"] for row in named} <= {*flows, ""}
    assert all(any(stage.goal for stage in flow.stages) for flow in flows.values())
    # What resolves a problem is seen in the log of the problem.
    for row in PROBLEMS:
        logs = {known_logs.by_file(log) for log in row.get("logs", ())}
        if row.get("resolved_by") and logs:
            assert logs & {known_logs.by_file(log) for log in flows[row["resolved_by"]].logs}, row["id"]


def test_problems_that_codes_name_exist() -> None:
    assert {row["problem"] for row in [*CODES["hresults"], *CODES["sql_errors"]] if "problem" in row} <= IDS


def test_states_that_fail_are_states_of_the_table() -> None:
    assert {row["state"] for row in FLOWS["package_states"]} <= {row["name"] for row in table("update_states")["states"]}


def test_places_that_http_rows_name_exist() -> None:
    places = {row["id"] for row in HTTP["places"]}
    assert {place for row in HTTP["statuses"] for place in row.get("places", ())} <= places
    told = [(row["status"], place) for row in HTTP["statuses"] for place in row.get("places", ("",))]
    assert [each for each, count in Counter(told).items() if count > 1] == []


def test_every_log_that_a_row_names_is_known() -> None:
    stages = [row for flow in FLOWS["flows"] for row in flow["stages"]]
    rows = [*stages, *FLOWS["subjects"], *PROBLEMS, *usual("usual"), *HTTP["places"]]
    logs = {log for row in rows for log in row.get("logs") or ()}
    logs |= {row["log"] for row in [*FLOWS["substages"], *FLOWS["substage_groups"]]}
    assert sorted(log for log in logs if not known_logs.is_known(log)) == []


@pytest.mark.parametrize("row", [row for row in [*PROBLEMS, *usual("usual")] if "regex" in row], ids=lambda row: row["texts"][0])
def test_expressions_are_valid_and_take_linear_time(row: dict[str, Any]) -> None:
    expression = re.compile(row["regex"], re.IGNORECASE | re.DOTALL)
    expression.search("x" * 16_000)
    expression.search(f"{row['texts'][0]} " * 500)


def test_the_page_of_the_flowcharts_names_what_exists() -> None:
    cells = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| ") and line.count(" | ") == 4]
    stages = {stage.id for flow in flow_tables.flows().values() for stage in flow.stages}
    for kind, known in (("stage", stages), ("problem", {*problem_tables.ids()})):
        told = [match for cell in cells for match in re.findall(rf"{kind}s? (`[^;(]*`)", cell[3])]
        named = {name for match in told for name in re.findall(r"`([a-z_]+)`", match)}
        assert named
        assert named - known - {"installation"} == set()


@pytest.mark.parametrize(
    ("file", "log"),
    [
        (r"D:\SMS\Logs\DmpDownloader.lo_", "dmpdownloader"),
        (r"E:\approot\logs\CMG-CMGROLE_IN_0-CMGSetup.log", "cmgsetup"),
        (r"D:\SMS\Logs\CloudDP-7d3a9c1e.log", "clouddp"),
        (r"D:\SMS\Logs\other.log", "other"),
    ],
)
def test_a_log_is_known_by_its_file(file: str, log: str) -> None:
    assert known_logs.by_file(file) == log


def test_the_page_lists_every_known_log() -> None:
    rows = [line.split(" | ") for line in PAGE.partition("## Logs that are recognised")[2].splitlines() if line.startswith("| `")]
    listed = [(cells[0].strip("| `"), re.findall("`([^`]+)`", cells[1]), cells[3].rstrip(" |")) for cells in rows]
    known = [(row["name"], row["components"], row["title"]) for row in table("logs/known_logs")["logs"]]
    assert sorted(listed) == sorted(known)
