"""Builds the faults of the service itself, from the rows of :mod:`lab.winrm.fault_table`."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from lab.winrm import fault_table as table
from lab.winrm.fault_table import FaultRow
from lab.winrm.message import SoapFault
from lab.winrm.names import (
    ADDRESSING,
    ADDRESSING_FAULT_ACTION,
    ENUMERATION,
    ENUMERATION_FAULT_ACTION,
    FAULT_DETAIL,
    SOAP,
    WSMAN,
    WSMAN_FAULT,
    WSMAN_FAULT_ACTION,
)

SHELL_PLUGIN = ("Shell cmd plugin", r"%systemroot%\system32\winrscmd.dll")
"""Provider and path in the faults of shells (captured)."""

_ACTIONS = {ADDRESSING: ADDRESSING_FAULT_ACTION, ENUMERATION: ENUMERATION_FAULT_ACTION}


def wsman_fault(code: int, machine: str, message: str) -> ET.Element:
    """The ``f:WSManFault`` element that Windows puts into ``s:Detail``."""
    fault = ET.Element(f"{{{WSMAN_FAULT}}}WSManFault", {"Code": str(code), "Machine": machine})
    ET.SubElement(fault, f"{{{WSMAN_FAULT}}}Message").text = message
    return fault


def provider_fault(code: int, machine: str, provider: tuple[str, str]) -> tuple[ET.Element, ET.Element]:
    """A ``f:WSManFault`` of a plug-in, and the empty ``f:ProviderFault`` in it. ``provider`` is its name and path."""
    fault = ET.Element(f"{{{WSMAN_FAULT}}}WSManFault", {"Code": str(code), "Machine": machine})
    message = ET.SubElement(fault, f"{{{WSMAN_FAULT}}}Message")
    attributes = {"provider": provider[0], "path": provider[1]}
    return fault, ET.SubElement(message, f"{{{WSMAN_FAULT}}}ProviderFault", attributes)


def soap_fault(row: FaultRow, message: str, *detail: ET.Element) -> SoapFault:
    """The fault of a row with this detail, after ``w:FaultDetail`` if the row has one."""
    details = list(detail)
    if row.detail:
        element = ET.Element(f"{{{WSMAN}}}FaultDetail")
        element.text = f"{FAULT_DETAIL}/{row.detail}"
        details.insert(0, element)
    action = _ACTIONS.get(row.subcode[0], WSMAN_FAULT_ACTION)
    return SoapFault(row.party, row.subcode, message, tuple(details), action)


def fault(row: FaultRow, machine: str, message: str) -> SoapFault:
    """A fault of the service, without a plug-in."""
    return soap_fault(row, message, wsman_fault(row.code, machine, message))


def shell_fault(row: FaultRow, machine: str, message: str) -> SoapFault:
    """A fault of the command shell's plug-in: its text is directly in the ``f:ProviderFault`` (captured)."""
    detail, provider = provider_fault(row.code, machine, SHELL_PLUGIN)
    provider.text = message
    return soap_fault(row, message, detail)


def not_understood(space: str, name: str) -> SoapFault:
    """A header with mustUnderstand that this service does not support: no detail, a NotUnderstood header (captured)."""
    message = f"The header {name} has mustUnderstand set and is not understood."
    header = ET.Element(f"{{{SOAP}}}NotUnderstood", {"qname": f"q:{name}", "xmlns:q": space})
    row = table.MUST_UNDERSTAND
    return SoapFault(row.party, row.subcode, message, action=ADDRESSING_FAULT_ACTION, headers=(header,))


def access_denied(machine: str) -> SoapFault:
    """The caller may not use the service."""
    return fault(table.ACCESS_DENIED, machine, "Access is denied.")


def timed_out(machine: str) -> SoapFault:
    """Nothing to report within OperationTimeout."""
    message = "The WS-Management service cannot complete the operation within the time specified in OperationTimeout."
    return fault(table.TIMED_OUT, machine, message)


def unknown_resource(uri: str, machine: str) -> SoapFault:
    """The service has no resource with this URI."""
    return fault(table.INVALID_RESOURCE_URI, machine, f"The WS-Management service does not know the resource URI {uri}.")


def internal_error(machine: str) -> SoapFault:
    """An error inside the lab; the service's list of errors contains it."""
    return fault(table.INTERNAL_ERROR, machine, "The service failed while it worked on the request.")
