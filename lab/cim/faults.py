"""WBEM errors as the SOAP faults of Windows, in both forms (facts/wsman-faults-and-peers.md; rows: ``fault_table.py``)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Literal

from lab.cim import fault_table as wmi
from lab.cim.errors import CimError, Wbem
from lab.cim.fault_table import WmiRow
from lab.cim.names import CIM, CIM_BINDING, NIL, TYPE, class_uri
from lab.winrm import fault_table as table
from lab.winrm.faults import fault, provider_fault, soap_fault, wsman_fault
from lab.winrm.message import SoapFault
from lab.winrm.names import WSMAN_FAULT

# A: WSManFault around ProviderFault (WinRM 2.0); B: MSFT_WmiError (WinRM 3.0 and later).
Style = Literal["A", "B"]

WMI_ERROR = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"
WMI_PLUGIN = ("WMI Provider", r"%systemroot%\system32\WsmWmiPl.dll")
"""Provider and path in the faults of the WMI plug-in (captured)."""

_DENIED_BY_SITE = 0x80070005


def from_cim_error(
    error: CimError, *, machine: str, namespace: str, style: Style, operation: str = "", parameter: str = ""
) -> SoapFault:
    """The fault of a WBEM error.

    :param operation: the operation in the extended status, for example ``ExecQuery``; without it there is none.
    :param parameter: ParameterInfo: the path of the instance, the class, or the query.
    """
    of_query = operation == "ExecQuery" and error.code in {Wbem.INVALID_CLASS, Wbem.INVALID_NAMESPACE}
    row = wmi.QUERY_OF_NO_CLASS if of_query else wmi.WMI_ERRORS.get(error.code, wmi.OTHER)
    status = extended_status(error, namespace, operation, parameter) if operation and row.extended else None
    return _of_plugin(row, error, machine, style, status)


def cannot_process_filter(problem: str, *, machine: str, style: Style) -> SoapFault:
    """A filter that cannot be used: another dialect, or a filter on the wrong resource."""
    error = CimError(Wbem.INVALID_QUERY, problem)
    return _of_plugin(wmi.WMI_ERRORS[Wbem.INVALID_QUERY], error, machine, style, None)


def invalid_fragment(problem: str, machine: str) -> SoapFault:
    """A fragment path that is not the name of a property."""
    return fault(table.FRAGMENT_PATH, machine, problem)


def access_denied(*, machine: str, style: Style) -> SoapFault:
    """The caller lacks Remote Enable on the namespace."""
    error = CimError(Wbem.ACCESS_DENIED, "The WMI service returned an 'access denied' error.")
    return _of_plugin(wmi.NAMESPACE_DENIED, error, machine, style, None)


def schema_error(problem: str, machine: str) -> SoapFault:
    """XML that does not fit the class, or a value that cannot be written."""
    return fault(table.SCHEMA_VALIDATION, machine, problem)


def unexpected_selectors(problem: str, machine: str) -> SoapFault:
    """Selectors that are not keys of the class."""
    return fault(table.UNEXPECTED_SELECTORS, machine, problem)


def selector_type(problem: str, machine: str) -> SoapFault:
    """A selector whose value does not fit the type of the key."""
    return fault(table.SELECTOR_TYPE, machine, problem)


def keys_needed(missing: list[str], class_name: str, *, machine: str, style: Style) -> SoapFault:
    """Not every key of the class was given."""
    problem = f"The operation needs the keys of {class_name}; missing: {', '.join(missing)}."
    return _of_plugin(wmi.KEYS, CimError(Wbem.INVALID_PARAMETER, problem), machine, style, None)


def encoding_limit(size: int, allowed: int, machine: str) -> SoapFault:
    """One item does not fit into an envelope."""
    return fault(table.ANSWER_TOO_LARGE, machine, f"An item of {size} bytes does not fit into an envelope of {allowed} bytes.")


def invalid_context(machine: str) -> SoapFault:
    """An enumeration context that is unknown, used up or expired."""
    return fault(table.INVALID_CONTEXT, machine, "The enumeration context is not valid.")


def too_many_operations(limit: int, *, machine: str, style: Style) -> SoapFault:
    """The user has as many open operations as allowed. Form A comes from the service, without a provider (captured)."""
    problem = f"The user has {limit} operations open, which is the limit."
    if style == "A":
        return fault(table.QUOTA_OPERATIONS, machine, problem)
    return _of_plugin(wmi.OPERATIONS, CimError(Wbem.FAILED, problem), machine, style, None)


def unsupported_mode(problem: str, machine: str) -> SoapFault:
    """An EnumerationMode that is not known, or that the class cannot answer."""
    return fault(table.ENUMERATION_MODE, machine, problem)


def unsupported_fragment(problem: str, machine: str) -> SoapFault:
    """A FragmentTransfer header on an operation that has no fragments."""
    return fault(table.FRAGMENT_TRANSFER, machine, problem)


def action_not_supported(action: str, machine: str) -> SoapFault:
    """The resource does not support the action."""
    return fault(table.ACTION_NOT_SUPPORTED, machine, f"The action {action} is not supported by the resource.")


def _of_plugin(row: WmiRow, error: CimError, machine: str, style: Style, status: ET.Element | None) -> SoapFault:
    """The fault in the server's form."""
    if style == "B":
        return soap_fault(row.row, error.message, wmi_error(row, error))
    outer, provider = provider_fault(row.row.code, machine, WMI_PLUGIN)
    provider.append(wsman_fault(row.row.code, machine, error.message))
    if status is not None:
        ET.SubElement(provider, f"{{{WSMAN_FAULT}}}ExtendedError").append(status)
    return soap_fault(row.row, error.message, outer)


def extended_status(error: CimError, namespace: str, operation: str, parameter: str) -> ET.Element:
    """The extended status object: of WMI, or of the SMS Provider for an error that it describes.

    WMI leaves Description and StatusCode null (captured). The SMS Provider fills both, and ErrorCode: a number of its own, 0 by
    default (class page of SMS_ExtendedStatus). That its class appears in a SOAP fault is expected, not established.
    """
    sms = namespace.lower().startswith("root/sms/") and bool(error.description)
    name = "SMS_ExtendedStatus" if sms else "__ExtendedStatus"
    uri = class_uri(namespace, name)
    root = ET.Element(f"{{{uri}}}{name}", {TYPE: ET.QName(uri, f"{name}_Type")})  # type: ignore[dict-item]
    fields: dict[str, str | None] = {"Description": error.description or None}
    if sms:
        fields["ErrorCode"] = str(_DENIED_BY_SITE if error.code == Wbem.ACCESS_DENIED else 0)
    fields["Operation"] = operation
    fields["ParameterInfo"] = parameter or None
    fields["ProviderName"] = _provider_name(namespace, operation, sms)
    fields["StatusCode"] = str(error.code) if sms else None
    for field, text in fields.items():
        element = ET.SubElement(root, f"{{{uri}}}{field}", {NIL: "true"} if text is None else {})
        element.text = text
    return root


def _provider_name(namespace: str, operation: str, sms: bool) -> str:
    """WinMgmt for a query; for an instance its provider (captured: WinMgmt with ExecQuery, CIMWin32 with GetObject)."""
    if sms:
        return "ExtnProv"
    return "CIMWin32" if namespace.lower() == "root/cimv2" and operation == "GetObject" else "WinMgmt"


def wmi_error(row: WmiRow, error: CimError) -> ET.Element:
    """Form B: MSFT_WmiError with all its properties (captured: an operations quota); Message is the provider's own text."""
    types = {TYPE: ET.QName(WMI_ERROR, "MSFT_WmiError_Type"), f"{{{CIM_BINDING}}}IsCIM_Error": "true"}
    root = ET.Element(f"{{{WMI_ERROR}}}MSFT_WmiError", types)  # type: ignore[arg-type]
    code = row.row.code if row.wsman_code else error.code
    fields: dict[str, tuple[str | None, str]] = {
        "CIMStatusCode": (str(row.cim_status), "cimUnsignedInt"),
        "CIMStatusCodeDescription": (None, "cimString"),
        "ErrorSource": (None, "cimString"),
        "ErrorSourceFormat": ("0", "cimUnsignedShort"),
        "ErrorType": ("0", "cimUnsignedShort"),
        "Message": (error.description or error.message, "cimString"),
        "MessageID": (f"HRESULT 0x{code:08x}", "cimString"),
        "OtherErrorSourceFormat": (None, "cimString"),
        "OtherErrorType": (None, "cimString"),
        "OwningEntity": (None, "cimString"),
        "PerceivedSeverity": ("0", "cimUnsignedShort"),
        "ProbableCause": ("0", "cimUnsignedShort"),
        "ProbableCauseDescription": (None, "cimString"),
        "error_Category": (str(row.category), "cimUnsignedInt"),
        "error_Code": (str(code), "cimUnsignedInt"),
        "error_Type": ("HRESULT", "cimString"),
        "error_WindowsErrorMessage": (error.message, "cimString"),
    }
    for field, (text, kind) in fields.items():
        element = ET.SubElement(root, f"{{{WMI_ERROR}}}{field}", {TYPE: ET.QName(CIM, kind)})  # type: ignore[dict-item]
        if text is None:
            element.set(NIL, "true")
        element.text = text
    return root
