"""The table of the lab's faults, and the faults of the service in the shape of recorded ones."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

from lab.winrm import fault_table as table
from lab.winrm import faults
from lab.winrm.fault_table import FaultRow, Source
from lab.winrm.names import ADDRESSING, ADDRESSING_FAULT_ACTION, ENUMERATION, SOAP, WSMAN, WSMAN_FAULT
from lab.winrm.soap_reply import fault_envelope

NAMES = {name: value for name, value in vars(table).items() if isinstance(value, FaultRow)}


def test_every_row_is_one_fault_of_windows() -> None:
    assert len(table.ROWS) == len(NAMES) > 30
    codes = [row.code for row in table.ROWS]
    assert len(set(codes)) == len(codes)
    for row in table.ROWS:
        assert re.fullmatch(r"ERROR_(WSMAN_)?[A-Z_]+", row.name)
        assert row.name.startswith("ERROR_WSMAN_") is (0x80338000 <= row.code <= 0x803381FF)
        assert row.party in {"Sender", "Receiver", "MustUnderstand"}
        assert row.subcode[0] in {ADDRESSING, ENUMERATION, WSMAN, ""}
        assert isinstance(row.source, Source)
        assert row.origin


def test_every_row_is_sent() -> None:
    lab = Path(table.__file__).parents[1]
    sources = "".join(
        path.read_text() for path in lab.rglob("*.py") if path.name != "fault_table.py" or path.parent.name == "cim"
    )
    assert [name for name in NAMES if f"table.{name}" not in sources] == []


def test_numbers_that_were_wrong_before() -> None:
    """wsmerror.h; the operations quota and the header of an invalid time-out were recorded too."""
    assert table.INVALID_CONTEXT.code == 0x8033801B
    assert table.QUOTA_OPERATIONS.code == 0x803381A6
    assert table.QUOTA_SHELLS.code == 0x803381A5
    assert table.ANSWER_TOO_LARGE.code == 0x80338048
    assert table.INVALID_HEADER.code == 0x8033800F


def test_a_fault_of_the_shell_is_as_recorded() -> None:
    """pypsrp, tests/test_wsman.py (Server 2016): the text is directly in the ProviderFault."""
    fault = faults.shell_fault(table.SHELL_PARAMETER, "srv", "The parameter is incorrect.")
    assert (fault.code, fault.subcode) == ("Sender", (WSMAN, "InvalidParameter"))
    detail, element = fault.detail
    assert detail.text == "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/InvalidValue"
    assert element.attrib == {"Code": "87", "Machine": "srv"}
    (message,) = element
    (provider,) = message
    assert provider.tag == f"{{{WSMAN_FAULT}}}ProviderFault"
    assert provider.attrib == {"provider": "Shell cmd plugin", "path": r"%systemroot%\system32\winrscmd.dll"}
    assert provider.text == "The parameter is incorrect."


def test_a_header_that_is_not_understood_is_as_recorded() -> None:
    """pypsrp, tests/test_wsman.py: no subcode, no detail, the header by its qualified name."""
    root = ET.fromstring(fault_envelope(faults.not_understood("urn:u", "Unknown"), "uuid:1"))
    header = root.find(f"{{{SOAP}}}Header")
    assert header is not None
    assert header.findtext(f"{{{ADDRESSING}}}Action") == ADDRESSING_FAULT_ACTION
    found = header.find(f"{{{SOAP}}}NotUnderstood")
    assert found is not None
    assert found.get("qname") == "q:Unknown"
    assert root.find(f".//{{{SOAP}}}Subcode") is None
    assert root.find(f".//{{{SOAP}}}Detail") is None
