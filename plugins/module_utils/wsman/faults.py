# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Faults: the server understood the request and refuses it. Both of Windows' forms, the inner code first.

Facts: wsman.md section 8. Form A wraps the WMI provider's code in ``f:WSManFault``, form B (WinRM 3 and later) contains an
``MSFT_WmiError``. Which form is used depends on the server, so both are read in the same way.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import child, descendant
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError, RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.names import local
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line


class FaultKind(Enum):
    """What a fault means to the caller; the value is the phrase in messages."""

    ACCESS_DENIED = "access denied"
    QUOTA = "a quota of the server is exhausted"
    TIMED_OUT = "the operation exceeded the server's time limit"
    NOT_FOUND = "not found"
    INVALID_CLASS = "the class does not exist in this namespace"
    INVALID_NAMESPACE = "the namespace does not exist"
    ALREADY_EXISTS = "it already exists"
    BAD_QUERY = "the query is not valid, or its class does not exist"
    INVALID_PARAMETER = "a parameter or value is not valid"
    NOT_SUPPORTED = "the provider does not support this"
    OTHER = "the server reports an error"


@dataclass(frozen=True)
class Code:
    """An error code by its name and what it means here."""

    name: str
    kind: FaultKind


# WBEM codes ([MS-WMI] 2.2.11) and the Win32 codes that occur in their place.
WBEM_CODES: dict[int, Code] = {
    0x80041001: Code("WBEM_E_FAILED", FaultKind.OTHER),
    0x80041002: Code("WBEM_E_NOT_FOUND", FaultKind.NOT_FOUND),
    0x80041003: Code("WBEM_E_ACCESS_DENIED", FaultKind.ACCESS_DENIED),
    0x80041004: Code("WBEM_E_PROVIDER_FAILURE", FaultKind.OTHER),
    0x80041005: Code("WBEM_E_TYPE_MISMATCH", FaultKind.INVALID_PARAMETER),
    0x80041006: Code("WBEM_E_OUT_OF_MEMORY", FaultKind.OTHER),
    0x80041008: Code("WBEM_E_INVALID_PARAMETER", FaultKind.INVALID_PARAMETER),
    0x80041009: Code("WBEM_E_NOT_AVAILABLE", FaultKind.OTHER),
    0x8004100A: Code("WBEM_E_CRITICAL_ERROR", FaultKind.OTHER),
    0x8004100C: Code("WBEM_E_NOT_SUPPORTED", FaultKind.NOT_SUPPORTED),
    0x8004100E: Code("WBEM_E_INVALID_NAMESPACE", FaultKind.INVALID_NAMESPACE),
    0x8004100F: Code("WBEM_E_INVALID_OBJECT", FaultKind.INVALID_PARAMETER),
    0x80041010: Code("WBEM_E_INVALID_CLASS", FaultKind.INVALID_CLASS),
    0x80041011: Code("WBEM_E_PROVIDER_NOT_FOUND", FaultKind.OTHER),
    0x80041013: Code("WBEM_E_PROVIDER_LOAD_FAILURE", FaultKind.OTHER),
    0x80041017: Code("WBEM_E_INVALID_QUERY", FaultKind.BAD_QUERY),
    0x80041018: Code("WBEM_E_INVALID_QUERY_TYPE", FaultKind.BAD_QUERY),
    0x80041019: Code("WBEM_E_ALREADY_EXISTS", FaultKind.ALREADY_EXISTS),
    0x80041024: Code("WBEM_E_PROVIDER_NOT_CAPABLE", FaultKind.NOT_SUPPORTED),
    0x8004102D: Code("WBEM_E_INVALID_METHOD", FaultKind.INVALID_PARAMETER),
    0x8004102E: Code("WBEM_E_INVALID_METHOD_PARAMETERS", FaultKind.INVALID_PARAMETER),
    0x8004102F: Code("WBEM_E_MISSING_PARAMETER", FaultKind.INVALID_PARAMETER),
    0x8004103A: Code("WBEM_E_INVALID_OBJECT_PATH", FaultKind.INVALID_PARAMETER),
    0x80041062: Code("WBEM_E_PRIVILEGE_NOT_HELD", FaultKind.ACCESS_DENIED),
    0x80041069: Code("WBEM_E_TIMED_OUT", FaultKind.TIMED_OUT),
    0x8004106C: Code("WBEM_E_QUOTA_VIOLATION", FaultKind.QUOTA),
    0x5: Code("ERROR_ACCESS_DENIED", FaultKind.ACCESS_DENIED),
    0x80070005: Code("E_ACCESSDENIED", FaultKind.ACCESS_DENIED),
}
# Codes of the WS-Management layer itself, the attribute of the outer f:WSManFault.
OUTER_CODES: dict[int, Code] = {
    0x80338000: Code("ERROR_WSMAN_SERVICE_CANNOT_FIND_RESOURCE", FaultKind.NOT_FOUND),
    0x8033801A: Code("CannotProcessFilter", FaultKind.BAD_QUERY),
    0x80338029: Code("TimedOut", FaultKind.TIMED_OUT),
    0x80338041: Code("SchemaValidationError", FaultKind.INVALID_PARAMETER),
    0x803380FA: Code("keys are needed to address the instance", FaultKind.INVALID_PARAMETER),
    0x80338102: Code("the provider could not perform the operation", FaultKind.OTHER),
    0x803381A5: Code("quota", FaultKind.QUOTA),
    0x803381A6: Code("quota", FaultKind.QUOTA),
    0x803381A7: Code("quota", FaultKind.QUOTA),
}
# CIMStatusCode of form B (DSP0223).
CIM_STATUS: dict[int, FaultKind] = {
    2: FaultKind.ACCESS_DENIED,
    3: FaultKind.INVALID_NAMESPACE,
    4: FaultKind.INVALID_PARAMETER,
    5: FaultKind.INVALID_CLASS,
    6: FaultKind.NOT_FOUND,
    7: FaultKind.NOT_SUPPORTED,
    11: FaultKind.ALREADY_EXISTS,
    15: FaultKind.BAD_QUERY,
}
# s:Subcode, when no code is known (DSP0226, annex on faults).
SUBCODES: dict[str, FaultKind] = {
    "accessdenied": FaultKind.ACCESS_DENIED,
    "timedout": FaultKind.TIMED_OUT,
    "quotalimit": FaultKind.QUOTA,
    "destinationunreachable": FaultKind.NOT_FOUND,
    "alreadyexists": FaultKind.ALREADY_EXISTS,
    "cannotprocessfilter": FaultKind.BAD_QUERY,
    "invalidselectors": FaultKind.INVALID_PARAMETER,
    "invalidparameter": FaultKind.INVALID_PARAMETER,
    "schemavalidationerror": FaultKind.INVALID_PARAMETER,
    "actionnotsupported": FaultKind.NOT_SUPPORTED,
    "unsupportedfeature": FaultKind.NOT_SUPPORTED,
}

_REFUSALS = frozenset(
    {FaultKind.ACCESS_DENIED, FaultKind.QUOTA, FaultKind.ALREADY_EXISTS, FaultKind.INVALID_PARAMETER, FaultKind.NOT_SUPPORTED}
)
_MAX_TEXT = 1000
_HRESULT = re.compile(r"0x([0-9A-Fa-f]{1,8})\b")
_DECIMAL = re.compile(r"-?\d{1,10}", re.ASCII)


class CimFault(CimError):
    """The server's refusal.

    ``after_send`` stays true: a provider may fail to report an instance that it did write (facts: site-model.md 5.3).

    :param kind: what it means.
    :param outer_code: of WS-Management, None when not given.
    :param hresult: of WMI or the provider, the innermost that was given; else None.
    :param reason: the text of ``s:Reason``.
    :param provider_text: the provider's own message, the most specific text that there is; may be empty.
    :param missing: for NOT_FOUND ``instance`` or ``class``, empty when the answer does not say which.
    """

    def __init__(
        self,
        kind: FaultKind,
        request: RequestInfo,
        *,
        outer_code: int | None = None,
        hresult: int | None = None,
        reason: str = "",
        provider_text: str = "",
        missing: str = "",
    ) -> None:
        self.kind = kind
        self.outer_code = outer_code
        self.hresult = hresult
        self.reason = reason
        self.provider_text = provider_text
        self.missing = missing
        super().__init__(self._sentence(request), request=request)

    @property
    def wbem_name(self) -> str:
        """The name of ``hresult``, such as ``WBEM_E_ACCESS_DENIED``; empty for a code that is not in the tables."""
        code = _known(self.hresult)
        return code.name if code else ""

    def __str__(self) -> str:
        return self.message

    def _sentence(self, request: RequestInfo) -> str:
        verb = "was refused" if self.kind in _REFUSALS else "failed"
        phrase = f"{self.missing} not found" if self.missing else self.kind.value
        number = self.hresult if self.hresult is not None else self.outer_code
        code = _known(number)
        known = f"0x{number:08X} {code.name if code else ''}".rstrip() if number is not None else ""
        text = self.provider_text or self.reason
        return f"{request} {verb}: {phrase}{f' ({known})' if known else ''}{': ' + text if text else ''}"


def fault_in(body: ET.Element, request: RequestInfo) -> CimFault | None:
    """The fault in a SOAP body, or None."""
    fault = child(body, "Fault")
    if fault is None:
        return None
    detail = child(fault, "Detail")
    wmi_error = descendant(detail, "MSFT_WmiError")
    outer = descendant(detail, "WSManFault")
    outer_code = _number(outer.attrib.get("Code", "")) if outer is not None else None
    hresult = _form_b_code(wmi_error) if wmi_error is not None else _form_a_code(outer)
    status = descendant(detail, "__ExtendedStatus", "SMS_ExtendedStatus")
    if hresult is None:
        hresult = _number(_words(child(status, "StatusCode")))
    return CimFault(
        _kind(hresult, outer_code, wmi_error, _subcode(fault)),
        request,
        outer_code=outer_code,
        hresult=hresult,
        reason=_words(descendant(child(fault, "Reason"), "Text")),
        provider_text=_provider_text(wmi_error, outer, status),
        missing=_missing(hresult, status),
    )


def _kind(hresult: int | None, outer_code: int | None, wmi_error: ET.Element | None, subcode: str) -> FaultKind:
    """The inner code first, then the codes around it."""
    inner = _known(hresult)
    if inner is not None and inner.kind is not FaultKind.OTHER:
        return inner.kind
    status = _number(_words(child(wmi_error, "CIMStatusCode")))
    if status is not None and status in CIM_STATUS:
        return CIM_STATUS[status]
    if inner is not None:
        return inner.kind
    outer = _known(outer_code)
    if outer is not None:
        return outer.kind
    return SUBCODES.get(subcode.lower(), FaultKind.OTHER)


def _known(code: int | None) -> Code | None:
    # Either kind of code may be in either place.
    if code is None:
        return None
    return WBEM_CODES.get(code) or OUTER_CODES.get(code)


def _missing(hresult: int | None, status: ET.Element | None) -> str:
    # WMI reports "not found" for classes as well; the parameter of the extended status is then only a class name.
    if hresult != 0x80041002:
        return ""
    parameter = _words(child(status, "ParameterInfo"))
    if not parameter:
        return ""
    return "instance" if "=" in parameter else "class"


def _form_a_code(outer: ET.Element | None) -> int | None:
    """The code of the innermost WSManFault below the outer one."""
    found = None
    for element in _below(outer, "wsmanfault"):
        found = _number(element.attrib.get("Code", "")) or found
    return found


def _form_b_code(wmi_error: ET.Element) -> int | None:
    match = _HRESULT.search(_words(child(wmi_error, "MessageID")))
    if match:
        return int(match[1], 16)
    code = _number(_words(child(wmi_error, "error_Code")))
    # A small number is a CIM status in another field (see error_Type), not an HRESULT.
    return code if code is not None and code >= 0x80000000 else None


def _provider_text(wmi_error: ET.Element | None, outer: ET.Element | None, status: ET.Element | None) -> str:
    """The most specific message: the provider's description, then the inner message, then Windows' own."""
    candidates = [_words(child(status, "Description")), _words(child(wmi_error, "Message"))]
    inner_messages = [_words(child(element, "Message")) for element in _below(outer, "wsmanfault")]
    candidates += reversed(inner_messages)
    candidates.append(_words(descendant(outer, "ProviderFault")))
    candidates.append(_words(child(outer, "Message")))
    candidates.append(_words(child(wmi_error, "error_WindowsErrorMessage")))
    return next((text for text in candidates if text), "")


def _subcode(fault: ET.Element) -> str:
    value = child(child(child(fault, "Code"), "Subcode"), "Value")
    return _words(value).rpartition(":")[2]


def _below(parent: ET.Element | None, lower_name: str) -> Iterator[ET.Element]:
    for element in parent.iter() if parent is not None else ():
        if element is not parent and local(element.tag).lower() == lower_name:
            yield element


def _words(element: ET.Element | None) -> str:
    """The element's own text on one line, shortened; without the text of its children."""
    return "" if element is None or not element.text else one_line(element.text, _MAX_TEXT)


def _number(text: str) -> int | None:
    text = text.strip()
    if not _DECIMAL.fullmatch(text):
        return None
    return int(text) & 0xFFFFFFFF
