"""A small emulated server with one class, and Ansible as users run it: ansible-playbook in a separate process."""

from __future__ import annotations

import os
import random
import ssl
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml

from lab.winrm import faults
from lab.winrm.accounts import Account, Accounts
from lab.winrm.http_front import Listener
from lab.winrm.injection import PASS, Verdict
from lab.winrm.log import RequestLog, RequestRecord
from lab.winrm.message import Reply, Request
from lab.winrm.names import WMI_RESOURCE
from lab.winrm.service import WinrmService
from tests.lab.ansible_runs import Run, run_playbook

ROOT = Path(__file__).parents[3]
PASSWORD = "Pa:ss wörd's 1"
USER = "CORP\\scpadmin"
LOCAL_USER = "localadmin"
THING = f"{WMI_RESOURCE}root/cimv2/Lab_Thing"
EVERYTHING = f"{WMI_RESOURCE}root/cimv2/*"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"


@dataclass
class Orders:
    """An injector: each order applies to one CIM request."""

    before_next: list[Verdict] = field(default_factory=list)
    after_next: list[Verdict] = field(default_factory=list)

    def before(self, record: RequestRecord) -> Verdict:
        return self.before_next.pop(0) if record.kind == "cim" and self.before_next else PASS

    def after(self, record: RequestRecord) -> Verdict:
        return self.after_next.pop(0) if record.kind == "cim" and self.after_next else PASS


@dataclass
class Server:
    """The emulated server as tests use it."""

    address: str
    http_port: int
    https_port: int
    ca_file: str
    other_ca_file: str
    log: RequestLog
    orders: Orders
    calls: list[str] = field(default_factory=list)
    user: str = USER
    password: str = PASSWORD
    local_user: str = LOCAL_USER
    """Basic authentication accepts only local accounts, so it is the user of the hosts that use it."""

    def winrm(self, **variables: Any) -> dict[str, Any]:
        """Host variables for http with NTLM over pywinrm; more may be given, without ``ansible_winrm_``."""
        chosen = {"scheme": "http", "transport": "ntlm", **variables}
        return self._host("winrm", chosen, chosen["scheme"] == "http")

    def psrp(self, **variables: Any) -> dict[str, Any]:
        """Host variables for http over pypsrp; more may be given, without ``ansible_psrp_``."""
        chosen = {"protocol": "http", **variables}
        return self._host("psrp", chosen, chosen["protocol"] == "http")

    def _host(self, connection: str, chosen: dict[str, Any], http: bool) -> dict[str, Any]:
        basic = "basic" in (chosen.get("transport"), chosen.get("auth"))
        return {
            "ansible_connection": connection,
            "ansible_host": self.address,
            "ansible_port": self.http_port if http else self.https_port,
            "ansible_user": self.local_user if basic else self.user,
            "ansible_password": self.password,
            **{f"ansible_{connection}_{name}": value for name, value in chosen.items()},
        }


def _thing(name: str) -> ET.Element:
    thing = ET.Element(f"{{{THING}}}Lab_Thing")
    for key, value in (("Name", name), ("Number", "42")):
        ET.SubElement(thing, f"{{{THING}}}{key}").text = value
    return thing


def _answer(request: Request, calls: list[str]) -> Reply:
    """Two instances of Lab_Thing; method Say answers its Text, method Slow takes three seconds; everything else is a fault."""
    if request.resource_uri not in (THING, EVERYTHING) or "missing" in ET.tostring(request.body, "unicode").lower():
        raise faults.unknown_resource(request.resource_uri, "SCP01")
    verb = request.action.rpartition("/")[2]
    if verb == "Enumerate":
        response = ET.Element(f"{{{ENUMERATION}}}EnumerateResponse")
        ET.SubElement(response, f"{{{ENUMERATION}}}EnumerationContext")
        ET.SubElement(response, f"{{{WSMAN}}}Items").extend([_thing("one"), _thing("two")])
        ET.SubElement(response, f"{{{WSMAN}}}EndOfSequence")
        return Reply(f"{ENUMERATION}/EnumerateResponse", (response,))
    if verb == "Get":
        return Reply(f"{request.action}Response", (_thing(str(request.selectors["Name"])),))
    calls.append(verb)
    if verb == "Slow":
        time.sleep(3)
    output = ET.Element(f"{{{THING}}}{verb}_OUTPUT")
    ET.SubElement(output, f"{{{THING}}}ReturnValue").text = "0"
    for child in request.body.iter(f"{{{THING}}}Text"):
        ET.SubElement(output, f"{{{THING}}}Said").text = child.text
    return Reply(f"{request.action}Response", (output,))


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(authority: trustme.CA, tmp_path: Path) -> Iterator[Server]:
    """Its accounts: CORP\\scpadmin, CORP\\other and the local one, with PASSWORD. The certificate is for the address."""
    address = f"127.{random.Random(os.urandom(8)).randint(100, 250)}.{os.getpid() % 250}.2"
    ca_file, other_ca_file = tmp_path / "ca.pem", tmp_path / "other-ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    trustme.CA().cert_pem.write_to_path(str(other_ca_file))
    leaf = authority.issue_cert(address)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    der = ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode())
    known = [Account("scpadmin", PASSWORD, "CORP"), Account("other", PASSWORD, "CORP"), Account(LOCAL_USER, PASSWORD)]
    accounts = Accounts("SCP01", "CORP", "corp.example", known)
    orders, log, calls = Orders(), RequestLog(), list[str]()
    service = WinrmService("SCP01", accounts, lambda request: _answer(request, calls), log=log, injector=orders, basic=True)
    http = Listener(address, 0, service)
    https = Listener(address, 0, service, context, certificate_der=der)
    with http, https:
        yield Server(address, http.port, https.port, str(ca_file), str(other_ca_file), log, orders, calls)
        service.close()
    accounts.close()
    assert not service.errors


@dataclass
class FakeConnection:
    """A connection plugin as far as it is used: its name and its options."""

    transport: str
    options: dict[str, Any]

    def get_option(self, name: str) -> Any:
        return self.options[name]


@pytest.fixture(params=["winrm", "psrp"])
def connection(request: pytest.FixtureRequest, server: Server) -> FakeConnection:
    """The server over http with encrypted messages; the time limit for an answer is two seconds."""
    common = {
        "remote_addr": server.address,
        "remote_user": server.user,
        "remote_password": server.password,
        "port": server.http_port,
        "path": "/wsman",
    }
    if request.param == "winrm":
        extras = {"ansible_winrm_operation_timeout_sec": 1, "ansible_winrm_read_timeout_sec": 2}
        return FakeConnection("winrm", {**common, "scheme": "http", "transport": ["ntlm"], "_extras": extras})
    return FakeConnection(
        "psrp",
        {
            **common,
            "path": "wsman",
            "protocol": "http",
            "auth": "negotiate",
            "cert_validation": "validate",
            "message_encryption": "auto",
            "ignore_proxy": False,
            "max_envelope_size": 153600,
            "connection_timeout": 2,
            "operation_timeout": 1,
            "read_timeout": 2,
            "reconnection_retries": 0,
            "reconnection_backoff": 2,
            "negotiate_service": "WSMAN",
            "negotiate_send_cbt": True,
        },
    )


Play = Callable[..., Run]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Runs a play: ``play(hosts, tasks, *arguments, **keywords of the play)``."""

    def run(hosts: dict[str, dict[str, Any]], tasks: list[dict[str, Any]], *arguments: str, **keywords: Any) -> Run:
        inventory, playbook = tmp_path / "hosts.yml", tmp_path / "play.yml"
        inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
        playbook.write_text(
            yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks, **keywords}], sort_keys=False),
            encoding="utf-8",
        )
        return run_playbook(playbook, inventory, tmp_path, *arguments)

    return run


@pytest.fixture
def closed_port() -> tuple[str, int]:
    """An address and port of this computer on which nothing listens."""
    return f"127.{random.Random(os.urandom(8)).randint(100, 250)}.{os.getpid() % 250}.3", 5985


@pytest.fixture
def silent_port() -> Iterator[tuple[str, int]]:
    """An address and port that accept connections and never answer."""
    import socket

    listener = socket.create_server((f"127.{random.Random(os.urandom(8)).randint(100, 250)}.{os.getpid() % 250}.4", 0))
    stop = threading.Event()
    taken: list[socket.socket] = []

    def take() -> None:
        while not stop.is_set():
            try:
                taken.append(listener.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    address, port = listener.getsockname()
    yield address, port
    stop.set()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for connection in taken:
        connection.close()
    thread.join(5)
