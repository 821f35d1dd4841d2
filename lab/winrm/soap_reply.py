"""SOAP answers as bytes, in the form in which Windows writes them."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterable

from lab.winrm.message import Reply, SoapFault
from lab.winrm.names import ADDRESSING, ANONYMOUS, IDENTITY, SOAP, WSMAN, XML
from lab.winrm.prefixes import prefixed

_LANGUAGE = {f"{{{XML}}}lang": "en-US"}
_UNPRINTABLE = bytes.maketrans(bytes([*range(9), 11, 12, *range(14, 32)]), b"?" * 29)


def reply_envelope(reply: Reply, relates_to: str) -> bytes:
    """A successful answer; ``relates_to`` is the request's MessageID."""
    return _written(_envelope(reply.action, relates_to, reply.body))


def fault_envelope(fault: SoapFault, relates_to: str) -> bytes:
    """A fault; RelatesTo is left out if there is no MessageID."""
    element = ET.Element(_soap("Fault"))
    code = ET.SubElement(element, _soap("Code"))
    _qname(ET.SubElement(code, _soap("Value")), SOAP, fault.code)
    space, name = fault.subcode
    if name:
        _qname(ET.SubElement(ET.SubElement(code, _soap("Subcode")), _soap("Value")), space, name)
    reason = ET.SubElement(ET.SubElement(element, _soap("Reason")), _soap("Text"), _LANGUAGE)
    reason.text = str(fault.reason)
    if fault.detail:
        ET.SubElement(element, _soap("Detail")).extend(fault.detail)
    return _written(_envelope(fault.action, relates_to, (element,), fault.headers))


def identify_envelope(product_version: str) -> bytes:
    """The answer to Identify (DSP0226, section 11). ``product_version`` has the form ``OS: 10.0.20348 SP: 0.0 Stack: 3.0``."""
    envelope = ET.Element(_soap("Envelope"), _LANGUAGE)
    ET.SubElement(envelope, _soap("Header"))
    response = ET.SubElement(ET.SubElement(envelope, _soap("Body")), f"{{{IDENTITY}}}IdentifyResponse")
    for name, text in (
        ("ProtocolVersion", WSMAN),
        ("ProductVendor", "Microsoft Corporation"),
        ("ProductVersion", product_version),
    ):
        ET.SubElement(response, f"{{{IDENTITY}}}{name}").text = text
    return _written(envelope)


def _envelope(action: str, relates_to: str, body: Iterable[ET.Element], headers: Iterable[ET.Element] = ()) -> ET.Element:
    envelope = ET.Element(_soap("Envelope"), _LANGUAGE)
    header = ET.SubElement(envelope, _soap("Header"))
    values = (
        ("Action", action),
        ("MessageID", f"uuid:{str(uuid.uuid4()).upper()}"),
        ("To", ANONYMOUS),
        ("RelatesTo", relates_to),
    )
    for name, text in values:
        if text:
            ET.SubElement(header, f"{{{ADDRESSING}}}{name}").text = text
    header.extend(headers)
    ET.SubElement(envelope, _soap("Body")).extend(body)
    return envelope


def _soap(name: str) -> str:
    return f"{{{SOAP}}}{name}"


def _qname(element: ET.Element, space: str, name: str) -> None:
    """Set a qualified name as text."""
    element.text = ET.QName(space, name)  # type: ignore[assignment]


def _written(envelope: ET.Element) -> bytes:
    """The envelope as UTF-8. Control characters become ``?`` as on Windows; a carriage return becomes a character reference."""
    data: bytes = ET.tostring(prefixed(envelope), encoding="utf-8", xml_declaration=False)
    return data.translate(_UNPRINTABLE).replace(b"\r", b"&#13;")
