"""The Win32 classes of one server: what Windows reports about itself over CIM (root/cimv2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance, NameMap, Value
from lab.cim.provider import Call, Provider, same_key
from lab.windows import services
from lab.windows.machine import Machine, Service
from lab.winrm.message import Caller

Rows = Callable[[], Iterable[Mapping[str, Value]]]

UPTIME = timedelta(days=9, hours=3, minutes=17)
MEMORY_BYTES = 16 * 2**30
_GERMAN = 1031
_WORKSTATION = 1


_METHODS = {"startservice": services.start, "stopservice": services.stop, "interrogateservice": services.interrogate}


class Computed(Provider):
    """A class whose instances are computed at each request."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        return [Instance(cls, row) for row in self._rows()]


class ServiceProvider(Computed):
    """Win32_Service with its methods.

    The service control manager lists services only to administrators and to users who are logged on to the server itself, so a
    user who connects over the network without administrative rights is denied access to the class (public reports: pywinrm #306,
    ansible.windows #692). That access to a single service is denied too, and its result not just empty, is inferred ([I]).

    :param may_control: whether a caller is an administrator of the server.
    """

    def __init__(self, machine: Machine, may_control: Callable[[Caller], bool]) -> None:
        super().__init__(lambda: [_service(machine, service) for service in machine.services.values()])
        self._machine = machine
        self._may_control = may_control

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        if not self._may_control(call.caller):
            raise CimError(Wbem.ACCESS_DENIED, "Access denied")
        return super().enumerate(call, cls)

    def subject(self, call: Call, cls: ClassDef, keys: NameMap[Value]) -> Instance | None:
        rows = super().enumerate(call, cls)
        return next((row for row in rows if same_key(row["Name"], keys["Name"])), None)

    def invoke(
        self, call: Call, cls: ClassDef, method: str, instance: Instance | None, inputs: NameMap[Value]
    ) -> Mapping[str, Value]:
        service = None if instance is None else self._machine.services.get(str(instance["Name"]))
        act = _METHODS.get(method.lower())
        if service is None or act is None:
            return super().invoke(call, cls, method, instance, inputs)
        if not self._may_control(call.caller):
            return {"ReturnValue": services.ACCESS_DENIED}
        return {"ReturnValue": act(self._machine, service)}


def operating_system(machine: Machine, booted: datetime) -> Mapping[str, Value]:
    """Win32_OperatingSystem."""
    os = machine.os
    german = os.language == _GERMAN
    return {
        "Caption": os.caption,
        "Name": f"{os.caption}|C:\\Windows|\\Device\\Harddisk0\\Partition3",
        "Status": "OK",
        "InstallDate": booted - timedelta(days=200),
        "CreationClassName": "Win32_OperatingSystem",
        "CSCreationClassName": "Win32_ComputerSystem",
        "CSName": machine.name.upper(),
        "CurrentTimeZone": 0,
        "Distributed": False,
        "FreePhysicalMemory": MEMORY_BYTES // 2048,
        "LastBootUpTime": booted,
        "LocalDateTime": machine.now(),
        "MaxNumberOfProcesses": 4294967295,
        "NumberOfProcesses": sum(1 for service in machine.services.values() if services.process_id(service)) + 20,
        "NumberOfUsers": 1,
        "OSType": 18,
        "TotalVisibleMemorySize": MEMORY_BYTES // 1024,
        "Version": os.version,
        "BootDevice": r"\Device\HarddiskVolume1",
        "BuildNumber": os.build,
        "BuildType": "Multiprocessor Free",
        "CodeSet": "1252",
        "CountryCode": "49" if german else "1",
        "Locale": "0407" if german else "0409",
        "Manufacturer": "Microsoft Corporation",
        "MUILanguages": ["de-DE"] if german else ["en-US"],
        "OperatingSystemSKU": os.sku,
        "Organization": "",
        "OSArchitecture": "64-Bit" if german else "64-bit",
        "OSLanguage": os.language,
        "OSProductSuite": 256 if os.product_type == _WORKSTATION else 272,
        "Primary": True,
        "ProductType": os.product_type,
        "RegisteredUser": "Windows User",
        "ServicePackMajorVersion": 0,
        "ServicePackMinorVersion": 0,
        "SystemDevice": r"\Device\HarddiskVolume3",
        "SystemDirectory": r"C:\Windows\system32",
        "SystemDrive": "C:",
        "WindowsDirectory": r"C:\Windows",
    }


def computer_system(machine: Machine) -> Mapping[str, Value]:
    """Win32_ComputerSystem.

    DomainRole: 0 stand-alone workstation, 1 member workstation, 2 stand-alone server, 3 member server, 5 primary domain
    controller. Domain is the workgroup's name on a machine without a domain.
    """
    alone = bool(machine.workgroup)
    role = {1: 1, 2: 5}.get(machine.os.product_type, 3)
    return {
        "Name": machine.name.upper(),
        "Caption": machine.name.upper(),
        "Description": "AT/AT COMPATIBLE",
        "Status": "OK",
        "CreationClassName": "Win32_ComputerSystem",
        "DNSHostName": machine.name,
        "Domain": machine.workgroup or machine.dns_domain,
        "DomainRole": role - 1 if alone else role,
        "HypervisorPresent": True,
        "Manufacturer": "Microsoft Corporation",
        "Model": "Virtual Machine",
        "NumberOfLogicalProcessors": 4,
        "NumberOfProcessors": 1,
        "PartOfDomain": not alone,
        "Workgroup": machine.workgroup or None,
        "Roles": ["LM_Workstation", "LM_Server", "NT"],
        "SystemType": "x64-based PC",
        "TotalPhysicalMemory": MEMORY_BYTES,
    }


def current_time(now: datetime) -> Mapping[str, Value]:
    """Win32_UTCTime and Win32_LocalTime; DayOfWeek counts from Sunday as 0."""
    return {
        "Day": now.day,
        "DayOfWeek": now.isoweekday() % 7,
        "Hour": now.hour,
        "Minute": now.minute,
        "Month": now.month,
        "Quarter": (now.month + 2) // 3,
        "Second": now.second,
        "WeekInMonth": (now.day + 6) // 7,
        "Year": now.year,
    }


def _service(machine: Machine, service: Service) -> Mapping[str, Value]:
    running = service.state != "Stopped"
    return {
        "Name": service.name,
        "Caption": service.display_name,
        "DisplayName": service.display_name,
        "Status": "OK",
        "CreationClassName": "Win32_Service",
        "Started": running,
        "StartMode": service.start_mode,
        "SystemCreationClassName": "Win32_ComputerSystem",
        "SystemName": machine.name.upper(),
        "AcceptPause": False,
        "AcceptStop": service.state == "Running",
        "DesktopInteract": False,
        "ErrorControl": "Normal",
        "ExitCode": 0,
        "PathName": service.path_name,
        "ServiceSpecificExitCode": 0,
        "ServiceType": "Own Process",
        "StartName": service.start_name,
        "State": service.state,
        "TagId": 0,
        "CheckPoint": 0,
        "DelayedAutoStart": False,
        "ProcessId": services.process_id(service),
        "WaitHint": 0,
    }


def optional_features(machine: Machine) -> list[Mapping[str, Value]]:
    """Win32_OptionalFeature; InstallState 1 installed, 2 not installed."""
    net35 = machine.registry.get(r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v3.5", "Install") is not None
    shell = not machine.os.server_core
    rows = [("NetFx3", ".NET Framework 3.5", net35), ("NetFx4", ".NET Framework 4", True)]
    if machine.os.product_type != _WORKSTATION:
        rows.append(("Server-Gui-Shell", "Server Graphical Shell", shell))
    return [{"Name": name, "Caption": text, "InstallState": 1 if installed else 2} for name, text, installed in rows]
