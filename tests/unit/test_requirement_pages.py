"""The tables of docs/ about what a server needs say the same as the tables of facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server.operating_system import SUPPORT_WARNING_DAYS

DOCS = Path(__file__).resolve().parents[2] / "docs"
NEEDS: Mapping[str, list[Mapping[str, Any]]] = table("server_requirements")
SYSTEMS: list[Mapping[str, Any]] = table("operating_systems")["servers"]
# What each list of rows is called where its conflicts are listed.
SUBJECTS = {
    "dotnet": ".NET Framework 4 for the role",
    "tool_dotnet": ".NET Framework 4 for the tool",
    "vc_runtime": "Visual C++ runtime for the role",
    "odbc_driver": "ODBC Driver 18 for SQL Server",
    "native_client": "SQL Server Native Client 11",
}


def lines_of(page: str, heading: str) -> list[str]:
    """The rows of the tables below a heading, without those of their heads."""
    text = (DOCS / page).read_text(encoding="utf-8")
    assert text.count(f"\n{heading}\n") == 1, heading
    section = text.partition(f"\n{heading}\n")[2].partition("\n#")[0]
    found = section.splitlines()
    rules = {index for index, line in enumerate(found) if line.startswith("|---")}
    heads = {index - 1 for index in rules}
    return [line for index, line in enumerate(found) if line.startswith("| ") and index not in rules | heads]


def framework(row: Mapping[str, Any]) -> str:
    return f"{row['shown']} (release {row['release']})"


def versions(row: Mapping[str, Any]) -> str:
    until = row.get("until", row["since"])
    return row["since"] if until == row["since"] else f"{row['since']} to {until}"


def needs_of_the_role() -> Iterator[str]:
    for row in NEEDS["dotnet"]:
        below = f"{row['below']}; failed below release {row['failed_below']}" if "failed_below" in row else row["below"]
        yield f"| `dotnet_release` | {row['since']} | {framework(row)} | {below} |"
    for row in NEEDS["vc_runtime"]:
        yield f"| `vc_runtime` | {row['since']} | {row['minimum']} | warning |"
    for row in NEEDS["odbc_driver"]:
        yield f"| `odbc_driver` | {row['since']} | {row['minimum']} | {row['below']} |"
    for row in NEEDS["native_client"]:
        missing = "" if row["missing"] == "warning" else f"; {row['missing']} if it is missing"
        yield f"| `native_client` | {versions(row)} | {row['minimum']} | warning{missing} |"


def needs_of_the_tool() -> Iterator[str]:
    for row in NEEDS["tool_dotnet"]:
        inferred = f" ({row['certainty']})" if "certainty" in row else ""
        yield f"| `tool_dotnet` | {row['since']} | {framework(row)}{inferred} | failed |"
    for row in NEEDS["tool_vc_runtime"]:
        yield f"| `vc_runtime`, `vc_runtime_x86` | {row['since']} | {row['minimum']} | failed |"
    for row in NEEDS["odbc_driver"]:
        yield f"| `odbc_driver` | {row['since']} | {row['minimum']} | {row['below']} |"


def supported(row: Mapping[str, Any]) -> str:
    if "refused" in row:
        return f"before {row['refused']}; {row['notice']} warns"
    return f"from {row['since']}" if "since" in row else "all"


def operating_systems() -> Iterator[str]:
    for row in SYSTEMS:
        yield f"| {row['name']} | {row['build']} | {supported(row)} | {row['support_ends']} |"


def conflicts() -> Iterator[str]:
    for name, rows in NEEDS.items():
        for row in rows:
            if "conflict" in row:
                yield f"| {SUBJECTS[name]} | {row['since']} | {row['conflict']} |"
    for row in SYSTEMS:
        if "conflict" in row:
            yield f"| {row['name']} | all | {row['conflict']} |"


@pytest.mark.parametrize(
    ("page", "heading", "expected"),
    [
        ("preflight.md", "## Software of the server, by version of the site", list(needs_of_the_role())),
        ("preflight.md", "## Operating systems", list(operating_systems())),
        ("offline_updates.md", "## What both hosts of the tool need", list(needs_of_the_tool())),
        ("limits.md", "## Where sources disagree", list(conflicts())),
    ],
)
def test_a_page_and_its_table_say_the_same(page: str, heading: str, expected: list[str]) -> None:
    assert expected
    assert lines_of(page, heading) == expected


def test_the_page_names_the_versions_of_the_driver_that_are_refused() -> None:
    text = (DOCS / "preflight.md").read_text(encoding="utf-8")
    for row in NEEDS["odbc_driver_refused"]:
        assert row["version"] in text
        assert row.get("since", "") in text


def test_the_page_names_when_the_warning_begins() -> None:
    text = (DOCS / "preflight.md").read_text(encoding="utf-8")
    assert f"the last {SUPPORT_WARNING_DAYS} days" in " ".join(text.split())


def test_dates_of_support_are_in_the_order_of_the_builds() -> None:
    found = [(row["build"], row["support_ends"]) for row in SYSTEMS]
    assert found == sorted(found)
    assert [ends for _build, ends in found] == sorted(ends for _build, ends in found)
