"""The requests of a module to a site do not grow with rows that it does not need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.large_site import grow
from tests.lab.modules.conftest import Play

SERVER = "scp01.corp.example"
ROLE: dict[str, Any] = {"server": SERVER, "site_code": "CAS"}
ASKED: dict[str, dict[str, Any]] = {
    "service_connection_point": ROLE,
    "service_connection_point_info": {"site_code": "CAS"},
    "site_system": ROLE,
    "site_prerequisites": {**ROLE, "skip_when_in_place": True},
    "site_status_info": {"site_code": "CAS"},
    "hierarchy_info": {"site_code": "CAS", "servers": []},
    "site_account": {"name": r"CORP\nobody", "state": "absent", "site_code": "CAS"},
}
# Rows of a page, as the lab and Windows give them.
PAGE = 50


@dataclass(frozen=True)
class Cost:
    requests: int
    received_bytes: int


@pytest.fixture
def play(start_estate: StartEstate) -> Play:
    """The role, installed on a site that is small at first."""
    return Play(start_estate(with_role("scp01")))


def cost(play: Play, work: Callable[[], object]) -> Cost:
    """The CIM requests of this work."""
    play.estate.request_log.clear()
    work()
    found = play.estate.request_log.records(kind="cim")
    return Cost(len(found), sum(record.bytes_out for record in found))


def test_what_is_read(play: Play) -> None:
    small = {module: cost(play, partial(play.run, module, **given)) for module, given in ASKED.items()}
    grow(play.estate, site_systems=300, messages=3000)
    for module, given in ASKED.items():
        large = cost(play, partial(play.run, module, **given))
        assert large.requests == small[module].requests, module
        assert large.received_bytes <= small[module].received_bytes * 1.05, module


def test_what_is_read_around_a_change(play: Play) -> None:
    """The checks before a write, and the site's time that is read before it: a change of the mode and back."""

    def change(mode: str) -> Cost:
        return cost(play, lambda: play.run("service_connection_point", **ROLE, mode=mode, wait=False))

    small = change("offline")
    grow(play.estate, site_systems=300, messages=3000)
    large = change("online")
    assert large.requests <= small.requests + 1, "the messages of the last hour are a page more at most"
    assert large.received_bytes <= small.received_bytes * 1.5


def test_the_site_systems_of_a_large_site_are_listed_where_they_are_asked_for(play: Play) -> None:
    grow(play.estate, site_systems=30, messages=0)
    everything = play.run("hierarchy_info", site_code="CAS")
    servers = {entry["server"]: entry["roles"] for entry in everything["site_systems"]}
    assert len(servers) > 30
    some = play.run("hierarchy_info", site_code="CAS", servers=["DP00007.corp.example"])
    assert some["site_systems"] == [
        {"server": name, "site_code": "CAS", "roles": servers[name]} for name in ("dp00007.corp.example", SERVER)
    ]
    assert [entry["server"] for entry in play.run("hierarchy_info", site_code="CAS", servers=[])["site_systems"]] == [SERVER]


def test_a_site_system_is_removed_without_reading_the_others(play: Play) -> None:
    grow(play.estate, site_systems=300, messages=0)
    refused: list[str] = []
    spent = cost(
        play, lambda: refused.append(play.refused("site_system", state="absent", **{**ROLE, "server": "dp00007.corp.example"}))
    )
    assert "still has other roles" in refused[0]
    assert spent.requests < 300 * 10 / PAGE / 10


def test_duties_look_at_some_site_systems_only(play: Play) -> None:
    grow(play.estate, site_systems=600, messages=0)
    found: dict[str, Any] = {}
    spent = cost(play, lambda: found.update(play.run("service_connection_point_info", site_code="CAS", duties=True)))
    proxy = next(duty for duty in found["duties"] if duty["id"] == "proxy")
    assert proxy["done"] is None
    assert "not all site systems" in proxy["detail"]
    assert spent.requests < 30
