"""Building one emulated Windows server from its description."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import resources

from lab.clock import LabClock
from lab.estate.description import EstateDescription, MachineDescription
from lab.windows import accounts, certificates, groups, presets, services, storage, win32
from lab.windows.machine import Machine
from lab.windows.registry_provider import RegistryProvider
from lab.winrm.message import Caller


def build_machine(estate: EstateDescription, description: MachineDescription, clock: LabClock) -> Machine:
    """The server with its registry, files, services and CIM classes, as after a fresh setup of Windows."""
    administrators = [a.full_name for a in estate.accounts if description.name in a.administrator_of]
    remote_users = [a.full_name for a in estate.accounts if description.name in a.remote_management_of]
    machine = Machine(
        name=description.name,
        address=str(description.address),
        dns_domain=estate.domain.dns,
        netbios_domain=estate.domain.netbios,
        clock=clock,
        os=presets.operating_system(description.os, description.language),
        administrators=[*administrators, *description.administrators],
        remote_management_users=[*remote_users, *description.remote_management_users],
        drives=description.drives,
        alive=description.alive,
        directory=groups.Directory() if description.workgroup else groups.directory_of(estate),
        workgroup=description.workgroup,
        clock_offset=timedelta(seconds=description.clock_offset_seconds),
    )
    presets.write_windows(machine.registry, machine.os, machine.name, "" if machine.workgroup else machine.dns_domain)
    presets.write_winhttp_proxy(machine.registry, description.winhttp_proxy)
    presets.write_software(machine.registry, description.software)
    presets.write_drives(machine.files, description.drives)
    certificates.write_certificates(machine.registry, description.certificates)
    for service in services.standard_services():
        machine.services[service.name] = service
    local_accounts = [a.name for a in estate.accounts if a.machine == description.name]
    _install_classes(machine, local_accounts)
    return machine


def _install_classes(machine: Machine, local_accounts: list[str]) -> None:
    booted = machine.now() - win32.UPTIME
    repository = machine.repository
    cimv2, default = "root/cimv2", "root/default"
    repository.compile(_mof("cimv2.mof"), cimv2, "cimv2.mof")
    for namespace in (cimv2, default):
        repository.compile(_mof("registry.mof"), namespace, "registry.mof")
        repository.register(namespace, "StdRegProv", RegistryProvider(machine.registry, _administrator(machine)))
    tables: dict[str, win32.Rows] = {
        "Win32_OperatingSystem": lambda: [win32.operating_system(machine, booted)],
        "Win32_ComputerSystem": lambda: [win32.computer_system(machine)],
        "Win32_LocalTime": lambda: [win32.current_time(machine.now())],
        "Win32_UTCTime": lambda: [win32.current_time(machine.now())],
        "Win32_LogicalDisk": lambda: storage.logical_disks(machine),
        "Win32_Volume": lambda: storage.volumes(machine),
        "Win32_Group": lambda: accounts.groups(machine),
        "Win32_UserAccount": lambda: accounts.users(machine, local_accounts),
        "Win32_SystemAccount": lambda: accounts.system_accounts(machine),
        "Win32_GroupUser": lambda: accounts.memberships(machine),
        "Win32_OptionalFeature": lambda: win32.optional_features(machine),
        "Win32_Directory": lambda: storage.directories(machine),
        "CIM_DataFile": lambda: storage.data_files(machine),
    }
    for class_name, rows in tables.items():
        repository.register(cimv2, class_name, win32.Computed(rows))
    repository.register(cimv2, "Win32_Service", win32.ServiceProvider(machine, _administrator(machine)))


def _administrator(machine: Machine) -> Callable[[Caller], bool]:
    return lambda caller: machine.is_administrator(str(caller))


def _mof(name: str) -> str:
    return resources.files("lab.windows").joinpath("mof", name).read_text(encoding="utf-8")
