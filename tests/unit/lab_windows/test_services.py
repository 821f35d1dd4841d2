"""Services start and stop in lab time."""

from __future__ import annotations

from typing import Any

import pytest

from lab.cim.errors import CimError, Wbem
from lab.cim.model import NameMap
from lab.cim.provider import Call
from lab.windows import services
from lab.windows.machine import Machine, Service
from lab.winrm.message import Caller


@pytest.fixture
def service(machine: Machine) -> Service:
    made = Service("SMS_EXECUTIVE", "SMS_EXECUTIVE")
    machine.services[made.name] = made
    return made


def test_stop_and_start_go_through_pending(machine: Machine, service: Service, clock: Any) -> None:
    heard: list[str] = []
    service.on_stop = lambda: heard.append("stopped")
    service.on_start = lambda: heard.append("started")
    assert services.stop(machine, service) == 0
    assert service.state == "Stop Pending"
    assert services.stop(machine, service) == 5
    assert services.start(machine, service) == 5
    assert heard == []
    assert clock.run_all() == [services.STOP_SECONDS]
    assert (service.state, heard) == ("Stopped", ["stopped"])
    assert services.start(machine, service) == 0
    assert service.state == "Start Pending"
    assert services.start(machine, service) == 10
    clock.run_all()
    assert (service.state, heard) == ("Running", ["stopped", "started"])
    assert services.start(machine, service) == 10


def test_a_disabled_service_does_not_start(machine: Machine, service: Service) -> None:
    service.state, service.start_mode = "Stopped", "Disabled"
    assert services.start(machine, service) == 14


@pytest.mark.parametrize(("state", "result"), [("Running", 0), ("Stopped", 5), ("Stop Pending", 5)])
def test_interrogate(machine: Machine, service: Service, invoke: Any, state: str, result: int) -> None:
    service.state = state
    assert invoke(machine, "Win32_Service", "InterrogateService", key="SMS_EXECUTIVE") == {"ReturnValue": result}
    assert service.state == state


def test_methods_over_cim(machine: Machine, service: Service, invoke: Any, clock: Any, rows: Any) -> None:
    reader = Caller("scpreader", "CORP")
    assert invoke(machine, "Win32_Service", "StopService", caller=reader, key="sms_executive") == {"ReturnValue": 2}
    assert invoke(machine, "Win32_Service", "StopService", key="sms_executive") == {"ReturnValue": 0}
    clock.run_all()
    (row,) = [row for row in rows(machine, "Win32_Service") if row["Name"] == "SMS_EXECUTIVE"]
    assert (row["State"], row["Started"], row["ProcessId"]) == ("Stopped", False, 0)
    assert invoke(machine, "Win32_Service", "StartService", key="sms_executive") == {"ReturnValue": 0}


def test_services_are_listed_to_administrators_only(machine: Machine, service: Service) -> None:
    cls = machine.repository.find_class("root/cimv2", "Win32_Service")
    provider = machine.repository.provider("root/cimv2", cls)
    reader = Call(Caller("scpreader", "CORP"), "root/cimv2")
    for attempt in (lambda: provider.search(reader, cls, None), lambda: provider.get(reader, cls, NameMap({"Name": "WinRM"}))):
        with pytest.raises(CimError) as denied:
            attempt()
        assert denied.value.code == Wbem.ACCESS_DENIED


def test_every_server_has_more_services_than_one_page() -> None:
    standard = services.standard_services()
    assert len(standard) > 51
    assert len({service.name.lower() for service in standard}) == len(standard)
    assert {service.state for service in standard} == {"Running", "Stopped"}
    assert {service.start_mode for service in standard} == {"Auto", "Manual", "Disabled"}
