"""A running estate: the emulated servers, their WinRM services and listeners, and the sites on them."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from lab.cim.model import NameMap
from lab.cim.service import CimService
from lab.clock import HandClock, LabClock
from lab.configmgr.building.hierarchies import build_hierarchies
from lab.configmgr.cmdlets import module as configuration_manager
from lab.configmgr.cmdlets.connection import World as ModuleWorld
from lab.configmgr.components.emulated import EmulatedHierarchy
from lab.configmgr.connection_tool.installed import PROGRAM
from lab.configmgr.connection_tool.program import service_connection_tool
from lab.configmgr.connection_tool.run import World
from lab.configmgr.hierarchy import Violation
from lab.domain.controller import DomainController
from lab.estate.description import Account, EstateDescription
from lab.faults import FaultBoard
from lab.running.access import NamespaceAccess, NamespaceCheck, may_connect
from lab.running.certificates import Certificates
from lab.running.fault_injector import FaultInjector
from lab.windows.install import build_machine
from lab.windows.machine import Machine
from lab.windows.network import Network
from lab.windows.powershell.program import ScriptRun, powershell
from lab.windows.powershell.session import Session
from lab.windows.programs.built_in import BUILT_IN
from lab.windows.programs.network import network_programs
from lab.windows.shell import ProgramMaker, Shell
from lab.winrm import accounts as winrm_accounts
from lab.winrm.authentication import Keys
from lab.winrm.http_front import Listener
from lab.winrm.log import RequestLog
from lab.winrm.message import Caller, Reply, Request
from lab.winrm.programs import CommandLine, Program
from lab.winrm.service import WinrmService
from lab.winrm.shells import ShellService


@dataclass(frozen=True)
class _Inside:
    """What the WinRM service of a machine uses; a reset builds it again."""

    machine: Machine
    cim: CimService
    shell: Shell
    access: NamespaceAccess


class Estate:
    """One emulated estate. Several can run side by side in a process, on different addresses.

    :param description: what it consists of.
    :param state_folder: where the certificate of the certification authority is written (``ca.pem``); when left out, a temporary
        folder that :meth:`stop` removes.
    :param by_hand: lab time passes only when the caller advances the clock (a :class:`HandClock`), whatever the description's
        pace.
    :param domain: the running domain of the estate; with it, its servers accept Kerberos tickets. The caller stops it.

    The emulated sites use: ``description``, ``machines`` (by FQDN, in any letter case), ``clock``, ``lock`` (held during each
    operation and each due action), ``faults`` and :meth:`guard`. ``script_runs`` are the runs of powershell.exe that have ended.
    """

    def __init__(
        self,
        description: EstateDescription,
        state_folder: Path | None = None,
        *,
        by_hand: bool = False,
        domain: DomainController | None = None,
    ) -> None:
        self.description = description
        self.domain = domain
        self.lock = threading.RLock()
        self.clock: LabClock = HandClock(self.lock) if by_hand else LabClock(description.pace, self.lock)
        self.faults = FaultBoard(
            frozenset(machine.name for machine in description.machines),
            frozenset(site.code for hierarchy in description.hierarchies for site in hierarchy.sites),
        )
        self.request_log = RequestLog()
        self.script_runs: list[ScriptRun] = []
        self.machines: NameMap[Machine] = NameMap()
        self.hierarchies: list[EmulatedHierarchy] = []
        self._inside: NameMap[_Inside] = NameMap()
        self._services: dict[str, WinrmService] = {}
        self._listeners: dict[str, list[Listener]] = {}
        self._paused: set[str] = set()
        self._known_accounts: list[winrm_accounts.Accounts] = []
        self._own_folder = tempfile.TemporaryDirectory(prefix="lab-estate-") if state_folder is None else None
        self.state_folder = Path(self._own_folder.name) if self._own_folder else state_folder or Path()
        with self.lock:
            self._build()
        self.faults.watch(self._follow_dead_machines)
        self._place_faults()

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Who can log on, and with which rights."""
        return self.description.accounts

    @property
    def ca_file(self) -> Path:
        """The certificate (PEM) that clients must trust for https."""
        return self.state_folder / "ca.pem"

    @property
    def errors(self) -> list[BaseException]:
        """Errors inside the lab itself; empty when there are none."""
        found = list(self.clock.errors)
        for service in self._services.values():
            found.extend(service.errors)
        return found

    @property
    def violations(self) -> list[Violation]:
        """Writes that violated a rule of the role, in every hierarchy; empty when there are none."""
        with self.lock:
            return [violation for hierarchy in self.hierarchies for violation in hierarchy.violations]

    def hierarchy(self, name: str) -> EmulatedHierarchy:
        """The hierarchy with this name; KeyError when there is none."""
        for hierarchy in self.hierarchies:
            if hierarchy.name == name:
                return hierarchy
        raise KeyError(f"the estate has no hierarchy {name}")

    def machine(self, name: str) -> Machine:
        """The machine with this short or full name; KeyError when there is none."""
        return self.machines[self.description.fqdn(self.description.machine(name).name)]

    def account(self, full_name: str) -> Account:
        r"""The account with this name (``CORP\scpadmin``); KeyError when there is none."""
        for account in self.accounts:
            if account.full_name.casefold() == full_name.casefold():
                return account
        raise KeyError(f"the estate has no account {full_name}")

    def guard(self, machine: str, prefix: str, check: NamespaceCheck) -> None:
        """Also require ``check`` for every use of this CIM namespace of a machine, or of one below it."""
        self._inside[self.machine(machine).fqdn].access.guard(prefix, check)

    def add_program(self, machine: str, name: str, program: ProgramMaker) -> None:
        """Install a program under a name without a folder, such as ``curl``."""
        self._inside[self.machine(machine).fqdn].shell.add(name, program)

    def start(self) -> None:
        """Listen on every address. After an OSError (port in use) or ValueError, with one clear sentence, no listener is open."""
        certificates = Certificates(_certificate_names(self.description))
        self.state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        certificates.write_authority(self.ca_file)
        try:
            for machine in self.machines.values():
                self._open(machine, certificates)
        except BaseException:
            self.stop()
            raise
        self.clock.start()

    def stop(self) -> None:
        """Close every connection and listener, stop the clock, remove the files that were written. May be called twice."""
        for service in self._services.values():
            service.close()
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.stop()
        self._listeners.clear()
        self.clock.stop()
        for known in self._known_accounts:
            known.close()
        self._known_accounts.clear()
        self.ca_file.unlink(missing_ok=True)
        if self._own_folder is not None:
            self._own_folder.cleanup()

    def reset(self) -> None:
        """Return to the state of the description; listeners, connections and lab time are kept, faults and records removed."""
        with self.lock:
            self.clock.clear()
            self.clock.errors.clear()
            self._build()
        self.faults.clear()
        self._place_faults()
        self.request_log.clear()

    def __enter__(self) -> Estate:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.stop()

    def _build(self) -> None:
        self.machines.clear()
        self._inside.clear()
        network = Network(self.description, self.machines)
        for description in self.description.machines:
            machine = build_machine(self.description, description, self.clock)
            access = NamespaceAccess(machine)
            cim = CimService(machine.repository, self.lock, machine.fqdn, access, description.fault_style)
            shell = Shell(machine, {**BUILT_IN, **network_programs(description, network)})
            self.machines[machine.fqdn] = machine
            self._inside[machine.fqdn] = _Inside(machine, cim, shell, access)
        self.hierarchies = build_hierarchies(self)
        tool = service_connection_tool(World(self.description, network, self.hierarchies, self.faults))
        for inside in self._inside.values():
            inside.shell.install(PROGRAM, tool)
        self._add_powershell(network)

    def _add_powershell(self, network: Network) -> None:
        """powershell.exe on every machine; its module works on all hierarchies."""
        self.script_runs.clear()
        world = ModuleWorld(self.description, network, [found.state for found in self.hierarchies])

        def prepare(session: Session) -> None:
            configuration_manager.prepare(world, session)

        for described in self.description.machines:
            self.add_program(described.name, "powershell", powershell(described.powershell, prepare, self.script_runs))

    def _place_faults(self) -> None:
        """The faults that the description has from the start."""
        for order in self.description.faults:
            self.faults.order(**order)

    def _open(self, machine: Machine, certificates: Certificates) -> None:
        service = self._service(machine)
        self._services[machine.fqdn] = service
        listeners = self._listeners[machine.fqdn] = []
        for port, context in (
            (self.description.http_port, None),
            (self.description.https_port, certificates.server_context()),
        ):
            certificate = None if context is None else certificates.server_certificate_der
            listener = Listener(machine.address, port, service, context, certificate_der=certificate)
            listener.start()
            listeners.append(listener)
            if not machine.alive:
                self._paused.add(machine.fqdn)
                listener.pause()

    def _service(self, machine: Machine) -> WinrmService:
        """A WinRM service that looks up by name, at each request, what it serves, so that a reset can replace it."""
        fqdn = machine.fqdn
        known = winrm_accounts.Accounts(
            machine.name,
            "" if machine.workgroup else machine.netbios_domain,
            "" if machine.workgroup else machine.dns_domain,
            [
                winrm_accounts.Account(account.name, account.password, account.domain)
                for account in self.accounts
                if account.machine == machine.name or (account.machine is None and not machine.workgroup)
            ],
        )
        self._known_accounts.append(known)

        def answer_cim(request: Request) -> Reply:
            return self._inside[fqdn].cim(request)

        def run_program(line: CommandLine) -> Program:
            with self.lock:
                return self._inside[fqdn].shell(line)

        def allowed(caller: Caller) -> bool:
            return may_connect(self._inside[fqdn].machine, caller)

        description = self.description.machine(machine.name)
        return WinrmService(
            fqdn,
            known,
            answer_cim,
            shells=ShellService(run_program, fqdn),
            may_connect=allowed,
            log=self.request_log,
            injector=FaultInjector(self.faults, description.fault_style),
            product_version=f"OS: {machine.os.version} SP: 0.0 Stack: 3.0",
            keys=self._keys(machine),
            credssp=description.credssp,
            basic=description.basic,
            hardening=description.cbt_hardening,
        )

    def _keys(self, machine: Machine) -> Keys | None:
        """The keys of a member of the domain."""
        if self.domain is None or machine.workgroup:
            return None
        return Keys(self.domain.keytabs[f"{machine.name.upper()}$"], machine.clock_offset.total_seconds())

    def _follow_dead_machines(self) -> None:
        for description in self.description.machines:
            alive = description.alive and self.faults.flag("dead_machine", description.name) is None
            machine = self.machine(description.name)
            machine.alive = alive
            if alive == (machine.fqdn not in self._paused):
                continue
            for listener in self._listeners.get(machine.fqdn, []):
                if alive:
                    listener.resume()
                else:
                    listener.pause()
            (self._paused.discard if alive else self._paused.add)(machine.fqdn)


def _certificate_names(description: EstateDescription) -> list[str]:
    names: list[str] = []
    for machine in description.machines:
        names += [description.fqdn(machine.name), machine.name, str(machine.address)]
    return names
