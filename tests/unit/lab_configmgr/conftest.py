"""A small estate without a network, on a clock that only the tests advance."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from lab.cim.model import Instance, NameMap
from lab.cim.provider import Call
from lab.clock import LabClock
from lab.configmgr.building.hierarchies import build_hierarchies
from lab.configmgr.components.emulated import EmulatedHierarchy
from lab.configmgr.database import ControlRow, EmbeddedProperty
from lab.configmgr.hierarchy import role_row
from lab.estate.description import EstateDescription
from lab.estate_file.reader import parse
from lab.faults import FaultBoard
from lab.windows import presets
from lab.windows.machine import Machine
from lab.winrm.message import Caller

ESTATE = """
domain: {dns: corp.example, netbios: CORP}
accounts:
  - {name: 'CORP\\admin', password: Lab-Admin-1, sms: full, administrator_of: all}
  - {name: 'CORP\\reader', password: Lab-Reader-1, sms: read, remote_management_of: all}
  - {name: 'CORP\\nobody', password: Lab-Nobody-1}
  - {name: 'CORP\\installer', password: Lab-Install-1, administrator_of: [scp05]}
machines:
  - {name: cas01, address: 127.0.10.11, os: "2022"}
  - {name: pri1, address: 127.0.10.12, os: "2022", administrators: ['CORP\\CAS01$']}
  - {name: sec1, address: 127.0.10.14, os: "2022", administrators: ['CORP\\PRI1$']}
  - {name: sta01, address: 127.0.10.21, os: "2022"}
  - {name: sta02, address: 127.0.10.22, os: "2022"}
  - {name: sta03, address: 127.0.10.23, os: "2022"}
  - {name: web01, address: 127.0.10.41, os: "2022", drives: [{letter: C}, {letter: D}],
     connection_tools: [{folder: 'D:\\ServiceConnectionTool', version: 5.00.9152.1000}]}
  - {name: scp01, address: 127.0.10.31, os: "2022", administrators: ['CORP\\CAS01$'],
     drives: [{letter: C, size_gb: 100, free_gb: 90, no_sms: true}, {letter: D, size_gb: 100, free_gb: 50}]}
  - {name: scp02, address: 127.0.10.32, os: "2025", administrators: ['CORP\\CAS01$', 'CORP\\STA01$']}
  - {name: scp04, address: 127.0.10.34, os: 2012r2, administrators: ['CORP\\CAS01$']}
  - {name: scp05, address: 127.0.10.35, os: "2022"}
hierarchies:
  - name: one
    sites:
      - {code: CAS, name: Central, type: cas, server: cas01}
      - {code: PR1, name: Primary one, type: primary, parent: CAS, server: pri1,
         site_systems: [{server: pri1, roles: [SMS Management Point]}]}
      - {code: SE1, name: Secondary one, type: secondary, parent: PR1, server: sec1}
    updates:
      - {name: Update, guid: 7d3a9c1e-52b4-4f0b-9e66-0c5d2a8f4b11, version: 5.00.9152.1000, state: 262146}
    cloud_tenants:
      - name: Corp
        tenant_id: 3f5b0c1e-8a4d-4b7e-9c55-5d1f6a0e2b90
        applications: [{name: Server app, client_id: 9e0d7a52-6c1b-4d8f-8f43-2b7c5e1a9d04}]
  - name: two
    service_connection_point: {server: scp02, mode: offline}
    sites:
      - {code: ST1, name: Stand-alone, type: primary, server: sta01, passive_server: sta02, sql_server: sta03, provider: sta03}
"""


class ManualClock(LabClock):
    """Lab time that passes only in :meth:`advance`."""

    def __init__(self) -> None:
        super().__init__(1.0, threading.RLock(), datetime(2026, 3, 2, 10, 0, tzinfo=UTC))
        self.present = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
        self.waiting: list[tuple[datetime, int, Callable[[], None]]] = []
        self.number = itertools.count()

    def now(self) -> datetime:
        return self.present

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self.waiting, (self.present + timedelta(seconds=seconds), next(self.number), action))

    def advance(self, seconds: float) -> None:
        """Advance the time and run the actions that become due."""
        end = self.present + timedelta(seconds=seconds)
        while self.waiting and self.waiting[0][0] <= end:
            self.present, _, action = heapq.heappop(self.waiting)
            action()
        self.present = end


class SmallEstate:
    """What build_hierarchies needs, and short methods for tests to act on it."""

    def __init__(self, description: EstateDescription) -> None:
        self.description = description
        self.clock = ManualClock()
        self.faults = FaultBoard()
        self.machines: NameMap[Machine] = NameMap()
        self.guards: list[tuple[str, str, Callable[[Caller], bool]]] = []
        for machine in description.machines:
            built = Machine(
                machine.name,
                str(machine.address),
                description.domain.dns,
                description.domain.netbios,
                self.clock,
                os=presets.operating_system(machine.os, machine.language),
                administrators=[
                    *machine.administrators,
                    *(a.full_name for a in description.accounts if machine.name in a.administrator_of),
                ],
                drives=machine.drives,
            )
            self.machines[built.fqdn] = built
        self.one, self.two = build_hierarchies(self)

    def guard(self, machine: str, prefix: str, check: Callable[[Caller], bool]) -> None:
        self.guards.append((machine, prefix, check))

    def machine(self, name: str) -> Machine:
        return self.machines[f"{name}.corp.example"]

    def log(self, machine: str, file: str) -> str:
        """The complete text of a log on a machine, in whatever folder it is."""
        found = [c for p, c in self.machine(machine).files.contents.items() if p.lower().endswith(f"\\logs\\{file}".lower())]
        assert len(found) == 1, f"{len(found)} logs {file} on {machine}"
        return found[0].decode()

    def thread(self, machine: str, component: str, value: str = "Current State") -> str | None:
        found = self.machine(machine).registry.get(
            f"HKLM\\SOFTWARE\\Microsoft\\SMS\\COMPONENTS\\SMS_EXECUTIVE\\Threads\\{component}", value
        )
        return None if found is None else str(found.data)

    def ask(self, machine: str, component: str, operation: str) -> None:
        self.machine(machine).registry.set(
            f"HKLM\\SOFTWARE\\Microsoft\\SMS\\COMPONENTS\\SMS_EXECUTIVE\\Threads\\{component}", "Requested Operation", operation
        )

    def messages(self, number: int, component: str | None = None, hierarchy: EmulatedHierarchy | None = None) -> list[str]:
        """The components that sent a message with this number."""
        state = (hierarchy or self.one).state
        return [m.component for m in state.status.messages if m.message_id == number and component in (None, m.component)]

    def install(
        self, server: str, site: str = "CAS", mode: int = 0, account: str | None = None, by: str = "CORP\\admin"
    ) -> ControlRow:
        """Write the rows of a service connection point as an administrator would."""
        fqdn = f"{server}.corp.example"
        state = self.one.state if site != "ST1" else self.two.state
        use: tuple[EmbeddedProperty, ...] = (EmbeddedProperty("UseMachineAccount", 1),)
        if account is not None:
            use = (EmbeddedProperty("UseMachineAccount", 0), EmbeddedProperty("UserName", 0, "", account))
        if state.site_system(fqdn, site) is None:
            state.write(role_row(fqdn, site, "SMS Site System", use), by)
        return state.write(role_row(fqdn, site, "SMS Dmp Connector", (EmbeddedProperty("OfflineMode", mode),)), by)


@pytest.fixture(scope="session")
def description() -> EstateDescription:
    return parse(ESTATE, "test estate")


@pytest.fixture
def estate(description: EstateDescription) -> SmallEstate:
    return SmallEstate(description)


class Site:
    """The classes of one provider's namespace, called without a network."""

    def __init__(self, estate: SmallEstate, machine: str, code: str) -> None:
        self.repository = estate.machine(machine).repository
        self.namespace = f"root/sms/site_{code}"

    def call(self, user: str = "admin") -> Call:
        return Call(Caller(user, "CORP"), self.namespace)

    def all(self, class_name: str, user: str = "admin") -> list[Instance]:
        cls = self.repository.find_class(self.namespace, class_name)
        return list(self.repository.provider(self.namespace, cls).enumerate(self.call(user), cls))

    def new(self, class_name: str, **values: object) -> Instance:
        return self.repository.new(self.namespace, class_name, **values)

    def put(self, instance: Instance, user: str = "admin") -> Instance:
        return self.repository.provider(self.namespace, instance.cls).put(self.call(user), instance)

    def create(self, instance: Instance, user: str = "admin") -> Instance:
        return self.repository.provider(self.namespace, instance.cls).create(self.call(user), instance)

    def delete(self, instance: Instance, user: str = "admin") -> None:
        self.repository.provider(self.namespace, instance.cls).delete(self.call(user), instance)

    def invoke(
        self, class_name: str, method: str, instance: Instance | None = None, user: str = "admin", **inputs: object
    ) -> dict[str, object]:
        cls = self.repository.find_class(self.namespace, class_name)
        provider = self.repository.provider(self.namespace, cls)
        return dict(provider.invoke(self.call(user), cls, method, instance, NameMap(inputs)))


@pytest.fixture
def cas(estate: SmallEstate) -> Site:
    return Site(estate, "cas01", "CAS")


@pytest.fixture
def pr1(estate: SmallEstate) -> Site:
    return Site(estate, "pri1", "PR1")


@pytest.fixture
def st1(estate: SmallEstate) -> Site:
    return Site(estate, "sta03", "ST1")
