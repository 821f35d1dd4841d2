"""CredSSP over pywinrm and pypsrp as they are: the logon, its encryption, its delegation, and how it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import CIMV2, WIN32_OPERATING_SYSTEM, WIN32_SERVICE
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AuthenticationFailed
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.plugin_utils.connection import access_to
from lab.running.estate import Estate
from tests.lab.conftest import StartEstate
from tests.lab.kerberos.conftest import connection
from tests.lab.offline.conftest import CAB, Carrier, offline_estate
from tests.lab.windows.test_powershell_over_winrm import run_script

pytest.importorskip("requests_credssp", reason="requests-credssp is not installed; `make kerberos` runs these tests")

USER, PASSWORD = r"CORP\scpadmin", "Lab-Admin-2026"
HTTP, HTTPS = 5985, 5986
# Longer messages of CredSSP are encrypted in pieces.
PIECE_BYTES = 16 * 1024

Connect = Callable[..., CimSession]


def with_credssp(*machines: str) -> str:
    """The offline estate without other delegation, with CredSSP on these servers."""
    estate = yaml.safe_load(offline_estate())
    for machine in estate["machines"]:
        machine.pop("delegation", None)
        machine["credssp"] = machine["name"] in machines
    return yaml.safe_dump(estate)


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    return start_estate(with_credssp("cas01", "scp02"))


@pytest.fixture
def connect(estate: Estate) -> Iterator[Connect]:
    """Open a CIM session with CredSSP: ``connect("cas01", "psrp", 5986, "always")``."""
    with ExitStack() as opened:

        def opening(
            machine: str, kind: str = "winrm", port: int = HTTP, encryption: str = "auto", password: str = PASSWORD
        ) -> CimSession:
            given: dict[str, Any] = {"ansible_connection": kind, "ansible_host": str(estate.machine(machine).address)}
            given |= {"ansible_port": port, "ansible_user": USER, "ansible_password": password}
            given |= {f"ansible_{kind}_message_encryption": encryption}
            if kind == "winrm":
                given |= {"ansible_winrm_transport": "credssp", "ansible_winrm_ca_trust_path": str(estate.ca_file)}
            else:
                given |= {"ansible_psrp_auth": "credssp", "ansible_psrp_ca_cert": str(estate.ca_file)}
            access = access_to(connection(given))
            opened.callback(access.link.close)
            return CimSession(access.link.send)

        yield opening


@pytest.mark.parametrize("kind", ["winrm", "psrp"])
@pytest.mark.parametrize(("port", "encryption"), [(HTTP, "auto"), (HTTPS, "auto"), (HTTPS, "always")])
def test_a_logon_and_long_messages(estate: Estate, connect: Connect, kind: str, port: int, encryption: str) -> None:
    session = connect("cas01", kind, port, encryption)
    query = f"select BuildNumber from Win32_OperatingSystem where BuildNumber <> '{'x' * 2 * PIECE_BYTES}'"
    assert len(session.query(CIMV2, WIN32_OPERATING_SYSTEM, query)) == 1
    assert len(session.query(CIMV2, WIN32_SERVICE, "select * from Win32_Service")) > 50
    records = estate.request_log.records()
    assert min(max(record.bytes_in for record in records), max(record.bytes_out for record in records)) > PIECE_BYTES


@pytest.mark.parametrize("kind", ["winrm", "psrp"])
@pytest.mark.parametrize(
    ("machine", "password", "words"),
    [
        ("cas01", "wrong", "the server rejected the logon: wrong user or password (0x"),
        ("pri1", PASSWORD, "the server does not offer CredSSP; turn it on there with the PowerShell command Enable-WSManCredSSP"),
    ],
)
def test_a_logon_that_fails(connect: Connect, kind: str, machine: str, password: str, words: str) -> None:
    with pytest.raises(AuthenticationFailed) as failure:
        connect(machine, kind, password=password).query(CIMV2, WIN32_OPERATING_SYSTEM, "select * from Win32_OperatingSystem")
    assert words in str(failure.value)
    assert PASSWORD not in str(failure.value)


class ByCredssp(Carrier):
    """Modules over sessions with CredSSP."""

    opening: Connect

    def session(self, machine: str, user: str = "") -> CimSession:
        return self.opening(machine)


def test_the_logon_reaches_an_sms_provider_on_another_server(start_estate: StartEstate) -> None:
    estate = start_estate(with_credssp("pri1"))
    arguments = {"UserName": "CORP\\svc", "SiteCode": "CAS"}
    request = {"drive": "SCPLAB", "provider": "cas01", "cmdlet": "New-CMAccount", "arguments": arguments, "secret": "Secret-1"}
    assert run_script(estate, "pri1", request)["type"] == "System.UnauthorizedAccessException"
    assert run_script(estate, "pri1", request, "credssp") == {"ok": True}


def test_the_logon_reaches_a_database_on_another_server(estate: Estate, connect: Connect) -> None:
    assert "not passed on to the database server" in Carrier(estate).tool_refused("prepare", "scp02", usage_data=CAB)
    carrier = ByCredssp(estate)
    carrier.opening = connect
    assert carrier.prepare()["changed"]
