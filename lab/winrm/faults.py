"""The faults of the service itself. The codes are those of wsmerror.h; the texts are the lab's own."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from lab.winrm.message import SoapFault
from lab.winrm.names import ADDRESSING, ADDRESSING_FAULT_ACTION, FAULT_DETAIL, WSMAN, WSMAN_FAULT

TIMED_OUT = 2150858793
INVALID_XML = 2150858819
ENCODING_LIMIT_MIN = 2150858878
ENCODING_LIMIT_MAX = 2150858823
INVALID_RESOURCE_URI = 2150858811
UNEXPECTED_SELECTORS = 2150858843
DUPLICATE_SELECTORS = 2150858847
INVALID_PARAMETER = 2150858810
MUST_UNDERSTAND_LOCALE = 2150858887
UNSUPPORTED_ADDRESSING = 2150858870
UNSUPPORTED_FRAGMENT = 2150858871
INVALID_TIMEOUT = 2150858881
UNSUPPORTED_FEATURE = 2150858818
INVALID_ACTION = 2150858753
QUOTA_SHELLS = 2150859173
QUOTA_COMMANDS = 2150859241
ACCESS_DENIED = 5
OPERATION_ABORTED = 995
INTERNAL_ERROR = 1359


def wsman_fault(code: int, machine: str, message: str) -> ET.Element:
    """The ``f:WSManFault`` element that Windows puts into ``s:Detail``."""
    fault = ET.Element(f"{{{WSMAN_FAULT}}}WSManFault", {"Code": str(code), "Machine": machine})
    ET.SubElement(fault, f"{{{WSMAN_FAULT}}}Message").text = message
    return fault


def fault(code: int, subcode: str, machine: str, message: str, detail: str = "", receiver: bool = False) -> SoapFault:
    """A WS-Management fault; ``detail`` is the last part of a ``faultDetail`` URI (DSP0226, section 14)."""
    details = [wsman_fault(code, machine, message)]
    if detail:
        element = ET.Element(f"{{{WSMAN}}}FaultDetail")
        element.text = f"{FAULT_DETAIL}/{detail}"
        details.insert(0, element)
    return SoapFault("Receiver" if receiver else "Sender", (WSMAN, subcode), message, tuple(details))


def addressing_fault(subcode: str, machine: str, message: str, code: int = INVALID_PARAMETER) -> SoapFault:
    """A WS-Addressing fault: a header is missing, wrong, or refers to something that does not exist."""
    detail = (wsman_fault(code, machine, message),)
    return SoapFault("Sender", (ADDRESSING, subcode), message, detail, ADDRESSING_FAULT_ACTION)


def not_understood(header: str, machine: str) -> SoapFault:
    """A header with mustUnderstand that this service does not support (SOAP 1.2, section 5.4.8)."""
    message = f"The header {header} has mustUnderstand set and is not understood."
    return SoapFault("MustUnderstand", ("", ""), message, (wsman_fault(UNSUPPORTED_FEATURE, machine, message),))


def access_denied(machine: str) -> SoapFault:
    """The caller may not use the service."""
    return fault(ACCESS_DENIED, "AccessDenied", machine, "Access is denied.")


def timed_out(machine: str) -> SoapFault:
    """Nothing to report within OperationTimeout."""
    message = "The WS-Management service cannot complete the operation within the time specified in OperationTimeout."
    return fault(TIMED_OUT, "TimedOut", machine, message, receiver=True)


def unknown_resource(uri: str, machine: str) -> SoapFault:
    """The service has no resource with this URI."""
    message = f"The WS-Management service does not know the resource URI {uri}."
    error = fault(INVALID_RESOURCE_URI, "", machine, message, "InvalidResourceURI")
    return SoapFault("Sender", (ADDRESSING, "DestinationUnreachable"), message, error.detail, ADDRESSING_FAULT_ACTION)


def internal_error(machine: str) -> SoapFault:
    """An error inside the lab; the service's list of errors contains it."""
    return fault(INTERNAL_ERROR, "InternalError", machine, "The service failed while it worked on the request.", receiver=True)
