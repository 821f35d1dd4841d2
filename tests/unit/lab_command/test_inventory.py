"""Inventories for running estates."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lab.command.inventory import InventoryError, inventory
from lab.estate_file.reader import load, parse

ESTATE = r"""domain: {dns: corp.example, netbios: CORP}
ports: {http: 5995, https: 5996}
accounts:
  - {name: CORP\reader, password: Lab-1, sms: full, administrator_of: one}
  - {name: CORP\Müller, password: Lab-2, sms: full, administrator_of: all}
  - {name: local, machine: alone, password: Lab-3}
machines:
  - {name: one, address: 127.0.10.1}
  - {name: two, address: 127.0.10.2}
  - {name: sql, address: 127.0.10.3}
  - {name: free, address: 127.0.10.4}
  - {name: alone, address: 127.0.10.5, workgroup: HOME}
hierarchies:
  - name: a
    sites: [{code: ONE, name: Site, type: primary, server: one}]
    service_connection_point: {server: free, mode: offline}
  - name: b
    sites: [{code: TWO, name: Site, type: primary, server: two, provider: sql}]
"""


def test_one_is_made_where_there_is_none() -> None:
    found = inventory(parse(ESTATE, "/nowhere/estate.yml").at("127.9.8"))["all"]
    assert found["vars"]["ansible_port"] == 5995
    assert (found["vars"]["ansible_user"], found["vars"]["ansible_password"]) == ("CORP\\Müller", "Lab-2")
    assert found["children"]["sms_provider"]["hosts"] == {
        "one.corp.example": {
            "ansible_host": "127.9.8.1",
            "service_connection_point_site_code": "ONE",
            "service_connection_point_server": "free.corp.example",
            "service_connection_point_mode": "offline",
        }
    }
    assert found["children"]["sms_provider_two"]["hosts"] == {
        "sql.corp.example": {"ansible_host": "127.9.8.3", "service_connection_point_site_code": "TWO"}
    }
    assert list(found["children"]["site_servers"]["hosts"]) == ["one.corp.example", "two.corp.example"]
    assert found["children"]["servers"]["hosts"] == {"free.corp.example": {"ansible_host": "127.9.8.4"}}


def test_the_one_beside_the_file_gets_the_addresses() -> None:
    found = inventory(load().at("127.9.8", ports=(6000, 6001)))
    text = yaml.safe_dump(found)
    assert ("127.0.10." in text, "127.9.8.11" in text, found["all"]["vars"]["ansible_port"]) == (False, True, 6000)
    beside = found["all"]["children"]["sms_provider"]["hosts"]["cas01.corp.example"]
    assert beside["service_connection_point_server"] == "scp01.corp.example"


@pytest.mark.parametrize(("content", "said"), [("[1]", "is not an inventory with a group `all`"), ("a: [", "cannot be read")])
def test_a_file_of_another_kind_is_told(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "hosts.yml").write_text(content, encoding="utf-8")
    with pytest.raises(InventoryError, match=said):
        inventory(parse(ESTATE, str(tmp_path / "estate.yml")))


def test_hosts_of_others_stay_as_they_are(tmp_path: Path) -> None:
    hosts = {"one": {"ansible_host": "127.0.0.1"}, "other.example": {"ansible_host": "192.0.2.1"}, "two": None}
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
    found = inventory(parse(ESTATE, str(tmp_path / "estate.yml")))["all"]
    assert found["hosts"] == {"one": {"ansible_host": "127.0.10.1"}, "other.example": {"ansible_host": "192.0.2.1"}, "two": None}
    assert found["vars"] == {"ansible_port": 5995}
