"""The peers' own clients, unmodified, with a complete estate."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from pypsrp.client import Client
from pypsrp.exceptions import AuthenticationError
from pypsrp.wsman import SelectorSet, WSMan, WSManAction
from winrm import Session

from lab.running.estate import Estate
from tests.lab.conftest import StartEstate

SERVICE = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service"
USER, PASSWORD = r"CORP\scpadmin", "Lab-Admin-2026"


def pypsrp_client(estate: Estate, machine: str, *, ssl: bool) -> WSMan:
    return WSMan(
        str(estate.machine(machine).address),
        port=estate.description.https_port if ssl else estate.description.http_port,
        username=USER,
        password=PASSWORD,
        ssl=ssl,
        auth="ntlm" if ssl else "negotiate",
        cert_validation=str(estate.ca_file) if ssl else True,
    )


@pytest.mark.parametrize("ssl", [False, True])
def test_pypsrp_reads_an_instance(estate: Estate, ssl: bool) -> None:
    selectors = SelectorSet()
    selectors.add_option("Name", "WinRM")
    with pypsrp_client(estate, "scp01", ssl=ssl) as wsman:
        body = wsman.get(SERVICE, selector_set=selectors)
    text = ET.tostring(body, encoding="unicode")
    assert "Running" in text
    assert "Win32_Service" in text


def test_pypsrp_enumerates_with_its_own_calls(estate: Estate) -> None:
    enumeration = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
    request = ET.Element(f"{{{enumeration}}}Enumerate")
    with pypsrp_client(estate, "scp01", ssl=False) as wsman:
        answer = wsman.invoke(WSManAction.ENUMERATE, SERVICE, request)
    assert answer.find(f".//{{{enumeration}}}EnumerationContext") is not None


def test_pypsrp_runs_a_command(estate: Estate) -> None:
    client = Client(
        str(estate.machine("scp02").address),
        port=estate.description.http_port,
        username=USER,
        password=PASSWORD,
        ssl=False,
        auth="negotiate",
    )
    with client:
        out, _, code = client.execute_cmd("hostname")
    assert (out.strip().lower(), code) == ("scp02", 0)


@pytest.mark.parametrize(("scheme", "transport"), [("http", "ntlm"), ("https", "ntlm")])
def test_pywinrm_runs_a_command(estate: Estate, scheme: str, transport: str) -> None:
    port = estate.description.http_port if scheme == "http" else estate.description.https_port
    session = Session(
        f"{scheme}://{estate.machine('scp01').address}:{port}/wsman",
        auth=(USER, PASSWORD),
        transport=transport,
        ca_trust_path=str(estate.ca_file) if scheme == "https" else "legacy_requests",
    )
    answer = session.run_cmd("hostname")
    assert answer.std_out.strip().lower() == b"scp01"
    assert answer.status_code == 0


HARDENED = r"""
domain: {dns: corp.example, netbios: CORP}
accounts:
  - {name: CORP\scpadmin, password: Lab-Admin-2026, administrator_of: all}
  - {name: labadmin, machine: scp01, password: Lab-Local-2026, administrator_of: [scp01]}
machines:
  - {name: scp01, address: 127.0.10.21, basic: true}
  - {name: scp02, address: 127.0.10.22, cbt_hardening: strict}
  - {name: scp03, address: 127.0.10.23, cbt_hardening: none}
"""


@pytest.mark.parametrize(
    ("machine", "auth", "user", "bindings", "accepted"),
    [
        ("scp01", "basic", "labadmin", True, True),
        ("scp01", "basic", USER, True, False),
        ("scp01", "ntlm", USER, False, True),
        ("scp02", "basic", USER, True, False),
        ("scp02", "ntlm", USER, True, True),
        ("scp02", "ntlm", USER, False, False),
        ("scp03", "ntlm", USER, False, True),
    ],
)
def test_each_machine_has_its_own_settings_of_winrm(
    start_estate: StartEstate, machine: str, auth: str, user: str, bindings: bool, accepted: bool
) -> None:
    estate = start_estate(HARDENED)
    with WSMan(
        str(estate.machine(machine).address),
        port=estate.description.https_port,
        username=user,
        password=estate.account(user).password,
        ssl=True,
        auth=auth,
        cert_validation=str(estate.ca_file),
        negotiate_send_cbt=bindings,
    ) as wsman:
        if accepted:
            wsman.invoke(
                WSManAction.ENUMERATE, SERVICE, ET.Element("{http://schemas.xmlsoap.org/ws/2004/09/enumeration}Enumerate")
            )
            return
        with pytest.raises(AuthenticationError):
            wsman.invoke(
                WSManAction.ENUMERATE, SERVICE, ET.Element("{http://schemas.xmlsoap.org/ws/2004/09/enumeration}Enumerate")
            )


def test_pypsrp_reads_an_instance_by_its_dmtf_uri(estate: Estate) -> None:
    uri = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Win32_Service"
    selectors = SelectorSet()
    selectors.add_option("Name", "WinRM")
    selectors.add_option("__cimnamespace", "root/cimv2")
    with pypsrp_client(estate, "scp01", ssl=False) as wsman:
        body = wsman.get(uri, selector_set=selectors)
    assert body.findtext(f".//{{{uri}}}State") == "Running"
