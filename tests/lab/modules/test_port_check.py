"""port_check over WinRM, with the lab's curl.exe and network."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.modules.conftest import Play

ROLE_PORTS = [
    {"name": "smb", "host": "scp01.corp.example", "port": 445},
    {"name": "rpc", "host": "scp01.corp.example", "port": 135},
]


def results(play: Play, machine: str, *targets: tuple[str, int]) -> list[str | None]:
    found = play.run("port_check", machine, targets=[{"host": host, "port": port} for host, port in targets])
    return [entry["result"] for entry in found["ports"]]


def test_the_site_server_reaches_the_role(play: Play) -> None:
    result = play.run("port_check", "cas01", targets=ROLE_PORTS)
    assert (result["changed"], result["blocked"]) == (False, False)
    assert result["counts"] == {"passed": 2, "warning": 0, "failed": 0, "skipped": 0}
    assert [check["id"] for check in result["checks"]] == ["port_smb", "port_rpc"]
    assert "were not tried" in result["checks"][1]["detail"]
    assert result["ports"][0] == {"id": "port_smb", "host": "scp01.corp.example", "port": 445, "result": "reachable"}


def test_the_role_reaches_the_database(play: Play) -> None:
    assert results(play, "scp01", ("cas01.corp.example", 1433), ("cas01", 1433)) == ["reachable", "reachable"]


def test_what_is_in_the_way_is_told_apart(play: Play) -> None:
    told = results(play, "cas01", ("scp07.corp.example", 445), ("scp01.corp.example", 446), ("scp99.corp.example", 445))
    assert told == ["timeout", "refused", "name_resolution"]
    result = play.run("port_check", "cas01", targets=[{"host": "scp07.corp.example", "port": 445}])
    assert result["blocked"] is True
    check = result["checks"][0]
    assert (check["id"], check["status"], check["required"]) == ("port_scp07_corp_example_445", "failed", True)
    assert check["remedy"]


def test_one_dynamic_port_can_be_named(play: Play) -> None:
    assert results(play, "cas01", ("scp01.corp.example", 49664), ("scp07.corp.example", 49664)) == ["reachable", "timeout"]


def test_requests(play: Play) -> None:
    play.run("port_check", "cas01", targets=ROLE_PORTS)
    sent = [record.action.rpartition("/")[2] for record in play.estate.request_log.records() if record.action]
    assert [action for action in sent if action != "Receive"] == ["Create", "Command", "Send", "Delete"]
    assert 1 <= sent.count("Receive") <= 3


def test_a_server_without_curl(play: Play) -> None:
    result = play.run("port_check", "scp04", targets=[{"host": "cas01.corp.example", "port": 1433}])
    assert result["checks"][0]["status"] == "skipped"
    assert "there is no curl.exe" in result["checks"][0]["detail"]
    assert result["ports"][0]["result"] is None


def test_check_mode_looks_as_well(play: Play) -> None:
    assert play.run("port_check", "cas01", check=True, targets=ROLE_PORTS)["counts"]["passed"] == 2


def test_a_name_twice_has_two_ids(play: Play) -> None:
    targets = [{"name": "sql", "host": "cas01.corp.example", "port": port} for port in (1433, 1434)]
    assert [check["id"] for check in play.run("port_check", "scp01", targets=targets)["checks"]] == ["port_sql", "port_sql_2"]


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([], "targets: there are 0"),
        ([{"host": "a", "port": 1}] * 101, "targets: there are 101"),
        ([{"host": "a.example", "port": 0}], "targets[0].port: 0 is out of range; give a port from 1 to 65535."),
        ([{"host": "a.example", "port": 65536}], "targets[0].port: 65536"),
        ([{"host": "a.example", "port": -1}], "targets[0].port: -1"),
        ([{"host": 'a"b', "port": 445}], "is not a host"),
        ([{"host": "a&calc", "port": 445}], "is not a host"),
        ([{"host": "", "port": 445}], "targets[0].host: '' is empty"),
        ([{"host": "fe80::1%x&y", "port": 445}], "percent sign"),
        ([{"host": "a.example", "port": 445, "name": "a'b"}], "is not a valid name of a target"),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(play: Play, targets: list[dict[str, Any]], message: str) -> None:
    assert message in play.refused("port_check", "cas01", targets=targets)
    assert play.estate.request_log.records() == ()


@pytest.mark.parametrize("timeout", [0, 61])
def test_a_limit_out_of_range_is_refused(play: Play, timeout: int) -> None:
    assert f"timeout: {timeout} is out of range" in play.refused("port_check", "cas01", targets=ROLE_PORTS, timeout=timeout)
    assert play.estate.request_log.records() == ()
