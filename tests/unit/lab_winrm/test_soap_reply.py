"""Answers as bytes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from lab.winrm import faults
from lab.winrm.message import Reply
from lab.winrm.names import ADDRESSING, FAULT_DETAIL, SOAP, WSMAN, WSMAN_FAULT
from lab.winrm.soap_reply import fault_envelope, identify_envelope, reply_envelope

S, A, F = f"{{{SOAP}}}", f"{{{ADDRESSING}}}", f"{{{WSMAN_FAULT}}}"


def test_a_reply() -> None:
    body = ET.Element("{urn:x}a", {"{http://www.w3.org/2001/XMLSchema-instance}type": ET.QName("urn:x", "a_Type")})  # type: ignore[dict-item]
    root = ET.fromstring(reply_envelope(Reply("urn:done", (body, ET.Element("b"))), "uuid:7"))
    assert root.findtext(f"{S}Header/{A}Action") == "urn:done"
    assert root.findtext(f"{S}Header/{A}RelatesTo") == "uuid:7"
    assert (root.findtext(f"{S}Header/{A}MessageID") or "").startswith("uuid:")
    assert [child.tag for child in root.findall(f"{S}Body/*")] == ["{urn:x}a", "b"]


def test_odd_characters() -> None:
    element = ET.Element("a", {"b": "x\r\ny"})
    element.text = "one\r\ntwo\x01\x0b\x1f\ttab ü <&>"
    parsed = ET.fromstring(reply_envelope(Reply("urn:done", (element,)), "uuid:7"))
    found = parsed.find(f"{S}Body/a")
    assert found is not None
    assert found.text == "one\r\ntwo???\ttab ü <&>"
    assert found.get("b") == "x\r\ny"


def test_a_fault() -> None:
    data = fault_envelope(faults.timed_out("SCP01"), "uuid:7")
    root = ET.fromstring(data)
    fault = root.find(f"{S}Body/{S}Fault")
    assert fault is not None
    assert fault.findtext(f"{S}Code/{S}Value") == "s:Receiver"
    assert fault.findtext(f"{S}Code/{S}Subcode/{S}Value") == "w:TimedOut"
    assert f'xmlns:w="{WSMAN}"'.encode() in data
    assert root.findtext(f"{S}Header/{A}RelatesTo") == "uuid:7"
    detail = fault.find(f"{S}Detail/{F}WSManFault")
    assert detail is not None
    assert (detail.get("Code"), detail.get("Machine")) == ("2150858793", "SCP01")
    assert detail.findtext(f"{F}Message") == fault.findtext(f"{S}Reason/{S}Text")


def test_a_fault_detail_comes_first_and_must_understand_has_no_subcode() -> None:
    root = ET.fromstring(fault_envelope(faults.unknown_resource("urn:x", "SCP01"), ""))
    assert root.findtext(f".//{S}Detail/{{{WSMAN}}}FaultDetail") == f"{FAULT_DETAIL}/InvalidResourceURI"
    assert root.find(f".//{A}RelatesTo") is None
    root = ET.fromstring(fault_envelope(faults.not_understood("urn:x", "X"), "uuid:1"))
    assert root.findtext(f".//{S}Code/{S}Value") == "s:MustUnderstand"
    assert root.find(f".//{S}Subcode") is None


def test_identify() -> None:
    root = ET.fromstring(identify_envelope("OS: 1 SP: 2 Stack: 3.0"))
    texts = [element.text for element in root.iter() if not len(element) and element.text]
    assert texts == [WSMAN, "Microsoft Corporation", "OS: 1 SP: 2 Stack: 3.0"]
