"""The namespace prefixes of the answers, compared with captured envelopes of Windows."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from lab.winrm import fault_table as table
from lab.winrm.faults import fault
from lab.winrm.message import Reply
from lab.winrm.names import ENUMERATION, SHELL, TRANSFER, WSMAN, XML
from lab.winrm.prefixes import prefixed
from lab.winrm.soap_reply import fault_envelope, identify_envelope, reply_envelope

XSI = "http://www.w3.org/2001/XMLSchema-instance"
CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"


def instance(uri: str, *parts: ET.Element) -> ET.Element:
    root = ET.Element(f"{{{uri}}}C", {f"{{{XSI}}}type": ET.QName(uri, "C_Type")})  # type: ignore[dict-item]
    root.extend(parts)
    return root


def test_an_answer_declares_the_envelope_s_prefixes_at_the_envelope() -> None:
    items = ET.Element(f"{{{WSMAN}}}Items")
    items.extend([instance("urn:one"), instance("urn:one")])
    response = ET.Element(f"{{{ENUMERATION}}}EnumerateResponse")
    response.append(items)
    text = reply_envelope(Reply(f"{ENUMERATION}/EnumerateResponse", (response,)), "uuid:1").decode()
    assert text.startswith("<s:Envelope ")
    head, _, body = text.partition(">")
    for prefix in ("s", "a", "n", "w"):
        assert f"xmlns:{prefix}=" in head
    row = f'<p:C xmlns:xsi="{XSI}" xmlns:p="urn:one" xsi:type="p:C_Type" />'
    assert f"<n:EnumerateResponse><w:Items>{row}{row}</w:Items></n:EnumerateResponse>" in body.replace(
        f'xmlns:p="urn:one" xmlns:xsi="{XSI}"', f'xmlns:xsi="{XSI}" xmlns:p="urn:one"'
    )
    assert "ns0" not in text


def test_classes_inside_classes_count_up_and_values_keep_their_characters() -> None:
    moment = ET.Element("{urn:one}M")
    ET.SubElement(moment, f"{{{CIM}}}Datetime").text = "a<b&c"
    inner = ET.Element("{urn:one}Part", {f"{{{XSI}}}type": ET.QName("urn:two", "D_Type")})  # type: ignore[dict-item]
    ET.SubElement(inner, "{urn:two}X", {"n": 'a"b'}).text = "{urn:x}text"
    written = ET.tostring(prefixed(instance("urn:one", moment, inner)), encoding="unicode")
    assert "<cim:Datetime>a&lt;b&amp;c</cim:Datetime>" in written
    assert all(f"xmlns:{prefix}=" in written.partition(">")[0] for prefix in ("p", "p1", "xsi", "cim"))
    assert 'xsi:type="p1:D_Type"' in written
    assert '<p1:X n="a&quot;b">{urn:x}text</p1:X>' in written
    back = ET.fromstring(written)
    assert [element.tag for element in back.iter()] == [
        "{urn:one}C",
        "{urn:one}M",
        f"{{{CIM}}}Datetime",
        "{urn:one}Part",
        "{urn:two}X",
    ]


def test_shells_faults_and_identify() -> None:
    shell = ET.Element(f"{{{SHELL}}}Shell")
    created = ET.Element(f"{{{TRANSFER}}}ResourceCreated")
    text = reply_envelope(Reply(f"{TRANSFER}/CreateResponse", (created, shell)), "uuid:1").decode()
    assert "<s:Body><x:ResourceCreated /><rsp:Shell /></s:Body>" in text
    text = fault_envelope(fault(table.ACCESS_DENIED, "scp01", "No."), "uuid:1").decode()
    assert "<s:Value>s:Sender</s:Value><s:Subcode><s:Value>w:AccessDenied</s:Value>" in text
    assert '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="5" Machine="scp01">' in text
    assert "<wsmid:IdentifyResponse xmlns:wsmid=" in identify_envelope("OS: 1").decode()


def test_the_source_is_not_changed() -> None:
    root = instance("urn:one")
    before = ET.tostring(root)
    prefixed(root)
    assert ET.tostring(root) == before
    language = {f"{{{XML}}}lang": "en-US"}
    assert ET.tostring(prefixed(ET.Element("a", language)), encoding="unicode") == '<a xml:lang="en-US" />'
