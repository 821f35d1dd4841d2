from __future__ import annotations

from itertools import pairwise

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.versions import Standing


@pytest.mark.parametrize(
    ("text", "name", "standing"),
    [
        ("2609", "2609", Standing.KNOWN),
        ("5.00.9152.1000", "2609", Standing.KNOWN),
        ("5.00.9152", "2609", Standing.KNOWN),
        (" 5.0.9128.1007 ", "2403", Standing.KNOWN),
        ("5.00.9160.1000", "2609", Standing.NEWER),
        ("2709", "2609", Standing.NEWER),
        ("5.00.8913.1000", "2002", Standing.OLDER),
        ("1910", "2002", Standing.OLDER),
        ("5.00.9130.1000", "2403", Standing.BETWEEN),
    ],
)
def test_a_version_is_found_by_its_name_and_by_its_build(text: str, name: str, standing: Standing) -> None:
    found = versions.find(text)
    assert (found.name, found.standing, found.known) == (name, standing, standing is Standing.KNOWN)


def test_an_unknown_version_is_shown_as_it_was_given() -> None:
    assert str(versions.find("5.00.9152.1000")) == "2609"
    assert str(versions.find("5.00.9160.1000")) == "5.00.9160.1000"


@pytest.mark.parametrize("text", ["", "2613", "26091", "5.00", "5.1.9152", "6.00.9152", "5.00.9152.1000; x", "٢٦٠٩"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(versions.BadVersion, match=r"^site_version: .* such as 5\.00\.9152\.1000"):
        versions.find(text)


def test_a_name_that_never_was_is_refused_with_those_that_are() -> None:
    with pytest.raises(versions.BadVersion, match=r"there is no version 2601; the versions are 2002, .*2609"):
        versions.find("2601")


def test_the_row_that_holds_is_the_last_one_reached() -> None:
    rows = [{"since": "2107", "x": 1}, {"since": "2303", "x": 2}]
    assert versions.find("2103").row(rows) is None
    assert [(versions.find(name).row(rows) or {})["x"] for name in ("2107", "2211", "2303", "2609")] == [1, 1, 2, 2]


def test_a_row_may_end_with_a_version() -> None:
    rows = [{"since": "2002", "until": "2509", "x": 1}, {"since": "2603", "until": "2603", "x": 2}]
    found = [versions.find(name).row(rows) for name in ("2002", "2509", "2603", "2609")]
    assert [row and row["x"] for row in found] == [1, 1, 2, None]
    assert versions.find("2603").row(rows[:1]) is None


def test_the_table_is_in_order() -> None:
    rows = table("site_versions")["versions"]
    assert all(int(a["name"]) < int(b["name"]) and a["build"] < b["build"] for a, b in pairwise(rows))


@pytest.mark.parametrize(
    ("name", "lists"),
    [
        ("site_versions", ["versions"]),
        ("operating_systems", ["servers"]),
        ("roots", ["roots"]),
        (
            "server_requirements",
            [
                *("dotnet", "tool_dotnet", "vc_runtime", "tool_vc_runtime"),
                *("odbc_driver", "odbc_driver_refused", "native_client"),
            ],
        ),
    ],
)
def test_every_row_names_its_source_and_when_it_was_read(name: str, lists: list[str]) -> None:
    content = table(name)
    assert sorted(content.keys() - {"then"}) == sorted(lists)
    for row in (row for key in lists for row in content[key]):
        assert row["source"]
        assert row["read"] == "2026-11"
        for version in (row[key] for key in ("since", "until", "notice", "refused") if key in row):
            assert versions.find(version).known


@pytest.mark.parametrize(
    ("name", "build"), [("2609", "5.00.9152"), (" 2609 ", "5.00.9152"), ("2002", "5.00.8968"), ("2613", ""), ("", "")]
)
def test_the_build_of_a_name(name: str, build: str) -> None:
    assert versions.build_of(name) == build


@pytest.mark.parametrize(
    ("build", "name", "standing"),
    [
        (8967, "2002", Standing.OLDER),
        (8968, "2002", Standing.KNOWN),
        (8969, "2002", Standing.BETWEEN),
        (9151, "2603", Standing.BETWEEN),
        (9152, "2609", Standing.KNOWN),
        (9153, "2609", Standing.NEWER),
    ],
)
def test_a_build_beside_a_known_one(build: int, name: str, standing: Standing) -> None:
    found = versions.find(f"5.00.{build}")
    assert (found.name, found.standing) == (name, standing)


@pytest.mark.parametrize(("name", "reached"), [("2603", True), ("2609", True), ("2709", False)])
def test_a_version_is_at_least_an_earlier_one(name: str, reached: bool) -> None:
    assert versions.find("2609").at_least(name) is reached
