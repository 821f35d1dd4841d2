"""The peers' own clients, unmodified, with a complete estate."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from pypsrp.client import Client
from pypsrp.wsman import SelectorSet, WSMan, WSManAction
from winrm import Session

from lab.running.estate import Estate

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
