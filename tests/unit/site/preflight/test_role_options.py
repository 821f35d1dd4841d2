"""Options of the role preflight that are not possible, each reported with its own name."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_ids import PREFLIGHT
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.role_options import impossible, impossible_of_report

POSSIBLE: dict[str, Any] = {"accept": [], "report_name": "preflight", "features": None, "endpoints": None}


def told(**changes: Any) -> list[str]:
    return list(impossible({**POSSIBLE, **changes}))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"accept": ["other_roles", "endpoint_go_microsoft_com_443"]},
        {"features": []},
        {"features": ["updates"]},
        {"endpoints": ["proxy.corp.example:3128", "[fe80::1]:443"]},
        {"report_name": "x" * 200},
        {"report_name": "preflight of scp01 (2).v1"},
        {"report_name": "..."},
    ],
)
def test_what_is_possible(changes: dict[str, Any]) -> None:
    assert told(**changes) == []


@pytest.mark.parametrize(
    ("changes", "option", "value"),
    [
        ({"accept": ["other_role"]}, "preflight_accept", "other_role"),
        ({"features": ["servicing"]}, "preflight_features", "servicing"),
        ({"endpoints": ["a b"]}, "preflight_endpoints", "a b"),
        *(
            ({"report_name": name}, "preflight_report_name", "")
            for name in ("", ".", "..", "a/b", "a\\b", "a:b", "a*", "a?", 'a"', "a<", "a>", "a|", "a\n", "x" * 201)
        ),
    ],
)
def test_what_is_not_possible(changes: dict[str, Any], option: str, value: str) -> None:
    (sentence,) = told(**changes)
    assert sentence.startswith(f"{option}: ")
    assert value in sentence


def test_everything_is_told_at_once_and_bounded() -> None:
    found = told(accept=["x"], report_name="/", features=["y" * 500, "updates", "z"], endpoints=["%"])
    assert [sentence.partition(":")[0].removeprefix("preflight_") for sentence in found] == [
        "accept",
        "report_name",
        "features",
        "features",
        "endpoints",
    ]
    assert "y" * 60 in found[2]
    assert "y" * 61 not in found[2]
    assert "tenant_attach" in found[2], "the features to choose from"


def test_a_report_of_another_kind_has_its_own_names() -> None:
    (sentence,) = impossible_of_report(PREFLIGHT, {"accept": (), "report_name": "y" * 500})
    assert "y" * 60 in sentence
    assert "y" * 61 not in sentence
