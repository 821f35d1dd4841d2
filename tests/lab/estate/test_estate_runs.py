"""A running estate: start, reset, stop, faults, several at the same time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import cim_class
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from lab.estate_file.reader import load, parse
from lab.running.estate import Estate

SMALL = r"""
domain: {dns: corp.example, netbios: CORP}
accounts:
  - {name: CORP\scpadmin, password: Secret-1, sms: full, administrator_of: all}
machines:
  - {name: one, address: 127.0.10.1}
  - {name: two, address: 127.0.10.2, alive: false}
"""
OS = cim_class("Win32_OperatingSystem", CSName="string")

Open = Callable[..., CimSession]


def _listens(estate: Estate, machine: str, port: int | None = None) -> bool:
    try:
        socket.create_connection((estate.machine(machine).address, port or estate.description.http_port), 2).close()
    except ConnectionRefusedError:
        return False
    return True


def test_reset_brings_everything_back_and_keeps_the_listeners(estate: Estate, cim_session: Open) -> None:
    session = cim_session("scp01")
    assert session.get("root/cimv2", OS)["CSName"] == "SCP01"
    estate.machine("scp01").registry.set(r"HKLM\SOFTWARE\Test", "v", 1)
    estate.faults.order("dead_machine", target="scp02")
    estate.clock.later(1e9, lambda: None)
    estate.reset()
    assert estate.machine("scp01").registry.find(r"HKLM\SOFTWARE\Test") is None
    assert estate.faults.listing() == []
    assert _listens(estate, "scp02")
    assert estate.machine("scp02").alive
    assert estate.request_log.totals() == {}
    assert session.get("root/cimv2", OS)["CSName"] == "SCP01"


def test_a_dead_machine_does_not_answer_until_it_is_back(estate: Estate, cim_session: Open) -> None:
    session = cim_session("scp01")
    session.get("root/cimv2", OS)
    number = estate.faults.order("dead_machine", target="scp01")
    assert not _listens(estate, "scp01")
    assert not _listens(estate, "scp01", estate.description.https_port)
    assert not estate.machine("scp01").alive
    with pytest.raises(requests.exceptions.ConnectionError):
        session.get("root/cimv2", OS)
    estate.faults.cancel(number)
    assert cim_session("scp01").get("root/cimv2", OS)["CSName"] == "SCP01"


def test_a_machine_may_be_dead_from_the_start(start_estate: Any) -> None:
    estate = start_estate(SMALL)
    assert _listens(estate, "one")
    assert not _listens(estate, "two")


@pytest.mark.parametrize("name", ["Müller", "Админ", "Straße", "svc sccm", "İbrahim"])
def test_accounts_in_any_language_log_on(start_estate: Any, cim_session: Open, name: str) -> None:
    estate = start_estate(SMALL.replace("scpadmin", name))
    assert cim_session("one", f"CORP\\{name}", in_estate=estate).get("root/cimv2", OS)["CSName"] == "ONE"
    assert {record.caller for record in estate.request_log.records(kind="cim")} == {f"CORP\\{name}"}


def test_a_dropped_request_is_told_before_and_after_its_effect(estate: Estate, cim_session: Open) -> None:
    registry = estate.machine("scp01").registry
    std = _registry_class()
    inputs: dict[str, Any] = {"hDefKey": 2147483650, "sSubKeyName": r"SOFTWARE\Test"}
    for kind, done in (("drop_before", False), ("drop_after", True)):
        estate.faults.order(kind, machine="scp01", resource="StdRegProv")
        with pytest.raises(Exception, match=r"(?i)connection"):
            cim_session("scp01").invoke("root/cimv2", std, "CreateKey", inputs)
        assert (registry.find(r"HKLM\SOFTWARE\Test") is not None) is done
    assert estate.faults.listing() == []


def _registry_class() -> Any:
    from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import method

    create = method({"hDefKey": "uint32", "sSubKeyName": "string"}, {"ReturnValue": "uint32"})
    return cim_class("StdRegProv", methods={"CreateKey": create})


def test_estates_stand_side_by_side(estate: Estate, start_estate: Any, cim_session: Open) -> None:
    other = start_estate(SMALL)
    assert cim_session("one", in_estate=other).get("root/cimv2", OS)["CSName"] == "ONE"
    assert cim_session("scp01").get("root/cimv2", OS)["CSName"] == "SCP01"
    assert {record.machine for record in other.request_log.records()} == {"one.corp.example"}


def test_requests_are_counted_by_kind(estate: Estate, cim_session: Open) -> None:
    session = cim_session("scp01")
    session.get("root/cimv2", OS)
    session.get("root/cimv2", OS)
    assert estate.request_log.totals()["cim"] == 2
    (first, _) = estate.request_log.records("scp01.corp.example", "cim")
    assert (first.caller, first.http_status) == ("CORP\\scpadmin", 200)


def test_a_taken_port_is_one_sentence_and_nothing_stays_open(address_base: str) -> None:
    description = parse(SMALL).at(address_base)
    with socket.socket() as taken:
        taken.bind((f"{address_base}.2", description.http_port))
        taken.listen()
        estate = Estate(description)
        with pytest.raises(OSError, match=rf"{address_base}\.2.*{description.http_port}"):
            estate.start()
    assert not _listens(estate, "one")
    assert not estate.state_folder.exists()


def test_nothing_is_left_after_the_end(address_base: str) -> None:
    before = set(threading.enumerate())
    estate = Estate(load().at(address_base))
    with estate:
        authority = estate.ca_file.read_text(encoding="ascii")
        assert authority.startswith("-----BEGIN CERTIFICATE-----")
        assert "PRIVATE" not in authority
        assert _listens(estate, "cas01")
    assert not estate.state_folder.exists()
    assert not _listens(estate, "cas01")
    assert set(threading.enumerate()) <= before


def test_the_certificate_is_for_names_and_addresses(estate: Estate) -> None:
    url = f"https://{estate.machine('scp01').address}:{estate.description.https_port}/wsman"
    assert requests.post(url, verify=str(estate.ca_file), timeout=5).status_code == 401
    with pytest.raises(requests.exceptions.SSLError):
        requests.post(url, timeout=5)


def test_the_inventory_of_the_lab_follows_an_estate(estate: Estate, lab_inventory: Any) -> None:
    written = yaml.safe_load(lab_inventory(estate, ansible_user="CORP\\scpreader").read_text(encoding="utf-8"))
    assert written["all"]["vars"]["ansible_user"] == "CORP\\scpreader"
    providers = written["all"]["children"]["sms_provider"]["hosts"]
    assert providers["cas01.corp.example"]["ansible_host"] == estate.machine("cas01").address
    assert "127.0.10." not in yaml.safe_dump(written)
