"""Estates of many hierarchies: stand-alone primary sites, each with the service connection point on its one server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

USER, PASSWORD = r"CORP\scpadmin", "Lab-Admin-2026"
DOMAIN = "corp.example"
IN_ONE_PROCESS = 50
"""How many share a lab's process; for more there are several processes, so that a lab is no bottleneck while cores are free."""

_ACCOUNT = {"name": USER, "password": PASSWORD, "sms": "full", "administrator_of": "all"}


@dataclass(frozen=True)
class Place:
    """One hierarchy: its number from 0, its lab and address."""

    number: int

    @property
    def name(self) -> str:
        return f"site{self.number:03}.{DOMAIN}"

    @property
    def code(self) -> str:
        return f"Q{self.number:02}" if self.number < 100 else f"{'RSTUVWXYZ'[self.number // 100 - 1]}{self.number % 100:02}"

    @property
    def address(self) -> str:
        return f"127.61.{self.number // IN_ONE_PROCESS}.{self.number % IN_ONE_PROCESS + 1}"


def places(count: int) -> list[Place]:
    """The first ``count`` hierarchies; at most 1000."""
    return [Place(number) for number in range(count)]


def estates(count: int) -> Iterator[str]:
    """Estate files that together contain them."""
    for first in range(0, count, IN_ONE_PROCESS):
        yield _estate(places(count)[first : first + IN_ONE_PROCESS])


def inventory(chosen: list[Place]) -> str:
    """The inventory for them."""
    hosts = {
        place.name: {
            "ansible_host": place.address,
            "service_connection_point_server": place.name,
            "service_connection_point_mode": "online",
            "service_connection_point_site_code": place.code,
        }
        for place in chosen
    }
    variables = {
        "ansible_connection": "winrm",
        "ansible_port": 5985,
        "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": "ntlm",
        "ansible_user": USER,
        "ansible_password": PASSWORD,
    }
    return yaml.safe_dump({"all": {"vars": variables, "children": {"sms_provider": {"hosts": hosts}}}})


def _estate(chosen: list[Place]) -> str:
    def short(place: Place) -> str:
        return place.name.partition(".")[0]

    hierarchies: list[dict[str, Any]] = [
        {
            "name": short(place),
            "sites": [{"code": place.code, "name": short(place), "type": "primary", "server": short(place)}],
            "service_connection_point": {"server": short(place)},
        }
        for place in chosen
    ]
    machines = [{"name": short(place), "address": place.address, "os": "2022"} for place in chosen]
    return yaml.safe_dump(
        {
            "domain": {"dns": DOMAIN, "netbios": "CORP"},
            "accounts": [_ACCOUNT],
            "machines": machines,
            "hierarchies": hierarchies,
        }
    )
