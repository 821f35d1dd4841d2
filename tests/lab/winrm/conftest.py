"""A small emulated server for the tests of lab/winrm: a few accounts, an echo program and three resources."""

from __future__ import annotations

import os
import random
import ssl
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme

from lab.winrm import faults
from lab.winrm.accounts import Account, Accounts
from lab.winrm.http_front import Listener
from lab.winrm.injection import PASS, Verdict
from lab.winrm.log import RequestRecord
from lab.winrm.message import Caller, Reply, Request
from lab.winrm.names import TRANSFER, WMI_RESOURCE
from lab.winrm.programs import CommandLine, Finished, Program, ProgramOutput, Signal
from lab.winrm.service import WinrmService
from lab.winrm.shells import ShellService

PASSWORD = "Pa:ss wörd 1"
SYSTEM = f"{WMI_RESOURCE}root/cimv2/Win32_OperatingSystem"


class Orders:
    """An injector with one verdict for before and one for after, each used once, on requests of one kind."""

    def __init__(self) -> None:
        self.before_next: Verdict = PASS
        self.after_next: Verdict = PASS
        self.kind = "cim"

    def before(self, record: RequestRecord) -> Verdict:
        if record.kind != self.kind:
            return PASS
        verdict, self.before_next = self.before_next, PASS
        return verdict

    def after(self, record: RequestRecord) -> Verdict:
        if record.kind != self.kind:
            return PASS
        verdict, self.after_next = self.after_next, PASS
        return verdict


class Patient:
    """A program that says `ready`, echoes its input and ends when the input is closed."""

    def start(self, output: ProgramOutput) -> None:
        self.output = output
        self.signals: list[Signal] = []
        output.stdout(b"ready\r\n")

    def stdin(self, data: bytes, end: bool) -> None:
        self.output.stdout(data)
        if end:
            self.output.exit(7)

    def signal(self, signal: Signal) -> None:
        self.signals.append(signal)


class Late:
    """A program that writes after half a second."""

    def start(self, output: ProgramOutput) -> None:
        def work() -> None:
            output.stderr(b"at last\r\n")
            output.exit(3)

        threading.Timer(1.4, work).start()

    def stdin(self, data: bytes, end: bool) -> None: ...

    def signal(self, signal: Signal) -> None: ...


@dataclass
class Server:
    """The emulated server as tests use it."""

    service: WinrmService
    http: Listener
    https: Listener
    strict: Listener
    """https of a service as Windows has it after the hardening of its channel bindings; it does not offer basic."""
    ca_pem: str
    orders: Orders
    shells: ShellService
    effects: list[Request] = field(default_factory=list)
    commands: list[CommandLine] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    barred: set[Caller] = field(default_factory=set)
    ending: dict[str, int] = field(default_factory=dict)
    """``code``: the exit code of commands."""


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(authority: trustme.CA, tmp_path: Path) -> Iterator[Server]:
    address = f"127.{random.Random(os.urandom(8)).randint(100, 250)}.{os.getpid() % 250}.1"
    ca_pem = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_pem))
    leaf = authority.issue_cert(address, "scp01.corp.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    der = ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode())
    accounts = Accounts(
        "SCP01",
        "CORP",
        "corp.example",
        [Account("scpadmin", PASSWORD, "CORP"), Account("noaccess", PASSWORD, "CORP"), Account("localadmin", PASSWORD)],
    )
    orders = Orders()
    effects: list[Request] = []
    commands: list[CommandLine] = []
    programs: list[Program] = []
    ending = {"code": 5}
    barred = {Caller("noaccess", "CORP")}

    def run(line: CommandLine) -> Program:
        commands.append(line)
        name = line.command.split()[0].strip('"').lower()
        made: dict[str, Program] = {"patient": Patient(), "late": Late(), "big": Finished(b"x" * 600_000)}
        program = made.get(name) or Finished(line.text.encode(), str(line.caller).encode(), ending["code"])
        programs.append(program)
        return program

    def cim(request: Request) -> Reply:
        effects.append(request)
        if request.resource_uri != SYSTEM:
            raise faults.unknown_resource(request.resource_uri, "SCP01")
        if request.action.endswith("/Delete"):
            raise RuntimeError("a mistake in the lab")
        space = request.resource_uri
        instance = ET.Element(f"{{{space}}}Win32_OperatingSystem")
        ET.SubElement(instance, f"{{{space}}}Caption").text = "Windows \x01 Größe\r\n"
        if "big" in request.selectors:
            ET.SubElement(instance, f"{{{space}}}Filler").text = "x" * 200_000
        return Reply(f"{TRANSFER}/GetResponse", (instance,))

    shells = ShellService(run, "SCP01")
    service = WinrmService(
        "SCP01", accounts, cim, shells=shells, may_connect=lambda caller: caller not in barred, injector=orders, basic=True
    )
    strict_service = WinrmService("SCP01", accounts, cim, shells=shells, hardening="strict")
    http = Listener(address, 0, service)
    https = Listener(address, 0, service, context, certificate_der=der)
    strict = Listener(address, 0, strict_service, context, certificate_der=der)
    with http, https, strict:
        yield Server(service, http, https, strict, str(ca_pem), orders, shells, effects, commands, programs, barred, ending)
        service.close()
        strict_service.close()
    accounts.close()
    unexpected = [error for error in service.errors if str(error) != "a mistake in the lab"]
    assert not unexpected
