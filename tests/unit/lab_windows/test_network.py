"""Who reaches whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lab.cim.model import NameMap
from lab.estate.network import EndpointRule, Internet
from lab.estate_file.reader import load
from lab.windows.machine import Machine
from lab.windows.network import Network


@pytest.fixture
def machines(build: Callable[[str], Machine]) -> NameMap[Machine]:
    names = ("cas01", "sta03", "scp01", "scp04", "scp06", "scp07")
    return NameMap({machine.fqdn: machine for machine in map(build, names)})


@pytest.fixture
def network(machines: NameMap[Machine]) -> Network:
    return Network(load(), machines)


def _problem(network: Network, machines: NameMap[Machine], source: str, host: str, port: int) -> str:
    return network.connect(machines[f"{source}.corp.example"], host, port).problem


@pytest.mark.parametrize(
    ("source", "host", "port", "problem"),
    [
        ("cas01", "scp01.corp.example", 445, ""),
        ("cas01", "SCP01", 135, ""),
        ("cas01", "127.0.10.31", 49664, ""),
        ("cas01", "scp01", 80, "refused"),
        ("cas01", "scp04", 49664, "refused"),
        ("cas01", "scp04", 49152, ""),
        ("cas01", "scp07", 445, "timeout"),
        ("cas01", "scp07", 49664, "timeout"),
        ("cas01", "scp07", 135, ""),
        ("scp07", "localhost", 445, ""),
        ("scp01", "cas01", 1433, ""),
        ("scp07", "cas01", 1433, "refused"),
        ("scp01", "sta03", 1433, ""),
        ("scp01", "nosuch", 445, "name_resolution"),
        ("scp01", "nosuch.corp.example", 445, "name_resolution"),
        ("scp01", "proxy01", 8080, ""),
        ("scp01", "proxy01.corp.example", 80, "refused"),
        ("scp01", "go.microsoft.com", 443, ""),
        ("scp01", "go.microsoft.com", 25, "timeout"),
        ("scp06", "go.microsoft.com", 443, "timeout"),
        ("scp07", "go.microsoft.com", 443, "name_resolution"),
        ("scp07", "sccm.manage.microsoft.com", 443, "timeout"),
        ("scp07", "manage.microsoft.com", 443, ""),
        ("scp07", "graph.microsoft.com", 443, "refused"),
    ],
)
def test_connections(network: Network, machines: NameMap[Machine], source: str, host: str, port: int, problem: str) -> None:
    assert _problem(network, machines, source, host, port) == problem


def test_a_dead_server_does_not_answer(network: Network, machines: NameMap[Machine]) -> None:
    machines["scp01.corp.example"].alive = False
    assert _problem(network, machines, "cas01", "scp01", 445) == "timeout"


def test_a_stopped_service_does_not_listen(network: Network, machines: NameMap[Machine]) -> None:
    machines["scp01.corp.example"].services["LanmanServer"].state = "Stopped"
    assert _problem(network, machines, "cas01", "scp01", 445) == "refused"


@pytest.mark.parametrize(
    ("user", "password", "admitted"),
    [
        ("CORP\\scpproxy", "Lab-Proxy-2026", True),
        ("scpproxy", "Lab-Proxy-2026", True),
        ("scpproxy@corp.example", "Lab-Proxy-2026", True),
        ("scpproxy", "wrong", False),
        ("CORP\\scpadmin", "Lab-Admin-2026", False),
        ("labadmin", "Lab-Local-2026", False),
    ],
)
def test_whom_a_proxy_lets_through(network: Network, user: str, password: str, admitted: bool) -> None:
    assert network.admits(load().proxies[1], user, password) is admitted


def test_the_nearest_rule_counts() -> None:
    internet = Internet(
        "timeout",
        (
            EndpointRule("*.b.example", "expired"),
            EndpointRule("*.a.b.example", "refused"),
            EndpointRule("x.a.b.example", status=403),
        ),
    )
    hosts = ("x.a.b.example", "y.a.b.example", "X.B.EXAMPLE.", "b.example")
    assert [internet.rule(host).problem for host in hosts] == ["", "refused", "expired", "timeout"]
