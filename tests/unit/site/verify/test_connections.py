"""Who reaches whom, from the answers of the modules and the judged checks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.site.verify.support import CAS01, SCP01, WELL, flow, offline, report, spoiled, stage

UNREACHABLE = {"unreachable": True, "msg": "no route"}


def states(found: dict[str, Any]) -> dict[tuple[str, str], str]:
    rows = report(found)["connections"]
    pairs = {(row["from"], row["to"]): row["state"] for row in rows}
    assert len(pairs) == len(rows)
    return pairs


def row(found: dict[str, Any], start: str, end: str) -> dict[str, Any]:
    [one] = [row for row in report(found)["connections"] if (row["from"], row["to"]) == (start, end)]
    return dict(one)


def test_everything_works() -> None:
    assert states(spoiled()) == {
        ("controller", CAS01): "works",
        ("controller", SCP01): "works",
        (CAS01, SCP01): "works",
        (SCP01, CAS01): "works",
        (SCP01, "microsoft"): "works",
    }
    assert row(WELL, SCP01, "microsoft")["check"] == "last_contact"


def dead() -> dict[str, Any]:
    found = spoiled()
    for name in ("thread", "log", "last"):
        found[name]["result"] = dict(UNREACHABLE)
    return found


def test_a_dead_server() -> None:
    found = states(dead())
    assert found["controller", SCP01] == "fails"
    # What the site shows of it is no proof, and nothing is known of its way to Microsoft.
    assert (found[CAS01, SCP01], found[SCP01, "microsoft"]) == ("unknown", "unknown")
    assert "does not answer" in row(dead(), SCP01, "microsoft")["text"]


def test_a_host_that_answers_without_a_result() -> None:
    found = spoiled()
    for name in ("thread", "log", "last"):
        found[name]["result"] = {"failed": True, "msg": "no right"}
    assert states(found)["controller", SCP01] == "doubtful"
    found["log"]["result"] = WELL["log"]["result"]
    assert states(found)["controller", SCP01] == "works"


def test_a_server_that_is_no_host_of_the_inventory() -> None:
    found = spoiled()
    for name in ("thread", "log", "last"):
        del found[name]
    found["missing"] = {"server": {"server": SCP01, "detail": "D.", "remedy": "R."}}
    one = row(found, "controller", SCP01)
    assert (one["state"], one["check"]) == ("unknown", "server_checked")
    found["missing"]["site_server"] = {"server": "cas01", "detail": "D.", "remedy": "R."}
    assert ("controller", "cas01") not in states(found)


@pytest.mark.parametrize(
    ("name", "values", "state", "check"),
    [
        ("thread", {"state": "stopped"}, "fails", "thread_running"),
        ("last", {"previous_synchronisation": "2026-11-01T10:00:00Z"}, "works", "last_contact"),
        ("log", {"download": flow("failed", stage("a", "2026-11-22T10:00:00.000Z"))}, "fails", "synchronisation"),
    ],
)
def test_the_way_to_microsoft(name: str, values: dict[str, Any], state: str, check: str) -> None:
    one = row(spoiled(name, **values), SCP01, "microsoft")
    assert (one["state"], one["check"]) == (state, check)


@pytest.mark.parametrize(("verdict", "state"), [("failed", "fails"), ("warning", "doubtful"), ("passed", "works")])
def test_the_sites_own_check_of_the_endpoints_counts(verdict: str, state: str) -> None:
    found = spoiled()
    found["status"]["result"]["messages"][0]["verdict"] = verdict
    assert states(found)[SCP01, "microsoft"] == state


def test_an_offline_role_has_no_connection_to_microsoft() -> None:
    assert states(offline(spoiled()))[SCP01, "microsoft"] == "unused"


def test_the_site_does_not_reach_the_role() -> None:
    found = spoiled("status", roles=[{"role": "SMS Dmp Connector", "status": "critical", "down_since": None}])
    assert states(found)[CAS01, SCP01] == "doubtful"


def test_a_role_on_the_site_server_has_no_way_to_itself() -> None:
    found = spoiled()
    found["role"]["result"]["configured"][0]["server"] = CAS01
    assert not {(CAS01, CAS01)} & set(states(found))


@pytest.mark.parametrize("holders", [[], [{"server": SCP01, "site_code": "CAS"}, {"server": CAS01, "site_code": "CAS"}]])
def test_without_one_server_only_the_hosts_are_known(holders: list[dict[str, Any]]) -> None:
    found = spoiled("role", configured=holders)
    assert {start for start, _end in states(found)} == {"controller"}


def test_what_was_not_checked_is_not_known() -> None:
    found = spoiled()
    del found["site_log"], found["status"]
    assert (states(found)[SCP01, CAS01], states(found)[CAS01, SCP01]) == ("unknown", "unknown")
