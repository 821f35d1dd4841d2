"""WBEM errors as the SOAP faults of Windows (facts/wsman.md, section 8)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Literal

from lab.cim.errors import CimError, Wbem
from lab.cim.names import CIM, TYPE, class_uri
from lab.winrm.faults import fault, wsman_fault
from lab.winrm.message import SoapFault
from lab.winrm.names import (
    ADDRESSING,
    ADDRESSING_FAULT_ACTION,
    ENUMERATION,
    WSMAN,
    WSMAN_FAULT,
    WSMAN_FAULT_ACTION,
)

# A: WSManFault around ProviderFault (WinRM 2.0); B: MSFT_WmiError (WinRM 3.0 and later).
Style = Literal["A", "B"]

WMI_ERROR = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"
ENUMERATION_FAULT_ACTION = f"{ENUMERATION}/fault"

NOT_FOUND = 0x80338000
CANNOT_PROCESS_FILTER = 0x8033801A
SCHEMA_VALIDATION = 0x80338041
INVALID_SELECTORS = 0x8033805B
ENCODING_LIMIT = 0x80338047
INVALID_CONTEXT = 0x80338003
KEYS_NEEDED = 0x803380FA
PROVIDER_FAILED = 0x80338102
QUOTA_OPERATIONS = 0x803381A5
ACCESS_DENIED = 5

_MISSING = frozenset({Wbem.NOT_FOUND, Wbem.INVALID_CLASS, Wbem.INVALID_NAMESPACE})
# CIM status codes (DSP0223, 6.2) that form B contains in addition to the WBEM code.
_CIM_STATUS = {
    Wbem.ACCESS_DENIED: 2,
    Wbem.INVALID_NAMESPACE: 3,
    Wbem.INVALID_PARAMETER: 4,
    Wbem.INVALID_CLASS: 5,
    Wbem.NOT_FOUND: 6,
    Wbem.NOT_SUPPORTED: 7,
    Wbem.ALREADY_EXISTS: 11,
    Wbem.TYPE_MISMATCH: 13,
    Wbem.INVALID_QUERY: 15,
}


def from_cim_error(error: CimError, *, machine: str, namespace: str, style: Style, operation: str = "") -> SoapFault:
    """The fault of a WBEM error. ``operation`` is the operation in the extended status, for example ``ExecQuery``."""
    if error.code in _MISSING:
        outer, subcode, action, party = NOT_FOUND, (ADDRESSING, "DestinationUnreachable"), ADDRESSING_FAULT_ACTION, "Sender"
    elif error.code == Wbem.ACCESS_DENIED:
        outer, subcode, action, party = ACCESS_DENIED, (WSMAN, "AccessDenied"), WSMAN_FAULT_ACTION, "Sender"
    elif error.code == Wbem.ALREADY_EXISTS:
        outer, subcode, action, party = PROVIDER_FAILED, (WSMAN, "AlreadyExists"), WSMAN_FAULT_ACTION, "Sender"
    else:
        outer, subcode, action, party = PROVIDER_FAILED, (WSMAN, "InternalError"), WSMAN_FAULT_ACTION, "Receiver"
    detail = provider_fault(outer, error, machine, namespace, operation) if style == "A" else wmi_error(error)
    return SoapFault(party, subcode, error.message, (detail,), action)


def cannot_process_filter(problem: str, *, machine: str, namespace: str, error: CimError | None = None) -> SoapFault:
    """A filter that cannot be used: bad WQL, an unknown class in it, or a filter on the wrong resource.

    Form A in every case: the outer code is from the service, not from the provider.
    """
    detail = (
        wsman_fault(CANNOT_PROCESS_FILTER, machine, problem)
        if error is None
        else provider_fault(CANNOT_PROCESS_FILTER, error, machine, namespace, "ExecQuery")
    )
    return SoapFault("Sender", (ENUMERATION, "CannotProcessFilter"), problem, (detail,), ENUMERATION_FAULT_ACTION)


def access_denied(*, machine: str, namespace: str) -> SoapFault:
    """The caller lacks Remote Enable on the namespace: code 5 outside, 0x80041003 inside."""
    error = CimError(Wbem.ACCESS_DENIED, "Access is denied.")
    return from_cim_error(error, machine=machine, namespace=namespace, style="A")


def schema_error(problem: str, machine: str) -> SoapFault:
    """XML that does not fit the class, or a value that cannot be written."""
    return fault(SCHEMA_VALIDATION, "SchemaValidationError", machine, problem)


def invalid_selectors(problem: str, machine: str, detail: str = "UnexpectedSelectors") -> SoapFault:
    """Selectors that are not keys of the class, or that have the wrong type (``TypeMismatch``)."""
    return fault(INVALID_SELECTORS, "InvalidSelectors", machine, problem, detail)


def keys_needed(missing: list[str], class_name: str, machine: str) -> SoapFault:
    """Not every key of the class was given."""
    problem = f"The operation needs the keys of {class_name}; missing: {', '.join(missing)}."
    return fault(KEYS_NEEDED, "InvalidSelectors", machine, problem, "InsufficientSelectors")


def encoding_limit(size: int, allowed: int, machine: str) -> SoapFault:
    """One item does not fit into an envelope."""
    problem = f"An item of {size} bytes does not fit into an envelope of {allowed} bytes."
    return fault(ENCODING_LIMIT, "EncodingLimit", machine, problem, "MaxEnvelopeSize")


def invalid_context(machine: str) -> SoapFault:
    """An enumeration context that is unknown, used up or expired."""
    problem = "The enumeration context is not valid."
    detail = wsman_fault(INVALID_CONTEXT, machine, problem)
    return SoapFault("Receiver", (ENUMERATION, "InvalidEnumerationContext"), problem, (detail,), ENUMERATION_FAULT_ACTION)


def too_many_operations(limit: int, machine: str) -> SoapFault:
    """The user has as many open enumerations as allowed."""
    return fault(QUOTA_OPERATIONS, "QuotaLimit", machine, f"The user has {limit} operations open, which is the limit.")


def unsupported(problem: str, machine: str, detail: str = "") -> SoapFault:
    """A feature that WMI resources do not have."""
    return fault(2150858818, "UnsupportedFeature", machine, problem, detail)


def action_not_supported(action: str, machine: str) -> SoapFault:
    """The resource does not support the action."""
    problem = f"The action {action} is not supported by the resource."
    detail = wsman_fault(2150858753, machine, problem)
    return SoapFault("Sender", (ADDRESSING, "ActionNotSupported"), problem, (detail,), ADDRESSING_FAULT_ACTION)


def provider_fault(outer: int, error: CimError, machine: str, namespace: str, operation: str) -> ET.Element:
    """Form A: outer WSManFault, ProviderFault, inner WSManFault with the WBEM code, and the extended status if there is one."""
    root = ET.Element(f"{{{WSMAN_FAULT}}}WSManFault", {"Code": str(outer), "Machine": machine})
    message = ET.SubElement(root, f"{{{WSMAN_FAULT}}}Message")
    provider = ET.SubElement(message, f"{{{WSMAN_FAULT}}}ProviderFault", {"provider": "WMI Provider"})
    inner = ET.SubElement(provider, f"{{{WSMAN_FAULT}}}WSManFault", {"Code": str(error.code), "Machine": machine})
    ET.SubElement(inner, f"{{{WSMAN_FAULT}}}Message").text = error.message
    if error.description or operation:
        extended = ET.SubElement(provider, f"{{{WSMAN_FAULT}}}ExtendedError")
        extended.append(extended_status(error, namespace, operation))
    return root


def extended_status(error: CimError, namespace: str, operation: str) -> ET.Element:
    """The extended status object. That the SMS Provider's own class appears here is expected, not established."""
    sms = namespace.lower().startswith("root/sms/") and bool(error.description)
    name = "SMS_ExtendedStatus" if sms else "__ExtendedStatus"
    uri = class_uri(namespace, name)
    root = ET.Element(f"{{{uri}}}{name}", {TYPE: ET.QName(uri, f"{name}_Type")})  # type: ignore[dict-item]
    fields = {
        "Description": error.description or error.message,
        "Operation": operation,
        "ParameterInfo": "",
        "ProviderName": "ExtnProv" if sms else "WinMgmt",
        "StatusCode": str(error.code),
    }
    if sms:
        fields["ErrorCode"] = str(error.code)
    for field, text in fields.items():
        ET.SubElement(root, f"{{{uri}}}{field}").text = text
    return root


def wmi_error(error: CimError) -> ET.Element:
    """Form B: MSFT_WmiError; its Message is the provider's own text."""
    root = ET.Element(f"{{{WMI_ERROR}}}MSFT_WmiError")
    words = error.description or error.message
    fields: dict[str, tuple[str, str]] = {
        "CIMStatusCode": (str(_CIM_STATUS.get(error.code, 1)), "cimUnsignedInt"),
        "Message": (words, "cimString"),
        "MessageID": (f"HRESULT 0x{error.code:08x}", "cimString"),
        "error_Code": (str(error.code), "cimUnsignedInt"),
        "error_Type": ("HRESULT", "cimString"),
        "error_WindowsErrorMessage": (error.message, "cimString"),
    }
    for field, (text, kind) in fields.items():
        element = ET.SubElement(root, f"{{{WMI_ERROR}}}{field}", {TYPE: ET.QName(CIM, kind)})  # type: ignore[dict-item]
        element.text = text
    return root
